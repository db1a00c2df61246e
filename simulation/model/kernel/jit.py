"""How the kernel's functions are compiled.

Arrays are lent by the caller for the length of a call. Without reference counting (`_nrt`) a person's week takes a fifteenth
of the time: the counts are atomic, and every helper would touch them. No `fastmath`: the same bits everywhere.
"""

from __future__ import annotations

from typing import Any

from numba import njit

from simulation.model.cache import use_cache_folder

__all__ = ["compiled", "inlined"]

use_cache_folder()

inlined: Any = njit(forceinline=True, _nrt=False, error_model="numpy")  # type: ignore[call-overload]
compiled: Any = njit(cache=True, nogil=True, _nrt=False, error_model="numpy")  # type: ignore[call-overload]

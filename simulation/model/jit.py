"""How functions are compiled.

Arrays are lent by the caller for the length of a call. Without reference counting (`_nrt`) a person's week takes a fifteenth
of the time: the counts are atomic, and every helper would touch them. No `fastmath`: the same bits everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from numba import njit

from simulation.model.cache import use_cache_folder
from simulation.model.target import use_target

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["compiled", "helper", "inlined"]

Function = TypeVar("Function", bound="Callable[..., Any]")

use_cache_folder()
use_target()

_SETTINGS: dict[str, Any] = {"_nrt": False, "error_model": "numpy"}


def compiled(function: Function) -> Function:
    """Compile what Python calls, when it is first called; its code is kept."""
    result: Function = njit(cache=True, nogil=True, **_SETTINGS)(function)
    return result


def helper(function: Function) -> Function:
    """Compile what only compiled functions call; its code is kept with theirs."""
    result: Function = njit(**_SETTINGS)(function)
    return result


def inlined(function: Function) -> Function:
    """As `helper`, but always put into its callers: for what is called for every person."""
    result: Function = njit(forceinline=True, **_SETTINGS)(function)
    return result

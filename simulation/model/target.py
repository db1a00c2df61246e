"""The processor that the engine is compiled for, and how wide its vectors are.

LLVM prefers 256-bit vectors on most processors that have 512-bit ones, since the first of those lowered their clock for wide
vectors. The kernel gains by the full width (experiments/benchmarks), so that preference is dropped where there is AVX-512.
The width changes how fast the engine is and nothing else: without `fastmath` every width gives the same bits.

LLVM's settings count for a whole process. The width therefore comes from an environment variable, which worker processes
inherit, and is set before anything is compiled. Whoever sets NUMBA_CPU_NAME or NUMBA_CPU_FEATURES has chosen already.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["WIDTHS", "WIDTH_VARIABLE", "WidthRefused", "host_processor", "preference", "target", "use_target"]

WIDTH_VARIABLE = "SILOSIM_VECTOR_WIDTH"
_NEEDS = {"128": "sse2", "256": "avx", "512": "avx512f"}
_PREFERS = {"128": "+prefer-128-bit", "256": "+prefer-256-bit", "512": "-prefer-256-bit"}
WIDTHS = ("auto", *_NEEDS)
"""Bits of a vector; auto: the widest that the processor has."""


class WidthRefused(ValueError):
    """A width of vectors was asked for that cannot be."""


def preference(width: str, features: Mapping[str, bool]) -> str:
    """Return what LLVM must be told so that it uses vectors of a width; empty: nothing.

    Parameters
    ----------
    width
        One of `WIDTHS`.
    features
        Features of the processor by LLVM's names; those of an x86 processor only, others have no choice of width.

    Raises
    ------
    WidthRefused
        If there is no such width, or the processor lacks it.

    Examples
    --------
    >>> preference("auto", {"sse2": True, "avx": True, "avx512f": True})
    '-prefer-256-bit'
    >>> preference("auto", {"sse2": True, "avx": True}), preference("auto", {"neon": True})
    ('', '')
    """
    if width == "auto":
        return _PREFERS["512"] if features.get(_NEEDS["512"], False) else ""
    if not features.get(_NEEDS.get(width, ""), False):
        there = ", ".join(("auto", *(bits for bits, needed in _NEEDS.items() if features.get(needed, False))))
        raise WidthRefused(
            f"vector width {width} is not to be had on this processor; allowed here: {there} "
            f"(--vector-width, or {WIDTH_VARIABLE})"
        )
    return _PREFERS[width]


def target() -> tuple[str, str]:
    """Return name and features of the processor that code is compiled for, with the width that was asked for.

    Raises
    ------
    WidthRefused
        If that width cannot be.
    """
    name, features = os.environ.get("NUMBA_CPU_NAME"), os.environ.get("NUMBA_CPU_FEATURES")
    if name is not None or features is not None:
        return name or "", features or ""
    name, host = host_processor()
    has = {feature[1:]: feature.startswith("+") for feature in host.split(",")}
    preferred = preference(os.environ.get(WIDTH_VARIABLE) or "auto", has)
    return name, f"{host},{preferred}" if preferred else host


def host_processor() -> tuple[str, str]:
    """Return name and features of this processor, as LLVM has them: `+avx512f,-sse4a,...`."""
    # Late: saying what is wrong with a width must not load Numba.
    from llvmlite.binding import get_host_cpu_name
    from numba.core.codegen import get_host_cpu_features

    return get_host_cpu_name(), get_host_cpu_features()  # type: ignore[no-untyped-call]


def use_target() -> None:
    """Tell Numba; to be called before anything is compiled in this process."""
    import numba

    if numba.config.CPU_NAME is None and numba.config.CPU_FEATURES is None:  # type: ignore[attr-defined]
        numba.config.CPU_FEATURES = target()[1] or None  # type: ignore[attr-defined]

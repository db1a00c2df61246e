"""Measuring: interleaved rounds within one run, medians with least and most."""

from __future__ import annotations

import os
import platform
import statistics
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.model.target import WIDTH_VARIABLE, target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Figure", "Span", "interleaved", "machine", "ratio", "span"]


@dataclass(frozen=True, slots=True)
class Span:
    """A median with the least and the most seen."""

    median: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of a result table.

    Attributes
    ----------
    what, unit
        What was measured, and in what.
    span
        Median, least and most of the rounds.
    target
        What the issue asks for, in words; empty: nothing.
    met
        Whether the median meets it; None without a target.
    """

    what: str
    unit: str
    span: Span
    target: str = ""
    met: bool | None = None


def span(values: Sequence[float]) -> Span:
    """Return the median, least and most of some values."""
    return Span(statistics.median(values), min(values), max(values))


def interleaved(
    works: Mapping[str, Callable[[], float]],
    *,
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
    turning: bool = False,
) -> dict[str, list[float]]:
    """Let each work have its turn in every round (A B A B ...); return seconds per unit by work, one value a round.

    Parameters
    ----------
    works
        Each does a piece of work and returns how many units it was (customer-weeks, calls). A work that measures
        itself (another process does) returns minus its seconds per unit.
    rounds
        Rounds that count; one more before them does not.
    clock
        Gives seconds: `time.perf_counter`, or `time.process_time` where one thread does the work and the machine
        is shared.
    turning
        Whether each round begins with another work, so that none gains or loses by its place. The works must be independent.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    names = list(works)
    for turn in range(rounds + 1):
        first = turn % len(names) if turning else 0
        for name in names[first:] + names[:first]:
            start = clock()
            units = works[name]()
            if turn > 0:
                seconds[name].append((clock() - start) / units if units > 0 else -units)
    return seconds


def ratio(above: Sequence[float], below: Sequence[float]) -> Span:
    """Return the span of the ratios of two works, taken within each round."""
    return span([a / b for a, b in zip(above, below, strict=True)])


def machine() -> str:
    """Return one line that says on what a result was measured: processor, vectors, cores and how busy, versions; no paths."""
    packages = ", ".join(f"{name} {_version(name)}" for name in ("mesa", "numba", "llvmlite", "numpy"))
    busy = f" ({os.getloadavg()[0]:.1f} busy)" if hasattr(os, "getloadavg") else ""
    asked, told = os.environ.get(WIDTH_VARIABLE) or "auto", target()[1].rpartition(",")[2]
    vectors = f"vector width {asked}{f' ({told})' if 'prefer' in told else ''}"
    system = f"{vectors}, {os.cpu_count()} cores{busy}, {platform.system()}"
    return f"{_processor()}, {system}; Python {platform.python_version()}, {packages}"


def _processor() -> str:
    """Return the processor's model as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    told = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    name = told.get("model name", platform.machine())
    wide = next((kind for kind in ("avx512f", "avx2", "sse2") if kind in told.get("flags", "").split()), "")
    return f"{name} (model {told.get('model', '?')}, {wide})" if wide else name


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"

"""How many replications: a given number, or until an interval is narrow enough; what Ctrl-C leaves is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.frames import run_values
from simulation.analysis.intervals import mean_interval, next_sample_size, paired_interval
from simulation.analysis.parallel import Crew

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.analysis.frames import Runs
    from simulation.analysis.parallel import Replicate
    from simulation.record import Run

__all__ = ["FEWEST_FOR_PRECISION", "MOST_FOR_PRECISION", "Collected", "Look", "collect"]

FEWEST_FOR_PRECISION = 10
"""`precision` never stops before this many replications: with fewer, the intervals would cover too seldom."""
MOST_FOR_PRECISION = 1000
"""`precision` gives up after this many replications (or after the number asked for, when that is more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at the results under `precision`: after how many replications, and how wide the interval was."""

    replications: int
    half_width: float
    """Widest 95 % half-width of the loyalty difference to the first arm [points of 0-100]."""


@dataclass(slots=True)
class Collected:
    """Finished replications by number, the looks taken at them, and whether Ctrl-C ended it."""

    finished: dict[int, list[Run]] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)
    interrupted: bool = False

    def by_arm(self) -> Runs:
        """The runs of each arm, ordered by replication, whatever order they finished in."""
        runs: Runs = {}
        for replication in sorted(self.finished):
            for run in self.finished[replication]:
                runs.setdefault(run.arm, []).append(run)
        return runs


def collect(
    task: Replicate, *, replications: int, precision: float | None, workers: int, progress: Callable[[int, int], None]
) -> Collected:
    """Run replications 0, 1, 2, ... until there are enough.

    Raises
    ------
    WorkerLost
        If a worker process died.
    KeyboardInterrupt
        If Ctrl-C came before the first replication was finished; later, it ends the collecting.
    """
    collected = Collected()
    first = replications if precision is None else max(replications, FEWEST_FOR_PRECISION)
    most = max(replications, MOST_FOR_PRECISION)
    progress(0, first)
    try:
        with Crew(task, workers=min(workers, first)) as crew:
            _up_to(first, collected, crew=crew, progress=progress)
            while precision is not None:
                look = Look(replications=len(collected.finished), half_width=_widest(collected.by_arm()))
                collected.looks.append(look)
                if look.half_width <= precision or look.replications >= most:
                    break
                wanted = next_sample_size(n=look.replications, half_width=look.half_width, wanted=precision, most=most)
                _up_to(wanted, collected, crew=crew, progress=progress)
    except KeyboardInterrupt:
        if not collected.finished:
            raise
        collected.interrupted = True
    return collected


def _up_to(
    wanted: int, collected: Collected, *, crew: Crew[int, list[Run]], progress: Callable[[int, int], None]
) -> None:
    for replication, runs in crew.each(range(len(collected.finished), wanted)):
        collected.finished[replication] = runs
        progress(len(collected.finished), wanted)


def _widest(runs: Runs) -> float:
    """The widest half-width over arms of the loyalty difference to the first (of loyalty, with one arm)."""
    baseline, *others = run_values(runs, "loyalty").values()
    intervals = [paired_interval(values, baseline) for values in others] or [mean_interval(baseline)]
    return float(np.max([interval.half_width for interval in intervals]))

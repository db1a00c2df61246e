"""What a sweep will take, from a pilot: time, memory and disk, before anything is written."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.laboratory.extras import ExtraMissing, needed
from simulation.laboratory.sweep.parts import encoded
from simulation.laboratory.sweep.planning import columns_of_plan
from simulation.laboratory.sweep.work import Work
from simulation.scenario.regime import Horizon

if TYPE_CHECKING:
    from simulation.laboratory.sweep.executing import Done
    from simulation.laboratory.sweep.plan import Plan

__all__ = ["Estimate", "estimate"]

PILOT_TASKS = 3
"""Tasks of the pilot: the first, the middle and the last. Our assumption."""
_LONGEST_PILOT = 20.0
"""After so many seconds no further task of the pilot begins."""
_START = 3.0
"""What worker processes take to start [s]. Our assumption."""
_IMPORTED = 260 * 2**20
"""What a worker process takes that has loaded silosim and its libraries, where it cannot be measured [bytes]. Our assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a sweep will take.

    Attributes
    ----------
    tasks, runs
        Still to do.
    seconds_a_task
        Mean over the pilot [s].
    seconds
        In all, with these workers and their start [s].
    workers
        Processes that it was reckoned with.
    memory
        Of all processes together [bytes].
    disk, free
        What the dataset takes at most, and what is free where it goes [bytes].
    failed
        Pilot tasks that failed, and `error`, what the first of them said.
    """

    tasks: int
    runs: int
    seconds_a_task: float
    seconds: float
    workers: int
    memory: int
    disk: int
    free: int
    failed: int
    error: str = ""


def estimate(plan: Plan, folder: Path, *, workers: int, done: int = 0, work: Work | None = None) -> Estimate:
    """Run a pilot of a few tasks and reckon from it.

    Parameters
    ----------
    plan
        The sweep; its engine must be compiled already, else compiling counts.
    folder
        Where it will go; it need not exist.
    workers
        Processes that share the tasks.
    done
        Tasks that are finished already.
    work
        What does the tasks; the plan's unless given.
    """
    work = work or Work(plan=plan)
    took: list[float] = []
    errors: list[str] = []
    size = 0
    for task in sorted({0, plan.tasks // 2, plan.tasks - 1})[:PILOT_TASKS]:
        start = time.perf_counter()
        done_here = work(task)
        took.append(time.perf_counter() - start)
        errors += [str(done_here.rows[0]["error"])] if done_here.rows[0]["status"] == "failed" else []
        size = max(size, _size(plan, task, done_here))
        if sum(took) > _LONGEST_PILOT:
            break
    # The first task also pays for what is loaded late.
    a_task = min(took) if len(took) < PILOT_TASKS else sum(sorted(took)[: PILOT_TASKS - 1]) / (PILOT_TASKS - 1)
    left = plan.tasks - done
    hands = min(workers, max(left, 1))
    return Estimate(
        tasks=left,
        runs=left * len(plan.arms),
        seconds_a_task=a_task,
        seconds=a_task * left / hands + (_START if hands > 1 else 0.0),
        workers=hands,
        memory=_memory() * (hands + 1 if hands > 1 else 1),
        disk=_disk(plan, left, size),
        free=shutil.disk_usage(_standing(folder)).free,
        failed=len(errors),
        error=errors[0] if errors else "",
    )


def _size(plan: Plan, task: int, done: Done) -> int:
    """Return what a part of this task alone takes, most of it the words on its columns [bytes]."""
    of = range(task, task + 1)
    part = encoded(done.rows, of=of, weekly=done.weekly, columns=columns_of_plan(plan))
    return len(part.runs) + len(part.weekly or b"")


def _disk(plan: Plan, tasks: int, size: int) -> int:
    """Return what the rows take at most: each part as one of a single task, and 8 bytes for each further value [bytes]."""
    values = 7 + len(plan.factors) + len(plan.metrics)
    if plan.weekly:
        values += plan.scenario.get("horizon", {}).get("weeks", Horizon().weeks) * (3 + len(plan.metrics))
    parts = -(-tasks // plan.batch)
    return parts * size + 8 * (tasks - parts) * len(plan.arms) * values


def _memory() -> int:
    """Return what this process takes after the pilot [bytes]: each worker will take about as much."""
    try:
        psutil = needed("psutil")
    except ExtraMissing:
        return _IMPORTED
    return int(psutil.Process().memory_info().rss)


def _standing(folder: Path) -> Path:
    folder = Path(folder).absolute()
    return next(parent for parent in (folder, *folder.parents) if parent.exists())

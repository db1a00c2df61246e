"""Tasks of a sweep that make their rows up, at module level so that workers of every kind find them."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulation.laboratory.sweep.executing import Done

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ARMS", "Deadly", "DeadlyOnce", "Slow", "failing", "interrupted", "raising", "rows_of", "with_weeks"]

ARMS = ("own", "shared")
REPLICATIONS = 3


def rows_of(task: int) -> list[dict[str, Any]]:
    """One row per arm, a function of the task's number alone."""
    point, replication = divmod(task, REPLICATIONS)
    return [
        {
            "run": task * len(ARMS) + position,
            "point": point,
            "replication": replication,
            "arm": arm,
            "seed": 11,
            "status": "done",
            "error": None,
            "factor.weight": point / 7,
            "factor.council": ("none", "monthly")[point % 2],
            "loyalty": 50.0 + replication / 3 + position * point,
            "nps": None if task % 4 == 0 else 10.0 * position,
        }
        for position, arm in enumerate(ARMS)
    ]


def failing(task: int) -> list[dict[str, Any]]:
    """Task 5 fails in its second arm, which is a row like others."""
    rows = rows_of(task)
    if task == 5:
        rows[1] |= {"status": "failed", "error": "ValueError: planted, with 'quotes', ünicode\nand a second line"}
        rows[1] |= {"loyalty": None, "nps": None}
    return rows


def raising(task: int) -> list[dict[str, Any]]:
    """A fault of the program in task 9."""
    if task == 9:
        raise RuntimeError("planted fault")
    return rows_of(task)


def interrupted(task: int) -> list[dict[str, Any]]:
    """Ctrl-C in task 9."""
    if task == 9:
        raise KeyboardInterrupt
    return rows_of(task)


def with_weeks(task: int) -> Done:
    """Rows and a table of three weeks for each."""
    import pyarrow as pa

    rows = rows_of(task)
    run = [row["run"] for row in rows for _ in range(3)]
    weekly = pa.table({"run": run, "week": [0, 1, 2] * len(rows), "loyalty": [r + 0.5 for r in run]})
    return Done(rows=rows, weekly=weekly)


@dataclass(frozen=True)
class DeadlyOnce:
    """The process that does task 6 is killed, the first time only."""

    marks: Path

    def __call__(self, task: int) -> list[dict[str, Any]]:
        if task == 6 and not (self.marks / "died").exists():
            (self.marks / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return rows_of(task)


@dataclass(frozen=True)
class Deadly:
    """Every process that does task 6 is killed; each leaves a mark."""

    marks: Path

    def __call__(self, task: int) -> list[dict[str, Any]]:
        if task == 6:
            (self.marks / str(os.getpid())).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return rows_of(task)


@dataclass(frozen=True)
class Slow:
    """A task takes some seconds [s]."""

    seconds: float

    def __call__(self, task: int) -> list[dict[str, Any]]:
        time.sleep(self.seconds)
        return rows_of(task)

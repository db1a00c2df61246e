"""A sweep of real runs, small enough to be killed often: `python small_sweep.py FOLDER WORKERS`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from worlds import changed, workshop

from simulation.analysis.frames import last_mean
from simulation.analysis.run import run_arms
from simulation.laboratory.executing import Done, execute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.scenario.scenario import Scenario

__all__ = ["BATCH", "METRICS", "RealRuns", "real_runs", "sweep"]

BATCH = 2
METRICS = ("loyalty", "nps", "retention", "revenue", "cost", "bonus", "profit")
TINY = {"horizon": {"population": 60, "burn_in": 4, "weeks": 8}, "market": {"network": {"degree": 4}}}


@dataclass(frozen=True, slots=True)
class RealRuns:
    """Runs both arms; a task's number is its replication."""

    arms: Mapping[str, Scenario]

    def __call__(self, task: int) -> Done:
        rows: list[dict[str, Any]] = []
        weekly = []
        for run in run_arms(self.arms, seed=3, replication=task):
            number = task * len(self.arms) + len(rows)
            head = {"run": number, "point": 0, "replication": task, "arm": run.arm, "seed": run.seed}
            means = {name: last_mean(run.weekly[name]) for name in METRICS}
            rows.append({**head, "status": "done", "error": None, **means})
            weeks = {name: run.weekly[name] for name in METRICS}
            weekly.append(pa.table({"run": [number] * 8, "week": list(range(8)), **weeks}))
        return Done(rows=rows, weekly=pa.concat_tables(weekly))


def real_runs() -> RealRuns:
    """The workshop with its departments' own KPIs, and with half of their pay shared."""
    own = changed(workshop(), TINY)
    return RealRuns({"own": own, "shared": changed(own, {"incentives": {"shared_weight": 0.5}})})


def sweep(folder: Path, *, tasks: int, workers: int) -> None:
    """Run, or go on with, a sweep of so many tasks."""
    execute(real_runs(), tasks=tasks, batch=BATCH, folder=folder, workers=workers)


if __name__ == "__main__":
    sweep(Path(sys.argv[1]), tasks=int(sys.argv[2]), workers=int(sys.argv[3]))

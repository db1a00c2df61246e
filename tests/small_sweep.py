"""A sweep of real runs, small enough to be killed often: `python small_sweep.py FOLDER TASKS WORKERS`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.laboratory.sweep import sweeping

if TYPE_CHECKING:
    from simulation.laboratory.sweep.plan import Plan

__all__ = ["planned", "sweep"]


def planned(tasks: int) -> Plan:
    """The bicycle workshop over two shares of pay, its weekly tables kept; small parts, so that there are many."""
    plan = sweeping.plan_sweep(
        {
            "title": "A small sweep",
            "scenario": str(Path(__file__).with_name("workshop.yaml")),
            "changes": {"horizon": {"burn_in": 4}, "market": {"network": {"degree": 4}}},
            "population": 60,
            "weeks": 8,
            "replications": tasks // 2,
            "design": {"kind": "full_factorial"},
            "factors": {"weight": {"path": "incentives.shared_weight", "levels": [0.0, 0.5]}},
        },
        weekly=True,
    )
    return replace(plan, batch=2)


def sweep(folder: Path, *, tasks: int, workers: int) -> None:
    """Run, or go on with, a sweep of so many tasks."""
    sweeping.sweep(planned(tasks), folder, workers=workers)


if __name__ == "__main__":
    sweep(Path(sys.argv[1]), tasks=int(sys.argv[2]), workers=int(sys.argv[3]))

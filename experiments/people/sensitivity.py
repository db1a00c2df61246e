"""How far does the headline rest on each parameter of people? Run `python experiments/people/sensitivity.py`; see the README."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from rich.console import Console

from simulation.analysis.parallel import default_workers
from simulation.analysis.people_sensitivity import people_sensitivity
from simulation.analysis.sources import Stamp
from simulation.cli.progress import shown_progress
from simulation.model.cache import warm_up
from simulation.views.sensitivity import draw_sensitivity

TABLE = "sensitivity.csv"


def measure(given: argparse.Namespace) -> None:
    """Run every setting, and write the table and what made it."""
    made_by = Stamp.of("simulation.analysis.people_sensitivity")
    horizon = {key: value for key, value in (("population", given.population), ("weeks", given.weeks)) if value}
    warm_up()
    with shown_progress(Console(stderr=True), quiet=False) as progress:
        table = people_sensitivity(
            replications=given.replications, workers=given.workers, horizon=horizon, progress=progress
        )
    given.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(given.out / TABLE, index=False, float_format="%.6g", lineterminator="\n")
    settings = {"replications": given.replications, **horizon}
    made_by.write(given.out / "provenance.json", settings)


def main() -> None:
    """Measure, unless only the pictures are to be drawn anew, and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=10)
    parser.add_argument("--workers", type=int, default=default_workers())
    parser.add_argument("--population", type=int, help="people of the firm (as in the scenario)")
    parser.add_argument("--weeks", type=int, help="weeks after burn-in (as in the scenario)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "sensitivity")
    parser.add_argument("--draw-only", action="store_true", help="draw the pictures from the stored table")
    given = parser.parse_args()
    if not given.draw_only:
        measure(given)
    for path in draw_sensitivity(pd.read_csv(given.out / TABLE), given.out):
        print(path.name)


if __name__ == "__main__":
    main()

"""Do calibrations find what made the data? Run `python experiments/calibration/run.py`; see the README beside it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.cli.studying import run_study
from simulation.laboratory.calibration.coverage import coverage_study
from simulation.scenario.loading import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

FOLDER = Path(__file__).parent


def save(tables: dict[str, pd.DataFrame], folder: Path) -> Iterator[Path]:
    """Write each table, and yield its file."""
    for name, table in tables.items():
        path = folder / f"{name}.csv"
        table.to_csv(path, index=False, float_format="%.4g", lineterminator="\n")
        yield path


if __name__ == "__main__":
    run_study(__doc__, FOLDER, partial(coverage_study, load(FOLDER / "firm.yaml")), save, replications=50)

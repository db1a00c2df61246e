"""Does the ledger name who could have spared the pain? Run `python experiments/ledger/run.py`; see the README beside it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.analysis.replay import replay_study
from simulation.cli.studying import run_study
from simulation.scenario.loading import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

ARMS = ("siloed", "shared_and_pooled")
SEED = 20_260_501


def save(tables: dict[str, pd.DataFrame], folder: Path) -> Iterator[Path]:
    """Write each table, and yield its file."""
    for name, table in tables.items():
        path = folder / f"ledger_{name}.csv"
        table.to_csv(path, index=False, float_format="%.4g", lineterminator="\n")
        yield path


if __name__ == "__main__":
    arms = {arm: load("silo_vs_shared").arms[arm] for arm in ARMS}
    run_study(__doc__, Path(__file__).parent, partial(replay_study, arms, seed=SEED), save, replications=8)

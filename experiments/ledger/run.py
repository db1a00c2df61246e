"""Does the ledger name who could have spared the pain? Run `python experiments/ledger/run.py`; see the README beside it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.console import Console

from simulation._version import __version__
from simulation.analysis.parallel import default_workers
from simulation.analysis.replay import replay_study
from simulation.analysis.sources import sources_hash
from simulation.cli.progress import shown_progress
from simulation.scenario.loading import load

ARMS = ("siloed", "shared_and_pooled")
SEED = 20_260_501


def main() -> None:
    """Run the study and write its tables beside this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=8)
    parser.add_argument("--workers", type=int, default=default_workers())
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    given = parser.parse_args()
    made_by = sources_hash()  # now: the sources may be edited while the runs go on
    arms = {arm: load("silo_vs_shared").arms[arm] for arm in ARMS}
    with shown_progress(Console(stderr=True), quiet=False) as progress:
        tables = replay_study(
            arms, seed=SEED, replications=given.replications, workers=given.workers, progress=progress
        )
    given.out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        path = given.out / f"ledger_{name}.csv"
        table.to_csv(path, index=False, float_format="%.4g", lineterminator="\n")
        print(path.name)
    note = {"silosim": __version__, "sources_hash": made_by, "settings": {"replications": given.replications}}
    (given.out / "provenance.json").write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

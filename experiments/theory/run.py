"""Does the organization do what published theory says? Run `python experiments/theory/run.py`; see the README beside it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.console import Console

from simulation._version import __version__
from simulation.analysis.parallel import default_workers
from simulation.analysis.sources import sources_hash
from simulation.analysis.theory_study import theory_study
from simulation.cli.progress import shown_progress
from simulation.views.theory_chart import save_theory


def main() -> None:
    """Run the study and write its tables and its chart beside this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=6)
    parser.add_argument("--workers", type=int, default=default_workers())
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    given = parser.parse_args()
    made_by = sources_hash()  # now: the sources may be edited while the runs go on
    with shown_progress(Console(stderr=True), quiet=False) as progress:
        tables = theory_study(replications=given.replications, workers=given.workers, progress=progress)
    given.out.mkdir(parents=True, exist_ok=True)
    for path in save_theory(tables, given.out):
        print(path.name)
    note = {"silosim": __version__, "sources_hash": made_by, "settings": {"replications": given.replications}}
    (given.out / "provenance.json").write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

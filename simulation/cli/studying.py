"""What the studies under `experiments/` share: options, progress, results beside the script, and what they were made by."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from simulation.analysis.folder import PROVENANCE
from simulation.analysis.parallel import default_workers
from simulation.analysis.sources import Stamp
from simulation.cli.progress import shown_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    Tables = dict[str, pd.DataFrame]

__all__ = ["run_study"]


def run_study(
    about: str,
    folder: Path,
    study: Callable[..., Tables],
    save: Callable[[Tables, Path], Iterable[Path]],
    replications: int,
) -> None:
    """Run a study as the command line asks, save it, and write down the hash of its sources.

    Parameters
    ----------
    about
        What `--help` says.
    folder
        Where results go unless `--out` names another place.
    study
        Returns tables by name; takes `replications`, `workers` and `progress`.
    save
        Writes the tables into a folder and returns the files.
    replications
        Number of replications unless `--replications` gives another.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--replications", type=int, default=replications)
    parser.add_argument("--workers", type=int, default=default_workers())
    parser.add_argument("--out", type=Path, default=folder)
    given = parser.parse_args()
    made_by = Stamp.of((study.func if isinstance(study, partial) else study).__module__)
    with shown_progress(Console(stderr=True), quiet=False) as progress:
        tables = study(replications=given.replications, workers=given.workers, progress=progress)
    given.out.mkdir(parents=True, exist_ok=True)
    for path in save(tables, given.out):
        print(path.name)
    made_by.write(given.out / PROVENANCE, {"replications": given.replications})

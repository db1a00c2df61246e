"""What `silosim export` does: read, refuse early, live one arm, write the folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from simulation.cli.opening import folder_of, remarks, say_warnings
from simulation.cli.progress import shown_progress
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ExportRequest", "write_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What the command line asked for; None: as in the scenario, or the default."""

    scenario: str
    arm: str | None
    replication: int
    seed: int | None
    population: int | None
    weeks: int | None
    events: bool
    form: Literal["csv", "parquet"]
    threads: int
    engine: Literal["compiled", "plain"]
    vector_width: str
    out: Path | None
    overwrite: bool
    quiet: bool


def write_out(request: ExportRequest) -> None:
    """Do what was asked for.

    Raises
    ------
    ScenarioError, FolderRefused
        Before anything is run or written.
    """
    from rich.console import Console

    from simulation.analysis.choosing import chosen_arms
    from simulation.analysis.folder import check_folder
    from simulation.scenario.loading import load

    loaded = load(request.scenario)
    chosen_arms(loaded, None if request.arm is None else [request.arm])
    remark = remarks(quiet=request.quiet)
    say_warnings(loaded, remark)
    folder = folder_of(request.out, loaded, request.arm, "export")
    check_folder(folder, overwrite=request.overwrite)
    # Late: until here nothing heavy is needed, and bad input is answered at once.
    from simulation.analysis.export import export, save_export

    if request.engine == "compiled":
        warm_up(vector_width=request.vector_width, quiet=request.quiet)
    with shown_progress(Console(stderr=True), quiet=request.quiet, what="weeks") as progress:
        found = export(
            loaded,
            arm=request.arm,
            replication=request.replication,
            seed=request.seed,
            population=request.population,
            weeks=request.weeks,
            events=request.events,
            engine=request.engine,
            threads=request.threads,
            progress=progress,
        )
    save_export(found, folder, form=request.form, overwrite=request.overwrite, command=["silosim", *sys.argv[1:]])
    purchases, buyers = len(found.transactions), len(found.recency_frequency)
    remark(f"{purchases:,} purchases by {buyers:,} customers are in {folder}")

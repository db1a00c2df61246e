"""What `silosim export` does: read, refuse early, live one arm, write the folder."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated, Literal

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import explained
from simulation.cli.opening import folder_of, remarks, say_warnings
from simulation.cli.progress import shown_progress
from simulation.cli.warming import warm_up

__all__ = ["export"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
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


def export(
    scenario: given.ScenarioArgument,
    arm: given.Arm = None,
    replication: given.Replication = 0,
    seed: given.Seed = None,
    population: given.Population = None,
    weeks: given.Weeks = None,
    events: Annotated[
        bool, typer.Option("--events", help="Write every encounter, order and survey answer, too: many rows.")
    ] = False,
    form: Annotated[
        Literal["csv", "parquet"],
        typer.Option("--format", help="parquet: small, typed, its columns explained. csv: for all."),
    ] = "parquet",
    threads: given.Threads = 1,
    engine: given.EngineName = "compiled",
    vector_width: given.VectorWidth = "auto",
    out: given.ExportOut = None,
    overwrite: given.Overwrite = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Write down who bought what and when, for the tools that marketers use.

    Lives one arm and leaves a folder with transactions, one row per purchase,
    and recency_frequency, one row per buyer in the columns that libraries for
    customer lifetime value take: customer_id, frequency, recency, T (days) and
    monetary_value. Weeks after burn-in only: who entered the market before
    (entered below 0) may have bought before. A newcomer who takes the place of
    somebody who left is another customer.

    \b
    Examples:
      silosim export baseline
      silosim export silo_vs_shared --arm shared --format csv --out results/for_crm
      silosim export mine.yaml --population 1000 --weeks 104 --events
    """
    with explained(debug=debug):
        request = _Asked(
            scenario=scenario,
            arm=arm,
            replication=replication,
            seed=seed,
            population=population,
            weeks=weeks,
            events=events,
            form=form,
            threads=threads,
            engine=engine,
            vector_width=vector_width,
            out=out,
            overwrite=overwrite,
            quiet=quiet,
        )
        _write_out(request)


def _write_out(request: _Asked) -> None:
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
    from simulation.analysis.export import export as exported
    from simulation.analysis.export import save_export

    if request.engine == "compiled":
        warm_up(vector_width=request.vector_width, quiet=request.quiet)
    with shown_progress(Console(stderr=True), quiet=request.quiet, what="weeks") as progress:
        found = exported(
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

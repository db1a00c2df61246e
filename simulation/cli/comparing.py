"""What `compare` and `run` do: read, refuse early, run, write the folder, print the table."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import typer

from simulation.cli.failures import FAILED, INTERRUPTED, say
from simulation.cli.opening import folder_of, remarks, say_warnings
from simulation.cli.progress import shown_progress
from simulation.cli.reporting import check_installed, writers
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.console import Console

    from simulation.analysis.comparison import Comparison
    from simulation.scenario.loading import LoadedScenario

__all__ = ["Request", "perform"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line asked for; None: as in the scenario, or the default."""

    scenario: str
    arm: str | None = None
    only_one_arm: bool = False
    replications: int | None = None
    seed: int | None = None
    population: int | None = None
    weeks: int | None = None
    precision: float | None = None
    workers: int | None = None
    threads: int = 1
    engine: Literal["compiled", "plain"] = "compiled"
    vector_width: str = "auto"
    out: Path | None = None
    overwrite: bool = False
    charts: bool = True
    views: tuple[str, ...] = ()
    """Files beyond the tables and charts, by their endings: html, xlsx, pptx."""
    quiet: bool = False


def perform(request: Request) -> None:
    """Run a request from the file to the folder.

    Raises
    ------
    ScenarioError, FolderRefused
        Before anything is run or written.
    typer.Exit
        With 130 when Ctrl-C left a part that was saved; with 1 when charts or report failed and the rest was saved.
    """
    from rich.console import Console

    from simulation.scenario.loading import load

    loaded = load(request.scenario)
    remark = remarks(quiet=request.quiet)
    say_warnings(loaded, remark)
    folder = folder_of(request.out, loaded, request.arm)
    # Late: until here nothing heavy is needed, and bad input is answered at once.
    from simulation.analysis.folder import check_folder

    check_installed(request.views)
    check_folder(folder, overwrite=request.overwrite)
    comparison = _compare(request, loaded, Console(stderr=True))

    from simulation.views.table import print_summary

    try:
        # First: a reader who closes our output early (`| head`) must not cost the results.
        all_written = _save(request, comparison, folder)
    finally:
        # Even so when the disk is full: then the table is all there is.
        print_summary(comparison, Console())
        for line in _remarks(comparison):
            remark(line)
    remark(f"Results are in {folder}")
    if comparison.interrupted:
        raise typer.Exit(INTERRUPTED)
    if not all_written:
        raise typer.Exit(FAILED)


def _compare(request: Request, loaded: LoadedScenario, console: Console) -> Comparison:
    from simulation.analysis import comparison

    if request.engine == "compiled":
        warm_up(vector_width=request.vector_width, quiet=request.quiet)
    arms = [request.arm or next(iter(loaded.arms))] if request.only_one_arm else None
    with shown_progress(console, quiet=request.quiet) as progress:
        return comparison.compare(
            loaded,
            arms=arms,
            replications=request.replications,
            seed=request.seed,
            workers=request.workers,
            population=request.population,
            weeks=request.weeks,
            precision=request.precision,
            engine=request.engine,
            threads=request.threads,
            progress=progress,
        )


def _remarks(comparison: Comparison) -> list[str]:
    """What the reader of the table must know about how it came about."""
    lines = []
    if comparison.interrupted:
        lines.append(f"Interrupted: {comparison.replications} finished replication(s) are kept.")
    if comparison.replications == 1:
        lines.append("One replication only: there are no intervals.")
    if comparison.looks:
        last, looks = comparison.looks[-1], len(comparison.looks)
        reached = "reached" if comparison.precision_reached else "NOT reached"
        lines.append(
            f"Precision {comparison.precision:g} {reached}: half-width {last.half_width:.3g} points after "
            f"{last.replications} replications, looked at {looks} time(s)."
        )
    return lines


def _save(request: Request, comparison: Comparison, folder: Path) -> bool:
    """Write the folder; false when charts or report failed. Hours of runs are not thrown away for a picture."""
    from simulation.analysis.folder import CHARTS
    from simulation.analysis.storage import provenance
    from simulation.views.saving import save

    failures: list[str] = []
    command = ["silosim", *sys.argv[1:]]

    def views(hidden: Path) -> None:
        if request.charts:
            # Late: matplotlib is slow to load.
            from simulation.views.charts import draw_all

            with _kept(failures, "the charts could not be drawn"):
                draw_all(comparison, hidden / CHARTS)
        told = provenance(comparison, command=command)
        for view in request.views:
            with _kept(failures, f"report.{view} could not be written"):
                writers()[view](comparison, hidden / f"report.{view}", told=told)

    save(comparison, folder, overwrite=request.overwrite, command=command, extra=views)
    for failure in failures:
        say(failure)
    return not failures


@contextlib.contextmanager
def _kept(failures: list[str], what: str) -> Iterator[None]:
    """Go on after a failure inside, and note it: the rest is saved all the same."""
    try:
        yield
    except Exception as error:
        failures.append(f"silosim: {what} ({type(error).__name__}: {error})")

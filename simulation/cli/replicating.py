"""What `silosim replications` does: runs or reads replications, and says how many are enough."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import INTERRUPTED, explained
from simulation.cli.opening import RESULTS, remarks, say_warnings
from simulation.cli.progress import shown_progress
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from simulation.analysis.comparison import Options
    from simulation.laboratory.replications.stored import Measured

__all__ = ["replications"]

_QUESTION = "The question"


def replications(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO_OR_FOLDER",
            help="A scenario, whose arms are then run; or a folder that `silosim compare` wrote.",
        ),
    ],
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar="NAME",
            show_default="loyalty",
            rich_help_panel=_QUESTION,
            help="Metric or KPI to judge by, as in summary.csv; may be given again.",
        ),
    ] = None,
    wanted: Annotated[
        list[float] | None,
        typer.Option(
            "--wanted",
            min=1e-9,
            metavar="WIDTH",
            show_default="0.5 for loyalty alone",
            rich_help_panel=_QUESTION,
            help="Half-width that the 95 % interval should have, in the outcome's unit; one for each --outcome.",
        ),
    ] = None,
    effect: Annotated[
        list[float] | None,
        typer.Option(
            "--effect",
            min=1e-9,
            metavar="SIZE",
            show_default="none",
            rich_help_panel=_QUESTION,
            help="Difference that should be told from zero, in the outcome's unit; one for each --outcome.",
        ),
    ] = None,
    replications: given.Replications = None,
    seed: given.Seed = None,
    population: given.Population = None,
    weeks: given.Weeks = None,
    workers: given.Workers = None,
    threads: given.Threads = 1,
    vector_width: given.VectorWidth = "auto",
    out: given.ReplicationsOut = None,
    overwrite: given.Overwrite = False,
    no_charts: given.NoCharts = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Say how many replications are enough, and what the same luck in every arm saved.

    From the paired differences of each arm to the first: the replications that a
    wanted half-width takes, with the uncertainty of that figure; the chance to see
    a given effect; and the factor of replications that common random numbers
    saved, measured. Leaves both tables and a convergence chart for each outcome.

    It does not stop by itself: `silosim compare --precision` goes on until the
    half-width of loyalty is narrow enough (95 % intervals then cover in about 94
    to 96 of 100 cases).

    \b
    Examples:
      silosim replications silo_vs_shared --replications 20
      silosim replications results/silo_vs_shared --wanted 0.5
      silosim replications results/silo_vs_shared --outcome retention --wanted 1 --effect 2
      silosim replications mine.yaml --outcome loyalty --outcome profit --wanted 0.5 --wanted 20
    """
    with explained(debug=debug):
        from simulation.analysis.folder import check_folder

        asked = _questions(outcome, wanted, effect)
        folder = out or RESULTS / f"{Path(source).stem}-replications"
        check_folder(folder, overwrite=overwrite)
        sizes: Options = {"replications": replications, "seed": seed, "population": population, "weeks": weeks}
        if Path(source).is_dir():
            measured, made_by, interrupted = _read(Path(source), sizes)
        else:
            sizes |= {"workers": workers, "threads": threads}
            measured, made_by, interrupted = _run(source, sizes, vector_width=vector_width, quiet=quiet)
        _answer(measured, asked, made_by, folder, overwrite=overwrite, charts=not no_charts)
        remarks(quiet=quiet)(f"Results are in {folder}")
        if interrupted:
            raise typer.Exit(INTERRUPTED)


Question = tuple[str, "float | None", "float | None"]
"""An outcome, the half-width wanted and the effect to be seen."""
Made = tuple["Measured", "dict[str, object]", bool]
"""Runs, what they were made by, and whether Ctrl-C cut them short."""


def _questions(
    outcomes: Sequence[str] | None, wanted: Sequence[float] | None, effects: Sequence[float] | None
) -> list[Question]:
    """Bring outcomes together with what is asked of each; a fault where the numbers do not match."""
    from simulation.scenario.faults import Fault, ScenarioError

    names = list(outcomes or ["loyalty"])
    widths: Sequence[float | None] = wanted or ([0.5] if names == ["loyalty"] else [None] * len(names))
    sizes: Sequence[float | None] = effects or [None] * len(names)
    faults = [
        Fault(f"is given {len(found)} time(s)", key=option, allowed=f"once for each of the {len(names)} outcome(s)")
        for option, found in (("--wanted", widths), ("--effect", sizes))
        if len(found) != len(names)
    ]
    if len(set(names)) < len(names):
        faults.append(Fault("an outcome is named twice", key="--outcome"))
    if faults:
        raise ScenarioError(faults)
    return list(zip(names, widths, sizes, strict=True))


def _read(folder: Path, sizes: Options) -> Made:
    from simulation.laboratory.replications.stored import provenance_of, weekly_of
    from simulation.scenario.faults import Fault, ScenarioError

    asked = [name for name, value in sizes.items() if value is not None]
    if asked:
        allowed = "an option for a scenario; the runs of a folder are there already"
        raise ScenarioError([Fault("has no meaning here", key=f"--{name}", allowed=allowed) for name in asked])
    return weekly_of(folder), provenance_of(folder), False


def _run(source: str, sizes: Options, *, vector_width: str, quiet: bool) -> Made:
    from rich.console import Console

    from simulation.analysis.comparison import compare
    from simulation.analysis.storage import provenance
    from simulation.laboratory.replications.stored import measured_by
    from simulation.scenario.loading import load

    loaded = load(source)
    say_warnings(loaded, remarks(quiet=quiet))
    warm_up(vector_width=vector_width, quiet=quiet)
    with shown_progress(Console(stderr=True), quiet=quiet) as progress:
        options: Options = {**sizes, "progress": progress}
        found = compare(loaded, **options)
    return measured_by(found), provenance(found), found.interrupted


def _answer(
    measured: Measured,
    asked: Sequence[Question],
    made_by: dict[str, object],
    folder: Path,
    *,
    overwrite: bool,
    charts: bool,
) -> None:
    """Print the answer to each question and write tables and charts."""
    from simulation.analysis.folder import CHARTS, whole
    from simulation.analysis.storage import write_csv, write_provenance
    from simulation.laboratory.replications.enough import answers
    from simulation.views.laboratory.enough_words import sentences

    told, paths = answers(measured, asked)
    try:
        with whole(folder, overwrite=overwrite) as hidden:
            write_csv(told, hidden / "enough.csv")
            write_csv(paths, hidden / "convergence.csv")
            write_provenance(made_by | {"command": ["silosim", *sys.argv[1:]]}, hidden)
            if charts:
                (hidden / CHARTS).mkdir()
                _draw(told, paths, measured, hidden / CHARTS)
    finally:
        for line in sentences(told, labels=measured.labels, arm_titles=measured.arm_titles):
            typer.echo(line)


def _draw(told: pd.DataFrame, paths: pd.DataFrame, measured: Measured, folder: Path) -> None:
    from simulation.views.laboratory.convergence_chart import save_convergence

    for outcome, rows in told.groupby("outcome", sort=False):
        of_outcome = paths[paths["outcome"] == outcome]
        save_convergence(of_outcome, rows, folder, label=measured.labels[str(outcome)], arm_titles=measured.arm_titles)

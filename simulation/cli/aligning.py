"""`silosim align`: for each department, the angle between what its KPI rewards and what moves the customer's value."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from simulation.cli import options as given
from simulation.cli.costing import runs_take, seconds_of
from simulation.cli.failures import INTERRUPTED, explained
from simulation.cli.opening import folder_of, remarks, say_warnings
from simulation.cli.progress import shown_progress
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.laboratory.alignment.alignment_map import Alignment
    from simulation.scenario.loading import LoadedScenario
    from simulation.views.laboratory.alignment_words import Told

__all__ = ["align"]

_WHAT = "What is asked"


def align(
    scenario: given.ScenarioArgument,
    arm: given.Arm = None,
    value: Annotated[
        Literal["lifetime_value", "loyalty", "profit"],
        typer.Option("--value", rich_help_panel=_WHAT, help="What counts as value. profit: before bonus."),
    ] = "lifetime_value",
    at: Annotated[
        Literal["start", "late"],
        typer.Option(
            "--at",
            rich_help_panel=_WHAT,
            help="Around which settings: the starting policy, or what the arm's departments have come to by the last 52 weeks.",
        ),
    ] = "start",
    step: Annotated[
        float,
        typer.Option(
            "--step",
            min=0.01,
            max=0.5,
            metavar="H",
            rich_help_panel=_WHAT,
            help="How far each lever is moved up and down.",
        ),
    ] = 0.1,
    over: Annotated[
        Literal["last", "all"],
        typer.Option("--over", rich_help_panel=_WHAT, help="last: figures of the last 52 weeks. all: of all weeks."),
    ] = "last",
    estimate: Annotated[bool, given.estimate_option(_WHAT)] = False,
    replications: given.Replications = None,
    seed: given.Seed = None,
    population: given.Population = None,
    weeks: given.Weeks = None,
    workers: given.Workers = None,
    vector_width: given.VectorWidth = "auto",
    out: given.AlignmentOut = None,
    overwrite: given.Overwrite = False,
    no_charts: given.NoCharts = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Show which departments' KPIs pull with the customer's value, and which against it.

    For each department the angle between what its own levers do to its own KPIs
    and what they do to the value: 0 degrees, the same way; 90, nothing to do with
    each other; 180, against. Where no effect can be told from zero it says so.

    \b
    Examples:
      silosim align silo_vs_shared
      silosim align silo_vs_shared --arm siloed --value loyalty --at late
      silosim align mine.yaml --replications 40 --estimate
    """
    with explained(debug=debug):
        horizon = {"replications": replications, "seed": seed, "population": population, "weeks": weeks}
        loaded, told = _asked(scenario, arm, horizon, value=value, at=at, over=over, step=step)
        remark = remarks(quiet=quiet)
        say_warnings(loaded, remark)
        from simulation.analysis.folder import check_folder
        from simulation.analysis.parallel import default_workers

        folder = folder_of(out, loaded, arm, "alignment")
        if not estimate:
            check_folder(folder, overwrite=overwrite)
        warm_up(vector_width=vector_width, quiet=quiet)
        hands = default_workers() if workers is None else workers
        cost = _cost(told, hands)
        if estimate:
            typer.echo(cost)
            return
        remark(cost)
        found = _found(told, hands, quiet=quiet)
        _write(found, told, loaded, folder, overwrite=overwrite, charts=not no_charts)
        _say(found, told)
        remark(f"Results are in {folder}")
        if found.interrupted:
            remark(f"Interrupted: {found.replications} finished replication(s) are kept.")
            raise typer.Exit(INTERRUPTED)


def _asked(
    scenario: str,
    arm: str | None,
    horizon: dict[str, int | None],
    *,
    value: Literal["lifetime_value", "loyalty", "profit"],
    at: Literal["start", "late"],
    over: Literal["last", "all"],
    step: float,
) -> tuple[LoadedScenario, Told]:
    """Read the scenario and choose the arm; every fault is told before anything runs."""
    from simulation.analysis.choosing import chosen_arms, overridden
    from simulation.laboratory.alignment.probes import FirmProbe
    from simulation.scenario.loading import load
    from simulation.views.laboratory.alignment_words import Told

    loaded = overridden(load(scenario), horizon)
    name = arm or next(iter(loaded.arms))
    chosen = chosen_arms(loaded, [name])[name]
    probe = FirmProbe(scenario=chosen, value=value, seed=chosen.horizon.seed, at=at, over=over)
    return loaded, Told(probe=probe, arm_title=loaded.arm_titles[name], step=step)


def _cost(told: Told, workers: int) -> str:
    """Return what it will take, measured by one run."""
    from simulation.analysis.run import run_arm
    from simulation.laboratory.alignment.alignment_map import runs_of

    each = seconds_of(lambda: run_arm("", told.scenario, seed=told.probe.seed))
    return f"{runs_take(runs_of(told.probe, told.scenario.horizon.replications), each, workers)}."


def _found(told: Told, workers: int, *, quiet: bool) -> Alignment:
    from rich.console import Console

    from simulation.laboratory.alignment.alignment_map import align as measured

    with shown_progress(Console(stderr=True), quiet=quiet, what="runs") as progress:
        return measured(
            told.probe,
            replications=told.scenario.horizon.replications,
            step=told.step,
            seed=told.probe.seed,
            workers=workers,
            progress=progress,
        )


def _write(
    found: Alignment, told: Told, loaded: LoadedScenario, folder: Path, *, overwrite: bool, charts: bool
) -> None:
    """Write the folder whole or not at all."""
    from simulation.analysis.folder import CHARTS, whole
    from simulation.analysis.storage import circumstances, write_csv, write_provenance
    from simulation.views.laboratory.alignment_words import alignment_page

    with whole(folder, overwrite=overwrite) as hidden:
        write_csv(found.angles, hidden / "alignment.csv")
        write_csv(found.levers, hidden / "alignment_levers.csv")
        (hidden / "alignment.md").write_text(alignment_page(found, told), encoding="utf-8", newline="\n")
        own = {
            "alignment": {
                "arm": told.arm_title, "value": told.probe.value, "at": told.probe.at, "over": told.probe.over,
                "step": told.step, "seed": told.probe.seed, "replications": found.replications,
            }
        }  # fmt: skip
        write_provenance(
            circumstances(own, raw=loaded.raw, scenario_hash=loaded.hash, command=["silosim", *sys.argv[1:]]), hidden
        )
        if charts:
            from simulation.views.laboratory.alignment_chart import save_alignment_chart

            (hidden / CHARTS).mkdir()
            save_alignment_chart(found, told, hidden / CHARTS)


def _say(found: Alignment, told: Told) -> None:
    """Print what was found; stdout is for results."""
    from simulation.views.laboratory.alignment_words import alignment_sentences, alignment_title

    typer.echo(alignment_title(found, told))
    for line in alignment_sentences(found, told):
        typer.echo(line)

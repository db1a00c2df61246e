"""`silosim ensemble`: arms compared over all firms that a calibration left possible."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli import options as given
from simulation.cli.calibrating import clear
from simulation.cli.failures import INTERRUPTED, explained, say
from simulation.cli.opening import RESULTS, remarks
from simulation.cli.progress import shown_progress
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from simulation.laboratory.sweep.plan import Plan

__all__ = ["ensemble"]


def ensemble(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that `silosim calibrate` wrote.")],
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="SCENARIO", show_default=False,
            help="Scenario whose arms are compared, if another than the calibrated one.",
        ),
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome", metavar="NAME", show_default="loyalty, profit", rich_help_panel="The question",
            help="Metric or KPI; may be given again.",
        ),
    ] = None,
    replications: Annotated[
        int,
        typer.Option(
            "--replications", min=1, max=10_000, metavar="N", rich_help_panel="Size of the run",
            help="Of each draw; from 2 on luck is told from parameters.",
        ),
    ] = 4,
    population: given.Population = None,
    weeks: given.Weeks = None,
    workers: given.Workers = None,
    vector_width: given.VectorWidth = "auto",
    out: Annotated[Path | None, given.out_option("<calibration>-ensemble")] = None,
    overwrite: given.Overwrite = False,
    no_charts: given.NoCharts = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:  # fmt: skip
    """Compare arms over all firms that a calibration left possible.

    Every draw of ensemble.csv lives in every arm, with the same customers and
    luck in all arms of a draw. The interval of a difference holds both luck and
    what the data leave open of the parameters; beside it stands that of luck
    alone. After Ctrl-C the same command goes on where it was.

    \b
    Examples:
      silosim ensemble results/mine-calibration
      silosim ensemble results/baseline-calibration silo_vs_shared --outcome nps --outcome profit
    """
    with explained(debug=debug):
        from simulation.analysis.folder import check_folder

        target = out or RESULTS / f"{folder.resolve().name}-ensemble"
        check_folder(target, overwrite=overwrite)
        plan = _ensemble_plan(folder, scenario, outcome, replications=replications, population=population, weeks=weeks)
        warm_up(vector_width=vector_width, quiet=quiet)
        working = target.with_name(f"{target.name}.runs") / plan.hash[:12]
        _sweep(plan, working, workers=workers, quiet=quiet)
        _write_compared(plan, working, target, overwrite=overwrite, charts=not no_charts)
        clear(working)
        remarks(quiet=quiet)(f"Results are in {target}")


def _ensemble_plan(
    folder: Path,
    scenario: str | None,
    outcome: list[str] | None,
    *,
    replications: int,
    population: int | None,
    weeks: int | None,
) -> Plan:
    """Read the sweep over the ensemble; a calibration of one arm only is a fault."""
    from simulation.laboratory.calibration.results import ENSEMBLE
    from simulation.laboratory.sweep.planning import plan_sweep
    from simulation.scenario.faults import Fault, ScenarioError
    from simulation.scenario.reading import read_file

    file = folder / ENSEMBLE
    if not file.is_file():
        raise ScenarioError([Fault(f"is no folder of a calibration (no {ENSEMBLE})", str(folder))])
    layer, _ = read_file(file)
    raw: dict[str, Any] = dict(layer.raw)
    raw["scenario"] = scenario or str((folder / str(raw["scenario"])).absolute())
    raw["design"] = {"kind": "table", "file": str((folder / "ensemble.csv").absolute())}
    raw |= {"outcomes": list(outcome)} if outcome else {}
    plan = plan_sweep(raw, replications=replications, population=population, weeks=weeks)
    if len(plan.arms) < 2:
        message = "has one arm only: there is nothing to compare"
        raise ScenarioError(
            [Fault(message, raw["scenario"], allowed="a scenario with arms: silosim ensemble FOLDER SCENARIO")]
        )
    return plan


def _sweep(plan: Plan, working: Path, *, workers: int | None, quiet: bool) -> None:
    from rich.console import Console

    from simulation.laboratory.sweep import dataset
    from simulation.laboratory.sweep.sweeping import sweep

    try:
        with shown_progress(Console(stderr=True), quiet=quiet, what="tasks") as progress:
            sweep(plan, working, workers=workers, progress=progress)
    except KeyboardInterrupt:
        done = dataset.status(working, tasks=plan.tasks, batch=plan.batch).done
        say(f"Interrupted: {done:,} of {plan.tasks:,} tasks are kept in {working.parent}; the same command goes on")
        raise typer.Exit(INTERRUPTED) from None


def _write_compared(plan: Plan, working: Path, folder: Path, *, overwrite: bool, charts: bool) -> None:
    from simulation.analysis.folder import CHARTS, whole
    from simulation.analysis.storage import circumstances, write_csv, write_provenance
    from simulation.laboratory.calibration.columns import COMPARED
    from simulation.laboratory.calibration.pooling import compared
    from simulation.laboratory.calibration.results import write_columns
    from simulation.laboratory.sweep import dataset
    from simulation.laboratory.sweep.planning import columns_of_plan
    from simulation.views.laboratory.calibration_words import compared_sentences

    runs, columns = dataset.read(working), columns_of_plan(plan)
    table = compared(plan, runs)
    with whole(folder, overwrite=overwrite) as hidden:
        write_csv(table, hidden / "compared.csv")
        write_columns(hidden, {"compared": COMPARED})
        write_csv(runs, hidden / "runs.csv")
        own = {
            "ensemble": {
                "draws": len(plan.points),
                "replications": plan.replications,
                "arms": plan.arm_titles,
                "seed": plan.seed,
            }
        }
        told = circumstances(
            own, raw=plan.scenario, scenario_hash=plan.scenario_hash, command=["silosim", *sys.argv[1:]]
        )
        write_provenance(told, hidden)
        if charts:
            from simulation.views.laboratory.ensemble_chart import save_compared_chart

            (hidden / CHARTS).mkdir()
            save_compared_chart(plan, table, columns, hidden / CHARTS)
    labels = {name: column.label for name, column in columns.items()}
    for line in compared_sentences(table, labels=labels, arm_titles=plan.arm_titles):
        typer.echo(line)
    failed = int((runs["status"] == "failed").sum())
    if failed:
        say(f"{failed:,} of {plan.runs:,} runs failed; their draws are left out")

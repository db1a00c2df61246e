"""`silosim calibrate`: a scenario fitted to a client's figures; `silosim ensemble`: arms compared with what is left uncertain."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from simulation.cli import options as given
from simulation.cli.failures import BAD_INPUT, INTERRUPTED, explained, say
from simulation.cli.opening import RESULTS, folder_of, remarks, say_warnings
from simulation.cli.progress import shown_progress
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.laboratory.calibration.calibrating import Calibrated, Calibration
    from simulation.laboratory.sweep.plan import Plan
    from simulation.scenario.loading import LoadedScenario

__all__ = ["calibrate", "ensemble"]

_DATA, _FIT = "The data", "What is fitted"
LEAST_WEEKS = 52
DRAWS = 40
DEFAULT_RUNS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the command line asked for."""

    arm: str | None
    data: Path
    month: Literal["calendar", "4-weeks"]
    market: int | None
    fit: tuple[str, ...]
    runs: int
    draws: int
    seed: int
    population: int | None


def calibrate(
    scenario: given.ScenarioArgument,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="FILE", rich_help_panel=_DATA, help="CSV file of observed or target figures."),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(
            "--template", metavar="FILE", rich_help_panel=_DATA,
            help="Only write such a file, with every metric, unit and place of this scenario, to be filled in.",
        ),
    ] = None,
    month: Annotated[
        Literal["calendar", "4-weeks"],
        typer.Option("--month", rich_help_panel=_DATA, help="Length of a month: calendar is 4.348 weeks, in whole weeks."),
    ] = "calendar",
    market: Annotated[
        int | None,
        typer.Option(
            "--market", min=1, metavar="N", show_default="not said", rich_help_panel=_DATA,
            help="People in the client's market, for figures that count all of it (`a month`, `a week`).",
        ),
    ] = None,
    arm: Annotated[
        str | None,
        typer.Option("--arm", metavar="NAME", show_default="the first", rich_help_panel=_DATA, help="Arm that the data are of."),
    ] = None,
    fit: Annotated[
        list[str] | None,
        typer.Option(
            "--fit", metavar="PATH[=LOW..HIGH]", show_default="what the data speak of", rich_help_panel=_FIT,
            help="Parameter to fit, by its path, and its range (half to double unless given); may be given again. A * stands "
            "for every entry: all are multiplied by one factor.",
        ),
    ] = None,
    runs: Annotated[
        int, typer.Option("--runs", min=20, max=1_000_000, metavar="N", rich_help_panel=_FIT, help="Runs of the fit.")
    ] = DEFAULT_RUNS,
    draws: Annotated[
        int, typer.Option("--draws", min=5, max=2000, metavar="N", rich_help_panel=_FIT, help="Draws of the ensemble.")
    ] = DRAWS,
    seed: Annotated[
        int,
        typer.Option(
            "--seed", min=0, max=2**31, metavar="N", rich_help_panel=_FIT,
            help="Of the points that are run; luck follows from the scenario's.",
        ),
    ] = 1,
    population: given.Population = None,
    workers: given.Workers = None,
    vector_width: given.VectorWidth = "auto",
    out: Annotated[Path | None, given.out_option("<scenario>-calibration")] = None,
    overwrite: given.Overwrite = False,
    no_charts: given.NoCharts = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:  # fmt: skip
    """Fit a scenario to a firm's own figures, and say what they leave open.

    NPS, CSAT, conversion, churn, complaints, contacts, leads, waits, order
    values, any KPI: over the whole time or by month, observed or as targets
    with a tolerance. Leaves calibrated.yaml, which other scenarios can extend;
    an ensemble of firms that the data leave possible; which parameters the data
    tell and which trade off; every figure predicted from the others; charts.
    After Ctrl-C the same command goes on where it was.

    \b
    Examples:
      silosim calibrate mine.yaml --template client.csv
      silosim calibrate mine.yaml --data client.csv
      silosim calibrate mine.yaml --data client.csv --fit people.loyalty_speed=0.02..0.1 --fit 'market.segments.*.defection'
      silosim ensemble results/mine-calibration

    \b
    A data file:
      metric,value,unit,month,n,tolerance,where
      nps,23,points,,850,,
      churn,1.9,% a month,,,0.3,
      conversion,21,%,1,,2,sales
    """
    with explained(debug=debug):
        if template is not None:
            _write_template(scenario, template)
            return
        if data is None:
            say("silosim: --data FILE is missing: the client's figures; --template FILE writes such a file to fill in")
            raise typer.Exit(BAD_INPUT)
        asked = _Asked(arm=arm, data=data, month=month, market=market, fit=tuple(fit or ()), runs=runs, draws=draws, seed=seed,
                       population=population)  # fmt: skip
        loaded, name, todo = _prepared(scenario, asked)
        remark = remarks(quiet=quiet)
        say_warnings(loaded, remark)
        for line in todo.data.remarks:
            remark(line)
        from simulation.analysis.folder import check_folder

        folder = folder_of(out, loaded, "calibration")
        check_folder(folder, overwrite=overwrite)
        warm_up(vector_width=vector_width, quiet=quiet)
        working = folder.with_name(f"{folder.name}.runs") / todo.hash[:12]
        found = _run(todo, working, workers=workers, quiet=quiet)
        _write(found, loaded, folder, arm=name, overwrite=overwrite, charts=not no_charts)
        _clear(working)
        remark(f"Results are in {folder}. Next: silosim ensemble {folder}")


def _write_template(scenario: str, file: Path) -> None:
    from simulation.laboratory.calibration.template import template
    from simulation.scenario.loading import load

    text = template(load(scenario), name=scenario)
    try:
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except FileExistsError:
        say(f"silosim: {file} exists already and is left alone; name another file")
        raise typer.Exit(BAD_INPUT) from None
    say(f"Written: {file}. Fill it in, then: silosim calibrate {scenario} --data {file}")


def _prepared(scenario: str, asked: _Asked) -> tuple[LoadedScenario, str, Calibration]:
    """Read everything; every fault is told before anything runs."""
    from simulation.analysis.choosing import chosen_arms, overridden
    from simulation.laboratory.calibration.arms import arm_data
    from simulation.laboratory.calibration.calibrating import Calibration, check_size
    from simulation.laboratory.calibration.client_data import read_client_data
    from simulation.laboratory.calibration.measuring import Firm
    from simulation.laboratory.calibration.parameters import default_fit, parameters_of
    from simulation.laboratory.calibration.units import WEEKS_A_MONTH, Clock
    from simulation.scenario.loading import load

    loaded = load(scenario)
    name = asked.arm or next(iter(loaded.arms))
    firm = chosen_arms(loaded, [name])[name]
    clock = Clock(weeks_a_month=4.0 if asked.month == "4-weeks" else WEEKS_A_MONTH, market=asked.market)
    data = read_client_data(asked.data, firm, clock=clock)
    parameters = parameters_of(firm, asked.fit or default_fit(firm, data.targets))
    first = asked.runs - asked.runs // 2
    check_size(len(parameters), len(data.targets), first=first, second=asked.runs // 2)
    weeks = max(LEAST_WEEKS, round(data.months * clock.weeks_a_month))
    sized = overridden(loaded, {"weeks": weeks, "population": asked.population})
    todo = Calibration(
        firm=Firm(raw=arm_data(sized.raw, name), seed=firm.horizon.seed), parameters=parameters, data=data, weeks=weeks,
        weeks_a_month=clock.weeks_a_month, first=first, second=asked.runs // 2, draws=asked.draws, seed=asked.seed,
    )  # fmt: skip
    return loaded, name, todo


def _run(todo: Calibration, working: Path, *, workers: int | None, quiet: bool) -> Calibrated:
    from rich.console import Console

    from simulation.laboratory.calibration.calibrating import calibrate as fitted

    done = 0

    def told(progress: Callable[[int, int], None]) -> Callable[[int, int], None]:
        def tell(count: int, planned: int) -> None:
            nonlocal done
            done = count
            progress(count, planned)

        return tell

    try:
        with shown_progress(Console(stderr=True), quiet=quiet, what="runs") as progress:
            return fitted(todo, working, workers=workers, progress=told(progress))
    except KeyboardInterrupt:
        say(f"Interrupted: {done:,} of {todo.runs:,} runs are kept in {working.parent}; the same command goes on")
        raise typer.Exit(INTERRUPTED) from None


def _write(found: Calibrated, loaded: LoadedScenario, folder: Path, *, arm: str, overwrite: bool, charts: bool) -> None:
    from simulation.analysis.folder import CHARTS, whole
    from simulation.laboratory.calibration.results import tables_of, write_results
    from simulation.laboratory.calibration.tables import converged
    from simulation.views.laboratory.calibration_words import calibration_page, sentences

    made, verdict = tables_of(found), converged(found)
    with whole(folder, overwrite=overwrite) as hidden:
        write_results(found, made, loaded, hidden, arm=arm, command=["silosim", *sys.argv[1:]])
        page = calibration_page(found, made, verdict)
        (hidden / "calibration.md").write_text(page, encoding="utf-8", newline="\n")
        if charts:
            from simulation.views.laboratory.calibration_chart import save_calibration_charts

            (hidden / CHARTS).mkdir()
            save_calibration_charts(found, made, hidden / CHARTS)
    for line in sentences(found, made, verdict):
        typer.echo(line)


def _clear(working: Path) -> None:
    """Remove the runs of what is finished, and their folder where nothing else is under way in it."""
    shutil.rmtree(working, ignore_errors=True)
    if not any(working.parent.iterdir()):
        working.parent.rmdir()


# --- arms over the ensemble -------------------------------------------------------------------------------------------


def ensemble(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that `silosim calibrate` wrote.")],
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="[SCENARIO]", show_default=False,
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
        _clear(working)
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
    from simulation.laboratory.calibration.pooling import compared
    from simulation.laboratory.sweep import dataset
    from simulation.laboratory.sweep.planning import columns_of_plan
    from simulation.views.laboratory.calibration_words import compared_sentences

    runs, columns = dataset.read(working), columns_of_plan(plan)
    table = compared(plan, runs)
    with whole(folder, overwrite=overwrite) as hidden:
        write_csv(table, hidden / "compared.csv")
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
            from simulation.views.laboratory.calibration_chart import save_compared_chart

            (hidden / CHARTS).mkdir()
            save_compared_chart(plan, table, columns, hidden / CHARTS)
    labels = {name: column.label for name, column in columns.items()}
    for line in compared_sentences(table, labels=labels, arm_titles=plan.arm_titles):
        typer.echo(line)
    failed = int((runs["status"] == "failed").sum())
    if failed:
        say(f"{failed:,} of {plan.runs:,} runs failed; their draws are left out")

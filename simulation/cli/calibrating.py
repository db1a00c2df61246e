"""`silosim calibrate`: a scenario fitted to a client's figures."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from simulation.cli import options as given
from simulation.cli.failures import BAD_INPUT, INTERRUPTED, explained, say
from simulation.cli.opening import folder_of, refuse_existing, remarks, say_warnings
from simulation.cli.progress import shown_progress
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.laboratory.calibration.calibrating import Calibrated, Calibration
    from simulation.scenario.loading import LoadedScenario

__all__ = ["calibrate", "clear"]

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

    Runs live a year after burn-in, or as many months as the data have, in the
    arm that the data are of. Intervals hold the figures' errors and the luck of
    one year of a firm of the simulated size: a larger firm has less, so take a
    larger --population for it. After Ctrl-C the same command goes on.

    \b
    Examples:
      silosim calibrate mine.yaml --template client.csv
      silosim calibrate mine.yaml --data client.csv
      silosim calibrate mine.yaml --data client.csv --fit people.loyalty_speed=0.02..0.1
      silosim calibrate mine.yaml --data client.csv --fit 'market.segments.*.defection'
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
            _write_template(scenario, template, overwrite=overwrite)
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
        clear(working)
        remark(f"Results are in {folder}. Next: silosim ensemble {folder}")


def _write_template(scenario: str, file: Path, *, overwrite: bool) -> None:
    from simulation.analysis.folder import write_file
    from simulation.laboratory.calibration.template import template
    from simulation.scenario.loading import load

    refuse_existing(file, overwrite=overwrite, option="--template")
    write_file(file, template(load(scenario), name=scenario).encode(), overwrite=overwrite)
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


def clear(working: Path) -> None:
    """Remove the runs of what is finished, and their folder where nothing else is under way in it."""
    shutil.rmtree(working, ignore_errors=True)
    if not any(working.parent.iterdir()):
        working.parent.rmdir()

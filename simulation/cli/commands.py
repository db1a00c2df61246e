"""The commands of `silosim`."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from simulation._version import __version__
from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.aligning import align
from simulation.cli.attributing import attribute
from simulation.cli.bundling import bundle, reproduce
from simulation.cli.calibrating import calibrate
from simulation.cli.checking import schema, validate
from simulation.cli.comparing import Request, perform
from simulation.cli.ensembling import ensemble
from simulation.cli.exploring import explore
from simulation.cli.exporting import export
from simulation.cli.failures import explained, say
from simulation.cli.founding import new
from simulation.cli.gathering import evidence
from simulation.cli.handing_out import handouts
from simulation.cli.money import money
from simulation.cli.optimum import optimum
from simulation.cli.presenting import present
from simulation.cli.reading_sweeps import discover, pay_map, sensitivity
from simulation.cli.replicating import replications
from simulation.cli.reporting import asked, report_on
from simulation.cli.showing import show
from simulation.cli.spreadsheets import import_firm, template_of
from simulation.cli.sweeping import sweep
from simulation.cli.telling import story
from simulation.cli.warming import warm_up
from simulation.cli.workshop import workshop

__all__ = ["app", "main"]

_CODES = (
    "Exit codes: 0 done; 1 silosim or the machine failed (disk full, memory out); 2 bad input (a faulty scenario, an "
    "option that cannot be, a folder that exists); 130 interrupted (Ctrl-C: finished replications are kept)."
)
_HELP = """Departments, their incentives and their customers: what if they were paid, and saw, differently?

\b
First steps:
  silosim compare silo_vs_shared        the main comparison, on the reference firm
  silosim show baseline                 the firm: departments, levers, KPIs, journey
  silosim new mine.yaml                 a commented scenario of your own
  silosim compare mine.yaml -h          every option
  silosim explore silo_vs_shared        move it in the browser
  silosim workshop --dry-run            try the workshop alone, with bots
"""

app = typer.Typer(
    name="silosim",
    help=_HELP,
    epilog=_CODES,
    rich_markup_mode="rich",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def main() -> None:
    """Run the command line; the entry point of `silosim` and of `python -m simulation`."""
    gc.set_threshold(
        50_000
    )  # start-up makes many objects that stay: looking through them again and again is for nothing
    app(prog_name="silosim")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"silosim {__version__}")
        raise typer.Exit


@app.callback()
def _every_command(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command(rich_help_panel="Run", epilog=_CODES)
def compare(
    scenario: given.ScenarioArgument,
    replications: given.Replications = None,
    seed: given.Seed = None,
    population: given.Population = None,
    weeks: given.Weeks = None,
    precision: given.Precision = None,
    workers: given.Workers = None,
    threads: given.Threads = 1,
    engine: given.EngineName = "compiled",
    vector_width: given.VectorWidth = "auto",
    out: given.Out = None,
    overwrite: given.Overwrite = False,
    no_charts: given.NoCharts = False,
    report: given.Report = False,
    xlsx: given.Workbook = False,
    pptx: given.Deck = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Compare the arms of a scenario: the same customers, the same luck, other incentives.

    Prints each arm and its paired difference to the first arm with a 95 % interval, and leaves a folder with tables,
    charts and where they came from.

    \b
    Examples:
      silosim compare silo_vs_shared
      silosim compare mine.yaml --replications 40 --out results/first
      silosim compare mine.yaml --precision 0.5
      silosim compare mine.yaml --report
      silosim compare mine.yaml --population 1000 --weeks 104 --replications 4
    """
    with explained(debug=debug):
        request = Request(
            scenario=scenario,
            replications=replications,
            seed=seed,
            population=population,
            weeks=weeks,
            precision=precision,
            workers=workers,
            threads=threads,
            engine=engine,
            vector_width=vector_width,
            out=out,
            overwrite=overwrite,
            charts=not no_charts,
            views=asked(report=report, xlsx=xlsx, pptx=pptx),
            quiet=quiet,
        )
        perform(request)


@app.command(rich_help_panel="Run", epilog=_CODES)
def run(
    scenario: given.ScenarioArgument,
    arm: given.Arm = None,
    replications: given.Replications = None,
    seed: given.Seed = None,
    population: given.Population = None,
    weeks: given.Weeks = None,
    precision: given.Precision = None,
    workers: given.Workers = None,
    threads: given.Threads = 1,
    engine: given.EngineName = "compiled",
    vector_width: given.VectorWidth = "auto",
    out: given.Out = None,
    overwrite: given.Overwrite = False,
    no_charts: given.NoCharts = False,
    report: given.Report = False,
    xlsx: given.Workbook = False,
    pptx: given.Deck = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Run one arm of a scenario, or a scenario without arms.

    Leaves the same folder as compare; with --arm, results/<scenario>-<arm>.

    \b
    Examples:
      silosim run baseline
      silosim run silo_vs_shared --arm shared --replications 10
    """
    with explained(debug=debug):
        request = Request(
            scenario=scenario,
            arm=arm,
            only_one_arm=True,
            replications=replications,
            seed=seed,
            population=population,
            weeks=weeks,
            precision=precision,
            workers=workers,
            threads=threads,
            engine=engine,
            vector_width=vector_width,
            out=out,
            overwrite=overwrite,
            charts=not no_charts,
            views=asked(report=report, xlsx=xlsx, pptx=pptx),
            quiet=quiet,
        )
        perform(request)


app.command(rich_help_panel="Run", epilog=_CODES)(export)
app.command("report", rich_help_panel="Run", epilog=_CODES)(report_on)


app.command(rich_help_panel="Scenario files", epilog=_CODES)(validate)
app.command(rich_help_panel="Scenario files", epilog=_CODES)(show)
app.command(rich_help_panel="Scenario files", epilog=_CODES)(new)
app.command("template", rich_help_panel="Scenario files", epilog=_CODES)(template_of)
app.command("import", rich_help_panel="Scenario files", epilog=_CODES)(import_firm)
app.command(rich_help_panel="Scenario files", epilog=_CODES)(schema)
app.command(rich_help_panel="Run", epilog=_CODES)(story)
app.command(rich_help_panel="Run", epilog=_CODES)(money)


@app.command(rich_help_panel="Run", epilog=_CODES)
def warmup(vector_width: given.VectorWidth = "auto", debug: given.Debug = False) -> None:
    """Compile the fast engine now, so that the first comparison does not have to.

    The result is kept on this computer until silosim or its libraries change.

    \b
    Example:
      silosim warmup
    """
    with explained(debug=debug):
        if not warm_up(vector_width=vector_width, quiet=False):
            say("The engine was ready already.")


app.command(rich_help_panel="Run", epilog=_CODES)(evidence)
app.command(rich_help_panel="Laboratory", epilog=_CODES)(replications)
app.command(rich_help_panel="Laboratory", epilog=_CODES)(bundle)
app.command(rich_help_panel="Laboratory")(reproduce)  # has codes of its own
app.command(rich_help_panel="Laboratory", epilog=_CODES)(sweep)
app.command(rich_help_panel="Laboratory", epilog=_CODES)(sensitivity)
app.command("map", rich_help_panel="Laboratory", epilog=_CODES)(pay_map)
app.command(rich_help_panel="Laboratory", epilog=_CODES)(discover)
app.command(rich_help_panel="Laboratory", epilog=_CODES)(attribute)
app.command(rich_help_panel="Laboratory", epilog=_CODES)(align)
app.command(rich_help_panel="Laboratory", epilog=_CODES)(optimum)
app.command(rich_help_panel="Laboratory", epilog=_CODES)(calibrate)
app.command(rich_help_panel="Laboratory", epilog=_CODES)(ensemble)
app.command(rich_help_panel="In the browser", epilog=_CODES)(explore)
app.command(rich_help_panel="In the browser", epilog=_CODES)(present)
app.command(rich_help_panel="In the browser", epilog=_CODES)(handouts)
app.command(rich_help_panel="In the browser", epilog=_CODES)(workshop)

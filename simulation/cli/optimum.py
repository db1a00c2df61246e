"""What `silosim optimum` does: search, judge on fresh luck, say, write."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli import options as given
from simulation.cli.failures import FAILED, INTERRUPTED, explained, say

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.laboratory.optimum.judging import Optimum
    from simulation.laboratory.optimum.optimum import Plan

__all__ = ["optimum"]

_SEARCH = "How is searched"


def optimum(
    scenario: given.ScenarioArgument,
    arms: Annotated[
        str | None, typer.Option("--arms", metavar="NAME,...", show_default="all", help="Arms, separated by commas.")
    ] = None,
    objective: Annotated[
        str,
        typer.Option(
            "--objective",
            metavar="NAME",
            help="What the owner wants: profit, loyalty, lifetime_value, or a weighted sum as in profit:1,loyalty:20.",
        ),
    ] = "profit",
    starts: Annotated[
        int, typer.Option(min=1, max=100, metavar="N", rich_help_panel=_SEARCH, help="Starts of each search.")
    ] = 3,
    budget: Annotated[
        int,
        typer.Option(
            min=20,
            max=1_000_000,
            metavar="N",
            rich_help_panel=_SEARCH,
            help="Settings that a search of the owner's may ask about; an equilibrium eight times as many.",
        ),
    ] = 250,
    training: Annotated[
        int,
        typer.Option(min=1, max=1000, metavar="N", rich_help_panel=_SEARCH, help="Replications that searches go by."),
    ] = 2,
    population: Annotated[
        int, typer.Option(min=10, max=20_000_000, metavar="N", rich_help_panel=_SEARCH, help="People in those runs.")
    ] = 4000,
    weeks: Annotated[
        int,
        typer.Option(min=1, max=5200, metavar="N", rich_help_panel=_SEARCH, help="Weeks measured in those runs."),
    ] = 52,
    burn_in: Annotated[
        int | None,
        typer.Option(
            "--burn-in",
            min=4,
            max=1040,
            metavar="N",
            rich_help_panel=_SEARCH,
            show_default="as in the scenario",
            help="Weeks before those, under the settings themselves.",
        ),
    ] = None,
    replications: Annotated[
        int, typer.Option(min=4, max=100_000, metavar="N", help="Fresh replications to judge by what was found.")
    ] = 12,
    estimate: Annotated[bool, given.estimate_option(_SEARCH)] = False,
    seed: given.Seed = None,
    workers: given.Workers = None,
    vector_width: given.VectorWidth = "auto",
    out: given.OptimumOut = None,
    overwrite: given.Overwrite = False,
    no_charts: given.NoCharts = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Find what one owner of all levers would do, what departments end up doing, and the price of it.

    Searches, on the same customers with the same luck, for the best levers of
    a single owner, and for the equilibrium of each arm, in which no department
    gains by moving its own levers. Both are then lived on fresh luck beside
    the starting policy and what the arm's departments learn: the difference
    and the ratio are the price of the silos. It says whether each equilibrium
    holds on that fresh luck. Ctrl-C ends the search and reports the best so
    far. The cost is said first: for silo_vs_shared about ten minutes on two
    quiet cores, twice that at the most; for the second example a few minutes.
    At the same cost, more people bring steadier answers than more training
    replications.

    \b
    Examples:
      silosim optimum silo_vs_shared
      silosim optimum silo_vs_shared --arms siloed,shared --starts 1 --budget 150 --training 1
      silosim optimum silo_vs_shared --estimate
      silosim optimum mine.yaml --objective loyalty --out results/most_loyal
      silosim optimum mine.yaml --objective profit:1,loyalty:20
    """
    with explained(debug=debug):
        from simulation.analysis.choosing import loaded_from
        from simulation.analysis.folder import check_folder
        from simulation.analysis.parallel import default_workers
        from simulation.cli.opening import folder_of, remarks, say_warnings
        from simulation.cli.warming import warm_up
        from simulation.laboratory.optimum.objectives import read_objective

        loaded = loaded_from(scenario)
        say_warnings(loaded, remarks(quiet=quiet))
        wanted = read_objective(objective)
        folder = folder_of(out, loaded, "optimum")
        if not estimate:
            check_folder(folder, overwrite=overwrite)
        from simulation.laboratory.extras import needed
        from simulation.laboratory.optimum.optimum import plan_for

        needed("cma")
        names = None if arms is None else [name.strip() for name in arms.split(",")]
        plan = plan_for(
            loaded, objective=wanted, arms=names, starts=starts, budget=budget, training=training,
            replications=replications, population=population, weeks=weeks, burn_in=burn_in, seed=seed,
            workers=default_workers() if workers is None else workers,
        )  # fmt: skip
        if estimate:
            warm_up(vector_width=vector_width, quiet=quiet)
            typer.echo(_cost(plan))
            return
        _perform(plan, folder, vector_width=vector_width, overwrite=overwrite, charts=not no_charts, quiet=quiet)


def _cost(plan: Plan) -> str:
    """Return what it will take, measured by one run under held levers and one in which departments learn."""
    from simulation.analysis.run import run_arm
    from simulation.cli.costing import long, seconds_of
    from simulation.laboratory.optimum.effort import one_life, work_of

    work = work_of(plan)
    held = seconds_of(one_life(plan))
    arm = next(iter(plan.arms.values()))
    learning = seconds_of(lambda: run_arm("", arm, seed=plan.seed))
    most = (work.runs * held + work.learning * learning) / plan.workers
    return (
        f"At most {work.settings:,} settings to ask about, each in {plan.training} training replication(s), and {work.judging:,} "
        f"runs to judge by, of about {held:.2f} s: at most about {long(most)} with {plan.workers} worker(s). Usually half of it or "
        "less: settings met again cost nothing, and searches mostly end early."
    )


def _perform(plan: Plan, folder: Path, *, vector_width: str, overwrite: bool, charts: bool, quiet: bool) -> None:
    """Search, judge, say and write.

    Raises
    ------
    typer.Exit
        With 130 when Ctrl-C ended the search and what it had found was saved; with 1 when the charts failed.
    """
    from rich.console import Console

    from simulation.cli.opening import remarks
    from simulation.cli.progress import shown_progress
    from simulation.cli.warming import warm_up
    from simulation.laboratory.optimum.judging import judge
    from simulation.laboratory.optimum.optimum import search
    from simulation.views.laboratory.optimum_words import answer

    remark, console = remarks(quiet=quiet), Console(stderr=True)
    warm_up(vector_width=vector_width, quiet=quiet)
    if not quiet:
        remark(_cost(plan))
    with shown_progress(console, quiet=quiet, what="settings") as progress:
        found = search(plan, progress=progress)
    if found.interrupted:
        remark("Interrupted: judging the best found so far on fresh luck; Ctrl-C again to leave at once.")
    try:
        with shown_progress(console, quiet=quiet) as progress:
            result = judge(found, progress=progress)
    except KeyboardInterrupt:
        say("silosim: interrupted while judging; what the search had found is not written, for nothing had judged it")
        raise typer.Exit(INTERRUPTED) from None
    lines = answer(result)
    try:
        drawn = _save(result, lines, folder, overwrite=overwrite, charts=charts)
    finally:
        for line in lines:
            typer.echo(f"{line}\n")
    remark(f"Results are in {folder}")
    if found.interrupted:
        raise typer.Exit(INTERRUPTED)
    if not drawn:
        raise typer.Exit(FAILED)


def _save(result: Optimum, lines: list[str], folder: Path, *, overwrite: bool, charts: bool) -> bool:
    """Write the folder, whole or not at all; false when the charts failed and the rest was saved."""
    from simulation.analysis.folder import CHARTS, whole
    from simulation.laboratory.optimum.judging import write

    with whole(folder, overwrite=overwrite) as hidden:
        write(result, hidden, command=["silosim", *sys.argv[1:]])
        (hidden / "answer.md").write_text("\n\n".join(lines) + "\n", encoding="utf-8", newline="\n")
        if not charts:
            return True
        from simulation.views.laboratory.optimum_chart import draw_optimum

        (hidden / CHARTS).mkdir()
        try:
            draw_optimum(result, hidden / CHARTS)
        except Exception as error:
            say(f"silosim: the charts could not be drawn ({type(error).__name__}: {error})")
            return False
    return True

"""The command `silosim sweep`: a scenario over a design of factors, run where it will be, and resumed after a stop."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.costing import long
from simulation.cli.failures import BAD_INPUT, INTERRUPTED, explained, say
from simulation.cli.opening import RESULTS, remarks
from simulation.cli.progress import bar, shown_progress
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.laboratory.sweep.estimate import Estimate
    from simulation.laboratory.sweep.plan import Plan

__all__ = ["sweep"]

_SWEEP = "The sweep"


def sweep(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A sweep file.")],
    replications: given.Replications = None,
    seed: given.Seed = None,
    population: given.Population = None,
    weeks: given.Weeks = None,
    estimate: Annotated[
        bool, typer.Option("--estimate", rich_help_panel=_SWEEP, help="Only say what it will take: time, memory, disk.")
    ] = False,
    status: Annotated[
        bool, typer.Option("--status", rich_help_panel=_SWEEP, help="Only say how far it has come; it may be running.")
    ] = False,
    weekly: Annotated[
        bool, typer.Option("--weekly", rich_help_panel=_SWEEP, help="Keep the weekly tables of every run, too.")
    ] = False,
    levers: Annotated[
        bool, typer.Option("--levers", rich_help_panel=_SWEEP, help="Keep levers, scores and bonuses, too.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", min=1, max=1024, metavar="N", show_default="one per processor", rich_help_panel="How it runs",
            help="Processes that share the tasks; with --dask, how many of the cluster's workers to keep busy "
            "[default there: all]. The results are the same for any number.",
        ),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            "--dask", metavar="ADDRESS", rich_help_panel="How it runs",
            help="Let a Dask cluster do it: the address of its scheduler, such as tcp://10.0.0.1:8786.",
        ),
    ] = None,
    vector_width: given.VectorWidth = "auto",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FOLDER", show_default="results/<name of the file>", rich_help_panel="What comes out",
            help="Folder of the sweep; one that holds the same sweep is resumed.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", rich_help_panel="What comes out", help="Remove an older sweep there first.")
    ] = False,
    no_charts: given.NoCharts = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:  # fmt: skip
    """Vary a scenario over a design of factors: every point, every arm.

    The sweep file names a scenario, factors by their paths in it, and a design:
    full_factorial, one_at_a_time, latin_hypercube, sobol, morris or table (your
    own points, CSV). What it will take is said first. Runs stream into
    FOLDER/runs/*.parquet, one row each, which pandas, Polars and DuckDB read
    while it grows. After a stop of any kind the same command goes on: no run is
    lost, none done twice. A run that fails is a row with its error.

    \b
    Examples:
      silosim sweep experiments/shared_weight.yaml --estimate
      silosim sweep experiments/shared_weight.yaml --workers 2
      silosim sweep mine.yaml --replications 4 --population 1000
      silosim sweep mine.yaml --status

    \b
    A sweep file:
      title: How much shared weight is enough?
      scenario: silo_vs_shared
      arms: \\[siloed, shared]
      design: {kind: full_factorial}
      factors:
        weight:
          path: incentives.shared_weight
          levels: \\[0, 0.25, 0.5, 1]
          arms: \\[shared]
    """
    with explained(debug=debug):
        from simulation.laboratory.sweep.sweeping import check_sweep_folder

        folder = out or RESULTS / (file.parent.name if file.stem == "sweep" and file.parent.name else file.stem)
        if status:
            _say_status(folder)
            return
        plan = _planned(
            file, quiet=quiet, replications=replications, population=population, weeks=weeks, seed=seed, weekly=weekly,
            levers=levers,
        )  # fmt: skip
        kept = check_sweep_folder(folder, plan, overwrite=overwrite)
        remark = remarks(quiet=quiet)
        warm_up(vector_width=vector_width, quiet=quiet)
        done = _done(plan, folder) if kept is not None else 0
        if estimate or not (quiet or done == plan.tasks):
            _say_estimate(plan, folder, workers=workers, done=done, remark=say if estimate else remark)
        if estimate:
            return
        _run(plan, folder, workers=workers, dask=dask, overwrite=overwrite, quiet=quiet)
        _show(plan, folder, charts=not no_charts, remark=remark)


def _planned(file: Path, *, quiet: bool, **options: Any) -> Plan:
    """Plan the sweep, with a bar on a terminal while its points are checked."""
    from rich.console import Console

    from simulation.laboratory.sweep.planning import plan_sweep

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        return plan_sweep(file, **options)
    with bar(console, "Design points checked") as progress:
        return plan_sweep(file, **options, progress=progress)


def _run(plan: Plan, folder: Path, *, workers: int | None, dask: str | None, overwrite: bool, quiet: bool) -> None:
    from rich.console import Console

    from simulation.laboratory.sweep.executing import ClusterRefused
    from simulation.laboratory.sweep.sweeping import sweep as run

    try:
        with shown_progress(Console(stderr=True), quiet=quiet, what="tasks") as progress:
            run(plan, folder, workers=workers, dask=dask, overwrite=overwrite, progress=progress)
    except KeyboardInterrupt:
        say(
            f"Interrupted: {_done(plan, folder):,} of {plan.tasks:,} tasks are kept in {folder}; the same command goes on"
        )
        raise typer.Exit(INTERRUPTED) from None
    except ClusterRefused as error:
        say(f"silosim: {error}")
        raise typer.Exit(BAD_INPUT) from None


def _show(plan: Plan, folder: Path, *, charts: bool, remark: Callable[[str], None]) -> None:
    """Draw, print the table, and say what failed and where everything is."""
    from rich.console import Console

    from simulation.analysis.folder import CHARTS
    from simulation.laboratory.sweep import dataset
    from simulation.laboratory.sweep.planning import columns_of_plan
    from simulation.views.laboratory.sweep_table import print_sweep

    runs, columns = dataset.read(folder), columns_of_plan(plan)
    if charts:
        from simulation.views.laboratory.sweep_chart import charted, draw_sweep

        if charted(plan):
            (folder / CHARTS).mkdir(exist_ok=True)
            draw_sweep(plan, runs, columns, folder / CHARTS)
    print_sweep(plan, runs, columns, Console())
    failed = runs[runs["status"] == "failed"]
    if len(failed):
        first = failed.iloc[0]
        say(f"{len(failed):,} of {plan.runs:,} runs failed, the first (run {first['run']}): {first['error']}")
    remark(f"Results are in {folder}")


def _done(plan: Plan, folder: Path) -> int:
    from simulation.laboratory.sweep import dataset

    return dataset.status(folder, tasks=plan.tasks, batch=plan.batch).done


def _say_status(folder: Path) -> None:
    from simulation.laboratory.sweep import dataset
    from simulation.laboratory.sweep.sweeping import plan_in

    plan = plan_in(folder)
    found = dataset.status(folder, tasks=plan.tasks, batch=plan.batch)
    typer.echo(_size_of(plan))
    typer.echo(
        f"{found.done:,} of {found.tasks:,} tasks finished ({100 * found.done / found.tasks:.0f} %), {found.failed:,} of them "
        f"failed; {found.parts:,} of {found.parts_in_all:,} parts, {_bytes(found.size)}"
    )


def _size_of(plan: Plan) -> str:
    counts = {"point": len(plan.points), "replication": plan.replications, "arm": len(plan.arms)}
    size = " x ".join(f"{count:,} {name}{'s' * (count > 1)}" for name, count in counts.items())
    return f"{plan.title}: {plan.kind}, {size} = {plan.runs:,} run{'s' * (plan.runs > 1)}"


def _say_estimate(plan: Plan, folder: Path, *, workers: int | None, done: int, remark: Callable[[str], None]) -> None:
    from simulation.analysis.parallel import default_workers
    from simulation.laboratory.sweep.estimate import estimate

    remark(_size_of(plan))
    if done:
        remark(f"{done:,} of {plan.tasks:,} tasks are finished already.")
    for line in _estimate_lines(estimate(plan, folder, workers=workers or default_workers(), done=done)):
        remark(line)


def _estimate_lines(found: Estimate) -> list[str]:
    hands = f"{found.workers} worker{'s' * (found.workers > 1)}"
    time = f"About {long(found.seconds)} with {hands} ({found.seconds_a_task:.2g} s a task)"
    room = f"at most {_bytes(found.disk)} of disk ({_bytes(found.free)} free)"
    lines = [f"{time}, {_bytes(found.memory)} of memory, {room}."]
    if found.disk > found.free:
        lines.append("There may not be room enough on the disk.")
    if found.failed:
        lines.append(f"{found.failed} of the tasks tried failed: {found.error}")
    return lines


def _bytes(size: float) -> str:
    """Return a size for people.

    Examples
    --------
    >>> [_bytes(size) for size in (900, 3_400_000, 12_000_000_000)]
    ['1 kB', '3.4 MB', '12.0 GB']
    """
    for unit, of in (("GB", 1e9), ("MB", 1e6)):
        if size >= of:
            return f"{size / of:.1f} {unit}"
    return f"{max(size / 1e3, 1):.0f} kB"

"""What `silosim evidence` does: measure, print, write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import explained, say
from simulation.cli.progress import shown_progress
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["evidence"]


def evidence(
    replications: Annotated[
        int, typer.Option("--replications", min=2, metavar="N", help="Replications of each firm and start.")
    ] = 20,
    population: given.Population = None,
    weeks: given.Weeks = None,
    seed: given.Seed = None,
    out: given.Out = None,
    overwrite: given.Overwrite = False,
    workers: given.Workers = None,
    vector_width: given.VectorWidth = "auto",
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Report what emerges from the model and what does not: each pattern with n and interval.

    Patterns F1 to F16, study by study, each on the arms of a shipped scenario, from three starting policies, the main ones on two
    null firms, too. And 36 facts from public data, each measured in a small world by the statistic that the figure was made by: met
    or not, fitted or only checked. The default takes half an hour on two cores; `--replications 2 --population 1000` a minute.

    \b
    Example:
      silosim evidence --replications 20 --out results/evidence
    """
    with explained(debug=debug):
        horizon = {"population": population, "weeks": weeks}
        _gather(
            replications=replications,
            horizon={name: value for name, value in horizon.items() if value is not None},
            seed=1 if seed is None else seed,
            out=out or Path("results") / "evidence",
            overwrite=overwrite,
            workers=workers,
            vector_width=vector_width,
            quiet=quiet,
        )


def _gather(
    *,
    replications: int,
    horizon: Mapping[str, int],
    seed: int,
    out: Path,
    overwrite: bool,
    workers: int | None,
    vector_width: str,
    quiet: bool,
) -> None:
    """Measure all cells, print the tables, and write the folder whole or not at all."""
    from rich.console import Console

    from simulation.analysis.evidence import measure_cells, share_holding, write
    from simulation.analysis.facts.fitting import FREE
    from simulation.analysis.facts.judging import judge
    from simulation.analysis.facts.worlds import measure_facts
    from simulation.analysis.folder import CHARTS, check_folder, whole
    from simulation.analysis.parallel import default_workers
    from simulation.analysis.sources import Stamp
    from simulation.scenario.people import People
    from simulation.views.evidence import draw_forest, evidence_page, print_evidence
    from simulation.views.facts import draw_facts, facts_page, print_facts

    made_by = Stamp.of("simulation.analysis.evidence", "simulation.analysis.facts.worlds")
    check_folder(out, overwrite=overwrite)
    warm_up(vector_width=vector_width, quiet=quiet)
    hands = default_workers() if workers is None else workers
    with shown_progress(Console(stderr=True), quiet=quiet) as progress:
        facts = judge(measure_facts(People(), replications=replications, workers=hands, progress=progress))
    with shown_progress(Console(stderr=True), quiet=quiet) as progress:
        measures = measure_cells(
            replications=replications,
            workers=hands,
            seed=seed,
            horizon=horizon,
            progress=progress,
        )
    report = share_holding(measures)
    settings = {"replications": replications, "seed": seed, **horizon}
    with whole(out, overwrite=overwrite) as folder:
        write(report, measures, facts, folder, settings=settings, made_by=made_by)
        text = evidence_page(report, settings)
        (folder / "evidence.md").write_text(text, encoding="utf-8", newline="\n")
        page = facts_page(facts, {"replications": replications}, parameters=len(FREE))
        (folder / "facts.md").write_text(page, encoding="utf-8", newline="\n")
        (folder / CHARTS).mkdir()
        draw_forest(report, folder / CHARTS)
        draw_facts(facts, folder, parameters=len(FREE))
    print_evidence(report, Console())
    print_facts(facts, Console(), parameters=len(FREE))
    say(f"The report is in {out}")

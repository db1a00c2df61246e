"""What `silosim evidence` does: measure, print, write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.cli.failures import say
from simulation.cli.progress import shown_progress
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["gather"]


def gather(
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

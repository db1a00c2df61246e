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
    from simulation.analysis.folder import check_folder, whole
    from simulation.analysis.parallel import default_workers
    from simulation.analysis.sources import sources_hash
    from simulation.views.evidence import draw_forest, evidence_page, print_evidence

    made_by = sources_hash()  # now: the sources may be edited while the runs go on
    check_folder(out, overwrite=overwrite)
    warm_up(vector_width=vector_width, quiet=quiet)
    with shown_progress(Console(stderr=True), quiet=quiet) as progress:
        measures = measure_cells(
            replications=replications,
            workers=default_workers() if workers is None else workers,
            seed=seed,
            horizon=horizon,
            progress=progress,
        )
    report = share_holding(measures)
    settings = {"replications": replications, "seed": seed, **horizon}
    with whole(out, overwrite=overwrite) as folder:
        write(report, measures, folder, settings=settings, made_by=made_by)
        text = evidence_page(report, settings)
        (folder / "evidence.md").write_text(text, encoding="utf-8", newline="\n")
        draw_forest(report, folder)
    print_evidence(report, Console())
    say(f"The report is in {out}")

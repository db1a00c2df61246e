"""What `silosim report` does: read a folder of results and write them as one page to hand over."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import explained
from simulation.cli.opening import remarks

__all__ = ["report_on"]


def report_on(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that compare or run left.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            show_default="FOLDER/report.html",
            metavar="FILE",
            help="The page to write; one that exists is refused.",
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an older report.")] = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Write results as one page to hand over: report.html.

    It opens with the answer in two sentences; then customers, the journey, departments, money, why, what is uncertain,
    and how to make it again. One file that loads nothing: send it, open it anywhere, print it to PDF.

    \b
    Examples:
      silosim report results/silo_vs_shared
      silosim report results/silo_vs_shared --out for_the_board.html
    """
    with explained(debug=debug):
        from simulation.analysis.folder import FolderRefused
        from simulation.analysis.reading import read
        from simulation.views.report import REPORT, write_report

        path = folder / REPORT if out is None else out
        if path.exists() and not overwrite:
            raise FolderRefused(
                f"{path} exists already: name another file with --out, or add --overwrite to replace it"
            )
        stored = read(folder)
        write_report(
            stored.comparison, path, told=stored.provenance, same_meaning=stored.same_meaning, overwrite=overwrite
        )
        remarks(quiet=quiet)(f"The report is {path}")

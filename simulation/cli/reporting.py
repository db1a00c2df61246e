"""What `silosim report` does: read a folder of results and write them as a page, a workbook or slides to hand over."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import explained
from simulation.cli.opening import remarks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["asked", "check_installed", "report_on", "writers"]

_LIBRARIES = {"xlsx": "xlsxwriter", "pptx": "pptx"}
"""What a kind of file needs beyond silosim's own libraries."""


def asked(*, report: bool, xlsx: bool, pptx: bool) -> tuple[str, ...]:
    """Endings of the files asked for."""
    return tuple(kind for kind, wanted in (("html", report), ("xlsx", xlsx), ("pptx", pptx)) if wanted)


def check_installed(kinds: Iterable[str]) -> None:
    """Say before a long run that a library is missing.

    Raises
    ------
    ExtraMissing
        With how to install it.
    """
    from simulation.laboratory.extras import needed

    for kind in kinds:
        if kind in _LIBRARIES:
            needed(_LIBRARIES[kind], extra="office")


def writers() -> dict[str, Callable[..., Path]]:
    """Ending of a file -> what writes it."""
    # Late: they bring matplotlib and templates.
    from simulation.views.deck import write_deck
    from simulation.views.report import write_report
    from simulation.views.workbook import write_workbook

    return {"html": write_report, "xlsx": write_workbook, "pptx": write_deck}


def report_on(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that compare or run left.")],
    xlsx: given.Workbook = False,
    pptx: given.Deck = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            show_default="FOLDER/report.html",
            metavar="FILE",
            help="The page to write, other kinds beside it; one that exists is refused.",
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an older report.")] = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Write results as one page to hand over: report.html.

    It opens with the answer in two sentences; then customers, the journey, departments, money, why, what is uncertain,
    and how to make it again. One file that loads nothing: send it, open it anywhere, print it to PDF. With --xlsx a
    workbook, with --pptx slides stand beside it.

    \b
    Examples:
      silosim report results/silo_vs_shared
      silosim report results/silo_vs_shared --out for_the_board.html --pptx
    """
    with explained(debug=debug):
        from simulation.analysis.folder import FolderRefused
        from simulation.analysis.reading import read

        page = folder / "report.html" if out is None else out
        kinds = asked(report=True, xlsx=xlsx, pptx=pptx)
        paths = {kind: page if kind == "html" else page.with_suffix(f".{kind}") for kind in kinds}
        if len(set(paths.values())) < len(paths):
            raise FolderRefused(f"--out {page} is the name of the page: let it end in .html")
        for path in paths.values():
            if path.exists() and not overwrite:
                raise FolderRefused(f"{path} exists already: name another with --out, or add --overwrite to replace it")
        check_installed(kinds)
        stored = read(folder)
        for kind, path in paths.items():
            writers()[kind](
                stored.comparison, path, told=stored.provenance, same_meaning=stored.same_meaning, overwrite=overwrite
            )
            remarks(quiet=quiet)(f"Written: {path}")

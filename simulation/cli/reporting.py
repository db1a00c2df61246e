"""What `silosim report` does: read a folder of results and write them as a page, a workbook or slides to hand over."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import explained
from simulation.cli.opening import remarks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulation.analysis.reading import Stored
    from simulation.views.story.page import Told

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
    story: Annotated[
        bool,
        typer.Option(
            "--story",
            help="Tell of one customer kept in one arm and lost in another, each way; lives one replication of two arms again.",
        ),
    ] = False,
    overwrite: given.OverwriteFile = False,
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
      silosim report results/silo_vs_shared --story --overwrite
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
        told = _stories(stored, quiet=quiet) if story else []
        for kind, path in paths.items():
            more = {"stories": told} if kind in ("html", "pptx") else {}
            writers()[kind](
                stored.comparison, path, told=stored.provenance, same_meaning=stored.same_meaning, overwrite=overwrite,
                **more,
            )  # fmt: skip
            remarks(quiet=quiet)(f"Written: {path}")


def _stories(stored: Stored, *, quiet: bool) -> list[Told]:
    """Live one replication of the first and the last arm again, and tell of customers kept in one and lost in the other.

    Raises
    ------
    FolderRefused
        If there are no two arms, or this version of silosim does not make the stored results again.
    ScenarioError
        If nobody was kept in one arm and lost in the other.
    """
    import tempfile
    from pathlib import Path as RealPath

    from rich.console import Console

    from simulation.analysis.folder import FolderRefused
    from simulation.analysis.stories import fates, tell
    from simulation.cli.progress import shown_progress
    from simulation.cli.warming import warm_up
    from simulation.views.story.page import drawn, told_stories

    compared = stored.comparison
    first, *others = compared.arms
    if not others:
        raise FolderRefused("--story needs two arms, and these results have one only")
    between = (first, others[-1])
    warm_up(vector_width="auto", quiet=quiet)
    with shown_progress(Console(stderr=True), quiet=quiet, what="weeks") as progress:
        found = tell(compared.arms, between, seed=compared.seed, ends=compared.customers, progress=progress)
    if not stored.same_meaning or not found.ends.equals(fates(compared.customers, between)):
        raise FolderRefused(
            "--story: this version of silosim does not make these results again; run the comparison anew"
        )
    names: dict[str, Any] = {
        "scenario": compared.arms[first], "titles": compared.arm_titles, "others": [compared.arms[between[1]]]
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as hidden:
        pictures = drawn(found, RealPath(hidden), **names)
    return told_stories(found, pictures=pictures, weeks=False, **names)

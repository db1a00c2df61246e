"""What `silosim bundle` and `silosim reproduce` do."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import BAD_INPUT, explained, say
from simulation.cli.opening import remarks
from simulation.cli.progress import shown_progress
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from simulation.laboratory.bundle.reading import Bundle
    from simulation.laboratory.bundle.reproducing import Reproduction

__all__ = ["NOT_REPRODUCED", "bundle", "reproduce"]

NOT_REPRODUCED = 3
"""Exit code of `reproduce` when other results came out."""
SUFFIX = ".silosim.zip"


def bundle(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What `silosim compare` or `silosim sweep` wrote.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", show_default=f"FOLDER{SUFFIX}", help="The file to write."),
    ] = None,
    no_values: Annotated[
        bool, typer.Option("--no-values", help="Digests only: small, but then a difference is told without its size.")
    ] = False,
    overwrite: given.OverwriteFile = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Put all that results follow from, and their digests, into one file that others can run again.

    The scenario in full (of a sweep its plan), arms, seeds, replications,
    versions, and a digest of every table's content. No date, no command, no name
    of a machine: the same results give the same file.

    \b
    Examples:
      silosim bundle results/silo_vs_shared
      silosim bundle results/my_sweep --out paper.silosim.zip
    """
    with explained(debug=debug):
        from simulation.laboratory.bundle import bundle as making

        path = out or folder.resolve().with_name(f"{folder.resolve().name}{SUFFIX}")
        making.bundle(folder, path, values=not no_values, overwrite=overwrite)
        remarks(quiet=quiet)(f"{path} ({path.stat().st_size / 1e6:.1f} MB). Next: silosim reproduce {path}")


def reproduce(
    path: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A file that `silosim bundle` wrote.")],
    only: Annotated[
        int | None,
        typer.Option("--only", min=1, metavar="N", show_default="all", help="Only the first N replications."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Run it however much work it asks for.")] = False,
    workers: given.Workers = None,
    vector_width: given.VectorWidth = "auto",
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Run a bundle again and say whether the same comes out, or where not.

    Of each table that differs: the first run, row and column, what the bundle has
    and what came out; and which versions are others. A bundle is data, whoever
    sent it: nothing in it is executed, nothing is written, no other file is read.

    Exit codes: 0 the same, or but for the last digits of sums; 3 something else;
    2 no bundle that can be used, or one that asks for a huge amount of work
    without --yes; 1 silosim or the machine failed; 130 interrupted.

    \b
    Examples:
      silosim reproduce paper.silosim.zip
      silosim reproduce paper.silosim.zip --only 2
    """
    with explained(debug=debug):
        from simulation.laboratory.bundle.reading import open_bundle

        opened = open_bundle(path)
        _ask(opened, only=only, yes=yes)
        if opened.manifest.engine == "compiled":
            warm_up(vector_width=vector_width, quiet=quiet)
        found = _run(opened, only=only, workers=workers, quiet=quiet)
        _tell(found, opened)
        if not found.reproduced:
            raise typer.Exit(NOT_REPRODUCED)


def _ask(opened: Bundle, *, only: int | None, yes: bool) -> None:
    from simulation.laboratory.bundle.work_asked import work_asked

    asked = work_asked(opened, only=only)
    if asked.huge and not yes:
        say(
            f"silosim: {opened.path.name} asks for {asked}: add --yes to run it, or --only N for its first N replications"
        )
        raise typer.Exit(BAD_INPUT)


def _run(opened: Bundle, *, only: int | None, workers: int | None, quiet: bool) -> Reproduction:
    from rich.console import Console

    from simulation.analysis.parallel import default_workers
    from simulation.laboratory.bundle import reproducing

    what = "replications" if opened.scenario is not None else "tasks"
    with shown_progress(Console(stderr=True), quiet=quiet, what=what) as progress:
        return reproducing.reproduce(opened, workers=workers or default_workers(), only=only, progress=progress)


def _tell(found: Reproduction, opened: Bundle) -> None:
    from simulation.views.laboratory.reproduction_words import lines

    for line in lines(found, name=opened.path.name):
        typer.echo(line)

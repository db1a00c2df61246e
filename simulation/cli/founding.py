"""What `silosim new` does: a scenario to start from."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import BAD_INPUT, explained, say

__all__ = ["new"]


def new(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; one that exists is left alone.")],
    debug: given.Debug = False,
) -> None:
    """Write a commented scenario to start from.

    \b
    Example:
      silosim new mine.yaml
    """
    with explained(debug=debug):
        from simulation.scenario.loading import starter

        try:
            file = path.open("x", encoding="utf-8", newline="\n")
        except FileExistsError:
            say(f"silosim: {path} exists already and is left alone; name another file")
            raise typer.Exit(BAD_INPUT) from None
        with file:
            file.write(starter().replace("THIS_FILE", path.name))
        say(f"Written: {path}. Next: silosim validate {path}")

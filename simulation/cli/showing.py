"""What `silosim show` does: a firm as a map to read, or as a picture in a file."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import explained, say
from simulation.cli.opening import refuse_existing

if TYPE_CHECKING:
    from simulation.scenario.loading import LoadedScenario

__all__ = ["show"]


def show(
    scenario: given.ScenarioArgument,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", metavar="FILE", help="Draw the firm into this file instead: .png, .svg or .pdf."),
    ] = None,
    overwrite: given.OverwriteFile = False,
    debug: given.Debug = False,
) -> None:
    """Show the firm as a map: departments, levers, KPIs, touchpoints and arms.

    With --picture it is drawn: the journey from left to right, who runs each touchpoint, whose levers move it and
    whose KPI counts it. Nothing is run.

    \b
    Examples:
      silosim show baseline
      silosim show mine.yaml
      silosim show mine.yaml --picture firm.pdf
    """
    with explained(debug=debug):
        from simulation.scenario.loading import load

        if picture is not None:
            _draw(load(scenario), picture, overwrite=overwrite)
            return
        from rich.console import Console

        from simulation.views.firm_map import print_firm

        print_firm(load(scenario), Console())


def _draw(loaded: LoadedScenario, path: Path, *, overwrite: bool) -> None:
    from simulation.analysis.folder import FolderRefused, write_file
    from simulation.views.firm_picture import KINDS, firm_picture, picture_bytes
    from simulation.views.style import look

    kind = next((kind for kind in KINDS if path.suffix.lower() == f".{kind}"), None)
    if kind is None:
        raise FolderRefused(f"--picture {path}: the file must end in .png, .svg or .pdf")
    refuse_existing(path, overwrite=overwrite, option="--picture")
    with look():
        content = picture_bytes(firm_picture(loaded.scenario), kind)
    write_file(path, content, overwrite=overwrite)
    say(f"Written: {path}")

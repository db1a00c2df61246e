"""`silosim handouts`: what a facilitator prints before a workshop."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import explained
from simulation.cli.opening import folder_of, remarks, say_warnings

__all__ = ["handouts"]

_PLAY = "The play"


def handouts(
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="[SCENARIO]",
            show_default="four acts",
            help="The scenario that is played: a file, or a shipped name.",
        ),
    ] = None,
    act: Annotated[
        list[str] | None,
        typer.Option(
            "--act",
            metavar="ARM",
            show_default="all",
            rich_help_panel=_PLAY,
            help="An arm that is played; again for more.",
        ),
    ] = None,
    rounds: Annotated[
        int, typer.Option(min=1, max=40, metavar="N", rich_help_panel=_PLAY, help="Rounds of an act.")
    ] = 5,
    weeks: Annotated[
        int, typer.Option(min=1, max=52, metavar="N", rich_help_panel=_PLAY, help="Weeks of a round.")
    ] = 12,
    seconds: Annotated[
        int, typer.Option(min=10, max=3600, metavar="N", rich_help_panel=_PLAY, help="Time to decide in a round.")
    ] = 150,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", show_default="results/SCENARIO-handouts", help="Folder to write into."),
    ] = None,
    overwrite: given.Overwrite = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Write what a workshop needs on paper: a run sheet, a card for each department, slides.

    They are pages for the browser's own printing: cards four to an A4 page, slides 16 to 9. Departments, levers and
    KPIs are those of the scenario, in its own words. Give the figures that `silosim workshop` is started with.

    \b
    Examples:
      silosim handouts --out paper
      silosim handouts silo_vs_shared --act siloed --act shared_and_pooled --rounds 4
      silosim handouts mine.yaml --seconds 120 --out paper
    """
    with explained(debug=debug):
        from simulation.analysis.choosing import chosen_arms
        from simulation.scenario.loading import load
        from simulation.views.handouts import Play, write_handouts
        from simulation.workshop.setup import ACTS, DEFAULT_ACTS, seats_of

        loaded = load(ACTS if scenario is None else scenario)
        remark = remarks(quiet=quiet)
        say_warnings(loaded, remark)
        acts = list(chosen_arms(loaded, act or (DEFAULT_ACTS if scenario is None else None)))
        play = Play(acts=acts, seats=seats_of(loaded.scenario), rounds=rounds, weeks=weeks, seconds=seconds)
        folder = write_handouts(loaded, play, folder_of(out, loaded, "handouts"), overwrite=overwrite)
        remark(f"The handouts are in {folder}: open them in a browser and print.")

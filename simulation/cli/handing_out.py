"""`silosim handouts`: what a facilitator prints before a workshop."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from simulation.cli import options as given
from simulation.cli.failures import explained
from simulation.cli.opening import folder_of, remarks, say_warnings

__all__ = ["handouts"]


def handouts(
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="SCENARIO",
            show_default="four acts",
            help="The scenario that is played: a file, or a shipped name.",
        ),
    ] = None,
    act: given.Act = None,
    rounds: given.Rounds = None,
    weeks: given.RoundWeeks = None,
    seconds: given.RoundSeconds = None,
    out: Annotated[Path | None, given.out_option("<scenario>-handouts", "pages")] = None,
    overwrite: given.Overwrite = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Write what a workshop needs on paper: a run sheet, a card for each department, slides.

    They are pages for the browser's own printing: cards four to an A4 page, slides 16 to 9. Departments, levers and
    KPIs are those of the scenario, in its own words. Give the same figures to `silosim workshop`, or none to both.

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
        from simulation.workshop.setup import ACTS, DEFAULT_ACTS, ROUNDS, SECONDS, WEEKS, seats_of, whole_reviews

        loaded = load(ACTS if scenario is None else scenario)
        remark = remarks(quiet=quiet)
        say_warnings(loaded, remark)
        acts = list(chosen_arms(loaded, act or (DEFAULT_ACTS if scenario is None else None)))
        play = Play(
            acts=acts, seats=seats_of(loaded.scenario), rounds=rounds or ROUNDS,
            weeks=whole_reviews(weeks or WEEKS, loaded.scenario), seconds=seconds or SECONDS,
        )  # fmt: skip
        folder = write_handouts(loaded, play, folder_of(out, loaded, "handouts"), overwrite=overwrite)
        remark(f"The handouts are in {folder}: open them in a browser and print.")

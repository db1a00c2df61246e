"""What `silosim story` does: live two arms of one replication, and tell what happened to the same people in both."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import explained
from simulation.cli.opening import folder_of, remarks, say_warnings
from simulation.cli.progress import shown_progress
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.analysis.stories import Stories
    from simulation.scenario.loading import LoadedScenario

__all__ = ["story"]

_WHO = "Who is told of"


def story(
    scenario: given.ScenarioArgument,
    customer: Annotated[
        list[int] | None,
        typer.Option(
            "--customer", min=0, metavar="ID", rich_help_panel=_WHO, show_default="chosen",
            help="Number of a customer (customer_id of silosim export); may be given again.",
        ),
    ] = None,
    arms: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--arms", metavar="ARM ARM", rich_help_panel=_WHO, show_default="the first and the last",
            help="The two worlds.",
        ),
    ] = None,
    replication: given.Replication = 0,
    count: Annotated[
        int,
        typer.Option(
            "--count", min=1, max=50, metavar="N", rich_help_panel=_WHO,
            help="How many customers are chosen: kept in one world, lost in the other, each way by turns.",
        ),
    ] = 2,
    seed: given.Seed = None,
    population: given.Population = None,
    weeks: given.Weeks = None,
    vector_width: given.VectorWidth = "auto",
    out: given.StoryOut = None,
    overwrite: given.Overwrite = False,
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:  # fmt: skip
    """Tell what happened to the same customer, with the same luck, in two worlds.

    Customers are chosen who were kept in one arm and lost in the other, each way by turns: of all who went that way the
    middle one. Or name one. Leaves story.html and story.md (sentences), a picture of both lives, and story.csv: what was
    promised by whom, what came, what it did to her, to whom it is due.

    \b
    Examples:
      silosim story silo_vs_shared
      silosim story silo_vs_shared --arms siloed shared --count 4
      silosim story mine.yaml --customer 1486 --replication 3
    """
    with explained(debug=debug):
        from simulation.analysis.choosing import overridden
        from simulation.analysis.folder import check_folder
        from simulation.scenario.loading import load

        loaded = overridden(load(scenario), {"seed": seed, "population": population, "weeks": weeks})
        between = _worlds(loaded, arms)
        remark = remarks(quiet=quiet)
        say_warnings(loaded, remark)
        folder = folder_of(out, loaded, "story")
        check_folder(folder, overwrite=overwrite)
        warm_up(vector_width=vector_width, quiet=quiet)
        found = _lived(loaded, between, replication=replication, count=count, customers=customer or (), quiet=quiet)
        _write(found, loaded, folder, overwrite=overwrite)
        remark(f"The whole story is in {folder}: story.html, story.md, story.csv")


def _worlds(loaded: LoadedScenario, arms: tuple[str, str] | None) -> tuple[str, str]:
    """Return the two arms to tell of.

    Raises
    ------
    ScenarioError
        If an arm is unknown or named twice, or the scenario has one arm only.
    """
    from simulation.analysis.choosing import chosen_arms
    from simulation.scenario.faults import Fault, ScenarioError

    names = list(loaded.arms)
    if len(names) < 2:
        raise ScenarioError([Fault(message="a story needs two worlds, and this scenario has one arm only")])
    one, other = chosen_arms(loaded, arms or (names[0], names[-1]))
    return one, other


def _lived(
    loaded: LoadedScenario, between: tuple[str, str], *, replication: int, count: int, customers: list[int] | tuple[()],
    quiet: bool,
) -> Stories:  # fmt: skip
    from rich.console import Console

    from simulation.analysis.stories import tell

    with shown_progress(Console(stderr=True), quiet=quiet, what="weeks") as progress:
        return tell(
            loaded.arms, between, seed=loaded.scenario.horizon.seed, replication=replication, count=count,
            customers=customers, progress=progress,
        )  # fmt: skip


def _write(found: Stories, loaded: LoadedScenario, folder: Path, *, overwrite: bool) -> None:
    """Write the folder whole or not at all, and print the heart of each story."""
    from simulation.analysis.folder import whole
    from simulation.analysis.storage import circumstances, write_provenance
    from simulation.views.story.page import add_stories

    command = ["silosim", *sys.argv[1:]]
    own = {
        "story": {
            "arms": list(found.arms), "seed": found.seed, "replication": found.replication,
            "customers": [each.customer for each in found.stories],
        }
    }  # fmt: skip
    with whole(folder, overwrite=overwrite) as hidden:
        one, other = (loaded.arms[arm] for arm in found.arms)
        told = add_stories(
            found, hidden, scenario=one, titles=loaded.arm_titles, command=command, others=[other]
        )  # fmt: skip
        write_provenance(circumstances(own, raw=loaded.raw, scenario_hash=loaded.hash, command=command), hidden)
    for part in told:
        typer.echo(part.title)
        typer.echo(f"  {part.opening[-2]}")
        typer.echo(f"  {part.opening[-1]}")

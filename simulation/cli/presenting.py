"""`silosim present`: the story on the projector, two arms side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import explained, say
from simulation.cli.opening import remarks, say_warnings
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from simulation.scenario.loading import LoadedScenario
    from simulation.views.web.show.acting import Playbill

__all__ = ["present", "tell"]

_SHOWN = "What is shown"


def present(
    scenario: given.ScenarioArgument,
    left: Annotated[
        str | None,
        typer.Option(
            "--left", metavar="ARM", show_default="the first arm", rich_help_panel=_SHOWN, help="At the left."
        ),
    ] = None,
    right: Annotated[
        str | None,
        typer.Option(
            "--right",
            metavar="ARM",
            show_default="the last arm of the same firm",
            rich_help_panel=_SHOWN,
            help="At the right.",
        ),
    ] = None,
    people: Annotated[
        int, typer.Option(min=10, max=400, rich_help_panel=_SHOWN, metavar="N", help="How many people are on screen.")
    ] = 150,
    seed: given.Seed = None,
    population: given.Population = None,
    weeks: given.Weeks = None,
    port: given.Port = 0,
    no_browser: given.NoBrowser = False,
    vector_width: given.VectorWidth = "auto",
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Tell the story of two arms on a projector: 20 minutes, with speaker notes, without players.

    The same people live through both worlds week by week, with the same luck. Play, pause, step and jump; follow
    one customer; change a rule or a lever from any week on. Key n opens the speaker notes in a second window. What
    the story says is drawn from the run: where shared metrics do not win, it says so. No internet is needed, and
    nobody else on the network can see the page. Ctrl-C ends it.

    \b
    Examples:
      silosim present silo_vs_shared
      silosim present silo_vs_shared --left siloed --right shared --seed 7
      silosim present mine.yaml --people 100 --no-browser --port 8000
    """
    with explained(debug=debug):
        size = {"seed": seed, "population": population, "weeks": weeks}
        tell(
            scenario, left=left, right=right, people=people, size=size, port=port, browser=not no_browser,
            vector_width=vector_width, quiet=quiet,
        )  # fmt: skip


def tell(
    scenario: str, *, left: str | None, right: str | None, size: dict[str, int | None], port: int, browser: bool,
    quiet: bool, people: int = 150, vector_width: given.VectorWidth = "auto",
) -> None:  # fmt: skip
    """Tell the story until Ctrl-C; `size` replaces parts of the horizon."""
    from simulation.analysis.choosing import loaded_from, overridden
    from simulation.laboratory.extras import needed

    loaded = overridden(loaded_from(scenario), size)
    remark = remarks(quiet=quiet)
    say_warnings(loaded, remark)
    for library in ("starlette", "uvicorn"):
        needed(library, extra="web")
    bill = _bill(loaded, left, right, people)
    warm_up(vector_width=vector_width, quiet=quiet)
    _serve(bill, port=port, browser=browser)
    remark("The story is over.")


def _bill(loaded: LoadedScenario, left: str | None, right: str | None, people: int) -> Playbill:
    """Return what is on.

    Raises
    ------
    ScenarioError
        If an arm is not one of the scenario's, or the two are not one firm.
    """
    from simulation.analysis.choosing import chosen_arms
    from simulation.views.web.show.acting import Playbill, partner_of

    chosen_arms(loaded, list(dict.fromkeys(name for name in (left, right) if name is not None)) or None)
    first = next(iter(loaded.arms)) if left is None else left
    second = partner_of(first, loaded.arms) if right is None else right
    bill = Playbill(arms=loaded.arms, titles=loaded.arm_titles, left=first, right=second, people=people)
    bill.check()
    return bill


def _serve(bill: Playbill, *, port: int, browser: bool) -> None:
    from simulation.views.web.serving import bound, serve
    from simulation.views.web.show.pages import Stage, show_app

    served = bound(port=port)
    app = show_app(Stage(bill))
    url = served.url()
    serve(app, served, opened=url if browser else None, ready=lambda: say(f"The story is at {url} (Ctrl-C ends it)."))

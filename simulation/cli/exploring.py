"""`silosim explore`: a page on this computer on which a scenario is moved, and what comes of it sharpens."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from simulation.cli import options as given  # noqa: TC001 - typer reads the annotations
from simulation.cli.failures import explained, say
from simulation.cli.opening import remarks, say_warnings
from simulation.cli.warming import warm_up

if TYPE_CHECKING:
    from simulation.laboratory.exploring.settings import Settings
    from simulation.scenario.loading import LoadedScenario

__all__ = ["explore"]


def explore(
    scenario: given.ScenarioArgument,
    population: given.Population = None,
    weeks: given.Weeks = None,
    replications: given.Replications = None,
    seed: given.Seed = None,
    port: given.Port = 0,
    no_browser: given.NoBrowser = False,
    workers: given.Workers = None,
    vector_width: given.VectorWidth = "auto",
    quiet: given.Quiet = False,
    debug: given.Debug = False,
) -> None:
    """Open a page on which to move a scenario: arms, levers, weights, data, councils.

    A first answer appears within a second or two, and sharpens as replications
    come in; the last one is what `silosim compare` finds. What was moved can be
    saved as a scenario, and the report downloaded. The page is for this computer
    alone: it listens on its own address only, and the address printed holds a
    secret. Ctrl-C ends it.

    \b
    Examples:
      silosim explore silo_vs_shared
      silosim explore mine.yaml --replications 40
      silosim explore cx_council --no-browser --port 8765
    """
    with explained(debug=debug):
        horizon = {"population": population, "weeks": weeks, "replications": replications, "seed": seed}
        loaded, settings = _opened(scenario, {name: value for name, value in horizon.items() if value is not None})
        remark = remarks(quiet=quiet)
        say_warnings(loaded, remark)
        from simulation.laboratory.extras import needed

        for library in ("starlette", "uvicorn", "websockets"):
            needed(library, extra="web")
        warm_up(vector_width=vector_width, quiet=quiet)
        _serve(loaded, settings, port=port, workers=workers, browser=not no_browser)


def _opened(scenario: str, horizon: dict[str, int]) -> tuple[LoadedScenario, Settings]:
    """Read the scenario; options of its size are the moves that the page begins with. Every fault is told before it opens."""
    from simulation.laboratory.exploring.settings import Move, explored, first_settings
    from simulation.scenario.loading import load

    loaded = load(scenario)
    moves = tuple(Move(key=f"horizon.{name}", value=value) for name, value in horizon.items())
    settings = replace(first_settings(loaded), moves=moves)
    explored(loaded, settings)
    return loaded, settings


def _serve(loaded: LoadedScenario, settings: Settings, *, port: int, workers: int | None, browser: bool) -> None:
    from simulation.analysis.parallel import default_workers
    from simulation.views.web.explorer.routes import explorer_app
    from simulation.views.web.serving import bound, serve

    secret = secrets.token_urlsafe(16)
    served = bound(port=port)
    address = served.url(f"/open/{secret}")
    hands = default_workers() if workers is None else workers
    app = explorer_app(loaded, settings, secret=secret, workers=hands)
    say(f"{loaded.scenario.title}: {address}")
    say("Only this computer reaches it, and only by this address. Ctrl-C ends it.")
    serve(app, served, opened=address if browser else None)

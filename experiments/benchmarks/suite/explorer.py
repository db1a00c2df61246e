"""The explorer: from something that is moved to the first answer, by the clock and in processor time."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from simulation.analysis.choosing import overridden
from simulation.analysis.comparison import Comparison, compare
from simulation.laboratory.exploring.living import lived_arms
from simulation.laboratory.exploring.settings import Move, Settings, explored
from simulation.laboratory.exploring.streaming import FEWEST_WORKERS, QUICK_PEOPLE, QUICK_REPLICATIONS, Explorer
from simulation.scenario.loading import load
from simulation.views.web.explorer.figures import figures as figures_of
from suite.measuring import Figure, Span, interleaved, span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.record import Run
    from simulation.scenario.loading import LoadedScenario
    from simulation.scenario.scenario import Scenario

__all__ = ["TITLE", "UNIT", "figures"]

TITLE = f"The explorer: the first answer to a move, silo_vs_shared, two workers, {QUICK_PEOPLE} people"
UNIT = "seconds"
MOST_SECONDS = 2.0
"""What the issue asks for: figures appear within a second or two."""
CHECKS = 2
"""How often a move is checked: for the arms that are run, and for all that the page lists."""


def figures(*, quick: bool = False) -> list[Figure]:
    """Measure each step between a move and its first answer in processor time, their sum, and the whole by the clock."""
    opened = load("silo_vs_shared")
    if quick:
        opened = overridden(opened, {"weeks": 20, "population": 2 * QUICK_PEOPLE})
    rounds = 1 if quick else 7
    steps = _steps(opened, rounds)
    shares = -(-QUICK_REPLICATIONS // FEWEST_WORKERS)  # replications that one worker lives, one after the other
    times = {"check the move": CHECKS, "live one replication of every arm": shares}
    path = [sum(times.get(what, 1) * seconds[turn] for what, seconds in steps.items()) for turn in range(rounds)]
    told = [Figure(what=f"{what}, processor time", unit=UNIT, span=span(taken)) for what, taken in steps.items()]
    told.append(_figure("one after the other up to the first answer, processor time", span(path)))
    told.append(_figure("from a move to the first answer, by the clock", span(_by_the_clock(opened, rounds))))
    return told


def _figure(what: str, found: Span) -> Figure:
    return Figure(what=what, unit=UNIT, span=found, target=f"under {MOST_SECONDS:g} s", met=found.median < MOST_SECONDS)


def _moved(opened: LoadedScenario, turn: int) -> LoadedScenario:
    """The scenario with one knob at another value in every turn."""
    move = Move(key="incentives.shared_weight", value=0.01 * (turn % 100), arm="shared")
    return explored(opened, Settings(moves=(move,))).loaded


def _steps(opened: LoadedScenario, rounds: int) -> dict[str, list[float]]:
    small = overridden(opened, {"population": QUICK_PEOPLE})
    lived = {number: _lived(small, number) for number in range(QUICK_REPLICATIONS)}

    def stored(arms: Mapping[str, Scenario], *, replication: int, **_options: object) -> list[Run]:
        return lived[replication]

    def compared() -> Comparison:
        return compare(small, replications=QUICK_REPLICATIONS, workers=1, runner=stored)

    found = compared()
    works = {
        "check the move": lambda: float(bool(_moved(opened, 1))),
        "live one replication of every arm": lambda: float(bool(_lived(small, 1))),
        "put the replications together": lambda: float(bool(compared())),
        "work out the page's figures": lambda: float(bool(figures_of(found))),
    }
    return interleaved(works, rounds=rounds, clock=time.process_time)


def _lived(loaded: LoadedScenario, replication: int) -> list[Run]:
    runs = lived_arms(loaded.arms, seed=loaded.scenario.horizon.seed, replication=replication, stop=lambda: False)
    assert runs is not None
    return runs


def _by_the_clock(opened: LoadedScenario, rounds: int) -> list[float]:
    """Seconds from a move to the first figures, with workers that are warm; one round more does not count."""
    taken = []
    with Explorer(workers=FEWEST_WORKERS) as explorer:
        for turn in range(rounds + 1):
            started = time.perf_counter()
            loaded = _moved(opened, turn)
            with contextlib.closing(explorer.answers(loaded, ticket=explorer.cancel())) as answers:
                figures_of(next(answer.comparison for answer in answers if answer.comparison is not None))
                taken.append(time.perf_counter() - started)
    return taken[1:]

"""What each mechanism costs: the full reference firm against the firm without it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from suite.firms import MECHANISMS, firm, model_of, without
from suite.measuring import Figure, interleaved, span

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.scenario.scenario import Scenario

__all__ = ["TITLE", "UNIT", "figures"]

TITLE = "What each mechanism adds to the time of a customer-week"
UNIT = "ns per customer-week"
FULL = "the full reference firm"


def figures(*, quick: bool) -> list[Figure]:
    """Time the full firm and the firm without each mechanism in turn; the difference is what the mechanism costs."""
    population, rounds, weeks = (2_000, 2, 4) if quick else (20_000, 64, 8)
    scenarios = {FULL: firm("baseline"), **{name: without(name) for name in MECHANISMS}}
    works = {name: _work(scenario, population, weeks) for name, scenario in scenarios.items()}
    seconds = interleaved(works, rounds=rounds, clock=time.process_time, turning=True)
    whole = seconds.pop(FULL)
    found = [Figure(what=FULL, unit=UNIT, span=span([s * 1e9 for s in whole]))]
    for name, values in seconds.items():
        saved = [(a - b) * 1e9 for a, b in zip(whole, values, strict=True)]
        found.append(Figure(what=f"of which {name}", unit=UNIT, span=span(saved)))
    return found


def _work(scenario: Scenario, population: int, weeks: int) -> Callable[[], float]:
    model = model_of(scenario, population=population, burn_in=16)

    def work() -> float:
        for _ in range(weeks):
            model.step()
        return float(weeks * population)

    return work

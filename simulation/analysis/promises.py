"""What touchpoints promise and deliver at given lever settings, from the same tables that the engines read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.scenario.scenario import Scenario

__all__ = ["Promises", "lever_columns", "promises"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """Arrays [setting, touchpoint], averaged over segments by their shares.

    Attributes
    ----------
    promised
        What people hold to be normal plus what is promised beyond it [quality 0-1].
    delivered
        Quality less effort plus relevance [quality 0-1], before fit, waits, lateness, fatigue and luck.
    promised_days, days
        Median days promised and needed; NaN where nothing is delivered later.
    """

    promised: NDArray[np.float64]
    delivered: NDArray[np.float64]
    promised_days: NDArray[np.float64]
    days: NDArray[np.float64]


def lever_columns(scenario: Scenario) -> list[str]:
    """Return the weekly columns of a scenario's levers, in the order that `promises` takes settings in."""
    from simulation.model.effects import levers_of

    return [f"lever.{lever.name}" for lever in levers_of(scenario)]


def promises(scenario: Scenario, settings: NDArray[np.float64]) -> Promises:
    """Fold lever settings [setting, lever] into what is promised and delivered."""
    from simulation.model.effects import Folding, effects_of
    from simulation.model.layout import layout_of
    from simulation.rules.delivery import LEAST_MULTIPLIER
    from simulation.scenario.journey import COEFFICIENTS

    value = Folding(layout_of(scenario), effects_of(scenario)).fold(np.ascontiguousarray(settings)).value
    shares = np.array([segment.share for segment in scenario.market.segments.values()])
    norms = np.array([segment.expectation for segment in scenario.market.segments.values()])
    mean = np.tensordot(value, shares / shares.sum(), axes=(1, 0))  # [setting, touchpoint, coefficient]
    of = {name: mean[:, :, at] for at, name in enumerate(COEFFICIENTS)}
    deliveries = [point.delivery for point in scenario.journey.values()]
    promised = np.array([np.nan if given is None else given.promised_days for given in deliveries])
    needed = np.array([np.nan if given is None else given.days for given in deliveries])
    return Promises(
        promised=norms @ shares / shares.sum() + of["promise"],
        delivered=of["quality"] - of["effort"] + of["relevance"],
        promised_days=promised * np.maximum(of["promised_days"], LEAST_MULTIPLIER),
        days=needed * np.maximum(of["days"], LEAST_MULTIPLIER),
    )

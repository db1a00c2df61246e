"""Fitting people to the facts that may be fitted: one set of parameters for all worlds.

The optimiser is CMA-ES (Hansen 2016) of the package `cma`: it asks for nothing but the loss, which is noisy and not smooth.
The loss is the sum over the fitted facts of the squared distance from the inner half of the band within which it counts as
met, in half widths of that band, each at most `WORST` (a fact that cannot be met must not bend the others), plus a little for
leaving the value that the literature or an assumption gives: where facts say nothing, nothing moves.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.facts.contrasts import CONTRASTS, band_of, value_of
from simulation.analysis.facts.split import fitted_facts
from simulation.analysis.facts.worlds import figures
from simulation.scenario.people import People

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

__all__ = ["FREE", "fit", "loss", "people_of"]

FREE: dict[str, tuple[float, float, float]] = {
    "must_be_gain": (0.0, 0.5, 0.18),
    "must_be_loss": (0.1, 2.0, 0.9),
    "must_be_notice": (0.0, 1.0, 1.0),
    "lateness": (0.0, 0.15, 0.025),
    "wait_pain": (0.0, 1.0, 0.5),
    "unresolved_pain": (0.3, 0.8, 0.59),
    "survey_lag": (0.0, 10.0, 2.0),
    "norm_spread": (0.0, 0.8, 0.2),
    "power_mean_exponent": (-1.0, 1.0, 0.5),
    "survey_rating_noise": (0.0, 0.3, 0.1),
    "survey_extremity": (0.0, 2.0, 0.6),
    "two_stars": (0.1, 0.5, 0.125),
    "five_stars": (0.6, 0.95, 0.875),
    "writes_of_pain": (0.0, 1.5, 0.5),
    "survey_noise": (0.0, 0.4, 0.23),
    "survey_promoter": (0.5, 1.0, 0.71),
    "purchase_spread": (0.2, 2.0, 0.8),
    "fatigue_response": (0.0, 1.0, 0.2),
}
"""Free parameters: their bounds, and the value given before any fit, from which leaving costs a little.

The thresholds of three and four stars stand evenly between those of two and five.
"""

REPLICATIONS = 2
"""Replications of all worlds in one evaluation: with one, luck in the small bands would be fitted."""
WELL_WITHIN = 0.5
"""Half widths from the middle within which a fact is met without doubt: nearer is no better, so that it bends nothing else."""
WORST = 25.0
LEAVING = 0.1
"""Loss of a parameter at the other end of its bounds than its given value."""


def people_of(values: Mapping[str, float]) -> People:
    """Return people with these free parameters (the exponent to a quarter, as C17 was measured) and all others as given."""
    step = (values["five_stars"] - values["two_stars"]) / 3.0
    stars = {"three_stars": values["two_stars"] + step, "four_stars": values["two_stars"] + 2.0 * step}
    exponent = {"power_mean_exponent": round(4.0 * values["power_mean_exponent"]) / 4.0}
    return People(**{name: round(float(value), 4) for name, value in {**values, **stars, **exponent}.items()})


def loss(place: NDArray[np.float64]) -> float:
    """Return the loss at a place in [0, 1] per free parameter: 0 is the lower bound, 1 the upper."""
    given = _given()
    people = people_of(_values(place))
    rows = [figures(people, replication=replication) for replication in range(REPLICATIONS)]
    total = LEAVING * float(((place - given) ** 2).sum())
    for key in fitted_facts():
        band = band_of(CONTRASTS[key])
        middle, half = (band.accepted_low + band.accepted_high) / 2.0, (band.accepted_high - band.accepted_low) / 2.0
        found = sum(float(value_of(CONTRASTS[key], row)) for row in rows) / REPLICATIONS
        distance = abs(found - middle) / half - WELL_WITHIN
        total += WORST if not np.isfinite(distance) else min(WORST, max(0.0, distance) ** 2)
    return total


def _given() -> NDArray[np.float64]:
    return np.array([(value - low) / (high - low) for low, high, value in FREE.values()])


def _values(place: NDArray[np.float64]) -> dict[str, float]:
    return {name: low + (high - low) * float(x) for (name, (low, high, _)), x in zip(FREE.items(), place, strict=True)}


def fit(
    *,
    rounds: int = 80,
    workers: int = 2,
    seed: int = 1,
    start: Mapping[str, float] | None = None,
    tell: Callable[[int, float], None] | None = None,
) -> tuple[dict[str, float], float]:
    """Return the fitted values and their loss.

    Parameters
    ----------
    rounds
        Generations of the search.
    start
        Values to go on from, with smaller steps; else the given ones.
    tell
        Called with (generation, best loss so far).
    """
    import cma

    place = _given()
    if start is not None:
        place = np.array([(start[name] - low) / (high - low) for name, (low, high, _) in FREE.items()])
    search = cma.CMAEvolutionStrategy(
        place.clip(0.02, 0.98),
        0.2 if start is None else 0.05,
        {"bounds": [0.0, 1.0], "seed": seed, "maxiter": rounds, "verbose": -9},
    )
    with ProcessPoolExecutor(workers) as pool:
        while not search.stop():
            places = search.ask()
            search.tell(places, list(pool.map(loss, places)))
            if tell is not None:
                tell(search.countiter, float(search.best.f))
    return _values(np.asarray(search.best.x)), float(search.best.f)

"""The catalogue of statistics: for each fact, the very statistic that its figure was made by, on simulated observations."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulation.analysis.facts import answers, purchases, ratings, responses
from simulation.analysis.facts.facts import facts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

__all__ = ["STATISTICS", "Observations", "Statistic", "measure"]

MUST_BE, PERFORMANCE = "must_be", "performance"
PAID_SEARCH, SOCIAL = "paid_search", "social"
"""Sources of leads, as the frame `leads` names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """What was observed in one replication of one or more small worlds; None where there was no such world.

    The columns stand in `answers`, `ratings` (with `kinds`), `purchases` (`orders`, watched until day `until`) and
    `responses` (`contacts`, `trial`, `leads`).
    """

    answers: pd.DataFrame | None = None
    ratings: pd.DataFrame | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    orders: pd.DataFrame | None = None
    until: float = math.nan
    contacts: pd.DataFrame | None = None
    trial: pd.DataFrame | None = None
    leads: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """A statistic of one frame of observations: `measure` takes that frame and all observations."""

    frame: str
    measure: Callable[[pd.DataFrame, Observations], float]


def _answers(measure: Callable[[pd.DataFrame], float]) -> Statistic:
    return Statistic(frame="answers", measure=lambda frame, _: measure(frame))


def _stars(after: float, up_to: float) -> Statistic:
    return _answers(lambda frame: answers.stars_between(frame, after=after, up_to=up_to))


def _ratings(measure: Callable[[pd.DataFrame, Mapping[str, str]], float]) -> Statistic:
    return Statistic(frame="ratings", measure=lambda frame, seen: measure(frame, seen.kinds))


def _slopes(frame: pd.DataFrame, kinds: Mapping[str, str], kind: str) -> ratings.Slopes:
    return ratings.slopes_by_kind(frame, kinds).get(kind, ratings.Slopes(math.nan, math.nan))


def _loss_over_gain(frame: pd.DataFrame, kinds: Mapping[str, str]) -> float:
    loss, gain = _slopes(frame, kinds, PERFORMANCE)
    return loss / gain if gain else math.nan


def _promoters(overall: int) -> Statistic:
    return Statistic(frame="ratings", measure=lambda frame, _: ratings.promoters(frame, overall=overall))


def _orders(measure: Callable[[pd.DataFrame], float]) -> Statistic:
    return Statistic(frame="orders", measure=lambda frame, _: measure(frame))


def _success(contact: int) -> Statistic:
    return Statistic(frame="contacts", measure=lambda frame, _: responses.success_at(frame, contact=contact))


def _uplift(outcome: str) -> Statistic:
    return Statistic(frame="trial", measure=lambda frame, _: responses.uplift(frame, outcome=outcome))


def _close_rate(source: str) -> Statistic:
    return Statistic(frame="leads", measure=lambda frame, _: responses.close_rate(frame, source=source))


def measure(seen: Observations) -> dict[str, float]:
    """Return the figure of each fact whose frame was observed, by key; NaN where the frame tells nothing.

    A replication's row of the frame that `judging.judge` takes.
    """
    found = {}
    for key, fact in facts().items():
        statistic = STATISTICS[fact.statistic]
        frame: pd.DataFrame | None = getattr(seen, statistic.frame)
        if frame is not None:
            found[key] = statistic.measure(frame, seen)
    return found


STATISTICS: dict[str, Statistic] = {
    "stars_early": _stars(*answers.EARLY),
    "stars_just_in_time": _stars(*answers.JUST_IN_TIME),
    "stars_just_late": _stars(*answers.JUST_LATE),
    "stars_late": _stars(*answers.LATER),
    "stars_very_late": _stars(5.0, 10.0),
    "stars_hopelessly_late": _stars(10.0, answers.FOREVER),
    "gain_of_very_early": _answers(answers.gain_of_very_early),
    "local_loss_aversion": _answers(answers.local_loss_aversion),
    "answered_while_waiting": _answers(answers.share_waiting),
    "stars_while_waiting": _answers(lambda frame: answers.stars_of_late(frame, waiting=True)),
    "stars_once_settled": _answers(lambda frame: answers.stars_of_late(frame, waiting=False)),
    "stars_per_day_in_time": _answers(answers.stars_per_day_in_time),
    "share_of_1_star": _answers(lambda frame: answers.share_of_stars(frame, stars=1)),
    "share_of_5_stars": _answers(lambda frame: answers.share_of_stars(frame, stars=5)),
    "repeat_ratio": _answers(answers.repeat_ratio),
    "writes_at_1_star": _answers(lambda frame: answers.writers(frame, stars=1)),
    "writes_at_5_stars": _answers(lambda frame: answers.writers(frame, stars=5)),
    "explained_by_mean": _ratings(ratings.explained_by_mean),
    "best_exponent": _ratings(ratings.best_exponent),
    "performance_loss_over_gain": _ratings(_loss_over_gain),
    "must_be_loss": _ratings(lambda frame, kinds: _slopes(frame, kinds, MUST_BE).loss),
    "must_be_gain": _ratings(lambda frame, kinds: _slopes(frame, kinds, MUST_BE).gain),
    "promoters_at_3": _promoters(3),
    "promoters_at_4": _promoters(4),
    "promoters_at_5": _promoters(5),
    "correlation_within_person": _ratings(ratings.within_person),
    "second_order": _orders(lambda frame: purchases.order_again(frame, after=1)),
    "fifth_order": _orders(lambda frame: purchases.order_again(frame, after=4)),
    "mean_drop_out": Statistic(frame="orders", measure=lambda frame, seen: purchases.mean_drop_out(frame, seen.until)),
    "share_of_top_fifth": _orders(purchases.share_of_top_fifth),
    "success_at_contact_1": _success(1),
    "success_at_contact_5": _success(5),
    "uplift_of_visits": _uplift("visited"),
    "uplift_of_orders": _uplift("ordered"),
    "close_rate_paid_search": _close_rate(PAID_SEARCH),
    "close_rate_social": _close_rate(SOCIAL),
}
"""Name -> statistic."""

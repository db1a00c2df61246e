"""What each single customer is worth at the end: lifetime value and its spread.

Equation
--------
m r / (1 + i - r) (`simulation.laboratory.lifetime_value`), customer by customer: m is the arm's mean profit of a customer and week
(last 52 weeks) times what she has spent a week since she entered the market, over the mean of that; 1 - r her own chance to leave
a week, by her loyalty and her open problem (`simulation.rules.behaviour.defection_chance`) or by leaving the market. An open
problem counts as not voiced this week.

Special cases
-------------
People less than a year in the market are left out: one purchase says too little of their rate. Our assumption.

Source
------
Form: Gupta & Lehmann (2003). That her past rate of spending goes on is our assumption; it makes the spread too wide, as past
luck counts as rate (regression to the mean: Fader & Hardie 2005 shrink it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.frames import LAST_WEEKS
from simulation.laboratory.lifetime_value import INTEREST, WEEKS_A_YEAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.analysis.comparison import Comparison

__all__ = ["QUANTILES", "customer_values", "top_share"]

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


def customer_values(compared: Comparison) -> dict[str, NDArray[np.float64]]:
    """Return arm -> lifetime value of each customer at the end of the first replication [money], sorted.

    Arms without customers, or without people kept in the results, are left out.
    """
    found = {}
    for arm in compared.arms:
        values = _of_arm(compared, arm)
        if len(values):
            found[arm] = np.sort(values)
    return found


def _of_arm(compared: Comparison, arm: str) -> NDArray[np.float64]:
    from simulation.rules.behaviour import defection_chance, neutral_loyalty

    scenario, people = compared.arms[arm], compared.customers
    people = people[(people["arm"] == arm) & (people["stage"] == "customer")]
    if not len(people):
        return np.zeros(0)
    weeks = scenario.horizon.weeks - people["entered"].to_numpy(dtype=np.float64)
    people, weeks = people[weeks >= WEEKS_A_YEAR], weeks[weeks >= WEEKS_A_YEAR]
    rules, market = scenario.people, scenario.market
    neutral = neutral_loyalty(rules.anchor, rules.trust_neutral, rules.loyalty_satisfaction)
    leaves = np.array(
        [
            defection_chance(
                market.segments[segment].defection, loyalty, neutral, rules.defection_sensitivity,
                1.0 if problem else 0.0, rules.case_defection,
            )
            for segment, loyalty, problem in zip(
                people["segment"], people["loyalty"], people["case_touchpoint"], strict=True
            )
        ],
        dtype=np.float64,
    )  # fmt: skip
    stays = (1.0 - leaves) * (1.0 - market.exit_rate)
    spending = people["spent"].to_numpy(dtype=np.float64) / weeks
    mean = float(spending.mean()) if len(spending) else 0.0
    margin = spending / mean * _profit_of_a_customer(compared, arm) if mean > 0.0 else np.zeros(0)
    interest = (1.0 + INTEREST) ** (1.0 / WEEKS_A_YEAR) - 1.0
    if not len(margin):
        return margin
    return np.asarray(margin * stays / (1.0 + interest - stays), dtype=np.float64)


def _profit_of_a_customer(compared: Comparison, arm: str) -> float:
    """Return the arm's profit of a customer and week in the first replication, over its last 52 weeks."""
    weekly = compared.weekly[compared.weekly["arm"] == arm]
    first = weekly[weekly["replication"] == weekly["replication"].min()].tail(LAST_WEEKS)
    return float(first["profit"].mean()) / (10.0 * float(first["customers"].mean()))


def top_share(values: NDArray[np.float64], *, share: float = 0.1) -> float:
    """Return what part of all value the most valuable share of customers holds; NaN where the sum is not above 0.

    Examples
    --------
    >>> top_share(np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 11.0]))
    0.55
    """
    total = float(values.sum())
    most = max(1, round(share * len(values)))
    return float(np.sort(values)[-most:].sum()) / total if total > 0.0 else float("nan")

"""Money figures of a comparison: what a customer brings and costs, what winning one costs, what each is worth.

Every figure is one number for each replication, over its last 52 weeks; arms are compared replication by replication with
Student's t (`simulation.analysis.intervals`). The *silo tax* is the difference in profit, or in lifetime value, of another arm to
the first: what staying with the first arm forgoes. It is a difference in a simulated firm, no forecast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.analysis.frames import LAST_WEEKS
from simulation.analysis.intervals import mean_interval, paired_interval
from simulation.analysis.promises import lever_columns
from simulation.laboratory.lifetime_value import WEEKS_A_YEAR, lifetime_value
from simulation.laboratory.money.columns import FIGURES, MONEY_COLUMNS, money_columns
from simulation.laboratory.money.pay_back import cumulative_difference, pay_back, worth_after
from simulation.laboratory.money.touchpoint_costs import BOTH, SERVING, WINNING, reach, touchpoint_costs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from simulation.analysis.comparison import Comparison

    Values = dict[str, NDArray[np.float64]]

__all__ = ["money_frame", "money_table", "money_values"]


def money_values(compared: Comparison) -> dict[str, Values]:
    """Return figure -> arm -> one value for each replication; NaN where there are no customers, or none was won."""
    found: dict[str, Values] = {name: {} for name in FIGURES}
    for arm in compared.arms:
        for name, values in _of_arm(compared, arm).items():
            found[name][arm] = values
    return found


def _of_arm(compared: Comparison, arm: str) -> Mapping[str, NDArray[np.float64]]:
    """Return one arm's figures [replication]."""
    weekly = compared.weekly[compared.weekly["arm"] == arm]
    last = weekly[weekly["week"] > weekly["week"].max() - LAST_WEEKS].drop(columns=["arm", "week"])
    means = last.groupby("replication", sort=True).mean()
    m = {name: means[name].to_numpy(dtype=np.float64) for name in means}
    customers = 10.0 * m["customers"]
    customers = np.where(customers > 0.0, customers, np.nan)
    costs = _costs(compared, arm, means)
    a_year = WEEKS_A_YEAR / customers
    stays = np.clip(m["retention"] / 100.0, 0.0, 1.0)
    winning = m["new_customers"]
    value = [
        lifetime_value(profit, {"customers": share, "defections": lost})
        for profit, share, lost in zip(m["profit"], m["customers"], m["defections"], strict=True)
    ]
    return {
        "revenue": m["revenue"] * a_year,
        "cost_to_serve": costs[SERVING] * a_year,
        "cost_to_win": costs[WINNING] * a_year,
        "cost_of_both": costs[BOTH] * a_year,
        "goods_and_rest": (m["cost"] - sum(costs.values())) * a_year,
        "bonus": m["bonus"] * a_year,
        "profit": m["profit"] * a_year,
        "acquisition_cost": costs[WINNING] / np.where(winning > 0.0, winning, np.nan),
        "retention_cost": costs[SERVING] * a_year / np.where(stays > 0.0, stays, np.nan),
        "lifetime_value": np.array(value),
        "profit_a_year": m["profit"] * WEEKS_A_YEAR * compared.arms[arm].horizon.population / 1000.0,
    }


def _costs(compared: Comparison, arm: str, means: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Return what touchpoints cost by whom they reach [replication; money per 1,000 people a week]."""
    scenario = compared.arms[arm]
    levers = lever_columns(scenario)
    settings = means.reindex(columns=levers).fillna(0.5).to_numpy(dtype=np.float64).reshape(len(means), len(levers))
    journey = compared.journey[compared.journey["arm"] == arm]
    met = journey.pivot(index="replication", columns="touchpoint", values="encounters")
    met = met.reindex(index=means.index, columns=list(scenario.journey)).fillna(0.0)
    each = touchpoint_costs(scenario, met.to_numpy(dtype=np.float64), settings)
    reached = np.array(list(reach(scenario).values()))
    return {kind: each[:, reached == kind].sum(axis=1) for kind in (WINNING, SERVING, BOTH)}


def money_frame(compared: Comparison) -> pd.DataFrame:
    """Return all figures with intervals, one row per figure and arm (`MONEY_COLUMNS`)."""
    columns = money_columns(compared.scenario.market.currency)
    first = compared.baseline_arm
    rows = []
    for name, by_arm in money_values(compared).items():
        for arm, values in by_arm.items():
            level = mean_interval(values)
            difference = paired_interval(*((values, by_arm[first]) if arm != first else ((), ())))
            rows.append(
                {
                    "figure": name, "label": columns[name].label, "unit": columns[name].unit, "arm": arm, "against": first,
                    "mean": level.mean, "low": level.low, "high": level.high, "difference": difference.mean,
                    "difference_low": difference.low, "difference_high": difference.high, "replications": level.n,
                }
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(MONEY_COLUMNS))


def money_table(compared: Comparison, *, cost: float = 0.0) -> pd.DataFrame:
    """Return all figures, then profit added up to the end of each year, and when a one-off cost is paid back.

    `pay_back` has the week by the mean, and the earliest and latest by the band (`simulation.laboratory.money.pay_back`); empty:
    not within the horizon.
    """
    currency, first = compared.scenario.market.currency, compared.baseline_arm
    rows = []
    for arm in list(compared.arms)[1:]:
        difference = cumulative_difference(compared, arm)
        for week in sorted({*range(WEEKS_A_YEAR, len(difference) + 1, WEEKS_A_YEAR), len(difference)}):
            sum_ = worth_after(difference, week)
            rows.append(
                {
                    "figure": f"added_up_{week}", "label": f"Profit added up to week {week}", "unit": currency, "arm": arm,
                    "against": first, "difference": sum_.mean, "difference_low": sum_.low, "difference_high": sum_.high,
                    "replications": sum_.n,
                }
            )  # fmt: skip
        back = pay_back(difference, cost=cost)
        rows.append(
            {
                "figure": "pay_back", "label": f"Pay-back of {cost:,.0f} {currency}", "unit": "week", "arm": arm,
                "against": first, "mean": back.weeks, "low": back.earliest, "high": back.latest,
                "replications": back.replications,
            }
        )  # fmt: skip
    figures = money_frame(compared)
    return (
        pd.concat([figures, pd.DataFrame(rows, columns=list(MONEY_COLUMNS)).astype(figures.dtypes)])
        if rows
        else figures
    )

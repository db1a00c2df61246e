"""Tidy pandas frames from runs: what was observed, week by week, place by place and summed up.

Each run is summed up by its mean over the last 52 weeks (all weeks when it is shorter), so that the slow
stocks have moved and no season is counted twice. Weeks in which nothing was observed (NaN) are left out.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.analysis.intervals import mean_interval, paired_interval
from simulation.record import COMPANY_METRICS, COUNCIL_COLUMNS, CUSTOMER_COLUMNS, Column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from simulation.record import Run
    from simulation.scenario.scenario import Scenario

__all__ = [
    "LAST_WEEKS",
    "UNATTRIBUTED",
    "columns_of",
    "council_frame",
    "customers_frame",
    "journey_frame",
    "last_mean",
    "ledger_frame",
    "run_values",
    "summary_frame",
    "weekly_frame",
]

LAST_WEEKS = 52
"""A run is summed up over this many weeks at its end."""
UNATTRIBUTED = "unattributed"
"""The ledger's `due` when nobody can be named."""
LEDGER_UNIT = 2.0**-20
"""Experience per count of the ledger's fixed point."""

Runs = dict[str, list["Run"]]
"""The runs of each arm, ordered by replication; every arm has the same replications."""


def columns_of(arms: Mapping[str, Scenario]) -> dict[str, Column]:
    """Every weekly column (and `profit_at_equal_bonus`) of these arms: label, unit, meaning, direction.

    The company's metrics come first, then KPIs, levers, scores and bonuses; money is named by the currency.

    Examples
    --------
    >>> columns_of({})["nps"].unit
    'points'
    """
    columns = dict(COMPANY_METRICS)
    currency = next((scenario.market.currency for scenario in arms.values()), "money")
    for scenario in arms.values():
        columns |= {name: column for name, column in _kpi_columns(scenario).items() if name not in columns}
    for scenario in arms.values():
        columns |= {name: column for name, column in _department_columns(scenario).items() if name not in columns}
    return {name: replace(column, unit=_priced(column.unit, currency)) for name, column in columns.items()}


def _priced(unit: str, currency: str) -> str:
    return " ".join(currency if word == "money" else word for word in unit.split(" "))


def _kpi_columns(scenario: Scenario) -> dict[str, Column]:
    return {
        name: Column(
            name=name,
            label=kpi.name,
            unit=kpi.unit,
            better=kpi.better,
            meaning=f"KPI of {kpi.owner}.",
            group="company" if kpi.owner == "company" else "departments",
        )
        for name, kpi in scenario.kpis.items()
    }


def _department_columns(scenario: Scenario) -> dict[str, Column]:
    found: list[Column] = []
    for department, given in scenario.departments.items():
        for lever, of in {**given.levers, **scenario.every_department}.items():
            meaning = f"Setting from 0 ({of.low}) to 1 ({of.high})."
            name, label = f"lever.{department}.{lever}", f"{given.name}: {of.name}"
            found.append(Column(name=name, label=label, unit="0-1", meaning=meaning, group="levers", low=0, high=1))
        meaning = f"Appraisal of {given.name}: 0 = par, 1 = stretch."
        label = f"{given.name}: score"
        found.append(Column(name=f"score.{department}", label=label, unit="score", meaning=meaning, group="levers"))
        meaning, label = f"Bonus paid to {given.name}.", f"{given.name}: bonus"
        unit = "money a week"
        found.append(Column(name=f"bonus.{department}", label=label, unit=unit, meaning=meaning, group="money", low=0))
    return {column.name: column for column in found}


def weekly_frame(runs: Runs) -> pd.DataFrame:
    """One row per arm, replication and week; one column per metric, KPI, lever, score and bonus."""
    parts = []
    for arm, of_arm in runs.items():
        for run in of_arm:
            weeks = len(next(iter(run.weekly.values())))
            keys = {"arm": arm, "replication": run.replication, "week": np.arange(weeks)}
            parts.append(pd.DataFrame({**keys, **run.weekly}))
    return pd.concat(parts, ignore_index=True)


def customers_frame(runs: Runs) -> pd.DataFrame:
    """Every customer's final state, one row per arm and slot, for the one replication that kept them."""
    parts = [
        pd.DataFrame({"arm": arm, **run.customers})
        for arm, of_arm in runs.items()
        for run in of_arm
        if run.customers is not None
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["arm", *CUSTOMER_COLUMNS])


def journey_frame(runs: Runs, arms: Mapping[str, Scenario]) -> pd.DataFrame:
    """What each touchpoint was like: one row per arm, replication and touchpoint, over the last 52 weeks.

    Columns: encounters [per 1,000 people a week], experience [0-1, weighted by encounters; NaN without any] and
    wait [weeks].
    """
    parts = []
    for arm, of_arm in runs.items():
        for run in of_arm:
            met = run.encounters[-LAST_WEEKS:]
            frame = pd.DataFrame(
                {
                    "arm": arm,
                    "replication": run.replication,
                    "touchpoint": list(arms[arm].journey),
                    "encounters": [last_mean(column) for column in met.T],
                    "experience": _weighted_mean(run.experience[-LAST_WEEKS:], met),
                    "wait": [last_mean(column) for column in run.wait.T],
                }
            )
            parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def _weighted_mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over weeks, weighted; NaN values carry no weight; NaN where there is no weight at all."""
    seen = ~np.isnan(values)
    total = np.where(seen, weights, 0.0).sum(axis=0)
    summed = np.where(seen, values, 0.0) * np.where(seen, weights, 0.0)
    mean = np.full(total.shape, math.nan)
    np.divide(summed.sum(axis=0), total, out=mean, where=total > 0)
    return mean


def ledger_frame(runs: Runs, arms: Mapping[str, Scenario]) -> pd.DataFrame:
    """Felt against caused: one row per arm, replication, touchpoint (where felt) and `due` (who is named).

    `benefit` and `pain` are experience above and below expectation per 1,000 people a week [experience 0-1]; pain,
    which the run books below zero, counts up here: benefit - pain is what was felt in all.
    """
    parts = []
    for arm, of_arm in runs.items():
        touchpoints, due = list(arms[arm].journey), [*arms[arm].departments, UNATTRIBUTED]
        for run in of_arm:
            per = LEDGER_UNIT * 1000 / (len(run.encounters) * arms[arm].horizon.population)
            frame = pd.DataFrame(
                {
                    "arm": arm,
                    "replication": run.replication,
                    "touchpoint": np.repeat(touchpoints, len(due)),
                    "due": np.tile(due, len(touchpoints)),
                    "benefit": run.ledger[..., 0].ravel() * per,
                    "pain": -run.ledger[..., 1].ravel() * per,
                }
            )
            parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def council_frame(runs: Runs) -> pd.DataFrame:
    """What councils said and agreed: one row per figure of each statement, one for a statement without figures."""
    rows: list[dict[str, object]] = []
    for arm, of_arm in runs.items():
        for run in of_arm:
            for number, item in enumerate(run.council, 1):
                said = {name: getattr(item, name) for name in _SAID}
                said = {"arm": arm, "replication": run.replication, "item": number, **said}
                rows += [
                    {**said, "figure": figure.name, "value": figure.value, "unit": figure.unit, "source": figure.source}
                    for figure in item.figures
                ] or [{**said, "figure": "", "value": math.nan, "unit": "", "source": ""}]
    return pd.DataFrame(rows, columns=list(COUNCIL_COLUMNS))


_SAID = (
    *("week", "council", "point", "kind", "speaker", "subject", "about", "action", "detail"),
    *("heard_at", "heard_department"),
)


def last_mean(series: NDArray[np.float64]) -> float:
    """Mean over the last 52 weeks, without the weeks that have no value; NaN when none has.

    Examples
    --------
    >>> last_mean(np.array([1.0, math.nan, 3.0]))
    2.0
    """
    last = series[-LAST_WEEKS:]
    last = last[~np.isnan(last)]
    return float(last.mean()) if len(last) else math.nan


def run_values(runs: Runs, metric: str) -> dict[str, NDArray[np.float64]]:
    """Each run summed up in one number: arm -> array [replications], in the metric's unit.

    `profit_at_equal_bonus` is revenue - cost - (the first arm's bonus, mean over its replications): one figure
    for all arms, so that its difference between arms is that of revenue - cost.
    """
    if metric == "profit_at_equal_bonus":
        revenue, cost, bonus = (run_values(runs, name) for name in ("revenue", "cost", "bonus"))
        same = float(next(iter(bonus.values())).mean())
        return {arm: revenue[arm] - cost[arm] - same for arm in runs}
    return {
        arm: np.array([last_mean(run.weekly[metric]) if metric in run.weekly else math.nan for run in of_arm])
        for arm, of_arm in runs.items()
    }


def summary_frame(runs: Runs, arms: Mapping[str, Scenario]) -> pd.DataFrame:
    """One row per metric and arm: mean, its interval, and the paired difference to the first arm.

    The first arm's own difference is empty: it is what the others are compared with. `replications` counts the
    runs behind the row, fewer than were run when some had no value (no survey answer in a whole year, say).
    """
    rows: list[dict[str, object]] = []
    for name, column in columns_of(arms).items():
        if column.group != "levers" and not name.startswith("bonus."):
            rows += _summary_rows(column, run_values(runs, name))
    return pd.DataFrame(rows)


def _summary_rows(column: Column, values: Mapping[str, NDArray[np.float64]]) -> list[dict[str, object]]:
    baseline = next(iter(values))
    rows = []
    for arm, of_arm in values.items():
        level = mean_interval(of_arm)
        nothing: Sequence[float] = ()
        compared = (of_arm, values[baseline]) if arm != baseline else (nothing, nothing)
        difference = paired_interval(*compared)
        row: dict[str, object] = {
            "metric": column.name,
            "label": column.label,
            "unit": column.unit,
            "group": column.group,
            "better": column.better,
            "arm": arm,
            "mean": level.mean,
            "low": level.low,
            "high": level.high,
            "baseline_arm": baseline,
            "difference": difference.mean,
            "difference_low": difference.low,
            "difference_high": difference.high,
            "replications": level.n,
        }
        rows.append(row)
    return rows

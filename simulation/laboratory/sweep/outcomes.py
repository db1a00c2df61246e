"""What a sweep shows at a glance: each outcome at each design point, at each level of a factor, and over all points.

Intervals are 95 % Student t intervals over replications (`simulation.analysis.intervals`). The difference to the first
arm is paired by replication: both arms met the same customers with the same luck.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulation.analysis.intervals import mean_interval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from simulation.laboratory.sweep.factors import Value
    from simulation.laboratory.sweep.plan import Plan

    Cube = NDArray[np.float64]
    """An outcome of every run [point, replication, arm]; NaN where there is none (yet)."""

__all__ = ["by_level", "by_point", "cube", "levels_of", "over_points"]


def cube(plan: Plan, runs: pd.DataFrame, outcome: str) -> Cube:
    """Return an outcome of every run, shape [point, replication, arm]; NaN where it failed or is not finished.

    Parameters
    ----------
    plan
        The sweep's plan.
    runs
        Its finished runs (`dataset.read`), in any order.
    outcome
        A metric.
    """
    values = np.full(plan.runs, math.nan)
    values[runs["run"].to_numpy()] = runs[outcome].to_numpy(dtype=np.float64)
    return values.reshape(len(plan.points), plan.replications, len(plan.arms))


def levels_of(plan: Plan, factor: str) -> list[Value]:
    """Return the values that a factor takes in the design: numbers ascending, words in their order."""
    at = [each.name for each in plan.factors].index(factor)
    values = {point[at]: None for point in plan.points}
    if plan.factors[at].numeric:
        return sorted(values)
    return [word for word in plan.factors[at].options if word in values]


def by_point(plan: Plan, runs: pd.DataFrame) -> pd.DataFrame:
    """Sum up every design point: one row per outcome, point and arm.

    Returns
    -------
    pandas.DataFrame
        Columns: `point`; `factor.*`; `arm`; `outcome`; `failed` (replications); `n` (runs with a value); `mean`, `low`,
        `high` in the outcome's unit; `difference`, `difference_low`, `difference_high` to the first arm (empty for itself).
        Points without a finished run are left out.
    """
    failed = np.bincount(runs.loc[runs["status"] == "failed", "point"], minlength=len(plan.points)) // len(plan.arms)
    seen = np.bincount(runs["point"], minlength=len(plan.points)) > 0
    rows: list[dict[str, Any]] = []
    for outcome in plan.outcomes:
        values = cube(plan, runs, outcome)
        for point in np.flatnonzero(seen).tolist():
            factors = {f.column: value for f, value in zip(plan.factors, plan.points[point], strict=True)}
            for arm, measured in _summed(plan, values[point]):
                head = {"point": point, **factors, "arm": arm, "outcome": outcome, "failed": int(failed[point])}
                rows.append({**head, **measured})
    return pd.DataFrame(rows)


def by_level(plan: Plan, runs: pd.DataFrame, factor: str, *, points: list[int] | None = None) -> pd.DataFrame:
    """Sum up every level of a factor over the points that have it: one row per outcome, level and arm.

    In each replication the mean over these points is taken first, so the intervals are over replications.

    Parameters
    ----------
    factor
        Name of a factor.
    points
        Only these points; all unless given.
    """
    at = [each.name for each in plan.factors].index(factor)
    chosen = range(len(plan.points)) if points is None else points
    rows: list[dict[str, Any]] = []
    for outcome in plan.outcomes:
        values = cube(plan, runs, outcome)
        for level in levels_of(plan, factor):
            of_level = [point for point in chosen if plan.points[point][at] == level]
            if not of_level:
                continue
            some = values[of_level]
            gap = _mean(some - some[..., :1], axis=0)
            rows += [
                {"level": level, "arm": arm, "outcome": outcome, **measured}
                for arm, measured in _summed(plan, _mean(some, axis=0), gap)
            ]
    return pd.DataFrame(rows)


def over_points(plan: Plan, runs: pd.DataFrame) -> pd.DataFrame:
    """Sum up a design of many points: one row per outcome and arm.

    Returns
    -------
    pandas.DataFrame
        Columns: `arm`; `outcome`; `points` (with a value); of the points' means `mean`, `least` and `most`; of their
        differences to the first arm `difference`, `difference_least`, `difference_most`; `higher`, the share of points
        at which the arm's mean is above the first arm's [0-1]. The differences of the first arm to itself are empty.
    """
    rows: list[dict[str, Any]] = []
    for outcome in plan.outcomes:
        values = cube(plan, runs, outcome)
        means, gaps = _mean(values, axis=1), _mean(values - values[..., :1], axis=1)
        for position, arm in enumerate(plan.arms):
            level = means[~np.isnan(means[:, position]), position]
            gap = gaps[~np.isnan(gaps[:, position]), position] if position else level[:0]
            spread = dict(zip(("mean", "least", "most"), _spread(level), strict=True))
            apart = dict(zip(("difference", "difference_least", "difference_most"), _spread(gap), strict=True))
            higher = float((gap > 0).mean()) if len(gap) else math.nan
            rows.append({"arm": arm, "outcome": outcome, "points": len(level), **spread, **apart, "higher": higher})
    return pd.DataFrame(rows)


def _spread(values: NDArray[np.float64]) -> tuple[float, float, float]:
    return (float(values.mean()), float(values.min()), float(values.max())) if len(values) else (math.nan,) * 3


def _mean(values: Cube, *, axis: int) -> Cube:
    """Mean without the values that are NaN; NaN where there is none."""
    there = ~np.isnan(values)
    count = there.sum(axis=axis)
    mean = np.full(count.shape, math.nan)
    np.divide(np.where(there, values, 0.0).sum(axis=axis), count, out=mean, where=count > 0)
    return mean


def _summed(plan: Plan, values: Cube, gap: Cube | None = None) -> Iterator[tuple[str, dict[str, float]]]:
    """Sum up some values [replication, arm], with their differences to the first arm: one mapping per arm."""
    gap = values - values[:, :1] if gap is None else gap
    for position, arm in enumerate(plan.arms):
        level = mean_interval(values[:, position])
        apart = mean_interval(gap[:, position] if position else [])
        yield arm, {
            "n": level.n, "mean": level.mean, "low": level.low, "high": level.high,
            "difference": apart.mean, "difference_low": apart.low, "difference_high": apart.high,
        }  # fmt: skip

"""How far the replications of a comparison go, and how many are enough: tables from its weekly values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulation.analysis.frames import last_mean
from simulation.analysis.intervals import FEWEST_TO_TELL, mean_interval
from simulation.laboratory.replications.precision import (
    effect_seen,
    needed,
    needed_for_power,
    power,
    saved,
    spread_interval,
    spread_of,
)
from simulation.laboratory.replications.stored import check_outcomes
from simulation.record import Column
from simulation.scenario.faults import Fault, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from simulation.laboratory.replications.stored import Measured

    Values = NDArray[np.float64]

__all__ = [
    "CONVERGENCE_COLUMNS",
    "ENOUGH_COLUMNS",
    "answers",
    "convergence",
    "enough",
    "run_values_from",
]

MOST_POINTS = 200
"""A convergence has at most so many points, evenly spread on a log axis beyond that."""
_CONVERGENCE_COLUMNS = (
    Column(name="outcome", label="Outcome", unit="", meaning="Metric that the run is summed up by, mean of its last 52 weeks."),
    Column(name="arm", label="Arm", unit="", meaning="Arm whose difference to the first arm this is; with one arm, that arm itself."),
    Column(name="n", label="Replications", unit="count", low=2, meaning="The first n replications."),
    Column(name="mean", label="Mean", unit="as the outcome", meaning="Mean paired difference to the first arm after n replications."),
    Column(name="low", label="Low", unit="as the outcome", meaning="Lower end of its 95 % interval."),
    Column(name="high", label="High", unit="as the outcome", meaning="Upper end of its 95 % interval."),
    Column(name="half_width", label="Half-width", unit="as the outcome", low=0, meaning="Half the length of that interval."),
)  # fmt: skip
CONVERGENCE_COLUMNS: dict[str, Column] = {column.name: column for column in _CONVERGENCE_COLUMNS}
"""Columns of `convergence.csv` by name."""

_ENOUGH_COLUMNS = (
    Column(name="outcome", label="Outcome", unit="", meaning="Metric that the run is summed up by, mean of its last 52 weeks."),
    Column(name="unit", label="Unit", unit="", meaning="Unit of the outcome."),
    Column(name="arm", label="Arm", unit="", meaning="Arm that is compared; with one arm, that arm itself."),
    Column(name="baseline_arm", label="First arm", unit="", meaning="Arm that it is compared with; empty: none."),
    Column(name="replications", label="Replications", unit="count", low=2, meaning="Replications behind the row (those in which both arms had a value)."),
    Column(name="difference", label="Difference", unit="as the outcome", meaning="Mean paired difference; with one arm, the mean."),
    Column(name="half_width", label="Half-width", unit="as the outcome", low=0, meaning="Half the length of its 95 % interval."),
    Column(name="spread", label="Spread", unit="as the outcome", low=0, meaning="Standard deviation of the paired differences between replications."),
    Column(name="wanted", label="Wanted half-width", unit="as the outcome", low=0, meaning="Half-width asked for."),
    Column(name="needed", label="Replications needed", unit="count", low=3, meaning="Replications for that half-width if the spread is what it was found to be."),
    Column(name="needed_low", label="Needed, low", unit="count", low=3, meaning="The same at the lower end of the spread's 95 % interval."),
    Column(name="needed_high", label="Needed, high", unit="count", low=3, meaning="The same at the upper end of the spread's 95 % interval."),
    Column(name="effect", label="Effect", unit="as the outcome", low=0, meaning="Effect asked about; empty: none."),
    Column(name="power", label="Power", unit="0-1", low=0, high=1, meaning="Chance that so many replications tell such an effect from zero."),
    Column(name="needed_for_effect", label="Needed for the effect", unit="count", low=3, meaning="Replications that tell it with a chance of 80 %."),
    Column(name="effect_seen", label="Effect seen", unit="as the outcome", low=0, meaning="Smallest effect that so many replications tell from zero with a chance of 80 %."),
    Column(name="saved", label="Saved by the same luck", unit="times", low=0, meaning="Replications that luck of its own in each arm would need, over those that the same luck needs."),
    Column(name="saved_low", label="Saved, low", unit="times", low=0, meaning="Lower end of its 95 % interval (jackknife)."),
    Column(name="saved_high", label="Saved, high", unit="times", low=0, meaning="Upper end of its 95 % interval (jackknife)."),
)  # fmt: skip
ENOUGH_COLUMNS: dict[str, Column] = {column.name: column for column in _ENOUGH_COLUMNS}
"""Columns of `enough.csv` by name."""


def answers(
    measured: Measured, asked: Iterable[tuple[str, float | None, float | None]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answer questions from runs: `enough` and `convergence` of each outcome, below each other.

    Parameters
    ----------
    measured
        Runs of a comparison, read or fresh.
    asked
        Outcome, half-width wanted, effect to be seen.

    Raises
    ------
    ScenarioError
        If an outcome is none of these runs', or there are too few replications to tell anything.
    """
    questions = list(asked)
    check_outcomes((outcome for outcome, _, _ in questions), measured)
    told, paths = [], []
    for outcome, wanted, effect in questions:
        values = run_values_from(measured.weekly, outcome)
        if len(next(iter(values.values()))) < FEWEST_TO_TELL:
            allowed = f"at least {FEWEST_TO_TELL}, better 10: the spread between them is what counts"
            raise ScenarioError([Fault("too few replications", measured.name, key="replications", allowed=allowed)])
        told.append(enough(values, outcome=outcome, unit=measured.units[outcome], wanted=wanted, effect=effect))
        paths.append(convergence(values, outcome=outcome))
    return pd.concat(told, ignore_index=True), pd.concat(paths, ignore_index=True)


def run_values_from(weekly: pd.DataFrame, outcome: str) -> dict[str, Values]:
    """Each run of a weekly table summed up in one number, as `simulation.analysis.frames.run_values` does with runs.

    Parameters
    ----------
    weekly
        `arm`, `replication`, `week` and a column for each metric.
    outcome
        A column, or `profit_at_equal_bonus`.

    Returns
    -------
    dict
        Arm -> array [replications], in the order of the replications.
    """
    if outcome == "profit_at_equal_bonus":
        revenue, cost, bonus = (run_values_from(weekly, name) for name in ("revenue", "cost", "bonus"))
        same = float(next(iter(bonus.values())).mean())
        return {arm: revenue[arm] - cost[arm] - same for arm in revenue}
    return {
        str(arm): np.array(
            [last_mean(run[outcome].to_numpy(dtype=np.float64)) for _, run in of_arm.groupby("replication", sort=True)]
        )
        for arm, of_arm in weekly.groupby("arm", sort=False)
    }


def enough(
    values: Mapping[str, Values], *, outcome: str, unit: str, wanted: float | None = None, effect: float | None = None
) -> pd.DataFrame:
    """How far the replications that there are go, and how many more it takes: one row per arm but the first.

    Parameters
    ----------
    values
        Arm -> array [replications], the first arm first; with one arm, its own mean is what counts.
    outcome, unit
        Name and unit of what the values are.
    wanted, effect
        Half-width wished for and effect to be seen [in that unit]; None: not asked.

    Returns
    -------
    pandas.DataFrame
        The columns of `ENOUGH_COLUMNS`; what was not asked or cannot be told is NaN.
    """
    baseline, differences = _differences(values)
    rows = []
    for arm, difference in differences.items():
        factor = saved(values[arm], values[baseline]) if baseline else mean_interval([])
        row = {"outcome": outcome, "unit": unit, "arm": arm, "baseline_arm": baseline}
        told = _told(difference, wanted=wanted, effect=effect)
        rows.append({**row, **told, "saved": factor.mean, "saved_low": factor.low, "saved_high": factor.high})
    return pd.DataFrame(rows, columns=list(ENOUGH_COLUMNS))


def _told(difference: Values, *, wanted: float | None, effect: float | None) -> dict[str, Any]:
    """What the differences tell of one arm; what was not asked for stays away."""
    interval, spread = mean_interval(difference), spread_of(difference)
    n = interval.n
    told = {
        "replications": n,
        "difference": interval.mean,
        "half_width": interval.half_width,
        "spread": spread,
        "effect_seen": effect_seen(spread, n=n),
    }
    if wanted is not None:
        low, high = spread_interval(spread, n=n)
        told |= {"wanted": wanted, "needed": needed(spread, wanted=wanted)}
        told |= {"needed_low": needed(low, wanted=wanted), "needed_high": needed(high, wanted=wanted)}
    if effect is not None:
        told |= {"effect": effect, "power": power(effect, spread=spread, n=n)}
        told |= {"needed_for_effect": needed_for_power(effect, spread=spread)}
    return told


def convergence(values: Mapping[str, Values], *, outcome: str) -> pd.DataFrame:
    """Mean and interval of each arm's paired difference after the first 2, 3, ... replications.

    Returns
    -------
    pandas.DataFrame
        The columns of `CONVERGENCE_COLUMNS`; the last row of each arm is after all its replications.
    """
    rows = []
    for arm, difference in _differences(values)[1].items():
        for n in _points(len(difference)):
            interval = mean_interval(difference[:n])
            rows.append(
                {
                    "outcome": outcome,
                    "arm": arm,
                    "n": n,
                    "mean": interval.mean,
                    "low": interval.low,
                    "high": interval.high,
                    "half_width": interval.half_width,
                }
            )
    return pd.DataFrame(rows, columns=list(CONVERGENCE_COLUMNS))


def _differences(values: Mapping[str, Values]) -> tuple[str, dict[str, Values]]:
    """Name of the first arm and the others' differences to it; with one arm no name, and its own values."""
    baseline, *others = values
    if not others:
        return "", {baseline: values[baseline]}
    return baseline, {arm: values[arm] - values[baseline] for arm in others}


def _points(most: int) -> list[int]:
    every = range(2, most + 1)
    if len(every) <= MOST_POINTS:
        return list(every)
    return sorted({round(point) for point in np.geomspace(2, most, MOST_POINTS)})

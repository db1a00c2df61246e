"""Numbers that charts draw: means with intervals by week, changes over a run, drifts of levers.

Every interval is `simulation.analysis.intervals.mean_interval` over replications; differences are paired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.frames import LAST_WEEKS
from simulation.analysis.intervals import Interval, mean_interval

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from simulation.views.compared import Compared

__all__ = [
    "SMOOTHING_WEEKS",
    "Band",
    "band",
    "by_replication",
    "closing_weeks",
    "difference_band",
    "drift",
    "last_weeks",
    "opening_weeks",
    "replications",
    "run_change",
    "run_means",
]

SMOOTHING_WEEKS = 13
"""Length of the rolling mean on charts that say so [weeks]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A mean with its 95 % interval by week; arrays [weeks], NaN where there is none."""

    week: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def by_replication(compared: Compared, column: str, *, arm: str, smooth: int = 1) -> pd.DataFrame:
    """One column of `weekly` as a frame [week x replication].

    With `smooth` above 1: the rolling mean of the last `smooth` weeks, NaN until half of them have a value.
    """
    weekly = compared.weekly
    if column not in weekly:  # an arm may add or drop a department or lever
        weekly = weekly.assign(**{column: np.nan})
    # Only the columns needed: a copy of all of them for each call is what takes the time of long runs.
    wanted = weekly.loc[weekly["arm"] == arm, ["week", "replication", column]]
    frame = wanted.pivot(index="week", columns="replication", values=column)
    return frame.rolling(smooth, min_periods=smooth // 2).mean() if smooth > 1 else frame


def _band(frame: pd.DataFrame) -> Band:
    intervals = [mean_interval(row) for row in frame.to_numpy(dtype=np.float64)]
    return Band(
        week=frame.index.to_numpy(dtype=np.float64),
        mean=np.array([interval.mean for interval in intervals]),
        low=np.array([interval.low for interval in intervals]),
        high=np.array([interval.high for interval in intervals]),
    )


def band(compared: Compared, column: str, *, arm: str, smooth: int = 1, every: int = 1) -> Band:
    """Mean and interval across replications, week by week; with `every` above 1 only each so-manieth week."""
    return _band(by_replication(compared, column, arm=arm, smooth=smooth).iloc[every - 1 :: every])


def difference_band(
    compared: Compared, column: str, *, arm: str, baseline: str, smooth: int = 1, every: int = 1
) -> Band:
    """Paired difference `arm - baseline` and its interval, week by week; `every` as in `band`."""
    difference = by_replication(compared, column, arm=arm, smooth=smooth) - by_replication(
        compared, column, arm=baseline, smooth=smooth
    )
    return _band(difference.iloc[every - 1 :: every])


def opening_weeks(compared: Compared) -> int:
    """Length of the opening of a run that changes are measured from: 13 weeks, at most half the run."""
    return max(1, min(13, _weeks(compared) // 2))


def closing_weeks(compared: Compared) -> int:
    """Length of the end of a run that changes are measured to: 52 weeks, at most half the run."""
    return max(1, min(LAST_WEEKS, _weeks(compared) // 2))


def last_weeks(compared: Compared) -> int:
    """Length of the end of a run that the summary and the journey are about: 52 weeks, or the whole run."""
    return min(LAST_WEEKS, _weeks(compared))


def _weeks(compared: Compared) -> int:
    return int(compared.weekly["week"].nunique())


def replications(compared: Compared) -> int:
    """How many replications the comparison has."""
    return int(compared.weekly["replication"].nunique())


def run_means(compared: Compared, *, weeks: int) -> pd.DataFrame:
    """Mean of every weekly column over the last `weeks` of each run, indexed by arm and replication.

    The same as `by_replication(...).tail(weeks).mean()`, for all columns at once.
    """
    weekly = compared.weekly
    ends = weekly.groupby("arm", sort=False)["week"].transform("max")
    last = weekly.loc[weekly["week"] > ends - weeks].drop(columns="week")
    return last.groupby(["arm", "replication"], sort=False).mean()


def run_change(compared: Compared, column: str, *, arm: str) -> Interval:
    """Change of a metric over the run: mean of the closing weeks minus mean of the opening weeks."""
    frame = by_replication(compared, column, arm=arm)
    change = frame.tail(closing_weeks(compared)).mean() - frame.head(opening_weeks(compared)).mean()
    return mean_interval(change.to_numpy(dtype=np.float64))


def drift(compared: Compared, column: str, *, arm: str, start: float) -> Interval:
    """Where a column stood in the closing weeks, minus `start`."""
    frame = by_replication(compared, column, arm=arm)
    return mean_interval(frame.tail(closing_weeks(compared)).mean().to_numpy(dtype=np.float64) - start)

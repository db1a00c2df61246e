"""When a change has paid for itself: profit added up week by week, against the first arm, paired by replication.

Equation
--------
D(t) = sum over weeks s <= t of (profit of the arm - profit of the first arm) [money of the whole simulated market]. What a
council or pooled data cost while they run is in the arm's profit already, as far as the scenario has it; a one-off cost C is
asked for. The arm has paid back in week t if the mean of D stays at C or above from t to the end. Where the pointwise 95 % band
of D stays there, too, it is clear; `earliest` is where the band's upper edge begins to.

Special cases
-------------
D never stays above C within the horizon: `not within N weeks`. Nothing is discounted: horizons are a few years.

Source
------
Pay-back by accumulated differences between paired runs: our assumption (form); intervals as `simulation.analysis.intervals`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.intervals import FEWEST_TO_TELL, Interval, mean_interval

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from simulation.analysis.comparison import Comparison

__all__ = ["PayBack", "cumulative_difference", "pay_back", "worth_after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PayBack:
    """Weeks until a one-off cost is paid back, counted from 1; None: not within the horizon.

    Attributes
    ----------
    cost
        The one-off cost [money].
    weeks
        By the mean.
    earliest, latest
        By the upper and the lower edge of the 95 % band: pay-back before `earliest` is ruled out, by `latest` it is clear.
    horizon
        Weeks that were lived.
    replications
        Behind it; `latest` is None below three.
    """

    cost: float
    weeks: int | None
    earliest: int | None
    latest: int | None
    horizon: int
    replications: int


def cumulative_difference(compared: Comparison, arm: str) -> pd.DataFrame:
    """Return D [week x replication], money of the whole simulated market."""
    weekly = compared.weekly
    profit = {
        name: weekly[weekly["arm"] == name].pivot(index="week", columns="replication", values="profit")
        for name in (arm, compared.baseline_arm)
    }
    scale = {name: compared.arms[name].horizon.population / 1000.0 for name in profit}
    return (profit[arm] * scale[arm] - profit[compared.baseline_arm] * scale[compared.baseline_arm]).cumsum()


def worth_after(difference: pd.DataFrame, weeks: int) -> Interval:
    """Return what the difference adds up to after so many weeks: the largest one-off cost that is paid back by then."""
    return mean_interval(difference.iloc[weeks - 1].to_numpy(dtype=np.float64))


def pay_back(difference: pd.DataFrame, *, cost: float) -> PayBack:
    """Return when a one-off cost is paid back."""
    bands = [mean_interval(row) for row in difference.to_numpy(dtype=np.float64)]
    replications = difference.shape[1]
    enough = replications >= FEWEST_TO_TELL
    return PayBack(
        cost=cost,
        weeks=_stays_from(np.array([band.mean for band in bands]) >= cost),
        earliest=_stays_from(np.array([band.high for band in bands]) >= cost) if enough else None,
        latest=_stays_from(np.array([band.low for band in bands]) >= cost) if enough else None,
        horizon=len(bands),
        replications=replications,
    )


def _stays_from(above: NDArray[np.bool_]) -> int | None:
    """Return the first week, counted from 1, from which on it is true until the end.

    Examples
    --------
    >>> _stays_from(np.array([True, False, True, True])), _stays_from(np.array([True, False])), _stays_from(np.array([True]))
    (3, None, 1)
    """
    if not len(above) or not above[-1]:
        return None
    below = np.flatnonzero(~above)
    return int(below[-1]) + 2 if len(below) else 1

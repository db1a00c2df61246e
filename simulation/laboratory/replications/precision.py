"""How many replications are enough: for a wanted half-width, to see a given effect; and what the same luck saved.

Equations
---------
With D_i = arm - first arm in replication i (same customers, same luck), s_D their standard deviation, n their number:

half-width      h(n) = t(n - 1; 0.975) s_D / sqrt(n), the interval of `simulation.analysis.intervals`
needed          the least n with h(n) <= wanted, s_D being what it was found to be; its own interval is that n at both
                ends of the 95 % interval of s_D, s_D sqrt((n - 1) / chi2(n - 1; 0.975 | 0.025))
power           P(|T| > t(n - 1; 0.975)), T noncentral t with n - 1 degrees and noncentrality effect sqrt(n) / s_D
saved           (s_A^2 + s_B^2) / s_D^2: the variance that the difference would have with luck of its own in each arm
                (independent: nothing cancels), over the variance that it has. Half-widths go with the root of
                variance / n, so it is the factor of replications saved (but for the few degrees of freedom of t).
                s_A^2 + s_B^2 needs no further runs: it is what pairing replication i of one arm with replication i + k of
                the other gives on average over k = 1 ... n - 1, freed of that average's bias of 2 s_AB / (n - 1).
                Interval: Student t on the jackknife of log(saved), so that it stays above 0.

Special cases
-------------
every D_i alike     half-width 0, needed 3 (fewer tell nothing), saved infinite: the arms move as one
saved below 1       the same luck drives the arms apart: common random numbers cost precision here

Assumptions
-----------
Replications are independent (counter-based luck), D_i is about normal; the interval of s_D leans on that most. At the
n `needed`, about every second experiment turns out a little wider than wanted: `compare --precision` goes on until it
is there (its own coverage: see `simulation.compare`). Intervals of `saved` from normal pairs (correlation 0, 0.6 or
0.95, spreads alike or 1 to 1.5; 1,500 samples each, +- 1.3 %) covered in 92 to 95 % of samples from 10 to 40
replications, in 90 to 95 % from 6.

Source
------
Common random numbers, paired t: Law (2015), Simulation Modeling and Analysis, 5th ed., sections 10.2.1 and 11.2; fixed
half-width: section 9.4.1. Power: Cohen (1988), Statistical Power Analysis, 2nd ed. Jackknife of a log ratio of
variances: Miller (1968), Annals of Mathematical Statistics 39.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.intervals import FEWEST_TO_TELL, LEVEL, Interval, mean_interval, quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

__all__ = ["POWER", "effect_seen", "needed", "needed_for_power", "power", "saved", "spread_interval", "spread_of"]

POWER = 0.8
"""Power that counts as enough. Source: Cohen (1988), section 2.4."""
SURE, ONE_SIDED = 30.0, 6.0
"""Noncentralities: above the first the power is 1 (within 1e-12), above the second nobody sees the effect with the wrong sign
(chance below 1e-11). scipy's noncentral t has no value (NaN) further out."""
MOST_REPLICATIONS = 10**9
"""An answer above this is given as this."""


def spread_of(differences: Values) -> float:
    """Standard deviation between replications; NaN from fewer than 2, exactly 0 where all are alike."""
    present = differences[~np.isnan(differences)]
    if len(present) < 2:
        return math.nan
    return 0.0 if (present == present[0]).all() else float(present.std(ddof=1))


def spread_interval(spread: float, *, n: int) -> tuple[float, float]:
    """95 % interval of a standard deviation found from n normal values (Cochran)."""
    from scipy.special import chdtri

    if n < 2:
        return math.nan, math.nan
    tail = (1 - LEVEL) / 2
    low, high = (spread * math.sqrt((n - 1) / float(chdtri(n - 1, p))) for p in (tail, 1 - tail))
    return low, high


def needed(spread: float, *, wanted: float) -> float:
    """Least number of replications with a half-width of at most `wanted`; NaN where the spread is not known.

    Examples
    --------
    >>> needed(2.0, wanted=1.0), needed(2.0, wanted=0.5), needed(0.0, wanted=0.5)
    (18, 64, 3)
    """
    if math.isnan(spread):
        return math.nan
    # From below: the normal quantile is less than any of Student's.
    n = max(FEWEST_TO_TELL, math.ceil(min((1.959 * spread / wanted) ** 2, MOST_REPLICATIONS)))
    while n < MOST_REPLICATIONS and quantile(LEVEL, n - 1) * spread / math.sqrt(n) > wanted:
        n += 1
    return n


def power(effect: float, *, spread: float, n: int) -> float:
    """Chance that n replications tell an effect from zero; none from fewer than 3.

    Examples
    --------
    >>> round(power(0.5, spread=1.0, n=34), 3)
    0.808
    """
    from scipy.special import nctdtr

    if n < FEWEST_TO_TELL or math.isnan(spread):
        return 0.0
    if effect * math.sqrt(n) > SURE * spread:
        return 1.0
    at, away = quantile(LEVEL, n - 1), effect * math.sqrt(n) / spread
    wrong_way = float(nctdtr(n - 1, away, -at)) if away < ONE_SIDED else 0.0
    return 1 - float(nctdtr(n - 1, away, at)) + wrong_way


def needed_for_power(effect: float, *, spread: float, wanted: float = POWER) -> float:
    """Least number of replications that tell an effect from zero with a chance of `wanted`.

    Examples
    --------
    >>> needed_for_power(0.5, spread=1.0), needed_for_power(1.0, spread=1.0)
    (34, 10)
    """
    if math.isnan(spread):
        return math.nan
    low, high = FEWEST_TO_TELL, FEWEST_TO_TELL
    while high < MOST_REPLICATIONS and power(effect, spread=spread, n=high) < wanted:
        low, high = high + 1, 2 * high
    while low < high:
        middle = (low + high) // 2
        if power(effect, spread=spread, n=middle) < wanted:
            low = middle + 1
        else:
            high = middle
    return min(low, MOST_REPLICATIONS)


def effect_seen(spread: float, *, n: int, wanted: float = POWER) -> float:
    """Smallest effect that n replications tell from zero with a chance of `wanted`; NaN from fewer than 3.

    Examples
    --------
    >>> round(effect_seen(1.0, n=34), 2)
    0.5
    """
    if n < FEWEST_TO_TELL or math.isnan(spread):
        return math.nan
    if spread == 0.0:
        return 0.0
    low, high = 0.0, 100 * spread
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if power(middle, spread=spread, n=n) < wanted else (low, middle)
    return high


def saved(arm: Values, baseline: Values) -> Interval:
    """Factor of replications that the same luck in both arms saved, with its 95 % interval.

    Parameters
    ----------
    arm, baseline
        Shape [replications], same unit and order. A pair with a NaN is left out.

    Returns
    -------
    Interval
        NaN where nothing varies, from fewer than 4 pairs without an interval; infinite where the arms move as one.

    Examples
    --------
    >>> luck = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    >>> print(saved(luck + [0.1, -0.1, 0.1, -0.1, 0.1, -0.1], luck))
    574 [162, 2.03e+03]
    """
    pairs = np.array([arm, baseline])
    pairs = pairs[:, ~np.isnan(pairs).any(axis=0)]
    n = pairs.shape[1]
    factor = _ratio(pairs)
    left_out = np.array([_ratio(np.delete(pairs, at, axis=1)) for at in range(n)]) if n > FEWEST_TO_TELL else factor
    if not (np.isfinite(left_out).all() and np.all(left_out > 0) and n > FEWEST_TO_TELL):
        return Interval(mean=factor, low=math.nan, high=math.nan, n=n)
    # Pseudo-values of log(saved); the interval is laid around the log of the factor itself.
    half = mean_interval(n * math.log(factor) - (n - 1) * np.log(left_out)).half_width
    return Interval(mean=factor, low=factor * math.exp(-half), high=factor * math.exp(half), n=n)


def _ratio(pairs: Values) -> float:
    """Variance of the difference of independent arms over that of the paired difference."""
    if pairs.shape[1] < 2:
        return math.nan
    apart, together = float(pairs.var(axis=1, ddof=1).sum()), spread_of(pairs[0] - pairs[1]) ** 2
    if together == 0.0:
        return math.inf if apart > 0.0 else math.nan
    return apart / together

"""The price of silos: by how much, and how many times, an owner's optimum is worth more than what departments come to.

Both on the same customers with the same luck, replication by replication. Source: price of anarchy, Koutsoupias & Papadimitriou
1999 (the worst equilibrium against the optimum); ratios: Fieller 1954.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.intervals import LEVEL, Interval, quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ratio_interval"]


def ratio_interval(above: NDArray[np.float64], below: NDArray[np.float64], *, level: float = LEVEL) -> Interval:
    """Return the ratio of two means with its interval, from pairs (Fieller 1954).

    The values k for which mean(above - k below) cannot be told from 0 by Student's t.

    Parameters
    ----------
    above, below
        One value for each replication, same unit [replication].
    level
        Confidence level in (0, 1).

    Special cases: no ratio (NaN) unless the lower mean is above 0; no bounds (NaN) from one pair, or where the lower mean cannot
    be told from 0; no spread: low = high = ratio.

    Examples
    --------
    >>> print(ratio_interval(np.array([3.8, 4.0, 4.3]), np.array([1.9, 2.0, 2.1])))
    2.02 [1.94, 2.08]
    """
    n, over, under = len(above), float(above.mean()), float(below.mean())
    if not under > 0.0:
        return Interval(mean=math.nan, low=math.nan, high=math.nan, n=n)
    ratio = over / under
    if n < 2:
        return Interval(mean=ratio, low=math.nan, high=math.nan, n=n)
    spread = np.cov(above, below) * quantile(level, n - 1) ** 2 / n
    square, cross, rest = under**2 - spread[1, 1], over * under - spread[0, 1], over**2 - spread[0, 0]
    inside = cross**2 - square * rest
    if square <= 0.0:
        return Interval(mean=ratio, low=math.nan, high=math.nan, n=n)
    half = math.sqrt(max(float(inside), 0.0)) / square
    return Interval(mean=ratio, low=float(cross / square) - half, high=float(cross / square) + half, n=n)

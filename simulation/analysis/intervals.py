"""Student t intervals over replications: of a mean, and of the paired difference between two arms.

Equation
--------
mean +- t(n - 1; (1 + level) / 2) x s / sqrt(n), with s the standard deviation (n - 1) of the n values. For a
paired difference the values are `arm - baseline`, replication by replication: both arms met the same customers
with the same luck, so what is common to them cancels before the spread is taken.

Special cases
-------------
n = 0       mean, low and high are NaN.
n = 1       low and high are NaN: one replication says nothing about its own spread.
no spread   low = high = mean; an arm identical to its baseline gives exactly [0, 0].

What an interval tells
----------------------
That zero is left out counts from 3 replications on: from two values, which may lie together by luck, the spread is
not known well enough to go by. Equal values other than zero have an interval without width, which is no certainty:
they tell a sign only by the sign test (n values of one sign: 2^(1 - n), below 5 % from n = 6 on).

Source
------
Student (1908), Biometrika 6; paired intervals under common random numbers: Law (2015), Simulation Modeling and
Analysis, 5th ed., section 10.2.1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = [
    "FEWEST_ALIKE",
    "FEWEST_TO_TELL",
    "LEVEL",
    "Interval",
    "alike",
    "mean_interval",
    "next_sample_size",
    "paired_interval",
    "quantile",
    "rules_out_zero",
]

LEVEL = 0.95
"""Confidence level of every interval that the project reports."""
FEWEST_TO_TELL = 3
"""Nothing is claimed from fewer replications. Our assumption."""
FEWEST_ALIKE = 6
"""Fewest equal values that tell a sign: 2^(1 - 6) < 1 - LEVEL (sign test)."""


def alike(low: float, high: float) -> bool:
    """True for an interval without width around another value than zero: every replication gave the same."""
    return low != 0.0 and math.isclose(low, high, rel_tol=1e-9)


def rules_out_zero(low: float, high: float, *, n: int) -> bool:
    """True when an interval from `n` replications tells that the mean is not zero; never without an interval (NaN).

    Examples
    --------
    >>> rules_out_zero(0.2, 0.9, n=3), rules_out_zero(0.2, 0.9, n=2), rules_out_zero(0.5, 0.5, n=5)
    (True, False, False)
    """
    return n >= (FEWEST_ALIKE if alike(low, high) else FEWEST_TO_TELL) and (low > 0 or high < 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean with its confidence interval, in the unit of the values, from `n` replications."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def half_width(self) -> float:
        """Half the length of the interval; NaN when there is none (n < 2)."""
        return (self.high - self.low) / 2

    @property
    def covers_zero(self) -> bool:
        """True when a mean of zero cannot be ruled out; also without an interval, or from too few replications."""
        return not rules_out_zero(self.low, self.high, n=self.n)

    def __str__(self) -> str:
        if self.n == 0:
            return "no values"
        if self.n == 1:
            return f"{self.mean:.3g} (one replication: no interval)"
        return f"{self.mean:.3g} [{self.low:.3g}, {self.high:.3g}]"


def mean_interval(values: Sequence[float] | NDArray[np.float64], *, level: float = LEVEL) -> Interval:
    """Student t interval of the mean of one value per replication.

    Parameters
    ----------
    values
        Shape [replications], any unit. NaN (nothing was observed in that replication) is left out, and `n` says
        how many were used.
    level
        Confidence level in (0, 1).

    Raises
    ------
    ValueError
        If `level` is not in (0, 1), or a value is infinite.

    Examples
    --------
    >>> print(mean_interval([1.0, 2.0, 3.0]))
    2 [-0.484, 4.48]
    >>> print(mean_interval([5.0]))
    5 (one replication: no interval)
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")
    sample = np.asarray(values, dtype=np.float64)
    if np.isinf(sample).any():
        raise ValueError("an infinite value has no interval")
    sample = sample[~np.isnan(sample)]
    n = len(sample)
    if n == 0:
        return Interval(mean=math.nan, low=math.nan, high=math.nan, n=0)
    if (sample == sample[0]).all():
        # Exactly equal values: neither the mean nor the spread may pick up a rounding error.
        mean, half = float(sample[0]), 0.0
    else:
        mean = float(sample.mean())
        half = quantile(level, n - 1) * float(sample.std(ddof=1)) / math.sqrt(n)
    if n == 1:
        half = math.nan
    return Interval(mean=mean, low=mean - half, high=mean + half, n=n)


@lru_cache(maxsize=256)
def quantile(level: float, freedom: int) -> float:
    """Student's t(freedom; (1 + level) / 2): half-widths in standard errors; charts ask for the same one thousands of times."""
    from scipy.special import (
        stdtrit,
    )  # late, and not scipy.stats: that takes longer to import than a small run to finish

    return float(stdtrit(freedom, (1 + level) / 2))


def paired_interval(
    values: Sequence[float] | NDArray[np.float64],
    baseline: Sequence[float] | NDArray[np.float64],
    *,
    level: float = LEVEL,
) -> Interval:
    """Student t interval of the mean of `values - baseline`, paired by replication.

    Parameters
    ----------
    values, baseline
        Shape [replications], same unit, same order of replications. A pair with a NaN is left out.
    level
        Confidence level in (0, 1).

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> print(paired_interval([3.0, 5.0, 7.0], [1.0, 2.0, 3.0]))
    3 [0.516, 5.48]
    >>> print(paired_interval([0.1, 0.2], [0.1, 0.2]))
    0 [0, 0]
    """
    first, second = np.asarray(values, dtype=np.float64), np.asarray(baseline, dtype=np.float64)
    if first.shape != second.shape:
        raise ValueError(f"pairs need equal shapes, not {first.shape} and {second.shape}")
    return mean_interval(first - second, level=level)


def next_sample_size(*, n: int, half_width: float, wanted: float, most: int) -> int:
    """How many replications to look at next, after `n` gave an interval of `half_width`.

    The half-width shrinks like 1 / sqrt(n), so about n x (half_width / wanted)^2 are needed; the next look is
    there, but at least 4 more and at most twice as many, because the spread itself is still a guess. The answer
    depends on the data alone, never on the machine.

    Parameters
    ----------
    n
        Replications so far.
    half_width, wanted
        Present and wanted half-width, same unit; NaN (no interval yet) asks for 4 more.
    most
        The answer never exceeds this.

    Source
    ------
    Fixed-width sequential intervals: Chow & Robbins (1965), Annals of Mathematical Statistics 36. Batches: our
    assumption.

    Examples
    --------
    >>> next_sample_size(n=20, half_width=0.6, wanted=0.5, most=1000)
    29
    >>> next_sample_size(n=20, half_width=5.0, wanted=0.5, most=1000)
    40
    """
    needed = n + 4 if math.isnan(half_width) else math.ceil(n * (half_width / wanted) ** 2)
    return min(max(needed, n + 4), max(2 * n, n + 4), most)

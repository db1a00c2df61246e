"""The angle between two gradients that are known from replications, with an interval that is honest near 0 and 180 degrees.

Equation
--------
angle = arccos(k.v / (|k| |v|)), k and v the mean gradients over replications. Noise turns every direction away from the true
one, so that a plain bootstrap of the angle never reaches 0 or 180. Here the replications are drawn anew with replacement, and
each draw turns both mean gradients away from those of all replications, by so many degrees each. The angle is wrong by no more than
the two turns together (triangle inequality on the sphere), so the interval is the angle +- the 95 % quantile of their sum, widened
for few replications by t(n - 1) / z x sqrt(n / (n - 1)), and cut at 0 and 180. It covers in 95 of 100 cases or more.

Source
------
Bootstrapped directions: Fisher, Hall, Jing & Wood (1996), Journal of the American Statistical Association 91. Widening: Hesterberg
(2015), The American Statistician 69. The sum of both turns: our assumption, on the safe side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.intervals import LEVEL, mean_interval, rules_out_zero

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["RESAMPLES", "Angle", "angle_between", "angle_of_means", "told_from_zero"]

RESAMPLES = 2000
"""Bootstrap samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Angle:
    """An angle [degrees, 0-180] with its 95 % interval; NaN where a gradient cannot be told from zero.

    Attributes
    ----------
    first_told, second_told
        Whether either gradient can be told from zero.
    """

    degrees: float
    low: float
    high: float
    first_told: bool
    second_told: bool
    n: int


def angle_between(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the angle between two vectors [degrees]; NaN where one has no length.

    Examples
    --------
    >>> round(angle_between(np.array([1.0, 0.0]), np.array([1.0, 1.0])), 6)
    45.0
    """
    return float(_degrees(first, second))


def told_from_zero(gradients: NDArray[np.float64]) -> bool:
    """Return whether some component of the mean of gradients [replication, lever] can be told from zero.

    Bonferroni over components: each at level 1 - 0.05 / number of them.
    """
    replications, levers = gradients.shape
    level = 1.0 - (1.0 - LEVEL) / max(levers, 1)
    found = [mean_interval(column, level=level) for column in gradients.T]
    return any(rules_out_zero(each.low, each.high, n=replications) for each in found)


def angle_of_means(first: NDArray[np.float64], second: NDArray[np.float64], *, seed: int = 0) -> Angle:
    """Return the angle between the mean gradients with its interval.

    Parameters
    ----------
    first, second
        Gradients [replication, lever], same replications and levers; a replication with a NaN is left out.
    seed
        Of the bootstrap's draws.
    """
    whole = np.isfinite(first).all(axis=1) & np.isfinite(second).all(axis=1)
    first, second = first[whole], second[whole]
    n = len(first)
    told = told_from_zero(first), told_from_zero(second)
    if not all(told):
        return Angle(degrees=math.nan, low=math.nan, high=math.nan, first_told=told[0], second_told=told[1], n=n)
    degrees = angle_between(first.mean(axis=0), second.mean(axis=0))
    half = _widening(n) * _turn(first, second, seed)
    return Angle(
        degrees=degrees, low=max(0.0, degrees - half), high=min(180.0, degrees + half), first_told=True, second_told=True, n=n
    )  # fmt: skip


def _turn(first: NDArray[np.float64], second: NDArray[np.float64], seed: int) -> float:
    """Return by how much both mean gradients turn together in 95 % of bootstrap samples at the most [degrees]."""
    from scipy.stats import bootstrap

    def turned(drawn: NDArray[np.int64], axis: int = -1) -> Any:
        assert axis == -1
        return sum(_degrees(each[drawn].mean(axis=-2), each.mean(axis=0)) for each in (first, second))

    found = bootstrap(
        (np.arange(len(first)),), turned, n_resamples=RESAMPLES, method="percentile", vectorized=True, random_state=seed
    )  # fmt: skip
    return float(np.quantile(found.bootstrap_distribution, LEVEL))


def _widening(n: int) -> float:
    """Return the factor by which a bootstrap's spread falls short where there are few replications."""
    from scipy.special import ndtri, stdtrit

    tail = (1.0 + LEVEL) / 2.0
    return float(stdtrit(n - 1, tail) / ndtri(tail)) * math.sqrt(n / (n - 1))


def _degrees(first: NDArray[np.float64], second: NDArray[np.float64]) -> Any:
    """Return the angle of vectors [..., lever] to another [lever], by the tangent: exact near 0 and 180, too."""
    lengths = np.linalg.norm(first, axis=-1, keepdims=True), np.linalg.norm(second)
    with np.errstate(invalid="ignore", divide="ignore"):
        one, other = first / lengths[0], second / lengths[1]
    # Kahan's formula: 2 atan2(|a - b|, |a + b|) for unit vectors.
    return np.degrees(2.0 * np.arctan2(np.linalg.norm(one - other, axis=-1), np.linalg.norm(one + other, axis=-1)))

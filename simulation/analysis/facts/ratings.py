"""Statistics of ratings of several touchpoints by the same person.

The frame `ratings` has one row per person:

person : any
one column per touchpoint : stars 1 to 5, NaN where she did not meet it
overall : stars 1 to 5
recommend : 0 to 10

`kinds` maps each touchpoint's column to its kind, `must_be` or `performance`. Aggregates leave out people who rated fewer
than two touchpoints.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.analysis.facts.answers import mean_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["Slopes", "best_exponent", "explained_by_mean", "power_mean", "promoters", "slopes_by_kind", "within_person"]

PROMOTER = 9
"""From this answer on a person is a promoter: 9 or 10 of 10."""
FEWEST_RATINGS = 2
EXPONENTS = tuple(quarter / 4 for quarter in range(-12, 13))
"""Exponents that are tried: -3 to 3 in steps of a quarter."""


class Slopes(NamedTuple):
    """Overall stars per star below and above the usual rating of a touchpoint."""

    loss: float
    gain: float


def _rated(ratings: pd.DataFrame, kinds: Mapping[str, str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the touchpoint ratings [people x touchpoints] and overall [people] of those who count."""
    stars = ratings[list(kinds)].to_numpy(dtype=np.float64)
    overall = ratings["overall"].to_numpy(dtype=np.float64)
    counts = ((~np.isnan(stars)).sum(axis=1) >= FEWEST_RATINGS) & ~np.isnan(overall)
    return stars[counts], overall[counts]


def power_mean(stars: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    """Return each person's power mean of her ratings: (mean of x^p)^(1/p), the geometric mean for p = 0.

    Examples
    --------
    >>> two = np.array([[1.0, 4.0, np.nan]])
    >>> [round(float(power_mean(two, p)[0]), 6) for p in (-1.0, 0.0, 0.5, 1.0)]
    [1.6, 2.0, 2.25, 2.5]
    """
    there = ~np.isnan(stars)
    x = np.where(there, stars, 1.0)
    powers = np.log(x) if exponent == 0 else x**exponent
    mean = np.where(there, powers, 0.0).sum(axis=1) / there.sum(axis=1)
    return np.asarray(np.exp(mean) if exponent == 0 else mean ** (1.0 / exponent))


def _explained(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return R^2 of the regression of y on x and a constant; NaN where either does not vary."""
    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan
    return float(np.corrcoef(x, y)[0, 1]) ** 2


def explained_by_mean(ratings: pd.DataFrame, kinds: Mapping[str, str]) -> float:
    """Return R^2 of overall satisfaction regressed on the mean of the touchpoint ratings."""
    stars, overall = _rated(ratings, kinds)
    return _explained(power_mean(stars, 1.0), overall)


def best_exponent(ratings: pd.DataFrame, kinds: Mapping[str, str], *, exponents: Sequence[float] = EXPONENTS) -> float:
    """Return the exponent on the grid whose power mean explains overall satisfaction best (R^2); NaN if none does."""
    stars, overall = _rated(ratings, kinds)
    found = [_explained(power_mean(stars, exponent), overall) for exponent in exponents]
    return math.nan if np.isnan(found).any() else exponents[int(np.argmax(found))]


def slopes_by_kind(ratings: pd.DataFrame, kinds: Mapping[str, str]) -> dict[str, Slopes]:
    """Regress overall satisfaction on losses and gains, one slope each per kind of touchpoint.

    overall = c + sum over kinds k of (loss_k sum of min(x - u, 0) + gain_k sum of max(x - u, 0)), the inner sums over the
    touchpoints of kind k, with x the rating and u the touchpoint's usual one: its mean over people. A touchpoint that was
    not met is neither a loss nor a gain. Both slopes are positive where better ratings go with a better whole.

    Why the touchpoint's usual rating, and neither the middle of the scale nor the person's own mean: C19 and C20 have
    nearly equal standard errors (.0054 and .0052), so about as many ratings lay below the knot as above it. At the middle
    of the scale (3) few do, and in data like the survey's the loss would be about four times as uncertain as the gain. And
    against a person's own mean gains and losses add up to zero, so the two kinds' slopes cannot be told apart.

    Returns
    -------
    dict
        Kind -> slopes of one touchpoint [overall stars per star]; NaN where the regression cannot tell (a kind whose
        ratings never vary, too few people).
    """
    stars, overall = _rated(ratings, kinds)
    names = sorted(set(kinds.values()))
    unknown = dict.fromkeys(names, Slopes(math.nan, math.nan))
    there = ~np.isnan(stars)
    if len(overall) <= 1 + 2 * len(names) or not there.any(axis=0).all():
        return unknown
    usual = np.where(there, stars, 0.0).sum(axis=0) / there.sum(axis=0)
    away = np.where(there, stars - usual, 0.0)
    of = np.array(list(kinds.values()))
    columns = [side(away[:, of == name], 0.0).sum(axis=1) for name in names for side in (np.minimum, np.maximum)]
    design = np.column_stack([np.ones(len(overall)), *columns])
    found, _, rank, _ = np.linalg.lstsq(design, overall, rcond=None)
    if rank < design.shape[1]:
        return unknown
    return {name: Slopes(float(found[1 + 2 * i]), float(found[2 + 2 * i])) for i, name in enumerate(names)}


def promoters(ratings: pd.DataFrame, *, overall: int) -> float:
    """Return the share of promoters among people with so many stars overall; answers that are missing do not count."""
    there = ratings[(ratings["overall"] == overall) & ratings["recommend"].notna()]
    return mean_of(there["recommend"] >= PROMOTER)


def within_person(ratings: pd.DataFrame, kinds: Mapping[str, str]) -> float:
    """Return ICC(1): the intra-class correlation of ratings within people, one-way, with unequal numbers of ratings.

    (B - W) / (B + (k - 1) W), with B and W the mean squares between and within people and k = (N - sum n_i^2 / N) / (m - 1)
    for m people with n_i ratings, N in all. Source: Shrout & Fleiss 1979; k: Snedecor & Cochran 1967.
    """
    stars, _ = _rated(ratings, kinds)
    there = ~np.isnan(stars)
    counts = there.sum(axis=1)
    people, total = len(counts), int(counts.sum())
    if people < 2 or total <= people:
        return math.nan
    filled = np.where(there, stars, 0.0)
    means = filled.sum(axis=1) / counts
    between = float((counts * (means - filled.sum() / total) ** 2).sum()) / (people - 1)
    within = float((np.where(there, stars - means[:, None], 0.0) ** 2).sum()) / (total - people)
    k = (total - float((counts**2).sum()) / total) / (people - 1)
    below = between + (k - 1) * within
    return (between - within) / below if below > 0 else math.nan

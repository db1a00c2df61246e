"""What the data leave possible: a sample of the parameters, drawn by sequential Monte Carlo from the prior to the posterior.

Particles start evenly over the range. The likelihood is let in bit by bit, so that each step keeps half of them effective; they
are drawn anew by their weights and moved by random-walk Metropolis steps within the range.

Source
------
Del Moral, Doucet & Jasra (2006), JRSS B 68; step length 2.38 / sqrt(parameters): Roberts, Gelman & Gilks (1997), Annals of
Applied Probability 7. Two samples compared: Gelman & Rubin (1992), Statistical Science 7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    LogLikelihood = Callable[[Array], Array]

__all__ = ["Sample", "sampled"]

PARTICLES = 1000
"""Particles of one sample; two are drawn. Our assumption."""
MOVES = 8
"""Metropolis steps after each resampling. Our assumption; `agreement` tells whether they were enough."""
_STEPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Draws of the parameters in the unit cube [draw, parameter], equally likely.

    Attributes
    ----------
    draws
        Both samples, one after the other.
    agreement
        Gelman and Rubin's factor of each parameter over the two samples: near 1 they agree.
    """

    draws: Array
    agreement: Array

    @property
    def centre(self) -> Array:
        """Return the mean of the draws [parameter]."""
        return np.asarray(self.draws.mean(axis=0), dtype=np.float64)


def sampled(
    log_likelihood: LogLikelihood, *, low: Array, high: Array, seed: int, power: float = 1.0, particles: int = PARTICLES
) -> Sample:
    """Draw from the posterior within a box of the unit cube; every point of the box is equally likely beforehand.

    Parameters
    ----------
    log_likelihood
        Of points [point, parameter].
    low, high
        Ends of the box [parameter].
    seed
        Of the draws.
    power
        Below 1: of a flattened likelihood, which reaches further out.
    particles
        Of each of two samples.
    """
    halves = [
        _one(log_likelihood, low, high, np.random.default_rng([seed, half]), power=power, particles=particles)
        for half in (1, 2)
    ]
    return Sample(draws=np.concatenate(halves), agreement=_agreement(halves))


def _one(
    log_likelihood: LogLikelihood, low: Array, high: Array, luck: np.random.Generator, *, power: float, particles: int
) -> Array:
    places = low + (high - low) * luck.random((particles, len(low)))
    likely = log_likelihood(places)
    let_in = 0.0
    for _ in range(_STEPS):
        step = _next_step(likely, power - let_in)
        weights = np.exp(step * (likely - likely.max()))
        let_in = min(let_in + step, power)
        chosen = _systematic(weights / weights.sum(), luck)
        places, likely = places[chosen], likely[chosen]
        last = power - let_in < 1e-12
        places, likely = _moved(
            log_likelihood, places, likely, let_in, low, high, luck, moves=MOVES * (3 if last else 1)
        )
        if last:
            return places
    return places


def _next_step(likely: Array, most: float) -> float:
    """Return how much of the likelihood to let in so that half of the particles stay effective."""

    def effective(step: float) -> float:
        weights = np.exp(step * (likely - likely.max()))
        return float(weights.sum() ** 2 / (weights**2).sum() / len(weights))

    if effective(most) >= 0.5:
        return most
    near, far = 0.0, most
    for _ in range(50):
        middle = (near + far) / 2.0
        near, far = (middle, far) if effective(middle) >= 0.5 else (near, middle)
    return max(near, 1e-9)


def _systematic(weights: Array, luck: np.random.Generator) -> NDArray[np.intp]:
    """Draw as many as there are, by their weights, with one random number."""
    count = len(weights)
    ticks = (np.arange(count) + luck.random()) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), ticks), count - 1)


def _moved(
    log_likelihood: LogLikelihood, places: Array, likely: Array, power: float, low: Array, high: Array,
    luck: np.random.Generator, *, moves: int,
) -> tuple[Array, Array]:  # fmt: skip
    """Move every particle some Metropolis steps; the step length follows how many are taken."""
    count = places.shape[1]
    covariance = np.atleast_2d(np.cov(places, rowvar=False)) + 1e-10 * np.eye(count)
    steps = np.linalg.cholesky(covariance)
    length = 2.38 / math.sqrt(count)
    for _ in range(moves):
        asked = places + length * luck.standard_normal(places.shape) @ steps.T
        inside = ((asked >= low) & (asked <= high)).all(axis=1)
        found = np.full(len(asked), -math.inf)
        if inside.any():
            found[inside] = log_likelihood(asked[inside])
        taken = np.log(luck.random(len(asked))) < power * (found - likely)
        places, likely = np.where(taken[:, None], asked, places), np.where(taken, found, likely)
        length *= 1.25 if taken.mean() > 0.3 else 0.8 if taken.mean() < 0.15 else 1.0
    return places, likely


def _agreement(halves: list[Array]) -> Array:
    within = np.mean([half.var(axis=0, ddof=1) for half in halves], axis=0)
    between = np.var([half.mean(axis=0) for half in halves], axis=0, ddof=1)
    return np.asarray(
        np.sqrt(1.0 + np.divide(between, within, out=np.zeros_like(within), where=within > 0)), dtype=np.float64
    )

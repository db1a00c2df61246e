"""What the firm's figures are at any point, from the runs at some: a quadratic in the parameters, with luck around it.

Equation
--------
y(u) = b' f(u) + e,  e ~ N(0, R),  f(u) = (1, u_i, u_i u_j),  u in [0, 1] per parameter (0: low end of the range, 1: high end).
b by least squares over the runs, R the covariance of what is left [figure, figure]: luck, which differs from run to run, and
whatever a quadratic misses. The prediction of a new run has covariance R (1 + f' (F'F)^-1 f), F the matrix of all runs.

Source
------
Bayesian calibration on an emulator: Kennedy & O'Hagan (2001), JRSS B 63; regression metamodels of simulations: Kleijnen (2015),
Design and Analysis of Simulation Experiments, 2nd ed., chapter 2. Likelihood from simulated mean and covariance: Wood (2010),
Nature 466.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Emulator", "Likelihood", "features", "fitted", "terms"]

SHRINKAGE = 0.05
"""How far the correlations of what is left are drawn to zero, so that R can be inverted with many figures. Our assumption."""


def terms(parameters: int) -> int:
    """Number of terms of a full quadratic.

    Examples
    --------
    >>> terms(2), terms(6)
    (6, 28)
    """
    return (parameters + 1) * (parameters + 2) // 2


def features(points: Array) -> Array:
    """Return the terms of the quadratic [point, term] at points [point, parameter] of the unit cube."""
    scaled = 2.0 * points - 1.0
    count = scaled.shape[1]
    pairs = [scaled[:, i] * scaled[:, j] for i in range(count) for j in range(i, count)]
    return np.column_stack([np.ones(len(scaled)), scaled, *pairs])


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """A fitted emulator.

    Attributes
    ----------
    coefficients
        b [term, figure].
    spread
        R [figure, figure].
    precision
        (F'F)^-1 [term, term].
    explained
        Part of each figure's variance over the runs that the parameters explain [0-1].
    """

    coefficients: Array
    spread: Array
    precision: Array
    explained: Array

    def mean(self, points: Array) -> Array:
        """Return the figures expected at points [point, figure]."""
        return np.asarray(features(points) @ self.coefficients, dtype=np.float64)

    def widening(self, points: Array) -> Array:
        """Return 1 + f'(F'F)^-1 f at points [point]: how much more uncertain a prediction is than luck alone."""
        at = features(points)
        return np.asarray(1.0 + ((at @ self.precision) * at).sum(axis=1), dtype=np.float64)

    def only(self, chosen: NDArray[np.intp]) -> Emulator:
        """Return the emulator of some of the figures."""
        return Emulator(
            coefficients=self.coefficients[:, chosen], spread=self.spread[np.ix_(chosen, chosen)],
            precision=self.precision, explained=self.explained[chosen],
        )  # fmt: skip


def fitted(points: Array, figures: Array) -> Emulator:
    """Fit an emulator.

    Parameters
    ----------
    points
        In the unit cube [run, parameter].
    figures
        What the runs gave [run, figure].

    Raises
    ------
    ValueError
        If there are too few runs.
    """
    at = features(points)
    freedom = len(at) - at.shape[1]
    if freedom < figures.shape[1] + 2:
        raise ValueError(f"{len(at)} runs are too few for {at.shape[1]} terms and {figures.shape[1]} figures")
    coefficients: Array = np.asarray(np.linalg.lstsq(at, figures, rcond=None)[0], dtype=np.float64)
    left = figures - at @ coefficients
    spread = left.T @ left / freedom
    total = figures.var(axis=0)
    explained = np.clip(1.0 - np.divide(np.diag(spread), total, out=np.ones_like(total), where=total > 0), 0.0, 1.0)
    spread = (1.0 - SHRINKAGE) * spread + SHRINKAGE * np.diag(np.diag(spread))
    spread += np.diag(1e-12 + 1e-9 * np.diag(spread))
    precision = np.asarray(np.linalg.pinv(at.T @ at), dtype=np.float64)
    return Emulator(coefficients=coefficients, spread=spread, precision=precision, explained=explained)


@dataclass(frozen=True, kw_only=True)
class Likelihood:
    """How likely the observed figures are at a point.

    Equation
    --------
    observed ~ N(b' f(u), R (1 + f'(F'F)^-1 f) + S), S the diagonal of the squared errors of the observed figures.

    Attributes
    ----------
    emulator
        Of the figures.
    observed, errors
        Figures and standard deviations of their errors [figure].
    """

    emulator: Emulator
    observed: Array
    errors: Array

    @cached_property
    def _turned(self) -> tuple[Array, Array, float]:
        """Axes along which R is 1 and S diagonal: their directions, S along them, log |R|."""
        from scipy.linalg import eigh

        along, axes = eigh(np.diag(self.errors**2), self.emulator.spread)
        return axes, np.maximum(along, 0.0), float(np.linalg.slogdet(self.emulator.spread)[1])

    def log(self, points: Array) -> Array:
        """Return the log likelihood at points [point]."""
        axes, along, log_spread = self._turned
        away = (self.observed - self.emulator.mean(points)) @ axes
        variance = self.emulator.widening(points)[:, None] + along[None, :]
        constant = log_spread + len(along) * math.log(2.0 * math.pi)
        return np.asarray(-0.5 * ((away**2 / variance + np.log(variance)).sum(axis=1) + constant), dtype=np.float64)

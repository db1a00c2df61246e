"""From runs to what the data say: figures brought to a scale on which luck is even, emulator, posterior."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.laboratory.calibration.emulator import Emulator, Likelihood, fitted
from simulation.laboratory.calibration.posterior import Sample, sampled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from simulation.laboratory.calibration.client_data import Target

    Array = NDArray[np.float64]

__all__ = ["Fitted", "Scales", "box_around", "learned"]

_POSITIVE = ("customers", "people", "money", "leaving")
"""Families whose luck and errors grow with the figure: they are compared by their logarithms."""


@dataclass(frozen=True, kw_only=True)
class Scales:
    """Which figures are compared by their logarithm [figure]."""

    logs: NDArray[np.bool_]

    @classmethod
    def of(cls, targets: Sequence[Target], figures: Array) -> Scales:
        """Choose for each figure: logarithms where it cannot be negative and no run gave zero."""
        some = [
            target.measure.family in _POSITIVE and target.value > 0 and bool((figures[:, at] > 0).all())
            for at, target in enumerate(targets)
        ]
        return cls(logs=np.array(some, dtype=bool))

    def to(self, figures: Array) -> Array:
        """Bring figures [..., figure] to the scale of comparison."""
        return np.where(self.logs, np.log(np.where(self.logs, figures, 1.0)), figures)

    def back(self, scaled: Array) -> Array:
        """Bring them back."""
        return np.where(self.logs, np.exp(np.where(self.logs, scaled, 0.0)), scaled)

    def errors(self, targets: Sequence[Target]) -> Array:
        """Return the standard deviations of the observed figures' errors on the scale of comparison."""
        values = np.array([target.value for target in targets])
        errors = np.array([target.sd for target in targets])
        return np.where(self.logs, errors / np.where(self.logs, values, 1.0), errors)


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """What the runs so far say.

    Attributes
    ----------
    scales, emulator, observed, errors
        On the scale of comparison.
    sample
        The posterior.
    low, high
        Box of the unit cube within which it was looked for.
    """

    scales: Scales
    emulator: Emulator
    observed: Array
    errors: Array
    sample: Sample
    low: Array
    high: Array

    def without(self, left_out: NDArray[np.bool_], *, seed: int, particles: int = 500) -> Sample:
        """Return the posterior of all figures but some [figure]."""
        kept = np.flatnonzero(~left_out)
        likelihood = Likelihood(
            emulator=self.emulator.only(kept), observed=self.observed[kept], errors=self.errors[kept]
        )
        return sampled(likelihood.log, low=self.low, high=self.high, seed=seed, particles=particles)


def learned(
    points: Array, figures: Array, targets: Sequence[Target], *, low: Array, high: Array, seed: int, power: float = 1.0
) -> Fitted:
    """Fit the emulator to the runs within a box, and draw from the posterior there.

    Parameters
    ----------
    points, figures
        Places of the runs in the unit cube [run, parameter], and what they gave [run, target]; NaN in a row that is not used.
    targets
        What was observed.
    low, high
        The box [parameter].
    seed, power
        Of `sampled`.

    Raises
    ------
    ValueError
        If too few runs gave every figure.
    """
    inside = ((points >= low) & (points <= high)).all(axis=1) & np.isfinite(figures).all(axis=1)
    points, figures = points[inside], figures[inside]
    scales = Scales.of(targets, figures)
    emulator = fitted(points, scales.to(figures))
    observed = scales.to(np.array([target.value for target in targets]))
    errors = scales.errors(targets)
    likelihood = Likelihood(emulator=emulator, observed=observed, errors=errors)
    sample = sampled(likelihood.log, low=low, high=high, seed=seed, power=power)
    return Fitted(scales=scales, emulator=emulator, observed=observed, errors=errors, sample=sample, low=low, high=high)


def box_around(draws: Array) -> tuple[Array, Array]:
    """Return the smallest box that holds all draws, a little widened, within the unit cube."""
    low, high = draws.min(axis=0), draws.max(axis=0)
    room = 0.05 * np.maximum(high - low, 0.02)
    return np.maximum(low - room, 0.0), np.minimum(high + room, 1.0)

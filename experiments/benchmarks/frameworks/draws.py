"""Random numbers of a week, all at once and from numpy's own generator: the frameworks do not pay for ours."""

from __future__ import annotations

from math import sqrt

import numpy as np

NAMES = ("norm", "memory", "satisfaction", "worst", "trust", "loyalty", "will", "should")
"""Columns of people in the archive."""


class Draws:
    """A week's draws for everybody."""

    def __init__(self, people: int, touchpoints: int) -> None:
        self._random, self._shape = np.random.default_rng(1), (touchpoints, people)

    def week(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return meeting [touchpoint, person], luck [touchpoint, person] and leaving [person]."""
        luck = (self._random.random((4, *self._shape)).sum(axis=0) - 2.0) * sqrt(3.0)
        return self._random.random(self._shape), luck, self._random.random(self._shape[1])

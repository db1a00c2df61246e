"""Best response: what a department that knows what every setting brings would choose, all others as they are.

The rational benchmark. It rests on an oracle, which only small worlds are: no real department has one.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["Oracle", "best_response"]

POINTS = 21
"""Settings of one lever that are compared at once."""
ZOOMS = 3
"""How often the comparison is repeated between the neighbours of the best of them: down to steps of 0.0005."""
PASSES = 100
"""Passes over all levers at the most."""
TOLERANCE = 1e-9
"""Points of appraisal below which two settings are alike: what whole counters leave of the differences."""


@runtime_checkable
class Oracle(Protocol):
    """A world that says what settings would bring, without noise."""

    @property
    def levels(self) -> tuple[float, ...] | None:
        """Settings among which a best response lies; None: any in [0, 1]."""

    def expected(self, settings: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return one week's expected counters under settings [row, lever]: [row, counter]."""


def best_response(
    payoff: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    start: NDArray[np.float64],
    levels: tuple[float, ...] | None,
    *,
    bounds: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the settings [lever] with the highest pay-off; the present ones where none are better.

    Parameters
    ----------
    payoff
        Pay-off of settings [row, lever]: [row], points of appraisal net of effort.
    start
        Present settings [lever].
    levels
        Settings to choose among, all combinations of them compared; None: any, found lever by lever.
    bounds
        Lowest and highest setting allowed [lever, 2]; 0 and 1 unless given.

    Lever by lever it finds the best response where the pay-off is concave, exactly (a parabola's top) where it is quadratic
    as well; where it jumps (a gate) it finds a setting that no move of one lever improves. Source: definition (Nash
    1950); coordinate ascent.

    Examples
    --------
    >>> best_response(lambda x: -((x - 0.3) * (x - 0.3)).sum(axis=1), np.array([0.5, 0.9]), None).round(9).tolist()
    [0.3, 0.3]
    >>> best_response(lambda x: x[:, 0] - 3 * x[:, 0] * x[:, 1] + x[:, 1], np.array([0.5, 0.5]), (0.0, 1.0)).tolist()
    [0.0, 1.0]
    """
    if len(start) == 0:
        return start
    within = np.tile([0.0, 1.0], (len(start), 1)) if bounds is None else bounds
    if levels is not None:
        choices = [sorted({min(max(level, low), high) for level in levels}) for low, high in within.tolist()]
        rows = np.array([start, *product(*choices)])
        values = payoff(rows)
        best = int(np.argmax(values))
        return rows[best if values[best] > values[0] + TOLERANCE else 0]
    here, reached = start.copy(), float(payoff(start[None])[0])
    for _ in range(PASSES):
        before = reached
        for lever in range(len(here)):
            reached = _move(payoff, here, lever, reached, within[lever])
        if reached <= before + TOLERANCE:
            break
    return here


def _move(
    payoff: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    here: NDArray[np.float64],
    lever: int,
    reached: float,
    within: NDArray[np.float64],
) -> float:
    """Put one lever where the pay-off is highest, all others as they are; return what is reached."""
    lowest, highest = within.tolist()
    low, high = lowest, highest
    for _ in range(ZOOMS):
        at = low + (high - low) * np.arange(POINTS) / (POINTS - 1)
        values = _along(payoff, here, lever, at)
        top = int(np.argmax(values))
        middle, step = min(max(top, 1), POINTS - 2), (high - low) / (POINTS - 1)
        below, peak, above = values[middle - 1 : middle + 2]
        bend = below - 2.0 * peak + above
        summit = at[middle] + (step * (below - above) / (2.0 * bend) if bend < 0.0 else 0.0)
        choices = np.array([min(max(summit, low), high), at[top]])
        for choice, value in zip(choices, _along(payoff, here, lever, choices), strict=True):
            if value > reached + TOLERANCE:
                here[lever], reached = choice, float(value)
        low, high = max(lowest, here[lever] - step), min(highest, here[lever] + step)
    return reached


def _along(
    payoff: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    here: NDArray[np.float64],
    lever: int,
    at: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the pay-off with one lever at each of some settings [row]."""
    rows = np.repeat(here[None], len(at), axis=0)
    rows[:, lever] = at
    return payoff(rows)

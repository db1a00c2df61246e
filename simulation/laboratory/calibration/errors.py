"""How exact a client's figure is: by its tolerance, by how many it was counted from, or as is usual."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.laboratory.calibration.measures import Measure
    from simulation.laboratory.calibration.units import Unit

__all__ = ["USUAL_ERROR", "USUAL_POINTS", "error_of", "native_error"]

USUAL_ERROR = 0.05
"""Standard deviation of a figure that comes without `n` and `tolerance`, as a part of the figure. Our assumption."""
USUAL_POINTS = 3.0
"""The same for figures on a scale: points of NPS and of satisfaction. Our assumption."""
SPREAD_OF_SCORES = 25.0
"""Standard deviation of single answers on a scale of 0 to 100. Our assumption: about a star of five."""
SPREAD_OF_NPS = 80.0
"""Standard deviation of single answers when promoters count 100, detractors -100. Our assumption: two thirds are either."""


def error_of(
    measure: Measure, unit: Unit, value: float, *, n: int | None, tolerance: float | None
) -> tuple[float, str]:
    """Return the standard deviation of a figure's error in its own unit, and what it rests on.

    Equation
    --------
    tolerance / 1.96 (within the tolerance in 95 of 100 cases); of n persons sqrt(p (1 - p) / n) for parts of a whole, sqrt(p / n)
    for counts, s / sqrt(n) for scores and, with s = the figure itself, for money, waits and KPIs. Where both are given, the larger.
    """
    errors: dict[str, float] = {}
    if tolerance is not None:
        errors["tolerance"] = tolerance / 1.96
    if n is not None:
        errors["n"] = _sampled(measure, unit, value) / math.sqrt(n)
    if not errors:
        usual = USUAL_POINTS / (25.0 if unit.name == "stars" else 100.0 / unit.of if unit.of else 1.0)
        lost = unit.of - value if measure.staying else value
        return (usual if measure.family in ("nps", "score") else max(USUAL_ERROR * abs(lost), 1e-9)), "assumed"
    basis = max(errors, key=lambda key: errors[key])
    return max(errors[basis], 1e-9), basis


def _sampled(measure: Measure, unit: Unit, value: float) -> float:
    """Return the standard deviation of what one person adds to a figure, in the figure's unit."""
    if measure.family == "nps":
        return SPREAD_OF_NPS
    if measure.family == "score":
        return SPREAD_OF_SCORES / (25.0 if unit.name == "stars" else 100.0 / unit.of)
    if unit.of:
        p = max(value / unit.of, 1e-4)
        spread = p * (1.0 - p) if measure.family in ("share", "leaving") and p < 1.0 else p
        return unit.of * math.sqrt(max(spread, 1e-4))
    return max(abs(value), 1e-9)


def native_error(unit: Unit, value: float, error: float) -> float:
    """Return an error in the native unit: half the way from value - error to value + error, as far as they can be."""
    low, high = max(value - error, unit.low), min(value + error, unit.high)
    return abs(unit.native(high) - unit.native(low)) / (high - low) * error

"""Courses by week as data for the charts in the page, thinned to what an eye can tell apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from simulation.views.series import SMOOTHING_WEEKS, band, difference_band

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from simulation.record import Column
    from simulation.views.compared import Compared
    from simulation.views.series import Band

__all__ = ["course"]

MOST_POINTS = 104
"""A line has at most about so many points."""
_STOCKS = frozenset({"loyalty", "satisfaction", "trust", "customers", "open_problems", "cumulative_profit"})
"""Metrics that move slowly enough to be drawn week by week."""


def course(compared: Compared, column: Column) -> dict[str, Any]:
    """One column by week: mean with its interval in each arm, and the paired difference to the first arm.

    Returns
    -------
    dict
        `name`, `label`, `unit`, `meaning`, `smooth` [weeks], `week`, and `arms`: for each arm `mean`, `low`, `high` and
        `difference` with the same three (None for the first arm). Numbers keep five digits; None where there is none.
    """
    weeks = int(compared.weekly["week"].nunique())
    slow = column.name in _STOCKS or column.name.startswith("score.")
    smooth = 1 if slow or weeks < 2 * SMOOTHING_WEEKS else SMOOTHING_WEEKS
    every = math.ceil(weeks / MOST_POINTS)
    first, *_ = compared.arm_titles
    arms = []
    for arm in compared.arm_titles:
        level = band(compared, column.name, arm=arm, smooth=smooth, every=every)
        difference = (
            None
            if arm == first
            else difference_band(compared, column.name, arm=arm, baseline=first, smooth=smooth, every=every)
        )
        arms.append({**_band(level), "difference": None if difference is None else _band(difference)})
    return {
        "name": column.name,
        "label": column.label,
        "unit": column.unit,
        "meaning": column.meaning,
        "smooth": smooth,
        "week": [int(week) + 1 for week in level.week],
        "arms": arms,
    }


def _band(of: Band) -> dict[str, list[float | None]]:
    return {"mean": _plain(of.mean), "low": _plain(of.low), "high": _plain(of.high)}


def _plain(values: NDArray[np.float64]) -> list[float | None]:
    return [float(f"{value:.5g}") if math.isfinite(value) else None for value in values]

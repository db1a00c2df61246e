"""What can be told from luck: the right-hand world against the left-hand one over replications, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.views.words import amount, decimals_for, row_from, short_unit, size_words

if TYPE_CHECKING:
    import pandas as pd

    from simulation.views.words import Row

__all__ = ["luck_words"]

METRICS = ("loyalty", "profit")
"""What the room is told of: what the customer makes of it, and the owner."""


def luck_words(summary: pd.DataFrame) -> list[str]:
    """Return how many runs there were, then a sentence for each metric.

    `summary` is as `simulation.analysis.frames.summary_frame` makes it, of the arms left and right.
    """
    found = summary[(summary["arm"] == "right") & summary["metric"].isin(METRICS)]
    rows = [row_from(series) for _, series in found.iterrows()]
    runs = max((row.replications for row in rows), default=0)
    return [f"{runs} runs, each with other people and other luck.", *map(_sentence, rows)]


def _sentence(row: Row) -> str:
    if row.same:
        return f"{row.label}: the same in both worlds."
    if not row.clear:
        return f"{row.label}: no difference that can be told from luck."
    decimals = decimals_for([row])
    side = "right" if row.difference > 0 else "left"
    size = f"{amount(abs(row.difference), decimals=decimals)} {short_unit(row.unit)}"
    interval = size_words(row.difference_low, row.difference_high, decimals=decimals)
    return f"{row.label}: higher at the {side} by {size} (95 % interval {interval})."

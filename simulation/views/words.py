"""Plain words and numbers for people: names instead of keys, verdicts instead of raw intervals."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.analysis.intervals import FEWEST_ALIKE, FEWEST_TO_TELL, alike, rules_out_zero

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from simulation.scenario.lever import Lever
    from simulation.scenario.scenario import Scenario
    from simulation.views.compared import Compared

__all__ = [
    "CHANNELS",
    "KINDS",
    "STAGE_WORDS",
    "Row",
    "amount",
    "amount_with_sign",
    "decimals_for",
    "due_name",
    "interval_words",
    "joined",
    "levers_of",
    "quoted",
    "row_from",
    "row_of",
    "short_unit",
    "size_words",
    "so_few",
]

STAGE_WORDS = {"prospect": "prospects", "lead": "leads", "customer": "customers", "defected": "former customers"}
KINDS = {"must_be": "must be right", "performance": "more is better", "attractive": "can delight"}
"""Kano's kinds of touchpoint in plain words."""
CHANNELS = {"digital": "online", "person": "in person", "paper": "on paper", "product": "product"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One metric of one arm as the summary gives it, with its paired difference to the first arm."""

    metric: str
    label: str
    unit: str
    better: str
    arm: str
    mean: float
    low: float
    high: float
    difference: float
    difference_low: float
    difference_high: float
    replications: int

    @property
    def clear(self) -> bool:
        """True when the interval of the difference leaves out zero; False without one or from too few replications."""
        return rules_out_zero(self.difference_low, self.difference_high, n=self.replications)

    @property
    def known(self) -> bool:
        """True when the difference has an interval (two replications or more, not the first arm)."""
        return math.isfinite(self.difference_low) and math.isfinite(self.difference_high)

    @property
    def alike(self) -> bool:
        """True when the difference is the same in every replication, and not zero: an interval without width."""
        return self.known and alike(self.difference_low, self.difference_high)

    @property
    def same(self) -> bool:
        """True when the arm equals the first in every replication: no difference at all."""
        return self.known and self.difference_low == self.difference == self.difference_high == 0.0

    @property
    def enough(self) -> bool:
        """True when there are replications enough to tell anything of the difference."""
        return self.known and self.replications >= (FEWEST_ALIKE if self.alike else FEWEST_TO_TELL)

    @property
    def verdict(self) -> str:
        """`better`, `worse` or empty: what a clear difference means for the designer."""
        if not self.clear or not self.better:
            return ""
        return "better" if (self.difference > 0) == (self.better == "higher") else "worse"


def row_of(compared: Compared, metric: str, *, arm: str) -> Row | None:
    """The summary's row for a metric and arm; None when the summary lacks it."""
    summary = compared.summary
    found = summary.loc[(summary["metric"] == metric) & (summary["arm"] == arm)]
    return None if found.empty else row_from(found.iloc[0])


def row_from(series: pd.Series) -> Row:
    """One row of the summary."""
    return Row(
        metric=str(series["metric"]),
        label=str(series["label"]),
        unit=str(series["unit"]),
        better=str(series["better"]),
        arm=str(series["arm"]),
        mean=float(series["mean"]),
        low=float(series["low"]),
        high=float(series["high"]),
        difference=float(series["difference"]),
        difference_low=float(series["difference_low"]),
        difference_high=float(series["difference_high"]),
        replications=int(series["replications"]),
    )


def decimals_for(rows: Sequence[Row]) -> int:
    """Decimals that show a metric's differences without false precision, the same for all its arms.

    One digit of the middle interval's half width; at least one decimal below 1,000, at most two (three below 1).
    """
    halves = [(row.difference_high - row.difference_low) / 2 for row in rows if row.known]
    halves = [half for half in halves if half > 0]
    size = max((abs(row.mean) for row in rows if math.isfinite(row.mean)), default=0.0)
    least, most = (0 if size >= 1000 else 1), (2 if size >= 1 else 3)
    if not halves:
        return least if size >= 1 else 2
    return min(most, max(least, math.ceil(-math.log10(statistics.median(halves)))))


def interval_words(low: float, high: float, *, decimals: int) -> str:
    """`2.0 to 4.2`; an interval that leaves out zero never seems to touch it by rounding."""
    near = min(abs(low), abs(high))
    if low * high > 0:
        while round(near, decimals) == 0 and decimals < 6:
            decimals += 1
    return f"{amount(low, decimals=decimals)} to {amount(high, decimals=decimals)}"


def size_words(low: float, high: float, *, decimals: int) -> str:
    """The interval of a difference without its sign, small end first: for `lower by 3.1 (2.0 to 4.2)`."""
    near, far = sorted((abs(low), abs(high)))
    return interval_words(near, far, decimals=decimals)


def amount(value: float, *, decimals: int = 1) -> str:
    """A number for people: `1,234.5`; `-` when there is none; never `-0.0`."""
    if not math.isfinite(value):
        return "-"
    return f"{round(value, decimals) + 0.0:,.{decimals}f}"


def amount_with_sign(value: float, *, decimals: int = 1) -> str:
    """A difference for people: `+1.2`, `-0.4`, `0.0`."""
    rounded = round(value, decimals) + 0.0
    return (
        amount(rounded, decimals=decimals) if rounded == 0 or not math.isfinite(value) else f"{rounded:+,.{decimals}f}"
    )


def so_few(count: int) -> str:
    """How few replications there are, where that is too few to tell."""
    return {1: "one replication", 2: "two replications"}.get(count, f"{count} replications")


def short_unit(unit: str) -> str:
    """A unit as it follows a difference: a 0-100 scale and percentages differ by points."""
    return "points" if unit in ("0-100", "points") or unit.startswith("%") else unit


def quoted(title: str) -> str:
    """An arm's title inside a sentence."""
    return f"“{title}”"


def joined(words: Sequence[str], *, last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def due_name(scenario: Scenario, due: str) -> str:
    """Who a row of the ledger is due to, as people call it."""
    from simulation.analysis.frames import UNATTRIBUTED  # here: the workshop's server speaks in words and stays small

    return "Nobody known" if due == UNATTRIBUTED else scenario.departments[due].name


def levers_of(scenario: Scenario, department: str) -> dict[str, Lever]:
    """The department's own levers, then those that every department has."""
    return {**scenario.departments[department].levers, **scenario.every_department}

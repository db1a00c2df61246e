"""Measures that customers bring about, read off counters: what is counted and what is answered, never what is felt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.model.governance.papers import SATISFACTION, SOLD
from simulation.model.layout import FIXED_POINT, counter_index
from simulation.rules.arithmetic import UNITS
from simulation.rules.governance import ANSWER_SPREAD

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from simulation.model.governance.journey_map import JourneyMap
    from simulation.model.layout import Layout

    Counts = NDArray[np.int64]

__all__ = ["Ratio", "ratios_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """scale x top / bottom of two counters; a rate of events per customer and week, or a mean of answers.

    `compared`: whether trials are looked through for it.
    """

    kind: str
    touchpoint: str
    top: int
    bottom: int
    scale: float
    counted: bool
    unit: str
    worse: int
    compared: bool

    @property
    def name(self) -> str:
        """Key: kind@touchpoint, or the kind alone."""
        return f"{self.kind}@{self.touchpoint}" if self.touchpoint else self.kind

    def cases(self, counts: Counts) -> int:
        """Return how many events or answers it rests on."""
        return int(counts[self.top if self.counted else self.bottom])

    def value(self, counts: Counts) -> float:
        """Return the measure of counters [counter]; nan without any case to count from."""
        below = int(counts[self.bottom])
        above = int(counts[self.top]) / (1.0 if self.counted else UNITS)
        return self.scale * above / below if below > 0 else math.nan

    def variance(self, counts: Counts) -> float:
        """Return the sampling variance of the value: of a count its own size (Poisson), of a mean that of answers by n."""
        below = int(counts[self.bottom])
        if below == 0:
            return math.nan
        if self.counted:
            return self.scale * self.scale * max(1, int(counts[self.top])) / (below * below)
        return self.scale * self.scale * ANSWER_SPREAD * ANSWER_SPREAD / below


def ratios_of(layout: Layout, journey: JourneyMap) -> tuple[Ratio, ...]:
    """Return every measure that a council of this firm may get to see."""
    found = [
        _mean(layout, SATISFACTION, "", "overall", "answers", compared=True),
        _rate(layout, "complaints", "", "complaints", compared=False),
    ]
    found += [_rate(layout, "contacts", k, f"encounters@{k}", compared=True) for k in journey.complaints]
    found += [_mean(layout, "csat", k, f"csat@{k}", f"csat_answers@{k}", compared=True) for k in journey.owner]
    found += [_rate(layout, "problems", k, f"cases@{k}", compared=False) for k in journey.owner]
    # Last, so that the errors of the others are drawn as if there were none of these.
    found += [_rate(layout, SOLD, k, f"successes@{k}", compared=True, worse=-1) for k in journey.sells]
    return tuple(found)


def _rate(layout: Layout, kind: str, touchpoint: str, top: str, *, compared: bool, worse: int = 1) -> Ratio:
    return Ratio(
        kind=kind, touchpoint=touchpoint, top=counter_index(layout, top), bottom=counter_index(layout, "customers"),
        scale=1000.0, counted=True, unit="per 1,000 customers a week", worse=worse, compared=compared,
    )  # fmt: skip


def _mean(layout: Layout, kind: str, touchpoint: str, top: str, bottom: str, *, compared: bool) -> Ratio:
    assert top.partition("@")[0] in FIXED_POINT
    return Ratio(
        kind=kind, touchpoint=touchpoint, top=counter_index(layout, top), bottom=counter_index(layout, bottom),
        scale=100.0, counted=False, unit="points of 100", worse=-1, compared=compared,
    )  # fmt: skip

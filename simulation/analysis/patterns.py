"""The patterns that MODEL-type theory leads one to look for, each as an estimate from paired runs.

A pattern is a number for each replication whose sign says whether the pattern holds; nothing here asserts that it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulation.record import Run

__all__ = ["PATTERNS", "Pattern", "last_year", "rise"]

YEAR = 52
UPSTREAM_SHARE = 0.5
Arms = "Mapping[str, Run]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One pattern: `measure` gives a number for one replication (all its arms).

    `expected` is the sign that the literature leads one to expect: "+", "-" or "0" (about none); "" where theory promises
    nothing and the number is for information. Source in `source`.
    """

    name: str
    says: str
    unit: str
    expected: str
    source: str
    measure: Callable[[Mapping[str, Run]], float]


def last_year(run: Run, metric: str) -> float:
    """Return the mean of a weekly column over the last 52 weeks, ignoring empty weeks."""
    return float(np.nanmean(run.weekly[metric][-YEAR:]))


def rise(metric: str, arm: str, against: str) -> Callable[[Mapping[str, Run]], float]:
    """Return the measure: last year's metric in an arm minus that in another."""
    return lambda runs: last_year(runs[arm], metric) - last_year(runs[against], metric)


def _green(runs: Mapping[str, Run]) -> float:
    """Share of departments whose own KPI score stands above that of the frozen firm in the last year."""
    scores = [name for name in runs["siloed"].weekly if name.startswith("score.")]
    return (
        float(np.mean([last_year(runs["siloed"], s) > last_year(runs["frozen"], s) for s in scores])) - UPSTREAM_SHARE
    )


def _more_than_the_sum(runs: Mapping[str, Run]) -> float:
    both, shared, pooled, siloed = (
        last_year(runs[arm], "loyalty") for arm in ("shared_and_pooled", "shared", "pooled_data", "siloed")
    )
    return (both - siloed) - (shared - siloed) - (pooled - siloed)


def _peak_minus_end(runs: Mapping[str, Run]) -> float:
    """How far the gain from buy-in alone has gone down from its best half-year to the last."""
    gain = runs["buy_in"].weekly["loyalty"] - runs["siloed"].weekly["loyalty"]
    halves = [float(part.mean()) for part in np.array_split(gain, max(2, len(gain) // 26))]
    return max(halves[:-1]) - halves[-1]


PATTERNS: tuple[Pattern, ...] = (
    Pattern(name="F1 kpis", says="Siloed: more than half of the departments' own KPIs stand above the frozen firm's",
            unit="share above one half", expected="+", source="watermelon effect; Kerr 1975", measure=_green),
    Pattern(name="F1 loyalty", says="Siloed: loyalty falls against the frozen firm", unit="points", expected="-",
            source="watermelon effect; Kerr 1975", measure=rise("loyalty", "siloed", "frozen")),
    Pattern(name="F1 nps", says="Siloed: NPS falls against the frozen firm", unit="points", expected="-",
            source="watermelon effect; Kerr 1975", measure=rise("nps", "siloed", "frozen")),
    Pattern(name="F3", says="Shared weight without line of sight brings little and uncertain gain in loyalty", unit="points",
            expected="0", source="Holmstrom 1982 (free riding); Prendergast 1999",
            measure=rise("loyalty", "shared", "siloed")),
    Pattern(name="F4", says="Line of sight without weight or buy-in brings none", unit="points", expected="0",
            source="MODEL F4; guaranteed here: the rule earns nothing by what it sees",
            measure=rise("loyalty", "pooled_data", "siloed")),
    Pattern(name="F5 both", says="Weight and sight together raise loyalty", unit="points", expected="+",
            source="MODEL F5; Baker 2002", measure=rise("loyalty", "shared_and_pooled", "siloed")),
    Pattern(name="F5 sum", says="Both bring more than the sum of each", unit="points", expected="+", source="MODEL F5",
            measure=_more_than_the_sum),
    Pattern(name="F5b gain", says="Buy-in without accountability: last year's loyalty against siloed", unit="points",
            expected="", source="MODEL F5b", measure=rise("loyalty", "buy_in", "siloed")),
    Pattern(name="F5b dissolves", says="Buy-in without accountability: the gain in its best half-year minus the last",
            unit="points", expected="+", source="MODEL F5b (taking the best half-year biases this upwards)",
            measure=_peak_minus_end),
    Pattern(name="nps of both", says="Weight and sight together: NPS against siloed", unit="points", expected="",
            source="for information", measure=rise("nps", "shared_and_pooled", "siloed")),
    Pattern(name="satisfaction of both", says="Weight and sight together: true satisfaction against siloed", unit="points",
            expected="", source="for information", measure=rise("satisfaction", "shared_and_pooled", "siloed")),
    Pattern(name="surveyed of both", says="Weight and sight together: surveyed satisfaction against siloed", unit="points",
            expected="", source="for information", measure=rise("company_satisfaction", "shared_and_pooled", "siloed")),
    Pattern(name="profit of both", says="Weight and sight together: profit against siloed", unit="money per 1,000 a week",
            expected="", source="for information", measure=rise("profit", "shared_and_pooled", "siloed")),
    Pattern(name="heavy loyalty", says="Nine tenths of the weight on shared metrics, and sight: loyalty against siloed",
            unit="points", expected="+", source="Baker 2002 (weight follows alignment)",
            measure=rise("loyalty", "heavy_and_pooled", "siloed")),
    Pattern(name="heavy profit", says="Nine tenths of the weight on shared metrics, and sight: profit against siloed",
            unit="money per 1,000 a week", expected="", source="for information",
            measure=rise("profit", "heavy_and_pooled", "siloed")),
)  # fmt: skip
"""All patterns of the report, in its order."""

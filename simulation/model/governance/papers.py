"""What lies on a council's table: all that it may know. It is handed this and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulation.rules.governance import SEEN_FROM, estimate, standing_out

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SATISFACTION", "SOLD", "Finding", "Measure", "Papers", "Report"]

SATISFACTION = "satisfaction"
"""The measure that no touchpoint owns: what the survey says of the company."""
SOLD = "sold"
"""Kind of the measures of what is sold where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a member says of itself: its own score, with error, perhaps coloured; and what share of its data it puts in."""

    department: str
    score: float
    shares: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure that customers have brought about, now, at the meeting before and at the beginning.

    `kind` is contacts, csat, satisfaction, complaints or sold; `cases` is what it rests on, `error` its standard error by them;
    `worse` is 1 where more is worse.
    """

    kind: str
    touchpoint: str
    unit: str
    worse: int
    now: float
    before: float
    first: float
    cases: int
    error: float
    source: str

    @property
    def name(self) -> str:
        """Key: kind@touchpoint, or the kind alone."""
        return f"{self.kind}@{self.touchpoint}" if self.touchpoint else self.kind

    @property
    def concern(self) -> float:
        """How much worse than at the beginning, in standard errors of the present figure; nan where nothing is known."""
        if math.isnan(self.now) or math.isnan(self.first) or not self.error > 0.0:
            return math.nan
        return self.worse * (self.now - self.first) / self.error


@dataclass(slots=True)
class Finding:
    """What shared data say of a lever and a measure: sums for weighted least squares, and how many comparisons."""

    weighted: float = 0.0
    information: float = 0.0
    trials: int = 0
    reviews: int = 0

    def add(self, move: float, change: float, variance: float, *, of_trial: bool) -> None:
        """Take in one comparison: the measure changed by `change` while the lever was `move` higher."""
        self.weighted += move * change / variance
        self.information += move * move / variance
        if of_trial:
            self.trials += 1
        else:
            self.reviews += 1

    def with_more(self, other: Finding) -> Finding:
        """Return this and another finding as one."""
        return Finding(
            weighted=self.weighted + other.weighted, information=self.information + other.information,
            trials=self.trials + other.trials, reviews=self.reviews + other.reviews,
        )  # fmt: skip

    @property
    def effect(self) -> float:
        """Change of the measure per unit of the lever."""
        return estimate(self.weighted, self.information)

    @property
    def standing_out(self) -> float:
        """The same in standard errors."""
        return standing_out(self.weighted, self.information)


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """Everything before a council at one meeting.

    Attributes
    ----------
    week
        Last week lived.
    reports
        Member -> its report.
    measures
        Key -> measure that is known.
    findings
        (lever, measure) -> what shared data have shown of them so far.
    origins
        Touchpoint -> problems that arose there [per 1,000 customers a week], as far as data are joined.
    moves
        Lever -> how far it still can move down and up, of levers that are nobody's mandate, and of members only.
    settings
        Lever -> its setting, of departments whose doings can be looked into.
    pooled
        Whether shared data can be looked at, by anybody.
    paid_on
        Department -> the KPIs that it is paid on as its own, and those that it is charged with.
    studied
        (lever, measure) -> what studies of that one question have shown of surveyed satisfaction.
    """

    week: int
    reports: Mapping[str, Report]
    measures: Mapping[str, Measure]
    findings: Mapping[tuple[str, str], Finding]
    origins: Mapping[str, float]
    moves: Mapping[str, tuple[float, float]]
    settings: Mapping[str, float]
    pooled: bool
    paid_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    studied: Mapping[tuple[str, str], Finding] = field(default_factory=dict)
    nothing: Finding = field(default_factory=Finding)

    def finding(self, lever: str, measure: str) -> Finding:
        """Return what is known of a lever and a measure; nothing, where nothing is."""
        return self.findings.get((lever, measure), self.nothing)

    def satisfaction_of(self, lever: str, measure: str) -> Finding:
        """Return what is known of a lever and surveyed satisfaction where a measure is asked about, studies of that included."""
        study = self.studied.get((lever, measure))
        survey = self.finding(lever, SATISFACTION)
        return survey if study is None else survey.with_more(study)

    def sees(self, department: str) -> bool:
        """Return whether a department's doings can be looked into."""
        return self.pooled and department in self.reports and self.reports[department].shares >= SEEN_FROM

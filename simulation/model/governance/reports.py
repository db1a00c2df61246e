"""How the papers of a meeting come about: what members report of themselves, and what shared data reveal.

This is the only place where governance meets the organization's figures. Whatever a council must not know is left out
here: it is handed `Papers`, and no way back from there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.model.governance.measures import Ratio, ratios_of
from simulation.model.governance.papers import SOLD, Finding, Measure, Papers, Report
from simulation.model.jit import compiled
from simulation.model.layout import counter_index
from simulation.randomness import PURPOSE, luck, threefry
from simulation.rules.governance import SEEN_FROM, coloured, extra_error, joined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from simulation.model.department import Department, LeverInUse
    from simulation.model.governance.journey_map import JourneyMap
    from simulation.model.governance.research import Study
    from simulation.model.layout import Layout
    from simulation.scenario.governance import Operational

__all__ = ["Office", "Sight"]

_REPORT, _ORIGIN, _TRIAL, _REVIEW = 0, 1, 1000, 2000
"""Streams of errors: of a report, of an origin, and of each measure in trials and over time."""
_REVIEWS_FOR_SPREAD = 4
"""Changes from review to review that must be known before any is held against them. Our assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How far one can look: what each department shares, whether shared data can be looked at, what error is left."""

    shares: Mapping[str, float]
    pooled: bool
    error_left: float = 1.0

    def of(self, one: str, other: str) -> float:
        """Return the share of records in which the doings of two departments can be seen together."""
        if not self.pooled:
            return 0.0
        return self.shares[one] if one == other else joined(self.shares[one], self.shares[other])


class Office:
    """Keeps the figures between meetings and draws up the papers.

    Parameters
    ----------
    layout, journey
        Where counters are, and the map of the journey.
    names
        Names of departments and touchpoints in plain words, for sources.
    run_key
        Key of the run's draws.
    """

    def __init__(
        self, *, layout: Layout, journey: JourneyMap, names: Mapping[str, str], run_key: tuple[int, int, int]
    ) -> None:
        self.journey, self.names, self._key = journey, names, run_key
        self._ratios = ratios_of(layout, journey)
        self._compared = tuple(ratio for ratio in self._ratios if ratio.compared)
        self._streams = np.array([_TRIAL + i for i, ratio in enumerate(self._ratios) if ratio.compared])
        self._departments = tuple(journey.levers)
        self._touchpoints = tuple(journey.owner)
        self.findings: dict[tuple[str, str], Finding] = {}
        self._studied: dict[tuple[str, str], Finding] = {}
        self.felt = {name: counter_index(layout, name) for name in ("satisfaction", "customers")}
        """Counters that a study of its own stands for: what people feel, asked of a sample."""
        self._first: NDArray[np.int64] = np.zeros(layout.counters, dtype=np.int64)
        self._now = self._first.copy()
        self._before = self._first
        self._review = self._first.copy()
        self._last_review: tuple[dict[str, float], dict[str, float]] | None = None
        self._changes: dict[str, tuple[float, int]] = {}

    # -- taking in -----------------------------------------------------------------------------------------------

    def start(self, counts: NDArray[np.int64]) -> None:
        """Take over counters [counter] of the time before the beginning: what later figures are compared with."""
        self._first = self._before = counts.copy()

    def take_in(self, counts: NDArray[np.int64]) -> None:
        """Take in a week's counters [counter]."""
        self._now += counts
        self._review += counts

    def trial(
        self,
        lever: LeverInUse,
        *,
        move: float,
        tried: NDArray[np.int64],
        control: NDArray[np.int64],
        week: int,
        sight: Sight,
    ) -> None:
        """Take in the two halves [counter] of a trial, as far as shared data let them be joined."""
        department = lever.given.department
        shares = [
            sight.of(department, self.journey.owner.get(ratio.touchpoint, department)) for ratio in self._compared
        ]
        if max(shares) < SEEN_FROM:
            return
        lucks = self.lucks_of(lever.index, week, self._streams).tolist()
        for ratio, share, drawn in zip(self._compared, shares, lucks, strict=True):
            if share < SEEN_FROM:
                continue
            change = ratio.value(tried) - ratio.value(control)
            variance = ratio.variance(tried) + ratio.variance(control)
            if math.isnan(change) or math.isnan(variance):
                continue
            noise = sight.error_left * extra_error(variance, share) * drawn
            found = self.findings.setdefault((lever.given.name, ratio.name), Finding())
            found.add(move, change + noise, variance / share, of_trial=True)

    def end_review(self, settings: Mapping[str, float], sight: Sight) -> None:
        """Hold the change of each measure since the last review against the change of each lever, where both are seen."""
        values = {ratio.name: ratio.value(self._review) for ratio in self._compared}
        sampling = {ratio.name: ratio.variance(self._review) for ratio in self._compared}
        if self._last_review is not None:
            for ratio in self._compared:
                self._compare_over_time(ratio, values, settings, sight, sampling[ratio.name])
        self._last_review = (values, dict(settings))
        self._review = np.zeros_like(self._review)

    def _compare_over_time(
        self,
        ratio: Ratio,
        values: Mapping[str, float],
        settings: Mapping[str, float],
        sight: Sight,
        sampling: float,
    ) -> None:
        assert self._last_review is not None
        before, settings_before = self._last_review
        change = values[ratio.name] - before[ratio.name]
        if math.isnan(change) or math.isnan(sampling):
            return
        total, times = self._changes.get(ratio.name, (0.0, 0))
        self._changes[ratio.name] = (total + change * change, times + 1)
        if times < _REVIEWS_FOR_SPREAD:
            return
        # All departments have moved at once: a change is worth no more than the usual change from review to review.
        variance = max(total / times, 2.0 * sampling)
        for lever, setting in settings.items():
            department = lever.partition(".")[0]
            share = sight.of(department, self.journey.owner.get(ratio.touchpoint, department))
            move = setting - settings_before[lever]
            if share >= SEEN_FROM and move != 0.0:
                found = self.findings.setdefault((lever, ratio.name), Finding())
                found.add(move, change, variance / share, of_trial=False)

    def lay_down(self, study: Study) -> None:
        """Take in what a study has found of its question."""
        question = study.lever, study.measure
        earlier = self._studied.get(question)
        self._studied[question] = study.found if earlier is None else earlier.with_more(study.found)

    # -- drawing up ----------------------------------------------------------------------------------------------

    def papers(
        self, given: Operational, departments: Mapping[str, Department], *, week: int, sight: Sight, frozen: bool,
        paid_on: Mapping[str, tuple[str, ...]],
    ) -> Papers:  # fmt: skip
        """Return the papers of a meeting, and begin a new period."""
        members = given.members or self._departments
        reports = {name: self._report(departments[name], given, week, sight) for name in members}
        seen = [name for name in self._departments if sight.pooled and sight.shares[name] >= SEEN_FROM]
        papers = Papers(
            week=week,
            reports=reports,
            measures=self._measures(members, seen, given),
            findings=self.findings,
            studied=self._studied,
            paid_on=paid_on,
            origins=self._origins(week, sight),
            moves={} if frozen else _moves(departments, members),
            settings={lever.given.name: lever.setting for name in seen for lever in departments[name].levers},
            pooled=sight.pooled,
        )
        self._before, self._now = self._now, np.zeros_like(self._now)
        return papers

    def _report(self, department: Department, given: Operational, week: int, sight: Sight) -> Report:
        who = self._departments.index(department.name)
        error = given.error * sight.error_left * self.luck_of(who, week, _REPORT)
        score = coloured(department.standing.own, given.territory * sight.error_left) + error
        return Report(department=department.name, score=score, shares=sight.shares[department.name])

    def _measures(self, members: tuple[str, ...], seen: list[str], given: Operational) -> dict[str, Measure]:
        found = {}
        for ratio in self._ratios:
            owner = self.journey.owner.get(ratio.touchpoint, "")
            if ratio.kind == "problems" or (owner and owner not in members and owner not in seen):
                continue
            now, first = ratio.value(self._now), ratio.value(self._first)
            source = self._source(ratio, owner, seen)
            if ratio.kind == "csat" and owner not in seen:  # it says so itself
                now = first + coloured(now - first, given.territory)
            found[ratio.name] = Measure(
                kind=ratio.kind, touchpoint=ratio.touchpoint, unit=ratio.unit, worse=ratio.worse, now=now,
                before=ratio.value(self._before), first=first, cases=ratio.cases(self._now),
                error=math.sqrt(ratio.variance(self._now)), source=source,
            )  # fmt: skip
        return found

    def _source(self, ratio: Ratio, owner: str, seen: list[str]) -> str:
        cases = ratio.cases(self._now)
        if ratio.counted:
            where = self.names[ratio.touchpoint] if ratio.touchpoint else "all touchpoints"
            what = "sales" if ratio.kind == SOLD else ("contacts" if owner else "complaints")
            return f"count of {what} at {where}, {cases}"
        if not owner:
            return f"survey, {cases} answers"
        whose = "shared data" if owner in seen else f"report of {self.names[owner]}"
        return f"survey at {self.names[ratio.touchpoint]}, {cases} answers, {whose}"

    def _origins(self, week: int, sight: Sight) -> dict[str, float]:
        """Return where the problems arose of which people complain, as far as data of both ends are joined."""
        hearing = [self.journey.owner[k] for k in self.journey.complaints]
        found = {}
        for ratio in self._ratios:
            if ratio.kind != "problems":
                continue
            share = max((sight.of(self.journey.owner[ratio.touchpoint], other) for other in hearing), default=0.0)
            value = ratio.value(self._now)
            if share < SEEN_FROM or math.isnan(value) or value == 0.0:
                continue
            who = self._touchpoints.index(ratio.touchpoint)
            error = extra_error(ratio.variance(self._now), share) * self.luck_of(who, week, _ORIGIN)
            found[ratio.touchpoint] = max(0.0, value + sight.error_left * error)
        return found

    def luck_of(self, who: int, week: int, what: int) -> float:
        """Return a draw of mean 0 and standard deviation 1."""
        return float(self.lucks_of(who, week, np.array([what]))[0])

    def lucks_of(self, who: int, week: int, streams: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what `luck_of` says of each stream [stream]."""
        drawn = np.empty(len(streams))
        _draw(self._key, who, week, PURPOSE["council"], streams, drawn)
        return drawn


@compiled
def _draw(
    key: tuple[int, int, int], who: int, week: int, purpose: int, streams: NDArray[np.int64], drawn: NDArray[np.float64]
) -> None:
    """Fill `drawn` [stream]; compiled, for a trial draws an error for each of two dozen measures."""
    for i in range(len(streams)):
        word0, word1, _, _ = threefry(key[0], key[1], key[2], 0, who, week, purpose, streams[i])
        drawn[i] = luck(word0, word1)


def _moves(departments: Mapping[str, Department], members: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """Return how far each lever can still move (down, up) that is nobody's mandate."""
    return {
        lever.given.name: (lever.setting - lever.low, lever.high - lever.setting)
        for name in members
        for lever in departments[name].levers
        if not lever.held
    }

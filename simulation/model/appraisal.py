"""Appraisal: what every department is paid for, how it stands, and what it sees of the effect of its trials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.model.scorecards import total_weight
from simulation.randomness import PURPOSE, luck, threefry, uniform
from simulation.rules.incentive import Scores, Terms, heeded, weight_in_mind
from simulation.rules.information import Evidence, misread, seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from simulation.model.metrics import KpiReader
    from simulation.model.scorecards import Cards, KpiTable
    from simulation.scenario.department import DepartmentGiven
    from simulation.scenario.regime import Incentives

__all__ = ["COHORT_REVIEWS", "Appraisals", "as_seen", "terms_of"]

Key = tuple[int, int, int]
Card = dict[str, float]
Effects = tuple[Evidence, Evidence, Evidence]
"""What a trial did to own, shared and added score."""

COHORT_REVIEWS = 2
"""A cohort is followed over the review of its trial and the next, in which the trial no longer runs. What the two show
together is the effect of keeping the setting for good; their mean would be half of it, set against the whole effort."""
PARTS = 5
"""Parts of what a department is paid for, by where they can be seen: own KPIs here and elsewhere, shared metrics (always
elsewhere), charges here and elsewhere."""


def terms_of(incentives: Incentives, department: str, departments: Sequence[str]) -> Terms:
    """Return the terms on which a department is paid, but for how its rivals do."""
    return Terms(
        scheme=incentives.scheme,
        weight=float(incentives.shared_weight_by_department.get(department, incentives.shared_weight)),
        sharers=len(departments),
        gate=float(incentives.gate),
        payoff=incentives.payoff_by_department.get(department, incentives.payoff),
        quota=float(incentives.quota),
        spread=float(incentives.quota_spread),
    )


class Appraisals:
    """The scorecards of all departments under one set of incentives.

    Parameters
    ----------
    kpis, readers
        The KPIs, as a table and one by one.
    departments
        The departments as given: their own KPIs hold unless the incentives name others.
    incentives
        What they are paid for.
    run_key
        Key of the run's draws.
    """

    def __init__(
        self,
        kpis: KpiTable,
        *,
        readers: Mapping[str, KpiReader],
        departments: Mapping[str, DepartmentGiven],
        incentives: Incentives,
        run_key: Key,
    ) -> None:
        self.kpis, self.incentives, self._readers, self._key = kpis, incentives, readers, run_key
        self.names = tuple(departments)
        self._own = {name: incentives.own_kpis.get(name, given.kpis) for name, given in departments.items()}
        self._charges = {name: incentives.charges.get(name, {}) for name in departments}
        self._standing = self._whole_cards()
        self._parts = self._cards_of_parts(dict.fromkeys(self.names))

    def terms(self, department: str) -> Terms:
        """Return the terms of a department, but for how its rivals do."""
        return terms_of(self.incentives, department, self.names)

    def standings(
        self, counts: NDArray[np.int64], pars: Mapping[str, float], shared_data: Mapping[str, float]
    ) -> dict[str, Scores]:
        """Return how every department stands, from counters [counter] and how far it shares its data [0-1]."""
        scores = self.kpis.scores(counts[None], self._standing, pars)[0].tolist()
        own, added, shared = scores[: len(self.names)], scores[len(self.names) : -1], scores[-1]
        return {
            name: Scores(own[d], shared, added[d] + self.incentives.transparency_reward * shared_data[name])
            for d, name in enumerate(self.names)
        }

    def evidence(
        self,
        totals: NDArray[np.int64],
        by_half: NDArray[np.int64],
        departments: Sequence[str],
        pars: Mapping[str, float],
        attention: Mapping[str, tuple[int, ...]] | None = None,
    ) -> Iterator[Effects]:
        """Yield for each trial what it did to own, shared and added score of the department that made it.

        Parameters
        ----------
        totals
            Counters of the company in the review before the trial, in that of it and in the one after [3, counter].
        by_half
            Matured counters [2 x trial, counter]: trial half and control half of each.
        departments
            Who made each trial [trial].
        pars
            Par of every KPI.
        attention
            Which of its metrics each department heeds (see `attention`); none given: all.
        """
        cards = self._parts if attention is None else self._cards_of_parts(attention)
        scores = self.kpis.scores(np.concatenate((totals, by_half)), cards, pars).tolist()
        before, during, after, *halves = scores
        change = [COHORT_REVIEWS * ((a + d) / 2.0 - b) for b, d, a in zip(before, during, after, strict=True)]
        for name, tried, control in zip(departments, halves[0::2], halves[1::2], strict=True):
            mine = slice(PARTS * self.names.index(name), PARTS * (self.names.index(name) + 1))
            # All that a review of trial has brought: the mean difference over that review and the next, times the two.
            by = [COHORT_REVIEWS * (t - c) for t, c in zip(tried[mine], control[mine], strict=True)]
            yield _evidence(by, change[mine])

    def attention(self, review: int, buy_in: float) -> dict[str, tuple[int, ...]] | None:
        """Return which of its metrics (own, then shared, then charges) each department heeds at a review; None: all."""
        most = self.incentives.attention
        if most is None:
            return None
        return {name: heeded(self._weights(name, buy_in), most, self._draws(d, review, most))
                for d, name in enumerate(self.names)}  # fmt: skip

    # -- cards ---------------------------------------------------------------------------------------------------

    def _whole_cards(self) -> Cards:
        """Return the cards of own KPIs, then of charges, department by department, and the shared one as the last."""
        charges = list(self._charges.values())
        cards = [*self._own.values(), *charges, self.incentives.shared_metrics]
        wholes = [total_weight(card) for card in cards]
        wholes[len(self.names) : -1] = [1.0] * len(charges)  # a charge is added with its weight, not averaged
        return self.kpis.cards(cards, wholes)

    def _cards_of_parts(self, attention: Mapping[str, tuple[int, ...] | None]) -> Cards:
        """Return five cards a department (see `PARTS`), without the metrics that it does not heed."""
        cards: list[Card] = []
        wholes: list[float] = []
        for name, heeds in attention.items():
            own, shared, charges = self._heeded(name, heeds)
            cards += [*self._split(name, own), shared, *self._split(name, charges)]
            whole = total_weight(self._own[name])
            wholes += [whole, whole, total_weight(self.incentives.shared_metrics), 1.0, 1.0]
        return self.kpis.cards(cards, wholes)

    def _heeded(self, department: str, heeds: tuple[int, ...] | None) -> tuple[Card, Card, Card]:
        given = (self._own[department], self.incentives.shared_metrics, self._charges[department])
        if heeds is None:
            return dict(given[0]), dict(given[1]), dict(given[2])
        left: list[Card] = []
        number = 0
        for card in given:
            left.append({kpi: weight for at, (kpi, weight) in enumerate(card.items(), number) if at in heeds})
            number += len(card)
        return left[0], left[1], left[2]

    def _split(self, department: str, card: Card) -> tuple[Card, Card]:
        """Return the part of a card that is counted at the department's own touchpoints, and the rest."""
        here = {kpi: weight for kpi, weight in card.items() if self._readers[kpi].home == department}
        return here, {kpi: weight for kpi, weight in card.items() if kpi not in here}

    def _weights(self, department: str, buy_in: float) -> list[float]:
        """Return the weight of each metric in a department's mind: own, then shared, then charges."""
        terms = self.terms(department)
        of_shared = 0.0 if terms.scheme == "own" else weight_in_mind(terms.weight, buy_in)
        own, shared = self._own[department], self.incentives.shared_metrics
        return [
            *((1.0 - of_shared) * weight / total_weight(own) for weight in own.values()),
            *(of_shared * weight / total_weight(shared) for weight in shared.values()),
            *self._charges[department].values(),
        ]

    def _draws(self, department: int, review: int, most: int) -> Iterable[float]:
        return (
            float(uniform(threefry(*self._key, 0, department, review, PURPOSE["attention"], draw)[0]))
            for draw in range(most)
        )


def _evidence(by_half: Sequence[float], change: Sequence[float]) -> Effects:
    """Return the evidence on own, shared and added score from a department's five parts."""
    return (
        Evidence(here=by_half[0], elsewhere=by_half[1], change=change[1]),
        Evidence(here=0.0, elsewhere=by_half[2], change=change[2]),
        Evidence(here=by_half[3], elsewhere=by_half[4], change=change[4]),
    )


def as_seen(evidence: Effects, *, sight: float, agreed: float, run_key: Key, lever: int, review: int) -> Scores:
    """Return the differences that a department sees of a trial of one of its levers."""
    own, shared, added = (seen(each, sight) for each in evidence)
    if agreed < 1.0:
        w0, w1, _, _ = threefry(*run_key, 0, lever, review, PURPOSE["definition"], 0)
        shared = misread(shared, agreed, float(luck(w0, w1)))
    return Scores(own, shared, added)

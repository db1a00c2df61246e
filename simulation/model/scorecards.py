"""KPIs and scorecards as arrays: values and scores of many rows of counters in one call.

A review scores every half of every trial, hundreds of KPIs in all; a run's record has every KPI of every week.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.model.jit import compiled, helper
from simulation.rules.incentive import score

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from simulation.model.metrics import KpiReader

__all__ = ["Cards", "KpiTable", "total_weight"]


class Kpis(NamedTuple):
    """All KPIs: their terms one after another.

    The numerator of KPI i is the terms from first[2 i] on, its denominator those from first[2 i + 1] to before
    first[2 i + 2]. `position` [term] of the counter, `weight` [term] per counter unit; `scale` [KPI] to the KPI's unit,
    `stretch` [KPI] in it, `direction` [KPI] 1 or -1.
    """

    first: NDArray[np.int64]
    position: NDArray[np.int64]
    weight: NDArray[np.float64]
    scale: NDArray[np.float64]
    stretch: NDArray[np.float64]
    direction: NDArray[np.int64]


class Cards(NamedTuple):
    """Scorecards: card i weighs the KPIs from first[i] to before first[i + 1]; `kpi`, `weight` [entry].

    `whole` [card] is what the weights are shares of.
    """

    first: NDArray[np.int64]
    kpi: NDArray[np.int64]
    weight: NDArray[np.float64]
    whole: NDArray[np.float64]


class KpiTable:
    """The KPIs of a scenario, read off whole tables of counters."""

    def __init__(self, readers: Mapping[str, KpiReader]) -> None:
        self.names = tuple(readers)
        given = list(readers.values())
        sums = [terms for reader in given for terms in (reader.numerator, reader.denominator)]
        self._kpis = Kpis(
            first=_firsts(len(terms) for terms in sums),
            position=np.array([position for terms in sums for position, _ in terms], dtype=np.int64),
            weight=np.array([weight for terms in sums for _, weight in terms], dtype=np.float64),
            scale=np.array([reader.scale for reader in given], dtype=np.float64),
            stretch=np.array([reader.stretch for reader in given], dtype=np.float64),
            direction=np.array([reader.direction for reader in given], dtype=np.int64),
        )

    def values(self, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return every KPI [row, KPI] of counters [row, counter] in its unit; nan where its denominator is 0."""
        values = np.empty((len(counts), len(self.names)))
        _read(np.ascontiguousarray(counts), self._kpis, values)
        return values

    def cards(self, cards: Iterable[Mapping[str, float]], wholes: Iterable[float] | None = None) -> Cards:
        """Return scorecards, each KPIs by name with their weights, for `scores`.

        A card that is part of a larger one is scored as a part of the whole that `wholes` gives, not by itself.
        """
        given = list(cards)
        return Cards(
            first=_firsts(len(card) for card in given),
            kpi=np.array([self.names.index(name) for card in given for name in card], dtype=np.int64),
            weight=np.array([weight for card in given for weight in card.values()], dtype=np.float64),
            whole=np.array(
                [total_weight(card) for card in given] if wholes is None else list(wholes), dtype=np.float64
            ),
        )

    def scores(self, counts: NDArray[np.int64], cards: Cards, pars: Mapping[str, float]) -> NDArray[np.float64]:
        """Return every card's weighted mean score [row, card] of counters [row, counter].

        A KPI without any case, or without a par, counts as at par.
        """
        scores = np.empty((len(counts), len(cards.first) - 1))
        par = np.array([pars.get(name, math.nan) for name in self.names])
        _score(self.values(counts), self._kpis, par, cards, scores)
        return scores


def total_weight(card: Mapping[str, float]) -> float:
    """Return the sum of a card's weights, in their order (Python's `sum` compensates in some versions)."""
    total = 0.0
    for weight in card.values():
        total += weight
    return total


def _firsts(lengths: Iterable[int]) -> NDArray[np.int64]:
    """Return where each of several lists starts when they follow one another, and the end."""
    return np.cumsum([0, *lengths], dtype=np.int64)


@helper
def _sum(counts: NDArray[np.int64], kpis: Kpis, first: int, last: int) -> float:
    """Return the sum of weight x counter over terms first to last - 1, in their order."""
    total = 0.0
    for term in range(first, last):
        total += kpis.weight[term] * counts[kpis.position[term]]
    return total


@compiled
def _read(counts: NDArray[np.int64], kpis: Kpis, values: NDArray[np.float64]) -> None:
    """Fill `values` [row, KPI]: scale x numerator / denominator.

    ODD E120: scale * sum(weight * counter) / sum(weight * counter)

    Source: definition.
    """
    for row in range(values.shape[0]):
        for i in range(values.shape[1]):
            below = _sum(counts[row], kpis, kpis.first[2 * i + 1], kpis.first[2 * i + 2])
            above = kpis.scale[i] * _sum(counts[row], kpis, kpis.first[2 * i], kpis.first[2 * i + 1])
            values[row, i] = above / below if below != 0.0 else np.nan


@compiled
def _score(
    values: NDArray[np.float64], kpis: Kpis, par: NDArray[np.float64], cards: Cards, scores: NDArray[np.float64]
) -> None:
    """Fill `scores` [row, card] from values [row, KPI] and pars [KPI].

    ODD E121: sum(weight * E46) / sum(weight)

    Source: definition.
    """
    for row in range(scores.shape[0]):
        for card in range(scores.shape[1]):
            total, whole = 0.0, cards.whole[card]
            for entry in range(cards.first[card], cards.first[card + 1]):
                i = cards.kpi[entry]
                if not (np.isnan(values[row, i]) or np.isnan(par[i])):
                    total += cards.weight[entry] * score(values[row, i], par[i], kpis.stretch[i], kpis.direction[i])
            scores[row, card] = total / whole if whole > 0.0 else 0.0

"""A few key figures that anybody can name of a firm, and where each stands in a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.scenario.scenario import Scenario

__all__ = ["Figure", "figures_of"]

_WEEKS = 52
_SHARE = {"type": "number", "minimum": 0.0, "maximum": 1.0}
_MONEY = {"type": "number", "exclusiveMinimum": 0.0, "maximum": 1e6}

Changes = dict[tuple[str, ...], Any]
"""Path in a scenario -> value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure to ask for.

    Attributes
    ----------
    key
        Its name on the command line, such as `price.standard`.
    words
        The question, with the unit.
    value
        What it is in the firm that one starts from.
    node
        What is allowed, as the JSON Schema says it.
    changes
        From an answer to what it changes; the other answers given so far come along (a margin needs the price).
    """

    key: str
    words: str
    value: float
    node: dict[str, Any]
    changes: Callable[[float, Changes], Changes]


def figures_of(scenario: Scenario) -> dict[str, Figure]:
    """The figures that a scenario has, by key: prices, margins, churn, how many people are reached a week."""
    found = [*_offers(scenario), _churn(scenario), *_reach(scenario)]
    return {figure.key: figure for figure in found}


def _offers(scenario: Scenario) -> list[Figure]:
    found = []
    for name, offer in scenario.market.offers.items():
        path = ("market", "offers", name)

        def margin(share: float, known: Changes, path: tuple[str, ...] = path, price: float = offer.price) -> Changes:
            return {(*path, "unit_cost"): round(known.get((*path, "price"), price) * (1.0 - share), 4)}

        def pay(
            price: float,
            _known: Changes,
            path: tuple[str, ...] = path,
            share: float = 1 - offer.unit_cost / offer.price,
        ) -> Changes:
            # The margin stays what it was until somebody names another.
            return {(*path, "price"): price, (*path, "unit_cost"): round(price * (1.0 - share), 4)}

        found += [
            Figure(
                key=f"price.{name}",
                words=f"Price of {offer.name} [{scenario.market.currency}]",
                value=offer.price,
                node=_MONEY,
                changes=pay,
            ),
            Figure(
                key=f"margin.{name}",
                words=f"Margin on {offer.name} [share of the price, before service and delivery]",
                value=round(1.0 - offer.unit_cost / offer.price, 4),
                node=_SHARE,
                changes=margin,
            ),
        ]
    return found


def _churn(scenario: Scenario) -> Figure:
    """Customers lost in a year; every segment's hazard is scaled alike, so that their order stays."""
    segments = scenario.market.segments
    mean = sum(segment.share * segment.defection for segment in segments.values())

    def changes(year: float, _known: Changes) -> Changes:
        week = 1.0 - (1.0 - year) ** (1.0 / _WEEKS)
        found: Changes = {}
        for name, segment in segments.items():
            hazard = week * segment.defection / mean if mean > 0 else week
            found["market", "segments", name, "defection"] = round(hazard, 6)
        return found

    year = 1.0 - (1.0 - mean) ** _WEEKS
    return Figure(
        key="churn",
        words="Customers lost in a year, where loyalty is neutral [share]",
        value=round(year, 3),
        node=_SHARE,
        changes=changes,
    )


def _reach(scenario: Scenario) -> list[Figure]:
    """How many of those who do not buy yet meet a touchpoint in a week: what leads come from."""
    found = []
    for name, point in scenario.journey.items():
        if point.trigger.kind != "rate" or "prospect" not in point.trigger.stages:
            continue
        path = ("journey", name, "trigger", "weekly")

        def reach(share: float, _known: Changes, path: tuple[str, ...] = path) -> Changes:
            return {path: share}

        words = f"{point.name}: whom it reaches in a week, of those whom it may reach [share]"
        found.append(Figure(key=f"reach.{name}", words=words, value=point.trigger.weekly, node=_SHARE, changes=reach))
    return found

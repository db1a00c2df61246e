"""A scenario's world as arrays: the tables that both engines read and never change.

The names in the scenario become positions here: touchpoints, segments, offers, departments and levers keep the
order of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.model.effects import effects_of
from simulation.rules.behaviour import log_odds, mean_multiplier, neutral_loyalty
from simulation.rules.people import PeopleValues, values_of
from simulation.scenario.journey import COEFFICIENTS, STAGES
from simulation.scenario.names import COMPANY_COUNTERS, TOUCHPOINT_COUNTERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.scenario.journey import Touchpoint
    from simulation.scenario.scenario import Scenario

__all__ = ["FIXED_POINT", "Journey", "Layout", "Market", "Segments", "counter_index", "layout_of"]

TRIGGERS = ("rate", "need", "after", "open_case", "cycle")
CHANNELS = ("other", "digital", "person")
WHEN = ("met", "success", "no_success")
ASKED = ("encounter", "delivery")
FIXED_POINT = frozenset(
    {"experience", "waiting", "cost", "revenue", "csat", "overall", "loyalty", "satisfaction", "trust"}
)
"""Counters kept in fixed point; the others count events or people."""

_COMPANY = tuple(COMPANY_COUNTERS)
_TOUCHPOINT = tuple(TOUCHPOINT_COUNTERS)


class Journey(NamedTuple):
    """Touchpoints as arrays [touchpoint]; stages and followed touchpoints as bit sets."""

    trigger: NDArray[np.int64]
    stages: NDArray[np.int64]
    weekly: NDArray[np.float64]
    cycle: NDArray[np.int64]
    follows: NDArray[np.int64]
    when: NDArray[np.int64]
    by_firm: NDArray[np.bool_]
    moves: NDArray[np.int64]
    sells: NDArray[np.bool_]
    sale_size: NDArray[np.float64]
    closes: NDArray[np.bool_]
    gain: NDArray[np.float64]
    loss: NDArray[np.float64]
    notice: NDArray[np.float64]
    fit: NDArray[np.float64]
    channel: NDArray[np.int64]
    persuades: NDArray[np.bool_]
    promises: NDArray[np.bool_]
    delivers: NDArray[np.bool_]
    quality_spread: NDArray[np.float64]
    days: NDArray[np.float64]
    days_spread: NDArray[np.float64]
    promised_days: NDArray[np.float64]
    promised_spread: NDArray[np.float64]
    foresight: NDArray[np.float64]


class Segments(NamedTuple):
    """Segments as arrays [segment]; `fit` is [segment, offer], `upto` the cumulative share, `purchase_rate` the median."""

    upto: NDArray[np.float64]
    fit: NDArray[np.float64]
    fit_spread: NDArray[np.float64]
    purchase_rate: NDArray[np.float64]
    price_sensitivity: NDArray[np.float64]
    patience: NDArray[np.float64]
    voice: NDArray[np.float64]
    digital: NDArray[np.float64]
    memory: NDArray[np.float64]
    expectation: NDArray[np.float64]
    defection: NDArray[np.float64]


class Market(NamedTuple):
    """Numbers of the market as a whole; `price` and `unit_cost` are [offer]."""

    exit_rate: float
    lead_lapse: float
    start_customers: float
    neutral_loyalty: float
    survey_rate: float
    asked_at: int
    price: NDArray[np.float64]
    unit_cost: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Everything about the world of a scenario that stays the same through a run."""

    touchpoints: tuple[str, ...]
    departments: tuple[str, ...]
    segment_names: tuple[str, ...]
    offer_names: tuple[str, ...]
    owner: tuple[int, ...]
    promising: tuple[int, ...]
    journey: Journey
    segments: Segments
    market: Market
    people: PeopleValues
    base: NDArray[np.float64]
    """Coefficients at the middle of every lever [touchpoint, coefficient]."""
    capacity: NDArray[np.float64]
    """Encounters a week for one person in the market [touchpoint]; infinite without a queue."""
    capacity_cost: NDArray[np.float64]
    """Money a week for one person in the market [touchpoint]."""

    @property
    def counters(self) -> int:
        """Number of counters of one cell."""
        return len(self.touchpoints) * len(_TOUCHPOINT) + len(_COMPANY)


def counter_index(layout: Layout, name: str) -> int:
    """Return the position of `counter@touchpoint` or of a company counter."""
    counter, _, touchpoint = name.partition("@")
    if touchpoint:
        return layout.touchpoints.index(touchpoint) * len(_TOUCHPOINT) + _TOUCHPOINT.index(counter)
    return len(layout.touchpoints) * len(_TOUCHPOINT) + _COMPANY.index(counter)


def layout_of(scenario: Scenario) -> Layout:
    """Return the world of a scenario as arrays."""
    people = values_of(scenario.people)
    departments = tuple(scenario.departments)
    return Layout(
        touchpoints=tuple(scenario.journey),
        departments=departments,
        segment_names=tuple(scenario.market.segments),
        offer_names=tuple(scenario.market.offers),
        owner=tuple(departments.index(t.owner) for t in scenario.journey.values()),
        promising=_promising(scenario),
        journey=_journey(scenario),
        segments=_segments(scenario, people.purchase_spread),
        market=Market(
            exit_rate=float(scenario.market.exit_rate),
            lead_lapse=float(scenario.market.lead_lapse),
            start_customers=float(scenario.market.start_customers),
            neutral_loyalty=neutral_loyalty(people.anchor, people.trust_neutral, people.loyalty_satisfaction),
            survey_rate=float(scenario.survey.rate),
            asked_at=ASKED.index(scenario.survey.trigger),
            price=_column(o.price for o in scenario.market.offers.values()),
            unit_cost=_column(o.unit_cost for o in scenario.market.offers.values()),
        ),
        people=people,
        base=np.array([_base(t) for t in scenario.journey.values()]),
        capacity=_column(t.capacity.per_1000 / 1000.0 if t.capacity else np.inf for t in scenario.journey.values()),
        capacity_cost=_column(
            t.capacity.cost_per_1000 / 1000.0 if t.capacity else 0.0 for t in scenario.journey.values()
        ),
    )


def _column(values: object) -> NDArray[np.float64]:
    return np.array(list(values), dtype=np.float64)  # type: ignore[call-overload]


def _base(touchpoint: Touchpoint) -> list[float]:
    """Return the touchpoint's coefficients in the order of COEFFICIENTS."""
    ones = {"volume", "revenue", "capacity", "staff", "days", "promised_days"}
    return [1.0 if name in ones else float(getattr(touchpoint, name, 0.0)) for name in COEFFICIENTS]


def _promising(scenario: Scenario) -> tuple[int, ...]:
    """Return the departments that can make promises: by a lever, or as owner of a promising touchpoint."""
    found = {effect.department for effect in effects_of(scenario) if effect.coefficient == "promise"}
    found |= {t.owner for t in scenario.journey.values() if t.promise != 0.0}
    return tuple(i for i, name in enumerate(scenario.departments) if name in found)


def _journey(scenario: Scenario) -> Journey:
    touchpoints = list(scenario.journey.values())
    names = list(scenario.journey)
    promised_at = {effect.touchpoint for effect in effects_of(scenario) if effect.coefficient == "promise"}
    gains = {kind: (getattr(scenario.people, f"{kind}_gain"), getattr(scenario.people, f"{kind}_loss")) for kind in
             ("must_be", "performance", "attractive")}  # fmt: skip
    return Journey(
        trigger=np.array([TRIGGERS.index(t.trigger.kind) for t in touchpoints]),
        stages=np.array([_stages(t) for t in touchpoints]),
        weekly=_column(t.trigger.weekly for t in touchpoints),
        cycle=np.array([t.trigger.weeks for t in touchpoints]),
        follows=np.array([sum(1 << names.index(f) for f in t.trigger.follows) for t in touchpoints]),
        when=np.array([WHEN.index(t.trigger.when) for t in touchpoints]),
        by_firm=np.array([t.contact_by_firm for t in touchpoints]),
        moves=np.array([[STAGES.index(t.moves[s]) if s in t.moves else -1 for s in STAGES] for t in touchpoints]),
        sells=np.array([t.sells for t in touchpoints]),
        sale_size=_column(t.sale_size for t in touchpoints),
        closes=np.array([t.closes_case for t in touchpoints]),
        gain=_column(gains[t.kind][0] for t in touchpoints),
        loss=_column(gains[t.kind][1] for t in touchpoints),
        notice=_column(scenario.people.must_be_notice if t.kind == "must_be" else 1.0 for t in touchpoints),
        fit=_column(t.fit for t in touchpoints),
        channel=np.array([CHANNELS.index(t.channel) if t.channel in CHANNELS else 0 for t in touchpoints]),
        persuades=np.array([bool(t.moves) or t.sells or t.contact_by_firm for t in touchpoints]),
        promises=np.array([t.promise != 0.0 or n in promised_at for n, t in zip(names, touchpoints, strict=True)]),
        delivers=np.array([t.delivery is not None for t in touchpoints]),
        quality_spread=_column(t.quality_spread for t in touchpoints),
        days=_column(t.delivery.days if t.delivery else 0.0 for t in touchpoints),
        days_spread=_column(t.delivery.spread if t.delivery else 0.0 for t in touchpoints),
        promised_days=_column(t.delivery.promised_days if t.delivery else 0.0 for t in touchpoints),
        promised_spread=_column(t.delivery.promised_spread if t.delivery else 0.0 for t in touchpoints),
        foresight=_column(t.delivery.foresight if t.delivery else 0.0 for t in touchpoints),
    )


def _stages(touchpoint: Touchpoint) -> int:
    """Return the bit set of stages in which the touchpoint's trigger can act."""
    stages = touchpoint.trigger.stages or ("customer",)
    return sum(1 << STAGES.index(stage) for stage in stages)


def _segments(scenario: Scenario, purchase_spread: float) -> Segments:
    given = list(scenario.market.segments.values())
    upto, total = [], 0.0
    for segment in given:
        total += segment.share
        upto.append(total)
    upto[-1] = 1.0
    return Segments(
        upto=_column(upto),
        fit=np.array([[float(s.fit[offer]) for offer in scenario.market.offers] for s in given]),
        fit_spread=_column(s.fit_spread for s in given),
        purchase_rate=_column(s.purchase_rate / mean_multiplier(purchase_spread) for s in given),
        price_sensitivity=_column(s.price_sensitivity for s in given),
        patience=_column(s.patience for s in given),
        voice=_column(log_odds(s.voice) for s in given),
        digital=_column(s.digital for s in given),
        memory=_column(s.memory for s in given),
        expectation=_column(s.expectation for s in given),
        defection=_column(s.defection for s in given),
    )

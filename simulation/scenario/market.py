"""The market: segments of people, offers, competition, entry and exit, the network they talk on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulation.scenario.base import Identifier, Part, Share, Source, Text

__all__ = ["Market", "Network", "Offer", "Segment"]

Positive = Annotated[float, Field(gt=0.0, le=1e6)]


class Offer(Part):
    """Something that the firm sells."""

    name: Text
    """Name in plain words."""
    price: Positive
    """Price of one purchase [money]."""
    unit_cost: Annotated[float, Field(ge=0.0, le=1e6)]
    """Cost of one unit sold [money]."""
    source: Source
    """Where price and cost come from."""


class Segment(Part):
    """A kind of person. Traits are drawn once, when the person enters the market."""

    name: Text
    """Name in plain words."""
    share: Share
    """Share of people [0-1]; the segments' shares add up to 1."""
    fit: dict[Identifier, Share]
    """Mean fit with each offer [0-1]."""
    fit_spread: Share = 0.15
    """Standard deviation of fit between people. Source: our assumption."""
    purchase_rate: Annotated[float, Field(gt=0.0, le=1.0)]
    """Mean purchase occasions a week of customers at neutral satisfaction; people differ by `people.purchase_spread`."""
    price_sensitivity: Annotated[float, Field(ge=0.0, le=10.0)]
    """Log conversion lost per unit (100 %) of price above the list price."""
    patience: Share
    """0: every wait is felt in full; 1: no wait is felt."""
    voice: Share
    """Chance per week to voice (contact the firm) while a problem is open, at neutral loyalty."""
    digital: Share
    """Preference for digital channels over people [0-1]."""
    memory: Share
    """Weight of the past in satisfaction at each encounter [0-1]."""
    expectation: Share
    """Norm of what *should* happen, in units of quality [0-1]."""
    defection: Annotated[float, Field(ge=0.0, le=1.0)]
    """Weekly defection hazard at neutral loyalty."""
    source: Source
    """Where its figures come from."""


class Network(Part):
    """Who talks to whom: a ring lattice with random shortcuts (Watts & Strogatz 1998)."""

    degree: Annotated[int, Field(ge=0, le=64)] = 6
    """Acquaintances a person tells, on average. Source: our assumption."""
    rewiring: Share = 0.1
    """Share of ties that lead to a random person instead of a neighbour. Source: our assumption."""
    source: Source = "our assumption"
    """Where form and size come from."""


class Market(Part):
    """People, offers and what surrounds them."""

    currency: Text = "EUR"
    """Name of the money unit."""
    offers: Annotated[dict[Identifier, Offer], Field(min_length=1, max_length=8)]
    """What the firm sells."""
    segments: Annotated[dict[Identifier, Segment], Field(min_length=1, max_length=12)]
    """Kinds of people."""
    exit_rate: Annotated[float, Field(ge=0.0, le=0.2)] = 0.002
    """Weekly chance that a person leaves the market for good; another one enters. Source: our assumption (a tenth a year)."""
    lead_lapse: Share = 0.1
    """Weekly chance that a lead loses interest and is a prospect again. Source: our assumption."""
    start_customers: Share = 0.4
    """Share of people who are customers when burn-in begins. Source: our assumption; burn-in forgets it."""
    network: Network = Network()
    """Who talks to whom."""

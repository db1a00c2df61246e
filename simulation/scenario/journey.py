"""The customer journey: touchpoints, what triggers them and what they start from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulation.scenario.base import Identifier, Part, Share, Source, Text

__all__ = ["COEFFICIENTS", "STAGES", "Capacity", "Delivery", "Stage", "Touchpoint", "Trigger"]

Stage = Literal["prospect", "lead", "customer", "defected"]
STAGES: tuple[Stage, ...] = ("prospect", "lead", "customer", "defected")

COEFFICIENTS: dict[str, str] = {
    "volume": "multiplier of how often the touchpoint is met",
    "promise": "what is promised above the ordinary, in units of quality",
    "quality": "objective quality of the encounter [0-1 around 0.7]",
    "effort": "quality lost because the customer must repeat herself or work for it",
    "relevance": "quality and log response gained because the contact suits her",
    "conversion": "chance that an encounter succeeds, before the person's own reasons",
    "failure": "chance that an encounter leaves a problem open",
    "resolution": "chance that an encounter closes an open problem",
    "cost": "cost of one encounter [money]",
    "revenue": "price paid on a sale, as a multiple of the list price",
    "coaching": "how far a survey answer about this touchpoint is talked up",
    "capacity": "multiplier of the work that the same staff gets through",
    "staff": "multiplier of the touchpoint's staff: of its capacity and of that capacity's cost",
    "days": "multiplier of the days until what has been ordered arrives",
    "promised_days": "multiplier of the days within which it is promised",
}
"""What a lever can move at a touchpoint, with its meaning.

`volume`, `revenue`, `capacity`, `staff`, `days` and `promised_days` start at 1.
"""


class Trigger(Part):
    """What brings a customer to a touchpoint.

    rate        a weekly chance, in the stages listed
    need        a purchase occasion of a customer (her own rate, moved by satisfaction)
    after       follows another touchpoint in the same week
    open_case   contact because a problem is open (voice)
    cycle       every `weeks` weeks, for customers
    """

    kind: Literal["rate", "need", "after", "open_case", "cycle"]
    """What sets it off, as listed above."""
    weekly: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    """Chance per week (rate), per occasion (need, after, cycle) or per voiced week (open_case)."""
    stages: tuple[Stage, ...] = ()
    """Stages in which it can happen; empty: customers only (open_case: customers and defected)."""
    follows: tuple[Identifier, ...] = ()
    """For `after`: the touchpoints that it follows (each listed earlier in the journey)."""
    when: Literal["met", "success", "no_success"] = "success"
    """For `after`: follow every encounter there, or only those that succeeded or did not."""
    weeks: Annotated[int, Field(ge=1, le=104)] = 4
    """For `cycle`: the length of the cycle. Source: our assumption (a month)."""


class Capacity(Part):
    """A queue: work beyond the capacity waits, and the wait is felt."""

    per_1000: Annotated[float, Field(gt=0.0, le=1e6)]
    """Encounters handled a week for every 1,000 people in the market."""
    cost_per_1000: Annotated[float, Field(ge=0.0, le=1e9)] = 0.0
    """Cost of that capacity a week for every 1,000 people in the market [money]."""


class Delivery(Part):
    """What has been ordered arrives later, by a date that was promised; until then the promise is open."""

    days: Annotated[float, Field(gt=0.0, le=365.0)]
    """Median days from the order to the arrival."""
    spread: Annotated[float, Field(ge=0.0, le=1.5)] = 0.4
    """Standard deviation of the log of these days. Source: our assumption."""
    promised_days: Annotated[float, Field(gt=0.0, le=365.0)]
    """Median days from the order to the promised date."""
    promised_spread: Annotated[float, Field(ge=0.0, le=1.5)] = 0.0
    """Standard deviation of the log of the promised days."""
    foresight: Share = 0.0
    """How far what makes an order slow is foreseen in its promised date: correlation of promised and actual days (of logs)."""


class Touchpoint(Part):
    """A place where the customer meets the company; owned by one department."""

    name: Text
    """Name in plain words."""
    owner: Identifier
    """The department that owns it."""
    channel: Literal["digital", "person", "paper", "product"]
    """What sort of meeting it is; a person's preference for digital channels acts on it."""
    kind: Literal["must_be", "performance", "attractive"]
    """Kano's kind of attribute: decides how gain and loss are felt."""
    trigger: Trigger
    """What brings a customer here."""
    contact_by_firm: bool = False
    """True for a contact that the firm makes on its own account: it adds to fatigue."""
    moves: dict[Stage, Stage] = {}
    """Stage changes on success."""
    sells: bool = False
    """True: a success is a sale of the customer's offer."""
    sale_size: Annotated[float, Field(gt=0.0, le=10.0)] = 1.0
    """Size of a sale here as a multiple of the offer's price."""
    closes_case: bool = False
    """True: an encounter can close an open problem (resolution)."""
    fit: Share = 0.0
    """How far the fit between the person and her offer matters for quality here [0-1]."""
    quality: Share = 0.7
    """Objective quality of an encounter at neutral levers [0-1]. Source: our assumption, unless the scenario says otherwise."""
    quality_spread: Share = 0.2
    """Standard deviation of quality from one encounter to the next. Source: our assumption (order of size: more than half of the
    variance of ratings lies within a person, C24)."""
    promise: Annotated[float, Field(ge=-0.5, le=0.5)] = 0.0
    """What is promised above the ordinary [units of quality]."""
    effort: Share = 0.0
    """Quality lost to repeating oneself and to work [units of quality]."""
    relevance: Annotated[float, Field(ge=-0.5, le=0.5)] = 0.0
    """Quality and log response gained because the contact suits her."""
    conversion: Share = 0.0
    """Chance that an encounter succeeds, before the person's own reasons [0-1]."""
    failure: Share = 0.0
    """Chance that an encounter leaves a problem open [0-1]."""
    resolution: Share = 0.0
    """Chance that an encounter closes an open problem [0-1]."""
    cost: Annotated[float, Field(ge=0.0, le=1e6)] = 0.0
    """Cost of one encounter [money]."""
    capacity: Capacity | None = None
    """Its queue; null: nobody waits."""
    delivery: Delivery | None = None
    """For trigger `after`: met not at once but when the delivery arrives; a person has one under way at a time."""
    source: Source
    """Where its figures come from."""

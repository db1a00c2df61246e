"""KPIs as data: counters over touchpoints, an owner, a unit, a direction."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulation.scenario.base import Identifier, Part, Source, Text

__all__ = ["Kpi"]

CounterName = Annotated[str, Field(pattern=r"^[a-z_]+(@[a-z][a-z0-9_]*)?$")]
"""`counter@touchpoint` for a touchpoint's counter, `counter` for the company's."""


class Kpi(Part):
    """scale x sum(weight x counter) / sum(weight x counter)."""

    name: Text
    """Name in plain words."""
    owner: Identifier | Literal["company"]
    """The department whose own KPI it is, or `company` for a shared metric."""
    numerator: Annotated[dict[CounterName, float], Field(min_length=1)]
    """Counters above the line with their weights."""
    denominator: Annotated[dict[CounterName, float], Field(min_length=1)]
    """Counters below the line with their weights."""
    scale: Annotated[float, Field(gt=0.0, le=1e9)] = 1.0
    """Factor from the ratio to the KPI's unit."""
    unit: Text
    """Its unit."""
    better: Literal["higher", "lower"]
    """Which direction is better."""
    stretch: Annotated[float, Field(gt=0.0, le=1e9)]
    """Distance from par (the burn-in value) to a full score, in the KPI's unit."""
    source: Source = "our assumption"
    """Where the KPI comes from."""

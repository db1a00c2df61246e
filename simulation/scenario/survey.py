"""The survey: an instrument with its own trigger, read apart from what people feel."""

from __future__ import annotations

from typing import Literal

from simulation.scenario.base import Part, Share, Source

__all__ = ["Survey"]


class Survey(Part):
    """How the firm asks its customers.

    encounter   in a week with an encounter, about the last one
    delivery    once for each delivery: when it arrives, or on the promised date if that comes first
    """

    trigger: Literal["encounter", "delivery"] = "encounter"
    """What sets it off, as listed above."""
    rate: Share = 0.3
    """Chance to be asked at each occasion. Source: our assumption."""
    source: Source = "our assumption"
    """Where it comes from."""

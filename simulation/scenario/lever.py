"""Levers: a department's bounded operating choices and what they do at touchpoints."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulation.scenario.base import Identifier, Part, Share, Source, Text

__all__ = ["Effect", "JointEffect", "Lever"]

Slope = Annotated[float, Field(ge=-1000.0, le=1000.0)]


class Effect(Part):
    """Coefficient += slope x (setting - neutral): the change over the lever's whole range is `slope`."""

    slope: Slope
    """Change of the coefficient from the low end to the high end, in the coefficient's unit."""
    by_segment: dict[Identifier, Slope] = {}
    """Other slopes for single segments."""
    source: Source
    """Where sign and size come from."""


Effects = dict[Identifier, dict[Identifier, Effect]]
"""touchpoint -> coefficient -> effect; touchpoint `own` stands for each touchpoint of the department."""


class Lever(Part):
    """A choice in [0, 1] of one department. Its setting is the department's action."""

    name: Text
    """Name in plain words."""
    low: Text
    """What 0 means, in plain words."""
    high: Text
    """What 1 means, in plain words."""
    start: Share = 0.5
    """Setting under the starting policy. Source: our assumption."""
    easy: Share = 0.5
    """The setting that costs no effort. Source: our assumption."""
    neutral: Share = 0.5
    """The setting at which the touchpoints stand as the journey describes them: single effects count from here. Source:
    definition (the middle)."""
    effort: Annotated[float, Field(ge=0.0, le=100.0)] = 0.0
    """Effort cost: effort x (setting - easy)^2 / 2, in points of appraisal (1 = par to stretch)."""
    learned: bool = True
    """False: the department leaves the lever alone unless a mandate moves it."""
    effects: Effects = {}
    """What it does: touchpoint, coefficient, effect."""
    source: Source
    """Where the lever and its ends come from."""


class JointEffect(Part):
    """Levers that matter together.

    minimum  a chain is as strong as its weakest link: min(settings) - 0.5 (complements)
    product  product of the settings - 0.5^n (complements)
    crowding max(0, mean(settings) - 0.5): a common that each unit claims (commons)
    """

    name: Text
    """Name in plain words."""
    levers: Annotated[tuple[str, ...], Field(min_length=2, max_length=8)]
    """`department.lever` for each lever."""
    form: Annotated[str, Field(pattern="^(minimum|product|crowding)$")]
    """Name in the catalogue of joint forms."""
    effects: Effects
    """What they do together: touchpoint, coefficient, effect."""
    source: Source
    """Where sign and size come from."""

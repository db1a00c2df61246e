"""The scenario: the organisation, customers and setting that a file describes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulation.scenario.base import Identifier, Part, Text
from simulation.scenario.department import DepartmentGiven
from simulation.scenario.governance import Governance
from simulation.scenario.journey import Touchpoint
from simulation.scenario.kpi import Kpi
from simulation.scenario.lever import JointEffect, Lever
from simulation.scenario.market import Market
from simulation.scenario.people import People
from simulation.scenario.regime import Alignment, Change, Horizon, Incentives, Information, Learning, Levers
from simulation.scenario.survey import Survey

__all__ = ["ArmGiven", "Scenario"]


class ArmGiven(Part):
    """One of the alternatives to compare: a title and what it changes in the scenario."""

    title: Text
    """What the arm is called."""
    changes: dict[str, object] = {}
    """Any part of a scenario except `arms`, `title`, `extends`; merged over it."""


class Scenario(Part):
    """A firm, its people and the setting; frozen."""

    title: Text
    """What the scenario is called."""
    question: str = ""
    """The question that it answers."""
    source: str = ""
    """Where it comes from."""
    expect: str = ""
    """What one might expect, in a sentence; never used by the model."""
    horizon: Horizon = Horizon()
    """Size and length of a run."""
    people: People = People()
    """How people perceive, remember and act."""
    market: Market
    """People, offers and what surrounds them."""
    journey: Annotated[dict[Identifier, Touchpoint], Field(min_length=1, max_length=40)]
    """Touchpoints, in the order of a week."""
    departments: Annotated[dict[Identifier, DepartmentGiven], Field(min_length=1, max_length=30)]
    """The departments."""
    every_department: dict[Identifier, Lever] = {}
    """Levers that every department has besides its own."""
    joint_effects: dict[Identifier, JointEffect] = {}
    """What levers do together."""
    survey: Survey = Survey()
    """How the firm asks its customers."""
    kpis: Annotated[dict[Identifier, Kpi], Field(min_length=1)]
    """What is measured."""
    incentives: Incentives = Incentives()
    """How metrics become an appraisal."""
    information: Information = Information()
    """Who can see what."""
    alignment: Alignment = Alignment()
    """Buy-in and line of sight."""
    learning: Learning = Learning()
    """How departments learn."""
    levers: Levers = Levers()
    """Bounds on levers."""
    governance: Governance = Governance()
    """Councils, culture, levels, the central team."""
    timeline: tuple[Change, ...] = ()
    """Interventions."""
    arms: dict[Identifier, ArmGiven] = {}
    """The alternatives to compare; the first is the baseline."""

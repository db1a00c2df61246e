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
    changes: dict[str, object] = {}
    """Any part of a scenario except `arms`, `title`, `extends`; merged over it."""


class Scenario(Part):
    """A firm, its people and the setting; frozen."""

    title: Text
    question: str = ""
    source: str = ""
    expect: str = ""
    """What one might expect, in a sentence; never used by the model."""
    horizon: Horizon = Horizon()
    people: People = People()
    market: Market
    journey: Annotated[dict[Identifier, Touchpoint], Field(min_length=1, max_length=40)]
    departments: Annotated[dict[Identifier, DepartmentGiven], Field(min_length=1, max_length=30)]
    every_department: dict[Identifier, Lever] = {}
    """Levers that every department has besides its own."""
    joint_effects: dict[Identifier, JointEffect] = {}
    survey: Survey = Survey()
    kpis: Annotated[dict[Identifier, Kpi], Field(min_length=1)]
    incentives: Incentives = Incentives()
    information: Information = Information()
    alignment: Alignment = Alignment()
    learning: Learning = Learning()
    levers: Levers = Levers()
    governance: Governance = Governance()
    timeline: tuple[Change, ...] = ()
    arms: dict[Identifier, ArmGiven] = {}

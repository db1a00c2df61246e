"""Governance: councils, the central team, levels and culture; all of it organization, none of it seen by a customer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulation.scenario.base import Identifier, Part, Share

__all__ = [
    "ACTION_KINDS",
    "AREAS",
    "CULTURES",
    "INDEPENDENT",
    "ActionKind",
    "CentralTeam",
    "Culture",
    "Governance",
    "Levels",
    "Operational",
    "Strategic",
]

ActionKind = Literal["limit", "retargeting", "access", "data", "training", "kpi"]
ACTION_KINDS: dict[ActionKind, str] = {
    "limit": "a bound on a lever",
    "retargeting": "a bound on a lever that decides who is addressed (`governance.retargeting`)",
    "access": "a bound on a lever that opens accounts to others (`governance.access`)",
    "data": "a department puts more into the common data",
    "training": "a department learns to look at what its doing brings about downstream",
    "kpi": "a department is charged for contacts it sends to others, or paid on another's survey, or more on shared metrics",
}
"""What a council may agree, with its meaning."""

INDEPENDENT = "independent"
"""A chair who belongs to no department."""

Stage = Literal["naive", "transactional", "enlightened", "natural"]
CULTURES: tuple[Stage, ...] = ("naive", "transactional", "enlightened", "natural")
"""Orientations towards the customer, from the least to the most. Source: Shaw & Ivens 2002 (naive to natural)."""

AREAS: tuple[str, ...] = (
    *("people", "strategy", "systems", "measurement", "channels", "expectations", "marketing"),
    *("processes", "leadership"),
)
"""The nine areas of the diagnosis. Source: after Shaw 2004 (nine areas of customer orientation); names our assumption."""

Points = Annotated[float, Field(ge=0.0, le=10.0)]
Weeks = Annotated[int, Field(ge=1, le=520)]


class Operational(Part):
    """A council of departments that meets often, hears what customers complain of and agrees actions."""

    every_weeks: Annotated[int, Field(ge=1, le=104)] = 4
    """Weeks between meetings. Source: our assumption."""
    chair: Identifier = INDEPENDENT
    """`independent`, or the department that leads."""
    members: tuple[Identifier, ...] = ()
    """Departments at the table; empty: all. Whoever is not there reports nothing and is bound by nothing."""
    error: Points = 0.1
    """Standard deviation of what is off in a report [points of score]. Source: our assumption."""
    territory: Share = 0.0
    """How far members colour what makes them look bad: 0 tells all, 1 nothing of it. Source: our assumption."""
    follow_up: bool = True
    """Whether agreed actions are asked after: then they are kept; else they lapse where they cost something."""
    reporting: Points = 0.05
    """What having to report on an action is worth to a department [points of appraisal]. Source: our assumption."""
    evidence: Annotated[float, Field(ge=0.0, le=10.0)] = 2.0
    """Standard errors by which a cause must stand out before a lever is limited. Source: convention."""
    step: Annotated[float, Field(gt=0.0, le=1.0)] = 0.2
    """How far a limit moves a lever. Source: our assumption."""
    due_weeks: Weeks = 4
    """Weeks from agreeing to doing. Source: our assumption."""
    lasts_weeks: Weeks = 26
    """Weeks that an action stays in force before it is judged. Source: our assumption."""
    at_once: Annotated[int, Field(ge=0, le=10)] = 2
    """Most new actions a meeting. Source: our assumption."""
    actions: tuple[ActionKind, ...] = tuple(ACTION_KINDS)
    """What it may agree."""
    best_practice: bool = True
    """Whether a department may be asked to copy a lever of the same name from one that does better."""


class Strategic(Part):
    """Top management: decides what the operational council could not, and sets weight and budget."""

    every_weeks: Annotated[int, Field(ge=1, le=520)] = 13
    """Weeks between meetings. Source: our assumption (a quarter)."""
    bar: Points = 0.1
    """An escalated action is approved up to this cost for each standard error of evidence [points of appraisal].
    Source: our assumption."""
    weight_step: Share = 0.0
    """Weight of shared metrics added or taken away at a meeting when they fall short of their target or exceed it."""
    most_weight: Share = 0.5
    """Highest weight of shared metrics that it sets. Source: our assumption."""
    target: Annotated[float, Field(ge=-10.0, le=10.0)] = 0.0
    """Shared score aimed at: 0 par, 1 stretch."""
    budget: Annotated[float, Field(ge=0.0, le=1e9)] = 0.0
    """Money a quarter for every 1,000 people that councils may spend (training, studies); 0: no limit."""
    reassigns: bool = False
    """Whether a department that objects twice loses a lever to the department that hears the complaints: its trials are then
    judged by that department's appraisal."""


class CentralTeam(Part):
    """A customer-experience team that checks reports, joins data and makes studies; money, never capacity at a touchpoint."""

    budget: Annotated[float, Field(ge=0.0, le=1e9)] = 10.0
    """Money a week for every 1,000 people. Source: our assumption."""
    error_left: Share = 0.5
    """Share of error and colouring that is left in what councils see. Source: our assumption."""
    study_answers: Annotated[int, Field(ge=0, le=200)] = 100
    """Whom a study of its own asks in each half of a trial, of every 1,000 people; 0: it makes no studies. Our assumption."""
    study_weeks: Weeks = 12
    """Weeks from asking a question to the answer. Source: our assumption (three reviews)."""
    study_cost: Annotated[float, Field(ge=0.0, le=1e9)] = 50.0
    """Money for a study, for every 1,000 people. Source: our assumption (a quarter of one for each answer)."""


class Levels(Part):
    """Levels that pass a message on; what arrives is the product of what each lets through."""

    top: Share = 1.0
    """Fidelity of the top management."""
    middle: Share = 1.0
    """Fidelity of the middle management."""
    front: Share = 1.0
    """Fidelity of the front line."""


class Culture(Part):
    """What a consultant's diagnosis finds in nine areas, and how slowly it moves."""

    areas: dict[Identifier, Stage] = {}
    """Area -> orientation; areas that are missing count as naive."""
    speed: Share = 0.02
    """Share of the way to what is lived that the culture goes a review. Source: Schein 2010 (slow); size our assumption."""
    care: Share = 0.3
    """Weight that a fully natural culture gives to shared metrics beyond what is paid. Source: our assumption."""
    readiness: Points = 0.1
    """Cost that a fully natural culture bears for an agreed action [points of appraisal]. Source: our assumption."""


class Governance(Part):
    """All bodies; empty: none. It acts through what departments may do, are paid for and see, and through nothing else."""

    operational: Operational | None = None
    """The operational council; null: none."""
    strategic: Strategic | None = None
    """The strategic council; null: none."""
    central_team: CentralTeam | None = None
    """The central team; null: none."""
    levels: Levels = Levels()
    """What each level lets through of a message."""
    culture: Culture | None = None
    """The culture and its diagnosis; null: none."""
    retargeting: tuple[str, ...] = ()
    """`department.lever` that decide who is addressed."""
    access: tuple[str, ...] = ()
    """`department.lever` that open a department's accounts to others."""
    training_cost: Annotated[float, Field(ge=0.0, le=1e9)] = 5.0
    """Money for training one department, for every 1,000 people. Source: our assumption."""
    training_sight: Share = 0.5
    """Share of what its trials do downstream that a trained department finds out. Source: our assumption."""

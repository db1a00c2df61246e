"""What must hold between the parts of a scenario: names that refer to something, sums, order."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation.scenario.checks_governance import check_governance
from simulation.scenario.checks_journey import check_effects, check_journey
from simulation.scenario.checks_organization import (
    check_incentives,
    check_information,
    check_learning,
    check_levers,
    check_weights,
    lever_names,
)
from simulation.scenario.faults import Finding, KeyPath, unknown
from simulation.scenario.names import COMPANY, COMPANY_COUNTERS, RESERVED_COLUMNS, TOUCHPOINT_COUNTERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulation.scenario.kpi import Kpi
    from simulation.scenario.scenario import Scenario

__all__ = ["check", "check_arms", "lever_names"]


def check(scenario: Scenario) -> Iterator[Finding]:
    """Yield every finding in a scenario whose types and ranges are right; `path` leads to the value."""
    yield from _check_market(scenario)
    yield from check_journey(scenario)
    yield from _check_departments(scenario)
    yield from check_effects(scenario)
    yield from _check_joint_levers(scenario)
    for name, kpi in scenario.kpis.items():
        yield from _check_kpi(scenario, name, kpi)
    if scenario.survey.trigger == "delivery" and all(t.delivery is None for t in scenario.journey.values()):
        message = "nothing is ever delivered: no touchpoint has a `delivery`"
        yield Finding(path=("survey", "trigger"), value="delivery", message=message, allowed="encounter")
    yield from check_incentives(scenario, scenario.incentives, ("incentives",))
    yield from check_information(scenario, scenario.information, ("information",))
    yield from check_learning(scenario)
    yield from check_levers(scenario, scenario.levers, ("levers",))
    yield from check_governance(scenario, scenario.governance, ("governance",), levers=lever_names(scenario))
    yield from _check_timeline(scenario)


def check_arms(arms: Mapping[str, Scenario]) -> Iterator[Finding]:
    """Yield what makes arms hard to compare: another horizon or learning than the first arm's, or no difference."""
    content = {name: arm.model_dump(exclude=_WORDS) for name, arm in arms.items()}
    names = list(arms)
    for name in names[1:]:
        first = names[0]
        path: KeyPath = ("arms", name, "changes")
        if content[name] == content[first]:
            message = f"the arm is the same as the first arm, `{first}`: every difference between them is zero"
            yield Finding(path=("arms", name), value=name, message=message, level="warning")
        if content[name]["horizon"] != content[first]["horizon"]:
            message = f"differs from the first arm, `{first}`: arms are compared week by week on the same people"
            yield Finding(path=(*path, "horizon"), message=message, allowed="one horizon for all arms")
        if content[name]["learning"] != content[first]["learning"]:
            message = f"differs from the first arm, `{first}`: a difference may then come from how departments learn"
            yield Finding(path=(*path, "learning"), message=message, level="warning")


_WORDS = {"title", "question", "source", "expect", "arms"}


def _check_market(scenario: Scenario) -> Iterator[Finding]:
    market = scenario.market
    total = math.fsum(segment.share for segment in market.segments.values())
    if abs(total - 1.0) > 1e-6:
        message = f"the shares of the segments add up to {total:.6g}"
        yield Finding(path=("market", "segments"), value=f"{total:.6g}", message=message, allowed="a sum of 1")
    for name, segment in market.segments.items():
        path: KeyPath = ("market", "segments", name, "fit")
        for offer in segment.fit:
            yield from unknown((*path, offer), offer, market.offers, what="an offer")
        for offer in market.offers:
            if offer not in segment.fit:
                yield Finding(path=(*path, offer), message="is missing", allowed="a fit with every offer, from 0 to 1")


def _check_departments(scenario: Scenario) -> Iterator[Finding]:
    for name, department in scenario.departments.items():
        path: KeyPath = ("departments", name)
        if name == COMPANY:
            yield Finding(
                path=path, value=name, message=f"`{COMPANY}` stands for all departments", allowed="another name"
            )
        for kpi in department.kpis:
            here = (*path, "kpis", kpi)
            yield from unknown(here, kpi, scenario.kpis, what="a KPI of this scenario")
            if kpi in scenario.kpis and scenario.kpis[kpi].owner != name:
                own = ", ".join(other for other, given in scenario.kpis.items() if given.owner == name)
                message = f"`{kpi}` is owned by `{scenario.kpis[kpi].owner}`"
                yield Finding(path=here, value=kpi, message=message, allowed=f"own KPIs ({own or 'none given yet'})")
        yield from check_weights(department.kpis, (*path, "kpis"))
        for lever in department.levers:
            if lever in scenario.every_department:
                message = "every department has a lever of this name (see `every_department`)"
                yield Finding(path=(*path, "levers", lever), value=lever, message=message, allowed="another name")


def _check_joint_levers(scenario: Scenario) -> Iterator[Finding]:
    levers = lever_names(scenario)
    for name, joint in scenario.joint_effects.items():
        path: KeyPath = ("joint_effects", name, "levers")
        for position, lever in enumerate(joint.levers):
            yield from unknown((*path, position), lever, levers, what="a lever (`department.lever`)")
            if lever in joint.levers[:position]:
                yield Finding(path=(*path, position), value=lever, message=f"`{lever}` is listed twice")


def _check_kpi(scenario: Scenario, name: str, kpi: Kpi) -> Iterator[Finding]:
    path: KeyPath = ("kpis", name)
    if name in RESERVED_COLUMNS:
        message = f"`{name}` is a column of every result already"
        yield Finding(path=path, value=name, message=message, allowed=f"another name, such as company_{name}")
    owners = [*scenario.departments, COMPANY]
    yield from unknown((*path, "owner"), kpi.owner, owners, what="a department, nor `company`")
    for part, counters in (("numerator", kpi.numerator), ("denominator", kpi.denominator)):
        for key in counters:
            here = (*path, part, key)
            counter, at, touchpoint = key.partition("@")
            if at:
                yield from unknown(here, counter, TOUCHPOINT_COUNTERS, what="a counter of a touchpoint")
                yield from unknown(here, touchpoint, scenario.journey, what="a touchpoint of the journey")
            else:
                yield from unknown(here, counter, COMPANY_COUNTERS, what="a counter of the company")
    if not any(kpi.denominator.values()):
        yield Finding(path=(*path, "denominator"), message="is always zero", allowed="a weight other than 0")


def _check_timeline(scenario: Scenario) -> Iterator[Finding]:
    for position, change in enumerate(scenario.timeline):
        path: KeyPath = ("timeline", position)
        if change.end is not None and change.end <= change.start:
            allowed = f"a week after `start` ({change.start})"
            yield Finding(
                path=(*path, "end"), value=str(change.end), message=f"{change.end} is not allowed", allowed=allowed
            )
        if change.start >= scenario.horizon.weeks:
            message = f"begins in week {change.start}, after the last week ({scenario.horizon.weeks - 1})"
            yield Finding(path=(*path, "start"), value=str(change.start), message=message, level="warning")
        if change.incentives is not None:
            yield from check_incentives(scenario, change.incentives, (*path, "incentives"))
        if change.information is not None:
            yield from check_information(scenario, change.information, (*path, "information"))
        if change.levers is not None:
            yield from check_levers(scenario, change.levers, (*path, "levers"))
        if change.governance is not None:
            here = (*path, "governance")
            yield from check_governance(scenario, change.governance, here, levers=lever_names(scenario))

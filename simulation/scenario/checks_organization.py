"""What must hold on the organization's side: incentives, information, learning and bounds on levers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation.scenario.faults import Finding, KeyPath, unknown
from simulation.scenario.names import COMPANY, DATA_LEVER, PAYOFFS, REGIMES, RULES, RULES_OF_SMALL_WORLDS, SCHEMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulation.scenario.regime import Incentives, Information, Levers
    from simulation.scenario.scenario import Scenario

__all__ = ["check_incentives", "check_information", "check_learning", "check_levers", "check_weights", "lever_names"]


def lever_names(scenario: Scenario) -> list[str]:
    """List every lever as `department.lever`, those of `every_department` included."""
    return [
        f"{department}.{lever}"
        for department, given in scenario.departments.items()
        for lever in (*given.levers, *scenario.every_department)
    ]


def check_weights(weights: Mapping[str, float], path: KeyPath) -> Iterator[Finding]:
    """Yield negative weights, and weights that add up to nothing."""
    for name, weight in weights.items():
        if weight < 0.0:
            yield Finding(
                path=(*path, name), value=f"{weight:g}", message=f"{weight:g} is not allowed", allowed="a weight from 0"
            )
    if weights and not math.fsum(weights.values()) > 0.0:
        yield Finding(path=path, message="the weights add up to nothing", allowed="a sum above 0")


def check_incentives(scenario: Scenario, incentives: Incentives, path: KeyPath) -> Iterator[Finding]:
    """Yield findings on schemes, pay-offs and the metrics that are paid for."""
    yield from unknown((*path, "scheme"), incentives.scheme, SCHEMES, what="an incentive scheme")
    yield from _check_shared(scenario, incentives, path)
    yield from _check_payoffs(scenario, incentives, path)
    for part in ("own_kpis", "charges"):
        for department, card in getattr(incentives, part).items():
            here: KeyPath = (*path, part, department)
            yield from unknown(here, department, scenario.departments, what="a department")
            for name in card:
                yield from unknown((*here, name), name, scenario.kpis, what="a KPI of this scenario")
            if not card:
                yield Finding(path=here, message="is empty", allowed="KPIs with weights")
            yield from check_weights(card, here)
    if incentives.transparency_reward > 0.0 and not _shares_data(scenario):
        message = f"rewards what nobody can do: no department has a lever `{DATA_LEVER}`"
        yield Finding(path=(*path, "transparency_reward"), message=message, allowed=f"0, or a lever `{DATA_LEVER}`")


def _check_shared(scenario: Scenario, incentives: Incentives, path: KeyPath) -> Iterator[Finding]:
    for name in incentives.shared_metrics:
        here = (*path, "shared_metrics", name)
        yield from unknown(here, name, scenario.kpis, what="a KPI of this scenario")
        if name in scenario.kpis and scenario.kpis[name].owner != COMPANY:
            message = f"`{name}` is owned by `{scenario.kpis[name].owner}`"
            shared = ", ".join(other for other, kpi in scenario.kpis.items() if kpi.owner == COMPANY)
            yield Finding(
                path=here, value=name, message=message, allowed=f"KPIs of `{COMPANY}` ({shared or 'none yet'})"
            )
    yield from check_weights(incentives.shared_metrics, (*path, "shared_metrics"))
    for name in incentives.shared_weight_by_department:
        here = (*path, "shared_weight_by_department", name)
        yield from unknown(here, name, scenario.departments, what="a department")
    weights = {"shared_weight": incentives.shared_weight, **incentives.shared_weight_by_department}
    allowed = f"KPIs of `{COMPANY}` with weights"
    if any(weights.values()) and not incentives.shared_metrics:
        message = "there is a weight on shared metrics, but no shared metric"
        yield Finding(path=(*path, "shared_metrics"), message=message, allowed=allowed)
    elif incentives.scheme == "gate" and not incentives.shared_metrics:
        message = "there is a gate, but no shared metric to open it"
        yield Finding(path=(*path, "shared_metrics"), message=message, allowed=allowed)


def _check_payoffs(scenario: Scenario, incentives: Incentives, path: KeyPath) -> Iterator[Finding]:
    yield from unknown((*path, "payoff"), incentives.payoff, PAYOFFS, what="a pay-off")
    for name, payoff in incentives.payoff_by_department.items():
        here = (*path, "payoff_by_department", name)
        yield from unknown(here, name, scenario.departments, what="a department")
        yield from unknown(here, payoff, PAYOFFS, what="a pay-off")
    if incentives.payoff == "tournament" and len(scenario.departments) == 1:
        message = "a tournament takes more than one department"
        yield Finding(path=(*path, "payoff"), value="tournament", message=message, allowed="linear or quota")


def check_information(scenario: Scenario, information: Information, path: KeyPath) -> Iterator[Finding]:
    """Yield findings on the information regime."""
    yield from unknown((*path, "regime"), information.regime, REGIMES, what="an information regime")
    if information.as_shared and not _shares_data(scenario):
        message = f"nobody can share data: no department has a lever `{DATA_LEVER}`"
        yield Finding(path=(*path, "as_shared"), message=message, allowed=f"false, or a lever `{DATA_LEVER}`")


def _shares_data(scenario: Scenario) -> bool:
    return any(name.partition(".")[2] == DATA_LEVER for name in lever_names(scenario))


def check_learning(scenario: Scenario) -> Iterator[Finding]:
    """Yield findings on the learning rule and the starting policy."""
    learning = scenario.learning
    possible = tuple(rule for rule in RULES if rule not in RULES_OF_SMALL_WORLDS)
    if learning.rule in RULES_OF_SMALL_WORLDS:
        message = (
            f"`{learning.rule}` must know what every setting would bring, and only the small worlds of theory tell"
        )
        yield Finding(path=("learning", "rule"), value=learning.rule, message=message, allowed=", ".join(possible))
    else:
        yield from unknown(("learning", "rule"), learning.rule, possible, what="a learning rule")
    for name in learning.start_policy:
        path = ("learning", "start_policy", name)
        yield from unknown(path, name, lever_names(scenario), what="a lever (`department.lever`)")
    if learning.start == "company_best" and not learning.start_policy:
        allowed = "settings by `department.lever`, because `start` is company_best"
        yield Finding(path=("learning", "start_policy"), message="is missing", allowed=allowed)
    yield from _check_decisions(scenario)


def _check_decisions(scenario: Scenario) -> Iterator[Finding]:
    learning = scenario.learning
    path: KeyPath = ("learning", "decisions")
    if learning.decisions and learning.rule != "human":
        message = f"has no meaning for rule {learning.rule}"
        yield Finding(path=path, message=message, allowed="only for rule human", level="warning")
    known = lever_names(scenario)
    for position, decision in enumerate(learning.decisions):
        here = (*path, position)
        yield from unknown((*here, "lever"), decision.lever, known, what="a lever (`department.lever`)")
        if (decision.week is None) == (decision.review is None):
            yield Finding(path=here, message="says no week, or two", allowed="either `week` or `review`")
        week = decision.week if decision.review is None else decision.review * learning.review_weeks
        if week is not None and week >= scenario.horizon.weeks:
            message = f"is for week {week}, after the last week ({scenario.horizon.weeks - 1})"
            yield Finding(path=here, message=message, level="warning")


def check_levers(scenario: Scenario, levers: Levers, path: KeyPath) -> Iterator[Finding]:
    """Yield findings on levers that are held or limited."""
    known = lever_names(scenario)
    everywhere = list(dict.fromkeys(f"*.{name.partition('.')[2]}" for name in known))
    what = "a lever (`department.lever`, or `*.lever` for every department)"
    for part, names in (("hold", levers.hold), ("limit", levers.limit)):
        for name in names:
            yield from unknown((*path, part, name), name, everywhere if name.startswith("*") else known, what=what)
    for name, (low, high) in levers.limit.items():
        if low > high:
            message = f"from {low:g} to {high:g} there is nothing"
            yield Finding(path=(*path, "limit", name), message=message, allowed="[low, high]")

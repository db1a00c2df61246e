"""Between two arms: scenarios in which some departments live as in one arm and the others as in the other.

What an arm changes belongs to single departments where the scenario language can say so: what a department is measured on,
charged and paid, its weight of shared metrics, its pay-off, its levers and the bounds on them. All else that differs (who sees
what, councils, common terms of pay) belongs to nobody; it moves as a whole, as a player of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from simulation.scenario.faults import Fault, ScenarioError
from simulation.scenario.governance import Governance

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from simulation.scenario.department import DepartmentGiven
    from simulation.scenario.regime import Incentives, Levers
    from simulation.scenario.scenario import Scenario

__all__ = ["SECTIONS", "Player", "check_pair", "department_differs", "mixed", "players_between", "sections_between"]

WORLD = ("market", "journey", "people", "survey", "kpis", "every_department", "joint_effects")
"""Parts of a scenario that make the customers' world."""
SECTIONS = {
    "incentives": "Common terms of pay",
    "information": "Who sees what",
    "alignment": "Leadership's message and buy-in",
    "governance": "Councils and culture",
    "levers": "Freezing of levers",
    "learning": "How departments learn",
    "timeline": "Interventions",
    "world": "Customers and journey",
}
"""What cannot be split by department, in plain words."""
_IDLE_WHEN_FROZEN = ("learning", "levers")
_SEEN_BY_COUNCILS = ("information", "alignment")
_COMMON_TERMS = ("scheme", "shared_metrics", "gate", "quota", "quota_spread", "transparency_reward", "attention")
_WEIGHTS = ("shared_weight", "shared_weight_by_department")


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """A department, or what differs between the arms and belongs to none (`section`)."""

    name: str
    label: str
    section: bool = False


class _Own(NamedTuple):
    """What an arm says of one department: everything that can be said department by department."""

    given: DepartmentGiven
    own_kpis: dict[str, float] | None
    charges: dict[str, float] | None
    payoff: str
    weight: float
    hold: dict[str, float]
    limit: dict[str, tuple[float, float]]


def check_pair(first: Scenario, second: Scenario) -> None:
    """Raise a fault where two arms cannot be mixed.

    Raises
    ------
    ScenarioError
        If their departments, levers, KPIs, touchpoints or horizons differ.
    """
    one, other = _names(first), _names(second)
    unlike = next((what for what in one if one[what] != other[what]), None)  # other departments have other levers, too
    faults = []
    if unlike is not None:
        message = f"the two arms have other {unlike}: what a department does cannot be carried from one to the other"
        faults.append(Fault(message))
    if first.horizon != second.horizon:
        faults.append(Fault("the two arms have other horizons: they cannot meet the same customers"))
    if faults:
        raise ScenarioError(faults)


def department_differs(first: Scenario, second: Scenario, department: str) -> bool:
    """Return whether the two arms say different things of a department."""
    one, other = _own(first, department), _own(second, department)
    if not _weights_split(first, second):
        other = other._replace(weight=one.weight)
    if not _bounds_split(first, second):
        other = other._replace(hold=one.hold, limit=one.limit)
    return one != other


def sections_between(first: Scenario, second: Scenario) -> tuple[str, ...]:
    """Return the sections that differ and belong to no department."""
    differs = {
        name: getattr(first, name) != getattr(second, name)
        for name in ("information", "alignment", "governance", "learning", "timeline")
    }
    terms = _COMMON_TERMS if _weights_split(first, second) else (*_COMMON_TERMS, *_WEIGHTS)
    differs["incentives"] = any(getattr(first.incentives, name) != getattr(second.incentives, name) for name in terms)
    differs["levers"] = not _bounds_split(first, second)
    differs["world"] = any(getattr(first, name) != getattr(second, name) for name in WORLD)
    return tuple(name for name in SECTIONS if differs[name])


def players_between(first: Scenario, second: Scenario, *, frozen: bool, money: bool) -> tuple[Player, ...]:
    """Return the players of the game between two arms: departments in the order of the scenario, then sections.

    Parameters
    ----------
    frozen
        True: everybody plays recorded settings, so that only what reaches customers or pay without them counts.
    money
        Whether what is asked for depends on pay (bonus, profit, appraisals).
    """
    found = [Player(name=name, label=given.name) for name, given in first.departments.items()]
    if not frozen:
        found = [player for player in found if department_differs(first, second, player.name)]
    sections = sections_between(first, second)
    if frozen:
        sections = tuple(name for name in sections if _reaches(first, second, name, money=money))
    return (*found, *(Player(name=name, label=SECTIONS[name], section=True) for name in sections))


def mixed(first: Scenario, second: Scenario, *, departments: Set[str], sections: Set[str]) -> Scenario:
    """Return the scenario in which these departments and sections are as in `second`, all others as in `first`."""
    own = {name: _own(second if name in departments else first, name) for name in first.departments}
    parts: dict[str, object] = {
        name: getattr(second, name)
        for name in ("information", "alignment", "governance", "learning", "timeline")
        if name in sections
    }
    if "world" in sections:
        parts |= {name: getattr(second, name) for name in WORLD}
    base = second if "incentives" in sections else first
    parts["departments"] = {name: each.given for name, each in own.items()}
    parts["incentives"] = _incentives(base.incentives, own, weights=_weights_split(first, second))
    parts["levers"] = _levers(first.levers, own) if _bounds_split(first, second) else (
        second if "levers" in sections else first
    ).levers  # fmt: skip
    return first.model_copy(update=parts)


def _incentives(base: Incentives, own: dict[str, _Own], *, weights: bool) -> Incentives:
    """Return common terms with every department's own, each written out."""
    terms: dict[str, object] = {
        "own_kpis": {name: each.own_kpis for name, each in own.items() if each.own_kpis is not None},
        "charges": {name: each.charges for name, each in own.items() if each.charges is not None},
        "payoff_by_department": {name: each.payoff for name, each in own.items()},
    }
    if weights:
        terms["shared_weight_by_department"] = {name: each.weight for name, each in own.items()}
    return base.model_copy(update=terms)


def _levers(base: Levers, own: dict[str, _Own]) -> Levers:
    return base.model_copy(
        update={
            "hold": {lever: at for each in own.values() for lever, at in each.hold.items()},
            "limit": {lever: bounds for each in own.values() for lever, bounds in each.limit.items()},
        }
    )


def _own(arm: Scenario, department: str) -> _Own:
    pay = arm.incentives
    hold, limit = arm.levers.hold, arm.levers.limit
    wide = {name: f"*.{name.partition('.')[2]}" for name in _lever_names(arm, department)}
    return _Own(
        given=arm.departments[department],
        own_kpis=pay.own_kpis.get(department),
        charges=pay.charges.get(department),
        payoff=pay.payoff_by_department.get(department, pay.payoff),
        weight=float(pay.shared_weight_by_department.get(department, pay.shared_weight)),
        hold={name: hold.get(name, hold.get(wide[name], 0.0)) for name in wide if name in hold or wide[name] in hold},
        limit={
            name: limit.get(name, limit.get(wide[name], (0.0, 1.0)))
            for name in wide
            if name in limit or wide[name] in limit
        },
    )


def _names(arm: Scenario) -> dict[str, list[str]]:
    """Return the names that two arms must have in common."""
    levers = [lever for department in arm.departments for lever in _lever_names(arm, department)]
    return {
        "departments": list(arm.departments),
        "levers": levers,
        "KPIs": list(arm.kpis),
        "touchpoints": list(arm.journey),
    }


def _lever_names(arm: Scenario, department: str) -> Iterator[str]:
    for lever in (*arm.departments[department].levers, *arm.every_department):
        yield f"{department}.{lever}"


def _weights_split(first: Scenario, second: Scenario) -> bool:
    """Return whether weights are each department's own: not where a strategic council may move everybody's at once."""
    return not any(
        governance.strategic is not None and governance.strategic.weight_step > 0.0
        for arm in (first, second)
        for governance in (arm.governance, *(change.governance for change in arm.timeline))
        if governance is not None
    )


def _bounds_split(first: Scenario, second: Scenario) -> bool:
    """Return whether bounds are each department's own: not where all levers are frozen in one arm only."""
    return first.levers.frozen == second.levers.frozen


def _reaches(first: Scenario, second: Scenario, section: str, *, money: bool) -> bool:
    """Return whether a section can make a difference although every lever follows what was recorded.

    Customers feel levers and nothing else of an organization (the one law); pay, and what councils cost, is another matter.
    """
    if section == "world":
        return True
    if section in _SEEN_BY_COUNCILS:
        return money and any(arm.governance != Governance() or arm.timeline for arm in (first, second))
    return money and section not in _IDLE_WHEN_FROZEN

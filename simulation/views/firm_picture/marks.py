"""What each lever does where, sorted by what a customer feels of it; read off from a scenario, nothing is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from simulation.views.words import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulation.scenario.lever import Effect
    from simulation.scenario.scenario import Scenario

__all__ = ["Block", "Feel", "Line", "blocks", "reach_sentence"]

Feel = Literal["better", "worse", "both", "unfelt"]
"""What a customer feels of a lever's way from its low to its high end."""

_SENSE = {
    "quality": 1,
    "relevance": 1,
    "resolution": 1,
    "capacity": 1,
    "staff": 1,
    "effort": -1,
    "failure": -1,
    "days": -1,
}
"""Coefficient -> whether more of it is felt as better or as worse; those that are missing are not felt at the encounter."""
_PROMISES = frozenset({"promise", "promised_days"})
"""A promise lifts what is perceived and what is asked for: Boulding et al. 1993."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A lever, or levers that work together: its name, and what is felt of it at each touchpoint that it moves.

    `jointly`: what it moves only together with other levers.
    """

    name: str
    feels: dict[str, Feel]
    jointly: dict[str, Feel]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A department: what it is paid on, the touchpoints that its KPIs count, those it runs, its levers.

    `department` is empty for levers that every department has, and for those that work together.
    """

    department: str
    name: str
    paid_on: str = ""
    counted: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()


def blocks(scenario: Scenario) -> list[Block]:
    """The departments in the order of the scenario, then the levers that all have, then those that work together."""
    found = [_department(scenario, key) for key in scenario.departments]
    everybody = [
        Line(name=lever.name, feels=_feels(scenario, lever.effects, own=list(scenario.journey)), jointly={})
        for lever in scenario.every_department.values()
    ]
    together = [
        Line(name=f"{joint.name} ({_who(scenario, joint.levers)})", feels={}, jointly=_feels(scenario, joint.effects))
        for joint in scenario.joint_effects.values()
    ]
    if everybody:
        found.append(Block(department="", name="Every department also has", lines=tuple(everybody)))
    if together:
        found.append(Block(department="", name="Levers that work together", lines=tuple(together)))
    return found


def reach_sentence(scenario: Scenario) -> str:
    """Which departments' own levers, alone or together, move touchpoints that others run."""
    reaching = [given.name for key, given in scenario.departments.items() if _reaches(scenario, key)]
    count = len(scenario.departments)
    if not reaching:
        return "no department's own levers move a touchpoint that another runs"
    if len(reaching) == count > 1:
        return "every department's own levers also move touchpoints that others run"
    who = joined(reaching) if len(reaching) <= 4 else f"{len(reaching)} of {count} departments"
    return f"own levers of {who} also move touchpoints that others run"


def _reaches(scenario: Scenario, department: str) -> bool:
    own = scenario.departments[department].levers
    effects = [lever.effects for lever in own.values()]
    effects += [
        joint.effects
        for joint in scenario.joint_effects.values()
        if any(f"{department}.{key}" in joint.levers for key in own)
    ]
    return any(place != "own" and scenario.journey[place].owner != department for moved in effects for place in moved)


def _department(scenario: Scenario, key: str) -> Block:
    given = scenario.departments[key]
    run = [name for name, point in scenario.journey.items() if point.owner == key]
    lines = tuple(
        Line(
            name=lever.name,
            feels=_feels(scenario, lever.effects, own=run),
            jointly=_jointly(scenario, f"{key}.{name}"),
        )
        for name, lever in given.levers.items()
    )
    counted = {
        counter.partition("@")[2]
        for kpi in given.kpis
        for counter in (*scenario.kpis[kpi].numerator, *scenario.kpis[kpi].denominator)
    }
    return Block(
        department=key,
        name=given.name,
        paid_on=", ".join(scenario.kpis[kpi].name for kpi in given.kpis),
        counted=tuple(name for name in scenario.journey if name in counted),
        lines=lines,
    )


def _jointly(scenario: Scenario, lever: str) -> dict[str, Feel]:
    """What a lever (`department.lever`) moves together with others."""
    found: dict[str, Feel] = {}
    for joint in scenario.joint_effects.values():
        if lever in joint.levers:
            for name, feel in _feels(scenario, joint.effects).items():
                found[name] = _both(found.get(name, feel), feel)
    return found


def _both(one: Feel, other: Feel) -> Feel:
    """What is felt of two effects at one touchpoint."""
    if other in {one, "unfelt"}:
        return one
    return other if one == "unfelt" else "both"


def _feels(
    scenario: Scenario, effects: Mapping[str, Mapping[str, Effect]], *, own: Iterable[str] = ()
) -> dict[str, Feel]:
    """Touchpoint -> what is felt; `own` stands for the touchpoints given."""
    felt: dict[str, Feel] = {}
    for place, moved in effects.items():
        for name in own if place == "own" else (place,):
            felt[name] = _feel(moved)
    return {name: felt[name] for name in scenario.journey if name in felt}


def _feel(moved: Mapping[str, Effect]) -> Feel:
    signs = {
        (slope > 0) == (_SENSE[name] > 0)
        for name, effect in moved.items()
        if name in _SENSE
        for slope in (effect.slope, *effect.by_segment.values())
        if slope
    }
    promised = any(name in _PROMISES and effect.slope for name, effect in moved.items())
    if promised or len(signs) == 2:
        return "both"
    if not signs:
        return "unfelt"
    return "better" if signs == {True} else "worse"


def _who(scenario: Scenario, levers: Iterable[str]) -> str:
    """The departments whose levers work together, each once."""
    keys = dict.fromkeys(path.partition(".")[0] for path in levers)
    return joined([scenario.departments[key].name for key in keys if key in scenario.departments])

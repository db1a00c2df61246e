"""What everybody in a firm knows of it: who owns which touchpoint, what comes before what, who has which lever.

No effect of any lever is in here, nor any figure of the world: only names, and the order of the customer's way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.scenario.journey import Touchpoint
    from simulation.scenario.scenario import Scenario

__all__ = ["JourneyMap", "map_of"]

_HEARD = {("encounters", "lower"): "contacts", ("csat", "higher"): "csat"}
"""(Counter, direction) of a KPI -> kind of the measure that it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyMap:
    """The customer's way through the firm as a drawing on the wall.

    Attributes
    ----------
    owner
        Touchpoint -> department.
    complaints
        Touchpoints that people come to because a problem is open.
    before
        Touchpoint -> those from which people come there.
    levers
        Department -> its levers as `department.lever`.
    sells
        Touchpoints at which something is sold.
    counted
        Measure of a council (`contacts@touchpoint`, `csat@touchpoint`) -> the KPI that counts the same.
    """

    owner: Mapping[str, str]
    complaints: tuple[str, ...]
    before: Mapping[str, tuple[str, ...]]
    levers: Mapping[str, tuple[str, ...]]
    sells: tuple[str, ...] = ()
    counted: Mapping[str, str] = field(default_factory=dict)

    def chain(self, touchpoint: str) -> dict[str, int]:
        """Return departments up the chain from a touchpoint, each with its steps upstream, in the order of asking.

        The touchpoint's own department comes first, with 0 steps.
        """
        steps = {self.owner[touchpoint]: 0}
        seen, layer, far = {touchpoint}, [touchpoint], 0
        while layer:
            far += 1
            layer = [place for here in layer for place in self.before[here] if place not in seen]
            layer = list(dict.fromkeys(layer))
            seen.update(layer)
            for place in layer:
                steps.setdefault(self.owner[place], far)
        return steps


def map_of(scenario: Scenario) -> JourneyMap:
    """Return the map of a scenario's journey."""
    journey = scenario.journey
    return JourneyMap(
        owner={name: point.owner for name, point in journey.items()},
        complaints=tuple(name for name, point in journey.items() if point.trigger.kind == "open_case"),
        before={name: _before(name, journey) for name in journey},
        levers={
            name: tuple(f"{name}.{lever}" for lever in (*given.levers, *scenario.every_department))
            for name, given in scenario.departments.items()
        },
        sells=tuple(name for name, point in journey.items() if point.sells),
        counted=_counted(scenario),
    )


def _counted(scenario: Scenario) -> dict[str, str]:
    """Return the KPI that counts what is heard at a touchpoint, by the measure's name; the first of several."""
    found: dict[str, str] = {}
    for name, kpi in scenario.kpis.items():
        counter, _, touchpoint = next(iter(kpi.numerator)).partition("@")
        kind = _HEARD.get((counter, kpi.better))
        if kind is not None and touchpoint and len(kpi.numerator) == 1:
            found.setdefault(f"{kind}@{touchpoint}", name)
    return found


def _before(name: str, journey: Mapping[str, Touchpoint]) -> tuple[str, ...]:
    """Return where people come from who meet a touchpoint.

    What follows another comes from there; a complaint from wherever customers are served; all else from what has brought
    people into the stage in which it is met.
    """
    point = journey[name]
    if point.trigger.kind == "after":
        return point.trigger.follows
    if point.trigger.kind == "open_case":
        return tuple(k for k, other in journey.items() if other.trigger.kind != "open_case" and _serves(other))
    stages = set(point.trigger.stages or ("customer",))
    return tuple(k for k, other in journey.items() if k != name and stages & set(other.moves.values()))


def _serves(point: Touchpoint) -> bool:
    """Return whether customers meet a touchpoint."""
    if point.trigger.kind != "rate":
        return True
    return "customer" in (point.trigger.stages or ("customer",)) or "customer" in point.moves.values()

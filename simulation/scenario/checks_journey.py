"""What must hold along the journey: owners, triggers, moves, and what levers do at touchpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.scenario.faults import Finding, KeyPath, one_of, unknown
from simulation.scenario.journey import COEFFICIENTS, Stage, Touchpoint
from simulation.scenario.names import OWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulation.scenario.lever import Effect, Lever
    from simulation.scenario.scenario import Scenario

__all__ = ["check_effects", "check_journey"]

_MOVES: dict[Stage, tuple[Stage, ...]] = {
    "prospect": ("lead", "customer"),
    "lead": ("prospect", "customer"),
    "customer": ("defected",),
    "defected": ("lead", "customer"),
}
"""Who has bought once is a customer or has defected (or is won back); who has not is a prospect or a lead."""

_NEEDS_CAPACITY = ("capacity", "staff")
_NEEDS_DELIVERY = ("days", "promised_days")


def check_journey(scenario: Scenario) -> Iterator[Finding]:
    """Yield findings on touchpoints: their owners, triggers and moves."""
    earlier: list[str] = []
    for name, touchpoint in scenario.journey.items():
        path: KeyPath = ("journey", name)
        if name == OWN:
            message = f"`{OWN}` stands for each touchpoint of a department"
            yield Finding(path=path, value=name, message=message, allowed="another name")
        yield from unknown((*path, "owner"), touchpoint.owner, scenario.departments, what="a department")
        yield from _check_trigger(scenario, name, touchpoint, earlier)
        yield from _check_moves(touchpoint, (*path, "moves"))
        if touchpoint.delivery is not None and touchpoint.trigger.kind != "after":
            message = f"has no meaning for trigger {touchpoint.trigger.kind}: a delivery follows an order"
            yield Finding(path=(*path, "delivery"), message=message, allowed="only with a trigger of kind after")
        for other in touchpoint.trigger.follows if touchpoint.delivery is not None else ():
            if other in scenario.journey and scenario.journey[other].delivery is not None:
                message = f"never happens after `{other}`: a person has one delivery under way at a time, through its last week"
                yield Finding(path=(*path, "delivery"), value=other, message=message, level="warning")
        earlier.append(name)


def check_effects(scenario: Scenario) -> Iterator[Finding]:
    """Yield findings on the effects of all levers, single and joint."""
    for department, given in scenario.departments.items():
        own = [touchpoint for touchpoint in scenario.journey.values() if touchpoint.owner == department]
        for name, lever in given.levers.items():
            yield from _check_lever(scenario, lever, ("departments", department, "levers", name), own)
    for name, lever in scenario.every_department.items():
        yield from _check_lever(scenario, lever, ("every_department", name), list(scenario.journey.values()))
    for name, joint in scenario.joint_effects.items():
        for touchpoint, effects in joint.effects.items():
            path: KeyPath = ("joint_effects", name, "effects", touchpoint)
            yield from unknown(path, touchpoint, scenario.journey, what="a touchpoint of the journey")
            reached = [scenario.journey[touchpoint]] if touchpoint in scenario.journey else []
            yield from _check_coefficients(scenario, effects, path, reached)


def _check_trigger(scenario: Scenario, name: str, touchpoint: Touchpoint, earlier: list[str]) -> Iterator[Finding]:
    trigger = touchpoint.trigger
    path: KeyPath = ("journey", name, "trigger")
    if trigger.kind == "after" and not trigger.follows:
        allowed = "the touchpoints that it follows"
        yield Finding(path=(*path, "follows"), message="is missing", allowed=allowed)
    if trigger.kind != "after" and trigger.follows:
        message = f"has no meaning for kind {trigger.kind}"
        yield Finding(path=(*path, "follows"), message=message, allowed="only for kind after")
    for position, other in enumerate(trigger.follows):
        here = (*path, "follows", position)
        if other in scenario.journey and other not in earlier:
            message = f"`{other}` is not listed earlier in the journey"
            yield Finding(path=here, value=other, message=message, allowed=one_of(earlier))
        else:
            yield from unknown(here, other, earlier, what="a touchpoint listed earlier in the journey")
        if other in trigger.follows[:position]:
            yield Finding(path=here, value=other, message=f"`{other}` is listed twice")
    for position, stage in enumerate(trigger.stages):
        if stage in trigger.stages[:position]:
            yield Finding(path=(*path, "stages", position), value=stage, message=f"`{stage}` is listed twice")
    if trigger.kind in {"need", "cycle"} and trigger.stages and "customer" not in trigger.stages:
        message = f"can never happen: kind {trigger.kind} is for customers"
        yield Finding(path=(*path, "stages"), message=message, allowed="[customer]")


def _check_moves(touchpoint: Touchpoint, path: KeyPath) -> Iterator[Finding]:
    trigger = touchpoint.trigger
    met_in = trigger.stages or ("customer",)
    for start, end in touchpoint.moves.items():
        if end not in _MOVES[start]:
            message = f"from {start} to {end} is not a move that people make"
            yield Finding(path=(*path, start), value=end, message=message, allowed=one_of(_MOVES[start]))
        # Other triggers may meet people whose stage has changed earlier in the week.
        if trigger.kind == "rate" and start not in met_in:
            message = f"the touchpoint is never met as {start} (see `trigger.stages`)"
            yield Finding(path=(*path, start), value=start, message=message, allowed=one_of(met_in))


def _check_lever(scenario: Scenario, lever: Lever, path: KeyPath, own: list[Touchpoint]) -> Iterator[Finding]:
    for touchpoint, effects in lever.effects.items():
        here = (*path, "effects", touchpoint)
        known = [*scenario.journey, OWN]
        yield from unknown(here, touchpoint, known, what="a touchpoint of the journey, nor `own`")
        reached = [scenario.journey[touchpoint]] if touchpoint in scenario.journey else own
        yield from _check_coefficients(scenario, effects, here, reached)


def _check_coefficients(
    scenario: Scenario, effects: Mapping[str, Effect], path: KeyPath, reached: list[Touchpoint]
) -> Iterator[Finding]:
    """`reached` are the touchpoints where the effects work."""
    for coefficient, effect in effects.items():
        here = (*path, coefficient)
        yield from unknown(here, coefficient, COEFFICIENTS, what="a coefficient of a touchpoint")
        if coefficient in _NEEDS_CAPACITY and all(touchpoint.capacity is None for touchpoint in reached):
            message = "there is no capacity to move"
            yield Finding(path=here, value=coefficient, message=message, allowed="only where `capacity` is declared")
        if coefficient in _NEEDS_DELIVERY and all(touchpoint.delivery is None for touchpoint in reached):
            message = "there is no delivery to move"
            yield Finding(path=here, value=coefficient, message=message, allowed="only where `delivery` is declared")
        if coefficient in _NEEDS_CAPACITY and effect.by_segment:
            message = "staff and capacity serve all segments alike"
            yield Finding(path=(*here, "by_segment"), message=message, allowed="`slope` alone")
        for segment in effect.by_segment:
            what = "a segment of the market"
            yield from unknown((*here, "by_segment", segment), segment, scenario.market.segments, what=what)

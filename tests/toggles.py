"""Mechanisms of any firm that can be switched off or set to a limit, alone or together: overlays for `worlds.changed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from random_firms import RULES_OF_FIRMS, random_scenario
from worlds import changed

from simulation.scenario.names import REGIMES, SCHEMES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulation.scenario.scenario import Scenario

    Overlay = dict[str, Any]

__all__ = ["TOGGLES", "toggled_firms"]


def _people(**given: float) -> Callable[[Scenario], Overlay]:
    return lambda _: {"people": given}


def _market(**given: Any) -> Callable[[Scenario], Overlay]:
    return lambda _: {"market": given}


def _touchpoints(**given: Any) -> Callable[[Scenario], Overlay]:
    return lambda scenario: {"journey": dict.fromkeys(scenario.journey, given)}


def _no_capacities(scenario: Scenario) -> Overlay:
    """No queue anywhere, and no lever that would staff one."""
    departments = {
        name: {"levers": _without_staff(department.levers)} for name, department in scenario.departments.items()
    }
    return {
        "journey": {name: {"capacity": None} for name in scenario.journey},
        "departments": departments,
        "every_department": _without_staff(scenario.every_department),
        "joint_effects": _without_staff(scenario.joint_effects),
    }


def _without_staff(levers: Mapping[str, Any]) -> Overlay:
    def left(effects: Mapping[str, Any]) -> Overlay | None:
        gone = set(effects) & {"capacity", "staff"}
        return dict.fromkeys(gone) if set(effects) - gone else None

    return {name: {"effects": {place: left(e) for place, e in lever.effects.items()}} for name, lever in levers.items()}


TOGGLES: dict[str, Callable[[Scenario], Overlay]] = {
    "nobody knows anybody": _market(network={"degree": 0}),
    "nobody talks": _people(talk_good=0.0, talk_bad=0.0),
    "no queues": _no_capacities,
    "nobody leaves the market": _market(exit_rate=0.0),
    "a fifth is new every week": _market(exit_rate=0.2),
    "leads never lapse": _market(lead_lapse=0.0),
    "no surveys": lambda _: {"survey": {"rate": 0.0}},
    "a survey after every encounter": lambda _: {"survey": {"rate": 1.0}, "people": {"survey_response": 1.0}},
    "nothing breaks": _touchpoints(failure=0.0),
    "everything breaks": _touchpoints(failure=1.0),
    "no luck": _touchpoints(quality_spread=0.0),
    "no personal norms": _people(norm_spread=0.0),
    "promises say nothing": _people(promise_to_will=0.0, promise_to_should=0.0),
    "promises are believed at once": _people(promise_to_will=1.0, promise_to_should=1.0, promise_forgetting=0.0),
    "promises are forgotten at once": _people(promise_forgetting=1.0),
    "nobody learns what to expect": _people(will_learning=0.0, should_learning=0.0, should_forgetting=0.0),
    "trust stands still": _people(trust_learning=0.0, trust_recovery=0.0, mixed_message=0.0),
    "loyalty stands still": _people(loyalty_speed=0.0),
    "no fatigue": _people(fatigue_quality=0.0, fatigue_response=0.0),
    "problems do not hurt": _people(unresolved_pain=0.0, recovery_satisfaction=0.0),
    "levers are frozen": lambda _: {"levers": {"frozen": True}},
}


@st.composite
def toggled_firms(draw: Callable[[Any], Any], *, population: int, weeks: int) -> Scenario:
    """Firms of random structure with random mechanisms switched off, and one of each kind of choice."""
    scenario = random_scenario(draw(st.integers(0, 2**32 - 1)), population=population, weeks=weeks)
    names = draw(st.sets(st.sampled_from(sorted(TOGGLES)), max_size=len(TOGGLES)))
    choices = {
        "people": {"power_mean_exponent": draw(st.sampled_from([-1.0, -0.01, 0.0, 0.3, 0.5, 1.0]))},
        "learning": {
            "rule": draw(st.sampled_from(sorted(RULES_OF_FIRMS))),
            "levers_at_a_time": draw(st.integers(1, 4)),
        },
        "information": {"regime": draw(st.sampled_from(sorted(REGIMES)))},
        "incentives": {"scheme": draw(st.sampled_from(sorted(SCHEMES)))},
    }
    return changed(scenario, choices, *(TOGGLES[name](scenario) for name in sorted(names)))

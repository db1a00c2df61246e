"""The journey's phases as the field draws them, read off from who comes to a touchpoint and what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.scenario.scenario import Scenario

__all__ = ["PHASES", "phases_of"]

PHASES = (
    "Getting to know",
    "Considering",
    "Buying",
    "Receiving",
    "Using and staying",
    "Getting help",
    "Coming back",
)
"""In the order of a customer's way. Names and rules are our assumption: a scenario knows triggers, no phases."""
_KNOW, _CONSIDER, _BUY, _RECEIVE, _USE, _HELP, _RETURN = PHASES


def phases_of(scenario: Scenario) -> dict[str, str]:
    """Touchpoint -> phase, sorted by phase, within one in the order of the scenario.

    Examples
    --------
    >>> from simulation.scenario.loading import load
    >>> phases = phases_of(load("baseline").scenario)
    >>> phases["campaign"], phases["consultation"], phases["service_call"]
    ('Getting to know', 'Buying', 'Getting help')
    """
    found: dict[str, str] = {}
    for name in scenario.journey:
        found[name] = _phase(scenario, name, found)
    return dict(sorted(found.items(), key=lambda item: PHASES.index(item[1])))


def _phase(scenario: Scenario, name: str, found: dict[str, str]) -> str:
    """One touchpoint's phase; what it follows stands earlier in the journey and has one already."""
    point = scenario.journey[name]
    trigger = point.trigger
    stages = set(trigger.stages)
    if trigger.kind == "open_case":
        return _HELP
    if trigger.kind == "after":
        return _phase_after(scenario, name, found)
    if trigger.kind == "need" or (point.sells and "customer" in point.moves.values() and stages != {"defected"}):
        return _BUY
    if stages == {"defected"}:
        return _RETURN
    if "prospect" in stages:
        return _KNOW
    return _CONSIDER if "lead" in stages else _USE


def _phase_after(scenario: Scenario, name: str, found: dict[str, str]) -> str:
    point = scenario.journey[name]
    before = point.trigger.follows[0]
    if point.trigger.when == "no_success":
        return found[before]
    if point.sells:
        return _BUY
    if scenario.journey[before].sells:
        return _RECEIVE if found[before] == _BUY else found[before]
    if "lead" in scenario.journey[before].moves.values():
        return _CONSIDER
    return found[before]

"""Null firms: the same firm with what should decide the question taken out, or given by chance.

Where sharing wins here too, the win was wired in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.randomness import key, threefry

if TYPE_CHECKING:
    from simulation.scenario.lever import Effect, Effects
    from simulation.scenario.scenario import Scenario

__all__ = ["NULL_FIRMS", "indifferent_customers", "random_spill_overs"]

_PURPOSE = 20
"""Purpose of the draws of signs."""


def random_spill_overs(scenario: Scenario, draw: int) -> Scenario:
    """Return the firm with the sign of every spill-over drawn at random.

    A spill-over is an effect at another department's touchpoint, or on anything that the department's own KPIs do not count
    directly: quality, promise, effort, relevance, failure and resolution at any touchpoint. Definitions of a lever (volume, cost,
    conversion, capacity, staff at the department's own touchpoints) keep their sign.
    """
    coin = _Coin(draw)
    departments = {
        name: department.model_copy(
            update={
                "levers": {
                    lever_name: lever.model_copy(update={"effects": _flipped(lever.effects, name, scenario, coin)})
                    for lever_name, lever in department.levers.items()
                }
            }
        )
        for name, department in scenario.departments.items()
    }
    joint = {
        name: effect.model_copy(update={"effects": _flipped(effect.effects, "", scenario, coin)})
        for name, effect in scenario.joint_effects.items()
    }
    return scenario.model_copy(update={"departments": departments, "joint_effects": joint})


def indifferent_customers(scenario: Scenario, draw: int) -> Scenario:
    """Return the firm whose customers' satisfaction and loyalty move neither repurchase nor defection."""
    people = scenario.people.model_copy(
        update={"repurchase_sensitivity": 0.0, "defection_sensitivity": 0.0, "case_defection": 0.0}
    )
    return scenario.model_copy(update={"people": people})


NULL_FIRMS = {"random_spill_overs": random_spill_overs, "indifferent_customers": indifferent_customers}
"""Null firms by name: (scenario, number of the draw) -> scenario."""

_OWN_BUSINESS = frozenset({"volume", "cost", "conversion", "capacity", "staff", "revenue", "coaching"})


class _Coin:
    """Coin tosses in a row, by counter-based draws."""

    def __init__(self, draw: int) -> None:
        self._key = key(draw, 0)
        self._tosses = 0

    def sign(self) -> float:
        word, _, _, _ = threefry(*self._key, 0, self._tosses, 0, _PURPOSE, 0)
        self._tosses += 1
        return 1.0 if word & 1 else -1.0


def _flipped(effects: Effects, department: str, scenario: Scenario, coin: _Coin) -> Effects:
    return {
        place: {
            coefficient: _turned(effect, coin.sign() if _spills(place, coefficient, department, scenario) else 1.0)
            for coefficient, effect in coefficients.items()
        }
        for place, coefficients in effects.items()
    }


def _spills(place: str, coefficient: str, department: str, scenario: Scenario) -> bool:
    own = place == "own" or scenario.journey[place].owner == department
    return not own or coefficient not in _OWN_BUSINESS


def _turned(effect: Effect, sign: float) -> Effect:
    if sign > 0.0:
        return effect
    return effect.model_copy(
        update={"slope": -effect.slope, "by_segment": {name: -slope for name, slope in effect.by_segment.items()}}
    )

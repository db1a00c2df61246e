"""Every formula of `simulation.rules` against values worked out by hand, and the laws that each must keep."""

from __future__ import annotations

import importlib
import math
import pkgutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import simulation.rules
from simulation.rules import arithmetic, behaviour, delivery, expectation, experience, incentive, joint, queue
from simulation.rules.incentive import Scores, Terms
from simulation.rules.information import Evidence
from simulation.rules.learning import LocalSearch, TrialAndError, rule_named
from simulation.rules.people import PeopleValues, values_of
from simulation.scenario.people import People

if TYPE_CHECKING:
    from random import Random

E = math.e
LOG2, LOG3 = math.log(2.0), math.log(3.0)

BY_HAND: dict[str, list[tuple[tuple[Any, ...], Any]]] = {
    "arithmetic.clip": [((5.0, 0.0, 1.0), 1.0), ((-1.0, 0.0, 1.0), 0.0), ((0.3, 0.0, 1.0), 0.3)],
    "arithmetic.exp": [((0.0,), 1.0), ((1.0,), E), ((-1.0,), 1 / E), ((99.0,), 8886110.520507872)],
    "arithmetic.fixed": [((1.0,), 1048576), ((-2.5,), -2621440), ((0.5 / 1048576,), 1), ((-0.5 / 1048576,), 0)],
    "arithmetic.log": [((1.0,), 0.0), ((2.0,), LOG2), ((0.001,), -6.907755278982137)],
    "arithmetic.logistic": [((0.0,), 0.5), ((LOG3,), 0.75), ((-LOG3,), 0.25)],
    "arithmetic.power": [((9.0, 0.5), 3.0), ((8.0, 1 / 3), 2.0), ((0.25, -1.0), 4.0), ((0.3, 1.0), 0.3), ((3.0, 2.0), 9.0)],
    # log odds of an even chance, of three to one, and of nobody (bounded: .002 / .998 = 1 / 499)
    "behaviour.log_odds": [((0.5,), 0.0), ((0.75,), LOG3), ((0.0,), -math.log(499.0)), ((1.0,), math.log(499.0))],
    "behaviour.contact_preference": [((0.8, 1), 1.6), ((0.8, 2), 0.4), ((0.8, 0), 1.0), ((0.5, 1), 1.0)],
    # two e-folds lost where loyalty is 0.5 short at 4 a unit; doubled by an open problem of weight log 2
    "behaviour.defection_chance": [
        ((0.01, 0.7, 0.7, 4.0, 0.0, 1.2), 0.01), ((0.01, 0.2, 0.7, 4.0, 0.0, 1.2), 0.01 * E * E),
        ((0.01, 0.7, 0.7, 4.0, 1.0, LOG2), 0.02), ((0.5, 0.0, 1.0, 4.0, 0.0, 0.0), 1.0),
    ],
    # the target is .6 x .9 + .4 x .4 = .7; a tenth of the way from .5
    "behaviour.loyalty_after": [((0.5, 0.9, 0.4, 0.6, 0.1), 0.52), ((0.7, 0.9, 0.4, 0.6, 0.1), 0.7)],
    "behaviour.need_chance": [((0.1, 0.8, 0.8, 3.0), 0.1), ((0.1, 1.0, 0.5, 2.0), 0.1 * E), ((0.9, 1.0, 0.0, 2.0), 1.0)],
    "behaviour.neutral_loyalty": [((0.8, 0.6, 0.25), 0.65), ((0.8, 0.6, 1.0), 0.8)],
    "behaviour.recommendation": [
        ((0.8, 0.5, 0.3, 0.0, 0.0), 0.65), ((0.8, 0.5, 0.3, -0.1, 0.05), 0.6), ((0.9, 0.0, 0.3, 0.2, 0.0), 1.0),
    ],
    "behaviour.stars": [((0.0, 0.1, 0.3, 0.6, 0.8), 1), ((0.6, 0.1, 0.3, 0.6, 0.8), 4), ((1.0, 0.1, 0.3, 0.6, 0.8), 5)],
    "behaviour.writing_chance": [((0.3, 0.5, 1.0), 0.3), ((0.3, 0.5, 0.2), 0.7), ((0.8, 1.0, 0.0), 1.0)],
    "delivery.answering_lag": [((2.0, 0.0), 2.0), ((2.0, 2.0), 2.0 * E), ((0.0, 1.0), 0.0)],
    # no multiplier below a twentieth
    "delivery.days_until_arrival": [((10.0, 1.5, 0.6, 0.0), 15.0), ((10.0, -1.0, 0.0, 1.0), 0.5), ((8.0, 1.0, LOG2, 1.0), 16.0)],
    "delivery.days_between": [((1024, 4096), 3.0), ((512, 0), -0.5)],
    # ordered in week 2, arriving in week 5: what broke in week 1 was an earlier one, what breaks in week 5 is this one
    "delivery.is_overdue": [((w, 2 * 7168, 5 * 7168 + 9), w in {2, 3, 4}) for w in range(7)],
    "delivery.per_day": [((-0.6, 3.0), -0.2), ((0.3, -3.0), -0.1), ((0.0, 0.0), 0.0)],
    # foreseen in full, not at all, and at a correlation of .6: .6 x 1 - .8 x .5 = .2
    "delivery.days_promised": [
        ((10.0, 1.0, LOG2, 1.0, 1.0, -5.0), 20.0), ((10.0, 1.5, LOG2, 0.0, 9.0, 1.0), 30.0),
        ((10.0, 1.0, LOG2, 0.6, 1.0, -0.5), 10.0 * 2.0**0.2),
    ],
    # a week too long at .5 a week and patience .4; no more than the limit of two weeks; a week sooner than is usual
    "delivery.slowness": [
        ((17.0, 10.0, 14.0, 0.5, 0.4), -0.3), ((99.0, 10.0, 14.0, 0.5, 0.0), -1.0), ((3.0, 10.0, 14.0, 0.5, 0.4), 0.3),
    ],
    "delivery.ticks": [((1.0,), 1024), ((0.5,), 512), ((1.0009,), 1024)],
    "delivery.timeliness": [((3.0, 0.02, 10.0), -0.06), ((-30.0, 0.02, 10.0), 0.2), ((0.0, 0.02, 10.0), 0.0)],
    "behaviour.response_chance": [((0.15, 0.6, 0.25), 0.3), ((0.15, 0.6, -0.25), 0.3), ((0.9, 1.0, 0.5), 1.0)],
    # four uniform numbers, each as wide as twice sqrt 3 / 2 x spread
    "behaviour.mean_multiplier": [((0.0,), 1.0), ((2.0,), (math.sinh(math.sqrt(3.0)) / math.sqrt(3.0)) ** 4)],
    "behaviour.rated": [((0.8, 0.2, 0.5, 0.9), 0.9), ((0.8, -0.2, 0.5, 0.9), 0.62), ((0.9, 1.0, 0.5, 0.9), 1.0)],
    "behaviour.success_chance": [((0.2, 0.0), 0.2), ((0.2, LOG2), 0.4), ((0.9, 1.0), 1.0), ((-0.1, 0.0), 0.0)],
    "behaviour.voice_chance": [((0.0, 0.7, 0.7, 1.5), 0.5), ((0.0, 1.0, 0.0, LOG3), 0.75), ((LOG3, 0.0, 1.0, LOG3), 0.5)],
    # .6 + .2 (.9 - .8); a positive surprise alike, a negative one not at all
    "expectation.base_of_will": [((0.6, 0.9, 0.8, 0.2), 0.62), ((0.6, 0.7, 0.8, 0.2), 0.58)],
    "expectation.base_of_should": [((0.6, 0.9, 0.8, 0.2), 0.62), ((0.6, 0.7, 0.8, 0.2), 0.6)],
    "expectation.promised": [((0.0, 0.2, 0.25), 0.05), ((0.2, 0.0, 0.5), 0.1)],
    "expectation.trust_after": [((0.5, 0.9, 0.7, 0.1), 0.52), ((0.5, 0.4, 0.7, 0.1), 0.47), ((0.99, 1.0, 0.0, 0.1), 1.0)],
    # .5 - .1 x .2 + .25 (.6 - .5)
    "expectation.trust_of_week": [((0.5, 0.2, 0.1, 0.6, 0.25), 0.505), ((0.01, 1.0, 0.5, 0.0, 0.1), 0.0)],
    "experience.experience": [((0.78, -0.2), 0.58), ((0.9, 0.3), 1.0), ((0.2, -0.5), 0.02)],
    # nothing amiss at a must-be touchpoint noticed by half: the past weighs 1 - .1 x .5
    # two encounters of mean .8 beside a past that weighs .9 x .9; none at all
    "experience.of_the_week": [((0.4, 0.81, 0.2, 0.16), 0.476), ((0.5, 1.0, 0.0, 0.0), 0.5)],
    "experience.mean_of_week": [((0.9, 0.2, 0.16, 0.5), 0.64), ((0.9, 0.2, 0.16, 1.0), 0.8), ((0.9, 0.0, 0.0, 0.5), 0.81)],
    "experience.past_weight": [((0.9, 0.1, 0.5), 0.95), ((0.9, -0.1, 0.5), 0.9), ((0.9, 0.0, 1.0), 0.9)],
    "experience.felt_slope": [((0.1, 0.5, 0.9), 0.5), ((-0.1, 0.5, 0.9), 0.9), ((0.0, 0.5, 0.9), 0.5)],
    "experience.gap": [((0.7, 0.6), 0.1)],
    "experience.perceived": [((0.5, 1.0, 0.2), 0.6), ((0.5, 1.0, 0.0), 0.5), ((0.5, 1.0, 1.0), 1.0)],
    "experience.power_memory": [((0.64, 0.5), 0.8), ((0.5, -1.0), 2.0), ((0.5, 1.0), 0.5), ((0.5, 0.0), 0.5**0.05)],
    "experience.remembered": [((0.5, 0.9, 0.75), 0.6), ((0.5, 0.9, 1.0), 0.5), ((0.5, 0.9, 0.0), 0.9)],
    "experience.satisfaction": [((0.8, 0.5), 0.64), ((2.0, -1.0), 0.5), ((0.3, 1.0), 0.3), ((0.01, 1.0), 0.02)],
    "experience.worst_moment": [((0.1, 0.78, 0.5), 0.28), ((0.3, 0.78, 0.5), 0.3), ((0.0, 0.78, 0.9), 0.0)],
    "governance.accountable_for": [((0.2, True, 0.5, 0.4), 0.4), ((0.2, False, 0.5, 0.4), 0.2)],
    "governance.approved": [((0.2, 3.0, 0.1), True), ((0.4, 3.0, 0.1), False)],
    "governance.care_after": [((0.4, 0.5, 0.2), 0.46), ((0.4, 0.0, 0.2), 0.4), ((0.0, 1.0, 0.3), 0.3)],
    "governance.coloured": [((0.4, 0.5), 0.4), ((-0.4, 0.25), -0.3)],
    "governance.cost_of_moving": [((0.5, -0.2, 0.1), 0.2), ((0.5, 0.2, 0.05), 0.0)],
    "governance.culture_after": [((0.2, 0.5, 1.0), 0.6), ((0.2, 0.0, 1.0), 0.2)],
    "governance.culture_of": [(([0, 3, 3, 0], 4), 0.5), (([1, 2], 2), 0.5)],
    "governance.estimate": [((3.0, 2.0), 1.5), ((3.0, 0.0), 0.0)],
    "governance.extra_error": [((4.0, 0.5), 2.0), ((9.0, 0.9), 1.0)],
    # .4 apart, each off by .2: .4 / (.2 root 2)
    "governance.further": [((0.5, 0.1, 0.2), math.sqrt(2.0)), ((0.1, 0.5, 0.2), 0.0)],
    "governance.joined": [((0.5, 0.6), 0.3)],
    "governance.lapses": [((0.1, 0.2), True), ((0.1, 0.3), False), ((0.0, 0.1), False)],
    "governance.limit_after": [((0.5, 0.2, -1, 0.5), 0.4), ((0.9, 0.4, 1, 1.0), 1.0)],
    "governance.passed_on": [((0.5, 0.8, 0.5), 0.2), ((), 1.0)],
    "governance.resists": [((0.3, 0.2), True), ((0.2, 0.2), False)],
    "governance.reviews_needed": [((4, 1.0, 2.0), 16), ((3, 2.0, 1.0), 1)],
    "governance.standing_out": [((6.0, 4.0), 3.0), ((6.0, 0.0), 0.0)],
    "governance.together": [((1.0, 1.0), 2.0**0.5), ((2.0, -2.0), 0.0)],
    "governance.weight_set": [((0.2, 0.1, 0.25, -1.0, 0.0), 0.25), ((0.2, 0.1, 0.25, 1.0, 0.0), 0.1)],
    # own .4 and shared -.2 at weight .5 are .1, and .05 is added
    "incentive.appraise": [((Scores(0.4, -0.2, 0.05), Terms(weight=0.5)), 0.15)],
    "incentive.blend": [((1.0, 0.0, 0.25), 0.75), ((0.4, -0.8, 0.5), -0.2), ((0.4, -0.8, 1.0), -0.8)],
    "incentive.buy_in_after": [
        ((0.5, 0.1, 0.2, 0.3), 0.48), ((0.5, 0.1, 0.2, -9.0), 0.45), ((0.0, 0.1, 1.0, 9.0), 0.0), ((1.0, 0.0, 1.0, 1.0), 1.0),
    ],
    "incentive.effort_cost": [((0.5, 0.0, 0.4), 0.05), ((0.2, 0.7, 8.0), 1.0), ((0.3, 0.3, 9.0), 0.0)],
    # on straight terms the blend of the difference; across a quota from -LOG3 to LOG3 spreads: from -.5 to .5
    "incentive.gain": [
        ((Scores(9.0, 9.0, 9.0), Scores(0.4, -0.2, 0.05), Terms(weight=0.5)), 0.15),
        ((Scores(-LOG3, 0.0, 0.0), Scores(2.0 * LOG3, 0.0, 0.0), Terms(payoff="quota", spread=1.0)), 1.0),
        ((Scores(0.8, -0.1, 0.0), Scores(0.0, 0.1, 0.0), Terms(scheme="gate", weight=0.5)), 0.45),
    ],
    "incentive.gate": [
        ((0.8, 0.1, 0.5), 0.45), ((0.8, -0.1, 0.5), -0.05), ((-0.8, -0.1, 0.5), -0.45), ((0.8, 0.1, 0.5, 1, 0.2), 0.05),
    ],
    # half of a total of 4 falls into the third's share, from 1 to 4; then .1 of a total of 2 into the first's
    "incentive.heeded": [(([1.0, 0.0, 3.0, 1.0], 2, [0.5, 0.1]), (0, 2)), (([1.0, 1.0], 2, [0.5, 0.5]), (0, 1))],
    "incentive.linear": [((0.7,), 0.7), ((-3.0, 1.0, 1.0, 0.1), -3.0)],
    "incentive.own": [((0.4, 0.9, 0.5), 0.4)],
    "incentive.pay": [((0.0,), 0.5), ((1.0,), 1.0), ((0.5,), 0.75), ((-1.0,), 0.0), ((-7.0,), 0.0), ((9.0,), 1.5)],
    "incentive.quota": [((0.0,), 0.0), ((LOG3,), 0.5), ((0.5 - 0.25 * LOG3, 0.5, 9.0, 0.25), -0.5)],
    "incentive.score": [((4.0, 5.0, 2.0, -1), 0.5), ((6.0, 5.0, 2.0, 1), 0.5), ((5.0, 5.0, 2.0, 1), 0.0)],
    "incentive.split_pool": [((1.0, 1.0, 0.5, 5), 0.6), ((0.4, -0.8, 0.5), -0.2)],
    "incentive.tournament": [((0.7, 9.0, 0.7, 0.1), 0.0), ((0.2 + LOG3, 9.0, 0.2, 1.0), 0.5)],
    "incentive.weight_in_mind": [((0.5, 0.0), 0.5), ((0.0, 0.4), 0.4), ((0.5, 0.5), 0.75), ((1.0, 0.3), 1.0)],
    "incentive.worth": [
        ((Scores(0.4, -0.2, 0.05), Terms(weight=0.5)), 0.15),
        ((Scores(1.0, 1.0, LOG3 - 0.6), Terms(scheme="split_pool", weight=0.5, sharers=5, payoff="quota", spread=1.0)), 0.5),
    ],
    "information.misread": [((0.5, 1.0, 3.0), 0.5), ((0.5, 0.75, -1.0), 0.25)],
    "information.pooled": [((0.3,), 0.3)],
    # .1 + .5 x .4 + .5 x 2 x -.3
    "information.seen": [((Evidence(here=0.1, elsewhere=0.4, change=-0.3), 0.5), 0.0)],
    "information.sight_of": [(("siloed", 1.0, 0.0), 0.0), (("siloed", 1.0, 0.3), 0.3), (("pooled", 0.5, 0.3), 0.5)],
    "information.siloed": [((0.9,), 0.0)],
    "joint.crowding": [(([0.9, 0.7],), 0.3), (([0.1, 0.2, 0.3],), 0.0), (([1.0, 0.0],), 0.0)],
    "joint.minimum": [(([0.9, 0.2, 0.7],), -0.3), (([0.6, 0.6],), 0.1)],
    "joint.product": [(([0.5, 0.8],), 0.15), (([1.0, 1.0, 1.0],), 0.875), (([0.0, 1.0],), -0.25)],
    "joint.single": [(([0.7],), 0.2)],
    "queue.backlog_after": [((2.0, 10.0, 8.0), 4.0), ((0.0, 3.0, 8.0), 0.0), ((5.0, 3.0, 8.0), 0.0)],
    "queue.wait_of": [((0.0, 4.0, 8.0), 0.0), ((6.0, 4.0, 8.0), 1.5), ((99.0, 4.0, 8.0), 8.0), ((32.0, 4.0, 8.0), 8.0)],
}  # fmt: skip
"""Function -> (arguments, value). The values stand on paper: nothing here was copied from a run."""

ELSEWHERE = {
    "learning": "below (they keep state) and test_catalogues.py",
    "people": "below",
    "theory": "the tests of the linear world (MODEL section 9)",
}


def public_functions() -> list[str]:
    """Every public function of every module of rules, as module.name."""
    found = []
    for module in pkgutil.iter_modules(simulation.rules.__path__):
        loaded = importlib.import_module(f"simulation.rules.{module.name}")
        found += [f"{module.name}.{name}" for name in loaded.__all__ if callable(getattr(loaded, name))]
    return found


def function_of(name: str) -> Any:
    module, _, function = name.partition(".")
    return getattr(importlib.import_module(f"simulation.rules.{module}"), function)


def test_every_formula_is_worked_by_hand() -> None:
    formulas = [name for name in public_functions() if not isinstance(function_of(name), type)]
    wanted = {name for name in formulas if name.partition(".")[0] not in ELSEWHERE}
    assert wanted == set(BY_HAND)


@pytest.mark.parametrize(("name", "arguments", "value"), [(n, a, v) for n, cases in BY_HAND.items() for a, v in cases])
def test_by_hand(name: str, arguments: tuple[Any, ...], value: float) -> None:
    assert function_of(name)(*arguments) == pytest.approx(value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", public_functions())
def test_every_formula_says_what_it_is(name: str) -> None:
    function = function_of(name)
    assert function.__doc__
    assert function.__doc__.strip()


# -- monotonicity and limits -----------------------------------------------------------------------------------------

share = st.floats(0.0, 1.0)
small = st.floats(-1.0, 1.0)
rate = st.floats(0.0, 5.0)
CLOSE = 1e-12


@given(share, share, share, share, share)
def test_perception_lies_between_what_happened_and_what_was_expected(
    q: float, w: float, a: float, x: float, y: float
) -> None:
    assert min(q, w) - CLOSE <= experience.perceived(q, w, a) <= max(q, w) + CLOSE
    assert min(x, y) - CLOSE <= experience.remembered(x, y, a) <= max(x, y) + CLOSE
    assert min(x, y) - CLOSE <= expectation.promised(x, y, a) <= max(x, y) + CLOSE
    assert min(x, y) - CLOSE <= behaviour.neutral_loyalty(x, y, a) <= max(x, y) + CLOSE


@given(share, share, share, share, share)
def test_loyalty_stays_between_what_it_was_and_what_feeds_it(
    loyalty: float, satisfaction: float, trust: float, weight: float, speed: float
) -> None:
    after = behaviour.loyalty_after(loyalty, satisfaction, trust, weight, speed)
    assert min(loyalty, satisfaction, trust) - CLOSE <= after <= max(loyalty, satisfaction, trust) + CLOSE


@given(small, small, st.floats(0.01, 2.0), st.floats(0.01, 2.0))
def test_what_is_felt_is_homogeneous_and_rises_with_the_gap(one: float, two: float, gain: float, loss: float) -> None:
    low, high = sorted((one, two))

    def felt(gap: float) -> float:
        return experience.felt_slope(gap, gain, loss) * gap

    assert felt(low) <= felt(high)
    assert felt(2.0 * one) == pytest.approx(2.0 * felt(one), abs=1e-15)
    assert felt(0.0) == 0.0


@given(st.floats(0.02, 1.0), st.floats(-1.0, 1.0))
def test_the_power_mean_of_equal_encounters_is_that_encounter(x: float, exponent: float) -> None:
    memory = experience.power_memory(x, exponent)
    mixed = experience.remembered(memory, experience.power_memory(x, exponent), 0.7)
    assert experience.satisfaction(mixed, exponent) == pytest.approx(x, rel=1e-6)


def week_of(encounters: list[tuple[float, float]], memory: float, exponent: float) -> tuple[float, float]:
    """Satisfaction after a week of encounters (experience, weight of the past beside it), and how the week was."""
    kept, weight, weighted = 1.0, 0.0, 0.0
    for happened, past in encounters:
        kept *= past
        weight += 1.0 - past
        weighted += (1.0 - past) * experience.power_memory(happened, exponent)
    after = experience.of_the_week(memory, kept, weight, weighted)
    return experience.satisfaction(after, exponent), experience.mean_of_week(memory, weight, weighted, exponent)


encounters_ = st.lists(st.tuples(st.floats(0.02, 1.0), share), min_size=1, max_size=6)


@given(encounters_, st.randoms(use_true_random=False), st.floats(0.02, 1.0), st.floats(-1.0, 1.0))
def test_the_order_of_a_weeks_encounters_does_not_matter(
    encounters: list[tuple[float, float]], random: Random, before: float, exponent: float
) -> None:
    memory = experience.power_memory(before, exponent)
    shuffled = random.sample(encounters, len(encounters))
    assert week_of(shuffled, memory, exponent) == pytest.approx(week_of(encounters, memory, exponent), rel=1e-6)


@given(encounters_, st.floats(0.02, 1.0), st.floats(-1.0, 1.0))
def test_satisfaction_moves_from_what_it_was_towards_how_the_week_was(
    encounters: list[tuple[float, float]], before: float, exponent: float
) -> None:
    after, week = week_of(encounters, experience.power_memory(before, exponent), exponent)
    assert min(before, week) * (1 - 1e-6) <= after <= max(before, week) * (1 + 1e-6)
    noticed = [happened for happened, past in encounters if past < 1.0] or [before]
    assert min(noticed) * (1 - 1e-6) <= week <= max(noticed) * (1 + 1e-6)


@given(st.floats(0.0, 2.0))
def test_the_mean_multiplier_is_the_mean_over_all_luck_there_is(spread: float) -> None:
    """Luck is the sum of four halves of words, each of which takes 65,536 values."""
    one_of_four = np.exp(spread * math.sqrt(3.0) / 65536.0 * (np.arange(65536.0) - 32767.5))
    assert behaviour.mean_multiplier(spread) == pytest.approx(one_of_four.mean() ** 4, rel=1e-6)


@given(st.floats(0.0, 400.0), st.floats(0.0, 400.0), st.floats(0.1, 60.0), st.floats(0.0, 60.0), rate, share)
def test_a_longer_wait_is_never_better(
    one: float, two: float, usual: float, limit: float, pain: float, patience: float
) -> None:
    short, long = (delivery.slowness(days, usual, limit, pain, patience) for days in sorted((one, two)))
    assert long <= short
    assert delivery.slowness(usual, usual, limit, pain, patience) == 0.0
    assert abs(long) <= pain * (1.0 - patience) * limit / 7.0 + CLOSE


@given(st.floats(0.05, 1.0), st.floats(0.05, 1.0), st.floats(-1.0, 0.9))
def test_below_exponent_1_the_worst_weighs_more(x: float, y: float, exponent: float) -> None:
    """The mean of two encounters never exceeds their plain average."""
    memory = (experience.power_memory(x, exponent) + experience.power_memory(y, exponent)) / 2.0
    mean = experience.satisfaction(memory, exponent)
    assert min(x, y) * (1 - 1e-6) <= mean <= (x + y) / 2.0 * (1 + 1e-6)


@given(share, share, share, st.floats(0.0, 8.0), share)
def test_loyal_customers_stay_and_voice(
    one: float, two: float, neutral: float, sensitivity: float, base: float
) -> None:
    low, high = sorted((one, two))
    stays = [behaviour.defection_chance(base, x, neutral, sensitivity, 0.0, 1.0) for x in (low, high)]
    voices = [behaviour.voice_chance(behaviour.log_odds(base), x, neutral, sensitivity) for x in (low, high)]
    assert stays[0] >= stays[1] - CLOSE
    assert voices[0] <= voices[1] + CLOSE
    assert all(0.0 <= p <= 1.0 for p in (*stays, *voices))


@given(share, share, st.floats(0.0, 8.0), share)
def test_an_open_problem_that_is_not_voiced_never_keeps_a_customer(
    base: float, x: float, weight: float, n: float
) -> None:
    kept = behaviour.defection_chance(base, x, n, 4.0, 0.0, weight)
    assert behaviour.defection_chance(base, x, n, 4.0, 1.0, weight) >= kept - CLOSE


@given(share, share, share, rate)
def test_the_satisfied_buy_no_less_often(base: float, one: float, two: float, sensitivity: float) -> None:
    low, high = sorted((one, two))
    chances = [behaviour.need_chance(base, x, 0.7, sensitivity) for x in (low, high)]
    assert 0.0 <= chances[0] <= chances[1] + CLOSE <= 1.0 + 2 * CLOSE


@given(small, share, rate)
def test_answers_are_u_shaped(tone: float, base: float, extremity: float) -> None:
    chance = behaviour.response_chance(base, extremity, tone)
    assert chance == behaviour.response_chance(base, extremity, -tone)
    assert chance >= behaviour.response_chance(base, extremity, 0.0)


@given(st.floats(-4.0, 4.0), st.floats(-4.0, 4.0), st.floats(0.0, 2.0))
def test_voice_undoes_log_odds(x: float, y: float, sensitivity: float) -> None:
    p = arithmetic.logistic(x)
    assert behaviour.voice_chance(behaviour.log_odds(p), y, y, sensitivity) == pytest.approx(p, rel=1e-6)


@given(st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.floats(0.01, 1e6))
def test_queues_lose_no_work(backlog: float, arrivals: float, capacity: float) -> None:
    after = queue.backlog_after(backlog, arrivals, capacity)
    done = backlog + arrivals - after
    assert after >= 0.0
    assert done <= capacity * (1 + 1e-9) + 1e-9
    assert done == pytest.approx(min(capacity, backlog + arrivals), rel=1e-9, abs=1e-9)


@given(st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.floats(0.01, 1e6))
def test_waits_rise_with_the_backlog_up_to_the_longest(one: float, two: float, capacity: float) -> None:
    low, high = sorted((one, two))
    assert 0.0 <= queue.wait_of(low, capacity, 8.0) <= queue.wait_of(high, capacity, 8.0) <= 8.0


@given(share, small, share, st.floats(0.0, 1.0))
def test_should_never_falls_by_service(base: float, perceived: float, should: float, speed: float) -> None:
    assert expectation.base_of_should(base, perceived, should, speed) >= base


@given(share, share, share, share, share)
def test_trust_stays_within_bounds_and_mixed_messages_cost_it(
    t: float, one: float, two: float, n: float, r: float
) -> None:
    low, high = sorted((one, two))
    after = [expectation.trust_of_week(t, spread, 0.1, n, r) for spread in (low, high)]
    assert 0.0 <= after[1] <= after[0] <= 1.0
    assert 0.0 <= expectation.trust_after(t, one, two, r) <= 1.0


@given(st.lists(share, min_size=2, max_size=6))
def test_the_weakest_link_bounds_the_product_and_crowding_needs_a_crowd(settings: list[float]) -> None:
    assert joint.minimum(settings) == pytest.approx(min(settings) - 0.5, abs=CLOSE)
    assert joint.product(settings) <= joint.minimum(settings) + 0.5 - 0.5 ** len(settings) + CLOSE
    assert joint.crowding(settings) >= 0.0


# -- what keeps state ------------------------------------------------------------------------------------------------


def test_trial_and_error_by_hand() -> None:
    """Two trials of slopes 2 and -0.5 at memory .5: slope 1 of size 1, then .25 of .75."""
    learner = TrialAndError(direction=1, step=0.1, memory=0.5)
    assert learner.propose(0.5) == pytest.approx(0.7)
    assert learner.judge(0.5, 0.7, 0.4) == pytest.approx(0.6)  # a full step: .1 x 1 / 1
    assert (learner.slope, learner.size, learner.direction) == (pytest.approx(1.0), pytest.approx(1.0), -1)
    assert learner.propose(0.6) == pytest.approx(0.4)
    assert learner.judge(0.6, 0.4, 0.1) == pytest.approx(0.6 + 0.1 / 3.0)  # .1 x .25 / .75
    assert (learner.slope, learner.size) == (pytest.approx(0.25), pytest.approx(0.75))


def test_trial_and_error_turns_round_at_a_bound() -> None:
    learner = TrialAndError(direction=1, step=0.1, memory=0.9)
    assert learner.propose(1.0) == pytest.approx(0.8)
    assert learner.propose(0.95) == pytest.approx(1.0)


def test_local_search_by_hand() -> None:
    learner = LocalSearch(direction=-1, step=0.1)
    assert learner.propose(0.5) == pytest.approx(0.3)
    assert learner.judge(0.5, 0.3, 0.2) == 0.3  # better: adopted, and on in that direction
    assert learner.direction == -1
    assert learner.judge(0.3, 0.1, -0.2) == 0.3  # worse: stay and turn round
    assert learner.direction == 1


def test_rule_named_makes_a_fresh_learner() -> None:
    one, two = (rule_named("trial_and_error", direction=1, step=0.2, memory=0.3) for _ in range(2))
    one.judge(0.5, 0.7, 1.0)
    assert two == TrialAndError(direction=1, step=0.2, memory=0.3)


def test_people_become_floats_in_the_order_of_their_declaration() -> None:
    given_ = People(lateness=0.25)
    values = values_of(given_)
    assert isinstance(values, PeopleValues)
    assert values._fields == tuple(People.model_fields)
    assert values._asdict() == {name: float(value) for name, value in given_}
    assert values.lateness == 0.25


def test_pay_is_capped_at_the_declared_multiple() -> None:
    assert incentive.pay(1e9) == incentive.PAY_CAP
    assert incentive.pay(0.0) == incentive.PAY_AT_PAR

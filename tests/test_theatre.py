"""Watching a run, and changing a rule in the middle of it: nothing is moved by being looked at, and nothing before it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from simulation.analysis.run import run_arms
from simulation.laboratory.theatre.changing import Asked, changed, lever_names
from simulation.laboratory.theatre.watching import sampled, watch, watch_arms
from simulation.scenario.faults import ScenarioError
from simulation.scenario.loading import load
from simulation.scenario.regime import Change, Incentives, Information

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.laboratory.theatre.watching import Lived
    from simulation.scenario.scenario import Scenario

pytestmark = pytest.mark.usefixtures("files_read_once")

WEEKS, POPULATION, PEOPLE, SEED = 12, 200, 40, 3


@pytest.fixture(scope="module")
def arms() -> dict[str, Scenario]:
    loaded = load("silo_vs_shared")
    size = {"weeks": WEEKS, "burn_in": 8, "population": POPULATION}
    return {
        arm: loaded.arms[arm].model_copy(update={"horizon": loaded.scenario.horizon.model_copy(update=size)})
        for arm in ("siloed", "shared_and_pooled")
    }


@pytest.fixture(scope="module")
def lived(arms: Mapping[str, Scenario]) -> dict[str, Lived]:
    return watch_arms(arms, seed=SEED, people=PEOPLE)


def test_being_watched_changes_nothing(arms: Mapping[str, Scenario], lived: Mapping[str, Lived]) -> None:
    for plain, seen in zip(run_arms(arms, seed=SEED), lived.values(), strict=True):
        assert plain.pars == seen.run.pars
        for name, values in plain.weekly.items():
            assert np.array_equal(values, seen.run.weekly[name], equal_nan=True), name
        rounding = 2**-20 * plain.ledger.size * WEEKS
        assert np.abs(plain.ledger - seen.run.ledger).max() / 2**20 < rounding


def test_pain_fills_up_to_what_the_ledger_ends_with(lived: Mapping[str, Lived]) -> None:
    for seen in lived.values():
        assert seen.pain.shape == (WEEKS, *seen.run.ledger.shape[:2])
        assert np.allclose(seen.pain[-1], -seen.run.ledger[..., 1] * 1000 / POPULATION / 2**20)


def test_those_watched_are_the_same_people_in_both_worlds(lived: Mapping[str, Lived]) -> None:
    one, other = (seen.people for seen in lived.values())
    assert np.array_equal(one.entered, other.entered)
    assert np.array_equal(one.segment, other.segment)
    assert one.entered.max() < WEEKS
    assert ((one.loyalty >= 0) & (one.loyalty <= 1)).all()


def test_meetings_of_a_sample_are_those_of_everybody(arms: Mapping[str, Scenario]) -> None:
    scenario = arms["siloed"]
    everybody = watch("siloed", scenario, seed=SEED, people=POPULATION)
    met = everybody.people.meetings
    people = scenario.horizon.population
    for k in range(len(scenario.journey)):
        counted = np.bincount(met.week[met.touchpoint == k], minlength=WEEKS)
        assert np.allclose(counted * 1000 / people, everybody.run.encounters[:, k])
    some = watch("siloed", scenario, seed=SEED, people=PEOPLE).people
    assert len(some.slots) == PEOPLE
    mine = np.isin(met.person, some.slots)
    assert np.array_equal(met.experience[mine], some.meetings.experience)


def test_a_sample_is_no_larger_than_the_market() -> None:
    assert sampled(5, 9).tolist() == [0, 1, 2, 3, 4]


# --- what if, from this week on -----------------------------------------------------------------------------------------


def test_a_change_leaves_every_week_before_it_alone(arms: Mapping[str, Scenario], lived: Mapping[str, Lived]) -> None:
    asked = Asked(week=6, shared_weight=0.5, regime="pooled", levers=(("marketing.hype", 1.0),))
    before = lived["siloed"]
    after = watch("siloed", changed(arms["siloed"], [asked]), seed=SEED, people=PEOPLE, pars=before.run.pars)
    for name, values in before.run.weekly.items():
        assert np.array_equal(values[:6], after.run.weekly[name][:6], equal_nan=True), name
    assert np.array_equal(before.people.loyalty[:6], after.people.loyalty[:6])
    assert (after.run.weekly["lever.marketing.hype"][6:] == 1.0).all()
    assert not np.array_equal(before.people.loyalty[6:], after.people.loyalty[6:])


def test_what_is_asked_for_goes_on_beside_the_timeline(arms: Mapping[str, Scenario]) -> None:
    own = Change(start=8, end=10, incentives=Incentives(scheme="gate", shared_metrics={"loyalty": 1.0}))
    scenario = arms["siloed"].model_copy(update={"timeline": (own,)})
    new = changed(scenario, [Asked(week=4, shared_weight=0.7), Asked(week=9, regime="pooled")])
    assert new.timeline[0] == own
    weights = {change.start: change.incentives for change in new.timeline[1:] if change.incentives}
    assert [rule.shared_weight for rule in weights.values()] == [0.7] * len(weights)
    assert (weights[8].scheme, weights[10].scheme) == ("gate", scenario.incentives.scheme)
    assert {change.start for change in new.timeline if change.information == Information(regime="pooled")} == {9, 10}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(week=WEEKS, regime="pooled"), "is not a week of the run: a week from 0 to 11"),
        (Asked(week=0, regime="all"), "'all' is not a regime: siloed or pooled"),
        (Asked(week=0, shared_weight=1.5), "1.5 is not allowed: a number from 0 to 1"),
        (Asked(week=0, levers=(("marketing.hipe", 0.5),)), "did you mean `marketing.hype`?"),
    ],
)
def test_what_cannot_be_is_refused(arms: Mapping[str, Scenario], asked: Asked, words: str) -> None:
    with pytest.raises(ScenarioError, match=words.replace("?", r"\?")):
        changed(arms["siloed"], [asked])


def test_no_setting_moves_a_frozen_lever(arms: Mapping[str, Scenario]) -> None:
    scenario = arms["siloed"]
    frozen = scenario.model_copy(update={"levers": scenario.levers.model_copy(update={"frozen": True})})
    with pytest.raises(ScenarioError, match="frozen"):
        changed(frozen, [Asked(week=1, levers=((lever_names(frozen)[0], 0.5),))])

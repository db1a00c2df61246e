"""Minimally different worlds: change one thing, and only what it can reach changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from worlds import FROZEN, UNBOUND, changed, differences, lived, remains, workshop

from simulation.model import columns as at
from simulation.model import compiled
from simulation.model.organization_model import OrganizationModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.scenario.scenario import Scenario

TRAITS = (at.FIT, at.PURCHASE_RATE, at.NORM)


def world(*, degree: int, **people: float) -> Scenario:
    """Frozen levers, no binding capacity, a ring of acquaintances without shortcuts."""
    network = {"degree": degree, "rewiring": 0.0}
    return changed(workshop(), FROZEN, UNBOUND, {"market": {"network": network}, "people": people})


def after(model: OrganizationModel, weeks: int) -> OrganizationModel:
    for _ in range(weeks):
        model.step()
    return model


def shock(model: OrganizationModel, slot: int) -> None:
    """Make one person a customer with an open problem: disappointed, strict, distrustful and disloyal."""
    real, whole = model.world.engine.state
    whole[at.STAGE, slot], whole[at.PURCHASES, slot], whole[at.CASE_WEEKS, slot] = at.CUSTOMER, 1, 0
    whole[at.CASE, slot] = model.layout.touchpoints.index("ride")
    real[at.MEMORY, slot] = 0.2
    real[at.NORM, slot] = real[at.SHOULD, slot] = 1.4
    real[at.TRUST, slot] = 0.0
    real[at.LOYALTY, slot] = 0.1


def changed_slots(one: OrganizationModel, other: OrganizationModel) -> set[int]:
    real, whole = one.world.engine.state
    other_real, other_whole = other.world.engine.state
    return set(np.flatnonzero((real != other_real).any(axis=0) | (whole != other_whole).any(axis=0)).tolist())


@pytest.mark.parametrize("slot", [0, 150, 299])
def test_without_acquaintances_a_changed_customer_changes_nobody_else(slot: int) -> None:
    scenario = world(degree=0)
    one, other = (after(OrganizationModel(scenario), 6) for _ in range(2))
    shock(other, slot)
    for _ in range(15):
        one.step()
        other.step()
        assert changed_slots(one, other) <= {slot}
    assert not np.array_equal(one.counts_by_week, other.counts_by_week)


@pytest.mark.parametrize("slot", [0, 140])
def test_with_acquaintances_a_changed_customer_reaches_one_step_further_a_week(slot: int) -> None:
    """A ring: her neighbours hear it at the end of the week, their neighbours a week later at the earliest."""
    talkative = {
        "talk_good": 1.0,
        "talk_bad": 1.0,
        "talk_good_above": 0.7,
        "talk_bad_below": 0.7,
        "reputation_response": 5.0,
    }
    faithful = {"market": {"segments": {s: {"defection": 0.0} for s in ("commuters", "dreamers")}}}
    scenario = changed(world(degree=2, **talkative), faithful)
    one, other = (after(OrganizationModel(scenario), 6) for _ in range(2))
    shock(other, slot)
    reached: set[int] = set()
    for week in range(1, 16):
        one.step()
        other.step()
        distance = {s: min((s - slot) % 300, (slot - s) % 300) for s in changed_slots(one, other)}
        assert all(d <= week for d in distance.values())
        reached |= set(distance)
    assert len(reached) > 1


def test_the_plain_engine_reaches_no_further() -> None:
    scenario = changed(world(degree=2, talk_bad=1.0, talk_bad_below=0.7), {"horizon": {"population": 60}})
    one, other = (after(OrganizationModel(scenario, engine="plain"), 6) for _ in range(2))
    agent = other.world.engine.agents[30]  # type: ignore[attr-defined]
    agent.memory, agent.trust, agent.loyalty = 0.2, 0.0, 0.1
    agent.norm = agent.should = 1.4
    for week in range(1, 8):
        one.step()
        other.step()
        assert changed_slots(one, other) <= {s % 60 for s in range(30 - week, 31 + week)}


def test_a_binding_queue_does_carry_a_change_to_others() -> None:
    """Otherwise the tests above would show nothing about queues."""
    tight = {"journey": {"repair": {"capacity": {"per_1000": 30.0}}, "handover": {"capacity": {"per_1000": 120.0}}}}
    scenario = changed(world(degree=0), tight)
    one, other = (after(OrganizationModel(scenario), 6) for _ in range(2))
    for slot in range(20):
        other.world.engine.state.whole[at.STAGE, slot] = at.PROSPECT
        other.world.engine.state.whole[at.CASE, slot] = -1
    after(one, 15)
    after(other, 15)
    assert changed_slots(one, other) - set(range(20))


@pytest.mark.parametrize("engine", ["compiled", "plain"])
def test_more_people_in_the_market_change_nobody_who_is_there_already(engine: Any) -> None:
    scenario = world(degree=0)
    few, many = (remains(lived(scenario, population=n, weeks=8, engine=engine)) for n in (100, 137))
    assert few["real"].tobytes() == np.ascontiguousarray(many["real"][:, :100]).tobytes()
    assert few["whole"].tobytes() == np.ascontiguousarray(many["whole"][:, :100]).tobytes()


def traits(scenario: Scenario, **options: Any) -> NDArray[np.float64]:
    """Traits at entry, before any week."""
    return OrganizationModel(scenario, **options).world.engine.state.real[list(TRAITS)]


def test_more_people_do_not_change_the_traits_of_the_first() -> None:
    """Queues and acquaintances are as they are here: what people are when they enter depends on nobody."""
    few, many = (traits(workshop(), population=n) for n in (100, 10_000))
    assert np.array_equal(few, many[:, :100])


def test_another_replication_or_seed_has_other_people() -> None:
    worlds = [{}, {"replication": 1}, {"seed": 8}, {"seed": 7 + 2**32}]
    first, *others = (traits(workshop(), **options) for options in worlds)
    for other in others:
        assert (first[0] != other[0]).mean() > 0.95
    remaining = [remains(lived(workshop(), **options)) for options in worlds[:2]]
    assert {"real", "whole", "counts", "ledger", "settings"} <= set(differences(*remaining))


def test_the_same_seed_gives_the_same_bits() -> None:
    assert differences(remains(lived(workshop())), remains(lived(workshop()))) == []
    assert differences(remains(lived(workshop())), remains(lived(workshop(), seed=7, replication=0))) == []
    assert differences(remains(lived(workshop())), remains(lived(workshop(), rng=7))) == []


def test_two_threads_give_the_bits_of_one() -> None:
    """8,192 people are the fewest for two slices; the last one makes slices of different length."""
    one, two = (remains(lived(workshop(), population=8193, burn_in=4, weeks=7, threads=t)) for t in (1, 2))
    assert differences(one, two) == []


@pytest.mark.parametrize("threads", [2, 3, 7])
def test_bounds_of_slices_and_blocks_do_not_matter(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """1,037 people in slices whose bounds fall anywhere in the blocks of one slice."""
    one = remains(lived(workshop(), population=1037))
    monkeypatch.setattr(compiled, "SMALLEST_SLICE", 10)
    model = lived(workshop(), population=1037, threads=threads)
    assert len(model.world.engine._bounds) == threads + 1  # type: ignore[attr-defined]
    assert differences(one, remains(model)) == []


@pytest.mark.parametrize("population", [10, 31, 32, 33, 511, 512, 513])
def test_any_number_of_people_is_worked_to_the_last(population: int) -> None:
    """Numbers around the sizes of a block: everybody is counted every week."""
    model = lived(workshop(), population=population, weeks=3)
    assert (
        model.counts_by_week[:, len(model.layout.touchpoints) * at.TOUCHPOINT_WIDTH + at.C_PEOPLE] == population
    ).all()


def test_a_customer_of_a_lucky_and_an_unlucky_firm_is_the_same_person() -> None:
    """Arms that differ in every lever: the same traits, segments and week of entry in every slot that nobody left."""
    one, other = (
        remains(lived(changed(workshop(), FROZEN, {"learning": {"start_policy": policy, "start": "midpoint"}})))
        for policy in ({}, {"marketing.hype": 1.0, "care.hurry": 1.0, "assembly.haste": 1.0})
    )
    assert np.array_equal(one["real"][list(TRAITS)], other["real"][list(TRAITS)])
    fixed = [at.SEGMENT, at.OFFER, at.ENTERED]
    assert np.array_equal(one["whole"][fixed], other["whole"][fixed])
    assert not np.array_equal(one["real"][at.SATISFACTION], other["real"][at.SATISFACTION])

"""The plain and the compiled engine live the same lives, to the bit: the readable one is the specification of the fast one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_firms import RULES_OF_FIRMS, random_scenario
from toggles import TOGGLES, toggled_firms
from worlds import changed, differences, lived, mail_order, reference, remains, shop, workshop

from simulation.model import compiled
from simulation.model.organization_model import OrganizationModel
from simulation.scenario.library import shipped
from simulation.scenario.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.scenario.scenario import Scenario

SEEDS = st.integers(0, 2**32 - 1)


def assert_equal(scenario: Scenario, **options: Any) -> None:
    options = {"events": True, **options}
    plain = remains(lived(scenario, engine="plain", **options))
    fast = remains(lived(scenario, engine="compiled", **options))
    assert differences(plain, fast) == []


FIRMS: dict[str, Callable[[], Scenario]] = {
    "workshop": workshop,
    "mail_order": mail_order,
    "shop": shop,
    "reference": reference,
}


@pytest.mark.parametrize("firm", FIRMS)
def test_small_firms_are_equal(firm: str) -> None:
    assert_equal(FIRMS[firm](), population=131, burn_in=6, weeks=16)


@pytest.mark.full
@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_scenarios_are_equal(name: str) -> None:
    """Every arm of the two firms; of the overlays on them the last, which changes most: the plain engine takes seconds an arm."""
    arms = list(load(name).arms.values())
    whole = name in ("baseline", "silo_vs_shared", "software_vendor")
    for scenario in arms if whole else arms[-1:]:
        assert_equal(scenario, population=257, burn_in=10, weeks=30 if whole else 20)


def test_equal_week_by_week() -> None:
    """Not only at the end: a difference would show in its first week."""
    plain, fast = (
        OrganizationModel(workshop(), engine=e, population=80, burn_in=4, weeks=8) for e in ("plain", "compiled")
    )
    for _ in range(12):
        for model in (plain, fast):
            model.step()
        assert differences(remains(plain), remains(fast)) == []


def test_something_happens_in_the_workshop() -> None:
    """Every counter moves, so that equality says something about each of them."""
    counts = lived(workshop(), population=1000).counts_by_week.sum(axis=0)
    names = [f"{c}@{t}" for t in workshop().journey for c in _touchpoint_counters()]
    never = {name for name, total in zip(names, counts, strict=False) if total == 0}
    ordinary = {f"waiting@{t}" for t, given_ in workshop().journey.items() if given_.capacity is None}
    ordinary |= {f"revenue@{t}" for t, given_ in workshop().journey.items() if not given_.sells}
    ordinary |= {f"successes@{t}" for t, given_ in workshop().journey.items() if given_.conversion == 0.0}
    ordinary |= {f"cases@{t}" for t, given_ in workshop().journey.items() if given_.failure == 0.0}
    ordinary |= {f"resolved@{t}" for t, given_ in workshop().journey.items() if not given_.closes_case}
    ordinary |= {f"cost@{t}" for t, given_ in workshop().journey.items() if given_.cost == 0.0}
    # the survey asks customers about their last encounter: adverts are for others, a sale is followed by a handover
    ordinary |= {f"{c}@{t}" for c in ("csat", "csat_answers") for t in ("advert", "visit")}
    assert never <= ordinary
    assert (counts[len(names) :] != 0).all()


def _touchpoint_counters() -> tuple[str, ...]:
    from simulation.scenario.names import TOUCHPOINT_COUNTERS

    return tuple(TOUCHPOINT_COUNTERS)


@settings(max_examples=25)
@given(SEEDS)
def test_firms_of_random_structure_are_equal(seed: int) -> None:
    assert_equal(random_scenario(seed))


@pytest.mark.full
@settings(max_examples=300)
@given(SEEDS)
def test_many_firms_of_random_structure_are_equal(seed: int) -> None:
    assert_equal(random_scenario(seed, population=90, weeks=14))


@pytest.mark.long
@settings(max_examples=3000)
@given(SEEDS)
def test_thousands_of_firms_of_random_structure_are_equal(seed: int) -> None:
    assert_equal(random_scenario(seed, population=120, weeks=20))


@pytest.mark.full
@settings(max_examples=40)
@given(SEEDS, st.integers(2, 5))
def test_random_firms_are_equal_on_any_number_of_threads(seed: int, threads: int) -> None:
    scenario = random_scenario(seed, population=533)
    one = remains(lived(scenario))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "SMALLEST_SLICE", 16)
        assert differences(one, remains(lived(scenario, threads=threads))) == []


BLOCKS = (1, 7, 64, 512, 1000)


def in_blocks(scenario: Scenario, block: int, threads: int) -> dict[str, Any]:
    """What is left when the kernel takes so many people at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "BLOCK", block)
        patch.setattr(compiled, "SMALLEST_SLICE", 16)
        return remains(lived(scenario, threads=threads))


@pytest.mark.parametrize("block", BLOCKS)
def test_the_size_of_a_block_changes_nothing(block: int) -> None:
    """533 people are no multiple of any of them, and neither are the slices of two and three threads."""
    sized = changed(workshop(), {"horizon": {"population": 533, "burn_in": 4, "weeks": 8}})
    one = remains(lived(sized))
    for threads in (1, 2, 3):
        assert differences(one, in_blocks(sized, block, threads)) == []


@pytest.mark.full
@settings(max_examples=40)
@given(SEEDS, st.sampled_from(BLOCKS), st.integers(1, 3))
def test_random_firms_are_equal_in_blocks_of_any_size(seed: int, block: int, threads: int) -> None:
    scenario = random_scenario(seed, population=533)
    assert differences(remains(lived(scenario)), in_blocks(scenario, block, threads)) == []


@settings(max_examples=20)
@given(toggled_firms(population=60, weeks=9))
def test_firms_with_any_mechanisms_off_are_equal(scenario: Scenario) -> None:
    assert_equal(scenario)


@pytest.mark.full
@settings(max_examples=200)
@given(toggled_firms(population=90, weeks=14))
def test_many_firms_with_any_mechanisms_off_are_equal(scenario: Scenario) -> None:
    assert_equal(scenario)


@pytest.mark.parametrize("toggle", TOGGLES)
def test_every_toggle_is_valid_alone_and_changes_the_scenario(toggle: str) -> None:
    assert changed(workshop(), TOGGLES[toggle](workshop())) != workshop()


MECHANISMS: dict[str, dict[str, Any]] = {
    "word of mouth": {"market": {"network": {"degree": 0}}},
    "queues": {"journey": {k: {"capacity": {"per_1000": 1e6}} for k in ("handover", "repair")}},
    "entry and exit": {"market": {"exit_rate": 0.0}},
    "surveys": {"survey": {"rate": 0.0}},
    "failures": {"journey": {k: {"failure": 0.0} for k in ("handover", "ride", "bill")}},
    "luck": {"journey": {k: {"quality_spread": 0.0} for k in ("handover", "ride", "bill")}},
    "personal norms": {"people": {"norm_spread": 0.0}},
    "fatigue": {"people": {"fatigue_response": 0.0, "fatigue_quality": 0.0}},
    "recovery": {"people": {"recovery_satisfaction": 0.0}},
    "power mean": {"people": {"power_mean_exponent": 1.0}},
    "expectations": {
        "people": {"promise_to_will": 0.0, "promise_to_should": 0.0, "will_learning": 0.0, "should_learning": 0.0}
    },
    "learning": {"learning": {"rule": "fixed"}},
}
VARYING = {"journey": {"delivery": {"delivery": {"promised_spread": 0.4, "foresight": 0.7}, "failure": 0.3}}}


def test_equal_where_promised_dates_vary_and_things_break() -> None:
    assert_equal(changed(mail_order(), VARYING), population=131, weeks=24)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_equal_without_any_one_mechanism_and_different_for_it(mechanism: str) -> None:
    without = changed(workshop(), MECHANISMS[mechanism])
    size = {"population": 120, "burn_in": 5, "weeks": 12}
    plain = remains(lived(without, engine="plain", **size))
    assert differences(plain, remains(lived(without, **size))) == []
    assert {"counts"} <= set(differences(plain, remains(lived(workshop(), **size))))


def test_random_firms_are_various() -> None:
    """Over 300 of them every trigger, kind, move, coefficient, joint form, rule and regime turns up."""
    firms = [random_scenario(seed) for seed in range(300)]
    assert {t.trigger.kind for f in firms for t in f.journey.values()} == {
        "rate",
        "need",
        "after",
        "open_case",
        "cycle",
    }
    assert {j.form for f in firms for j in f.joint_effects.values()} == {"minimum", "product", "crowding"}
    assert {f.learning.rule for f in firms} == set(RULES_OF_FIRMS)
    assert {(a, b) for f in firms for t in f.journey.values() for a, b in t.moves.items()} >= {
        ("customer", "defected"), ("defected", "customer"), ("lead", "prospect"), ("prospect", "customer")
    }  # fmt: skip
    coefficients = {c for f in firms for d in f.departments.values() for lever in d.levers.values()
                    for effects in lever.effects.values() for c in effects}  # fmt: skip
    assert len(coefficients) == 15
    assert any(f.market.network.degree == 0 for f in firms)
    deliveries = [t.delivery for f in firms for t in f.journey.values() if t.delivery is not None]
    for name in ("spread", "promised_spread", "foresight"):
        assert {getattr(d, name) > 0.0 for d in deliveries} == {True, False}
    sizes = np.array([[len(f.journey), len(f.departments), len(f.market.segments)] for f in firms])
    assert (sizes.max(axis=0) == [13, 5, 4]).all()
    assert (sizes.min(axis=0) == 1).all()

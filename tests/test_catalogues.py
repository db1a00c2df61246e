"""One contract test per catalogue: names, sources, and the laws that every entry must keep."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.model.columns import COMPANY_WIDTH, TOUCHPOINT_WIDTH
from simulation.model.layout import CHANNELS, FIXED_POINT, TRIGGERS, WHEN
from simulation.rules.incentive import SCHEMES
from simulation.rules.information import REGIMES, Evidence
from simulation.rules.joint import JOINT_FORMS
from simulation.rules.learning import RULES, SEES, LearningRule
from simulation.scenario import names
from simulation.scenario.journey import COEFFICIENTS, Touchpoint, Trigger
from simulation.scenario.lever import JointEffect

share = st.floats(0.0, 1.0)
points = st.floats(-5.0, 5.0)


@pytest.mark.parametrize(
    ("catalogue", "allowed"),
    [(SCHEMES, names.SCHEMES), (REGIMES, names.REGIMES), (RULES, names.RULES)],
    ids=["schemes", "regimes", "rules"],
)
def test_catalogues_have_the_names_that_scenarios_may_use(catalogue: dict[str, Any], allowed: tuple[str, ...]) -> None:
    assert tuple(catalogue) == allowed


def test_joint_forms_have_the_names_that_scenarios_may_use() -> None:
    """`single` is what a lever's own effects use; the others may be named."""
    (pattern,) = [m.pattern for m in JointEffect.model_fields["form"].metadata if hasattr(m, "pattern")]
    assert {name for name in JOINT_FORMS if re.fullmatch(pattern, name)} == set(JOINT_FORMS) - {"single"}


ENTRIES = {**JOINT_FORMS, **SCHEMES, **REGIMES, **RULES}


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_cites_its_source(name: str) -> None:
    """Or says that it is our assumption or a definition."""
    text = ENTRIES[name].__doc__ or ""
    assert re.search(r"Source: \S", text), text


# -- joint forms -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", JOINT_FORMS)
@pytest.mark.parametrize("levers", [1, 2, 3, 5, 8])
def test_joint_forms_do_nothing_in_the_middle(form: str, levers: int) -> None:
    assert JOINT_FORMS[form]([0.5] * levers) == 0.0


@pytest.mark.parametrize("form", JOINT_FORMS)
@given(settings=st.lists(share, min_size=1, max_size=8), raised=st.integers(0, 7), by=share)
def test_joint_forms_never_fall_when_a_lever_rises(form: str, settings: list[float], raised: int, by: float) -> None:
    place = 0 if form == "single" else raised % len(settings)
    higher = settings.copy()
    higher[place] += by * (1.0 - settings[place])
    before, after = JOINT_FORMS[form](settings), JOINT_FORMS[form](higher)
    assert -0.5 <= before <= after + 1e-12 <= 1.0 + 1e-12


@pytest.mark.parametrize("form", JOINT_FORMS)
@given(table=st.lists(st.tuples(share, share, share), min_size=1, max_size=10))
def test_joint_forms_of_arrays_are_those_of_numbers(form: str, table: list[tuple[float, float, float]]) -> None:
    columns = [np.array(column) for column in zip(*table, strict=True)]
    assert np.asarray(JOINT_FORMS[form](columns)).tolist() == [JOINT_FORMS[form](list(row)) for row in table]


# -- schemes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES)
@given(own=points, shared=points, weight=share, more=st.floats(0.0, 3.0))
def test_schemes_pay_for_nothing_else(scheme: str, own: float, shared: float, weight: float, more: float) -> None:
    """Without weight it is the own score; both at par is par; nobody is paid less for doing better."""
    appraise = SCHEMES[scheme]
    assert appraise(own, shared, 0.0) == own
    assert appraise(0.0, 0.0, weight) == 0.0
    assert appraise(own + more, shared, weight) >= appraise(own, shared, weight) - 1e-12
    assert appraise(own, shared + more, weight) >= appraise(own, shared, weight) - 1e-12
    assert min(own, shared) - 1e-12 <= appraise(own, shared, weight) <= max(own, shared) + 1e-12


# -- information regimes ---------------------------------------------------------------------------------------------

NO_MORE_THAN: dict[str, set[str]] = {"siloed": {"own", "shared_change"}, "pooled": {"own", "shared_by_half"}}
"""What a regime may look at; everything else must not matter."""


def test_every_regime_declares_what_it_may_see() -> None:
    assert set(NO_MORE_THAN) == set(REGIMES)


@pytest.mark.parametrize("regime", REGIMES)
@given(own=points, by_half=points, change=points, other=points)
def test_regimes_see_no_more_than_they_may(
    regime: str, own: float, by_half: float, change: float, other: float
) -> None:
    evidence = Evidence(own=own, shared_by_half=by_half, shared_change=change)
    seen = REGIMES[regime](evidence)
    assert seen[0] == own
    for field in ("own", "shared_by_half", "shared_change"):
        if field not in NO_MORE_THAN[regime]:
            assert REGIMES[regime](replace(evidence, **{field: other})) == seen


def test_a_silo_sees_twice_the_company_and_pooled_data_the_halves() -> None:
    evidence = Evidence(own=0.1, shared_by_half=0.7, shared_change=-0.2)
    assert REGIMES["siloed"](evidence) == (0.1, -0.4)
    assert REGIMES["pooled"](evidence) == (0.1, 0.7)


# -- learning rules --------------------------------------------------------------------------------------------------

TRYING = [name for name in RULES if "trial" in SEES[name]]


def test_every_rule_declares_what_it_may_see() -> None:
    """Only rules that see the world are for small worlds alone; what the organization shows is in test_best_response."""
    assert tuple(SEES) == tuple(RULES)
    assert set().union(*SEES.values()) == {"trial", "world"}
    assert tuple(name for name in RULES if "world" in SEES[name]) == names.RULES_OF_SMALL_WORLDS


@pytest.mark.parametrize("rule", [name for name in RULES if name not in TRYING])
@given(setting=share, gain=points)
def test_rules_that_see_no_trial_try_nothing(rule: str, setting: float, gain: float) -> None:
    learner = RULES[rule](1, 0.1, 0.5)
    assert learner.propose(setting) == setting
    assert learner.judge(setting, 0.9, gain) == setting


@pytest.mark.parametrize("rule", RULES)
@given(
    setting=share,
    direction=st.sampled_from([-1, 1]),
    step=st.floats(0.01, 0.5),
    memory=share,
    gains=st.lists(points, min_size=1, max_size=12),
)
def test_learning_rules_keep_levers_within_bounds(
    rule: str, setting: float, direction: int, step: float, memory: float, gains: list[float]
) -> None:
    learner = RULES[rule](direction, step, memory)
    for gain in gains:
        tried = learner.propose(setting)
        assert 0.0 <= tried <= 1.0
        assert abs(tried - setting) <= 2.0 * step + 1e-12
        if tried != setting:
            setting = learner.judge(setting, tried, gain)
        assert 0.0 <= setting <= 1.0
        assert not math.isnan(setting)


@pytest.mark.parametrize("rule", RULES)
@given(setting=share, direction=st.sampled_from([-1, 1]), step=st.floats(0.01, 0.5))
def test_without_any_gain_a_lever_stays(rule: str, setting: float, direction: int, step: float) -> None:
    learner = RULES[rule](direction, step, 0.5)
    for _ in range(5):
        tried = learner.propose(setting)
        if tried != setting:
            assert learner.judge(setting, tried, 0.0) == setting


@pytest.mark.parametrize("rule", TRYING)
@given(setting=share, direction=st.sampled_from([-1, 1]), step=st.floats(0.01, 0.5))
def test_learners_never_stand_still_when_they_try(rule: str, setting: float, direction: int, step: float) -> None:
    """A trial equal to the control would divide by zero and teach nothing."""
    assert abs(RULES[rule](direction, step, 0.5).propose(setting) - setting) >= 0.01 - 1e-12


@pytest.mark.parametrize("rule", TRYING)
@pytest.mark.parametrize("best", [0.15, 0.5, 0.85])
def test_learners_find_the_top_of_a_hill_without_noise(rule: str, best: float) -> None:
    """Gain of the hill -(x - best)^2, 60 trials of step .05 from the other side: within two steps."""
    learner, setting = RULES[rule](1, 0.05, 0.8), 1.0 - best
    for _ in range(60):
        tried = learner.propose(setting)
        setting = learner.judge(setting, tried, (setting - best) ** 2 - (tried - best) ** 2)
    assert setting == pytest.approx(best, abs=0.1 + 1e-12)


def test_fixed_never_tries() -> None:
    learner: LearningRule = RULES["fixed"](1, 0.1, 0.5)
    assert learner.propose(0.3) == 0.3
    assert learner.judge(0.3, 0.9, 5.0) == 0.3


# -- names that stand in two places ----------------------------------------------------------------------------------


def test_the_engines_know_every_trigger_and_channel_that_a_scenario_may_name() -> None:
    assert set(TRIGGERS) == set(get_args(Trigger.model_fields["kind"].annotation))
    assert set(WHEN) == set(get_args(Trigger.model_fields["when"].annotation))
    channels = set(get_args(Touchpoint.model_fields["channel"].annotation))
    assert set(CHANNELS) - {"other"} == {"digital", "person"} <= channels


def test_counters_have_their_places() -> None:
    assert len(names.TOUCHPOINT_COUNTERS) == TOUCHPOINT_WIDTH
    assert len(names.COMPANY_COUNTERS) == COMPANY_WIDTH
    assert set(names.TOUCHPOINT_COUNTERS) | set(names.COMPANY_COUNTERS) >= FIXED_POINT


def test_every_coefficient_and_counter_says_what_it_means() -> None:
    for meaning in (*COEFFICIENTS.values(), *names.TOUCHPOINT_COUNTERS.values(), *names.COMPANY_COUNTERS.values()):
        assert len(meaning) > 5

"""One contract test per catalogue: names, sources, and the laws that every entry must keep."""

from __future__ import annotations

import math
import re
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.model.columns import COMPANY_WIDTH, TOUCHPOINT_WIDTH
from simulation.model.layout import CHANNELS, FIXED_POINT, TRIGGERS, WHEN
from simulation.rules.incentive import PAR, PAYOFFS, SCHEMES, Scores, Terms, gain, heeded, pay, worth
from simulation.rules.information import REGIMES, Evidence, misread, seen, sight_of
from simulation.rules.joint import JOINT_FORMS
from simulation.rules.learning import RULES, LearningRule
from simulation.scenario import names
from simulation.scenario.journey import COEFFICIENTS, Touchpoint, Trigger
from simulation.scenario.lever import JointEffect

share = st.floats(0.0, 1.0)
points = st.floats(-5.0, 5.0)


@pytest.mark.parametrize(
    ("catalogue", "allowed"),
    [(SCHEMES, names.SCHEMES), (PAYOFFS, names.PAYOFFS), (REGIMES, names.REGIMES), (RULES, names.RULES)],
    ids=["schemes", "payoffs", "regimes", "rules"],
)
def test_catalogues_have_the_names_that_scenarios_may_use(catalogue: dict[str, Any], allowed: tuple[str, ...]) -> None:
    assert tuple(catalogue) == allowed


def test_joint_forms_have_the_names_that_scenarios_may_use() -> None:
    """`single` is what a lever's own effects use; the others may be named."""
    (pattern,) = [m.pattern for m in JointEffect.model_fields["form"].metadata if hasattr(m, "pattern")]
    assert {name for name in JOINT_FORMS if re.fullmatch(pattern, name)} == set(JOINT_FORMS) - {"single"}


ENTRIES = {**JOINT_FORMS, **SCHEMES, **PAYOFFS, **REGIMES, **RULES}


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
@given(own=points, shared=points, weight=share, more=st.floats(0.0, 3.0), sharers=st.integers(1, 9), opens_at=points)
def test_schemes_pay_for_nothing_else(
    scheme: str, own: float, shared: float, weight: float, more: float, sharers: int, opens_at: float
) -> None:
    """Both at par is par; nobody is paid less for doing better; nobody gets more than there is."""

    def appraise(own: float, shared: float) -> float:
        return SCHEMES[scheme](own, shared, weight, sharers=sharers, opens_at=opens_at)

    assert appraise(0.0, 0.0) == 0.0
    assert appraise(own + more, shared) >= appraise(own, shared) - 1e-12
    assert appraise(own, shared + more) >= appraise(own, shared) - 1e-12
    assert min(own, shared, 0.0) - 1e-12 <= appraise(own, shared) <= max(own, shared, 0.0) + 1e-12


@pytest.mark.parametrize("scheme", SCHEMES)
@given(own=points, shared=points)
def test_without_weight_the_own_score_alone_is_paid(scheme: str, own: float, shared: float) -> None:
    """A gate that stands open for everyone included."""
    assert SCHEMES[scheme](own, shared, 0.0, sharers=3, opens_at=-5.0) == own


@given(own=points, shared=points, weight=share)
def test_a_pool_split_among_one_is_not_split(own: float, shared: float, weight: float) -> None:
    assert SCHEMES["split_pool"](own, shared, weight, sharers=1) == SCHEMES["blend"](own, shared, weight)


@given(own=points, shared=points, weight=share, opens_at=points)
def test_a_gate_pays_the_blend_when_open_and_nothing_good_when_shut(
    own: float, shared: float, weight: float, opens_at: float
) -> None:
    paid = SCHEMES["gate"](own, shared, weight, opens_at=opens_at)
    counted = own if shared >= opens_at else min(own, 0.0)
    assert paid == SCHEMES["blend"](counted, shared, weight)


# -- pay-offs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payoff", PAYOFFS)
@given(appraisal=points, more=st.floats(0.0, 3.0), at=points, rivals=points, spread=st.floats(0.01, 10.0))
def test_payoffs_never_pay_less_for_a_better_appraisal(
    payoff: str, appraisal: float, more: float, at: float, rivals: float, spread: float
) -> None:
    paid = PAYOFFS[payoff]
    low, high = (paid(a, at=at, rivals=rivals, spread=spread) for a in (appraisal, appraisal + more))
    assert low <= high
    assert 0.0 <= pay(low) <= 1.5
    if payoff != "linear":
        assert -1.0 <= low <= 1.0  # from no bonus to the full one


@pytest.mark.parametrize("payoff", PAYOFFS)
def test_all_payoffs_pay_half_the_bonus_at_par(payoff: str) -> None:
    """Quota and rivals at par, too: so that arms start from the same spending."""
    assert PAYOFFS[payoff](0.0) == 0.0
    assert pay(PAYOFFS[payoff](0.0)) == 0.5


@given(appraisal=points, at=points, spread=st.floats(0.05, 10.0), by=st.floats(0.01, 1.0))
def test_a_quota_pays_most_for_a_step_across_it(appraisal: float, at: float, spread: float, by: float) -> None:
    def step(middle: float) -> float:
        upper, lower = (PAYOFFS["quota"](middle + side * by / 2.0, at=at, spread=spread) for side in (1.0, -1.0))
        return upper - lower

    assert step(at) >= step(appraisal) - 1e-9


@given(appraisal=points, rivals=points, all_rise=points)
def test_a_tournament_pays_for_being_ahead_alone(appraisal: float, rivals: float, all_rise: float) -> None:
    paid = PAYOFFS["tournament"]
    assert paid(appraisal + all_rise, rivals=rivals + all_rise) == pytest.approx(
        paid(appraisal, rivals=rivals), abs=1e-9
    )


# -- what a difference is worth --------------------------------------------------------------------------------------

scores = st.builds(Scores, points, points, points)
terms = st.builds(
    Terms, scheme=st.sampled_from(sorted(SCHEMES)), weight=share, sharers=st.integers(1, 9), gate=points,
    payoff=st.sampled_from(sorted(PAYOFFS)), quota=points, spread=st.floats(0.01, 10.0), rivals=points,
)  # fmt: skip


@given(standing=scores, difference=scores, on=terms)
def test_a_gain_is_the_rise_in_worth(standing: Scores, difference: Scores, on: Terms) -> None:
    """Exactly, but for rounding on straight terms, where par is taken for the standing."""
    then = Scores(*(a + b for a, b in zip(standing, difference, strict=True)))
    assert gain(standing, difference, on) == pytest.approx(worth(then, on) - worth(standing, on), abs=1e-9)
    assert gain(standing, PAR, on) == 0.0


@given(difference=scores, weight=share, one=scores, other=scores)
def test_on_straight_terms_a_gain_is_the_scheme_of_the_difference(
    difference: Scores, weight: float, one: Scores, other: Scores
) -> None:
    on = Terms(scheme="blend", weight=weight)
    paid = SCHEMES["blend"](difference.own, difference.shared, weight) + difference.added
    assert gain(one, difference, on) == gain(other, difference, on) == paid


# -- attention -------------------------------------------------------------------------------------------------------


@given(
    weights=st.lists(st.sampled_from([0.0, 0.1, 1.0, 7.0]), max_size=9),
    draws=st.lists(st.floats(0.0, 1.0, exclude_min=True, exclude_max=True), min_size=1, max_size=4),
)
def test_attention_heeds_as_many_as_it_can_and_none_without_weight(weights: list[float], draws: list[float]) -> None:
    found = heeded(weights, len(draws), draws)
    assert len(found) == min(len(draws), sum(weight > 0.0 for weight in weights))
    assert all(weights[i] > 0.0 for i in found)


def test_attention_falls_on_metrics_by_their_weights() -> None:
    """One of two metrics with weights 1 and 3: a quarter and three quarters of even draws."""
    drawn = [min(heeded([1.0, 3.0], 1, [(i + 0.5) / 100.0])) for i in range(100)]
    assert (drawn.count(0), drawn.count(1)) == (25, 75)


# -- information regimes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("regime", REGIMES)
@given(put_in=share, more=share)
def test_regimes_show_more_of_what_more_is_put_in(regime: str, put_in: float, more: float) -> None:
    sight = REGIMES[regime]
    assert 0.0 <= sight(put_in) <= sight(put_in + more * (1.0 - put_in)) <= 1.0


@given(put_in=share)
def test_a_silo_shows_nothing_and_pooled_data_what_is_in_them(put_in: float) -> None:
    assert REGIMES["siloed"](put_in) == 0.0
    assert REGIMES["pooled"](put_in) == put_in


@given(here=points, elsewhere=points, change=points, other=points)
def test_nothing_is_seen_beyond_sight(here: float, elsewhere: float, change: float, other: float) -> None:
    """Without any sight the halves elsewhere do not matter; with all of it, the change of the whole does not."""
    blind = [seen(Evidence(here=here, elsewhere=e, change=change), 0.0) for e in (elsewhere, other)]
    assert blind == [here + 2.0 * change] * 2
    clear = [seen(Evidence(here=here, elsewhere=elsewhere, change=c), 1.0) for c in (change, other)]
    assert clear == [here + elsewhere] * 2


@given(regime=st.sampled_from(sorted(REGIMES)), put_in=share, line=share)
def test_a_line_of_sight_takes_nothing_away(regime: str, put_in: float, line: float) -> None:
    assert sight_of(regime, put_in, line) == max(REGIMES[regime](put_in), line)


@given(shared=points, luck=points, agreed=share)
def test_agreed_definitions_are_read_alike(shared: float, luck: float, agreed: float) -> None:
    assert misread(shared, 1.0, luck) == shared
    assert misread(shared, agreed, 0.0) == shared
    assert abs(misread(shared, agreed, luck) - shared) <= abs(luck) + 1e-12


# -- learning rules --------------------------------------------------------------------------------------------------

LEARNERS = [name for name, made in RULES.items() if "gain" in made(1, 0.1, 0.5).sees]
"""Rules that learn from trials."""


def test_rules_that_see_the_world_are_for_small_worlds_alone() -> None:
    asking = tuple(name for name, made in RULES.items() if "world" in made(1, 0.1, 0.5).sees)
    assert asking == names.RULES_OF_SMALL_WORLDS


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
    for gained in gains:
        tried = learner.propose(setting)
        assert 0.0 <= tried <= 1.0
        assert abs(tried - setting) <= 2.0 * step + 1e-12
        if tried != setting:
            setting = learner.judge(setting, tried, gained)
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


@pytest.mark.parametrize("rule", LEARNERS)
@given(setting=share, direction=st.sampled_from([-1, 1]), step=st.floats(0.01, 0.5))
def test_learners_never_stand_still_when_they_try(rule: str, setting: float, direction: int, step: float) -> None:
    """A trial equal to the control would divide by zero and teach nothing."""
    assert abs(RULES[rule](direction, step, 0.5).propose(setting) - setting) >= 0.01 - 1e-12


@pytest.mark.parametrize("rule", LEARNERS)
@pytest.mark.parametrize("best", [0.15, 0.5, 0.85])
def test_learners_find_the_top_of_a_hill_without_noise(rule: str, best: float) -> None:
    """Gain of the hill -(x - best)^2, 60 trials of step .05 from the other side: within two steps."""
    learner, setting = RULES[rule](1, 0.05, 0.8), 1.0 - best
    for _ in range(60):
        tried = learner.propose(setting)
        setting = learner.judge(setting, tried, (setting - best) ** 2 - (tried - best) ** 2)
    assert setting == pytest.approx(best, abs=0.1 + 1e-12)


@pytest.mark.parametrize("rule", ["fixed", "human"])
def test_who_does_not_learn_from_trials_makes_none(rule: str) -> None:
    learner: LearningRule = RULES[rule](1, 0.1, 0.5)
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

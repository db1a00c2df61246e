"""The rational benchmark: published answers come out of the organization itself, in its own pay, scores and reviews."""

from __future__ import annotations

from math import acos, cos, degrees, radians
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_firm import FIRM

from simulation.analysis.theory_study import bonus_found, crossing_angle, reached, split_weight_found
from simulation.model.best_response import Oracle, best_response
from simulation.model.linear_world import LinearModel, LinearWorld
from simulation.model.organization_model import OrganizationModel
from simulation.rules.learning import RULES
from simulation.rules.theory import best_split_weight, blend_efficiency, crossing_cosine
from simulation.scenario.faults import ScenarioError
from simulation.scenario.loading import load_dict
from simulation.scenario.regime import Change, Learning, Levers

if TYPE_CHECKING:
    from numpy.typing import NDArray

KNOWING = Learning(rule="best_response", start="random", levers_at_a_time=1)
PAYS = [
    {},
    {"bonus": 0.7},
    {"weight": 0.3},
    {"weight": 0.3, "split": True},
    {"weight": 1.0},
    {"weight": 1.0, "split": True},
]


# -- the linear world --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pay", PAYS, ids=str)
@pytest.mark.parametrize("levers", [2, 5])
def test_departments_that_know_choose_what_theory_says(pay: dict[str, float], levers: int) -> None:
    model = LinearModel(levers=levers, cosine=0.6, learning=KNOWING, weeks=9, **pay)
    away = np.abs(model.organization.settings() - model.best).max()
    model.run()
    assert away > 0.1  # they had to go there
    assert np.abs(model.settings_by_week - model.best).max() < 1e-8  # and do so at the first review
    assert (model.settings_by_week == model.settings_by_week[0]).all()  # and stay, to the bit


@pytest.mark.parametrize(("angle", "surplus"), [(30, 0.750), (45, 0.500), (60, 0.250), (75, 0.067)])
def test_bakers_bonus_and_its_surplus(angle: float, surplus: float) -> None:
    """Efficiency is a parabola in the bonus; its top is found from three organizations."""
    best = bonus_found(angle)
    assert best == pytest.approx(cos(radians(angle)), abs=1e-7)
    there = reached(departments=3, angle=angle, bonus=best)
    assert there == pytest.approx(cos(radians(angle)) ** 2, abs=1e-7)
    assert there == pytest.approx(surplus, abs=5e-4)


@pytest.mark.parametrize(("departments", "efficiency"), [(2, 0.750), (4, 0.4375), (7, 0.2653), (10, 0.190)])
def test_holmstroms_split_and_the_unsplit_pool(departments: int, efficiency: float) -> None:
    split = reached(departments=departments, angle=40, weight=1.0, split=True)
    assert split == pytest.approx((2 * departments - 1) / departments**2, abs=1e-7)
    assert split == pytest.approx(efficiency, abs=5e-5)
    assert reached(departments=departments, angle=40, weight=1.0) == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize("angle", [30, 60, 120])
@pytest.mark.parametrize("weight", [0.0, 0.4, 0.8])
def test_an_unsplit_blend(angle: float, weight: float) -> None:
    expected = 1 - 2 * (1 - weight) ** 2 * (1 - cos(radians(angle)))
    assert reached(departments=4, angle=angle, weight=weight) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(("angle", "weight"), [(30, 0.198), (45, 0.409), (60, 0.651)])
def test_the_best_weight_of_a_pool_split_among_seven(angle: float, weight: float) -> None:
    """Efficiency is a parabola in the weight, too."""
    best = split_weight_found(7, angle)
    assert best == pytest.approx(weight, abs=5e-4)
    assert best == pytest.approx(best_split_weight(cos(radians(angle)), 7), abs=1e-7)
    there = reached(departments=7, angle=angle, weight=best, split=True)
    assert there == pytest.approx(blend_efficiency(cos(radians(angle)), best, sharers=7), abs=1e-7)


@pytest.mark.parametrize(
    ("departments", "optimised", "angle"),
    [
        (2, False, 28.96),
        (2, True, 30),
        *(
            pytest.param(*case, marks=pytest.mark.full)
            for case in ((7, False, 50.75), (10, False, 53.49), (7, True, 59), (10, True, 64.2))
        ),
    ],
)
def test_where_full_sharing_overtakes_silos(departments: int, optimised: bool, angle: float) -> None:
    """By bisection over the angle; the silo's bonus is 1, or Baker's."""
    found = crossing_angle(departments, optimised=optimised)
    assert found == pytest.approx(angle, abs=0.06 if optimised else 0.006)
    assert found == pytest.approx(degrees(acos(crossing_cosine(departments, optimised=optimised))), abs=1e-3)


def test_mandates_and_freezes_bind_those_who_know_too() -> None:
    def lived(bounds: Levers) -> NDArray[np.float64]:
        model = LinearModel(learning=KNOWING, weeks=8)
        model.organization._timeline = (Change(start=0, levers=bounds),)
        model.run()
        return model.settings_by_week

    held = lived(Levers(hold={"d1.a0": 0.25}))
    assert (held[:, 4] == 0.25).all()
    assert np.abs(np.delete(held[0], 4) - np.delete(LinearModel().best, 4)).max() < 1e-8
    limited = lived(Levers(limit={"d1.a0": (0.2, 0.6)}))
    assert (limited[:, 4] == 0.6).all()  # its best response lies above
    start = LinearModel(learning=KNOWING).organization.settings()
    assert (lived(Levers(frozen=True)) == start).all()


# -- who may ask -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
def test_rules_see_what_they_declare_and_no_more(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, judged = [], []
    expected = LinearWorld.expected
    monkeypatch.setattr(LinearWorld, "expected", lambda self, x: (asked.append(1), expected(self, x))[1])
    sees, judge = RULES[rule](1, 0.1, 0.5).sees, RULES[rule].judge
    monkeypatch.setattr(RULES[rule], "judge", lambda *given: (judged.append(1), judge(*given))[1])
    LinearModel(learning=Learning(rule=rule), weeks=12).run()
    assert {name for name, used in (("world", asked), ("gain", judged)) if used} == sees - {"figures"}


@pytest.mark.parametrize("regime", ["siloed", "pooled"])
def test_noise_and_regime_do_not_matter_to_those_who_know(regime: str) -> None:
    one = LinearModel(learning=KNOWING, weight=0.5, weeks=8)
    other = LinearModel(learning=KNOWING, weight=0.5, weeks=8, noise=50.0, regime=regime)
    for model in (one, other):
        model.run()
    assert (one.settings_by_week == other.settings_by_week).all()


def test_the_customer_journey_is_no_oracle() -> None:
    from ruamel.yaml import YAML

    firm = {**YAML(typ="safe").load(FIRM), "learning": {"rule": "best_response"}}
    with pytest.raises(ScenarioError, match="`best_response` must know what every setting would bring"):
        load_dict(firm)
    scenario = load_dict(YAML(typ="safe").load(FIRM)).scenario
    asking = scenario.model_copy(update={"learning": Learning(rule="best_response")})
    with pytest.raises(TypeError, match="JourneyWorld does not"):
        OrganizationModel(asking)
    assert isinstance(LinearModel().world, Oracle)


# -- the search --------------------------------------------------------------------------------------------------------

inside = st.floats(0.0, 1.0)


@given(best=st.lists(st.floats(-0.5, 1.5), min_size=1, max_size=4), start=inside, pull=st.floats(-0.3, 0.3))
def test_the_top_of_a_hill_is_found(best: list[float], start: float, pull: float) -> None:
    """A concave hill with interactions: no move of any lever within its bounds pays."""
    top = np.array(best)

    def hill(x: NDArray[np.float64]) -> NDArray[np.float64]:
        away = x - top
        whole = away.sum(axis=1)
        return -(away * away).sum(axis=1) - pull * whole * whole

    found = best_response(hill, np.full(len(best), start), None)
    assert ((found >= 0.0) & (found <= 1.0)).all()
    for lever in range(len(best)):
        for move in (-0.01, 0.01):
            moved = found.copy()
            moved[lever] = min(max(moved[lever] + move, 0.0), 1.0)
            assert hill(moved[None])[0] <= hill(found[None])[0] + 1e-8


@given(kink=inside, start=inside)
def test_a_kink_is_found_to_half_a_thousandth(kink: float, start: float) -> None:
    found = best_response(lambda x: -np.abs(x[:, 0] - kink), np.array([start]), None)
    assert found[0] == pytest.approx(kink, abs=5e-4)


@given(start=inside)
def test_where_nothing_pays_all_stays(start: float) -> None:
    for levels in (None, (0.0, 1.0)):
        assert best_response(lambda x: np.zeros(len(x)), np.array([start, start]), levels).tolist() == [start, start]


def test_bounds_bind_the_search() -> None:
    bounds = np.array([[0.2, 0.4], [0.0, 0.7]])
    for levels in (None, (0.0, 1.0)):
        found = best_response(lambda x: x.sum(axis=1), np.array([0.3, 0.3]), levels, bounds=bounds)
        assert found.tolist() == pytest.approx([0.4, 0.7])


def test_combinations_are_compared_where_levels_are_few() -> None:
    """Moving either lever alone does harm; both together pay."""
    both = best_response(lambda x: 3 * x[:, 0] * x[:, 1] - x.sum(axis=1), np.array([0.0, 0.0]), (0.0, 1.0))
    assert both.tolist() == [1.0, 1.0]
    assert best_response(lambda x: np.zeros(len(x)), np.array([]), None).tolist() == []

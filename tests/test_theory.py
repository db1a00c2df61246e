"""Published theory: the closed forms, the linear world, and learners that come to rest where theory says."""

from __future__ import annotations

from math import acos, cos, degrees, radians, sqrt

import mesa
import numpy as np
import pytest
from scipy import stats

from simulation.model.linear_world import EASY, SCALE, LinearModel, LinearWorld, directions
from simulation.randomness import key
from simulation.rules.arithmetic import UNITS
from simulation.rules.incentive import Scores, appraise, effort_cost
from simulation.rules.theory import (
    best_action,
    best_bonus,
    best_split_weight,
    blend_efficiency,
    bonus_efficiency,
    crossing_cosine,
    resting_distance,
    split_efficiency,
)
from simulation.scenario.regime import Learning

FIXED = Learning(rule="fixed")
SIZES = [1, 2, 4, 7, 10]
ANGLES = [0, 15, 30, 45, 60, 75, 90, 120]
PAYS = [
    pytest.param({"weight": 0.0}, id="own"),
    pytest.param({"weight": 0.5}, id="blend, unsplit"),
    pytest.param({"weight": 0.5, "split": True}, id="blend, split"),
    pytest.param({"weight": 1.0}, id="shared, unsplit"),
    pytest.param({"weight": 1.0, "split": True}, id="shared, split"),
    pytest.param({"weight": 0.0, "bonus": 0.7}, id="Baker's bonus"),
]


# -- what was published ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("angle", "surplus"), [(30, 0.750), (45, 0.500), (60, 0.250), (75, 0.067)])
def test_bakers_best_bonus(angle: float, surplus: float) -> None:
    aligned = cos(radians(angle))
    assert best_bonus(aligned) == aligned
    assert bonus_efficiency(aligned, best_bonus(aligned)) == pytest.approx(surplus, abs=5e-4)
    assert bonus_efficiency(aligned, best_bonus(aligned)) == pytest.approx(aligned**2, abs=1e-15)
    for other in (aligned - 0.01, aligned + 0.01):
        assert bonus_efficiency(aligned, other) < bonus_efficiency(aligned, aligned)


@pytest.mark.parametrize(("departments", "efficiency"), [(1, 1.0), (2, 0.750), (4, 0.4375), (7, 0.2653), (10, 0.190)])
def test_holmstroms_split(departments: int, efficiency: float) -> None:
    assert split_efficiency(departments) == pytest.approx(efficiency, abs=5e-5)
    assert blend_efficiency(0.3, 1.0, sharers=departments) == pytest.approx(split_efficiency(departments), abs=1e-15)


@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("weight", [0.0, 0.2, 0.5, 1.0])
def test_an_unsplit_blend(angle: float, weight: float) -> None:
    aligned = cos(radians(angle))
    expected = 1 - 2 * (1 - weight) ** 2 * (1 - aligned)
    assert blend_efficiency(aligned, weight) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(("angle", "weight"), [(30, 0.198), (45, 0.409), (60, 0.651)])
def test_the_best_weight_of_a_pool_split_among_seven(angle: float, weight: float) -> None:
    assert best_split_weight(cos(radians(angle)), 7) == pytest.approx(weight, abs=5e-4)


@pytest.mark.parametrize("departments", SIZES)
@pytest.mark.parametrize("angle", ANGLES[1:])
def test_no_other_weight_is_better(departments: int, angle: float) -> None:
    aligned = cos(radians(angle))
    best = blend_efficiency(aligned, best_split_weight(aligned, departments), sharers=departments)
    others = [blend_efficiency(aligned, weight, sharers=departments) for weight in np.linspace(0, 1, 101)]
    assert best >= max(others) - 1e-12
    assert best - max(others) < 1e-3  # and it is on the curve, not above it


@pytest.mark.parametrize(
    ("departments", "optimised", "angle"),
    [(2, False, 28.96), (7, False, 50.75), (10, False, 53.49), (2, True, 30), (7, True, 59), (10, True, 64.2)],
)
def test_where_full_sharing_overtakes_silos(departments: int, optimised: bool, angle: float) -> None:
    crossing = crossing_cosine(departments, optimised=optimised)
    assert degrees(acos(crossing)) == pytest.approx(angle, abs=0.006 if not optimised else 0.06)
    silos = bonus_efficiency(crossing, crossing if optimised else 1.0)
    assert silos == pytest.approx(split_efficiency(departments), abs=1e-15)


# -- the linear world says the same ------------------------------------------------------------------------------------


@pytest.mark.parametrize("cosine", [-1.0, -0.3, 0.0, 0.5, 1.0])
@pytest.mark.parametrize("levers", [2, 3, 4, 7])
def test_directions_have_length_one_and_their_angle(levers: int, cosine: float) -> None:
    value, kpi = directions(levers, cosine)
    assert [(value**2).sum(), (kpi**2).sum(), (value * kpi).sum()] == pytest.approx([1, 1, cosine], abs=1e-12)


@pytest.mark.parametrize(("levers", "cosine"), [(1, 0.5), (2, 1.5), (2, -1.5)])
def test_impossible_angles_are_refused(levers: int, cosine: float) -> None:
    with pytest.raises(ValueError, match=r"cosine|lever"):
        directions(levers, cosine)


def put(model: LinearModel, settings: np.ndarray) -> np.ndarray:
    """One week's counters under the same settings for everybody [counter]."""
    for department in model.departments.values():
        for lever in department.levers:
            lever.setting = float(settings[lever.index])
    model.organization.apply_settings()
    return model.world.week()[0].sum(axis=0)


def effort(settings: np.ndarray) -> float:
    return sum(effort_cost(float(setting), EASY, SCALE * SCALE) for setting in settings)


def efficiency(model: LinearModel, settings: np.ndarray) -> float:
    """Value less effort as a share of the first best, half a point of value for each department."""
    counts = put(model, settings)
    value = counts[-1] / counts[0]
    return (value - effort(settings)) / (0.5 * len(model.departments))


@pytest.mark.parametrize("angle", [0, 30, 45, 60])
@pytest.mark.parametrize("departments", [2, 7])
def test_best_response_brings_what_was_published(departments: int, angle: float) -> None:
    aligned = cos(radians(angle))
    given = {"departments": departments, "cosine": aligned, "learning": FIXED}

    def reached(**pay: float) -> float:
        model = LinearModel(**given, **pay)
        return efficiency(model, model.best)

    assert reached(bonus=best_bonus(aligned)) == pytest.approx(aligned**2, abs=1e-5)
    assert reached(weight=1.0) == pytest.approx(1.0, abs=1e-5)
    assert reached(weight=1.0, split=True) == pytest.approx(split_efficiency(departments), abs=1e-5)
    assert reached(weight=0.3) == pytest.approx(blend_efficiency(aligned, 0.3), abs=1e-5)
    split = blend_efficiency(aligned, 0.3, sharers=departments)
    assert reached(weight=0.3, split=True) == pytest.approx(split, abs=1e-5)


@pytest.mark.parametrize("pay", PAYS)
def test_no_move_of_one_lever_pays_at_best_response(pay: dict[str, float]) -> None:
    """Judged by the organization's own appraisal, scheme and effort."""
    model = LinearModel(**pay, learning=FIXED)
    organization = model.organization
    terms = organization.appraisals.terms("d0")

    def pays(settings: np.ndarray) -> float:
        counts = put(model, settings)
        own = organization.score({"kpi_d0": 1.0}, counts)
        shared = organization.score({"value": 1.0}, counts)
        return appraise(Scores(own, shared, 0.0), terms) - effort(settings[:4])

    best = pays(model.best)
    for lever in range(4):
        for move in (-0.02, 0.02):
            moved = model.best.copy()
            moved[lever] += move
            # All that a move costs is the effort it wastes.
            assert best - pays(moved) == pytest.approx(effort_cost(move, 0.0, SCALE * SCALE), abs=1e-5)


def test_bounds_bind_no_best_response() -> None:
    for cosine in np.linspace(-1, 1, 9):
        value, kpi = directions(2, float(cosine))
        for g, f in zip(kpi, value, strict=True):
            for weight in (0.0, 0.5, 1.0):
                assert 0.1 - 1e-12 <= EASY + best_action(float(g), float(f), weight=weight) / SCALE <= 0.9 + 1e-12


# -- its noise ---------------------------------------------------------------------------------------------------------


def world(*, noise: float, people: int = 4000, cells: int = 4) -> LinearWorld:
    value, kpi = directions(2, 0.5)
    made = LinearWorld(
        value=value, kpi=kpi, departments=2, population=people, noise=noise, run_key=key(5, 0), cells=cells
    )
    made.set_levers(np.full((cells, 4), 0.7))
    return made


def test_the_noise_of_a_cohort_is_that_of_its_people() -> None:
    noise, people, weeks = 3.0, 4000, 400
    noisy, exact = world(noise=noise, people=people), world(noise=0.0, people=people)
    now, before = zip(*((noisy.week() - exact.week()) / UNITS for _ in range(weeks)), strict=True)
    for cohort in (np.array(now)[:, :, 1:], np.array(before)[:, :, 1:]):
        drawn = cohort.reshape(weeks * 4, 3) / (noise * sqrt(people / 4))
        # Irwin-Hall noise has lighter tails than the normal, so the chi-squared interval is wide enough.
        low, high = stats.chi2.interval(0.9999, len(drawn)) / np.float64(len(drawn))
        assert ((drawn**2).mean(axis=0) > low).all()
        assert ((drawn**2).mean(axis=0) < high).all()
        assert np.abs(drawn.mean(axis=0)).max() < 4 / sqrt(len(drawn))


def test_both_views_count_the_same_people() -> None:
    now, before = world(noise=3.0).week()
    assert (now.sum(axis=0) == before.sum(axis=0)).all()
    assert (now[:, 0] == 1000 * UNITS).all()


def test_luck_does_not_depend_on_the_levers() -> None:
    one, other = world(noise=3.0), world(noise=3.0)
    other.set_levers(np.full((4, 4), EASY))
    shift = one.week() - other.week()
    still = world(noise=0.0).week()
    assert np.abs(shift[:, :, 1:] - still[:, :, 1:]).max() <= 8  # rounding of the parts of a cell to fixed point


# -- learners come to rest at best response ----------------------------------------------------------------------------

LEARNERS = [("trial_and_error", 0.6), ("trial_and_error", 0.8), ("trial_and_error", 0.9), ("local_search", 0.0)]


@pytest.mark.parametrize("pay", PAYS)
@pytest.mark.parametrize(("rule", "memory"), LEARNERS)
def test_learners_rest_at_best_response_without_noise(rule: str, memory: float, pay: dict[str, float]) -> None:
    """As near as the size of their steps allows, from the same organization that runs the reference firm."""
    weeks = 1664  # 208 trials of each lever: what is left of the way in is memory^(208 / 2) of it, below 1e-4
    learning = Learning(rule=rule, memory=memory, start="random")
    model = LinearModel(**pay, cosine=0.7, learning=learning, weeks=weeks)
    model.run()
    rest = resting_distance(rule, step=learning.step, memory=memory)
    assert np.abs(model.settings_by_week[-1] - model.best).max() <= rest + 2e-4
    assert np.abs(model.settings_by_week[0] - model.best).max() > rest  # and they had to go there


@pytest.mark.parametrize("levers", [3, 8])
def test_more_levers_than_trials_are_learned_in_turn(levers: int) -> None:
    model = LinearModel(
        levers=levers, cosine=1.0, learning=Learning(levers_at_a_time=2), weeks=1664 * max(1, levers // 4)
    )
    model.run()
    rest = resting_distance("trial_and_error", step=0.1, memory=0.9)
    assert np.abs(model.settings_by_week[-1] - model.best).max() <= rest + 2e-4


def test_without_sight_the_shared_metric_misleads_where_with_sight_it_guides() -> None:
    """Every department sees the company's value move, and takes all of it for its own doing."""
    seen, unseen = (LinearModel(weight=1.0, regime=regime, weeks=832) for regime in ("pooled", "siloed"))
    for model in (seen, unseen):
        model.run()
    away = [np.abs(model.settings_by_week[-104:] - model.best).mean() for model in (seen, unseen)]
    assert away[0] < 0.02 < away[1]


def test_a_model_of_mesa_that_repeats_itself() -> None:
    one, same, other = (LinearModel(noise=20.0, weeks=40, replication=replication) for replication in (1, 1, 2))
    for model in (one, same, other):
        model.run()
    assert isinstance(one, mesa.Model)
    assert all(isinstance(department, mesa.Agent) for department in one.departments.values())
    assert (one.settings_by_week == same.settings_by_week).all()
    assert (one.settings_by_week != other.settings_by_week).any()

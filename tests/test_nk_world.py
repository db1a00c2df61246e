"""The NK world: published properties of its landscapes, its seam, and where the same organization goes on it."""

from __future__ import annotations

from itertools import product
from math import sqrt

import numpy as np
import pytest
from scipy import stats

from simulation.model.best_response import Oracle
from simulation.model.nk_world import NkModel, contributions, local_optima
from simulation.randomness import key
from simulation.rules.arithmetic import UNITS
from simulation.scenario.regime import Learning

LANDSCAPES = 100
WALK = Learning(rule="local_search", step=0.5)
KNOWING = Learning(rule="best_response")


def means(*, within: int, across: int, number: int = LANDSCAPES) -> list[np.ndarray]:
    """Mean contribution in every configuration of ten practices of two departments, by landscape."""
    return [
        contributions(key(77, n), departments=2, levers=5, within=within, across=across).mean(axis=1)
        for n in range(number)
    ]


def holds(drawn: list[float], expected: float) -> None:
    """The mean of independent draws lies within the interval that one in 10,000 would leave."""
    sample = np.array(drawn)
    half = stats.t.ppf(0.99995, len(sample) - 1) * sample.std(ddof=1) / sqrt(len(sample))
    assert abs(sample.mean() - expected) < half
    assert half < 0.1 * expected  # and it tells something


# -- what was published ------------------------------------------------------------------------------------------------


def test_without_dependence_the_best_is_two_thirds_on_average() -> None:
    """The larger of two uniform draws, for each practice (Kauffman & Weinberger 1989); and there is one peak."""
    values = means(within=0, across=0)
    holds([float(each.max()) for each in values], 2 / 3)
    assert all(local_optima(each).sum() == 1 for each in values)


def test_a_fully_entangled_landscape_has_as_many_peaks_as_published() -> None:
    """2^N / (N + 1): every configuration is the best of N + 1 equals with the same chance (Kauffman & Levin 1987)."""
    holds([float(local_optima(each).sum()) for each in means(within=4, across=5)], 2**10 / 11)
    assert round(2**10 / 11, 2) == 93.09


def test_contributions_are_uniform_and_depend_on_k_others() -> None:
    drawn = contributions(key(5, 0), departments=2, levers=4, within=1, across=2)
    assert stats.kstest(np.unique(drawn), "uniform").pvalue > 1e-4
    assert len(np.unique(drawn)) == 8 * 2**4
    number = np.arange(2**8)
    for i in range(8):
        depends = [j for j in range(8) if (drawn[number, i] != drawn[number ^ (1 << j), i]).any()]
        assert i in depends
        own = [j for j in depends if j // 4 == i // 4 and j != i]
        assert (len(own), len(depends) - len(own) - 1) == (1, 2)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [({"departments": 3, "levers": 5, "within": 0, "across": 0}, "15 practices"),
     ({"departments": 2, "levers": 2, "within": 2, "across": 0}, "not on 2 and 0"),
     ({"departments": 2, "levers": 2, "within": 0, "across": 3}, "not on 0 and 3")],
)  # fmt: skip
def test_impossible_landscapes_are_refused(sizes: dict[str, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        contributions(key(1, 0), **sizes)


# -- behind the seam ---------------------------------------------------------------------------------------------------


def test_bits_bring_their_configuration_and_shares_the_average_over_them() -> None:
    model = NkModel(departments=2, levers=2, within=1, across=2)
    world = model.world
    corners = np.array([bits[::-1] for bits in product((0.0, 1.0), repeat=4)])
    assert (world.per_person(corners) == world.table).all()
    share = np.array([0.25, 0.5, 1.0, 0.7])
    chance = np.prod(np.where(corners == 1.0, share, 1.0 - share), axis=1)
    by_hand = (chance[:, None] * world.table).sum(axis=0)
    assert world.per_person(share[None])[0] == pytest.approx(by_hand, abs=1e-12)
    assert isinstance(world, Oracle)


def test_counters_are_what_the_oracle_says() -> None:
    model = NkModel(departments=2, levers=3, population=4096, learning=Learning(levers_at_a_time=1))
    model.organization.apply_settings()
    lived = model.world.week()[0].sum(axis=0)
    expected = model.world.expected(model.organization.settings()[None])[0]
    assert np.abs(lived - expected).max() <= model.world.cells**2  # rounding of each pair of cells to fixed point
    assert lived[0] == 4096 * UNITS
    assert model.efficiency(np.eye(6)[:1] * 0.0)[0] == pytest.approx(
        (model.values[0] - model.values.mean()) / (model.values.max() - model.values.mean())
    )


# -- the same organization on it ---------------------------------------------------------------------------------------


def lived(**given: object) -> NkModel:
    model = NkModel(**given)  # type: ignore[arg-type]
    model.run()
    return model


def configuration(model: NkModel) -> int:
    """Number of the configuration in which the model ends; its settings are bits."""
    bits = model.settings_by_week[-1]
    assert set(bits.tolist()) <= {0.0, 1.0}
    return int((bits * 2.0 ** np.arange(len(bits))).sum())


@pytest.mark.parametrize("landscape", range(4))
@pytest.mark.parametrize("rule", [KNOWING, WALK, Learning(step=0.25, memory=0.5)], ids=lambda rule: rule.rule)
def test_without_dependence_every_rule_and_pay_finds_the_top(rule: Learning, landscape: int) -> None:
    """What is good for a department is good for the company, and each practice can be judged by itself."""
    for weight in (0.0, 1.0):
        model = lived(within=0, across=0, weight=weight, learning=rule, weeks=104, replication=landscape)
        assert model.efficiency(model.settings_by_week[-1:])[0] == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("landscape", range(4))
def test_best_response_to_the_companys_value_rests_where_no_department_could_do_better(landscape: int) -> None:
    model = lived(within=2, across=4, weight=1.0, learning=KNOWING, weeks=104, replication=landscape)
    reached = configuration(model)
    assert local_optima(model.values)[reached]
    for department in range(3):  # nor by any change of all its practices together
        others = reached & ~(0b1111 << 4 * department)
        assert max(model.values[others | own << 4 * department] for own in range(16)) == model.values[reached]


def test_best_response_to_own_kpis_rests_at_equilibria() -> None:
    """Where it rests; with KPIs that pull apart it may turn in circles for ever."""
    resting = 0
    for landscape in range(6):
        model = lived(within=2, across=2, learning=KNOWING, weeks=104, replication=landscape)
        at_rest = (model.settings_by_week[-1] == model.settings_by_week[-5]).all()  # a review before
        resting += int(at_rest)
        reached = configuration(model)
        gains = []
        for department in range(3):
            others = reached & ~(0b1111 << 4 * department)
            kpi = model.world.table[:, department]
            gains.append(max(kpi[others | own << 4 * department] for own in range(16)) - kpi[reached])
        assert (max(gains) == 0.0) == at_rest
    assert resting > 0


@pytest.mark.parametrize("landscape", range(3))
def test_a_walk_in_one_department_ends_on_a_peak(landscape: int) -> None:
    """One practice tried at a time, every one in turn: Levinthal's local adaptation."""
    walk = Learning(rule="local_search", step=0.5, levers_at_a_time=1, review_weeks=1)
    model = lived(departments=1, levers=8, within=5, across=0, learning=walk, weeks=150, replication=landscape)
    assert local_optima(model.values)[configuration(model)]
    assert model.values[configuration(model)] > model.values[0]


def test_landscapes_repeat_and_differ_by_replication() -> None:
    one, same, other = (NkModel(replication=n).values for n in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).all()

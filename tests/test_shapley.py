"""Shapley values: games with known answers, and the axioms on games of any kind."""

from __future__ import annotations

from itertools import permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.laboratory.attribution.shapley import coalitions, dues, sampled_orders

GAMES = st.integers(1, 6).flatmap(
    lambda n: st.tuples(
        st.just(n), st.lists(st.floats(-100.0, 100.0, allow_nan=False), min_size=1 << n, max_size=1 << n)
    )
)


def test_where_value_adds_up_everyone_gets_what_it_adds() -> None:
    adds = [3.0, -1.5, 0.0, 10.0]
    values = {c: 7.0 + sum(each for at, each in enumerate(adds) if c >> at & 1) for c in coalitions(4)}
    found = dues(values, 4)
    for measure in (found.value, found.alone, found.last):
        np.testing.assert_allclose(measure, adds, atol=1e-12)


def test_a_majority_of_unequal_votes_as_published() -> None:
    """Weights 4, 3, 2, 1, quota 6: 5/12, 3/12, 3/12, 1/12 (Shapley & Shubik 1954, counted over the 24 orders)."""
    votes = (4, 3, 2, 1)
    values = {c: float(sum(v for at, v in enumerate(votes) if c >> at & 1) >= 6) for c in coalitions(4)}
    np.testing.assert_allclose(dues(values, 4).value, np.array([5, 3, 3, 1]) / 12, atol=1e-12)


@given(GAMES)
@settings(max_examples=50, deadline=None)
def test_values_add_up_and_are_the_mean_over_all_orders(game: tuple[int, list[float]]) -> None:
    players, table = game
    values = dict(enumerate(table))
    found = dues(values, players).value
    assert found.sum() == pytest.approx(table[-1] - table[0], abs=1e-9)
    every = tuple(permutations(range(players)))
    assert len(every) == factorial(players)
    np.testing.assert_allclose(found, dues(values, players, every).value, atol=1e-9)


@given(GAMES, st.integers(0, 5))
@settings(max_examples=50, deadline=None)
def test_who_changes_nothing_gets_nothing_and_twins_get_the_same(game: tuple[int, list[float]], at: int) -> None:
    players, table = game
    idle = at % players
    values = {c: table[c & ~(1 << idle)] for c in range(1 << players)}
    assert dues(values, players).value[idle] == 0.0
    twins = {c: table[c.bit_count()] for c in range(1 << players)}
    found = dues(twins, players).value
    np.testing.assert_allclose(found, found[0], atol=1e-9)


def test_sampled_orders_add_up_too_and_come_near() -> None:
    random = np.random.default_rng(1)
    values = dict(enumerate(random.normal(size=1 << 8).tolist()))
    orders = sampled_orders(8, 400, seed=(5, 0))
    assert orders[1] == orders[0][::-1]
    assert orders == sampled_orders(8, 400, seed=(5, 0)) != sampled_orders(8, 400, seed=(5, 1))
    met = {c: values[c] for c in coalitions(8, orders[:20])}
    assert len(met) < 200
    assert dues(met, 8, orders[:20]).value.sum() == pytest.approx(values[255] - values[0])
    exact, sampled = dues(values, 8), dues(values, 8, orders)
    np.testing.assert_allclose(sampled.value, exact.value, atol=0.15)
    np.testing.assert_array_equal(sampled.alone, exact.alone)
    np.testing.assert_array_equal(sampled.last, exact.last)

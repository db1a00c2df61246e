"""The project's own elementary functions: as accurate as they say, and the same bits when compiled."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numba import njit

from simulation.rules import arithmetic

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

GRID = np.linspace(-16.0, 16.0, 20_001)
POSITIVE = np.exp(np.linspace(math.log(0.001), math.log(1000.0), 20_001))


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


def test_exp_is_accurate_to_1e_11() -> None:
    worst = max(abs(arithmetic.exp(x) / math.exp(x) - 1.0) for x in GRID.tolist())
    assert worst < 1e-11


def test_log_is_accurate_to_1e_9() -> None:
    worst = max(abs(arithmetic.log(x) - math.log(x)) for x in POSITIVE.tolist())
    assert worst < 1e-9


@pytest.mark.parametrize("exponent", [-2.0, -1.0, -0.5, 0.05, 1 / 3, 0.5, 1.0, 2.0])
def test_power_is_accurate_to_1e_8(exponent: float) -> None:
    """exponent x 1e-9 of the logarithm and 1e-11 of exp, where the result lies within exp's range."""
    worst = max(abs(arithmetic.power(x, exponent) / x**exponent - 1.0) for x in POSITIVE.tolist())
    assert worst < abs(exponent) * 1e-9 + 2e-11


def test_logistic_is_accurate_to_1e_11() -> None:
    worst = max(abs(arithmetic.logistic(x) - 1.0 / (1.0 + math.exp(-x))) for x in GRID.tolist())
    assert worst < 1e-11


@given(numbers(-16.0, 16.0))
def test_exp_of_the_opposite_is_the_inverse(x: float) -> None:
    assert arithmetic.exp(x) * arithmetic.exp(-x) == pytest.approx(1.0, rel=3e-11)


@given(numbers(-1e300, 1e300))
def test_exp_stays_within_its_bounds(x: float) -> None:
    assert math.exp(-16.0) * (1 - 1e-10) <= arithmetic.exp(x) <= math.exp(16.0) * (1 + 1e-10)


@given(numbers(0.001, 1000.0), numbers(0.001, 1000.0))
def test_log_never_falls(x: float, y: float) -> None:
    low, high = sorted((x, y))
    assert arithmetic.log(low) <= arithmetic.log(high) + 1e-15


def test_exp_and_logistic_never_fall_on_the_grid() -> None:
    for function in (arithmetic.exp, arithmetic.logistic):
        values = [function(x) for x in GRID.tolist()]
        assert all(a <= b for a, b in pairwise(values))


@given(st.integers(-(2**40), 2**40))
def test_fixed_is_exact_on_whole_units(units: int) -> None:
    assert arithmetic.fixed(units / arithmetic.UNITS) == units


@given(numbers(-1e6, 1e6))
def test_fixed_is_at_most_half_a_unit_off(x: float) -> None:
    assert abs(arithmetic.fixed(x) / arithmetic.UNITS - x) <= 0.5 / arithmetic.UNITS


@njit
def compiled_one(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    table = np.empty((8, x.shape[0]))
    for i in range(x.shape[0]):
        table[0, i] = arithmetic.exp(x[i])
        table[1, i] = arithmetic.logistic(x[i])
        table[2, i] = arithmetic.log(y[i])
        table[3, i] = arithmetic.power(y[i], 0.5)
        table[4, i] = arithmetic.power(y[i], x[i])
        table[5, i] = arithmetic.fixed(x[i])
        table[6, i] = arithmetic.clip(x[i], -1.0, y[i])
        table[7, i] = arithmetic.exp(x[i] * y[i] - 0.3 * x[i] + y[i])  # a chance to fuse multiplication and addition
    return table


def plain_one(x: float, y: float) -> list[float]:
    return [
        arithmetic.exp(x), arithmetic.logistic(x), arithmetic.log(y), arithmetic.power(y, 0.5), arithmetic.power(y, x),
        float(arithmetic.fixed(x)), arithmetic.clip(x, -1.0, y), arithmetic.exp(x * y - 0.3 * x + y),
    ]  # fmt: skip


def assert_same_bits(x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    plain = np.array([plain_one(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]).T
    assert compiled_one(x, y).tobytes() == np.ascontiguousarray(plain).tobytes()


def test_plain_and_compiled_give_the_same_bits_on_the_grid() -> None:
    assert_same_bits(GRID, POSITIVE[::-1].copy())


@given(numbers(-50.0, 50.0), numbers(0.001, 1000.0))
@example(-0.0, 1.0)
@example(16.0, 0.001)
@example(5e-324, 1000.0)
def test_plain_and_compiled_give_the_same_bits(x: float, y: float) -> None:
    assert_same_bits(np.array([x]), np.array([y]))


def test_numbers_of_python_and_numpy_give_the_same_bits() -> None:
    functions: list[Callable[[float], float]] = [arithmetic.exp, arithmetic.log, arithmetic.logistic]
    for function in functions:
        assert [function(x) for x in POSITIVE[:200].tolist()] == [float(function(x)) for x in POSITIVE[:200]]

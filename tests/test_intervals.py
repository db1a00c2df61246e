"""Intervals: values worked out by hand, special cases, and coverage by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulation.analysis.intervals import LEVEL, mean_interval, next_sample_size, paired_interval

numbers = st.floats(-1e6, 1e6, allow_subnormal=False)


def test_mean_interval_worked_out_by_hand() -> None:
    # mean 3, s = sqrt(10 / 4), n = 5, t(4; .975) = 2.776445 (printed tables): half = 2.776445 * 1.581139 / 2.236068
    interval = mean_interval([1, 2, 3, 4, 5])
    assert interval.mean == 3
    assert interval.n == 5
    assert interval.half_width == pytest.approx(1.963243, abs=2e-6)


def test_paired_interval_worked_out_by_hand() -> None:
    # differences 1, 3: mean 2, s = sqrt 2, t(1; .975) = 12.7062: half = 12.7062 * 1.414214 / 1.414214
    interval = paired_interval([11, 23], [10, 20])
    assert (interval.mean, interval.n) == (2, 2)
    assert interval.half_width == pytest.approx(12.7062, abs=1e-4)
    assert interval.covers_zero


def test_pairing_removes_what_the_arms_share() -> None:
    luck = np.array([3.0, 17.0, 28.0, 40.0])
    effect = np.array([1.0, 1.25, 0.75, 1.0])
    assert not paired_interval(luck + effect, luck).covers_zero
    assert mean_interval(luck).half_width > 10


@given(st.lists(numbers, min_size=2, max_size=20))
def test_identical_arms_differ_by_exactly_zero(values: list[float]) -> None:
    interval = paired_interval(values, list(values))
    assert (interval.mean, interval.low, interval.high) == (0, 0, 0)
    assert interval.covers_zero


@given(numbers, st.integers(2, 30))
def test_equal_values_have_an_interval_without_width(value: float, n: int) -> None:
    interval = mean_interval([value] * n)
    assert interval.low == interval.mean == interval.high == value


@pytest.mark.parametrize(("n", "told"), [(2, False), (3, False), (5, False), (6, True), (30, True)])
def test_equal_values_tell_a_sign_only_by_the_sign_test(n: int, *, told: bool) -> None:
    # n heads in n tosses, two-sided: 2^(1 - n) is .0625 for 5 and .03125 for 6
    assert mean_interval([0.5] * n).covers_zero != told
    assert mean_interval([-0.5] * n).covers_zero != told
    assert paired_interval([0.1 + 0.2] * n, [0.3 - 0.5] * n).covers_zero != told


def test_two_values_tell_nothing_however_close() -> None:
    assert mean_interval([0.50, 0.51]).low > 0
    assert mean_interval([0.50, 0.51]).covers_zero
    assert not mean_interval([0.50, 0.51, 0.505]).covers_zero


@given(st.lists(numbers, min_size=2, max_size=20), numbers)
def test_a_shift_moves_the_interval_and_keeps_its_width(values: list[float], shift: float) -> None:
    before, after = mean_interval(values), mean_interval([value + shift for value in values])
    assert after.mean == pytest.approx(before.mean + shift, abs=1e-6)
    assert after.half_width == pytest.approx(before.half_width, rel=1e-6, abs=1e-6)


def test_one_replication_has_no_interval_and_says_so() -> None:
    interval = mean_interval([4.5])
    assert interval.mean == 4.5
    assert math.isnan(interval.low)
    assert math.isnan(interval.high)
    assert interval.covers_zero
    assert "no interval" in str(interval)
    assert math.isnan(paired_interval([1.0], [1.0]).half_width)


def test_missing_values_are_left_out_pair_by_pair() -> None:
    interval = paired_interval([1.0, math.nan, 3.0, 9.0], [0.0, 0.0, 2.0, math.nan])
    assert (interval.mean, interval.n) == (1, 2)
    assert mean_interval([math.nan]).n == 0
    assert str(mean_interval([])) == "no values"


@pytest.mark.parametrize("level", [0, 1, -0.5, 95, math.nan])
def test_an_impossible_level_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level must lie between 0 and 1"):
        mean_interval([1, 2], level=level)


def test_what_cannot_be_paired_is_refused() -> None:
    with pytest.raises(ValueError, match="equal shapes"):
        paired_interval([1, 2], [1])
    with pytest.raises(ValueError, match="infinite"):
        mean_interval([1, math.inf])


@pytest.mark.parametrize("n", [2, 5, 20])
def test_coverage_is_the_level_it_claims(n: int) -> None:
    """4,000 samples of n normal values: hits must lie in the central 99.9 % of Binomial(4000, .95)."""
    samples = np.random.default_rng(20240 + n).normal(7, 3, size=(4000, n))
    intervals = [mean_interval(sample) for sample in samples]
    hits = sum(interval.low <= 7 <= interval.high for interval in intervals)
    low, high = stats.binom.interval(0.999, len(samples), LEVEL)
    assert low <= hits <= high


def test_the_next_look_is_where_the_width_should_suffice() -> None:
    assert next_sample_size(n=10, half_width=1.2, wanted=1.0, most=1000) == 15  # 10 * 1.44 = 14.4
    assert next_sample_size(n=10, half_width=1.01, wanted=1.0, most=1000) == 14  # at least 4 more
    assert next_sample_size(n=10, half_width=9.0, wanted=1.0, most=1000) == 20  # at most twice
    assert next_sample_size(n=10, half_width=9.0, wanted=1.0, most=13) == 13
    assert next_sample_size(n=1, half_width=math.nan, wanted=1.0, most=1000) == 5

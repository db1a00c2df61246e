"""Random numbers: the published known answers, one generator for scalars, arrays and compiled code, sound streams."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from scipy import stats

from simulation.model import columns
from simulation.randomness import PURPOSE, key, luck, threefry, uniform
from simulation.scenario.scenario import Scenario

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORD = st.integers(0, 2**32 - 1)

ONES = (0xFFFFFFFF,) * 4
KNOWN = {
    "zero": ((0, 0, 0, 0), (0, 0, 0, 0), "9c6ca96a e17eae66 fc10ecd4 5256a7d8"),
    "ones": (ONES, ONES, "2a881696 57012287 f6c7446e a16a6732"),
    "pi": (
        (0xA4093822, 0x299F31D0, 0x082EFA98, 0xEC4E6C89),
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        "59cd1dbb b8879579 86b5d00c ac8b6d84",
    ),
}
"""Key, counter and answer of Threefry4x32-20 in the Random123 library's own test vectors."""


@njit
def compiled_words(k: tuple[int, int, int, int], c: NDArray[np.int64]) -> NDArray[np.int64]:
    answer = np.empty_like(c)
    for i in range(c.shape[0]):
        answer[i, 0], answer[i, 1], answer[i, 2], answer[i, 3] = threefry(
            k[0], k[1], k[2], k[3], c[i, 0], c[i, 1], c[i, 2], c[i, 3]
        )
    return answer


@njit
def compiled_luck(words: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.array([luck(a, b) for a, b in words])


@njit
def compiled_uniform(words: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.array([uniform(word) for word in words])


@pytest.mark.parametrize("name", KNOWN)
def test_known_answers(name: str) -> None:
    k, counter, answer = KNOWN[name]
    words = [int(word, 16) for word in answer.split()]
    assert list(threefry(*k, *counter)) == words
    arrays = threefry(*k, *(np.array([c], dtype=np.int64) for c in counter))
    assert [int(word[0]) for word in arrays] == words
    assert compiled_words(k, np.array([counter], dtype=np.int64))[0].tolist() == words


@given(st.tuples(WORD, WORD, WORD, WORD), st.lists(st.tuples(WORD, WORD, WORD, WORD), min_size=1, max_size=20))
def test_scalars_arrays_and_compiled_code_draw_the_same(
    k: tuple[int, int, int, int], counters: list[tuple[int, int, int, int]]
) -> None:
    table = np.array(counters, dtype=np.int64)
    scalar = [threefry(*k, *counter) for counter in counters]
    assert np.array(threefry(*k, *table.T)).T.tolist() == [list(words) for words in scalar]
    words = compiled_words(k, table)
    assert words.tolist() == [list(row) for row in scalar]
    plain_luck = [luck(row[0], row[1]) for row in scalar]
    assert compiled_luck(words[:, :2].copy()).tolist() == plain_luck == luck(words[:, 0], words[:, 1]).tolist()
    plain_uniform = [uniform(row[2]) for row in scalar]
    assert compiled_uniform(words[:, 2].copy()).tolist() == plain_uniform == uniform(words[:, 2]).tolist()


def test_uniform_is_open_at_both_ends_and_exact() -> None:
    assert uniform(0) == 2.0**-33
    assert uniform(2**32 - 1) == 1.0 - 2.0**-33
    assert uniform(2**31) == 0.5 + 2.0**-33


def test_luck_by_hand() -> None:
    # four 16-bit parts of 65535 are 262140: 131070 above the mean, each unit sqrt(3) / 2**16
    assert luck(2**32 - 1, 2**32 - 1) == pytest.approx(131070 * math.sqrt(3) / 65536, rel=1e-15)
    assert luck(0, 0) == -luck(2**32 - 1, 2**32 - 1)
    assert luck(0xFFFF, 0xFFFF) == 0.0
    assert luck(0xFFFF0000, 0x0000FFFF) == 0.0


def words_of(
    n: int, *, purpose: int = 200, week: int = 3, seed: int = 1, replication: int = 0
) -> list[NDArray[np.int64]]:
    slots = np.arange(n, dtype=np.int64)
    return list(threefry(*key(seed, replication), 0, slots, week, purpose, 0))


def test_luck_has_mean_0_standard_deviation_1_and_is_bounded() -> None:
    """n = 400,000: mean and variance within the 99.9 % intervals of a variable of mean 0, variance 1, kurtosis 2.7."""
    n = 400_000
    w0, w1, w2, w3 = words_of(n // 2)
    drawn = np.concatenate([luck(w0, w1), luck(w2, w3)])
    z = stats.norm.ppf(0.9995)
    assert abs(drawn.mean()) < z / math.sqrt(n)
    assert abs(drawn.var() - 1.0) < z * math.sqrt((2.7 - 1.0) / n)
    assert np.abs(drawn).max() <= 3.4641016151377544
    assert stats.skew(drawn) == pytest.approx(0.0, abs=z * math.sqrt(6 / n))


def test_uniform_is_uniform() -> None:
    """Kolmogorov-Smirnov at n = 100,000 in each of the four words: above the 0.1 % point of its distribution."""
    for word in words_of(100_000):
        assert stats.kstest(uniform(word), "uniform").pvalue > 0.001


def largest_correlation(streams: list[NDArray[np.float64]]) -> float:
    table = np.corrcoef(np.array(streams))
    return float(np.abs(table[np.triu_indices(len(streams), 1)]).max())


def bound(n: int, streams: int) -> float:
    """What the largest of all correlations of independent streams exceeds once in a thousand (Bonferroni)."""
    pairs = streams * (streams - 1) / 2
    return float(stats.norm.ppf(1 - 0.001 / (2 * pairs)) / math.sqrt(n))


def test_streams_of_different_purposes_are_uncorrelated() -> None:
    """n = 20,000 slots, every purpose with all four words; luck and the first uniform alike."""
    purposes = [*PURPOSE.values(), PURPOSE["entry"] + 1, PURPOSE["meet"] + 1, PURPOSE["encounter"] + 1]
    assert len(set(purposes)) == len(purposes)
    streams = [uniform(word) for p in purposes for word in words_of(20_000, purpose=p)]
    assert largest_correlation(streams) < bound(20_000, len(streams))


def test_streams_of_weeks_seeds_replications_and_neighbours_are_uncorrelated() -> None:
    """n = 20,000 slots; the last stream is the first one shifted by a slot."""
    changes: list[dict[str, int]] = [{"week": w} for w in (0, 1, 2, 52)]
    changes += [{"seed": s} for s in (0, 2, 2**32, 2**62)] + [{"replication": r} for r in (1, 2, 999)]
    streams = [uniform(words_of(20_000, **change)[0]) for change in ({}, *changes)]
    streams.append(np.roll(streams[0], 1))
    assert largest_correlation(streams) < bound(20_000, len(streams))


def test_keys_keep_seeds_and_replications_apart() -> None:
    seeds = (0, 1, 2**32 - 1, 2**32, 2**32 + 1, 2**63 - 1)
    keys = {key(seed, replication) for seed in seeds for replication in (0, 1, 99_999)}
    assert len(keys) == len(seeds) * 3


def test_purposes_do_not_run_into_each_other() -> None:
    """A journey has at most 40 touchpoints: ten blocks of meetings and forty encounters."""
    (most,) = [m.max_length for m in Scenario.model_fields["journey"].metadata if hasattr(m, "max_length")]
    taken = [PURPOSE[name] for name in PURPOSE if name not in {"meet", "encounter"}] + [PURPOSE["entry"] + 1]
    taken += [PURPOSE["meet"] + block for block in range((most + 3) // 4)]
    taken += [PURPOSE["encounter"] + k for k in range(most)]
    assert len(taken) == len(set(taken))


def test_both_engines_use_the_declared_purposes() -> None:
    used = {"finish": columns.P_FINISH, "survey": columns.P_SURVEY, "entry": columns.P_ENTRY, "cell": columns.P_CELL,
            "start": columns.P_START, "meet": columns.P_MEET, "encounter": columns.P_ENCOUNTER}  # fmt: skip
    assert used == {name: PURPOSE[name] for name in used}


def test_a_bit_more_in_any_input_changes_about_half_the_bits_of_the_answer() -> None:
    """Mean over 8 inputs x 32 bits of 128 output bits: 32,768 fair coins, a 99.9 % interval of about +- 0.9 %."""
    base = [3, 1, 4, 1, 5, 9, 2, 6]
    answer = threefry(*base)
    flips = 0
    for place, bit in itertools.product(range(8), range(32)):
        other = base.copy()
        other[place] ^= 1 << bit
        flips += sum((a ^ b).bit_count() for a, b in zip(answer, threefry(*other), strict=True))
    assert abs(flips / 32768 - 0.5) < stats.norm.ppf(0.9995) * 0.5 / math.sqrt(32768)

"""Counter-based random numbers: each draw is a pure function of (seed, replication, who, week, purpose).

The generator is Threefry4x32-20 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
It is written once, on whole numbers below 2**32, so that the same function serves plain Python integers, numpy
int64 arrays and compiled code (there on uint32). No state is kept: the order in which draws are asked for cannot matter.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.extending import overload, register_jitable

__all__ = ["PURPOSE", "key", "luck", "threefry", "uniform"]

_MASK = 0xFFFFFFFF
_PARITY = 0x1BD11BDA
_UNIT = 2.0**-32
_SQRT3_OVER_2_16 = 1.7320508075688772 * 2.0**-16

PURPOSE: dict[str, int] = {
    "finish": 1,  # exit, voice, defection, talk
    "survey": 2,  # sent, answered, noise of the answer
    "entry": 3,  # traits of a new person (two blocks: 3 and 4)
    "cell": 5,  # which halves of the departments' trials a person is in; `week` is the review
    "network": 6,  # ties; `week` is the number of the tie
    "start": 7,  # stage at the very beginning
    "policy": 8,  # random starting policy; `who` is the lever
    "trial": 9,  # direction of the first trials; `who` is the lever
    "world": 10,  # noise of the small worlds
    "attention": 11,  # which metrics a department heeds; `who` is the department, `week` the review
    "definition": 12,  # how a department misreads shared metrics; `who` is the lever, `week` the review
    "council": 13,  # errors of reports and of shared data, lapses; `who` is a department or a lever
    "landscape": 30,  # contributions of an NK landscape (block 0) and who depends on whom (1); `who` is the bit
    "meet": 100,  # meetings, four touchpoints a block: 100 + touchpoint // 4
    "encounter": 200,  # luck, success and outcome of one encounter, then its rating: 200 + touchpoint
    "order": 300,  # time of an order and of its delivery: 300 + touchpoint
}
"""The purposes of draws; each has its own stream."""


def _word(x: Any) -> Any:
    """Return the last 32 bits of x."""
    return x & _MASK


@overload(_word, jit_options={"forceinline": True})
def _compiled_word(x: Any) -> Any:
    def word(x: Any) -> Any:  # of these a vector register holds twice as many as of int64
        return np.uint32(x)

    return word


@register_jitable(forceinline=True)
def _rotate(x: Any, r: int) -> Any:
    return _word((x << r) | (x >> (32 - r)))


@register_jitable(forceinline=True)
def _four_rounds(
    a: Any, b: Any, c: Any, d: Any, r0: int, r1: int, r2: int, r3: int, r4: int, r5: int, r6: int, r7: int
) -> Any:
    a = _word(a + b)
    b = _word(_rotate(b, r0) ^ a)
    c = _word(c + d)
    d = _word(_rotate(d, r1) ^ c)
    a = _word(a + d)
    d = _word(_rotate(d, r2) ^ a)
    c = _word(c + b)
    b = _word(_rotate(b, r3) ^ c)
    a = _word(a + b)
    b = _word(_rotate(b, r4) ^ a)
    c = _word(c + d)
    d = _word(_rotate(d, r5) ^ c)
    a = _word(a + d)
    d = _word(_rotate(d, r6) ^ a)
    c = _word(c + b)
    b = _word(_rotate(b, r7) ^ c)
    return a, b, c, d


@register_jitable(forceinline=True)
def threefry(k0: Any, k1: Any, k2: Any, k3: Any, c0: Any, c1: Any, c2: Any, c3: Any) -> Any:
    """Return four random words for one key and counter (Threefry4x32, 20 rounds).

    ODD E106, in words.

    Parameters
    ----------
    k0, k1, k2, k3
        Key, whole numbers in [0, 2**32).
    c0, c1, c2, c3
        Counter, whole numbers (or int64 arrays of one shape) in [0, 2**32).

    Returns
    -------
    tuple of four words in [0, 2**32), of the counter's type and shape.

    Source: Salmon et al. 2011; known-answer vectors of the Random123 library.

    Examples
    --------
    >>> [hex(w) for w in threefry(0, 0, 0, 0, 0, 0, 0, 0)]
    ['0x9c6ca96a', '0xe17eae66', '0xfc10ecd4', '0x5256a7d8']
    """
    k0, k1, k2, k3 = _word(k0), _word(k1), _word(k2), _word(k3)
    k4 = _word(_PARITY ^ k0 ^ k1 ^ k2 ^ k3)
    c0, c1, c2, c3 = _word(c0), _word(c1), _word(c2), _word(c3)
    a = _word(c0 + k0)
    b = _word(c1 + k1)
    c = _word(c2 + k2)
    d = _word(c3 + k3)
    a, b, c, d = _four_rounds(a, b, c, d, 10, 26, 11, 21, 13, 27, 23, 5)
    a, b, c, d = _word(a + k1), _word(b + k2), _word(c + k3), _word(d + k4 + 1)
    a, b, c, d = _four_rounds(a, b, c, d, 6, 20, 17, 11, 25, 10, 18, 20)
    a, b, c, d = _word(a + k2), _word(b + k3), _word(c + k4), _word(d + k0 + 2)
    a, b, c, d = _four_rounds(a, b, c, d, 10, 26, 11, 21, 13, 27, 23, 5)
    a, b, c, d = _word(a + k3), _word(b + k4), _word(c + k0), _word(d + k1 + 3)
    a, b, c, d = _four_rounds(a, b, c, d, 6, 20, 17, 11, 25, 10, 18, 20)
    a, b, c, d = _word(a + k4), _word(b + k0), _word(c + k1), _word(d + k2 + 4)
    a, b, c, d = _four_rounds(a, b, c, d, 10, 26, 11, 21, 13, 27, 23, 5)
    return _word(a + k0), _word(b + k1), _word(c + k2), _word(d + k3 + 5)


def key(seed: int, replication: int) -> tuple[int, int, int]:
    """Return the part of the key that a run fixes: (low and high half of the seed, replication).

    ODD E107, in words.

    Source: definition.
    """
    return seed & _MASK, (seed >> 32) & _MASK, replication & _MASK


@register_jitable(forceinline=True)
def uniform(word: Any) -> Any:
    """Return a number in (0, 1), exactly representable: (word + 1/2) / 2**32.

    ODD E108: (word + 1 / 2) / 2**32

    Source: definition (the middle of the interval that a word stands for).
    """
    return (word + 0.5) * _UNIT


@register_jitable(forceinline=True)
def luck(word0: Any, word1: Any) -> Any:
    """Return bounded noise with mean 0 and standard deviation 1 from two words.

    ODD E109: ((word0 % 65536) + (word0 // 65536) + (word1 % 65536) + (word1 // 65536) - 131070) * sqrt(3) / 65536

    The standardised sum of four independent uniform 16-bit numbers (Irwin-Hall, n = 4), in [-3.47, 3.47]: near normal,
    exact in every arithmetic, and without the encounter that is ten standard deviations bad. Our assumption.
    """
    total = (word0 & 0xFFFF) + (word0 >> 16) + (word1 & 0xFFFF) + (word1 >> 16)
    return (total - 131070.0) * _SQRT3_OVER_2_16

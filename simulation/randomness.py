"""Counter-based random numbers: each draw is a pure function of (seed, replication, who, week, purpose).

The generator is Threefry4x32-20 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
It is written once, on whole numbers below 2**32, so that the same function serves plain Python integers, numpy
int64 arrays and compiled code. No state is kept: the order in which draws are asked for cannot matter.
"""

from __future__ import annotations

from typing import Any

from numba.extending import register_jitable

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
    "world": 10,  # noise of the linear world
    "meet": 100,  # meetings, four touchpoints a block: 100 + touchpoint // 4
    "encounter": 200,  # luck, success and outcome of one encounter: 200 + touchpoint
}
"""The purposes of draws; each has its own stream."""


@register_jitable(forceinline=True)
def _rotate(x: Any, r: int) -> Any:
    return ((x << r) | (x >> (32 - r))) & _MASK


@register_jitable(forceinline=True)
def _four_rounds(
    a: Any, b: Any, c: Any, d: Any, r0: int, r1: int, r2: int, r3: int, r4: int, r5: int, r6: int, r7: int
) -> Any:
    a = (a + b) & _MASK
    b = _rotate(b, r0) ^ a
    c = (c + d) & _MASK
    d = _rotate(d, r1) ^ c
    a = (a + d) & _MASK
    d = _rotate(d, r2) ^ a
    c = (c + b) & _MASK
    b = _rotate(b, r3) ^ c
    a = (a + b) & _MASK
    b = _rotate(b, r4) ^ a
    c = (c + d) & _MASK
    d = _rotate(d, r5) ^ c
    a = (a + d) & _MASK
    d = _rotate(d, r6) ^ a
    c = (c + b) & _MASK
    b = _rotate(b, r7) ^ c
    return a, b, c, d


@register_jitable(forceinline=True)
def threefry(k0: Any, k1: Any, k2: Any, k3: Any, c0: Any, c1: Any, c2: Any, c3: Any) -> Any:
    """Return four random words for one key and counter (Threefry4x32, 20 rounds).

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
    k4 = _PARITY ^ k0 ^ k1 ^ k2 ^ k3
    a = (c0 + k0) & _MASK
    b = (c1 + k1) & _MASK
    c = (c2 + k2) & _MASK
    d = (c3 + k3) & _MASK
    a, b, c, d = _four_rounds(a, b, c, d, 10, 26, 11, 21, 13, 27, 23, 5)
    a, b, c, d = (a + k1) & _MASK, (b + k2) & _MASK, (c + k3) & _MASK, (d + k4 + 1) & _MASK
    a, b, c, d = _four_rounds(a, b, c, d, 6, 20, 17, 11, 25, 10, 18, 20)
    a, b, c, d = (a + k2) & _MASK, (b + k3) & _MASK, (c + k4) & _MASK, (d + k0 + 2) & _MASK
    a, b, c, d = _four_rounds(a, b, c, d, 10, 26, 11, 21, 13, 27, 23, 5)
    a, b, c, d = (a + k3) & _MASK, (b + k4) & _MASK, (c + k0) & _MASK, (d + k1 + 3) & _MASK
    a, b, c, d = _four_rounds(a, b, c, d, 6, 20, 17, 11, 25, 10, 18, 20)
    a, b, c, d = (a + k4) & _MASK, (b + k0) & _MASK, (c + k1) & _MASK, (d + k2 + 4) & _MASK
    a, b, c, d = _four_rounds(a, b, c, d, 10, 26, 11, 21, 13, 27, 23, 5)
    return (a + k0) & _MASK, (b + k1) & _MASK, (c + k2) & _MASK, (d + k3 + 5) & _MASK


def key(seed: int, replication: int) -> tuple[int, int, int]:
    """Return the part of the key that a run fixes: (low and high half of the seed, replication)."""
    return seed & _MASK, (seed >> 32) & _MASK, replication & _MASK


@register_jitable(forceinline=True)
def uniform(word: Any) -> Any:
    """Return a number in (0, 1), exactly representable: (word + 1/2) / 2**32."""
    return (word + 0.5) * _UNIT


@register_jitable(forceinline=True)
def luck(word0: Any, word1: Any) -> Any:
    """Return bounded noise with mean 0 and standard deviation 1 from two words.

    The standardised sum of four independent uniform 16-bit numbers (Irwin-Hall, n = 4), in [-3.47, 3.47]: near normal,
    exact in every arithmetic, and without the encounter that is ten standard deviations bad. Our assumption.
    """
    total = (word0 & 0xFFFF) + (word0 >> 16) + (word1 & 0xFFFF) + (word1 >> 16)
    return (total - 131070.0) * _SQRT3_OVER_2_16

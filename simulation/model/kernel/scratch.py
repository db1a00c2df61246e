"""Room for what a block of people carries through one week: one row per quantity, one column per person of the block."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "CHANCE",
    "HAPPENED", "HAS_MET", "HAS_WON", "HIGH", "HIGHEST", "KEPT", "LAST", "LOW", "LOWEST", "NEVER", "PULL", "RATED", "ROW", "VOICED",
    "WAS", "WEIGHT", "WEIGHTED",
    "Scratch", "scratch",
]  # fmt: skip

# rows of `real`
LOWEST, HIGHEST, HAPPENED, CHANCE, PULL, LOW, HIGH, KEPT, WEIGHT, WEIGHTED, RATED = range(11)
REALS = 11
# rows of `marks`
HAS_MET, HAS_WON, LAST, VOICED, WAS, ROW = range(6)
MARKS = 6

NEVER = np.inf
"""A draw with which nothing happens."""


class Scratch(NamedTuple):
    """Arrays of one block; the width of `draws` is the number of people in a block.

    draws [4 of the week's end, then one per touchpoint; person]: uniform draws that everybody makes; words [4, encounter]:
    random words of those chosen; real and marks [row, person]; chosen [encounter]: whose encounter it is, by position in the block;
    flags [person]: whether something holds of her, a byte each, and eights: the same bytes by eights; chance [touchpoint, cell x
    segment]: chance of a meeting before what she brings to it; stock [row, person]: fixed-point numbers to be counted.
    """

    draws: NDArray[np.float64]
    words: NDArray[np.uint32]
    real: NDArray[np.float64]
    marks: NDArray[np.int64]
    chosen: NDArray[np.int64]
    flags: NDArray[np.uint8]
    eights: NDArray[np.uint64]
    chance: NDArray[np.float64]
    stock: NDArray[np.int64]


def scratch(touchpoints: int, rows: int, block: int) -> Scratch:
    """Return room for `block` people, `rows` pairs of cell and segment, and a number of touchpoints."""
    flags = np.zeros((block + 7) // 8 * 8, dtype=np.uint8)
    return Scratch(
        draws=np.empty((4 + 4 * ((touchpoints + 3) // 4), block)),
        words=np.empty((4, block), dtype=np.uint32),
        real=np.empty((REALS, block)),
        marks=np.zeros((MARKS, block), dtype=np.int64),
        chosen=np.zeros(block + 1, dtype=np.int64),  # the list is written one past its end
        flags=flags,
        eights=flags.view(np.uint64),
        chance=np.empty((touchpoints, rows)),
        stock=np.empty((3, block), dtype=np.int64),
    )

"""The design of trials: who meets which half of which department's trial.

Every person is in one of G cells (G a power of two). Column c of the Hadamard matrix of order G says whether a cell is in the
trial half of the trial with number c, so that up to G - 1 levers are tried at once, each on an exact half of the
cells, and every pair of
trials is balanced against each other (Plackett & Burman 1946; Sylvester 1867).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.model.jit import compiled
from simulation.randomness import PURPOSE, threefry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["cells_needed", "deal", "halves", "sums_by_half"]


def cells_needed(trials: int) -> int:
    """Return the smallest power of two above the number of simultaneous trials.

    Examples
    --------
    >>> cells_needed(14), cells_needed(0)
    (16, 1)
    """
    cells = 1
    while cells <= trials:
        cells *= 2
    return cells


def halves(cells: int) -> NDArray[np.bool_]:
    """Return [column, cell]: True where the cell is in the trial half; column 0 is empty.

    ODD E122, in words.

    Source: Plackett & Burman 1946; Sylvester 1867.

    Examples
    --------
    >>> halves(2).tolist()
    [[False, False], [False, True]]
    """
    return np.array([[bin(column & cell).count("1") % 2 == 1 for cell in range(cells)] for column in range(cells)])


def deal(key: tuple[int, int, int], review: int, population: int, cells: int) -> NDArray[np.int32]:
    """Return the cell of every slot in a review [population]: one draw each."""
    slots = np.arange(population, dtype=np.int64)
    word, _, _, _ = threefry(*key, 0, slots, review, PURPOSE["cell"], 0)
    return (word & (cells - 1)).astype(np.int32)


def sums_by_half(counts: NDArray[np.int64], design: NDArray[np.bool_], columns: Sequence[int]) -> NDArray[np.int64]:
    """Return counters [2 x trial, counter] from counters [cell, counter]: trial half and control half of each column."""
    sums = np.zeros((2 * len(columns), counts.shape[1]), dtype=np.int64)
    _sum_up(counts, design, np.array(columns, dtype=np.int64), sums)
    return sums


@compiled
def _sum_up(
    counts: NDArray[np.int64], design: NDArray[np.bool_], columns: NDArray[np.int64], sums: NDArray[np.int64]
) -> None:
    """Add each cell's counters to the half that it is in."""
    for trial in range(len(columns)):
        for cell in range(counts.shape[0]):
            half = 2 * trial + (0 if design[columns[trial], cell] else 1)
            for counter in range(counts.shape[1]):
                sums[half, counter] += counts[cell, counter]

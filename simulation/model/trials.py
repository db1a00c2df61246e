"""The design of trials: who meets which half of which department's trial.

Every person is in one of G cells (G a power of two). Column c of the Hadamard matrix of order G says whether a cell is in the
trial half of the trial with number c, so that up to G - 1 levers are tried at once, each on an exact half of the
cells, and every pair of
trials is balanced against each other (Plackett & Burman 1946; Sylvester 1867).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.randomness import PURPOSE, threefry

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["cells_needed", "deal", "halves"]


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

"""Watching the engine from between it and its kernel, and whether the rivals have come to the same."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.model import columns as at
from simulation.model.columns import Books

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.model.organization_model import OrganizationModel
    from suite.c_rival import CRival
    from suite.numpy_rival import CountingNumpyRival, NumpyRival

__all__ = ["Watch", "check_books", "check_counts", "check_people"]

FELT = (at.MEMORY, at.SATISFACTION, at.WORST, at.TRUST, at.LOYALTY, at.WILL, at.SHOULD)


class Watch:
    """Stands in for the kernel of a model's compiled engine; all calls go through to it.

    Attributes
    ----------
    seconds
        Thread time that `week_of` has taken, since it was last set to 0.
    counts
        Counters [review, cell, counter] of every week lived since it was last cleared, but for the cost of staff.
    books
        The ledger's books of the last week lived: on the reduced journey, where no lever moves, of all weeks since burn-in.
    """

    def __init__(self, model: OrganizationModel) -> None:
        engine: Any = model.world.engine
        self._kernel, self.seconds = engine._kernel, 0.0  # noqa: SLF001 - the one place where a pass can be timed
        self.counts: list[NDArray[np.int64]] = []
        self.books: Books | None = None
        engine._kernel = self  # noqa: SLF001

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernel, name)

    def week_of(self, *given: Any) -> None:
        """Let the kernel live the week of all people, and take its time."""
        start = time.thread_time()
        self._kernel.week_of(*given)
        self.seconds += time.thread_time() - start
        self.books = next(each for each in given if isinstance(each, Books))

    def add_up(self, counts: NDArray[np.int64], sells: NDArray[np.bool_]) -> None:
        """Let the kernel complete a week's counters, and keep them: the organization adds later weeks to its own."""
        self._kernel.add_up(counts, sells)
        self.counts.append(counts.copy())


def check_counts(name: str, counts: NDArray[np.int64], lived: NDArray[np.int64]) -> None:
    """Raise AssertionError unless a rival has counted the same in a week, in every cell of both reviews."""
    assert np.array_equal(counts, lived), f"{name}: other counters"


def check_people(model: OrganizationModel, name: str, rival: NumpyRival | CRival) -> None:
    """Raise AssertionError unless a rival has come to the same people, bit for bit."""
    state = model.world.engine.state
    assert np.array_equal(rival.customer, state.whole[at.STAGE] == at.CUSTOMER), f"{name}: other people left"
    for column in FELT:
        assert np.array_equal(rival.real[column], state.real[column]), f"{name}: other numbers in column {column}"


def check_books(watch: Watch, name: str, rival: CountingNumpyRival | CRival) -> None:
    """Raise AssertionError unless a rival's ledger has the same books since burn-in."""
    assert watch.books is not None, "no week has been lived"
    for column, lived, written in zip(Books._fields, watch.books, rival.books, strict=True):
        assert np.array_equal(written, lived), f"{name}: other books of {column}"

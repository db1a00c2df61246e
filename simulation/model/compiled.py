"""The compiled engine: people as columns, worked by the kernel on a few threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from simulation.model.columns import PARTS, Books, State, merged_logs, new_log, wholes
from simulation.model.world import ties_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.model.effects import Tables
    from simulation.model.kernel import Scratch
    from simulation.model.layout import Layout
    from simulation.scenario.scenario import Scenario

__all__ = ["CompiledEngine"]

BLOCK = 1024
"""People who go through a week side by side: what they carry stays in the processor's nearer caches."""
SMALLEST_SLICE = 4096
"""Slots below which a further thread is not worth its start."""


class CompiledEngine:
    """Lives the weeks of all people with `simulation.model.kernel`.

    Parameters
    ----------
    scenario, layout
        What the world is.
    run_key
        Key of the run's draws.
    threads
        How many slices of people are worked side by side; the results do not depend on it.
    """

    def __init__(self, scenario: Scenario, *, layout: Layout, run_key: tuple[int, int, int], threads: int = 1,
                 keeps_log: bool = False) -> None:  # fmt: skip
        from simulation.model import kernel

        self._kernel = kernel
        self._layout = layout
        self._key = run_key
        population, network = scenario.horizon.population, scenario.market.network
        promising = max(1, len(layout.promising))
        self._state = State(
            real=np.zeros((PARTS + 2 * promising, population)),
            whole=np.zeros((wholes(layout), population), dtype=np.int32),
        )
        kernel.enter_all(run_key, self._state, layout.segments, layout.market, layout.people)
        self._ties = ties_of(run_key, population, network.degree, network.rewiring).ravel()
        self._starts = np.arange(population + 1, dtype=np.int64) * network.degree
        slices = max(1, min(threads, population // SMALLEST_SLICE))
        self._bounds = [population * s // slices for s in range(slices + 1)]
        self._pool = ThreadPoolExecutor(slices) if slices > 1 else None
        self._rooms: list[Scratch] = []
        rows = len(layout.touchpoints) + 2 if keeps_log else 0  # an encounter with each touchpoint, an order, an answer
        self._logs = [new_log((b - a) * rows) for a, b in zip(self._bounds, self._bounds[1:], strict=False)]
        self.log = new_log(0)

    @property
    def state(self) -> State:
        return self._state

    def deal(self, review: int, cells: int) -> None:
        self._kernel.deal(self._key, review, cells, self._state.whole)

    def week(
        self, week: int, tables: Tables, waits: NDArray[np.float64], counts: NDArray[np.int64], books: Books
    ) -> None:
        slices = range(len(self._bounds) - 1)
        if not self._rooms:
            rows = tables.value.shape[0] * tables.value.shape[1]
            self._rooms = [self._kernel.scratch(len(self._layout.touchpoints), rows, BLOCK) for _ in slices]
        if self._pool is None:
            self._slice(0, week, tables, waits, counts, books)
        else:
            parts = [(np.zeros_like(counts), Books(*(np.zeros_like(b) for b in books))) for _ in slices]
            jobs = [self._pool.submit(self._slice, s, week, tables, waits, *part) for s, part in enumerate(parts)]
            for job, (part_counts, part_books) in zip(jobs, parts, strict=True):
                job.result()
                counts += part_counts
                for column, part in zip(books, part_books, strict=True):
                    column[...] += part
        if self._logs[0].whole.shape[0] > 0:
            self.log = merged_logs(self._logs)
        self._kernel.add_up(counts, self._layout.journey.sells)
        self._kernel.spread_word(self._state.whole, self._starts, self._ties)

    def _slice(
        self, s: int, week: int, tables: Tables, waits: NDArray[np.float64], counts: NDArray[np.int64], books: Books
    ) -> None:
        layout = self._layout
        self._kernel.week_of(
            self._bounds[s], self._bounds[s + 1], week, self._key, self._state, layout.journey, layout.segments,
            layout.market, layout.people, tables.value, tables.promise, waits, counts, books, self._rooms[s],
            self._logs[s],
        )  # fmt: skip

"""The world: turns a week of lever settings into counters. It knows levers, never who is paid for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from simulation.model.columns import (
    C_COST,
    CAPACITY,
    COMPANY_WIDTH,
    N_COST,
    N_ENCOUNTERS,
    STAFF,
    TOUCHPOINT_WIDTH,
    Books,
    State,
    new_books,
    new_counts,
)
from simulation.model.effects import Tables, effects_of, fold
from simulation.model.ledger import allocate
from simulation.randomness import PURPOSE, threefry, uniform
from simulation.rules.arithmetic import UNITS
from simulation.rules.queue import backlog_after, wait_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.model.layout import Layout
    from simulation.scenario.scenario import Scenario

__all__ = ["Engine", "JourneyWorld", "ties_of"]

LONGEST_WAIT = 8.0
"""Nobody expects to wait longer than this [weeks]. Our assumption."""
LEAST_CAPACITY = 0.05
"""Levers cannot take away more than all but this share of a capacity. Our assumption."""


class Engine(Protocol):
    """Whatever lives the week of all people: the plain reference or the compiled kernel."""

    @property
    def state(self) -> State:
        """People as columns (a view, or a copy made on request)."""

    def deal(self, review: int, cells: int) -> None:
        """Put people into the cells of a review (`simulation.model.trials.deal`), remembering the ones before."""

    def week(
        self, week: int, tables: Tables, waits: NDArray[np.float64], counts: NDArray[np.int64], books: Books
    ) -> None:
        """Live one week; add to counts and books."""


def ties_of(run_key: tuple[int, int, int], population: int, degree: int, rewiring: float) -> NDArray[np.int32]:
    """Return whom each person tells [population, degree]: a ring lattice with random shortcuts.

    Source: Watts & Strogatz 1998; each tie by its own draw.
    """
    slots = np.arange(population, dtype=np.int64)
    ties = np.empty((population, degree), dtype=np.int32)
    for t in range(degree):
        w0, w1, _, _ = threefry(*run_key, 0, slots, t, PURPOSE["network"], 0)
        step = t // 2 + 1 if t % 2 == 0 else -(t // 2 + 1)
        other = (w1 * population) >> 32
        ties[:, t] = np.where(uniform(w0) < rewiring, other, (slots + step) % population)
    return ties


class JourneyWorld:
    """The customer journey: people, queues, word of mouth and the ledger.

    Parameters
    ----------
    scenario
        Its market, people and journey are used; its incentives and information never.
    layout
        The scenario's arrays.
    run_key
        Key of all draws.
    cells
        Number of cells of the trial design.
    engine
        Lives the people's weeks.
    """

    def __init__(
        self, scenario: Scenario, *, layout: Layout, run_key: tuple[int, int, int], cells: int, engine: Engine
    ) -> None:
        self.layout = layout
        self.key = run_key
        self.population = scenario.horizon.population
        self.cells = cells
        self.engine = engine
        self.weeks_done = 0
        self.backlog = np.zeros(len(layout.touchpoints))
        self.waits = np.zeros((cells, len(layout.touchpoints)))
        self.ledger = np.zeros((len(layout.touchpoints), len(layout.departments) + 1, 2), dtype=np.int64)
        self._effects = effects_of(scenario)
        self._settings: NDArray[np.float64] | None = None
        self._tables: Tables | None = None
        self._books = new_books(layout, cells)
        self._capacity = np.zeros((cells, len(layout.touchpoints)))
        self._whole_capacity = np.zeros(len(layout.touchpoints))
        self._payroll = np.zeros((cells, len(layout.touchpoints)), dtype=np.int64)

    def set_levers(self, settings: NDArray[np.float64]) -> None:
        """Take over lever settings [cell, lever]; nothing is done where they are the old ones."""
        if self._settings is not None and np.array_equal(settings, self._settings):
            return
        self.close_books()
        self._settings = settings.copy()
        self._tables = fold(self.layout, self._effects, settings)
        self._staff_up(self._tables)

    def deal(self, review: int) -> None:
        """Put everybody into a random cell for the trials of this review."""
        self.engine.deal(review, self.cells)

    def close_books(self) -> None:
        """Allocate what has been felt since the settings last changed."""
        if self._tables is not None:
            self.ledger += allocate(self.layout, self._tables, self._books)
            self._books = new_books(self.layout, self.cells)

    def restart_ledger(self) -> None:
        """Forget what has been booked so far (at the end of burn-in)."""
        self.close_books()
        self.ledger[:] = 0

    def week(self) -> NDArray[np.int64]:
        """Live one week; return its counters [this review's cell / the one before, cell, counter]."""
        assert self._tables is not None, "set_levers comes first"
        counts = new_counts(self.layout, self.cells)
        self._set_waits()
        self.engine.week(self.weeks_done, self._tables, self.waits, counts, self._books)
        self._run_queues(counts)
        self._pay_staff(counts)
        self.weeks_done += 1
        return counts

    def _staff_up(self, tables: Tables) -> None:
        """Work out capacity and its cost under new settings, each [cell, touchpoint].

        `_capacity` is what all staff would get through if it worked as in that cell [encounters a week], `_whole_capacity`
        its mean over cells [touchpoint], `_payroll` the cell's part of the cost of staff [money in fixed point].
        """
        value = tables.value[:, 0]
        staff = np.maximum(value[:, :, STAFF], LEAST_CAPACITY)
        multiplier = np.maximum(value[:, :, CAPACITY], LEAST_CAPACITY) * staff
        self._capacity = multiplier * (self.layout.capacity * self.population)
        self._whole_capacity = _mean(self._capacity)
        cost = staff * (self.layout.capacity_cost * self.population / self.cells)
        self._payroll = np.floor(cost * UNITS + 0.5).astype(np.int64)

    def _set_waits(self) -> None:
        """A half with more staff waits in proportion less; all share one backlog, known from last week."""
        for k, backlog in enumerate(self.backlog.tolist()):
            if backlog > 0.0:
                self.waits[:, k] = [
                    wait_of(backlog, capacity, LONGEST_WAIT) for capacity in self._capacity[:, k].tolist()
                ]
            else:
                self.waits[:, k] = 0.0

    def _run_queues(self, counts: NDArray[np.int64]) -> None:
        for k, capacity in enumerate(self._whole_capacity.tolist()):
            if capacity == np.inf:
                continue
            arrivals = float(counts[0, :, k * TOUCHPOINT_WIDTH + N_ENCOUNTERS].sum())
            self.backlog[k] = backlog_after(float(self.backlog[k]), arrivals, capacity)

    def _pay_staff(self, counts: NDArray[np.int64]) -> None:
        """Book the cost of capacity to the halves that use it."""
        company = counts.shape[2] - COMPANY_WIDTH
        counts[:, :, N_COST:company:TOUCHPOINT_WIDTH] += self._payroll
        counts[:, :, company + C_COST] += self._payroll.sum(axis=1)


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over cells (a power of two of them) of [cell, touchpoint], added up by halves.

    Equal values have exactly that mean: the number of cells, a matter of the organization, must not reach a queue.
    """
    total = values
    while len(total) > 1:
        total = total[0::2] + total[1::2]
    return total[0] / len(values)

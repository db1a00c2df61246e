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
    Log,
    State,
    new_books,
    new_counts,
)
from simulation.model.effects import Folding, Tables, effects_of
from simulation.model.jit import compiled
from simulation.model.ledger import allocate
from simulation.randomness import PURPOSE, threefry, uniform
from simulation.rules.arithmetic import fixed
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

    log: Log
    """What happened to whom in the last week, where a log is kept; in the order of slot and touchpoint."""

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
        self._folding = Folding(layout, effects_of(scenario))
        self._settings: NDArray[np.float64] | None = None
        self._tables: Tables | None = None
        self._books = new_books(layout, cells)
        full, cost = layout.capacity * self.population, layout.capacity_cost * self.population / cells
        self._staff = (full, cost)
        self._capacity = np.zeros((cells, len(layout.touchpoints)))
        self._whole_capacity = np.zeros(len(layout.touchpoints))
        self._payroll = np.zeros((cells, len(layout.touchpoints)), dtype=np.int64)

    def set_levers(self, settings: NDArray[np.float64]) -> None:
        """Take over lever settings [cell, lever]; nothing is done where they are the old ones."""
        if self._settings is not None and np.array_equal(settings, self._settings):
            return
        self.close_books()
        self._settings = settings.copy()
        self._tables = self._folding.fold(settings)
        _staff_up(self._tables.value, *self._staff, self._capacity, self._payroll)
        self._whole_capacity = _mean(self._capacity)

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
        _set_waits(self.backlog, self._capacity, self.waits)
        self.engine.week(self.weeks_done, self._tables, self.waits, counts, self._books)
        _run_queues(self.backlog, self._whole_capacity, counts)
        _pay_staff(self._payroll, counts)
        self.weeks_done += 1
        return counts


@compiled
def _staff_up(value: NDArray[np.float64], full: NDArray[np.float64], full_cost: NDArray[np.float64],
              capacity: NDArray[np.float64], payroll: NDArray[np.int64]) -> None:  # fmt: skip
    """Work out capacity and its cost under new settings.

    ODD E119: capacity = max(capacity, least) * max(staff, least) * full

    Source: our assumption (form).

    Parameters
    ----------
    value
        The coefficients (see `Tables`).
    full, full_cost
        Capacity of each touchpoint [encounters a week], and a cell's part of its cost [money a week].
    capacity
        To be filled: what all staff would get through if it worked as in that cell [cell, touchpoint].
    payroll
        To be filled: the cell's part of the cost of staff [cell, touchpoint; money in fixed point].
    """
    cells, touchpoints = capacity.shape
    for k in range(touchpoints):
        for c in range(cells):
            staff = max(value[c, 0, k, STAFF], LEAST_CAPACITY)
            capacity[c, k] = max(value[c, 0, k, CAPACITY], LEAST_CAPACITY) * staff * full[k]
            payroll[c, k] = fixed(staff * full_cost[k])


@compiled
def _set_waits(backlog: NDArray[np.float64], capacity: NDArray[np.float64], waits: NDArray[np.float64]) -> None:
    """A half with more staff waits in proportion less; all share one backlog, known from last week."""
    cells, touchpoints = waits.shape
    for c in range(cells):
        for k in range(touchpoints):
            waits[c, k] = wait_of(backlog[k], capacity[c, k], LONGEST_WAIT)


@compiled
def _run_queues(backlog: NDArray[np.float64], capacity: NDArray[np.float64], counts: NDArray[np.int64]) -> None:
    """Let every queue [touchpoint] take in the week's encounters and work off what its capacity allows."""
    for k in range(len(backlog)):
        if capacity[k] != np.inf:
            arrivals = 0
            for c in range(counts.shape[1]):
                arrivals += counts[0, c, k * TOUCHPOINT_WIDTH + N_ENCOUNTERS]
            backlog[k] = backlog_after(backlog[k], float(arrivals), capacity[k])


@compiled
def _pay_staff(payroll: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
    """Book the cost of capacity [cell, touchpoint] to the halves that use it."""
    company = counts.shape[2] - COMPANY_WIDTH
    cells, touchpoints = payroll.shape
    for side in range(2):
        for c in range(cells):
            for k in range(touchpoints):
                counts[side, c, k * TOUCHPOINT_WIDTH + N_COST] += payroll[c, k]
                counts[side, c, company + C_COST] += payroll[c, k]


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over cells (a power of two of them) of [cell, touchpoint], added up by halves.

    Equal values have exactly that mean: the number of cells, a matter of the organization, must not reach a queue.
    """
    total = values
    while len(total) > 1:
        total = total[0::2] + total[1::2]
    return total[0] / len(values)

"""What is run for a session, in worker processes: its rounds, and what the debrief compares with."""

from __future__ import annotations

import asyncio
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

from simulation.views.web.workers import Errands, interrupts_ignored, leashed_pool
from simulation.views.web.workshop.customer import customer_told
from simulation.workshop import best_levers

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, ProcessPoolExecutor
    from multiprocessing.connection import Connection

    from simulation.workshop import Choice, Job, Outcome, Session

__all__ = ["Runs"]


class Runs:
    """Work that is under way for a session; each piece is done once.

    Parameters
    ----------
    session
        What is to be run for.
    take_in
        Called with what a firm has lived.
    workers
        Processes that run firms.
    lives
        What runs a firm.
    executor
        Where it runs; None: in worker processes of its own.

    Attributes
    ----------
    version
        Grows when something has been done.
    story
        One customer's story (see `customer_told`); None until it is told.
    """

    def __init__(
        self, session: Session, *, take_in: Callable[[Outcome], Any], workers: int, lives: Callable[[Job], Outcome],
        executor: Executor | None,
    ) -> None:  # fmt: skip
        self.version = 0
        self.story: dict[str, Any] | None = None
        self._session, self._take_in, self._lives = session, take_in, lives
        self._workers, self._given = workers, executor
        self._pool: Executor | None = None
        self._leash: Connection | None = None
        self._running: set[tuple[object, ...]] = set()
        self._errands = Errands()
        self._told_of: Choice | None = None

    @property
    def left(self) -> int:
        """How many pieces of work are not done yet."""
        return len(self._running)

    def open(self) -> None:
        """Start the workers."""
        self._pool = self._given or self._new_pool()

    async def close(self) -> None:
        """End the workers, whatever they are at."""
        await self._errands.close()
        assert self._pool is not None
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._leash is not None:
            self._leash.close()

    def go_on(self) -> None:
        """Begin the rounds whose decisions are final."""
        for job in self._session.jobs():
            self._begin(("round", job.act, job.firm, job.rounds), self._lives, job, self._take_in)

    def look_back(self) -> None:
        """Begin what the debrief compares with, and the story of one customer."""
        for job in self._session.debrief_jobs():
            self._begin(("other", job.of, job.act, job.firm, job.rounds), self._lives, job, self._take_in)
        choice = self._session.tale_choice()
        key = ("story", choice)
        if choice is not None and choice != self._told_of and key not in self._running:
            self._begin(key, customer_told, self._session.tale(choice), self._take_in_story)
        for quest in self._session.quests():
            self._begin(("best", quest.objective, quest.job.rounds), best_levers, quest, self._session.take_in_best)

    def _take_in_story(self, told: dict[str, Any]) -> None:
        self._told_of, self.story = told["choice"], told

    def _begin(
        self, key: tuple[object, ...], work: Callable[[Any], Any], given: Any, take_in: Callable[[Any], Any]
    ) -> None:
        """Let a worker do a piece of work, unless one is at it."""
        if key not in self._running:
            self._running.add(key)
            self._errands.begin(self._run(key, work, given, take_in))

    async def _run(
        self, key: tuple[object, ...], work: Callable[[Any], Any], given: Any, take_in: Callable[[Any], Any]
    ) -> None:
        """Do a piece of work in a worker; if the worker is lost, it is still to be done at the next tick.

        Work that fails by itself would fail again: it stays in the list of what runs, and the terminal says why.
        """
        pool = self._pool
        assert pool is not None
        try:
            take_in(await asyncio.get_running_loop().run_in_executor(pool, work, given))
            self.version += 1
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = self._new_pool()
        self._running.discard(key)

    def _new_pool(self) -> ProcessPoolExecutor:
        pool, self._leash = leashed_pool(self._workers)
        state = self._session.state
        first = self._session.job(state.act, next(iter(state.given.firms)), rounds=1)
        with interrupts_ignored():
            for _ in range(self._workers):  # compiled code is loaded now, not while the room waits for its first round
                pool.submit(self._lives, first)
        return pool

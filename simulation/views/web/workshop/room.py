"""A session with those who are connected: what they ask, what they are told, and rounds in worker processes."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sys
import time
import traceback
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

from simulation.views.minutes import sentences
from simulation.views.web.hub import Hub
from simulation.views.web.workers import interrupts_ignored, leashed_pool
from simulation.workshop import best_levers, play
from simulation.workshop.figures import last_meetings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from concurrent.futures import Executor, ProcessPoolExecutor
    from multiprocessing.connection import Connection

    from simulation.views.web.hub import Listener
    from simulation.workshop import Answer, Job, Outcome, Session

__all__ = ["DEBRIEF", "FACILITATOR", "PROJECTOR", "Room"]

FACILITATOR, PROJECTOR, DEBRIEF = "facilitator", "projector", "debrief"
"""Topics of the hub; a player's own is `player_topic`."""
PACE = 0.1
"""Players are told what is new at most so often [s]: ten times a second is more than eyes want."""
LEADER_PACE = 0.25
"""The facilitator and the projector, who see all firms, are told at most so often [s]."""
TICK = 0.25
"""How often the clock is looked at [s]."""
MEETINGS = 3
"""Firms whose councils are on the projector: more cannot be read."""
CONNECTIONS = 8
"""Tabs that one player may have open; the oldest goes first."""


class Room:
    """One session in one process.

    Parameters
    ----------
    session
        The game; this room is the only one that calls it.
    workers
        Processes that run firms.
    clock
        Seconds since 1970.
    lives
        What runs a firm.
    executor
        Where it runs; None: in worker processes of this room's own.
    """

    def __init__(
        self,
        session: Session,
        *,
        workers: int = 1,
        clock: Callable[[], float] = time.time,
        lives: Callable[[Job], Outcome] = play,
        executor: Executor | None = None,
    ) -> None:
        self.session = session
        self.hub = Hub()
        self._clock = clock
        self._workers = workers
        self._lives = lives
        self._given = executor
        self._pool: Executor | None = None
        self._leash: Connection | None = None
        self._players: dict[str, list[Listener]] = {}
        self._running: set[tuple[object, ...]] = set()
        self._debriefing = False
        self.debrief_version = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._stale: set[str] = set()
        self._said: dict[tuple[str, str, int], list[str]] = {}

    # -- who is asking ----------------------------------------------------------------------------------------------

    def plays(self, token: str) -> bool:
        """Whether a token is a player's."""
        return self.session.who(token) not in {"", FACILITATOR}

    def facilitates(self, token: str) -> bool:
        """Whether a token is the facilitator's."""
        return self.session.who(token) == FACILITATOR

    # -- what comes in ----------------------------------------------------------------------------------------------

    def do(self, token: str, message: dict[str, Any]) -> Answer:
        """Let a player or the facilitator act; what is accepted is in the journal when this returns."""
        before, scene = self._firm_of(token), self._scene()
        answer = self.session.do(token, {**message, "message": message["id"]}, now=self._clock())
        if self.facilitates(token) or scene != self._scene() or self.session.wiped:
            self._all_is_new()
        else:  # a player's doing is seen in her firm, and by those who look for a seat
            self._stale |= {before, self._firm_of(token), ""}
            self._news.set()
        return answer

    def _firm_of(self, token: str) -> str:
        player = self.session.state.players.get(self.session.who(token))
        return player.seat[0] if player is not None and player.seat is not None else ""

    def _scene(self) -> tuple[object, ...]:
        """What all see of the play: it moves with a round, not with one decision."""
        state = self.session.state
        return state.phase, state.act, state.rounds, len(state.open.deciding) if state.open else 0

    def _all_is_new(self) -> None:
        self._stale |= {"", *self.session.state.firm_names}
        self._news.set()

    def join(self, name: str, code: str, *, message: str) -> Answer:
        """Let somebody in who knows the code."""
        answer = self.session.join(name, code, now=self._clock(), message=message)
        self._stale.add("")
        self._news.set()
        return answer

    # -- what may be seen -------------------------------------------------------------------------------------------

    def view_for(self, token: str) -> dict[str, Any] | None:
        """What the holder of a token may see; `now` lets a phone whose clock is wrong count down all the same."""
        view = self.session.view_for(token)
        if view is None:
            return None
        heard = {"council": self._minutes(view["you"]["firm"])} if view.get("council") else {}
        return {**view, **heard, "now": self._clock()}

    def view_for_projector(self) -> dict[str, Any]:
        """What everybody may see, the councils' last meetings among it: all departments sit there."""
        view = self.session.view_for_projector()
        meetings = [{"name": firm["name"], "said": self._minutes(firm["firm"])} for firm in view["firms"][:MEETINGS]]
        return {**view, "meetings": [each for each in meetings if each["said"]], "now": self._clock()}

    def view_for_facilitator(self) -> dict[str, Any]:
        """What the facilitator sees."""
        return {**self.session.view_for_facilitator(), "now": self._clock()}

    def _minutes(self, firm: str) -> list[str]:
        """What a firm's councils said at their last meetings, in sentences."""
        act = self.session.state.act
        outcome = self.session.outcomes.get((act, firm))
        if outcome is None:
            return []
        key = (act, firm, outcome.rounds)
        if key not in self._said:
            self._said[key] = sentences(last_meetings(outcome), self.session.state.given.rules(act))
        return self._said[key]

    # -- what goes out ----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def player(self, token: str) -> Iterator[Listener]:
        """A listener to a player's own view while the block runs."""
        topic = player_topic(token)
        self.hub.publish(topic, self.view_for(token))
        with self.hub.listen([topic]) as listener:
            tabs = self._players.setdefault(token, [])
            tabs.append(listener)
            if len(tabs) > CONNECTIONS:
                tabs[0].close("This page is open too often; another one goes on.")
            try:
                yield listener
            finally:
                tabs.remove(listener)
                if not tabs:
                    del self._players[token]
                    self.hub.forget(topic)

    async def _tell_players(self) -> None:
        """Give players what is new, at a pace that eyes can follow; a burst of decisions becomes one snapshot."""
        while True:
            await self._news.wait()
            self._news.clear()
            stale, self._stale = self._stale, set()
            for token in list(self._players):
                if not self.plays(token):
                    for listener in list(self._players.get(token, ())):
                        listener.close("This seat is now on another device, or you were taken out of the session.")
                elif self._firm_of(token) in stale:
                    self.hub.publish(player_topic(token), self.view_for(token))
                    await asyncio.sleep(0)  # decisions that come in meanwhile are acknowledged first
            await asyncio.sleep(PACE)

    async def _tell_leader(self) -> None:
        """Give the facilitator and the projector what is new, where somebody looks."""
        told: dict[str, int] = {}
        while True:
            for topic, view in ((FACILITATOR, self.view_for_facilitator), (PROJECTOR, self.view_for_projector)):
                if self.hub.listening(topic) and told.get(topic) != self.session.revision:
                    told[topic] = self.session.revision
                    self.hub.publish(topic, view())
                    await asyncio.sleep(0)
            await asyncio.sleep(LEADER_PACE)

    # -- the clock and the runs -------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Keep the clock, run firms and tell pages while the block runs."""
        self._pool = self._given or self._new_pool()
        for work in (self._tick(), self._tell_players(), self._tell_leader()):
            self._start(work)
        try:
            yield
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._pool.shutdown(wait=False, cancel_futures=True)
            if self._leash is not None:
                self._leash.close()
            self.session.close()

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            traceback.print_exception(task.exception(), file=sys.stderr)

    def debrief(self) -> dict[str, Any]:
        """The debrief's figures; from now on what it compares with is lived, too, while no round is."""
        self._debriefing = True
        return self.session.debrief()

    async def _tick(self) -> None:
        while True:
            if not self.session.wiped:
                if self.session.tick(now=self._clock()):
                    self._all_is_new()
                for job in self.session.jobs():
                    self._begin(("round", job.act, job.firm, job.rounds), self._lives, job, self._take_in)
                if self._debriefing and self.session.state.phase in {"between", "ended"}:
                    self._look_back()
            await asyncio.sleep(TICK)

    def _look_back(self) -> None:
        """Begin what the debrief compares with, and say how much of it is left."""
        for job in self.session.debrief_jobs():
            self._begin(("other", job.of, job.act, job.firm, job.rounds), self._lives, job, self._take_in)
        for quest in self.session.quests():
            key = ("best", quest.objective, quest.job.rounds)
            self._begin(key, best_levers, quest, self.session.take_in_best)
        self.hub.publish(DEBRIEF, {"version": self.debrief_version, "left": len(self._running)})

    def _take_in(self, outcome: Outcome) -> None:
        self.session.take_in(outcome, now=self._clock())

    def _begin(
        self, key: tuple[object, ...], work: Callable[[Any], Any], given: Any, take_in: Callable[[Any], Any]
    ) -> None:
        """Let a worker do a piece of work, unless one is at it."""
        if key not in self._running:
            self._running.add(key)
            self._start(self._run(key, work, given, take_in))

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
            self.debrief_version += 1
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = self._new_pool()
        self._running.discard(key)
        self._all_is_new()

    def _new_pool(self) -> ProcessPoolExecutor:
        pool, self._leash = leashed_pool(self._workers)
        state = self.session.state
        first = self.session.job(state.act, next(iter(state.given.firms)), rounds=1)
        with interrupts_ignored():
            for _ in range(self._workers):  # compiled code is loaded now, not while the room waits for its first round
                pool.submit(self._lives, first)
        return pool


def player_topic(token: str) -> str:
    """The topic of a player's own view."""
    return f"player/{hashlib.sha256(token.encode()).hexdigest()[:16]}"

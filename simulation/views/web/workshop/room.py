"""A session with those who are connected: what they ask, and what they are told."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import time
from typing import TYPE_CHECKING, Any

from simulation.views.minutes import POINTS, sentences
from simulation.views.web.hub import Hub
from simulation.views.web.workers import Errands
from simulation.views.web.workshop.runs import Runs
from simulation.workshop import play
from simulation.workshop.figures import last_meetings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from concurrent.futures import Executor

    from simulation.views.web.hub import Listener
    from simulation.workshop import Answer, Job, Outcome, Session

    Point = dict[str, Any]
    """A point of a council's agenda: `point`, its title, and `said`, sentences."""

__all__ = ["DEBRIEF", "FACILITATOR", "PROJECTOR", "Room"]

FACILITATOR, PROJECTOR, DEBRIEF = "facilitator", "projector", "debrief"
"""Topics of the hub; a player's own is `player_topic`."""
PACE = 0.1
"""Players are told what is new at most so often [s]: ten times a second is more than eyes want."""
LEADER_PACE = 0.25
"""The facilitator and the projector, who see all firms, are told at most so often [s]."""
TICK = 0.25
"""How often the clock is looked at [s]."""
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
        self.runs = Runs(session, take_in=self._take_in, workers=workers, lives=lives, executor=executor)
        self._players: dict[str, list[Listener]] = {}
        self._debriefing = False
        self._errands = Errands()
        self._news = asyncio.Event()
        self._stale: set[str] = set()
        self._said: dict[tuple[str, str, int], list[Point]] = {}

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
        heard = {"council": self._meeting(view["you"]["firm"])} if view.get("council") else {}
        return {**view, **heard, "now": self._clock()}

    def view_for_projector(self) -> dict[str, Any]:
        """What everybody may see, the councils' last meetings among it: all departments sit there."""
        view = self.session.view_for_projector()
        meetings = [
            {"firm": firm["firm"], "name": firm["name"], "points": self._meeting(firm["firm"])}
            for firm in view["firms"]
        ]
        return {**view, "meetings": [each for each in meetings if each["points"]], "now": self._clock()}

    def view_for_facilitator(self) -> dict[str, Any]:
        """What the facilitator sees."""
        return {**self.session.view_for_facilitator(), "now": self._clock()}

    def _meeting(self, firm: str) -> list[Point]:
        """What a firm's councils said at their last meetings, in sentences, point by point of the agenda."""
        act = self.session.state.act
        outcome = self.session.outcomes.get((act, firm))
        if outcome is None:
            return []
        key = (act, firm, outcome.rounds)
        if key not in self._said:
            rules = self.session.state.given.rules(act)
            points = itertools.groupby(last_meetings(outcome), key=lambda item: (item["council"], item["point"]))
            self._said[key] = [
                {"point": POINTS[point], "said": sentences(list(items), rules)} for (_, point), items in points
            ]
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

    # -- the clock -------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Keep the clock, run firms and tell pages while the block runs."""
        self.runs.open()
        for work in (self._tick(), self._tell_players(), self._tell_leader()):
            self._errands.begin(work)
        try:
            yield
        finally:
            await self._errands.close()
            await self.runs.close()
            self.session.close()

    def debrief(self) -> dict[str, Any]:
        """The debrief's figures; from now on what it compares with is lived, too, while no round is."""
        self._debriefing = True
        return {**self.session.debrief(), "story": self.runs.story}

    async def _tick(self) -> None:
        while True:
            if not self.session.wiped:
                if self.session.tick(now=self._clock()):
                    self._all_is_new()
                self.runs.go_on()
                if self._debriefing and self.session.state.phase in {"between", "ended"}:
                    self.runs.look_back()
                    self.hub.publish(DEBRIEF, {"version": self.runs.version, "left": self.runs.left})
            await asyncio.sleep(TICK)

    def _take_in(self, outcome: Outcome) -> None:
        """Take in what a firm has lived; the others' pages change only when the whole room moves on."""
        scene = self._scene()
        self.session.take_in(outcome, now=self._clock())
        if scene != self._scene():
            self._all_is_new()
        else:
            self._stale.add(outcome.firm)
            self._news.set()


def player_topic(token: str) -> str:
    """The topic of a player's own view."""
    return f"player/{hashlib.sha256(token.encode()).hexdigest()[:16]}"

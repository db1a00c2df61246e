"""The workshop's server with one more thing on every page: a chart of two lines that moves five times a second."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.views.web.serving import bound, serve
from simulation.views.web.workshop.room import Room
from simulation.views.web.workshop.starting import workshop_app
from simulation.workshop import Session, default_setup

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from simulation.views.web.hub import Listener

HERTZ, POINTS = 5, 520


class LiveRoom(Room):
    """A room whose players all see a live chart."""

    @contextlib.contextmanager
    def player(self, token: str) -> Iterator[Listener]:
        """A listener to a player's own view and to the chart."""
        with super().player(token) as listener:
            self.hub.follow(listener, [*listener.topics, "chart"])
            yield listener

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Let the chart move while the room is open."""
        async with super().open():
            moving = asyncio.create_task(self._move())
            try:
                yield
            finally:
                moving.cancel()

    async def _move(self) -> None:
        week = 0
        while True:
            week += 1
            lines = [[(week * factor + point) % 101 for point in range(POINTS)] for factor in (1, 7)]
            self.hub.publish("chart", lines)
            await asyncio.sleep(1 / HERTZ)


def main(path: Path, port: int, firms: int, rounds: int) -> None:
    """Serve a session, begun or gone on with, and say where and with which secrets."""
    now = time.time()
    if path.exists():
        session = Session.open(path, now=now)
        facilitator = session.new_facilitator(now=now)
    else:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:  # as the command does
            setup = pool.submit(default_setup, firms=firms, rounds=rounds, seconds=3600).result()
        session, keys = Session.create(path, setup, now=now)
        facilitator = keys.facilitator
    served = bound(port=port)
    app = workshop_app(LiveRoom(session, workers=2), join_url=served.url())

    def ready() -> None:
        print(served.port, session.state.join_code, facilitator, flush=True)

    serve(app, served, ready=ready)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(number) for number in sys.argv[2:5]))

"""From a session to a server: who may ask, which address the room is told, what the terminal says."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.views.web.app import application
from simulation.views.web.guard import LOOPBACK
from simulation.views.web.network import PortTaken, addresses, names
from simulation.views.web.serving import bound
from simulation.views.web.workshop.room import Room
from simulation.views.web.workshop.routes import routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from starlette.applications import Starlette

    from simulation.views.web.serving import Served
    from simulation.workshop import Session

__all__ = ["EVERYWHERE", "Started", "listening", "qr_code", "started", "workshop_app"]

EVERYWHERE = "0.0.0.0"
"""The address that stands for all of this machine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A workshop that is ready to be served.

    Attributes
    ----------
    app, served
        What, and where.
    join, facilitator
        Addresses for the room (no secret), and for the facilitator alone (a secret).
    """

    app: Starlette
    served: Served
    join: str
    facilitator: str


def listening(*, host: str | None, lan: bool, port: int) -> tuple[Served, str]:
    """Take the port; return where, and the address that the room is told.

    Loopback by default. On the local network only when asked: `lan` for all addresses of this machine, `host` for one.

    Raises
    ------
    PortTaken
        If there is no such port or address to be had.
    """
    if host is None and not lan:
        return bound(port=port), "127.0.0.1"
    if host is None:
        reachable = [each.address for each in addresses() if each.kind == "network"]
        if not reachable:
            raise PortTaken(
                "this machine is on no local network that phones could reach; `silosim workshop --check` says more"
            )
        return bound(host=EVERYWHERE, port=port), reachable[0]
    return bound(host=host, port=port), host


def started(session: Session, served: Served, *, room_address: str, facilitator: str, workers: int) -> Started:
    """Put a session behind an application.

    Parameters
    ----------
    session
        The game.
    served
        Where to listen.
    room_address
        Name or address that the projector shows.
    facilitator
        The facilitator's secret.
    workers
        Processes that run firms.
    """
    join = served.url("/", host=room_address)
    app = workshop_app(Room(session, workers=workers), join_url=join, hosts=_hosts(served, room_address))
    # The secret stays on this machine where it can: only with --host does it cross the network.
    secret = served.url(f"/f/{facilitator}")
    return Started(app=app, served=served, join=join, facilitator=secret)


def workshop_app(room: Room, *, join_url: str, hosts: Collection[str] = LOOPBACK) -> Starlette:
    """The application of a room.

    Parameters
    ----------
    room
        The session with those who are connected; it is open while the application is.
    join_url
        The address that the projector shows.
    hosts
        Names and addresses by which this machine is asked.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with room.open():
            yield

    return application(routes(room, join_url=join_url), surfaces=["workshop"], hosts=hosts, lifespan=lifespan)


def _hosts(served: Served, room_address: str) -> set[str]:
    hosts = {*LOOPBACK, room_address}
    if served.host == EVERYWHERE:
        hosts |= {each.address for each in addresses()} | set(names())
    return hosts


def qr_code(url: str) -> str:
    """A QR code to print in a terminal."""
    import segno

    out = io.StringIO()
    segno.make(url, error="m").terminal(out=out, compact=True, border=2)
    return out.getvalue()

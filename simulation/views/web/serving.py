"""A server on this machine: its address, its port, its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
import webbrowser
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn

from simulation.views.web.hub import MESSAGE_LIMIT
from simulation.views.web.network import PortTaken

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

__all__ = ["Served", "bound", "serve"]

_SECONDS_TO_GO = 2
"""How long open connections may still take when the server is told to end [s]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where a server listens."""

    socket: socket.socket
    host: str
    port: int

    def url(self, path: str = "/", *, host: str | None = None) -> str:
        """Address of a page, by this server's own host or another of its names."""
        name = host or ("127.0.0.1" if self.host in {"0.0.0.0", ""} else self.host)
        return f"http://{f'[{name}]' if ':' in name else name}:{self.port}{path}"


def bound(*, host: str = "127.0.0.1", port: int = 0) -> Served:
    """Take a port before anything is printed or opened.

    Parameters
    ----------
    host
        Address to listen on; loopback unless the local network is asked for.
    port
        0: any that is free.

    Raises
    ------
    PortTaken
        If the port is in use, or may not be used, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # there it would let two servers share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(2048)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise PortTaken(f"cannot listen on {host} port {port} ({error.strerror}); try another --port") from error
    return Served(socket=listening, host=host, port=listening.getsockname()[1])


def serve(
    app: Starlette, served: Served, *, opened: str | None = None, ready: Callable[[], None] | None = None
) -> None:
    """Serve until Ctrl-C.

    Parameters
    ----------
    app
        What to serve.
    served
        Where.
    opened
        Address to open in the browser once the server answers; None: no browser.
    ready
        Called once the server answers.
    """
    config = uvicorn.Config(
        app,
        ws_max_size=MESSAGE_LIMIT,
        # Compressing the same snapshot for each of 200 phones costs seven times the processor time of all the rest.
        ws_per_message_deflate=False,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=_SECONDS_TO_GO,
    )
    server = _Server(config, opened=opened, ready=ready)
    log = logging.getLogger("uvicorn.error")
    log.addFilter(_is_a_fault)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[served.socket])
    finally:
        log.removeFilter(_is_a_fault)


def _is_a_fault(record: logging.LogRecord) -> bool:
    """False for what uvicorn logs of answers that Ctrl-C cuts off: whoever ended the server knows."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError) and "graceful shutdown exceeded" not in str(record.msg)


class _Server(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(self, config: uvicorn.Config, *, opened: str | None, ready: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._opened, self._ready = opened, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._ready is not None:
            self._ready()
        if self._opened is not None:
            webbrowser.open(self._opened)

"""Worker processes of a server: simulations run there, never on the event loop, and no worker outlives its server."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from multiprocessing.connection import Connection

__all__ = ["Errands", "interrupts_ignored", "leashed_pool"]


def leashed_pool(workers: int) -> tuple[ProcessPoolExecutor, Connection]:
    """Return a pool, and its leash: the workers end when it is closed, or when this process goes, however it goes.

    Spawned, not forked: a copy of a running event loop and of an open file would be in every worker.
    """
    context = multiprocessing.get_context("spawn")
    end_of_worker, leash = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_go_with_the_server, initargs=(end_of_worker,))
    return pool, leash


def _go_with_the_server(leash: Connection) -> None:
    """End this worker when the server goes: an orphan would wait for ever, and long work would delay Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        with contextlib.suppress(EOFError, OSError):
            leash.recv()
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


@contextlib.contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Let processes that are started in the block ignore Ctrl-C from their first moment: the server ends them."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Errands:
    """What goes on beside a server's answers: held until it ends, told where it fails, ended with the server."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let it go on by itself; a fault of it is printed."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def close(self) -> None:
        """End all that goes on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            traceback.print_exception(task.exception(), file=sys.stderr)

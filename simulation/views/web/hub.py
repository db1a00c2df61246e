"""Live pages: each connection gets the latest snapshot of what it listens to, never a queue of old ones.

A slow phone that misses four of five snapshots sees the fifth; nobody waits for it, and memory stays bounded.
Replies to what a page asked are never dropped: a page waits for one before it asks on, and its rate is limited.

From the server: `{"topic": ..., "data": ...}`, `{"reply": id, ...}` and, when all is quiet, `{"beat": true}`.
From a page: `{"id": ..., "do": ..., ...}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from typing import TYPE_CHECKING, Any

import anyio
from starlette.websockets import WebSocketDisconnect

from simulation.views.web.limits import Bucket

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from starlette.websockets import WebSocket

__all__ = ["MESSAGE_LIMIT", "Hub", "Listener", "converse"]

MESSAGE_LIMIT = 16 * 1024
"""Largest message from a page [bytes]: our assumption; the longest that our pages send is about 2 kB."""
BEAT = 10.0
"""Silence after which a beat is sent [s]; a page that hears nothing for three beats connects anew."""
_RATE, _BURST = 10.0, 40.0
"""Messages that a page may send [1/s], and at once: our assumption; a slider that is dragged sends less."""
_TOO_FAST, _NOT_UNDERSTOOD, _TOO_LARGE = 1008, 1003, 1009


class Hub:
    """Topics with their latest snapshots, and who listens."""

    def __init__(self) -> None:
        self._latest: dict[str, str] = {}
        self._listeners: dict[str, set[Listener]] = {}

    def publish(self, topic: str, data: Any) -> None:
        """Give everybody who listens to a topic its new snapshot; written down once for all."""
        text = _text({"topic": topic, "data": data})
        if self._latest.get(topic) == text:
            return
        self._latest[topic] = text
        for listener in self._listeners.get(topic, ()):
            listener.put(topic, text)

    def forget(self, topic: str) -> None:
        """Drop a topic's snapshot."""
        self._latest.pop(topic, None)

    def listening(self, topic: str) -> int:
        """How many connections listen to a topic."""
        return len(self._listeners.get(topic, ()))

    def follow(self, listener: Listener, topics: Iterable[str]) -> None:
        """Let a listener hear these topics from now on, and no others; new ones begin with their latest snapshot."""
        new = frozenset(topics)
        for topic in listener.topics - new:
            others = self._listeners[topic]
            others.discard(listener)
            if not others:
                del self._listeners[topic]
            listener.drop(topic)
        for topic in sorted(new - listener.topics):
            self._listeners.setdefault(topic, set()).add(listener)
            if topic in self._latest:
                listener.put(topic, self._latest[topic])
        listener.topics = new

    @contextlib.contextmanager
    def listen(self, topics: Iterable[str]) -> Iterator[Listener]:
        """A listener to these topics while the block runs; it starts with their latest snapshots."""
        listener = Listener()
        self.follow(listener, topics)
        try:
            yield listener
        finally:
            self.follow(listener, ())


class Listener:
    """What one connection has still to be sent."""

    def __init__(self) -> None:
        self.topics: frozenset[str] = frozenset()
        self.closed: str | None = None
        self._pending: dict[str, str] = {}
        self._replies: deque[str] = deque()
        self._news = asyncio.Event()

    def drop(self, topic: str) -> None:
        """Send no more of a topic."""
        self._pending.pop(topic, None)

    def put(self, topic: str, text: str) -> None:
        """Put a snapshot in the place of the one that has not been sent yet."""
        self._pending[topic] = text
        self._news.set()

    def reply(self, message: Any) -> None:
        """Send this, whatever else is waiting."""
        self._replies.append(_text(message))
        self._news.set()

    def close(self, reason: str) -> None:
        """Send what is waiting, then end the connection; the reason is for the page, 123 bytes at most."""
        self.closed = reason
        self._news.set()

    async def next(self) -> list[str]:
        """The messages to send now; a beat when nothing happens for a while; nothing when it is closed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BEAT):
                await self._news.wait()
        self._news.clear()
        messages = [*self._replies, *self._pending.values()]
        self._replies.clear()
        self._pending.clear()
        return messages or ([] if self.closed is not None else [_text({"beat": True})])


async def converse(
    websocket: WebSocket,
    listener: Listener,
    answer: Callable[[dict[str, Any]], Awaitable[Any]] | None = None,
    *,
    bucket: Bucket | None = None,
) -> None:
    """Send a page what it listens to, and answer what it asks, until either end goes.

    Parameters
    ----------
    websocket
        An accepted connection.
    listener
        What it is to be sent.
    answer
        From a page's message to the rest of its reply; None: a page has nothing to ask. One at a time, in order.
    bucket
        How many messages the page may send.
    """
    async with anyio.create_task_group() as group:
        group.start_soon(_send, websocket, listener)
        with contextlib.suppress(WebSocketDisconnect):
            await _receive(websocket, listener, answer, bucket or Bucket(rate=_RATE, burst=_BURST))
        group.cancel_scope.cancel()


async def _send(websocket: WebSocket, listener: Listener) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # the latter: `_end` has closed it meanwhile
        while messages := await listener.next():
            for text in messages:
                await websocket.send_text(text)
        await websocket.close(1000, listener.closed)


async def _receive(
    websocket: WebSocket, listener: Listener, answer: Callable[[dict[str, Any]], Awaitable[Any]] | None, bucket: Bucket
) -> None:
    while True:
        try:
            text = await websocket.receive_text()
        except KeyError:  # bytes: no page of ours sends any
            await _end(websocket, _NOT_UNDERSTOOD)
            return
        if not bucket.take():
            await _end(websocket, _TOO_FAST)
            return
        if len(text.encode()) > MESSAGE_LIMIT:
            await _end(websocket, _TOO_LARGE)
            return
        message = _understood(text)
        if message is None or answer is None:
            await _end(websocket, _NOT_UNDERSTOOD)
            return
        listener.reply({"reply": message["id"], **await answer(message)})


async def _end(websocket: WebSocket, code: int) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await websocket.close(code)


def _understood(text: str) -> dict[str, Any] | None:
    """A page's message, or None if it is not one."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    good = isinstance(message, dict) and isinstance(message.get("id"), str) and isinstance(message.get("do"), str)
    return message if good and len(message["id"]) <= 64 else None


def _text(message: Any) -> str:
    return json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

"""A room full of phones: real WebSocket clients on loopback, a live chart on every page."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import itertools
import json
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from suite.measuring import Figure, Span, span

__all__ = ["TITLE", "UNIT", "figures"]

TITLE = "The workshop: a room full of phones, a chart that moves five times a second on every page"
UNIT = "ms"
SERVER = Path(__file__).with_name("room_server.py")
WAIT = (0.3, 5.0)
"""First and longest wait of a page before it connects anew [s], as in live.js."""


def figures(*, quick: bool) -> list[Figure]:
    """Play with 200 phones in 25 firms (quick: 14 in 2) and measure what they wait for."""
    firms, seconds = (2, 2.0) if quick else (25, 20.0)
    players = 14 if quick else 200
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder) / "room.session", firms=firms, players=players, seconds=seconds))


@dataclass
class Server:
    """The server as a process of its own."""

    path: Path
    firms: int
    port: int = 0
    code: str = ""
    secret: str = ""
    process: subprocess.Popen[str] | None = None

    async def start(self) -> None:
        command = [sys.executable, str(SERVER), str(self.path), str(self.port), str(self.firms), "3"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = await asyncio.to_thread(self.process.stdout.readline)
        port, self.code, self.secret = line.split()
        self.port = int(port)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    @property
    def usage(self) -> tuple[float, float]:
        """Processor time [s] and memory [MB] of the server itself, without its workers."""
        assert self.process is not None
        seen = psutil.Process(self.process.pid)
        times = seen.cpu_times()
        return times.user + times.system, seen.memory_info().rss / 1e6

    def ask(self, method: str, path: str, *, body: str = "", cookie: str = "") -> tuple[int, dict[str, str], bytes]:
        """One request, as a browser of this page would send it."""
        origin = f"http://127.0.0.1:{self.port}"
        headers = {"Origin": origin, "Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


@dataclass
class Phone:
    """A page: it listens, asks, and comes back when its connection is lost."""

    server: Server
    cookie: str
    path: str = "/live/play"
    spare: bool = False
    view: dict[str, Any] = field(default_factory=dict)
    charts: int = 0
    waiting: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    live: asyncio.Event = field(default_factory=asyncio.Event)
    socket: ClientConnection | None = None
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def run(self) -> None:
        wait = WAIT[0]
        while True:
            try:
                await self._listen()
                wait = WAIT[0]
            except (OSError, ConnectionClosed, InvalidHandshake):
                self.live.clear()
                await asyncio.sleep(wait * random.uniform(0.5, 1.5))
                wait = min(WAIT[1], wait * 2)

    async def _listen(self) -> None:
        url = f"ws://127.0.0.1:{self.server.port}{self.path}"
        headers = {"Cookie": self.cookie}
        origin: Any = f"http://127.0.0.1:{self.server.port}"
        async with connect(
            url, additional_headers=headers, origin=origin, compression=None, open_timeout=60
        ) as self.socket:
            async for text in self.socket:
                message = json.loads(text)
                if message.get("topic") == "chart":
                    self.charts += 1
                elif "topic" in message:
                    self.view = message["data"]
                    self.live.set()
                elif message.get("reply") in self.waiting:
                    self.waiting.pop(message["reply"]).set_result(message)

    async def ask(self, does: str, **fields: Any) -> float:
        """Ask, and return how long the answer took [ms]."""
        key = f"{id(self)}-{next(self.numbers)}"
        self.waiting[key] = asyncio.get_running_loop().create_future()
        begun = time.perf_counter()
        assert self.socket is not None
        await self.socket.send(json.dumps({**fields, "id": key, "do": does}))
        answer = await self.waiting[key] if key in self.waiting else {}
        assert "fault" not in answer, answer
        return 1000 * (time.perf_counter() - begun)

    async def act(self) -> float:
        """Submit, or rename oneself: one in each firm keeps its round open, and those without a seat have nothing to submit."""
        if self.spare or "levers" not in self.view:
            return await self.ask("rename", name=f"Team {random.random():.6f}")
        settings = {lever["lever"]: round(random.random(), 2) for lever in self.view["levers"]}
        return await self.ask(
            "submit", act=self.view["act"]["name"], round=self.view["round"], settings=settings, line="why"
        )


async def _measured(path: Path, *, firms: int, players: int, seconds: float) -> list[Figure]:
    server = Server(path, firms)
    await server.start()
    first_load = await asyncio.to_thread(_first_load, server)
    phones = [Phone(server, await asyncio.to_thread(_joined, server, number)) for number in range(players)]
    leader = Phone(server, _cookie(server.ask("GET", f"/f/{server.secret}")[1]), path="/live/facilitator")
    tasks = [asyncio.create_task(phone.run()) for phone in [*phones, leader]]
    await _all_live([*phones, leader])
    await _seated(phones)
    await leader.ask("open")
    while any(phone.view.get("phase") != "open" for phone in phones):
        await asyncio.sleep(0.1)
    waits, cores, memory, charts = await _steady(server, phones, seconds)
    burst = [await _burst(phones) for _ in range(3)]
    decided = sum(phone.view.get("submitted") is not None for phone in phones)
    server.kill()
    for phone in [*phones, leader]:
        phone.live.clear()
    begun = time.perf_counter()
    await server.start()
    answered = time.perf_counter() - begun
    await _all_live([*phones, leader])
    back = time.perf_counter() - begun
    submitted = sum(phone.view.get("submitted") is not None for phone in phones)
    begun = time.perf_counter()
    await leader.ask("close")
    while leader.view.get("phase") != "between":
        await asyncio.sleep(0.02)
    lived = time.perf_counter() - begun
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    server.kill()
    return _figures(waits, burst, cores, memory, charts, answered, back, lived, first_load, kept=submitted / decided)


def _first_load(server: Server) -> float:
    """What a phone loads before it can play: the join page, then its own page with all that this names [kB]."""
    _, _, join = server.ask("GET", "/")
    _, _, page = server.ask("GET", "/play", cookie=_joined(server, 999))
    names = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', (join + page).decode()))
    queue, seen = list(names), dict[str, int]()
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        _, _, content = server.ask("GET", name)
        seen[name] = len(content)
        found = re.findall(r'from "(\.[^"]+)"', content.decode(errors="replace")) if name.endswith(".js") else []
        queue += [urllib.parse.urljoin(name, each) for each in found]
    return (len(join) + len(page) + sum(seen.values())) / 1000


def _joined(server: Server, number: int) -> str:
    form = {"name": f"Team {number}", "code": server.code, "message": f"join-{number}"}
    status, headers, body = server.ask("POST", "/join", body=urllib.parse.urlencode(form))
    assert status == 303, body
    return _cookie(headers)


def _cookie(headers: dict[str, str]) -> str:
    return headers["set-cookie"].partition(";")[0]


async def _all_live(phones: list[Phone]) -> None:
    await asyncio.gather(*(phone.live.wait() for phone in phones))


async def _seated(phones: list[Phone]) -> None:
    """Seats for as many as there are; the others look on, as late-comers do."""
    seats = [(firm["firm"], seat["department"]) for firm in phones[0].view["free"] for seat in firm["seats"]]
    for phone, (firm, department) in zip(phones, seats, strict=False):
        await phone.ask("sit", firm=firm, department=department)
        phone.spare = department == seats[0][1]
    while any("levers" not in phone.view for phone in phones[: len(seats)]):
        await asyncio.sleep(0.1)


async def _steady(server: Server, phones: list[Phone], seconds: float) -> tuple[list[float], float, float, float]:
    """Everybody acts every few seconds, at any time."""
    waits: list[float] = []
    end = time.perf_counter() + seconds

    async def plays(phone: Phone) -> None:
        while time.perf_counter() + 0.1 < end:
            await asyncio.sleep(random.uniform(0, min(10.0, seconds)))
            waits.append(await phone.act())

    before, _ = server.usage
    seen, begun = sum(phone.charts for phone in phones), time.perf_counter()
    await asyncio.gather(*(plays(phone) for phone in phones))
    took = time.perf_counter() - begun
    after, memory = server.usage
    charts = (sum(phone.charts for phone in phones) - seen) / len(phones) / took
    return waits, (after - before) / took, memory, charts


async def _burst(phones: list[Phone]) -> float:
    """Everybody at once; until the last is answered [ms]."""
    begun = time.perf_counter()
    await asyncio.gather(*(phone.act() for phone in phones))
    await asyncio.sleep(0.5)
    return 1000 * (time.perf_counter() - begun - 0.5)


def _figures(
    waits: list[float], burst: list[float], cores: float, memory: float, charts: float, answered: float, back: float,
    lived: float, first_load: float, *, kept: float,
) -> list[Figure]:  # fmt: skip
    ordered = sorted(waits)

    def at(share: float) -> Span:
        value = ordered[min(len(ordered) - 1, int(share * len(ordered)))]
        return Span(value, ordered[0], ordered[-1])

    def one(what: str, unit: str, value: float, most: float | None = None, target: str = "") -> Figure:
        met = None if most is None else value <= most
        return Figure(what=what, unit=unit, span=Span(value, value, value), target=target, met=met)

    of_burst = span(burst)
    return [
        Figure(what="submit to acknowledgement, median", unit=UNIT, span=at(0.5)),
        Figure(
            what="submit to acknowledgement, p95",
            unit=UNIT,
            span=at(0.95),
            target="at most 25",
            met=at(0.95).median <= 25,
        ),
        Figure(
            what="submit to acknowledgement, p99",
            unit=UNIT,
            span=at(0.99),
            target="at most 50",
            met=at(0.99).median <= 50,
        ),
        Figure(
            what="all at once, until the last",
            unit=UNIT,
            span=of_burst,
            target="at most 250",
            met=of_burst.median <= 250,
        ),
        one("processor of the server", "cores", cores, 0.15, "at most 0.15"),
        one("memory of the server", "MB", memory, 100, "at most 100"),
        one("charts that a page was shown", "1/s", charts),
        one("killed, until the server answers", "seconds", answered),
        one("killed, until all pages are live", "seconds", back, 3, "at most 3"),
        one("decisions kept after the kill", "share", kept),
        one("a round of all firms", "seconds", lived, 2, "at most 2"),
        one("first load of a phone", "kB", first_load, 150, "at most 150"),
    ]

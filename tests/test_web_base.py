"""What every page of the web has: who may ask, what a page may load, live snapshots, limits."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from typer.testing import CliRunner

from simulation.cli import app
from simulation.views.web.app import application
from simulation.views.web.hub import MESSAGE_LIMIT, Hub, converse
from simulation.views.web.limits import Bucket, Throttle
from simulation.views.web.network import PortTaken
from simulation.views.web.serving import _is_a_fault, bound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.websockets import WebSocket

HUB = "hub"
LIVE = "ws://127.0.0.1:8000/live"


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(await request.body())


async def _socket(websocket: WebSocket) -> None:
    await websocket.accept()

    async def answer(message: dict[str, Any]) -> dict[str, Any]:
        return {"heard": message["do"]}

    with websocket.app.state.hub.listen([HUB]) as listener:
        await converse(websocket, listener, answer)


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = application([Route("/echo", _echo, methods=["GET", "POST"]), WebSocketRoute("/live", _socket)], surfaces=())
    app.state.hub = Hub()
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        yield client


OWN = {"origin": "http://127.0.0.1:8000"}


def test_pages_load_only_their_own_files_and_are_not_kept(client: TestClient) -> None:
    answer = client.get("/echo")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8000", "localhost.", "", "[", "127.0.0.1@evil.example"]
)
def test_another_host_is_turned_away(client: TestClient, host: str) -> None:
    assert client.get("/echo", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "LOCALHOST:1", "[::1]:8000"])
def test_our_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/echo", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": "https://127.0.0.1:8000"},
    ],
)
def test_what_changes_something_comes_from_our_own_page(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/echo", content="x", headers=headers).status_code == 403
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(LIVE, headers=headers):
        pass


def test_our_own_page_may_post_up_to_the_limit(client: TestClient) -> None:
    assert client.post("/echo", content="x", headers=OWN).text == "x"
    assert client.post("/echo", content="x" * 70_000, headers=OWN).status_code == 413
    chunks = (b"x" * 1000 for _ in range(70))
    assert client.post("/echo", content=chunks, headers=OWN).status_code == 413


def test_static_files_are_kept_for_ever_under_their_digest(client: TestClient) -> None:
    url = client.app.state.templates.globals["asset"]("silosim.css")  # type: ignore[attr-defined]
    answer = client.get(url)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    for wrong in (
        "/static/0/silosim.css",
        url.replace("silosim.css", "../app.py"),
        url.replace("silosim.css", "%2e%2e/app.py"),
    ):
        assert client.get(wrong).status_code == 404, wrong


def test_the_first_load_is_small() -> None:
    folder = Path(__file__).parent.parent / "simulation" / "views" / "web" / "static"
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.suffix in {".js", ".css", ".svg"}) < 100_000


def test_a_missing_page_is_told_in_words(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "<h1>Not found</h1>" in answer.text


def test_a_page_hears_the_latest_and_its_replies(client: TestClient) -> None:
    client.app.state.hub.publish(HUB, {"week": 1})  # type: ignore[attr-defined]
    with client.websocket_connect(LIVE, headers=OWN) as live:
        assert live.receive_json() == {"topic": HUB, "data": {"week": 1}}
        live.send_json({"id": "a", "do": "sing"})
        assert live.receive_json() == {"reply": "a", "heard": "sing"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nothing", 1003),
        ("[1]", 1003),
        ('{"id": 1, "do": "x"}', 1003),
        ('{"id": "a"}', 1003),
        (json.dumps({"id": "a" * 65, "do": "x"}), 1003),
        ("[" * 9000, 1003),
        ("x" * (MESSAGE_LIMIT + 1), 1009),
    ],
)
def test_nonsense_ends_the_connection(client: TestClient, text: str, code: int) -> None:
    with client.websocket_connect(LIVE, headers=OWN) as live:
        live.send_text(text)
        with pytest.raises(WebSocketDisconnect) as ended:
            live.receive_text()
    assert ended.value.code == code


def test_a_flood_ends_the_connection(client: TestClient) -> None:
    with client.websocket_connect(LIVE, headers=OWN) as live:
        for number in range(60):
            live.send_json({"id": str(number), "do": "x"})
        last = live.receive()
        while last["type"] != "websocket.close":
            last = live.receive()
    assert last["code"] == 1008


def test_only_the_latest_snapshot_waits_and_every_reply_does() -> None:
    async def heard() -> list[str]:
        hub = Hub()
        with hub.listen(["a", "b"]) as listener:
            for week in range(1000):
                hub.publish("a", week)
            listener.reply({"reply": "1"})
            listener.reply({"reply": "2"})
            hub.publish("b", "x")
            hub.publish("c", "not for her")
            hub.follow(listener, ["b"])
            return await listener.next()

    assert [json.loads(text) for text in asyncio.run(heard())] == [
        {"reply": "1"},
        {"reply": "2"},
        {"topic": "b", "data": "x"},
    ]


def test_nobody_is_kept_who_left() -> None:
    hub = Hub()
    with hub.listen(["a"]):
        assert hub.listening("a") == 1
    assert hub.listening("a") == 0


def test_a_bucket_fills_again() -> None:
    now = 0.0
    bucket = Bucket(rate=2, burst=3, clock=lambda: now)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    now = 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]


def test_a_throttle_tells_keys_apart_and_forgets() -> None:
    throttle = Throttle(rate=0, burst=1, keys=2, clock=lambda: 0.0)
    assert [throttle.take(key) for key in ("a", "a", "b", "c", "a")] == [True, False, True, True, True]


def test_a_port_in_use_is_told() -> None:
    with bound().socket as taken, pytest.raises(PortTaken, match="--port"):
        bound(port=taken.getsockname()[1])


@pytest.mark.parametrize("command", ["explore", "present"])
def test_a_port_in_use_is_bad_input(command: str) -> None:
    with bound().socket as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(app, [command, "silo_vs_shared", "--port", port, "--no-browser"])
    assert result.exit_code == 2
    assert "try another --port" in result.stderr


def test_what_ctrl_c_cuts_off_is_no_fault_and_everything_else_is() -> None:
    def record(text: str, error: BaseException | None = None) -> logging.LogRecord:
        told = None if error is None else (type(error), error, None)
        return logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, text, (), told)

    assert not _is_a_fault(record("Cancel %s running task(s), timeout graceful shutdown exceeded"))
    assert not _is_a_fault(record("Exception in ASGI application\n", asyncio.CancelledError()))
    assert _is_a_fault(record("Exception in ASGI application\n", RuntimeError("planted")))
    assert _is_a_fault(record("Application startup failed. Exiting."))

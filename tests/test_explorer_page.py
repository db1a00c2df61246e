"""The explorer's server: who is let in, what is refused and in which words, what is downloaded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import fake_runner
import pytest
from fake_explorer import made_up
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from simulation.laboratory.exploring import streaming
from simulation.laboratory.exploring.settings import first_settings
from simulation.scenario.loading import load_dict
from simulation.views.web.explorer.routes import explorer_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.testclient import WebSocketTestSession

    from simulation.analysis.comparison import Comparison

HOME = "http://127.0.0.1:8000"
LIVE = "ws://127.0.0.1:8000/live"
OWN = {"origin": HOME}
SECRET = "a-secret"
NOTHING: dict[str, Any] = {"arms": [], "baseline": "", "variants": [], "moves": []}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    given = fake_runner.tiny_scenario()
    given["title"] = "A shop </script><script>alert(1)</script>"
    opened = load_dict(given)
    app = explorer_app(opened, first_settings(opened), secret=SECRET, workers=1, ask=made_up)
    # The page does not mind who lives its replications: here the process that serves it does, test_exploring.py has others.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(streaming, "FEWEST_WORKERS", 1)
        with TestClient(app, base_url=HOME) as client:
            client.get(f"/open/{SECRET}")
            yield client


def asked(socket: WebSocketTestSession, settings: Any) -> dict[str, Any]:
    """Move something, and return the reply; snapshots that come before it are passed over."""
    socket.send_text(json.dumps({"id": "1", "do": "move", "settings": settings}))
    while "reply" not in (message := socket.receive_json()):
        pass
    return dict(message)


def figures_of(socket: WebSocketTestSession, ticket: int) -> dict[str, Any]:
    """The final figures of a request."""
    while True:
        message = socket.receive_json()
        data = message.get("data", {})
        if message.get("topic") == "figures" and data["ticket"] == ticket and data["final"]:
            return dict(data["figures"])


def test_only_who_has_the_secret_gets_in(client: TestClient) -> None:
    stranger = TestClient(client.app, base_url=HOME)
    for path in ("/", "/scenario.yaml", "/report.html"):
        assert stranger.get(path).status_code == 403
    assert stranger.get("/open/another").status_code == 403
    with pytest.raises(WebSocketDisconnect), stranger.websocket_connect(LIVE, headers=OWN):
        pass
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(LIVE, headers={"origin": "http://evil.example"}):
        pass
    cookie = stranger.get(f"/open/{SECRET}", follow_redirects=False).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_names_are_text_whatever_they_contain(client: TestClient) -> None:
    page = client.get("/").text
    assert "<script>alert" not in page
    assert "A shop &lt;/script&gt;" in page


def test_a_move_is_answered_with_what_stands_where_and_then_with_figures(client: TestClient) -> None:
    with client.websocket_connect(LIVE, headers=OWN) as socket:
        move = {"key": "incentives.shared_weight", "value": 1.0, "arm": "half"}
        reply = asked(socket, NOTHING | {"moves": [move], "arms": ["own", "half"]})
        figures = figures_of(socket, reply["ticket"])
    assert [arm["name"] for arm in figures["arms"]] == ["own", "half"]
    loyalty = next(line for line in figures["lines"] if line["label"] == "Loyalty")
    assert loyalty["cells"][0]["kind"] == "better"  # the made-up runs gain 8 points by a full weight
    assert len(figures["courses"]) == 3
    assert len(figures["melon"]) == len(figures["pain"]) == 2


def test_a_page_chooses_what_the_others_are_compared_with(client: TestClient) -> None:
    with client.websocket_connect(LIVE, headers=OWN) as socket:
        reply = asked(socket, NOTHING | {"baseline": "half"})
        figures = figures_of(socket, reply["ticket"])
    assert [arm["name"] for arm in figures["arms"]] == ["half", "own", "same"]
    assert figures["courses"][0]["arms"][0]["difference"] is None
    assert figures["answer"][0].startswith("Against “Half shared”")


def test_what_cannot_be_is_refused_in_the_scenarios_own_words_and_changes_nothing(client: TestClient) -> None:
    with client.websocket_connect(LIVE, headers=OWN) as socket:
        good = asked(socket, NOTHING | {"moves": [{"key": "horizon.weeks", "value": 50, "arm": ""}]})
        bad = asked(socket, NOTHING | {"moves": [{"key": "incentives.shared_weight", "value": 1.5, "arm": ""}]})
    assert "ticket" in good
    assert bad["faults"][0]["key"] == "incentives.shared_weight"
    assert "a number from 0 to 1" in bad["faults"][0]["text"]
    assert "weeks: 50" in client.get("/scenario.yaml").text


@pytest.mark.parametrize(
    "settings",
    [
        None,
        [],
        {"moves": []},
        NOTHING | {"more": 1},
        NOTHING | {"moves": [{"key": "horizon.weeks", "value": {"a": 1}, "arm": ""}]},
        NOTHING | {"moves": [{"key": "x", "value": 1}] * 401},
        NOTHING | {"variants": [{"name": "../x", "title": "x", "of": "own"}]},
    ],
)
def test_what_no_page_of_ours_sends_is_refused(client: TestClient, settings: Any) -> None:
    with client.websocket_connect(LIVE, headers=OWN) as socket:
        assert asked(socket, settings)["faults"]


def test_the_report_and_the_scenario_are_those_of_the_page(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def titles(compared: Comparison, *, told: dict[str, Any]) -> str:
        """What a report is made of, without its pictures: test_explorer_browser.py downloads a whole one."""
        return f"{told['command']} {list(compared.arm_titles.values())}"

    monkeypatch.setattr("simulation.views.report.report_html", titles)
    with client.websocket_connect(LIVE, headers=OWN) as socket:
        reply = asked(socket, NOTHING | {"arms": ["own", "half"]})
        figures_of(socket, reply["ticket"])
    report = client.get("/report.html")
    assert report.headers["content-disposition"] == 'attachment; filename="scenario_explored_report.html"'
    assert "Half shared" in report.text
    assert "Own KPI again" not in report.text
    answer = client.get("/scenario.yaml", params={"title": "Mine"})
    assert "title: Mine" in answer.text

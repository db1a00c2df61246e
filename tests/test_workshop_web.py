"""The workshop's server: who may see and do what, what is forged or repeated, and what survives a restart."""

from __future__ import annotations

import contextlib
import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from simulation.views.web.hub import MESSAGE_LIMIT
from simulation.views.web.workshop.room import Room
from simulation.views.web.workshop.starting import workshop_app
from simulation.workshop import Session
from tests.small_session import fake_play, mark, numbers_in, small_session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.testclient import WebSocketTestSession

BASE = "http://127.0.0.1:8765"
OWN = {"origin": BASE}
HTML = {"accept": "text/html"}
NASTY = "<script>alert(1)</script>{{7*7}}"


class Workshop:
    """A served session, and browsers that ask it."""

    def __init__(self, session: Session, facilitator: str) -> None:
        self.session, self.facilitator = session, facilitator
        self.room = Room(session, lives=fake_play, executor=ThreadPoolExecutor(1))
        self.app = workshop_app(self.room, join_url=f"{BASE}/")
        self.messages = 0
        self.portal: Any = None

    def browser(self) -> TestClient:
        browser = TestClient(self.app, base_url=BASE, headers=HTML, follow_redirects=False)
        browser.portal = self.portal  # one event loop for all, as on a server
        return browser

    @contextlib.contextmanager
    def served(self) -> Iterator[Workshop]:
        """The room is open while the block runs."""
        with TestClient(self.app, base_url=BASE) as client:
            self.portal = client.portal
            yield self

    def joined(self, name: str = "Ann") -> TestClient:
        browser = self.browser()
        answer = self.join(browser, name)
        assert answer.status_code == 303, answer.text
        return browser

    def join(self, browser: TestClient, name: str, code: str | None = None, message: str | None = None) -> Any:
        self.messages += 1
        form = {
            "name": name,
            "code": code or self.session.state.join_code,
            "message": message or f"join{self.messages}",
        }
        return browser.post("/join", data=form, headers=OWN)

    def leader(self) -> TestClient:
        browser = self.browser()
        assert browser.get(f"/f/{self.facilitator}").status_code == 303
        return browser

    @contextlib.contextmanager
    def live(self, browser: TestClient, path: str) -> Iterator[Live]:
        with browser.websocket_connect(f"ws://127.0.0.1:8765/live/{path}", headers=OWN) as socket:
            yield Live(socket)


class Live:
    """A page's connection."""

    def __init__(self, socket: WebSocketTestSession) -> None:
        self.socket = socket

    def view(self, **having: Any) -> dict[str, Any]:
        """The next snapshot in which these keys have these values."""
        for _ in range(60):
            message = self.socket.receive_json()
            if "data" in message and all(message["data"][key] == value for key, value in having.items()):
                return message["data"]
        raise AssertionError(f"no snapshot with {having}")

    def ask(self, does: str, *, key: str | None = None, **fields: Any) -> dict[str, Any]:
        key = key or secrets.token_hex(8)
        self.socket.send_json({**fields, "id": key, "do": does})
        for _ in range(60):
            message = self.socket.receive_json()
            if message.get("reply") == key:
                return message
        raise AssertionError("no reply")


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    session, keys = small_session(now=0.0)
    with Workshop(session, keys.facilitator).served() as workshop:
        yield workshop


def seated(workshop: Workshop, firm: str, department: str, name: str = "Ann") -> TestClient:
    browser = workshop.joined(name)
    with workshop.live(browser, "play") as live:
        assert "fault" not in live.ask("sit", firm=firm, department=department)
    return browser


DECISION = {"act": "own", "round": 1, "settings": {"hurry": 0.7}, "line": "faster"}


# -- joining --------------------------------------------------------------------------------------------------------------


def test_looking_at_the_link_seats_nobody(workshop: Workshop) -> None:
    for _ in range(5):  # as chat applications do
        answer = workshop.browser().get(f"/j/{workshop.session.state.join_code}")
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert workshop.session.state.players == {}


def test_a_tap_joins_once_however_often_it_comes(workshop: Workshop) -> None:
    browser = workshop.browser()
    for _ in range(3):
        assert workshop.join(browser, "Ann", message="same").status_code == 303
    assert len(workshop.session.state.players) == 1
    assert browser.get("/").headers["location"] == "/play"  # the link again, in the same browser
    assert browser.get("/play").status_code == 200


def test_the_wrong_code_is_told_and_throttled(workshop: Workshop) -> None:
    browser = workshop.browser()
    answers = [workshop.join(browser, "Eve", code=f"X{number:05}") for number in range(40)]
    assert {answer.status_code for answer in answers[:30]} == {400}
    assert {answer.status_code for answer in answers[30:]} == {429}
    assert "not this session" in answers[0].text
    assert workshop.session.state.players == {}


def test_cookies_are_out_of_a_script_s_reach(workshop: Workshop) -> None:
    browser = workshop.browser()
    cookie = workshop.join(browser, "Ann").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    cookie = browser.get(f"/f/{workshop.facilitator}").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_names_and_lines_are_text(workshop: Workshop) -> None:
    browser = seated(workshop, "firm_1", "sales", NASTY)
    leader = workshop.leader()
    with workshop.live(leader, "facilitator") as lead, workshop.live(browser, "play") as live:
        lead.ask("open")
        lead.ask("broadcast", text=NASTY)
        assert "fault" not in live.ask("submit", **DECISION | {"line": NASTY})
    for page in (browser.get("/play"), leader.get("/facilitator"), leader.get("/projector")):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "49" not in page.text.partition(NASTY[-7:])[0][-20:]
    refused = workshop.join(workshop.browser(), NASTY, code=f'"><{NASTY}')
    assert "<script>alert" not in refused.text


# -- who sees what --------------------------------------------------------------------------------------------------------


def test_a_stranger_gets_nothing(workshop: Workshop) -> None:
    stranger = workshop.browser()
    assert stranger.get("/play").headers["location"] == "/"
    for path in ("/facilitator", "/projector"):
        assert stranger.get(path).status_code == 403
    for path in ("/f/guess", f"/f/{workshop.session.state.join_code}", "/seat/guess", "/seat/player_1"):
        assert stranger.get(path).status_code == 404
    for path in ("play", "facilitator", "projector"):
        with workshop.live(stranger, path) as live, pytest.raises(WebSocketDisconnect):
            live.view()


def test_a_player_is_not_the_facilitator(workshop: Workshop) -> None:
    browser = seated(workshop, "firm_1", "sales")
    token = next(iter(browser.cookies.jar)).value
    browser.cookies.set("silosim_facilitator_8765", str(token))
    for path in ("/facilitator", "/projector", f"/f/{token}"):
        assert browser.get(path).status_code in {403, 404}
    for path in ("facilitator", "projector"):
        with workshop.live(browser, path) as live, pytest.raises(WebSocketDisconnect):
            live.view()


LEADING: list[tuple[str, dict[str, Any]]] = [
    ("open", {}),
    ("pause", {}),
    ("resume", {}),
    ("extend", {"seconds": 60}),
    ("close", {}),
    ("advance", {"firm": "firm_1"}),
    ("act", {"act": "pooled"}),
    ("end", {}),
    ("broadcast", {"text": "hello"}),
    ("reveal", {"shown": True}),
    ("move", {"player": "player_1", "firm": "firm_2", "department": "sales"}),
    ("replace", {"player": "player_1"}),
    ("remove", {"player": "player_1"}),
    ("name_firm", {"firm": "firm_1", "name": "Mine"}),
    ("agree", {"firm": "firm_1", "lever": "sales.hurry", "low": 0, "high": 1}),
    ("wipe", {}),
]


def test_a_player_cannot_lead(workshop: Workshop) -> None:
    browser = seated(workshop, "firm_1", "sales")
    with workshop.live(browser, "play") as live:
        before = workshop.session.revision
        for does, fields in LEADING:
            assert "fault" in live.ask(does, **fields), does
        assert workshop.session.revision == before


def test_in_the_silo_a_player_sees_her_own_figures_only(workshop: Workshop) -> None:
    sales, service = seated(workshop, "firm_1", "sales"), seated(workshop, "firm_1", "service", "Bob")
    with workshop.live(workshop.leader(), "facilitator") as lead, workshop.live(sales, "play") as live:
        lead.ask("open")
        assert "fault" not in live.ask("submit", **DECISION)
        lead.ask("close")
        view = live.view(phase="between")
    foreign = {mark(1, kind) for kind in range(1, 5)}
    mine = {mark(0, kind) for kind in range(1, 5)}
    assert view["you"]["department"] == "sales"
    assert set(numbers_in(view)) & mine
    assert not set(numbers_in(view)) & foreign
    assert view["company"] == []
    page = service.get("/play").text
    shown = json.loads(page.partition('id="view">')[2].partition("</script>")[0])
    assert not set(numbers_in(shown)) & mine


def test_the_projector_keeps_customers_back_until_they_are_revealed(workshop: Workshop) -> None:
    with workshop.live(workshop.leader(), "facilitator") as lead, workshop.live(workshop.leader(), "projector") as wall:
        lead.ask("open")
        assert all(firm["company"] == [] for firm in wall.view(phase="between")["firms"])
        lead.ask("reveal", shown=True)
        assert all(firm["company"] for firm in wall.view(revealed=True)["firms"])


def test_the_projector_only_listens(workshop: Workshop) -> None:
    with workshop.live(workshop.leader(), "projector") as wall, pytest.raises(WebSocketDisconnect):
        wall.ask("open")
    assert workshop.session.state.phase == "lobby"


# -- forged, repeated, late -------------------------------------------------------------------------------------------------


def test_a_decision_counts_once_however_often_it_comes(workshop: Workshop) -> None:
    browser = seated(workshop, "firm_1", "sales")
    seated(workshop, "firm_1", "service", "Bob")  # somebody is waited for: the round stays open
    with workshop.live(workshop.leader(), "facilitator") as lead, workshop.live(browser, "play") as live:
        lead.ask("open")
        first = live.ask("submit", key="k1", **DECISION)
        revision = workshop.session.revision
        second = live.ask("submit", key="k1", **DECISION | {"settings": {"hurry": 0.1}})
    with workshop.live(browser, "play") as live:  # and on another connection
        third = live.ask("submit", key="k1", **DECISION)
    assert (first["again"], second["again"], third["again"]) == (False, True, True)
    assert workshop.session.revision == revision
    assert workshop.session.state.submitted("firm_1", "sales").settings["hurry"] == 0.7  # type: ignore[union-attr]


FORGED: list[dict[str, Any]] = [
    {"firm": "firm_2", "department": "service", "player": "player_9"},
    {"settings": {"hurry": 0.7, "service.care": 0.0}},
    {"settings": {"hurry": 2}},
    {"settings": {"hurry": "1"}},
    {"settings": [["hurry", 1]]},
    {"round": 2},
    {"act": "pooled"},
    {"line": "x" * 1000},
    {"line": {"a": 1}},
    {"token": "x", "message": "other"},
]


def test_a_forged_decision_moves_nobody_else(workshop: Workshop) -> None:
    browser = seated(workshop, "firm_1", "sales")
    seated(workshop, "firm_1", "service", "Bob")
    with workshop.live(workshop.leader(), "facilitator") as lead, workshop.live(browser, "play") as live:
        lead.ask("open")
        for forged in FORGED:
            live.ask("submit", **DECISION | forged)
    assert set(workshop.session.state.decisions) <= {("own", "firm_1", "sales", 1)}


def test_seats_of_others_cannot_be_taken(workshop: Workshop) -> None:
    seated(workshop, "firm_1", "sales")
    browser = workshop.joined("Eve")
    with workshop.live(browser, "play") as live:
        assert "taken" in live.ask("sit", firm="firm_1", department="sales")["fault"]
        assert "no such" in live.ask("sit", firm="firm_9", department="sales")["fault"]
        assert "seat" in live.ask("submit", **DECISION)["fault"]


@pytest.mark.parametrize("headers", [{}, {"origin": "http://evil.example"}, {"origin": "null"}])
def test_only_our_own_pages_act(workshop: Workshop, headers: dict[str, str]) -> None:
    browser = workshop.browser()
    form = {"name": "Ann", "code": workshop.session.state.join_code, "message": "m"}
    assert browser.post("/join", data=form, headers=headers).status_code == 403
    leader = workshop.leader()
    with (
        pytest.raises(WebSocketDisconnect),
        leader.websocket_connect("ws://127.0.0.1:8765/live/facilitator", headers=headers),
    ):
        pass
    assert workshop.session.state.players == {}


def test_too_large_a_message_ends_the_connection_and_nothing_else(workshop: Workshop) -> None:
    browser = seated(workshop, "firm_1", "sales")
    with workshop.live(browser, "play") as live, pytest.raises(WebSocketDisconnect):
        live.ask("rename", name="x" * MESSAGE_LIMIT)
    assert browser.get("/play").status_code == 200


def test_bytes_end_the_connection_without_a_word_in_the_terminal(workshop: Workshop) -> None:
    browser = seated(workshop, "firm_1", "sales")
    with workshop.live(browser, "play") as live:
        live.view()
        live.socket.send_bytes(b"\x00")
        with pytest.raises(WebSocketDisconnect) as ended:
            live.socket.receive_json()
    assert ended.value.code == 1003
    assert browser.get("/play").status_code == 200


def test_every_firm_s_council_is_on_the_projector_point_by_point(workshop: Workshop) -> None:
    session, said = (
        workshop.session,
        dict.fromkeys(["speaker", "subject", "about", "detail", "heard_at", "heard_department"], ""),
    )
    said |= {"week": 3, "council": "operational", "speaker": "chair", "action": 0, "figures": []}
    points = [("best_practices", "nothing_to_copy"), ("other_business", "nothing_else")]
    heard = [{**said, "item": number, "point": point, "kind": kind} for number, (point, kind) in enumerate(points)]
    for firm in session.state.firm_names:
        session.outcomes["own", firm] = replace(fake_play(session.job("own", firm, rounds=1)), council=heard)
    meetings = workshop.room.view_for_projector()["meetings"]
    assert [each["firm"] for each in meetings] == list(session.state.firm_names)
    assert [point["point"] for point in meetings[0]["points"]] == ["Best practices", "Other business"]
    assert [len(point["said"]) for point in meetings[0]["points"]] == [1, 1]


# -- another device, the end ----------------------------------------------------------------------------------------------


def test_a_new_link_takes_the_seat_by_a_tap_and_the_old_device_is_out(workshop: Workshop) -> None:
    old = seated(workshop, "firm_1", "sales")
    with workshop.live(workshop.leader(), "facilitator") as lead, workshop.live(old, "play") as live:
        link = lead.ask("replace", player="player_1")["link"]
        with pytest.raises(WebSocketDisconnect):
            live.view(phase="never")
    path = link.removeprefix(BASE)
    new = workshop.browser()
    assert "set-cookie" not in new.get(path).headers
    assert new.post("/seat", data={"token": path.rpartition("/")[2]}, headers=OWN).status_code == 303
    with workshop.live(new, "play") as live:
        assert live.view()["you"]["department"] == "sales"
    assert old.get("/play").headers["location"] == "/"


def test_the_facilitator_s_secret_is_on_no_page(workshop: Workshop) -> None:
    leader = workshop.leader()
    assert leader.get(f"/f/{workshop.facilitator}").headers["location"] == "/facilitator"
    for path in ("/facilitator", "/projector", "/"):
        assert workshop.facilitator not in leader.get(path).text


def test_after_a_wipe_nobody_is_left(workshop: Workshop) -> None:
    browser = seated(workshop, "firm_1", "sales", "Rumpelstiltskin")
    leader = workshop.leader()
    with workshop.live(leader, "facilitator") as lead:
        assert "fault" not in lead.ask("wipe")
    assert browser.get("/play").headers["location"] == "/"
    assert workshop.join(workshop.browser(), "Ann").status_code == 400
    assert leader.get("/facilitator").status_code == 403


def test_a_restart_finds_everybody_where_she_was(tmp_path: Path) -> None:
    session, keys = small_session(tmp_path / "a.session", now=0.0)
    before = Workshop(session, keys.facilitator)
    with before.served():
        ann, leader = seated(before, "firm_1", "sales"), before.leader()
        seated(before, "firm_1", "service", "Bob")
        with before.live(leader, "facilitator") as lead, before.live(ann, "play") as live:
            lead.ask("open", seconds=3600)
            live.ask("submit", key="k1", **DECISION)
    after = Workshop(Session.open(tmp_path / "a.session", now=1.0), "")
    with after.served():
        again = after.browser()
        again.cookies = ann.cookies
        with after.live(again, "play") as live:
            assert live.view()["submitted"]["line"] == "faster"
            assert (
                live.ask("submit", key="k1", **DECISION)["again"] is True
            )  # sent again, as its page did not hear the answer
        led = after.browser()
        led.cookies = leader.cookies
        assert led.get("/facilitator").status_code == 200

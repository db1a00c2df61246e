"""The session under any order of joins, leaves, submissions, timeouts, runs, kills and restarts."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from simulation.workshop import Session, State
from simulation.workshop.commands import FACILITATOR
from tests.small_session import ACTS, fake_play, mark, numbers_in, small_session, small_setup

FIRMS = st.sampled_from(["firm_1", "firm_2", "firm_3"])
DEPARTMENTS = st.sampled_from(["sales", "service"])
SHARES = st.floats(min_value=0, max_value=1).map(lambda value: round(value, 3))
FACILITATORS = ["open", "close", "act", "end", "remove", "replace", "move", "wipe"]
ANY = st.integers(min_value=0, max_value=10_000)
"""Picks one of what there is, modulo its number."""


class Room(RuleBasedStateMachine):
    """A room of people who do anything at any time, and the books that a fair referee would keep of it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="silosim-room-"))
        self.session, self.keys = small_session(self.folder / "0.db")
        self.now, self.sent, self.files = 1.0, 0, 0
        self.tokens: list[str] = []
        self.dead: list[str] = []
        self.book: dict[tuple[str, str, str, int], tuple[dict[str, float], str]] = {}
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.outcomes: list[Any] = []
        self.closed: dict[tuple[str, str], int] = {}
        self.ran: dict[tuple[str, str], int] = {}

    def teardown(self) -> None:
        self.session.close()
        shutil.rmtree(self.folder)

    # -- what people do ---------------------------------------------------------------------------------------------

    def token(self, pick: int) -> str:
        return self.tokens[pick % len(self.tokens)]

    def do(self, token: str, **given: Any) -> Any:
        self.sent += 1
        given["message"] = f"m{self.sent}"
        answer = self.session.do(token, given, now=self.now)
        if answer.accepted:
            self.messages.append((token, given))
        assert answer.accepted != bool(answer.refusal)
        return answer

    def lead(self, does: str, **given: Any) -> Any:
        return self.do(self.keys.facilitator, do=does, **given)

    def player(self, pick: int) -> str:
        keys = [*self.session.state.players, "player_0"]
        return keys[pick % len(keys)]

    @initialize()
    def somebody_is_there(self) -> None:
        for firm, department in (("firm_1", "sales"), ("firm_1", "service"), ("firm_2", "sales")):
            self.join()
            self.do(self.tokens[-1], do="sit", firm=firm, department=department)
        self.open_round()

    @rule()
    def join(self) -> None:
        answer = self.session.join("Ann", self.keys.join_code.lower(), now=self.now)
        if answer.accepted:
            self.tokens.append(answer.token)

    @rule(pick=ANY, firm=FIRMS, department=DEPARTMENTS)
    def sit(self, pick: int, firm: str, department: str) -> None:
        taken = (firm, department) in self.session.state.seats
        answer = self.do(self.token(pick), do="sit", firm=firm, department=department)
        assert not (taken and answer.accepted)

    @rule(pick=ANY)
    def leave(self, pick: int) -> None:
        self.do(self.token(pick), do="leave")

    @rule(pick=ANY, hurry=SHARES, care=SHARES)
    def submit(self, pick: int, hurry: float, care: float) -> None:
        """Somebody who has a seat, if there is anybody; else anybody."""
        seated = [each for each in self.tokens if self.seat_of(each) is not None] or self.tokens
        self.send(seated[pick % len(seated)], {"hurry": hurry, "care": care})

    @rule(hurry=SHARES, care=SHARES, but=st.integers(min_value=0, max_value=2))
    def most_submit(self, hurry: float, care: float, but: int) -> None:
        for token in self.tokens[but:]:
            self.send(token, {"hurry": hurry, "care": care})

    def seat_of(self, token: str) -> tuple[str, str] | None:
        player = self.session.state.players.get(self.session.who(token))
        return player.seat if player else None

    def send(self, token: str, chosen: dict[str, float]) -> None:
        state, seat = self.session.state, self.seat_of(token)
        act, number, line = state.act, state.rounds, f"because {self.sent}"
        opened = state.open
        may = opened is not None and opened.left is None and seat is not None and seat[0] in opened.deciding
        answer = self.do(token, do="submit", act=act, round=number, settings=chosen, line=line)
        assert answer.accepted == may
        if seat is not None and answer.accepted:
            self.book[act, *seat, number] = (chosen, line)

    @rule(pick=ANY, back=st.sampled_from([-1, 1, 2]), act=st.sampled_from(ACTS))
    def submit_for_another_round(self, pick: int, back: int, act: str) -> None:
        """What a device that slept may send: its seat's decision for a round, or an act, that is not open."""
        state = self.session.state
        given = {"act": act, "round": state.rounds - (back if act == state.act else 0), "settings": {"hurry": 0.0}}
        assert not self.do(self.token(pick), do="submit", line="", **given).accepted

    @precondition(lambda self: self.messages)
    @rule(pick=ANY)
    def send_a_message_again(self, pick: int) -> None:
        token, given = self.messages[pick % len(self.messages)]
        before = self.session.revision
        answer = self.session.do(token, given, now=self.now)
        assert answer.again or not answer.accepted  # refused: the token is dead by now
        assert self.session.revision == before

    @precondition(lambda self: self.dead)
    @rule(pick=ANY, firm=FIRMS, department=DEPARTMENTS)
    def come_with_a_dead_token(self, pick: int, firm: str, department: str) -> None:
        token = self.dead[pick % len(self.dead)]
        assert not self.do(token, do="sit", firm=firm, department=department).accepted
        assert self.session.view_for(token) is None

    @rule(pick=ANY, does=st.sampled_from(FACILITATORS), act=st.sampled_from(ACTS))
    def play_the_facilitator(self, pick: int, does: str, act: str) -> None:
        before = self.session.revision
        given = {"act": act, "player": "player_1", "firm": "firm_1", "department": "sales"}
        assert not self.do(self.token(pick), do=does, **given).accepted
        assert self.session.revision == before

    # -- what the facilitator does ------------------------------------------------------------------------------------

    @rule()
    def open_round(self) -> None:
        self.lead("open")

    @rule()
    def next_round(self) -> None:
        self.lead("close")
        self.run_firms(9)
        self.lead("open")

    @rule(does=st.sampled_from(["pause", "resume", "close", "advance", "act"]), firm=FIRMS, act=st.sampled_from(ACTS))
    def mind_the_round(self, does: str, firm: str, act: str) -> None:
        self.lead(does, firm=firm, act=act)

    @rule(does=st.sampled_from(["replace", "move", "remove"]), pick=ANY, firm=FIRMS, department=DEPARTMENTS)
    def mind_somebody(self, does: str, pick: int, firm: str, department: str) -> None:
        player = self.player(pick)
        old = [token for token in self.tokens if self.session.who(token) == player]
        if does == "remove" and len(self.tokens) < 4:
            return
        answer = self.lead(does, player=player, firm=firm, department=department)
        if answer.accepted and does != "move":
            self.dead += old
            new = [answer.token] if does == "replace" else []
            self.tokens = [token for token in self.tokens if token not in old] + new

    # -- time, runs, kills ----------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1.0, 20.0, 61.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.session.tick(now=self.now)

    @rule(most=st.integers(min_value=1, max_value=3))
    def run_firms(self, most: int) -> None:
        for job in list(self.session.jobs())[:most]:
            outcome = fake_play(job)
            self.outcomes.append(outcome)
            assert self.session.take_in(outcome, now=self.now)

    @precondition(lambda self: self.outcomes)
    @rule(pick=ANY)
    def a_run_comes_home_twice(self, pick: int) -> None:
        before = self.session.revision
        assert not self.session.take_in(self.outcomes[pick % len(self.outcomes)], now=self.now)
        assert self.session.revision == before

    @rule(down=st.sampled_from([0.0, 30.0, 600.0]))
    def kill_and_restart(self, down: float) -> None:
        """The files as a killed process leaves them: copied while the session has them open."""
        opened = self.session.state.open
        left = opened.ends - max(self.session.last_at, 0.0) if opened and opened.left is None else None
        self.files += 1
        new = self.folder / f"{self.files}.db"
        for suffix in ("", "-wal"):
            old = Path(f"{self.session.journal.path}{suffix}")
            if old.exists():
                shutil.copy(old, f"{new}{suffix}")
        self.session.close()
        self.now += down
        self.session = Session.open(new, now=self.now)
        opened = self.session.state.open
        if left is not None:
            assert opened is not None
            assert opened.ends - self.now >= left - 1e-6  # nobody has lost time

    # -- what must hold ---------------------------------------------------------------------------------------------------

    @invariant()
    def a_seat_belongs_to_one_token(self) -> None:
        state = self.session.state
        assert {player: seat for seat, player in state.seats.items()} == {
            key: player.seat for key, player in state.players.items() if player.seat is not None
        }
        assert {player: token for token, player in state.tokens.items()} == {
            key: player.token for key, player in state.players.items()
        }

    @invariant()
    def no_decision_is_lost_or_applied_twice(self) -> None:
        kept = {at: (decision.settings, decision.line) for at, decision in self.session.state.decisions.items()}
        assert kept == self.book

    @invariant()
    def what_is_run_is_what_was_decided(self) -> None:
        for job in self.session.jobs():
            for number, change in enumerate(job.scenario.timeline, 1):
                assert change.levers is not None
                for department in ("sales", "service"):
                    decided = self.book.get((job.act, job.firm, department, number))
                    held = {
                        name.partition(".")[2]: value
                        for name, value in change.levers.hold.items()
                        if name.startswith(f"{department}.")
                    }
                    assert held == (decided[0] if decided else {})

    @invariant()
    def rounds_only_go_forward(self) -> None:
        state = self.session.state
        for at, number in self.closed.items():
            assert state.closed[at] in {number, number + 1}
        for at, number in self.ran.items():
            assert state.ran[at] >= number
        assert all(state.ran.get(at, 0) in {number, number - 1} for at, number in state.closed.items())
        self.closed, self.ran = dict(state.closed), dict(state.ran)

    @invariant()
    def the_journal_says_the_same(self) -> None:
        again = State()
        for entry in self.session.journal.entries():
            again.apply(entry.event)
        assert again == self.session.state
        assert Session(self.session.journal).outcomes == self.session.outcomes

    @invariant()
    def a_view_holds_what_its_seat_may_see(self) -> None:
        state = self.session.state
        for token in self.tokens:
            view = self.session.view_for(token)
            assert view is not None
            seen = set(numbers_in(view))
            seat = state.players[self.session.who(token)].seat
            for d, department in enumerate(small_setup().seats):
                hers = seat is not None and seat[1] == department
                assert hers or not seen & {mark(d, kind) for kind in range(1, 5)}
            if state.act == "own":
                assert not view.get("company")
                assert not view.get("shared")
                assert not seen & {50.0, mark(90, 1)}

    @invariant()
    def the_projector_keeps_secrets(self) -> None:
        view = self.session.view_for_projector()
        seen = set(numbers_in(view))
        assert not seen & {mark(d, kind) for d in range(2) for kind in (1, 2, 3)}
        if self.session.state.act in {"own", "half"}:
            assert 50.0 not in seen
        text = repr([view, self.session.view_for_facilitator(), [self.session.view_for(each) for each in self.tokens]])
        assert not [token for token in [*self.tokens, *self.dead, self.keys.facilitator] if token in text]
        assert not [
            hashed for hashed in [*self.session.state.tokens, *self.session.state.facilitators] if hashed in text
        ]
        assert self.session.who(self.keys.facilitator) == FACILITATOR


class TestRoom(Room.TestCase):  # type: ignore[name-defined,misc]
    settings = settings(max_examples=10, stateful_step_count=30, deadline=None)


@pytest.mark.full
class TestLongerInTheRoom(Room.TestCase):  # type: ignore[name-defined,misc]
    settings = settings(max_examples=60, stateful_step_count=40, deadline=None)

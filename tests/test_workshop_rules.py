"""What may be asked of a session, and what is refused; every refusal is one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from simulation.workshop import Session
from simulation.workshop.reading import Refused, text
from tests.small_session import FULL_FIRM, Table

SALES = ("firm_1", "sales")


def refused(answer: Any) -> str:
    """The refusal of an answer that must be one."""
    assert not answer.accepted
    assert answer.refusal.endswith(".")
    return str(answer.refusal)


# --- rounds ------------------------------------------------------------------------------------------------------------


def test_a_firm_closes_when_all_its_players_have_submitted() -> None:
    table = Table(*FULL_FIRM, ("firm_2", "sales"))
    table.lead("open")
    table.submit(*SALES, 0.1)
    assert table.session.state.open is not None
    assert table.session.state.open.deciding == {"firm_1", "firm_2", "firm_3"}
    table.submit("firm_1", "service", 0.1)
    assert table.session.state.open.deciding == {"firm_2", "firm_3"}
    assert "closed" in refused(table.submit(*SALES, 0.2))
    table.submit("firm_2", "sales", 0.1)  # nobody sits in the third firm: it closes with the last of the others
    assert table.session.state.phase == "running"


def test_a_later_decision_replaces_an_earlier_one() -> None:
    table = Table(*FULL_FIRM)
    table.lead("open")
    table.submit(*SALES, 0.1, line="first")
    table.submit(*SALES, 0.2, line="second")
    decision = table.session.state.submitted(*SALES)
    assert decision is not None
    assert (decision.settings["hurry"], decision.line) == (0.2, "second")


def test_the_same_message_counts_once() -> None:
    table = Table(*FULL_FIRM)
    table.lead("open")
    first = table.submit(*SALES, 0.1, message="a")
    revision = table.session.revision
    again = table.submit(*SALES, 0.9, message="a")
    assert (first.again, again.again, again.accepted) == (False, True, True)
    assert table.session.revision == revision
    assert table.session.state.decisions["own", *SALES, 1].settings["hurry"] == 0.1


@pytest.mark.parametrize(
    "other", [{"round": 0}, {"round": 2}, {"round": True}, {"round": "1"}, {"act": "half"}, {"act": []}]
)
def test_a_decision_for_another_round_is_refused(other: dict[str, Any]) -> None:
    table = Table(*FULL_FIRM)
    table.lead("open")
    assert "another round" in refused(table.submit(*SALES, 0.1, **other))


def test_nothing_is_decided_while_paused_and_no_time_is_lost() -> None:
    table = Table(*FULL_FIRM)
    do, keys = table.session.do, table.keys
    do(keys.facilitator, {"do": "open", "seconds": 100}, now=0.0)
    do(keys.facilitator, {"do": "pause"}, now=40.0)
    assert "paused" in refused(table.submit(*SALES, 0.1, now=41.0))
    assert not table.session.tick(now=1000.0)
    do(keys.facilitator, {"do": "extend", "seconds": 5}, now=1000.0)
    do(keys.facilitator, {"do": "resume"}, now=1000.0)
    assert table.session.state.open is not None
    assert table.session.state.open.ends == 1065.0


def test_when_time_is_up_learners_play_for_who_has_not_submitted() -> None:
    table = Table(*FULL_FIRM)
    table.lead("open")
    table.submit(*SALES, 0.1)
    assert not table.session.tick(now=59.9)
    assert table.session.tick(now=60.0)
    assert table.session.state.phase == "running"
    assert set(table.session.state.why.values()) == {"time"}
    assert list(table.session.state.decided("own", "firm_1")[1]) == ["sales.hurry", "sales.care"]


def test_nobody_waits_for_who_has_missed_two_rounds_but_she_may_come_back() -> None:
    table = Table(*FULL_FIRM, rounds=5)
    for _ in range(2):
        table.lead("open")
        table.submit(*SALES, 0.1)
        table.lead("close")
        table.run(fake=True)
    table.lead("open")
    table.submit(*SALES, 0.1)
    assert table.session.state.phase == "running"  # not waited for
    table.run(fake=True)
    table.lead("open")
    assert table.submit("firm_1", "service", 0.1).accepted  # back in time
    table.submit(*SALES, 0.1)
    table.run(fake=True)
    table.lead("open")
    table.submit(*SALES, 0.1)
    assert table.session.state.phase == "open"  # waited for again


def test_a_room_of_learners_only_plays_at_once() -> None:
    table = Table()
    table.lead("open")
    assert table.session.state.phase == "running"


def test_rounds_and_acts_follow_one_another() -> None:
    table = Table(*FULL_FIRM, rounds=1)
    table.lead("open")
    for does in ("open", "act", "end"):
        refused(table.lead(does, act="half"))
    table.lead("close")
    assert "being run" in refused(table.lead("open"))
    table.run(fake=True)
    assert "All rounds" in refused(table.lead("open"))
    assert table.lead("act", act="half").accepted
    assert table.lead("open").accepted
    table.lead("close")
    table.run(fake=True)
    assert table.lead("end").accepted
    assert "over" in refused(table.lead("open"))
    assert "over" in refused(table.session.join("Late", table.keys.join_code, now=0.0))


# --- seats ---------------------------------------------------------------------------------------------------------------


def test_who_moves_leaves_her_seat() -> None:
    table = Table(SALES)
    assert table.lead("move", player="player_1", firm="firm_2", department="service").accepted
    assert table.session.state.seats == {("firm_2", "service"): "player_1"}


def test_a_seat_that_is_taken_is_refused() -> None:
    table = Table(*FULL_FIRM)
    token = table.tokens["firm_1", "service"]
    assert "taken" in refused(table.session.do(token, {"do": "sit", "firm": "firm_1", "department": "sales"}, now=0.0))


def test_a_replaced_link_is_dead_and_the_seat_stays() -> None:
    table = Table(SALES)
    table.lead("open")
    answer = table.lead("replace", player="player_1", message="r")
    assert "no longer" in refused(table.submit(*SALES, 0.1))
    assert table.session.view_for(table.tokens[SALES]) is None
    table.tokens[SALES] = answer.token
    assert table.submit(*SALES, 0.1).accepted
    assert table.lead("replace", player="player_1", message="r").token == ""  # a secret is said once


def test_who_is_removed_is_out_and_what_she_decided_stays() -> None:
    table = Table(*FULL_FIRM)
    table.lead("open")
    table.submit(*SALES, 0.1)
    table.lead("remove", player="player_1")
    assert SALES not in table.session.state.seats
    assert table.session.state.submitted(*SALES) is not None
    assert table.session.who(table.tokens[SALES]) == ""


# --- who may, and what is no command -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "does",
    ["open", "pause", "close", "advance", "act", "end", "broadcast", "replace", "remove", "reveal", "agree", "move"],
)
def test_a_player_is_no_facilitator(does: str) -> None:
    table = Table(*FULL_FIRM)
    given = {"do": does, "player": "player_2", "firm": "firm_1", "act": "half", "text": "x"}
    assert "facilitator" in refused(table.session.do(table.tokens[SALES], given, now=0.0))


@pytest.mark.parametrize("token", ["", "facilitator", "player_1", "x" * 10_000, None, 3, ["a"], "\ud800"])
def test_a_stranger_is_nobody(token: object) -> None:
    table = Table(*FULL_FIRM)
    assert "not (or no longer)" in refused(table.session.do(token, {"do": "open"}, now=0.0))


@pytest.mark.parametrize(
    "given",
    [None, [], "open", 3, {}, {"do": None}, {"do": ["open"]}, {"do": "openn"}, {"do": "open", "message": 3},
     {"do": "open", "message": "m" * 65}, {"do": "open", "seconds": "long"}, {"do": "open", "seconds": float("nan")},
     {"do": "advance", "firm": {}}, {"do": "move", "player": [], "firm": "firm_1", "department": "sales"},
     {"do": "name_firm", "firm": "firm_1", "name": 3}, {"do": "reveal", "shown": 1}, {"do": "agree", "firm": "firm_1", "lever": 3}],
)  # fmt: skip
def test_what_is_no_command_is_refused(given: object) -> None:
    table = Table(*FULL_FIRM)
    before = table.session.revision
    refused(table.session.do(table.keys.facilitator, given, now=0.0))
    assert table.session.revision == before


@pytest.mark.parametrize(
    "settings",
    [None, [], {"hurry": 1.1}, {"hurry": -0.1}, {"hurry": "1"}, {"hurry": True}, {"hurry": None}, {"hurry": float("nan")},
     {"hurry": 10**400}, {"service.hurry": 0.5}, {"unknown": 0.5}, {3: 0.5}],
)  # fmt: skip
def test_settings_are_numbers_from_0_to_1_of_ones_own_levers(settings: object) -> None:
    table = Table(*FULL_FIRM)
    table.lead("open")
    refused(table.submit(*SALES, 0.1, settings=settings))
    assert table.session.state.submitted(*SALES) is None


def test_a_code_is_forgiving_and_a_wrong_one_is_not() -> None:
    table = Table()
    assert table.session.join("Ann", f" {table.keys.join_code.lower()} ", now=0.0).accepted
    for code in ("", "AAAAAA", None, 3, "\ud800", table.keys.join_code[:-1]):
        assert "code" in refused(table.session.join("Ann", code, now=0.0))


def test_texts_stay_as_they_were_written_but_for_control_characters() -> None:
    assert text("  a\tb\n\0c\ud800 ", "name") == "a b c"
    assert text("=1+1 <b>&amp;", "name") == "=1+1 <b>&amp;"
    for value in ("", " \n", "x" * 41, "x" * 1_000_000, None, 3, ["a"]):
        with pytest.raises(Refused):
            text(value, "name")


def test_another_secret_of_the_facilitator_joins_the_first(tmp_path: Any) -> None:
    table = Table(path=tmp_path / "a.db")
    table.session.close()
    session = Session.open(tmp_path / "a.db", now=1.0)
    key = session.new_facilitator(now=1.0)
    assert session.do(key, {"do": "broadcast", "text": "hello"}, now=1.0).accepted
    assert session.do(table.keys.facilitator, {"do": "broadcast", "text": ""}, now=1.0).accepted
    session.close()


def test_what_cannot_be_written_has_not_happened(tmp_path: Any) -> None:
    table = Table(*FULL_FIRM, path=tmp_path / "a.db")
    table.lead("open")
    (pages,) = table.session.journal._db.execute("PRAGMA page_count").fetchone()
    table.session.journal._db.execute(f"PRAGMA max_page_count={pages}")
    number = 0
    while (answer := table.submit(*SALES, 0.5, line="x" * 200, message=str(number))).accepted:
        number += 1
    assert "full" in refused(answer)
    assert table.session.journal._db.execute("SELECT count(*) FROM events").fetchone() == (table.session.revision,)
    table.session.journal._db.execute(f"PRAGMA max_page_count={pages + 100}")
    answer = table.submit(*SALES, 0.6, message=str(number))  # the very message is sent again when there is room
    assert (answer.accepted, answer.again) == (True, False)
    table.session.close()


def test_a_firm_that_was_about_to_close_closes_after_the_restart(tmp_path: Any) -> None:
    """Killed between the last submission and what follows from it."""
    table = Table(*FULL_FIRM, path=tmp_path / "a.db")
    table.lead("open")
    table.submit(*SALES, 0.5)
    table.submit("firm_1", "service", 0.5)
    db = table.session.journal._db
    db.execute("DELETE FROM events WHERE kind = 'FirmClosed'")
    table.session.close()
    session = Session.open(tmp_path / "a.db", now=1.0)
    assert session.state.phase == "running"
    session.close()

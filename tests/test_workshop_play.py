"""Playing: what people decide, what learners do, replays, what is taken home, and what survives a killed process."""

from __future__ import annotations

import csv
import io
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulation.analysis.cells import as_text
from simulation.analysis.run import run_arm, run_arms
from simulation.model.appraisal import terms_of
from simulation.scenario.faults import ScenarioError
from simulation.scenario.loading import load, load_dict
from simulation.views.minutes import sentences
from simulation.views.web.workshop.customer import customer_told
from simulation.workshop import JournalRefused, Session, best_levers, default_setup, play, setup_from
from simulation.workshop.exporting import arm_of, as_scenario
from simulation.workshop.seeing import sight_in
from simulation.workshop.setup import ACTS as SHIPPED
from tests.fake_runner import tiny_scenario
from tests.small_session import FULL_FIRM, Table, fake_play, small_session, small_setup

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def played() -> Table:
    """Two acts of two rounds: both seats of the first firm held, one of the second, none of the third."""
    table = Table(*FULL_FIRM, ("firm_2", "sales"), rounds=2)
    for act in ("own", "half"):
        table.lead("act", act=act)
        table.play_round({("firm_1", "sales"): 0.9, ("firm_1", "service"): 0.1, ("firm_2", "sales"): 0.9})
        table.play_round({("firm_1", "sales"): 0.7, ("firm_1", "service"): 0.2})
    for job in list(table.session.debrief_jobs()):
        assert table.session.take_in(play(job), now=0.0)
    return table


# --- what is lived -----------------------------------------------------------------------------------------------------


def test_levers_stand_where_people_put_them(played: Table) -> None:
    outcome = played.session.outcomes["own", "firm_1"]
    assert outcome.levers["sales.hurry"] == [0.9, 0.7]
    assert outcome.levers["service.hurry"] == [0.1, 0.2]
    assert outcome.levers["sales.care"] == [0.5, 0.5]  # on the table, and left where it was


def test_a_seat_that_missed_its_round_is_left_to_the_learner(played: Table) -> None:
    job = played.session.job("own", "firm_2", rounds=2)
    first, second = (change.levers.hold for change in job.scenario.timeline if change.levers is not None)
    assert first == {"sales.hurry": 0.9, "sales.care": 0.5}
    assert second == {}


def test_the_same_job_gives_the_same_bits_after_a_restart(played: Table) -> None:
    for (act, firm), outcome in played.session.outcomes.items():
        job = pickle.loads(pickle.dumps(played.session.job(act, firm, rounds=2)))
        assert play(job).digest == outcome.digest == played.session.state.digests[act, firm, 2]


def test_rules_alone_change_no_customer_where_people_hold_every_seat(played: Table) -> None:
    replays = {each["firm"]: each for each in played.session.debrief()["replays"]}
    assert replays["firm_1"]["same_customers"]
    own, replayed = replays["firm_1"]["own"], replays["firm_1"]["replayed"]
    assert own["figures"]["loyalty"] == replayed["figures"]["loyalty"]
    assert own["bonus"]["total"] != replayed["bonus"]["total"]  # half the weight is on what the company earns


def test_bonus_is_that_of_the_reviews_of_the_round(played: Table) -> None:
    """Full bonus of 10 a week for 1,000 people, half of it at par, 100 people, four weeks a round."""
    outcome = played.session.outcomes["own", "firm_1"]
    for department in ("sales", "service"):
        for score, earned in zip(outcome.own[department], outcome.bonus[department], strict=True):
            share = min(max(0.5 + 0.5 * score, 0.0), 1.5)
            assert earned == pytest.approx(10.0 * 0.1 * 4 * share, abs=1e-5)


def test_weekly_figures_are_those_of_the_scenario_that_is_taken_home(played: Table) -> None:
    arms = load_dict(as_scenario(played.session.state)).arms
    runs = {run.arm: run for run in run_arms(arms, seed=small_setup().seed)}
    assert list(arms) == [
        arm_of(act, firm) for act in ("own", "half") for firm in ("learners", "firm_1", "firm_2", "firm_3")
    ]
    for (act, firm), outcome in played.session.outcomes.items():
        run = runs[arm_of(act, firm)]
        for name in ("loyalty", "profit", "spending"):
            told = [np.nan if value is None else value for value in outcome.weekly[name]]
            np.testing.assert_allclose(run.weekly[name], told, atol=1e-6, equal_nan=True)


def test_the_file_that_is_taken_home_is_a_scenario(played: Table, tmp_path: Path) -> None:
    played.lead("name_firm", firm="firm_3", name="=1+1: {evil} 'quotes' # no comment")
    file = tmp_path / "play.yaml"
    file.write_text(played.session.scenario_file(), encoding="utf-8")
    loaded = load(file)
    assert loaded.arms == load_dict(as_scenario(played.session.state)).arms
    assert [fault for fault in loaded.warnings if fault.level == "error"] == []


def test_agreed_limits_bind_seats_and_learners_from_the_next_round() -> None:
    table = Table(*FULL_FIRM)
    assert "no council" in table.lead("agree", firm="firm_1", lever="sales.hurry", low=0.0, high=0.4).refusal
    table.lead("act", act="council")
    table.lead("open")
    table.lead("agree", firm="firm_1", lever="sales.hurry", low=0.0, high=0.4)
    assert table.submit("firm_1", "sales", 0.8).accepted  # this round was open before
    table.lead("close")
    table.run(fake=True)
    table.lead("open")
    assert "0 to 0.4" in table.submit("firm_1", "sales", 0.8).refusal
    assert table.submit("firm_1", "sales", 0.3).accepted
    table.lead("close")
    (job,) = (job for job in table.session.jobs() if job.firm == "firm_1")
    limits = [change.levers.limit for change in job.scenario.timeline if change.levers is not None]
    assert limits == [{}, {"sales.hurry": (0.0, 0.4)}]


def test_the_best_that_was_possible_is_no_worse_than_the_start() -> None:
    table = Table(rounds=1)
    table.play_round({})
    for quest in list(table.session.quests()):
        found = best_levers(pickle.loads(pickle.dumps(quest)), passes=1)
        table.session.take_in_best(found)
        start = play(quest.job)
        weeks = len(start.weekly["loyalty"])
        gained = [sum(each.weekly[quest.objective][w] or 0.0 for w in range(weeks)) for each in (found.outcome, start)]
        assert gained[0] >= gained[1] or quest.objective == "profit"  # profit here is after bonus, the search before it
        assert found.settings.keys() == quest.start.keys()
    assert [each["objective"] for each in table.session.debrief()["best"]] == ["loyalty", "profit"]
    assert not list(table.session.quests())


# --- what is taken home ------------------------------------------------------------------------------------------------


def test_every_decision_is_in_the_table_and_no_cell_is_a_formula() -> None:
    table = Table(*FULL_FIRM)
    table.lead("open")
    table.submit("firm_1", "sales", 0.9, line='=HYPERLINK("http://x")')
    table.lead("close")
    table.run(fake=True)
    rows = list(csv.DictReader(io.StringIO(table.session.decisions_csv())))
    assert len(rows) == 3 * 2 * 2  # firms, departments, levers
    (row,) = (row for row in rows if (row["firm"], row["department"], row["lever"]) == ("firm_1", "sales", "hurry"))
    assert (row["setting"], row["decided_by"], row["line"]) == ("0.9", "people", '\'=HYPERLINK("http://x")')
    assert {row["decided_by"] for row in rows if row["firm"] == "firm_3"} == {"learner"}


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\tx", "\rx"])
def test_a_risky_cell_begins_with_an_apostrophe(cell: str) -> None:
    assert as_text(cell) == f"'{cell}"
    assert as_text(f"a{cell}") == f"a{cell}"


def test_quotes_are_the_rooms_own_lines(played: Table) -> None:
    table = Table(*FULL_FIRM)
    table.lead("open")
    line = "<script>alert(1)</script> \N{RIGHT-TO-LEFT OVERRIDE} ünï"
    table.submit("firm_1", "sales", 0.9, line=f"  {line}\n\0 ")
    assert [quote["line"] for quote in table.session.debrief()["quotes"]] == [line]


# --- the journal -----------------------------------------------------------------------------------------------------------


def test_a_copy_of_the_session_file_says_the_same(tmp_path: Path) -> None:
    table = Table(*FULL_FIRM, path=tmp_path / "a.db")
    table.play_round({("firm_1", "sales"): 0.9}, fake=True)
    table.session.save_copy(tmp_path / "b.db")
    again = Session.open(tmp_path / "b.db")
    assert again.state == table.session.state
    assert again.outcomes == table.session.outcomes
    again.close()
    table.session.close()


def test_one_session_is_open_once(tmp_path: Path) -> None:
    table = Table(path=tmp_path / "a.db")
    with pytest.raises(JournalRefused, match="in use"):
        Session.open(tmp_path / "a.db")
    with pytest.raises(JournalRefused):
        small_session(tmp_path / "a.db")
    table.session.close()
    with pytest.raises(JournalRefused, match="holds a session already"):
        small_session(tmp_path / "a.db")


@pytest.mark.parametrize("content", [b"", b"no database, but long enough to be one " * 40])
def test_another_file_is_no_session(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.db"
    file.write_bytes(content)
    with pytest.raises(JournalRefused, match="session"):
        Session.open(file)


def test_a_database_of_something_else_is_no_session(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE events (number INTEGER)")
    other.close()
    with pytest.raises(JournalRefused, match="no session"):
        Session.open(file)


def test_wiping_leaves_nothing_behind(tmp_path: Path) -> None:
    table = Table(*FULL_FIRM, path=tmp_path / "a.db")
    table.lead("open")
    table.submit("firm_1", "sales", 0.9, line="said in confidence")
    assert table.lead("wipe").accepted
    assert list(tmp_path.iterdir()) == []
    assert table.session.view_for(table.tokens["firm_1", "sales"]) is None
    assert "sales of firm_1" not in repr(vars(table.session.state))
    assert not table.lead("open").accepted
    assert not table.session.tick(now=1e9)
    table.session.close()


def test_no_token_stands_in_the_file(tmp_path: Path) -> None:
    table = Table(*FULL_FIRM, path=tmp_path / "a.db")
    answer = table.lead("replace", player="player_1")
    table.session.close()
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (*table.tokens.values(), answer.token, table.keys.facilitator):
        assert secret
        assert secret.encode() not in content


KILLED = """
import sys
from tests.small_session import small_session
session, keys = small_session(sys.argv[1])
token = session.join("Ann", keys.join_code, now=0.0).token
session.do(token, {"do": "sit", "firm": "firm_1", "department": "sales"}, now=0.0)
session.join("Bob", keys.join_code, now=0.0)
other = session.join("Eve", keys.join_code, now=0.0).token
session.do(other, {"do": "sit", "firm": "firm_1", "department": "service"}, now=0.0)
session.do(keys.facilitator, {"do": "open", "seconds": 3600}, now=0.0)
number = 0
while True:
    number += 1
    given = {"do": "submit", "act": "own", "round": 1, "settings": {"hurry": number % 1000 / 1000}, "message": str(number)}
    if session.do(token, given, now=0.0).accepted:
        print(number, token, flush=True)
"""


@pytest.mark.full
def test_what_was_acknowledged_survives_sigkill(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    command, surroundings = [sys.executable, "-c", KILLED, str(file)], os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=surroundings)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(200)]
    process.send_signal(signal.SIGKILL)
    lines += process.stdout.readlines()
    process.stdout.close()
    process.wait()
    told = [line.split() for line in lines if line.endswith("\n")]
    last, token = int(told[-1][0]), told[-1][1]
    session = Session.open(file, now=1.0)
    sent = [entry.message for entry in session.journal.entries() if entry.message]
    assert sent[:last] == [str(number) for number in range(1, last + 1)]  # none lost
    assert len(set(sent)) == len(sent) <= last + 1  # none twice; at most one was written and not yet told
    assert session.do(token, {"do": "submit", "message": str(last)}, now=1.0).again
    assert session.state.seats["firm_1", "sales"] == session.who(token)
    session.close()


# --- setting it up -----------------------------------------------------------------------------------------------------


def test_a_session_that_cannot_be_is_told_all_at_once() -> None:
    with pytest.raises(ScenarioError) as told:
        setup_from(tiny_scenario(), acts=("own", "haf"), firms=0, seats={"sales": ("hury",), "nobody": ()})
    text = "\n".join(str(fault) for fault in told.value.faults)
    assert "firms: 0 is not allowed" in text
    assert "did you mean `half`?" in text
    assert "did you mean `hurry`?" in text
    assert "no department `nobody`" in text


def test_the_shipped_acts_are_those_of_the_shipped_scenarios() -> None:
    acts, ours = load(SHIPPED), load("silo_vs_shared")
    assert {name: acts.arms[name] for name in ours.arms} == {
        name: arm.model_copy(
            update={key: getattr(acts.arms[name], key) for key in ("title", "question", "source", "expect")}
        )
        for name, arm in ours.arms.items()
    }
    council = load("cx_council").arms["operational"].governance
    assert acts.arms["council"].governance == council


@pytest.mark.parametrize(
    ("act", "shared", "elsewhere", "council"),
    [
        ("siloed", False, False, False),
        ("pooled_data", False, True, False),
        ("shared_and_pooled", True, True, False),
        ("council", True, True, True),
    ],
)
def test_sight_follows_the_rules_of_the_act(act: str, shared: bool, elsewhere: bool, council: bool) -> None:
    rules = load(SHIPPED).arms[act]
    for department, given in rules.departments.items():
        sight = sight_in(rules, department)
        assert sight.own == tuple(given.kpis)
        assert (bool(sight.shared), sight.elsewhere, sight.council) == (shared, elsewhere, council)


def test_the_story_is_of_the_firm_whose_acts_lie_furthest_apart(played: Table) -> None:
    session = played.session
    choice = session.tale_choice()
    assert choice is not None

    def apart(firm: str) -> float:
        one, other = (session.outcomes[act, firm].weekly["loyalty"][4:8] for act in ("own", "half"))
        return abs(np.mean(np.array(one, dtype=float)) - np.mean(np.array(other, dtype=float)))

    assert apart(choice.firm) == pytest.approx(max(apart(firm) for firm in session.state.given.firms), abs=1e-6)
    assert choice.arms == (arm_of("own", choice.firm), arm_of("half", choice.firm))
    lived = load_dict(pickle.loads(pickle.dumps(session.tale(choice))).scenario)
    assert tuple(lived.arms) == choice.arms
    assert lived.scenario.horizon.weeks == 2 * session.state.given.weeks


@pytest.mark.full
def test_the_story_lives_the_weeks_of_the_play(played: Table) -> None:
    session = played.session
    choice = session.tale_choice()
    assert choice is not None
    lived = load_dict(session.tale(choice).scenario)
    for act, run in zip(("own", "half"), run_arms(lived.arms, seed=lived.scenario.horizon.seed), strict=True):
        told = session.outcomes[act, choice.firm].weekly["loyalty"]
        np.testing.assert_allclose(run.weekly["loyalty"], np.array(told, dtype=float), atol=1e-6)
    story = customer_told(session.tale(choice))
    assert story["choice"] == choice
    assert story["told"] is None or story["told"].picture


@pytest.mark.parametrize("scenario", ["silo_vs_shared", "too_many_masters", "cx_council", "team_bonus_field"])
def test_who_is_paid_on_shared_metrics_is_as_the_model_has_it(scenario: str) -> None:
    for rules in load(scenario).arms.values():
        for department in rules.departments:
            terms = terms_of(rules.incentives, department, tuple(rules.departments))
            paid = terms.scheme != "own" and terms.weight > 0.0
            assert sight_in(rules, department).shared == (tuple(rules.incentives.shared_metrics) if paid else ())


@pytest.mark.full
def test_two_hundred_players_in_twenty_five_firms() -> None:
    session, keys = Session.create(":memory:", default_setup(25, rounds=2, weeks=4, population=200), now=0.0)
    tokens = [session.join(f"Player {number}", keys.join_code, now=0.0).token for number in range(200)]
    seats = [(firm, department) for firm in session.state.given.firms for department in session.state.given.seats]
    for token, (firm, department) in zip(tokens, seats, strict=False):
        assert session.do(token, {"do": "sit", "firm": firm, "department": department}, now=0.0).accepted
    assert len(session.state.seats) == 175
    for number in (1, 2):
        assert session.do(keys.facilitator, {"do": "open"}, now=0.0).accepted
        for token in tokens:
            given = {
                "do": "submit",
                "act": "siloed",
                "round": number,
                "settings": {},
                "line": "",
                "message": f"r{number}",
            }
            seated = session.state.players[session.who(token)].seat is not None
            assert session.do(token, given, now=0.0).accepted == seated
        assert session.state.phase == "running"
        for job in list(session.jobs()):
            assert session.take_in(fake_play(job), now=0.0)
        assert session.state.phase == "between"
    assert len(session.state.decisions) == 2 * 175
    views = [session.view_for(token) for token in tokens]
    assert sum("kpis" in view for view in views if view) == 175
    session.close()


def test_a_run_is_the_same_as_the_model_alone(played: Table) -> None:
    """What `run_arm` makes of a job's scenario, by the last digit that is kept."""
    job = played.session.job("own", "firm_2", rounds=2)
    run = run_arm("own", job.scenario, seed=job.seed, pars=job.pars)
    told = played.session.outcomes["own", "firm_2"].weekly["loyalty"]
    assert told == [round(value, 6) if np.isfinite(value) else None for value in run.weekly["loyalty"].tolist()]


@pytest.mark.full
def test_the_shipped_workshop_is_played_to_its_debrief(tmp_path: Path) -> None:
    session, keys = Session.create(tmp_path / "a.db", default_setup(1, rounds=2, population=300), now=0.0)

    def lead(does: str, **given: Any) -> None:
        assert session.do(keys.facilitator, {"do": does, **given}, now=0.0).accepted

    tokens = {name: session.join(name, keys.join_code, now=0.0).token for name in session.state.given.seats}
    for name, token in tokens.items():
        session.do(token, {"do": "sit", "firm": "firm_1", "department": name}, now=0.0)
    for act in [act.name for act in session.state.given.acts]:
        lead("act", act=act)
        for number in (1, 2):
            lead("open")
            for token in tokens.values():
                given = {"do": "submit", "act": act, "round": number, "settings": {}, "line": f"{act} {number}"}
                assert session.do(token, given, now=0.0).accepted
            for job in list(session.jobs()):
                session.take_in(play(job), now=0.0)
    said = session.outcomes["council", "firm_1"].council
    words = sentences(said, session.state.given.rules("council"))
    assert words
    assert all(len(line) > 10 for line in words)
    lead("end")
    for job in list(session.debrief_jobs()):
        assert session.take_in(play(job), now=0.0)
    told = session.debrief()
    assert len(told["plays"]) == len(told["learners"]) == 4
    assert len(told["quotes"]) == 4 * 2 * 7
    assert [each["same_customers"] for each in told["replays"]] == [True]
    assert {"loyalty", "profit"} <= told["plays"][0]["change"].keys()
    file = tmp_path / "play.yaml"
    file.write_text(session.scenario_file(), encoding="utf-8")
    assert len(load(file).arms) == 8
    session.close()

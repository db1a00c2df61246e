"""The story on the projector: it says what the runs show, sends what was watched, and refuses what cannot be."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from simulation.cli.commands import app
from simulation.laboratory.theatre.changing import Asked
from simulation.laboratory.theatre.watching import watch_arms
from simulation.scenario.faults import ScenarioError
from simulation.scenario.library import shipped
from simulation.scenario.loading import load
from simulation.views.web.show.acting import Playbill, Wish, partner_of, performed
from simulation.views.web.show.comparing import Pair, hurting, level, lever_moves, typical, upright
from simulation.views.web.show.luck_words import luck_words
from simulation.views.web.show.pages import Stage, show_app
from simulation.views.web.show.scene import moods_of
from simulation.views.web.show.telling import chapters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulation.laboratory.theatre.watching import Lived
    from simulation.scenario.scenario import Scenario

pytestmark = pytest.mark.usefixtures("files_read_once")

WEEKS, POPULATION, PEOPLE = 12, 200, 30


@pytest.fixture(scope="module")
def arms() -> dict[str, Scenario]:
    loaded = load("silo_vs_shared")
    size = {"weeks": WEEKS, "burn_in": 8, "population": POPULATION}
    return {
        arm: loaded.arms[arm].model_copy(update={"horizon": loaded.scenario.horizon.model_copy(update=size)})
        for arm in ("siloed", "shared_and_pooled")
    }


@pytest.fixture(scope="module")
def bill(arms: Mapping[str, Scenario]) -> Playbill:
    titles = {"siloed": "Own KPI only", "shared_and_pooled": "Shared metrics and shared sight"}
    return Playbill(arms=arms, titles=titles, left="siloed", right="shared_and_pooled", people=PEOPLE)


@pytest.fixture(scope="module")
def pair(arms: Mapping[str, Scenario], bill: Playbill) -> Pair:
    left, right = watch_arms(arms, seed=1, people=PEOPLE).values()
    scenarios = arms["siloed"], arms["shared_and_pooled"]
    return Pair(scenarios=scenarios, titles=(bill.title("left"), bill.title("right")), left=left, right=right)


def with_loyalty(lived: Lived, values: np.ndarray) -> Lived:
    """The same life with another course of loyalty."""
    return replace(lived, run=replace(lived.run, weekly={**lived.run.weekly, "loyalty": values}))


def told(pair: Pair, position: int) -> str:
    """All that a chapter says."""
    chapter = chapters(pair)[position]
    return " ".join([chapter.title, chapter.words, *chapter.notes])


def test_the_story_takes_twenty_minutes_and_stays_within_the_run(pair: Pair) -> None:
    story = chapters(pair)
    assert sum(chapter.minutes for chapter in story) == 20
    assert all(0 <= chapter.start <= chapter.end < WEEKS for chapter in story)
    assert {chapter.view for chapter in story} == {"people", "scores", "levers", "pain", "follow"}
    assert "nan" not in " ".join(told(pair, position) for position in range(len(story)))


@pytest.mark.parametrize(
    ("gap", "title", "confesses"),
    [
        (3.0, "more loyalty at the right", False),
        (-3.0, "more loyalty at the left", True),
        (0.2, "about the same", True),
    ],
)
def test_where_the_right_hand_rules_do_not_win_the_words_say_so(
    pair: Pair, gap: float, title: str, confesses: bool
) -> None:
    flat = np.full(WEEKS, 60.0)
    other = replace(pair, left=with_loyalty(pair.left, flat), right=with_loyalty(pair.right, flat + gap))
    words = told(other, 6)
    assert title in words
    assert ("did not win" in words) == confesses
    assert f"Loyalty 60.0 under “Own KPI only”, {60 + gap:.1f} under" in words


def test_a_watermelon_is_only_told_where_there_is_one(pair: Pair) -> None:
    green = {f"score.{name}": np.full(WEEKS, 0.5) for name in pair.scenario.departments}

    def lived(of: Lived, drop: float) -> Lived:
        falling = 60.0 - drop * np.arange(WEEKS) / 6
        return replace(of, run=replace(of.run, weekly={**of.run.weekly, **green, "loyalty": falling}))

    assert "Green outside, red inside, at the left" in told(
        replace(pair, left=lived(pair.left, 5), right=lived(pair.right, 0)), 2
    )
    assert "no watermelon" in told(replace(pair, left=lived(pair.left, 0), right=lived(pair.right, -5)), 2)
    assert upright(pair, lived(pair.left, 0), 6) == len(green)


def test_levels_are_means_of_a_quarter_and_skip_what_is_not_known(pair: Pair) -> None:
    values = np.array([10.0, np.nan, 20.0, *[30.0] * (WEEKS - 3)])
    lived = with_loyalty(pair.left, values)
    assert (level(lived, "loyalty", 0), level(lived, "loyalty", 2)) == (10.0, 15.0)


def test_pain_is_shared_out_completely(pair: Pair) -> None:
    one = hurting(pair, pair.left, WEEKS - 1)
    assert one is not None
    pain = pair.left.pain[-1]
    owners = [list(pair.scenario.departments).index(point.owner) for point in pair.scenario.journey.values()]
    own = pain[np.arange(len(owners)), owners].sum() / pain.sum()
    assert own + one.elsewhere + one.nobody == pytest.approx(1.0)
    assert hurting(pair, replace(pair.left, pain=np.zeros_like(pair.left.pain)), 0) is None


def test_levers_that_stayed_are_not_told(pair: Pair) -> None:
    still = {name: np.full(WEEKS, 0.5) for name in pair.left.run.weekly if name.startswith("lever.")}
    lived = replace(pair.left, run=replace(pair.left.run, weekly={**pair.left.run.weekly, **still}))
    assert lever_moves(pair, lived, WEEKS - 1) == []
    assert "No lever has moved" in told(replace(pair, left=lived, right=lived), 3)


def test_whoever_is_followed_was_there_all_the_time(pair: Pair) -> None:
    person = typical(pair)
    assert person is not None
    for lived in pair.both:
        assert len(set(lived.people.entered[:, person].tolist())) == 1
        assert lived.people.stage[-1, person] >= 2
    gone = replace(pair.left, people=replace(pair.left.people, stage=np.zeros_like(pair.left.people.stage)))
    assert typical(replace(pair, left=gone)) is None
    assert "click anybody" in told(replace(pair, left=gone), 5)
    assert moods_of(gone) == (0.45, 0.55)


# --- what the page gets -------------------------------------------------------------------------------------------------


def test_what_is_sent_is_what_was_watched(bill: Playbill, pair: Pair) -> None:
    sent = json.loads(performed(bill))
    for world, lived in zip(sent["worlds"], pair.both, strict=True):
        stage = np.frombuffer(base64.b64decode(world["stage"]), dtype=np.uint8).reshape(WEEKS, PEOPLE)
        assert np.array_equal(stage, lived.people.stage)
        loyalty = np.frombuffer(base64.b64decode(world["loyalty"]), dtype="<u2").reshape(WEEKS, PEOPLE)
        assert np.abs(loyalty / 10_000 - lived.people.loyalty).max() <= 0.00005 + 1e-12
        person = np.frombuffer(base64.b64decode(world["meetings"]["person"]), dtype="<u2")
        assert world["meetings"]["first"][-1] == len(person) == len(lived.people.meetings.week)
        assert sum(world["felt"][d][-1] for d in range(7)) == pytest.approx(
            sum(of[-1] for of in world["caused"]), abs=0.1
        )
    assert performed(bill) == json.dumps(sent, separators=(",", ":"))


def test_a_wish_changes_one_world_from_its_week_on(bill: Playbill) -> None:
    before = json.loads(performed(bill))["worlds"]
    wish = Wish(side="right", asked=Asked(week=6, levers=(("marketing.hype", 0.0),)))
    after = json.loads(performed(replace(bill, wishes=(wish,))))["worlds"]
    assert after[0] == before[0]
    assert after[1]["gauges"]["loyalty"][:6] == before[1]["gauges"]["loyalty"][:6]
    assert after[1]["gauges"]["loyalty"] != before[1]["gauges"]["loyalty"]
    assert after[1]["title"] == "Changed in week 6: Shared metrics and shared sight"


def test_luck_is_told_with_its_interval_or_not_at_all() -> None:
    shared = {"label": "Loyalty", "unit": "0-100", "better": "higher", "arm": "right", "metric": "loyalty", "mean": 60.0,
              "low": 59.0, "high": 61.0, "replications": 10}  # fmt: skip
    clear = {"difference": -2.0, "difference_low": -3.0, "difference_high": -1.0}
    unclear = {"difference": 2.0, "difference_low": -1.0, "difference_high": 5.0}
    assert luck_words(pd.DataFrame([{**shared, **clear}])) == [
        "10 runs, each with other people and other luck.",
        "Loyalty: higher at the left by 2.0 points (95 % interval 1.0 to 3.0).",
    ]
    assert "no difference that can be told from luck" in luck_words(pd.DataFrame([{**shared, **unclear}]))[1]


# --- the server ---------------------------------------------------------------------------------------------------------


def test_two_arms_that_are_not_one_firm_do_not_stand_side_by_side(bill: Playbill) -> None:
    other = bill.arms["siloed"]
    fewer = other.model_copy(update={"journey": dict(list(other.journey.items())[:-1])})
    with pytest.raises(ScenarioError, match="they differ in touchpoints"):
        replace(bill, arms={**bill.arms, "siloed": fewer}).check()
    bill.check()


@pytest.mark.full
def test_the_first_arm_of_every_shipped_scenario_finds_one_to_stand_beside_it() -> None:
    for name in shipped():
        loaded = load(name)
        first = next(iter(loaded.arms))
        right = partner_of(first, loaded.arms)
        Playbill(arms=loaded.arms, titles=loaded.arm_titles, left=first, right=right).check()
        assert right != first or len(loaded.arms) == 1, name


@pytest.fixture(scope="module")
def client(bill: Playbill) -> Iterator[TestClient]:
    stage = Stage(bill, worker=ThreadPoolExecutor(1))
    with TestClient(
        show_app(stage), base_url="http://127.0.0.1:8000", headers={"origin": "http://127.0.0.1:8000"}
    ) as client:
        yield client


WANTED = {"left": "siloed", "right": "siloed", "wishes": []}


def test_the_pages_hold_the_firms_words_as_text(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "Own KPI only" in page.text
    assert "says far more than the offer does" in page.text
    assert " style=" not in page.text
    assert client.get("/notes").status_code == 200


def test_the_same_question_has_the_same_answer(client: TestClient) -> None:
    first = client.post("/worlds", json=WANTED)
    assert first.headers["content-type"] == "application/json"
    worlds = first.json()["worlds"]
    assert worlds[0] == worlds[1]
    assert client.post("/worlds", json=WANTED).content == first.content


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({**WANTED, "left": "silode"}, "'silode' is not an arm of this scenario"),
        ({**WANTED, "wishes": [{"side": "up", "week": 1}]}, "wishes.0.side"),
        ({**WANTED, "wishes": [{"side": "left", "week": 99, "regime": "pooled"}]}, "99 is not a week of the run"),
        ({**WANTED, "wishes": [{"side": "left", "week": 1, "lever": "x", "setting": 0.5}]}, "'x' is not a lever"),
        ({**WANTED, "wishes": [{"side": "left", "week": 1, "lever": "x", "setting": 2}]}, "less than or equal to 1"),
        ({**WANTED, "wishes": [{"side": "left", "week": 1, "lever": "marketing.hype"}]}, "a lever needs a setting"),
        ({**WANTED, "wishes": [{"side": "left", "week": 1}] * 21}, "at most 20 items"),
        ({**WANTED, "population": 10**9}, "population"),
        (["siloed"], "should be an object"),
    ],
)
def test_what_a_page_may_not_ask_for_is_refused_in_words(client: TestClient, body: object, words: str) -> None:
    answer = client.post("/worlds", json=body)
    assert answer.status_code == 422
    assert words in answer.json()["fault"]


def test_another_sites_page_may_not_ask(client: TestClient) -> None:
    assert client.post("/worlds", json=WANTED, headers={"origin": "http://elsewhere.example"}).status_code == 403


def test_the_command_names_what_it_does_not_know() -> None:
    wrong = CliRunner().invoke(app, ["present", "silo_vs_shared", "--right", "shard", "--no-browser"])
    assert wrong.exit_code == 2
    assert "'shard' is not an arm of this scenario" in wrong.output
    assert "did you mean `shared`?" in wrong.output

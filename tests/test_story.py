"""The story in words: every figure stands in the rows of its week and world, and no name becomes markup or a formula."""

from __future__ import annotations

import csv
import re
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from typer.testing import CliRunner

from simulation.analysis.choosing import overridden
from simulation.analysis.stories import Stories, tell
from simulation.analysis.story_columns import story_columns
from simulation.cli.commands import app
from simulation.scenario.loading import LoadedScenario, load, load_dict
from simulation.views.story.page import story_html, story_markdown, told_stories
from simulation.views.story.sums import sums
from simulation.views.story.turns import turns
from simulation.views.story.words import Teller

if TYPE_CHECKING:
    from pathlib import Path

ARMS = ("siloed", "shared_and_pooled")
EVIL = "<img src=x onerror=alert(1)>"
FIGURE = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@cache
def firm() -> LoadedScenario:
    """The headline scenario, small."""
    return overridden(load("silo_vs_shared"), {"population": 100, "weeks": 16, "burn_in": 8})


@cache
def told() -> Stories:
    """Some people's stories."""
    return tell(firm().arms, ARMS, seed=7, customers=(5, 42, 77))


def tellers() -> list[Teller]:
    scenario = firm().arms[ARMS[0]]
    return [Teller(told(), story, scenario=scenario, titles=firm().arm_titles) for story in told().stories]


def allowed(rows: pd.DataFrame) -> set[str]:
    """Every figure that a week's rows allow a sentence to say: its values as they are, in points, in days; 100; the anchor."""
    found = {"100", f"{100 * firm().scenario.people.anchor:g}"}
    for value in rows.select_dtypes("float64").to_numpy().ravel():
        if value == value:  # noqa: PLR0124 - not a number
            for scaled in (value, 100 * value, 7 * value):
                found |= {f"{abs(round(scaled, decimals)) + 0.0:,.{decimals}f}" for decimals in (0, 1, 2)}
    return found


def figures(text: str) -> set[str]:
    return set(FIGURE.findall(text))


def test_every_figure_of_a_week_is_in_the_rows_of_that_week_and_world() -> None:
    said = 0
    for teller in tellers():
        for week in teller.weeks():
            for arm, sentences in week.told.items():
                rows = teller.story.of(arm)
                found = figures(" ".join(sentences))
                assert found <= allowed(rows[rows["week"] == week.week]), (arm, week)
                said += len(found)
    assert said > 150, "something was said"


def test_every_figure_of_a_telling_moment_is_in_the_rows_of_its_week() -> None:
    for teller in tellers():
        for arm in ARMS:
            rows = teller.story.of(arm)
            for turn in turns(teller, arm):
                assert figures(turn.text) <= allowed(rows[rows["week"] == turn.week])


def test_a_figure_that_is_not_in_the_rows_would_be_found() -> None:
    (teller, *_) = tellers()
    week = next(week for week in teller.weeks() if week.told[ARMS[0]])
    rows = teller.story.of(ARMS[0])
    assert not figures("felt at 12345") <= allowed(rows[rows["week"] == week.week])


def test_every_encounter_is_told_with_who_promised_and_who_is_responsible() -> None:
    for teller in tellers():
        weeks = {week.week: " ".join(week.told[ARMS[0]]) for week in teller.weeks()}
        for row in teller.story.of(ARMS[0], "encounter").to_dict("records"):
            point = firm().scenario.journey[row["touchpoint"]]
            assert point.name in weeks[row["week"]]
            for name, given in firm().scenario.departments.items():
                if abs(row[f"promise.{name}"]) >= 0.005:
                    assert f"{given.name} promises" in weeks[row["week"]]
                if abs(row[f"due.{name}"]) >= 0.005:
                    assert re.search(f"Due to .*{re.escape(given.name)} [+\N{MINUS SIGN}]", weeks[row["week"]])


def test_sums_are_sums_of_the_rows() -> None:
    (teller, *_) = tellers()
    lines = {line.what: line.figures for line in sums(teller)}
    for arm in ARMS:
        rows = teller.story.of(arm)
        met = rows[rows["what"] == "encounter"]
        assert lines["Encounters"][arm] == str(len(met))
        assert lines["Mean experience of encounters"][arm] == f"{100 * met['experience'].mean():.1f}"
        assert lines["Paid"][arm] == f"{met['paid'].sum():,.2f}"
        felt = 100 * rows["due.marketing"].sum() / len(met)
        assert float(
            lines["Felt per encounter, due to Marketing"][arm].replace("\N{MINUS SIGN}", "-")
        ) == pytest.approx(felt, abs=0.051)


def test_opening_says_how_usual_that_is_and_when_the_lives_part() -> None:
    (teller, *_) = tellers()
    words = " ".join(teller.opening())
    assert f"{told().ended('customer', 'customer')} are customers in both worlds" in words
    week = teller.parts_in()
    assert week is not None
    one, other = (teller.story.of(arm).drop(columns="arm") for arm in ARMS)
    before = [rows[rows["week"] < week].reset_index(drop=True) for rows in (one, other)]
    pd.testing.assert_frame_equal(*before)
    assert f"differ from week {week + 1} on" in words


def hostile() -> LoadedScenario:
    """The same firm whose names are attacks."""
    raw = dict(firm().raw)
    raw["title"] = EVIL
    raw["market"] = {**raw["market"], "currency": "=1+1"}
    raw["departments"] = {name: {**given, "name": f"{EVIL}|{name}"} for name, given in raw["departments"].items()}
    raw["journey"] = {name: {**given, "name": f"=cmd {EVIL} {name}"} for name, given in raw["journey"].items()}
    raw["arms"] = {
        name: {**given, "title": f"{name} [x](javascript:alert(1)) {EVIL}"} for name, given in raw["arms"].items()
    }
    return load_dict(raw)


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_no_name_becomes_markup() -> None:
    evil = hostile()
    scenario, pictures = evil.arms[ARMS[0]], {story.customer: b"png" for story in told().stories}
    parts = told_stories(told(), scenario=scenario, titles=evil.arm_titles, pictures=pictures)
    page = story_html(parts, told(), scenario=scenario, command=["silosim", "story", EVIL])
    tags = Tags(page).found
    assert EVIL not in page
    assert not any(name.startswith("on") for _, attributes in tags for name in attributes)
    assert {attributes["src"] for tag, attributes in tags if tag == "img"} == {"data:image/png;base64,cG5n"}
    assert not any(tag in {"script", "link", "iframe"} for tag, _ in tags)
    policy = next(a["content"] for t, a in tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "script-src 'none'" in policy
    text = story_markdown(parts, scenario=scenario)
    assert EVIL not in text
    assert not re.search(r"(?<!\\)\]\(javascript", text), "a link"
    cells = {row.count(" | ") for row in text.split("\n") if row.startswith("| ") and "---" not in row}
    assert cells == {2, 3}, "a name with a bar makes no further cell"


@pytest.mark.full
def test_the_command_leaves_a_whole_folder(tmp_path: Path) -> None:
    folder = tmp_path / "told"
    words = ["story", "silo_vs_shared", "--population", "120", "--weeks", "12", "--customer", "7", "--seed", "3",
             "--arms", "siloed", "shared", "--out", str(folder), "--quiet"]  # fmt: skip
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "Customer 7:" in result.output
    assert {path.name for path in folder.iterdir()} == {
        "story.md", "story.html", "story.csv", "story_7.png", "provenance.json"
    }  # fmt: skip
    with (folder / "story.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(story_columns(list(load("silo_vs_shared").scenario.departments)))
    assert {row["arm"] for row in rows} == {"siloed", "shared"}
    again = CliRunner().invoke(app, words)
    assert again.exit_code == 2
    assert "exists already" in again.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["silo_vs_shared", "--arms", "siloed", "shred"], "did you mean `shared`?"),
        (["silo_vs_shared", "--arms", "siloed", "siloed"], "named twice"),
        (["baseline"], "a story needs two worlds"),
        (["silo_vs_shared", "--customer", "999999999", "--population", "100", "--weeks", "4"], "no customer 999999999"),
        (["silo_vs_shared", "--weeks", "1", "--population", "20"], "nobody was kept in one of"),
    ],
)
def test_bad_input_is_told_in_one_line(words: list[str], message: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["story", *words, "--out", str(tmp_path / "x"), "--quiet"])
    assert result.exit_code == 2
    assert message in result.output.replace("\n", " ")
    assert not (tmp_path / "x").exists()


@pytest.mark.full
def test_the_report_tells_of_a_customer_when_asked(tmp_path: Path) -> None:
    folder = tmp_path / "found"
    size = ["--population", "400", "--weeks", "60", "--replications", "2", "--workers", "1"]
    assert (
        CliRunner().invoke(app, ["compare", "silo_vs_shared", *size, "--out", str(folder), "--no-charts"]).exit_code
        == 0
    )
    result = CliRunner().invoke(app, ["report", str(folder), "--story", "--quiet"])
    assert result.exit_code == 0, result.output
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert 'id="story"' in page
    assert "img-src data:" in page
    assert page.count("How usual that is") in {1, 2}
    changed = pd.read_parquet(folder / "customers.parquet")
    changed["stage"] = ["defected" if stage == "customer" else "customer" for stage in changed["stage"]]
    changed.to_parquet(folder / "customers.parquet")
    again = CliRunner().invoke(app, ["report", str(folder), "--story", "--overwrite", "--quiet"])
    assert again.exit_code == 2
    assert "does not make these results again" in again.output or "nobody was kept" in again.output

"""`silosim new`: by options, by questions, or as the starter; whatever is written is a valid scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import Result  # noqa: TC002 - a return type
from typer.testing import CliRunner

from simulation.cli import app
from simulation.laboratory.founding import ARMS, Answers, checked, figures_of, starts, text_of
from simulation.scenario.loading import load, starter

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def new(*words: str, told: str | None = None) -> Result:
    return CliRunner().invoke(app, ["new", *words], input=told, prog_name="silosim")


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.cli.interview.at_terminal", lambda: True)


# --- by options ------------------------------------------------------------------------------------------------------


def test_without_options_the_starter_is_written(here: Path) -> None:
    assert new("mine.yaml").exit_code == 0
    assert (here / "mine.yaml").read_text(encoding="utf-8") == starter().replace("THIS_FILE", "mine.yaml")


def test_options_become_a_scenario(here: Path) -> None:
    words = ("--name", "Nordic Home", "--drop", "billing=service", "--rename", "sales=Account team", "--weeks", "52")
    result = new(
        "mine.yaml", *words, "--arms", "siloed,council", "--figure", "churn=30 %", "--figure", "margin.standard=0,5"
    )
    assert result.exit_code == 0, result.output
    found = load("mine.yaml")
    firm = found.scenario
    assert (firm.title, firm.horizon.weeks, [*found.arms]) == ("Nordic Home", 52, ["siloed", "council"])
    assert "billing" not in firm.departments
    assert firm.departments["sales"].name == "Account team"
    assert firm.journey["invoice"].owner == "service"
    assert "paid_in_time" not in firm.kpis
    assert firm.market.offers["standard"].unit_cost == 30.0
    hazard = sum(segment.share * segment.defection for segment in firm.market.segments.values())
    assert 1 - (1 - hazard) ** 52 == pytest.approx(0.30, abs=1e-4)


def test_another_price_keeps_the_margin_until_one_is_named() -> None:
    figures = figures_of(Answers().base.scenario)
    at = ("market", "offers", "standard")
    price = figures["price.standard"].changes(80.0, {})
    assert price == {(*at, "price"): 80.0, (*at, "unit_cost"): 44.0}
    assert figures["margin.standard"].changes(0.5, price) == {(*at, "unit_cost"): 40.0}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "basline"], "did you mean `baseline`?"),
        (["--drop", "billing"], "NAME=VALUE"),
        (["--drop", "biling=service"], "did you mean `billing`?"),
        (["--drop", "billing=billing"], "could run what Billing ran"),
        (["--rename", "sals=Team"], "did you mean `sales`?"),
        (["--arms", "siloed,councl"], "did you mean `council`?"),
        (["--figure", "chrn=0.3"], "did you mean `churn`?"),
        (["--figure", "churn=30"], "churn: '30' is not allowed: a number from 0 to 1; did you mean `0.3`?"),
        (["--figure", "churn=a third"], "churn: 'a third'"),
        (["--figure", "price.standard=0"], "above 0"),
    ],
)
def test_a_bad_option_is_exit_2_and_writes_nothing(here: Path, words: list[str], said: str) -> None:
    result = new("mine.yaml", *words)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert not [*here.iterdir()]


def test_a_file_that_exists_is_left_alone_or_replaced_when_asked(here: Path) -> None:
    (here / "mine.yaml").write_text("mine", encoding="utf-8")
    assert new("mine.yaml", "--name", "X").exit_code == 2
    assert (here / "mine.yaml").read_text(encoding="utf-8") == "mine"
    assert new("mine.yaml", "--name", "X", "--overwrite").exit_code == 0
    assert load("mine.yaml").scenario.title == "X"


@pytest.mark.parametrize("start", ["software_vendor", "silo_vs_shared"])
def test_another_scenario_may_be_the_start_and_its_arms_give_way(here: Path, start: str) -> None:
    assert new("mine.yaml", "--from", start, "--name", "Ours", "--arms", "siloed,shared_metrics").exit_code == 0
    found = load("mine.yaml")
    assert [arm.split("_here")[0] for arm in found.arms] == ["siloed", "shared_metrics"]
    assert [*found.arm_titles.values()] == [ARMS[name].title for name in ("siloed", "shared_metrics")]
    assert [*found.scenario.journey] == [*load(starts()[start].path).scenario.journey]


def test_a_small_world_that_no_file_can_extend_is_written_whole(here: Path) -> None:
    """It has no shared metrics, so an arm that pays on them is refused as in any scenario."""
    assert new("mine.yaml", "--from", "marketplace", "--name", "Ours", "--arms", "siloed").exit_code == 0
    assert load("mine.yaml").scenario.journey == load(starts()["marketplace"].path).scenario.journey
    refused = new("other.yaml", "--from", "marketplace", "--arms", "siloed,shared_metrics")
    assert (refused.exit_code, "shared_metrics" in refused.stderr) == (2, True)


SOME = {"baseline", "solutions_selling", "software_vendor", "airport"}


@pytest.mark.parametrize(
    "start", [pytest.param(name, marks=pytest.mark.full if name in SOME else pytest.mark.long) for name in starts()]
)
def test_every_start_makes_a_file_that_says_what_was_checked(here: Path, start: str) -> None:
    answers = Answers(start=start, title="Ours", arms=() if starts()[start].world else tuple(ARMS), weeks=20)
    (here / "mine.yaml").write_text(text_of(answers, here / "mine.yaml"), encoding="utf-8")
    assert load("mine.yaml").hash == checked(answers).hash


def test_a_file_of_ones_own_is_named_from_the_new_one(here: Path) -> None:
    (here / "firms").mkdir()
    (here / "firms" / "base.yaml").write_text("title: Base\nextends: baseline\n", encoding="utf-8")
    assert new("mine.yaml", "--from", "firms/base.yaml", "--name", "Ours").exit_code == 0
    assert "extends: firms/base.yaml" in (here / "mine.yaml").read_text(encoding="utf-8")
    assert load("mine.yaml").scenario.title == "Ours"


# --- by questions ----------------------------------------------------------------------------------------------------

ANSWERS = ["email_trial", "Ours", "-", "-", "-", "50", "8"]
"""Start, name, question, other names, arms, people, weeks; the small world has one department, and no drop is asked."""


def test_questions_become_a_scenario_and_a_bad_answer_is_asked_again(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a_terminal(monkeypatch)
    told = ["email_trail", *ANSWERS[:5], "five", *ANSWERS[5:], *[""] * 9]
    result = new("mine.yaml", told="\n".join(told) + "\n")
    assert result.exit_code == 0, result.output
    assert "did you mean `email_trial`?" in result.stderr
    assert "'five' is text" in result.stderr
    firm = load("mine.yaml").scenario
    assert (firm.title, firm.horizon.population, firm.horizon.weeks) == ("Ours", 50, 8)


def test_what_an_option_answers_is_not_asked(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch)
    words = (
        "--from",
        "email_trial",
        "--name",
        "Ours",
        "--question",
        "Why?",
        "--rename",
        "firm=Shop",
        "--arms",
        "siloed",
    )
    result = new("mine.yaml", *words, "--population", "50", "--weeks", "8", told="\n" * 9)
    assert result.exit_code == 0, result.output
    for ask in ("Start from", "Name of the firm", "Compare", "People in the market"):
        assert ask not in result.stderr
    assert load("mine.yaml").scenario.departments["firm"].name == "Shop"


def test_stopped_half_way_nothing_is_written(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers end as they do on Ctrl-C."""
    at_a_terminal(monkeypatch)
    result = new("mine.yaml", told="email_trial\nOurs\n")
    assert result.exit_code == 130
    assert "nothing written" in result.stderr
    assert not [*here.iterdir()]


def test_a_terminal_is_asked_before_a_file_is_replaced(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch)
    (here / "mine.yaml").write_text("mine", encoding="utf-8")
    assert new("mine.yaml", told="n\n").exit_code == 2
    assert (here / "mine.yaml").read_text(encoding="utf-8") == "mine"


def test_no_input_asks_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch)
    assert new("mine.yaml", "--no-input").exit_code == 0
    assert (here / "mine.yaml").read_text(encoding="utf-8").startswith("# A scenario of your own")

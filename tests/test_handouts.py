"""Handouts: they speak of the firm that is played, in words for the room, and are written whole or not at all."""

from __future__ import annotations

import inspect
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from simulation.analysis.folder import FolderRefused
from simulation.cli.commands import app
from simulation.scenario.library import shipped
from simulation.scenario.loading import load
from simulation.views.handouts import FILES, Play, handouts, rules_words, write_handouts
from simulation.workshop.setup import seats_of, setup_from, whole_reviews

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("files_read_once")

TWO_ACTS = ("siloed", "shared_and_pooled")


def played(name: str = "silo_vs_shared", **figures: int) -> dict[str, str]:
    """The pages of a shipped scenario."""
    loaded = load(name)
    acts = TWO_ACTS if name == "silo_vs_shared" else tuple(loaded.arms)
    return handouts(loaded, Play(acts=acts, seats=seats_of(loaded.scenario), **figures))


@pytest.mark.parametrize("name", ["silo_vs_shared", "software_vendor", "team_bonus_field"])
def test_every_department_has_its_own_card(name: str) -> None:
    scenario = load(name).scenario
    cards = re.findall(r'<section class="card.*?</section>', played(name)["cards.html"], flags=re.DOTALL)
    assert len(cards) == len(seats_of(scenario))
    for card, (department, levers) in zip(cards, seats_of(scenario).items(), strict=True):
        given = scenario.departments[department]
        assert f"<h2>{given.name}</h2>" in card
        assert all(f"<strong>{given.levers[lever].name}</strong>" in card for lever in levers)
        assert all(scenario.kpis[kpi].name in card for kpi in given.kpis)
        others = [other.name for name, other in scenario.kpis.items() if name not in given.kpis]
        assert not any(f"<li>{other} [" in card for other in others)


def test_four_cards_to_a_page() -> None:
    pages = played()["cards.html"].split('<div class="page">')[1:]
    assert [page.count('<section class="card') for page in pages] == [4, 3]


def test_handouts_and_the_workshop_are_of_one_play() -> None:
    play, session = Play(acts=(), seats={}), inspect.signature(setup_from).parameters
    figures = (play.rounds, play.weeks, play.seconds)
    assert figures == (session["rounds"].default, session["weeks"].default, session["seconds"].default)
    options = get_command(app).commands["workshop"].params
    shown = {option.name: option.show_default for option in options if hasattr(option, "show_default")}
    assert tuple(shown[name] for name in ("rounds", "weeks", "seconds")) == tuple(str(figure) for figure in figures)
    assert shown["firms"] == str(session["firms"].default)
    assert shown["population"] == f"{session['population'].default:,}"
    assert whole_reviews(10, load("silo_vs_shared").scenario) == 12


def test_the_timetable_adds_up() -> None:
    play = Play(acts=("a", "b", "c", "d"), seats={})
    assert play.minutes_an_act == 14
    rows = re.findall(
        r'number">([\d.]+)</td><td class="number">([\d.]+)', played(rounds=4, seconds=180)["run_sheet.html"]
    )
    begins, minutes = zip(*[(float(begin), float(long)) for begin, long in rows], strict=True)
    assert begins == (0, 4, 17.5, 31)
    assert minutes == (4, 13.5, 13.5, 30)


def test_rules_are_told_as_the_room_would_ask() -> None:
    arms = load("silo_vs_shared").arms
    assert rules_words(arms["siloed"]) == ["Your bonus: your own KPIs alone.", "You see: your own figures alone."]
    paid, sight = rules_words(arms["shared_and_pooled"])
    assert paid.startswith("Your bonus: 50 % from what you all share, ")
    assert "what later happens to the customers you met" in sight


@pytest.mark.full
def test_every_shipped_arm_has_its_rules_in_words() -> None:
    for name in shipped():
        for arm in load(name).arms.values():
            assert all(words.endswith(".") and "_" not in words for words in rules_words(arm)), name


def test_words_of_a_scenario_are_text_whatever_they_contain() -> None:
    loaded = load("silo_vs_shared")
    first = next(iter(loaded.scenario.departments))
    strange = loaded.scenario.departments[first].model_copy(update={"name": "<script>alert(1)</script>"})
    departments = {**loaded.scenario.departments, first: strange}
    from dataclasses import replace

    odd = replace(loaded, scenario=loaded.scenario.model_copy(update={"departments": departments}))
    pages = handouts(odd, Play(acts=TWO_ACTS, seats=seats_of(odd.scenario)))
    assert all("<script" not in text for text in pages.values())
    assert "&lt;script&gt;" in pages["cards.html"]


def test_a_folder_is_replaced_only_when_that_is_asked_for(tmp_path: Path) -> None:
    loaded = load("silo_vs_shared")
    play = Play(acts=TWO_ACTS, seats=seats_of(loaded.scenario))
    folder = write_handouts(loaded, play, tmp_path / "paper")
    with pytest.raises(FolderRefused, match="exists already"):
        write_handouts(loaded, play, folder)
    write_handouts(loaded, play, folder, overwrite=True)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, "provenance.json"])


def test_the_command_writes_them_and_names_what_it_does_not_know(tmp_path: Path) -> None:
    runner = CliRunner()
    done = runner.invoke(app, ["handouts", "--out", str(tmp_path / "paper")])
    assert done.exit_code == 0, done.output
    assert "Act 4" in (tmp_path / "paper" / "slides.html").read_text(encoding="utf-8")
    wrong = runner.invoke(app, ["handouts", "silo_vs_shared", "--act", "silode", "--out", str(tmp_path / "other")])
    assert wrong.exit_code == 2
    assert "did you mean `siloed`?" in wrong.output
    assert not (tmp_path / "other").exists()


@pytest.mark.full
def test_cards_fit_their_cards_and_print_on_their_pages(tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name in ("silo_vs_shared", "software_vendor"):
            for file, text in played(name).items():
                (tmp_path / file).write_text(text, encoding="utf-8")
                page = browser.new_page()
                page.goto((tmp_path / file).as_uri())
                boxes = page.locator(".card, section").evaluate_all(
                    "all => all.map(one => [one.textContent.trim().slice(0, 30), one.scrollHeight - one.clientHeight])"
                )
                assert [box for box in boxes if box[1] > 1] == []
                printed = page.pdf(prefer_css_page_size=True)
                pages = len(re.findall(rb"/Type\s*/Page\b", printed))
                cards = text.count('<div class="page">')
                slides = text.count("<section")
                assert pages == {"cards.html": cards, "slides.html": slides}.get(file, pages), file
                page.close()
        browser.close()

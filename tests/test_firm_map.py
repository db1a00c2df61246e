"""`silosim show`: the whole firm in words that a client can read."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from synthetic import reference_firm, tiny_firm

from simulation.scenario.journey import COEFFICIENTS, Touchpoint
from simulation.scenario.library import shipped
from simulation.scenario.loading import load, load_dict
from simulation.views.firm_map import print_firm
from simulation.views.firm_words import MOVED, change_words, kpi_words, trigger_words
from simulation.views.words import CHANNELS, KINDS


def shown(source: str, *, width: int = 90) -> str:
    """What a terminal of this width shows."""
    file = io.StringIO()
    print_firm(load(source), Console(file=file, width=width))
    return file.getvalue()


@pytest.mark.parametrize("width", [80, 100])
def test_everything_is_there(width: int) -> None:
    """Each part of the firm is on the map by its name, whole, within the terminal."""
    text = shown("silo_vs_shared", width=width)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    assert "…" not in text
    letters = re.sub(r"\s", "", shown("silo_vs_shared", width=110))
    firm = reference_firm()
    names = [part.name for part in firm.departments.values()]
    names += [part.name for part in firm.journey.values()] + [part.name for part in firm.kpis.values()]
    names += [lever.name for part in firm.departments.values() for lever in part.levers.values()]
    assert [name for name in names if name.split()[0] not in letters] == []


def test_words_stay_whole_on_a_usual_terminal() -> None:
    """At 80 columns no heading and no department's name is broken within a word."""
    text = shown("baseline", width=80)
    words = set(re.findall(r"[\w-]+", text))
    firm = reference_firm()
    names = [word for part in firm.departments.values() for word in part.name.split()]
    assert {"Channel", "Start", "Unit", "Better", "online", *names} <= words
    assert not words & {"Channe", "Star", "Fulfilmen", "produc"}


def test_arms_are_told_in_words() -> None:
    """An arm's changes are phrases, not keys."""
    firm = reference_firm()
    words = change_words(firm, firm.arms["shared_and_pooled"].changes)
    assert words == [
        '"Customer data put into the common repository" in every department held at 0.2',
        "50 % of every appraisal comes from shared metrics",
        "departments see pooled data on what later happens to their customers",
    ]


def test_councils_are_told_in_words() -> None:
    """Bodies, in mid-course too; what an arm does not say is as the scenario has it."""
    firm = reference_firm()
    council = {
        "operational": {"chair": "sales", "territory": 0.3, "follow_up": False},
        "strategic": {"weight_step": 0.1},
    }
    operational, strategic = change_words(firm, {"governance": council})
    assert operational.split("; ") == [
        "an operational council meets every 4 weeks, led by Sales",
        "members colour 30 % of what makes them look bad",
        "nobody asks what became of its actions",
    ]
    assert strategic.startswith(
        "a strategic council above it meets every 13 weeks; it moves the weight of shared metrics by 10 %"
    )
    later = {"timeline": [{"title": "Late", "start": 104, "end": 110, "governance": {"access": ["sales.pressure"]}}]}
    assert change_words(firm, later) == [
        'from week 104 to before week 110: councils may agree on access to accounts: "Sales pressure" of Sales'
    ]
    slow = load_dict(
        {"extends": "baseline", "title": "Slow", "governance": {"operational": {"every_weeks": 13}}}
    ).scenario
    (words,) = change_words(slow, {"governance": {"operational": {"chair": "independent"}}})
    assert words == "an operational council meets every 13 weeks, with an independent chair"
    assert change_words(slow, {"governance": {"operational": None}}) == ["no operational council"]


def test_culture_and_alignment_are_told_in_words() -> None:
    firm = reference_firm()
    areas = {"people": "natural", "strategy": "naive", "systems": "natural"}
    assert change_words(firm, {"governance": {"culture": {"areas": areas}}}) == [
        "culture: natural in people and systems; naive in strategy"
    ]
    assert change_words(firm, {"alignment": {"line_of_sight": 0.8, "message_every": 26}}) == [
        "departments see 80 % of what their trials do elsewhere",
        "leadership repeats its message every 26 weeks",
    ]


def test_what_goes_and_who_takes_over_is_told_in_words() -> None:
    changes = {"departments": {"billing": None}, "journey": {"invoice": {"owner": "service"}}}
    assert change_words(reference_firm(), changes) == ["without Billing", "Invoice is run by Customer Service"]


@pytest.mark.parametrize("name", shipped())
def test_no_council_and_no_culture_reads_like_keys(name: str) -> None:
    firm = load(name).scenario
    told = [words for arm in firm.arms.values() for words in change_words(firm, arm.changes)]
    assert not [words for words in told if words.startswith(("governance >", "alignment >", "timeline"))]


def test_other_changes_are_told_by_their_names() -> None:
    """What has no phrase of its own is a path of names and the value."""
    firm = reference_firm()
    assert change_words(firm, {"journey": {"delivery": {"failure": 0.2}}}) == ["journey > Delivery > failure: 0.2"]
    assert change_words(firm, {"departments": {"sales": {"levers": {"promise": {"start": 0.1}}}}}) == [
        "departments > Sales > levers > Promises in the consultation > start: 0.1"
    ]


def test_triggers_and_kpis_in_words() -> None:
    """Hand-written for the tiny clinic."""
    clinic = tiny_firm()
    assert trigger_words(clinic, clinic.journey["letter"]) == "50 % of customers each week"
    assert kpi_words(clinic, clinic.kpis["written"]).startswith("encounters at A remarkably long name")


def test_every_word_of_the_schema_has_words() -> None:
    """A new coefficient, channel or kind in the schema needs plain words here."""
    schema = Touchpoint.model_json_schema()["properties"]
    assert set(COEFFICIENTS) == MOVED
    assert set(schema["channel"]["enum"]) == set(CHANNELS)
    assert set(schema["kind"]["enum"]) == set(KINDS)


def test_names_are_not_markup() -> None:
    """A name with brackets is shown as it is."""
    given = tiny_firm().model_dump(mode="json", exclude_unset=True)
    given["departments"]["front_desk"]["name"] = "Desk [bold red]X[/]"
    file = io.StringIO()
    print_firm(load_dict(given), Console(file=file, width=200))
    assert "Desk [bold red]X[/]" in file.getvalue()

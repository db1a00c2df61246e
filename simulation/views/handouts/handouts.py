"""Run sheet, department cards and slides, made of the scenario that is played, in its own words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation._version import __version__
from simulation.analysis.folder import PROVENANCE, whole
from simulation.views.templates import templates_in
from simulation.views.words import joined, levers_of
from simulation.workshop.setup import ROUNDS, SECONDS, WEEKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulation.scenario.loading import LoadedScenario
    from simulation.scenario.scenario import Scenario

__all__ = ["FILES", "Play", "handouts", "rules_words", "write_handouts"]

FILES = ("run_sheet.html", "cards.html", "slides.html")
"""What is written: pages that a browser prints, on A4 and, the slides, on pages of 16 to 9."""
CARDS_A_PAGE = 4
WELCOME, DEBRIEF = 4.0, 30.0
"""Minutes before the first act and after the last [min]. Our assumption; with four acts of five rounds the play takes 60."""
BETWEEN = 1.5
"""Minutes of an act that are not rounds: new rules are read, results are looked at [min]. Our assumption."""
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """How the workshop is played.

    acts
        Names of the scenario's arms that are played, in order.
    seats
        Levers on the table, by department.
    rounds, weeks, seconds
        Rounds of an act, weeks of a round, and time to decide in a round [s].
    """

    acts: Sequence[str]
    seats: Mapping[str, Sequence[str]]
    rounds: int = ROUNDS
    weeks: int = WEEKS
    seconds: int = SECONDS

    @property
    def minutes_an_act(self) -> float:
        """How long an act takes [min]."""
        return self.rounds * self.seconds / 60 + BETWEEN


def handouts(loaded: LoadedScenario, play: Play) -> dict[str, str]:
    """Return the pages by the names of their files."""
    scenario = loaded.scenario
    pages = templates_in(_HERE / "templates")
    cards = [_card(scenario, department, play.seats[department]) for department in play.seats]
    words: dict[str, Any] = {
        "title": scenario.title,
        "question": scenario.question,
        "play": play,
        "acts": [_act(loaded, act) for act in play.acts],
        "departments": [department.name for department in scenario.departments.values()],
        "touchpoints": [point.name for point in scenario.journey.values()],
        "pages": [cards[start : start + CARDS_A_PAGE] for start in range(0, len(cards), CARDS_A_PAGE)],
        "shared": [_metric(scenario, name) for name in scenario.incentives.shared_metrics],
        "sheet": _timetable(play),
    }
    return {name: pages.get_template(name).render(words) for name in FILES}


def write_handouts(loaded: LoadedScenario, play: Play, folder: Path, *, overwrite: bool = False) -> Path:
    """Write the pages into `folder`, whole or not at all.

    Raises
    ------
    FolderRefused
        If the folder must not be replaced.
    """
    pages = handouts(loaded, play)
    with whole(folder, overwrite=overwrite) as hidden:
        for name, text in pages.items():
            (hidden / name).write_text(text, encoding="utf-8", newline="\n")
        told = {
            "silosim": __version__,
            "what": "handouts of a workshop",
            "scenario": loaded.hash,
            "acts": list(play.acts),
        }
        (hidden / PROVENANCE).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8", newline="\n")
    return folder


def _card(scenario: Scenario, department: str, seat: Sequence[str]) -> dict[str, Any]:
    """Return what a department's card says: what it is measured on, what it can do, where customers meet it."""
    given = scenario.departments[department]
    levers = levers_of(scenario, department)
    return {
        "name": given.name,
        "meets": [point.name for point in scenario.journey.values() if point.owner == department],
        "kpis": [_metric(scenario, name) for name in given.kpis],
        "levers": [{"name": levers[key].name, "low": levers[key].low, "high": levers[key].high} for key in seat],
    }


def _metric(scenario: Scenario, name: str) -> dict[str, str]:
    kpi = scenario.kpis[name]
    return {"name": kpi.name, "unit": kpi.unit, "better": f"{kpi.better} is better"}


def _act(loaded: LoadedScenario, act: str) -> dict[str, Any]:
    """Return an act's title, and its rules in words for the room."""
    return {"title": loaded.arm_titles[act], "rules": rules_words(loaded.arms[act])}


def rules_words(scenario: Scenario) -> list[str]:
    """Return what departments are paid for, what they see and whether a council meets, a sentence each."""
    return [_paid_words(scenario), _sight_words(scenario), *_council_words(scenario)]


def _paid_words(scenario: Scenario) -> str:
    incentives = scenario.incentives
    shared = joined([scenario.kpis[name].name for name in incentives.shared_metrics])
    weight = incentives.shared_weight
    part = " (an equal part of it each)" if incentives.scheme == "split_pool" else ""
    if incentives.scheme == "own" or not shared or not weight:
        paid = "Your bonus: your own KPIs alone"
    elif incentives.scheme == "gate":
        paid = f"Your bonus: your own KPIs, if the company does well enough on {shared}"
    else:
        paid = f"Your bonus: {100 * weight:.3g} % from what you all share, {shared}{part}; the rest from your own KPIs"
    other = incentives.shared_weight_by_department or incentives.own_kpis or incentives.charges
    return f"{paid}; for some departments otherwise." if other else f"{paid}."


def _sight_words(scenario: Scenario) -> str:
    if scenario.information.regime == "pooled":
        return "You see: your own figures, and what later happens to the customers you met."
    return "You see: your own figures alone."


def _council_words(scenario: Scenario) -> list[str]:
    council = scenario.governance.operational
    if council is None:
        return []
    return [f"A council of departments meets every {council.every_weeks} weeks and may agree bounds on your levers."]


def _timetable(play: Play) -> list[tuple[float, float, str]]:
    """Return the evening's parts: when each begins and how long it takes [min], and what it is."""
    parts = [(WELCOME, "Welcome; everybody finds her department and her card")]
    parts += [(play.minutes_an_act, f"Act {number}") for number, _ in enumerate(play.acts, 1)]
    parts += [(DEBRIEF, "Debrief")]
    begins, rows = 0.0, []
    for minutes, what in parts:
        rows.append((begins, minutes, what))
        begins += minutes
    return rows

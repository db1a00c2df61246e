"""A play to take home: as a scenario that compares and sweeps, and as a table of every decision."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from simulation.analysis.cells import as_text
from simulation.scenario.overlay import apply
from simulation.workshop.playing import changes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.workshop.playing import Outcome
    from simulation.workshop.state import State

__all__ = ["CSV_COLUMNS", "LEARNERS", "arm_of", "as_scenario", "decisions_csv", "scenario_file"]

CSV_COLUMNS = {
    "act": "Name of the act.",
    "firm": "Key of the firm.",
    "firm_name": "What the room calls it.",
    "round": "Round, from 1.",
    "first_week": "Week from which the setting holds, from 0.",
    "last_week": "Last week in which it holds.",
    "department": "Key of the department.",
    "lever": "Key of the lever.",
    "lever_name": "What the lever is called.",
    "setting": "0-1; of a learner, that of the round's last week.",
    "decided_by": "people, or learner: the simulation's own.",
    "name": "Who submitted it.",
    "line": "Why, in her own words.",
}
"""Columns of the table of decisions, with their meaning."""
LEARNERS = "learners"
"""The firm in which nobody sits."""


def arm_of(act: str, firm: str) -> str:
    """Return the name of a firm's act as an arm."""
    return f"{act}_{firm}"


def as_scenario(state: State) -> dict[str, Any]:
    """Return the play as a scenario: an arm for each firm and act, and one for each act without any people.

    What people decided is held for its weeks, what they left open is learned; after the last round of an act its settings
    stay. Replication 0 lives the very weeks of the play.
    """
    setup = state.given
    played = {act.name: state.played(act.name) for act in setup.acts}
    weeks = setup.weeks * max(1, *played.values())
    horizon = {"weeks": weeks, "population": setup.population, "burn_in": setup.burn_in, "seed": setup.seed}
    base = {key: value for key, value in setup.raw.items() if key != "arms"}
    given = setup.raw.get("arms", {})
    arms: dict[str, Any] = {}
    for act in setup.acts:
        rules = given.get(act.name, {}).get("changes", {})
        firms = {LEARNERS: "learners only", **state.firm_names} if played[act.name] else {}
        for firm, name in firms.items():
            changes = changes_of(
                setup, act.name, state.decided(act.name, firm), rounds=played[act.name],
                agreed=state.agreed.get((act.name, firm), ()),
            )  # fmt: skip
            changes["timeline"][-1].pop("end")
            changes.pop("horizon")
            arms[arm_of(act.name, firm)] = {"title": f"{act.title}: {name}", "changes": apply(rules, changes)}
    said = {
        "title": f"A play of: {setup.title}",
        "question": "What did the room do to its customers, act by act?",
        "source": "decisions of a workshop; all else as the scenario that was played",
        "expect": "Levers that people set are held as they set them; those of empty seats are learned.",
    }
    return {**said, **apply({key: value for key, value in base.items() if key not in said}, {"horizon": horizon})} | (
        {"arms": arms} if arms else {}
    )


def scenario_file(state: State) -> str:
    """Return the play as the text of a scenario file."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 120
    text = io.StringIO()
    yaml.dump(as_scenario(state), text)
    return f"# Compare its arms with: silosim compare FILE --out FOLDER\n{text.getvalue()}"


def decisions_csv(state: State, outcomes: Mapping[tuple[str, str], Outcome]) -> str:
    """Return every seat's setting in every round that was lived, as CSV; see `CSV_COLUMNS`."""
    setup, text = state.given, io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for (act, firm), outcome in sorted(outcomes.items(), key=lambda item: item[0]):
        for number in range(1, outcome.rounds + 1):
            weeks = ((number - 1) * setup.weeks, number * setup.weeks - 1)
            for department in setup.seats:
                decision = state.decisions.get((act, firm, department, number))
                player = state.players.get(decision.player) if decision else None
                for lever, given in setup.levers(department).items():
                    setting = outcome.levers[f"{department}.{lever}"][number - 1]
                    who = ("people", player.name if player else "", decision.line) if decision else ("learner", "", "")
                    row = (
                        act,
                        firm,
                        state.firm_names[firm],
                        number,
                        *weeks,
                        department,
                        lever,
                        given.name,
                        setting,
                        *who,
                    )
                    writer.writerow([as_text(cell) for cell in row])
    return text.getvalue()

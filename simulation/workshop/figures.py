"""Figures for a page: KPIs, company metrics, bonus and the ledger's lines of a firm's play, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulation.record import COMPANY_METRICS

if TYPE_CHECKING:
    from simulation.scenario.scenario import Scenario
    from simulation.workshop.playing import Outcome
    from simulation.workshop.setup import Setup

__all__ = ["bonus", "company", "felt", "kpi", "last_meetings"]


def kpi(setup: Setup, rules: Scenario, name: str, outcome: Outcome | None) -> dict[str, Any]:
    """Return a KPI with its course, week by week and round by round."""
    given = rules.kpis[name]
    return {
        "kpi": name,
        "name": given.name,
        "unit": given.unit,
        "better": given.better,
        "par": setup.opening.pars.get(name),
        "stretch": given.stretch,
        **_course(setup, name, outcome),
    }


def company(setup: Setup, name: str, outcome: Outcome | None) -> dict[str, Any]:
    """Return a company figure with its course; `start` is how it stood before the first round."""
    column = COMPANY_METRICS[name]
    unit = column.unit.replace("money", setup.loaded.scenario.market.currency)
    start = setup.opening.figures.get(name)
    return {
        "metric": name,
        "name": column.label,
        "unit": unit,
        "better": column.better,
        "start": start,
        **_course(setup, name, outcome),
    }


def _course(setup: Setup, name: str, outcome: Outcome | None) -> dict[str, Any]:
    if outcome is None:
        return {"weekly": [], "rounds": []}
    return {"weekly": outcome.weekly[name], "rounds": outcome.by_round(name, setup.weeks)}


def bonus(rules: Scenario, setup: Setup, department: str, outcome: Outcome | None) -> dict[str, Any]:
    """Return what a department earned in each round, and what a round at full score (stretch) brings."""
    full = rules.departments[department].bonus * setup.population / 1000.0 * setup.weeks
    earned = [] if outcome is None else outcome.bonus[department]
    return {"rounds": earned, "total": sum(earned), "full": full}


def felt(setup: Setup, rules: Scenario, department: str, outcome: Outcome | None) -> dict[str, Any] | None:
    """Return the ledger's lines that concern a department: what it caused, and what was felt where it serves."""
    if outcome is None:
        return None
    due, points = list(rules.departments).index(department), list(rules.journey.items())
    names = [*(each.name for each in rules.departments.values()), "nobody in particular"]
    caused = [
        {"where": point.name, "pain": outcome.pain[row][due], "joy": outcome.joy[row][due]}
        for row, (_, point) in enumerate(points)
    ]
    at_home = [row for row, (_, point) in enumerate(points) if point.owner == department]
    here = [
        {"due": name, "pain": sum(outcome.pain[row][column] for row in at_home)} for column, name in enumerate(names)
    ]
    return {"caused": caused, "felt_here": here}


def last_meetings(outcome: Outcome | None) -> list[dict[str, Any]]:
    """Return what was said at the last meeting of each council."""
    if outcome is None:
        return []
    last = {item["council"]: item["week"] for item in outcome.council}
    return [item for item in outcome.council if item["week"] == last[item["council"]]]

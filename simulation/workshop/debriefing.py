"""The debrief's figures: bonus against loyalty, who felt and who caused, the room's own words, and what might have been."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulation.record import COMPANY_METRICS
from simulation.workshop.hindsight import OBJECTIVES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulation.workshop.hindsight import Best
    from simulation.workshop.playing import Outcome
    from simulation.workshop.setup import Setup
    from simulation.workshop.state import State

__all__ = ["FIGURES", "debriefed"]

FIGURES = ("loyalty", "satisfaction", "retention", "nps", "complaints", "defections", "customers", "profit")
"""Company figures of the debrief, by name."""
MOST_LINES = 8
"""Lines of the ledger that are named for a firm and act."""


def debriefed(
    state: State,
    outcomes: Mapping[tuple[str, str], Outcome],
    others: Mapping[tuple[str, str, str], Outcome],
    best: Mapping[str, Best],
) -> dict[str, Any]:
    """Return all figures of the debrief, as plain data.

    Parameters
    ----------
    state, outcomes
        The session, and what firms have lived, by (act, firm).
    others
        What was lived for comparison, by (act whose decisions, act whose rules, firm); firm `learners` has no people.
    best
        What an owner might have reached, by objective.

    Returns
    -------
    dict
        start       figures before the first round, by name.
        metrics     name, unit and direction of every figure.
        acts        name, title and rounds played.
        plays       one for each act and firm: `_played`.
        quotes      the room's own lines: act, firm, round, department, who, line.
        replays     the decisions of one act under the rules of another: `_replayed`.
        learners    one for each act: the firm in which nobody sits, `_played`.
        best        one for each objective: settings, figures, how it was found.
    """
    setup = state.given
    return {
        "title": setup.title,
        "currency": setup.loaded.scenario.market.currency,
        "start": {name: setup.opening.figures.get(name) for name in FIGURES},
        "metrics": [_metric(setup, name) for name in FIGURES],
        "acts": [{"name": act.name, "title": act.title, "played": state.played(act.name)} for act in setup.acts],
        "plays": [_played(state, outcome) for outcome in _in_order(setup, outcomes)],
        "quotes": list(_quotes(state)),
        "replays": [
            _replayed(state, of, outcomes[of, firm], outcome)
            for (of, rules, firm), outcome in others.items()
            if of != rules and (of, firm) in outcomes
        ],
        "learners": [
            _played(state, each) for (of, rules, firm), each in others.items() if firm == "learners" and of == rules
        ],
        "best": [_best(setup, each) for each in best.values()],
    }


def _in_order(setup: Setup, outcomes: Mapping[tuple[str, str], Outcome]) -> Iterator[Outcome]:
    for act in setup.acts:
        for firm in setup.firms:
            if (act.name, firm) in outcomes:
                yield outcomes[act.name, firm]


def _metric(setup: Setup, name: str) -> dict[str, str]:
    column = COMPANY_METRICS[name]
    unit = column.unit.replace("money", setup.loaded.scenario.market.currency)
    return {"metric": name, "name": column.label, "unit": unit, "better": column.better, "meaning": column.meaning}


def _played(state: State, outcome: Outcome) -> dict[str, Any]:
    """Return a firm's act: bonus won, figures by round and what has changed since the start, ledger, levers."""
    setup = state.given
    by_round = {name: outcome.by_round(name, setup.weeks) for name in FIGURES}
    people = state.decided(outcome.act, outcome.firm)
    departments = setup.rules(outcome.act).departments
    return {
        "act": outcome.act,
        "firm": outcome.firm,
        "name": state.firm_names.get(outcome.firm, outcome.firm),
        "rounds": outcome.rounds,
        "bonus": {
            "total": sum(sum(each) for each in outcome.bonus.values()),
            "departments": [
                {"department": name, "name": departments[name].name, "rounds": earned, "total": sum(earned)}
                for name, earned in outcome.bonus.items()
            ],
        },
        "figures": by_round,
        "change": {name: _change(by_round[name], setup.opening.figures.get(name)) for name in FIGURES},
        "ledger": _ledger(setup, outcome),
        "levers": [
            {
                "department": department,
                "lever": lever,
                "name": given.name,
                "low": given.low,
                "high": given.high,
                "start": setup.opening.settings[f"{department}.{lever}"],
                "rounds": outcome.levers[f"{department}.{lever}"],
                "by_people": [
                    f"{department}.{lever}" in people.get(number, {}) for number in range(1, outcome.rounds + 1)
                ],
            }
            for department in setup.seats
            for lever, given in setup.levers(department).items()
        ],
    }


def _change(rounds: list[float | None], start: float | None) -> float | None:
    """Return the last round less the start; None where either is unknown."""
    last = rounds[-1] if rounds else None
    return None if last is None or start is None else last - start


def _ledger(setup: Setup, outcome: Outcome) -> dict[str, Any]:
    """Return who felt what and who caused it: the whole table, and the lines in which somebody else was the cause."""
    rules = setup.rules(outcome.act)
    points = list(rules.journey.values())
    names = [*(each.name for each in rules.departments.values()), "nobody in particular"]
    keys = [*rules.departments, ""]
    lines: list[dict[str, Any]] = [
        {"where": point.name, "owner": rules.departments[point.owner].name if point.owner in rules.departments else point.owner,
         "due": names[column], "pain": outcome.pain[row][column]}
        for row, point in enumerate(points)
        for column, key in enumerate(keys)
        if key and key != point.owner and outcome.pain[row][column] > 0.0
    ]  # fmt: skip
    total = sum(sum(row) for row in outcome.pain)
    return {
        "unit": "experience below expectation per 1,000 people a week",
        "where": [point.name for point in points],
        "due": names,
        "pain": outcome.pain,
        "total": total,
        "caused_elsewhere": sum(line["pain"] for line in lines) / total if total > 0.0 else None,
        "lines": sorted(lines, key=lambda line: -line["pain"])[:MOST_LINES],
    }


def _quotes(state: State) -> Iterator[dict[str, Any]]:
    """Yield the room's own lines, in the order of acts, rounds, firms and departments."""
    acts, firms, seats = ([each.name for each in state.given.acts], list(state.given.firms), list(state.given.seats))
    departments = state.given.loaded.scenario.departments

    def place(at: tuple[str, str, str, int]) -> tuple[int, int, int, int]:
        return acts.index(at[0]), at[3], firms.index(at[1]), seats.index(at[2])

    for at in sorted(state.decisions, key=place):
        decision = state.decisions[at]
        if decision.line:
            act, firm, department, number = at
            yield {
                "act": act, "firm": firm, "firm_name": state.firm_names[firm], "round": number, "department": department,
                "department_name": departments[department].name, "line": decision.line, "settings": dict(decision.settings),
            }  # fmt: skip


def _replayed(state: State, of: str, lived: Outcome, replayed: Outcome) -> dict[str, Any]:
    """Return the decisions of one act under the rules of another, beside what they brought under their own.

    Where people held every seat in every round, their customers live the very same lives: rules change only what is paid.
    """
    return {
        "decisions": of,
        "rules": replayed.act,
        "firm": replayed.firm,
        "same_customers": replayed.weekly["loyalty"] == lived.weekly["loyalty"] and replayed.pain == lived.pain,
        "own": _played(state, lived),
        "replayed": _played(state, replayed),
    }


def _best(setup: Setup, best: Best) -> dict[str, Any]:
    outcome = best.outcome
    return {
        "objective": best.objective,
        "meaning": OBJECTIVES[best.objective],
        "how": (
            f"a search over three settings of each lever on the table, held through all rounds, on the customers and the luck "
            f"of the play ({best.lives} lives): the best in hindsight, on a grid"
        ),
        "settings": best.settings,
        "rounds": outcome.rounds,
        "bonus": sum(sum(each) for each in outcome.bonus.values()),
        "figures": {name: outcome.by_round(name, setup.weeks) for name in FIGURES},
        "change": {
            name: _change(outcome.by_round(name, setup.weeks), setup.opening.figures.get(name)) for name in FIGURES
        },
    }

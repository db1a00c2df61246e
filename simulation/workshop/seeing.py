"""Who may see what: everything that leaves a session is made here, as plain data for a page.

A player's sight follows from the act's rules, as a department's does in the model (`simulation.rules.information`): its own
figures always; the shared metrics if it is paid on them; what happens elsewhere, to its customers and to the company, only
where data are pooled or leadership gives a line of sight. The projector is seen by all, so it shows no more than the narrowest
seat may see, unless the facilitator reveals it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulation.rules.information import sight_of
from simulation.workshop.commands import present_settings
from simulation.workshop.figures import bonus, company, felt, kpi, last_meetings
from simulation.workshop.playing import limits_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.scenario.scenario import Scenario
    from simulation.workshop.playing import Outcome
    from simulation.workshop.state import Player, State

__all__ = ["COMPANY", "Sight", "facilitators", "players", "projected", "sight_in"]

COMPANY = ("loyalty", "satisfaction", "retention", "nps", "complaints", "profit")
"""Company figures of the game, by name (`simulation.record.COMPANY_METRICS`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a department may see under the rules of an act.

    own
        Its KPIs.
    shared
        Shared metrics that it is paid on; empty where it is not.
    elsewhere
        Whether it sees what happens elsewhere.
    council
        Whether it hears the council.
    """

    own: tuple[str, ...]
    shared: tuple[str, ...]
    elsewhere: bool
    council: bool


def sight_in(rules: Scenario, department: str) -> Sight:
    """Return what a department may see under rules."""
    incentives = rules.incentives
    own = [
        *incentives.own_kpis.get(department, rules.departments[department].kpis),
        *incentives.charges.get(department, {}),
    ]
    # As `simulation.model.appraisal.terms_of` has it (a test holds them together), whose import would load the engine.
    weight = incentives.shared_weight_by_department.get(department, incentives.shared_weight)
    paid = incentives.scheme != "own" and weight > 0.0
    # Whether anything is seen, not how much: the few figures on a telephone are not blurred by what others keep back.
    sight = sight_of(rules.information.regime, 1.0, float(rules.alignment.line_of_sight))
    return Sight(
        own=tuple(dict.fromkeys(own)),
        shared=tuple(incentives.shared_metrics) if paid else (),
        elsewhere=sight > 0.0,
        council=rules.governance.operational is not None,
    )


# -- the three views ----------------------------------------------------------------------------------------------------


def players(state: State, outcomes: Mapping[tuple[str, str], Outcome], player: str) -> dict[str, Any]:
    """Return all that a player may see; see the package for the keys."""
    who = state.players[player]
    view = {"role": "player", **_common(state), "you": _you(state, player, who)}
    if who.seat is None:
        return {**view, "free": _free(state)}
    firm, department = who.seat
    setup, rules = state.given, state.given.rules(state.act)
    sight, outcome = sight_in(rules, department), outcomes.get((state.act, firm))
    decided = state.submitted(firm, department)
    view |= {
        "firm": _progress(state, firm),
        "levers": _levers(state, outcomes, firm, department),
        "submitted": None if decided is None else {"settings": dict(decided.settings), "line": decided.line},
        "kpis": [kpi(setup, rules, name, outcome) for name in sight.own],
        "bonus": bonus(rules, setup, department, outcome),
        "shared": [kpi(setup, rules, name, outcome) for name in sight.shared],
        "company": [company(setup, name, outcome) for name in COMPANY] if sight.elsewhere else [],
        "felt": felt(setup, rules, department, outcome) if sight.elsewhere else None,
        "council": last_meetings(outcome) if sight.council else [],
        "score": [] if outcome is None else outcome.own[department],
        "shared_score": outcome.shared[department] if outcome is not None and sight.shared else [],
        "decisions": _own_decisions(state, firm, department),
    }
    return view


def facilitators(state: State, outcomes: Mapping[tuple[str, str], Outcome]) -> dict[str, Any]:
    """Return all that the facilitator sees: everything but secrets."""
    return {
        "role": "facilitator",
        **_common(state),
        "join_code": state.join_code,
        "revealed": state.revealed,
        "acts": [{"name": act.name, "title": act.title, "played": state.played(act.name)} for act in state.given.acts],
        "players": [_player(state, key, player) for key, player in state.players.items()],
        "firms": [_firm(state, outcomes, firm, reveal=True, seats=True) for firm in state.given.firms],
        "council": state.given.rules(state.act).governance.operational is not None,
        "seconds": state.given.seconds,
    }


def projected(state: State, outcomes: Mapping[tuple[str, str], Outcome]) -> dict[str, Any]:
    """Return what everybody in the room may see: nothing that a seat may not see for itself, unless it is revealed."""
    rules = state.given.rules(state.act)
    seen = all(sight_in(rules, department).elsewhere for department in state.given.seats)
    reveal = state.revealed or state.ended or seen
    return {
        "role": "projector",
        **_common(state),
        "join_code": state.join_code,
        "revealed": reveal,
        "players": len(state.players),
        "seated": len(state.seats),
        "firms": [_firm(state, outcomes, firm, reveal=reveal, seats=False) for firm in state.given.firms],
    }


# -- their parts --------------------------------------------------------------------------------------------------------


def _common(state: State) -> dict[str, Any]:
    """Return what all views begin with."""
    setup, opened = state.given, state.open
    act = next(act for act in setup.acts if act.name == state.act)
    return {
        "title": setup.title,
        "phase": state.phase,
        "act": {"name": act.name, "title": act.title, "number": setup.acts.index(act) + 1, "of": len(setup.acts)},
        "round": state.rounds,
        "rounds": setup.rounds,
        "weeks": setup.weeks,
        "ends": opened.ends if opened is not None and opened.left is None else None,
        "left": opened.left if opened is not None else None,
        "broadcast": state.broadcast,
        "currency": setup.loaded.scenario.market.currency,
    }


def _you(state: State, key: str, player: Player) -> dict[str, Any]:
    firm, department = player.seat or ("", "")
    departments = state.given.loaded.scenario.departments
    return {
        "player": key,
        "name": player.name,
        "firm": firm,
        "firm_name": state.firm_names.get(firm, ""),
        "department": department,
        "department_name": departments[department].name if department else "",
    }


def _free(state: State) -> list[dict[str, Any]]:
    """Return the seats that can be taken, firm by firm."""
    departments = state.given.loaded.scenario.departments
    return [
        {
            "firm": firm,
            "name": state.firm_names[firm],
            "seats": [
                {"department": name, "name": departments[name].name}
                for name in state.given.seats
                if (firm, name) not in state.seats
            ],
        }
        for firm in state.given.firms
    ]


def _status(state: State, firm: str) -> str:
    """Return what a firm is doing: waiting, deciding, closed (its decisions are final) or ran."""
    if state.open is not None and firm in state.open.deciding:
        return "deciding"
    at = (state.act, firm)
    closed = state.closed.get(at, 0)
    if closed == 0:
        return "waiting"
    return "ran" if state.ran.get(at, 0) == closed else "closed"


def _progress(state: State, firm: str) -> dict[str, Any]:
    """Return how far a firm is with the round; who has submitted is told by department, what they chose is not."""
    held = state.held(firm)
    return {
        "firm": firm,
        "name": state.firm_names[firm],
        "status": _status(state, firm),
        "ran": state.ran.get((state.act, firm), 0),
        "held": len(held),
        "submitted": sum(state.submitted(firm, department) is not None for department in held),
    }


def _levers(
    state: State, outcomes: Mapping[tuple[str, str], Outcome], firm: str, department: str
) -> list[dict[str, Any]]:
    """Return a seat's levers: what each end means, where it stands, and what the council allows."""
    standing = present_settings(state, outcomes, firm, department)
    limits = limits_in(state.agreed.get((state.act, firm), ()), state.rounds)
    return [
        {
            "lever": name,
            "name": lever.name,
            "low": lever.low,
            "high": lever.high,
            "setting": standing[name],
            "limits": list(limits.get(f"{department}.{name}", (0.0, 1.0))),
        }
        for name, lever in state.given.levers(department).items()
    ]


def _own_decisions(state: State, firm: str, department: str) -> list[dict[str, Any]]:
    """Return a seat's own decisions of this act."""
    found = []
    for number in range(1, state.rounds + 1):
        decided = state.decisions.get((state.act, firm, department, number))
        if decided is not None:
            found.append({"round": number, "settings": dict(decided.settings), "line": decided.line})
    return found


def _player(state: State, key: str, player: Player) -> dict[str, Any]:
    firm, department = player.seat or ("", "")
    submitted = player.seat is not None and state.submitted(firm, department) is not None
    return {**_you(state, key, player), "submitted": submitted, "missed": player.missed}


def _firm(
    state: State, outcomes: Mapping[tuple[str, str], Outcome], firm: str, *, reveal: bool, seats: bool
) -> dict[str, Any]:
    """Return a firm's line on the leaderboard; figures of customers only where they may be seen."""
    setup, outcome = state.given, outcomes.get((state.act, firm))
    shown: dict[str, Any] = _progress(state, firm)
    earned = [] if outcome is None else [round(sum(each), 6) for each in zip(*outcome.bonus.values(), strict=True)]
    shown |= {"bonus": {"rounds": earned, "total": round(sum(earned), 6)}, "company": []}
    if reveal:
        shown["company"] = [company(setup, name, outcome) for name in COMPANY]
    if seats:
        shown |= {"seats": [_seat(state, firm, department) for department in setup.seats]}
        shown |= {"council": last_meetings(outcome)}
    return shown


def _seat(state: State, firm: str, department: str) -> dict[str, Any]:
    """Return a seat as the facilitator sees it."""
    key = state.seats.get((firm, department), "")
    decided = state.submitted(firm, department)
    return {
        "department": department,
        "name": state.given.loaded.scenario.departments[department].name,
        "player": key,
        "player_name": state.players[key].name if key else "",
        "submitted": decided is not None,
        "line": decided.line if decided is not None else "",
    }

"""What may be asked of a session: each command checks the rules and says what happens, or refuses in one sentence.

A command is a pure function of the state: nothing changes before its events are written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulation.workshop.events import (
    ActSwitched,
    Agreed,
    Broadcast,
    Ended,
    Extended,
    FirmClosed,
    FirmNamed,
    Opened,
    Paused,
    Removed,
    Renamed,
    Replaced,
    Resumed,
    Revealed,
    Sat,
    Stood,
    Submitted,
)
from simulation.workshop.playing import limits_in
from simulation.workshop.reading import Refused, seconds, share, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulation.workshop.events import Event
    from simulation.workshop.playing import Outcome
    from simulation.workshop.state import Player, RoundOpen, State

__all__ = ["FACILITATOR", "Asked", "events_for", "present_settings"]

FACILITATOR = "facilitator"
"""Who the facilitator is, where players have their keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command with all that it may look at.

    Attributes
    ----------
    state, outcomes
        Where the session stands, and what firms have lived, by (act, firm).
    who
        The player's key, or `facilitator`.
    given
        What was sent.
    now
        Seconds since 1970.
    new_token
        Hash of a token that the session has made for this command, for those that hand one out.
    """

    state: State
    outcomes: Mapping[tuple[str, str], Outcome]
    who: str
    given: Mapping[str, Any]
    now: float
    new_token: str = ""

    @property
    def player(self) -> Player:
        """The player who asks."""
        return self.state.players[self.who]


def events_for(asked: Asked) -> list[Event]:
    """Return what a command makes happen.

    Raises
    ------
    Refused
        If it may not, or says something else than it must.
    """
    does = asked.given.get("do")
    known = _FACILITATOR if asked.who == FACILITATOR else _PLAYER
    if not isinstance(does, str) or does not in known:
        if isinstance(does, str) and does in {**_FACILITATOR, **_PLAYER}:
            raise Refused("That is for the facilitator." if asked.who != FACILITATOR else "That is for players.")
        raise Refused("This is nothing that can be asked here.")
    if asked.state.ended and does not in _AFTER_THE_END:
        raise Refused("The play is over.")
    return known[does](asked)


# -- players ---------------------------------------------------------------------------------------------------------


def _sit(asked: Asked) -> list[Event]:
    firm, department = _seat_named(asked)
    return _taking(asked.state, asked.who, firm, department)


def _leave(asked: Asked) -> list[Event]:
    if asked.player.seat is None:
        raise Refused("You have no seat.")
    return [Stood(asked.who)]


def _rename(asked: Asked) -> list[Event]:
    return [Renamed(asked.who, text(asked.given.get("name"), "name"))]


def _submit(asked: Asked) -> list[Event]:
    state, given = asked.state, asked.given
    if asked.player.seat is None:
        raise Refused("You have no seat: take one first.")
    firm, department = asked.player.seat
    opened = _open_for(state, firm, given)
    levers = state.given.levers(department)
    sent = given.get("settings")
    if not isinstance(sent, dict):
        raise Refused("A decision says `settings`: a number from 0 to 1 for each lever.")
    settings = present_settings(state, asked.outcomes, firm, department)
    limits = limits_in(state.agreed.get((state.act, firm), ()), opened.number)
    for name, value in sent.items():
        if name not in levers:
            raise Refused("That lever is not yours.")
        settings[name] = share(value, levers[name].name)
        low, high = limits.get(f"{department}.{name}", (0.0, 1.0))
        if not low <= settings[name] <= high:
            raise Refused(f"Your council has agreed on {low:g} to {high:g} for {levers[name].name}.")
    line = text(given.get("line", ""), "line", empty=True)
    return [Submitted(asked.who, firm, department, state.act, opened.number, settings, line)]


def present_settings(
    state: State, outcomes: Mapping[tuple[str, str], Outcome], firm: str, department: str
) -> dict[str, float]:
    """Return where a seat's levers stand: as it has submitted, else as its last round has left them; within limits."""
    decided = state.submitted(firm, department)
    if decided is not None:
        return dict(decided.settings)
    outcome = outcomes.get((state.act, firm))
    standing = outcome.next if outcome is not None else state.given.opening.settings
    limits = limits_in(state.agreed.get((state.act, firm), ()), state.rounds)
    found = {}
    for lever in state.given.seats[department]:
        low, high = limits.get(f"{department}.{lever}", (0.0, 1.0))
        found[lever] = min(max(standing[f"{department}.{lever}"], low), high)
    return found


def _open_for(state: State, firm: str, given: Mapping[str, Any]) -> RoundOpen:
    """Return the open round in which a firm's seat decides; refuse decisions for any other."""
    opened = state.open
    if opened is None:
        raise Refused("No round is open.")
    if given.get("act") != state.act or given.get("round") != opened.number or isinstance(given.get("round"), bool):
        raise Refused(f"That decision is for another round: round {opened.number} is open.")
    if firm not in opened.deciding:
        raise Refused(f"Your firm's round {opened.number} is closed.")
    if opened.left is not None:
        raise Refused("The round is paused.")
    return opened


# -- the facilitator: rounds and acts ---------------------------------------------------------------------------------


def _open(asked: Asked) -> list[Event]:
    state = asked.state
    if state.open is not None:
        raise Refused("A round is open already.")
    if state.phase == "running":
        raise Refused("Firms are still being run: a moment.")
    number = state.played(state.act) + 1
    if number > state.given.rounds:
        raise Refused("All rounds of this act are played: switch to another act, or end.")
    time = seconds(asked.given.get("seconds", state.given.seconds))
    return [Opened(state.act, number, asked.now + time)]


def _pause(asked: Asked) -> list[Event]:
    opened = _opened(asked.state)
    if opened.left is not None:
        raise Refused("The round is paused already.")
    return [Paused(max(0.0, opened.ends - asked.now))]


def _resume(asked: Asked) -> list[Event]:
    opened = _opened(asked.state)
    if opened.left is None:
        raise Refused("The round is not paused.")
    return [Resumed(asked.now + opened.left)]


def _extend(asked: Asked) -> list[Event]:
    _opened(asked.state)
    return [Extended(seconds(asked.given.get("seconds")))]


def _close(asked: Asked) -> list[Event]:
    opened = _opened(asked.state)
    return [FirmClosed(firm, asked.state.act, opened.number, "facilitator") for firm in sorted(opened.deciding)]


def _advance(asked: Asked) -> list[Event]:
    opened, firm = _opened(asked.state), _firm_named(asked)
    if firm not in opened.deciding:
        raise Refused("That firm's round is closed already.")
    return [FirmClosed(firm, asked.state.act, opened.number, "facilitator")]


def _act(asked: Asked) -> list[Event]:
    state, act = asked.state, asked.given.get("act")
    if act not in [each.name for each in state.given.acts]:
        raise Refused("There is no such act.")
    if state.open is not None or state.phase == "running":
        raise Refused("Close the round first.")
    return [ActSwitched(str(act))]


def _end(asked: Asked) -> list[Event]:
    if asked.state.open is not None or asked.state.phase == "running":
        raise Refused("Close the round first.")
    return [Ended()]


def _agree(asked: Asked) -> list[Event]:
    state, firm = asked.state, _firm_named(asked)
    if state.given.rules(state.act).governance.operational is None:
        raise Refused("There is no council in this act.")
    lever = asked.given.get("lever")
    department, _, name = lever.partition(".") if isinstance(lever, str) else ("", "", "")
    if name not in state.given.seats.get(department, ()):
        raise Refused("There is no such lever on the table.")
    low, high = share(asked.given.get("low"), "low"), share(asked.given.get("high"), "high")
    if low > high:
        raise Refused("The lower limit is above the upper one.")
    return [Agreed(firm, state.act, state.rounds + 1, f"{department}.{name}", low, high)]


# -- the facilitator: people ------------------------------------------------------------------------------------------


def _broadcast(asked: Asked) -> list[Event]:
    return [Broadcast(text(asked.given.get("text"), "text", empty=True))]


def _reveal(asked: Asked) -> list[Event]:
    shown = asked.given.get("shown", True)
    if not isinstance(shown, bool):
        raise Refused("`shown` is true or false.")
    return [Revealed(shown)]


def _rename_player(asked: Asked) -> list[Event]:
    return [Renamed(_player_named(asked), text(asked.given.get("name"), "name"))]


def _move(asked: Asked) -> list[Event]:
    firm, department = _seat_named(asked)
    return _taking(asked.state, _player_named(asked), firm, department)


def _replace(asked: Asked) -> list[Event]:
    return [Replaced(_player_named(asked), asked.new_token)]


def _remove(asked: Asked) -> list[Event]:
    return [Removed(_player_named(asked))]


def _name_firm(asked: Asked) -> list[Event]:
    return [FirmNamed(_firm_named(asked), text(asked.given.get("name"), "firm"))]


_PLAYER: dict[str, Callable[[Asked], list[Event]]] = {
    "sit": _sit,
    "leave": _leave,
    "rename": _rename,
    "submit": _submit,
}
"""What a player may ask, by name."""
_FACILITATOR: dict[str, Callable[[Asked], list[Event]]] = {
    "open": _open,
    "pause": _pause,
    "resume": _resume,
    "extend": _extend,
    "close": _close,
    "advance": _advance,
    "act": _act,
    "end": _end,
    "agree": _agree,
    "broadcast": _broadcast,
    "reveal": _reveal,
    "rename": _rename_player,
    "move": _move,
    "replace": _replace,
    "remove": _remove,
    "name_firm": _name_firm,
}
"""What the facilitator may ask, by name."""
_AFTER_THE_END = {"broadcast", "reveal", "rename", "replace", "remove", "name_firm"}
"""What may still be asked when the play is over."""


# -- what is named -------------------------------------------------------------------------------------------------


def _opened(state: State) -> RoundOpen:
    if state.open is None:
        raise Refused("No round is open.")
    return state.open


def _firm_named(asked: Asked) -> str:
    firm = asked.given.get("firm")
    if not isinstance(firm, str) or firm not in asked.state.given.firms:
        raise Refused("There is no such firm.")
    return firm


def _seat_named(asked: Asked) -> tuple[str, str]:
    firm, department = _firm_named(asked), asked.given.get("department")
    if not isinstance(department, str) or department not in asked.state.given.seats:
        raise Refused("There is no such department.")
    return firm, department


def _player_named(asked: Asked) -> str:
    player = asked.given.get("player")
    if not isinstance(player, str) or player not in asked.state.players:
        raise Refused("There is no such player.")
    return player


def _taking(state: State, player: str, firm: str, department: str) -> list[Event]:
    holder = state.seats.get((firm, department))
    if holder == player:
        raise Refused("That seat is taken by the same player already.")
    if holder is not None:
        raise Refused("That seat is taken.")
    return [Sat(player, firm, department)]

"""Where a session stands: the fold of its events, and nothing that is not in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import TYPE_CHECKING, Literal

from simulation.workshop.events import (
    ActSwitched,
    Agreed,
    Broadcast,
    Ended,
    Extended,
    FacilitatorKeyed,
    FirmClosed,
    FirmNamed,
    FirmRan,
    Founded,
    Joined,
    Opened,
    Paused,
    Removed,
    Renamed,
    Reopened,
    Replaced,
    Resumed,
    Revealed,
    Sat,
    Stood,
    Submitted,
)
from simulation.workshop.setup import Setup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.workshop.events import Event, Why

__all__ = ["PATIENCE", "Decision", "Phase", "Player", "RoundOpen", "Seat", "State"]

Seat = tuple[str, str]
"""Firm and department."""
Phase = Literal["lobby", "open", "paused", "running", "between", "ended"]
PATIENCE = 2
"""Rounds in a row that a player may miss before nobody waits for her. Our assumption."""


@dataclass(slots=True)
class Player:
    """Somebody in the room, or a group with one device.

    missed
        Rounds in a row that her firm closed without a decision of hers.
    """

    name: str
    token: str
    seat: Seat | None = None
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What a seat decided in a round: settings by lever, one line why, and who submitted it."""

    settings: dict[str, float]
    line: str
    player: str


@dataclass(slots=True)
class RoundOpen:
    """The round that is being decided: when it ends, or how much time is left while it is paused; who is still deciding."""

    number: int
    ends: float
    deciding: set[str]
    left: float | None = None


@dataclass
class State:
    """A session's state.

    Attributes
    ----------
    setup, join_code, facilitators
        What is played, the code to join with, and the hashes of the facilitator's secrets.
    players, tokens
        Players by key; who holds a token, by its hash.
    seats
        Who holds a seat; empty ones are not in it.
    act, open
        The act being played, and the round that is open.
    closed
        Rounds that are closed, by (act, firm): how often, which is the number of the last.
    ran
        Rounds lived, by (act, firm).
    decisions
        By (act, firm, department, round).
    why
        Why a round was closed, by (act, firm, round).
    agreed
        Limits that councils have agreed, by (act, firm): (first round that it binds, `department.lever`, low, high).
    """

    setup: Setup | None = None
    join_code: str = ""
    facilitators: set[str] = field(default_factory=set)
    players: dict[str, Player] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    seats: dict[Seat, str] = field(default_factory=dict)
    firm_names: dict[str, str] = field(default_factory=dict)
    act: str = ""
    open: RoundOpen | None = None
    closed: dict[tuple[str, str], int] = field(default_factory=dict)
    ran: dict[tuple[str, str], int] = field(default_factory=dict)
    decisions: dict[tuple[str, str, str, int], Decision] = field(default_factory=dict)
    why: dict[tuple[str, str, int], Why] = field(default_factory=dict)
    agreed: dict[tuple[str, str], list[tuple[int, str, float, float]]] = field(default_factory=dict)
    digests: dict[tuple[str, str, int], str] = field(default_factory=dict)
    broadcast: str = ""
    revealed: bool = False
    joined: int = 0
    ended: bool = False

    # -- what follows from it -----------------------------------------------------------------------------------

    @property
    def given(self) -> Setup:
        """What is played."""
        assert self.setup is not None
        return self.setup

    @property
    def rounds(self) -> int:
        """Rounds of this act that were opened."""
        return self.open.number if self.open else self.played(self.act)

    @property
    def phase(self) -> Phase:
        """What the room is doing."""
        if self.ended:
            return "ended"
        if self.open is not None:
            return "open" if self.open.left is None else "paused"
        if any(self.waiting_to_run()):
            return "running"
        return "between" if self.closed else "lobby"

    def played(self, act: str) -> int:
        """Return how many rounds of an act all firms have closed."""
        return min((self.closed.get((act, firm), 0) for firm in self.given.firms), default=0)

    def waiting_to_run(self) -> Iterator[tuple[str, str]]:
        """Yield (act, firm) of firms whose decisions are final and not yet lived."""
        for at, number in self.closed.items():
            if self.ran.get(at, 0) < number:
                yield at

    def submitted(self, firm: str, department: str) -> Decision | None:
        """Return what a seat has decided in the round that is open."""
        return self.decisions.get((self.act, firm, department, self.open.number)) if self.open else None

    def held(self, firm: str) -> dict[str, str]:
        """Return the departments of a firm that somebody holds, and who."""
        return {
            department: self.seats[firm, department]
            for department in self.given.seats
            if (firm, department) in self.seats
        }

    def waited_for(self, firm: str) -> list[str]:
        """Return the departments of a firm whose players are waited for."""
        return [name for name, player in self.held(firm).items() if self.players[player].missed < PATIENCE]

    def decided(self, act: str, firm: str) -> dict[int, dict[str, float]]:
        """Return settings by round and `department.lever` of the seats of a firm that decided."""
        found: dict[int, dict[str, float]] = {}
        for (of_act, of_firm, department, number), decision in self.decisions.items():
            if (of_act, of_firm) == (act, firm):
                settings = found.setdefault(number, {})
                settings.update({f"{department}.{lever}": value for lever, value in decision.settings.items()})
        return found

    # -- the fold ---------------------------------------------------------------------------------------------------

    @singledispatchmethod
    def apply(self, event: Event) -> None:
        """Take in what has happened."""
        raise TypeError(f"no event of a session: {type(event).__name__}")

    @apply.register
    def _(self, event: Founded) -> None:
        self.setup = Setup.from_data(event.setup)
        self.join_code = event.join_code
        self.firm_names = dict(self.setup.firms)
        self.act = self.setup.acts[0].name

    @apply.register
    def _(self, event: FacilitatorKeyed) -> None:
        self.facilitators.add(event.token)

    @apply.register
    def _(self, event: Reopened) -> None:
        if self.open is not None and event.ends is not None:
            self.open.ends = event.ends

    @apply.register
    def _(self, event: Joined) -> None:
        self.players[event.player] = Player(event.name, event.token)
        self.tokens[event.token] = event.player
        self.joined += 1

    @apply.register
    def _(self, event: Sat) -> None:
        self._empty(event.player)
        seat = (event.firm, event.department)
        self.seats[seat] = event.player
        player = self.players[event.player]
        player.seat, player.missed = seat, 0

    @apply.register
    def _(self, event: Stood) -> None:
        self._empty(event.player)

    @apply.register
    def _(self, event: Renamed) -> None:
        self.players[event.player].name = event.name

    @apply.register
    def _(self, event: Replaced) -> None:
        player = self.players[event.player]
        del self.tokens[player.token]
        player.token, player.missed = event.token, 0
        self.tokens[event.token] = event.player

    @apply.register
    def _(self, event: Removed) -> None:
        self._empty(event.player)
        del self.tokens[self.players.pop(event.player).token]

    @apply.register
    def _(self, event: FirmNamed) -> None:
        self.firm_names[event.firm] = event.name

    @apply.register
    def _(self, event: Opened) -> None:
        self.open = RoundOpen(event.round, event.ends, set(self.given.firms))

    @apply.register
    def _(self, event: Paused) -> None:
        assert self.open is not None
        self.open.left = event.left

    @apply.register
    def _(self, event: Resumed) -> None:
        assert self.open is not None
        self.open.ends, self.open.left = event.ends, None

    @apply.register
    def _(self, event: Extended) -> None:
        assert self.open is not None
        if self.open.left is None:
            self.open.ends += event.seconds
        else:
            self.open.left += event.seconds

    @apply.register
    def _(self, event: Submitted) -> None:
        at = (event.act, event.firm, event.department, event.round)
        self.decisions[at] = Decision(dict(event.settings), event.line, event.player)
        self.players[event.player].missed = 0

    @apply.register
    def _(self, event: FirmClosed) -> None:
        assert self.open is not None
        for department, player in self.held(event.firm).items():
            if (event.act, event.firm, department, event.round) not in self.decisions:
                self.players[player].missed += 1
        self.closed[event.act, event.firm] = event.round
        self.why[event.act, event.firm, event.round] = event.why
        self.open.deciding.discard(event.firm)
        if not self.open.deciding:
            self.open = None

    @apply.register
    def _(self, event: FirmRan) -> None:
        self.ran[event.act, event.firm] = event.round
        self.digests[event.act, event.firm, event.round] = event.digest

    @apply.register
    def _(self, event: ActSwitched) -> None:
        self.act, self.revealed = event.act, False

    @apply.register
    def _(self, event: Agreed) -> None:
        made = self.agreed.setdefault((event.act, event.firm), [])
        made.append((event.round, event.lever, event.low, event.high))

    @apply.register
    def _(self, event: Broadcast) -> None:
        self.broadcast = event.text

    @apply.register
    def _(self, event: Revealed) -> None:
        self.revealed = event.shown

    @apply.register
    def _(self, _event: Ended) -> None:
        self.ended = True

    def _empty(self, player: str) -> None:
        """Leave the seat that a player has, if any."""
        seat = self.players[player].seat
        if seat is not None:
            del self.seats[seat]
            self.players[player].seat = None

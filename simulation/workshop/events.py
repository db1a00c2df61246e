"""What can happen in a session, one small record each; a session's state is their fold (`simulation.workshop.state`)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

__all__ = [
    "KINDS",
    "ActSwitched",
    "Agreed",
    "Broadcast",
    "Ended",
    "Event",
    "Extended",
    "FacilitatorKeyed",
    "FirmClosed",
    "FirmNamed",
    "FirmRan",
    "Founded",
    "Joined",
    "Opened",
    "Paused",
    "Removed",
    "Renamed",
    "Reopened",
    "Replaced",
    "Resumed",
    "Revealed",
    "Sat",
    "Stood",
    "Submitted",
    "as_data",
    "event_of",
]

Why = Literal["all in", "time", "facilitator"]
"""Why a firm's round was closed."""


@dataclass(frozen=True, slots=True)
class Founded:
    """The session begins: what is played, and the code to join with (it stands on the projector and is no secret)."""

    setup: dict[str, Any]
    join_code: str


@dataclass(frozen=True, slots=True)
class FacilitatorKeyed:
    """Another secret that makes its holder the facilitator; only its hash is kept."""

    token: str


@dataclass(frozen=True, slots=True)
class Reopened:
    """The journal was opened again; an open round ends at `ends`, so that nobody loses time."""

    ends: float | None


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody is in the room; only the hash of her token is kept."""

    player: str
    name: str
    token: str


@dataclass(frozen=True, slots=True)
class Sat:
    """A player takes a seat, or is moved to it; she leaves the one that she had."""

    player: str
    firm: str
    department: str


@dataclass(frozen=True, slots=True)
class Stood:
    """A player leaves her seat."""

    player: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """A player has another name."""

    player: str
    name: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """A player's link is dead and another one stands in its place: her name and seat stay."""

    player: str
    token: str


@dataclass(frozen=True, slots=True)
class Removed:
    """A player is out of the session; her seat is empty, what she decided stays."""

    player: str


@dataclass(frozen=True, slots=True)
class FirmNamed:
    """A firm has another name."""

    firm: str
    name: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A round is open for decisions until `ends` [seconds since 1970]."""

    act: str
    round: int
    ends: float


@dataclass(frozen=True, slots=True)
class Paused:
    """The clock stands, with `left` seconds left."""

    left: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """The clock runs again."""

    ends: float


@dataclass(frozen=True, slots=True)
class Extended:
    """The round ends later, or has more time left while paused."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Submitted:
    """A seat has decided: a setting of each of its levers, and one line why. A later one in the same round replaces it."""

    player: str
    firm: str
    department: str
    act: str
    round: int
    settings: dict[str, float]
    line: str


@dataclass(frozen=True, slots=True)
class FirmClosed:
    """A firm's decisions of a round are final."""

    firm: str
    act: str
    round: int
    why: Why


@dataclass(frozen=True, slots=True)
class FirmRan:
    """A firm has lived the weeks of a round; `digest` is that of what came out."""

    firm: str
    act: str
    round: int
    digest: str


@dataclass(frozen=True, slots=True)
class ActSwitched:
    """Other rules from now on."""

    act: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """A firm's council has agreed on limits of a lever (`department.lever`) from a round on, for the rest of the act."""

    firm: str
    act: str
    round: int
    lever: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A message to all."""

    text: str


@dataclass(frozen=True, slots=True)
class Revealed:
    """From now on, in this act, the projector shows how customers fare; or no longer."""

    shown: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """The play is over; the debrief begins."""


Event = (
    Founded
    | FacilitatorKeyed
    | Reopened
    | Joined
    | Sat
    | Stood
    | Renamed
    | Replaced
    | Removed
    | FirmNamed
    | Opened
    | Paused
    | Resumed
    | Extended
    | Submitted
    | FirmClosed
    | FirmRan
    | ActSwitched
    | Agreed
    | Broadcast
    | Revealed
    | Ended
)

KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        *(Founded, FacilitatorKeyed, Reopened, Joined, Sat, Stood, Renamed, Replaced, Removed, FirmNamed, Opened),
        *(Paused, Resumed, Extended, Submitted, FirmClosed, FirmRan, ActSwitched, Agreed, Broadcast, Revealed, Ended),
    )
}
"""Events by name."""


def as_data(event: Event) -> dict[str, Any]:
    """Return what an event says, as plain data."""
    return asdict(event)


def event_of(kind: str, data: dict[str, Any]) -> Event:
    """Return the event that was written down as plain data."""
    return KINDS[kind](**data)

"""A session: its journal, the state that follows from it, and what may be asked of it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from simulation.workshop.commands import FACILITATOR, Asked, events_for
from simulation.workshop.events import FacilitatorKeyed, Founded, Joined, Reopened
from simulation.workshop.following import due
from simulation.workshop.journal import Journal, JournalRefused, NotWritten
from simulation.workshop.memory import Memory, player_of
from simulation.workshop.reading import Refused, message_key, text
from simulation.workshop.seeing import facilitators, players, projected

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.workshop.journal import Synchronous
    from simulation.workshop.setup import Setup

__all__ = ["MOST_PLAYERS", "Answer", "Keys", "Session"]

MOST_PLAYERS = 1000
"""Players that a session takes in, those who left included: a flood of joins ends there."""
_CODE = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters of a join code: none that is mistaken for another."""
_CODE_LENGTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What is said once: the facilitator's secret, and the code that lets people join."""

    facilitator: str
    join_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a command.

    Attributes
    ----------
    accepted, refusal
        Whether it was accepted; if not, why: one sentence for the person who asked.
    again
        It had been accepted before (the same message); nothing happened now.
    message
        The sender's own key of the message.
    revision
        Number of the session's last event.
    token, player
        Of a join: the player's secret and key. Of `replace`: the new secret. A repeated message does not say the secret again.
    """

    accepted: bool
    refusal: str = ""
    again: bool = False
    message: str = ""
    revision: int = 0
    token: str = ""
    player: str = ""


class Session(Memory):
    """One session; make it with `create` or `open`. What it remembers: `Memory`."""

    @classmethod
    def create(
        cls, path: Path | str, setup: Setup, *, now: float, synchronous: Synchronous = "NORMAL"
    ) -> tuple[Self, Keys]:
        """Begin a session in a new file.

        Raises
        ------
        JournalRefused
            If the file exists already and is anything but empty.
        """
        journal = Journal(path, synchronous=synchronous)
        if next(journal.entries(), None) is not None:
            journal.close()
            raise JournalRefused(f"{path} holds a session already: open it, or name another file")
        session = cls(journal)
        keys = Keys(facilitator=_secret(), join_code="".join(secrets.choice(_CODE) for _ in range(_CODE_LENGTH)))
        founded = Founded(setup.to_data(), keys.join_code)
        session._write([founded, FacilitatorKeyed(_hashed(keys.facilitator))], now=now)
        return session, keys

    @classmethod
    def open(cls, path: Path | str, *, now: float | None = None, synchronous: Synchronous = "NORMAL") -> Self:
        """Go on with a session after a restart; an open round gets back the time for which nobody was there.

        Parameters
        ----------
        now
            None: only look at it.

        Raises
        ------
        JournalRefused
            If the file is no session.
        """
        session = cls(Journal(path, synchronous=synchronous))
        if session.state.setup is None:
            session.journal.close()
            raise JournalRefused(f"{path} holds no session")
        opened = session.state.open
        if now is not None and opened is not None and opened.left is None:
            lost = max(0.0, now - session.last_at)
            session._write([Reopened(opened.ends + lost)], now=now)
        return session

    def new_facilitator(self, *, now: float) -> str:
        """Return another facilitator's secret, for the start-up line after a restart; earlier ones stay valid."""
        token = _secret()
        self._write([FacilitatorKeyed(_hashed(token))], now=now)
        return token

    # -- who asks ----------------------------------------------------------------------------------------------------

    def who(self, token: object) -> str:
        """Return the key of the player who holds a token, `facilitator`, or an empty text."""
        if not isinstance(token, str) or self.wiped:
            return ""
        hashed = _hashed(token)
        return FACILITATOR if hashed in self.state.facilitators else self.state.tokens.get(hashed, "")

    # -- commands ----------------------------------------------------------------------------------------------------

    def join(self, name: object, code: object, *, now: float, message: object = "") -> Answer:
        """Let somebody in who has the code; opening a link seats nobody, only this does."""
        try:
            key = message_key(message)
            self._admit(code)
            if key and ("", key) in self._answered:
                return self._again("", key)
            token, player = _secret(), f"player_{self.state.joined + 1}"
            self._write([Joined(player, text(name, "name"), _hashed(token))], now=now, message=key)
        except (Refused, NotWritten) as refused:
            return Answer(accepted=False, refusal=str(refused), revision=self.revision)
        return Answer(accepted=True, message=key, revision=self.revision, token=token, player=player)

    def _admit(self, code: object) -> None:
        """Refuse who may not come in."""
        sent = code.strip().upper().encode("utf-8", "replace") if isinstance(code, str) else b""
        if not secrets.compare_digest(sent, self.state.join_code.encode()):
            raise Refused("That is not this session's code.")
        if self.state.ended:
            raise Refused("The play is over.")
        if self.state.joined >= MOST_PLAYERS:
            raise Refused("The session is full.")

    def do(self, token: object, given: object, *, now: float) -> Answer:
        """Do what the holder of a token asks, or say why not; see the package for what can be asked."""
        who, key, new = self.who(token), "", ""
        try:
            command, key = _command(given, who=who)
            if key and (who, key) in self._answered:
                return self._again(who, key)
            if command.get("do") == "wipe" and who == FACILITATOR:
                self.wipe()
                return Answer(accepted=True, message=key, revision=self.revision)
            new = _secret() if command.get("do") == "replace" else ""
            asked = Asked(
                state=self.state, outcomes=self.outcomes, who=who, given=command, now=now, new_token=_hashed(new)
            )
            events = events_for(asked)
            self._write(events, now=now, who=who, message=key)
        except (Refused, NotWritten) as refused:
            return Answer(accepted=False, refusal=str(refused), message=key, revision=self.revision)
        return Answer(accepted=True, message=key, revision=self.revision, token=new, player=player_of(events[0]))

    def tick(self, *, now: float) -> bool:
        """Close what is due, and say whether anything was."""
        events = [] if self.wiped else list(due(self.state, now))
        if events:
            self._write(events, now=now)
        return bool(events)

    # -- views -------------------------------------------------------------------------------------------------------

    def view_for(self, token: str) -> dict[str, Any] | None:
        """Return what the holder of a token may see; None if she is not (or no longer) in this session."""
        who = "" if self.wiped else self.who(token)
        if who == FACILITATOR:
            return self.view_for_facilitator()
        return {**players(self.state, self.outcomes, who), "revision": self.revision} if who else None

    def view_for_facilitator(self) -> dict[str, Any]:
        """Return what the facilitator sees; the caller has checked that it is she."""
        return {**facilitators(self.state, self.outcomes), "revision": self.revision}

    def view_for_projector(self) -> dict[str, Any]:
        """Return what everybody may see."""
        return {**projected(self.state, self.outcomes), "revision": self.revision}

    def _again(self, who: str, message: str) -> Answer:
        player = self._answered[who, message]
        return Answer(accepted=True, again=True, message=message, revision=self.revision, player=player)


def _secret() -> str:
    return secrets.token_urlsafe(32)


def _hashed(token: str) -> str:
    """Return the hash under which a token is kept: it is long and random, so no slow hash is needed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _command(given: object, *, who: str) -> tuple[dict[str, Any], str]:
    """Return what was sent and its message's key; refuse strangers and what is no command."""
    if not who:
        raise Refused("You are not (or no longer) in this session.")
    if not isinstance(given, dict):
        raise Refused("This is nothing that can be asked here.")
    return given, message_key(given.get("message", ""))

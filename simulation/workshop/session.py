"""A session: its journal, the state that follows from it, and what may be asked of it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from simulation.workshop.commands import FACILITATOR, Asked, events_for
from simulation.workshop.debriefing import debriefed
from simulation.workshop.events import FacilitatorKeyed, FirmRan, Founded, Joined, Reopened
from simulation.workshop.exporting import LEARNERS, decisions_csv, scenario_file
from simulation.workshop.following import closing, due
from simulation.workshop.hindsight import OBJECTIVES, Best, quest_for
from simulation.workshop.journal import Journal, JournalRefused
from simulation.workshop.playing import Job, Outcome, scenario_of
from simulation.workshop.reading import Refused, message_key, text
from simulation.workshop.seeing import facilitators, players, projected
from simulation.workshop.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from simulation.workshop.events import Event
    from simulation.workshop.hindsight import Quest
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


class Session:
    """One session; make it with `create` or `open`.

    Attributes
    ----------
    state
        Where it stands; to be looked at, never changed.
    outcomes
        What firms have lived, by (act, firm).
    others
        What was lived for comparison, by (act whose decisions, act whose rules, firm).
    best
        What an owner of all levers might have reached, by objective.
    revision
        Number of the last event.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.state = State()
        self.outcomes: dict[tuple[str, str], Outcome] = {}
        self.others: dict[tuple[str, str, str], Outcome] = {}
        self.best: dict[str, Best] = {}
        self.revision = 0
        self.last_at = 0.0
        self.wiped = False
        self._answered: dict[tuple[str, str], str] = {}
        for entry in journal.entries():
            self._take(entry.event, at=entry.at)
            if entry.message:
                self._answered[entry.who, entry.message] = _player_of(entry.event)
            self.revision = entry.number
        for name, data in journal.kept().items():
            self._keep(name, data)

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
            joined = Joined(player, text(name, "name"), _hashed(token))
        except Refused as refused:
            return Answer(accepted=False, refusal=str(refused), revision=self.revision)
        self._write([joined], now=now, message=key)
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
        except Refused as refused:
            return Answer(accepted=False, refusal=str(refused), message=key, revision=self.revision)
        self._write(events, now=now, who=who, message=key)
        return Answer(accepted=True, message=key, revision=self.revision, token=new, player=_player_of(events[0]))

    def tick(self, *, now: float) -> bool:
        """Close what is due, and say whether anything was."""
        events = [] if self.wiped else list(due(self.state, now))
        if events:
            self._write(events, now=now)
        return bool(events)

    def wipe(self) -> None:
        """Remove the session and all that was said in it, from memory and from the disk."""
        self.journal.wipe()
        setup = self.state.given
        self.state = State(setup=setup, act=self.state.act, firm_names=dict(setup.firms), ended=True)
        self.outcomes, self.others, self.best, self._answered = {}, {}, {}, {}
        self.wiped = True
        self.revision += 1

    def close(self) -> None:
        """Close the journal."""
        if not self.wiped:
            self.journal.close()

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

    # -- runs ----------------------------------------------------------------------------------------------------------

    def jobs(self) -> Iterator[Job]:
        """Yield what is to be run: each firm whose decisions are final and not yet lived."""
        for act, firm in list(self.state.waiting_to_run()):
            yield self.job(act, firm, rounds=self.state.closed[act, firm])

    def job(self, act: str, firm: str, *, rounds: int, rules: str = "") -> Job:
        """Return a firm's first rounds of an act as work; under the rules of another act, if one is named."""
        state, setup = self.state, self.state.given
        lived = rules or act
        agreed = state.agreed.get((act, firm), ())
        scenario = scenario_of(setup, lived, state.decided(act, firm), rounds=rounds, agreed=agreed)
        return Job(
            act=lived, firm=firm, of=act, rounds=rounds, weeks=setup.weeks, scenario=scenario, seed=setup.seed,
            pars=setup.opening.pars,
        )  # fmt: skip

    def take_in(self, outcome: Outcome, *, now: float) -> bool:
        """Write down what was lived; what nobody waits for (a second copy, an old round) is dropped: False."""
        if self.wiped:
            return False
        if (outcome.of, outcome.firm) not in self.state.closed or outcome.of != outcome.act:
            return self._take_in_other(outcome)
        at = (outcome.act, outcome.firm)
        wanted = self.state.closed[at]
        if outcome.rounds != wanted or self.state.ran.get(at, 0) >= wanted:
            return False
        name, data = f"outcome:{outcome.act}:{outcome.firm}", outcome.data
        ran = FirmRan(outcome.firm, outcome.act, outcome.rounds, outcome.digest)
        self._keep(name, data)
        self._write([ran], now=now, keep=[(name, data)])
        return True

    # -- debrief -------------------------------------------------------------------------------------------------------

    def debrief_jobs(self) -> Iterator[Job]:
        """Yield what the debrief compares with and has not been lived yet; take it in like any other run.

        Each act without people, and the decisions of the first act that was played under the rules of the second.
        """
        state = self.state
        played = [(act.name, state.played(act.name)) for act in state.given.acts if state.played(act.name)]
        asked = [(act, act, LEARNERS, rounds) for act, rounds in played]
        if len(played) > 1:
            (first, rounds), (second, _) = played[:2]
            asked += [(first, second, firm, rounds) for firm in state.given.firms]
        for of, rules, firm, rounds in asked:
            lived = self.others.get((of, rules, firm))
            if lived is None or lived.rounds != rounds:
                yield self.job(of, firm, rounds=rounds, rules=rules)

    def quests(self) -> Iterator[Quest]:
        """Yield the searches for the best that was possible, for `best_levers` in a worker; some ten seconds each."""
        rounds = max((self.state.played(act.name) for act in self.state.given.acts), default=0)
        for objective in OBJECTIVES if rounds else ():
            found = self.best.get(objective)
            if found is None or found.outcome.rounds != rounds:
                yield quest_for(self.state.given, objective, rounds=rounds)

    def take_in_best(self, best: Best) -> None:
        """Write down what a search has found."""
        if not self.wiped:
            self._keep_beside(f"best:{best.objective}", best.data)

    def debrief(self) -> dict[str, Any]:
        """Return the figures of the debrief; see `simulation.workshop.debriefing.debriefed`."""
        return {**debriefed(self.state, self.outcomes, self.others, self.best), "revision": self.revision}

    def scenario_file(self) -> str:
        """Return the play as the text of a scenario file: an arm for each firm and act."""
        return scenario_file(self.state)

    def decisions_csv(self) -> str:
        """Return every decision as CSV."""
        return decisions_csv(self.state, self.outcomes)

    def save_copy(self, path: Path) -> None:
        """Write the session file: all of the journal, to open again elsewhere; it holds no secrets but hashes."""
        self.journal.copy(path)

    def _take_in_other(self, outcome: Outcome) -> bool:
        """Keep what was lived for comparison."""
        if outcome.rounds != self.state.played(outcome.of):
            return False
        self._keep_beside(f"other:{outcome.of}:{outcome.act}:{outcome.firm}", outcome.data)
        return True

    def _keep_beside(self, name: str, data: dict[str, Any]) -> None:
        self.journal.keep([(name, data)])
        self._keep(name, data)

    # -- the journal -----------------------------------------------------------------------------------------------------

    def _write(self, events: Sequence[Event], *, now: float, who: str = "", message: str = "",
               keep: Iterable[tuple[str, Any]] = ()) -> None:  # fmt: skip
        """Write events down, take them in, and then those that follow of themselves."""
        entries = self.journal.append(events, first=self.revision + 1, at=now, who=who, message=message, keep=keep)
        for entry in entries:
            self._take(entry.event, at=now)
        self.revision = entries[-1].number
        if message:
            self._answered[who, message] = _player_of(events[0])
        following = list(closing(self.state))
        if following:
            self._write(following, now=now)

    def _take(self, event: Event, *, at: float) -> None:
        self.state.apply(event)
        self.last_at = max(self.last_at, at)

    def _keep(self, name: str, data: dict[str, Any]) -> None:
        """Take over what is kept beside the events."""
        kind = name.partition(":")[0]
        if kind == "best":
            found = Best(**{**data, "outcome": Outcome(**data["outcome"])})
            self.best[found.objective] = found
            return
        outcome = Outcome(**data)
        if kind == "outcome":
            self.outcomes[outcome.act, outcome.firm] = outcome
        else:
            self.others[outcome.of, outcome.act, outcome.firm] = outcome

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


def _player_of(event: Event) -> str:
    return str(getattr(event, "player", ""))

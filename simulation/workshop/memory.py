"""What a session remembers: its journal, the state that follows from it, and what firms have lived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulation.workshop.debriefing import debriefed
from simulation.workshop.events import FirmRan
from simulation.workshop.exporting import LEARNERS, decisions_csv, scenario_file
from simulation.workshop.following import closing
from simulation.workshop.hindsight import OBJECTIVES, Best, quest_for
from simulation.workshop.playing import Job, Outcome, scenario_of
from simulation.workshop.state import State
from simulation.workshop.tales import choice_of, tale_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from simulation.workshop.events import Event
    from simulation.workshop.hindsight import Quest
    from simulation.workshop.journal import Journal
    from simulation.workshop.tales import Choice, Tale

__all__ = ["Memory", "player_of"]


class Memory:
    """A session without anybody who asks: what has happened, what is to be run, and what is told at the end.

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
    last_at
        When it happened [seconds since 1970].
    wiped
        Whether everything has been removed.
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
                self._answered[entry.who, entry.message] = player_of(entry.event)
            self.revision = entry.number
        for name, data in journal.kept().items():
            self._keep(name, data)

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
        self._write([ran], now=now, keep=[(name, data)])
        self._keep(name, data)
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

    def tale_choice(self) -> Choice | None:
        """Return whose customer the debrief tells of; cheap, unlike the tale."""
        return choice_of(self.state, self.outcomes)

    def tale(self, choice: Choice) -> Tale:
        """Return what a worker needs to tell it."""
        return tale_of(self.state, choice)

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
            self._answered[who, message] = player_of(events[0])
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


def player_of(event: Event) -> str:
    """Return the player whom an event is about, if any."""
    return str(getattr(event, "player", ""))

"""Answers that begin quickly and sharpen: replications as they come in, put together as `compare` does.

The first answer comes from a small market (`QUICK_PEOPLE`), over the same weeks; then replications 0, 1, 2, ... of what was
asked for come in, with the seeds of `compare`. The last answer is what `compare` finds, to the bit. A newer request ends
an older one within a week of simulated time, so that nothing waits for what nobody wants.
"""

from __future__ import annotations

import multiprocessing
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from simulation.analysis.choosing import overridden
from simulation.analysis.comparison import Comparison, compare
from simulation.analysis.intervals import FEWEST_TO_TELL
from simulation.analysis.parallel import Crew
from simulation.laboratory.exploring.living import Ask, Piece, Worker, lived_arms

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from simulation.record import Run
    from simulation.scenario.loading import LoadedScenario
    from simulation.scenario.scenario import Scenario

__all__ = ["FEWEST_WORKERS", "QUICK_PEOPLE", "QUICK_REPLICATIONS", "Answer", "Explorer"]

QUICK_PEOPLE, QUICK_REPLICATIONS = 500, 4
"""Size of the first answer: people, and replications. Our assumption: some tenths of a second on two cores."""
FEWEST_WORKERS = 2
"""Below two the work would be done in the process that serves the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What there is so far.

    Attributes
    ----------
    quick
        True: from the small market.
    done, planned
        Replications of what was asked for that are finished, and how many are wanted.
    comparison
        What they say; None when there is nothing to say that was not said before (progress only).
    """

    quick: bool
    done: int
    planned: int
    comparison: Comparison | None = None

    @property
    def final(self) -> bool:
        """True when this is all that was asked for: the same as `compare`."""
        return not self.quick and self.comparison is not None and self.done == self.planned


@dataclass(slots=True)
class _Gathered:
    """Runs of one market by replication, and up to which replication they are complete."""

    loaded: LoadedScenario
    runs: dict[int, list[Run]] = field(default_factory=dict)

    @property
    def complete(self) -> int:
        """Replications 0 to this, without a gap."""
        return next(number for number in range(len(self.runs) + 1) if number not in self.runs)

    def compared(self, count: int) -> Comparison:
        """What `compare` makes of the first `count` replications."""

        def stored(arms: Mapping[str, Scenario], *, replication: int, **_options: object) -> list[Run]:
            return self.runs[replication]

        return compare(self.loaded, replications=count, workers=1, runner=stored)


class Explorer:
    """Workers that stay warm between requests; one request at a time, the newest wins.

    Parameters
    ----------
    workers
        Processes, at least `FEWEST_WORKERS`.
    ask
        What lives a replication; for tests.
    """

    def __init__(self, *, workers: int, ask: Ask = lived_arms) -> None:
        self._drawing = threading.Lock()
        # Without a lock between processes: this one writes, and a worker that reads late reads again a week later.
        self._newest = multiprocessing.get_context("spawn").Value("q", 0, lock=False)
        self._task, self._workers = Worker(newest=self._newest, ask=ask), max(FEWEST_WORKERS, workers)
        self._crew = self._hired()

    def _hired(self) -> Crew[Piece, list[Run] | None]:
        return Crew(self._task, workers=self._workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.cancel()
        self._crew.__exit__(*error)

    def cancel(self) -> int:
        """End whatever is under way; returns the ticket of the next request. May be called from any thread."""
        with self._drawing:
            self._newest.value += 1
            return int(self._newest.value)

    def answers(self, loaded: LoadedScenario, *, ticket: int) -> Generator[Answer]:
        """Yield what is known so far, again and again, to the last replication or until a newer ticket is drawn.

        Parameters
        ----------
        loaded
            The scenario to compare; all its arms.
        ticket
            What `cancel` returned for this request.

        Raises
        ------
        WorkerLost
            If a worker process died twice of the same replication.
        """
        planned = loaded.scenario.horizon.replications
        people = loaded.scenario.horizon.population
        gathered = {False: _Gathered(loaded)}
        if people >= 2 * QUICK_PEOPLE:
            gathered[True] = _Gathered(overridden(loaded, {"population": QUICK_PEOPLE}))
        shown = 0
        yield Answer(quick=True, done=0, planned=planned)
        coming = self._crew.each(self._pieces(gathered, planned, ticket), tries=2)
        try:
            for piece, runs in coming:
                if runs is None or self._newest.value != ticket:
                    continue
                of = gathered[piece.quick]
                of.runs[piece.replication] = runs
                done, ready = len(gathered[False].runs), of.complete
                if piece.quick:
                    news = shown == 0 and ready == QUICK_REPLICATIONS
                else:
                    news = ready >= _next_look(shown, planned)
                    shown = ready if news else shown
                found = of.compared(ready) if news else None
                yield Answer(quick=piece.quick, done=done, planned=planned, comparison=found)
        except Exception:  # what is still in the pipes belongs to nobody: others are hired
            self._crew.__exit__()
            self._crew = self._hired()
            raise
        finally:
            with self._drawing:
                if self._newest.value == ticket:
                    self._newest.value += 1
            for _ in coming:
                pass  # what workers are at must come home before anything else is asked of them

    def _pieces(self, gathered: Mapping[bool, _Gathered], planned: int, ticket: int) -> Iterator[Piece]:
        """What is to be lived, the quick answer first; nothing more once a newer ticket is drawn."""
        todo = [(True, number) for number in range(QUICK_REPLICATIONS if True in gathered else 0)]
        for quick, number in [*todo, *((False, number) for number in range(planned))]:
            if self._newest.value != ticket:
                return
            of = gathered[quick].loaded
            yield Piece(ticket=ticket, arms=of.arms, seed=of.scenario.horizon.seed, replication=number, quick=quick)


def _next_look(shown: int, planned: int) -> int:
    """Look as soon as something can be told, at each replication then, later at a quarter more: looking must not hold up living."""
    return min(planned, max(FEWEST_TO_TELL, shown + 1, shown * 5 // 4))

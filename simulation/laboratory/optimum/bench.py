"""A test bench for lever settings: held for good, on the same customers with the same luck, side by side, each lived once.

Burn-in runs under the settings themselves, so that what is measured is where they lead, not the way there. By the one law
(MODEL section 0) customers with held levers know nothing of incentives, information or governance, so that one bench
serves all arms that differ in these only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from simulation.analysis.best_policy import frozen_at
from simulation.analysis.parallel import Crew
from simulation.scenario.governance import Governance
from simulation.scenario.regime import Alignment, Incentives, Information, Learning, Levers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from simulation.scenario.scenario import Scenario

__all__ = ["GRAIN", "Bench", "rounded", "world_of"]

GRAIN = 0.001
"""Settings are rounded to this, so that what is written down is what was lived."""

Asked = tuple[tuple[float, ...], int]
"""Settings of all levers, and a replication."""


def rounded(settings: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return settings rounded to the grain."""
    return np.round(settings / GRAIN) * GRAIN


def world_of(scenario: Scenario, *, weeks: int, burn_in: int, population: int) -> Scenario:
    """Return what held levers act upon: the scenario without incentives, information, governance, learning and interventions."""
    size = {"weeks": weeks, "burn_in": burn_in, "population": population, "replications": 1}
    return scenario.model_copy(
        update={
            "title": "", "question": "", "source": "", "expect": "", "arms": {}, "timeline": (),
            "horizon": scenario.horizon.model_copy(update=size),
            "incentives": Incentives(), "information": Information(), "alignment": Alignment(),
            "governance": Governance(),
            "learning": Learning(rule="fixed"), "levers": Levers(),
        }
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """Lets customers live under held settings; what a worker needs for it."""

    world: Scenario
    levers: tuple[str, ...]
    seed: int

    def __call__(self, asked: Asked) -> NDArray[np.int64]:
        """Return counters summed over the weeks after burn-in [counter]."""
        from simulation.model.organization_model import OrganizationModel

        settings, replication = asked
        frozen = frozen_at(self.world, dict(zip(self.levers, settings, strict=True)))
        model = OrganizationModel(frozen, seed=self.seed, replication=replication)
        model.run()
        counts: NDArray[np.int64] = model.counts_by_week[self.world.horizon.burn_in :].sum(axis=0)
        model.let_go()
        return counts


class Bench:
    """Lives settings and remembers what came of them; used in a `with` block.

    Parameters
    ----------
    world
        As from `world_of`.
    levers
        Names of all levers, in the order of settings.
    seed
        Key of every draw, with the replication.
    workers
        Processes. What comes out does not depend on it.
    """

    def __init__(self, world: Scenario, *, levers: Sequence[str], seed: int, workers: int) -> None:
        self.world, self.levers = world, tuple(levers)
        self._lives = Lives(world=world, levers=self.levers, seed=seed)
        self._workers = workers
        self._crew: Crew[Asked, NDArray[np.int64]] | None = None
        self._seen: dict[Asked, NDArray[np.int64]] = {}

    @property
    def runs(self) -> int:
        """Runs so far."""
        return len(self._seen)

    def counts(self, settings: NDArray[np.float64], replications: Iterable[int]) -> NDArray[np.int64]:
        """Return counters [row, replication, counter] of settings [row, lever] in some replications."""
        numbers = list(replications)
        rows = [tuple(row) for row in rounded(settings).tolist()]
        asked = [(row, number) for row in rows for number in numbers]
        self._live([each for each in dict.fromkeys(asked) if each not in self._seen])
        return np.array([self._seen[each] for each in asked]).reshape(len(rows), len(numbers), -1)

    def _live(self, asked: list[Asked]) -> None:
        if self._crew is None:
            self._crew = Crew(self._lives, workers=self._workers)
        try:
            for each, counts in self._crew.each(asked):
                self._seen[each] = counts
        except BaseException:
            self.close()  # workers may still be at it; the next question gets fresh ones
            raise

    def close(self) -> None:
        """Stop the workers; they are started again when there is something to do."""
        if self._crew is not None:
            self._crew.__exit__()
            self._crew = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

"""An arm watched while it runs: a sample of its people, week by week, and whose pain is felt and caused where.

Watching reads the model's columns after each step and changes nothing: the run is the run that `compare` makes, to the bit.
Only the ledger is closed every week instead of every review, so that it can be seen filling up; its sums differ by rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.frames import LEDGER_UNIT
from simulation.analysis.run import record_of
from simulation.model import columns as at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from simulation.model.organization_model import OrganizationModel
    from simulation.record import Run
    from simulation.scenario.scenario import Scenario

__all__ = ["NOWHERE", "Lived", "Meetings", "Watched", "pars_of", "sampled", "watch", "watch_arms"]

NOWHERE = -1
"""Touchpoint of somebody who met none, or who has no open problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meetings:
    """Every encounter of the people watched, in the order in which they happened, one entry an encounter.

    week, person, touchpoint
        When, who (position in the sample) and where [int32].
    succeeded
        Whether it did what it is for.
    experience
        How it was felt [0-1].
    money
        What was paid [money].
    """

    week: NDArray[np.int32]
    person: NDArray[np.int32]
    touchpoint: NDArray[np.int32]
    succeeded: NDArray[np.bool_]
    experience: NDArray[np.float64]
    money: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A sample of people as they stand at the end of each week; arrays [week, person] unless said otherwise.

    slots
        Place of each in the market [person]. Whoever leaves the market is followed by the person who takes her place.
    segment, stage
        Positions in the scenario's segments, and in `simulation.scenario.journey.STAGES`.
    entered
        Week in which the person entered the market (negative: during burn-in): the same slot and the same week of entry
        are the same person in every arm.
    loyalty, satisfaction
        True state [0-1].
    problem
        Touchpoint at which her open problem arose; NOWHERE: none.
    meetings
        What they met.
    """

    slots: NDArray[np.int64]
    segment: NDArray[np.int32]
    stage: NDArray[np.int32]
    entered: NDArray[np.int32]
    loyalty: NDArray[np.float64]
    satisfaction: NDArray[np.float64]
    problem: NDArray[np.int32]
    meetings: Meetings


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """One arm as it was lived under our eyes.

    run
        The run's record.
    people
        The sample.
    pain
        Experience below expectation since week 0, by where it was felt and to whom it is due, up to the end of each week
        [week, touchpoint, departments + 1; one encounter spoilt from best to worst, per 1,000 people]; last: nobody known.
    """

    run: Run
    people: Watched
    pain: NDArray[np.float64]


def sampled(population: int, people: int) -> NDArray[np.int64]:
    """Return the slots of a sample, evenly spread over the market; everybody where the market is no larger.

    Which person has which slot is a matter of luck, so that an even spread is as good as a draw, and the same in all arms.

    Examples
    --------
    >>> sampled(10, 4).tolist(), sampled(3, 4).tolist()
    ([0, 2, 5, 7], [0, 1, 2])
    """
    count = min(people, population)
    return np.arange(count, dtype=np.int64) * population // count


def watch_arms(
    arms: Mapping[str, Scenario], *, seed: int, people: int = 200, pars: Mapping[str, float] | None = None
) -> dict[str, Lived]:
    """Run every arm on the same customers with the same luck, watching the same people.

    Parameters
    ----------
    arms
        Scenarios by name; all of the same size and length.
    seed
        Key of all draws; replication 0 is run.
    people
        How many are watched.
    pars
        Value of each KPI that counts as par; those of the first arm's burn-in unless given.
    """
    lived: dict[str, Lived] = {}
    for arm, scenario in arms.items():
        lived[arm] = watch(arm, scenario, seed=seed, people=people, pars=pars)
        pars = lived[arm].run.pars if pars is None else pars
    return lived


def watch(
    arm: str, scenario: Scenario, *, seed: int, people: int = 200, pars: Mapping[str, float] | None = None
) -> Lived:
    """Run one arm from burn-in to the end of its horizon, watching a sample of its people; parameters as in `watch_arms`."""
    from simulation.model.organization_model import OrganizationModel

    model = OrganizationModel(scenario, seed=seed, pars=pars, events=True)
    watcher = _Watcher(model, sampled(scenario.horizon.population, people))
    while not model.finished:
        model.step()
        if model.week > 0:
            watcher.look()
    lived = Lived(
        run=record_of(model, arm=arm, keep_customers=False), people=watcher.people(), pain=np.array(watcher.pain)
    )
    model.let_go()
    return lived


def pars_of(scenario: Scenario, *, seed: int) -> dict[str, float]:
    """Return the value of each KPI that counts as par, as a scenario's burn-in fixes it."""
    from simulation.model.organization_model import OrganizationModel

    model = OrganizationModel(scenario, seed=seed)
    while model.week < 0:
        model.step()
    pars = dict(model.organization.pars)
    model.let_go()
    return pars


class _Watcher:
    """Takes down what it sees at the end of each week."""

    def __init__(self, model: OrganizationModel, slots: NDArray[np.int64]) -> None:
        self.model, self.slots = model, slots
        self.whole: list[NDArray[np.int32]] = []
        self.real: list[NDArray[np.float64]] = []
        self.met: list[tuple[NDArray[np.int32], NDArray[np.float64]]] = []
        self.pain: list[NDArray[np.float64]] = []
        self._per = LEDGER_UNIT * 1000.0 / model.given.horizon.population

    def look(self) -> None:
        """Take down the week that has just been lived."""
        world = self.model.world
        state, log = world.engine.state, self.model.events
        self.whole.append(state.whole[[at.SEGMENT, at.STAGE, at.ENTERED, at.CASE]][:, self.slots])
        self.real.append(state.real[[at.LOYALTY, at.SATISFACTION]][:, self.slots])
        whole = log.whole[: log.used[0]]
        mine = np.isin(whole[:, 1], self.slots) & (whole[:, 2] == at.ENCOUNTERED)
        self.met.append((whole[mine], log.real[: log.used[0]][mine]))
        world.close_books()
        self.pain.append(np.asarray(-world.ledger[..., 1] * self._per, dtype=np.float64))

    def people(self) -> Watched:
        """Return all that was seen of the people."""
        segment, stage, entered, problem = np.stack(self.whole, axis=1)
        loyalty, satisfaction = np.stack(self.real, axis=1)
        burn_in = self.model.given.horizon.burn_in
        return Watched(
            slots=self.slots, segment=segment, stage=stage, entered=entered - burn_in, loyalty=loyalty,
            satisfaction=satisfaction, problem=problem, meetings=self._meetings(burn_in),
        )  # fmt: skip

    def _meetings(self, burn_in: int) -> Meetings:
        whole = np.concatenate([rows for rows, _ in self.met])
        real = np.concatenate([rows for _, rows in self.met])
        return Meetings(
            week=whole[:, 0] - burn_in,
            person=np.searchsorted(self.slots, whole[:, 1]).astype(np.int32),
            touchpoint=whole[:, 3],
            succeeded=whole[:, 4] == 1,
            experience=real[:, 0],
            money=real[:, 1],
        )

"""Small worlds: what theory speaks of, behind the same seam as the customer journey, with the very same organization.

A small world says what any settings would bring, without noise: it is an oracle, which the rational benchmark may ask. Each
department has one KPI and the company has one value; a unit of appraisal is a unit of either.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, ClassVar

import mesa
import numpy as np

from simulation.model.effects import LeverGiven
from simulation.model.letting_go import let_go
from simulation.model.metrics import KpiReader
from simulation.model.organization import Organization
from simulation.randomness import PURPOSE, luck, threefry
from simulation.rules.arithmetic import UNITS, fixed
from simulation.scenario.department import DepartmentGiven
from simulation.scenario.regime import Alignment, Incentives, Information, Learning, Levers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.model.department import Department
    from simulation.scenario.lever import Lever

__all__ = ["SmallModel", "SmallWorld"]


class SmallWorld:
    """Departments' KPIs and the company's value per person and week, with noise; a `World` and an `Oracle`.

    Counters are people, each department's KPI, and the company's value, all in fixed point. People are dealt into cells
    in exactly equal parts, each pair of (cell now, cell before) alike, so that without noise a trial shows its effect
    exactly.

    Parameters
    ----------
    departments
        Number of departments; their levers follow each other in the settings.
    population
        Number of people.
    noise
        Standard deviation of each counter per person and week; a sum over n people has sqrt(n) times that.
    value_noise
        The same of the company's value; `noise` unless given.
    run_key
        Key of the run's draws.
    cells
        Number of cells of the trial design.
    """

    levels: ClassVar[tuple[float, ...] | None] = None
    """Settings among which a best response lies; None: any in [0, 1]."""

    def __init__(
        self,
        *,
        departments: int,
        population: int,
        noise: float,
        value_noise: float | None = None,
        run_key: tuple[int, int, int],
        cells: int,
    ) -> None:
        self.departments, self.key, self.cells = departments, run_key, cells
        self.people = population / (cells * cells)
        per_person = np.full(departments + 1, noise)
        per_person[-1] = noise if value_noise is None else value_noise
        self.noise = per_person * sqrt(self.people)
        self.weeks_done = 0
        self._mean = np.zeros((cells, departments + 1))

    def per_person(self, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what settings [row, lever] bring per person and week [row, amount]: each KPI, then the value."""
        raise NotImplementedError

    def expected(self, settings: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return one week's counters without noise, were everybody under settings [row, lever] [row, counter]."""
        people = self.people * self.cells * self.cells
        counts = np.empty((len(settings), self.departments + 2), dtype=np.int64)
        counts[:, 0] = fixed(people)
        counts[:, 1:] = np.floor(self.per_person(settings) * people * UNITS + 0.5)
        return counts

    def set_levers(self, settings: NDArray[np.float64]) -> None:
        """Take over lever settings [cell, lever]."""
        self._mean = self.per_person(settings)

    def deal(self, review: int) -> None:
        """Nothing to do: people are alike, and each cell holds an equal part of each cell of the review before."""

    def week(self) -> NDArray[np.int64]:
        """Live one week; return its counters [cell of this review / of the review before, cell, counter]."""
        counters = self.departments + 2
        pairs = np.zeros((self.cells, self.cells, counters), dtype=np.int64)
        pairs[:, :, 0] = fixed(self.people)
        amounts = np.repeat((self._mean * self.people)[:, None, :], self.cells, axis=1)
        if (self.noise > 0.0).any():
            amounts += self.noise * self._luck(counters - 1)
        pairs[:, :, 1:] = np.floor(amounts * UNITS + 0.5)
        self.weeks_done += 1
        return np.stack((pairs.sum(axis=1), pairs.sum(axis=0)))

    def _luck(self, amounts: int) -> NDArray[np.float64]:
        """Return noise of standard deviation 1 [cell, cell before, amount]."""
        who = np.arange(self.cells * self.cells, dtype=np.int64)
        drawn = np.empty((len(who), amounts))
        for pair in range(0, amounts, 2):
            w0, w1, w2, w3 = threefry(*self.key, 0, who, self.weeks_done, PURPOSE["world"], pair // 2)
            drawn[:, pair] = luck(w0, w1)
            if pair + 1 < amounts:
                drawn[:, pair + 1] = luck(w2, w3)
        return drawn.reshape(self.cells, self.cells, amounts)


class SmallModel(mesa.Model):  # type: ignore[misc]
    """An organization in a small world: the very departments, trials, appraisals and learners of the reference firm.

    Parameters
    ----------
    world
        The small world.
    lever
        Every lever; each department has `levers` of them.
    bonus
        Pay for one unit of the own KPI and of the value, in points of appraisal.
    weight
        Weight of the company's value in every appraisal.
    split
        True: the value is split equally among departments; False: each is paid on all of it.
    regime
        Information regime.
    learning
        How departments learn.
    weeks
        Length of a run.

    Attributes
    ----------
    week
        Week that the next step lives.
    settings_by_week
        Settings during each week [week, lever].
    """

    def __init__(
        self,
        *,
        world: SmallWorld,
        lever: Lever,
        levers: int,
        bonus: float,
        weight: float,
        split: bool,
        regime: str,
        learning: Learning,
        weeks: int,
    ) -> None:
        super().__init__(rng=0)  # Mesa's own generator is never drawn from
        self.world = world
        names = [f"d{d}" for d in range(world.departments)]
        self.organization = Organization(
            self,
            world=world,
            run_key=world.key,
            departments={name: DepartmentGiven(name=name, kpis={f"kpi_{name}": 1.0}) for name in names},
            levers=tuple(
                LeverGiven(name=f"{department}.a{i}", department=department, given=lever)
                for department in names
                for i in range(levers)
            ),
            readers=_readers(names, bonus=bonus),
            learning=learning,
            incentives=Incentives(
                scheme="split_pool" if split else "blend", shared_weight=weight, shared_metrics={"value": 1.0}
            ),
            information=Information(regime=regime),
            alignment=Alignment(buy_in=0.0, fading=0.0, progress=0.0),
            bounds=Levers(),
            pars={"value": 0.0, **{f"kpi_{name}": 0.0 for name in names}},
        )
        self.weeks, self.week = weeks, 0
        self.settings_by_week = np.zeros((weeks, len(names) * levers))

    @property
    def departments(self) -> dict[str, Department]:
        """The departments by name."""
        return self.organization.departments

    def step(self) -> None:
        """Live one week: what is tried is set, the world lives, what happened is recorded, departments learn."""
        self.organization.begin_week(self.week)
        counts = self.world.week()
        self.settings_by_week[self.week] = self.organization.settings()
        self.organization.end_week(self.week, counts)
        self.week += 1

    def run(self) -> None:
        """Live all weeks."""
        while self.week < self.weeks:
            self.step()

    def let_go(self) -> None:
        """Free the model with its last reference; it lives no further week (see `simulation.model.letting_go`)."""
        let_go(self)


def _readers(departments: list[str], *, bonus: float) -> dict[str, KpiReader]:
    """Return readers of each own KPI and of the value; a unit of either is worth `bonus`."""

    def reader(name: str, counter: int, home: str) -> KpiReader:
        return KpiReader(
            name=name, direction=1, stretch=1.0 / bonus, numerator=((counter, 1.0),), denominator=((0, 1.0),),
            scale=1.0, home=home,
        )  # fmt: skip

    own = {f"kpi_{name}": reader(f"kpi_{name}", 1 + d, name) for d, name in enumerate(departments)}
    return {**own, "value": reader("value", 1 + len(departments), "")}

"""The linear world: what levers do is a straight line, so that the best response is known exactly.

It stands behind the same seam as the customer journey, and the same organization acts upon it. Per person and week,
department d adds g_d.a_d to its own KPI and f_d.a_d to the company's value, where a = scale x (setting - easy) are its
actions. Effects last for the week only. Theory's effort |a|^2 / 2 is the levers' own, scale^2 (setting - easy)^2 / 2.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import mesa
import numpy as np

from simulation.model.effects import LeverGiven
from simulation.model.letting_go import let_go
from simulation.model.metrics import KpiReader
from simulation.model.organization import Organization, design_cells
from simulation.randomness import PURPOSE, key, luck, threefry
from simulation.rules.arithmetic import UNITS, fixed
from simulation.rules.theory import best_action
from simulation.scenario.department import DepartmentGiven
from simulation.scenario.lever import Lever
from simulation.scenario.regime import Alignment, Incentives, Information, Learning, Levers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.model.department import Department

__all__ = ["EASY", "SCALE", "LinearModel", "LinearWorld", "directions"]

EASY = 0.5
"""The setting that is no action at all, and the starting policy."""
SCALE = 2.5
"""Action per lever unit. Best responses at a bonus up to 1 are no longer than 1: their settings lie in [0.1, 0.9]."""


def directions(levers: int, cosine: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return value f and own KPI g of one department's levers [lever], of length 1, with f.g = cosine.

    All levers matter alike to the value; the KPI overpays one half of them and underpays the other.

    Raises
    ------
    ValueError
        If the cosine is not in [-1, 1], or differs from 1 where there is a single lever.

    Examples
    --------
    >>> directions(2, 0.6)[1].round(3).tolist()
    [0.99, -0.141]
    """
    if not -1.0 <= cosine <= 1.0:
        raise ValueError(f"a cosine lies in [-1, 1], not {cosine}")
    value = np.full(levers, 1.0 / sqrt(levers))
    if levers == 1:
        if cosine != 1.0:
            raise ValueError("a single lever has cosine 1: an angle takes two")
        return value, value.copy()
    pairs = levers // 2
    across = np.zeros(levers)
    across[: 2 * pairs : 2] = 1.0 / sqrt(2 * pairs)
    across[1 : 2 * pairs : 2] = -1.0 / sqrt(2 * pairs)
    return value, cosine * value + sqrt(1.0 - cosine * cosine) * across


class LinearWorld:
    """Straight lines with noise; implements `simulation.model.organization.World`.

    Counters are people, each department's KPI, and the company's value, all in fixed point. People are dealt into cells
    in exactly equal parts, each pair of (cell now, cell before) alike, so that without noise a trial shows its effect
    exactly.

    Parameters
    ----------
    value, kpi
        f and g of a department's levers [lever], the same for every department.
    departments
        Number of departments; their levers follow each other in the settings.
    population
        Number of people.
    noise
        Standard deviation of each counter per person and week; a sum over n people has sqrt(n) times that.
    run_key
        Key of the run's draws.
    cells
        Number of cells of the trial design.
    """

    def __init__(
        self,
        *,
        value: NDArray[np.float64],
        kpi: NDArray[np.float64],
        departments: int,
        population: int,
        noise: float,
        run_key: tuple[int, int, int],
        cells: int,
    ) -> None:
        self.value, self.kpi, self.departments = value, kpi, departments
        self.key, self.cells = run_key, cells
        self.people = population / (cells * cells)
        self.noise = noise * sqrt(self.people)
        self.weeks_done = 0
        self._mean = np.zeros((cells, departments + 1))

    def set_levers(self, settings: NDArray[np.float64]) -> None:
        """Take over lever settings [cell, lever]."""
        actions = (SCALE * (settings - EASY)).reshape(len(settings), self.departments, len(self.kpi))
        own = (actions * self.kpi).sum(axis=2)
        whole = (actions * self.value).sum(axis=2).sum(axis=1)
        self._mean = np.column_stack((own, whole))

    def deal(self, review: int) -> None:
        """Nothing to do: people are alike, and each cell holds an equal part of each cell of the review before."""

    def week(self) -> NDArray[np.int64]:
        """Live one week; return its counters [cell of this review / of the review before, cell, counter]."""
        counters = self.departments + 2
        pairs = np.zeros((self.cells, self.cells, counters), dtype=np.int64)
        pairs[:, :, 0] = fixed(self.people)
        amounts = np.repeat((self._mean * self.people)[:, None, :], self.cells, axis=1)
        if self.noise > 0.0:
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


class LinearModel(mesa.Model):  # type: ignore[misc]
    """An organization in the linear world: the very departments, trials and learners of the reference firm.

    Parameters
    ----------
    departments, levers
        Number of departments, and of levers of each.
    cosine
        Cosine of the angle between value and own KPI.
    bonus
        Pay for one unit of the own KPI and of the value, in points of appraisal.
    weight
        Weight of the company's value in every appraisal.
    split
        True: the value is split equally among departments; False: each is paid on all of it.
    regime
        Information regime.
    learning
        How departments learn; they start at the setting that is no action.
    population, noise
        See `LinearWorld`.
    weeks
        Length of a run.
    seed, replication
        Key of every draw. `rng` is Mesa's word for the seed.

    Attributes
    ----------
    week
        Week that the next step lives.
    best
        Best response of each lever [lever], as a setting.
    settings_by_week
        Settings during each week [week, lever].

    Examples
    --------
    >>> model = LinearModel(departments=2, levers=2, cosine=0.6, weeks=8)
    >>> model.run()
    >>> model.week, model.best.round(3).tolist()
    (8, [0.896, 0.443, 0.896, 0.443])
    """

    def __init__(
        self,
        *,
        departments: int = 3,
        levers: int = 4,
        cosine: float = 0.7,
        bonus: float = 1.0,
        weight: float = 0.0,
        split: bool = False,
        regime: str = "pooled",
        learning: Learning | None = None,
        population: int = 5000,
        noise: float = 0.0,
        weeks: int = 208,
        seed: int = 1,
        replication: int = 0,
        rng: int | None = None,
    ) -> None:
        super().__init__(rng=0)  # Mesa's own generator is never drawn from
        learning = Learning() if learning is None else learning
        run_key = key(seed if rng is None else rng, replication)
        value, kpi = directions(levers, cosine)
        self.world = LinearWorld(
            value=value,
            kpi=kpi,
            departments=departments,
            population=population,
            noise=noise,
            run_key=run_key,
            cells=design_cells(learning, departments),
        )
        names = [f"d{d}" for d in range(departments)]
        sharers = departments if split else 1
        self.organization = Organization(
            self,
            world=self.world,
            run_key=run_key,
            departments={name: DepartmentGiven(name=name, kpis={f"kpi_{name}": 1.0}) for name in names},
            levers=_levers(names, levers),
            readers=_readers(names, bonus=bonus, sharers=sharers),
            learning=learning,
            incentives=Incentives(scheme="blend", shared_weight=weight, shared_metrics={"value": 1.0}),
            information=Information(regime=regime),
            alignment=Alignment(buy_in=0.0, fading=0.0, progress=0.0),
            bounds=Levers(),
            pars={"value": 0.0, **{f"kpi_{name}": 0.0 for name in names}},
        )
        pays = [
            best_action(float(g), float(f), bonus=bonus, weight=weight, sharers=sharers)
            for f, g in zip(value, kpi, strict=True)
        ]
        self.best = EASY + np.tile(np.array(pays), departments) / SCALE
        self.weeks, self.week = weeks, 0
        self.settings_by_week = np.zeros((weeks, departments * levers))

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


def _levers(departments: list[str], levers: int) -> tuple[LeverGiven, ...]:
    """Return the levers of all departments; effort x (setting - easy)^2 / 2 is |a|^2 / 2."""
    given = Lever(
        name="Action", low="against", high="for", start=EASY, easy=EASY, effort=SCALE * SCALE, source="Baker 2002"
    )
    return tuple(
        LeverGiven(name=f"{department}.a{i}", department=department, given=given)
        for department in departments
        for i in range(levers)
    )


def _readers(departments: list[str], *, bonus: float, sharers: int) -> dict[str, KpiReader]:
    """Return readers of each own KPI and of the value; a unit of it is worth `bonus`, split among the sharers."""

    def reader(name: str, counter: int, stretch: float, home: str = "") -> KpiReader:
        return KpiReader(
            name=name, direction=1, stretch=stretch, numerator=((counter, 1.0),), denominator=((0, 1.0),), scale=1.0,
            home=home,
        )  # fmt: skip

    own = {f"kpi_{name}": reader(f"kpi_{name}", 1 + d, 1.0 / bonus, name) for d, name in enumerate(departments)}
    return {**own, "value": reader("value", 1 + len(departments), sharers / bonus)}

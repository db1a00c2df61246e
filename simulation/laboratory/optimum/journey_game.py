"""The customer journey as a game: what a single owner and what each department would make of the levers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.attainable import learnable
from simulation.laboratory.optimum.game import effort_of, worth_to
from simulation.laboratory.optimum.objectives import price_of_effort
from simulation.model.appraisal import Appraisals
from simulation.model.effects import levers_of
from simulation.model.layout import layout_of
from simulation.model.metrics import company_metrics, readers_of
from simulation.model.scorecards import KpiTable
from simulation.scenario.names import DATA_LEVER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from simulation.laboratory.optimum.bench import Bench
    from simulation.laboratory.optimum.objectives import Objective
    from simulation.scenario.kpi import Kpi
    from simulation.scenario.lever import Lever
    from simulation.scenario.scenario import Scenario

__all__ = ["JourneyGame", "as_at_the_end", "owners_bounds", "owners_levers", "start_of"]

SURVEY = frozenset({"csat", "csat_answers", "overall", "answers", "promoters", "detractors", "nps_points"})
"""Counters of survey answers."""
COACHING = "coaching"
"""The coefficient of a touchpoint that moves survey answers about it and nothing else."""


def start_of(scenario: Scenario) -> NDArray[np.float64]:
    """Return the starting policy [lever], without mandates: from it pars are taken.

    A random starting policy differs from replication to replication; its middle is taken.
    """
    given = scenario.learning.start_policy
    middle = scenario.learning.start in {"midpoint", "random"}
    return np.array(
        [given.get(lever.name, 0.5 if middle else float(lever.given.start)) for lever in levers_of(scenario)]
    )


def as_at_the_end(arm: Scenario) -> Scenario:
    """Return an arm with incentives and bounds as its interventions leave them in the last week."""
    week = arm.horizon.weeks - 1
    for change in arm.timeline:
        if change.start <= week and (change.end is None or week < change.end):
            arm = arm.model_copy(
                update={"incentives": change.incentives or arm.incentives, "levers": change.levers or arm.levers}
            )
    return arm


def owners_levers(arms: Sequence[Scenario]) -> tuple[int, ...]:
    """Return the levers that an owner chooses, by position.

    Those that departments may learn and that not every arm holds at one and the same setting: what is held alike everywhere
    belongs to the setting. Levers that only talk up survey answers are left at what costs no effort, for nothing that an
    owner may want (`simulation.laboratory.optimum.objectives`) hears those.
    """
    levers = levers_of(arms[0])
    held = [{_held(arm, lever.name) for arm in arms} for lever in levers]
    return tuple(
        i
        for i, lever in enumerate(levers)
        if lever.given.learned
        and not _talks_only(arms[0], lever.name, lever.given)
        and (len(held[i]) > 1 or None in held[i])
    )


def owners_bounds(arms: Sequence[Scenario]) -> NDArray[np.float64]:
    """Return the owner's lowest and highest setting of each lever [lever, 2]: a limit holds where every arm has it."""
    limits = np.array([[_limits(arm, lever.name) for lever in levers_of(arm)] for arm in arms])
    return np.column_stack((limits[..., 0].min(axis=0), limits[..., 1].max(axis=0)))


def _held(arm: Scenario, lever: str) -> float | None:
    hold = arm.levers.hold
    found = hold.get(lever, hold.get("*." + lever.partition(".")[2]))
    return None if found is None else float(found)


def _limits(arm: Scenario, lever: str) -> tuple[float, float]:
    limit = arm.levers.limit
    low, high = limit.get(lever, limit.get("*." + lever.partition(".")[2], (0.0, 1.0)))
    return float(low), float(high)


def _talks_only(scenario: Scenario, name: str, lever: Lever) -> bool:
    """Whether all that a lever does is to talk survey answers up."""
    joint = any(name in each.levers for each in scenario.joint_effects.values())
    moved = {coefficient for effects in lever.effects.values() for coefficient in effects}
    return moved == {COACHING} and not joint


def _hears_surveys(kpi: Kpi) -> bool:
    return any(counter.partition("@")[0] in SURVEY for counter in (*kpi.numerator, *kpi.denominator))


class JourneyGame:
    """One arm of a scenario on a bench.

    Pars are each KPI's value under the starting policy, replication by replication, on the same customers: it stands at score 0.

    Parameters
    ----------
    arm
        Its incentives and bounds in its last week count. Councils, buy-in and what can be seen do not: this is what is paid.
    bench
        Where settings are lived.
    objective
        What the owner wants.
    owner
        Levers that the owner chooses.
    replications
        Those over which values and pay-offs are means.
    """

    def __init__(
        self, arm: Scenario, *, bench: Bench, objective: Objective, owner: tuple[int, ...], replications: Iterable[int]
    ) -> None:
        self.arm, self.bench, self.objective = as_at_the_end(arm), bench, objective
        self.owner, self.replications = owner, tuple(replications)
        self._given = levers_of(self.arm)
        self.levers = tuple(lever.name for lever in self._given)
        self.layout = layout_of(bench.world)
        readers = readers_of(self.arm, self.layout)
        self._kpis = KpiTable(readers)
        departments = self.arm.departments
        self._appraisals = Appraisals(
            self._kpis, readers=readers, departments=departments, incentives=self.arm.incentives, run_key=(0, 0, 0)
        )
        self._mine = {
            name: tuple(i for i, lever in enumerate(self._given) if lever.department == name) for name in departments
        }
        self.players = {name: self._free(name) for name in departments}
        self.bounds = np.array([_limits(self.arm, name) for name in self.levers])
        self._par_at = start_of(self.arm)
        self._known_pars: dict[int, dict[str, float]] = {}

    @property
    def start(self) -> NDArray[np.float64]:
        """The starting policy under the arm's mandates and limits [lever]; who is paid on no survey talks none up."""
        free = {i for mine in self.players.values() for i in mine}
        return self._start(at_ease=[i for i in self._talk if i not in free])

    @property
    def owners_start(self) -> NDArray[np.float64]:
        """The starting policy as an owner takes it over: nobody talks surveys up."""
        return self._start(at_ease=self._talk)

    @property
    def _talk(self) -> list[int]:
        """Levers that only talk surveys up, and that nobody holds, by position."""
        return [
            i
            for i, lever in enumerate(self._given)
            if lever.given.learned
            and _held(self.arm, lever.name) is None
            and _talks_only(self.arm, lever.name, lever.given)
        ]

    def _start(self, *, at_ease: Sequence[int]) -> NDArray[np.float64]:
        settings = self._par_at.copy()
        settings[list(at_ease)] = [float(self._given[i].given.easy) for i in at_ease]
        settings = np.clip(settings, self.bounds[:, 0], self.bounds[:, 1])
        for i, lever in enumerate(self._given):
            held = _held(self.arm, lever.name)
            settings[i] = settings[i] if held is None else held
        return settings

    # -- a game ----------------------------------------------------------------------------------------------------

    def value(self, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        means: NDArray[np.float64] = self.values(settings, self.replications).mean(axis=1)
        return means

    def payoff(self, player: str, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        means: NDArray[np.float64] = self.payoffs(player, settings, self.replications).mean(axis=1)
        return means

    # -- replication by replication ----------------------------------------------------------------------------------

    def values(self, settings: NDArray[np.float64], replications: Iterable[int]) -> NDArray[np.float64]:
        """Return what settings [row, lever] are worth to the owner [row, replication]."""
        return np.array([[self.objective.of(each) for each in row] for row in self.figures(settings, replications)])

    def figures(self, settings: NDArray[np.float64], replications: Iterable[int]) -> list[list[dict[str, float]]]:
        """Return the firm's mean weekly figures, effort [money per 1,000 people a week] among them, by row and replication."""
        counts = self.bench.counts(settings, replications)
        rows = []
        for row, lived in zip(settings, counts, strict=True):
            effort = {"effort": self._effort_in_money(row)}
            metrics = company_metrics(self.layout, lived, np.zeros(len(lived)))
            rows.append([{name: float(of[r]) for name, of in metrics.items()} | effort for r in range(len(lived))])
        return rows

    def payoffs(self, player: str, settings: NDArray[np.float64], replications: Iterable[int]) -> NDArray[np.float64]:
        """Return a department's appraisal worth net of its effort [row, replication], in points."""
        numbers = tuple(replications)
        counts = self.bench.counts(settings, numbers)
        pars = [self._pars(number) for number in numbers]
        net = np.empty(counts.shape[:2])
        for i, row in enumerate(settings):
            effort, data = self._effort(player, row), self._shared_data(row)
            for r, par in enumerate(pars):
                standings = self._appraisals.standings(counts[i, r], par, data)
                net[i, r] = worth_to(player, standings, self._appraisals) - effort
        return net

    def _pars(self, replication: int) -> dict[str, float]:
        """Return the value of each KPI that counts as par in a replication."""
        if replication not in self._known_pars:
            counts = self.bench.counts(self._par_at[None], [replication])[0]
            values = self._kpis.values(counts)[0].tolist()
            self._known_pars[replication] = dict(zip(self._kpis.names, values, strict=True))
        return self._known_pars[replication]

    def _effort(self, department: str, settings: NDArray[np.float64]) -> float:
        mine = self._mine[department]
        return effort_of(settings[list(mine)].tolist(), [self._given[i].given for i in mine])

    def _effort_in_money(self, settings: NDArray[np.float64]) -> float:
        total = 0.0
        for name, department in self.arm.departments.items():
            total += self._effort(name, settings) * price_of_effort(department)
        return total

    def _shared_data(self, settings: NDArray[np.float64]) -> Mapping[str, float]:
        shared = dict.fromkeys(self.players, 0.0)
        for lever, setting in zip(self._given, settings.tolist(), strict=True):
            if lever.name.partition(".")[2] == DATA_LEVER:
                shared[lever.department] = setting
        return shared

    # -- who moves what ----------------------------------------------------------------------------------------------

    def _free(self, department: str) -> tuple[int, ...]:
        """Return a department's free levers; talking up surveys only where it is paid on one, else it stays at ease."""
        hears = self._paid_on_surveys(department)
        mine = {} if self.arm.levers.frozen else learnable(self.arm, department)
        return tuple(
            self.levers.index(name) for name, lever in mine.items() if hears or not _talks_only(self.arm, name, lever)
        )

    def _paid_on_surveys(self, department: str) -> bool:
        """Whether a survey is heard in a department's appraisal, or in that of anybody it competes with."""
        paid, departments = self.arm.incentives, self.arm.departments
        terms = self._appraisals.terms(department)
        counted = set(departments) if terms.payoff == "tournament" else {department}
        cards = [paid.charges.get(name, {}) for name in counted]
        cards += [paid.own_kpis.get(name, departments[name].kpis) for name in counted]
        if terms.scheme == "gate" or (terms.scheme != "own" and terms.weight > 0.0) or len(counted) > 1:
            cards.append(paid.shared_metrics)
        return any(_hears_surveys(self.arm.kpis[name]) for card in cards for name in card)

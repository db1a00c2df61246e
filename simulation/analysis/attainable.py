"""What a department could attain for itself: its best response, found by trying, with all others at the start.

Settings are held for a whole run, everything else stays as it was, and customers and their luck are the same in every
run, so that a difference in appraisal is the settings' own. A coordinate search over a few settings finds the
department's best policy net of effort; each lever's profile there says what any other setting would lose.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.best_policy import coordinate_search
from simulation.model.appraisal import Appraisals
from simulation.model.layout import layout_of
from simulation.model.metrics import readers_of
from simulation.model.scorecards import KpiTable
from simulation.randomness import key
from simulation.rules.incentive import Scores, appraise, effort_cost, worth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from simulation.scenario.lever import Lever
    from simulation.scenario.scenario import Scenario

__all__ = ["GRID", "Attainable", "Trier", "learnable", "search"]

GRID = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Settings tried for each lever."""


def learnable(scenario: Scenario, department: str) -> dict[str, Lever]:
    """Return the levers that a department may move, by `department.lever`: learned ones that nobody holds."""
    levers = {**scenario.departments[department].levers, **scenario.every_department}
    held = scenario.levers.hold
    return {
        f"{department}.{name}": lever
        for name, lever in levers.items()
        if lever.learned and f"{department}.{name}" not in held and f"*.{name}" not in held
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Attainable:
    """A department's best response and what every lever's other settings would lose.

    Attributes
    ----------
    levers
        Names as `department.lever`.
    start, best
        Settings [lever].
    gain
        Appraisal net of effort at the best response less that at the start [points].
    gross
        Appraisal before effort [lever, grid], each lever on its own moved away from the best response.
    easy, effort
        Of each lever [lever].
    """

    department: str
    levers: tuple[str, ...]
    start: tuple[float, ...]
    best: tuple[float, ...]
    gain: float
    grid: tuple[float, ...]
    gross: tuple[tuple[float, ...], ...]
    easy: tuple[float, ...]
    effort: tuple[float, ...]

    def loss(self, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what settings [..., lever] lose against the best response, lever by lever [points]."""
        lost = np.empty(settings.shape)
        for i, gross in enumerate(self.gross):
            at_best = self._net(i, gross, np.asarray(self.best[i]))
            lost[..., i] = at_best - self._net(i, gross, settings[..., i])
        return lost

    def _net(self, lever: int, gross: tuple[float, ...], setting: NDArray[np.float64]) -> NDArray[np.float64]:
        away = setting - self.easy[lever]
        return np.asarray(np.interp(setting, self.grid, gross) - self.effort[lever] * away * away / 2.0)

    @property
    def worth(self) -> float:
        """What the start loses against the best response, lever by lever [points]; `gain` but for interactions."""
        return float(self.loss(np.array(self.start)).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What one run leaves to be appraised: counters [counter], pars, and how far each department shared its data [0-1]."""

    counts: NDArray[np.int64]
    pars: Mapping[str, float]
    shared_data: Mapping[str, float]


@dataclass(slots=True, kw_only=True)
class Trier:
    """Tries settings of one department on the scenario's customers, and remembers what it has seen.

    What customers do does not depend on who is paid for what while levers are held, so one trier serves every arm that
    differs in incentives or information only.
    """

    scenario: Scenario
    department: str
    seed: int
    population: int
    burn_in: int
    weeks: int
    replications: int
    _seen: dict[tuple[float, ...], list[Lived]] = field(default_factory=dict)

    def standings(self, settings: Mapping[str, float], appraisals: Appraisals) -> dict[str, Scores]:
        """Return how every department stands [points] under held settings, over the second half of the weeks."""
        at = tuple(settings.values())
        if at not in self._seen:
            self._seen[at] = [self._run(settings, replication) for replication in range(self.replications)]
        each = [appraisals.standings(lived.counts, lived.pars, lived.shared_data) for lived in self._seen[at]]
        return {name: _mean([standings[name] for standings in each]) for name in appraisals.names}

    def _run(self, settings: Mapping[str, float], replication: int) -> Lived:
        from simulation.model.organization_model import OrganizationModel

        given = self.scenario
        fixed = given.model_copy(
            update={
                "learning": given.learning.model_copy(update={"rule": "fixed"}),
                "levers": given.levers.model_copy(update={"hold": {**given.levers.hold, **settings}}),
            }
        )
        model = OrganizationModel(
            fixed,
            seed=self.seed,
            replication=replication,
            population=self.population,
            burn_in=self.burn_in,
            weeks=self.weeks,
        )
        model.run()
        lived = Lived(
            counts=model.counts_by_week[self.burn_in + self.weeks // 2 :].sum(axis=0),
            pars=dict(model.organization.pars),
            shared_data={name: department.shared_data for name, department in model.departments.items()},
        )
        model.let_go()
        return lived


def _mean(scores: list[Scores]) -> Scores:
    own, shared, added = (sum(column) / len(scores) for column in zip(*scores, strict=True))
    return Scores(own, shared, added)


def _appraisals(arm: Scenario, seed: int) -> Appraisals:
    """Return the scorecards of an arm's departments."""
    readers = readers_of(arm, layout_of(arm))
    return Appraisals(
        KpiTable(readers), readers=readers, departments=arm.departments, incentives=arm.incentives, run_key=key(seed, 0)
    )


def _worth(standings: Mapping[str, Scores], department: str, appraisals: Appraisals) -> float:
    """Return what a department's standing is worth to it, charges, reward for sharing and rivals included."""
    terms = appraisals.terms(department)
    if terms.payoff == "tournament":
        others = [appraise(standings[name], appraisals.terms(name)) for name in appraisals.names if name != department]
        terms = replace(terms, rivals=sum(others) / len(others) if others else 0.0)
    return worth(standings[department], terms)


def search(trier: Trier, *, arm: Scenario, grid: tuple[float, ...] = GRID) -> Attainable:
    """Return a department's best response under an arm's incentives, all others at the start.

    Parameters
    ----------
    trier
        Tries the settings.
    arm
        Its incentives say what standings are worth, all that `simulation.model.appraisal` knows but for limited attention, which
        is the noise of single reviews. Rivals of a tournament stand where the same run leaves them.
    grid
        Settings tried, ascending, besides each lever's start.
    """
    levers = learnable(arm, trier.department)
    start = {name: float(lever.start) for name, lever in levers.items()}
    appraisals = _appraisals(arm, trier.seed)

    def gross(settings: Mapping[str, float]) -> float:
        return _worth(trier.standings(settings, appraisals), trier.department, appraisals)

    def net(settings: Mapping[str, float]) -> float:
        effort = sum(effort_cost(settings[name], lever.easy, lever.effort) for name, lever in levers.items())
        return gross(settings) - effort

    best, highest = coordinate_search(net, start, levels=grid)
    return Attainable(
        department=trier.department,
        levers=tuple(levers),
        start=tuple(start.values()),
        best=tuple(best.values()),
        gain=highest - net(start),
        grid=grid,
        gross=tuple(tuple(gross({**best, name: value}) for value in grid) for name in levers),
        easy=tuple(lever.easy for lever in levers.values()),
        effort=tuple(lever.effort for lever in levers.values()),
    )

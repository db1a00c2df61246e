"""The model: an organization whose departments learn, and the world that they act upon."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import mesa
import numpy as np

from simulation.model.customers import Customers
from simulation.model.department import Department, LeverInUse, Trial
from simulation.model.effects import levers_of
from simulation.model.layout import layout_of
from simulation.model.metrics import readers_of
from simulation.model.trials import cells_needed, halves
from simulation.model.world import JourneyWorld
from simulation.randomness import PURPOSE, key, threefry, uniform
from simulation.rules.incentive import SCHEMES, pay, score
from simulation.rules.information import REGIMES, Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from simulation.model.world import Engine
    from simulation.scenario.regime import Incentives, Information, Levers
    from simulation.scenario.scenario import Scenario

__all__ = ["EngineName", "OrganizationModel"]

EngineName = Literal["compiled", "plain"]


class OrganizationModel(mesa.Model):  # type: ignore[misc]
    """One firm and its customers, a week at a time.

    Parameters
    ----------
    scenario
        The scenario, a mapping like a scenario file, or the name or path of one (its first arm).
    seed, replication
        Key of every draw; the scenario's seed and 0 unless given.
    engine
        `compiled` (columns and a kernel) or `plain` (one Mesa agent a customer); the same bits.
    threads
        Threads of the compiled engine; the results do not depend on it.
    pars
        Value of each KPI that counts as par; measured over the last half of burn-in unless given.

    Attributes
    ----------
    week
        Week that the next step lives; negative during burn-in.
    departments
        The departments by name.
    customers
        Everybody in the market, as columns with an AgentSet's manners.

    Examples
    --------
    >>> model = OrganizationModel("baseline", population=200, burn_in=4, weeks=2)
    >>> model.step()
    >>> model.week
    -3
    """

    def __init__(
        self,
        scenario: Scenario | Mapping[str, Any] | str = "baseline",
        *,
        seed: int | None = None,
        replication: int = 0,
        engine: EngineName = "compiled",
        threads: int = 1,
        pars: Mapping[str, float] | None = None,
        rng: int | None = None,
        **horizon: int,
    ) -> None:
        super().__init__(rng=0)
        self.given = _given(scenario, horizon)
        chosen = seed if seed is not None else rng
        self.run_seed = self.given.horizon.seed if chosen is None else chosen
        self.replication = replication
        self.week = -self.given.horizon.burn_in
        self.layout = layout_of(self.given)
        self.readers = readers_of(self.given, self.layout)
        per_department = self.given.learning.levers_at_a_time
        cells = cells_needed(per_department * len(self.given.departments))
        self._columns = {
            name: list(range(1 + d * per_department, 1 + (d + 1) * per_department))
            for d, name in enumerate(self.given.departments)
        }
        self._halves = halves(cells)
        self.world = JourneyWorld(
            self.given, layout=self.layout, seed=self.run_seed, replication=replication, cells=cells,
            engine=self._engine(engine, threads),
        )  # fmt: skip
        self.lever_names = tuple(lever.name for lever in levers_of(self.given))
        self.departments = self._make_departments()
        self.pars = dict(pars) if pars is not None else {}
        self._start_bookkeeping(cells)

    # -- building ------------------------------------------------------------------------------------------------

    def _engine(self, engine: EngineName, threads: int) -> Engine:
        run_key = key(self.run_seed, self.replication)
        if engine == "plain":
            from simulation.model.customer import PlainEngine

            return PlainEngine(self, layout=self.layout, run_key=run_key)
        from simulation.model.compiled import CompiledEngine

        return CompiledEngine(self.given, layout=self.layout, run_key=run_key, threads=threads)

    def _make_departments(self) -> dict[str, Department]:
        mine: dict[str, list[tuple[int, Any, float]]] = {name: [] for name in self.given.departments}
        for index, lever in enumerate(levers_of(self.given)):
            mine[lever.department].append((index, lever, self._start_of(index, lever.name, lever.given.start)))
        return {name: Department(self, name=name, levers=levers) for name, levers in mine.items()}

    def _start_of(self, index: int, name: str, given: float) -> float:
        """Return the setting of a lever under the starting policy."""
        learning = self.given.learning
        if name in learning.start_policy:
            return float(learning.start_policy[name])
        if learning.start == "midpoint":
            return 0.5
        if learning.start == "random":
            word, _, _, _ = threefry(*key(self.run_seed, self.replication), 0, index, 0, PURPOSE["policy"], 0)
            return float(uniform(word))
        return float(given)

    def _start_bookkeeping(self, cells: int) -> None:
        horizon, width = self.given.horizon, self.layout.counters
        self.counts_by_week = np.zeros((horizon.burn_in + horizon.weeks, width), dtype=np.int64)
        self.settings_by_week = np.zeros((horizon.weeks, len(self.lever_names)))
        self.scores_by_week = np.zeros((horizon.weeks, len(self.departments)))
        self.bonus_by_week = np.zeros((horizon.weeks, len(self.departments)))
        self.waits_by_week = np.zeros((horizon.weeks, len(self.layout.touchpoints)))
        self._review = 0
        self._trials: list[Trial] = []
        self._before: list[Trial] = []
        self._counts = np.zeros((2, cells, width), dtype=np.int64)
        self._young: NDArray[np.int64] = np.zeros((cells, width), dtype=np.int64)
        self._shared_scores: list[dict[str, float]] = [dict.fromkeys(self.departments, 0.0)]
        self._apply_settings()
        self.world.deal(0)

    # -- a week --------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """Live one week.

        The order: new rules apply before anybody acts (`_set_regime`); departments then choose what to try, since trials
        last for a whole review; the world lives the week; what happened is recorded; at the end of a review departments are
        appraised and paid, and learn from trials that have matured.
        """
        if self.week >= 0:
            self._set_regime()
            if self.week % self.given.learning.review_weeks == 0:
                self._plan_trials()
        counts = self.world.week()
        self._record(counts)
        self.week += 1
        if self.week == 0:
            self._end_burn_in()
        elif self.week > 0 and self.week % self.given.learning.review_weeks == 0:
            self._hold_review()

    @property
    def finished(self) -> bool:
        """True when the horizon has been lived."""
        return self.week >= self.given.horizon.weeks

    def run(self) -> None:
        """Live all weeks of the horizon."""
        while not self.finished:
            self.step()
        self.world.close_books()

    def _set_regime(self) -> None:
        """Take over incentives, information and mandates of this week: the scenario's, or an intervention's."""
        self.incentives: Incentives = self.given.incentives
        self.information: Information = self.given.information
        bounds: Levers = self.given.levers
        for change in self.given.timeline:
            if change.start <= self.week and (change.end is None or self.week < change.end):
                self.incentives = change.incentives or self.incentives
                self.information = change.information or self.information
                bounds = change.levers or bounds
        self.frozen = bounds.frozen
        moved = False
        for department in self.departments.values():
            for lever in department.levers:
                moved |= self._hold(lever, bounds)
        if moved:
            self._apply_settings()

    def _hold(self, lever: LeverInUse, bounds: Levers) -> bool:
        """Apply mandates to a lever; a frozen lever does not move, whatever is mandated."""
        name = lever.given.name
        held = bounds.hold.get(name, bounds.hold.get("*." + name.partition(".")[2]))
        lever.held = bounds.frozen or held is not None
        if held is None or bounds.frozen or lever.setting == held:
            return False
        lever.setting = float(held)
        return True

    def _plan_trials(self) -> None:
        self._trials = []
        if not self.frozen:
            for name, department in self.departments.items():
                self._trials += department.plan(self._columns[name])
        self._apply_settings()
        self.world.deal(self._review + 1)

    def _apply_settings(self) -> None:
        """Send every cell's settings to the world: control everywhere, the tried setting in each trial's half."""
        cells = self._halves.shape[1]
        settings = np.empty((cells, len(self.lever_names)))
        for department in self.departments.values():
            for lever in department.levers:
                settings[:, lever.index] = lever.setting
        for trial in self._trials:
            if not trial.lever.held:
                settings[self._halves[trial.column], trial.lever.index] = trial.tried
        self.world.set_levers(settings)

    def _record(self, counts: NDArray[np.int64]) -> None:
        self.counts_by_week[self.week + self.given.horizon.burn_in] = counts[0].sum(axis=0)
        if self.week < 0:
            return
        self._counts += counts
        for d, department in enumerate(self.departments.values()):
            self.scores_by_week[self.week, d] = department.appraisal
            self.bonus_by_week[self.week, d] = self._bonus(department)
            for lever in department.levers:
                self.settings_by_week[self.week, lever.index] = lever.setting
        self.waits_by_week[self.week] = self.world.waits[0]

    def _bonus(self, department: Department) -> float:
        """Return a week's bonus of a department [money]: its pay for the last appraisal."""
        full = self.given.departments[department.name].bonus * self.given.horizon.population / 1000.0
        return full * pay(department.appraisal)

    # -- burn-in and reviews -------------------------------------------------------------------------------------

    def _end_burn_in(self) -> None:
        """Fix par at what the starting policy brings, and open the ledger."""
        burn_in = self.given.horizon.burn_in
        last_half = self.counts_by_week[burn_in - burn_in // 2 : burn_in].sum(axis=0)
        for name, reader in self.readers.items():
            self.pars.setdefault(name, reader.value(last_half))
        self.world.restart_ledger()

    def _hold_review(self) -> None:
        """Appraise and pay every department; let it learn from the trials of the review before, which have matured."""
        overall = self._counts[0].sum(axis=0)
        shared = {}
        for name, department in self.departments.items():
            weight = self._weight(name)
            own = self._own_score(name, overall)
            shared[name] = self._shared_score(overall)
            department.score = own
            department.appraisal = SCHEMES[self.incentives.scheme](own, shared[name], weight)
        self._shared_scores.append(shared)
        matured = self._young + self._counts[1]
        for trial in self._before:
            self._judge(trial, matured)
        self._before, self._trials = self._trials, []
        self._young = self._counts[0].copy()
        self._counts[:] = 0
        self._review += 1

    def _weight(self, department: str) -> float:
        given = self.incentives
        return float(given.shared_weight_by_department.get(department, given.shared_weight))

    def _own_score(self, department: str, counts: NDArray[np.int64]) -> float:
        return self._score(self.given.departments[department].kpis, counts)

    def _shared_score(self, counts: NDArray[np.int64]) -> float:
        return self._score(self.incentives.shared_metrics, counts)

    def _score(self, weights: Mapping[str, float], counts: NDArray[np.int64]) -> float:
        """Return the weighted mean of scores; a KPI without any case counts as at par."""
        total, whole = 0.0, 0.0
        for name, weight in weights.items():
            reader = self.readers[name]
            value = reader.value(counts)
            whole += weight
            if not (math.isnan(value) or math.isnan(self.pars[name])):
                total += weight * score(value, self.pars[name], reader.stretch, reader.direction)
        return total / whole if whole > 0.0 else 0.0

    def _judge(self, trial: Trial, matured: NDArray[np.int64]) -> None:
        """Show the department what it may see of a matured trial, and let it learn."""
        department = self.departments[trial.lever.given.department]
        half = self._halves[trial.column]
        tried, control = matured[half].sum(axis=0), matured[~half].sum(axis=0)
        name = department.name
        after = (self._shared_scores[-1][name] + self._shared_scores[-2][name]) / 2.0
        evidence = Evidence(
            own=self._own_score(name, tried) - self._own_score(name, control),
            shared_by_half=self._shared_score(tried) - self._shared_score(control),
            shared_change=after - self._shared_scores[-3][name],
        )
        own, shared = REGIMES[self.information.regime](evidence)
        department.judge(trial, SCHEMES[self.incentives.scheme](own, shared, self._weight(name)))

    # -- looking at it -------------------------------------------------------------------------------------------

    @property
    def customers(self) -> Customers:
        """Everybody in the market as columns, with the manners of Mesa's AgentSet."""
        return Customers(
            state=self.world.engine.state, layout=self.layout, burn_in=self.given.horizon.burn_in
        )

    @property
    def loyalty(self) -> float:
        """Mean loyalty of everybody who has ever bought [0-100] in the last week lived (for data collectors)."""
        return self.metric("loyalty")

    def metric(self, name: str) -> float:
        """Return a company metric or KPI of the last week lived, in its unit; nan before the first week."""
        from simulation.model.metrics import company_metrics

        lived = self.week + self.given.horizon.burn_in
        if lived == 0:
            return float("nan")
        counts = self.counts_by_week[lived - 1 : lived]
        if name in self.readers:
            return self.readers[name].value(counts[0])
        bonus = np.array([sum(self._bonus(d) for d in self.departments.values())])
        return float(company_metrics(self.layout, counts, bonus)[name][0])


def _given(scenario: Scenario | Mapping[str, Any] | str, horizon: Mapping[str, int]) -> Scenario:
    """Return the scenario to run: a frozen one as it is, else the first arm of what is named."""
    from simulation.scenario.scenario import Scenario as ScenarioClass

    if not isinstance(scenario, ScenarioClass):
        from simulation.scenario.reading import load, load_dict

        loaded = load(scenario) if isinstance(scenario, str) else load_dict(scenario)
        scenario = next(iter(loaded.arms.values()))
    if not horizon:
        return scenario
    return scenario.model_copy(update={"horizon": scenario.horizon.model_copy(update=dict(horizon))})



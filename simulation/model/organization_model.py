"""The model: an organization whose departments learn, and the customers that it acts upon."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Any, Literal

import mesa
import numpy as np

from simulation.model.customers import Customers
from simulation.model.effects import levers_of
from simulation.model.governance.bodies import bodies_of
from simulation.model.layout import counter_index, layout_of
from simulation.model.letting_go import let_go
from simulation.model.metrics import company_metrics, readers_of
from simulation.model.organization import Organization, design_cells
from simulation.model.world import JourneyWorld
from simulation.randomness import key
from simulation.rules.arithmetic import UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from simulation.model.columns import Log
    from simulation.model.decisions import Decide
    from simulation.model.department import Department
    from simulation.model.world import Engine
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
        Key of every draw; the scenario's seed and 0 unless given. `rng` is Mesa's word for the seed.
    engine
        `compiled` (columns and a kernel) or `plain` (one Mesa agent a customer); the same bits.
    threads
        Threads of the compiled engine; the results do not depend on it.
    pars
        Value of each KPI that counts as par; measured over the last half of burn-in unless given.
    events
        Whether `events` keeps what happened to whom in the last week (`simulation.model.columns.Log`).
    population, weeks, burn_in
        Other values for the scenario's horizon. Named one by one: Mesa 3.3's SolaraViz takes the name of `**` for a parameter.
    decide
        Under learning rule `human`: asked at each review, department by department, as decide(review, department, seen) ->
        {lever: setting} (see `simulation.model.decisions`).

    Attributes
    ----------
    week
        Week that the next step lives; negative during burn-in.
    departments
        The departments by name.
    customers
        Everybody in the market, as columns with an AgentSet's manners.
    datacollector
        Mesa's collector, fed by every step; give the model another one to collect more than `loyalty`.

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
        events: bool = False,
        rng: int | None = None,
        population: int | None = None,
        weeks: int | None = None,
        burn_in: int | None = None,
        decide: Decide | None = None,
    ) -> None:
        super().__init__(rng=0)  # Mesa's own generator is never drawn from
        given = {"population": population, "weeks": weeks, "burn_in": burn_in}
        self.given = _given(scenario, {name: value for name, value in given.items() if value is not None})
        chosen = seed if seed is not None else rng
        self.run_seed = self.given.horizon.seed if chosen is None else chosen
        self.replication = replication
        self.week = -self.given.horizon.burn_in
        self.layout = layout_of(self.given)
        run_key = key(self.run_seed, replication)
        cells = design_cells(self.given.learning, len(self.given.departments))
        self.world = JourneyWorld(
            self.given, layout=self.layout, run_key=run_key, cells=cells, engine=self._engine(engine, threads, events)
        )
        self.organization = Organization(
            self,
            world=self.world,
            run_key=run_key,
            departments=self.given.departments,
            levers=levers_of(self.given),
            readers=readers_of(self.given, self.layout),
            learning=self.given.learning,
            incentives=self.given.incentives,
            information=self.given.information,
            alignment=self.given.alignment,
            bounds=self.given.levers,
            timeline=self.given.timeline,
            pars=pars,
            decide=decide,
            governance=self.given.governance,
            bodies=bodies_of(self.given, self.layout, run_key),
        )
        length, departments = self.given.horizon.weeks, len(self.departments)
        self.counts_by_week = np.zeros((self.given.horizon.burn_in + length, self.layout.counters), dtype=np.int64)
        self.settings_by_week = np.zeros((length, len(self.organization.lever_names)))
        self.scores_by_week = np.zeros((length, departments))
        self.bonus_by_week = np.zeros((length, departments))
        self.waits_by_week = np.zeros((length, len(self.layout.touchpoints)))
        self._scores, self._bonus = np.zeros(departments), np.zeros(departments)
        self._take_appraisals()
        self._loyal, self._ever = (counter_index(self.layout, name) for name in ("loyalty", "ever_customers"))
        self.datacollector = mesa.DataCollector(model_reporters={"loyalty": "loyalty"})

    def _engine(self, engine: EngineName, threads: int, keeps_log: bool) -> Engine:
        run_key = key(self.run_seed, self.replication)
        if engine == "plain":
            from simulation.model.plain.engine import PlainEngine

            return PlainEngine(self, layout=self.layout, run_key=run_key, keeps_log=keeps_log)
        from simulation.model.compiled import CompiledEngine

        return CompiledEngine(self.given, layout=self.layout, run_key=run_key, threads=threads, keeps_log=keeps_log)

    def step(self) -> None:
        """Live one week.

        The order: rules and trials are set before anybody acts; the world lives the week; what happened is recorded under the
        settings that brought it about; then the organization takes it in, and at the end of a review learns. During
        burn-in the organization stands still; its end fixes the pars and opens the ledger. The end of the horizon closes
        the books and stops the model (`running`); steps beyond it do nothing.
        """
        if self.week >= self.given.horizon.weeks:
            return
        if self.week >= 0:
            self.organization.begin_week(self.week)
        counts, lived = self.world.week(), self.week
        self._record(counts)
        if self.week >= 0:
            reviews = self.organization.reviews
            self.organization.end_week(self.week, counts)
            if self.organization.reviews > reviews:
                self._take_appraisals()
        self.week += 1
        self.datacollector.collect(self)
        if lived == -1:
            self._end_burn_in()
        if self.finished:
            self.world.close_books()
            self.running = False

    @property
    def finished(self) -> bool:
        """True when the horizon has been lived."""
        return self.week >= self.given.horizon.weeks

    def run(self) -> None:
        """Live all weeks of the horizon."""
        while not self.finished:
            self.step()

    def let_go(self) -> None:
        """Free the model with its last reference; it lives no further week (see `simulation.model.letting_go`)."""
        let_go(self)

    def _record(self, counts: NDArray[np.int64]) -> None:
        self.counts_by_week[self.week + self.given.horizon.burn_in] = counts[0].sum(axis=0)
        if self.week < 0:
            return
        self.settings_by_week[self.week] = self.organization.in_force
        self.waits_by_week[self.week] = self.world.waits[0]
        self.scores_by_week[self.week] = self._scores
        self.bonus_by_week[self.week] = self._bonus

    def _take_appraisals(self) -> None:
        """Take over every department's last appraisal, and what it brings a week [money]; they stand until the next."""
        for d, (name, department) in enumerate(self.departments.items()):
            full = self.given.departments[name].bonus * self.given.horizon.population / 1000.0
            self._scores[d] = department.appraisal
            self._bonus[d] = full * self.organization.bonus_share(department)

    def _end_burn_in(self) -> None:
        burn_in = self.given.horizon.burn_in
        self.organization.fix_pars(self.counts_by_week[burn_in - burn_in // 2 : burn_in].sum(axis=0))
        self.world.restart_ledger()

    # -- looking at it -------------------------------------------------------------------------------------------

    @property
    def departments(self) -> dict[str, Department]:
        """The departments by name."""
        return self.organization.departments

    @property
    def events(self) -> Log:
        """What happened to whom in the last week lived (with `events=True`; else empty)."""
        return self.world.engine.log

    @property
    def customers(self) -> Customers:
        """Everybody in the market as columns, with the manners of Mesa's AgentSet."""
        return Customers(state=self.world.engine.state, layout=self.layout, burn_in=self.given.horizon.burn_in)

    @property
    def loyalty(self) -> float:
        """Mean loyalty of everybody who has ever bought [0-100] in the last week lived (for data collectors)."""
        lived = self.week + self.given.horizon.burn_in
        total, people = (self.counts_by_week.item(lived - 1, counter) for counter in (self._loyal, self._ever))
        return 100.0 * (total / UNITS) / people if lived > 0 and people > 0 else float("nan")

    def metric(self, name: str) -> float:
        """Return a company metric or KPI of the last week lived, in its unit; nan before the first week."""
        lived = self.week + self.given.horizon.burn_in
        if lived == 0:
            return float("nan")
        counts = self.counts_by_week[lived - 1 : lived]
        kpis = self.organization.kpis
        if name in kpis.names:
            return float(kpis.values(counts)[0, kpis.names.index(name)])
        bonus = np.array([sum(self._bonus.tolist())])
        return float(company_metrics(self.layout, counts, bonus)[name][0])


def _given(scenario: Scenario | Mapping[str, Any] | str, changes: Mapping[str, int | None]) -> Scenario:
    """Return the scenario to run: a frozen one as it is, else the first arm of what is named; with another horizon.

    Raises
    ------
    pydantic.ValidationError
        If a value of the horizon is out of its range.
    """
    from simulation.scenario.regime import Horizon
    from simulation.scenario.scenario import Scenario as ScenarioClass

    if not isinstance(scenario, ScenarioClass):
        from simulation.scenario.loading import load, load_dict

        loaded = load(scenario) if isinstance(scenario, str) else load_dict(scenario)
        scenario = next(iter(loaded.arms.values()))
    chosen = {name: index(value) for name, value in changes.items() if value is not None}
    if not chosen:
        return scenario
    return scenario.model_copy(update={"horizon": Horizon.model_validate({**scenario.horizon.model_dump(), **chosen})})

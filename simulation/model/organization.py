"""The organization: departments that are appraised, try things out and learn. It knows nothing of customers.

Through the seam pass lever settings one way and counters the other. The customer journey and the linear world stand behind the
same seam, so that published theory is checked with the very code that runs the reference firm.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np

from simulation.model.appraisal import Appraisals, as_seen
from simulation.model.best_response import Oracle, best_response
from simulation.model.decisions import People
from simulation.model.department import Department, LeverInUse, Trial
from simulation.model.scorecards import KpiTable
from simulation.model.trials import cells_needed, halves, sums_by_half
from simulation.randomness import PURPOSE, threefry, uniform
from simulation.rules.arithmetic import clip
from simulation.rules.incentive import Terms, appraise, buy_in_after, effort_cost, gain, pay, weight_in_mind, worth
from simulation.rules.information import sight_of
from simulation.scenario.names import RULES_OF_SMALL_WORLDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import mesa
    from numpy.typing import NDArray

    from simulation.model.decisions import Decide
    from simulation.model.effects import LeverGiven
    from simulation.model.governance.bodies import Bodies
    from simulation.model.metrics import KpiReader
    from simulation.scenario.department import DepartmentGiven
    from simulation.scenario.governance import Governance
    from simulation.scenario.regime import Alignment, Change, Incentives, Information, Learning, Levers

__all__ = ["Organization", "World", "design_cells"]

Key = tuple[int, int, int]
HISTORY = 3
"""Reviews whose figures are remembered: those that a trial is judged by (before it, of it, after it)."""


class World(Protocol):
    """What the organization acts upon: settings in, counters out, nothing else."""

    def set_levers(self, settings: NDArray[np.float64]) -> None:
        """Take over lever settings [cell, lever]."""

    def deal(self, review: int) -> None:
        """Put everybody into a random cell for the trials of a review."""

    def week(self) -> NDArray[np.int64]:
        """Live one week; return counters [cell of this review / of the review before, cell, counter]."""


def design_cells(learning: Learning, departments: int) -> int:
    """Return the number of cells that the trials of so many departments need."""
    return cells_needed(learning.levers_at_a_time * departments)


class Organization:
    """Departments, their incentives and what they can see.

    Parameters
    ----------
    model
        The Mesa model that the departments belong to.
    world
        What the levers act upon.
    run_key
        Key of the run's draws.
    departments, levers, readers
        The departments as given, all levers, and a reader for every KPI.
    learning, incentives, information, alignment, bounds, timeline
        The rules of the game; an intervention of the timeline replaces those in the middle.
    pars
        Value of each KPI that counts as par; those missing are set by `fix_pars`.
    decide
        Who decides under learning rule `human`, besides the scenario's decisions (see `simulation.model.decisions`).
    governance, bodies
        Governance as given (an intervention may replace it), and its bodies; None: no councils in any week.

    Attributes
    ----------
    in_force
        Control setting of every lever as the world has it [lever].
    """

    def __init__(
        self,
        model: mesa.Model,
        *,
        world: World,
        run_key: Key,
        departments: Mapping[str, DepartmentGiven],
        levers: tuple[LeverGiven, ...],
        readers: Mapping[str, KpiReader],
        learning: Learning,
        incentives: Incentives,
        information: Information,
        alignment: Alignment,
        bounds: Levers,
        timeline: tuple[Change, ...] = (),
        pars: Mapping[str, float] | None = None,
        decide: Decide | None = None,
        governance: Governance | None = None,
        bodies: Bodies | None = None,
    ) -> None:
        self.world, self.given, self.readers, self.learning = world, departments, readers, learning
        self._rules = (incentives, information, alignment, bounds)
        self._oracle = _oracle(world) if learning.rule in RULES_OF_SMALL_WORLDS else None
        self._timeline, self._governance, self.bodies = timeline, governance, bodies
        self.incentives, self.information, self.frozen = incentives, information, bounds.frozen
        self._bounds: Levers | None = None
        self._message_from = 0
        self.kpis = KpiTable(readers)
        self.alignment, self.buy_in = alignment, alignment.buy_in
        self.lever_names = tuple(lever.name for lever in levers)
        self.pars = dict(pars) if pars is not None else {}
        cells = design_cells(learning, len(departments))
        at_a_time = learning.levers_at_a_time
        self._columns = {
            name: list(range(1 + d * at_a_time, 1 + (d + 1) * at_a_time)) for d, name in enumerate(departments)
        }
        self._halves = halves(cells)
        mine: dict[str, list[tuple[int, LeverGiven, float]]] = {name: [] for name in departments}
        for index, lever in enumerate(levers):
            mine[lever.department].append((index, lever, _start_of(index, lever, learning, run_key)))
        self.departments = {
            name: Department(model, name=name, levers=own, learning=learning, run_key=run_key)
            for name, own in mine.items()
        }
        self._run_key = run_key
        self.appraisals = self._paid_by(incentives)
        self._people = People(learning, decide) if learning.rule == "human" else None
        self.reviews = 0
        self._trials: list[Trial] = []
        self._awaiting: list[Trial] = []
        self._now: NDArray[np.int64] | None = None
        self._young: NDArray[np.int64] | None = None
        self._totals: NDArray[np.int64] | None = None
        self.apply_settings()
        world.deal(0)

    # -- a week --------------------------------------------------------------------------------------------------

    def begin_week(self, week: int) -> None:
        """Take over the week's rules; at the start of a review, choose what to try.

        Rules come first, so that nobody tries a lever that has just been mandated.
        """
        self._set_rules(week)
        if self._people is not None and self._follow(self._people.choices(week, self.departments)):
            self.apply_settings()
        if week % self.learning.review_weeks == 0:
            self._trials = []
            if self.bodies is not None:
                self.bodies.bind(self, week)
            if not self.frozen:
                self._respond()
                for name, department in self.departments.items():
                    self._trials += department.plan(self._columns[name])
            self.apply_settings()
            self.world.deal(self.reviews + 1)

    def end_week(self, week: int, counts: NDArray[np.int64]) -> None:
        """Take in the week's counters; at the end of a review, appraise, and learn from matured trials."""
        if self._now is None:
            self._now = counts
        else:
            self._now += counts
        if (week + 1) % self.learning.review_weeks == 0:
            self._hold_review(self._now)
        if self.bodies is not None:
            self.bodies.end_week(self, week, counts[0].sum(axis=0))

    def trials_told(self) -> list[Trial]:
        """Return the trials of the review that is going on, or has just ended."""
        return self._trials or self._awaiting

    def settings(self) -> NDArray[np.float64]:
        """Return the control setting of every lever [lever]."""
        values = np.empty(len(self.lever_names))
        for department in self.departments.values():
            for lever in department.levers:
                values[lever.index] = lever.setting
        return values

    def bonus_share(self, department: Department) -> float:
        """Return the share of its full bonus that a department is paid a week for its last appraisal."""
        return pay(worth(department.standing, self._terms(department.name)))

    def _respond(self) -> None:
        """Let departments that know the world choose their best response, one after another.

        All at once could turn in circles; in turn they come to rest where they share one aim (Monderer & Shapley 1996).
        """
        if self._oracle is None:
            return
        for department in self.departments.values():
            free = [lever for lever in department.levers if not lever.held and lever.given.given.learned]
            start = np.array([lever.setting for lever in free])
            bounds = np.array([(lever.low, lever.high) for lever in free])
            payoff = partial(self._payoff, self._oracle, department, free)
            best = best_response(payoff, start, self._oracle.levels, bounds=bounds)
            for lever, setting in zip(free, best.tolist(), strict=True):
                lever.setting = setting

    def _payoff(
        self, oracle: Oracle, department: Department, levers: list[LeverInUse], settings: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the department's appraisal net of effort [row], its levers at settings [row, lever], others as they are."""
        everything = np.repeat(self.settings()[None], len(settings), axis=0)
        everything[:, [lever.index for lever in levers]] = settings
        shared_data = {name: each.shared_data for name, each in self.departments.items()}
        name, given = department.name, [lever.given.given for lever in levers]
        terms = self._in_mind(name)
        net = np.empty(len(settings))
        for row, counts in enumerate(oracle.expected(everything)):
            net[row] = worth(self.appraisals.standings(counts, self.pars, shared_data)[name], terms)
            for setting, lever in zip(settings[row].tolist(), given, strict=True):
                net[row] -= effort_cost(setting, lever.easy, lever.effort)
        return net

    # -- rules, mandates, settings -------------------------------------------------------------------------------

    def _set_rules(self, week: int) -> None:
        incentives, information, alignment, bounds = self._rules
        governance = self._governance
        for change in self._timeline:
            if change.start <= week and (change.end is None or week < change.end):
                incentives = change.incentives or incentives
                information = change.information or information
                alignment = change.alignment or alignment
                bounds = change.levers or bounds
                governance = change.governance or governance
        if self.bodies is not None and governance is not None:
            self.bodies.take_over(governance)
            incentives, alignment = self.bodies.incentives(incentives), self.bodies.alignment(alignment)
        if incentives is not self.incentives:
            self.incentives = incentives
            self.appraisals = self._paid_by(incentives)
        self.information, self.frozen = information, bounds.frozen
        if alignment is not self.alignment:  # a new message of leadership
            self.alignment, self.buy_in, self._message_from = alignment, alignment.buy_in, week
        elif alignment.message_every and (week - self._message_from) % alignment.message_every == 0:
            self.buy_in = max(self.buy_in, alignment.buy_in)
        if bounds is not self._bounds:
            self._bounds = bounds
            self._hold_levers(bounds)

    def _hold_levers(self, bounds: Levers) -> None:
        """Apply new mandates; they hold until other bounds come."""
        moved = [_hold(lever, bounds) for department in self.departments.values() for lever in department.levers]
        if any(moved):
            self.apply_settings()

    def _follow(self, choices: Mapping[str, float]) -> bool:
        """Set levers as people have chosen, within their limits, and say whether there was anything to set."""
        for department in self.departments.values():
            for lever in department.levers:
                if lever.given.name in choices and not lever.held:
                    lever.setting = float(clip(choices[lever.given.name], lever.low, lever.high))
        return bool(choices)

    def _paid_by(self, incentives: Incentives) -> Appraisals:
        """Make out every department's scorecards."""
        return Appraisals(
            self.kpis, readers=self.readers, departments=self.given, incentives=incentives, run_key=self._run_key
        )

    def apply_settings(self) -> None:
        """Send every cell's settings to the world: control everywhere, the tried setting in each trial's half."""
        self.in_force = self.settings()
        settings = np.empty((self._halves.shape[1], len(self.in_force)))
        settings[:] = self.in_force
        trials = [trial for trial in self._trials if not trial.lever.held]
        if trials:
            levers = np.array([trial.lever.index for trial in trials])
            tried = np.array([clip(trial.tried, trial.lever.low, trial.lever.high) for trial in trials])
            halves = self._halves[[trial.column for trial in trials]]
            settings.T[levers] = np.where(halves, tried[:, None], self.in_force[levers, None])
        self.world.set_levers(settings)

    # -- appraisal -----------------------------------------------------------------------------------------------

    def fix_pars(self, counts: NDArray[np.int64]) -> None:
        """Fix as par what the starting policy has brought [counter]; pars that were given stay."""
        for name, value in zip(self.kpis.names, self.kpis.values(counts[None])[0].tolist(), strict=True):
            self.pars.setdefault(name, value)
        if self.bodies is not None:
            self.bodies.start(counts)

    def _hold_review(self, counts: NDArray[np.int64]) -> None:
        total = counts[:1].sum(axis=1)
        if self._totals is None:  # before the first review all stood at par: so does a KPI without any case
            self._totals = np.zeros((HISTORY, total.shape[1]), dtype=np.int64)
        self._totals = np.concatenate((self._totals[1:], total))
        shared_data = {name: department.shared_data for name, department in self.departments.items()}
        before = self.shared_score
        for name, standing in self.appraisals.standings(total[0], self.pars, shared_data).items():
            self.departments[name].standing = standing
            self.departments[name].appraisal = appraise(standing, self.appraisals.terms(name))
        if self._young is not None and self._awaiting:
            self._judge(self._young + counts[1])
        self._let_buy_in_move(self.shared_score - before)
        self._awaiting, self._trials = self._trials, []
        self._young, self._now = counts[0], None
        self.reviews += 1

    def _let_buy_in_move(self, progress: float) -> None:
        """Let buy-in fade, and grow with progress on the shared metrics as far as it can be seen."""
        given = self.alignment
        fading = given.fading * (1.0 - given.role_clarity)
        self.buy_in = buy_in_after(self.buy_in, fading, given.progress, self.sight * progress)

    @property
    def shared_score(self) -> float:
        """Score of the shared metrics in the last review."""
        return next(iter(self.departments.values())).standing.shared

    @property
    def sight(self) -> float:
        """How much departments see of what their trials do elsewhere [0-1]."""
        put_in = 1.0
        if self.information.as_shared:
            put_in = _mean([department.shared_data for department in self.departments.values()])
        return sight_of(self.information.regime, put_in, self.alignment.line_of_sight)

    def _terms(self, department: str) -> Terms:
        """Return the terms of a department as things stand."""
        terms = self.appraisals.terms(department)
        if terms.payoff != "tournament":
            return terms
        others = [each.appraisal for name, each in self.departments.items() if name != department]
        return replace(terms, rivals=_mean(others))

    def _in_mind(self, department: str) -> Terms:
        """Return the terms as the department takes them to heart: buy-in and culture add to the weight that is paid."""
        terms = self._terms(department)
        return replace(terms, weight=weight_in_mind(terms.weight, self._care))

    def score(self, weights: Mapping[str, float], counts: NDArray[np.int64]) -> float:
        """Return the weighted mean score of KPIs from counters [counter]; one without any case counts as at par."""
        return float(self.kpis.scores(counts[None], self.kpis.cards([weights]), self.pars)[0, 0])

    def last_score(self, kpi: str) -> float:
        """Return how a KPI stood in the last review [points of score]; at par before the first."""
        return 0.0 if self._totals is None else self.score({kpi: 1.0}, self._totals[-1])

    def _judge(self, matured: NDArray[np.int64]) -> None:
        """Show departments what they may see of matured trials, and let them learn; counters are [cell, counter]."""
        assert self._totals is not None
        sums = sums_by_half(matured, self._halves, [trial.column for trial in self._awaiting])
        names = [self._decider(trial.lever) for trial in self._awaiting]
        attention = self.appraisals.attention(self.reviews, self._care)
        agreed = float(self.information.agreed_definitions)
        in_mind = {name: self._in_mind(name) for name in self.departments}
        effects = self.appraisals.evidence(self._totals, sums, names, self.pars, attention)
        for place, (trial, name, effect) in enumerate(zip(self._awaiting, names, effects, strict=True)):
            lever, department = trial.lever, self.departments[name]
            difference = as_seen(
                effect, sight=self._sight_of(name), agreed=agreed, run_key=self._run_key, lever=lever.index,
                review=self.reviews,
            )  # fmt: skip
            if lever.shares_data:
                reward = self.incentives.transparency_reward * (trial.tried - trial.control)
                difference = difference._replace(added=difference.added + reward)
            gained = gain(department.standing, difference, in_mind[name])
            if self.bodies is not None:
                self.bodies.saw(self, trial, gained, sums[2 * place], sums[2 * place + 1])
            department.judge(trial, gained)

    def _decider(self, lever: LeverInUse) -> str:
        """Return the department by whose appraisal a lever's trials are judged."""
        return lever.given.department if self.bodies is None else self.bodies.decider(lever)

    def _sight_of(self, department: str) -> float:
        """Return how much a department sees of what its trials do elsewhere [0-1]."""
        return self.sight if self.bodies is None else self.bodies.sight(department, self.sight)

    @property
    def _care(self) -> float:
        """Weight of shared metrics beyond what is paid [0-1]."""
        return self.buy_in if self.bodies is None else self.bodies.care(self.buy_in)


def _mean(values: Sequence[float]) -> float:
    """Return the mean, 0 of none (summed in order: Python's `sum` compensates in some versions)."""
    total = 0.0
    for value in values:
        total += value
    return total / len(values) if values else 0.0


def _oracle(world: World) -> Oracle:
    """Return the world as an oracle.

    Raises
    ------
    TypeError
        If it does not say what settings would bring.
    """
    if not isinstance(world, Oracle):
        raise TypeError(
            "a best response takes a world that says what settings would bring (`expected`): "
            f"{type(world).__name__} does not"
        )
    return world


def _hold(lever: LeverInUse, bounds: Levers) -> bool:
    """Apply mandates to a lever, and say whether it moved; a frozen lever does not, whatever is mandated."""
    name = lever.given.name
    everywhere = "*." + name.partition(".")[2]
    held = bounds.hold.get(name, bounds.hold.get(everywhere))
    lever.held = bounds.frozen or held is not None
    lever.limit = bounds.limit.get(name, bounds.limit.get(everywhere, (0.0, 1.0)))
    lever.low, lever.high = lever.limit
    if bounds.frozen:
        return False
    before = lever.setting
    lever.setting = float(clip(before, lever.low, lever.high) if held is None else held)
    return lever.setting != before


def _start_of(index: int, lever: LeverGiven, learning: Learning, run_key: Key) -> float:
    """Return the setting of a lever under the starting policy."""
    if lever.name in learning.start_policy:
        return float(learning.start_policy[lever.name])
    if learning.start == "midpoint":
        return 0.5
    if learning.start == "random":
        word, _, _, _ = threefry(*run_key, 0, index, 0, PURPOSE["policy"], 0)
        return float(uniform(word))
    return float(lever.given.start)

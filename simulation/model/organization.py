"""The organization: departments that are appraised, try things out and learn. It knows nothing of customers.

Through the seam pass lever settings one way and counters the other. The customer journey and the linear world stand behind the
same seam, so that published theory is checked with the very code that runs the reference firm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from simulation.model.department import Department, LeverInUse, Trial
from simulation.model.scorecards import KpiTable
from simulation.model.trials import cells_needed, halves, sums_by_half
from simulation.randomness import PURPOSE, threefry, uniform
from simulation.rules.incentive import SCHEMES, buy_in_after, pay, weight_in_mind
from simulation.rules.information import REGIMES, Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    import mesa
    from numpy.typing import NDArray

    from simulation.model.effects import LeverGiven
    from simulation.model.governance.bodies import Bodies
    from simulation.model.metrics import KpiReader
    from simulation.scenario.department import DepartmentGiven
    from simulation.scenario.governance import Governance
    from simulation.scenario.regime import Alignment, Change, Incentives, Information, Learning, Levers

__all__ = ["Organization", "World", "design_cells"]

Key = tuple[int, int, int]
COHORT_REVIEWS = 2
"""A cohort is followed over the review of its trial and the next, in which the trial no longer runs. What the two show
together is the effect of keeping the setting for good; their mean would be half of it, set against the whole effort."""


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
        governance: Governance | None = None,
        bodies: Bodies | None = None,
    ) -> None:
        self.world, self.given, self.readers, self.learning = world, departments, readers, learning
        self._rules = (incentives, information, alignment, bounds)
        self._timeline, self._governance, self.bodies = timeline, governance, bodies
        self.incentives, self.information, self.frozen = incentives, information, bounds.frozen
        self._bounds: Levers | None = None
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
        self._card = {name: d for d, name in enumerate(departments)}
        self._set_cards()
        self.reviews = 0
        self._trials: list[Trial] = []
        self._awaiting: list[Trial] = []
        self._now: NDArray[np.int64] | None = None
        self._young: NDArray[np.int64] | None = None
        self._shared_scores: list[float] = [0.0]
        self.apply_settings()
        world.deal(0)

    # -- a week --------------------------------------------------------------------------------------------------

    def begin_week(self, week: int) -> None:
        """Take over the week's rules; at the start of a review, choose what to try.

        Rules come first, so that nobody tries a lever that has just been mandated.
        """
        self._set_rules(week)
        if week % self.learning.review_weeks == 0:
            self._trials = []
            if self.bodies is not None:
                self.bodies.bind(self, week)
            if not self.frozen:
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

    @property
    def shared_score(self) -> float:
        """Score of the shared metrics in the last review."""
        return self._shared_scores[-1]

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
        return pay(department.appraisal)

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
            self._set_cards()
        self.information, self.frozen = information, bounds.frozen
        if alignment is not self.alignment:  # a new message of leadership
            self.alignment, self.buy_in = alignment, alignment.buy_in
        if bounds is not self._bounds:
            self._bounds = bounds
            self._hold_levers(bounds)

    def _hold_levers(self, bounds: Levers) -> None:
        """Apply new mandates; they hold until other bounds come."""
        moved = [_hold(lever, bounds) for department in self.departments.values() for lever in department.levers]
        if any(moved):
            self.apply_settings()

    def _set_cards(self) -> None:
        """Make out every department's scorecard, and the shared one as the last."""
        own = [department.kpis for department in self.given.values()]
        self._cards = self.kpis.cards([*own, self.incentives.shared_metrics])

    def apply_settings(self) -> None:
        """Send every cell's settings to the world: control everywhere, the tried setting in each trial's half."""
        self.in_force = self.settings()
        settings = np.empty((self._halves.shape[1], len(self.in_force)))
        settings[:] = self.in_force
        trials = [trial for trial in self._trials if not trial.lever.held]
        if trials:
            levers = np.array([trial.lever.index for trial in trials])
            tried = np.array([trial.tried for trial in trials])
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
        overall = self.kpis.scores(counts[:1].sum(axis=1), self._cards, self.pars)[0].tolist()
        shared = overall[-1]
        for name, department in self.departments.items():
            department.score = overall[self._card[name]]
            department.appraisal = SCHEMES[self.incentives.scheme](department.score, shared, self._weight(name))
        self._shared_scores.append(shared)
        if self._young is not None and self._awaiting:
            self._judge(self._young + counts[1])
        self._let_buy_in_move()
        self._awaiting, self._trials = self._trials, []
        self._young, self._now = counts[0], None
        self.reviews += 1

    def _let_buy_in_move(self) -> None:
        """Let buy-in fade, and grow with progress on the shared metrics where the regime lets it be seen."""
        seen = self.information.regime != "siloed"
        gain = self._shared_scores[-1] - self._shared_scores[-2] if seen else 0.0
        self.buy_in = buy_in_after(self.buy_in, self.alignment.fading, self.alignment.progress, gain)

    def _weight(self, department: str) -> float:
        given = self.incentives
        return float(given.shared_weight_by_department.get(department, given.shared_weight))

    def score(self, weights: Mapping[str, float], counts: NDArray[np.int64]) -> float:
        """Return the weighted mean score of KPIs from counters [counter]; one without any case counts as at par."""
        return float(self.kpis.scores(counts[None], self.kpis.cards([weights]), self.pars)[0, 0])

    def _judge(self, matured: NDArray[np.int64]) -> None:
        """Show departments what they may see of matured trials, and let them learn; counters are [cell, counter]."""
        sums = sums_by_half(matured, self._halves, [trial.column for trial in self._awaiting])
        scores = self.kpis.scores(sums, self._cards, self.pars).tolist()
        see, appraise = REGIMES[self.information.regime], SCHEMES[self.incentives.scheme]
        care = self.buy_in if self.bodies is None else self.bodies.care(self.buy_in)
        in_mind = {name: weight_in_mind(self._weight(name), care) for name in self.departments}
        after = (self._shared_scores[-1] + self._shared_scores[-2]) / 2.0
        change = COHORT_REVIEWS * (after - self._shared_scores[-3])
        for place, (trial, tried, control) in enumerate(zip(self._awaiting, scores[0::2], scores[1::2], strict=True)):
            name = trial.lever.given.department if self.bodies is None else self.bodies.decider(trial.lever)
            mine = self._card[name]
            # All that a review of trial has brought: the mean difference over that review and the next, times the two.
            evidence = Evidence(
                own=COHORT_REVIEWS * (tried[mine] - control[mine]),
                shared_by_half=COHORT_REVIEWS * (tried[-1] - control[-1]),
                shared_change=change,
            )
            own, shared = see(evidence)
            if self.bodies is not None:
                shared = self.bodies.sight(name, shared, evidence.shared_by_half)
            gain = appraise(own, shared, in_mind[name])
            if self.bodies is not None:
                self.bodies.saw(self, trial, gain, sums[2 * place], sums[2 * place + 1])
            self.departments[name].judge(trial, gain)


def _hold(lever: LeverInUse, bounds: Levers) -> bool:
    """Apply mandates to a lever, and say whether it moved; a frozen lever does not, whatever is mandated."""
    name = lever.given.name
    held = bounds.hold.get(name, bounds.hold.get("*." + name.partition(".")[2]))
    lever.held = bounds.frozen or held is not None
    if held is None or bounds.frozen or lever.setting == held:
        return False
    lever.setting = float(held)
    return True


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

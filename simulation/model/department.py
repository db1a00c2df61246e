"""Departments: Mesa agents that learn to do well on what they are measured on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import mesa

from simulation.randomness import PURPOSE, threefry
from simulation.rules.arithmetic import clip
from simulation.rules.incentive import PAR, effort_cost
from simulation.rules.learning import SMALLEST_MOVE, LearningRule, rule_named
from simulation.scenario.names import DATA_LEVER

if TYPE_CHECKING:
    from simulation.model.effects import LeverGiven
    from simulation.scenario.regime import Learning

__all__ = ["Department", "LeverInUse", "Trial"]


@dataclass(slots=True, kw_only=True)
class LeverInUse:
    """One lever as it stands: its setting, its learner, its limits, and whether a trial of it awaits judgement."""

    index: int
    given: LeverGiven
    setting: float
    learner: LearningRule
    held: bool = False
    pending: bool = False
    low: float = 0.0
    high: float = 1.0
    limit: tuple[float, float] = (0.0, 1.0)
    """Bounds from outside; `low` and `high` are these and what a council has agreed."""

    @property
    def shares_data(self) -> bool:
        """Whether it says how far the department puts its data into the common repository."""
        return self.given.name.partition(".")[2] == DATA_LEVER

    def propose(self) -> float:
        """Return the setting to try: the learner's, turned round where a limit is in the way."""
        proposed = self.learner.propose(self.setting)
        tried = clip(proposed, self.low, self.high)
        if tried != proposed and abs(tried - self.setting) < SMALLEST_MOVE:
            tried = clip(2.0 * self.setting - proposed, self.low, self.high)
        return float(tried)


class Trial(NamedTuple):
    """One lever tried at another setting on the half of cells given by a column of the design."""

    lever: LeverInUse
    column: int
    control: float
    tried: float


class Department(mesa.Agent):  # type: ignore[misc]
    """One department of the organization.

    Attributes
    ----------
    name
        Its key in the scenario.
    levers
        Its levers in use, in the order of the file.
    appraisal
        Last appraisal: 0 at par, 1 at stretch.
    standing
        What the appraisal was made of.
    """

    def __init__(
        self,
        model: mesa.Model,
        *,
        name: str,
        levers: list[tuple[int, LeverGiven, float]],
        learning: Learning,
        run_key: tuple[int, int, int],
    ) -> None:
        super().__init__(model)
        self.name = name
        self.levers = [
            LeverInUse(index=i, given=given, setting=start, learner=_learner(i, learning, run_key))
            for i, given, start in levers
        ]
        self.appraisal = 0.0
        self.standing = PAR
        self._next = 0

    @property
    def score(self) -> float:
        """Score of its own KPIs in the last review."""
        return self.standing.own

    @property
    def shared_data(self) -> float:
        """How far it puts its data into the common repository [0-1]; 0 where it has no lever for it."""
        return next((lever.setting for lever in self.levers if lever.shares_data), 0.0)

    def plan(self, columns: list[int]) -> list[Trial]:
        """Choose the next levers to try, in turn, one for each column of the design that the department may use."""
        trials: list[Trial] = []
        for _ in range(len(self.levers)):
            if len(trials) == len(columns):
                break
            lever = self.levers[self._next]
            self._next = (self._next + 1) % len(self.levers)
            if lever.held or lever.pending or not lever.given.given.learned:
                continue
            tried = lever.propose()
            if tried != lever.setting:
                lever.pending = True
                trials.append(Trial(lever=lever, column=columns[len(trials)], control=lever.setting, tried=tried))
        return trials

    def judge(self, trial: Trial, gain: float) -> None:
        """Learn from a matured trial; `gain` is what it was worth, in points of appraisal before effort."""
        lever = trial.lever
        lever.pending = False
        if lever.held or not lever.low <= trial.tried <= lever.high:  # mandates or limits have cut the trial short
            return
        given = lever.given.given
        effort = effort_cost(trial.tried, given.easy, given.effort) - effort_cost(
            trial.control, given.easy, given.effort
        )
        lever.setting = float(
            clip(lever.learner.judge(trial.control, trial.tried, gain - effort), lever.low, lever.high)
        )


def _learner(lever: int, learning: Learning, run_key: tuple[int, int, int]) -> LearningRule:
    """Return a learner whose first direction is a coin toss of this run."""
    word, _, _, _ = threefry(*run_key, 0, lever, 0, PURPOSE["trial"], 0)
    return rule_named(learning.rule, direction=1 if word & 1 else -1, step=learning.step, memory=learning.memory)

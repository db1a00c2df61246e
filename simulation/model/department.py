"""Departments: Mesa agents that learn to do well on what they are measured on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import mesa

from simulation.randomness import PURPOSE, threefry
from simulation.rules.arithmetic import clip
from simulation.rules.incentive import effort_cost
from simulation.rules.learning import LearningRule, rule_named

if TYPE_CHECKING:
    from simulation.model.effects import LeverGiven
    from simulation.scenario.regime import Learning

__all__ = ["Department", "LeverInUse", "Trial"]


@dataclass(slots=True, kw_only=True)
class LeverInUse:
    """One lever as it stands: its setting, its learner, and whether a trial of it awaits judgement."""

    index: int
    given: LeverGiven
    setting: float
    learner: LearningRule
    held: bool = False
    pending: bool = False
    low: float = 0.0
    high: float = 1.0


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
    score
        Score of its own KPIs in the last review.
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
        self.score = 0.0
        self._next = 0

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
            tried = float(clip(lever.learner.propose(lever.setting), lever.low, lever.high))
            if tried != lever.setting:
                lever.pending = True
                trials.append(Trial(lever=lever, column=columns[len(trials)], control=lever.setting, tried=tried))
        return trials

    def judge(self, trial: Trial, gain: float) -> None:
        """Learn from a matured trial; `gain` is the difference in appraisal before effort."""
        lever = trial.lever
        lever.pending = False
        if lever.held:
            return
        given = lever.given.given
        effort = effort_cost(trial.tried, given.easy, given.effort) - effort_cost(
            trial.control, given.easy, given.effort
        )
        judged = lever.learner.judge(trial.control, trial.tried, gain - effort)
        lever.setting = float(clip(judged, lever.low, lever.high))


def _learner(lever: int, learning: Learning, run_key: tuple[int, int, int]) -> LearningRule:
    """Return a learner whose first direction is a coin toss of this run."""
    word, _, _, _ = threefry(*run_key, 0, lever, 0, PURPOSE["trial"], 0)
    return rule_named(learning.rule, direction=1 if word & 1 else -1, step=learning.step, memory=learning.memory)

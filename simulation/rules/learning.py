"""Learning rules: how a department turns the outcome of a trial into a new lever setting.

A trial offers half of the encounters another setting; `gain` is what the department believes it would earn in
appraisal, net of its own effort, from moving there. A rule sees nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from simulation.rules.arithmetic import clip

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RULES", "SEES", "BestResponse", "Fixed", "LearningRule", "LocalSearch", "TrialAndError", "rule_named"]

SMALLEST_MOVE = 0.01
"""A trial nearer to a bound than this turns round [lever units]. Our assumption."""


class LearningRule(Protocol):
    """One lever's learner: proposes a trial and judges it."""

    def propose(self, setting: float) -> float:
        """Return the setting that half of the encounters shall try, in [0, 1]."""

    def judge(self, setting: float, tried: float, gain: float) -> float:
        """Return the setting after a trial that gained `gain` points of appraisal at `tried`."""


def _aside(setting: float, offset: float) -> float:
    """Return setting + offset within [0, 1], to the other side where a bound is in the way."""
    aside = clip(setting + offset, 0.0, 1.0)
    if abs(aside - setting) < SMALLEST_MOVE:
        aside = clip(setting - offset, 0.0, 1.0)
    return aside


@dataclass(slots=True)
class TrialAndError:
    """Remember what trials of a lever have shown so far, and move a step in the direction that has paid.

    slope <- m slope + (1 - m) gain / (tried - setting), size <- m size + (1 - m) |gain / (tried - setting)|, and the setting
    moves by step slope / size: a full step after trials that agree, hardly at all after trials that contradict each other.
    Source: March & Simon 1958, Levinthal & March 1981 (learning from own experience); in form a stochastic
    approximation (Kiefer & Wolfowitz 1952). Special cases: no gain in any trial: the setting stays.
    """

    direction: int
    step: float
    memory: float
    slope: float = 0.0
    size: float = 0.0

    def propose(self, setting: float) -> float:
        return _aside(setting, 2.0 * self.step * self.direction)

    def judge(self, setting: float, tried: float, gain: float) -> float:
        seen = gain / (tried - setting)
        self.slope = self.memory * self.slope + (1.0 - self.memory) * seen
        self.size = self.memory * self.size + (1.0 - self.memory) * abs(seen)
        self.direction = -self.direction
        if self.size == 0.0:
            return setting
        return clip(setting + self.step * self.slope / self.size, 0.0, 1.0)


@dataclass(slots=True)
class LocalSearch:
    """Adopt the better half's practice; go on in a direction that paid, turn round in one that did not.

    No memory beyond the last trial. Source: Levinthal 1997 (local search); Cyert & March 1963.
    Special cases: a gain of exactly 0 is no improvement; the setting stays.
    """

    direction: int
    step: float
    memory: float = 0.0

    def propose(self, setting: float) -> float:
        return _aside(setting, 2.0 * self.step * self.direction)

    def judge(self, setting: float, tried: float, gain: float) -> float:
        forward = 1 if tried > setting else -1
        if gain > 0.0:
            self.direction = forward
            return tried
        self.direction = -forward
        return setting


@dataclass(slots=True)
class Fixed:
    """Never try anything: the starting policy for ever.

    Source: definition. Special cases: `propose` returns the setting itself.
    """

    direction: int = 1
    step: float = 0.0
    memory: float = 0.0

    def propose(self, setting: float) -> float:
        return setting

    def judge(self, setting: float, tried: float, gain: float) -> float:
        return setting


@dataclass(slots=True)
class BestResponse:
    """Know what every setting would bring, and choose the best of all, the others' settings as they are.

    The rational benchmark: it tries nothing, because the organization asks the world for it
    (`simulation.model.best_response`). Source: Nash 1950 (definition). Special cases: where no setting is better, all stay.
    """

    direction: int = 1
    step: float = 0.0
    memory: float = 0.0

    def propose(self, setting: float) -> float:
        return setting

    def judge(self, setting: float, tried: float, gain: float) -> float:
        return setting


RULES: dict[str, Callable[[int, float, float], LearningRule]] = {
    "trial_and_error": TrialAndError,
    "local_search": LocalSearch,
    "best_response": BestResponse,
    "fixed": Fixed,
}
"""Rules by name; each is made with (first direction, step, memory)."""

SEES: dict[str, frozenset[str]] = {
    "trial_and_error": frozenset({"trial"}),
    "local_search": frozenset({"trial"}),
    "best_response": frozenset({"world"}),
    "fixed": frozenset(),
}
"""What each rule may see: of its own trials what the information regime shows; of the world, all that any setting would bring."""


def rule_named(name: str, *, direction: int, step: float, memory: float) -> LearningRule:
    """Return a fresh learner for one lever."""
    return RULES[name](direction, step, memory)

"""Learning rules: how a department turns the outcome of a trial into a new lever setting.

A trial offers half of the encounters another setting; `gain` is what the department believes it would earn in
appraisal, net of its own effort, from moving there. Each rule declares what it sees of the world (`sees`, see `SIGHTS`);
it is handed nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from simulation.rules.arithmetic import clip

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "RULES",
    "SIGHTS",
    "BestResponse",
    "Fixed",
    "Human",
    "LearningRule",
    "LocalSearch",
    "Regression",
    "TrialAndError",
    "rule_named",
]

SIGHTS: dict[str, str] = {
    "gain": "what its department believes that a trial has gained it, as far as it could see",
    "figures": "its department's own score, the shared one and the appraisal at the last review",
    "world": "everything: what any setting would bring (a benchmark, nobody in a firm)",
}
"""What a rule may see."""

SMALLEST_MOVE = 0.01
"""A trial nearer to a bound than this turns round [lever units]. Our assumption."""


class LearningRule(Protocol):
    """One lever's learner: proposes a trial and judges it.

    Attributes
    ----------
    sees
        Which of `SIGHTS` it may look at.
    """

    sees: ClassVar[frozenset[str]]

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

    ODD E67, in words.

    slope <- m slope + (1 - m) gain / (tried - setting), size <- m size + (1 - m) |gain / (tried - setting)|, and the setting
    moves by step slope / size: a full step after trials that agree, hardly at all after trials that contradict each other.
    Source: March & Simon 1958, Levinthal & March 1981 (learning from own experience); in form a stochastic
    approximation (Kiefer & Wolfowitz 1952). Special cases: no gain in any trial: the setting stays.
    """

    sees: ClassVar[frozenset[str]] = frozenset({"gain"})
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

    ODD E68, in words.

    No memory beyond the last trial. Source: Levinthal 1997 (local search); Cyert & March 1963.
    Special cases: a gain of exactly 0 is no improvement; the setting stays.
    """

    sees: ClassVar[frozenset[str]] = frozenset({"gain"})
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

    ODD E71, in words.

    Source: definition. Special cases: `propose` returns the setting itself.
    """

    sees: ClassVar[frozenset[str]] = frozenset()
    direction: int = 1
    step: float = 0.0
    memory: float = 0.0

    def propose(self, setting: float) -> float:
        return setting

    def judge(self, setting: float, tried: float, gain: float) -> float:
        return setting


@dataclass(slots=True)
class Regression:
    """Fit a straight line through the slopes that trials of a lever have shown, and move to where it crosses zero.

    ODD E69, in words.

    Each trial shows the slope gain / (tried - setting) of what the lever brings, half-way between the two settings. The line
    slope(x) = mean + b (x - mean of x) is fitted by least squares, the trial before the last discounted by m, the one before
    it by m^2, and so on; b is shrunk towards 0 by a ridge of one step squared, which matters where the trials lie close
    together. If the line falls, the setting moves to its zero, otherwise uphill, by at most a step.
    Source: Box & Wilson 1951 (response surfaces), Hoerl & Kennard 1970 (ridge); their use as a department: our assumption.
    Special cases: no slope anywhere: the setting stays; m = 0: a step in the direction of the last slope.
    """

    sees: ClassVar[frozenset[str]] = frozenset({"gain"})
    direction: int
    step: float
    memory: float
    count: float = 0.0
    place: float = 0.0
    slope: float = 0.0
    spread: float = 0.0
    tilt: float = 0.0

    def propose(self, setting: float) -> float:
        return _aside(setting, 2.0 * self.step * self.direction)

    def judge(self, setting: float, tried: float, gain: float) -> float:
        self._take_in((setting + tried) / 2.0, gain / (tried - setting))
        self.direction = -self.direction
        falling = self.tilt / (self.spread + self.count * self.step * self.step)
        here = self.slope + falling * (setting - self.place)
        if here == 0.0:
            return setting
        move = self.step if here > 0.0 else -self.step
        if falling < 0.0:
            move = clip(-here / falling, -self.step, self.step)
        return clip(setting + move, 0.0, 1.0)

    def _take_in(self, place: float, slope: float) -> None:
        """Update discounted count, means, sum of squares and of products by one trial (Welford 1962)."""
        self.count = self.memory * self.count + 1.0
        away, off = place - self.place, slope - self.slope
        self.place += away / self.count
        self.slope += off / self.count
        kept = 1.0 - 1.0 / self.count
        self.spread = self.memory * self.spread + kept * away * away
        self.tilt = self.memory * self.tilt + kept * away * off


@dataclass(slots=True)
class Human(Fixed):
    """Do as people say, at reviews or in any week: no trials, nothing learned here (`simulation.model.decisions`).

    ODD E72, in words.

    Source: definition (role-playing games of a firm). Special cases: nobody says anything: the starting policy for ever.
    """

    sees: ClassVar[frozenset[str]] = frozenset({"figures"})


@dataclass(slots=True)
class BestResponse(Fixed):
    """Know what every setting would bring, and choose the best of all, the others' settings as they are.

    ODD E70, in words.

    The rational benchmark: it tries nothing, because the organization asks the world for it
    (`simulation.model.best_response`). Source: Nash 1950 (definition). Special cases: where no setting is better, all stay.
    """

    sees: ClassVar[frozenset[str]] = frozenset({"world"})


RULES: dict[str, Callable[[int, float, float], LearningRule]] = {
    "trial_and_error": TrialAndError,
    "local_search": LocalSearch,
    "regression": Regression,
    "best_response": BestResponse,
    "fixed": Fixed,
    "human": Human,
}
"""Rules by name; each is made with (first direction, step, memory)."""


def rule_named(name: str, *, direction: int, step: float, memory: float) -> LearningRule:
    """Return a fresh learner for one lever."""
    return RULES[name](direction, step, memory)

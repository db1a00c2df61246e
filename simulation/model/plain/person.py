"""What a person is and carries from week to week, and how she is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.model import columns as at
from simulation.rules import experience

if TYPE_CHECKING:
    from simulation.model.plain.engine import PlainEngine, WeekContext

__all__ = ["Person"]


class Person:
    """One person's state: the columns of `simulation.model.columns`, by name.

    Expectations are a base (`will`, `should`) plus one part per promising department. Of the week under way `kept`, `weight`
    and `weighted` sum up what has been experienced (see `simulation.rules.experience.of_the_week`).
    """

    engine: PlainEngine
    slot: int
    cell: int
    cell_before: int
    # who she is
    segment: int
    offer: int
    fit: float
    purchase_rate: float
    norm: float
    entered: int
    # how she feels
    memory: float
    satisfaction: float
    worst_moment: float
    trust: float
    loyalty: float
    will: float
    should: float
    will_parts: list[float]
    should_parts: list[float]
    reputation: float
    fatigue: float
    kept: float
    weight: float
    weighted: float
    # where she stands
    stage: int
    brought: int
    purchases: int
    spent: float
    case: int
    case_weeks: int
    order: int
    ordered_at: int
    due: int
    promised: int
    # what she hears and tells
    heard_good: int
    heard_bad: int
    tells: int

    def remember(self, happened: float, past: float) -> None:
        """Take an experience into the week, where the past weighs so much beside it, and into the worst moment."""
        people = self.engine.layout.people
        self.kept *= past
        self.weight += 1.0 - past
        self.weighted += (1.0 - past) * experience.power_memory(happened, people.power_mean_exponent)
        self.worst_moment = experience.worst_moment(self.worst_moment, people.anchor, happened)

    def count(self, now: WeekContext, k: int, counter: int, amount: int = 1) -> None:
        """Add to a counter of touchpoint k, in the cells of this review and of the one before."""
        now.counts[0, self.cell, k * at.TOUCHPOINT_WIDTH + counter] += amount
        now.counts[1, self.cell_before, k * at.TOUCHPOINT_WIDTH + counter] += amount

    def count_company(self, now: WeekContext, counter: int, amount: int = 1) -> None:
        """Add to a counter of the company."""
        self.count(now, len(self.engine.layout.touchpoints), counter, amount)

    def note(self, now: WeekContext, what: int, k: int, first: int, second: int, x: float, y: float) -> None:
        """Write an event into the log, if one is kept."""
        if now.log is not None:
            now.log.append((now.week, self.slot, what, k, first, second, x, y))

"""What a customer has ordered: its dates, the wait for it, and whether it is late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.model import columns as at
from simulation.model.plain.person import Person
from simulation.randomness import luck, threefry, uniform
from simulation.rules import delivery, experience

if TYPE_CHECKING:
    from simulation.model.plain.engine import WeekContext

__all__ = ["Orders"]


class Orders(Person):
    """A person who may have something on its way to her."""

    def place_order(self, k: int, now: WeekContext) -> None:
        """Order what touchpoint k delivers: draw when it will arrive, and hear by when it is promised."""
        journey, value = self.engine.journey, now.value[self.cell][self.segment][k]
        w0, w1, w2, _ = threefry(*self.engine.run_key, 0, self.slot, now.week, at.P_ORDER + k, 0)
        w4, w5, _, _ = threefry(*self.engine.run_key, 0, self.slot, now.week, at.P_ORDER + k, 1)
        day, slow = 7.0 * (now.week + uniform(w2)), luck(w0, w1)
        days = delivery.days_until_arrival(journey.days[k], value[at.DAYS], journey.days_spread[k], slow)
        promised = delivery.days_promised(
            journey.promised_days[k], value[at.PROMISED_DAYS], journey.promised_spread[k], journey.foresight[k], slow,
            luck(w4, w5),
        )  # fmt: skip
        self.order, self.ordered_at = k, delivery.ticks(day)
        self.due, self.promised = delivery.ticks(day + days), delivery.ticks(day + promised)
        self.note(now, at.ORDERED, k, self.due, self.promised, day, 0.0)

    def wait_for_delivery(self, now: WeekContext) -> bool:
        """Return whether it arrives this week; a promised date that passes without it is an open problem."""
        if self.due < now.end:
            return True
        if self.promised < now.end and self.case < 0 and self.stage == at.CUSTOMER:
            self.case, self.case_weeks = self.order, 0
            self.count(now, self.order, at.N_CASES)
        return False

    def is_overdue(self, week: int) -> bool:
        """Return whether her open problem is that what she has ordered is late."""
        opened = week - self.case_weeks
        return self.case >= 0 and self.case == self.order and delivery.is_overdue(opened, self.ordered_at, self.due)

    def timeliness(self) -> tuple[float, float, float]:
        """Return the part of quality that is due to a delivery's being early or late.

        Then what of it comes from the days until the arrival, and what from those until the promised date.
        """
        people = self.engine.layout.people
        days = delivery.days_between(self.ordered_at, self.due)
        promised = delivery.days_between(self.ordered_at, self.promised)
        part = delivery.timeliness(days - promised, people.lateness, people.lateness_limit)
        a_day = delivery.per_day(part, days - promised)
        return float(part), float(a_day * days), float(-a_day * promised)

    def speed(self, k: int) -> tuple[float, float]:
        """Return what is felt of a delivery's being quick or slow, and what of it comes from the days until the arrival.

        ODD E117: slope * (1 - assimilation) * E20, slope of performance

        Source: C12; our assumption (form).
        """
        people, usual = self.engine.layout.people, self.engine.journey.days[k]
        days = delivery.days_between(self.ordered_at, self.due)
        wait = delivery.slowness(
            days, usual, people.lateness_limit, people.wait_pain, self.engine.patience[self.segment]
        )
        slope = experience.felt_slope(wait, people.performance_gain, people.performance_loss)
        felt = slope * (1.0 - people.assimilation) * wait
        return float(felt), float(delivery.per_day(felt, days - usual) * days)

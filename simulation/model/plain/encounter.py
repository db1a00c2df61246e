"""An encounter: what happens, what is felt, what she expects from now on, and whether she says yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.model import columns as at
from simulation.model.plain.orders import Orders
from simulation.model.plain.surveys import Surveys
from simulation.randomness import luck, uniform
from simulation.rules import behaviour, expectation, experience
from simulation.rules.arithmetic import fixed

if TYPE_CHECKING:
    from simulation.model.columns import Books
    from simulation.model.plain.engine import WeekContext

__all__ = ["Encounters"]


class Encounters(Orders, Surveys):
    """A person who meets touchpoints."""

    def encounter(self, k: int, now: WeekContext) -> tuple[float, bool]:
        """Meet touchpoint k: feel it, book it, learn what to expect, respond; return (experience, succeeded).

        ODD E114: quality = quality - effort + relevance + fit_quality * fit_matters * (fit - 0.5) - wait_pain * (1 - patience)
        * wait - fatigue_quality * fatigue + timeliness + quality_spread * luck; felt = E8 * E7 + speed + relief

        Source: Boulding et al. 1993 (expectations), Kano et al. 1984 (slopes), Maister 1985 (waiting); additive form our
        assumption.
        """
        engine, people, journey = self.engine, self.engine.layout.people, self.engine.journey
        value = now.value[self.cell][self.segment][k]
        w0, w1, w2, w3 = now.encounter[k][self.slot]
        wait = now.waits[self.cell][k]

        fit_part = people.fit_quality * journey.fit[k] * (self.fit - 0.5)
        wait_part = -people.wait_pain * (1.0 - engine.patience[self.segment]) * wait
        fatigue_part = -people.fatigue_quality * self.fatigue if journey.by_firm[k] else 0.0
        late_part, of_days, of_promise = self.timeliness() if journey.delivers[k] else (0.0, 0.0, 0.0)
        swift, of_speed = self.speed(k) if journey.delivers[k] else (0.0, 0.0)
        quality = value[at.QUALITY] - value[at.EFFORT] + value[at.RELEVANCE]
        quality = quality + fit_part + wait_part + fatigue_part + late_part + journey.quality_spread[k] * luck(w0, w1)

        cause, overdue = self.cause(now.week), self.is_overdue(now.week)
        arrived = journey.delivers[k] and overdue  # what is late can only be cured by its arrival
        solved = journey.closes[k] and self.case >= 0 and not overdue and uniform(w3) < value[at.RESOLUTION]
        if solved or arrived:
            self.case, self.case_weeks = -1, 0
            self.count(now, k, at.N_RESOLVED)
        relief = people.recovery_satisfaction if solved else 0.0

        will, should = self.expectations()
        perceived = experience.perceived(quality, will, people.assimilation)
        gap = experience.gap(perceived, should)
        slope = experience.felt_slope(gap, journey.gain[k], journey.loss[k])
        felt = slope * gap + swift + relief
        happened = experience.experience(people.anchor, felt)
        self.remember(happened, experience.past_weight(engine.memory[self.segment], gap, journey.notice[k]))
        self.trust = expectation.trust_after(self.trust, quality, will, people.trust_learning)
        self.book(
            k, cause, felt, slope, fit_part, wait_part, fatigue_part, (of_days, of_promise), of_speed, relief, now.books
        )

        self.will = expectation.base_of_will(self.will, quality, will, people.will_learning)
        self.should = expectation.base_of_should(self.should, perceived, should, people.should_learning)
        if journey.promises[k]:
            self.hear_promises(now.promise[self.cell][self.segment][k])

        succeeded = bool(uniform(w2) < behaviour.success_chance(value[at.CONVERSION], self.pull(k, value)))
        cost = max(value[at.COST], 0.0)
        if journey.by_firm[k]:
            self.fatigue += 1.0
        if succeeded:
            cost += self.succeed(k, value, now)
        if not journey.closes[k] and self.stage == at.CUSTOMER and self.case < 0 and uniform(w3) < value[at.FAILURE]:
            self.case, self.case_weeks = k, 0
            self.count(now, k, at.N_CASES)
        self.count(now, k, at.N_ENCOUNTERS)
        self.count(now, k, at.N_EXPERIENCE, fixed(happened))
        self.count(now, k, at.N_WAITING, fixed(wait))
        self.count(now, k, at.N_COST, fixed(cost))
        self.count_company(now, at.C_COST, fixed(cost))
        if now.log is not None:
            paid = self.price_of(k, value) if succeeded and journey.sells[k] else 0.0
            self.note(now, at.ENCOUNTERED, k, int(succeeded), self.rate(k, gap, now.week), happened, paid)
        return happened, succeeded

    def expectations(self) -> tuple[float, float]:
        """Return what she believes will and should happen: each a base plus its parts."""
        will, should = self.will, self.should
        for will_part, should_part in zip(self.will_parts, self.should_parts, strict=True):
            will = will + will_part
            should = should + should_part
        return will, should

    def cause(self, week: int) -> int:
        """Return the cause of her open problem, as the books tell causes apart (see `Books`); the last is none."""
        touchpoints = len(self.engine.layout.touchpoints)
        if self.case < 0:
            return 2 * touchpoints
        return self.case + touchpoints * int(self.is_overdue(week))

    def book(self, k: int, cause: int, felt: float, slope: float, fit_part: float, wait_part: float, fatigue_part: float,
             date_parts: tuple[float, float], of_speed: float, relief: float, books: Books) -> None:  # fmt: skip
        """Write down what was felt and the parts that it is made of (see `simulation.model.ledger`)."""
        assimilation = self.engine.layout.people.assimilation
        side = 0 if felt >= 0.0 else 1
        pass_on = slope * (1.0 - assimilation)
        books.felt[k, side] += fixed(felt)
        books.slope[k, side, self.cell, self.segment] += fixed(pass_on)
        for p, (will_part, should_part) in enumerate(zip(self.will_parts, self.should_parts, strict=True)):
            books.promise[k, side, p] += fixed(slope * (assimilation * will_part - should_part))
        books.fit[k, side, self.brought, self.segment] += fixed(pass_on * fit_part)
        books.wait[k, side] += fixed(pass_on * wait_part)
        books.fatigue[k, side] += fixed(pass_on * fatigue_part)
        books.dates[k, side, 0] += fixed(pass_on * date_parts[0] + of_speed)
        books.dates[k, side, 1] += fixed(pass_on * date_parts[1])
        books.relief[k, side] += fixed(relief)
        books.origin[k, cause] += 1

    def hear_promises(self, promises: list[float]) -> None:
        """Let each department's promise move its part of both expectations."""
        people = self.engine.layout.people
        for p, promise in enumerate(promises):
            self.will_parts[p] = expectation.promised(self.will_parts[p], promise, people.promise_to_will)
            self.should_parts[p] = expectation.promised(self.should_parts[p], promise, people.promise_to_should)

    def pull(self, k: int, value: list[float]) -> float:
        """Return her own reasons to respond at touchpoint k, on the log scale of conversion.

        ODD E115: fit_response * (fit - 0.5) + expectation_response * (will - expectation) + reputation_response * reputation +
        relevance - price_sensitivity * (revenue - 1) - fatigue_response * fatigue

        Source: our assumption (log-linear form).
        """
        engine, people = self.engine, self.engine.layout.people
        if not engine.journey.persuades[k]:
            return 0.0
        hope = self.will - engine.expectation[self.segment]
        for part in self.will_parts:
            hope = hope + part
        pull = (
            people.fit_response * (self.fit - 0.5)
            + people.expectation_response * hope
            + people.reputation_response * self.reputation
            + value[at.RELEVANCE]
            - engine.price_sensitivity[self.segment] * (value[at.REVENUE] - 1.0)
        )
        return float(pull - people.fatigue_response * self.fatigue if engine.journey.by_firm[k] else pull)

    def succeed(self, k: int, value: list[float], now: WeekContext) -> float:
        """Move on and perhaps buy; return the cost of the goods."""
        journey, market = self.engine.journey, self.engine.layout.market
        self.count(now, k, at.N_SUCCESSES)
        before, moved = self.stage, journey.moves[k][self.stage]
        if moved >= 0:
            self.stage = moved
            if moved == at.LEAD:
                self.brought = k
            if moved == at.CUSTOMER and before != at.CUSTOMER:
                self.count_company(now, at.C_ACQUIRED)
            if moved == at.DEFECTED:  # she gives notice: lost, but not silently
                self.case, self.case_weeks = -1, 0
                self.count_company(now, at.C_DEFECTIONS)
        if not journey.sells[k]:
            if moved == at.CUSTOMER and self.purchases == 0:
                self.purchases = 1  # joining without paying is her first purchase: from now on she has bought
            return 0.0
        paid = self.price_of(k, value)
        if self.purchases > 0:
            self.count_company(now, at.C_REPEAT)
        self.purchases += 1
        self.spent += paid
        self.count_company(now, at.C_PURCHASES)
        self.count(now, k, at.N_REVENUE, fixed(paid))
        self.count_company(now, at.C_REVENUE, fixed(paid))
        return float(market.unit_cost[self.offer]) * journey.sale_size[k]

    def price_of(self, k: int, value: list[float]) -> float:
        """Return what she pays for a sale at touchpoint k.

        ODD E116: price * sale_size * revenue

        Source: definition.
        """
        return float(self.engine.price[self.offer] * self.engine.journey.sale_size[k] * value[at.REVENUE])

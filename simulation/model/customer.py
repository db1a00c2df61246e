"""The plain customer: one Mesa agent a person, the executable specification of the rules.

Read this file to know what a week is. `simulation.model.kernel` does the same on columns, some hundred times faster; both call the
same functions of `simulation.rules`, and tests hold them equal to the bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from simulation.model import columns as at
from simulation.model.columns import Books, State, log_of, new_log, wholes
from simulation.model.trials import deal
from simulation.model.world import ties_of
from simulation.randomness import luck, threefry, uniform
from simulation.rules import behaviour, delivery, expectation, experience
from simulation.rules.arithmetic import clip, exp, fixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.model.effects import Tables
    from simulation.model.layout import Layout

__all__ = ["CustomerAgent", "PlainEngine", "WeekContext"]

Words = tuple[int, int, int, int]


class WeekContext:
    """What surrounds all people in one week: coefficients, waits, draws, and the counters to add to."""

    def __init__(
        self, engine: PlainEngine, week: int, tables: Tables, waits: NDArray[np.float64], counts: NDArray[np.int64],
        books: Books,
    ) -> None:  # fmt: skip
        self.week = week
        self.start, self.end = week * delivery.WEEK_OF_TICKS, (week + 1) * delivery.WEEK_OF_TICKS
        self.value: list[Any] = tables.value.tolist()
        self.promise: list[Any] = tables.promise.tolist()
        self.waits: list[list[float]] = waits.tolist()
        self.counts = counts
        self.books = books
        touchpoints = len(engine.layout.touchpoints)
        self.finish = engine.draws(week, at.P_FINISH)
        self.survey = engine.draws(week, at.P_SURVEY)
        self.log: list[tuple[int, int, int, int, int, int, float, float]] | None = [] if engine.keeps_log else None
        self.meet = [engine.draws(week, at.P_MEET + b) for b in range((touchpoints + 3) // 4)]
        self.encounter = [engine.draws(week, at.P_ENCOUNTER + k) for k in range(touchpoints)]


class CustomerAgent(mesa.Agent):  # type: ignore[misc]
    """One person in one slot of the market.

    Her attributes are those of `simulation.record.CUSTOMER_COLUMNS`; expectations are a base plus one part per promising
    department (`will_parts`, `should_parts`).
    """

    def __init__(self, model: mesa.Model, engine: PlainEngine, slot: int) -> None:
        super().__init__(model)
        self.engine = engine
        self.slot = slot
        self.cell = self.cell_before = 0
        self.heard_good = self.heard_bad = 0
        self.enter(0)
        k0, k1, k2 = engine.run_key
        first, _, _, _ = threefry(k0, k1, k2, 0, slot, 0, at.P_START, 0)
        if uniform(first) < engine.layout.market.start_customers:
            self.stage = at.CUSTOMER
            self.purchases = 1

    def enter(self, week: int) -> None:
        """Become a new person, a prospect, with traits by draws of (slot, week)."""
        engine, people, segments = self.engine, self.engine.layout.people, self.engine.layout.segments
        a, b, c, _ = threefry(*engine.run_key, 0, self.slot, week, at.P_ENTRY, 0)
        e, f, _, _ = threefry(*engine.run_key, 0, self.slot, week, at.P_ENTRY + 1, 0)
        self.segment = next(s for s, upto in enumerate(segments.upto.tolist()) if uniform(a) <= upto)
        self.fit, self.offer = -1.0, 0
        for offer, mean in enumerate(segments.fit[self.segment].tolist()):
            g, h, _, _ = threefry(*engine.run_key, 0, self.slot, week, at.P_ENTRY, 1 + offer)
            fit = clip(mean + float(segments.fit_spread[self.segment]) * luck(g, h), 0.0, 1.0)
            if fit > self.fit:
                self.fit, self.offer = fit, offer
        self.norm = engine.expectation[self.segment] + people.norm_spread * luck(b, c)
        self.purchase_rate = float(segments.purchase_rate[self.segment]) * exp(people.purchase_spread * luck(e, f))
        start = experience.experience(people.anchor, 0.0)
        self.memory = experience.power_memory(start, people.power_mean_exponent)
        self.satisfaction = experience.satisfaction(self.memory, people.power_mean_exponent)
        self.worst_moment = 0.0
        self.trust = people.trust_neutral
        self.loyalty = engine.layout.market.neutral_loyalty
        self.will, self.should = engine.expectation[self.segment], self.norm
        self.reputation = self.fatigue = self.spent = 0.0
        self.will_parts = [0.0] * engine.promising
        self.should_parts = [0.0] * engine.promising
        self.stage = at.PROSPECT
        self.case, self.case_weeks = -1, 0
        self.purchases = 0
        self.entered = week
        self.brought = -1
        self.tells = at.TELLS_NOTHING
        self.heard_good = self.heard_bad = 0
        self.order, self.ordered_at, self.due, self.promised = -1, 0, 0, 0
        self.new_week()

    # -- the order of a week -------------------------------------------------------------------------------------

    def live(self, now: WeekContext) -> None:
        """Live one week.

        Leave the market, or: forget and hear; feel an open problem; meet touchpoints in the order of the journey; draw the
        sum of the week; perhaps answer a survey; be counted.
        """
        leave_market, voice, leave_firm, tell = (uniform(w) for w in now.finish[self.slot])
        if leave_market < self.engine.layout.market.exit_rate:
            self.enter(now.week + 1)
            self.take_stock(now)
            return
        self.begin_week()
        was_customer = self.stage == at.CUSTOMER
        voiced, lowest, highest = False, 1.0, 0.0
        if self.case >= 0:
            lowest = highest = self.feel_open_case(now)
            voiced = self.voices(voice, now)
        happened, last, met, won = 0.0, -1, 0, 0
        for k in range(len(self.engine.layout.touchpoints)):
            u = uniform(now.meet[k // 4][self.slot][k % 4])
            if self.meets(k, u, met, won, voiced, now):
                happened, succeeded = self.encounter(k, now)
                met |= 1 << k
                won |= int(succeeded) << k
                lowest, highest, last = min(lowest, happened), max(highest, happened), k
        self.end_week(leave_firm, tell, lowest, highest, voiced, was_customer, now)
        self.be_asked(last, happened, now)
        if self.due < now.end:
            self.order = -1
        self.take_stock(now)

    def new_week(self) -> None:
        """Nothing has been experienced yet: the past counts in full."""
        self.kept, self.weight, self.weighted = 1.0, 0.0, 0.0

    def begin_week(self) -> None:
        """Forget a little, and hear what acquaintances told last week."""
        self.new_week()
        people = self.engine.layout.people
        keep = 1.0 - people.promise_forgetting
        self.will_parts = [part * keep for part in self.will_parts]
        self.should_parts = [part * keep for part in self.should_parts]
        self.should = expectation.promised(self.should, self.norm, people.should_forgetting)
        self.worst_moment *= 1.0 - people.worst_moment_fading
        self.fatigue *= 1.0 - people.fatigue_fading
        heard = people.reputation_gain * self.heard_good - people.reputation_loss * self.heard_bad
        self.reputation = clip(self.reputation * (1.0 - people.reputation_fading) + heard, -1.0, 1.0)
        self.heard_good = self.heard_bad = 0
        self.tells = at.TELLS_NOTHING

    def feel_open_case(self, now: WeekContext) -> float:
        """Feel one more week of an open problem, at the touchpoint where it arose."""
        people = self.engine.layout.people
        happened = experience.experience(people.anchor, -people.unresolved_pain)
        self.remember(happened, self.engine.memory[self.segment])
        self.case_weeks += 1
        now.books.felt[self.case, 1] += fixed(-people.unresolved_pain)
        now.books.unresolved[self.cause(now.week)] += 1
        if self.is_overdue(now.week):
            now.books.overdue[self.case, 0] += self.due - self.ordered_at
            now.books.overdue[self.case, 1] += self.promised - self.ordered_at
        return happened

    def is_overdue(self, week: int) -> bool:
        """Return whether her open problem is that what she has ordered is late."""
        opened = week - self.case_weeks
        return self.case >= 0 and self.case == self.order and delivery.is_overdue(opened, self.ordered_at, self.due)

    def cause(self, week: int) -> int:
        """Return the cause of her open problem, as the books tell causes apart (see `Books`); the last is none."""
        touchpoints = len(self.engine.layout.touchpoints)
        if self.case < 0:
            return 2 * touchpoints
        return self.case + touchpoints * int(self.is_overdue(week))

    def voices(self, u: float, now: WeekContext) -> bool:
        """Return whether she tells the company of her open problem this week."""
        engine, people = self.engine, self.engine.layout.people
        voiced = u < behaviour.voice_chance(
            engine.voice[self.segment], self.loyalty, engine.layout.market.neutral_loyalty, people.voice_loyalty
        )
        if voiced:
            self.count_company(now, at.C_COMPLAINTS)
        return bool(voiced)

    def meets(self, k: int, u: float, met: int, won: int, voiced: bool, now: WeekContext) -> bool:
        """Return whether she meets touchpoint k this week: at once, or because what she has ordered arrives."""
        triggered = self.is_triggered(k, u, met, won, voiced, now)
        if not self.engine.journey.delivers[k]:
            return triggered
        if triggered and self.order < 0:
            self.place_order(k, now)
        return self.order == k and self.wait_for_delivery(now)

    def is_triggered(self, k: int, u: float, met: int, won: int, voiced: bool, now: WeekContext) -> bool:
        """Return whether touchpoint k's trigger acts this week: one uniform draw u against its chance."""
        journey, people = self.engine.journey, self.engine.layout.people
        volume = now.value[self.cell][self.segment][k][at.VOLUME]
        chance = journey.weekly[k] * max(volume, 0.0)
        trigger = journey.trigger[k]
        if trigger == at.RATE:
            return bool(journey.stages[k] >> self.stage & 1) and u < chance
        if trigger == at.NEED:
            need = behaviour.need_chance(
                self.purchase_rate, self.satisfaction, people.anchor, people.repurchase_sensitivity
            )
            return self.stage == at.CUSTOMER and u < need * chance
        if trigger == at.AFTER:
            behind = {at.MET: met, at.SUCCESS: won, at.NO_SUCCESS: met & ~won}[journey.when[k]]
            return bool(journey.follows[k] & behind) and u < chance
        if trigger == at.OPEN_CASE:
            prefers = behaviour.contact_preference(self.engine.digital[self.segment], journey.channel[k])
            return voiced and self.case >= 0 and u < chance * prefers
        return self.stage == at.CUSTOMER and (now.week + self.slot) % journey.cycle[k] == 0 and u < chance

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

    # -- an encounter --------------------------------------------------------------------------------------------

    def encounter(self, k: int, now: WeekContext) -> tuple[float, bool]:
        """Meet touchpoint k: feel it, book it, learn what to expect, respond; return (experience, succeeded)."""
        engine, people, journey = self.engine, self.engine.layout.people, self.engine.journey
        value = now.value[self.cell][self.segment][k]
        w0, w1, w2, w3 = now.encounter[k][self.slot]
        wait = now.waits[self.cell][k]

        fit_part = people.fit_quality * journey.fit[k] * (self.fit - 0.5)
        wait_part = -people.wait_pain * (1.0 - engine.patience[self.segment]) * wait
        fatigue_part = -people.fatigue_quality * self.fatigue if journey.by_firm[k] else 0.0
        late_part, of_days, of_promise = self.timeliness(k) if journey.delivers[k] else (0.0, 0.0, 0.0)
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
        felt = slope * gap + relief
        happened = experience.experience(people.anchor, felt)
        self.remember(happened, experience.past_weight(engine.memory[self.segment], gap, journey.notice[k]))
        self.trust = expectation.trust_after(self.trust, quality, will, people.trust_learning)
        self.book(k, cause, felt, slope, fit_part, wait_part, fatigue_part, (of_days, of_promise), relief, now.books)

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

    def timeliness(self, k: int) -> tuple[float, float, float]:
        """Return the part of quality that is due to a delivery's being early or late, and quick or slow.

        Then what of it comes from the days until the arrival, and what from those until the promised date.
        """
        people, usual = self.engine.layout.people, self.engine.journey.days[k]
        days = delivery.days_between(self.ordered_at, self.due)
        promised = delivery.days_between(self.ordered_at, self.promised)
        promise = delivery.timeliness(days - promised, people.lateness, people.lateness_limit)
        wait = delivery.slowness(
            days, usual, people.lateness_limit, people.wait_pain, self.engine.patience[self.segment]
        )
        a_day_late = delivery.per_day(promise, days - promised)
        a_day = a_day_late + delivery.per_day(wait, days - usual)
        return float(promise + wait), float(a_day * days), float(-a_day_late * promised)

    def rate(self, k: int, gap: float, week: int) -> int:
        """Return the stars that she would give an encounter, if asked."""
        w0, w1, _, _ = threefry(*self.engine.run_key, 0, self.slot, week, at.P_ENCOUNTER + k, 1)
        people = self.engine.layout.people
        told = behaviour.rated(people.anchor, gap, people.performance_gain, people.performance_loss)
        return self.stars(clip(told + people.survey_rating_noise * luck(w0, w1), 0.0, 1.0))

    def stars(self, answer: float) -> int:
        """Return an answer in stars."""
        p = self.engine.layout.people
        return int(behaviour.stars(answer, p.two_stars, p.three_stars, p.four_stars, p.five_stars))

    def note(self, now: WeekContext, what: int, k: int, first: int, second: int, x: float, y: float) -> None:
        """Write an event into the log, if one is kept."""
        if now.log is not None:
            now.log.append((now.week, self.slot, what, k, first, second, x, y))

    def expectations(self) -> tuple[float, float]:
        """Return what she believes will and should happen: each a base plus its parts."""
        will, should = self.will, self.should
        for will_part, should_part in zip(self.will_parts, self.should_parts, strict=True):
            will = will + will_part
            should = should + should_part
        return will, should

    def remember(self, happened: float, past: float) -> None:
        """Take an experience into the week, where the past weighs so much beside it, and into the worst moment."""
        people = self.engine.layout.people
        self.kept *= past
        self.weight += 1.0 - past
        self.weighted += (1.0 - past) * experience.power_memory(happened, people.power_mean_exponent)
        self.worst_moment = experience.worst_moment(self.worst_moment, people.anchor, happened)

    def book(self, k: int, cause: int, felt: float, slope: float, fit_part: float, wait_part: float, fatigue_part: float,
             date_parts: tuple[float, float], relief: float, books: Books) -> None:  # fmt: skip
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
        for date, part in enumerate(date_parts):
            books.dates[k, side, date] += fixed(pass_on * part)
        books.relief[k, side] += fixed(relief)
        books.origin[k, cause] += 1

    def hear_promises(self, promises: list[float]) -> None:
        """Let each department's promise move its part of both expectations."""
        people = self.engine.layout.people
        for p, promise in enumerate(promises):
            self.will_parts[p] = expectation.promised(self.will_parts[p], promise, people.promise_to_will)
            self.should_parts[p] = expectation.promised(self.should_parts[p], promise, people.promise_to_should)

    def pull(self, k: int, value: list[float]) -> float:
        """Return her own reasons to respond at touchpoint k, on the log scale of conversion."""
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
        """Return what she pays for a sale at touchpoint k."""
        return float(self.engine.price[self.offer] * self.engine.journey.sale_size[k] * value[at.REVENUE])

    # -- the end of a week ---------------------------------------------------------------------------------------

    def end_week(self, u_leave: float, u_tell: float, lowest: float, highest: float, voiced: bool, was_customer: bool,
                 now: WeekContext) -> None:  # fmt: skip
        """Draw the week's sum: trust, satisfaction, loyalty; leave or stay; tell others."""
        people, market = self.engine.layout.people, self.engine.layout.market
        self.memory = experience.of_the_week(self.memory, self.kept, self.weight, self.weighted)
        if self.purchases > 0:
            spread = max(self.will_parts) - min(self.will_parts)
            self.trust = expectation.trust_of_week(
                self.trust, spread, people.mixed_message, people.trust_neutral, people.trust_recovery
            )
            self.satisfaction = experience.satisfaction(self.memory, people.power_mean_exponent)
            self.loyalty = behaviour.loyalty_after(
                self.loyalty, self.satisfaction, self.trust, people.loyalty_satisfaction, people.loyalty_speed
            )
        if self.stage == at.LEAD and u_leave < market.lead_lapse:
            self.stage = at.PROSPECT
        elif self.stage == at.CUSTOMER:
            self.stay_or_leave(u_leave, voiced, was_customer, now)
        if lowest < people.talk_bad_below:
            if u_tell < people.talk_bad:
                self.tells = at.TELLS_BAD
                self.count_company(now, at.C_BAD_TALK)
        elif highest > people.talk_good_above and u_tell < people.talk_good:
            self.tells = at.TELLS_GOOD
            self.count_company(now, at.C_GOOD_TALK)

    def stay_or_leave(self, u: float, voiced: bool, was_customer: bool, now: WeekContext) -> None:
        """Leave for a competitor, or stay."""
        engine, people = self.engine, self.engine.layout.people
        unvoiced = 1.0 if self.case >= 0 and not voiced else 0.0
        chance = behaviour.defection_chance(
            engine.defection[self.segment], self.loyalty, engine.layout.market.neutral_loyalty,
            people.defection_sensitivity, unvoiced, people.case_defection,
        )  # fmt: skip
        if u < chance:
            self.stage = at.DEFECTED
            self.case, self.case_weeks = -1, 0
            self.count_company(now, at.C_DEFECTIONS)
            if not voiced:
                self.count_company(now, at.C_SILENT)
        elif was_customer:
            self.count_company(now, at.C_RETAINED)

    def be_asked(self, last: int, happened: float, now: WeekContext) -> None:
        """Be sent a survey perhaps, about the last encounter or about a delivery."""
        if self.engine.layout.market.asked_at == at.ASKED_AT_DELIVERY:
            self.be_asked_about_delivery(now)
        elif last >= 0 and self.stage == at.CUSTOMER:
            self.answer_survey(last, happened, self.satisfaction, False, now)

    def be_asked_about_delivery(self, now: WeekContext) -> None:
        """Be asked when it arrives, or on the promised date if that comes first; answer as things stand some days later."""
        if self.order < 0:
            return
        people = self.engine.layout.people
        mailed = min(self.due, self.promised)
        w0, w1, _, _ = threefry(*self.engine.run_key, 0, self.slot, mailed // delivery.WEEK_OF_TICKS, at.P_SURVEY, 2)
        answers = mailed + delivery.ticks(delivery.answering_lag(people.survey_lag, luck(w0, w1)))
        waiting = experience.experience(people.anchor, -people.unresolved_pain)
        if answers < self.due:
            if now.start <= mailed < now.end:
                self.answer_survey(self.order, waiting, waiting, True, now)
        elif self.due < now.end:
            told = experience.mean_of_week(self.memory, self.weight, self.weighted, people.power_mean_exponent)
            if self.case >= 0:  # what arrived broken is still an open problem when she answers
                told = waiting
            self.answer_survey(self.order, told, told, False, now)

    def answer_survey(self, k: int, happened: float, overall: float, before: bool, now: WeekContext) -> None:
        """Be sent a survey perhaps, and answer perhaps: would she recommend, how satisfied is she, how was encounter k.

        `overall` is what the question of satisfaction asks for: the company so far, or the delivery; `before`: it is under way.
        """
        people = self.engine.layout.people
        w0, w1, w2, w3 = now.survey[self.slot]
        tone = happened - people.survey_indifferent
        if uniform(w0) >= self.engine.layout.market.survey_rate:
            return
        if uniform(w1) >= behaviour.response_chance(people.survey_response, people.survey_extremity, tone):
            return
        coaching = now.value[self.cell][self.segment][k][at.COACHING]
        noise = people.survey_noise * luck(w2, w3)
        w4, w5, w6, _ = threefry(*self.engine.run_key, 0, self.slot, now.week, at.P_SURVEY, 1)
        mood = people.survey_rating_noise * luck(w4, w5)  # of the day: all answers share it
        answer = behaviour.recommendation(
            self.satisfaction + mood, self.worst_moment, people.survey_worst_moment, noise, coaching
        )
        overall = clip(overall + mood + coaching, 0.0, 1.0)
        self.count_company(now, at.C_ANSWERS)
        self.count_company(now, at.C_OVERALL, fixed(overall))
        if answer >= people.survey_promoter:
            self.count_company(now, at.C_PROMOTERS)
            self.count_company(now, at.C_NPS_POINTS, 1)
        elif answer < people.survey_detractor:
            self.count_company(now, at.C_DETRACTORS)
            self.count_company(now, at.C_NPS_POINTS, -1)
        self.count(now, k, at.N_CSAT_ANSWERS)
        self.count(now, k, at.N_CSAT, fixed(clip(happened + coaching, 0.0, 1.0)))
        writes = uniform(w6) < behaviour.writing_chance(people.writes, people.writes_of_pain, overall)
        self.note(now, at.ANSWERED, k, self.stars(overall), int(before) + 2 * int(writes), answer, overall)

    def take_stock(self, now: WeekContext) -> None:
        """Be counted where she stands at the end of the week."""
        self.count_company(now, at.C_PEOPLE)
        self.count_company(now, at.C_PROSPECTS + self.stage)
        if self.stage == at.CUSTOMER:
            self.count_company(now, at.C_SATISFACTION, fixed(self.satisfaction))
            self.count_company(now, at.C_TRUST, fixed(self.trust))
            if self.case >= 0:
                self.count_company(now, at.C_OPEN)
        if self.purchases > 0:
            self.count_company(now, at.C_EVER)
            self.count_company(now, at.C_LOYALTY, fixed(self.loyalty))

    def count(self, now: WeekContext, k: int, counter: int, amount: int = 1) -> None:
        """Add to a counter of touchpoint k, in the cells of this review and of the one before."""
        now.counts[0, self.cell, k * at.TOUCHPOINT_WIDTH + counter] += amount
        now.counts[1, self.cell_before, k * at.TOUCHPOINT_WIDTH + counter] += amount

    def count_company(self, now: WeekContext, counter: int, amount: int = 1) -> None:
        """Add to a counter of the company."""
        self.count(now, len(self.engine.layout.touchpoints), counter, amount)


class PlainEngine:
    """Lives the weeks of all people, one agent after another."""

    def __init__(
        self, model: mesa.Model, *, layout: Layout, run_key: tuple[int, int, int], keeps_log: bool = False
    ) -> None:
        self.layout = layout
        self.keeps_log = keeps_log
        self.log = new_log(0)
        self.run_key = run_key
        self.promising = max(1, len(layout.promising))
        # plain Python numbers: array elements would make every step of arithmetic ten times as dear
        self.journey: Any = type(layout.journey)(*(column.tolist() for column in layout.journey))
        for name in ("patience", "voice", "digital", "memory", "expectation", "defection", "price_sensitivity"):
            setattr(self, name, getattr(layout.segments, name).tolist())
        self.price: list[float] = layout.market.price.tolist()
        given = model.given
        self.population = given.horizon.population
        self.agents = [CustomerAgent(model, self, slot) for slot in range(self.population)]
        network = given.market.network
        self.ties = ties_of(run_key, self.population, network.degree, network.rewiring).tolist()

    patience: list[float]
    voice: list[float]
    digital: list[float]
    memory: list[float]
    expectation: list[float]
    defection: list[float]
    price_sensitivity: list[float]

    def draws(self, week: int, purpose: int) -> list[Words]:
        """Return everybody's four words for one week and purpose, drawn together."""
        slots = np.arange(self.population, dtype=np.int64)
        words = threefry(*self.run_key, 0, slots, week, purpose, 0)
        return list(zip(*(word.tolist() for word in words), strict=True))

    def deal(self, review: int, cells: int) -> None:
        """Put people into the cells of a review, remembering the ones before."""
        dealt = deal(self.run_key, review, self.population, cells)
        for agent, cell in zip(self.agents, dealt.tolist(), strict=True):
            agent.cell_before, agent.cell = agent.cell, cell

    def week(
        self, week: int, tables: Tables, waits: NDArray[np.float64], counts: NDArray[np.int64], books: Books
    ) -> None:
        """Let everybody live one week, then let those who tell something be heard."""
        now = WeekContext(self, week, tables, waits, counts, books)
        for agent in self.agents:
            agent.live(now)
        if now.log is not None:
            self.log = log_of(now.log)
        for agent, ties in zip(self.agents, self.ties, strict=True):
            if agent.tells != at.TELLS_NOTHING:
                for other in ties:
                    if agent.tells == at.TELLS_GOOD:
                        self.agents[other].heard_good += 1
                    else:
                        self.agents[other].heard_bad += 1

    @property
    def state(self) -> State:
        """People as columns, copied from the agents."""
        real = [
            [a.fit, a.purchase_rate, a.norm, a.memory, a.satisfaction, a.worst_moment, a.trust, a.loyalty, a.will, a.should,
             a.reputation, a.fatigue, a.spent, *a.will_parts, *a.should_parts]
            for a in self.agents
        ]  # fmt: skip
        whole = [
            [a.segment, a.offer, a.stage, a.case, a.case_weeks, a.purchases, a.entered, a.brought, a.cell, a.cell_before,
             a.heard_good, a.heard_bad, a.tells, a.order, a.ordered_at, a.due, a.promised][: wholes(self.layout)]
            for a in self.agents
        ]  # fmt: skip
        return State(real=np.array(real).T.copy(), whole=np.array(whole, dtype=np.int32).T.copy())

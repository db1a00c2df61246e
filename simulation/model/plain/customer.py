"""The plain customer: one Mesa agent a person, the executable specification of the rules.

Read this file to know what a week is; encounters, orders and surveys stand in the files of these names beside it.
`simulation.model.kernel` does the same on columns, some hundred times faster; both call the same functions of
`simulation.rules`, and tests hold them equal to the bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from simulation.model import columns as at
from simulation.model.plain.encounter import Encounters
from simulation.randomness import luck, threefry, uniform
from simulation.rules import behaviour, expectation, experience
from simulation.rules.arithmetic import clip, exp, fixed

if TYPE_CHECKING:
    from simulation.model.plain.engine import PlainEngine, WeekContext

__all__ = ["CustomerAgent"]


class CustomerAgent(Encounters, mesa.Agent):  # type: ignore[misc]
    """One person in one slot of the market."""

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
        """Become a new person, a prospect, with traits by draws of (slot, week).

        ODD E110: norm = expectation + norm_spread * luck; purchase_rate = segment rate * exp(purchase_spread * luck); fit =
        clip(mean + fit_spread * luck, 0, 1)

        Source: Fader & Hardie 2009 (rates differ between people, near log-normal here); our assumption (form).
        """
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
        """Forget a little, and hear what acquaintances told last week.

        ODD E111: parts *= 1 - promise_forgetting; worst_moment *= 1 - worst_moment_fading; fatigue *= 1 - fatigue_fading;
        reputation = clip(reputation * (1 - reputation_fading) + reputation_gain * good - reputation_loss * bad, -1, 1)

        Source: our assumption (exponential forgetting).
        """
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
        """Return whether touchpoint k's trigger acts this week: one uniform draw u against its chance.

        ODD E112: chance = weekly * max(volume, 0), times E29 for need and E31 for open_case

        Source: our assumption (form).
        """
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

    # -- the end of a week ---------------------------------------------------------------------------------------

    def end_week(self, u_leave: float, u_tell: float, lowest: float, highest: float, voiced: bool, was_customer: bool,
                 now: WeekContext) -> None:  # fmt: skip
        """Draw the week's sum: trust, satisfaction, loyalty; leave or stay; tell others.

        ODD E113, in words.

        Source: MODEL section 1; order of the steps our assumption.
        """
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

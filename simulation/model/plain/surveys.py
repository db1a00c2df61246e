"""What a customer answers when she is asked: an instrument, which changes nothing about her."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.model import columns as at
from simulation.model.plain.person import Person
from simulation.randomness import luck, threefry, uniform
from simulation.rules import behaviour, delivery, experience
from simulation.rules.arithmetic import clip, fixed

if TYPE_CHECKING:
    from simulation.model.plain.engine import WeekContext

__all__ = ["Surveys"]


class Surveys(Person):
    """A person who may be asked."""

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

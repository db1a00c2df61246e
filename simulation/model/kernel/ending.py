"""The end of a week: its sum, who leaves, who tells others, who answers a survey, and taking stock."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.model.columns import *  # noqa: F403
from simulation.model.jit import inlined
from simulation.model.kernel.beginning import words_of
from simulation.model.kernel.counting import count
from simulation.model.kernel.meeting import choose_flagged
from simulation.model.kernel.ordering import note
from simulation.model.kernel.scratch import (
    CHANCE,
    HAPPENED,
    HIGH,
    HIGHEST,
    KEPT,
    LAST,
    LOW,
    LOWEST,
    VOICED,
    WAS,
    WEIGHT,
    WEIGHTED,
)  # fmt: skip
from simulation.randomness import luck, threefry, uniform
from simulation.rules import behaviour, delivery, expectation, experience
from simulation.rules.arithmetic import clip, fixed

__all__ = ["leave", "sum_up", "survey", "survey_deliveries", "take_stock", "tell"]


@inlined
def _satisfied(satisfied: Any, memory: Any, purchases: Any, exponent: float) -> None:
    """Sum up satisfaction of those who have ever bought."""
    for j in range(satisfied.shape[0]):
        after = experience.satisfaction(memory[j], exponent)
        satisfied[j] = after if purchases[j] > 0 else satisfied[j]


@inlined
def sum_up(start: int, size: int, state: Any, people: Any, promising: int, room: Any) -> None:
    """Draw the week's sum of everybody who has ever bought: trust, satisfaction, loyalty."""
    stop = start + size
    real, whole = state
    low, high, first = room.real[LOW], room.real[HIGH], real[PARTS, start:stop]
    for j in range(size):
        low[j] = first[j]
        high[j] = first[j]
    for p in range(1, promising):
        part = real[PARTS + p, start:stop]
        for j in range(size):
            high[j] = part[j] if part[j] > high[j] else high[j]
            low[j] = part[j] if part[j] < low[j] else low[j]
    trust, purchases = real[TRUST, start:stop], whole[PURCHASES, start:stop]
    for j in range(size):
        after = expectation.trust_of_week(
            trust[j], high[j] - low[j], people.mixed_message, people.trust_neutral, people.trust_recovery
        )
        trust[j] = after if purchases[j] > 0 else trust[j]
    satisfied, memory = real[SATISFACTION, start:stop], real[MEMORY, start:stop]
    kept, weight, weighted = room.real[KEPT], room.real[WEIGHT], room.real[WEIGHTED]
    for j in range(size):
        memory[j] = experience.of_the_week(memory[j], kept[j], weight[j], weighted[j])
    if people.power_mean_exponent == 0.25:  # written as a constant, so that its special case is a loop of its own
        _satisfied(satisfied, memory, purchases, 0.25)
    elif people.power_mean_exponent == 0.5:
        _satisfied(satisfied, memory, purchases, 0.5)
    elif people.power_mean_exponent == 1.0:
        _satisfied(satisfied, memory, purchases, 1.0)
    else:
        _satisfied(satisfied, memory, purchases, people.power_mean_exponent)
    loyalty = real[LOYALTY, start:stop]
    for j in range(size):
        after = behaviour.loyalty_after(
            loyalty[j], satisfied[j], trust[j], people.loyalty_satisfaction, people.loyalty_speed
        )
        loyalty[j] = after if purchases[j] > 0 else loyalty[j]


@inlined
def leave(start: int, size: int, state: Any, segments: Any, market: Any, people: Any, room: Any, counts: Any,
          company: int) -> None:  # fmt: skip
    """Let leads cool off and customers leave for a competitor."""
    stop = start + size
    real, whole = state
    loyalty, unvoiced, base, chance = real[LOYALTY, start:stop], room.real[HIGH], room.real[LOW], room.real[CHANCE]
    case, voiced = whole[CASE, start:stop], room.marks[VOICED]
    for j in range(size):
        unvoiced[j] = 1.0 if (case[j] >= 0) & (voiced[j] == 0) else 0.0
    segment, defection = whole[SEGMENT, start:stop], segments.defection
    for j in range(size):
        base[j] = defection[np.uint32(segment[j])]
    for j in range(size):
        chance[j] = behaviour.defection_chance(
            base[j],
            loyalty[j],
            market.neutral_loyalty,
            people.defection_sensitivity,
            unvoiced[j],
            people.case_defection,
        )
    u, stage, flags = room.draws[2], whole[STAGE, start:stop], room.flags
    for j in range(size):
        limit = chance[j] if stage[j] == CUSTOMER else market.lead_lapse
        flags[j] = (1 if (stage[j] == CUSTOMER) | (stage[j] == LEAD) else 0) & (1 if u[j] < limit else 0)
    for c in range(choose_flagged(size, room)):
        j = room.chosen[c]
        i = start + j
        if stage[j] == LEAD:
            whole[STAGE, i] = PROSPECT
        else:
            whole[STAGE, i] = DEFECTED
            whole[CASE, i] = -1
            whole[CASE_WEEKS, i] = 0
            count(counts, whole[CELL, i], whole[CELL_BEFORE, i], company + C_DEFECTIONS, 1)
            if voiced[j] == 0:
                count(counts, whole[CELL, i], whole[CELL_BEFORE, i], company + C_SILENT, 1)


@inlined
def tell(start: int, size: int, state: Any, people: Any, room: Any, counts: Any, company: int) -> None:
    """Let who has had a bad week, or else a good one, tell others perhaps."""
    whole = state[1]
    u, lowest, highest, flags = room.draws[3], room.real[LOWEST], room.real[HIGHEST], room.flags
    for j in range(size):
        bad, good = lowest[j] < people.talk_bad_below, highest[j] > people.talk_good_above
        limit = people.talk_bad if bad else people.talk_good
        flags[j] = (1 if bad | good else 0) & (1 if u[j] < limit else 0)
    for c in range(choose_flagged(size, room)):
        j = room.chosen[c]
        i = start + j
        bad = lowest[j] < people.talk_bad_below
        whole[TELLS, i] = TELLS_BAD if bad else TELLS_GOOD
        count(counts, whole[CELL, i], whole[CELL_BEFORE, i], company + (C_BAD_TALK if bad else C_GOOD_TALK), 1)


@inlined
def survey(start: int, size: int, week: int, key: Any, state: Any, market: Any, people: Any, value: Any, room: Any, counts: Any,
           company: int, log: Any) -> None:  # fmt: skip
    """Send a survey to some of the customers who have met something."""
    real, whole = state
    stage, last, flags, words = whole[STAGE, start : start + size], room.marks[LAST], room.flags, room.words
    for j in range(size):
        flags[j] = (1 if stage[j] == CUSTOMER else 0) & (1 if last[j] >= 0 else 0)
    n = choose_flagged(size, room)
    words_of(start, n, week, key, P_SURVEY, room)
    for c in range(n):
        if uniform(words[0, c]) < market.survey_rate:
            j = room.chosen[c]
            i = start + j
            coaching = value[whole[CELL, i], whole[SEGMENT, i], last[j], COACHING]
            _answer(
                i, week, key, last[j], room.real[HAPPENED, j], real[SATISFACTION, i], False, coaching, state, people, words[1, c],
                words[2, c], words[3, c], counts, company, log,
            )  # fmt: skip


@inlined
def survey_deliveries(start: int, size: int, week: int, key: Any, state: Any, market: Any, people: Any, value: Any, room: Any,
                      counts: Any, company: int, log: Any) -> None:  # fmt: skip
    """Ask about each delivery when it arrives, or on the promised date; she answers as things stand some days later."""
    real, whole = state
    k0, k1, k2 = key
    order, flags, begins = whole[ORDER, start : start + size], room.flags, week * delivery.WEEK_OF_TICKS
    ends = begins + delivery.WEEK_OF_TICKS
    for j in range(size):
        flags[j] = 1 if order[j] >= 0 else 0
    for c in range(choose_flagged(size, room)):
        j = room.chosen[c]
        i = start + j
        k, due = order[j], whole[DUE, i]
        mailed = min(due, whole[PROMISED, i])
        a, b, _, _ = threefry(k0, k1, k2, 0, i, mailed // delivery.WEEK_OF_TICKS, P_SURVEY, 2)
        before = mailed + delivery.ticks(delivery.answering_lag(people.survey_lag, luck(a, b))) < due
        if not (begins <= mailed < ends if before else due < ends):
            continue
        w0, w1, w2, w3 = threefry(k0, k1, k2, 0, i, week, P_SURVEY, 0)
        if uniform(w0) < market.survey_rate:
            waiting = experience.experience(people.anchor, -people.unresolved_pain)
            week_of_it = experience.mean_of_week(
                real[MEMORY, i], room.real[WEIGHT, j], room.real[WEIGHTED, j], people.power_mean_exponent
            )
            rated = waiting if before or whole[CASE, i] >= 0 else week_of_it
            coaching = value[whole[CELL, i], whole[SEGMENT, i], k, COACHING]
            _answer(i, week, key, k, rated, rated, before, coaching, state, people, w1, w2, w3, counts, company, log)


@inlined
def _answer(i: int, week: int, key: Any, k: int, happened: float, overall: float, before_delivery: bool, coaching: float,
            state: Any, people: Any, w1: Any, w2: Any, w3: Any, counts: Any, company: int, log: Any) -> None:  # fmt: skip
    """Answer perhaps: would she recommend, how satisfied is she (`overall`), and how was encounter k."""
    real, whole = state
    k0, k1, k2 = key
    tone = happened - people.survey_indifferent
    if uniform(w1) >= behaviour.response_chance(people.survey_response, people.survey_extremity, tone):
        return
    cell, before = whole[CELL, i], whole[CELL_BEFORE, i]
    w4, w5, w6, _ = threefry(k0, k1, k2, 0, i, week, P_SURVEY, 1)
    mood = people.survey_rating_noise * luck(w4, w5)  # of the day: all answers share it
    recommends = behaviour.recommendation(
        real[SATISFACTION, i] + mood,
        real[WORST, i],
        people.survey_worst_moment,
        people.survey_noise * luck(w2, w3),
        coaching,
    )
    answer = clip(overall + mood + coaching, 0.0, 1.0)
    count(counts, cell, before, company + C_ANSWERS, 1)
    count(counts, cell, before, company + C_OVERALL, fixed(answer))
    if recommends >= people.survey_promoter:
        count(counts, cell, before, company + C_PROMOTERS, 1)
        count(counts, cell, before, company + C_NPS_POINTS, 1)
    elif recommends < people.survey_detractor:
        count(counts, cell, before, company + C_DETRACTORS, 1)
        count(counts, cell, before, company + C_NPS_POINTS, -1)
    count(counts, cell, before, k * TOUCHPOINT_WIDTH + N_CSAT_ANSWERS, 1)
    count(counts, cell, before, k * TOUCHPOINT_WIDTH + N_CSAT, fixed(clip(happened + coaching, 0.0, 1.0)))
    if log.whole.shape[0] > 0:
        writes = uniform(w6) < behaviour.writing_chance(people.writes, people.writes_of_pain, answer)
        stars = behaviour.stars(answer, people.two_stars, people.three_stars, people.four_stars, people.five_stars)
        note(log, week, i, ANSWERED, k, stars, (1 if before_delivery else 0) + (2 if writes else 0), recommends, answer)


@inlined
def take_stock(start: int, size: int, state: Any, room: Any, counts: Any, company: int) -> None:
    """Count everybody where she stands at the end of the week."""
    stop = start + size
    real, whole = state
    satisfied, trusts, loyal = room.stock[0], room.stock[1], room.stock[2]
    satisfaction, trust, loyalty = real[SATISFACTION, start:stop], real[TRUST, start:stop], real[LOYALTY, start:stop]
    for j in range(size):
        satisfied[j] = fixed(satisfaction[j])
        trusts[j] = fixed(trust[j])
        loyal[j] = fixed(loyalty[j])
    cells, befores, stage = whole[CELL, start:stop], whole[CELL_BEFORE, start:stop], whole[STAGE, start:stop]
    for j in range(size):
        count(counts, cells[j], befores[j], company + C_PROSPECTS + stage[j], 1)
    flags, chosen, case, was = room.flags, room.chosen, whole[CASE, start:stop], room.marks[WAS]
    for j in range(size):
        flags[j] = 1 if stage[j] == CUSTOMER else 0
    for c in range(choose_flagged(size, room)):
        j = chosen[c]
        cell, before = cells[j], befores[j]
        count(counts, cell, before, company + C_SATISFACTION, satisfied[j])
        count(counts, cell, before, company + C_TRUST, trusts[j])
        count(counts, cell, before, company + C_RETAINED, was[j])
        count(counts, cell, before, company + C_OPEN, 1 if case[j] >= 0 else 0)
    purchases = whole[PURCHASES, start:stop]
    for j in range(size):
        flags[j] = 1 if purchases[j] > 0 else 0
    for c in range(choose_flagged(size, room)):
        j = chosen[c]
        count(counts, cells[j], befores[j], company + C_EVER, 1)
        count(counts, cells[j], befores[j], company + C_LOYALTY, loyal[j])

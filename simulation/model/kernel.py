"""The compiled customer: one week of one person, the same rules as `simulation.model.customer`.

Every formula is called from `simulation.rules`; what stands here is the order of a week, and columns instead of
attributes. `week_of` works a range of slots without the interpreter lock and touches nothing outside it but the
counters that it is given, so that ranges may run side by side and their integer counters be added in any order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from simulation.model.cache import use_cache_folder
from simulation.model.columns import *  # noqa: F403
from simulation.randomness import luck, threefry, uniform
from simulation.rules import behaviour, expectation, experience
from simulation.rules.arithmetic import clip, exp, fixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["deal", "enter_all", "scratch", "spread_word", "week_of"]

use_cache_folder()

BLOCK = 64
"""Slots whose unconditional draws are made together."""

# Arrays are lent by the caller for the length of a call. Without reference counting (`_nrt`) a person's week takes
# a fifteenth of the time: the counts are atomic, and every helper would touch them.
_inlined: Any = njit(forceinline=True, _nrt=False, error_model="numpy")  # type: ignore[call-overload]
_compiled: Any = njit(cache=True, nogil=True, _nrt=False, error_model="numpy")  # type: ignore[call-overload]


@_inlined
def _enter(i: int, week: int, key: Any, state: Any, segments: Any, market: Any, people: Any) -> None:
    """Let a new person fill slot i as a prospect: traits by draws of (slot, week)."""
    real, whole = state
    k0, k1, k2 = key
    a, b, c, d = threefry(k0, k1, k2, 0, i, week, P_ENTRY, 0)
    e, f, _, _ = threefry(k0, k1, k2, 0, i, week, P_ENTRY + 1, 0)
    segment = 0
    while uniform(a) > segments.upto[segment]:
        segment += 1
    best, offer = -1.0, 0
    for o in range(segments.fit.shape[1]):
        g, h, _, _ = threefry(k0, k1, k2, 0, i, week, P_ENTRY, 1 + o)
        fit = clip(segments.fit[segment, o] + segments.fit_spread[segment] * luck(g, h), 0.0, 1.0)
        if fit > best:
            best, offer = fit, o
    halo = people.halo * luck(b, c)
    start = experience.experience(people.anchor, halo, 0.0)
    real[FIT, i] = best
    real[PURCHASE_RATE, i] = segments.purchase_rate[segment] * exp(segments.purchase_spread[segment] * luck(e, f))
    real[HALO, i] = halo
    real[MEMORY, i] = experience.power_memory(start, people.power_mean_exponent)
    real[SATISFACTION, i] = experience.satisfaction(real[MEMORY, i], people.power_mean_exponent)
    real[WORST, i] = 0.0
    real[TRUST, i] = people.trust_neutral
    real[LOYALTY, i] = market.neutral_loyalty
    real[WILL, i] = segments.expectation[segment]
    real[SHOULD, i] = segments.expectation[segment]
    real[REPUTATION, i] = 0.0
    real[FATIGUE, i] = 0.0
    real[SPENT, i] = 0.0
    for column in range(PARTS, real.shape[0]):
        real[column, i] = 0.0
    whole[SEGMENT, i] = segment
    whole[OFFER, i] = offer
    whole[STAGE, i] = PROSPECT
    whole[CASE, i] = -1
    whole[CASE_WEEKS, i] = 0
    whole[PURCHASES, i] = 0
    whole[ENTERED, i] = week
    whole[BROUGHT, i] = -1
    whole[TELLS, i] = TELLS_NOTHING
    whole[HEARD_GOOD, i] = 0
    whole[HEARD_BAD, i] = 0
    # d is left over: a block has four words


@_compiled
def enter_all(key: Any, state: Any, segments: Any, market: Any, people: Any) -> None:
    """Fill every slot before week 0; a share of the people are customers already."""
    k0, k1, k2 = key
    whole = state[1]
    for i in range(whole.shape[1]):
        _enter(i, 0, key, state, segments, market, people)
        a, _, _, _ = threefry(k0, k1, k2, 0, i, 0, P_START, 0)
        if uniform(a) < market.start_customers:
            whole[STAGE, i] = CUSTOMER
            whole[PURCHASES, i] = 1


@_inlined
def _count(counts: Any, cell: int, before: int, position: int, amount: int) -> None:
    """Add to a counter of both cells that the person is in."""
    counts[0, cell, position] += amount
    counts[1, before, position] += amount


@_inlined
def _feel(i: int, quality: float, k: int, relief: float, state: Any, journey: Any, people: Any, memory: float,
          wills: float, shoulds: float) -> Any:  # fmt: skip
    """Feel quality at touchpoint k; return felt, slope, experience and perceived quality."""
    real = state[0]
    perceived = experience.perceived(quality, wills, people.assimilation)
    gap = experience.gap(perceived, shoulds)
    slope = experience.felt_slope(gap, journey.gain[k], journey.loss[k])
    felt = slope * gap + relief
    happened = experience.experience(people.anchor, real[HALO, i], felt)
    real[MEMORY, i] = experience.remembered(
        real[MEMORY, i], experience.power_memory(happened, people.power_mean_exponent), memory
    )
    real[WORST, i] = experience.worst_moment(real[WORST, i], people.anchor, happened)
    return felt, slope, happened, perceived


@_inlined
def _case_week(i: int, cell: int, before: int, state: Any, people: Any, memory: float, books: Any) -> float:
    """Feel one more week of an open problem; return the experience."""
    real, whole = state
    k = whole[CASE, i]
    happened = experience.experience(people.anchor, real[HALO, i], -people.unresolved_pain)
    real[MEMORY, i] = experience.remembered(
        real[MEMORY, i], experience.power_memory(happened, people.power_mean_exponent), memory
    )
    real[WORST, i] = experience.worst_moment(real[WORST, i], people.anchor, happened)
    whole[CASE_WEEKS, i] += 1
    books.felt[k, 1] += fixed(-people.unresolved_pain)
    books.unresolved[k] += 1
    return happened


@_inlined
def _meets(i: int, k: int, week: int, u: float, volume: float, met: int, won: int, voiced: bool, state: Any, journey: Any,
           segments: Any, people: Any) -> bool:  # fmt: skip
    """Return whether the person meets touchpoint k this week."""
    real, whole = state
    trigger = journey.trigger[k]
    chance = journey.weekly[k] * (volume if volume > 0.0 else 0.0)
    if trigger == RATE:
        return (journey.stages[k] >> whole[STAGE, i]) & 1 == 1 and u < chance
    if trigger == NEED:
        if whole[STAGE, i] != CUSTOMER:
            return False
        need = behaviour.need_chance(
            real[PURCHASE_RATE, i], real[SATISFACTION, i], people.anchor, people.repurchase_sensitivity
        )
        return u < need * chance
    if trigger == AFTER:
        when = journey.when[k]
        behind = met if when == MET else (won if when == SUCCESS else met & ~won)
        return journey.follows[k] & behind != 0 and u < chance
    if trigger == OPEN_CASE:
        if not voiced or whole[CASE, i] < 0:
            return False
        return u < chance * behaviour.contact_preference(segments.digital[whole[SEGMENT, i]], journey.channel[k])
    return whole[STAGE, i] == CUSTOMER and (week + i) % journey.cycle[k] == 0 and u < chance


@_inlined
def _encounter(i: int, k: int, week: int, key: Any, state: Any, journey: Any, segments: Any, market: Any, people: Any,
               value: Any, promise: Any, wait: float, counts: Any, books: Any) -> Any:  # fmt: skip
    """Let the person meet touchpoint k; return (experience, succeeded)."""
    real, whole = state
    k0, k1, k2 = key
    segment = whole[SEGMENT, i]
    cell, before = whole[CELL, i], whole[CELL_BEFORE, i]
    at = k * TOUCHPOINT_WIDTH
    company = journey.trigger.shape[0] * TOUCHPOINT_WIDTH
    promising = promise.shape[1]
    w0, w1, w2, w3 = threefry(k0, k1, k2, 0, i, week, P_ENCOUNTER + k, 0)

    # what happens
    fit_part = people.fit_quality * journey.fit[k] * (real[FIT, i] - 0.5)
    wait_part = -people.wait_pain * (1.0 - segments.patience[segment]) * wait
    fatigue_part = -people.fatigue_quality * real[FATIGUE, i] if journey.by_firm[k] else 0.0
    quality = value[k, QUALITY] - value[k, EFFORT] + value[k, RELEVANCE]
    quality = quality + fit_part + wait_part + fatigue_part + people.noise * luck(w0, w1)

    # does it solve an open problem?
    solved = journey.closes[k] and whole[CASE, i] >= 0 and uniform(w3) < value[k, RESOLUTION]
    origin = whole[CASE, i] if whole[CASE, i] >= 0 else journey.trigger.shape[0]
    if solved:
        whole[CASE, i] = -1
        whole[CASE_WEEKS, i] = 0
    relief = people.recovery_satisfaction if solved else 0.0

    # what is felt, and what it does to her
    will, should = real[WILL, i], real[SHOULD, i]
    for p in range(promising):
        will = will + real[PARTS + p, i]
        should = should + real[PARTS + promising + p, i]
    felt, slope, happened, perceived = _feel(
        i, quality, k, relief, state, journey, people, segments.memory[segment], will, should
    )
    real[TRUST, i] = expectation.trust_after(real[TRUST, i], quality, will, people.trust_learning)

    # the books
    side = 0 if felt >= 0.0 else 1
    pass_on = slope * (1.0 - people.assimilation)
    books.felt[k, side] += fixed(felt)
    books.slope[k, side, cell, segment] += fixed(pass_on)
    for p in range(promising):
        books.promise[k, side, p] += fixed(
            slope * (people.assimilation * real[PARTS + p, i] - real[PARTS + promising + p, i])
        )
    brought = whole[BROUGHT, i] if whole[BROUGHT, i] >= 0 else journey.trigger.shape[0]
    books.fit[k, side, brought, segment] += fixed(pass_on * fit_part)
    books.wait[k, side] += fixed(pass_on * wait_part)
    books.fatigue[k, side] += fixed(pass_on * fatigue_part)
    books.relief[k, side] += fixed(relief)
    books.origin[k, origin] += 1

    # expectations move: what happened first, then what is promised from now on
    real[WILL, i] = expectation.base_of_will(real[WILL, i], quality, will, people.will_learning)
    real[SHOULD, i] = expectation.base_of_should(real[SHOULD, i], perceived, should, people.should_learning)
    if journey.promises[k]:
        for p in range(promising):
            real[PARTS + p, i] = expectation.promised(real[PARTS + p, i], promise[k, p], people.promise_to_will)
            real[PARTS + promising + p, i] = expectation.promised(
                real[PARTS + promising + p, i], promise[k, p], people.promise_to_should
            )

    # does it succeed?
    pull = 0.0
    if journey.persuades[k]:
        hope = real[WILL, i] - segments.expectation[segment]
        for p in range(promising):
            hope = hope + real[PARTS + p, i]
        pull = (
            people.fit_response * (real[FIT, i] - 0.5)
            + people.expectation_response * hope
            + people.reputation_response * real[REPUTATION, i]
            + value[k, RELEVANCE]
            - segments.price_sensitivity[segment] * (value[k, REVENUE] - 1.0)
        )
        if journey.by_firm[k]:
            pull = pull - people.fatigue_response * real[FATIGUE, i]
    succeeded = uniform(w2) < behaviour.success_chance(value[k, CONVERSION], pull)
    cost = value[k, COST] if value[k, COST] > 0.0 else 0.0
    if journey.by_firm[k]:
        real[FATIGUE, i] += 1.0
    if succeeded:
        _count(counts, cell, before, at + N_SUCCESSES, 1)
        stage = whole[STAGE, i]
        moved = journey.moves[k, stage]
        if moved >= 0:
            whole[STAGE, i] = moved
            if moved == LEAD:
                whole[BROUGHT, i] = k
            if moved == CUSTOMER and stage != CUSTOMER:
                _count(counts, cell, before, company + C_ACQUIRED, 1)
            if moved == DEFECTED:
                whole[CASE, i] = -1
                whole[CASE_WEEKS, i] = 0
                _count(counts, cell, before, company + C_DEFECTIONS, 1)
        if moved == CUSTOMER and whole[PURCHASES, i] == 0 and not journey.sells[k]:
            whole[PURCHASES, i] = 1  # joining without paying is her first purchase: from now on she has bought
        if journey.sells[k]:
            paid = market.price[whole[OFFER, i]] * journey.sale_size[k] * value[k, REVENUE]
            cost = cost + market.unit_cost[whole[OFFER, i]] * journey.sale_size[k]
            if whole[PURCHASES, i] > 0:
                _count(counts, cell, before, company + C_REPEAT, 1)
            whole[PURCHASES, i] += 1
            real[SPENT, i] += paid
            money = fixed(paid)
            _count(counts, cell, before, company + C_PURCHASES, 1)
            _count(counts, cell, before, at + N_REVENUE, money)
            _count(counts, cell, before, company + C_REVENUE, money)

    # does it leave a problem open? (a touchpoint that closes problems opens none)
    if not journey.closes[k] and whole[STAGE, i] == CUSTOMER and whole[CASE, i] < 0 and uniform(w3) < value[k, FAILURE]:
        whole[CASE, i] = k
        whole[CASE_WEEKS, i] = 0
        _count(counts, cell, before, at + N_CASES, 1)

    _count(counts, cell, before, at + N_ENCOUNTERS, 1)
    _count(counts, cell, before, at + N_EXPERIENCE, fixed(happened))
    if wait > 0.0:
        _count(counts, cell, before, at + N_WAITING, fixed(wait))
    _count(counts, cell, before, at + N_COST, fixed(cost))
    _count(counts, cell, before, company + C_COST, fixed(cost))
    if solved:
        _count(counts, cell, before, at + N_RESOLVED, 1)
    return happened, succeeded


@_inlined
def _survey(i: int, week: int, key: Any, k: int, happened: float, coaching: float, state: Any, people: Any, counts: Any,
            company: int) -> None:  # fmt: skip
    """Send a survey perhaps; she answers perhaps: would she recommend, and how was the last encounter (k)."""
    real, whole = state
    k0, k1, k2 = key
    w0, w1, w2, w3 = threefry(k0, k1, k2, 0, i, week, P_SURVEY, 0)
    if uniform(w0) >= people.survey_rate:
        return
    tone = happened - people.survey_indifferent
    if uniform(w1) >= behaviour.response_chance(people.survey_response, people.survey_extremity, tone):
        return
    cell, before = whole[CELL, i], whole[CELL_BEFORE, i]
    answer = behaviour.recommendation(
        real[SATISFACTION, i], real[WORST, i], people.survey_worst_moment, people.survey_noise * luck(w2, w3), coaching
    )
    w4, w5, _, _ = threefry(k0, k1, k2, 0, i, week, P_SURVEY, 1)
    overall = clip(real[SATISFACTION, i] + people.survey_rating_noise * luck(w4, w5) + coaching, 0.0, 1.0)
    _count(counts, cell, before, company + C_ANSWERS, 1)
    _count(counts, cell, before, company + C_OVERALL, fixed(overall))
    if answer >= people.survey_promoter:
        _count(counts, cell, before, company + C_PROMOTERS, 1)
        _count(counts, cell, before, company + C_NPS_POINTS, 1)
    elif answer < people.survey_detractor:
        _count(counts, cell, before, company + C_DETRACTORS, 1)
        _count(counts, cell, before, company + C_NPS_POINTS, -1)
    _count(counts, cell, before, k * TOUCHPOINT_WIDTH + N_CSAT_ANSWERS, 1)
    _count(counts, cell, before, k * TOUCHPOINT_WIDTH + N_CSAT, fixed(clip(happened + coaching, 0.0, 1.0)))


@_inlined
def _begin_week(i: int, state: Any, segments: Any, people: Any, promising: int) -> None:
    """Forget a little, and hear what acquaintances told last week."""
    real, whole = state
    for column in range(PARTS, PARTS + 2 * promising):
        real[column, i] = real[column, i] * (1.0 - people.promise_forgetting)
    norm = segments.expectation[whole[SEGMENT, i]]
    real[SHOULD, i] = expectation.promised(real[SHOULD, i], norm, people.should_forgetting)
    real[WORST, i] = real[WORST, i] * (1.0 - people.worst_moment_fading)
    real[FATIGUE, i] = real[FATIGUE, i] * (1.0 - people.fatigue_fading)
    heard = people.reputation_gain * whole[HEARD_GOOD, i] - people.reputation_loss * whole[HEARD_BAD, i]
    real[REPUTATION, i] = clip(real[REPUTATION, i] * (1.0 - people.reputation_fading) + heard, -1.0, 1.0)
    whole[HEARD_GOOD, i] = 0
    whole[HEARD_BAD, i] = 0
    whole[TELLS, i] = TELLS_NOTHING


@_inlined
def _end_week(i: int, u_leave: float, u_tell: float, lowest: float, highest: float, voiced: bool, was_customer: bool,
              state: Any, segments: Any, market: Any, people: Any, promising: int, counts: Any, company: int) -> None:  # fmt: skip
    """Draw the week's sum: trust, satisfaction, loyalty; leave or stay; tell others."""
    real, whole = state
    cell, before = whole[CELL, i], whole[CELL_BEFORE, i]
    segment = whole[SEGMENT, i]
    if whole[PURCHASES, i] > 0:
        high, low = real[PARTS, i], real[PARTS, i]
        for p in range(1, promising):
            high = real[PARTS + p, i] if real[PARTS + p, i] > high else high
            low = real[PARTS + p, i] if real[PARTS + p, i] < low else low
        real[TRUST, i] = expectation.trust_of_week(
            real[TRUST, i], high - low, people.mixed_message, people.trust_neutral, people.trust_recovery
        )
        real[SATISFACTION, i] = experience.satisfaction(real[MEMORY, i], people.power_mean_exponent)
        real[LOYALTY, i] = behaviour.loyalty_after(
            real[LOYALTY, i], real[SATISFACTION, i], real[TRUST, i], people.loyalty_satisfaction, people.loyalty_speed
        )
    if whole[STAGE, i] == LEAD:
        if u_leave < market.lead_lapse:
            whole[STAGE, i] = PROSPECT
    elif whole[STAGE, i] == CUSTOMER:
        unvoiced = 1.0 if whole[CASE, i] >= 0 and not voiced else 0.0
        chance = behaviour.defection_chance(
            segments.defection[segment], real[LOYALTY, i], market.neutral_loyalty, people.defection_sensitivity, unvoiced,
            people.case_defection,
        )  # fmt: skip
        if u_leave < chance:
            whole[STAGE, i] = DEFECTED
            whole[CASE, i] = -1
            whole[CASE_WEEKS, i] = 0
            _count(counts, cell, before, company + C_DEFECTIONS, 1)
            if not voiced:
                _count(counts, cell, before, company + C_SILENT, 1)
        elif was_customer:
            _count(counts, cell, before, company + C_RETAINED, 1)
    if lowest < people.talk_bad_below:
        if u_tell < people.talk_bad:
            whole[TELLS, i] = TELLS_BAD
            _count(counts, cell, before, company + C_BAD_TALK, 1)
    elif highest > people.talk_good_above and u_tell < people.talk_good:
        whole[TELLS, i] = TELLS_GOOD
        _count(counts, cell, before, company + C_GOOD_TALK, 1)


@_inlined
def _take_stock(i: int, state: Any, counts: Any, company: int) -> None:
    """Count the person where she stands at the end of the week."""
    real, whole = state
    cell, before, stage = whole[CELL, i], whole[CELL_BEFORE, i], whole[STAGE, i]
    _count(counts, cell, before, company + C_PEOPLE, 1)
    _count(counts, cell, before, company + C_PROSPECTS + stage, 1)
    if stage == CUSTOMER:
        _count(counts, cell, before, company + C_SATISFACTION, fixed(real[SATISFACTION, i]))
        _count(counts, cell, before, company + C_TRUST, fixed(real[TRUST, i]))
        if whole[CASE, i] >= 0:
            _count(counts, cell, before, company + C_OPEN, 1)
    if whole[PURCHASES, i] > 0:
        _count(counts, cell, before, company + C_EVER, 1)
        _count(counts, cell, before, company + C_LOYALTY, fixed(real[LOYALTY, i]))


@_inlined
def _person_week(i: int, week: int, key: Any, finish: Any, meet: Any, state: Any, journey: Any, segments: Any, market: Any,
                 people: Any, value: Any, promise: Any, waits: Any, counts: Any, books: Any) -> None:  # fmt: skip
    """Live one week of the person in slot i; `finish` and `meet` are her unconditional draws."""
    real, whole = state
    touchpoints = journey.trigger.shape[0]
    company = touchpoints * TOUCHPOINT_WIDTH
    promising = promise.shape[3]
    if finish[0] < market.exit_rate:
        _enter(i, week + 1, key, state, segments, market, people)
        _take_stock(i, state, counts, company)
        return
    cell, before, segment = whole[CELL, i], whole[CELL_BEFORE, i], whole[SEGMENT, i]
    _begin_week(i, state, segments, people, promising)
    was_customer = whole[STAGE, i] == CUSTOMER
    voiced, lowest, highest, last, happened = False, 1.0, 0.0, -1, 0.0
    if whole[CASE, i] >= 0:
        happened = _case_week(i, cell, before, state, people, segments.memory[segment], books)
        lowest, highest = happened, happened
        voiced = finish[1] < behaviour.voice_chance(
            segments.voice[segment], real[LOYALTY, i], market.neutral_loyalty, people.voice_loyalty
        )
        if voiced:
            _count(counts, cell, before, company + C_COMPLAINTS, 1)
    met, won = 0, 0
    for k in range(touchpoints):
        volume = value[cell, segment, k, VOLUME]
        if _meets(i, k, week, meet[k], volume, met, won, voiced, state, journey, segments, people):
            happened, succeeded = _encounter(
                i, k, week, key, state, journey, segments, market, people, value[cell, segment], promise[cell, segment],
                waits[cell, k], counts, books,
            )  # fmt: skip
            met = met | (1 << k)
            won = won | ((1 if succeeded else 0) << k)
            lowest = happened if happened < lowest else lowest
            highest = happened if happened > highest else highest
            last = k
    _end_week(
        i, finish[2], finish[3], lowest, highest, voiced, was_customer, state, segments, market, people, promising, counts,
        company,
    )  # fmt: skip
    if last >= 0 and whole[STAGE, i] == CUSTOMER:
        _survey(i, week, key, last, happened, value[cell, segment, last, COACHING], state, people, counts, company)
    _take_stock(i, state, counts, company)


def scratch(touchpoints: int) -> NDArray[np.float64]:
    """Return room for the unconditional draws of one block of people."""
    return np.empty((4 + 4 * ((touchpoints + 3) // 4), BLOCK))


@_compiled
def week_of(first: int, last: int, week: int, key: Any, state: Any, journey: Any, segments: Any, market: Any, people: Any,
            value: Any, promise: Any, waits: Any, counts: Any, books: Any, draws: Any) -> None:  # fmt: skip
    """Live one week of the people in slots first to last - 1.

    `value` [cell, segment, touchpoint, coefficient], `promise` [cell, segment, touchpoint, promising department],
    `waits` [cell, touchpoint] in weeks; `counts` and `books` are added to; `draws` is scratch space as made by
    `scratch`.
    """
    k0, k1, k2 = key
    touchpoints = journey.trigger.shape[0]
    blocks = (touchpoints + 3) // 4
    for start in range(first, last, BLOCK):
        size = min(BLOCK, last - start)
        for b in range(blocks + 1):
            purpose = P_FINISH if b == 0 else P_MEET + b - 1
            for j in range(size):
                w0, w1, w2, w3 = threefry(k0, k1, k2, 0, start + j, week, purpose, 0)
                draws[4 * b, j] = uniform(w0)
                draws[4 * b + 1, j] = uniform(w1)
                draws[4 * b + 2, j] = uniform(w2)
                draws[4 * b + 3, j] = uniform(w3)
        for j in range(size):
            _person_week(
                start + j, week, key, draws[:4, j], draws[4:, j], state, journey, segments, market, people, value, promise, waits,
                counts, books,
            )  # fmt: skip


@_compiled
def deal(key: Any, review: int, cells: int, whole: Any) -> None:
    """Put people into the cells of a review, as `simulation.model.trials.deal` draws them."""
    k0, k1, k2 = key
    for i in range(whole.shape[1]):
        word, _, _, _ = threefry(k0, k1, k2, 0, i, review, P_CELL, 0)
        whole[CELL_BEFORE, i] = whole[CELL, i]
        whole[CELL, i] = word & (cells - 1)


@_compiled
def spread_word(whole: Any, starts: Any, ties: Any) -> None:
    """Let those who tell something be heard: ties of person i are ties[starts[i]:starts[i + 1]]."""
    for i in range(whole.shape[1]):
        if whole[TELLS, i] != TELLS_NOTHING:
            heard = HEARD_GOOD if whole[TELLS, i] == TELLS_GOOD else HEARD_BAD
            for t in range(starts[i], starts[i + 1]):
                whole[heard, ties[t]] += 1

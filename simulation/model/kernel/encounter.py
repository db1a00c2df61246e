"""Encounters at one touchpoint: what happens, what is felt, what she expects from now on, and whether she says yes.

One encounter after another, with all its numbers at hand: so few of a block meet any one touchpoint that passes over rows of
collected numbers take longer (measured: DECISIONS). Only the chance to say yes, with its exponential, is a pass of its own.
"""

from __future__ import annotations

from typing import Any

from simulation.model.columns import *  # noqa: F403
from simulation.model.jit import inlined
from simulation.model.kernel.beginning import is_overdue, remember
from simulation.model.kernel.counting import count
from simulation.model.kernel.ordering import note
from simulation.model.kernel.scratch import (
    CHANCE,
    HAPPENED,
    HAS_MET,
    HAS_WON,
    HIGHEST,
    LAST,
    LOWEST,
    PULL,
    RATED,
)  # fmt: skip
from simulation.randomness import luck, threefry, uniform
from simulation.rules import behaviour, delivery, expectation, experience
from simulation.rules.arithmetic import clip, fixed

__all__ = ["meet", "respond"]


@inlined
def meet(c: int, j: int, i: int, k: int, week: int, state: Any, journey: Any, segments: Any, people: Any, here: Any, promise: Any,
         wait: float, room: Any, counts: Any, books: Any) -> None:  # fmt: skip
    """Let the person in slot i, place j of the block, live encounter c at touchpoint k, up to her answer.

    `here` [coefficient] and `promise` [promising department] are what the touchpoint has ready for her cell and segment.
    """
    real, whole = state
    segment, cell, before = whole[SEGMENT, i], whole[CELL, i], whole[CELL_BEFORE, i]
    promising = promise.shape[0]

    # what happens
    fit_part = people.fit_quality * journey.fit[k] * (real[FIT, i] - 0.5)
    wait_part = -people.wait_pain * (1.0 - segments.patience[segment]) * wait
    fatigue_part = -people.fatigue_quality * real[FATIGUE, i] if journey.by_firm[k] else 0.0
    late_part, of_days, of_promise, swift, of_speed = 0.0, 0.0, 0.0, 0.0, 0.0
    if journey.delivers[k]:
        late_part, of_days, of_promise = _timeliness(i, whole, people)
        swift, of_speed = _speed(i, k, whole, journey, people, segments.patience[segment])
    quality = here[QUALITY] - here[EFFORT] + here[RELEVANCE]
    quality = (
        quality
        + fit_part
        + wait_part
        + fatigue_part
        + late_part
        + journey.quality_spread[k] * luck(room.words[0, c], room.words[1, c])
    )
    relief = _solve(c, i, k, week, cell, before, whole, journey, people, here, room, counts, books)

    # what is felt, and what it does to her
    will, should = real[WILL, i], real[SHOULD, i]
    for p in range(promising):
        will = will + real[PARTS + p, i]
        should = should + real[PARTS + promising + p, i]
    perceived = experience.perceived(quality, will, people.assimilation)
    gap = experience.gap(perceived, should)
    slope = experience.felt_slope(gap, journey.gain[k], journey.loss[k])
    felt = slope * gap + swift + relief
    happened = experience.experience(people.anchor, felt)
    past = experience.past_weight(segments.memory[segment], gap, journey.notice[k])
    remember(j, happened, past, people.power_mean_exponent, room)
    real[WORST, i] = experience.worst_moment(real[WORST, i], people.anchor, happened)
    real[TRUST, i] = expectation.trust_after(real[TRUST, i], quality, will, people.trust_learning)

    _book(
        i, k, cell, felt, slope, fit_part, wait_part, fatigue_part, of_days, of_promise, of_speed, relief, promising, state,
        journey, people, books,
    )  # fmt: skip

    # expectations move: what happened first, then what is promised from now on
    real[WILL, i] = expectation.base_of_will(real[WILL, i], quality, will, people.will_learning)
    real[SHOULD, i] = expectation.base_of_should(real[SHOULD, i], perceived, should, people.should_learning)
    if journey.promises[k]:
        for p in range(promising):
            real[PARTS + p, i] = expectation.promised(real[PARTS + p, i], promise[p], people.promise_to_will)
            real[PARTS + promising + p, i] = expectation.promised(
                real[PARTS + promising + p, i], promise[p], people.promise_to_should
            )

    room.real[CHANCE, c] = here[CONVERSION]
    if journey.persuades[k]:
        room.real[PULL, c] = _pull(i, k, segment, promising, real, journey, segments, people, here)
    if journey.by_firm[k]:
        real[FATIGUE, i] += 1.0
    room.real[HAPPENED, j] = happened
    room.real[RATED, j] = behaviour.rated(people.anchor, gap, people.performance_gain, people.performance_loss)
    room.real[LOWEST, j] = min(room.real[LOWEST, j], happened)
    room.real[HIGHEST, j] = max(room.real[HIGHEST, j], happened)
    room.marks[HAS_MET, j] |= 1 << k
    room.marks[LAST, j] = k
    at = k * TOUCHPOINT_WIDTH
    count(counts, cell, before, at + N_ENCOUNTERS, 1)
    count(counts, cell, before, at + N_EXPERIENCE, fixed(happened))
    if wait > 0.0:
        count(counts, cell, before, at + N_WAITING, fixed(wait))


@inlined
def _timeliness(i: int, whole: Any, people: Any) -> tuple[float, float, float]:
    """Return the part of quality that is due to early or late, and what of it comes of the days to either date."""
    days = delivery.days_between(whole[ORDERED_AT, i], whole[DUE, i])
    promised = delivery.days_between(whole[ORDERED_AT, i], whole[PROMISED, i])
    part = delivery.timeliness(days - promised, people.lateness, people.lateness_limit)
    a_day = delivery.per_day(part, days - promised)
    return part, a_day * days, -a_day * promised


@inlined
def _speed(i: int, k: int, whole: Any, journey: Any, people: Any, patience: float) -> tuple[float, float]:
    """Return what is felt of a delivery's being quick or slow, and what of it comes of the days until the arrival."""
    days = delivery.days_between(whole[ORDERED_AT, i], whole[DUE, i])
    wait = delivery.slowness(days, journey.days[k], people.lateness_limit, people.wait_pain, patience)
    slope = experience.felt_slope(wait, people.performance_gain, people.performance_loss)
    felt = slope * (1.0 - people.assimilation) * wait
    return felt, delivery.per_day(felt, days - journey.days[k]) * days


@inlined
def _solve(c: int, i: int, k: int, week: int, cell: int, before: int, whole: Any, journey: Any, people: Any, here: Any, room: Any,
           counts: Any, books: Any) -> float:  # fmt: skip
    """Solve her open problem perhaps; return the relief."""
    touchpoints, case = journey.trigger.shape[0], whole[CASE, i]
    if case < 0:
        books.origin[k, 2 * touchpoints] += 1
        return 0.0
    overdue = is_overdue(i, week, whole)
    books.origin[k, case + (touchpoints if overdue else 0)] += 1
    arrived = journey.delivers[k] and overdue  # what is late can only be cured by its arrival
    solved = journey.closes[k] and not overdue and uniform(room.words[3, c]) < here[RESOLUTION]
    if solved or arrived:
        whole[CASE, i] = -1
        whole[CASE_WEEKS, i] = 0
        count(counts, cell, before, k * TOUCHPOINT_WIDTH + N_RESOLVED, 1)
    return people.recovery_satisfaction if solved else 0.0


@inlined
def _book(i: int, k: int, cell: int, felt: float, slope: float, fit_part: float, wait_part: float, fatigue_part: float,
          of_days: float, of_promise: float, of_speed: float, relief: float, promising: int, state: Any, journey: Any,
          people: Any, books: Any) -> None:  # fmt: skip
    """Write down what was felt and the parts that it is made of (see `simulation.model.ledger`); parts of 0 are left out."""
    real, whole = state
    segment = whole[SEGMENT, i]
    side = 0 if felt >= 0.0 else 1
    pass_on = slope * (1.0 - people.assimilation)
    books.felt[k, side] += fixed(felt)
    books.slope[k, side, cell, segment] += fixed(pass_on)
    for p in range(promising):
        books.promise[k, side, p] += fixed(
            slope * (people.assimilation * real[PARTS + p, i] - real[PARTS + promising + p, i])
        )
    if journey.fit[k] != 0.0:
        brought = whole[BROUGHT, i] if whole[BROUGHT, i] >= 0 else journey.trigger.shape[0]
        books.fit[k, side, brought, segment] += fixed(pass_on * fit_part)
    if wait_part != 0.0:
        books.wait[k, side] += fixed(pass_on * wait_part)
    if journey.by_firm[k]:
        books.fatigue[k, side] += fixed(pass_on * fatigue_part)
    if journey.delivers[k]:
        books.dates[k, side, 0] += fixed(pass_on * of_days + of_speed)
        books.dates[k, side, 1] += fixed(pass_on * of_promise)
    if relief != 0.0:
        books.relief[k, side] += fixed(relief)


@inlined
def _pull(
    i: int, k: int, segment: int, promising: int, real: Any, journey: Any, segments: Any, people: Any, here: Any
) -> float:
    """Return her own reasons to say yes, on the log scale of conversion."""
    hope = real[WILL, i] - segments.expectation[segment]
    for p in range(promising):
        hope = hope + real[PARTS + p, i]
    pull = (
        people.fit_response * (real[FIT, i] - 0.5)
        + people.expectation_response * hope
        + people.reputation_response * real[REPUTATION, i]
        + here[RELEVANCE]
        - segments.price_sensitivity[segment] * (here[REVENUE] - 1.0)
    )
    return pull - people.fatigue_response * real[FATIGUE, i] if journey.by_firm[k] else pull


@inlined
def respond(c: int, j: int, i: int, k: int, week: int, key: Any, state: Any, journey: Any, market: Any, people: Any, here: Any,
            room: Any, counts: Any, log: Any) -> None:  # fmt: skip
    """Let her say yes or no, and be left with an open problem perhaps; count what it costs."""
    real, whole = state
    cell, before, at = whole[CELL, i], whole[CELL_BEFORE, i], k * TOUCHPOINT_WIDTH
    cost = here[COST] if here[COST] > 0.0 else 0.0
    succeeded = uniform(room.words[2, c]) < room.real[CHANCE, c]
    if succeeded:
        room.marks[HAS_WON, j] |= 1 << k
        cost = cost + _succeed(i, k, cell, before, state, journey, market, here, counts)
    fails = not journey.closes[k] and uniform(room.words[3, c]) < here[FAILURE]
    if fails and whole[STAGE, i] == CUSTOMER and whole[CASE, i] < 0:
        whole[CASE, i] = k
        whole[CASE_WEEKS, i] = 0
        count(counts, cell, before, at + N_CASES, 1)
    if cost != 0.0:
        count(counts, cell, before, at + N_COST, fixed(cost))
    if log.whole.shape[0] > 0:
        happened = room.real[HAPPENED, j]
        paid = _price(k, whole[OFFER, i], journey, market, here) if succeeded and journey.sells[k] else 0.0
        note(
            log,
            week,
            i,
            ENCOUNTERED,
            k,
            1 if succeeded else 0,
            _rate(i, k, week, key, people, room.real[RATED, j]),
            happened,
            paid,
        )


@inlined
def _rate(i: int, k: int, week: int, key: Any, people: Any, told: float) -> int:
    """Return the stars that she would give an encounter, if asked."""
    k0, k1, k2 = key
    w0, w1, _, _ = threefry(k0, k1, k2, 0, i, week, P_ENCOUNTER + k, 1)
    answer = clip(told + people.survey_rating_noise * luck(w0, w1), 0.0, 1.0)
    return behaviour.stars(answer, people.two_stars, people.three_stars, people.four_stars, people.five_stars)


@inlined
def _price(k: int, offer: int, journey: Any, market: Any, here: Any) -> float:
    """Return what is paid for a sale at touchpoint k."""
    return market.price[offer] * journey.sale_size[k] * here[REVENUE]


@inlined
def _succeed(
    i: int, k: int, cell: int, before: int, state: Any, journey: Any, market: Any, here: Any, counts: Any
) -> float:
    """Move on and perhaps buy; return the cost of the goods."""
    real, whole = state
    at, company = k * TOUCHPOINT_WIDTH, journey.trigger.shape[0] * TOUCHPOINT_WIDTH
    count(counts, cell, before, at + N_SUCCESSES, 1)
    stage = whole[STAGE, i]
    moved = journey.moves[k, stage]
    if moved >= 0:
        whole[STAGE, i] = moved
        if moved == LEAD:
            whole[BROUGHT, i] = k
        if moved == CUSTOMER and stage != CUSTOMER:
            count(counts, cell, before, company + C_ACQUIRED, 1)
        if moved == DEFECTED:  # she gives notice: lost, but not silently
            whole[CASE, i] = -1
            whole[CASE_WEEKS, i] = 0
            count(counts, cell, before, company + C_DEFECTIONS, 1)
    if not journey.sells[k]:
        if moved == CUSTOMER and whole[PURCHASES, i] == 0:
            whole[PURCHASES, i] = 1  # joining without paying is her first purchase: from now on she has bought
        return 0.0
    offer = whole[OFFER, i]
    paid = _price(k, offer, journey, market, here)
    if whole[PURCHASES, i] > 0:
        count(counts, cell, before, company + C_REPEAT, 1)
    whole[PURCHASES, i] += 1
    real[SPENT, i] += paid
    count(counts, cell, before, at + N_REVENUE, fixed(paid))
    return market.unit_cost[offer] * journey.sale_size[k]

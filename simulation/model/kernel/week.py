"""The compiled customers: one week of many, the same rules as `simulation.model.plain.customer`.

Every formula is called from `simulation.rules`; what stands in this package is the order of a week, and columns instead of
attributes. People go through the week in blocks; within a block each step is a pass over all of it, and each touchpoint is met by
all who meet it before the next one's turn. What a person lives depends on nobody else of the week, so the order is hers alone and
the bits are those of the plain engine. `week_of` works a range of slots without the interpreter lock and touches nothing outside
it but the counters that it is given, so that ranges may run side by side and their integer counters be added in any order.
"""

from __future__ import annotations

from typing import Any

from simulation.model.columns import *  # noqa: F403
from simulation.model.jit import compiled, inlined
from simulation.model.kernel.beginning import begin, draw, feel_open_cases, replace_leavers, words_of
from simulation.model.kernel.encounter import meet, respond
from simulation.model.kernel.ending import leave, sum_up, survey, survey_deliveries, take_stock, tell
from simulation.model.kernel.meeting import chances, find
from simulation.model.kernel.ordering import await_deliveries, place_orders, take_in
from simulation.model.kernel.scratch import CHANCE, PULL
from simulation.randomness import threefry
from simulation.rules import behaviour

__all__ = ["deal", "spread_word", "week_of"]


@inlined
def _visit(start: int, size: int, k: int, week: int, key: Any, state: Any, journey: Any, segments: Any, market: Any, people: Any,
           value: Any, promise: Any, waits: Any, counts: Any, books: Any, room: Any, log: Any) -> None:  # fmt: skip
    """Let all of a block who meet touchpoint k this week do so."""
    whole, chosen = state[1], room.chosen
    n = find(start, size, k, week, state, journey, segments, people, room)
    if journey.delivers[k]:
        place_orders(start, n, k, week, key, whole, journey, value, room, log)
        n = await_deliveries(start, size, k, week, whole, room, counts)
    words_of(start, n, week, key, P_ENCOUNTER + k, room)
    for c in range(n):
        j = chosen[c]
        i = start + j
        cell, segment = whole[CELL, i], whole[SEGMENT, i]
        here, promised = value[cell, segment, k], promise[cell, segment, k]
        meet(c, j, i, k, week, state, journey, segments, people, here, promised, waits[cell, k], room, counts, books)
    chance, pull = room.real[CHANCE], room.real[PULL]
    if journey.persuades[k]:
        for c in range(n):
            chance[c] = behaviour.success_chance(chance[c], pull[c])
    for c in range(n):
        j = chosen[c]
        i = start + j
        here = value[whole[CELL, i], whole[SEGMENT, i], k]
        respond(c, j, i, k, week, key, state, journey, market, people, here, room, counts, log)


@compiled
def week_of(first: int, last: int, week: int, key: Any, state: Any, journey: Any, segments: Any, market: Any, people: Any,
            value: Any, promise: Any, waits: Any, counts: Any, books: Any, room: Any, log: Any) -> None:  # fmt: skip
    """Live one week of the people in slots first to last - 1.

    `value` [cell, segment, touchpoint, coefficient], `promise` [cell, segment, touchpoint, promising department],
    `waits` [cell, touchpoint] in weeks; `counts` and `books` are added to, all but what `add_up` derives; `room` as made by
    `simulation.model.kernel.scratch`; `log` takes the events of these people if it has rows.
    """
    touchpoints = journey.trigger.shape[0]
    company = touchpoints * TOUCHPOINT_WIDTH
    delivers = journey.delivers.any()
    promising = promise.shape[3]
    block = room.draws.shape[1]
    chances(value, journey.weekly, room)
    for start in range(first, last, block):
        size = min(block, last - start)
        draw(start, size, week, key, room)
        begin(start, size, state, segments, people, promising, room)
        replace_leavers(start, size, week, key, state, segments, market, people, room)
        feel_open_cases(start, size, week, state, segments, market, people, room, counts, books, company)
        for k in range(touchpoints):
            _visit(
                start, size, k, week, key, state, journey, segments, market, people, value, promise, waits, counts, books, room,
                log,
            )  # fmt: skip
        sum_up(start, size, state, people, promising, room)
        leave(start, size, state, segments, market, people, room, counts, company)
        tell(start, size, state, people, room, counts, company)
        if market.asked_at == ASKED_AT_DELIVERY:
            survey_deliveries(start, size, week, key, state, market, people, value, room, counts, company, log)
        else:
            survey(start, size, week, key, state, market, people, value, room, counts, company, log)
        if delivers:
            take_in(start, size, week, state[1])
        take_stock(start, size, state, room, counts, company)


@compiled
def deal(key: Any, review: int, cells: int, whole: Any) -> None:
    """Put people into the cells of a review, as `simulation.model.trials.deal` draws them."""
    k0, k1, k2 = key
    for i in range(whole.shape[1]):
        word, _, _, _ = threefry(k0, k1, k2, 0, i, review, P_CELL, 0)
        whole[CELL_BEFORE, i] = whole[CELL, i]
        whole[CELL, i] = word & (cells - 1)


@compiled
def spread_word(whole: Any, starts: Any, ties: Any) -> None:
    """Let those who tell something be heard: ties of person i are ties[starts[i]:starts[i + 1]]."""
    for i in range(whole.shape[1]):
        if whole[TELLS, i] != TELLS_NOTHING:
            heard = HEARD_GOOD if whole[TELLS, i] == TELLS_GOOD else HEARD_BAD
            for t in range(starts[i], starts[i + 1]):
                whole[heard, ties[t]] += 1

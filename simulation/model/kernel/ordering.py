"""Orders that arrive later: placing them, waiting for them, and writing events down."""

from __future__ import annotations

from typing import Any

from simulation.model.columns import *  # noqa: F403
from simulation.model.jit import inlined
from simulation.model.kernel.beginning import words_of
from simulation.model.kernel.counting import count
from simulation.model.kernel.meeting import choose_flagged
from simulation.randomness import luck, threefry, uniform
from simulation.rules import delivery

__all__ = ["await_deliveries", "note", "place_orders", "take_in"]


@inlined
def note(log: Any, week: int, i: int, what: int, k: int, first: int, second: int, x: float, y: float) -> None:
    """Write an event into the log."""
    row = log.used[0]
    log.whole[row, 0] = week
    log.whole[row, 1] = i
    log.whole[row, 2] = what
    log.whole[row, 3] = k
    log.whole[row, 4] = first
    log.whole[row, 5] = second
    log.real[row, 0] = x
    log.real[row, 1] = y
    log.used[0] = row + 1


@inlined
def place_orders(
    start: int, n: int, k: int, week: int, key: Any, whole: Any, journey: Any, value: Any, room: Any, log: Any
) -> None:
    """Let the n chosen order what touchpoint k delivers, unless something is on its way to them already."""
    words_of(start, n, week, key, P_ORDER + k, room)
    for c in range(n):
        i = start + room.chosen[c]
        if whole[ORDER, i] >= 0:
            continue
        here = value[whole[CELL, i], whole[SEGMENT, i], k]
        day = 7.0 * (week + uniform(room.words[2, c]))
        slow = luck(room.words[0, c], room.words[1, c])
        w0, w1, _, _ = threefry(key[0], key[1], key[2], 0, i, week, P_ORDER + k, 1)
        days = delivery.days_until_arrival(journey.days[k], here[DAYS], journey.days_spread[k], slow)
        promised = delivery.days_promised(
            journey.promised_days[k],
            here[PROMISED_DAYS],
            journey.promised_spread[k],
            journey.foresight[k],
            slow,
            luck(w0, w1),
        )
        whole[ORDER, i] = k
        whole[ORDERED_AT, i] = delivery.ticks(day)
        whole[DUE, i] = delivery.ticks(day + days)
        whole[PROMISED, i] = delivery.ticks(day + promised)
        if log.whole.shape[0] > 0:
            note(log, week, i, ORDERED, k, whole[DUE, i], whole[PROMISED, i], day, 0.0)


@inlined
def await_deliveries(start: int, size: int, k: int, week: int, whole: Any, room: Any, counts: Any) -> int:
    """List those whose delivery arrives this week; a promised date that passes without it is an open problem."""
    stop = start + size
    order, due, flags = whole[ORDER, start:stop], whole[DUE, start:stop], room.flags
    end = (week + 1) * delivery.WEEK_OF_TICKS
    for j in range(size):
        flags[j] = 1 if order[j] == k else 0
    n = choose_flagged(size, room)
    for c in range(n):
        j = room.chosen[c]
        i = start + j
        if due[j] >= end:
            flags[j] = 0
            if whole[PROMISED, i] < end and whole[CASE, i] < 0 and whole[STAGE, i] == CUSTOMER:
                whole[CASE, i] = k
                whole[CASE_WEEKS, i] = 0
                count(counts, whole[CELL, i], whole[CELL_BEFORE, i], k * TOUCHPOINT_WIDTH + N_CASES, 1)
    return choose_flagged(size, room)


@inlined
def take_in(start: int, size: int, week: int, whole: Any) -> None:
    """Close the orders that have arrived this week."""
    order, due = whole[ORDER, start : start + size], whole[DUE, start : start + size]
    end = (week + 1) * delivery.WEEK_OF_TICKS
    for j in range(size):
        order[j] = -1 if due[j] < end else order[j]

"""The beginning of a week: everybody's draws, forgetting, newcomers, and the pain of open problems."""

from __future__ import annotations

from typing import Any

from simulation.model.columns import *  # noqa: F403
from simulation.model.jit import inlined
from simulation.model.kernel.counting import count
from simulation.model.kernel.entry import enter
from simulation.model.kernel.scratch import (
    HAS_MET,
    HAS_WON,
    HIGHEST,
    KEPT,
    LAST,
    LOWEST,
    NEVER,
    ROW,
    VOICED,
    WAS,
    WEIGHT,
    WEIGHTED,
)  # fmt: skip
from simulation.randomness import threefry, uniform
from simulation.rules import behaviour, delivery, expectation, experience
from simulation.rules.arithmetic import clip, fixed

__all__ = ["begin", "draw", "feel_open_cases", "is_overdue", "remember", "replace_leavers", "words_of"]


@inlined
def draw(start: int, size: int, week: int, key: Any, room: Any) -> None:
    """Make the draws that everybody makes: those of the week's end, then one per touchpoint."""
    k0, k1, k2 = key
    one, two, three, four = room.words[0], room.words[1], room.words[2], room.words[3]
    for b in range(room.draws.shape[0] // 4):
        purpose = P_FINISH if b == 0 else P_MEET + b - 1
        for j in range(size):
            one[j], two[j], three[j], four[j] = threefry(k0, k1, k2, 0, start + j, week, purpose, 0)
        for r in range(4):  # apart from the loop above, which fits twice as many numbers into a register
            row, word = room.draws[4 * b + r], room.words[r]
            for j in range(size):
                row[j] = uniform(word[j])


@inlined
def words_of(start: int, n: int, week: int, key: Any, purpose: int, room: Any) -> None:
    """Draw four words for each of the n chosen."""
    k0, k1, k2 = key
    chosen = room.chosen
    one, two, three, four = room.words[0], room.words[1], room.words[2], room.words[3]
    for c in range(n):
        one[c], two[c], three[c], four[c] = threefry(k0, k1, k2, 0, start + chosen[c], week, purpose, 0)


@inlined
def begin(start: int, size: int, state: Any, segments: Any, people: Any, promising: int, room: Any) -> None:
    """Let everybody forget a little and hear what acquaintances told last week; clear the block's marks."""
    stop = start + size
    real, whole = state
    keep = 1.0 - people.promise_forgetting
    for column in range(PARTS, PARTS + 2 * promising):
        part = real[column, start:stop]
        for j in range(size):
            part[j] = part[j] * keep
    should, norm = real[SHOULD, start:stop], real[NORM, start:stop]
    for j in range(size):
        should[j] = expectation.promised(should[j], norm[j], people.should_forgetting)
    worst, fatigue = real[WORST, start:stop], real[FATIGUE, start:stop]
    for j in range(size):
        worst[j] = worst[j] * (1.0 - people.worst_moment_fading)
        fatigue[j] = fatigue[j] * (1.0 - people.fatigue_fading)
    reputation = real[REPUTATION, start:stop]
    good, bad = whole[HEARD_GOOD, start:stop], whole[HEARD_BAD, start:stop]
    for j in range(size):
        heard = people.reputation_gain * good[j] - people.reputation_loss * bad[j]
        reputation[j] = clip(reputation[j] * (1.0 - people.reputation_fading) + heard, -1.0, 1.0)
    good[:] = 0
    bad[:] = 0
    whole[TELLS, start:stop] = TELLS_NOTHING
    _clear(start, size, whole, segments.defection.shape[0], room)


@inlined
def _clear(start: int, size: int, whole: Any, segments: int, room: Any) -> None:
    stop = start + size
    stage, segment, cell = whole[STAGE, start:stop], whole[SEGMENT, start:stop], whole[CELL, start:stop]
    was, row = room.marks[WAS], room.marks[ROW]
    for j in range(size):
        was[j] = 1 if stage[j] == CUSTOMER else 0
    for j in range(size):
        row[j] = cell[j] * segments + segment[j]
    room.marks[HAS_MET, :] = 0
    room.marks[HAS_WON, :] = 0
    room.marks[LAST, :] = -1
    room.marks[VOICED, :] = 0
    room.real[LOWEST, :] = 1.0
    room.real[HIGHEST, :] = 0.0
    room.real[KEPT, :] = 1.0
    room.real[WEIGHT, :] = 0.0
    room.real[WEIGHTED, :] = 0.0


@inlined
def replace_leavers(start: int, size: int, week: int, key: Any, state: Any, segments: Any, market: Any, people: Any,
                    room: Any) -> None:  # fmt: skip
    """Put a newcomer in the place of who leaves the market; nothing happens to her before next week."""
    draws = room.draws
    for j in range(size):
        if draws[0, j] < market.exit_rate:
            enter(start + j, week + 1, key, state, segments, market, people)
            room.marks[WAS, j] = 0
            for r in range(draws.shape[0]):
                draws[r, j] = NEVER


@inlined
def remember(j: int, happened: float, past: float, exponent: float, room: Any) -> None:
    """Take an experience of person j of the block into her week, where the past weighs so much beside it."""
    room.real[KEPT, j] *= past
    room.real[WEIGHT, j] += 1.0 - past
    room.real[WEIGHTED, j] += (1.0 - past) * experience.power_memory(happened, exponent)


@inlined
def is_overdue(i: int, week: int, whole: Any) -> bool:
    """Return whether the open problem of the person in slot i is that what she has ordered is late."""
    if whole.shape[0] == ORDER or whole[CASE, i] < 0 or whole[CASE, i] != whole[ORDER, i]:
        return False
    return delivery.is_overdue(week - whole[CASE_WEEKS, i], whole[ORDERED_AT, i], whole[DUE, i])


@inlined
def feel_open_cases(start: int, size: int, week: int, state: Any, segments: Any, market: Any, people: Any, room: Any, counts: Any,
                    books: Any, company: int) -> None:  # fmt: skip
    """Let those with an open problem feel one more week of it, and voice it or not."""
    real, whole = state
    for j in range(size):
        i = start + j
        k = whole[CASE, i]
        if k < 0:
            continue
        segment = whole[SEGMENT, i]
        happened = experience.experience(people.anchor, -people.unresolved_pain)
        remember(j, happened, segments.memory[segment], people.power_mean_exponent, room)
        real[WORST, i] = experience.worst_moment(real[WORST, i], people.anchor, happened)
        whole[CASE_WEEKS, i] += 1
        books.felt[k, 1] += fixed(-people.unresolved_pain)
        if is_overdue(i, week, whole):
            books.unresolved[books.felt.shape[0] + k] += 1
            books.overdue[k, 0] += whole[DUE, i] - whole[ORDERED_AT, i]
            books.overdue[k, 1] += whole[PROMISED, i] - whole[ORDERED_AT, i]
        else:
            books.unresolved[k] += 1
        room.real[LOWEST, j] = happened
        room.real[HIGHEST, j] = happened
        voice = behaviour.voice_chance(
            segments.voice[segment], real[LOYALTY, i], market.neutral_loyalty, people.voice_loyalty
        )
        if room.draws[1, j] < voice:
            room.marks[VOICED, j] = 1
            count(counts, whole[CELL, i], whole[CELL_BEFORE, i], company + C_COMPLAINTS, 1)

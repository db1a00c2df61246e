"""Who meets a touchpoint this week."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.model.columns import *  # noqa: F403
from simulation.model.jit import inlined
from simulation.model.kernel.scratch import CHANCE, HAS_MET, HAS_WON, ROW, VOICED
from simulation.rules import behaviour

__all__ = ["chances", "choose_flagged", "find"]


@inlined
def chances(value: Any, weekly: Any, room: Any) -> None:
    """Write down the chance of each touchpoint's meetings by cell and segment, before what a person brings to it."""
    for k in range(weekly.shape[0]):
        for cell in range(value.shape[0]):
            for segment in range(value.shape[1]):
                volume = value[cell, segment, k, VOLUME]
                room.chance[k, cell * value.shape[1] + segment] = weekly[k] * (volume if volume > 0.0 else 0.0)


@inlined
def choose_flagged(size: int, room: Any) -> int:
    """List who is flagged in room.chosen; return how many."""
    flags, eights, chosen = room.flags, room.eights, room.chosen
    n = 0
    for e in range((size + 7) // 8):
        if eights[e] != 0:
            for j in range(8 * e, min(8 * e + 8, size)):
                chosen[n] = j
                n += flags[j]
    return n


@inlined
def find(
    start: int, size: int, k: int, week: int, state: Any, journey: Any, segments: Any, people: Any, room: Any
) -> int:
    """List who meets touchpoint k in room.chosen; return how many."""
    stop = start + size
    real, whole = state
    stage, segment = whole[STAGE, start:stop], whole[SEGMENT, start:stop]
    u, chance, row, flags = room.draws[4 + k], room.real[CHANCE], room.marks[ROW], room.flags
    trigger, table = journey.trigger[k], room.chance[k]
    for j in range(size):
        chance[j] = table[np.uint64(row[j])]
    if trigger == RATE:
        stages = journey.stages[k]
        for j in range(size):
            flags[j] = ((stages >> stage[j]) & 1) & (1 if u[j] < chance[j] else 0)
    elif trigger == NEED:
        rate, satisfied = real[PURCHASE_RATE, start:stop], real[SATISFACTION, start:stop]
        for j in range(size):
            need = behaviour.need_chance(rate[j], satisfied[j], people.anchor, people.repurchase_sensitivity)
            flags[j] = (1 if stage[j] == CUSTOMER else 0) & (1 if u[j] < need * chance[j] else 0)
    elif trigger == AFTER:
        when, follows = journey.when[k], journey.follows[k]
        met, won = room.marks[HAS_MET], room.marks[HAS_WON]
        for j in range(size):
            behind = met[j] if when == MET else (won[j] if when == SUCCESS else met[j] & ~won[j])
            flags[j] = (1 if follows & behind != 0 else 0) & (1 if u[j] < chance[j] else 0)
    elif trigger == OPEN_CASE:
        voiced, case = room.marks[VOICED], whole[CASE, start:stop]
        for j in range(size):
            flags[j] = 0
            if voiced[j] == 1 and case[j] >= 0:
                prefers = behaviour.contact_preference(segments.digital[segment[j]], journey.channel[k])
                flags[j] = 1 if u[j] < chance[j] * prefers else 0
    else:
        flags[:] = 0
        cycle = journey.cycle[k]
        for j in range((-(week + start)) % cycle, size, cycle):
            flags[j] = (1 if stage[j] == CUSTOMER else 0) & (1 if u[j] < chance[j] else 0)
    return choose_flagged(size, room)

"""People who come into the market."""

from __future__ import annotations

from typing import Any

from simulation.model.columns import *  # noqa: F403
from simulation.model.jit import compiled, inlined
from simulation.randomness import luck, threefry, uniform
from simulation.rules import experience
from simulation.rules.arithmetic import clip, exp

__all__ = ["enter", "enter_all"]


@inlined
def enter(i: int, week: int, key: Any, state: Any, segments: Any, market: Any, people: Any) -> None:
    """Let a new person fill slot i as a prospect: traits by draws of (slot, week)."""
    real, whole = state
    k0, k1, k2 = key
    a, b, c, _ = threefry(k0, k1, k2, 0, i, week, P_ENTRY, 0)
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
    start = experience.experience(people.anchor, 0.0)
    real[FIT, i] = best
    real[PURCHASE_RATE, i] = segments.purchase_rate[segment] * exp(people.purchase_spread * luck(e, f))
    real[NORM, i] = segments.expectation[segment] + people.norm_spread * luck(b, c)
    real[MEMORY, i] = experience.power_memory(start, people.power_mean_exponent)
    real[SATISFACTION, i] = experience.satisfaction(real[MEMORY, i], people.power_mean_exponent)
    real[WORST, i] = 0.0
    real[TRUST, i] = people.trust_neutral
    real[LOYALTY, i] = market.neutral_loyalty
    real[WILL, i] = segments.expectation[segment]
    real[SHOULD, i] = real[NORM, i]
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
    if whole.shape[0] > ORDER:
        whole[ORDER, i] = -1
        whole[ORDERED_AT, i] = 0
        whole[DUE, i] = 0
        whole[PROMISED, i] = 0


@compiled
def enter_all(key: Any, state: Any, segments: Any, market: Any, people: Any) -> None:
    """Fill every slot before week 0; a share of the people are customers already."""
    k0, k1, k2 = key
    whole = state[1]
    for i in range(whole.shape[1]):
        enter(i, 0, key, state, segments, market, people)
        a, _, _, _ = threefry(k0, k1, k2, 0, i, 0, P_START, 0)
        if uniform(a) < market.start_customers:
            whole[STAGE, i] = CUSTOMER
            whole[PURCHASES, i] = 1

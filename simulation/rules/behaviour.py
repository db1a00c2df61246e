"""What a person does: respond, buy, voice, leave, tell others, answer a survey."""

from __future__ import annotations

from math import sqrt
from typing import Any

from numba.extending import register_jitable

from simulation.rules.arithmetic import clip, exp, log, logistic

__all__ = [
    "contact_preference",
    "defection_chance",
    "log_odds",
    "loyalty_after",
    "mean_multiplier",
    "need_chance",
    "neutral_loyalty",
    "rated",
    "recommendation",
    "response_chance",
    "stars",
    "success_chance",
    "voice_chance",
    "writing_chance",
]


@register_jitable(forceinline=True)
def neutral_loyalty(anchor: Any, trust_neutral: Any, weight: Any) -> Any:
    """Return the loyalty of somebody served just as it should be: w anchor + (1 - w) neutral trust.

    ODD E26: weight * anchor + (1 - weight) * trust_neutral

    Source: definition (the target of `loyalty_after` at the anchor).
    """
    return weight * anchor + (1.0 - weight) * trust_neutral


@register_jitable(forceinline=True)
def loyalty_after(loyalty: Any, satisfaction: Any, trust: Any, weight: Any, speed: Any) -> Any:
    """Return loyalty after a week: a slow stock fed by satisfaction and trust.

    ODD E27: loyalty + speed * (weight * satisfaction + (1 - weight) * trust - loyalty)

    L + speed (w satisfaction + (1 - w) trust - L). Source: Garbarino & Johnson 1999 (sources), our assumption (form).
    """
    return loyalty + speed * (weight * satisfaction + (1.0 - weight) * trust - loyalty)


def mean_multiplier(spread: float) -> float:
    """Return the mean of exp(spread x luck): (sinh(h) / h)^4 with h = sqrt(3) / 2 x spread, for spreads of at most 2.

    ODD E28: (sinh(spread * sqrt(3) / 2) / (spread * sqrt(3) / 2)) ** 4

    Source: moment generating function of the Irwin-Hall distribution.

    Luck is the standardised sum of four uniform numbers (`simulation.randomness.luck`), each as wide as 2 h here.

    Examples
    --------
    >>> mean_multiplier(0.0), round(mean_multiplier(0.8), 4)
    (1.0, 1.3703)
    """
    h = spread * sqrt(3.0) / 2.0
    if h < 1e-3:
        return 1.0
    quarter = float((exp(h) - exp(-h)) / (2.0 * h))
    return (quarter * quarter) * (quarter * quarter)


@register_jitable(forceinline=True)
def need_chance(rate: Any, satisfaction: Any, anchor: Any, sensitivity: Any) -> Any:
    """Return the weekly chance of a purchase occasion: rate exp(sensitivity (satisfaction - anchor)), at most 1.

    ODD E29: clip(rate * exp(sensitivity * (satisfaction - anchor)), 0, 1)

    Source: Szymanski & Henard 2001 (sign), C15 (how weak it may be); form our assumption.
    """
    return clip(rate * exp(sensitivity * (satisfaction - anchor)), 0.0, 1.0)


@register_jitable(forceinline=True)
def success_chance(conversion: Any, pull: Any) -> Any:
    """Return the chance that an encounter succeeds: conversion exp(pull), bounded to [0, 1].

    ODD E30: clip(conversion * exp(pull), 0, 1)

    Source: our assumption (log-linear form).
    """
    return clip(conversion * exp(pull), 0.0, 1.0)


@register_jitable(forceinline=True)
def contact_preference(digital: Any, channel: Any) -> Any:
    """Return the multiplier of a contact by channel (1 digital, 2 person, else neither).

    ODD E31: 2 * digital if channel == 1 else 2 * (1 - digital) if channel == 2 else 1

    2 d for digital channels and 2 (1 - d) for people, where d in [0, 1] is the preference. Our assumption.
    """
    if channel == 1:
        return 2.0 * digital
    if channel == 2:
        return 2.0 * (1.0 - digital)
    return 1.0


@register_jitable(forceinline=True)
def log_odds(share: Any) -> Any:
    """Return log(p / (1 - p)) for p bounded to [0.002, 0.998], by the project's own logarithm.

    ODD E32: log(clip(share, 0.002, 0.998) / (1 - clip(share, 0.002, 0.998)))

    Source: definition.
    """
    p = clip(share, 0.002, 0.998)
    return log(p) - log(1.0 - p)


@register_jitable(forceinline=True)
def voice_chance(log_odds_of_voice: Any, loyalty: Any, neutral: Any, sensitivity: Any) -> Any:
    """Return the weekly chance to voice an open problem; loyal customers voice (Hirschman 1970).

    ODD E33: 1 / (1 + exp(-(log_odds_of_voice + sensitivity * (loyalty - neutral))))

    Source: Hirschman 1970; logistic form our assumption.
    """
    return logistic(log_odds_of_voice + sensitivity * (loyalty - neutral))


@register_jitable(forceinline=True)
def defection_chance(
    base: Any, loyalty: Any, neutral: Any, sensitivity: Any, unvoiced_case: Any, case_weight: Any
) -> Any:
    """Return the weekly chance to leave: base exp(s (neutral - loyalty) + c [an open problem not voiced]).

    ODD E34: clip(base * exp(sensitivity * (neutral - loyalty) + case_weight * unvoiced_case), 0, 1)

    Source: Hirschman 1970; proportional hazards (Cox 1972), form our assumption.
    """
    return clip(base * exp(sensitivity * (neutral - loyalty) + case_weight * unvoiced_case), 0.0, 1.0)


@register_jitable(forceinline=True)
def response_chance(base: Any, extremity: Any, tone: Any) -> Any:
    """Return the chance that a survey is answered: base + extremity |tone|; a J- or U-shape of answers.

    ODD E35: clip(base + extremity * abs(tone), 0, 1)

    Source: C13 (J-shape); form our assumption.
    """
    return clip(base + extremity * (tone if tone >= 0.0 else -tone), 0.0, 1.0)


@register_jitable(forceinline=True)
def recommendation(satisfaction: Any, worst: Any, weight: Any, noise: Any, coaching: Any) -> Any:
    """Return the answer to "would you recommend us": satisfaction - w worst + noise + coaching, in [0, 1].

    ODD E36: clip(satisfaction - weight * worst + noise + coaching, 0, 1)

    Source: MODEL section 1, C22, C23; form our assumption.

    `worst` is the largest loss of experience still remembered: recommendation remembers what satisfaction forgot.

    Examples
    --------
    >>> recommendation(0.8, 0.5, 0.3, 0.0, 0.0)
    0.65
    """
    return clip(satisfaction - weight * worst + noise + coaching, 0.0, 1.0)


@register_jitable(forceinline=True)
def rated(anchor: Any, gap: Any, gain: Any, loss: Any) -> Any:
    """Return how good she says a touchpoint was, beside what should be: anchor + slope x gap, in [0, 1].

    ODD E37: clip(anchor + (gain if gap >= 0 else loss) * gap, 0, 1)

    A rating is of what it was like, on one scale for all kinds of touchpoint (that of performance, `gain` and `loss`); how far
    it counts in satisfaction is another matter, and depends on the kind. Source: C18 to C20 regress the whole on such ratings.
    """
    return clip(anchor + (gain if gap >= 0.0 else loss) * gap, 0.0, 1.0)


@register_jitable(forceinline=True)
def stars(answer: Any, two: Any, three: Any, four: Any, five: Any) -> Any:
    """Return the stars (1 to 5) that somebody gives whose answer in [0, 1] reaches so many of the thresholds.

    ODD E38: 1 + (answer >= two) + (answer >= three) + (answer >= four) + (answer >= five)

    Source: definition (ordered thresholds).

    Examples
    --------
    >>> stars(0.7, 0.125, 0.375, 0.625, 0.875)
    4
    """
    return (
        1
        + (1 if answer >= two else 0)
        + (1 if answer >= three else 0)
        + (1 if answer >= four else 0)
        + (1 if answer >= five else 0)
    )


@register_jitable(forceinline=True)
def writing_chance(base: Any, of_pain: Any, answer: Any) -> Any:
    """Return the chance to write a comment with an answer in [0, 1]: base + slope x (1 - answer). Shape: C35, C36.

    ODD E39: clip(base + of_pain * (1 - answer), 0, 1)
    """
    return clip(base + of_pain * (1.0 - answer), 0.0, 1.0)

"""From what happens to what is felt, and from what is felt to satisfaction."""

from __future__ import annotations

from typing import Any

from numba.extending import register_jitable

from simulation.rules.arithmetic import clip, power

__all__ = [
    "LEAST_EXPERIENCE",
    "experience",
    "felt_slope",
    "gap",
    "mean_of_week",
    "of_the_week",
    "past_weight",
    "perceived",
    "power_memory",
    "remembered",
    "satisfaction",
    "worst_moment",
]

LEAST_EXPERIENCE = 0.02
"""Lower bound of an experience, so that power means with negative exponents exist. Our assumption."""


@register_jitable(forceinline=True)
def perceived(quality: Any, will: Any, assimilation: Any) -> Any:
    """Return perceived quality = (1 - a) quality + a will.

    ODD E6: (1 - assimilation) * quality + assimilation * will

    Parameters: quality, will in units of quality; assimilation a in [0, 1].
    Source: Boulding et al. 1993: what she believes will happen lifts what she perceives.

    Examples
    --------
    >>> perceived(0.5, 1.0, 0.5)
    0.75
    """
    return (1.0 - assimilation) * quality + assimilation * will


@register_jitable(forceinline=True)
def gap(perceived_quality: Any, should: Any) -> Any:
    """Return perceived quality minus what should happen. Source: Oliver 1980; Boulding et al. 1993.

    ODD E7: perceived_quality - should
    """
    return perceived_quality - should


@register_jitable(forceinline=True)
def felt_slope(gap_: Any, gain: Any, loss: Any) -> Any:
    """Return the slope of experience at a gap: `gain` from 0 upwards, `loss` below.

    ODD E8: gain if gap_ >= 0 else loss

    What is felt is slope x gap: homogeneous of degree one in the gap, which makes the ledger exact.
    Source: Kano et al. 1984; facts C18-C20.

    Examples
    --------
    >>> felt_slope(0.1, 0.5, 0.9), felt_slope(-0.1, 0.5, 0.9)
    (0.5, 0.9)
    """
    return gain if gap_ >= 0.0 else loss


@register_jitable(forceinline=True)
def experience(anchor: Any, felt: Any) -> Any:
    """Return the experience in [0.02, 1]: anchor (as it should be) + what is felt.

    ODD E9: clip(anchor + felt, 0.02, 1)

    Source: our assumption (form).
    """
    return clip(anchor + felt, LEAST_EXPERIENCE, 1.0)


@register_jitable(forceinline=True)
def power_memory(experience_: Any, exponent: Any) -> Any:
    """Return experience**exponent, the form in which encounters are averaged.

    ODD E10: experience_ ** exponent

    Source: generalised mean; C17 (exponent).

    Special cases: exponents nearer to 0 than 0.05 count as 0.05 (near the geometric mean).
    """
    return power(experience_, _away_from_zero(exponent))


@register_jitable(forceinline=True)
def past_weight(memory: Any, gap_: Any, notice: Any) -> Any:
    """Return the weight of the past beside an encounter: `memory`, and more where nothing was amiss and little is noticed.

    ODD E11: memory if gap_ < 0 else 1 - (1 - memory) * notice

    Source: Kano et al. 1984; form our assumption.

    `notice` in [0, 1] is how far an encounter counts that falls short of nothing: 1 but for must-be touchpoints, whose working
    is taken for granted (Kano et al. 1984).

    Examples
    --------
    >>> past_weight(0.9, -0.1, 0.5), past_weight(0.9, 0.1, 0.5), past_weight(0.9, 0.1, 1.0)
    (0.9, 0.95, 0.9)
    """
    return memory if gap_ < 0.0 else 1.0 - (1.0 - memory) * notice


@register_jitable(forceinline=True)
def remembered(memory: Any, now: Any, weight_of_past: Any) -> Any:
    """Return the running mean m + (1 - weight) (now - m).

    ODD E12: memory + (1 - weight_of_past) * (now - memory)

    Source: definition (exponential smoothing).
    """
    return memory + (1.0 - weight_of_past) * (now - memory)


@register_jitable(forceinline=True)
def of_the_week(memory: Any, kept: Any, weight: Any, weighted: Any) -> Any:
    """Return the running mean after a week whose encounters all weigh alike, whatever their order.

    ODD E13: memory + (1 - kept) * (weighted / weight - memory) if weight > 0 else memory

    `kept` is the product of the past's weights beside each encounter, `weight` the sum of (1 - past weight) and `weighted` the
    sum of (1 - past weight) x encounter. Source: C16, C17 (a day's touchpoints average).

    Examples
    --------
    >>> of_the_week(0.5, 0.81, 0.2, 0.1 * 1.0 + 0.1 * 0.0), of_the_week(0.5, 1.0, 0.0, 0.0)
    (0.5, 0.5)
    """
    return remembered(memory, weighted / weight, kept) if weight > 0.0 else memory


@register_jitable(forceinline=True)
def mean_of_week(memory: Any, weight: Any, weighted: Any, exponent: Any) -> Any:
    """Return how the week was: the power mean of its encounters (see `of_the_week`).

    ODD E14: clip((weighted / weight if weight > 0 else memory) ** (1 / exponent), 0.02, 1)

    Source: definition; C17 (exponent).

    Special cases: a week in which nothing was noticed was as she remembers it.

    Examples
    --------
    >>> round(mean_of_week(0.9, 0.2, 0.1 * 0.8 + 0.1 * 0.6, 0.5), 9), round(mean_of_week(0.9, 0.0, 0.0, 0.5), 9)
    (0.49, 0.81)
    """
    return satisfaction(weighted / weight if weight > 0.0 else memory, exponent)


@register_jitable(forceinline=True)
def satisfaction(memory: Any, exponent: Any) -> Any:
    """Return the power mean of remembered encounters, memory**(1/exponent), in [0.02, 1].

    ODD E15: clip(memory ** (1 / exponent), 0.02, 1)

    Source: fact C17 (exponent .5 on airport passengers: a mean with a mild weakest link).

    Examples
    --------
    >>> round(satisfaction(power_memory(0.64, 0.5), 0.5), 9)
    0.64
    """
    return clip(power(memory, 1.0 / _away_from_zero(exponent)), LEAST_EXPERIENCE, 1.0)


@register_jitable(forceinline=True)
def _away_from_zero(exponent: Any) -> Any:
    """Return the exponent, at least 0.05 away from zero."""
    if exponent >= 0.0:
        return exponent if exponent > 0.05 else 0.05
    return exponent if exponent < -0.05 else -0.05


@register_jitable(forceinline=True)
def worst_moment(remembered_worst: Any, anchor: Any, experience_: Any) -> Any:
    """Return the largest loss of experience that is still remembered.

    ODD E16: max(remembered_worst, anchor - experience_)

    Source: Fredrickson & Kahneman 1993 (peak); form our assumption.
    """
    loss = anchor - experience_
    return loss if loss > remembered_worst else remembered_worst

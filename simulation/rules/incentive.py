"""Incentive schemes: from metrics scored between par and stretch to an appraisal, and from there to pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numba.extending import register_jitable

from simulation.rules.arithmetic import clip

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "PAY_AT_PAR",
    "SCHEMES",
    "blend",
    "buy_in_after",
    "effort_cost",
    "own",
    "pay",
    "score",
    "weight_in_mind",
]

PAY_AT_PAR = 0.5
"""Share of the full bonus that is paid at par. Our assumption."""
PAY_CAP = 1.5
"""Highest bonus as a multiple of the full bonus. Our assumption."""


@register_jitable(forceinline=True)
def score(value: Any, par: Any, stretch: Any, direction: Any) -> Any:
    """Return how far a metric stands between par (0) and stretch (1): direction (value - par) / stretch.

    Parameters
    ----------
    value, par
        In the metric's unit.
    stretch
        Distance from par to a full score, in the metric's unit, > 0.
    direction
        1: higher is better; -1: lower is better.

    Source: MODEL section 3; linear between and beyond the two, our assumption.

    Examples
    --------
    >>> score(4.0, 5.0, 2.0, -1)
    0.5
    """
    return direction * (value - par) / stretch


def effort_cost(setting: float, easy: float, effort: float) -> float:
    """Return effort (setting - easy)^2 / 2, in points of appraisal. Source: Baker 2002 (quadratic).

    Examples
    --------
    >>> effort_cost(0.5, 0.0, 0.4)
    0.05
    """
    return effort * (setting - easy) * (setting - easy) / 2.0


def own(own_score: float, shared_score: float, weight: float) -> float:
    """Return the department's own score: siloed pay. Source: definition. Special cases: the weight does not matter."""
    return own_score


def blend(own_score: float, shared_score: float, weight: float) -> float:
    """Return (1 - w) own + w shared. Source: Holmstrom & Milgrom 1991. Special cases: w = 0 is `own`.

    Examples
    --------
    >>> blend(1.0, 0.0, 0.25)
    0.75
    """
    return (1.0 - weight) * own_score + weight * shared_score


def weight_in_mind(paid: float, buy_in: float) -> float:
    """Return the weight that a department gives to shared metrics: what is paid, and buy-in on the rest.

    w + (1 - w) b; pay knows only w. Source: MODEL section 3 (alignment and accountability); form our assumption.

    Examples
    --------
    >>> weight_in_mind(0.5, 0.0), weight_in_mind(0.0, 0.4)
    (0.5, 0.4)
    """
    return paid + (1.0 - paid) * buy_in


def buy_in_after(buy_in: float, fading: float, progress: float, gain: float) -> float:
    """Return buy-in after a review: b (1 - fading + progress max(0, gain)), in [0, 1].

    `gain` is the rise of the shared score since the last review, 0 where it cannot be seen. Progress strengthens those who
    have bought in and converts nobody: without a message there is no buy-in. Our assumption.

    Examples
    --------
    >>> buy_in_after(0.5, 0.1, 0.1, -1.0), buy_in_after(0.0, 0.1, 0.1, 9.0)
    (0.45, 0.0)
    """
    return clip(buy_in * (1.0 - fading + progress * (gain if gain > 0.0 else 0.0)), 0.0, 1.0)


def pay(appraisal: float) -> float:
    """Return the bonus as a share of the full bonus: half at par, all at stretch, never below 0 or above 1.5.

    Examples
    --------
    >>> pay(0.0), pay(1.0), pay(-3.0)
    (0.5, 1.0, 0.0)
    """
    return clip(PAY_AT_PAR + (1.0 - PAY_AT_PAR) * appraisal, 0.0, PAY_CAP)


SCHEMES: dict[str, Callable[[float, float, float], float]] = {"own": own, "blend": blend}
"""Schemes by name: (own score, shared score, weight of shared) -> appraisal."""

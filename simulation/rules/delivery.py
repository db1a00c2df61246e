"""Orders that arrive later, by a date that was promised."""

from __future__ import annotations

from math import floor, sqrt
from typing import Any

from numba.extending import register_jitable

from simulation.rules.arithmetic import clip, exp

__all__ = [
    "LEAST_MULTIPLIER",
    "TICKS",
    "WEEK_OF_TICKS",
    "answering_lag",
    "days_between",
    "days_promised",
    "days_until_arrival",
    "is_overdue",
    "per_day",
    "slowness",
    "ticks",
    "timeliness",
]

TICKS, WEEK_OF_TICKS = 1024, 7 * 1024
"""Points in time per day and per week: dates are whole numbers of them, so that they compare alike everywhere."""
SPREAD_OF_LAG = 0.5
"""Standard deviation of the log of the days until an answer. Our assumption."""
LEAST_MULTIPLIER = 0.05
"""Levers cannot take away more than all but this share of a delivery's days. Our assumption."""


@register_jitable(forceinline=True)
def ticks(days: Any) -> Any:
    """Return a time in days as a whole number of ticks, rounded down.

    ODD E24: floor(1024 * days)

    Source: definition.
    """
    return floor(days * TICKS)


@register_jitable(forceinline=True)
def days_between(one: Any, other: Any) -> Any:
    """Return the days from one date to another, both in ticks.

    ODD E25: (other - one) / 1024

    Source: definition.

    Examples
    --------
    >>> days_between(1024, 4096)
    3.0
    """
    return (other - one) / TICKS


@register_jitable(forceinline=True)
def is_overdue(opened: Any, ordered_at: Any, due: Any) -> Any:
    """Return whether a problem at a delivery's touchpoint is that the order under way has not come by its promised date.

    ODD E22: ordered_at // 7168 <= opened < due // 7168

    Source: definition.

    `opened` is the week in which the problem arose, the others are dates [ticks]. What was wrong with an earlier delivery arose
    before the week of this order, and what is wrong with this one arises no sooner than it arrives.

    Examples
    --------
    >>> [is_overdue(week, 2 * 7168, 5 * 7168) for week in (1, 2, 4, 5)]
    [False, True, True, False]
    """
    return ordered_at // WEEK_OF_TICKS <= opened < due // WEEK_OF_TICKS


@register_jitable(forceinline=True)
def per_day(part: Any, days: Any) -> Any:
    """Return how much of a part of quality is due to each of the days that it comes from; none to no days.

    ODD E21: part / days if days != 0 else 0

    Source: definition.
    """
    return part / days if days != 0.0 else 0.0


@register_jitable(forceinline=True)
def days_until_arrival(median: Any, multiplier: Any, spread: Any, luck: Any) -> Any:
    """Return the days from an order to its arrival: median x multiplier x exp(spread luck), near log-normal.

    ODD E17: median * max(multiplier, 0.05) * exp(spread * luck)

    Source: our assumption (form).
    """
    return median * (multiplier if multiplier > LEAST_MULTIPLIER else LEAST_MULTIPLIER) * exp(spread * luck)


@register_jitable(forceinline=True)
def days_promised(median: Any, multiplier: Any, spread: Any, foresight: Any, luck_of_arrival: Any, luck: Any) -> Any:
    """Return the days from an order to the promised date: as far as the firm foresees it, a slow order is promised later.

    ODD E18: median * max(multiplier, 0.05) * exp(spread * (foresight * luck_of_arrival + sqrt(1 - foresight**2) * luck))

    median x multiplier x exp(spread (f luck_of_arrival + sqrt(1 - f^2) luck)): `foresight` f in [0, 1] is the correlation of the
    promised with the actual days on the log scale. Our assumption (form).
    """
    return days_until_arrival(
        median, multiplier, spread, foresight * luck_of_arrival + sqrt(1.0 - foresight * foresight) * luck
    )


@register_jitable(forceinline=True)
def slowness(days: Any, usual: Any, limit: Any, pain_a_week: Any, patience: Any) -> Any:
    """Return the part of quality that is due to waiting longer for an order than is usual: the pain of any wait.

    ODD E20: -pain_a_week * (1 - patience) * clip(days - usual, -limit, limit) / 7

    -pain_a_week (1 - patience) (days - usual) / 7, where the difference counts up to the limit. How fast it comes is felt as a
    performance attribute, whatever the kind of the touchpoint: that it comes by its date may be a must, that it comes sooner is
    worth about as much as later costs. Source: C12, linear among orders in time; that a wait for a delivery weighs like one
    in a queue is our assumption.

    Examples
    --------
    >>> slowness(17.0, 10.0, 10.0, 0.5, 0.4)
    -0.3
    """
    return -pain_a_week * (1.0 - patience) * clip(days - usual, -limit, limit) / 7.0


@register_jitable(forceinline=True)
def timeliness(days_late: Any, weight: Any, limit: Any) -> Any:
    """Return the part of quality that is due to being early or late: -weight x days late, which count up to the limit.

    ODD E19: -weight * clip(days_late, -limit, limit)

    Source: C06, C08 (saturation); linear form our assumption.

    That lateness weighs more than earliness comes from the kind of touchpoint (a delivery is a must-be), not from here.

    Examples
    --------
    >>> timeliness(2.0, 0.05, 10.0), timeliness(-20.0, 0.05, 10.0)
    (-0.1, 0.5)
    """
    return -weight * clip(days_late, -limit, limit)


@register_jitable(forceinline=True)
def answering_lag(median: Any, luck: Any) -> Any:
    """Return the days from being asked to answering: median x exp(spread luck). Few answer at once. Our assumption (shape).

    ODD E23: median * exp(0.5 * luck)
    """
    return median * exp(SPREAD_OF_LAG * luck)

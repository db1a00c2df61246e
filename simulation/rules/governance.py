"""Rules of governance: what members tell, what evidence says, when a department resists, what becomes of an agreement."""

from __future__ import annotations

import math

from simulation.rules.arithmetic import clip

__all__ = [
    "ANSWER_SPREAD",
    "LAPSE",
    "LEAST_ERROR",
    "SEEN_FROM",
    "accountable_for",
    "approved",
    "care_after",
    "coloured",
    "cost_of_moving",
    "culture_after",
    "culture_of",
    "estimate",
    "extra_error",
    "further",
    "joined",
    "lapses",
    "limit_after",
    "passed_on",
    "resists",
    "reviews_needed",
    "standing_out",
    "together",
    "weight_set",
]

ANSWER_SPREAD = 0.25
"""Standard deviation of one survey answer on a scale of 0-1. Our assumption."""
SEEN_FROM = 0.05
"""Where fewer records than this share can be joined, nothing is seen. Our assumption."""
LEAST_ERROR = 0.05
"""Error of a report that a council reckons with at least [points of score]. Our assumption."""
LAPSE = 0.25
"""Chance per meeting that an agreement which costs a department something and is not asked after lapses. Our assumption."""


def coloured(score: float, territory: float) -> float:
    """Return what a department tells of its score: all of what is good, (1 - territory) of what is bad.

    ODD E73: score if score >= 0 else (1 - territory) * score

    Source: Argyris 1990 (defensive routines); form our assumption.

    Examples
    --------
    >>> coloured(0.4, 0.5), coloured(-0.4, 0.5), coloured(-0.4, 0.0)
    (0.4, -0.2, -0.4)
    """
    return score if score >= 0.0 else (1.0 - territory) * score


def joined(one: float, other: float) -> float:
    """Return the share of records that can be joined when two departments each put in a share of theirs.

    ODD E74: one * other

    Source: independent shares; our assumption.
    """
    return one * other


def extra_error(variance: float, share: float) -> float:
    """Return the standard deviation that is added when only a share of the records can be used.

    ODD E75: sqrt(variance * (1 - share) / share)

    A mean over a share s of n records has variance / s; variance (1 - s) / s of it comes on top. Source: sampling
    without replacement (Cochran 1977).

    Examples
    --------
    >>> extra_error(4.0, 0.5), extra_error(4.0, 1.0)
    (2.0, 0.0)
    """
    return math.sqrt(variance * (1.0 - share) / share)


def estimate(weighted: float, information: float) -> float:
    """Return the effect per lever unit: sum(x y / v) / sum(x x / v). Source: weighted least squares through 0.

    ODD E76: weighted / information if information > 0 else 0
    """
    return weighted / information if information > 0.0 else 0.0


def standing_out(weighted: float, information: float) -> float:
    """Return by how many standard errors an effect differs from 0. Source: weighted least squares through 0.

    ODD E77: weighted / sqrt(information) if information > 0 else 0

    Examples
    --------
    >>> standing_out(6.0, 4.0), standing_out(0.0, 0.0)
    (3.0, 0.0)
    """
    return weighted / math.sqrt(information) if information > 0.0 else 0.0


def together(one: float, other: float) -> float:
    """Return two findings in standard errors as one: their sum by the root of 2. Source: Stouffer et al. 1949.

    ODD E78: (one + other) / sqrt(2)
    """
    return (one + other) / math.sqrt(2.0)


def further(one: float, other: float, error: float) -> float:
    """Return by how many standard errors one report lies above another, each with the same error; never below 0.

    ODD E79: max(0, (one - other) / (sqrt(2) * max(error, 0.05)))

    Reports are taken to be off by `LEAST_ERROR` at least. Source: difference of two independent figures.

    Examples
    --------
    >>> further(0.5, 0.1, 0.2), further(0.1, 0.5, 0.2)
    (1.414213562373095, 0.0)
    """
    return max(0.0, (one - other) / (math.sqrt(2.0) * max(error, LEAST_ERROR)))


def reviews_needed(seen: int, found: float, wanted: float) -> int:
    """Return after how many reviews a finding that goes on like this would stand out: n (wanted / found)^2.

    ODD E80: ceil(seen * (wanted / found) ** 2)

    Source: standard errors fall with the root of n.

    Examples
    --------
    >>> reviews_needed(4, 1.0, 2.0)
    16
    """
    ratio = wanted / found
    return math.ceil(seen * ratio * ratio)


def cost_of_moving(gain_per_unit: float, move: float, effort: float) -> float:
    """Return what moving a lever costs a department: effort less gain by its own trials [points of appraisal], not below 0.

    ODD E81: max(0, effort - gain_per_unit * move)

    Source: definition.

    Examples
    --------
    >>> cost_of_moving(0.5, -0.5, 0.25), cost_of_moving(0.5, 0.5, 0.0)
    (0.5, 0.0)
    """
    return max(0.0, effort - gain_per_unit * move)


def accountable_for(reporting: float, follow_up: bool, readiness: float, culture: float) -> float:
    """Return the cost that a department bears for an agreed action [points of appraisal].

    ODD E82: (reporting if follow_up else 0) + readiness * culture

    What having to report is worth, where actions are asked after, and what its culture accepts anyway. What it is paid on
    shared metrics is in its own trials already. Source: MODEL section 4; form our assumption.
    """
    return (reporting if follow_up else 0.0) + readiness * culture


def resists(cost: float, account: float) -> bool:
    """Return whether a department resists an action that costs it more than it is held to account for.

    ODD E83: cost > account

    Source: MODEL section 4; form our assumption.
    """
    return cost > account


def approved(cost: float, evidence: float, bar: float) -> bool:
    """Return whether top management approves what a department objects to: its cost is at most bar x evidence.

    ODD E84: cost <= bar * evidence

    `evidence` is in standard errors. Source: our assumption.

    Examples
    --------
    >>> approved(0.2, 3.0, 0.1), approved(0.2, 1.0, 0.1)
    (True, False)
    """
    return cost <= bar * evidence


def lapses(cost: float, draw: float) -> bool:
    """Return whether an agreement that nobody asks after lapses by the next meeting; `draw` is uniform in (0, 1).

    ODD E85: cost > 0 and draw < 0.25

    Source: our assumption.
    """
    return cost > 0.0 and draw < LAPSE


def passed_on(*fidelities: float) -> float:
    """Return what arrives of a message: the product of what each level lets through. Source: our assumption (form).

    ODD E86: prod(fidelities)
    """
    product = 1.0
    for fidelity in fidelities:
        product = product * fidelity
    return product


def limit_after(setting: float, step: float, direction: int, fidelity: float) -> float:
    """Return the bound that an agreed move becomes: fidelity x step from the present setting, within [0, 1].

    ODD E87: clip(setting + direction * step * fidelity, 0, 1)

    Source: our assumption.

    Examples
    --------
    >>> limit_after(0.5, 0.25, -1, 1.0), limit_after(0.9, 0.25, 1, 1.0), limit_after(0.5, 0.25, 1, 0.0)
    (0.25, 1.0, 0.5)
    """
    return clip(setting + direction * step * fidelity, 0.0, 1.0)


def culture_of(diagnosis: list[int], areas: int) -> float:
    """Return the culture's stock from a diagnosis (0 naive to 3 natural in each area): its mean by 3, in [0, 1].

    ODD E88: sum(diagnosis) / (3 * areas)

    Source: after Shaw 2004 (nine areas); equal weights our assumption.
    """
    return sum(diagnosis) / (3.0 * areas)


def culture_after(culture: float, speed: float, lived: float) -> float:
    """Return the culture after a review: it goes a share of the way to what is lived (share of agreements kept).

    ODD E89: clip(culture + speed * (lived - culture), 0, 1)

    Source: Schein 2010 (culture is what has been lived and has worked); form our assumption.
    """
    return clip(culture + speed * (lived - culture), 0.0, 1.0)


def care_after(buy_in: float, culture: float, care: float) -> float:
    """Return the weight of shared metrics beyond pay: buy-in, and on the rest what the culture cares for.

    ODD E90: 1 - (1 - buy_in) * (1 - care * culture)

    1 - (1 - b)(1 - care c). Source: our assumption (two independent reasons to care).

    Examples
    --------
    >>> care_after(0.0, 1.0, 0.3), care_after(0.4, 0.0, 0.3)
    (0.3, 0.4)
    """
    return buy_in + (1.0 - buy_in) * care * culture


def weight_set(weight: float, step: float, most: float, score: float, target: float) -> float:
    """Return the weight of shared metrics after a strategic meeting: a step up below the target, a step down above it.

    ODD E91: max(weight, min(most, weight + step)) if score < target else max(0, weight - step) if score > target else weight

    It never goes above `most`, nor below 0; a weight beyond `most` already stays. Source: our assumption.

    Examples
    --------
    >>> weight_set(0.25, 0.25, 0.5, -1.0, 0.0), weight_set(0.25, 0.25, 0.5, 1.0, 0.0), weight_set(0.5, 0.25, 0.5, -1.0, 0.0)
    (0.5, 0.0, 0.5)
    """
    if score < target:
        return max(weight, min(most, weight + step))
    return max(0.0, weight - step) if score > target else weight

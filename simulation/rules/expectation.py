"""Two expectations kept apart: what she believes *will* happen and what *should* happen.

Each is a base plus a part per promising department (Boulding, Kalra, Staelin & Zeithaml 1993).
"""

from __future__ import annotations

from typing import Any

from numba.extending import register_jitable

from simulation.rules.arithmetic import clip

__all__ = ["base_of_should", "base_of_will", "promised", "trust_after", "trust_of_week"]


@register_jitable(forceinline=True)
def promised(part: Any, promise: Any, speed: Any) -> Any:
    """Return a department's part of an expectation after its promise: part + speed (promise - part).

    ODD E1: part + speed * (promise - part)

    Source: Boulding et al. 1993; exponential form our assumption.

    Examples
    --------
    >>> promised(0.0, 0.2, 0.25)
    0.05
    """
    return part + speed * (promise - part)


@register_jitable(forceinline=True)
def base_of_will(base: Any, quality: Any, will: Any, speed: Any) -> Any:
    """Return the base of *will*, drawn towards what happened: base + speed (quality - will).

    ODD E2: base + speed * (quality - will)

    Source: Boulding et al. 1993; exponential form our assumption.
    """
    return base + speed * (quality - will)


@register_jitable(forceinline=True)
def base_of_should(base: Any, perceived_quality: Any, should: Any, speed: Any) -> Any:
    """Return the base of *should*, raised by positive surprises only.

    ODD E3: base + speed * max(perceived_quality - should, 0)

    Source: Boulding et al. 1993 (*should* rises by good service and does not fall by bad).
    """
    surprise = perceived_quality - should
    return base + speed * (surprise if surprise > 0.0 else 0.0)


@register_jitable(forceinline=True)
def trust_after(trust: Any, quality: Any, will: Any, speed: Any) -> Any:
    """Return trust after an encounter: + speed (quality - will), bounded to [0, 1]. Our assumption.

    ODD E4: clip(trust + speed * (quality - will), 0, 1)
    """
    return clip(trust + speed * (quality - will), 0.0, 1.0)


@register_jitable(forceinline=True)
def trust_of_week(trust: Any, spread: Any, mixed_message: Any, neutral: Any, recovery: Any) -> Any:
    """Return trust at the end of a week: contradictory promises cost it, time brings it back to neutral.

    ODD E5: clip(trust - mixed_message * spread + recovery * (neutral - trust), 0, 1)

    Source: MODEL section 1 (mixed messages); form our assumption.

    `spread` is the distance between the highest and the lowest promise that she believes, over departments.
    """
    return clip(trust - mixed_message * spread + recovery * (neutral - trust), 0.0, 1.0)

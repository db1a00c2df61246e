"""Information: how much of the effect of its own trial a department can see.

A trial runs on a random half of the people that the department meets. What happens to the two halves at its *own*
touchpoints a department can always tell apart. What they do at other departments' touchpoints, and as customers of the
company, is in nobody's silo: there a department knows the figures as a whole, and how they change, and by halves only what
pooled data show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["REGIMES", "Evidence", "misread", "pooled", "seen", "sight_of", "siloed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that the world knows of what one trial did to a score [points].

    here
        Difference between the trial half and the control half, as far as it arose at the department's own touchpoints.
    elsewhere
        The rest of that difference.
    change
        Change of what lies elsewhere, for everybody, from the review before the trial to those after it.
    """

    here: float
    elsewhere: float
    change: float


def seen(evidence: Evidence, sight: float) -> float:
    """Return the difference as a department sees it: here + k elsewhere + (1 - k) 2 change, with sight k in [0, 1].

    ODD E62: evidence.here + sight * evidence.elsewhere + (1 - sight) * 2 * evidence.change

    A trial on one half moves the figure as a whole by half its effect, so twice the change estimates the effect; whatever
    all others did in that time is in it too. Source: MODEL section 3 (line of sight); our assumption (form).

    Examples
    --------
    >>> evidence = Evidence(here=0.125, elsewhere=0.75, change=-0.25)
    >>> seen(evidence, 1.0), seen(evidence, 0.0)
    (0.875, -0.375)
    """
    return evidence.here + sight * evidence.elsewhere + (1.0 - sight) * (2.0 * evidence.change)


def siloed(put_in: float) -> float:
    """Return a sight of 0, whatever is put into the common data. Source: definition.

    ODD E63: 0
    """
    return 0.0


def pooled(put_in: float) -> float:
    """Return the share of its data that the average department puts in: pooled data show no more than there is in them.

    ODD E64: put_in

    Source: Samuelson 1954 (a public good); form our assumption. Special cases: 1 shows everything.
    """
    return put_in


REGIMES: dict[str, Callable[[float], float]] = {"siloed": siloed, "pooled": pooled}
"""Regimes by name: share of all data that is put in -> share of the evidence elsewhere that a department sees."""


def sight_of(regime: str, put_in: float, line_of_sight: float) -> float:
    """Return how much of what happens elsewhere a department sees [0-1]: by data or by alignment, whichever shows more.

    ODD E65: max(regime(put_in), line_of_sight)

    Source: MODEL section 3 (line of sight); form our assumption.

    Examples
    --------
    >>> sight_of("siloed", 1.0, 0.25), sight_of("pooled", 0.5, 0.25)
    (0.25, 0.5)
    """
    by_data = REGIMES[regime](put_in)
    return by_data if by_data > line_of_sight else line_of_sight


def misread(shared: float, agreed: float, luck: float) -> float:
    """Return a shared difference as read by who counts it in another way: x + (1 - a) luck.

    ODD E66: shared + (1 - agreed) * luck

    Parameters
    ----------
    agreed
        How far the definitions of shared metrics are agreed [0-1].
    luck
        Noise of standard deviation 1 [points].

    Source: MODEL section 3 (agreed definitions); form and size our assumption.

    Examples
    --------
    >>> misread(0.5, 1.0, 3.0), misread(0.5, 0.5, -1.0)
    (0.5, 0.0)
    """
    return shared + (1.0 - agreed) * luck

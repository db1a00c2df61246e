"""Information regimes: what a department can see of the effect of its own trial.

A trial runs on a random half of the people that the department meets. How its *own* KPI differs between the halves
a department can always see. What the halves did later, at other departments' touchpoints and as customers of the company, is
in nobody's silo.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["REGIMES", "Evidence", "pooled", "siloed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that the world knows of one trial, in points of score (trial half minus control half).

    own
        Difference of the own score between the halves.
    shared_by_half
        Difference of the shared score between the halves, when their cohort has matured.
    shared_change
        Change of the company's shared score from the review before the trial to the reviews after.
    """

    own: float
    shared_by_half: float
    shared_change: float


def siloed(evidence: Evidence) -> tuple[float, float]:
    """Return (own, shared) as seen from a silo: of the shared metric only its change for the whole company.

    A trial on one half moves the company's figure by half its effect, so twice the change estimates the effect; whatever all
    others did in that time is in it too. Source: MODEL section 3 (line of sight); our assumption (form).
    """
    return evidence.own, 2.0 * evidence.shared_change


def pooled(evidence: Evidence) -> tuple[float, float]:
    """Return (own, shared) as seen in pooled data: both by halves. Source: MODEL section 2."""
    return evidence.own, evidence.shared_by_half


REGIMES: dict[str, Callable[[Evidence], tuple[float, float]]] = {"siloed": siloed, "pooled": pooled}
"""Regimes by name: evidence -> (own, shared) difference that the department may see."""

"""Scenario discovery: the boxes in the space of factors in which one arm pays against another.

PRIM (the patient rule induction method: Friedman & Fisher 1999, Statistics and Computing 9; for scenario discovery: Bryant &
Lempert 2010, Technological Forecasting and Social Change 77) peels thin slices off the space of factors so that what remains
holds ever more points of interest. It is taken from the EMA workbench (Kwakkel 2017, Environmental Modelling & Software 96).
A box is found on one half of the design points and checked on the other half, for peeling finds a box in pure noise, too:

- Interest: the points where the difference's 95 % interval leaves out zero on the good side; or whose mean is better than a
  threshold.
- Choice (our assumption): the box on the peeling path with the largest harmonic mean of coverage and density, freed from
  restrictions whose quasi-p is above .05, the least sure one first.
- Check: in the other half, points inside must be of interest more often than those outside (Fisher's exact test, one-sided,
  .05). The first box that fails ends the search, so that all boxes together err in 5 % of cases at most (fixed sequence:
  Maurer, Hothorn & Lehmacher 1995).

Points of a sweep with shared luck share it in both halves: the check guards against chance among points, not against the luck
of few replications.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.intervals import FEWEST_TO_TELL, LEVEL, mean_interval, rules_out_zero
from simulation.laboratory.answers.prim import peeled
from simulation.laboratory.answers.swept import DESIGNS, refused

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from simulation.laboratory.answers.prim import Limit
    from simulation.laboratory.answers.swept import Asked

__all__ = ["FEWEST_POINTS", "Box", "Check", "Discovery", "discover"]

FEWEST_POINTS = 40
"""Fewest design points to look for a box in: two halves of 20. Our assumption."""
FEWEST_OF_INTEREST = 5
"""In the half that is searched there must be as many points of interest, and as many that are not. Our assumption."""
MOST_BOXES = 3
SEED = 1
"""Seed of the split into halves."""
_DESIGNS = ("latin_hypercube", "sobol", "full_factorial", "table")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A box among one half of the points that no earlier box holds.

    Attributes
    ----------
    points, of_interest
        How many points there are, and how many are of interest.
    inside, hits
        How many points lie in the box, and how many of them are of interest.
    p
        Fisher's exact test, one-sided.
    """

    points: int
    of_interest: int
    inside: int
    hits: int
    p: float

    @property
    def coverage(self) -> float:
        """Share of the points of interest that lie inside [0-1]."""
        return self.hits / self.of_interest if self.of_interest else math.nan

    @property
    def density(self) -> float:
        """Share of the points inside that are of interest [0-1]."""
        return self.hits / self.inside if self.inside else math.nan

    @property
    def base(self) -> float:
        """Share of all points that are of interest [0-1]."""
        return self.of_interest / self.points

    def density_interval(self) -> tuple[float, float]:
        """Return the exact 95 % interval of the density (Clopper & Pearson 1934)."""
        from scipy.stats import binomtest

        if not self.inside:
            return math.nan, math.nan
        found = binomtest(self.hits, self.inside).proportion_ci(LEVEL)
        return float(found.low), float(found.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box: its limits (those of other factors are free), how it does where it was found and where it was not."""

    limits: tuple[Limit, ...]
    found: Check
    held_out: Check

    def inside(self, points: pd.DataFrame) -> NDArray[np.bool_]:
        """Return which design points lie in the box."""
        inside = np.ones(len(points), dtype=bool)
        for limit in self.limits:
            inside &= limit.holds(points[limit.factor])
        return inside


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Discovery:
    """What was found.

    Attributes
    ----------
    asked
        The numbers that it was made from.
    threshold
        What a point's mean must be better than to be of interest [outcome's unit]; None: its interval leaves out zero.
    points
        The design points that were used, in order, with `mean`, `interest` and `half` (`searched` or `held out`).
    boxes
        Those that stood the check, in the order in which they were found.
    rejected
        The box that failed the check and ended the search; None where there was none.
    reason
        Why the search ended, in words.
    """

    asked: Asked
    threshold: float | None
    points: pd.DataFrame
    boxes: tuple[Box, ...] = ()
    rejected: Box | None = None
    reason: str = ""

    @property
    def interest(self) -> NDArray[np.bool_]:
        """Which points are of interest."""
        return self.points["interest"].to_numpy(dtype=bool)

    def limits(self) -> pd.DataFrame:
        """Return one row per box and limit; the last box may be the one that failed (`stands` is false)."""
        import pandas as pd

        rows = [
            {
                "box": number, "stands": box is not self.rejected, "factor": limit.factor, "low": limit.low,
                "high": limit.high, "words": " | ".join(limit.words), "quasi_p": limit.quasi_p,
            }
            for number, box in enumerate(self._every(), 1)
            for limit in box.limits
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["box", "stands", "factor", "low", "high", "words", "quasi_p"])

    def checks(self) -> pd.DataFrame:
        """Return one row per box and half of the points; the last box may be the one that failed."""
        import pandas as pd

        rows = []
        for number, box in enumerate(self._every(), 1):
            for half, check in (("searched", box.found), ("held out", box.held_out)):
                low, high = check.density_interval()
                rows.append((number, box is not self.rejected, half, check.points, check.of_interest, check.inside,
                             check.hits, check.coverage, check.density, low, high, check.p))  # fmt: skip
        columns = [
            *("box", "stands", "half", "points", "of_interest", "inside", "hits", "coverage", "density"),
            *("density_low", "density_high", "p"),
        ]
        return pd.DataFrame(rows, columns=columns)

    def _every(self) -> list[Box]:
        return [*self.boxes, *(() if self.rejected is None else (self.rejected,))]


def discover(asked: Asked, *, threshold: float | None = None) -> Discovery:
    """Look for boxes in which what was asked for is of interest.

    Parameters
    ----------
    asked
        A difference between two arms; one arm's outcome with a threshold.
    threshold
        A point is of interest where its mean is better than this: above it, or below where less is better [outcome's unit].
        None: where the 95 % interval of the difference leaves out zero on the good side.

    Raises
    ------
    ScenarioError
        If the design is not made for it, or there are too few points or replications.
    ExtraMissing
        If the EMA workbench is not installed.
    """
    points = _labelled(asked, threshold)
    factors = [factor for factor in asked.swept.factors if points[factor.name].nunique() > 1]
    fit = (points["half"] == "searched").to_numpy()
    interest = points["interest"].to_numpy(dtype=bool)
    left = np.ones(len(points), dtype=bool)
    boxes: list[Box] = []
    rejected, reason = None, f"{MOST_BOXES} boxes are enough"
    while len(boxes) < MOST_BOXES:
        lacking = _lacking(interest[left & fit], first=not boxes)
        if lacking:
            reason = lacking
            break
        limits = peeled(points.loc[left & fit], interest[left & fit], factors)
        if not limits:
            reason = "no restriction of any factor raises the density for sure"
            break
        box = _checked(limits, points, interest, fit & left, ~fit & left)
        if not box.held_out.p <= 1 - LEVEL:
            rejected, reason = box, "the next box did not stand the check on the points held out"
            break
        boxes.append(box)
        left &= ~box.inside(points)
    return Discovery(
        asked=asked, threshold=threshold, points=points, boxes=tuple(boxes), rejected=rejected, reason=reason
    )


def _lacking(interest: NDArray[np.bool_], *, first: bool) -> str:
    """Return why there is nothing to look for among these points; empty where there is."""
    hits = int(interest.sum())
    rest = "" if first else "outside the boxes found, "
    if hits < FEWEST_OF_INTEREST:
        return f"{rest}only {hits} of {len(interest)} points searched are of interest"
    if len(interest) - hits < FEWEST_OF_INTEREST:
        return f"{rest}all but {len(interest) - hits} of {len(interest)} points searched are of interest: nothing to set apart"
    return ""


def _labelled(asked: Asked, threshold: float | None) -> pd.DataFrame:
    """Return the usable design points with mean, interest and half."""
    swept, sign = asked.swept, asked.sign
    kind, replications = swept.plan.kind, swept.plan.replications
    if kind not in _DESIGNS:
        raise refused(
            "design",
            f"this sweep has {DESIGNS.get(kind, kind)}, whose points lie too close together to look for boxes",
            allowed="latin_hypercube, sobol, full_factorial or table",
        )
    if threshold is None and asked.against is None:
        raise refused(
            "--better-than", "name what one arm's outcome must be better than, or an arm to compare with (--against)"
        )
    if threshold is None and replications < FEWEST_TO_TELL:
        raise refused(
            "--better-than",
            f"{replications} replication(s) of a point tell no difference: name a threshold for its mean, such as 0",
        )
    found = [mean_interval(values) for values in asked.values]
    points = swept.points.copy()
    points["mean"] = [each.mean for each in found]
    if threshold is None:
        usable = np.array([each.n >= FEWEST_TO_TELL for each in found])
        interest = [rules_out_zero(each.low, each.high, n=each.n) and sign * each.mean > 0 for each in found]
    else:
        usable = np.array([each.n > 0 for each in found])
        interest = [bool(sign * each.mean > sign * threshold) for each in found]
    points["interest"] = interest
    usable &= _independent(asked)
    points = points[usable]
    if len(points) < FEWEST_POINTS:
        text = f"{len(points)} usable design point(s) are too few to look for boxes"
        raise refused("design", text, allowed=f"{FEWEST_POINTS} or more")
    order = np.random.default_rng(SEED).permutation(len(points))
    points["half"] = np.where(order < len(points) // 2, "searched", "held out")
    return points


def _independent(asked: Asked) -> NDArray[np.bool_]:
    """Return which points stand for themselves: of a Sobol' design the two base samples, whose mixtures the others are."""
    count = len(asked.swept.points)
    if asked.swept.plan.kind != "sobol":
        return np.ones(count, dtype=bool)
    factors = len(asked.swept.factors)
    block = (2 if asked.swept.plan.settings.get("second_order") else 1) * factors + 2
    place = np.arange(count) % block
    return np.isin(place, (0, block - 1))


def _checked(
    limits: tuple[Limit, ...], points: pd.DataFrame, interest: NDArray[np.bool_],
    fit: NDArray[np.bool_], rest: NDArray[np.bool_],
) -> Box:  # fmt: skip
    from scipy.stats import fisher_exact

    inside = np.logical_and.reduce([limit.holds(points[limit.factor]) for limit in limits])

    def check(half: NDArray[np.bool_]) -> Check:
        hits, within = int((half & inside & interest).sum()), int((half & inside).sum())
        of_interest, count = int((half & interest).sum()), int(half.sum())
        table = [[hits, within - hits], [of_interest - hits, count - within - (of_interest - hits)]]
        p = float(fisher_exact(table, alternative="greater").pvalue)
        return Check(points=count, of_interest=of_interest, inside=within, hits=hits, p=p)

    return Box(limits=limits, found=check(fit), held_out=check(rest))

"""A sweep that was run, as what is asked of it needs it: factors, design points, and one outcome as a table of numbers.

What is asked is either the outcome of one arm, or its difference between two arms, paired: point by point and replication
by replication, with the same customers and the same luck.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.scenario.faults import Fault, ScenarioError, nearest, one_of, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from simulation.laboratory.factors import Factor
    from simulation.record import Column

__all__ = ["DESIGNS", "Asked", "Noise", "Question", "Swept", "asked", "noise_of", "refused"]

DESIGNS = {
    "full_factorial": "a full factorial design",
    "one_at_a_time": "a design that varies one factor at a time",
    "latin_hypercube": "a Latin hypercube",
    "sobol": "a Sobol' design",
    "morris": "a Morris design",
    "table": "a table of points",
}
"""Kinds of designs in words."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Swept:
    """A sweep's plan and the runs that are finished.

    Attributes
    ----------
    name
        Short name of the sweep.
    kind
        Kind of its design, one of `DESIGNS`.
    settings
        What else the design was made with (`second_order`, `levels`, ...).
    factors
        What varies.
    points
        One row per design point, in order; columns are the factors' names.
    arms
        Arm -> title in plain words; the first is the one that others are compared with.
    replications
        Replications planned at each point.
    own_luck
        True where each point has luck of its own.
    outcomes
        Metric or KPI -> what it is called, its unit, which direction is better.
    runs
        The finished runs, one row each, as `dataset.read` gives them.
    """

    name: str
    kind: str
    settings: Mapping[str, object]
    factors: tuple[Factor, ...]
    points: pd.DataFrame
    arms: Mapping[str, str]
    replications: int
    own_luck: bool
    outcomes: Mapping[str, Column]
    runs: pd.DataFrame

    def factor(self, name: str, *, option: str) -> Factor:
        """Return a factor by its name, which came from a command's `option`.

        Raises
        ------
        ScenarioError
            If there is none of that name.
        """
        _known(name, [factor.name for factor in self.factors], option=option, what="a factor of this sweep")
        return next(factor for factor in self.factors if factor.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: an outcome of an arm (None: the first), or how much more of it than in the arm `against`."""

    outcome: str
    arm: str | None = None
    against: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """The numbers that a question asks for.

    Attributes
    ----------
    swept
        The sweep.
    column
        The outcome: label, unit, better direction.
    arm, against
        The arms; `against` is None where one arm's outcome is asked for.
    values
        Shape [points, replications], the outcome's unit. NaN: not run (yet), failed, or nothing was observed.
    failed
        Shape [points, replications], true where a run of one of the arms failed.
    error
        What the first failed run said; empty without one.
    """

    swept: Swept
    column: Column
    arm: str
    against: str | None
    values: NDArray[np.float64]
    failed: NDArray[np.bool_]
    error: str

    @property
    def means(self) -> NDArray[np.float64]:
        """Mean over the replications of each point [points]; NaN where there is none."""
        counts = (~np.isnan(self.values)).sum(axis=1)
        sums = np.nansum(self.values, axis=1)
        return np.divide(sums, counts, out=np.full(len(sums), math.nan), where=counts > 0)

    @property
    def sign(self) -> int:
        """Return 1 where more of the outcome is better, -1 where less is.

        Raises
        ------
        ScenarioError
            If neither is.
        """
        if not self.column.better:
            text = f"{self.column.name} has no better direction, so nothing wins by it"
            raise ScenarioError([Fault(key="--outcome", value=self.column.name, message=text)])
        return 1 if self.column.better == "higher" else -1


def asked(swept: Swept, question: Question) -> Asked:
    """Return the numbers that a question asks for.

    Raises
    ------
    ScenarioError
        If the sweep has no such outcome or arm, or an arm is compared with itself; every fault at once.
    """
    arm = next(iter(swept.arms)) if question.arm is None else question.arm
    arms = [(arm, "--arm")] + ([(question.against, "--against")] if question.against is not None else [])
    faults: list[Fault] = []
    for name, known, option, what in [
        (question.outcome, list(swept.outcomes), "--outcome", "an outcome of this sweep"),
        *((name, list(swept.arms), option, "an arm of this sweep") for name, option in arms),
    ]:
        try:
            _known(name, known, option=option, what=what)
        except ScenarioError as error:
            faults += error.faults
    if arm == question.against:
        faults.append(Fault(key="--against", value=arm, message=f"{show(arm)} would be compared with itself"))
    if faults:
        raise ScenarioError(faults)
    grids = [_grid(swept, name, question.outcome) for name, _ in arms]
    failed = [swept.runs[(swept.runs["arm"] == name) & (swept.runs["status"] == "failed")] for name, _ in arms]
    holes = np.zeros(grids[0].shape, dtype=bool)
    for rows in failed:
        holes[rows["point"].to_numpy(), rows["replication"].to_numpy()] = True
    return Asked(
        swept=swept,
        column=swept.outcomes[question.outcome],
        arm=arm,
        against=question.against,
        values=grids[0] - grids[1] if question.against is not None else grids[0],
        failed=holes,
        error=next((str(error) for rows in failed for error in rows["error"]), ""),
    )


def _known(name: str, names: Iterable[str], *, option: str, what: str) -> None:
    known = list(names)
    if name not in known:
        text = f"{show(name)} is not {what}"
        close = nearest(name, known)
        raise ScenarioError([Fault(key=option, value=name, message=text, allowed=one_of(known), nearest=close)])


def _grid(swept: Swept, arm: str, outcome: str) -> NDArray[np.float64]:
    """Return an arm's outcome [points, replications], NaN where there is none."""
    rows = swept.runs[swept.runs["arm"] == arm]
    grid = np.full((len(swept.points), swept.replications), math.nan)
    grid[rows["point"].to_numpy(), rows["replication"].to_numpy()] = rows[outcome].to_numpy(dtype=np.float64)
    return grid


def refused(key: str, message: str, *, allowed: str = "") -> ScenarioError:
    """Return the error that says why a sweep cannot answer."""
    return ScenarioError([Fault(key=key, message=message, allowed=allowed)])


# --- noise ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What luck leaves in the points' means.

    Attributes
    ----------
    deviation
        Standard deviation of a point's mean over replications, apart from luck common to all points [outcome's unit]; NaN
        where it cannot be told (a single replication).
    share
        Its square as a share of the variance of the points' means [0-1].
    """

    deviation: float
    share: float


def noise_of(values: NDArray[np.float64], *, own_luck: bool) -> Noise:
    """Estimate the luck that is left in the points' means.

    Equation
    --------
    With shared luck, value[point, replication] = point + replication + rest: what a replication's luck adds at every point
    alike moves no point against another. The mean square of the rest over (points - 1)(replications - 1) degrees of freedom,
    divided by the replications, is the variance sought. With luck of its own at each point there is no common part: the
    mean square within points counts.

    Parameters
    ----------
    values
        Shape [points, replications]; NaN is left out.
    own_luck
        True where each point has luck of its own.

    Source
    ------
    Two-way layout without repetition: Scheffe (1959), The Analysis of Variance, section 4.2.
    """
    seen = ~np.isnan(values)
    counts = seen.sum(axis=1)
    several = counts > 1
    if several.sum() < 2:
        return Noise(deviation=math.nan, share=math.nan)
    kept, mask = values[several], seen[several]
    means = np.nanmean(kept, axis=1)
    rest = kept - means[:, None]
    freedom = int(mask.sum()) - len(kept)
    if not own_luck:
        held = mask.any(axis=0)
        common = np.nanmean(rest[:, held], axis=0)
        rest = rest[:, held] - common
        freedom -= int(held.sum()) - 1
    if freedom < 1:
        return Noise(deviation=math.nan, share=math.nan)
    square = float(np.nansum(rest**2)) / freedom * float(np.mean(1 / counts[several]))
    spread = float(means.var(ddof=1))
    share = min(1.0, square / spread) if spread > 0 else (1.0 if square > 0 else 0.0)
    return Noise(deviation=math.sqrt(square), share=share)

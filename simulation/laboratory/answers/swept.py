"""A sweep that was run, as what is asked of it needs it: factors, design points, and one outcome as a table of numbers.

What is asked is either the outcome of one arm, or its difference between two arms, paired: point by point and replication
by replication, with the same customers and the same luck.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.folder import FolderRefused
from simulation.laboratory.sweep.outcomes import cube
from simulation.scenario.faults import Fault, ScenarioError, nearest, one_of, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from simulation.laboratory.sweep.factors import Factor
    from simulation.laboratory.sweep.plan import Plan
    from simulation.record import Column

__all__ = ["DESIGNS", "Asked", "Noise", "Question", "Swept", "asked", "noise_of", "opened", "refused", "swept"]

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
    plan
        The plan; the first of its arms is the one that others are compared with.
    points
        One row per design point, in order; columns are the factors' names.
    outcomes
        Metric or KPI -> what it is called, its unit, which direction is better.
    runs
        The finished runs, one row each, as `dataset.read` gives them.
    """

    plan: Plan
    points: pd.DataFrame
    outcomes: Mapping[str, Column]
    runs: pd.DataFrame

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What varies."""
        return self.plan.factors

    def title(self, arm: str) -> str:
        """Return an arm's title in plain words."""
        told = self.plan.scenario.get("arms", {}).get(arm, {})
        return str(told.get("title") or arm)

    def factor(self, name: str, *, option: str = "") -> Factor:
        """Return a factor by its name, which came from a command's `option`.

        Raises
        ------
        ScenarioError
            If there is none of that name.
        """
        names = [factor.name for factor in self.factors]
        faults = _faults(name, names, option=option, what="a factor of this sweep")
        if faults:
            raise ScenarioError(faults)
        return next(factor for factor in self.factors if factor.name == name)


def swept(plan: Plan, runs: pd.DataFrame) -> Swept:
    """Return a sweep as it is asked: from its plan and its finished runs."""
    import pandas as pd

    from simulation.laboratory.sweep.planning import columns_of_plan

    points = pd.DataFrame(list(plan.points), columns=[factor.name for factor in plan.factors])
    outcomes = {name: column for name, column in columns_of_plan(plan).items() if name in plan.metrics}
    return Swept(plan=plan, points=points, outcomes=outcomes, runs=runs)


def opened(folder: Path | str, *, so_far: bool = False) -> Swept:
    """Read a sweep's folder.

    Parameters
    ----------
    folder
        What `silosim sweep` wrote.
    so_far
        Take an unfinished sweep, too.

    Raises
    ------
    FolderRefused
        If it is no folder of a sweep; or the sweep is not finished, without `so_far`; or nothing of it is.
    """
    from simulation.laboratory.sweep import dataset
    from simulation.laboratory.sweep.sweeping import plan_in

    folder = Path(folder)
    if folder.is_file():
        raise FolderRefused(f"{folder} is a file: name the folder that silosim sweep wrote")
    plan = plan_in(folder)
    left = dataset.status(folder, tasks=plan.tasks, batch=plan.batch).left
    if left and not so_far:
        raise FolderRefused(
            f"{folder}: {left:,} of {plan.tasks:,} tasks are not finished; silosim sweep with the same file and "
            f"--out {folder} goes on, --so-far answers from what is finished"
        )
    return swept(plan, dataset.read(folder))


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
        found = np.full(len(sums), math.nan)
        np.divide(sums, counts, out=found, where=counts > 0)
        return found

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
    known = swept.plan.arms
    arm = known[0] if question.arm is None else question.arm
    arms = [(arm, "--arm")] + ([(question.against, "--against")] if question.against is not None else [])
    faults = _faults(question.outcome, swept.outcomes, option="--outcome", what="an outcome of this sweep")
    for name, option in arms:
        faults += _faults(name, known, option=option, what="an arm of this sweep")
    if arm == question.against:
        faults.append(Fault(key="--against", value=arm, message=f"{show(arm)} would be compared with itself"))
    if faults:
        raise ScenarioError(faults)
    every = cube(swept.plan, swept.runs, question.outcome)
    values = every[:, :, known.index(arm)]
    failed = swept.runs[(swept.runs["status"] == "failed") & swept.runs["arm"].isin([name for name, _ in arms])]
    holes = np.zeros(values.shape, dtype=bool)
    holes[failed["point"].to_numpy(), failed["replication"].to_numpy()] = True
    return Asked(
        swept=swept,
        column=swept.outcomes[question.outcome],
        arm=arm,
        against=question.against,
        values=values if question.against is None else values - every[:, :, known.index(question.against)],
        failed=holes,
        error=next((str(error) for error in failed["error"]), ""),
    )


def _faults(name: str, names: Iterable[str], *, option: str, what: str) -> list[Fault]:
    """Return the fault of a name that is none of those known; none of one that is."""
    known = list(names)
    if name in known:
        return []
    text, close = f"{show(name)} is not {what}", nearest(name, known)
    return [Fault(key=option, value=name, message=text, allowed=one_of(known), nearest=close)]


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

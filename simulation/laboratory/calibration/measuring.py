"""One run of the firm at a point of the parameters' space: a row of everything that the data speak of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulation.laboratory.calibration.parameters import Parameter, set_values
from simulation.scenario.allowed import validated
from simulation.scenario.checks import check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from simulation.analysis.jobs import Row
    from simulation.laboratory.calibration.measures import Measure
    from simulation.scenario.scenario import Scenario

__all__ = ["Asked", "Firm", "Observe", "weeks_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A figure that every run is asked for: name of its column, what is counted, and in which weeks."""

    name: str
    measure: Measure
    weeks: tuple[int, int]


def weeks_of(month: int | None, *, weeks: int, weeks_a_month: float) -> tuple[int, int]:
    """Return the first week of a month and the one after its last, in whole weeks; without a month all weeks.

    Examples
    --------
    >>> [weeks_of(month, weeks=52, weeks_a_month=4.348) for month in (1, 2, 12, None)]
    [(0, 4), (4, 9), (48, 52), (0, 52)]
    """
    if month is None:
        return 0, weeks
    return round((month - 1) * weeks_a_month), round(month * weeks_a_month)


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """The firm before anything is fitted: an arm's plain data, and the seed that all luck follows from."""

    raw: Mapping[str, Any]
    seed: int

    def at(self, parameters: Sequence[Parameter], values: Sequence[float]) -> Scenario:
        """Return the firm with parameters at these values.

        Raises
        ------
        ValueError
            If they make no valid scenario.
        """
        scenario, findings = validated(set_values(self.raw, parameters, values))
        if scenario is not None:
            findings = [finding for finding in check(scenario) if finding.level == "error"]
        if scenario is None or findings:
            raise ValueError(findings[0].message)
        return scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe:
    """Lives the firm at point number `task` and returns its figures as one row; a pure function of the number.

    Attributes
    ----------
    firm, parameters
        What is run, and what varies.
    points
        Values of the parameters [task, parameter].
    first
        Number of the first point's luck: each point has luck of its own, and no two waves share any.
    asked
        Figures of a row.
    """

    firm: Firm
    parameters: tuple[Parameter, ...]
    points: tuple[tuple[float, ...], ...]
    first: int
    asked: tuple[Asked, ...]

    def __call__(self, task: int) -> list[Row]:
        head: Row = {"run": task, "status": "done", "error": None}
        try:
            figures = self._figures(task)
        except MemoryError:
            raise
        except Exception as error:
            head |= {"status": "failed", "error": f"{type(error).__name__}: {error}"[:500]}
            figures = dict.fromkeys((each.name for each in self.asked), math.nan)
        return [head | figures]

    def _figures(self, task: int) -> dict[str, float]:
        # Late: it brings mesa and numba, which a reader of results does not need.
        from simulation.model.organization_model import OrganizationModel

        scenario = self.firm.at(self.parameters, self.points[task])
        model = OrganizationModel(scenario, seed=self.firm.seed, replication=self.first + task)
        model.run()
        counts = model.counts_by_week[scenario.horizon.burn_in :]
        found = figures_of(scenario, model.layout, counts, self.asked)
        model.let_go()
        return found


def figures_of(scenario: Scenario, layout: Any, counts: NDArray[np.int64], asked: Sequence[Asked]) -> dict[str, float]:
    """Read figures off counters [week, counter]: pooled over the weeks of each; NaN where nothing was met."""
    from simulation.model.metrics import readers_of
    from simulation.scenario.kpi import Kpi

    kpis = {
        each.measure.key: Kpi(
            name=each.measure.label, owner="company", numerator=dict(each.measure.numerator), stretch=1.0,
            denominator=dict(each.measure.denominator), scale=each.measure.scale, unit=each.measure.unit, better="higher",
        )
        for each in asked
    }  # fmt: skip
    # Only read off: the run itself knows nothing of these figures.
    readers = readers_of(scenario.model_copy(update={"kpis": kpis}), layout)
    found: dict[str, float] = {}
    for each in asked:
        reader = readers[each.measure.key]
        sums = counts[slice(*each.weeks)].sum(axis=0)
        above = sum(weight * float(sums[at]) for at, weight in reader.numerator)
        below = sum(weight * float(sums[at]) for at, weight in reader.denominator)
        found[each.name] = reader.scale * above / below if below else math.nan
    return found

"""What any settings would bring: each department's own score and the company's value, in the firm or in a linear world.

The alignment map asks a probe and knows no world, so that the code that measures the reference firm is the code that is checked
where the angle is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from simulation.analysis.attainable import learnable
from simulation.analysis.frames import LAST_WEEKS
from simulation.laboratory.lifetime_value import FORMULA, lifetime_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from simulation.model.organization_model import OrganizationModel
    from simulation.scenario.scenario import Scenario

__all__ = ["VALUES", "At", "FirmProbe", "LinearProbe", "Probe", "Value"]

Value = Literal["lifetime_value", "loyalty", "profit"]
At = Literal["start", "late"]
VALUES: dict[Value, tuple[str, str, str]] = {
    "lifetime_value": (
        "Customer lifetime value", "money", f"Revenue less cost a customer and week, m, over the expected life: {FORMULA}."
    ),
    "loyalty": ("Loyalty", "points", "Mean true loyalty of everyone who has ever bought."),
    "profit": ("Profit before bonus", "money per 1,000 people a week", "Revenue less cost."),
}  # fmt: skip
"""What counts as value: label, unit and meaning."""


class Probe(Protocol):
    """Tells what settings bring. All runs of a replication meet the same luck."""

    @property
    def levers(self) -> Mapping[str, tuple[str, ...]]:
        """The levers that each department may move, as `department.lever`."""

    def policy(self, replication: int) -> dict[str, float]:
        """Return the setting of every lever around which derivatives are taken."""

    def measure(self, settings: Mapping[str, float], replication: int, department: str) -> tuple[float, float]:
        """Return a department's own score [points] and the company's value under settings held for the whole horizon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmProbe:
    """The firm of a scenario, its levers frozen from week 0 on.

    Burn-in is under the starting policy and fixes the pars, so that a score counts from the same point whatever is tried.

    Attributes
    ----------
    value
        See `VALUES`.
    at
        `start`: the starting policy; `late`: mean settings of the last 52 weeks of the arm's own run, in each replication.
    over
        `last`: figures of the last 52 weeks; `all`: of all weeks.
    """

    scenario: Scenario
    value: Value
    seed: int
    at: At = "start"
    over: Literal["last", "all"] = "last"

    @property
    def levers(self) -> dict[str, tuple[str, ...]]:
        """The levers that each department may move."""
        return {name: tuple(learnable(self.scenario, name)) for name in self.scenario.departments}

    def policy(self, replication: int) -> dict[str, float]:
        """Return the settings around which derivatives are taken."""
        from simulation.analysis.run import run_arm

        late = self.at == "late"
        weeks = self.scenario.horizon.weeks if late else 1
        horizon = self.scenario.horizon.model_copy(update={"weeks": weeks})
        run = run_arm(
            "", self.scenario.model_copy(update={"horizon": horizon}), seed=self.seed, replication=replication
        )
        return {
            name.removeprefix("lever."): float(weekly[-LAST_WEEKS:].mean() if late else weekly[0])
            for name, weekly in run.weekly.items()
            if name.startswith("lever.")
        }

    def measure(self, settings: Mapping[str, float], replication: int, department: str) -> tuple[float, float]:
        """Return a department's own score [points] and the company's value."""
        from simulation.analysis.replay import relived

        given = self.scenario
        every_week = np.tile(np.array(list(settings.values())), (given.horizon.weeks, 1))
        model = relived(given, every_week, seed=self.seed, replication=replication)
        lived = model.counts_by_week[given.horizon.burn_in :]
        counts = lived[-LAST_WEEKS:].sum(axis=0) if self.over == "last" else lived.sum(axis=0)
        kpis = given.incentives.own_kpis.get(department, given.departments[department].kpis)
        found = model.organization.score(kpis, counts), _value(self.value, model, counts)
        model.let_go()
        return found


def _value(value: Value, model: OrganizationModel, counts: NDArray[np.int64]) -> float:
    """Return the company's value from counters summed over weeks [counter]."""
    from simulation.model.metrics import company_metrics

    figures = {name: float(each[0]) for name, each in company_metrics(model.layout, counts[None], np.zeros(1)).items()}
    if value == "loyalty":
        return figures["loyalty"]
    profit = figures["revenue"] - figures["cost"]
    return profit if value == "profit" else lifetime_value(profit, figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearProbe:
    """A linear world, in which the angle between own KPI and value is known: arccos(cosine) for every department.

    Attributes
    ----------
    cosine, departments, actions
        See `simulation.model.linear_world.LinearModel`; `actions` levers a department.
    noise
        Standard deviation of each counter per person and week; every run draws its own, so that it does not cancel.
    """

    cosine: float
    departments: int = 3
    actions: int = 4
    noise: float = 0.0
    seed: int = 1

    @property
    def levers(self) -> dict[str, tuple[str, ...]]:
        """Every lever may be moved."""
        return {f"d{d}": tuple(f"d{d}.a{i}" for i in range(self.actions)) for d in range(self.departments)}

    def policy(self, replication: int) -> dict[str, float]:
        """Return the setting that is no action, for every lever."""
        from simulation.model.linear_world import EASY

        return {name: EASY for names in self.levers.values() for name in names}

    def measure(self, settings: Mapping[str, float], replication: int, department: str) -> tuple[float, float]:
        """Return a department's own score and the company's value, both in points, in one week."""
        from simulation.model.linear_world import LinearModel
        from simulation.scenario.regime import Learning

        chosen = np.array(list(settings.values()))
        # Additive noise that all runs share cancels in every difference: here each run has its own, a harder test.
        number = replication * 1_000_000 + int(1000.0 * np.arange(1, len(chosen) + 1) @ chosen)
        model = LinearModel(
            departments=self.departments, levers=self.actions, cosine=self.cosine, noise=self.noise, seed=self.seed,
            replication=number, learning=Learning(rule="fixed"), weeks=1,
        )  # fmt: skip
        model.world.set_levers(np.tile(chosen, (model.world.cells, 1)))
        counts = model.world.week()[0].sum(axis=0)
        own, whole = (model.organization.score({name: 1.0}, counts) for name in (f"kpi_{department}", "value"))
        model.let_go()
        return own, whole

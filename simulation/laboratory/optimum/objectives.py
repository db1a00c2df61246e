"""What an owner may want: each objective a function of a firm's weekly figures, by name.

Money is before bonus, which only moves it from the owner to the departments. The owner bears the departments' effort: a point of
effort is a point of appraisal to the department (`simulation.rules.incentive.effort_cost`), and a point of appraisal pays
(1 - PAY_AT_PAR) of its full bonus, so that this is the money for which it would just do it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.laboratory.lifetime_value import FORMULA, lifetime_value
from simulation.rules.incentive import PAY_AT_PAR
from simulation.scenario.faults import Fault, ScenarioError, nearest, one_of, show

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulation.scenario.department import DepartmentGiven

__all__ = ["MEASURES", "Measure", "Objective", "price_of_effort", "read_objective"]


def price_of_effort(department: DepartmentGiven) -> float:
    """Return what a point of effort costs [money per 1,000 people a week]."""
    return (1.0 - PAY_AT_PAR) * float(department.bonus)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Something that firms are compared by; `of` reads it off weekly figures, `effort` [money] among them."""

    name: str
    label: str
    unit: str
    meaning: str
    of: Callable[[Mapping[str, float]], float]


def _profit(figures: Mapping[str, float]) -> float:
    return figures["revenue"] - figures["cost"] - figures["effort"]


def _lifetime_value(figures: Mapping[str, float]) -> float:
    return lifetime_value(_profit(figures), figures)


_MEASURES = (
    Measure(name="loyalty", label="Loyalty", unit="0-100", of=lambda figures: figures["loyalty"],
            meaning="Mean true loyalty of everyone who has ever bought, whatever it costs."),
    Measure(name="profit", label="Profit before bonus, less effort", unit="money per 1,000 people a week", of=_profit,
            meaning="Revenue less cost less effort; effort at what a point of appraisal pays the department."),
    Measure(name="lifetime_value", label="Lifetime value of a customer", unit="money", of=_lifetime_value,
            meaning=f"Profit (as above) a customer and week, m, over the expected life: {FORMULA}."),
)  # fmt: skip

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _MEASURES}
"""What an owner may want, and by what outcomes are compared, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """A weighted sum of measures."""

    weights: dict[str, float]

    def of(self, figures: Mapping[str, float]) -> float:
        """Return what weekly figures are worth."""
        total = 0.0
        for name, weight in self.weights.items():
            total += weight * MEASURES[name].of(figures)
        return total

    @property
    def words(self) -> str:
        """What is wanted, in words."""
        if list(self.weights.values()) == [1.0]:
            return MEASURES[next(iter(self.weights))].label.lower()
        return " + ".join(f"{weight:g} x {MEASURES[name].label.lower()}" for name, weight in self.weights.items())


def read_objective(text: str) -> Objective:
    """Return the objective that a text names: `profit`, or weights as in `profit:1,loyalty:20`.

    Raises
    ------
    ScenarioError
        With every fault in it.

    Examples
    --------
    >>> read_objective("profit:1,loyalty:20").weights
    {'profit': 1.0, 'loyalty': 20.0}
    """
    weights: dict[str, float] = {}
    faults: list[Fault] = []
    for part in text.split(","):
        name, colon, weight = (each.strip() for each in part.partition(":"))
        if name not in MEASURES:
            faults.append(Fault(key="--objective", value=name, message=f"{show(name)} is no objective",
                                allowed=one_of(MEASURES), nearest=nearest(name, MEASURES)))  # fmt: skip
        elif name in weights:
            faults.append(Fault(key="--objective", value=name, message=f"{show(name)} is named twice"))
        else:
            weights[name] = _weight(weight) if colon else 1.0
            if not weights[name] > 0.0:
                faults.append(Fault(key="--objective", value=part, message=f"{show(weight)} is not a weight",
                                    allowed="a number above 0, as in profit:1,loyalty:20"))  # fmt: skip
    if faults:
        raise ScenarioError(faults)
    return Objective(weights=weights)


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return -1.0

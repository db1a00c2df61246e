"""What touchpoints cost, by whom they reach: winning customers, serving them, or both.

Equation
--------
Of a run's last year, per 1,000 people a week: encounters x cost of an encounter + cost of the capacity x staff, at the mean
settings of the levers. `goods and rest` is what is left of all costs: goods sold, councils, and what settings that move within
the year make of the product of two means.

Special cases
-------------
Levers that stand still: the costs of touchpoints are those of the run exactly (where no lever's effect on costs differs between
segments).

Source
------
Acquisition against retention: Gupta & Lehmann (2003); which touchpoint counts as which is our assumption (`reach`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.scenario.scenario import Scenario

__all__ = ["BOTH", "SERVING", "WINNING", "reach", "touchpoint_costs"]

WINNING, SERVING, BOTH = "winning", "serving", "both"
_NOT_CUSTOMERS = {"prospect", "lead", "defected"}


def reach(scenario: Scenario) -> dict[str, str]:
    """Return whom each touchpoint reaches: `winning` (only people who are no customers), `serving` (only customers) or `both`.

    What follows another touchpoint reaches whom that one leaves: after a success that makes a customer, customers.
    """
    found: dict[str, str] = {}
    for name, point in scenario.journey.items():
        trigger = point.trigger
        if trigger.kind == "rate":
            stages = set(trigger.stages or ("customer",))
            found[name] = SERVING if stages == {"customer"} else WINNING if stages <= _NOT_CUSTOMERS else BOTH
        elif trigger.kind == "after":
            left = {_leaves(scenario, before, trigger.when, found[before]) for before in trigger.follows}
            found[name] = left.pop() if len(left) == 1 else BOTH
        else:  # need, cycle, open problem: customers only
            found[name] = SERVING
    return found


def _leaves(scenario: Scenario, name: str, when: str, reached: str) -> str:
    """Return whom a touchpoint leaves behind that reached such people."""
    made = "customer" in scenario.journey[name].moves.values()
    if made and reached == WINNING and when != "no_success":
        return SERVING if when == "success" else BOTH
    return reached


def touchpoint_costs(
    scenario: Scenario, encounters: NDArray[np.float64], settings: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what each touchpoint costs [replication, touchpoint; money per 1,000 people a week], without goods.

    Parameters
    ----------
    encounters
        Per 1,000 people a week [replication, touchpoint].
    settings
        Mean setting of each lever [replication, lever], in the order of `simulation.analysis.promises.lever_columns`.
    """
    from simulation.model.effects import Folding, effects_of
    from simulation.model.layout import layout_of
    from simulation.model.world import LEAST_CAPACITY
    from simulation.scenario.journey import COEFFICIENTS

    layout, at = layout_of(scenario), {name: i for i, name in enumerate(COEFFICIENTS)}
    value = Folding(layout, effects_of(scenario)).fold(np.ascontiguousarray(settings)).value
    shares = np.array([segment.share for segment in scenario.market.segments.values()])
    each = np.tensordot(value, shares / shares.sum(), axes=(1, 0))  # [replication, touchpoint, coefficient]
    staff = np.maximum(value[:, 0, :, at["staff"]], LEAST_CAPACITY)
    costs = encounters * np.maximum(each[:, :, at["cost"]], 0.0) + staff * 1000.0 * layout.capacity_cost
    return np.asarray(costs, dtype=np.float64)

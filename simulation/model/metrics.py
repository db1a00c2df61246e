"""From counters to metrics: KPIs as the scenario defines them, and the company's weekly figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.model.layout import FIXED_POINT, Layout, counter_index
from simulation.rules.arithmetic import UNITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.scenario.kpi import Kpi
    from simulation.scenario.scenario import Scenario

__all__ = ["KpiReader", "company_metrics", "readers_of"]

WEEKS_A_YEAR = 52
REGISTER = frozenset({"people", "prospects", "leads", "customers", "defected", "ever_customers"})
"""Company counters of how many people there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiReader:
    """How one KPI is read off counters: scale x sum of its numerator / sum of its denominator (see `KpiTable`).

    Attributes
    ----------
    name, direction, stretch
        As the scenario says; direction is 1 (higher is better) or -1.
    numerator, denominator
        (position of the counter, weight per counter unit) pairs.
    scale
        Factor to the KPI's unit.
    home
        The department at whose touchpoints all that it counts happens; empty where there is none.
    """

    name: str
    direction: int
    stretch: float
    numerator: tuple[tuple[int, float], ...]
    denominator: tuple[tuple[int, float], ...]
    scale: float
    home: str = ""


def readers_of(scenario: Scenario, layout: Layout) -> dict[str, KpiReader]:
    """Return a reader for each KPI of the scenario."""
    return {name: _reader(name, kpi, layout, _home(scenario, kpi)) for name, kpi in scenario.kpis.items()}


def _home(scenario: Scenario, kpi: Kpi) -> str:
    """Return the department that owns every touchpoint where the KPI counts something; empty where there is none.

    How many people there are in each stage stands in the register that everybody works from, so that a share of them is no
    foreign figure. All else that only the company counts happens at everyone's touchpoints.
    """
    owners: set[str] = set()
    for counter in (*kpi.numerator, *(name for name in kpi.denominator if name not in REGISTER)):
        touchpoint = counter.partition("@")[2]
        met = [touchpoint] if touchpoint else scenario.journey
        owners |= {scenario.journey[name].owner for name in met}
    return owners.pop() if len(owners) == 1 else ""


def _reader(name: str, kpi: Kpi, layout: Layout, home: str) -> KpiReader:
    def terms(given: dict[str, float]) -> tuple[tuple[int, float], ...]:
        return tuple(
            (counter_index(layout, counter), weight / (UNITS if counter.partition("@")[0] in FIXED_POINT else 1.0))
            for counter, weight in given.items()
        )

    return KpiReader(
        name=name,
        direction=1 if kpi.better == "higher" else -1,
        stretch=kpi.stretch,
        numerator=terms(kpi.numerator),
        denominator=terms(kpi.denominator),
        scale=kpi.scale,
        home=home,
    )


def company_metrics(
    layout: Layout, counts: NDArray[np.int64], bonus: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Return the company's weekly metrics (see `simulation.record`) from counters [week, counter].

    Parameters
    ----------
    bonus
        Bonus paid to all departments [week], money.
    """

    def total(name: str) -> NDArray[np.float64]:
        units = UNITS if name in FIXED_POINT else 1.0
        return counts[:, counter_index(layout, name)] / units

    def per(above: NDArray[np.float64], below: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
        return np.where(below > 0, scale * above / np.where(below > 0, below, 1.0), np.nan)

    people, customers = total("people"), total("customers")
    served = total("retained") + total("defections")
    stays = per(total("retained"), served, 1.0)
    money = 1000.0 / people
    return {
        "loyalty": per(total("loyalty"), total("ever_customers"), 100.0),
        "nps": per(total("nps_points"), total("answers"), 100.0),
        "retention": 100.0 * _to_the_year(stays),
        "complaints": per(total("complaints"), served, 1000.0),
        "satisfaction": per(total("satisfaction"), customers, 100.0),
        "trust": per(total("trust"), customers, 100.0),
        "open_problems": per(total("open_problems"), customers, 100.0),
        "customers": per(customers, people, 100.0),
        "repeat_purchases": per(total("repeat_purchases"), served, 1000.0),
        "new_customers": per(total("acquired"), people, 1000.0),
        "defections": per(total("defections"), served, 1000.0),
        "silent_lapses": per(total("silent_lapses"), served, 1000.0),
        "good_talk": per(total("good_talk"), people, 1000.0),
        "bad_talk": per(total("bad_talk"), people, 1000.0),
        "revenue": total("revenue") * money,
        "cost": total("cost") * money,
        "bonus": bonus * money,
        "profit": (total("revenue") - total("cost") - bonus) * money,
    }


def _to_the_year(weekly: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weekly**52 by multiplications (the same bits everywhere)."""
    result = np.ones_like(weekly)
    for _ in range(WEEKS_A_YEAR):
        result = result * weekly
    return result

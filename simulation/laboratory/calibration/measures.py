"""What a firm can observe of itself and of its customers, as counters: the figures that a calibration can use.

A measure is scale x sum(weight x counter) / sum(weight x counter) over all weeks of its period: as a client counts a month,
and not the mean of weekly ratios. What nobody can observe (true loyalty, satisfaction, trust) is no measure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.laboratory.calibration.units import FAMILIES, Family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.scenario.scenario import Scenario

__all__ = ["LATENT", "NAMES", "Measure", "measures_of"]

LATENT = ("loyalty", "satisfaction", "trust", "good_talk", "bad_talk", "bonus", "profit_at_equal_bonus")
"""Metrics of a comparison that no firm can observe, or that follow from the pay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure of a firm.

    Attributes
    ----------
    name, where
        As in the data: the metric, and the touchpoint or department (empty: the whole firm).
    key
        What it is in silosim: two names of the same figure (churn and retention) have the same key.
    label, unit
        For people; the unit is the native one.
    family
        Which units the figure may be written in.
    numerator, denominator, scale
        Counters with weights, as in a KPI.
    staying
        Written as those who stay; measured as those who leave.
    """

    name: str
    where: str
    key: str
    label: str
    unit: str
    family: Family
    numerator: Mapping[str, float]
    denominator: Mapping[str, float]
    scale: float
    staying: bool = False

    @property
    def said(self) -> str:
        """Name and place as people write it."""
        return f"{self.name} at {self.where}" if self.where else self.name


NAMES: dict[str, str] = {
    "nps": "Net promoter score as surveyed",
    "csat": "Surveyed satisfaction: overall, or after encounters at a touchpoint or department",
    "conversion": "Encounters that succeed (sell, win a lead, are paid); name a touchpoint or department",
    "churn": "Customers lost",
    "retention": "Customers kept",
    "complaints": "Customers who voice an open problem",
    "contacts": "Contacts of customers with service: every touchpoint that closes problems, or the one named",
    "resolution": "Contacts that close the problem: first-contact resolution",
    "leads": "People who become leads",
    "volume": "Encounters at a touchpoint or department",
    "new_customers": "First purchases and customers won back",
    "repeat_purchases": "Purchases by people who have bought before",
    "order_value": "Revenue per sale",
    "revenue": "Sales at the prices paid",
    "wait": "Mean wait for an encounter; name a touchpoint or department",
    "contact_cost": "Cost of one encounter, its capacity included; name a touchpoint or department",
    "handle_time": "Paid work per encounter, in minutes at what a minute costs; name a touchpoint or department",
    "open_problems": "Customers with a problem still unresolved at the end of a week",
    "customers": "People in the market who are customers",
}
"""Metrics of every scenario, with what they mean; a scenario's own KPIs go by their own names."""

_SERVED = {"retained": 1.0, "defections": 1.0}
_PEOPLE = {"people": 1.0}


def measures_of(scenario: Scenario) -> dict[tuple[str, str], Measure]:
    """Return every measure of a scenario by (name, where), in the order in which people think of them."""
    found = [*_of_company(scenario)]
    places: dict[str, tuple[str, ...]] = {name: (name,) for name in scenario.journey}
    for department in scenario.departments:
        owned = tuple(name for name, of in scenario.journey.items() if of.owner == department)
        if owned and department not in places:
            places[department] = owned
    for where, touchpoints in places.items():
        found += _of_place(scenario, where, touchpoints)
    known = {(each.name, each.where): each for each in found}
    for name, kpi in scenario.kpis.items():
        if (name, "") not in known:
            same = (each.key for each in found if (each.numerator, each.denominator) == (kpi.numerator, kpi.denominator)
                    and each.scale == kpi.scale)  # fmt: skip
            known[name, ""] = Measure(
                name=name, where="", key=next(same, f"kpi.{name}"), label=kpi.name, unit=kpi.unit, family="other",
                numerator=kpi.numerator, denominator=kpi.denominator, scale=kpi.scale,
            )  # fmt: skip
    return known


def _measure(
    name: str, family: Family, numerator: Mapping[str, float], denominator: Mapping[str, float], scale: float,
    *, where: str = "", key: str = "", label: str = "", staying: bool = False,
) -> Measure:  # fmt: skip
    return Measure(
        name=name, where=where, key=key or name, label=label or NAMES[name].partition(":")[0].partition(";")[0],
        unit=FAMILIES[family], family=family, numerator=numerator, denominator=denominator, scale=scale, staying=staying,
    )  # fmt: skip


def _of_company(scenario: Scenario) -> list[Measure]:
    journey = scenario.journey
    leads = {f"successes@{name}": 1.0 for name, of in journey.items() if "lead" in of.moves.values()}
    service = [name for name, of in journey.items() if of.closes_case]
    found = [
        _measure("nps", "nps", {"nps_points": 1.0}, {"answers": 1.0}, 100.0, label="NPS"),
        _measure("csat", "score", {"overall": 1.0}, {"answers": 1.0}, 100.0, label="Surveyed satisfaction"),
        _measure("churn", "leaving", {"defections": 1.0}, _SERVED, 1000.0),
        _measure("retention", "leaving", {"defections": 1.0}, _SERVED, 1000.0, key="churn", staying=True),
        _measure("complaints", "customers", {"complaints": 1.0}, _SERVED, 1000.0),
        _measure("new_customers", "people", {"acquired": 1.0}, _PEOPLE, 1000.0),
        _measure("repeat_purchases", "customers", {"repeat_purchases": 1.0}, _SERVED, 1000.0),
        _measure("order_value", "money", {"revenue": 1.0}, {"purchases": 1.0}, 1.0),
        _measure("revenue", "people", {"revenue": 1.0}, _PEOPLE, 1000.0),
        _measure("open_problems", "share", {"open_problems": 1.0}, {"customers": 1.0}, 100.0),
        _measure("customers", "share", {"customers": 1.0}, _PEOPLE, 100.0),
    ]
    if leads:
        found.append(_measure("leads", "people", leads, _PEOPLE, 1000.0))
    if service:
        met = {f"encounters@{name}": 1.0 for name in service}
        solved = {f"resolved@{name}": 1.0 for name in service}
        found.append(_measure("contacts", "customers", met, _SERVED, 1000.0))
        found.append(_measure("resolution", "share", solved, met, 100.0))
    return found


def _of_place(scenario: Scenario, where: str, touchpoints: tuple[str, ...]) -> list[Measure]:
    title = scenario.journey[where].name if where in scenario.journey else scenario.departments[where].name

    def total(counter: str) -> dict[str, float]:
        return {f"{counter}@{name}": 1.0 for name in touchpoints}

    met = total("encounters")
    at = touchpoints[0] if len(touchpoints) == 1 else where
    given: list[tuple[str, Family, dict[str, float], dict[str, float], float]] = [
        ("csat", "score", total("csat"), total("csat_answers"), 100.0),
        ("conversion", "share", total("successes"), met, 100.0),
        ("volume", "people", met, _PEOPLE, 1000.0),
        ("contact_cost", "money", total("cost"), met, 1.0),
        ("wait", "weeks", total("waiting"), met, 1.0),
    ]
    if any(scenario.journey[name].sells for name in touchpoints):
        sold = {f"successes@{name}": 1.0 for name in touchpoints if scenario.journey[name].sells}
        given.append(("order_value", "money", total("revenue"), sold, 1.0))
    if any(scenario.journey[name].closes_case for name in touchpoints):
        given.append(("contacts", "customers", met, _SERVED, 1000.0))
        given.append(("resolution", "share", total("resolved"), met, 100.0))
    found = [
        _measure(name, family, above, below, scale, where=where, label=f"{_WORDS[name]}: {title}", key=f"{name}@{at}")
        for name, family, above, below, scale in given
    ]
    paid = _measure("handle_time", "money", total("cost"), met, 1.0, where=where, key=f"contact_cost@{at}",
                    label=f"{_WORDS['contact_cost']}: {title}")  # fmt: skip
    return [*found, paid]


_WORDS = {
    "csat": "CSAT",
    "conversion": "Conversion",
    "volume": "Encounters",
    "contact_cost": "Cost of an encounter",
    "wait": "Wait",
    "order_value": "Revenue per sale",
    "contacts": "Contacts",
    "resolution": "Contacts that close the problem",
}

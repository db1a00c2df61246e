"""Units that clients' figures come in, and how each is brought to the one unit in which silosim measures.

A figure without its unit could be a percentage or a share, a month or a week: so the unit is always written, and a figure that
cannot be in that unit is refused.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FAMILIES", "WEEKS_A_MONTH", "Clock", "Family", "Unit", "known_units", "minutes_at", "unit_in"]

Family: TypeAlias = Literal["nps", "score", "share", "leaving", "customers", "people", "money", "weeks", "other"]
"""Kinds of figure; each has one native unit."""

WEEKS_A_MONTH = 365.25 / 12 / 7
"""Weeks of a calendar month: 4.348, which people round to 4.345 or 4.35."""
WEEKS_A_YEAR = 52
"""As in the metric `retention`."""

FAMILIES: dict[Family, str] = {
    "nps": "points",
    "score": "points of 100",
    "share": "%",
    "leaving": "per 1,000 customers a week",
    "customers": "per 1,000 customers a week",
    "people": "per 1,000 people a week",
    "money": "money",
    "weeks": "weeks",
    "other": "",
}
"""Family -> native unit; of `other` (a scenario's own KPIs) that of the KPI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How long a month is, and how many people there are in the client's market (None: not said)."""

    weeks_a_month: float = WEEKS_A_MONTH
    market: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One way to write a figure.

    Attributes
    ----------
    name
        As written in the file.
    native
        Turns the figure into the native unit; rising or falling all the way.
    low, high
        What the figure can be.
    of
        What a whole is called in this unit (100 for %, 1 for a share); 0 where it is no part of a whole.
    """

    name: str
    native: Callable[[float], float]
    low: float = 0.0
    high: float = math.inf
    of: float = 0.0


def unit_in(
    family: Family, name: str, *, clock: Clock, currency: str, own: str = "", staying: bool = False
) -> Unit | None:
    """Return the unit of this name; None where the family has no such unit.

    Parameters
    ----------
    family, own
        Kind of figure; of `other` its own unit.
    name
        As written.
    clock
        Length of a month, size of the market.
    currency
        Of the scenario.
    staying
        The figure counts those who stay, not those who leave.
    """
    return {unit.name: unit for unit in _units(family, clock, currency, own, staying)}.get(" ".join(name.split()))


def known_units(family: Family, *, clock: Clock, currency: str, own: str = "", staying: bool = False) -> list[str]:
    """Return the names of a family's units, the likeliest first."""
    return [unit.name for unit in _units(family, clock, currency, own, staying)]


def minutes_at(name: str) -> float | None:
    """Return what a minute of work costs, of a unit such as `minutes at 0.60`; None for any other.

    Examples
    --------
    >>> minutes_at("minutes at 0.60"), minutes_at("minutes")
    (0.6, None)
    """
    found = re.fullmatch(r"minutes at ([0-9]+(?:\.[0-9]+)?)", " ".join(name.split()))
    return float(found.group(1)) if found and float(found.group(1)) > 0 else None


def _times(factor: float) -> Callable[[float], float]:
    return lambda value: value * factor


def _units(family: Family, clock: Clock, currency: str, own: str, staying: bool) -> list[Unit]:
    month = clock.weeks_a_month
    per = 1000.0 / (clock.market or math.nan)
    same = _times(1.0)
    found: dict[Family, list[Unit]] = {
        "nps": [Unit(name="points", native=same, low=-100.0, high=100.0)],
        "score": [
            *_parts("points of 100"),
            Unit(name="stars", native=lambda value: 25.0 * (value - 1.0), low=1.0, high=5.0),
        ],
        "share": [*_parts("%"), Unit(name="per 1,000", native=_times(0.1), high=1000.0, of=1000.0)],
        "leaving": _leaving(month, staying=staying),
        "customers": [
            Unit(name="per 1,000 customers a week", native=same, of=1000.0),
            Unit(name="per 1,000 customers a month", native=_times(1.0 / month), of=1000.0),
            Unit(name="% of customers a month", native=_times(10.0 / month), of=100.0),
            Unit(name="% of customers a week", native=_times(10.0), of=100.0),
            Unit(name="a customer a year", native=_times(1000.0 / WEEKS_A_YEAR), of=1.0),
        ],
        "people": [
            Unit(name="per 1,000 people a week", native=same, of=1000.0),
            Unit(name="per 1,000 people a month", native=_times(1.0 / month), of=1000.0),
            Unit(name="a week", native=_times(per)),
            Unit(name="a month", native=_times(per / month)),
        ],
        "money": [Unit(name=name, native=same) for name in dict.fromkeys((currency, "money"))],
        "weeks": [Unit(name="weeks", native=same), Unit(name="days", native=_times(1.0 / 7.0))],
        "other": [Unit(name=own, native=same, low=-math.inf)],
    }
    return found[family]


def _parts(whole: str) -> list[Unit]:
    """A part of a hundred under its own name, the same as `%`, and as a share."""
    names = dict.fromkeys((whole, "%"))
    hundred = [Unit(name=name, native=_times(1.0), high=100.0, of=100.0) for name in names]
    return [*hundred, Unit(name="share", native=_times(100.0), high=1.0, of=1.0)]


def _leaving(month: float, *, staying: bool) -> list[Unit]:
    """Customers lost, or kept, over a while: turned into the chance to leave in one week, per 1,000."""

    def hazard(weeks: float, of: float) -> Callable[[float], float]:
        def native(value: float) -> float:
            kept = value / of if staying else 1.0 - value / of
            return float(1000.0 * (1.0 - max(kept, 0.0) ** (1.0 / weeks)))

        return native

    spans = {"a year": WEEKS_A_YEAR, "a month": month, "a week": 1.0}
    found = [
        Unit(name=f"{word} {span}", native=hazard(weeks, of), high=of, of=of)
        for word, of in (("%", 100.0), ("share", 1.0))
        for span, weeks in spans.items()
    ]
    return found if staying else [
        *found, Unit(name="per 1,000 customers a week", native=_times(1.0), high=1000.0, of=1000.0),
    ]  # fmt: skip

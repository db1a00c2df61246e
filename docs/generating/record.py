"""What is kept of a run: read from `simulation/record.py` and the names of counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generating.tables import table
from simulation.randomness import PURPOSE
from simulation.record import COMPANY_METRICS, CUSTOMER_COLUMNS, Column
from simulation.scenario.names import COMPANY_COUNTERS, TOUCHPOINT_COUNTERS

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["counters", "customer", "outcomes", "streams"]


def customer() -> str:
    """Return the state of a customer as the record keeps it."""
    return _columns(CUSTOMER_COLUMNS.values())


def outcomes() -> str:
    """Return the company's weekly metrics."""
    return _columns(COMPANY_METRICS.values())


def _columns(columns: Iterable[Column]) -> str:
    rows = [[f"`{c.name}`", c.unit or "-", c.better or "-", c.meaning] for c in columns]
    return table(("name", "unit", "better", "meaning"), rows)


def counters() -> str:
    """Return the counters that KPIs are made of."""
    touchpoint = [[f"`{name}@TOUCHPOINT`", words] for name, words in TOUCHPOINT_COUNTERS.items()]
    company = [[f"`{name}`", words] for name, words in COMPANY_COUNTERS.items()]
    return table(("counter", "what it counts in a week"), [*touchpoint, *company])


def streams() -> str:
    """Return the streams of random numbers by purpose."""
    return table(("purpose", "stream"), [[f"`{name}`", number] for name, number in PURPOSE.items()])

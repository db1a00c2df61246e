"""The 36 facts: figures measured on public data, each with its interval, its source and the statistic that gives it.

They come from different trades (a marketplace, an airport, a record shop, a bank, an e-mail experiment): together they
make mechanisms plausible, and they forecast no single firm. Two are randomized; the others are observational, and four of
those are confounded by selection (who still waits, and who is called a fifth time, may differ to begin with).
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

__all__ = ["DESIGNS", "WORLDS", "Fact", "facts"]

Design = Literal["randomized", "observational", "observational, confounded by selection"]
DESIGNS: tuple[Design, ...] = ("randomized", "observational", "observational, confounded by selection")
WORLDS = ("marketplace", "airport", "shop", "call_campaign", "email_trial", "lead_funnel")
"""The small worlds, each of the kind of one data set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One figure from real data.

    Attributes
    ----------
    key
        C01 to C36.
    says
        What the figure is, in plain words.
    value, low, high
        The figure and its 95 % interval, in the unit of `says`; without an interval `low` and `high` are NaN.
    n
        Observations behind it.
    design
        How far it speaks of causes.
    world
        The small world that measures it.
    statistic
        Its name in `simulation.analysis.facts.measures.STATISTICS`.
    source
        Data set, years and who published it.
    name
        Its name where the figures were collected.
    """

    key: str
    says: str
    value: float
    low: float
    high: float
    n: int
    design: Design
    world: str
    statistic: str
    source: str
    name: str


@cache
def facts() -> dict[str, Fact]:
    """Return the facts by key, in order.

    Examples
    --------
    >>> fact = facts()["C31"]
    >>> fact.value, fact.design, fact.world
    (0.0766, 'randomized', 'email_trial')
    """
    text = files("simulation.analysis.facts").joinpath("customer_facts.csv").read_text(encoding="utf-8")
    return {row["key"]: _fact(row) for row in csv.DictReader(text.splitlines())}


def _fact(row: dict[str, str]) -> Fact:
    low, high = (float(row[end]) if row[end] else math.nan for end in ("low", "high"))
    return Fact(
        key=row["key"],
        says=row["says"],
        value=float(row["value"]),
        low=low,
        high=high,
        n=int(row["n"]),
        design=cast("Design", row["design"]),
        world=row["world"],
        statistic=row["statistic"],
        source=row["source"],
        name=row["name"],
    )

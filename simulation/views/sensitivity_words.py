"""The sensitivity of the headline in words and estimates, as its pictures need them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulation.analysis.intervals import rules_out_zero
from simulation.analysis.people_sensitivity import nudges
from simulation.scenario.people import People
from simulation.scenario.schema import docstrings

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "HEADLINE_WORDS",
    "NOW",
    "Estimate",
    "Headline",
    "Setting",
    "by_parameter",
    "estimates",
    "largest",
    "meaning",
    "setting",
    "words_of",
]

Setting = tuple[str, str]
"""A parameter and its value."""
NOW: Setting = ("", "")
"""People as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One headline in words: `sign` turns a fall into a loss, `would` says in a sentence what brings it about."""

    name: str
    would: str
    sign: int = 1


HEADLINE_WORDS = {
    "silos": Headline(name="Loyalty lost by silos", would="silos would cost", sign=-1),
    "sharing": Headline(name="Loyalty gained by sharing with sight", would="sharing with sight would bring"),
    "sharing_profit": Headline(name="Profit gained by sharing with sight", would="sharing with sight would bring"),
}


def setting(parameter: str, value: float) -> Setting:
    """Return the key of a setting, the same before and after its value was written to a file, with six digits."""
    return parameter, f"{float(f'{value:.6g}'):.5g}"


def words_of(parameter: str) -> str:
    """Return a parameter's name for people: `Trust learning`."""
    return parameter.replace("_", " ").capitalize()


def meaning(parameter: str) -> str:
    """Return what a parameter is, as its docstring begins: up to the source, without its unit."""
    words = dict(docstrings(People))[parameter].split(". Source")[0].replace(" [0-1]", "")
    return re.sub(r"\*(\w+)\*", r"“\1”", words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean with its 95 % interval from `n` replications, NaN where there is none."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def clear(self) -> bool:
        return rules_out_zero(self.low, self.high, n=self.n)


def estimates(table: pd.DataFrame, headline: str, *, change: bool) -> dict[Setting, Estimate]:
    """Return each setting's level or change, by parameter and value; people as they are under `NOW`.

    Losses count upwards: their sign is turned, and so are the ends of their intervals.
    """
    found = {}
    sign, start = HEADLINE_WORDS[headline].sign, "change_" if change else ""
    rows: list[Any] = list(table[table["headline"] == headline].itertuples())
    for row in rows:
        low, high = sorted((sign * getattr(row, f"{start}low"), sign * getattr(row, f"{start}high")))
        key = NOW if math.isnan(row.value) else setting(row.parameter, row.value)
        mean = sign * (row.change if change else row.mean)
        found[key] = Estimate(mean=mean, low=low, high=high, n=row.n)
    return found


def by_parameter(changes: dict[Setting, Estimate]) -> dict[str, dict[str, Estimate]]:
    """Return parameter -> side -> change, the parameter with the largest change first.

    Raises
    ------
    ValueError
        The table was made with other people than the present ones.
    """
    found = {}
    for parameter in People.model_fields:
        sides = {side: changes.get(setting(parameter, value)) for side, value in nudges(parameter).items()}
        found[parameter] = {side: change for side, change in sides.items() if change is not None}
        if len(found[parameter]) < len(sides):
            raise ValueError(f"the table lacks {parameter} a quarter lower or higher: it was made with other people")
    return dict(sorted(found.items(), key=lambda item: -largest(item[1])))


def largest(sides: dict[str, Estimate]) -> float:
    """Return the size of the larger change [unit of the headline]."""
    return max((abs(change.mean) for change in sides.values()), default=0.0)

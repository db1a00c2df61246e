"""A customer's two lives summed up: encounters, money, how she stands at the end, promises, and to whom what she felt is due."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from simulation.views.report.numbers import true_minus
from simulation.views.story.words import LEAST
from simulation.views.words import amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.views.story.words import Teller

__all__ = ["Sum", "due_per_encounter", "sums"]

Line = tuple[str, str, Callable[[pd.DataFrame], Any], int]
"""What is summed up, its unit, how, and with how many decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One line of the table that sums up both worlds: what, its unit, and a figure for each arm."""

    what: str
    unit: str
    figures: Mapping[str, str]


def sums(teller: Teller) -> list[Sum]:
    """Both worlds summed up."""
    lines: list[Line] = [
        ("Encounters", "count", lambda of: _of(of, "encounter", "week").count(), 0),
        ("Mean experience of encounters", "0-100", lambda of: 100 * _of(of, "encounter", "experience").mean(), 1),
        ("Weeks with an open problem", "weeks", lambda of: _of(of, "open problem", "week").count(), 0),
        ("Weeks in which she complained", "weeks", lambda of: _of(of, "week", "voiced").sum(), 0),
        ("Paid", teller.scenario.market.currency, lambda of: _of(of, "encounter", "paid").sum(), 2),
        *(
            (f"{name.capitalize()} at the end", "0-100", partial(_at_the_end, name=name), 1)
            for name in ("satisfaction", "trust", "loyalty")
        ),
        *_by_department(teller),
    ]
    rows = {arm: teller.story.of(arm) for arm in teller.stories.arms}
    return [
        Sum(
            what=what,
            unit=unit,
            figures={arm: true_minus(amount(float(figure(of)), decimals=decimals)) for arm, of in rows.items()},
        )
        for what, unit, figure, decimals in lines
    ]


def _by_department(teller: Teller) -> list[Line]:
    """Mean promises of those who promise anything, then what is due to each."""
    promising = [name for name in teller.departments if (teller.story.rows[f"promise.{name}"].abs() >= LEAST).any()]
    promises: list[Line] = [
        (f"Mean promise by {teller.departments[name]}", "points above the ordinary",
         partial(_mean_promise, name=name), 1)
        for name in promising
    ]  # fmt: skip
    due: list[Line] = [
        (f"Felt per encounter, due to {title}", "points", partial(_due_in_points, name=name), 1)
        for name, title in {**teller.departments, "unattributed": "nobody"}.items()
    ]
    return promises + due


def _of(rows: pd.DataFrame, what: str, column: str) -> pd.Series:
    return rows.loc[rows["what"] == what, column]


def _at_the_end(rows: pd.DataFrame, *, name: str) -> float:
    ends = _of(rows, "week", name)
    return 100.0 * float(ends.iloc[-1]) if len(ends) else math.nan


def _mean_promise(rows: pd.DataFrame, *, name: str) -> float:
    return 100.0 * float(rows[f"promise.{name}"].mean())


def _due_in_points(rows: pd.DataFrame, *, name: str) -> float:
    return 100.0 * due_per_encounter(rows, name)


def due_per_encounter(rows: pd.DataFrame, department: str) -> float:
    """What she felt in one world that is due to a department, in all, over the number of encounters [experience 0-1].

    Weeks of open problems count, too. Over encounters, because whoever is kept longer meets more.
    """
    met = int((rows["what"] == "encounter").sum())
    return float(rows[f"due.{department}"].sum()) / met if met else math.nan

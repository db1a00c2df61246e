"""The telling moments of a customer's life in one world: changes of stage, problems, and what was felt most."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.views.story.words import Teller

__all__ = ["Turn", "turns"]

MOST_TURNS = 12
"""So many telling moments are told of each world, the strongest first to be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A telling moment in one world."""

    week: int
    text: str
    weight: float


def turns(teller: Teller, arm: str) -> list[Turn]:
    """Return the telling moments in one world, in their order."""
    found = []
    for row in teller.rows(arm):
        weight, text = _weight(row), " ".join(teller.event(row))
        if weight > 0 and text:
            found.append(Turn(week=int(row["week"]), text=text, weight=weight))
    kept = sorted(found, key=lambda turn: (-turn.weight, turn.week))[:MOST_TURNS]
    return [turn for turn in found if turn in kept]


def _weight(row: Mapping[str, Any]) -> float:
    """How telling a row is: a change of stage most, then problems, then the size of what was felt. Weights: our assumption."""
    if row["what"] == "exit":
        return math.inf
    if row["stage"] and row["stage"] != row["stage_before"]:
        return 10.0 if "customer" in (row["stage"], row["stage_before"]) else 0.0
    if row["what"] == "week":
        return 0.6 if row["voiced"] is True else 0.0
    if row["what"] == "encounter":
        return abs(float(row["felt"])) + 0.5 * (row["problem_opened"] is True) + 0.4 * (row["problem_solved"] is True)
    return 0.0

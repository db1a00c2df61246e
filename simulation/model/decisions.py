"""Decisions of people: settings chosen from a file, or by a function that is shown what a department sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.model.department import Department
    from simulation.scenario.regime import Learning

__all__ = ["Decide", "People", "Seen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that a department knows at the start of a review without having tried anything.

    own, shared, appraisal
        At the last review [points]; 0, at par, before the first.
    settings
        Its levers, by their names within the department.
    """

    own: float
    shared: float
    appraisal: float
    settings: Mapping[str, float]


Decide = Callable[[int, str, Seen], Mapping[str, float]]
"""(number of the review, department, what it sees) -> settings of those of its levers that shall change."""


class People:
    """People who decide for departments.

    Parameters
    ----------
    learning
        Its decisions, and how long a review is.
    decide
        Asked at the start of each review, department by department; what it says counts before what a file says.
    """

    def __init__(self, learning: Learning, decide: Decide | None) -> None:
        self._decide, self._review_weeks = decide, learning.review_weeks
        self._planned: dict[int, dict[str, float]] = {}
        for given in learning.decisions:
            week = given.week if given.review is None else given.review * learning.review_weeks
            assert week is not None
            self._planned.setdefault(week, {})[given.lever] = float(given.setting)

    def choices(self, week: int, departments: Mapping[str, Department]) -> dict[str, float]:
        """Return what is decided in a week: settings by `department.lever`.

        Raises
        ------
        ValueError
            If the function names a lever that the department has not, or a setting outside 0 to 1.
        """
        chosen = dict(self._planned.get(week, {}))
        if self._decide is None or week % self._review_weeks != 0:
            return chosen
        for name, department in departments.items():
            seen = _seen(department)
            for lever, setting in self._decide(week // self._review_weeks, name, seen).items():
                if lever not in seen.settings:
                    raise ValueError(f"{name} has no lever `{lever}`: one of {', '.join(seen.settings)}")
                if not 0.0 <= setting <= 1.0:
                    raise ValueError(f"{name}.{lever}: {setting} is not allowed: a number from 0 to 1")
                chosen[f"{name}.{lever}"] = float(setting)
        return chosen


def _seen(department: Department) -> Seen:
    settings = {lever.given.name.partition(".")[2]: lever.setting for lever in department.levers}
    standing = department.standing
    return Seen(own=standing.own, shared=standing.shared, appraisal=department.appraisal, settings=settings)

"""Figures and half-sentences of two arms on show, as the chapters use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.scenario.journey import STAGES
from simulation.views.words import amount, joined, levers_of

if TYPE_CHECKING:
    from simulation.laboratory.theatre.watching import Lived
    from simulation.scenario.scenario import Scenario

__all__ = [
    "Hurting",
    "Pair",
    "bonus_of",
    "change_of",
    "gap_words",
    "hurting",
    "level",
    "lever_moves",
    "person_words",
    "typical",
    "upright",
]

CUSTOMER, DEFECTED = STAGES.index("customer"), STAGES.index("defected")
QUARTER = 13
"""Weeks that a level is a mean of, so that one loud week tells no story."""
ALIKE = 0.5
"""Points of loyalty [0-100] below which two worlds are called about the same. Our assumption."""
CLEARLY = 0.05
"""Difference in an encounter's experience [0-1] that is worth telling. Our assumption."""
MOVED = 0.05
"""A lever that moved by less has stayed where it was. Our assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two arms side by side: each one's scenario, title and life."""

    scenarios: tuple[Scenario, Scenario]
    titles: tuple[str, str]
    left: Lived
    right: Lived

    @property
    def scenario(self) -> Scenario:
        """What both arms have in common: departments, levers, touchpoints and segments."""
        return self.scenarios[0]

    @property
    def both(self) -> tuple[Lived, Lived]:
        """Left and right."""
        return self.left, self.right

    @property
    def weeks(self) -> int:
        """Weeks of the run."""
        return self.scenario.horizon.weeks


def level(lived: Lived, metric: str, week: int) -> float:
    """Return a metric's mean over the 13 weeks up to a week; of week 0 alone at the beginning."""
    values = lived.run.weekly[metric][max(0, week + 1 - QUARTER) : week + 1] if week else lived.run.weekly[metric][:1]
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def change_of(lived: Lived, metric: str, week: int) -> float:
    """Return how far a metric has moved since week 0."""
    return level(lived, metric, week) - level(lived, metric, 0)


def gap_words(gap: float) -> str:
    """How right stands against left, in words."""
    if not np.isfinite(gap):
        return "cannot be told yet"
    if abs(gap) < ALIKE:
        return "is about the same in both worlds"
    return f"is {amount(abs(gap))} points higher at the {'right' if gap > 0 else 'left'}"


def upright(pair: Pair, lived: Lived, week: int) -> int:
    """Return how many departments' appraisals stand above par."""
    return sum(level(lived, f"score.{name}", week) > 0 for name in pair.scenario.departments)


def bonus_of(lived: Lived, week: int) -> float:
    """Return the mean bonus of all weeks up to this one [money per 1,000 people a week]."""
    return float(lived.run.weekly["bonus"][: week + 1].mean())


def lever_moves(pair: Pair, lived: Lived, week: int) -> list[str]:
    """What levers came to, the farthest moved first, in words; those that stayed are left out."""
    moves: list[tuple[float, str]] = []
    for name, department in pair.scenario.departments.items():
        for key, lever in levers_of(pair.scenario, name).items():
            course = lived.run.weekly[f"lever.{name}.{key}"]
            moved = float(course[week] - course[0])
            end = lever.high if moved > 0 else lever.low
            moves.append((abs(moved), f"{department.name}, {lever.name}: towards “{end}”"))
    return [words for size, words in sorted(moves, key=lambda move: -move[0]) if size >= MOVED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hurting:
    """Pain up to a week.

    felt, due
        Where most is felt, and to which department most of what is known is due.
    elsewhere, nobody
        Shares [0-1] due to another department than the one that runs the touchpoint, and to nobody known.
    """

    felt: str
    due: str
    elsewhere: float
    nobody: float


def hurting(pair: Pair, lived: Lived, week: int) -> Hurting | None:
    """Return where it hurts and to whom it is due; None where nobody felt any pain."""
    pain, total = lived.pain[week], float(lived.pain[week].sum())
    if total <= 0:
        return None
    departments = list(pair.scenario.departments)
    given = pair.scenarios[1] if lived is pair.right else pair.scenarios[0]  # a touchpoint may have another owner
    points = list(given.journey.values())
    owned = sum(float(pain[k, departments.index(point.owner)]) for k, point in enumerate(points))
    known = float(pain[:, :-1].sum())
    return Hurting(
        felt=points[int(pain.sum(axis=1).argmax())].name,
        due=pair.scenario.departments[departments[int(pain[:, :-1].sum(axis=0).argmax())]].name,
        elsewhere=(known - owned) / total,
        nobody=(total - known) / total,
    )


def typical(pair: Pair) -> int | None:
    """Return the position of a person whose two lives differ as much as people's lives do on average; None if there is none.

    Of those watched who were in the market all the time and had bought by the end in both worlds: the ten whose difference in
    loyalty at the end is nearest to the mean; of these, whoever was a customer for the most weeks; of equals the first.
    """
    one, other = pair.left.people, pair.right.people
    stayed = (one.entered == one.entered[0]).all(axis=0) & (one.stage[-1] >= CUSTOMER) & (other.stage[-1] >= CUSTOMER)
    if not stayed.any():
        return None
    gap = other.loyalty[-1] - one.loyalty[-1]
    near = np.argsort(np.where(stayed, np.abs(gap - gap[stayed].mean()), np.inf), kind="stable")[
        : min(10, stayed.sum())
    ]
    bought = ((one.stage == CUSTOMER).sum(axis=0) + (other.stage == CUSTOMER).sum(axis=0))[near]
    return int(near[bought.argmax()])


def parting(pair: Pair, person: int) -> str:
    """Return the one encounter that she felt most differently in the two worlds, in words; empty where none differs clearly."""
    felt = []
    for lived in pair.both:
        met = lived.people.meetings
        mine = met.person == person
        felt.append(
            dict(zip(zip(met.week[mine], met.touchpoint[mine], strict=True), met.experience[mine], strict=True))
        )
    both = sorted(felt[0].keys() & felt[1].keys())
    gaps = [abs(felt[1][which] - felt[0][which]) for which in both]
    if not gaps or max(gaps) < CLEARLY:
        return ""
    which = both[gaps.index(max(gaps))]
    point = list(pair.scenario.journey.values())[int(which[1])].name
    left, right = (amount(100 * float(of[which]), decimals=0) for of in felt)
    return f" In week {int(which[0])} the same encounter ({point}) felt {left} of 100 at the left and {right} at the right."


def person_words(pair: Pair, person: int) -> str:
    """Who she is, and how she ends in either world."""
    people = pair.left.people
    segment = list(pair.scenario.market.segments.values())[int(people.segment[-1, person])].name
    ends = [f"{amount(100 * float(lived.people.loyalty[-1, person]))}" for lived in pair.both]
    met = [int((lived.people.meetings.person == person).sum()) for lived in pair.both]
    left = [
        side
        for side, lived in zip(("at the left", "at the right"), pair.both, strict=True)
        if lived.people.stage[-1, person] == DEFECTED
    ]
    end = f" In the end she has left for a competitor {joined(left)}." if left else ""
    return (
        f"Person {int(people.slots[person]):,} ({segment}): {met[0]} encounters at the left and {met[1]} at the right. "
        f"Her loyalty ends at {ends[0]} and {ends[1]}.{end}{parting(pair, person)}"
    )

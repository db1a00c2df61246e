"""Why it came out so: what departments did, where pain was felt and caused, the chain from cause to complaint."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.intervals import mean_interval, paired_interval
from simulation.views.firm_words import change_words
from simulation.views.journey_curve import experience_differences
from simulation.views.ledger_sums import cells_of, change_sentence, dues, pain_of, pain_sentence
from simulation.views.report.numbers import line_of, rows_of, true_minus
from simulation.views.words import amount, amount_with_sign, due_name, interval_words, levers_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from simulation.analysis.comparison import Comparison
    from simulation.analysis.intervals import Interval
    from simulation.scenario.lever import Lever
    from simulation.views.report.numbers import Line

__all__ = ["Chain", "LeverLine", "Matrix", "chain", "changes_of", "levers", "matrices"]

MOST_CHANGES = 5
"""Of so many changes of an arm the chain reminds the reader."""
MOST_STEPS = 3
"""A step of the chain names so many levers and touchpoints, the largest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Where a lever stood in one arm's last weeks; `hollow`: no clear move from its start."""

    arm: int
    title: str
    place: float
    words: str
    hollow: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverLine:
    """One lever of one department: its ends in words, where it started, where it went; places from 0 to 100."""

    department: str
    name: str
    low: str
    high: str
    start: float
    start_words: str
    ends: tuple[End, ...]
    size: float
    """The largest clear move in any arm; 0: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """One number of a matrix: `heat` from -1 to 1 for its shade, `own` where the department runs the touchpoint."""

    text: str
    heat: float
    own: bool
    clear: bool
    total: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Pain by touchpoint (rows) and by whom it is due to (columns), or its change."""

    arm: int
    title: str
    message: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[MatrixCell, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One link: what it is about, and what may be said of it."""

    name: str
    points: tuple[str, ...]
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """From what an arm changes to what comes of it."""

    arm: int
    title: str
    steps: tuple[Step, ...]


def changes_of(compared: Comparison, arm: str) -> list[str]:
    """What an arm changes in the scenario, in words; empty: nothing."""
    given = compared.scenario.arms.get(arm)
    words = change_words(compared.scenario, given.changes) if given else []
    return [f"{line.removesuffix('None')}left out" if line.endswith(": None") else line for line in words]


def _lever_list(compared: Comparison) -> Iterator[tuple[str, str, Lever]]:
    for department in compared.scenario.departments:
        for key, lever in levers_of(compared.scenario, department).items():
            yield department, f"lever.{department}.{key}", lever


def _closing(means: pd.DataFrame, column: str, arm: str) -> NDArray[np.float64]:
    """Setting of a lever in each replication; NaN in an arm that does not have it."""
    of_arm = means.xs(arm, level="arm")
    return of_arm[column].to_numpy(dtype=np.float64) if column in of_arm else np.full(len(of_arm), np.nan)


def levers(compared: Comparison, closing: pd.DataFrame) -> list[LeverLine]:
    """Every lever, the largest clear move first; `closing` is `run_means` of the closing weeks."""
    found = []
    for department, column, lever in _lever_list(compared):
        ends, size = [], 0.0
        for at, (arm, title) in enumerate(compared.arm_titles.items()):
            settings = _closing(closing, column, arm)
            level, moved = mean_interval(settings), mean_interval(settings - lever.start)
            if not moved.covers_zero:
                size = max(size, abs(moved.mean))
            ends.append(_end(at, title, level, hollow=moved.covers_zero))
        found.append(
            LeverLine(
                department=compared.scenario.departments[department].name,
                name=lever.name,
                low=lever.low,
                high=lever.high,
                start=round(100 * lever.start, 1),
                start_words=amount(lever.start, decimals=2),
                ends=tuple(end for end in ends if end is not None),
                size=size,
            )
        )
    return sorted(found, key=lambda line: -round(line.size, 6))


def _end(at: int, title: str, level: Interval, *, hollow: bool) -> End | None:
    if not math.isfinite(level.mean):
        return None  # the arm has no such lever
    words = amount(level.mean, decimals=2)
    if math.isfinite(level.low):
        # A setting lies between 0 and 1, an interval by Student need not.
        words += f" ({interval_words(max(level.low, 0.0), min(level.high, 1.0), decimals=2)})"
    return End(arm=at, title=title, place=round(100 * level.mean, 2), words=words, hollow=hollow)


def matrices(compared: Comparison) -> list[Matrix]:
    """Pain in the first arm, then its change in each other arm."""
    first, *others = compared.arm_titles
    base = pain_of(compared, first)
    found = [_matrix(compared, base, arm=0, message=pain_sentence(compared, first), change=False)]
    for at, arm in enumerate(others, start=1):
        message = change_sentence(compared, arm, first=first)
        found.append(_matrix(compared, pain_of(compared, arm) - base, arm=at, message=message, change=True))
    return found


def _matrix(compared: Comparison, pain: NDArray[np.float64], *, arm: int, message: str, change: bool) -> Matrix:
    scenario, cells = compared.scenario, cells_of(pain)
    owners = [dues(compared).index(point.owner) for point in scenario.journey.values()]
    inner = float(np.abs(cells.mean[:-1, :-1]).max(initial=0.0)) or 1.0
    decimals = 1 if inner < 100 else 0
    wide, tall = cells.mean.shape[1] - 1, cells.mean.shape[0] - 1
    show = amount_with_sign if change else amount
    rows = []
    for row, name in enumerate([point.name for point in scenario.journey.values()] + ["All"]):
        rows.append(
            (
                name,
                tuple(
                    MatrixCell(
                        text=_figure(show(float(cells.mean[row, column]), decimals=decimals)),
                        heat=0.0 if row == tall or column == wide else round(float(cells.mean[row, column]) / inner, 3),
                        own=row < tall and owners[row] == column,
                        clear=bool(cells.clear[row, column]),
                        total=row == tall or column == wide,
                    )
                    for column in range(wide + 1)
                ),
            )
        )
    return Matrix(
        arm=arm,
        title=list(compared.arm_titles.values())[arm],
        message=message,
        heads=(*(due_name(scenario, due) for due in dues(compared)), "All"),
        rows=tuple(rows),
    )


def _figure(text: str) -> str:
    """A dot for what rounds to zero."""
    return true_minus(text) if any(digit in text for digit in "123456789") else "\N{MIDDLE DOT}"


def chain(compared: Comparison, arm: str, closing: pd.DataFrame) -> Chain:
    """The links from cause to complaint for one arm against the first; `closing` as in `levers`."""
    first = next(iter(compared.arm_titles))
    lines = {
        name: line_of(compared, rows)
        for name in ("open_problems", "complaints", "defections", "loyalty", "profit_at_equal_bonus")
        if (rows := rows_of(compared, name))
    }
    at = list(compared.arm_titles).index(arm)
    told = [_only(line, at) for line in lines.values()]
    return Chain(
        arm=at,
        title=compared.arm_titles[arm],
        steps=(
            Step(name="What the arm changes", points=_change_points(compared, arm)),
            Step(
                name="What departments do otherwise", points=_lever_points(compared, arm, first=first, closing=closing)
            ),
            Step(name="What customers meet", points=_experience_points(compared, arm)),
            Step(name="Problems and complaints", points=(), lines=tuple(told[:2])),
            Step(name="Whether they stay, and what it is worth", points=(), lines=tuple(told[2:])),
        ),
    )


def _change_points(compared: Comparison, arm: str) -> tuple[str, ...]:
    changes = changes_of(compared, arm)
    more = len(changes) - MOST_CHANGES
    return (*changes[:MOST_CHANGES], *([f"and {more} more (see above)"] if more > 0 else [])) or ("nothing",)


def _only(line: Line, at: int) -> Line:
    return replace(line, cells=(line.cells[at - 1],))


def _lever_points(compared: Comparison, arm: str, *, first: str, closing: pd.DataFrame) -> tuple[str, ...]:
    """The levers that clearly stand elsewhere than in the first arm, the largest difference first."""
    found: list[tuple[float, str]] = []
    for department, column, lever in _lever_list(compared):
        differs = paired_interval(_closing(closing, column, arm), _closing(closing, column, first))
        if differs.covers_zero:
            continue
        goal = lever.high if differs.mean > 0 else lever.low
        size = true_minus(amount_with_sign(differs.mean, decimals=2))
        span = true_minus(interval_words(differs.low, differs.high, decimals=2))
        name = compared.scenario.departments[department].name
        found.append((abs(differs.mean), f"{name}: {lever.name} {size} ({span}), towards “{goal}”"))
    return _largest(found, "no lever stands clearly elsewhere", "levers")


def _experience_points(compared: Comparison, arm: str) -> tuple[str, ...]:
    """The touchpoints that are clearly felt otherwise than in the first arm, the largest difference first."""
    found = []
    for touchpoint, differs in experience_differences(compared, arm).items():
        if differs.covers_zero:
            continue
        size = true_minus(amount_with_sign(differs.mean))
        span = true_minus(interval_words(differs.low, differs.high, decimals=1))
        found.append((abs(differs.mean), f"{compared.scenario.journey[touchpoint].name}: experience {size} ({span})"))
    return _largest(found, "no touchpoint is clearly felt otherwise", "touchpoints")


def _largest(found: Sequence[tuple[float, str]], nothing: str, what: str) -> tuple[str, ...]:
    if not found:
        return (nothing,)
    ordered = [text for _, text in sorted(found, key=lambda item: -item[0])]
    more = len(ordered) - MOST_STEPS
    return (*ordered[:MOST_STEPS], *([f"and {more} more {what} clearly"] if more > 0 else []))

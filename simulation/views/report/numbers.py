"""Lines of figures as the report shows them: what the first arm reaches, and how each other arm differs from it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.intervals import mean_interval, paired_interval
from simulation.views.words import (
    Row,
    amount,
    amount_with_sign,
    decimals_for,
    interval_words,
    row_from,
    short_unit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from simulation.record import Column
    from simulation.views.compared import Compared

__all__ = [
    "OTHERS_A_TABLE",
    "Cell",
    "Line",
    "Mark",
    "Table",
    "line_of",
    "rows_from",
    "rows_of",
    "tables_of",
    "true_minus",
    "weekly_rows",
]

CLEAR = ("better", "worse", "moved")
"""Kinds of cells that claim a difference."""
OTHERS_A_TABLE = 4
"""More arms beside the first than this go into further tables, so that a page of paper holds each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An interval as a small picture: places from 0 (left) to 100 (right), with no difference at 50."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One arm's difference to the first: what may be claimed of it.

    `kind` is `better`, `worse`, `moved` (clear, but neither), `unclear`, `same`, `few` or `missing`.
    """

    arm: int
    title: str
    kind: str
    words: str
    span: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One metric: its name, unit and meaning, the level in the first arm, the differences of the others."""

    label: str
    unit: str
    meaning: str
    level: str
    level_span: str
    cells: tuple[Cell, ...]
    group: str = ""
    """Heading above the first line of each group."""

    @property
    def tells(self) -> bool:
        """Whether any of these arms clearly differs."""
        return any(cell.kind in CLEAR for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Lines under their heads; `arms` are the positions and titles of the arms that are compared with the first."""

    caption: str
    first: str
    arms: tuple[tuple[int, str], ...]
    lines: tuple[Line, ...]

    @property
    def telling_groups(self) -> frozenset[str]:
        """Groups with a line that tells."""
        return frozenset(line.group for line in self.lines if line.tells)


def true_minus(text: str) -> str:
    """Figures with a minus sign instead of a hyphen."""
    return text.replace("-", "\N{MINUS SIGN}")


def rows_of(compared: Compared, metric: str) -> dict[str, Row]:
    """A metric's rows of the summary by arm; empty when the summary lacks it."""
    of_metric = compared.summary.loc[compared.summary["metric"] == metric]
    found = {str(series["arm"]): row_from(series) for _, series in of_metric.iterrows()}
    return {arm: found[arm] for arm in compared.arm_titles if arm in found}


def weekly_rows(means: pd.DataFrame, column: Column) -> dict[str, Row]:
    """The same for a weekly column that the summary leaves out (scores, bonuses), from `run_means`."""
    arms = means.index.get_level_values("arm").unique()
    values = {str(arm): means.xs(arm, level="arm")[column.name].to_numpy(dtype=np.float64) for arm in arms}
    return rows_from(column, values)


def rows_from(column: Column, values: Mapping[str, NDArray[np.float64]]) -> dict[str, Row]:
    """Rows from one value per replication in each arm; the first arm is the one compared with."""
    first, rows = next(iter(values)), {}
    for arm, of_arm in values.items():
        level = mean_interval(of_arm)
        nothing = np.empty(0)
        pair = (nothing, nothing) if arm == first else (of_arm, values[first])
        difference = paired_interval(*pair)
        rows[arm] = Row(
            metric=column.name,
            label=column.label,
            unit=column.unit,
            better=column.better,
            arm=arm,
            mean=level.mean,
            low=level.low,
            high=level.high,
            difference=difference.mean,
            difference_low=difference.low,
            difference_high=difference.high,
            replications=level.n,
        )
    return rows


def tables_of(compared: Compared, lines: Sequence[Line], *, caption: str) -> list[Table]:
    """Lines in one table, or in several where there are many arms; no table without lines."""
    first, *others = compared.arm_titles
    titles = list(compared.arm_titles.values())
    if not lines:
        return []
    starts = range(0, max(1, len(others)), OTHERS_A_TABLE)
    tables = []
    for part, start in enumerate(starts, start=1):
        end = min(start + OTHERS_A_TABLE, len(others))
        more = f" ({part} of {len(starts)})" if len(starts) > 1 else ""
        tables.append(
            Table(
                caption=caption + more,
                first=compared.arm_titles[first],
                arms=tuple((at + 1, titles[at + 1]) for at in range(start, end)),
                lines=tuple(replace(line, cells=line.cells[start:end]) for line in lines),
            )
        )
    return tables


def line_of(compared: Compared, rows: dict[str, Row], *, label: str = "", meaning: str = "", group: str = "") -> Line:
    """One metric's line from its rows."""
    first, *others = compared.arm_titles
    decimals = decimals_for(list(rows.values()))
    level = rows[first]
    known = math.isfinite(level.low) and math.isfinite(level.high)
    widest = max((max(abs(rows[arm].difference_low), abs(rows[arm].difference_high)) for arm in others if arm in rows
                  and rows[arm].known), default=0.0)  # fmt: skip
    return Line(
        label=label or level.label,
        unit=level.unit,
        meaning=meaning,
        group=group,
        level=true_minus(amount(level.mean, decimals=decimals)),
        level_span=true_minus(interval_words(level.low, level.high, decimals=decimals)) if known else "",
        cells=tuple(
            _cell(rows.get(arm), arm=at, title=compared.arm_titles[arm], decimals=decimals, widest=widest)
            for at, arm in enumerate(others, start=1)
        ),
    )


def _cell(row: Row | None, *, arm: int, title: str, decimals: int, widest: float) -> Cell:
    """A claim only where the interval leaves out zero."""
    if row is None or row.replications == 0:
        return Cell(arm=arm, title=title, kind="missing", words="nothing observed")
    if row.same:
        return Cell(arm=arm, title=title, kind="same", words="exactly the same")
    if not row.enough:
        return Cell(arm=arm, title=title, kind="few", words="too few replications to tell")
    span = true_minus(interval_words(row.difference_low, row.difference_high, decimals=decimals))
    mark = _mark(row, widest=widest)
    if not row.clear:
        return Cell(arm=arm, title=title, kind="unclear", words="no clear difference", span=span, mark=mark)
    points = " points" if short_unit(row.unit) == "points" else ""
    words = true_minus(amount_with_sign(row.difference, decimals=decimals)) + points
    if row.alike:
        span = "in every replication"
    return Cell(arm=arm, title=title, kind=row.verdict or "moved", words=words, span=span, mark=mark)


def _mark(row: Row, *, widest: float) -> Mark | None:
    if not widest > 0:
        return None
    low, mean, high = (
        round(50 + 46 * value / widest, 2) for value in (row.difference_low, row.difference, row.difference_high)
    )
    return Mark(low=low, mean=mean, high=high)

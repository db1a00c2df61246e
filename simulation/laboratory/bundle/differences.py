"""Where a table differs from what a bundle tells of it: by digest, part by part; then the first cell, and by how much.

A part is a run's rows, so that some replications alone can be compared, too. Where a part differs, the bundle's numbers
tell the first cell that does, when they are in it.

A trajectory has the same bits everywhere. Sums and intervals over it (`summary`, `journey`, a sweep's `runs`) are numpy's
and scipy's, whose last digits may differ between versions: differences below ROUNDING in those tables alone are told as
what they are, rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.laboratory.bundle.manifest import PART_KEYS
from simulation.laboratory.bundle.table_content import content_of
from simulation.scenario.faults import on_one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from simulation.laboratory.bundle.manifest import TableTold
    from simulation.laboratory.bundle.reading import Bundle
    from simulation.laboratory.bundle.table_content import Content, Part

__all__ = ["Difference", "TableVerdict", "verdict"]

ROUNDING = 1e-9
"""Relative difference below which a sum or an interval differs by rounding only. Our assumption."""
ROUNDED = frozenset({"summary", "journey", "runs"})
"""Tables of sums over what the runs were."""
_ROWS = {
    "weekly": ("week",),
    "journey": ("touchpoint",),
    "ledger": ("touchpoint", "due"),
    "council": ("week", "item", "figure"),
    "customers": ("slot",),
    "runs": ("arm",),
    "summary": ("metric", "point", "arm"),
}
"""What tells the rows of a part from each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first cell that differs: where, what the bundle has, what came out now.

    `column` is empty where the bundle holds no numbers, or where only words or whole numbers differ.
    """

    where: Mapping[str, str | int]
    column: str = ""
    others: int = 0
    """How many further columns differ in the same row."""
    then: float = np.nan
    now: float = np.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class TableVerdict:
    """One table: how many parts were compared and how many of them differ.

    `largest` is the largest relative difference of all numbers compared (NaN where one is a number and the other none,
    or where the bundle holds no numbers); `note` says what else there is to say.
    """

    table: str
    compared: int
    differing: int = 0
    first: Difference | None = None
    largest: float = 0.0
    note: str = ""

    @property
    def identical(self) -> bool:
        """True when nothing differs that was compared."""
        return not self.differing and not self.note

    @property
    def rounding(self) -> bool:
        """True when it differs in the last digits of sums only."""
        return not self.identical and not self.note and self.table in ROUNDED and self.largest <= ROUNDING


def verdict(bundle: Bundle, name: str, told: TableTold, frame: pd.DataFrame | None, *, every: bool) -> TableVerdict:
    """Compare one table with what the bundle tells of it."""
    if frame is None:
        return TableVerdict(table=name, compared=0, note="is not made any more")
    now = content_of(_of_kinds(frame, told))
    if list(now.kinds.items()) != [tuple(column) for column in told.columns]:
        return TableVerdict(table=name, compared=0, note=_other_columns(now, told))
    then = {tuple(part.key): part for part in told.parts}
    here = {part.key: part for part in now.parts(PART_KEYS[name])}
    expected = then.keys() if every else here.keys()
    gone = [key for key in expected if key not in here] + [key for key in here if key not in then]
    if gone:
        at = ", ".join(on_one_line(str(key)) for key in gone[0]) or "all of it"
        return TableVerdict(table=name, compared=len(here), note=f"has other parts: {len(gone)}, the first {at}")
    differing = [part for part in here.values() if part.digest[:16] != then[part.key].mark]
    if not differing:
        contradicts = every and now.digest() != told.digest
        note = "is the same in all parts, but not as a whole: the bundle contradicts itself" if contradicts else ""
        return TableVerdict(table=name, compared=len(here), note=note)
    first, largest = _located(bundle, name, told, now, differing)
    return TableVerdict(table=name, compared=len(here), differing=len(differing), first=first, largest=largest)


def _of_kinds(frame: pd.DataFrame, told: TableTold) -> pd.DataFrame:
    """Make whole numbers real where the bundle has real ones: a factor's 1 and 1.0 are the same value."""
    kinds = dict(told.columns)
    return frame.astype({name: "float64" for name in frame.columns
                         if kinds.get(str(name)) == "number" and frame[name].dtype.kind in "iu"})  # fmt: skip


def _other_columns(now: Content, told: TableTold) -> str:
    then = dict(told.columns)
    gone = [name for name in then if name not in now.kinds]
    new = [name for name in now.kinds if name not in then]
    if not gone and not new:
        return "has its columns in another order or of another kind"
    said = [f"{len(names)} column(s) only {where}, the first {names[0]!a}"
            for names, where in ((gone, "in the bundle"), (new, "here")) if names]  # fmt: skip
    return f"has other columns: {'; '.join(said)}"


def _located(
    bundle: Bundle, name: str, told: TableTold, now: Content, differing: Sequence[Part]
) -> tuple[Difference, float]:
    """The first cell that differs, and the largest relative difference over all parts that do."""
    first = dict(zip(PART_KEYS[name], differing[0].key, strict=True))
    stored = bundle.values(name)
    if stored is None:
        return Difference(where=first), np.nan
    starts = _starts(told)
    here = now.values()
    found, largest = Difference(where=first), 0.0
    for number, part in enumerate(differing):
        start, rows = starts[part.key]
        then, mine = stored[start : start + rows], here[part.start : part.stop]
        if then.shape != mine.shape:
            return (Difference(where=first), np.nan) if number == 0 else (found, np.nan)
        largest = float(np.maximum(largest, _relative(then, mine)))
        if number == 0:
            found = _first_cell(name, first, now, part, then, mine)
    return found, largest


def _starts(told: TableTold) -> dict[tuple[str | int, ...], tuple[int, int]]:
    """Where each part stands in the bundle's table: first row, number of rows."""
    found, at = {}, 0
    for part in told.parts:
        found[tuple(part.key)] = (at, part.rows)
        at += part.rows
    return found


def _bits(values: NDArray[np.float64]) -> NDArray[np.uint64]:
    return np.ascontiguousarray(np.where(np.isnan(values), np.float64("nan"), values)).view(np.uint64)


def _relative(then: NDArray[np.float64], now: NDArray[np.float64]) -> float:
    """Largest |now - then| / max(|now|, |then|); NaN where one of them is none, infinite where words alone differ."""
    differ = _bits(then) != _bits(now)
    if not differ.any():
        return np.inf
    a, b = then[differ], now[differ]
    with np.errstate(invalid="ignore", over="ignore"):
        scale = np.maximum(np.abs(a), np.abs(b))
        return float(np.max(np.where(scale > 0, np.abs(a - b) / np.where(scale > 0, scale, 1.0), 0.0)))


def _first_cell(
    name: str,
    where: Mapping[str, str | int],
    now: Content,
    part: Part,
    then: NDArray[np.float64],
    mine: NDArray[np.float64],
) -> Difference:
    differ = _bits(then) != _bits(mine)
    if not differ.any():
        return Difference(where=where)
    row = int(np.argmax(differ.any(axis=1)))
    columns = np.flatnonzero(differ[row])
    told = now.frame.iloc[part.start + row]
    at: dict[str, Any] = {key: told[key] for key in _ROWS[name] if key in now.kinds}
    return Difference(
        where={**where, **at},
        column=now.numbers[columns[0]],
        others=len(columns) - 1,
        then=float(then[row, columns[0]]),
        now=float(mine[row, columns[0]]),
    )

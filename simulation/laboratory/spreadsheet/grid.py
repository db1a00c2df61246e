"""The rows of a sheet under their heads; what is wrong with a cell is noted with its address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulation.laboratory.spreadsheet.opening import MOST_COLUMNS, MOST_ROWS
from simulation.scenario.faults import Fault, nearest, one_of, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Cell", "Notes", "rows_under"]

_FARTHEST_HEAD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell that holds something: its content and its address (`mine.xlsx, sheet Levers, cell D7`)."""

    content: Any
    where: str


@dataclass(slots=True)
class Notes:
    """Faults found so far, each under the address of its cell: one a cell.

    `broken`: so much is missing that what remains is not worth checking.
    """

    file: str
    faults: dict[str, Fault] = field(default_factory=dict)
    broken: bool = False

    def add(self, where: str, message: str, *, allowed: str = "", meant: str | None = None, key: str = "") -> None:
        self.faults.setdefault(where, Fault(message, where, key=key, allowed=allowed, nearest=meant))

    def at(self, sheet: str, address: str) -> str:
        """The address of a cell in words."""
        return f"{self.file}, sheet {sheet}, cell {address}"


def rows_under(sheet: Any, heads: Sequence[str], notes: Notes, *, more: str = "") -> Iterator[dict[str, Cell]]:
    """Yield the rows below the heads: head -> cell, cells that hold something only.

    Parameters
    ----------
    sheet
        A worksheet of openpyxl.
    heads
        Heads that there must be; the first of them finds the row of heads.
    more
        Beginnings of heads that there may be besides (`KPI `, `weight `), as a tuple would hold them, split by spaces.
    """
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        allowed = f"at most {MOST_ROWS:,} rows and {MOST_COLUMNS} columns; delete empty ones that carry a format"
        notes.add(
            f"{notes.file}, sheet {sheet.title}",
            f"goes down to cell {sheet.dimensions.rpartition(':')[2]}",
            allowed=allowed,
        )
        return
    for merged in sheet.merged_cells.ranges:
        where = notes.at(sheet.title, merged.coord.partition(":")[0])
        notes.add(where, f"cells {merged.coord} are merged", allowed="one value in each cell: unmerge them")
    rows = sheet.iter_rows()
    names = _names(rows, heads, notes, sheet.title, tuple(more.split()))
    if names is None:
        return
    for row in rows:
        cells = {names[cell.column]: cell for cell in row if cell.column in names and cell.value is not None}
        first = cells.get(heads[0])
        if first is not None and str(first.value).startswith("("):
            continue
        found = {head: _cell(cell, notes, sheet.title) for head, cell in cells.items() if str(cell.value).strip()}
        if found:
            yield found


def _names(
    rows: Iterator[Any], heads: Sequence[str], notes: Notes, title: str, more: tuple[str, ...]
) -> dict[int, str] | None:
    """Column -> head; None where the row of heads is not found, or is not whole."""
    for row in rows:
        if row[0].row > _FARTHEST_HEAD:
            break
        texts = {cell.column: " ".join(str(cell.value).split()) for cell in row if cell.value is not None}
        if texts.get(1, "").lower() != heads[0].lower():
            continue
        known = {head.lower(): head for head in heads}
        names: dict[int, str] = {}
        for cell in row:
            text = texts.get(cell.column)
            if text is None:
                continue
            head = known.get(text.lower()) or (text if text.lower().split(" ")[0] in more else None)
            if head is None or head in names.values():
                said = f"{show(text)} is a head that {'stands there twice' if head else 'is not known here'}"
                notes.add(notes.at(title, cell.coordinate), said, allowed=one_of(heads), meant=nearest(text, heads))
            else:
                names[cell.column] = head
        missing = [head for head in heads if head not in names.values()]
        for head in missing:
            notes.add(
                f"{notes.file}, sheet {title}, column {head}", "is missing", allowed="every column of the template"
            )
        return None if missing else names
    notes.add(
        f"{notes.file}, sheet {title}",
        f"has no head `{heads[0]}` in its first column",
        allowed="the heads of the template",
    )
    return None


def _cell(cell: Any, notes: Notes, title: str) -> Cell:
    """A cell's content; formulas, errors and dates are noted and stay words."""
    where = notes.at(title, cell.coordinate)
    content = cell.value
    if cell.data_type == "f":
        notes.add(
            where, "holds a formula, which is never carried out here", allowed="the value itself (paste as value)"
        )
    elif cell.data_type == "e":
        notes.add(where, f"holds the error {content}", allowed="a value")
    elif cell.data_type == "d" or not isinstance(content, str | int | float):
        notes.add(where, "holds a date or a time", allowed="a number or a text (set the format of the cell to General)")
    else:
        return Cell(content=content, where=where)
    return Cell(content="", where=where)

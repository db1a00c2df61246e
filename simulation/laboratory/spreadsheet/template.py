"""Writes a scenario as a spreadsheet to fill in: heads that explain themselves, drop-downs, no formula anywhere."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulation.analysis.cells import is_risky
from simulation.laboratory.extras import needed
from simulation.laboratory.spreadsheet.cells import DELETE, cell_of, path_words
from simulation.laboratory.spreadsheet.fields import allowed, default_of, kind_of, node_at, resolved
from simulation.laboratory.spreadsheet.sheets import (
    ARMS,
    ARMS_HEADS,
    EXTENDS,
    FIRM,
    FIRM_HEADS,
    READ_ME,
    arm_rows,
    free_rows,
    tables,
)
from simulation.scenario.allowed import choices

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulation.laboratory.spreadsheet.fields import Column, Node
    from simulation.laboratory.spreadsheet.sheets import Table
    from simulation.scenario.loading import LoadedScenario

__all__ = ["template"]

_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - the same bytes for the same firm, whenever it is written
_SPARE = 200
"""Rows below the last one in which drop-downs work, too."""
_MOST_LISTED = 255
"""Characters that a spreadsheet takes in one drop-down."""
_REFERS = {
    "owner": "Departments",
    "department": "Departments",
    "touchpoint": "Touchpoints",
}
"""Columns whose drop-down is the first column of another sheet."""
_HELP = (
    "Fill in or change the cells of the other sheets, then: silosim import THIS_FILE mine.yaml",
    "Only what differs from the scenario named in the first row of the sheet Firm is written.",
    "Delete a row of a sheet to drop it (a touchpoint, a lever, an arm); add one below to add one.",
    f"In the sheets Firm and Arms a row that is missing changes nothing; {DELETE} as value takes away what is there.",
    "An empty cell means the default that the row (if empty) shows.",
    "Shares are written 0.58 or 58 %. Lists: with ; between, as in prospect; lead. Weights: leads: 1; cost: -0.5",
    "No formulas, merged cells or macros: they are refused. Sheets of your own are left alone.",
    "In the sheet Arms each row is one change of one arm; the way to a value is written with >, as in the sheet Firm.",
)


def template(loaded: LoadedScenario, *, name: str) -> bytes:
    """Return a scenario as the bytes of an xlsx file.

    Parameters
    ----------
    loaded
        The scenario that fills the sheets.
    name
        What the sheets say that they start from: a shipped scenario, or the path of a file.

    Raises
    ------
    ExtraMissing
        If XlsxWriter is not installed.
    """
    writer = needed("xlsxwriter", extra="office")
    buffer = io.BytesIO()
    book = writer.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": loaded.scenario.title, "created": _MADE})
    sheets = _Sheets(book)
    sheets.help()
    free = [(path_words(path), path, value) for path, value in free_rows(loaded)]
    sheets.firm([(EXTENDS, (), name), *free])
    for table in tables():
        sheets.table(table, loaded.raw)
    sheets.arms(list(arm_rows(loaded.raw)))
    book.close()
    return buffer.getvalue()


class _Sheets:
    """The sheets of one workbook, in one look."""

    def __init__(self, book: Any) -> None:
        self.book = book
        top = {"text_wrap": True, "valign": "top"}
        self.head = book.add_format({**top, "bold": True, "bottom": 1})
        self.said = book.add_format({**top, "italic": True, "font_color": "#565656", "font_size": 9})
        self.title = book.add_format({"italic": True, "font_color": "#565656"})
        self.plain = book.add_format(top)
        self.risky = book.add_format({**top, "quote_prefix": True})

    def help(self) -> None:
        page = self._page(READ_ME, "A firm to fill in")
        page.set_column(0, 0, 120)
        for row, line in enumerate(_HELP, start=2):
            self._put(page, row, 0, line)

    def firm(self, rows: Sequence[tuple[str, tuple[Any, ...], Any]]) -> None:
        page = self._page(
            FIRM, "The firm's own figures. Change the column value; `extends` names the scenario that is changed."
        )
        self._heads(page, FIRM_HEADS, (52, 34, 60, 40))
        for row, (words, path, value) in enumerate(rows, start=6):
            node = node_at(path) if path else None
            about = (
                resolved(node).get("description", "")
                if node is not None
                else "The scenario that this workbook changes."
            )
            shown = (
                words,
                cell_of(value),
                " ".join(about.replace("`", "").split()),
                allowed(node) if node is not None else "",
            )
            for column, content in enumerate(shown):
                self._put(page, row, column, content)
            if node is not None:
                self._choice(page, (row, 1, row, 1), node, "")
        page.freeze_panes(6, 1)

    def table(self, table: Table, raw: Mapping[str, Any]) -> None:
        page = self._page(table.name, table.about)
        rows = list(table.rows(raw))
        columns = (*table.keys, *table.columns)
        most = max([2, *(len(part.get("kpis", {})) for _, part in rows)]) + 1 if table.pairs else 0
        for at, column in enumerate(columns):
            self._column(page, at, column, key=at < len(table.keys), last=len(rows) + _SPARE)
        for at in range(most):
            left = len(columns) + 2 * at
            self._plain_head(page, left, f"{table.pairs} {at + 1}", "Name of a KPI, as in the sheet KPIs.", 24)
            self._plain_head(page, left + 1, f"weight {at + 1}", "Its weight in the department's own score.", 11)
            self._refers(page, (6, left, 6 + len(rows) + _SPARE, left), "KPIs")
        for row, (names, part) in enumerate(rows, start=6):
            for at, content in enumerate((*names, *(_inner(part, column.path) for column in table.columns))):
                self._put(page, row, at, content if at < len(names) or content is _NOTHING else cell_of(content))
            for at, (kpi, weight) in enumerate(part.get("kpis", {}).items() if table.pairs else ()):
                self._put(page, row, len(columns) + 2 * at, kpi)
                self._put(page, row, len(columns) + 2 * at + 1, weight)
        page.freeze_panes(6, len(table.keys))

    def arms(self, rows: Sequence[tuple[str, str, str, Any]]) -> None:
        page = self._page(ARMS, "What to compare: one change a row; the first arm is the yardstick.")
        self._heads(page, ARMS_HEADS, (26, 44, 60, 34))
        for row, cells in enumerate(rows, start=6):
            for column, content in enumerate(cells):
                self._put(page, row, column, content)
        page.freeze_panes(6, 1)

    def _page(self, name: str, about: str) -> Any:
        page = self.book.add_worksheet(name)
        page.hide_gridlines(0)
        page.write_string(0, 0, about, self.title)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        return page

    def _heads(self, page: Any, heads: Sequence[str], widths: Sequence[int]) -> None:
        for at, (name, width) in enumerate(zip(heads, widths, strict=True)):
            self._plain_head(page, at, name, "", width)

    def _column(self, page: Any, at: int, column: Column, *, key: bool, last: int) -> None:
        """A column's head and, below it, what it is, what is allowed and what counts if it is empty."""
        kind = kind_of(column.node)
        width = 24 if key else 30 if kind in {"object", "string"} and not choices(resolved(column.node)) else 16
        self._plain_head(page, at, column.head, column.about, width)
        self._said(page, 3, at, "(allowed)" if at == 0 else allowed(column.node))
        self._said(page, 4, at, "(if empty)" if at == 0 else ("must be given" if key else default_of(column.node)))
        self._choice(page, (6, at, 6 + last, at), column.node, column.head)

    def _plain_head(self, page: Any, at: int, name: str, about: str, width: int) -> None:
        page.set_column(at, at, width)
        page.write_string(1, at, name, self.head)
        self._said(page, 2, at, "(what it is)" if at == 0 else about)

    def _said(self, page: Any, row: int, column: int, text: str) -> None:
        if text:
            page.write_string(row, column, text, self.said)

    def _put(self, page: Any, row: int, column: int, content: Any) -> None:
        """A text is written as a text, whatever it looks like."""
        if isinstance(content, bool):
            page.write_boolean(row, column, content, self.plain)
        elif isinstance(content, int | float):
            page.write_number(row, column, content, self.plain)
        elif content:
            page.write_string(row, column, content, self.risky if is_risky(content) else self.plain)

    def _choice(self, page: Any, where: tuple[int, int, int, int], node: Node, head: str) -> None:
        """A drop-down for what is one of a few, a remark for numbers out of range; the import has the last word."""
        found = resolved(node)
        names = ["TRUE", "FALSE"] if kind_of(found) == "boolean" else choices(found)
        if names and len(",".join(names)) <= _MOST_LISTED:
            page.data_validation(*where, {"validate": "list", "source": names, "error_type": "warning"})
        elif (head in _REFERS and where[1] > 0) or head == "owner":
            self._refers(page, where, _REFERS[head])
        elif {"minimum", "maximum"} <= set(found):
            page.data_validation(
                *where,
                {
                    "validate": "decimal",
                    "criteria": "between",
                    "minimum": found["minimum"],
                    "maximum": found["maximum"],
                    "error_type": "warning",
                    "error_message": f"Allowed: {allowed(found)}."[:_MOST_LISTED],
                },
            )

    def _refers(self, page: Any, where: tuple[int, int, int, int], sheet: str) -> None:
        page.data_validation(
            *where, {"validate": "list", "source": f"={sheet}!$A$7:$A${7 + _SPARE}", "error_type": "warning"}
        )


_NOTHING = ""


def _inner(part: Mapping[str, Any], path: Sequence[str]) -> Any:
    """The value of a part at a path; nothing where it does not say."""
    found: Any = part
    for key in path:
        if not isinstance(found, dict) or key not in found:
            return _NOTHING
        found = found[key]
    return found

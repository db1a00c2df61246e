"""A client's CSV file, as text in cells with the line of each row; whatever is wrong with the file itself is told at once."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.scenario.faults import Fault, ScenarioError, nearest, on_one_line, one_of, show
from simulation.scenario.reading import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["COLUMNS", "Row", "rows_in"]

COLUMNS = ("metric", "value", "unit", "month", "n", "tolerance", "where")
"""Columns of the file; the first three are needed."""
_NEEDED = COLUMNS[:3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the file: its line and its cells by column; a column that is not there has empty cells."""

    line: int
    cells: dict[str, str]


def rows_in(path: Path) -> tuple[list[Row], list[Fault]]:
    """Read the rows of a client's file, without comments (lines that begin with #) and empty lines.

    Returns
    -------
    tuple
        The rows, and the faults of single rows.

    Raises
    ------
    ScenarioError
        If it cannot be read as a table at all.
    """
    name = on_one_line(str(path))
    (line, header), *rows = _cells(_text(path, name), name)
    header = [cell.lower() for cell in header]
    faults = list(_header_faults(header, name, line))
    if faults:
        raise ScenarioError(faults)
    if not rows:
        allowed = "a row for each figure, below the header; in a template, take the # away from the rows to fill in"
        raise ScenarioError([Fault("holds no figures", name, allowed=allowed)])
    found: list[Row] = []
    for at, cells in rows:
        if len(cells) > len(header):
            message = f"has {len(cells)} cells, the header {len(header)}"
            allowed = "a point in numbers (3.5, not 3,5; 1240, not 1,240), and quotes around words with commas"
            faults.append(Fault(message, name, at, allowed=allowed))
            continue
        padded = [*cells, *[""] * (len(header) - len(cells))]
        told = dict(zip(header, padded, strict=True))
        found.append(Row(line=at, cells={column: told.get(column, "") for column in COLUMNS}))
    return found, faults


def _text(path: Path, name: str) -> str:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "there is no such file"
        raise ScenarioError(
            [Fault(what, name, allowed="a CSV file; `silosim calibrate SCENARIO --template FILE` writes one")]
        )
    content = path.read_bytes()
    if len(content) > MAX_BYTES:
        raise ScenarioError(
            [Fault("is too large for a table of figures", name, allowed=f"at most {MAX_BYTES:,} bytes")]
        )
    if content.startswith(b"PK\x03\x04"):
        raise ScenarioError([Fault("is a workbook (Excel, LibreOffice), no CSV file", name, allowed=_SAVE)])
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:400]:
        raise ScenarioError([Fault("is text in UTF-16, or no text", name, allowed=_SAVE)])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScenarioError([Fault("is not text in UTF-8 here", name, line, allowed=_SAVE)]) from error


_SAVE = "a text file in UTF-8: in Excel, Save as > CSV UTF-8"


def _cells(text: str, name: str) -> list[tuple[int, list[str]]]:
    """Return the rows that hold anything, each with its line; the header first."""
    lines = ["\n" if line.lstrip().startswith("#") else line for line in text.splitlines(keepends=True)]
    reader = csv.reader(lines, strict=True)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise ScenarioError([Fault(f"is no table here: {error}", name, reader.line_num)]) from error
    if not rows:
        raise ScenarioError(
            [Fault("is empty", name, allowed=f"a header ({','.join(COLUMNS)}), then a row for each figure")]
        )
    line, header = rows[0]
    for mark, marks in {";": "semicolons", "\t": "tabs", "|": "bars"}.items():
        if len(header) == 1 and mark in header[0]:
            allowed = "commas between cells, and a point in numbers (3.5)"
            raise ScenarioError([Fault(f"has {marks} between its cells", name, line, allowed=allowed)])
    return rows


def _header_faults(header: Sequence[str], name: str, line: int) -> Iterator[Fault]:
    for column in dict.fromkeys(header):
        if column not in COLUMNS:
            yield Fault(f"column {show(column)} is not known", name, line, value=column, allowed=one_of(COLUMNS),
                        nearest=nearest(column, COLUMNS))  # fmt: skip
        elif header.count(column) > 1:
            yield Fault(f"column {show(column)} stands there twice", name, line, value=column)
    for column in _NEEDED:
        if column not in header:
            yield Fault(f"there is no column `{column}`", name, line, allowed=f"a header: {','.join(COLUMNS)}")

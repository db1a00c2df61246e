"""A design that is the user's own: a CSV file with a column for each factor and a row for each point."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from typing import TYPE_CHECKING

from simulation.scenario.faults import Fault, ScenarioError, nearest, on_one_line, one_of, show
from simulation.scenario.reading import MAX_BYTES, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from simulation.laboratory.sweep.factors import Factor, Value

    Point = tuple[Value, ...]
    Line = tuple[int, list[str]]
    """Number of a line of the file, and its cells."""

__all__ = ["MOST_BYTES", "points_in"]

MOST_BYTES = 200_000_000
"""Largest table: a million points of ten factors take about as much. Our assumption."""


def points_in(path: Path, factors: Sequence[Factor], *, luck: str) -> tuple[tuple[Factor, ...], tuple[Point, ...]]:
    """Read the user's own points; a factor that gives no values takes those of its column.

    Parameters
    ----------
    path
        The CSV file.
    factors
        What varies.
    luck
        `shared`: a point must not stand there twice, since its runs would be the same again.

    Returns
    -------
    tuple of Factor, tuple of points
        The factors, which know the table's values; one value per factor for each point.

    Raises
    ------
    ScenarioError
        With every fault of the table.
    """
    name = on_one_line(str(path))
    (line, header), *rows = _rows(path, name)
    faults = list(_header_faults(header, [factor.name for factor in factors], name, line))
    columns: list[list[Value]] = []
    for factor in factors if not faults else ():
        columns.append([])
        for cell in _column(factor, header.index(factor.name), rows, name):
            if isinstance(cell, Fault):
                faults.append(cell)
            else:
                columns[-1].append(cell)
    faults += [
        Fault(f"has {len(row)} cells", name, line, allowed=f"{len(header)}, as the header has")
        for line, row in rows
        if len(row) > len(header)
    ]
    if faults:
        raise ScenarioError(sorted(faults, key=lambda fault: fault.line or 0))
    points = tuple(zip(*columns, strict=True))
    if luck == "shared":
        _refuse_repeated(points, [line for line, _ in rows], name)
    return tuple(_filled(factor, values) for factor, values in zip(factors, columns, strict=True)), points


def _column(factor: Factor, at: int, rows: Sequence[Line], file: str) -> Iterator[Value | Fault]:
    """Yield a factor's value in each row, or what is wrong with it."""
    for line, row in rows:
        text = row[at] if at < len(row) else ""
        value = _cell(factor, text)
        yield replace(value, file=file, line=line, key=factor.name, value=text) if isinstance(value, Fault) else value


def _rows(path: Path, name: str) -> list[tuple[int, list[str]]]:
    """Return the rows that hold anything, each with its line: the header, then at least one point."""
    reader = csv.reader(_lines(path, name))
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        fault = Fault(f"is no table: {error}", name, reader.line_num, allowed="cells with commas between them")
        raise ScenarioError([fault]) from error
    if len(rows) < 2:
        allowed = "a header of factor names, then a row for each point"
        raise ScenarioError([Fault("holds no points", name, allowed=allowed)])
    line, header = rows[0]
    for mark, marks in {";": "semicolons", "\t": "tabs"}.items():
        if len(header) == 1 and mark in header[0]:
            fault = Fault(f"has {marks} between its cells", name, line, allowed="commas, and 0.5 for a half")
            raise ScenarioError([fault])
    return rows


def _lines(path: Path, name: str) -> list[str]:
    """Read a table, which may be larger than a scenario; `read_lines` tells what else may be wrong with a file."""
    try:
        if path.is_file() and MAX_BYTES < path.stat().st_size <= MOST_BYTES:
            return path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise ScenarioError([Fault("is not text", name, allowed="text in UTF-8")]) from error
    return read_lines(path)


def _refuse_repeated(points: Sequence[Point], lines: Sequence[int], file: str) -> None:
    """Refuse a point that stands there twice: with the same luck its runs would be the same, and count twice."""
    first: dict[Point, int] = {}
    faults = [
        Fault(
            f"is the point of line {first[point]} again",
            file,
            line,
            allowed="each point once; more runs: `replications:`",
        )
        for point, line in zip(points, lines, strict=True)
        if first.setdefault(point, line) != line
    ]
    if faults:
        raise ScenarioError(faults)


def _header_faults(header: Sequence[str], names: Sequence[str], file: str, line: int) -> Iterator[Fault]:
    for column in dict.fromkeys(header):
        if column not in names:
            yield Fault(f"column {show(column)} is no factor of the sweep", file, line, value=column,
                        allowed=one_of(names), nearest=nearest(column, names))  # fmt: skip
        elif header.count(column) > 1:
            yield Fault(f"column {show(column)} stands there twice", file, line, value=column)
    for name in names:
        if name not in header:
            yield Fault(f"there is no column for the factor `{name}`", file, line, allowed="a column for each factor")


def _cell(factor: Factor, cell: str) -> Value | Fault:
    """Return a cell's value, or what is wrong with it."""
    if not factor.numeric:
        known = list(factor.options)
        if cell in known or not (known or not cell):
            return cell
        return Fault(f"{show(cell)} is not allowed", allowed=one_of(known) or "a word", nearest=nearest(cell, known))
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        return Fault(f"{show(cell)} is not allowed", allowed="a number")
    if factor.whole and number != round(number):
        return Fault(f"{show(cell)} is not allowed", allowed="a whole number")
    if factor.low is not None and factor.high is not None and not factor.low <= number <= factor.high:
        return Fault(f"{show(cell)} is not allowed", allowed=f"a number from {factor.low:g} to {factor.high:g}")
    if factor.levels and number not in factor.levels:
        return Fault(f"{show(cell)} is not allowed", allowed=one_of([f"{level:g}" for level in factor.levels]))
    return number


def _filled(factor: Factor, values: Sequence[Value]) -> Factor:
    if factor.kind == "levels" and not factor.levels:
        return replace(factor, levels=tuple(sorted({value for value in values if isinstance(value, float)})))
    if factor.kind == "choices" and not factor.options:
        return replace(factor, options={str(value): _meant(str(value)) for value in dict.fromkeys(values)})
    return factor


def _meant(cell: str) -> object:
    """Return what a word of a table means to a scenario: true, false and null are no words."""
    return {"true": True, "false": False, "null": None}.get(cell, cell)

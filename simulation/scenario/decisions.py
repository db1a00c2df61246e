"""Decisions of people in a table beside the scenario: `decisions: file.csv` stands for the rows of that file."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from simulation.scenario.faults import Fault, Finding, KeyPath, Place, Places, ScenarioError, locate, on_one_line, show
from simulation.scenario.overlay import Layer, apply
from simulation.scenario.reading import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["with_decisions"]

_KEY = ("learning", "decisions")
_COLUMNS = ("lever", "setting")
_WHEN = ("week", "review")


def with_decisions(layer: Layer, folder: Path) -> tuple[Layer, list[Fault]]:
    """Put the rows of each CSV file that a layer names as `learning.decisions` in the place of its name.

    Parameters
    ----------
    folder
        Where relative paths start.

    Returns
    -------
    tuple
        The layer, in which every row knows its line in the CSV file, and faults of files that cannot be read.
    """
    faults: list[Fault] = []
    for path in _named(layer.raw):
        name = _at(layer.raw, path)
        try:
            rows, places = _read(folder / name, path)
        except ScenarioError as error:
            for fault in error.faults:
                said = Finding(path=path, value=name, message=f"{show(name)} {fault.message}", allowed=fault.allowed)
                faults.append(locate(said, layer.places) if fault.line is None else fault)
            rows, places = [], {}
        layer = Layer(_put(layer.raw, path, rows), {**layer.places, **places})
    return layer, faults


def _named(raw: dict[str, Any]) -> Iterator[KeyPath]:
    """Yield where a path stands in the place of decisions: in the scenario or in what an arm changes."""
    arms = raw.get("arms")
    roots: list[KeyPath] = [(), *(("arms", name, "changes") for name in (arms if isinstance(arms, dict) else ()))]
    for root in roots:
        if isinstance(_at(raw, (*root, *_KEY)), str):
            yield (*root, *_KEY)


def _at(raw: Any, path: KeyPath) -> Any:
    for key in path:
        raw = raw.get(key) if isinstance(raw, dict) else None
    return raw


def _put(raw: dict[str, Any], path: KeyPath, value: Any) -> dict[str, Any]:
    for key in reversed(path):
        value = {str(key): value}
    return apply(raw, value)


def _read(file: Path, path: KeyPath) -> tuple[list[dict[str, Any]], Places]:
    """Return the rows of a CSV file as decisions, and the line of each; cells that hold no number stay text."""
    name = on_one_line(str(file))
    lines = csv.reader(read_lines(file))
    header = [cell.strip() for cell in next(lines, [])]
    when = [column for column in header if column in _WHEN]
    if sorted(header) != sorted([*_COLUMNS, *when]) or len(when) != 1:
        allowed = "the columns lever, setting, and week or review"
        raise ScenarioError([Fault("has other columns than decisions have", name, 1, allowed=allowed)])
    rows: list[dict[str, Any]] = []
    places: dict[KeyPath, Place] = {}
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            message = f"has {len(cells)} cells"
            raise ScenarioError([Fault(message, name, lines.line_num, allowed=f"{len(header)}, as in the first line")])
        places[(*path, len(rows))] = Place(name, lines.line_num, "")
        rows.append({column: _value(column, cell.strip()) for column, cell in zip(header, cells, strict=True)})
    return rows, places


def _value(column: str, cell: str) -> str | int | float:
    if column == "lever":
        return cell
    try:
        return int(cell) if column in _WHEN else float(cell)
    except ValueError:
        return cell

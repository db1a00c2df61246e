"""Puts together the scenario that the sheets describe, and keeps the cell of every value."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from simulation.laboratory.spreadsheet.cells import BadCell, path_of, value_of
from simulation.laboratory.spreadsheet.fields import node_at
from simulation.laboratory.spreadsheet.sheets import EVERY, EXTENDS, TABLED, TOGETHER
from simulation.scenario.faults import dotted, nearest, one_of, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulation.laboratory.spreadsheet.fields import Node
    from simulation.laboratory.spreadsheet.grid import Cell, Notes
    from simulation.laboratory.spreadsheet.sheets import Table
    from simulation.scenario.faults import KeyPath
    from simulation.scenario.loading import LoadedScenario

__all__ = ["Assembly", "fill_arms", "fill_firm", "fill_table"]

_FAILED = object()
"""Stands for what a bad cell would have held."""


@dataclass(slots=True, kw_only=True)
class Assembly:
    """The scenario in the making.

    Attributes
    ----------
    raw
        Its merged data; parts with a sheet of their own begin empty.
    full
        Every value of the scenario that it starts from, defaults included.
    cells
        Dotted path -> the cell that holds it, or that names its row.
    bad
        Dotted paths whose cells were refused.
    """

    raw: dict[str, Any]
    full: dict[str, Any]
    notes: Notes
    cells: dict[str, str] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)

    @classmethod
    def over(cls, base: LoadedScenario, notes: Notes) -> Assembly:
        """Begin from a scenario."""
        raw = {key: {} if key in TABLED else deepcopy(value) for key, value in base.raw.items()}
        return cls(raw=raw, full=base.scenario.model_dump(mode="json"), notes=notes)

    def value(self, cell: Cell, node: Node | None, path: KeyPath) -> Any:
        """The value of a cell that belongs at a path.

        Once its fault is noted, what stands there in the scenario that the workbook starts from takes its place, so that
        the rest can be checked; `_FAILED` where that has nothing there.
        """
        name = dotted(path)
        self.cells[name] = cell.where
        if cell.where not in self.notes.faults:
            try:
                return value_of(cell.content, node)
            except BadCell as bad:
                self.notes.add(cell.where, str(bad), allowed=bad.allowed, meant=bad.meant, key=name)
        self.bad.add(name)
        return _at(self.full, path)


def fill_firm(made: Assembly, rows: list[dict[str, Cell]]) -> None:
    """Take over the rows of the sheet Firm that differ from the scenario that the workbook starts from."""
    seen: set[KeyPath] = set()
    for row in rows:
        what = row.get("what")
        if what is None or not (text := str(what.content).strip()) or text == EXTENDS:
            if what is None:
                _no_name(made, row, "what")
            continue
        path = path_of(text)
        if path[0] in TABLED or path in seen:
            message = "is given twice" if path in seen else "has a sheet of its own"
            made.notes.add(what.where, f"{show(text)} {message}", allowed="each value once, in its own sheet")
            continue
        seen.add(path)
        made.cells[dotted(path)] = what.where
        if "value" not in row:
            continue
        value = made.value(row["value"], node_at(path), path)
        if value is not _FAILED and (value is None or value != _at(made.full, path)):
            _place(made, row["value"], path, value)


def fill_table(made: Assembly, table: Table, rows: list[dict[str, Cell]]) -> None:
    """Put each row of a sheet into its place."""
    for row in rows:
        names = _names(made, table, row)
        if names is None:
            continue
        at = table.at(names)
        if dotted(at) in made.cells:
            made.notes.add(row[table.keys[-1].head].where, f"{show(names[-1])} stands in two rows", allowed="each once")
            continue
        made.cells[dotted(at)] = row[table.keys[-1].head].where
        part: dict[str, Any] = {}
        for column in table.columns:
            if column.head in row:
                value = made.value(row[column.head], column.node, (*at, *column.path))
                if value is not _FAILED:
                    _put(part, column.path, value)
        if table.pairs:
            part["kpis"] = _pairs(made, row, at)
        _put(made.raw, at, part)


def fill_arms(made: Assembly, rows: list[dict[str, Cell]]) -> None:
    """Put each change into its arm."""
    for row in rows:
        if "arm" not in row:
            _no_name(made, row, "arm")
            continue
        name = str(row["arm"].content).strip()
        at = ("arms", name)
        made.cells.setdefault(dotted(at), row["arm"].where)
        arm = made.raw.setdefault("arms", {}).setdefault(name, {})
        if "title" in row:
            _title(made, arm, row["title"], (*at, "title"))
        if "what" not in row:
            if "value" in row:
                made.notes.add(
                    row["value"].where, "stands without `what`", allowed="the way to the value that the arm changes"
                )
            continue
        change = path_of(str(row["what"].content))
        path = (*at, "changes", *change)
        if dotted(path) in made.cells or "value" not in row:
            message = "is changed twice" if "value" in row else "has no value"
            made.notes.add(
                row["what"].where, f"{show(str(row['what'].content))} {message}", allowed="one value for each change"
            )
            continue
        value = made.value(row["value"], node_at(change), path)
        if value is not _FAILED:
            _place(made, row["what"], path, value)


def _names(made: Assembly, table: Table, row: Mapping[str, Cell]) -> tuple[str, ...] | None:
    """The names of a row; None once it is noted that one is missing or refers to nothing."""
    for column in table.keys:
        if column.head not in row:
            _no_name(made, row, column.head)
            return None
        if row[column.head].where in made.notes.faults:
            made.notes.broken = True
            return None
    names = tuple(str(row[column.head].content).strip() for column in table.keys)
    if len(names) == 1:
        return names
    known = _known(made, table, names)
    for column, name in zip(table.keys, names, strict=True):
        if column.head in known and name not in known[column.head]:
            among = list(known[column.head])
            said = f"{show(name)} is no {column.head} here"
            made.notes.add(row[column.head].where, said, allowed=one_of(among), meant=nearest(name, among))
            made.notes.broken = True
            return None
    return names


def _known(made: Assembly, table: Table, names: tuple[str, ...]) -> dict[str, Iterable[str]]:
    """What the names of a row of Levers or Effects may refer to."""
    departments: dict[str, Any] = made.raw.get("departments", {})
    if table.name == "Levers":
        return {"department": [*departments, EVERY]}
    owner, lever = names[:2]
    owned = made.raw.get(owner, {}) if owner in {EVERY, TOGETHER} else departments.get(owner, {}).get("levers", {})
    places = [*made.raw.get("journey", {}), "own"]
    return {
        "department": [*departments, EVERY, TOGETHER],
        "lever": [*owned] if owned else [lever],
        "touchpoint": places,
    }


def _pairs(made: Assembly, row: Mapping[str, Cell], at: tuple[str, ...]) -> dict[str, Any]:
    """KPIs with their weights, from pairs of columns."""
    lower = {head.lower(): cell for head, cell in row.items()}
    found: dict[str, Any] = {}
    for head, cell in lower.items():
        if not head.startswith("kpi "):
            continue
        name, weight = str(cell.content).strip(), lower.get(f"weight {head.removeprefix('kpi ')}")
        path = (*at, "kpis", name)
        if name in found or weight is None:
            message = "stands there twice" if name in found else f"has no weight ({head.replace('kpi', 'weight')})"
            made.notes.add(cell.where, f"{show(name)} {message}", allowed="each KPI once, with its weight")
            made.bad.add(dotted((*at, "kpis")))
            continue
        value = made.value(weight, {"type": "number"}, path)
        made.cells[dotted(path)] = cell.where if value is not _FAILED else weight.where
        if value is not _FAILED:
            found[name] = value
    return found


def _title(made: Assembly, arm: dict[str, Any], cell: Cell, path: KeyPath) -> None:
    value = made.value(cell, {"type": "string"}, path)
    if value is _FAILED:
        return
    if arm.get("title", value) != value:
        made.notes.add(cell.where, f"{show(value)} is another title of the same arm", allowed="one title an arm")
    arm["title"] = value


def _no_name(made: Assembly, row: Mapping[str, Cell], head: str) -> None:
    where = next(iter(row.values())).where
    made.notes.add(where, f"stands in a row without `{head}`", allowed="a name in every row that is filled in")


def _at(raw: Any, path: KeyPath) -> Any:
    for key in path:
        inside = (isinstance(raw, dict) and key in raw) or (
            isinstance(raw, list) and isinstance(key, int) and key < len(raw)
        )
        if not inside:
            return _FAILED
        raw = raw[key]
    return raw


def _place(made: Assembly, cell: Cell, path: KeyPath, value: Any) -> None:
    """Put a value into its place, or note that the way to it leads nowhere."""
    try:
        _put(made.raw, path, value)
    except (TypeError, IndexError, KeyError, AttributeError):
        made.notes.add(
            cell.where,
            f"{show(dotted(path))} leads nowhere",
            allowed="a way through the parts of the scenario, with > between",
        )


def _put(raw: Any, path: KeyPath, value: Any) -> None:
    """Put a value at a path, making what is missing on the way; positions in lists follow one another."""
    for key, after in pairwise(path):
        if isinstance(raw, list) and key == len(raw):
            raw.append([] if isinstance(after, int) else {})
        elif isinstance(raw, dict) and (key not in raw or raw[key] is None):
            raw[key] = [] if isinstance(after, int) else {}
        raw = raw[key]
    last = path[-1]
    if isinstance(raw, list) and last == len(raw):
        raw.append(value)
    elif isinstance(raw, list) and not isinstance(last, int):
        raise KeyError(last)
    elif value is None and not isinstance(raw, list) and last in raw:
        del raw[last]
    else:
        raw[last] = value

"""From a filled spreadsheet to a scenario: what differs from the one it starts from, checked as any scenario is."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.laboratory.spreadsheet.grid import Notes, rows_under
from simulation.laboratory.spreadsheet.opening import open_book
from simulation.laboratory.spreadsheet.parts import Assembly, fill_arms, fill_firm, fill_table
from simulation.laboratory.spreadsheet.sheets import ARMS, ARMS_HEADS, EXTENDS, FIRM, FIRM_HEADS, READ_ME, tables
from simulation.laboratory.spreadsheet.writing import scenario_text
from simulation.scenario.faults import Fault, ScenarioError, nearest, on_one_line, one_of, show
from simulation.scenario.library import shipped
from simulation.scenario.loading import load, load_dict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.laboratory.spreadsheet.grid import Cell
    from simulation.scenario.loading import LoadedScenario

__all__ = ["Imported", "read_firm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A scenario from a spreadsheet.

    Attributes
    ----------
    loaded
        The scenario, merged and checked.
    text
        The scenario file, ready to be written: what differs from the scenario that it extends, or all of it where an order
        changed, which a file that extends another cannot say.
    extends
        The scenario that the file extends; empty for one that stands alone.
    remarks
        What was not read, in words.
    """

    loaded: LoadedScenario
    text: str
    extends: str
    remarks: tuple[str, ...]


def read_firm(path: Path, *, target: Path) -> Imported:
    """Read a spreadsheet that `template` wrote and somebody filled in; nothing in it is carried out.

    Parameters
    ----------
    path
        The workbook.
    target
        Where the scenario file will stand: a base that is a file is named from there.

    Raises
    ------
    ScenarioError
        With every bad cell: file, sheet, cell, value, what is allowed, nearest name.
    ExtraMissing
        If openpyxl is not installed.
    """
    book = open_book(path)
    notes = Notes(on_one_line(str(path)))
    found, remarks = _sheets(book, notes)
    if FIRM not in found:
        raise ScenarioError(notes.faults.values())
    firm = list(rows_under(found[FIRM], FIRM_HEADS, notes))
    base, name = _base(firm, path, notes)
    made = Assembly.over(base, notes)
    fill_firm(made, firm)
    for table in tables():
        if table.name in found:
            heads = [column.head for column in (*table.keys, *table.columns)]
            fill_table(
                made, table, list(rows_under(found[table.name], heads, notes, more="kpi weight" if table.pairs else ""))
            )
    if ARMS in found:
        fill_arms(made, list(rows_under(found[ARMS], ARMS_HEADS, notes)))
    loaded = _checked(made)
    extends = name if name in shipped() else _from(target, base)
    text, alone = scenario_text(base.raw, loaded, extends=extends, source=path.name)
    return Imported(loaded=loaded, text=text, extends="" if alone else extends, remarks=tuple(remarks))


def _sheets(book: Any, notes: Notes) -> tuple[dict[str, Any], list[str]]:
    """The sheets that are read, by name; those that are missing are noted, others remarked."""
    known = (FIRM, *(table.name for table in tables()), ARMS)
    given = {sheet.title.strip().lower(): sheet for sheet in book.worksheets}
    found = {name: given[name.lower()] for name in known if name.lower() in given}
    others = [
        sheet.title
        for sheet in book.worksheets
        if sheet.title.strip().lower() not in {name.lower() for name in (*known, READ_ME)}
    ]
    for name in known:
        if name not in found:
            meant = next(iter(difflib.get_close_matches(name, others, n=1, cutoff=0.6)), None)
            notes.add(f"{notes.file}, sheet {name}", "is missing", allowed=one_of(known), meant=meant)
            notes.broken = True
    return found, [f"{notes.file}: sheet {name} is none of the template's and was not read" for name in others]


def _base(rows: list[dict[str, Cell]], path: Path, notes: Notes) -> tuple[LoadedScenario, str]:
    """The scenario that the workbook starts from, and its name in the workbook."""
    row = next((row for row in rows if "what" in row and str(row["what"].content).strip() == EXTENDS), None)
    if row is None or "value" not in row:
        notes.add(
            f"{notes.file}, sheet {FIRM}", f"has no row `{EXTENDS}`", allowed="the scenario that the workbook changes"
        )
        raise ScenarioError(notes.faults.values())
    name = str(row["value"].content).strip()
    file = path.parent / name
    try:
        return load(name if name in shipped() or not file.is_file() else file), name
    except ScenarioError as error:
        if name not in shipped() and not file.is_file():
            allowed = "a shipped scenario, or the path of a file, from the workbook"
            notes.add(
                row["value"].where,
                f"{show(name)}: there is no such scenario",
                allowed=allowed,
                meant=nearest(name, shipped()),
            )
            raise ScenarioError(notes.faults.values()) from error
        raise


def _from(target: Path, base: LoadedScenario) -> str:
    """A base that is a file, as the file at `target` names it."""
    assert base.path is not None
    try:
        return Path(os.path.relpath(base.path.resolve(), target.resolve().parent)).as_posix()
    except ValueError:  # on another drive
        return base.path.resolve().as_posix()


def _checked(made: Assembly) -> LoadedScenario:
    """The scenario, or every fault at its cell."""
    notes = made.notes
    told: dict[Fault, None] = {}
    loaded = None
    try:
        loaded = None if notes.broken else load_dict(made.raw)
    except ScenarioError as error:
        # What a bad cell leaves out is not told a second time.
        more = [_at_cell(fault, made.cells, notes.file) for fault in error.faults if fault.key not in made.bad]
        told = dict.fromkeys(fault for fault in more if fault.file not in notes.faults)
    if loaded is None or notes.faults:
        raise ScenarioError([*notes.faults.values(), *told])
    return loaded


def _at_cell(fault: Fault, cells: Mapping[str, str], file: str) -> Fault:
    """Give a fault the cell that holds its value, or else the row that it belongs to."""
    key = fault.key
    while key and key not in cells:
        key = key.rpartition(".")[0]
    return replace(fault, file=cells.get(key, file), line=None)

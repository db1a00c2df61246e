"""The sheets: which part of a scenario stands where, written down once for those who write and those who read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from simulation.laboratory.spreadsheet.cells import cell_of, path_words
from simulation.laboratory.spreadsheet.fields import Column, columns_at, node_at

if TYPE_CHECKING:
    from simulation.scenario.faults import KeyPath
    from simulation.scenario.loading import LoadedScenario

__all__ = [
    "ARMS",
    "ARMS_HEADS",
    "EVERY",
    "EXTENDS",
    "FIRM",
    "FIRM_HEADS",
    "READ_ME",
    "TABLED",
    "TOGETHER",
    "Table",
    "arm_rows",
    "free_rows",
    "tables",
]

READ_ME = "Read me"
FIRM = "Firm"
ARMS = "Arms"
EVERY, TOGETHER = "every_department", "joint_effects"
"""In the column of departments: levers that every department has, and levers that work together."""
EXTENDS = "extends"
"""First row of the sheet Firm: the scenario that the sheets change."""
FIRM_HEADS = ("what", "value", "about", "allowed")
ARMS_HEADS = ("arm", "title", "what", "value")
TABLED = ("departments", "journey", "every_department", "joint_effects", "kpis", "arms")
"""Parts of a scenario with a sheet of their own; the others stand in the sheet Firm."""
_IN_FULL = ("horizon", "market", "survey", "incentives", "information")
"""Parts of which the sheet Firm names what is left at its default, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A sheet with one part of a scenario in each row.

    Attributes
    ----------
    keys
        Heads of the columns that name the row; the others are `columns`.
    at
        From the names of a row to its path in the scenario.
    rows
        The rows of a scenario (its merged data): names and the part.
    pairs
        Head of pairs of columns (name and weight) that follow, such as `KPI 1`, `weight 1`; empty: none.
    """

    name: str
    about: str
    keys: tuple[Column, ...]
    columns: tuple[Column, ...]
    at: Callable[[tuple[str, ...]], tuple[str, ...]]
    rows: Callable[[Mapping[str, Any]], Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]]
    pairs: str = ""


@cache
def tables() -> tuple[Table, ...]:
    """The sheets with one part in each row, in the order in which they are read."""
    name = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"}
    key = "A short name of its own: small letters, digits and _."
    lever = ("departments", "x", "levers", "x")
    return (
        Table(
            name="Departments",
            about="One department a row; KPI 1, weight 1 and so on: its own KPIs, with their weights in its score.",
            keys=(Column(head="department", path=(), node=name, about=key),),
            columns=columns_at(("departments", "x"), without=("levers", "kpis")),
            at=lambda names: ("departments", *names),
            rows=lambda raw: (((one,), part) for one, part in raw.get("departments", {}).items()),
            pairs="KPI",
        ),
        Table(
            name="Touchpoints",
            about="One touchpoint a row, in the order of the journey: where customers meet the firm, and who runs it.",
            keys=(Column(head="touchpoint", path=(), node=name, about=key),),
            columns=columns_at(("journey", "x")),
            at=lambda names: ("journey", *names),
            rows=lambda raw: (((one,), part) for one, part in raw.get("journey", {}).items()),
        ),
        Table(
            name="Levers",
            about=f"One lever a row: a choice between its low end (0) and its high end (1). {EVERY}: all have it.",
            keys=(
                Column(head="department", path=(), node=name, about=f"Whose lever it is, or {EVERY}."),
                Column(head="lever", path=(), node=name, about=key),
            ),
            columns=columns_at(lever, without=("effects",)),
            at=lambda names: (EVERY, names[1]) if names[0] == EVERY else ("departments", names[0], "levers", names[1]),
            rows=_levers,
        ),
        Table(
            name="Together",
            about="One group of levers a row that matter together: a chain (minimum), complements (product), a common (crowding).",
            keys=(Column(head="together", path=(), node=name, about=key),),
            columns=columns_at((TOGETHER, "x"), without=("effects",)),
            at=lambda names: (TOGETHER, *names),
            rows=lambda raw: (((one,), part) for one, part in raw.get(TOGETHER, {}).items()),
        ),
        Table(
            name="Effects",
            about=f"One effect a row: what changes at a touchpoint when a lever (or, with {TOGETHER}, a group) goes from 0 to 1.",
            keys=(
                Column(head="department", path=(), node=name, about=f"Whose lever it is, or {EVERY}, or {TOGETHER}."),
                Column(head="lever", path=(), node=name, about="As in the sheet Levers, or Together."),
                Column(head="touchpoint", path=(), node=name, about="Where; own: each touchpoint of the department."),
                Column(head="coefficient", path=(), node=_coefficient(), about="What is moved there."),
            ),
            columns=columns_at((*lever, "effects", "x", "quality")),
            at=lambda names: (*_lever_path(names[0], names[1]), "effects", *names[2:]),
            rows=_effects,
        ),
        Table(
            name="KPIs",
            about="One KPI a row: scale x numerator / denominator; counters as counter or counter@touchpoint, with their weights.",
            keys=(Column(head="kpi", path=(), node=name, about=key),),
            columns=columns_at(("kpis", "x")),
            at=lambda names: ("kpis", *names),
            rows=lambda raw: (((one,), part) for one, part in raw.get("kpis", {}).items()),
        ),
    )


def _coefficient() -> dict[str, Any]:
    node = node_at(("departments", "x", "levers", "x", "effects", "x"))
    assert node is not None
    return {"type": "string", "enum": list(node["properties"])}


def _lever_path(department: str, lever: str) -> tuple[str, ...]:
    return (department, lever) if department in {EVERY, TOGETHER} else ("departments", department, "levers", lever)


def _levers(raw: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    for department, given in raw.get("departments", {}).items():
        yield from (((department, name), lever) for name, lever in given.get("levers", {}).items())
    yield from (((EVERY, name), lever) for name, lever in raw.get(EVERY, {}).items())


def _effects(raw: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    groups = [((TOGETHER, name), part) for name, part in raw.get(TOGETHER, {}).items()]
    for names, part in (*_levers(raw), *groups):
        for place, moved in part.get("effects", {}).items():
            yield from (((*names, place, coefficient), effect) for coefficient, effect in moved.items())


def free_rows(loaded: LoadedScenario) -> Iterator[tuple[KeyPath, Any]]:
    """Path and value of all that stands in the sheet Firm: what no table holds, and usual figures left at their default."""
    full = loaded.scenario.model_dump(mode="json")
    for part, value in full.items():
        if part in TABLED:
            continue
        given = loaded.raw.get(part)
        if part in _IN_FULL:
            yield from _leaves(value, (part,), known=given)
        elif given is not None or not isinstance(value, dict | list):
            yield from _leaves(given if given is not None else value, (part,), known=given)


def _leaves(value: Any, path: KeyPath, *, known: Any) -> Iterator[tuple[KeyPath, Any]]:
    """Flatten to values, lists of plain values and empty mappings; `None` stands for nothing and is left out if not given."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key), known=known.get(key) if isinstance(known, Mapping) else None)
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for key, inner in enumerate(value):
            yield from _leaves(inner, (*path, key), known=inner)
    elif known is not None or (value is not None and not (isinstance(value, dict | list) and not value)):
        yield path, value


def arm_rows(raw: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str | float | bool]]:
    """Rows of the sheet Arms: arm, title, what is changed, to which value; an arm without changes has one row."""
    for arm, given in raw.get("arms", {}).items():
        changes = given.get("changes", {})
        found = list(_changes(changes, ())) if changes else [((), "")]
        for path, value in found:
            yield arm, given.get("title", ""), path_words(path), value if value == "" else cell_of(value)


def _changes(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _changes(inner, (*path, key))
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        for at, inner in enumerate(value):
            yield from _changes(inner, (*path, at))
    else:
        yield path, value

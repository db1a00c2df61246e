"""A comparison as a workbook: every figure with its unit and a note, and no text that a spreadsheet would carry out."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulation.analysis.cells import is_risky
from simulation.analysis.frames import columns_of
from simulation.analysis.intervals import mean_interval
from simulation.laboratory.extras import needed
from simulation.laboratory.money.columns import MONEY_COLUMNS
from simulation.laboratory.money.figures import money_table
from simulation.views.ledger_sums import UNIT
from simulation.views.phases import phases_of
from simulation.views.report.answer import answer
from simulation.views.report.glossary import terms
from simulation.views.report.ground import parameters
from simulation.views.report.making import making, notes
from simulation.views.report.money import CAVEAT
from simulation.views.report.numbers import line_of, rows_of
from simulation.views.saving import add_file
from simulation.views.series import closing_weeks, last_weeks, run_means
from simulation.views.words import due_name, levers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from simulation.analysis.comparison import Comparison

__all__ = ["WORKBOOK", "workbook", "write_workbook"]

WORKBOOK = "report.xlsx"
"""What the workbook is called in a folder of results."""
READ_IT_SO = (
    "Columns low and high: 95 % intervals over replications. Nothing is claimed where the interval of a difference covers "
    "zero. Most sizes are assumed: it compares designs and forecasts no firm."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A column's name with its unit, and a note that says what it is."""

    name: str
    note: str = ""
    width: int = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table: what it is about, its columns, its rows (texts, numbers; None and NaN are empty cells)."""

    name: str
    about: str
    heads: tuple[Head, ...]
    rows: list[tuple[Any, ...]]


def write_workbook(
    compared: Comparison, path: Path, *, told: Mapping[str, Any], same_meaning: bool = True, overwrite: bool = False
) -> Path:
    """Write the workbook, whole or not at all; parameters as those of `simulation.views.report.write_report`.

    Raises
    ------
    ExtraMissing
        If XlsxWriter is not installed.
    FolderRefused
        If the file exists and may not be replaced.
    """
    return add_file(path, workbook(compared, told=told, same_meaning=same_meaning), overwrite=overwrite)


def workbook(compared: Comparison, *, told: Mapping[str, Any], same_meaning: bool = True) -> bytes:
    """Return the workbook as the bytes of an xlsx file."""
    writer = needed("xlsxwriter", extra="office")
    buffer = io.BytesIO()
    book = writer.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": compared.scenario.title, "created": datetime.fromisoformat(told["date"])})
    formats = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1}),
        "plain": book.add_format({"text_wrap": True, "valign": "top"}),
        "risky": book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True}),
        "number": book.add_format({"num_format": "#,##0.00;\N{MINUS SIGN}#,##0.00;0.00", "valign": "top"}),
        "count": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "about": book.add_format({"italic": True, "font_color": "#565656"}),
    }
    for make in SHEETS:
        _put(book, make(compared, told, same_meaning), formats)
    book.close()
    return buffer.getvalue()


def _put(book: Any, sheet: Sheet, formats: Mapping[str, Any]) -> None:
    """Write one sheet: what it is about, heads with notes, rows."""
    page = book.add_worksheet(sheet.name)
    page.hide_gridlines(2)
    _text(page, 0, 0, sheet.about, formats, "about")
    for column, head in enumerate(sheet.heads):
        page.set_column(column, column, head.width)
        _text(page, 2, column, head.name, formats, "head")
        if head.note:
            page.write_comment(2, column, head.note, {"x_scale": 2})
    for row, values in enumerate(sheet.rows, start=3):
        for column, value in enumerate(values):
            _cell(page, row, column, value, formats)
    page.freeze_panes(3, 1)
    if sheet.rows:
        page.autofilter(2, 0, 2 + len(sheet.rows), len(sheet.heads) - 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)


def _cell(page: Any, row: int, column: int, value: object, formats: Mapping[str, Any]) -> None:
    if isinstance(value, str):
        _text(page, row, column, value, formats, "plain")
    elif isinstance(value, int):
        page.write_number(row, column, value, formats["count"])
    elif isinstance(value, float) and math.isfinite(value):
        page.write_number(row, column, value, formats["number"])


def _text(page: Any, row: int, column: int, text: str, formats: Mapping[str, Any], kind: str) -> None:
    """A text is written as a text, whatever it looks like."""
    page.write_string(row, column, text, formats["risky" if is_risky(text) else kind])


def _answer(compared: Comparison, told: Mapping[str, Any], same_meaning: bool) -> Sheet:
    made = making(compared, told)
    rows = [("Scenario", compared.scenario.title), ("Question", compared.scenario.question)]
    rows += [("Answer", sentence) for sentence in answer(compared)]
    rows += [("Note", note) for note in notes(compared, same_meaning=same_meaning)]
    rows += [
        ("Read it so", READ_IT_SO),
        ("Make it again", made.again),
        *made.facts,
    ]
    heads = (Head(name="What", width=24), Head(name="Words", width=110))
    return Sheet(name="Answer", about="The answer, and where it comes from.", heads=heads, rows=list(rows))


def _summary(compared: Comparison, _told: Mapping[str, Any], _same: bool) -> Sheet:
    columns = columns_of(compared.arms)
    rows: list[tuple[Any, ...]] = []
    for metric in compared.summary["metric"].unique():
        by_arm = rows_of(compared, str(metric))
        said = {cell.arm: cell for cell in line_of(compared, by_arm).cells}
        for at, (arm, row) in enumerate(by_arm.items()):
            claim = (
                "compared with"
                if at == 0
                else {"better": "better", "worse": "worse"}.get(said[at].kind, said[at].words)
            )
            name = (row.label, row.unit, columns[str(metric)].group, compared.arm_titles[arm])
            level, difference = (row.mean, row.low, row.high), (row.difference, row.difference_low, row.difference_high)
            rows.append((*name, *level, *difference, row.replications, claim))
    heads = (
        Head(name="Metric", width=30),
        Head(name="Unit", width=24),
        Head(name="Group"),
        Head(name="Arm", width=34),
        Head(name="Mean", note=f"Over replications, each over its last {last_weeks(compared)} weeks."),
        Head(name="Low", note="Lower end of the 95 % interval of the mean."),
        Head(name="High", note="Upper end of the 95 % interval of the mean."),
        Head(name="Difference", note="To the first arm, paired by replication."),
        Head(name="Difference low", note="Lower end of its 95 % interval."),
        Head(name="Difference high", note="Upper end of its 95 % interval."),
        Head(name="Replications", note="Runs behind the row."),
        Head(name="What may be said", note="A claim only where the interval leaves out zero.", width=28),
    )
    return Sheet(name="Summary", about="Every metric in every arm, each in its unit.", heads=heads, rows=rows)


def _money(compared: Comparison, _told: Mapping[str, Any], _same: bool) -> Sheet:
    table = money_table(compared)
    titled = {**{name: table[name] for name in table}, "arm": table["arm"].map(dict(compared.arm_titles)),
              "against": table["against"].map(dict(compared.arm_titles))}  # fmt: skip
    rows = list(zip(*(titled[name] for name in MONEY_COLUMNS if name != "figure"), strict=True))
    wide = {"label": 30, "unit": 28, "arm": 34, "against": 34}
    heads = tuple(
        Head(name=column.label if name != "label" else "Figure", note=column.meaning, width=wide.get(name, 14))
        for name, column in MONEY_COLUMNS.items()
        if name != "figure"
    )
    return Sheet(name="Money", about=CAVEAT, heads=heads, rows=rows)


def _touchpoints(compared: Comparison, _told: Mapping[str, Any], _same: bool) -> Sheet:
    scenario, phases = compared.scenario, phases_of(compared.scenario)
    figures = ["experience", "encounters", "wait"]
    means = compared.journey.groupby(["touchpoint", "arm"], sort=False)[figures].mean().reset_index()
    rows: list[tuple[Any, ...]] = []
    for name, phase in phases.items():
        point = scenario.journey[name]
        of_point = means.loc[means["touchpoint"] == name, ["arm", *figures]]
        for arm, felt, visits, wait in of_point.itertuples(index=False):
            owner = scenario.departments[point.owner].name
            rows.append((phase, point.name, owner, compared.arm_titles[arm], 100 * felt, visits, 7 * wait))
    heads = (
        Head(name="Phase", width=20),
        Head(name="Touchpoint", width=28),
        Head(name="Run by", width=22),
        Head(name="Arm", width=34),
        Head(name="Experience [0-100]", note=f"100 = best; {100 * scenario.people.anchor:g} = as it should be."),
        Head(name="Visits [per 1,000 people a week]"),
        Head(name="Wait [days]"),
    )
    return Sheet(name="Journey", about="Touchpoints in the order of the customer's way.", heads=heads, rows=rows)


def _levers(compared: Comparison, _told: Mapping[str, Any], _same: bool) -> Sheet:
    closing, rows = run_means(compared, weeks=closing_weeks(compared)), []
    for department, given in compared.scenario.departments.items():
        for key, lever in levers_of(compared.scenario, department).items():
            column = f"lever.{department}.{key}"
            for arm, title in compared.arm_titles.items():
                if column not in closing:
                    continue
                at = mean_interval(closing.xs(arm, level="arm")[column].to_numpy(dtype=float))
                rows.append(
                    (given.name, lever.name, lever.low, lever.high, lever.start, title, at.mean, at.low, at.high)
                )
    heads = (
        Head(name="Department", width=22),
        Head(name="Lever", width=32),
        Head(name="0 means", width=30),
        Head(name="1 means", width=30),
        Head(name="Start [0-1]"),
        Head(name="Arm", width=34),
        Head(name="End [0-1]", note=f"Mean of the last {closing_weeks(compared)} weeks."),
        Head(name="Low", note="95 % interval."),
        Head(name="High", note="95 % interval."),
    )
    return Sheet(name="Levers", about="Where each lever ended up.", heads=heads, rows=rows)


def _ledger(compared: Comparison, _told: Mapping[str, Any], _same: bool) -> Sheet:
    means = compared.ledger.groupby(["arm", "touchpoint", "due"], sort=False)[["pain", "benefit"]].mean().reset_index()
    rows: list[tuple[Any, ...]] = []
    for arm, touchpoint, due, pain, benefit in means.itertuples(index=False):
        place, who = compared.arms[arm].journey[touchpoint].name, due_name(compared.arms[arm], due)
        rows.append((compared.arm_titles[arm], place, who, pain, benefit))
    heads = (
        Head(name="Arm", width=34),
        Head(name="Felt at", width=28),
        Head(name="Due to", width=22),
        Head(name="Pain", note=f"Experience below expectation. {UNIT}."),
        Head(name="Benefit", note=f"Experience above expectation. {UNIT}."),
    )
    return Sheet(name="Felt against caused", about=f"Unit: {UNIT}.", heads=heads, rows=rows)


def _weeks(compared: Comparison, _told: Mapping[str, Any], _same: bool) -> Sheet:
    columns = columns_of(compared.arms)
    means = compared.weekly.drop(columns="replication").groupby(["arm", "week"], sort=False).mean().reset_index()
    known = [name for name in means if name in columns]
    rows: list[tuple[Any, ...]] = [
        (compared.arm_titles[str(arm)], int(week) + 1, *(float(value) for value in values))
        for arm, week, *values in means[["arm", "week", *known]].itertuples(index=False)
    ]
    named = [Head(name=f"{columns[name].label} [{columns[name].unit}]", note=columns[name].meaning) for name in known]
    heads = (Head(name="Arm", width=34), Head(name="Week"), *named)
    return Sheet(name="Weeks", about="Means over replications, week by week.", heads=heads, rows=rows)


def _people(compared: Comparison, _told: Mapping[str, Any], _same: bool) -> Sheet:
    rows: list[tuple[Any, ...]] = [
        (p.name, float(p.value), p.meaning, p.origin, p.source) for p in parameters(compared)
    ]
    heads = (
        Head(name="Parameter", width=26),
        Head(name="Value"),
        Head(name="Meaning", width=60),
        Head(name="Origin", width=26),
        Head(name="Source", width=60),
    )
    return Sheet(name="Assumptions", about="Parameters of people, each with its source.", heads=heads, rows=rows)


def _terms(compared: Comparison, _told: Mapping[str, Any], _same: bool) -> Sheet:
    rows: list[tuple[Any, ...]] = list(terms(compared).values())
    rows += [(f"{c.label} [{c.unit}]", c.meaning) for c in columns_of(compared.arms).values() if c.group != "levers"]
    heads = (Head(name="Term", width=44), Head(name="Meaning", width=110))
    return Sheet(name="Terms", about="What the words and columns mean.", heads=heads, rows=rows)


SHEETS: tuple[Callable[[Comparison, Mapping[str, Any], bool], Sheet], ...] = (
    *(_answer, _summary, _money, _touchpoints, _levers, _ledger, _weeks, _people, _terms),
)
"""The sheets in order."""

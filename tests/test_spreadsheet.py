"""A firm as a spreadsheet: what is written comes back the same, what is wrong is named at its cell, nothing is carried out."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile
from functools import cache
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from small_firm import FIRM
from typer.testing import CliRunner

from simulation.cli import app
from simulation.laboratory.spreadsheet import read_firm, template
from simulation.laboratory.spreadsheet.cells import BadCell, cell_of, value_of
from simulation.laboratory.spreadsheet.opening import MOST_BYTES, MOST_ROWS
from simulation.scenario.faults import ScenarioError
from simulation.scenario.library import shipped
from simulation.scenario.loading import load
from simulation.scenario.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulation.laboratory.spreadsheet import Imported

SHARE = {"type": "number", "minimum": 0.0, "maximum": 1.0}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small firm in a file."""
    file = tmp_path / "small.yaml"
    file.write_text(FIRM, encoding="utf-8")
    return file


@cache
def written(text: str) -> bytes:
    """The template of a scenario; `text` is its file's."""
    return template(load(text), name="small.yaml")


def filled(small: Path, change: Callable[[Any], object]) -> Path:
    """A template that somebody has changed."""
    book = openpyxl.load_workbook(io.BytesIO(written(str(small))))
    change(book)
    path = small.with_name("client.xlsx")
    book.save(path)
    return path


def imported(small: Path, change: Callable[[Any], object]) -> Imported:
    return read_firm(filled(small, change), target=small.with_name("mine.yaml"))


def faults(small: Path, change: Callable[[Any], object]) -> list[str]:
    """What is said of a changed template, without the folder."""
    with pytest.raises(ScenarioError) as raised:
        imported(small, change)
    return [str(fault).replace(f"{small.parent}/", "") for fault in raised.value.faults]


def cell(book: Any, sheet: str, row: str, head: str) -> Any:
    """The cell under a head in the row that begins with a name."""
    page = book[sheet]
    column = next(found.column for found in page[2] if found.value == head)
    line = next(found.row for found in page["A"] if found.value == row)
    return page.cell(line, column)


def put(sheet: str, row: str, head: str, value: object) -> Callable[[Any], object]:
    def change(book: Any) -> None:
        cell(book, sheet, row, head).value = value

    return change


# --- there and back --------------------------------------------------------------------------------------------------


def test_an_untouched_template_is_the_scenario_itself(small: Path) -> None:
    found = imported(small, lambda _book: None)
    assert found.loaded.hash == load(small).hash
    assert read_text(found.text, name="mine.yaml")[0].raw == {"extends": "small.yaml"}


HARD = {
    "silo_vs_shared",
    "cx_council",
    "software_vendor",
    "solutions_selling",
    "followers_vs_conversions",
    "pool_or_own",
}
"""Arms, councils, another industry, groups of levers, nested changes, parts deleted; all others in the long tier."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.full if name in HARD else pytest.mark.long) for name in shipped()]
)
def test_every_shipped_scenario_comes_back_the_same(name: str, tmp_path: Path) -> None:
    """Parts with a sheet of their own are read from nowhere else, so that a cell that is lost would be missing."""
    path = tmp_path / "firm.xlsx"
    path.write_bytes(template(load(name), name=name))
    found = read_firm(path, target=tmp_path / "mine.yaml")
    assert found.loaded.hash == load(name).hash
    assert found.extends == name


def test_the_same_firm_is_the_same_bytes(small: Path) -> None:
    assert template(load(small), name="small.yaml") == written(str(small))


def test_only_what_was_changed_is_written_and_the_file_says_the_same(small: Path) -> None:
    def change(book: Any) -> None:
        cell(book, "Touchpoints", "delivery", "failure").value = "12,5 %"
        cell(book, "Firm", "horizon > weeks", "value").value = 26
        cell(book, "Touchpoints", "campaign", "conversion").value = None

    found = imported(small, change)
    journey = {"campaign": {"conversion": None}, "delivery": {"failure": 0.125}}
    changed = {"extends": "small.yaml", "horizon": {"weeks": 26}, "journey": journey}
    assert read_text(found.text, name="mine.yaml")[0].raw == changed
    target = small.with_name("mine.yaml")
    target.write_text(found.text, encoding="utf-8")
    assert load(target).hash == found.loaded.hash


def test_a_row_that_is_gone_is_dropped_and_a_new_one_added(small: Path) -> None:
    first = next(iter(load(small).scenario.kpis))

    def change(book: Any) -> None:
        page = book["KPIs"]
        old = [found.value for found in page[cell(book, "KPIs", first, "kpi").row]]
        page.append(["again", *old[1:]])

    found = imported(small, change)
    assert [*found.loaded.scenario.kpis][-1] == "again"
    gone = imported(small, lambda book: (change(book), book["KPIs"].delete_rows(book["KPIs"].max_row)))
    assert gone.loaded.hash == load(small).hash


def test_another_order_of_touchpoints_makes_a_file_that_stands_alone(small: Path) -> None:
    def change(book: Any) -> None:
        page = book["Touchpoints"]
        last, before = ([found.value for found in page[row]] for row in (page.max_row, page.max_row - 1))
        for row, values in ((page.max_row - 1, last), (page.max_row, before)):
            for column, value in enumerate(values, start=1):
                page.cell(row, column).value = value

    found = imported(small, change)
    assert found.extends == ""
    assert [*found.loaded.scenario.journey][-2:] == [*load(small).scenario.journey][:-3:-1]
    target = small.with_name("mine.yaml")
    target.write_text(found.text, encoding="utf-8")
    assert load(target).hash == found.loaded.hash


def test_text_that_looks_like_a_formula_stays_text(small: Path) -> None:
    text = FIRM.replace("title: A small firm", "title: '=HYPERLINK(\"http://x\")'")
    other = small.with_name("other.yaml")
    other.write_text(text, encoding="utf-8")
    path = small.with_name("risky.xlsx")
    path.write_bytes(template(load(other), name="other.yaml"))
    with zipfile.ZipFile(path) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())
    assert read_firm(path, target=small.with_name("mine.yaml")).loaded.hash == load(other).hash


# --- cells -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (0.58, 0.58),
        ("0.58", 0.58),
        ("0,58", 0.58),
        ("58 %", 0.58),
        ("58%", 0.58),
        ("\N{MINUS SIGN}0,5", -0.5),
        ("1e-3", 0.001),
        (1, 1),
    ],
)
def test_a_number_may_be_written_in_many_ways(content: object, value: float) -> None:
    assert value_of(content, SHARE) == value


@pytest.mark.parametrize(
    "content", ["1,234", "1.234", "12 EUR", "half", "1 000", "--1", "0x10", "1,2,3", "nan", "inf", "9" * 60]
)
def test_what_is_no_number_or_could_be_two_is_refused(content: str) -> None:
    with pytest.raises(BadCell):
        value_of(content, SHARE)


@pytest.mark.parametrize(
    ("value", "node"),
    [
        (["prospect", "lead"], {"type": "array", "items": {"type": "string"}}),
        ([0.2, 0.8], {"type": "array", "prefixItems": [SHARE, SHARE]}),
        ({"leads": 1.0, "cost": -0.5}, {"type": "object", "additionalProperties": {"type": "number"}}),
        ([], {"type": "array", "items": {"type": "string"}}),
        ({}, {"type": "object"}),
        (None, SHARE),
        (True, {"type": "boolean"}),
    ],
)
def test_lists_and_mappings_come_back(value: object, node: dict[str, Any]) -> None:
    assert value_of(cell_of(value), node) == value


BAD = {
    "text": (
        put("Touchpoints", "delivery", "failure", "a tenth"),
        "sheet Touchpoints, cell ",
        "'a tenth' is text: a number",
    ),
    "range": (
        put("Touchpoints", "delivery", "failure", 58),
        "journey.delivery.failure",
        "0 to 1; did you mean `0.58`?",
    ),
    "choice": (
        put("Touchpoints", "delivery", "channel", "persn"),
        "journey.delivery.channel",
        "did you mean `person`?",
    ),
    "formula": (put("Touchpoints", "delivery", "failure", "=0.1*2"), "sheet Touchpoints, cell ", "holds a formula"),
    "error": (put("Touchpoints", "delivery", "failure", "#REF!"), "sheet Touchpoints, cell ", "holds the error #REF!"),
    "two ways": (
        put("Touchpoints", "delivery", "cost", "1,234"),
        "sheet Touchpoints, cell ",
        "could mean 1234 or 1.234",
    ),
    "owner": (put("Touchpoints", "delivery", "owner", "servce"), "journey.delivery.owner", "did you mean `service`?"),
    "merged": (lambda book: book["Touchpoints"].merge_cells("B7:C7"), "cell B7", "cells B7:C7 are merged"),
    "head": (lambda book: put_head(book, "failure", "failures"), "cell ", "did you mean `failure`?"),
    "sheet": (lambda book: setattr(book["KPIs"], "title", "KPI's"), "sheet KPIs", "is missing"),
    "base": (put("Firm", "extends", "value", "basline"), "sheet Firm, cell B7", "did you mean `baseline`?"),
    "way": (put("Firm", "horizon > weeks", "what", "horizon > weks"), "horizon.weks", "did you mean `weeks`?"),
}


def put_head(book: Any, head: str, text: str) -> None:
    next(found for found in book["Touchpoints"][2] if found.value == head).value = text


@pytest.mark.parametrize("name", BAD)
def test_a_bad_cell_is_named_with_what_is_allowed(small: Path, name: str) -> None:
    change, where, said = BAD[name]
    told = faults(small, change)
    assert any("client.xlsx" in line and where in line and said in line for line in told), told
    if name not in {"head", "merged", "sheet"}:
        assert len(told) == 1, told


def test_all_bad_cells_are_told_at_once(small: Path) -> None:
    """What refers to nothing is told beside what is no number, and a bad cell is told once."""

    def change(book: Any) -> None:
        cell(book, "Touchpoints", "delivery", "capacity > per_1000").value = "thirty"
        cell(book, "Touchpoints", "delivery", "owner").value = "servce"
        cell(book, "Firm", "market > exit_rate", "value").value = "=1/500"

    told = faults(small, change)
    assert len(told) == 3
    for said in ("'thirty' is text", "did you mean `service`?", "holds a formula"):
        assert any(said in line for line in told), told


def test_a_row_given_twice_and_a_lever_of_nobody(small: Path) -> None:
    def change(book: Any) -> None:
        page = book["Levers"]
        page.append([found.value for found in page[page.max_row]])
        page.append(["markting", *[found.value for found in page[page.max_row]][1:]])

    told = faults(small, change)
    assert any("stands in two rows" in line for line in told)
    assert any("did you mean `marketing`?" in line for line in told)


def test_a_sheet_of_ones_own_is_left_alone(small: Path) -> None:
    found = imported(small, lambda book: book.create_sheet("Notes").append(["=1/0"]))
    assert [remark.split(": ")[1] for remark in found.remarks] == [
        "sheet Notes is none of the template's and was not read"
    ]


def test_a_sheet_that_never_ends_is_refused(small: Path) -> None:
    told = faults(small, lambda book: book["KPIs"].cell(1_048_576, 1, "end"))
    assert any(f"at most {MOST_ROWS:,} rows" in line for line in told)


ODD = (
    None,
    0,
    -1,
    1e308,
    True,
    "=1+1",
    "#N/A",
    "(delete)",
    "{}",
    "[]",
    "a: 1; a: 2",
    ":",
    ">",
    "title > x > y",
    "timeline > 7",
)
ODD += (
    "levers > hold > *.x",
    "x" * 5000,
    "1,234",
    "company",
    "own",
    "every_department",
    "governance > operational",
    10**20,
)
"""What a hand may slip into any cell."""


@pytest.mark.full
@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_typed_anywhere_is_a_fault_or_a_scenario_that_says_the_same(small: Path, seed: int) -> None:
    luck = random.Random(seed)
    for _ in range(8):

        def change(book: Any) -> None:
            for _ in range(luck.choice((1, 2, 10))):
                sheet = luck.choice(book.worksheets)
                sheet.cell(
                    luck.randint(1, sheet.max_row + 1), luck.randint(1, sheet.max_column + 1)
                ).value = luck.choice(ODD)

        with contextlib.suppress(ScenarioError):
            found = imported(small, change)
            target = small.with_name("mine.yaml")
            target.write_text(found.text, encoding="utf-8")
            assert load(target).hash == found.loaded.hash


# --- files that are none ---------------------------------------------------------------------------------------------


def packed(**parts: bytes) -> bytes:
    """A zip file with the parts of a workbook and others."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as found:
        for name, content in {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", **parts}.items():
            found.writestr(name, content)
    return file.getvalue()


HOSTILE = {
    "macros": (packed(**{"xl/vbaProject.bin": b"x"}), "holds macros"),
    "macros by type": (
        packed(**{"[Content_Types].xml": b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"}),
        "holds macros",
    ),
    "bomb": (packed(**{"xl/worksheets/sheet1.xml": bytes(21_000_000)}), "unpacks to far more"),
    "entities": (
        packed(**{"xl/sharedStrings.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}),
        "a document type of its own",
    ),
    "many parts": (packed(**{f"xl/{at}.xml": b"" for at in range(300)}), "unpacks to far more"),
    "old kind": (b"\xd0\xcf\x11\xe0" + bytes(100), "locked by a password, or of the old kind"),
    "text": (b"department;name", "no Excel workbook"),
    "empty": (b"", "no Excel workbook"),
    "half": (packed()[:60], "no Excel workbook"),
    "hollow": (packed(), "cannot be read as a workbook"),
    "large": (bytes(MOST_BYTES + 1), "too large"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_no_plain_workbook_is_refused(tmp_path: Path, name: str) -> None:
    content, said = HOSTILE[name]
    path = tmp_path / "client.xlsx"
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as raised:
        read_firm(path, target=tmp_path / "mine.yaml")
    (fault,) = raised.value.faults
    assert said in str(fault)


# --- commands --------------------------------------------------------------------------------------------------------


def silosim(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words), prog_name="silosim")
    return result.exit_code, result.stderr


def test_from_template_to_scenario_by_command(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small.parent)
    assert silosim("template", "our.xlsx", "small.yaml")[0] == 0
    assert silosim("import", "our.xlsx", "our.yaml")[0] == 0
    assert load("our.yaml").hash == load(small).hash
    before = {file.name: file.read_bytes() for file in small.parent.iterdir()}
    for words in (
        ("template", "our.xlsx"),
        ("import", "our.xlsx", "our.yaml"),
        ("import", "our.xlsx", "our.txt"),
        ("import", "no.xlsx", "x.yaml"),
    ):
        code, said = silosim(*words)
        assert code == 2, words
        assert said
    assert {file.name: file.read_bytes() for file in small.parent.iterdir()} == before


def test_bad_cells_are_exit_2_and_nothing_is_written(small: Path) -> None:
    path = filled(small, put("Touchpoints", "delivery", "failure", "a tenth"))
    target = small.with_name("mine.yaml")
    code, said = silosim("import", str(path), str(target))
    assert (code, target.exists()) == (2, False)
    assert "sheet Touchpoints, cell" in said

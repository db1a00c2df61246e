"""The workbook and the deck: figures as in the summary, texts that stay texts, a picture that can be heard."""

from __future__ import annotations

import io
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import openpyxl
import pptx
import pytest
from fake_runner import fake_arms
from test_report import HOSTILE, compared, hostile, real, scenario
from typer.testing import CliRunner

from simulation.analysis.cells import is_risky
from simulation.analysis.comparison import compare
from simulation.analysis.storage import provenance, save
from simulation.cli.commands import app
from simulation.views.deck import LINES_A_SLIDE, deck
from simulation.views.report.answer import answer
from simulation.views.story.page import Told
from simulation.views.story.sums import Sum
from simulation.views.story.turns import Turn
from simulation.views.workbook import SHEETS, workbook

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.analysis.comparison import Comparison


def book_of(of: Comparison) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(of, told=provenance(of))))


@cache
def slides_of(of: Comparison) -> list[Any]:
    return list(pptx.Presentation(io.BytesIO(deck(of, told=provenance(of)))).slides)


def words_of(slide: Any) -> str:
    return " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)


# --- workbook --------------------------------------------------------------------------------------------------------


def test_the_workbook_holds_the_summary_with_units() -> None:
    of, sheet = compared(), book_of(compared())["Summary"]
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert len(rows) == len(of.summary)
    for row, (_, said) in zip(rows, of.summary.iterrows(), strict=True):
        assert row[:2] == (said["label"], said["unit"])
        assert row[3] == of.arm_titles[said["arm"]]
        assert row[4] == pytest.approx(said["mean"])
        assert (row[7] is None) == (said["arm"] == said["baseline_arm"])
    assert sheet["E3"].comment.text.startswith("Over replications")
    assert sheet.freeze_panes == "B4"


def test_every_sheet_has_heads_and_rows() -> None:
    book = book_of(compared())
    assert len(book.sheetnames) == len(SHEETS)
    for sheet in book:
        assert sheet["A1"].value
        assert sheet["A3"].value
        assert sheet.max_row > 3


@pytest.mark.parametrize("sign", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"])
def test_a_text_that_looks_like_a_formula_is_none(sign: str) -> None:
    given = scenario(arms=2)
    given["question"] = sign
    given["arms"]["arm_1"]["title"] = sign
    given["journey"]["door"]["name"] = sign
    of = compare(given, replications=3, weeks=8, workers=1, runner=fake_arms)
    cells = [cell for sheet in book_of(of) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    risky = [cell for cell in cells if is_risky(cell.value)]
    assert len(risky) > 3
    assert all(cell.quotePrefix for cell in risky)


# --- deck ------------------------------------------------------------------------------------------------------------


def test_one_slide_tells_what_the_first_arm_forgoes_and_what_pays_back() -> None:
    of = compared(8)
    (slide,) = (each for each in slides_of(of) if "earn more a year" in each.shapes.title.text)
    (table,) = (shape.table for shape in slide.shapes if shape.has_table)
    words = [[cell.text for cell in row.cells] for row in table.rows]
    assert [row[0] for row in words[1:]] == list(of.arm_titles.values())[1:]
    assert words[0][-1] == "May cost once, to be paid back after 20 weeks"
    assert "Do not take these figures into a budget" in slide.notes_slide.notes_text_frame.text


def test_a_story_is_a_slide_with_a_table_and_its_moments_in_the_notes() -> None:
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    story = Told(
        customer=7, title="Customer 7", titles=("A", "B"), opening=("Opened.",), weeks=(), picture=dot,
        sums=(Sum(what="Paid", unit="EUR", figures={"a": "1.00", "b": "2.00"}),),
        turns=(("A", (Turn(week=2, text="Waited.", weight=1.0),)), ("B", ())),
    )  # fmt: skip
    of = compared(3)
    deck_of = pptx.Presentation(io.BytesIO(deck(of, told=provenance(of), stories=[story])))
    (slide,) = (each for each in deck_of.slides if each.shapes.title.text == "Customer 7")
    (table,) = (shape.table for shape in slide.shapes if shape.has_table)
    assert [cell.text for cell in table.rows[1].cells] == ["Paid [EUR]", "1.00", "2.00"]
    assert "A, week 3: Waited." in slide.notes_slide.notes_text_frame.text


def test_the_deck_opens_with_the_answer() -> None:
    first, second, *_ = slides_of(compared())
    assert compared().scenario.title in words_of(first)
    assert all(sentence in words_of(second) for sentence in answer(compared()))


@pytest.mark.parametrize("of", [compared, real])
def test_every_slide_has_a_message_and_nothing_beyond_its_edges(of: Any) -> None:
    wide, tall, rounding = 13.333 * 914_400, 7.5 * 914_400, 9525
    for slide in slides_of(of()):
        assert slide.shapes.title.text_frame.text
        for shape in slide.shapes:
            assert min(shape.left, shape.top) >= 0
            assert shape.left + shape.width <= wide + rounding
            assert shape.top + shape.height <= tall + rounding


def test_tables_and_the_chart_are_native_and_pictures_have_words() -> None:
    shapes = [shape for slide in slides_of(compared()) for shape in slide.shapes]
    tables = [shape.table for shape in shapes if shape.has_table]
    assert len(tables) == 4  # customers, appraisals, money a week, what is forgone
    assert tables[0].cell(1, 0).text == "Loyalty [0-100]"
    assert all(len(table.rows) <= LINES_A_SLIDE + 1 for table in tables)
    (chart,) = [shape.chart for shape in shapes if shape.has_chart]
    assert [series.name for series in chart.plots[0].series] == list(compared().arm_titles.values())
    pictures = [shape for shape in shapes if shape.shape_type == 13]
    assert len(pictures) == 2
    assert all(len(shape._element.nvPicPr.cNvPr.get("descr")) > 30 for shape in pictures)


def test_hostile_names_stay_text_on_slides() -> None:
    assert HOSTILE in words_of(slides_of(hostile())[0])


# --- commands --------------------------------------------------------------------------------------------------------


def test_the_command_writes_all_three(tmp_path: Path) -> None:
    folder = save(compared(), tmp_path / "results")
    run = CliRunner().invoke
    assert run(app, ["report", str(folder), "--xlsx", "--pptx"]).exit_code == 0
    assert {"report.html", "report.xlsx", "report.pptx"} <= {file.name for file in folder.iterdir()}
    assert run(app, ["report", str(folder), "--out", str(tmp_path / "x.xlsx"), "--xlsx"]).exit_code == 2
    # All of it is silosim's own, and may be replaced.
    save(compared(), folder, overwrite=True)
    assert not (folder / "report.pptx").exists()


def test_a_missing_library_is_told_before_anything_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    folder = save(compared(), tmp_path / "results")
    result = CliRunner().invoke(app, ["report", str(folder), "--xlsx"])
    assert result.exit_code == 2
    assert 'pip install "silosim[office]"' in result.output
    assert not (folder / "report.html").exists()

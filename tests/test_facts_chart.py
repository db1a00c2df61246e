"""The chart and the pages of the facts: legible, without raw names, and true to the table."""

from __future__ import annotations

import io
import math
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from test_charts import assert_legible, drawn_texts, message

from simulation.analysis.facts.facts import facts
from simulation.analysis.facts.judging import judge
from simulation.views.facts import draw_facts, facts_page, facts_pages, print_facts
from simulation.views.style import PAR, WIDTH, look

if TYPE_CHECKING:
    from pathlib import Path

MEASURED = {key: fact.value for key, fact in facts().items()}


def wild() -> pd.DataFrame:
    """Figures near and far, one not measured: what makes a layout hard."""
    luck = np.random.Generator(np.random.PCG64(3))
    figures = pd.DataFrame({key: value * (1 + 0.1 * luck.normal(size=5)) for key, value in MEASURED.items()})
    return judge(figures.assign(C08=4000.0, C19=-0.4, C24=math.nan))


TABLES = {
    "as measured": lambda: judge(pd.DataFrame([MEASURED] * 3)),
    "wild": wild,
    "nothing": lambda: judge(pd.DataFrame()),
}


@pytest.mark.parametrize("table", TABLES)
def test_texts_stay_on_the_page_and_apart(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with look():
        for figure in facts_pages(TABLES[table](), parameters=12).values():
            words = " ".join(text.get_text() for text in assert_legible(figure, monkeypatch))
            assert not re.findall(r"[a-z0-9]_[a-z0-9]|\bnan\b", words)
            assert figure.get_figwidth() == WIDTH


def test_every_fact_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with look():
        pages = facts_pages(TABLES["wild"](), parameters=12)
        words = [text.get_text() for figure in pages.values() for text in drawn_texts(figure, monkeypatch)]
    assert sorted(key for text in words for key in re.findall(r"^C\d\d\b", text)) == list(MEASURED)


@pytest.mark.parametrize(("table", "met"), [("as measured", 36), ("nothing", 0)])
def test_what_is_met_is_what_the_table_says(table: str, met: int) -> None:
    with look():
        pages = facts_pages(TABLES[table](), parameters=7)
        marks = [line for figure in pages.values() for line in figure.axes[0].lines if line.get_marker() in ("s", "o")]
    assert sum(line.get_markerfacecolor() == PAR for line in marks) == len(marks) == met
    title = message(pages["marketplace"])
    assert title.startswith(f"Of 36 facts {met} are met")
    assert title.endswith("7 free parameters")


def test_a_mark_lies_in_the_shade_exactly_when_the_fact_is_met() -> None:
    table = wild()
    with look():
        pages = facts_pages(table, parameters=12)
        marks = [
            line
            for figure in pages.values()
            for line in figure.axes[0].lines
            if line.get_marker() in ("s", "o", "<", ">")
        ]
    met = [abs(float(line.get_xdata()[0])) <= 1 for line in marks]
    assert sum(met) == table["met"].sum()
    assert 0 < sum(met) < len(marks) == 35  # C24 was not measured


def test_pictures_are_written(tmp_path: Path) -> None:
    written = draw_facts(TABLES["wild"](), tmp_path, parameters=12)
    assert [path.name for path in written] == ["facts_marketplace.png", "facts_others.png"]
    assert sorted(tmp_path.iterdir()) == written


def test_the_page_has_a_line_for_each_fact() -> None:
    page = facts_page(TABLES["wild"](), {"replications": 5}, parameters=12)
    rows = [line for line in page.splitlines() if re.match(r"\| C\d\d ", line)]
    assert len(rows) == 36
    assert {row.count("|") for row in rows} == {12}
    assert "12 free parameters" in page
    assert next(row for row in rows if row.startswith("| C24")).count("not measured") == 1
    assert "nan" not in page


def test_the_table_is_printed() -> None:
    console = Console(file=io.StringIO(), width=120)
    print_facts(TABLES["wild"](), console, parameters=12)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert text.count("measured ") >= 36
    assert "nan" not in text

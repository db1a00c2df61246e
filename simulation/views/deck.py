"""A comparison as slides that can be edited: one message a slide, native tables and charts, pictures with words for them."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulation.laboratory.extras import needed
from simulation.record import COMPANY_METRICS, Column
from simulation.views.felt_caused import felt_versus_caused
from simulation.views.journey_curve import journey_curve, journey_sentence
from simulation.views.ledger_sums import pain_sentence
from simulation.views.report.answer import answer, sentence
from simulation.views.report.ground import clear_by_luck, source_counts
from simulation.views.report.making import making, notes
from simulation.views.report.money import PER, money, tax_values
from simulation.views.report.numbers import line_of, rows_from, rows_of, tables_of, weekly_rows
from simulation.views.report.weeks import course
from simulation.views.saving import add_file
from simulation.views.series import last_weeks, run_means
from simulation.views.style import DPI, arm_style, head_height, look
from simulation.views.trends import change_phrase
from simulation.views.watermelon import watermelon_sentence
from simulation.views.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from matplotlib.figure import Figure

    from simulation.analysis.comparison import Comparison
    from simulation.views.report.numbers import Cell, Line, Table
    from simulation.views.story.page import Told

__all__ = ["DECK", "deck", "write_deck"]

DECK = "report.pptx"
"""What the deck is called in a folder of results."""
WIDE, TALL = 13.333, 7.5
"""Size of a slide [inch]: 16 to 9."""
EDGE, TOP = 0.6, 1.75
"""Margin, and where the body of a slide begins [inch]."""
LINES_A_SLIDE, LINES_OF_MANY = 7, 5
"""A table of more lines goes on on a further slide; with many arms, whose columns are narrow, sooner."""
LONGEST = 230
"""A title of more letters is set smaller."""


def write_deck(
    compared: Comparison, path: Path, *, told: Mapping[str, Any], same_meaning: bool = True, overwrite: bool = False,
    stories: Sequence[Told] = (),
) -> Path:  # fmt: skip
    """Write the deck, whole or not at all; parameters as those of `simulation.views.report.write_report`.

    Raises
    ------
    ExtraMissing
        If python-pptx is not installed.
    FolderRefused
        If the file exists and may not be replaced.
    """
    made = deck(compared, told=told, same_meaning=same_meaning, stories=stories)
    return add_file(path, made, overwrite=overwrite)


def deck(
    compared: Comparison, *, told: Mapping[str, Any], same_meaning: bool = True, stories: Sequence[Told] = ()
) -> bytes:
    """Return the deck as the bytes of a pptx file."""
    slides = _Slides(title=compared.scenario.title, made=datetime.fromisoformat(told["date"]))
    slides.words(compared.scenario.title, [compared.scenario.question, *notes(compared, same_meaning=same_meaning)])
    slides.words("The answer", list(answer(compared)), size=24)
    _tables(compared, slides)
    _value(compared, slides)
    _pictures(compared, slides)
    for story in stories:
        slides.told(story)
    slides.words("What is uncertain, and what it rests on", _uncertain(compared))
    made = making(compared, told)
    slides.words(
        "How it was made",
        [f"Make it again: {made.again}", *(f"{name}: {value}" for name, value in made.facts)],
        size=14,
    )
    return slides.saved()


def _tables(compared: Comparison, slides: _Slides) -> None:
    """Customers, the course of loyalty, departments and money."""
    first, *others = compared.arm_titles
    against = f"Against {quoted(compared.arm_titles[first])}, "
    slides.tables(
        answer(compared)[0],
        _lines(compared, ("loyalty", "nps", "retention", "complaints", "satisfaction", "open_problems")),
    )
    falls = f"Loyalty (0 to 100) {change_phrase(compared, arm=first)} under {quoted(compared.arm_titles[first])}"
    slides.chart(falls, compared, COMPANY_METRICS["loyalty"])
    last = run_means(compared, weeks=last_weeks(compared))
    lines = [
        line_of(compared, weekly_rows(last, _score(name)), label=given.name)
        for name, given in compared.scenario.departments.items()
    ]
    slides.tables(
        watermelon_sentence(compared, first), tables_of(compared, lines, caption="Appraisal: 0 = par, 1 = full score")
    )
    message = against + sentence(compared, "profit_at_equal_bonus") + "." if others else answer(compared)[1]
    slides.tables(message, _lines(compared, ("revenue", "cost", "bonus", "profit", "profit_at_equal_bonus")))


def _value(compared: Comparison, slides: _Slides) -> None:
    """What the first arm forgoes against each other arm, and what a change may cost once to be paid back."""
    value = money(compared)
    if not value.worth:
        return
    rows = {name: rows_from(column, values) for name, (column, values) in tax_values(compared).items()}
    week = value.weeks[-1]
    heads = [
        f"{value.currency}; in brackets: 95 % interval",
        *(f"More than under {quoted(compared.arm_titles[compared.baseline_arm])}: {PER[name]}" for name in rows),
        f"May cost once, to be paid back after {week} weeks",
    ]
    lines = [
        [
            worth.title,
            *(_cell_words(line_of(compared, of).cells[worth.arm - 1]) for of in rows.values()),
            worth.after[-1][1],
        ]
        for worth in value.worth
    ]
    message = value.taxes[0] if len(value.taxes) == 1 else _taxed(compared)
    slides.grid(message, heads, lines, notes=" ".join([*value.taxes, value.caveat]))


def _taxed(compared: Comparison) -> str:
    """How many arms earn clearly more or less than the first."""
    column, values = tax_values(compared)["profit_a_year"]
    _, *others = rows_from(column, values).values()
    more, less = (sum(row.clear and row.difference * sign > 0 for row in others) for sign in (1, -1))
    return (
        f"Against {quoted(compared.arm_titles[compared.baseline_arm])}, {more} of {len(others)} other arms clearly earn "
        f"more a year and {less} clearly less"
    )


def _pictures(compared: Comparison, slides: _Slides) -> None:
    """The journey, and where pain is felt and caused."""
    first = next(iter(compared.arm_titles))
    with look():
        for figure in journey_curve(compared).values():
            slides.picture(journey_sentence(compared), figure, words="Experience at each touchpoint in each arm.")
        words = "Pain by touchpoint where it is felt and by department to which it is due."
        slides.picture(pain_sentence(compared, first), felt_versus_caused(compared)[first], words=words)


def _score(department: str) -> Column:
    return Column(name=f"score.{department}", label="", unit="score", meaning="")


def _lines(compared: Comparison, metrics: Iterable[str]) -> list[Table]:
    lines: list[Line] = [line_of(compared, rows) for metric in metrics if (rows := rows_of(compared, metric))]
    return tables_of(
        compared, lines, caption=f"Means over the last {last_weeks(compared)} weeks; in brackets: 95 % interval"
    )


def _uncertain(compared: Comparison) -> list[str]:
    known, clear, luck = clear_by_luck(compared)
    counts = source_counts(compared)
    assumed, total = sum(part.assumed for part in counts), sum(part.total for part in counts)
    found = [f"Intervals are over {compared.replications} replications alone; they do not cover the model."]
    if known:
        found.append(f"Of {known} differences {clear} leave out zero; about {luck} would by luck if nothing differed.")
    return [
        *found,
        f"Of {total} figures of the model {assumed} are assumed; others take their sign from the literature, or fit public data.",
        "The firm is a composite. This compares designs and forecasts no firm: no budget, no judgement of people, rests on it.",
    ]


@dataclass(slots=True)
class _Slides:
    """A deck in the making."""

    title: str
    made: datetime
    _deck: Any = None

    def __post_init__(self) -> None:
        self._deck = needed("pptx", extra="office").Presentation()
        self._deck.slide_width, self._deck.slide_height = _inch(WIDE), _inch(TALL)
        self._deck.core_properties.title = self.title[:255]
        self._deck.core_properties.author = "silosim"
        self._deck.core_properties.created = self._deck.core_properties.modified = self.made.replace(tzinfo=None)

    def saved(self) -> bytes:
        buffer = io.BytesIO()
        self._deck.save(buffer)
        return buffer.getvalue()

    def _slide(self, message: str) -> Any:
        """A slide with its message as the title."""
        slide = self._deck.slides.add_slide(self._deck.slide_layouts[5])
        title = slide.shapes.title
        title.left, title.top, title.width, title.height = (
            _inch(at) for at in (EDGE, 0.35, WIDE - 2 * EDGE, TOP - 0.45)
        )
        title.text_frame.word_wrap = True
        _say(
            title.text_frame,
            [message],
            size=26 if len(message) < 110 else 20 if len(message) < LONGEST else 14,
            bold=True,
        )
        return slide

    def words(self, message: str, lines: Sequence[str], *, size: int = 18) -> None:
        """Sentences under the message."""
        box = self._slide(message).shapes.add_textbox(
            *(_inch(at) for at in (EDGE, TOP, WIDE - 2 * EDGE, TALL - TOP - 0.4))
        )
        box.text_frame.word_wrap = True
        _say(box.text_frame, [line for line in lines if line], size=size)

    def tables(self, message: str, tables: Sequence[Table]) -> None:
        """Native tables, over as many slides as they need."""
        for table in tables:
            most = LINES_A_SLIDE if len(table.arms) <= 3 else LINES_OF_MANY
            for at in range(0, len(table.lines), most):
                self._table(message, table, table.lines[at : at + most])

    def _table(self, message: str, table: Table, lines: Sequence[Line]) -> None:
        slide = self._slide(message)
        columns, width = 2 + len(table.arms), WIDE - 2 * EDGE
        place = (_inch(at) for at in (EDGE, TOP, width, 0.5 * (1 + len(lines))))
        grid = slide.shapes.add_table(1 + len(lines), columns, *place).table
        first = 3.4 if columns > 2 else 6.0
        for at in range(columns):
            grid.columns[at].width = _inch(first if at == 0 else (width - first) / (columns - 1))
        heads = ["", table.first, *(f"{title}: difference" for _, title in table.arms)]
        for at, head in enumerate(heads):
            _say(grid.cell(0, at).text_frame, [head], size=12, bold=True)
        for row, line in enumerate(lines, start=1):
            level = f"{line.level} ({line.level_span})" if line.level_span else line.level
            for at, text in enumerate([f"{line.label} [{line.unit}]", level, *map(_cell_words, line.cells)]):
                _say(grid.cell(row, at).text_frame, [text], size=12)
        slide.notes_slide.notes_text_frame.text = f"{table.caption}. Source: summary of the comparison."

    def grid(
        self, message: str, heads: Sequence[str], lines: Sequence[Sequence[str]], *, notes: str, room: float = 0.0
    ) -> Any:
        """A native table of words under the message, with room left beside it [inch]; its first column is the widest."""
        slide, width = self._slide(message), WIDE - 2 * EDGE - room
        size = 12 if len(lines) <= LINES_A_SLIDE else 10
        place = (_inch(at) for at in (EDGE, TOP, width, 0.024 * size * (1 + len(lines))))
        table = slide.shapes.add_table(1 + len(lines), len(heads), *place).table
        for at in range(len(heads)):
            table.columns[at].width = _inch(width * (2 if at == 0 else 1.5) / (2 + 1.5 * (len(heads) - 1)))
        for row, words in enumerate([heads, *lines]):
            for at, text in enumerate(words):
                cell = table.cell(row, at)
                cell.margin_top = cell.margin_bottom = _inch(0.03)
                _say(cell.text_frame, [text], size=size, bold=row == 0)
        slide.notes_slide.notes_text_frame.text = notes
        return slide

    def told(self, story: Told) -> None:
        """One customer in two worlds: both lives summed up, and their picture; what happened, in the notes."""
        heads = ["One customer, two worlds", *story.titles]
        lines = [
            [f"{line.what} [{line.unit}]" if line.unit else line.what, *line.figures.values()] for line in story.sums
        ]
        turns = [f"{title}, week {turn.week + 1}: {turn.text}" for title, of in story.turns for turn in of]
        tall = TALL - TOP - 0.2
        slide = self.grid(story.title, heads, lines, notes="\n".join([*story.opening, *turns]), room=0.55 * tall)
        picture = io.BytesIO(base64.b64decode(story.picture))
        shape = slide.shapes.add_picture(picture, 0, _inch(TOP), height=_inch(tall))
        shape.left = _inch(WIDE - EDGE / 2) - shape.width
        shape._element.nvPicPr.cNvPr.set("descr", f"Both lives by week. {story.title}")  # noqa: SLF001 - as below

    def chart(self, message: str, compared: Comparison, column: Column) -> None:
        """A native line chart of a column by week, about a point a quarter."""
        kinds, colours = needed("pptx.enum.chart", extra="office"), needed("pptx.dml.color", extra="office")
        slide, of = self._slide(message), course(compared, column)
        step = max(1, len(of["week"]) // 16)
        data = needed("pptx.chart.data", extra="office").CategoryChartData()
        data.categories = [str(week) for week in of["week"][::step]]
        for arm, title in zip(of["arms"], compared.arm_titles.values(), strict=True):
            data.add_series(title, arm["mean"][::step])
        place = (_inch(at) for at in (EDGE, TOP, WIDE - 2 * EDGE, TALL - TOP - 0.4))
        chart = slide.shapes.add_chart(kinds.XL_CHART_TYPE.LINE_MARKERS, *place, data).chart
        chart.has_title, chart.has_legend = False, True
        chart.legend.position, chart.legend.include_in_layout = kinds.XL_LEGEND_POSITION.BOTTOM, False
        low, high = _limits(of)
        chart.value_axis.minimum_scale, chart.value_axis.maximum_scale = low, high
        for at, series in enumerate(chart.plots[0].series):
            series.smooth = False
            series.format.line.color.rgb = colours.RGBColor.from_string(arm_style(at).colour[1:])
        notes_of = f"{column.meaning} Axis from {low:g} to {high:g}. Source: weekly means over replications."
        slide.notes_slide.notes_text_frame.text = notes_of

    def picture(self, message: str, figure: Figure, *, words: str) -> None:
        """A chart as a picture below the message, without the title that it has by itself."""
        figure.texts[0].set_visible(False)
        cut = head_height(figure)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=DPI)
        wide, tall = figure.get_figwidth(), figure.get_figheight() - cut
        scale = min((WIDE - 2 * EDGE) / wide, (TALL - TOP - 0.2) / tall)
        slide = self._slide(message)
        left = (WIDE - wide * scale) / 2
        shape = slide.shapes.add_picture(buffer, *(_inch(at) for at in (left, TOP, wide * scale, tall * scale)))
        shape.crop_top = cut / figure.get_figheight()
        # For those who hear the slide instead of seeing it.
        shape._element.nvPicPr.cNvPr.set("descr", f"{words} {message}")  # noqa: SLF001 - the library has no other way


def _inch(size: float) -> int:
    return round(size * 914_400)  # a slide's unit


def _limits(of: Mapping[str, Any]) -> tuple[float, float]:
    """Round limits that hold every line."""
    values = [value for arm in of["arms"] for value in arm["mean"] if value is not None] or [0.0, 1.0]
    low, high = math.floor(min(values)), math.ceil(max(values))
    return float(low), float(max(high, low + 1))


def _cell_words(cell: Cell) -> str:
    verdict = f", {cell.kind}" if cell.kind in {"better", "worse"} else ""
    return f"{cell.words} ({cell.span}){verdict}" if cell.span else cell.words


def _say(frame: Any, lines: Sequence[str], *, size: int, bold: bool = False) -> None:
    """Paragraphs of plain text, left-aligned."""
    point = needed("pptx.util", extra="office").Pt
    left = needed("pptx.enum.text", extra="office").PP_ALIGN.LEFT
    frame.text = ""
    for at, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.alignment = left
        paragraph.space_after = point(size * 0.6 if len(lines) > 1 else 0)
        run = paragraph.add_run()
        run.text = "".join(letter for letter in line if letter.isprintable())
        run.font.size, run.font.bold = point(size), bold
        run.font.name = "Calibri"

"""Writing results: a CSV and a Markdown table, and a chart in silosim's look."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from matplotlib.ticker import NullFormatter

from simulation.views.style import BELOW, INK, MUTED, PAR, look, page_for, save, wrapped
from suite.measuring import machine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from suite.measuring import Figure

__all__ = ["write"]

_HEADER = ("what", "median", "least", "most", "unit", "target", "met")
ROW = 0.52
"""Height of a bar with its gap [inch]."""
FAR = 30.0
"""Ratio of the largest to the smallest figure from which bars would no longer show the small ones."""


def write(name: str, title: str, figures: Sequence[Figure], folder: Path, *, unit: str) -> list[Path]:
    """Write `name.csv`, `name.md` and `name.png`; the chart shows the figures in `unit`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, where = [_row(figure) for figure in figures], machine()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([(*_HEADER, "machine"), *((*row, where) for row in rows)])
    table, page = folder / f"{name}.csv", folder / f"{name}.md"
    table.write_text(text.getvalue(), encoding="utf-8", newline="\n")
    lines = [f"# {title}", "", where, "", _line(_HEADER), _line(("---",) * len(_HEADER)), *map(_line, rows), ""]
    page.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    shown = [figure for figure in figures if figure.unit == unit]
    return [table, page, *(_chart(name, title, shown, folder, where) if shown else [])]


def short(value: float) -> str:
    """Return three digits that matter, without an exponent.

    Examples
    --------
    >>> short(0.01234), short(12345.6)
    ('0.0123', '12,346')
    """
    if abs(value) >= 100.0:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _row(figure: Figure) -> tuple[str, ...]:
    met = {None: "", True: "yes", False: "no"}[figure.met]
    spread = figure.span
    return (figure.what, short(spread.median), short(spread.least), short(spread.most), figure.unit, figure.target, met)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _chart(name: str, title: str, figures: Sequence[Figure], folder: Path, where: str) -> list[Path]:
    """Draw a bar a figure, with a whisker from the least to the most; dots on a logarithmic axis where they are far apart."""
    medians = [figure.span.median for figure in figures]
    wide = min(figure.span.least for figure in figures) > 0.0 and max(medians) > FAR * min(medians)
    with look():
        note = f"{'Dot' if wide else 'Bar'}: median; whisker: least to most of the rounds. {where}."
        chart = page_for(needed=ROW * len(figures) + 1.0, title=title, note=note)
        axes = chart.add_subplot()
        for place, figure in enumerate(figures):
            colour = {None: MUTED, True: PAR, False: BELOW}[figure.met]
            spread = figure.span
            if wide:
                axes.plot([spread.median], [place], color=colour, marker="o", markersize=12)
            else:
                axes.barh(place, spread.median, color=colour, height=0.6)
            axes.plot([spread.least, spread.most], [place, place], color=INK, linewidth=1.6)
            axes.annotate(short(spread.median), (spread.most, place), (6, 0), textcoords="offset points", va="center")
        axes.set_yticks(range(len(figures)), [wrapped(figure.what, width=4.2) for figure in figures])
        axes.invert_yaxis()
        axes.set_xlabel(figures[0].unit)
        if wide:
            axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: short(value))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.margins(x=0.12)
        return save(chart, folder, name)

"""Which factors move an outcome, as one picture: bars with intervals for Sobol' and Morris, or a tornado."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulation.views.laboratory.moved_words import (
    PAIRS,
    clear_rows,
    ranked_rows,
    sensitivity_sentences,
    sensitivity_title,
)
from simulation.views.laboratory.swept_words import (
    factor_name,
    level_words,
)
from simulation.views.style import INK, MUTED, SMALL, arm_style, beside, inch_axes, page_for, text_width, wrapped
from simulation.views.words import short_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.laboratory.answers.sensitivity import Sensitivity
    from simulation.laboratory.sweep.factors import Factor

__all__ = ["SHOWN", "sensitivity_page"]

SHOWN = 15
"""Factors on a picture; the others are in the table."""
BAR, GAP = 0.2, 0.2
"""Thickness of a bar, and room between two factors [inch]."""
LINE = SMALL * 1.3 / 72
"""Height of a line of text [inch]."""
NAME = 3.6
"""Most room for a factor's name [inch]."""
_FIRST, _SECOND = arm_style(2).colour, arm_style(1).colour
_INDEX = {
    "first": "acting alone (first order)",
    "total": "with all its interactions (total order)",
    "mu_star": "mean size of its effect (mu*)",
    "sigma": "how much its effect varies (sigma)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    """One bar: where it reaches, its interval, how it is filled."""

    value: float
    low: float
    high: float
    colour: str
    hatch: str = ""
    filled: bool = True


def sensitivity_page(found: Sensitivity) -> Figure:
    """Draw the bars or the tornado; call it within `style.look()`."""
    rows = _tornado_rows(found) if found.method == "one_at_a_time" else _index_rows(found)
    rows = rows[:SHOWN]
    sentences = sensitivity_sentences(found)
    names = [wrapped(factor_name(factor), width=NAME, bold=True) for factor, _, _ in rows]
    heights = [
        max(len(bars) * BAR, (name.count("\n") + 1) * LINE) + GAP
        for (_, _, bars), name in zip(rows, names, strict=True)
    ]
    needed = sum(heights)
    note = f"{' '.join(sentences[-2:])} Lines: these intervals."
    hidden = len(found.asked.swept.factors) - len(rows)
    if hidden > 0:
        note = f"{note} {hidden} factor(s) with less influence are in the table only."
    figure = page_for(
        needed=needed + 2 * LINE + 0.35, title=sensitivity_title(found), note=note, handles=_legend(found), least=4.0
    )
    room = max(text_width(line, bold=True) for name in names for line in name.split("\n")) + 0.3
    levels = max((text_width(word) for _, words, _ in rows for word in words), default=0.0)
    axes = inch_axes(figure, needed=needed, left=room + levels + (0.3 if levels else 0.0), right=0.2)
    _draw(axes, rows, names, heights, levels=levels)
    axes.axvline(0.0, color=INK, linewidth=1.4)
    if not math.isnan(found.floor):
        axes.axvline(found.floor, color=MUTED, linestyle=(0, (5, 2)), linewidth=2)
    axes.set_xlabel(_axis_words(found))
    return figure


_Row = tuple["Factor", list[str], list[_Bar]]
"""A factor, a word for each of its bars, and the bars."""


def _draw(axes: Axes, rows: Sequence[_Row], names: Sequence[str], heights: Sequence[float], *, levels: float) -> None:
    top = 0.0
    for position, ((_, words, bars), name, height) in enumerate(zip(rows, names, heights, strict=True)):
        if position % 2 == 0:
            axes.axhspan(top, top + height, color="#f4f4f4", linewidth=0)
        axes.annotate(
            name, (0, top + height / 2), (-11 - (levels * 72 + 14 if levels else 0), 0),
            xycoords=("axes fraction", "data"), textcoords="offset points", annotation_clip=False,
            ha="right", va="center", weight="bold", linespacing=1.1,
        )  # fmt: skip
        for number, bar in enumerate(bars):
            at = top + height / 2 + (number + 0.5 - len(bars) / 2) * BAR
            if words:
                beside(axes, words[number], at=at, left=True, va="center")
            face = bar.colour if bar.filled else "white"
            edge = "white" if bar.filled and bar.hatch else bar.colour
            axes.barh(at, bar.value, height=BAR, facecolor=face, edgecolor=edge, hatch=bar.hatch, linewidth=1.2)
            if math.isfinite(bar.low):
                axes.plot([bar.low, bar.high], [at, at], color=INK, linewidth=1.6)
        top += height


def _index_rows(found: Sensitivity) -> list[_Row]:
    rows: list[_Row] = []
    pairs = found.table[found.table["index"].isin(PAIRS[found.method])]
    by = pairs.set_index(["index", "factor"])
    for row in ranked_rows(found).to_dict("records"):
        factor = found.asked.swept.factor(row["factor"])
        bars = []
        for index, colour, hatch in zip(PAIRS[found.method], (_FIRST, _SECOND), ("", "////"), strict=True):
            told: Any = by.loc[(index, factor.name)]
            bars.append(_Bar(value=told["value"], low=told["low"], high=told["high"], colour=colour, hatch=hatch))
        rows.append((factor, [], bars))
    return rows


def _tornado_rows(found: Sensitivity) -> list[_Row]:
    rows: list[_Row] = []
    for name, part in found.table.groupby("factor", sort=False):
        factor = found.asked.swept.factor(str(name))
        shown = part.sort_values("level").iloc[[0, -1]] if factor.numeric and len(part) > 2 else part
        words, bars = [], []
        for row, clear in zip(shown.to_dict("records"), clear_rows(shown), strict=True):
            higher = factor.numeric and row["level"] > row["base"]
            words.append(level_words(row["level"]))
            bars.append(
                _Bar(
                    value=row["change"], low=row["low"], high=row["high"], filled=clear,
                    colour=_SECOND if higher else _FIRST, hatch="" if higher else "////",
                )
            )  # fmt: skip
        rows.append((factor, words, bars))
    return sorted(rows, key=lambda row: -max((abs(bar.value) for bar in row[2]), default=0.0))


def _legend(found: Sensitivity) -> list[Artist]:
    if found.method == "one_at_a_time":
        return [
            Patch(label="below the base, or another choice", facecolor=_FIRST, edgecolor="white", hatch="////"),
            Patch(label="above the base", facecolor=_SECOND),
            Patch(label="white: no clear change", facecolor="white", edgecolor=MUTED, linewidth=1.4),
        ]
    first, second = PAIRS[found.method]
    handles: list[Artist] = [
        Patch(label=_INDEX[first], facecolor=_FIRST),
        Patch(label=_INDEX[second], facecolor=_SECOND, edgecolor="white", hatch="////"),
    ]
    if not math.isnan(found.floor):
        handles.append(Line2D([], [], color=MUTED, linestyle=(0, (5, 2)), linewidth=2, label="mu* from luck alone"))
    return handles


def _axis_words(found: Sensitivity) -> str:
    if found.method == "sobol":
        return "Share of the variance"
    unit = found.asked.column.unit
    what = "Change from the base" if found.method == "one_at_a_time" else "Effect of the factor's whole range"
    return f"{what} [{short_unit(unit)}]"

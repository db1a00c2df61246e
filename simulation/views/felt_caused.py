"""The felt-versus-caused matrix: where pain is felt, and to which department it is due."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch, Rectangle

from simulation.views.ledger_sums import UNIT, Cells, cells_of, change_sentence, dues, pain_of, pain_sentence
from simulation.views.report.numbers import true_minus
from simulation.views.series import replications
from simulation.views.style import FAINT, INK, MUTED, SMALL, WIDTH, beside, inch_axes, page_for, text_width, wrapped
from simulation.views.words import amount, amount_with_sign, due_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.views.compared import Compared

__all__ = ["felt_versus_caused"]

NAMES = 2.9
"""Greatest width of the touchpoints' names [inch]."""
LINE = SMALL * 1.3 / 72
"""Height of a line of text [inch]."""
_PAIN = LinearSegmentedColormap.from_list("pain", ["#ffffff", "#fdd0a2", "#d55e00", "#7f2704"])
_CHANGE = LinearSegmentedColormap.from_list("change", ["#08306b", "#6baed6", "#ffffff", "#fdae6b", "#7f2704"])


def felt_versus_caused(compared: Compared) -> dict[str, Figure]:
    """One page for the pain in the first arm, one for the change in each other arm."""
    first, *others = compared.arm_titles
    pages = {first: _pain_page(compared, first)}
    return pages | {arm: _change_page(compared, arm, first=first) for arm in others}


def _pain_page(compared: Compared, arm: str) -> Figure:
    pain, title = pain_of(compared, arm), pain_sentence(compared, arm)
    cells = cells_of(pain)
    lessened = "below zero: lessens the pain; " if cells.mean.min(initial=0.0) <= -0.05 else ""
    note = (
        f"Experience below expectation over the whole run: {UNIT}. Mean of {replications(compared)} replications; "
        f"{lessened}dot: rounds to zero."
    )
    return _page(compared, cells, title=title, note=note, change=False)


def _change_page(compared: Compared, arm: str, *, first: str) -> Figure:
    difference, title = pain_of(compared, arm) - pain_of(compared, first), change_sentence(compared, arm, first=first)
    note = (
        f"Change in experience below expectation: {UNIT}. Minus: less pain. Bold: the paired 95 % interval leaves out "
        f"zero; thin: no clear difference. {replications(compared)} replications; dot: rounds to zero."
    )
    return _page(compared, cells_of(difference), title=title, note=note, change=True)


def _page(compared: Compared, cells: Cells, *, title: str, note: str, change: bool) -> Figure:
    heads = [due_name(compared.scenario, due) for due in dues(compared)] + ["All"]
    names = [wrapped(point.name, width=NAMES) for point in compared.scenario.journey.values()] + ["All"]
    left = max(text_width(line) for name in names for line in name.split("\n")) + 0.2
    width = max(WIDTH, 0.5 + left + 0.75 * len(heads))
    side = (width - 0.5 - left) / len(heads) - 0.06
    upright = any(text_width(word) > side for head in heads for word in head.split())
    heads = [wrapped(head, width=2.6 if upright else side) for head in heads]
    lines = max(head.count("\n") + 1 for head in heads)
    tall = max(text_width(line) for head in heads for line in head.split("\n")) if upright else lines * LINE
    heights = [(name.count("\n") + 1) * LINE + 0.12 for name in names]
    outline = Patch(facecolor="white", edgecolor=INK, linewidth=2.4, label="due to the department that runs it")
    figure = page_for(needed=sum(heights) + tall + 0.45, title=title, note=note, handles=[outline], width=width)
    axes = inch_axes(figure, needed=sum(heights), left=left, right=0, head=tall + 0.4)
    axes.set_xlim(0, len(heads))
    axes.set_axis_off()
    _frame(axes, names, heads, heights=heights, upright=upright, tall=tall)
    _fill(axes, compared, cells, heights=heights, change=change)
    return figure


def _frame(axes: Axes, names: list[str], heads: list[str], *, heights: list[float], upright: bool, tall: float) -> None:
    """Names of rows and columns."""
    at = 0.0
    for name, height in zip(names, heights, strict=True):
        beside(axes, name, at=at + height / 2, left=True, va="center", bold=name == "All")
        at += height
    for column, head in enumerate(heads):
        weight = "bold" if column == len(heads) - 1 else "normal"
        rotation = 90 if upright else 0
        axes.text(column + 0.5, -0.06, head, ha="center", va="bottom", rotation=rotation, weight=weight)
    beside(axes, "felt at ↓", at=-0.06, left=True, va="bottom", colour=MUTED)
    axes.text(0, -0.12 - tall, "due to →", ha="left", va="bottom", color=MUTED)


def _fill(axes: Axes, compared: Compared, cells: Cells, *, heights: list[float], change: bool) -> None:
    """Coloured cells with their numbers; totals stay white; the owner's own cell is outlined."""
    owners = [list(compared.scenario.departments).index(point.owner) for point in compared.scenario.journey.values()]
    inner = np.abs(cells.mean[:-1, :-1]).max(initial=0.0) or 1.0
    decimals = 1 if inner < 100 else 0
    tops = list(itertools.accumulate(heights, initial=0.0))
    for (row, column), value in np.ndenumerate(cells.mean):
        total = row == cells.mean.shape[0] - 1 or column == cells.mean.shape[1] - 1
        share = value / inner
        colour = "white" if total else (_CHANGE(0.5 + share / 2) if change else _PAIN(share))
        box = Rectangle((column, tops[row]), 1, heights[row], facecolor=colour, edgecolor=FAINT)
        axes.add_patch(box)
        text = amount_with_sign(value, decimals=decimals) if change else amount(value, decimals=decimals)
        text = true_minus(text) if any(digit in text for digit in "123456789") else "·"
        dark = not total and abs(share) > 0.62
        clear = bool(cells.clear[row, column])
        ink = "white" if dark else INK
        weight = "bold" if change and clear else "normal"
        axes.text(column + 0.5, tops[row] + heights[row] / 2, text, ha="center", va="center", color=ink, weight=weight)
    for row, owner in enumerate(owners):
        corner = (owner + 0.02, tops[row] + 0.02)
        axes.add_patch(Rectangle(corner, 0.96, heights[row] - 0.04, fill=False, edgecolor=INK, linewidth=2.4))

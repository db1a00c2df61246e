"""The felt-versus-caused matrix: where pain is felt, and to which department it is due."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch, Rectangle

from simulation.analysis.frames import UNATTRIBUTED
from simulation.analysis.intervals import FEWEST_TO_TELL, Interval, mean_interval
from simulation.views.series import replications
from simulation.views.style import FAINT, INK, MUTED, SMALL, WIDTH, beside, inch_axes, page_for, text_width, wrapped
from simulation.views.words import amount, amount_with_sign, due_name, quoted, size_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from simulation.views.compared import Compared

__all__ = ["felt_versus_caused"]

NAMES = 2.9
"""Greatest width of the touchpoints' names [inch]."""
LINE = SMALL * 1.3 / 72
"""Height of a line of text [inch]."""
_PAIN = LinearSegmentedColormap.from_list("pain", ["#ffffff", "#fdd0a2", "#d55e00", "#7f2704"])
_CHANGE = LinearSegmentedColormap.from_list("change", ["#08306b", "#6baed6", "#ffffff", "#fdae6b", "#7f2704"])
UNIT = "1 = one encounter spoilt from best to worst, per 1,000 people a week"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """Cells [touchpoints + 1, due + 1] with totals in the last row and column."""

    mean: NDArray[np.float64]
    clear: NDArray[np.bool_]


def felt_versus_caused(compared: Compared) -> dict[str, Figure]:
    """One page for the pain in the first arm, one for the change in each other arm."""
    first, *others = compared.arm_titles
    pages = {first: _pain_page(compared, first)}
    return pages | {arm: _change_page(compared, arm, first=first) for arm in others}


def _pain(compared: Compared, arm: str) -> NDArray[np.float64]:
    """Pain [replications, touchpoints, due] of an arm, in the scenario's order, unattributed last."""
    ledger = compared.ledger
    table = ledger.loc[ledger["arm"] == arm].pivot(index="replication", columns=["touchpoint", "due"], values="pain")
    wanted = [(touchpoint, due) for touchpoint in compared.scenario.journey for due in _dues(compared)]
    shape = (len(table), len(compared.scenario.journey), len(_dues(compared)))
    # Below zero: that department lessened the pain. What an arm does not have causes none.
    known = table.reindex(columns=pd.MultiIndex.from_tuples(wanted)).fillna(0.0)
    return known.to_numpy(dtype=np.float64).reshape(shape)


def _dues(compared: Compared) -> list[str]:
    return [*compared.scenario.departments, UNATTRIBUTED]


def _cells(pain: NDArray[np.float64]) -> _Cells:
    """Mean over replications, and whether its interval leaves out zero, for each cell and total."""
    rows = np.concatenate([pain, pain.sum(axis=1, keepdims=True)], axis=1)
    full = np.concatenate([rows, rows.sum(axis=2, keepdims=True)], axis=2)
    shape = full.shape[1:]
    intervals = [mean_interval(full[:, at, due]) for at in range(shape[0]) for due in range(shape[1])]
    return _Cells(
        mean=np.array([interval.mean for interval in intervals]).reshape(shape),
        clear=np.array([not interval.covers_zero for interval in intervals]).reshape(shape),
    )


def _shares(compared: Compared, pain: NDArray[np.float64]) -> tuple[Interval, Interval]:
    """Shares of all pain [%]: due to another department than the one that runs the touchpoint; due to nobody known."""
    departments = list(compared.scenario.departments)
    own = [departments.index(point.owner) for point in compared.scenario.journey.values()]
    owned = pain[:, np.arange(len(own)), own].sum(axis=1)
    known = pain[:, :, :-1].sum(axis=(1, 2))
    total = pain.sum(axis=(1, 2))
    nothing = np.full(total.shape, np.nan)
    foreign = np.divide(known - owned, total, out=nothing.copy(), where=total > 0)
    nobody = np.divide(total - known, total, out=nothing.copy(), where=total > 0)
    return mean_interval(100 * foreign), mean_interval(100 * nobody)


def _pain_page(compared: Compared, arm: str) -> Figure:
    pain = _pain(compared, arm)
    share, nobody = _shares(compared, pain)
    title = quoted(compared.arm_titles[arm])
    if share.n == 0:
        title = f"Nobody felt any pain under {title}"
    else:
        much = f"{amount(share.mean, decimals=0)} % of the pain"
        if share.n >= FEWEST_TO_TELL:
            spread = f"{amount(share.low, decimals=0)} to {amount(share.high, decimals=0)} %"
            much = "No clear share of the pain" if share.covers_zero else f"{much} ({spread})"
        title = (
            f"{much} under {title} is due to another department than the one that runs the touchpoint, "
            f"{amount(nobody.mean, decimals=0)} % to nobody known"
        )
    cells = _cells(pain)
    lessened = "below zero: lessens the pain; " if cells.mean.min(initial=0.0) <= -0.05 else ""
    note = (
        f"Experience below expectation over the whole run: {UNIT}. Mean of {replications(compared)} replications; "
        f"{lessened}dot: rounds to zero."
    )
    return _page(compared, cells, title=title, note=note, change=False)


def _change_page(compared: Compared, arm: str, *, first: str) -> Figure:
    difference = _pain(compared, arm) - _pain(compared, first)
    total = mean_interval(difference.sum(axis=(1, 2)))
    new, old = quoted(compared.arm_titles[arm]), quoted(compared.arm_titles[first])
    if total.n < FEWEST_TO_TELL:
        title = f"Change in pain from {old} to {new}: too few replications to tell"
    elif total.covers_zero:
        title = f"No clear difference in total pain between {new} and {old}"
    else:
        size = f"{amount(abs(total.mean))} {'less' if total.mean < 0 else 'more'} pain"
        title = f"{new} brings {size} ({size_words(total.low, total.high, decimals=1)}) than {old}"
    note = (
        f"Change in experience below expectation: {UNIT}. Minus: less pain. Bold: the paired 95 % interval leaves out "
        f"zero; thin: no clear difference. {replications(compared)} replications; dot: rounds to zero."
    )
    return _page(compared, _cells(difference), title=title, note=note, change=True)


def _page(compared: Compared, cells: _Cells, *, title: str, note: str, change: bool) -> Figure:
    heads = [due_name(compared.scenario, due) for due in _dues(compared)] + ["All"]
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


def _fill(axes: Axes, compared: Compared, cells: _Cells, *, heights: list[float], change: bool) -> None:
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
        text = text.replace("-", "\N{MINUS SIGN}") if any(digit in text for digit in "123456789") else "·"
        dark = not total and abs(share) > 0.62
        clear = bool(cells.clear[row, column])
        ink = "white" if dark else INK
        weight = "bold" if change and clear else "normal"
        axes.text(column + 0.5, tops[row] + heights[row] / 2, text, ha="center", va="center", color=ink, weight=weight)
    for row, owner in enumerate(owners):
        corner = (owner + 0.02, tops[row] + 0.02)
        axes.add_patch(Rectangle(corner, 0.96, heights[row] - 0.04, fill=False, edgecolor=INK, linewidth=2.4))

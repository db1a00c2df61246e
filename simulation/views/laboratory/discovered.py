"""What scenario discovery found, in sentences and one picture: the box's limits, and the points inside and outside."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from simulation.views.laboratory.swept_words import (
    asked_words,
    factor_name,
    level_words,
    percent,
    short_name,
    source_words,
)
from simulation.views.style import HEIGHT, INK, MUTED, WIDTH, arm_style, page, wrapped
from simulation.views.words import joined, quoted, short_unit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from simulation.laboratory.answers.discovery import Box, Discovery
    from simulation.laboratory.answers.prim import Limit
    from simulation.laboratory.sweep.factors import Factor

__all__ = ["discovery_page", "discovery_sentences", "discovery_title", "limit_words"]

_GOOD, _BAD = arm_style(2).colour, arm_style(1).colour
SHOWN = 8
"""Limits on the picture; the others are in the table."""


# --- words ------------------------------------------------------------------------------------------------------------


def discovery_title(found: Discovery) -> str:
    """The answer in one sentence: where it pays, or that no such place was found."""
    if not found.boxes:
        return f"{_interest_words(found)}: no part of the space of factors was found where that is more likely"
    box = found.boxes[0]
    where = joined([limit_words(found, limit) for limit in box.limits])
    held = box.held_out
    return f"{_interest_words(found)} more often where {where}: {percent(held.density)} there, {percent(held.base)} overall"


def _interest_words(found: Discovery) -> str:
    """`“Shared” gains loyalty over “Siloed”`, or the outcome with its threshold."""
    asked = found.asked
    label = asked.column.label
    if asked.against is not None and found.threshold in (None, 0.0):
        arm, against = (quoted(asked.swept.title(name)) for name in (asked.arm, asked.against))
        return f"{arm} beats {against} on {label.lower() if label.istitle() else label}"
    beyond = "above" if asked.sign > 0 else "below"
    return f"{asked_words(asked)} is {beyond} {level_words(found.threshold)} {short_unit(asked.column.unit)}"


def limit_words(found: Discovery, limit: Limit) -> str:
    """`Shared weight is at least 0.4`."""
    name = short_name(found.asked, limit.factor)
    if limit.words:
        return f"{name} is {joined(list(limit.words), last='or')}"
    if limit.low is not None and limit.high is not None:
        return f"{name} is between {limit.low:.3g} and {limit.high:.3g}"
    return f"{name} is at least {limit.low:.3g}" if limit.low is not None else f"{name} is at most {limit.high:.3g}"


def discovery_sentences(found: Discovery) -> list[str]:
    """The answer in sentences: each box with how it stood the check, why the search ended, how points were judged."""
    share = percent(float(found.interest.mean()))
    how = "by its 95 % interval" if found.threshold is None else "by its mean"
    sentences = [f"{_interest_words(found)} at {share} of {len(found.points):,} design points, each judged {how}."]
    for number, box in enumerate(found.boxes, 1):
        sentences += _box_words(found, box, number)
    if found.rejected is not None:
        where = joined([limit_words(found, limit) for limit in found.rejected.limits])
        held = found.rejected.held_out
        sentences.append(
            f"A box that did not stand the check: {where}. On the points held out {held.hits} of {held.inside} inside were of "
            f"interest, {held.of_interest} of {held.points} in all (p = {held.p:.2f}): that may be chance."
        )
    nothing = "Nothing was found: " if not found.boxes else "No more boxes: "
    sentences.append(f"{nothing}{found.reason}.")
    shared = "" if found.asked.swept.plan.luck == "own" else " Both halves share customers and luck."
    return [
        *sentences,
        f"{source_words(found.asked)} Boxes are found on half of the points and checked on the rest.{shared}",
    ]


def _box_words(found: Discovery, box: Box, number: int) -> list[str]:
    held, low, high = box.held_out, *box.held_out.density_interval()
    where = joined([limit_words(found, limit) for limit in box.limits])
    sure = joined([f"{short_name(found.asked, limit.factor)} {_p(limit.quasi_p)}" for limit in box.limits])
    stood = (
        f"On points that it was not found on, {percent(held.density)} inside are of interest ({percent(low)} to {percent(high)}; "
        f"{percent(held.base)} overall), and it holds {percent(held.coverage)} of those that are; where it was found: density "
        f"{percent(box.found.density)}, coverage {percent(box.found.coverage)}. Quasi-p of its limits: {sure}."
    )
    return [f"Box {number}: {where}.", stood]


def _p(value: float) -> str:
    return "below 0.001" if value < 0.001 else f"{value:.3f}"


# --- the picture ------------------------------------------------------------------------------------------------------


def discovery_page(found: Discovery) -> Figure:
    """Draw the first box: its limits at the left, the points in its two surest factors at the right; within `style.look()`."""
    box = found.boxes[0] if found.boxes else None
    figure = page(
        title=discovery_title(found),
        note=" ".join(discovery_sentences(found)[:1] + discovery_sentences(found)[-1:]),
        handles=_legend(box),
        height=HEIGHT,
    )
    usable = [factor for factor in found.asked.swept.factors if found.points[factor.name].nunique() > 1]
    if box is None:
        _points(figure.subplots(), found, (usable * 2)[:2], None)
        return figure
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
    _limits(left, found, box)
    sure = {limit.factor: limit.quasi_p for limit in box.limits}
    ranked = sorted(usable, key=lambda factor: sure.get(factor.name, math.inf))
    _points(right, found, (ranked * 2)[:2], box)
    return figure


def _limits(axes: Axes, found: Discovery, box: Box) -> None:
    """Each restricted factor's whole range as a grey bar, what the box demands of it in blue."""
    shown = sorted(box.limits, key=lambda limit: limit.quasi_p)[:SHOWN]
    for row, limit in enumerate(shown):
        factor = found.asked.swept.factor(limit.factor)
        low, high = _reach(found, factor)
        axes.barh(row, 1, height=0.28, color="#e6e6e6")
        for start, end in _demanded(limit, factor, low, high):
            axes.barh(row, end - start, left=start, height=0.28, color=_GOOD)
        axes.text(0, row - 0.24, wrapped(limit_words(found, limit), width=WIDTH * 0.4), va="bottom", weight="bold")
        ends = (f"{low:.3g}", f"{high:.3g}") if factor.numeric else ("", "")
        axes.text(0, row + 0.2, ends[0], va="top", ha="left", color=MUTED)
        axes.text(1, row + 0.2, ends[1], va="top", ha="right", color=MUTED)
    axes.set_ylim(max(len(shown), 4) - 0.4, -0.7)  # few limits: bars no thicker for it
    axes.set_xlim(0, 1)
    axes.axis("off")
    axes.set_title("What the box demands, of each factor's range")


def _reach(found: Discovery, factor: Factor) -> tuple[float, float]:
    """From where to where a factor's design points reach: its given range, or its least and greatest value."""
    if factor.low is not None and factor.high is not None:
        return factor.low, factor.high
    values = _numbers(found.points[factor.name], factor)
    return float(values.min()), float(values.max())


def _demanded(limit: Limit, factor: Factor, low: float, high: float) -> list[tuple[float, float]]:
    """The parts of the range [0-1] that a limit leaves."""
    if limit.words:
        count = len(factor.options)
        return [
            (place / count, (place + 1) / count) for place, word in enumerate(factor.options) if word in limit.words
        ]
    start = low if limit.low is None else limit.low
    end = high if limit.high is None else limit.high
    return [((start - low) / (high - low), (end - low) / (high - low))]


def _numbers(values: pd.Series, factor: Factor) -> NDArray[np.float64]:
    """Values as places on an axis: words by their order."""
    if factor.numeric:
        return values.to_numpy(dtype=float)
    order = {word: place for place, word in enumerate(factor.options)}
    return np.asarray(values.map(order), dtype=np.float64)


def _points(axes: Axes, found: Discovery, factors: list[Factor], box: Box | None) -> None:
    """The design points over two factors: filled where it pays; the rest of the box's limits are not seen here."""
    places = []
    for factor in factors:
        values = _numbers(found.points[factor.name], factor)
        if not factor.numeric:
            values = (
                values + np.linspace(-0.3, 0.3, 7)[np.arange(len(values)) * 3 % 7]
            )  # so that points do not hide others
        places.append(values)
    good = found.interest
    x, y = places
    axes.scatter(x[~good], y[~good], s=26, marker="x", color=_BAD, linewidth=1.1, alpha=0.8)
    axes.scatter(x[good], y[good], s=30, marker="o", color=_GOOD, linewidth=0)
    for factor, name in zip(factors, ("x", "y"), strict=True):
        getattr(axes, f"set_{name}label")(factor_name(factor, unit=True))
        if not factor.numeric:
            getattr(axes, f"set_{name}ticks")(
                range(len(factor.options)), [level_words(word) for word in factor.options]
            )
    axes.grid(visible=False)
    if box is not None:
        _frame(axes, found, factors, box)


def _frame(axes: Axes, found: Discovery, factors: list[Factor], box: Box) -> None:
    by_name = {limit.factor: limit for limit in box.limits}
    spans = []
    for factor, ends in zip(factors, (axes.get_xlim(), axes.get_ylim()), strict=True):
        limit = by_name.get(factor.name)
        if limit is None:
            spans.append([ends])
        elif limit.words:
            spans.append([(place - 0.4, place + 0.4) for place, w in enumerate(factor.options) if w in limit.words])
        else:
            low = ends[0] if limit.low is None else limit.low
            spans.append([(low, ends[1] if limit.high is None else limit.high)])
    for left, right in spans[0]:
        for bottom, top in spans[1]:
            axes.add_patch(
                Rectangle((left, bottom), right - left, top - bottom, fill=False, edgecolor=INK, linewidth=2.4)
            )
    if len(box.limits) > len({factor.name for factor in factors} & set(by_name)):
        axes.set_title("Points in two of its factors: the others sort them, too")
    else:
        axes.set_title("Design points")


def _legend(box: Box | None) -> list[Artist]:
    handles: list[Artist] = [
        Line2D([], [], linestyle="none", marker="o", color=_GOOD, markersize=7, label="point of interest"),
        Line2D([], [], linestyle="none", marker="x", color=_BAD, markersize=7, label="not of interest"),
    ]
    return handles if box is None else [*handles, Patch(fill=False, edgecolor=INK, linewidth=2.4, label="the box")]

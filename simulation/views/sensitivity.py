"""How far the headline rests on each parameter of people, as pictures: two tornado charts and a sweep."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulation.analysis.intervals import FEWEST_TO_TELL
from simulation.analysis.people_sensitivity import HEADLINES, REPURCHASE
from simulation.scenario.people import People
from simulation.views.sensitivity_words import (
    HEADLINE_WORDS,
    NOW,
    by_parameter,
    estimates,
    largest,
    meaning,
    setting,
    words_of,
)
from simulation.views.style import (
    INK,
    MUTED,
    SMALL,
    WIDTH,
    Line,
    arm_style,
    inch_axes,
    look,
    page,
    page_for,
    save,
    wrapped,
)
from simulation.views.words import amount, amount_with_sign, interval_words, so_few

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.views.sensitivity_words import Estimate, Setting

__all__ = ["SHOWN", "draw_sensitivity", "sensitivity_pages"]

TORNADOES = ("silos", "sharing")
SWEPT = "repurchase_sensitivity"
STRONG = 3.0
"""From here on satisfaction moves repurchase as strongly as it moves stated intentions (Szymanski & Henard 2001)."""
SHOWN = 15
"""Parameters on a tornado chart; the rest is summed up in words."""
NAME, MEANING, PRESENT = 2.7, 5.15, 0.75
"""Room for a parameter's name, for what it means, and for its present value [inch]."""
LINE = SMALL * 1.3 / 72
"""Height of a line of text [inch]."""
BAR = 0.17
"""Thickness of a bar [inch]."""
_SIDES = {"lower": arm_style(2).colour, "higher": arm_style(1).colour}
_HATCHES = {"lower": "////", "higher": ""}


def sensitivity_pages(table: pd.DataFrame) -> dict[str, Figure]:
    """Draw a tornado chart for each headline in loyalty, and every headline over the sweep; call it within `look()`.

    Parameters
    ----------
    table
        As from `analysis.people_sensitivity`.
    """
    return {**{headline: _tornado(table, headline) for headline in TORNADOES}, "repurchase": _sweep(table)}


def draw_sensitivity(table: pd.DataFrame, folder: Path) -> list[Path]:
    """Write the pictures as `silos.png`, `sharing.png` and `repurchase.png`."""
    with look():
        return [path for name, figure in sensitivity_pages(table).items() for path in save(figure, folder, name)]


# --- the tornado ------------------------------------------------------------------------------------------------------


def _tornado(table: pd.DataFrame, headline: str) -> Figure:
    level = estimates(table, headline, change=False)
    ranked = by_parameter(estimates(table, headline, change=True))
    shown = dict(list(ranked.items())[:SHOWN])
    rest = dict(list(ranked.items())[SHOWN:])
    meanings = {parameter: wrapped(meaning(parameter), width=MEANING - 0.15) for parameter in shown}
    heights = {
        parameter: max(2 * BAR + 0.1, (text.count("\n") + 1) * LINE + 0.1) for parameter, text in meanings.items()
    }
    needed = sum(heights.values())
    figure = page_for(
        needed=needed + 2 * LINE + 0.4,
        title=_tornado_title(headline, level[NOW], ranked),
        note=f"{_rest_words(rest)} {_standing(level)} Each parameter alone is lowered and raised by a quarter (the exponent by "
        f"0.25), or to the end of its range. Mean change over {level[NOW].n} replications with the same customers and luck; "
        "lines: 95 % intervals.",
        handles=_tornado_legend(),
    )
    axes = inch_axes(figure, needed=needed, left=NAME + MEANING, right=PRESENT, head=LINE + 0.1)
    _write_row(axes, "Parameter of people", "What it is", "Now", at=-LINE / 2 - 0.05, colour=MUTED)
    axes.set_xlabel("Change [points of loyalty]")
    top = 0.0
    for position, (parameter, sides) in enumerate(shown.items()):
        middle = top + heights[parameter] / 2
        if position % 2 == 0:
            axes.axhspan(top, top + heights[parameter], color="#f4f4f4", linewidth=0)
        now = f"{getattr(People(), parameter):g}"
        _write_row(axes, words_of(parameter), meanings[parameter], now, at=middle, bold=True)
        for side, change in sides.items():
            _bar(axes, change, side, at=middle + (BAR if side == "higher" else -BAR) / 2)
        top += heights[parameter]
    axes.axvline(0.0, color=INK, linewidth=1.4)
    axes.set_ylim(needed, 0)
    return figure


def _write_row(axes: Axes, name: str, text: str, now: str, *, at: float, bold: bool = False, colour: str = INK) -> None:
    """Write a parameter's name and meaning left of the axes and its present value at their right."""
    for words, x, offset, ha in (
        (name, 0, -(NAME + MEANING), "left"),
        (text, 0, -MEANING, "left"),
        (now, 1, PRESENT, "right"),
    ):
        axes.annotate(
            words,
            (x, at),
            (offset * 72, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            annotation_clip=False,
            ha=ha,
            va="center",
            weight="bold" if bold and words is name else "normal",
            color=colour,
            linespacing=1.15,
        )


def _bar(axes: Axes, change: Estimate, side: str, *, at: float) -> None:
    """One bar from zero with its interval, filled where the interval leaves out zero."""
    axes.barh(at, change.mean, height=BAR, **_fill(side, clear=change.clear))
    axes.plot([change.low, change.high], [at, at], color=INK, linewidth=1.6)


def _fill(side: str, *, clear: bool) -> dict[str, Any]:
    """Return the look of a bar: colour and hatch for its side, white within where nothing is clear."""
    colour = _SIDES[side]
    edge = "white" if clear and _HATCHES[side] else colour
    return {
        "facecolor": colour if clear else "white",
        "edgecolor": edge,
        "hatch": _HATCHES[side],
        "linewidth": 0.8 if clear else 1.4,
    }


def _tornado_legend() -> list[Artist]:
    return [
        *(Patch(label=f"{side} value", **_fill(side, clear=True)) for side in _SIDES),
        Patch(label="white: no clear change", facecolor="white", edgecolor=MUTED, linewidth=1.4),
    ]


def _tornado_title(headline: str, level: Estimate, ranked: dict[str, dict[str, Estimate]]) -> str:
    """`Loyalty lost by silos: 3.3 points (2.6 to 4.0). Moved most by trust learning: +0.8 at the higher value`."""
    words = HEADLINE_WORDS[headline]
    between = f" ({interval_words(level.low, level.high, decimals=1)})" if math.isfinite(level.low) else ""
    present = f"{words.name}: {amount(level.mean)} points{between}"
    if level.n < FEWEST_TO_TELL:
        return f"{present}, from {so_few(level.n)}: too few to tell what moves it"
    clear = [
        (abs(change.mean), parameter, side, change)
        for parameter, sides in ranked.items()
        for side, change in sides.items()
        if change.clear
    ]
    if not clear:
        return f"{present}. No parameter of people moves it clearly"
    _, parameter, side, change = max(clear, key=lambda one: one[0])
    moved = amount_with_sign(change.mean, decimals=2)
    return f"{present}. Moved most by {words_of(parameter).lower()}: {moved} at the {side} value"


def _rest_words(rest: dict[str, dict[str, Estimate]]) -> str:
    """`The other 49 parameters change it by at most 0.12 points, 9 of them not at all.`."""
    still = sum(largest(sides) == 0.0 for sides in rest.values())
    most = max((largest(sides) for sides in rest.values()), default=0.0)
    if still == len(rest):
        return f"The other {len(rest)} parameters do not change it at all."
    return f"The other {len(rest)} parameters change it by at most {amount(most, decimals=2)} points, {still} of them not at all."


def _standing(level: dict[Setting, Estimate]) -> str:
    """How many settings leave the headline clearly above zero; nothing where there are too few replications to tell."""
    settings = [value for key, value in level.items() if key != NOW]
    above = sum(one.clear and one.low > 0 for one in settings)
    if level[NOW].n < FEWEST_TO_TELL:
        return ""
    return f"In {above} of all {len(settings)} settings run it stays clearly above zero."


# --- the sweep --------------------------------------------------------------------------------------------------------


def _sweep(table: pd.DataFrame) -> Figure:
    levels = {headline: estimates(table, headline, change=False) for headline in HEADLINES}
    changes = {headline: estimates(table, headline, change=True) for headline in HEADLINES}
    now = float(getattr(People(), SWEPT))
    figure = page(
        title=_sweep_title(levels, changes),
        note=f"Means of {levels['silos'][NOW].n} replications; bars: 95 % intervals. All settings share customers and luck, so "
        "that changes along a line are surer than its bars. C15: who had given 4 or 5 stars ordered again no more often "
        "than who had given 1 or 2 (about 90,000 orders). Stated intention: Szymanski & Henard 2001.",
        handles=_sweep_legend(now),
    )
    values = sorted({*REPURCHASE, now})
    for axes, (headline, level) in zip(figure.subplots(1, len(levels), squeeze=False)[0], levels.items(), strict=True):
        words = HEADLINE_WORDS[headline]
        axes.set_title(wrapped(words.name, width=WIDTH / len(levels) - 1.2, bold=True))
        axes.set_ylabel("Points" if headline in TORNADOES else "Money a week\nper 1,000 people")
        axes.set_xlabel("Log purchase rate\nper unit of satisfaction")
        _sweep_marks(axes, now, values)
        keys = [NOW if value == now else setting(SWEPT, value) for value in values]
        _line(axes, values, [level[key] for key in keys], [changes[headline][key].clear for key in keys])
        axes.set_ylim(min(0.0, axes.get_ylim()[0]), max(0.0, axes.get_ylim()[1]))
    return figure


def _sweep_marks(axes: Axes, now: float, values: list[float]) -> None:
    """Where public data stand, and the present value."""
    reach = 0.3
    axes.axvspan(STRONG, values[-1] + reach, color=_STRONG_COLOUR, linewidth=0)
    axes.axvline(0.0, color=_DATA.colour, linestyle=_DATA_LINE, linewidth=3)
    axes.axvline(now, color=MUTED, linestyle=_NOW_LINE, linewidth=2)
    axes.axhline(0.0, color=INK, linewidth=1.4)
    axes.grid(visible=False, axis="x")
    axes.set_xlim(values[0] - reach, values[-1] + reach)
    axes.set_xticks([value for value in values if value == int(value)])


def _line(axes: Axes, values: list[float], level: list[Estimate], clear: list[bool]) -> None:
    """One headline over the sweep: filled where it differs clearly from the present one."""
    colour = arm_style(2).colour
    means = [one.mean for one in level]
    axes.plot(values, means, color=colour)
    for value, one, filled in zip(values, level, clear, strict=True):
        axes.plot([value, value], [one.low, one.high], color=colour, linewidth=1.8)
        axes.plot(value, one.mean, marker="o", markersize=9, markeredgewidth=2, color=colour,
                  markerfacecolor=colour if filled else "white")  # fmt: skip


_DATA = arm_style(1)
_DATA_LINE: Line = (0, (1, 1))
_NOW_LINE: Line = (0, (5, 2))
_STRONG_COLOUR = "#ece3d4"


def _sweep_legend(now: float) -> list[Artist]:
    colour = arm_style(2).colour

    def mark(fill: str, label: str) -> Line2D:
        return Line2D([], [], linestyle="none", marker="o", markersize=9, markeredgewidth=2, color=colour,
                      markerfacecolor=fill, label=label)  # fmt: skip

    return [
        Line2D(
            [], [], color=_DATA.colour, linestyle=_DATA_LINE, linewidth=3, label="a marketplace's orders (C15): about 0"
        ),
        Line2D([], [], color=MUTED, linestyle=_NOW_LINE, linewidth=2, label=f"now: {now:g}"),
        Patch(color=_STRONG_COLOUR, label=f"strong stated intention: {STRONG:g} and more"),
        mark(colour, "clearly other than now"),
        mark("white", "not clearly other"),
    ]


def _sweep_title(levels: dict[str, dict[Setting, Estimate]], changes: dict[str, dict[Setting, Estimate]]) -> str:
    """What the headlines in loyalty would be if satisfaction moved no repurchase."""
    few = levels["silos"][NOW].n
    if few < FEWEST_TO_TELL:
        return f"How far the headline rests on satisfaction moving repurchase: {so_few(few)} are too few to tell"
    none = setting(SWEPT, REPURCHASE[0])
    parts = []
    for headline in TORNADOES:
        now = amount(levels[headline][NOW].mean, decimals=2)
        then = amount(levels[headline][none].mean, decimals=2)
        said = f"{then} instead of {now}" if changes[headline][none].clear else f"about as much as now, {now}"
        parts.append(f"{HEADLINE_WORDS[headline].would} {said}")
    return f"Points of loyalty: if satisfaction moved no repurchase, {' and '.join(parts)}"

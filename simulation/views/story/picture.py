"""A customer's two lives as a picture: a lane for each world, with what she felt and where, promises, and to whom it is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from simulation.views.story.sums import due_per_encounter
from simulation.views.story.words import ENDS
from simulation.views.style import BELOW, FAINT, INK, PAR, WIDTH, arm_style, page_for, text_width, wrapped
from simulation.views.trends import weeks_axis
from simulation.views.words import quoted

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.views.story.words import Teller
    from simulation.views.style import Line

__all__ = ["story_picture"]

_CURVES: tuple[tuple[str, str, Line], ...] = (
    ("satisfaction", "#0072b2", "-"),
    ("trust", "#cc79a7", (0, (5, 2))),
    ("loyalty", INK, (0, (1, 1.2))),
)
_ROW, _CURVE_HEIGHT, _GAP = 0.3, 1.9, 1.0
"""Heights of a touchpoint's row, of the curves, and of what stands between lanes [inch]."""
FEW_WEEKS = 104
"""A time in the market shorter than this has ticks of its own, not at whole years."""
LONGEST_LABEL = 5.0
"""A name wider than this is broken into lines [inch]."""
PROMISED = 0.05
"""Promises of less above the ordinary are not marked [quality]."""
_NOTE = (
    "Grey ground: weeks in which she is no customer. A mark is an encounter, at its touchpoint and in its week; the larger, the "
    "more was felt. Bars: what she felt above or below how it should be, by whom it is due to, over the number of encounters."
)


def story_picture(teller: Teller) -> Figure:
    """One page: a lane for each world, then to whom what was felt is due; call it inside `style.look()`."""
    arms, journey = teller.stories.arms, teller.journey
    lanes = {arm: teller.story.of(arm) for arm in arms}
    met = [name for name in journey if any((rows["touchpoint"] == name).any() for rows in lanes.values())]
    labels = [wrapped(f"{journey[n].name} ({teller.departments[journey[n].owner]})", width=LONGEST_LABEL) for n in met]
    lines = max((1 + label.count("\n") for label in labels), default=1)
    rows_height = (_ROW if lines == 1 else 0.28 * lines) * max(len(met), 3)
    due_height = _ROW * 1.3 * (len(teller.departments) + 1)
    needed = 2 * (_CURVE_HEIGHT + rows_height + _GAP) + due_height + _GAP
    figure = page_for(needed=needed, title=teller.title, note=_NOTE, handles=_handles())
    grid = figure.subplots(5, 1, height_ratios=(*(_CURVE_HEIGHT, rows_height) * 2, due_height))
    room = WIDTH - max((text_width(line) for label in labels for line in label.split("\n")), default=0.0) - 1.0
    for lane, (arm, rows) in enumerate(lanes.items()):
        curves, places = grid[2 * lane], grid[2 * lane + 1]
        end = f"{quoted(teller.titles[arm])}: at the end she {ENDS[teller.story.ends[arm]]}"
        curves.set_title(wrapped(end, width=room, bold=True))
        _draw_curves(curves, rows)
        _draw_places(places, rows, met, teller)
        places.set_yticks(range(len(met)), labels[::-1])
        for axes in (curves, places):
            _weeks(axes, max(0, teller.story.entered), teller.stories.weeks)
        curves.tick_params(labelbottom=False)
        curves.set_xlabel("")
    _draw_due(grid[4], lanes, teller, width=room)
    return figure


def _weeks(axes: Axes, first: int, last: int) -> None:
    """The weeks of her time in the market."""
    weeks_axis(axes, weeks=float(last))
    axes.set_xlim(first, last)
    if last - first < FEW_WEEKS:
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))


def _handles() -> list[Line2D | Patch]:
    lines: list[Line2D | Patch] = [
        Line2D([], [], color=colour, linestyle=style, label=name.capitalize()) for name, colour, style in _CURVES
    ]

    def mark(label: str, **how: object) -> Line2D:
        return Line2D([], [], linestyle="none", markersize=9, label=label, **how)  # type: ignore[arg-type]

    return [
        *lines,
        mark("felt as it should be, or better", marker="o", color=PAR),
        mark("felt worse", marker="v", color=BELOW),
        mark(
            f"promised {100 * PROMISED:g} points or more above the ordinary",
            marker="^",
            color=INK,
            markerfacecolor="none",
        ),
        mark("bought", marker="|", color=INK, markeredgewidth=2.5),
        Patch(facecolor=BELOW, alpha=0.35, label="open problem"),
    ]


def _draw_curves(axes: Axes, rows: pd.DataFrame) -> None:
    ends = rows[rows["what"] == "week"]
    week = ends["week"].to_numpy() + 1
    for name, colour, style in _CURVES:
        values = np.where(ends["purchases"] > 0, 100 * ends[name], np.nan)
        axes.plot(week, values, color=colour, linestyle=style)
    away = (ends["stage"] != "customer").to_numpy()
    axes.fill_between(week, 0, 100, where=away, color=FAINT, alpha=0.7, linewidth=0, step="pre")
    left = ends[(ends["stage"] == "defected") & (ends["stage_before"] != "defected")]
    for at in left["week"]:
        axes.axvline(at + 1, color=BELOW, linewidth=2)
        axes.annotate("lost", (at + 1, 100), (4, -2), textcoords="offset points", va="top", color=BELOW, weight="bold")
    axes.set_ylim(0, 100)
    axes.set_ylabel("0 to 100")


def _draw_places(axes: Axes, rows: pd.DataFrame, met: list[str], teller: Teller) -> None:
    height = {name: len(met) - 1 - at for at, name in enumerate(met)}
    problems = rows[rows["what"] == "open problem"]
    for name, of_place in problems.groupby("touchpoint"):
        axes.broken_barh(
            [(week, 1) for week in of_place["week"]], (height[str(name)] - 0.42, 0.84), color=BELOW, alpha=0.35
        )
    seen = rows[rows["what"] == "encounter"]
    week, at = seen["week"].to_numpy() + 0.5, seen["touchpoint"].map(height).to_numpy(dtype=float)
    felt = seen["felt"].to_numpy()
    size = 14 + 420 * np.minimum(np.abs(felt), 0.4)
    for chosen, marker, colour in ((felt >= 0, "o", PAR), (felt < 0, "v", BELOW)):
        axes.scatter(week[chosen], at[chosen], s=size[chosen], marker=marker, color=colour, alpha=0.85, linewidths=0)
    promises = seen[[f"promise.{name}" for name in teller.departments]].fillna(0.0).sum(axis=1).to_numpy()
    more = promises >= PROMISED
    axes.scatter(week[more], at[more] + 0.05, s=90, marker="^", facecolors="none", edgecolors=INK, linewidths=1.2)
    bought = (seen["paid"] > 0).to_numpy()
    axes.scatter(week[bought], at[bought], s=110, marker="|", color=INK, linewidths=2)
    axes.set_ylim(-0.6, len(met) - 0.4)
    axes.grid(visible=True, axis="y")


def _draw_due(axes: Axes, lanes: dict[str, pd.DataFrame], teller: Teller, *, width: float) -> None:
    """Bars for each department, one a world."""
    names = {**teller.departments, "unattributed": "Nobody known"}
    places = np.arange(len(names))[::-1]
    for at, (arm, rows) in enumerate(lanes.items()):
        sums = [100 * due_per_encounter(rows, name) for name in names]
        axes.barh(
            places + 0.2 - 0.4 * at, sums, height=0.38, color=arm_style(at).colour, hatch="//" if at else "",
            edgecolor="white", label=wrapped(teller.titles[arm], width=width / 2),
        )  # fmt: skip
    axes.axvline(0, color=INK, linewidth=1.2)
    axes.set_yticks(places, [wrapped(name, width=LONGEST_LABEL) for name in names.values()])
    axes.set_title("To whom what she felt is due")
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("Points per encounter")
    axes.legend(loc="best")

"""Pictures of a calibration: fit against data, what the data told, months, trade-offs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from simulation.laboratory.calibration.tables import most_away
from simulation.views.laboratory.calibration_words import figure_words, fit_headline, not_met, told_headline
from simulation.views.style import (
    BELOW,
    FAINT,
    INK,
    MUTED,
    WIDTH,
    arm_style,
    beside,
    inch_axes,
    look,
    page_for,
    save,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.laboratory.calibration.calibrating import Calibrated
    from simulation.laboratory.calibration.results import Tables

__all__ = [
    "fit_chart",
    "months_chart",
    "save_calibration_charts",
    "told_chart",
    "trade_chart",
]

BLUE = arm_style(2).colour
NAMES, FIGURES = 3.9, 3.5
"""Room for names and for numbers beside the bars [inch]."""
MOST_LINES, MOST_METRICS, MOST_PAIRS = 16, 6, 3


def save_calibration_charts(found: Calibrated, made: Tables, folder: Path) -> list[Path]:
    """Write fit, told and, where there is anything to see, months and trade_offs as PNG."""
    with look():
        paths = save(fit_chart(found, made["fit"]), folder, "fit") + save(
            told_chart(found, made["identified"]), folder, "identified"
        )
        if any(target.month is not None for target in found.asked.targets):
            paths += save(months_chart(found), folder, "months")
        if len(made["trade_offs"]):
            paths += save(trade_chart(found, made["trade_offs"]), folder, "trade_offs")
    return paths


def fit_chart(found: Calibrated, fit: pd.DataFrame) -> Figure:
    """Draw every figure on its own scale: what was possible before, what the ensemble gives, what was observed; within `look()`."""
    limit = most_away(len(fit))
    rows = _shown(found, fit).to_dict("records")
    names = [wrapped(f"{row['label']} [{row['unit']}]", width=NAMES - 0.3) for row in rows]
    heights = [max(0.55, 0.2 + 0.25 * (name.count("\n") + 1)) for name in names]
    handles = [
        Patch(facecolor=FAINT, label="Possible before the data"),
        Patch(facecolor=BLUE, label="Fitted: 95 % of the ensemble's runs"),
        Line2D([], [], color=INK, marker="D", markersize=9, linewidth=2, label="Observed, 95 % interval of its error"),
    ]
    title = f"{fit_headline(fit)}: fit against data"
    note = _fit_note(found, left=len(fit) - len(rows), limit=limit)
    figure = page_for(needed=sum(heights) + 0.5, title=title, note=note, handles=handles)
    axes = inch_axes(figure, needed=sum(heights), left=NAMES, right=FIGURES, head=0.35)
    axes.set_xlim(-0.06, 1.06)
    axes.set_xticks([])
    beside(axes, "Observed / fitted (95 %)", at=-0.1, left=False, colour=MUTED, va="bottom")
    top = 0.0
    for row, name, height in zip(rows, names, heights, strict=True):
        at = top + height / 2
        beside(axes, name, at=at, left=True, va="center")
        met = abs(row["away"]) <= limit
        _fit_line(axes, row, at, met=met)
        observed, fitted, low, high = (
            figure_words(row[key]) for key in ("observed", "fitted", "fitted_low", "fitted_high")
        )
        said = f"{observed} / {fitted} ({low} to {high})"
        beside(axes, said, at=at, left=False, va="center", bold=not met, colour=INK if met else BELOW)
        top += height
    return figure


def _shown(found: Calibrated, fit: pd.DataFrame) -> pd.DataFrame:
    """Return figures of the whole time, and monthly ones that are not met; all where there are few, or only monthly ones."""
    if len(fit) <= MOST_LINES:
        return fit
    monthly = np.array([target.month is not None for target in found.asked.targets])
    chosen = fit[~monthly | fit.index.isin(not_met(fit).index)]
    return chosen if len(chosen) else fit.head(MOST_LINES)


def _fit_note(found: Calibrated, *, left: int, limit: float) -> str:
    more = f"; {left} more that are met, by month: months.png" if left else ""
    return (
        f"{found.asked.data.file}, {len(found.asked.targets)} figures{more}. Each line has its own scale, from the least to the "
        f"largest figure over the whole range of the parameters. Fitted: {len(found.ensemble)} draws of the ensemble, each lived "
        f"with luck of its own. Not met (cross): fit and data lie more than {limit:.1f} standard deviations apart."
    )


def _fit_line(axes: Axes, row: Mapping[Any, Any], at: float, *, met: bool) -> None:
    low, high = row["before_low"], row["before_high"]

    def place(value: float) -> float:
        return float(np.clip((value - low) / (high - low), -0.05, 1.05)) if high > low else 0.5

    axes.barh(at, 1.0, left=0.0, height=0.3, color=FAINT, zorder=1)
    start, end = place(row["fitted_low"]), place(row["fitted_high"])
    axes.barh(at, max(end - start, 0.004), left=start, height=0.18, color=BLUE, zorder=2)
    axes.plot(
        [place(row["observed_low"]), place(row["observed_high"])],
        [at, at],
        color=INK,
        linewidth=2,
        marker="|",
        zorder=3,
    )
    marker = "D" if met else "X"
    axes.plot([place(row["observed"])], [at], color=INK, marker=marker, markersize=9, linestyle="none", zorder=4)


def told_chart(found: Calibrated, identified: pd.DataFrame) -> Figure:
    """Draw for every parameter its range and what the data leave of it; within `look()`."""
    rows = identified.to_dict("records")
    names = [wrapped(found.asked.parameters[at].label, width=NAMES - 0.3) for at in range(len(rows))]
    heights = [max(0.7, 0.2 + 0.25 * (name.count("\n") + 1)) for name in names]
    handles = [
        Patch(facecolor=FAINT, label="Range: thought possible"),
        Patch(facecolor=BLUE, alpha=0.5, label="How likely after the data"),
        Line2D([], [], color=INK, marker="o", markersize=8, linewidth=2, label="Fitted, 95 % interval"),
        Line2D([], [], color=BELOW, marker="v", markersize=9, linestyle="none", label="As the scenario has it"),
    ]
    note = (
        "Left end of a line: low end of the range; right end: high end. Told: the 95 % interval is less than half as wide as that "
        "of the range; in part: less than 0.8; not told: the figures are met almost wherever in the range it lies. (times): the "
        "factor that multiplies all places."
    )
    figure = page_for(needed=sum(heights) + 0.5, title=f"{told_headline(identified)}", note=note, handles=handles)
    axes = inch_axes(figure, needed=sum(heights), left=NAMES, right=FIGURES, head=0.35)
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks([])
    beside(axes, "Fitted (95 %)", at=-0.1, left=False, colour=MUTED, va="bottom")
    words = {"yes": "told", "partly": "told in part", "no": "not told"}
    top = 0.0
    for at, (row, name, height) in enumerate(zip(rows, names, heights, strict=True)):
        middle = top + height / 2
        beside(axes, name, at=middle, left=True, va="center")
        _told_line(axes, found, at, row, middle)
        interval = f"{figure_words(row['fitted'])} ({figure_words(row['low'])} to {figure_words(row['high'])})"
        beside(axes, f"{interval}\n{words[row['identified']]}", at=middle, left=False, va="center",
               colour=BELOW if row["identified"] == "no" else INK)  # fmt: skip
        top += height
    return figure


def _told_line(axes: Axes, found: Calibrated, at: int, row: Mapping[Any, Any], middle: float) -> None:
    draws = found.fit.sample.draws[:, at]
    axes.barh(middle, 1.0, left=0.0, height=0.46, color=FAINT, zorder=1)
    counts, edges = np.histogram(draws, bins=50, range=(0.0, 1.0))
    high = 0.46 * counts / counts.max()
    axes.bar(
        edges[:-1], -high, bottom=middle + 0.23, width=np.diff(edges), align="edge", color=BLUE, alpha=0.5, zorder=2
    )
    low, most = np.quantile(draws, [0.025, 0.975])
    axes.plot([low, most], [middle + 0.14] * 2, color=INK, linewidth=2, marker="|", zorder=3)
    axes.plot([found.point[at]], [middle + 0.14], color=INK, marker="o", markersize=8, zorder=4)
    now = _share(found, at, row["now"])
    if 0.0 <= now <= 1.0:
        axes.plot([now], [middle - 0.2], color=BELOW, marker="v", markersize=9, zorder=4)


def _share(found: Calibrated, at: int, value: float) -> float:
    """Where a value lies in its range [0-1]."""
    parameter = found.asked.parameters[at]
    if parameter.scale == "log":
        return math.log(value / parameter.low) / math.log(parameter.high / parameter.low) if value > 0 else -1.0
    return (value - parameter.low) / (parameter.high - parameter.low)


def months_chart(found: Calibrated) -> Figure:
    """Draw each metric by month: observed against the ensemble's runs; within `look()`."""
    groups: dict[str, list[int]] = {}
    for at, target in enumerate(found.asked.targets):
        if target.month is not None:
            groups.setdefault(target.measure.key, []).append(at)
    shown = list(groups.values())[:MOST_METRICS]
    handles = [
        Patch(facecolor=BLUE, alpha=0.35, label="Fitted: 95 % of the ensemble's runs"),
        Line2D(
            [], [], color=INK, marker="D", markersize=8, linestyle="none", label="Observed, 95 % interval of its error"
        ),
    ]
    length = "4 weeks" if found.asked.weeks_a_month == 4.0 else "4.348 weeks (calendar), counted in whole weeks"
    note = f"{found.asked.data.file}; a month is {length}. {_more(len(groups), MOST_METRICS)}"
    columns = 2 if len(shown) > 1 else 1
    lines = math.ceil(len(shown) / columns)
    figure = page_for(
        needed=2.9 * lines, title="Month by month: observed against fitted", note=note.strip(), handles=handles
    )
    grid = figure.subplots(lines, columns, squeeze=False).ravel()
    for axes, chosen in zip(grid, shown, strict=False):
        _month_panel(axes, found, chosen, width=WIDTH / columns - 1.2)
    for axes in grid[len(shown) :]:
        axes.set_visible(False)
    return figure


def _more(count: int, most: int) -> str:
    return f"The first {most} of {count} are shown." if count > most else ""


def _month_panel(axes: Axes, found: Calibrated, chosen: Sequence[int], *, width: float) -> None:
    targets = [found.asked.targets[at] for at in chosen]
    order = np.argsort([target.month or 0 for target in targets])
    months = np.array([targets[k].month for k in order], dtype=np.float64)
    runs = found.waves[2].figures[:, [chosen[k] for k in order]]
    low, middle, high = np.nanquantile(runs, [0.025, 0.5, 0.975], axis=0)
    axes.fill_between(months, low, high, color=BLUE, alpha=0.35, linewidth=0)
    axes.plot(months, middle, color=BLUE)
    values, errors = np.array([targets[k].value for k in order]), 1.96 * np.array([targets[k].sd for k in order])
    axes.errorbar(months, values, yerr=errors, color=INK, fmt="D", markersize=7, elinewidth=1.6, capsize=3)
    axes.set_title(wrapped(f"{targets[0].measure.label} [{targets[0].measure.unit}]", width=width, bold=True))
    axes.set_xlabel("Month")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def trade_chart(found: Calibrated, trades: pd.DataFrame) -> Figure:
    """Draw the pairs of parameters that trade off as clouds of draws; within `look()`."""
    rows = trades.head(MOST_PAIRS).to_dict("records")
    names = [parameter.name for parameter in found.asked.parameters]
    note = (
        "Each dot is one draw of what the data leave possible; the axes span the ranges. Along the cloud the figures stay the "
        f"same: only one more kind of figure could tell the two apart. {_more(len(trades), MOST_PAIRS)}"
    )
    pairs = len(trades)
    title = "One pair of parameters trades off" if pairs == 1 else f"{pairs} pairs of parameters trade off"
    figure = page_for(needed=4.2, title=f"{title}: the data tell them only together", note=note.strip())
    grid = figure.subplots(1, len(rows), squeeze=False).ravel()
    thin = found.fit.sample.draws[:: max(1, len(found.fit.sample.draws) // 400)]
    width = WIDTH / len(rows) - 1.4
    for axes, row in zip(grid, rows, strict=True):
        x, y = names.index(row["first"]), names.index(row["second"])
        values = found.asked.values(thin)
        axes.plot(values[:, x], values[:, y], ".", color=BLUE, alpha=0.5, markersize=6)
        for at, limits, label in ((x, axes.set_xlim, axes.set_xlabel), (y, axes.set_ylim, axes.set_ylabel)):
            parameter = found.asked.parameters[at]
            limits(parameter.low, parameter.high)
            label(wrapped(parameter.label, width=min(width, 3.6)))
        axes.set_title(f"Correlation {row['correlation']:+.2f}")
    return figure

"""The watermelon: departments' appraisals, green outside, against the company's loyalty, perhaps red inside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulation.analysis.intervals import FEWEST_TO_TELL
from simulation.views.series import band, by_replication, closing_weeks, drift, opening_weeks, replications
from simulation.views.style import BELOW, HEIGHT, INK, MUTED, PAR, SMALL, WIDTH, arm_style, body, page_for, wrapped
from simulation.views.trends import change_phrase, draw_band, weeks_axis
from simulation.views.words import quoted, so_few

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.scenario.department import DepartmentGiven
    from simulation.views.compared import Compared

__all__ = ["watermelon", "watermelon_sentence"]

COLUMNS = 4
PANEL = 2.0
"""Height of a panel with its weeks, without its head [inch]."""
LABELS, WEEKS, GAP = 0.55, 0.6, 0.15
"""Room for the numbers at its left and for the weeks below it, and to the next one at its right [inch]."""


def watermelon(compared: Compared) -> dict[str, Figure]:
    """One page per arm: loyalty and each department's appraisal score by week, above par or below."""
    return {arm: _page(compared, arm) for arm in compared.arm_titles}


def watermelon_sentence(compared: Compared, arm: str) -> str:
    """How many departments end above par, and what loyalty does meanwhile."""
    departments = compared.scenario.departments
    ends = [drift(compared, f"score.{name}", arm=arm, start=0.0) for name in departments]
    above = [end.mean > 0 and not end.covers_zero for end in ends]
    begin = f"{quoted(compared.arm_titles[arm])}: "
    if (count := replications(compared)) < FEWEST_TO_TELL:
        return begin + f"departments' appraisals and loyalty in {so_few(count)}"
    words = {0: "no department ends", 1: f"1 of {len(above)} departments ends"}.get(
        sum(above), f"{sum(above)} of {len(above)} departments end"
    )
    return begin + f"{words} clearly above par, while loyalty {change_phrase(compared, arm=arm)}"


def _page(compared: Compared, arm: str) -> Figure:
    departments = compared.scenario.departments
    columns = min(COLUMNS, len(departments) + 1)
    width = WIDTH / columns - 0.75
    heads = _head_heights(compared, columns=columns, width=width)
    handles = [
        Patch(facecolor=PAR, alpha=0.55, label="above par"),
        Patch(facecolor=BELOW, alpha=0.55, hatch="///", edgecolor=INK, label="below par"),
        Line2D([], [], color=INK, label="mean"),
    ]
    figure = page_for(
        title=watermelon_sentence(compared, arm),
        note=(
            "Appraisal score: 0 = par, the level before the run; 1 = full score. Mean of "
            f"{replications(compared)} replications, band of loyalty: 95 % interval. Ends: last "
            f"{closing_weeks(compared)} weeks; change of loyalty: against the first {opening_weeks(compared)} weeks."
        ),
        handles=handles,
        needed=sum(PANEL + head for head in heads),
        least=HEIGHT,
    )
    axes = _panels(figure, heads=heads, count=len(departments) + 1, columns=columns)
    _loyalty_panel(axes[0], compared, arm, width=width)
    limits = _limits(compared, arm)
    for panel, (name, given) in zip(axes[1:], departments.items(), strict=False):
        _score_panel(panel, compared, arm, name=name)
        panel.set_ylim(*limits)
        _head(panel, given.name, _main_kpi(compared, given), width=width)
    for column in range(columns):
        _week_labels_at_foot(axes[column::columns])
    return figure


def _panels(figure: Figure, *, heads: Sequence[float], count: int, columns: int) -> list[Axes]:
    """Empty panels row by row, placed by hand: matplotlib's own layout takes longer than all the drawing."""
    start, bottom, wide, tall = body(figure)
    page = figure.get_size_inches()
    figure.set_layout_engine("none")
    panel = (tall - sum(heads)) / len(heads)
    found = []
    for number in range(count):
        row, column = divmod(number, columns)
        left = start + column * wide / columns + LABELS
        foot = bottom + tall - sum(heads[: row + 1]) - (row + 1) * panel + WEEKS
        place = (left, foot, wide / columns - LABELS - GAP, panel - WEEKS)
        found.append(figure.add_axes(tuple(place[side] / page[side % 2] for side in range(4))))
    return found


def _head_heights(compared: Compared, *, columns: int, width: float) -> list[float]:
    """Height of the tallest head in each row of panels [inch]."""
    heads = [(wrapped("The company", width=width, bold=True), "Loyalty")]
    heads += [
        (wrapped(given.name, width=width, bold=True), wrapped(_main_kpi(compared, given), width=width))
        for given in compared.scenario.departments.values()
    ]
    lines = [sum(text.count("\n") + 1 for text in head) for head in heads]
    return [max(lines[at : at + columns]) * SMALL * 1.35 / 72 + 0.1 for at in range(0, len(lines), columns)]


def _week_labels_at_foot(column: Sequence[Axes]) -> None:
    """Only the lowest panel of a column names the weeks."""
    for axes in column[:-1]:
        axes.set_xlabel("")
        axes.tick_params(labelbottom=False)


def _main_kpi(compared: Compared, given: DepartmentGiven) -> str:
    """The own KPI that weighs most, and how many more there are."""
    main = max(given.kpis, key=lambda kpi: given.kpis[kpi])
    more = len(given.kpis) - 1
    return compared.scenario.kpis[main].name + (f" and {more} more" if more else "")


def _head(axes: Axes, name: str, text: str, *, width: float) -> None:
    """A bold name over a line in plain type, above the panel."""
    plain = wrapped(text, width=width)
    axes.set_title(plain, weight="normal", color=MUTED, pad=5)
    lift = 5 + (plain.count("\n") + 1) * SMALL * 1.25
    axes.annotate(
        wrapped(name, width=width, bold=True),
        (0, 1),
        (0, lift),
        xycoords="axes fraction",
        textcoords="offset points",
        annotation_clip=False,
        weight="bold",
        va="bottom",
    )


def _loyalty_panel(axes: Axes, compared: Compared, arm: str, *, width: float) -> None:
    of = band(compared, "loyalty", arm=arm)
    draw_band(axes, of, replace(arm_style(0), marker=""))
    weeks_axis(axes, weeks=float(of.week[-1]))
    axes.set_facecolor("#f0f0f0")
    _head(axes, "The company", "Loyalty, 0 to 100", width=width)


def _score(compared: Compared, arm: str, name: str) -> pd.Series:
    """A department's mean score by week."""
    return by_replication(compared, f"score.{name}", arm=arm).mean(axis=1)


def _limits(compared: Compared, arm: str) -> tuple[float, float]:
    """Common limits of all score panels, with zero and some room."""
    means = [_score(compared, arm, name).to_numpy() for name in compared.scenario.departments]
    values = np.concatenate(means)
    values = values[np.isfinite(values)]
    low, high = (min(values.min(), 0.0), max(values.max(), 0.0)) if len(values) else (0.0, 0.0)
    room = max(0.08 * (high - low), 0.05)
    return float(low - room), float(high + room)


def _score_panel(axes: Axes, compared: Compared, arm: str, *, name: str) -> None:
    mean = _score(compared, arm, name)
    week, score = mean.index.to_numpy(dtype=np.float64), np.nan_to_num(mean.to_numpy())
    axes.fill_between(week, 0, np.maximum(score, 0), color=PAR, alpha=0.55, linewidth=0)
    axes.fill_between(
        week, 0, np.minimum(score, 0), facecolor=BELOW, alpha=0.55, hatch="///", edgecolor=INK, linewidth=0
    )
    axes.plot(week, mean, color=INK, linewidth=1.8)
    axes.axhline(0, color=INK, linewidth=1.0)
    weeks_axis(axes, weeks=float(week[-1]))

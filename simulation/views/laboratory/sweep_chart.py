"""Outcomes against a factor, arm by arm, with 95 % bands: of sweeps over one factor, or over one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from simulation.analysis.intervals import rules_out_zero
from simulation.laboratory.sweep.outcomes import by_level
from simulation.views.laboratory.sweep_table import shown, varied
from simulation.views.style import INK, WIDTH, arm_style, look, page_for, save, wrapped
from simulation.views.words import quoted, short_unit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.laboratory.sweep.plan import Plan
    from simulation.record import Column

__all__ = ["charted", "draw_sweep", "sweep_chart"]

MOST_LEVELS = 40
"""A factor of more levels than this is no line for people to read."""
MOST_OUTCOMES = 3


def charted(plan: Plan) -> list[str]:
    """Return the factors that a chart can be drawn of: the one factor of a sweep, or each that varies alone."""
    if len(plan.factors) != 1 and plan.kind != "one_at_a_time":
        return []
    return [factor.name for factor in plan.factors if 1 < len(varied(plan, factor.name)) <= MOST_LEVELS]


def draw_sweep(plan: Plan, runs: pd.DataFrame, columns: Mapping[str, Column], folder: Path) -> list[Path]:
    """Write `sweep_<factor>.png` for each factor that a chart can be drawn of."""
    with look():
        return [
            path
            for factor in charted(plan)
            for path in save(sweep_chart(plan, runs, columns, factor), folder, f"sweep_{factor}")
        ]


def sweep_chart(plan: Plan, runs: pd.DataFrame, columns: Mapping[str, Column], factor: str) -> Figure:
    """Draw each outcome against a factor: its level in every arm, and beside it the difference to the first arm.

    Call it within `look()`.
    """
    outcomes = plan.outcomes[:MOST_OUTCOMES]
    summed = by_level(plan, runs, factor, points=varied(plan, factor))
    titles = plan.arm_titles
    handles = [
        Line2D([], [], color=style.colour, linestyle=style.line, marker=style.marker, markersize=8, label=titles[arm])
        for style, arm in ((arm_style(at), arm) for at, arm in enumerate(plan.arms))
    ]
    sides = 2 if len(plan.arms) > 1 else 1
    figure = page_for(
        needed=3.1 * len(outcomes),
        title=_title(plan, summed, columns, factor),
        note=_note(plan, factor),
        handles=handles if sides > 1 else (),
    )
    grid = figure.subplots(len(outcomes), sides, squeeze=False, sharex=True)
    for line, outcome in zip(grid, outcomes, strict=True):
        column = columns[outcome]
        rows = summed[summed["outcome"] == outcome]
        _draw(line[0], plan, rows, factor, measure="mean", ends=("low", "high"))
        line[0].set_title(wrapped(f"{column.label} [{column.unit}]", width=WIDTH / sides - 1.2, bold=True))
        if sides > 1:
            _draw(line[1], plan, rows, factor, measure="difference", ends=("difference_low", "difference_high"))
            line[1].axhline(0.0, color=INK, linewidth=1.6, zorder=1)
            head = f"Difference to {quoted(titles[plan.arms[0]])} [{short_unit(column.unit)}]"
            line[1].set_title(wrapped(head, width=WIDTH / sides - 1.2, bold=True))
    for axes in grid[-1]:
        axes.set_xlabel(_named(plan, factor))
    return figure


def _draw(axes: Axes, plan: Plan, rows: pd.DataFrame, factor: str, *, measure: str, ends: tuple[str, str]) -> None:
    """One line with a band for each arm; words on the axis stand apart and get bars."""
    of = next(each for each in plan.factors if each.name == factor)
    levels = list(dict.fromkeys(rows["level"]))
    drawn = plan.arms[1:] if measure == "difference" else plan.arms
    for place, arm in enumerate(drawn):
        position = plan.arms.index(arm)
        style, line = arm_style(position), rows[rows["arm"] == arm]
        y, low, high = (line[key].to_numpy(np.float64) for key in (measure, *ends))
        if of.numeric:
            axes.fill_between(levels, low, high, color=style.colour, alpha=0.12, linewidth=0)
            for end in (low, high):  # so that bands that lie over each other can be told apart
                axes.plot(levels, end, color=style.colour, linestyle=style.line, linewidth=0.9)
            axes.plot(levels, y, color=style.colour, linestyle=style.line, marker=style.marker, markersize=7)
            continue
        at = np.arange(len(levels)) + 0.12 * (place - (len(drawn) - 1) / 2)
        axes.errorbar(at, y, yerr=[y - low, high - y], color=style.colour, marker=style.marker, markersize=8,
                      linestyle="none", capsize=4, elinewidth=2)  # fmt: skip
    if not of.numeric:
        room = (WIDTH / 2 - 1.2) / len(levels)
        axes.set_xticks(range(len(levels)), [wrapped(shown(level), width=max(room, 0.5)) for level in levels])
        axes.set_xlim(-0.5, len(levels) - 0.5)
    elif of.scale == "log":
        axes.set_xscale("log")


def _named(plan: Plan, factor: str) -> str:
    of = next(each for each in plan.factors if each.name == factor)
    return f"{of.label or of.name} [{of.unit}]" if of.unit else of.label or of.name


def _title(plan: Plan, summed: pd.DataFrame, columns: Mapping[str, Column], factor: str) -> str:
    """Return at how many levels each arm clearly differs from the first in the first outcome; of one arm, what is shown."""
    outcome, of = plan.outcomes[0], next(each for each in plan.factors if each.name == factor)
    label, name = columns[outcome].label, of.label or of.name
    if len(plan.arms) == 1:
        return f"{label} against {name}"
    levels, first = summed["level"].nunique(), quoted(plan.arm_titles[plan.arms[0]])
    parts = {}
    for arm in plan.arms[1:]:
        rows = summed[(summed["outcome"] == outcome) & (summed["arm"] == arm)].to_dict("records")
        clear = [row for row in rows if rules_out_zero(row["difference_low"], row["difference_high"], n=row["n"])]
        higher = sum(row["difference"] > 0 for row in clear)
        parts[quoted(plan.arm_titles[arm])] = _counted(higher, len(clear) - higher)
    said = "; ".join(f"{arm} {where}" for arm, where in parts.items())
    return f"{label} against {first} over {levels} levels of {name}: {said}"


def _counted(higher: int, lower: int) -> str:
    said = [
        f"clearly {word} at {count} level{'s' * (count > 1)}"
        for word, count in (("higher", higher), ("lower", lower))
        if count
    ]
    return " and ".join(said) or "nowhere clearly different"


def _note(plan: Plan, factor: str) -> str:
    others = len(plan.factors) > 1
    horizon = plan.scenario.get("horizon", {})
    people = f", {horizon['population']:,} people" if "population" in horizon else ""
    luck = (
        "the same customers and the same luck at every level"
        if plan.luck == "shared"
        else "luck of its own at each level"
    )
    base = " All other factors stay at their base." if others else ""
    return (
        f"Means over {plan.replications} replications{people}, each summed up over its last year, with 95 % intervals; "
        f"{luck}. Differences are paired by replication.{base}"
    )

"""Arms compared over an ensemble: each difference with its interval of luck within that of luck and parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from simulation.views.style import INK, arm_style, look, page_for, save, wrapped
from simulation.views.words import quoted, short_unit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure

    from simulation.laboratory.sweep.plan import Plan
    from simulation.record import Column

__all__ = ["compared_chart", "save_compared_chart"]

BLUE = arm_style(2).colour


def save_compared_chart(plan: Plan, table: pd.DataFrame, columns: Mapping[str, Column], folder: Path) -> list[Path]:
    """Write `compared.png`."""
    with look():
        return save(compared_chart(plan, table, columns), folder, "compared")


def compared_chart(plan: Plan, table: pd.DataFrame, columns: Mapping[str, Column]) -> Figure:
    """Draw each arm's difference to the first: interval of luck alone within that of luck and parameters; within `look()`."""
    titles = plan.arm_titles
    handles = [
        Line2D([], [], color=BLUE, linewidth=9, alpha=0.45, label="95 %: luck and parameters"),
        Line2D([], [], color=INK, linewidth=3, marker="|", markersize=10, label="95 %: luck alone"),
        Line2D([], [], color=INK, marker="o", markersize=9, linestyle="none", label="Mean"),
    ]
    note = (
        f"{len(plan.points)} firms that the calibration left possible, {plan.replications} replication(s) each; within each the "
        "same customers and luck in every arm. More replications narrow the inner interval, more data the outer."
    )
    arms = list(plan.arms[1:])
    figure = page_for(
        needed=len(plan.outcomes) * (0.9 + 0.55 * len(arms)),
        title=f"Difference to {quoted(titles[plan.arms[0]])}, whatever the data leave possible", note=note, handles=handles,
    )  # fmt: skip
    grid = figure.subplots(len(plan.outcomes), 1, squeeze=False).ravel()
    for axes, outcome in zip(grid, plan.outcomes, strict=True):
        rows = table[table["outcome"] == outcome].to_dict("records")
        for at, row in enumerate(rows):
            axes.plot([row["low"], row["high"]], [at, at], color=BLUE, linewidth=9, alpha=0.45, solid_capstyle="butt")
            axes.plot([row["luck_low"], row["luck_high"]], [at, at], color=INK, linewidth=3, marker="|", markersize=10)
            axes.plot([row["difference"]], [at], color=INK, marker="o", markersize=9)
        axes.axvline(0.0, color=INK, linewidth=1.6)
        axes.set_yticks(range(len(rows)), [wrapped(titles[row["arm"]], width=3.2) for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.grid(visible=False, axis="y")
        column = columns[outcome]
        axes.set_title(f"{column.label} [{short_unit(column.unit)}]")
    return figure

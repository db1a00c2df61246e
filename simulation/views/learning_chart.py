"""How near learners come to best response, by weeks: in the linear world and on the reference firm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from simulation.views.style import INK, WIDTH, arm_style, look, page_for, save, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["learning_chart", "save_learning"]

LEARNERS = {
    ("trial_and_error", 0.9): "Trial and error, memory 0.9",
    ("trial_and_error", 0.8): "Trial and error, memory 0.8",
    ("trial_and_error", 0.6): "Trial and error, memory 0.6",
    ("local_search", 0.0): "Local search (no memory)",
}
"""Lines, in the order of the legend."""
ARM_WORDS = {"siloed": "own KPI only", "shared_and_pooled": "half shared, pooled sight"}
COLUMNS = 3
LOWEST = -0.5
"""The axis goes no lower; what lies below is cut off."""


def learning_chart(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw the share of the attainable gain that each rule has realised by then; call it within `look()`.

    Parameters
    ----------
    tables
        What `simulation.analysis.learning_study` returns.
    """
    panels = [*_linear_panels(tables["linear"]), *_firm_panels(tables["firm"])]
    handles = [
        Line2D([], [], color=style.colour, linestyle=style.line, marker=style.marker, markersize=8, label=words)
        for style, words in ((arm_style(at), words) for at, words in enumerate(LEARNERS.values()))
    ]
    handles.append(Line2D([], [], color=INK, linewidth=1.6, label="1: best response, 0: no better than the start"))
    rows = -(-len(panels) // COLUMNS)
    figure = page_for(
        needed=3.1 * rows, title=_title(tables["firm"]), note=_note(tables), handles=handles
    )  # fmt: skip
    grid = figure.subplots(rows, COLUMNS, sharey=True, squeeze=False)
    for axes in grid.flat[len(panels) :]:
        axes.remove()
    for axes, (head, table) in zip(grid.flat, panels, strict=False):
        axes.set_title(wrapped(head, width=WIDTH / COLUMNS - 0.9, bold=True))
        _draw(axes, table)
    low, high = grid[0, 0].get_ylim()
    grid[0, 0].set_ylim(max(low, LOWEST), max(high, 1.05))
    for axes in grid[:, 0]:
        axes.set_ylabel("Share of the gain")
    for axes in grid[-1]:
        axes.set_xlabel("Weeks of learning")
    return figure


def save_learning(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write each table as `learning_<name>.csv` (4 significant digits), and the chart as `learning.png` and `.svg`."""
    written = []
    for name, table in tables.items():
        path = folder / f"learning_{name}.csv"
        table.to_csv(path, index=False, float_format="%.4g", lineterminator="\n")
        written.append(path)
    with look():
        return [*written, *save(learning_chart(tables), folder, "learning")]


def _linear_panels(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    levers = 4 if (table["levers"] == 4).any() else int(table["levers"].iloc[0])
    table = table[table["levers"] == levers]
    return [
        (f"Linear world, {levers} levers, trial noise {noise:g}", part) for noise, part in table.groupby("trial_noise")
    ]


def _firm_panels(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Each arm at each size of market, at the cadence of the reference firm; own KPI first."""
    table = table[(table["review_weeks"] == 4) & (table["levers_at_a_time"] == 4)]
    return [
        (f"Firm, {ARM_WORDS.get(arm, arm)}, {population:,} people", part)
        for (arm, population), part in sorted(
            table.groupby(["arm", "population"]), key=lambda each: (each[0][0] != "siloed", each[0][1])
        )
    ]


def _draw(axes: Axes, table: pd.DataFrame) -> None:
    """One line with intervals for each rule."""
    weeks = sorted(table["weeks"].unique())
    for level in (0.0, 1.0):
        axes.axhline(level, color=INK, linewidth=1.6)
    for position, (rule, memory) in enumerate(LEARNERS):
        line = table[(table["rule"] == rule) & (table["memory"] == memory)].sort_values("weeks")
        style = arm_style(position)
        at = [weeks.index(week) + 0.07 * (position - 1.5) for week in line["weeks"]]
        spread = [line["share"] - line["share_low"], line["share_high"] - line["share"]]
        axes.errorbar(at, line["share"], yerr=spread, color=style.colour, elinewidth=1.6, capsize=0, linestyle="none")
        axes.plot(at, line["share"], color=style.colour, linestyle=style.line, marker=style.marker, markersize=7)
    axes.set_xticks(range(len(weeks)), [str(week) for week in weeks])
    axes.set_xlim(-0.3, len(weeks) - 0.7)
    axes.tick_params(labelleft=True)


def _title(firm: pd.DataFrame) -> str:
    """What the rule of the reference firm has realised after its horizon, at the least and at the most."""
    weeks = 208 if (firm["weeks"] == 208).any() else int(firm["weeks"].max())
    usual = firm[(firm["rule"] == "trial_and_error") & (firm["memory"] == 0.9) & (firm["weeks"] == weeks)]
    usual = usual[(usual["review_weeks"] == 4) & (usual["levers_at_a_time"] == 4)]["share"]
    return (
        f"After {weeks} weeks, trial and error with memory 0.9 has realised {100 * usual.min():.0f} to "
        f"{100 * usual.max():.0f} % of what departments could gain for themselves"
    )


def _note(tables: Mapping[str, pd.DataFrame]) -> str:
    linear, firm = int(tables["linear"]["n"].min()), int(tables["firm"]["n"].min())
    return (
        f"Mean of {linear} (linear world) and {firm} (firm) replications; bars: 95 % interval. Settings over the last 26 weeks; "
        "reviews every 4 weeks, 4 levers at a time. Trial noise: standard deviation of one trial's gain in points of score."
    )

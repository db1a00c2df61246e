"""How near learners come to best response, by weeks: in the linear world and on the reference firm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from simulation.views.style import INK, MUTED, WIDTH, arm_style, look, page_for, save, wrapped

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
COLUMNS = 4


def learning_chart(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw the distance in the linear world above the share realised on the reference firm; call it within `look()`.

    Parameters
    ----------
    tables
        What `simulation.analysis.learning_study` returns.
    """
    handles = [
        Line2D([], [], color=style.colour, linestyle=style.line, marker=style.marker, markersize=8, label=words)
        for style, words in ((arm_style(at), words) for at, words in enumerate(LEARNERS.values()))
    ]
    handles.append(Line2D([], [], color=MUTED, linewidth=4, alpha=0.6, label="Nobody learns"))
    figure = page_for(needed=7.0, title=_title(tables["firm"]), note=_note(tables), handles=handles)
    grid = figure.subplots(2, COLUMNS, sharey="row", squeeze=False)
    rows = (("distance", _linear_panels(tables["linear"])), ("share", _firm_panels(tables["firm"])))
    for line, (measure, panels) in zip(grid, rows, strict=True):
        for axes in line[len(panels) :]:
            axes.remove()
        for axes, (head, x, table) in zip(line, panels, strict=False):
            axes.set_title(wrapped(head, width=WIDTH / COLUMNS - 0.8, bold=True))
            axes.set_xlabel("Weeks of learning" if x == "weeks" else "Levers of a department")
            _draw(axes, table, x=x, measure=measure)
    grid[0, 0].set_ylabel("Distance to best response")
    grid[0, 0].set_ylim(bottom=0)
    grid[1, 0].set_ylabel("Share of the gain realised")
    low, high = grid[1, 0].get_ylim()
    grid[1, 0].set_ylim(min(low, 0.0), max(high, 1.05))
    return figure


def save_learning(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write each table as `learning_<name>.csv` (4 significant digits), and the chart as `learning.png`."""
    written = []
    for name, table in tables.items():
        path = folder / f"learning_{name}.csv"
        table.to_csv(path, index=False, float_format="%.4g", lineterminator="\n")
        written.append(path)
    with look():
        return [*written, *save(learning_chart(tables), folder, "learning")]


def _usual(values: pd.Series[Any], wanted: float) -> float:
    """Return the wanted value where it is there, else the largest."""
    return wanted if (values == wanted).any() else float(values.max())


def _linear_panels(table: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """By weeks at each noise, and by number of levers: (heading, what x is, lines)."""
    levers, weeks = _usual(table["levers"], 4), _usual(table["weeks"], 208)
    noise = _usual(table["trial_noise"], 0.25)
    by_weeks = [
        (f"Linear world: {levers:g} levers, noise {of:g}", "weeks", part)
        for of, part in table[table["levers"] == levers].groupby("trial_noise")
    ]
    by_levers = table[(table["trial_noise"] == noise) & (table["weeks"] == weeks)]
    return [*by_weeks, (f"Linear world: {weeks:g} weeks, noise {noise:g}", "levers", by_levers)]


def _firm_panels(table: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """Each arm at each size of market, at the cadence of the reference firm; own KPI first."""
    table = table[(table["review_weeks"] == 4) & (table["levers_at_a_time"] == 4)]
    return [
        (f"Firm of {population:,} people: {ARM_WORDS[arm]}", "weeks", part)
        for arm in ARM_WORDS
        for population, part in table[table["arm"] == arm].groupby("population")
    ]


def _draw(axes: Axes, table: pd.DataFrame, *, x: str, measure: str) -> None:
    """One line with intervals for each rule; best response, and where nobody learns, as plain lines."""
    places = sorted(table[x].unique())
    start = table[table["rule"] == "fixed"].sort_values(x)
    if len(start):
        axes.plot(range(len(start)), start[measure], color=MUTED, linewidth=4, alpha=0.6)
    for level in (0.0, 1.0) if measure == "share" else (0.0,):
        axes.axhline(level, color=INK, linewidth=1.6)
    for position, (rule, memory) in enumerate(LEARNERS):
        line = table[(table["rule"] == rule) & (table["memory"] == memory)].sort_values(x)
        style = arm_style(position)
        at = [places.index(place) + 0.09 * (position - 1.5) for place in line[x]]
        spread = [line[measure] - line[f"{measure}_low"], line[f"{measure}_high"] - line[measure]]
        axes.errorbar(at, line[measure], yerr=spread, color=style.colour, elinewidth=1.6, capsize=0, linestyle="none")
        axes.plot(at, line[measure], color=style.colour, linestyle=style.line, marker=style.marker, markersize=7)
    axes.set_xticks(range(len(places)), [f"{place:g}" for place in places])
    axes.set_xlim(-0.3, len(places) - 0.7)
    axes.tick_params(labelleft=True)


def _title(firm: pd.DataFrame) -> str:
    """What the rule of the reference firm has realised after its horizon, at the least and at the most."""
    weeks = 208 if (firm["weeks"] == 208).any() else int(firm["weeks"].max())
    usual = firm[(firm["rule"] == "trial_and_error") & (firm["memory"] == 0.9) & (firm["weeks"] == weeks)]
    share = 100 * usual[(usual["review_weeks"] == 4) & (usual["levers_at_a_time"] == 4)]["share"]
    return (
        f"After {weeks} weeks, trial and error with memory 0.9 has realised {share.min():.0f} to {share.max():.0f} % "
        "of what departments could gain for themselves"
    )


def _note(tables: Mapping[str, pd.DataFrame]) -> str:
    linear, firm = int(tables["linear"]["n"].min()), int(tables["firm"]["n"].min())
    return (
        f"Mean of {linear} (linear world) and {firm} (firm) replications; bars: 95 % interval. Settings over the last "
        "26 weeks, reviews every 4 weeks, 4 levers at a time. Distance in lever units (0 to 1). Noise: standard deviation "
        "of one trial's gain, in points of score. Share: 0 is the starting policy, 1 the department's best response."
    )

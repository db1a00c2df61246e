"""What departments reach in the worlds of theory: by number of departments and noise, and on rugged landscapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from simulation.views.style import INK, MUTED, WIDTH, arm_style, look, page_for, save, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["save_theory", "theory_chart"]

LINES = (
    ("own", "siloed", "Own KPI"),
    ("half, unsplit", "shared and pooled", "Half for the company's value, unsplit"),
    ("all, unsplit", "all shared and pooled", "All for the company's value, unsplit"),
    ("all, split", "", "All, split equally"),
    ("", "shared", "Half, without sight of it (landscapes)"),
)
"""Name in the linear world, name on landscapes, words."""
RULE_WORDS = {"best_response": "best response", "local_search": "local search", "trial_and_error": "trial and error"}
LOWEST = -1.0
"""Efficiencies below this are left off the chart."""


def theory_chart(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw the linear world above NK landscapes; call it within `look()`.

    Parameters
    ----------
    tables
        What `simulation.analysis.theory_study` returns.
    """
    handles = [
        Line2D([], [], color=style.colour, linestyle=style.line, marker=style.marker, markersize=8, label=words)
        for style, words in ((arm_style(at), words) for at, (_, _, words) in enumerate(LINES))
    ]
    handles.append(
        Line2D([], [], color=MUTED, linewidth=5, alpha=0.35, label="Above: best response, in each line's place")
    )
    figure = page_for(needed=8.0, title=_title(tables["learners"]), note=_note(tables), handles=handles)
    above, below = figure.subplots(2, 1).tolist()
    for axes in (above, below):
        axes.remove()
    grid = figure.add_gridspec(2, 12)
    _linear_row([figure.add_subplot(grid[0, 3 * i : 3 * i + 3]) for i in range(4)], tables["learners"])
    _landscape_row([figure.add_subplot(grid[1, 4 * i : 4 * i + 4]) for i in range(3)], tables["nk"])
    return figure


def save_theory(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write each table as `theory_<name>.csv` (7 significant digits), and the chart as `theory.png`."""
    written = []
    for name, table in tables.items():
        path = folder / f"theory_{name}.csv"
        table.to_csv(path, index=False, float_format="%.7g", lineterminator="\n")
        written.append(path)
    with look():
        return [*written, *save(theory_chart(tables), folder, "theory")]


def _linear_row(row: list[Axes], table: pd.DataFrame) -> None:
    """Each noise with the value as noisy as an own KPI, and the middle noise with a value that adds up the departments' noise."""
    known, tried = table[table["rule"] == "best_response"], table[table["rule"] == "trial_and_error"]
    tried = tried[tried["weeks"] == tried["weeks"].max()]
    noises = sorted(tried["trial_noise"].unique())
    some = _some_noise(tried)
    alike = tried[tried["value_noise"] == 1.0]
    louder = tried[(tried["trial_noise"] == some) & ((tried["value_noise"] > 1.0) | (tried["pay"] == "own"))]
    panels = [(f"Noise {noise:g}", alike[alike["trial_noise"] == noise]) for noise in noises]
    panels.append((f"Noise {some:g}, of the value √N times that", louder))
    for axes, (head, part) in zip(row, panels, strict=False):
        axes.set_title(wrapped(head, width=WIDTH / 4 - 0.8, bold=True))
        axes.set_xlabel("Departments N")
        for position, (pay, _, _) in enumerate(LINES):
            exact = known[known["pay"] == pay].sort_values("departments")
            axes.plot(
                exact["departments"], exact["efficiency"], color=arm_style(position).colour, linewidth=5, alpha=0.35
            )
            _line(axes, part[part["pay"] == pay].sort_values("departments"), x="departments", position=position)
        axes.set_xticks(sorted(known["departments"].unique()))
        axes.set_ylim(LOWEST, 1.1)
        axes.axhline(0.0, color=INK, linewidth=1.0)
    for axes in row[len(panels) :]:
        axes.remove()
    row[0].set_ylabel("Efficiency")


def _landscape_row(row: list[Axes], table: pd.DataFrame) -> None:
    for axes, (rule, part) in zip(row, table.groupby("rule", sort=False), strict=False):
        axes.set_title(wrapped(f"NK landscape: {RULE_WORDS[str(rule)]}", width=WIDTH / 3 - 0.8, bold=True))
        axes.set_xlabel("Practices of others that matter to each")
        for position, (_, pay, _) in enumerate(LINES):
            _line(axes, part[part["pay"] == pay].sort_values("across"), x="across", position=position)
        axes.set_xticks(sorted(part["across"].unique()))
        axes.set_ylim(-0.3, 1.1)
        axes.axhline(0.0, color=INK, linewidth=1.0)
    row[0].set_ylabel("From average (0) to best (1)")


def _line(axes: Axes, line: pd.DataFrame, *, x: str, position: int) -> None:
    """One line with intervals, a little aside of the others."""
    style = arm_style(position)
    at = line[x] + 0.06 * (position - 2)
    spread = [line["efficiency"] - line["efficiency_low"], line["efficiency_high"] - line["efficiency"]]
    axes.errorbar(at, line["efficiency"], yerr=spread, color=style.colour, elinewidth=1.6, capsize=0, linestyle="none")
    axes.plot(at, line["efficiency"], color=style.colour, linestyle=style.line, marker=style.marker, markersize=7)


def _some_noise(tried: pd.DataFrame) -> float:
    """Return the smallest noise that there is."""
    return float(min(noise for noise in tried["trial_noise"] if noise > 0.0))


def _title(learners: pd.DataFrame) -> str:
    """What splitting costs those who know, and what the unsplit pool brings those who try, in the largest organization."""
    known = learners[learners["rule"] == "best_response"]
    tried = learners[(learners["rule"] == "trial_and_error") & (learners["weeks"] == learners["weeks"].max())]
    most = int(known["departments"].max())
    loud = tried[(tried["departments"] == most) & (tried["trial_noise"] == _some_noise(tried))].sort_values(
        "value_noise"
    )

    def at(table: pd.DataFrame, pay: str) -> float:
        return float(table[(table["pay"] == pay) & (table["departments"] == most)]["efficiency"].iloc[-1])

    return (
        f"Among {most} departments that know everything a split pool brings {at(known, 'all, split'):.2f} of the best and an "
        f"unsplit one {at(known, 'all, unsplit'):.2f}; among those that try things out on a loud shared figure "
        f"{at(loud, 'all, split'):.2f} and {at(loud, 'all, unsplit'):.2f}"
    )


def _note(tables: Mapping[str, pd.DataFrame]) -> str:
    learners, nk = tables["learners"], tables["nk"]
    return (
        f"Above: trial and error after {learners['weeks'].max()} weeks in the linear world, own KPI and value 60 degrees apart, "
        f"mean of {learners['n'].max()} runs (1 without noise). Noise: standard deviation of one trial's gain in the own KPI, "
        f"in points; √N: every department adds its own to the company's. Below: mean of {nk['n'].max()} landscapes without "
        "noise, 3 departments of 4 practices. Bars: 95 % interval. Lines that leave the panel go on below it."
    )

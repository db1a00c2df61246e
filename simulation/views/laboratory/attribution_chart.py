"""From one arm to another, department by department: a waterfall with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulation.laboratory.attribution.coalition_game import KINDS
from simulation.views.laboratory.attribution_words import decimals_of, headline, window_words
from simulation.views.style import (
    BELOW,
    FAINT,
    INK,
    MUTED,
    PAR,
    beside,
    inch_axes,
    look,
    page_for,
    save,
    text_width,
    wrapped,
)
from simulation.views.words import amount, amount_with_sign, interval_words, short_unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.laboratory.attribution.coalition_game import Game

__all__ = ["attribution_chart", "save_attribution_chart"]

ROW = 0.5
"""Height of a line [inch]."""
NAMES, FIGURES = 3.3, 3.2
"""Room for names and for numbers beside the bars [inch]."""
HEAD = 0.35


def attribution_chart(game: Game, table: pd.DataFrame) -> Figure:
    """Draw the waterfall of one game; call it within `look()`.

    Parameters
    ----------
    game
        What was asked.
    table
        What `simulation.laboratory.attribution.tables.attributed` returns.
    """
    lines = _ordered(table)
    names = [wrapped(str(line["label"]), width=NAMES - 0.25, bold=_is_arm(line)) for line in lines]
    heights = [max(ROW, 0.18 + 0.25 * (name.count("\n") + 1)) for name in names]
    better, worse = ("lower", "higher") if game.column.better == "lower" else ("higher", "lower")
    handles = [
        Line2D([], [], color=INK, marker="D", markersize=10, linestyle="none", label="Arm, mean"),
        Patch(facecolor=PAR, label=f"Makes it {better}"),
        Patch(facecolor=BELOW, hatch="///", edgecolor="white", label=f"Makes it {worse}"),
        Line2D([], [], color=INK, linewidth=2, marker="|", markersize=9, label="95 % interval of the part"),
    ]
    needed = sum(heights) + HEAD + 0.75
    figure = page_for(needed=needed, title=headline(game, table), note=_note(game, table), handles=handles)
    axes = inch_axes(figure, needed=sum(heights), left=NAMES, right=FIGURES, head=HEAD)
    _draw(axes, game, lines, names, heights)
    axes.set_xlabel(f"{game.column.label} [{game.column.unit}], {window_words(game)}")
    return figure


def save_attribution_chart(game: Game, table: pd.DataFrame, folder: Path) -> list[Path]:
    """Write the chart as `attribution_<kind>.png`."""
    with look():
        return save(attribution_chart(game, table), folder, f"attribution_{game.kind}")


def _is_arm(line: pd.Series) -> bool:
    return line["what"] in ("from", "to")


def _ordered(table: pd.DataFrame) -> list[pd.Series]:
    """Return the lines of the waterfall: first arm, the largest parts first, trials, second arm."""
    parts = table[table["what"].isin(["department", "section"])]
    parts = parts.reindex(parts["value"].abs().sort_values(ascending=False, kind="stable").index)
    chosen = [table[table["what"] == "from"], parts, table[table["what"] == "trials"], table[table["what"] == "to"]]
    return [line for frame in chosen for _, line in frame.iterrows()]


def _draw(axes: Axes, game: Game, lines: Sequence[pd.Series], names: Sequence[str], heights: Sequence[float]) -> None:
    decimals = decimals_of(lines)
    unit = short_unit(game.column.unit)
    top, level = 0.0, float(lines[0]["value"])
    beside(axes, "Part of the gap (95 % interval)", at=-0.1, left=False, colour=MUTED, va="bottom")
    for line, name, height in zip(lines, names, heights, strict=True):
        at = top + height / 2
        beside(axes, name, at=at, left=True, bold=_is_arm(line), va="center")
        if _is_arm(line):
            level = float(line["value"])
            axes.plot([level], [at], color=INK, marker="D", markersize=10, linestyle="none", zorder=3)
            said = f"{amount(level, decimals=decimals)} {unit if text_width(unit) < FIGURES - 1 else ''}".strip()
        else:
            _bar(axes, line, level=level, at=at, better=game.column.better)
            level += float(line["value"])
            interval = interval_words(line["value_low"], line["value_high"], decimals=decimals)
            said = f"{amount_with_sign(line['value'], decimals=decimals)} ({interval})"
        beside(axes, said, at=at, left=False, bold=_is_arm(line), va="center")
        if line["what"] != "to":  # the level goes on to the next line
            axes.plot(
                [level, level], [at, top + height + 0.25], color=MUTED, linewidth=1.0, linestyle=(0, (2, 2)), zorder=1
            )
        top += height
    axes.margins(x=0.06)


def _bar(axes: Axes, line: pd.Series, *, level: float, at: float, better: str) -> None:
    value = float(line["value"])
    good = (value > 0) != (better == "lower")
    colour, hatch = (FAINT, "...") if line["what"] == "trials" else (PAR, None) if good else (BELOW, "///")
    edge = MUTED if line["what"] == "trials" else "white"
    axes.barh(at, value, left=level, height=0.3, color=colour, hatch=hatch, edgecolor=edge, zorder=2)
    low, high = level + line["value_low"], level + line["value_high"]
    axes.plot([low, high], [at, at], color=INK, linewidth=2, marker="|", markersize=9, zorder=4)


def _note(game: Game, table: pd.DataFrame) -> str:
    n = int(table[table["what"] == "gap"]["n"].iloc[0])
    exact = "exact Shapley values over all coalitions" if game.permutations is None else (
        f"Shapley values from {2 * game.permutations} sampled orders a replication"
    )  # fmt: skip
    how = {
        "recorded": "Departments of a coalition play the levers recorded in the second arm, the others those of the first; "
        "nobody learns. Trials themselves: the runs as they were less the replays of their own levers.",
        "relearning": "Departments of a coalition live under the second arm's terms, the others under the first's; everybody "
        "learns anew.",
    }[game.kind]
    return (
        f"{KINDS[game.kind].capitalize()}: {exact}, mean of {n} replications, same customers and luck. {how} "
        "The parts add up to the gap."
    )

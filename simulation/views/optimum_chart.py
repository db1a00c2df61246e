"""The optimum as pictures: where each lever stands under each policy, and what each policy is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from simulation.laboratory.judging import POLICIES
from simulation.views.optimum_words import headline, records
from simulation.views.style import (
    FAINT,
    INK,
    MUTED,
    SMALL,
    WIDTH,
    arm_style,
    beside,
    inch_axes,
    look,
    page_for,
    save,
    wrapped,
)
from simulation.views.words import amount, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.laboratory.judging import Optimum

__all__ = ["draw_optimum", "levers_page", "price_page"]

LOOKS = {"start": 7, "equilibrium": 1, "learned": 5, "owner": 2}
"""Position of each policy's style: colour and marker (`simulation.views.style.arm_style`)."""
WORDS = {
    "start": "Starting policy",
    "equilibrium": "Departments' equilibrium",
    "learned": "What departments learn (95 % interval)",
    "owner": "Single owner's best",
}
ROW = 0.34
"""Height of a lever's row [inch]."""
NAME, END = 4.1, 0.2
"""Room left and right of the levers [inch]."""
LINE = SMALL * 1.3 / 72
MEASURES = ("loyalty", "profit", "lifetime_value")


def draw_optimum(optimum: Optimum, folder: Path) -> list[Path]:
    """Write `levers_<arm>.png` for each arm, and `price.png`."""
    titles = optimum.found.plan.loaded.arm_titles
    written = []
    with look():
        for arm in optimum.found.plan.arms:
            figure = levers_page(optimum.levers, optimum.price, arm=arm, title=titles[arm])
            written += save(figure, folder, f"levers_{arm}")
        written += save(price_page(optimum.price, titles=titles), folder, "price")
    return written


def levers_page(levers: pd.DataFrame, price: pd.DataFrame, *, arm: str, title: str) -> Figure:
    """Draw where each lever that anybody chooses stands under each policy: a dumbbell a lever. Call it within `look()`."""
    rows = records(levers[(levers["arm"] == arm) & (levers["owner_chooses"] | levers["department_chooses"])])
    shown = [name for name in POLICIES if any(row[name] == row[name] for row in rows)]
    needed = ROW * max(len(rows), 1)
    figure = page_for(
        needed=needed + 3 * LINE,
        title=f"{quoted(title)}: where each department pulls its levers, and where one owner would set them",
        note="Line: from the departments' equilibrium to the owner's best. levers.csv says what 0 and 1 mean. "
        f"With the owner's levers: {headline(price, arm, 'loyalty')}; {headline(price, arm, 'profit')}.",
        handles=[_handle(name, WORDS[name]) for name in shown],
    )
    axes = inch_axes(figure, needed=needed, left=NAME, right=END, head=0.1)
    for number, row in enumerate(rows):
        at = ROW * (number + 0.5)
        if number % 2 == 0:
            axes.axhspan(at - ROW / 2, at + ROW / 2, color="#f4f4f4", linewidth=0)
        label = wrapped(str(row["label"]), width=NAME - 0.3).split("\n")
        beside(axes, label[0] + ("…" if len(label) > 1 else ""), at=at, left=True, va="center")
        _dumbbell(axes, row, shown, at=at)
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(needed, 0)
    axes.set_xlabel("Setting of the lever [0-1]")
    return figure


def _handle(policy: str, words: str) -> Line2D:
    style = arm_style(LOOKS[policy])
    return Line2D([], [], color=style.colour, marker=style.marker, markersize=9, linestyle="none", label=words)


def _dumbbell(axes: Axes, row: Mapping[str, float], shown: list[str], *, at: float) -> None:
    if "equilibrium" in shown and "owner" in shown:
        axes.plot(
            [row["equilibrium"], row["owner"]], [at, at], color=FAINT, linewidth=5, solid_capstyle="round", zorder=1
        )
    for policy in shown:
        style = arm_style(LOOKS[policy])
        if policy == "learned":
            axes.plot([row["learned_low"], row["learned_high"]], [at, at], color=style.colour, linewidth=1.6, zorder=2)
        axes.plot(
            row[policy], at, color=style.colour, marker=style.marker, markersize=6 if policy == "start" else 9,
            linestyle="none", zorder=3, clip_on=False, markeredgecolor="white", markeredgewidth=0.7,
        )  # fmt: skip


def price_page(price: pd.DataFrame, *, titles: Mapping[str, str]) -> Figure:
    """Draw what each policy is worth, arm by arm and measure by measure, with intervals. Call it within `look()`."""
    arms = list(dict.fromkeys(price["arm"]))
    shown = [name for name in POLICIES if name in set(price["policy"])]
    needed = (0.3 + 0.3 * len(shown)) * len(arms)
    figure = page_for(
        needed=needed + 1.2,
        title="The price of silos: what the departments' equilibrium, their learning and a single owner's levers are worth",
        note=f"Each policy held for good, same customers and luck; means over {int(price['replications'].max())} fresh "
        "replications with 95 % intervals. Differences between policies are paired and surer than these (price.csv). "
        "Profit is before bonus and less effort.",
        handles=[_handle(name, WORDS[name].split(" (")[0]) for name in shown],
    )
    panels = figure.subplots(1, len(MEASURES), sharey=True).tolist()
    for axes, measure in zip(panels, MEASURES, strict=True):
        part = price[price["measure"] == measure]
        axes.set_title(wrapped(str(part["label"].iloc[0]), width=WIDTH / 4 - 0.3, bold=True))
        axes.set_xlabel(wrapped(str(part["unit"].iloc[0]), width=WIDTH / 4 - 0.3))
        for number, arm in enumerate(arms):
            _bars(axes, part[part["arm"] == arm], shown, first=number * (len(shown) + 1))
        axes.grid(visible=False, axis="y")
        axes.axvline(0.0, color=INK, linewidth=1.0)
        axes.margins(x=0.22)
        low, high = float(part["low"].min()), float(part["high"].max())
        if measure == "loyalty":
            axes.set_xlim(max(0.0, low - (high - low)), min(100.0, high + 0.5 * (high - low)))
    middle = [number * (len(shown) + 1) + (len(shown) - 1) / 2 for number in range(len(arms))]
    panels[0].set_yticks(middle, [wrapped(titles[arm], width=2.3) for arm in arms])
    panels[0].set_ylim((len(shown) + 1) * len(arms) - 1, -1)
    return figure


def _bars(axes: Axes, part: pd.DataFrame, shown: list[str], *, first: int) -> None:
    """Dots with intervals rather than bars from zero: loyalty has no meaningful zero nearby."""
    for row in records(part):
        at = first + shown.index(str(row["policy"]))
        style = arm_style(LOOKS[str(row["policy"])])
        axes.plot([row["low"], row["high"]], [at, at], color=style.colour, linewidth=2.0)
        axes.plot(row["mean"], at, color=style.colour, marker=style.marker, markersize=9, linestyle="none")
        axes.annotate(
            amount(float(row["mean"]), decimals=1 if abs(row["mean"]) < 100 else 0), (row["high"], at), (6, 0),
            textcoords="offset points", va="center", color=MUTED, size=SMALL,
        )  # fmt: skip

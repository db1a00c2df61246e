"""The optimum as pictures: where each lever stands under each policy, and what each policy is worth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from simulation.laboratory.optimum.judging import POLICIES
from simulation.views.laboratory.optimum_words import at_rest, doubt, headline, records
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
    text_width,
    wrapped,
)
from simulation.views.words import amount, amount_with_sign, quoted, short_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.laboratory.optimum.judging import Optimum

__all__ = ["draw_optimum", "levers_page", "price_page", "worth_page"]

LOOKS = {"start": 7, "equilibrium": 1, "learned": 5, "owner": 2}
"""Position of each policy's style: colour and marker (`simulation.views.style.arm_style`)."""
WORDS = {
    "start": "Starting policy",
    "equilibrium": "Departments' equilibrium",
    "learned": "What departments learn (95 % interval)",
    "owner": "Single owner's best",
}
ROW = 0.34
"""Height of a lever's row, unless its name takes two lines [inch]."""
ASIDE = {"start": 0.0, "equilibrium": -0.06, "learned": 0.0, "owner": 0.06}
"""How far a mark stands above or below its row, so that two at one setting are both seen [inch]."""
MOST_NAME, END = 6.4, 0.2
"""Room left of the levers at the most, and right of them [inch]."""
LINE = SMALL * 1.3 / 72
MEASURES = ("loyalty", "profit", "lifetime_value")


def draw_optimum(optimum: Optimum, folder: Path) -> list[Path]:
    """Write `levers_<arm>.png` for each arm, `price.png` and `worth.png`."""
    plan = optimum.found.plan
    titles = {arm: plan.loaded.arm_titles[arm] for arm in plan.arms}
    rests = {arm: at_rest(optimum, arm) for arm in plan.arms}
    written = []
    with look():
        for arm, title in titles.items():
            figure = levers_page(optimum.levers, optimum.price, arm=arm, title=title, rests=rests[arm])
            written += save(figure, folder, f"levers_{arm}")
        doubts = {arm: doubt(optimum, arm) for arm in titles}
        named = {arm: f"{title} ({doubts[arm]})" if doubts[arm] else title for arm, title in titles.items()}
        written += save(price_page(optimum.price, titles=named, wanted=plan.objective.words), folder, "price")
        written += save(worth_page(optimum.price, titles=named), folder, "worth")
    return written


def levers_page(levers: pd.DataFrame, price: pd.DataFrame, *, arm: str, title: str, rests: bool = True) -> Figure:
    """Draw where each lever that anybody chooses stands under each policy: a dumbbell a lever. Call it within `look()`.

    Parameters
    ----------
    rests
        Whether departments came to rest.
    """
    rows = records(levers[(levers["arm"] == arm) & (levers["owner_chooses"] | levers["department_chooses"])])
    shown = [name for name in POLICIES if not all(math.isnan(row[name]) for row in rows)]
    widest = max((text_width(str(row["label"])) for row in rows), default=0.0)
    name = min(widest + 0.4, MOST_NAME)
    labels = [wrapped(str(row["label"]), width=name - 0.3) for row in rows]
    tall = max([ROW, *(LINE * (label.count("\n") + 1) + 0.1 for label in labels)])
    needed = tall * max(len(rows), 1)
    words = WORDS if rests else {**WORDS, "equilibrium": "Departments when stopped: no equilibrium"}
    figure = page_for(
        needed=needed + 3 * LINE,
        title=f"{quoted(title)}: where each department pulls its levers, and where one owner would set them",
        note=f"Line: from where departments {'rest' if rests else 'were stopped'} to the owner's best. levers.csv says what 0 "
        f"and 1 mean. With the owner's levers: {headline(price, arm, 'loyalty')}; {headline(price, arm, 'profit')}.",
        handles=[_handle(name, words[name]) for name in shown],
    )
    axes = inch_axes(figure, needed=needed, left=name, right=END, head=0.1)
    for number, row in enumerate(rows):
        at = tall * (number + 0.5)
        if number % 2 == 0:
            axes.axhspan(at - tall / 2, at + tall / 2, color="#f4f4f4", linewidth=0)
        beside(axes, labels[number], at=at, left=True, va="center")
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
            row[policy], at + ASIDE[policy], color=style.colour, marker=style.marker, markersize=6 if policy == "start" else 9,
            linestyle="none", zorder=3, clip_on=False, markeredgecolor="white", markeredgewidth=0.7,
        )  # fmt: skip


def price_page(price: pd.DataFrame, *, titles: Mapping[str, str], wanted: str) -> Figure:
    """Draw what is lost against a single owner's levers, arm by arm and measure by measure. Call it within `look()`."""
    shown = [name for name in POLICIES if name in set(price["policy"]) - {"owner"}]
    figure, panels = _panels(
        price, shown, titles,
        title=f"The price of silos: what is lost against a single owner who wants {wanted}",
        note="Bars: the owner's best less each policy, both held for good, paired by replication, with 95 % intervals; right of "
        "zero the owner is ahead. In brackets: how many times as much the owner's levers are worth as where departments end.",
    )  # fmt: skip
    for axes, measure in zip(panels, MEASURES, strict=True):
        part = price[price["measure"] == measure]
        for row in records(part[part["policy"] != "owner"]):
            _bar(axes, row, at=_place(row, shown, titles))
        axes.margins(x=0.1)
        low, high = axes.get_xlim()
        axes.set_xlim(low, high + 0.8 * (high - low))  # room for the figures beside the bars
    return figure


def worth_page(price: pd.DataFrame, *, titles: Mapping[str, str]) -> Figure:
    """Draw what each policy is worth by itself, arm by arm and measure by measure. Call it within `look()`."""
    shown = [name for name in POLICIES if name in set(price["policy"])]
    figure, panels = _panels(
        price, shown, titles,
        title="What the starting policy, where departments end, what they learn and a single owner's levers are worth",
        note=f"Each policy held for good, same customers and luck; means over {int(price['replications'].max())} fresh "
        "replications with 95 % intervals. Differences between policies are paired and surer than these (price.png). "
        "Profit is before bonus and less effort.",
    )  # fmt: skip
    for axes, measure in zip(panels, MEASURES, strict=True):
        part = price[price["measure"] == measure]
        for row in records(part):
            _dot(axes, row, at=_place(row, shown, titles))
        axes.margins(x=0.22)
        low, high = float(part["low"].min()), float(part["high"].max())
        if measure == "loyalty":
            axes.set_xlim(max(0.0, low - (high - low)), min(100.0, high + 0.5 * (high - low)))
    return figure


def _panels(
    price: pd.DataFrame, shown: Sequence[str], titles: Mapping[str, str], *, title: str, note: str
) -> tuple[Figure, list[Axes]]:
    """Return a page with a panel for each measure, rows for each arm and policy."""
    needed = (0.3 + 0.32 * len(shown)) * len(titles) + 1.2
    words = WORDS | {"equilibrium": "Where departments end"}
    handles = [_handle(name, words[name].split(" (")[0]) for name in shown]
    figure = page_for(needed=needed, title=title, note=note, handles=handles)
    panels: list[Axes] = figure.subplots(1, len(MEASURES), sharey=True).tolist()
    for axes, measure in zip(panels, MEASURES, strict=True):
        part = price[price["measure"] == measure]
        axes.set_title(wrapped(str(part["label"].iloc[0]), width=WIDTH / 4 - 0.3, bold=True))
        axes.set_xlabel(wrapped(short_unit(str(part["unit"].iloc[0])), width=WIDTH / 4 - 0.3))
        axes.grid(visible=False, axis="y")
        axes.axvline(0.0, color=INK, linewidth=1.0)
    middle = [number * (len(shown) + 1) + (len(shown) - 1) / 2 for number in range(len(titles))]
    panels[0].set_yticks(middle, [wrapped(text, width=2.3) for text in titles.values()])
    panels[0].set_ylim((len(shown) + 1) * len(titles) - 1, -1)
    return figure, panels


def _place(row: Mapping[str, Any], shown: Sequence[str], titles: Mapping[str, str]) -> int:
    return list(titles).index(row["arm"]) * (len(shown) + 1) + list(shown).index(row["policy"])


def _bar(axes: Axes, row: Mapping[str, Any], *, at: int) -> None:
    style = arm_style(LOOKS[row["policy"]])
    low, high = row["lead_low"], row["lead_high"]
    axes.barh(at, row["lead"], color=style.colour, height=0.62, alpha=0.55)
    axes.plot([low, high], [at, at], color=style.colour, linewidth=2.0)
    axes.plot(row["lead"], at, color=style.colour, marker=style.marker, markersize=8, linestyle="none")
    times = row["policy"] == "equilibrium" and not math.isnan(row["ratio"])
    text = amount_with_sign(row["lead"]) + (f" ({row['ratio']:.2f} times)" if times else "")
    _beside_mark(axes, text, x=max(row["lead"] if math.isnan(high) else high, 0.0), at=at)


def _dot(axes: Axes, row: Mapping[str, Any], *, at: int) -> None:
    style = arm_style(LOOKS[row["policy"]])
    axes.plot([row["low"], row["high"]], [at, at], color=style.colour, linewidth=2.0)
    axes.plot(row["mean"], at, color=style.colour, marker=style.marker, markersize=9, linestyle="none")
    _beside_mark(axes, amount(row["mean"], decimals=1 if abs(row["mean"]) < 100 else 0), x=row["high"], at=at)


def _beside_mark(axes: Axes, text: str, *, x: float, at: int) -> None:
    axes.annotate(text, (x, at), (6, 0), textcoords="offset points", va="center", color=MUTED, size=SMALL)

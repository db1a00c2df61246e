"""One dial a department: which way its KPI points, seen from the customer's value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Wedge

from simulation.views.laboratory.alignment_words import alignment_title, verdict_words
from simulation.views.style import BELOW, FAINT, INK, MUTED, PAR, TITLE, body, look, page_for, save, wrapped
from simulation.views.words import amount, quoted

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.laboratory.alignment.alignment_map import Alignment
    from simulation.views.laboratory.alignment_words import Told

__all__ = ["alignment_chart", "save_alignment_chart"]

COLUMNS = 4
DIAL = 3.05
"""Height of a dial with its words [inch]."""


def alignment_chart(found: Alignment, told: Told) -> Figure:
    """Draw all dials; call it within `look()`."""
    angles = found.angles
    columns = min(COLUMNS, max(1, len(angles)))
    rows = math.ceil(len(angles) / columns)
    handles = [
        Line2D([], [], color=INK, linewidth=3, label="What the KPI rewards"),
        Patch(facecolor=PAR, alpha=0.25, label=f"Raises {told.value}"),
        Patch(facecolor=BELOW, alpha=0.25, hatch="///", edgecolor="white", label="Lowers it"),
        Patch(facecolor=MUTED, alpha=0.75, label="95 % interval"),
    ]
    figure = page_for(needed=rows * DIAL, title=alignment_title(found, told), note=_note(found, told), handles=handles)
    left, bottom, width, height = body(figure)
    wide, tall = figure.get_size_inches()
    figure.set_layout_engine("none")
    cell = width / columns
    for at, (_, row) in enumerate(angles.iterrows()):
        across, down = at % columns, at // columns
        foot = bottom + height - (down + 1) * DIAL
        axes = figure.add_axes(((left + across * cell + 0.1) / wide, foot / tall, (cell - 0.2) / wide, DIAL / tall))
        _dial(axes, row, told, width=cell - 0.2)
    return figure


def save_alignment_chart(found: Alignment, told: Told, folder: Path) -> list[Path]:
    """Write the chart as `alignment.png`."""
    with look():
        return save(alignment_chart(found, told), folder, "alignment")


def _dial(axes: Axes, row: pd.Series, told: Told, *, width: float) -> None:
    """One dial on axes that count inches from the middle of its base."""
    axes.set_axis_off()
    axes.set_xlim(-width / 2, width / 2)
    axes.set_ylim(-1.35, DIAL - 1.35)
    radius = min(1.05, width / 2 - 0.25)
    axes.add_patch(Wedge((0, 0), radius, 0, 90, facecolor=PAR, alpha=0.25, zorder=1))
    axes.add_patch(
        Wedge((0, 0), radius, 90, 180, facecolor=BELOW, alpha=0.25, hatch="///", edgecolor="white", zorder=1)
    )
    axes.plot([-radius, radius], [0, 0], color=MUTED, linewidth=1.2, zorder=2)
    axes.plot([0, 0], [0, radius], color=MUTED, linewidth=1.0, linestyle=(0, (2, 2)), zorder=2)
    axes.text(
        0,
        radius + 0.12,
        wrapped(told.name(str(row["department"])), width=width, bold=True),
        ha="center",
        va="bottom",
        weight="bold",
    )
    axes.text(radius, -0.06, "with", ha="right", va="top", color=MUTED)
    axes.text(-radius, -0.06, "against", ha="left", va="top", color=MUTED)
    words = wrapped(_capital(verdict_words(row, told)), width=width)
    if pd.isna(row["angle"]):
        axes.text(
            0, radius / 2 - 0.05, "?", ha="center", va="center", size=TITLE * 1.4, color=MUTED, weight="bold", zorder=4
        )
        axes.text(0, -0.42, words, ha="center", va="top", color=MUTED, linespacing=1.1)
        return
    axes.add_patch(
        Wedge(
            (0, 0), radius, row["low"], row["high"], width=0.22, facecolor=MUTED, alpha=0.75, edgecolor=FAINT, zorder=3
        )
    )
    _arrow(axes, float(row["angle"]), length=radius - 0.02, colour=INK)
    said = (
        f"{amount(row['angle'], decimals=0)}° ({amount(row['low'], decimals=0)} to {amount(row['high'], decimals=0)})"
    )
    axes.text(0, -0.34, said, ha="center", va="top", weight="bold")
    axes.text(0, -0.62, words, ha="center", va="top", color=INK, linespacing=1.1)


def _arrow(axes: Axes, degrees: float, *, length: float, colour: str) -> None:
    across, up = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    axes.annotate(
        "",
        (length * across, length * up),
        (0, 0),
        arrowprops={
            "arrowstyle": "-|>,head_length=0.7,head_width=0.35",
            "color": colour,
            "linewidth": 3,
            "shrinkA": 0,
            "shrinkB": 0,
        },
        zorder=5,
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _note(found: Alignment, told: Told) -> str:
    unknown = " A question mark: cannot be told from zero." if found.angles["angle"].isna().any() else ""
    return (
        f"Arm {quoted(told.arm_title)}, around {told.policy}. Angle between what a department's own levers do to its own KPIs' "
        f"score and to {told.value}: 0° the same way, 90° nothing to do with each other, 180° against. Central differences of "
        f"±{told.step:g} of each lever, same customers and luck, {found.replications} replications.{unknown}"
    )

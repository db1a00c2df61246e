"""The picture of a firm: the journey from left to right, below it each department's levers with a mark where they act."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal

from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch, Rectangle

from simulation.views.firm_picture.layout import BOX_LINE, HEADER, ROW, SIDE, Layout, Row, layout
from simulation.views.firm_picture.marks import blocks, reach_sentence
from simulation.views.style import BELOW, FAINT, INK, MUTED, PAR, SMALL, body, page_for, text_width

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.scenario.scenario import Scenario
    from simulation.views.firm_picture.marks import Feel

__all__ = ["KINDS", "firm_picture", "picture_bytes"]

KINDS: tuple[Literal["png", "svg", "pdf"], ...] = ("png", "svg", "pdf")
"""Kinds of picture file."""
_MARKS: Mapping[Feel, tuple[str, str, str]] = {
    "better": ("^", PAR, "its high end is better for customers"),
    "worse": ("v", BELOW, "its high end is worse for customers"),
    "both": ("D", "#0072b2", "better and worse, or a promise"),
    "unfelt": ("o", MUTED, "not felt: volume, sales, cost, survey answer"),
}
"""What is felt -> marker, colour and words of the legend; shapes tell them apart without colour."""
_SHADE, _BOX = "#e6eef5", "#f5f5f5"


def firm_picture(scenario: Scenario) -> Figure:
    """Draw a firm on one page; call it inside `style.look()`."""
    plan = layout(scenario, blocks(scenario))
    shared = ", ".join(scenario.kpis[name].name for name in scenario.incentives.shared_metrics)
    figure = page_for(
        needed=plan.height,
        title=f"{scenario.title}: {reach_sentence(scenario)}",
        note="Read a row: what this lever moves, and where. Read a column: who makes a touchpoint what it is. Arcs: what follows. "
        "Touchpoints are met in the order from left to right."
        + (f" Shared metrics on which arms may pay: {shared}." if shared else ""),
        handles=_legend(),
        width=plan.width,
    )
    axes = _axes(figure, plan)
    _journey(axes, scenario, plan)
    for row in plan.rows:
        _row(axes, scenario, plan, row)
    return figure


def picture_bytes(figure: Figure, kind: Literal["png", "svg", "pdf"]) -> bytes:
    """The picture as a file: the same bytes for the same firm."""
    buffer = io.BytesIO()
    dates: dict[str, dict[str, Any]] = {
        "png": {"Software": None},
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }
    figure.savefig(buffer, format=kind, dpi=figure.dpi, metadata=dates[kind])
    return buffer.getvalue()


def _legend() -> list[Any]:
    handles: list[Any] = [
        Line2D([], [], linestyle="none", marker=marker, color=colour, markersize=10, label=words)
        for marker, colour, words in _MARKS.values()
    ]
    together = "hollow: only together with others' levers"
    handles.append(
        Line2D([], [], linestyle="none", marker="^", color=INK, markersize=10, markerfacecolor="white", label=together)
    )
    handles.append(
        Line2D([], [], linestyle="none", marker="*", color=INK, markersize=12, label="counted by its own KPI")
    )
    handles.append(Patch(facecolor=_SHADE, edgecolor=MUTED, label="run by this department"))
    return handles


def _axes(figure: Figure, plan: Layout) -> Axes:
    """Axes over the whole body that count inches from its left top corner."""
    start, bottom, width, height = body(figure)
    wide, tall = figure.get_size_inches()
    figure.set_layout_engine("none")
    foot = bottom + height - plan.height
    axes = figure.add_axes((start / wide, foot / tall, width / wide, plan.height / tall))
    axes.set_xlim(0, width)
    axes.set_ylim(plan.height, 0)
    axes.set_axis_off()
    return axes


def _journey(axes: Axes, scenario: Scenario, plan: Layout) -> None:
    """Phases, arcs, and a box for each touchpoint with its owner."""
    for phase in plan.phases:
        axes.plot(
            [phase.left + 0.05, phase.right - 0.05],
            [plan.phase_foot] * 2,
            color=INK,
            linewidth=3,
            solid_capstyle="butt",
        )
        axes.text(
            (phase.left + phase.right) / 2,
            plan.phase_foot - 0.08,
            phase.text,
            ha="center",
            va="bottom",
            weight="bold",
            linespacing=1.1,
        )
    for name, column in plan.columns.items():
        axes.add_patch(
            Rectangle(
                (column.left, plan.box_top),
                column.right - column.left,
                plan.box_foot - plan.box_top,
                facecolor=_BOX,
                edgecolor=MUTED,
                linewidth=1,
            )
        )
        middle = (column.left + column.right) / 2
        lines = [(text, INK, "bold") for text in column.name] + [(text, MUTED, "normal") for text in column.owner]
        at = middle - BOX_LINE * (len(lines) - 1) / 2
        for text, colour, weight in lines:
            axes.text(at, plan.box_foot - 0.1, text, rotation=90, ha="center", va="bottom", color=colour, weight=weight)
            at += BOX_LINE
        trigger = scenario.journey[name].trigger
        if trigger.kind == "after":
            for before in trigger.follows:
                _arc(axes, plan, plan.columns[before].middle, middle)


def _arc(axes: Axes, plan: Layout, start: float, end: float) -> None:
    """An arc in the room above the boxes; the further apart, the flatter for its length."""
    top = plan.box_top - plan.phase_foot - 0.08
    bend = -min(0.45, 1.7 * top / abs(end - start))
    axes.add_patch(
        FancyArrowPatch(
            (start, plan.box_top),
            (end, plan.box_top),
            connectionstyle=f"arc3,rad={bend if end > start else -bend}",
            arrowstyle="-|>",
            mutation_scale=13,
            color=MUTED,
            linewidth=1.4,
            shrinkA=1,
            shrinkB=1,
        )
    )


def _row(axes: Axes, scenario: Scenario, plan: Layout, row: Row) -> None:
    """One row: its words at the left, shades where the department runs a touchpoint, its marks."""
    middle = row.top + (HEADER if row.head else ROW) / 2
    if row.head:
        axes.plot([0, plan.right], [row.top] * 2, color=MUTED, linewidth=1)
    for name, column in plan.columns.items():
        if row.department and scenario.journey[name].owner == row.department:
            axes.add_patch(
                Rectangle(
                    (column.left, row.top),
                    column.right - column.left,
                    row.height,
                    facecolor=_SHADE,
                    edgecolor="none",
                    zorder=0,
                )
            )
    for number, parts in enumerate(row.words):
        at = 0.02 if row.head else 0.2
        for text, colour, weight in parts:
            line = middle + number * SMALL * 1.3 / 72
            axes.text(at, line, text, ha="left", va="center", color=colour, weight=weight)
            at += text_width(text, bold=weight == "bold") + 0.15
    if not row.head:
        axes.plot([SIDE, plan.right], [middle] * 2, color=FAINT, linewidth=0.8, zorder=0.5)
    for name in row.counted:
        axes.plot([plan.columns[name].middle], [middle], marker="*", color=INK, markersize=13)
    for hollow, feels in ((True, row.jointly), (False, row.feels)):
        for name, feel in feels.items():
            marker, colour, _ = _MARKS[feel]
            face = "white" if hollow else colour
            axes.plot(
                [plan.columns[name].middle],
                [middle],
                marker=marker,
                color=colour,
                markersize=11,
                markerfacecolor=face,
                markeredgewidth=1.8,
            )

"""Where each lever ended up: from its start to its setting in the last year, in every arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from simulation.views.series import closing_weeks, drift, replications
from simulation.views.style import FAINT, INK, MUTED, SMALL, arm_style, beside, inch_axes, page_for, wrapped
from simulation.views.words import amount, joined, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.analysis.intervals import Interval
    from simulation.views.compared import Compared

__all__ = ["lever_drift"]

ROWS_A_PAGE = 8
LINE = SMALL * 1.3 / 72
"""Height of a line of text [inch]."""
SIDE = 3.5
"""Width of the words at each side [inch]."""
ARM = 0.13
"""Height that one arm needs in a row [inch]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One lever of one department: the words beside it, and how far it moved in each arm."""

    bold: str
    low: str
    high: str
    start: float
    drifts: dict[str, Interval]

    @property
    def left(self) -> str:
        """Words at the low end, below the lever's name."""
        return wrapped(self.low, width=SIDE)

    @property
    def name(self) -> str:
        """The row's name, wrapped."""
        return wrapped(self.bold, width=SIDE, bold=True)

    @property
    def right(self) -> str:
        """Words at the high end."""
        return wrapped(self.high, width=SIDE)

    def height(self) -> float:
        """Height of the row [inch]: its words or one line per arm, whichever is more."""
        # The words at both ends stand below the name.
        lines = _lines(self.name) + max(_lines(self.left), _lines(self.right))
        return max(lines * LINE, ARM * len(self.drifts)) + 0.14


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """A department with its own levers, or a lever that every department has."""

    heading: str
    low: str
    high: str
    subject: str
    """How the title names a row of this group; `{}` is the row's name."""
    rows: tuple[_Row, ...]

    def height(self) -> float:
        """Height of the heading [inch]."""
        lines = max(_lines(wrapped(self.low, width=SIDE)), _lines(wrapped(self.high, width=SIDE)))
        return (1 + lines) * LINE + 0.12

    @property
    def moved(self) -> bool:
        """Whether anything in it moved at all, in any arm and replication."""
        ends = [end for row in self.rows for interval in row.drifts.values() for end in (interval.mean, interval.high)]
        return any(abs(end) > 1e-9 for end in ends if end == end)  # noqa: PLR0124 - leaves NaN out


def _lines(text: str) -> int:
    return text.count("\n") + 1 if text else 0


def lever_drift(compared: Compared) -> dict[str, Figure]:
    """Dumbbells from start to end for every lever, grouped by department, over as many pages as stay readable."""
    groups = [*_own_levers(compared), *_common_levers(compared)]
    still = [group.heading for group in groups if group.rows and not group.moved]
    pages: list[list[_Group]] = []
    for group in groups:
        if not group.rows or not group.moved:
            continue
        if not pages or sum(len(other.rows) for other in pages[-1]) + len(group.rows) > ROWS_A_PAGE:
            pages.append([])
        pages[-1].append(group)
    return {str(number): _page(compared, on_it, still) for number, on_it in enumerate(pages, start=1)}


def _drifts(compared: Compared, column: str, *, start: float) -> dict[str, Interval]:
    return {arm: drift(compared, column, arm=arm, start=start) for arm in compared.arm_titles}


def _own_levers(compared: Compared) -> list[_Group]:
    found = []
    for department, given in compared.scenario.departments.items():
        rows = tuple(
            _Row(
                bold=lever.name,
                low=lever.low,
                high=lever.high,
                start=lever.start,
                drifts=_drifts(compared, f"lever.{department}.{key}", start=lever.start),
            )
            for key, lever in given.levers.items()
        )
        found.append(_Group(heading=given.name, low="", high="", subject=f"{given.name}, “{{}}”", rows=rows))
    return found


def _common_levers(compared: Compared) -> list[_Group]:
    """A lever that every department has is one group, with a row per department."""
    found = []
    for key, lever in compared.scenario.every_department.items():
        rows = tuple(
            _Row(
                bold=given.name,
                low="",
                high="",
                start=lever.start,
                drifts=_drifts(compared, f"lever.{department}.{key}", start=lever.start),
            )
            for department, given in compared.scenario.departments.items()
        )
        subject = f"{{}}, “{lever.name}”"
        found.append(_Group(heading=lever.name, low=lever.low, high=lever.high, subject=subject, rows=rows))
    return found


def _title(compared: Compared, groups: Sequence[_Group]) -> str:
    """The largest clear drift on the page in words."""
    clear = [
        (interval, arm, group, row)
        for group in groups
        for row in group.rows
        for arm, interval in row.drifts.items()
        if not interval.covers_zero
    ]
    if not clear:
        return "None of these levers moves clearly away from where it started"
    interval, arm, group, row = max(clear, key=lambda found: round(abs(found[0].mean), 2))
    goal = (row.high or group.high) if interval.mean > 0 else (row.low or group.low)
    path = f"from {amount(row.start, decimals=2)} to {amount(row.start + interval.mean, decimals=2)}"
    return (
        f"Largest drift here: {group.subject.format(row.bold)} goes {path}, "
        f"towards “{goal}”, under {quoted(compared.arm_titles[arm])}"
    )


def _page(compared: Compared, groups: Sequence[_Group], still: Sequence[str]) -> Figure:
    needed = sum(group.height() + sum(row.height() for row in group.rows) for group in groups)
    handles = [
        Line2D([], [], color=style.colour, linestyle="-", marker=style.marker, markersize=9, label=title)
        for style, title in ((arm_style(at), title) for at, title in enumerate(compared.arm_titles.values()))
    ]
    handles.append(Line2D([], [], color=INK, linestyle=(0, (2, 1.5)), linewidth=1.6, label="where it started"))
    note = (
        f"Lever setting from 0 (left words) to 1 (right words), mean of the last {closing_weeks(compared)} weeks of "
        f"{replications(compared)} replications. Hollow marker: no clear move "
        "(95 % interval covers the start, or too few replications)."
    )
    if still:
        note += f" Not shown, as nothing moved in any arm: {joined(still)}."
    title = _title(compared, groups)
    figure = page_for(needed=needed + 0.4, title=title, note=note, handles=handles)
    _draw(figure, groups, needed=needed)
    return figure


def _draw(figure: Figure, groups: Sequence[_Group], *, needed: float) -> None:
    """One axes for all dumbbells."""
    axes = inch_axes(figure, needed=needed, left=SIDE + 0.15, right=SIDE + 0.15)
    axes.set_xlim(-0.04, 1.04)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
    at = 0.0
    for group in groups:
        _heading(axes, group, at=at)
        at += group.height()
        for row in group.rows:
            _dumbbells(axes, row, at=at)
            at += row.height()


def _heading(axes: Axes, group: _Group, *, at: float) -> None:
    """The group's name over its rows, with a rule above; for a common lever also its ends in words."""
    axes.annotate(
        group.heading,
        (0.5, at + 0.07),
        xycoords=("axes fraction", "data"),
        annotation_clip=False,
        ha="center",
        va="top",
        weight="bold",
        color="white",
        bbox={"facecolor": MUTED, "edgecolor": "none", "boxstyle": "round,pad=0.2"},
    )
    below = at + LINE + 0.08
    beside(axes, wrapped(group.low, width=SIDE), at=below, left=True, colour=MUTED)
    beside(axes, wrapped(group.high, width=SIDE), at=below, left=False, colour=MUTED)


def _dumbbells(axes: Axes, row: _Row, *, at: float) -> None:
    height = row.height()
    beside(axes, row.name, at=at + 0.05, left=True, bold=True)
    beside(axes, row.left, at=at + 0.05 + _lines(row.name) * LINE, left=True)
    beside(axes, row.right, at=at + 0.05 + (_lines(row.name) * LINE if row.low else 0), left=False)
    axes.plot([-0.04, 1.04], [at, at], color=FAINT, linewidth=1)
    ends = [at + 0.04, at + height - 0.04]
    axes.plot([row.start, row.start], ends, color=INK, linestyle=(0, (2, 1.5)), linewidth=1.6)
    room = (height - 0.14) / len(row.drifts)
    for position, interval in enumerate(row.drifts.values()):
        style, y = arm_style(position), at + 0.07 + (position + 0.5) * room
        end = row.start + interval.mean
        axes.plot([row.start, end], [y, y], color=style.colour, linewidth=2.4, solid_capstyle="butt")
        axes.plot(
            [end],
            [y],
            color=style.colour,
            marker=style.marker,
            markersize=8.5,
            markerfacecolor="white" if interval.covers_zero else style.colour,
            markeredgewidth=1.8,
            clip_on=False,
        )

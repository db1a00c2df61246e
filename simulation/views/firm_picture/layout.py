"""Where everything on the picture of a firm stands, in inches from the left top corner of the page's body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from simulation.views.phases import phases_of
from simulation.views.style import INK, MARGIN, MUTED, SMALL, WIDTH, text_width, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulation.scenario.scenario import Scenario
    from simulation.views.firm_picture.marks import Block, Feel

__all__ = ["BOX_LINE", "HEADER", "ROW", "SIDE", "Column", "Layout", "Phase", "Row", "Words", "layout"]

SIDE = 4.3
"""Room for the names of levers at the left [inch]."""
ROW, HEADER = 0.31, 0.36
"""Height of a line of a lever, and of a department [inch]."""
BOX_LINE = SMALL * 1.35 / 72
"""Width of a line of turned text [inch]."""
_LONGEST_BOX, _NARROWEST, _ARCS = 2.6, 0.62, 0.75
_LINE = SMALL * 1.3 / 72


Words: TypeAlias = tuple[tuple[str, str, str], ...]
"""A line of words: text, colour and weight of each part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase of the journey: where it begins and ends, its name in lines."""

    left: float
    right: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A touchpoint: where its column begins and ends, its name and its owner in lines."""

    left: float
    right: float
    name: tuple[str, ...]
    owner: tuple[str, ...]

    @property
    def middle(self) -> float:
        """The middle of the column [inch]."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A department's head or one of its levers: where it stands, its lines of words, its marks."""

    head: bool
    top: float
    height: float
    department: str
    words: tuple[Words, ...]
    counted: tuple[str, ...]
    feels: dict[str, Feel]
    jointly: dict[str, Feel]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All of it; `width` is that of the page, `right` where the columns end."""

    width: float
    height: float
    right: float
    phase_foot: float
    box_top: float
    box_foot: float
    phases: tuple[Phase, ...]
    columns: dict[str, Column]
    rows: tuple[Row, ...]


def layout(scenario: Scenario, blocks: Sequence[Block]) -> Layout:
    """Lay out a firm: columns as wide as their words ask, the page as wide as the columns, at least as wide as any page."""
    phases, columns = _across(scenario)
    right = max(column.right for column in columns.values())
    phase_foot = max(phase.text.count("\n") + 1 for phase in phases) * _LINE + 0.1
    arcs = any(point.trigger.kind == "after" for point in scenario.journey.values())
    box_top = phase_foot + (_ARCS if arcs else 0.12)
    longest = max(text_width(line, bold=True) for column in columns.values() for line in (*column.name, *column.owner))
    box_foot = box_top + longest + 0.2
    rows, height = _down(blocks, top=box_foot + 0.15)
    return Layout(
        width=max(WIDTH, right + 2 * MARGIN + 0.05),
        height=height + 0.1,
        right=right,
        phase_foot=phase_foot,
        box_top=box_top,
        box_foot=box_foot,
        phases=phases,
        columns=columns,
        rows=rows,
    )


def _across(scenario: Scenario) -> tuple[tuple[Phase, ...], dict[str, Column]]:
    """Phases and columns; columns share what the widest word of their phase, or the page, leaves."""
    found = phases_of(scenario)
    turned = {name: _turned(scenario, name) for name in found}
    groups: dict[str, list[str]] = {}
    for name, phase in found.items():
        groups.setdefault(phase, []).append(name)
    widths = {name: max(_NARROWEST, BOX_LINE * sum(map(len, turned[name])) + 0.14) for name in found}
    room = {phase: max(_widest(phase), sum(widths[name] for name in names)) for phase, names in groups.items()}
    spare = max(0.0, WIDTH - 2 * MARGIN - SIDE - sum(room.values())) / len(found)
    phases: list[Phase] = []
    columns: dict[str, Column] = {}
    at = SIDE
    for phase, names in groups.items():
        left = at
        more = (room[phase] - sum(widths[name] for name in names)) / len(names) + spare
        for name in names:
            of, by = turned[name]
            columns[name] = Column(left=at + 0.04, right=at + widths[name] + more - 0.04, name=of, owner=by)
            at += widths[name] + more
        phases.append(Phase(left=left, right=at, text=wrapped(phase, width=at - left - 0.1, bold=True)))
    return tuple(phases), columns


def _turned(scenario: Scenario, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of a turned box: the touchpoint's name, its owner's name."""
    point = scenario.journey[name]
    owner = scenario.departments[point.owner].name
    return (
        tuple(wrapped(point.name, width=_LONGEST_BOX, bold=True).split("\n")),
        tuple(wrapped(owner, width=_LONGEST_BOX).split("\n")),
    )


def _widest(phase: str) -> float:
    return max(text_width(word, bold=True) for word in phase.split()) + 0.16


def _down(blocks: Sequence[Block], *, top: float) -> tuple[tuple[Row, ...], float]:
    """All rows from `top` on, and where they end."""
    rows: list[Row] = []
    for block in blocks:
        words = _head_words(block)
        height = HEADER + _LINE * (len(words) - 1)
        rows.append(
            Row(
                head=True,
                top=top,
                height=height,
                department=block.department,
                words=words,
                counted=block.counted,
                feels={},
                jointly={},
            )
        )
        top += height
        for line in block.lines:
            lines = tuple(((text, INK, "normal"),) for text in wrapped(line.name, width=SIDE - 0.35).split("\n"))
            height = ROW + _LINE * (len(lines) - 1)
            rows.append(
                Row(
                    head=False,
                    top=top,
                    height=height,
                    department=block.department,
                    words=lines,
                    counted=(),
                    feels=line.feels,
                    jointly=line.jointly,
                )
            )
            top += height
        top += 0.12
    return tuple(rows), top


def _head_words(block: Block) -> tuple[Words, ...]:
    """The department's name and what it is paid on, beside it where there is room, else below."""
    names = wrapped(block.name, width=SIDE - 0.15, bold=True).split("\n")
    lines: list[Words] = [((name, INK, "bold"),) for name in names]
    if not block.paid_on:
        return tuple(lines)
    paid = f"paid on: {block.paid_on}"
    if text_width(names[-1], bold=True) + text_width(paid) + 0.3 <= SIDE - 0.15:
        lines[-1] = (*lines[-1], (paid, MUTED, "normal"))
    else:
        lines += [((text, MUTED, "normal"),) for text in wrapped(paid, width=SIDE - 0.15).split("\n")]
    return tuple(lines)

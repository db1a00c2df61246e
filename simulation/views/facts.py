"""The facts for people: each contrast as measured and as simulated, on one axis and as a table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulation.analysis.facts.judging import score
from simulation.views.style import (
    BELOW,
    FAINT,
    INK,
    MUTED,
    PAR,
    SMALL,
    beside,
    inch_axes,
    look,
    page_for,
    save,
    wrapped,
)
from simulation.views.words import amount

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from rich.console import Console

__all__ = ["draw_facts", "facts_page", "facts_pages", "print_facts"]

WORLD_WORDS = {
    "marketplace": "Marketplace",
    "airport": "Airport",
    "shop": "Shop",
    "call_campaign": "Call campaign",
    "email_trial": "E-mail trial",
    "lead_funnel": "Lead funnel",
}
"""The worlds as people call them, in the order of the pages."""
PAGES = {"marketplace": ("marketplace",), "others": tuple(WORLD_WORDS)[1:]}
LINE = SMALL * 1.3 / 72
"""Height of a line of text [inch]."""
LEFT, COLUMN, SIDE = 4.9, 1.28, 0.15
"""Room for the words, for each of the two columns of figures, and beside them [inch]."""
REACH = 3.6
"""The axis ends so many half-widths of the accepted band from its middle; what lies beyond is an arrow at the end."""
_MARKS = {True: "s", False: "o"}
"""Marker of a fact that may be fitted, and of one that is only checked."""


def _rows(table: pd.DataFrame) -> list[Any]:
    """Return the rows of a frame as named tuples (pandas types their fields as anything at all)."""
    return list(table.itertuples())


def _digits(row: Any) -> int:
    """Decimals that show a contrast to about three figures."""
    return min(4, max(1, 2 - math.floor(math.log10(abs(row.measured)))))


def _headline(table: pd.DataFrame, parameters: int) -> str:
    """`Of 36 facts 30 are met: 14 of 16 fitted, 16 of 20 only checked; 12 free parameters`."""
    found = score(table)
    all_facts, met = found.fitted + found.checked, found.fitted_met + found.checked_met
    return (
        f"Of {all_facts} facts {met} are met: {found.fitted_met} of {found.fitted} fitted, "
        f"{found.checked_met} of {found.checked} only checked; {parameters} free parameters"
    )


def _verdict(row: Any) -> str:
    if row.n == 0:
        return "not measured"
    return ("met" if row.met else "not met") + ("" if row.clear else ", by a narrow margin")


# --- the picture ------------------------------------------------------------------------------------------------------


def facts_pages(table: pd.DataFrame, *, parameters: int) -> dict[str, Figure]:
    """Chart each fact's contrast: measured and simulated with their intervals, where -1 to 1 is what meets it.

    Call it inside `style.look()`.

    Parameters
    ----------
    table
        As from `analysis.facts.judging.judge`.
    parameters
        Free parameters of the fit, shown beside the score.

    Returns
    -------
    dict
        Two pages: the marketplace, and the other worlds.
    """
    return {name: _page(table, worlds, parameters) for name, worlds in PAGES.items()}


def draw_facts(table: pd.DataFrame, folder: Path, *, parameters: int) -> list[Path]:
    """Write the chart as `facts_marketplace.png` and `facts_others.png`."""
    with look():
        pages = facts_pages(table, parameters=parameters)
        return [path for name, figure in pages.items() for path in save(figure, folder, f"facts_{name}")]


def _page(table: pd.DataFrame, worlds: tuple[str, ...], parameters: int) -> Figure:
    blocks = {world: _rows(table[table["world"] == world]) for world in worlds}
    words = {
        row.fact: wrapped(f"{row.fact}  {row.says}", width=LEFT - SIDE) for rows in blocks.values() for row in rows
    }
    heights = {fact: (text.count("\n") + 1) * LINE + 0.14 for fact, text in words.items()}
    needed = sum(heights.values()) + len(blocks) * (LINE + 0.2)
    several = max((row.n for row in _rows(table)), default=0)
    figure = page_for(
        needed=needed + 2 * LINE + 0.6,
        title=_headline(table, parameters),
        note="Shaded: what meets a fact, its measured interval or 15 % of the measured contrast, whichever is wider; every "
        f"contrast is drawn on the scale of its own. Simulated: mean over at most {several} replications with its 95 % "
        "interval. An arrow at the edge stands for what lies beyond it.",
        handles=_legend(),
    )
    axes = inch_axes(figure, needed=needed, left=LEFT, right=2 * COLUMN, head=LINE + 0.1)
    axes.set_xlim(-REACH, REACH)
    axes.axvspan(-1, 1, color="#eef5f1", linewidth=0)
    axes.set_xticks([-1, 1], ["accepted\nfrom", "accepted\nup to"])
    axes.grid(visible=False)
    _figures(axes, "measured", "simulated", at=-LINE / 2 - 0.05)
    at = 0.0
    for world, rows in blocks.items():
        beside(axes, WORLD_WORDS[world], at=at + 0.15, left=True, bold=True)
        at += LINE + 0.2
        for row in rows:
            _draw_row(axes, row, words[row.fact], top=at, height=heights[row.fact])
            at += heights[row.fact]
    return figure


def _legend() -> list[Line2D | Patch]:
    def mark(marker: str, colour: str, fill: str, label: str) -> Line2D:
        return Line2D([], [], linestyle="none", marker=marker, markersize=10, markeredgewidth=2, color=colour,
                      markerfacecolor=fill, label=label)  # fmt: skip

    return [
        Patch(color="#bdbdbd", label="measured, 95 % interval"),
        mark("s", PAR, PAR, "simulated, fitted, met"),
        mark("s", BELOW, "white", "fitted, not met"),
        mark("o", PAR, PAR, "only checked, met"),
        mark("o", BELOW, "white", "only checked, not met"),
    ]


def _figures(axes: Axes, measured: str, simulated: str, *, at: float, colour: str = MUTED) -> None:
    """Write the two columns of figures at the right, each ending where its column ends, about the height `at`."""
    for column, (text, ink) in enumerate([(measured, INK if colour != MUTED else MUTED), (simulated, colour)], start=1):
        axes.annotate(text, (1, at), (column * COLUMN * 72, 0), xycoords=("axes fraction", "data"),
                      textcoords="offset points", annotation_clip=False, ha="right", va="center", color=ink)  # fmt: skip


def _draw_row(axes: Axes, row: Any, words: str, *, top: float, height: float) -> None:
    """Draw one fact: words, measured interval, simulated mean and interval, and both figures."""
    middle, half = (row.accepted_low + row.accepted_high) / 2, (row.accepted_high - row.accepted_low) / 2

    def place(value: float) -> float:
        return float(min(max((value - middle) / half, -REACH), REACH))

    y, digits = top + (height - 0.14) / 2, _digits(row)
    beside(axes, words, at=top, left=True)
    axes.axhline(top - 0.07, color=FAINT, linewidth=0.8)
    if math.isfinite(row.low):
        axes.plot([place(row.low), place(row.high)], [y, y], color="#bdbdbd", linewidth=9, solid_capstyle="butt")
    axes.plot([place(row.measured)] * 2, [y - 0.1, y + 0.1], color=INK, linewidth=2)
    colour = PAR if row.met else BELOW
    if row.n:
        if math.isfinite(row.simulated_low):
            axes.plot([place(row.simulated_low), place(row.simulated_high)], [y, y], color=colour, linewidth=2.4)
        beyond = abs(row.simulated - middle) > REACH * half
        arrow = "<" if row.simulated < middle else ">"
        axes.plot(place(row.simulated), y, marker=arrow if beyond else _MARKS[bool(row.fitted)], markersize=10,
                  markeredgewidth=2, color=colour, markerfacecolor=colour if row.met else "white", clip_on=False)  # fmt: skip
    simulated = amount(row.simulated, decimals=digits) if row.n else "none"
    _figures(axes, amount(row.measured, decimals=digits), simulated, at=y, colour=colour)


# --- in words ---------------------------------------------------------------------------------------------------------


def print_facts(table: pd.DataFrame, console: Console, *, parameters: int) -> None:
    """Print the score and, world by world, each fact with its measured and simulated contrast and the verdict."""
    console.print(f"\n[bold]{_headline(table, parameters)}[/bold]")
    for world, name in WORLD_WORDS.items():
        console.print(f"\n[bold]{name}[/bold]")
        for row in _rows(table[table["world"] == world]):
            console.print(f"{row.fact} {row.says} ({'fitted' if row.fitted else 'only checked'})", highlight=False)
            console.print(f"    measured {_span(row, 'measured')}, simulated {_span(row, 'simulated')}: {_verdict(row)}",
                          highlight=False)  # fmt: skip


def _span(row: Any, of: str) -> str:
    """`0.137 (0.091 to 0.183)`; without the interval where there is none, `none` without a figure."""
    low, high = (row.low, row.high) if of == "measured" else (row.simulated_low, row.simulated_high)
    value, digits = getattr(row, of), _digits(row)
    if not math.isfinite(value):
        return "none"
    text = amount(value, decimals=digits)
    return f"{text} ({amount(low, decimals=digits)} to {amount(high, decimals=digits)})" if math.isfinite(low) else text


def facts_page(table: pd.DataFrame, settings: Mapping[str, object], *, parameters: int) -> str:
    """Return the judgment as a page of text (Markdown).

    Parameters
    ----------
    table
        As from `analysis.facts.judging.judge`.
    settings
        What the simulated figures were made with: name -> value.
    parameters
        Free parameters of the fit.
    """
    lines = [
        "# Facts about real customers, and what the simulated ones do",
        "",
        f"{_headline(table, parameters)}.",
        "",
        (
            "A fact is met when the simulated contrast, the mean over n replications, lies within the measured 95 % interval or "
            "within 15 % of the measured contrast, whichever is wider. One set of people for all worlds. The facts come from "
            "different trades and forecast no single firm; only the two of the e-mail trial are randomized."
        ),
        "",
        "Settings: " + ", ".join(f"{name} {value}" for name, value in settings.items()) + ".",
    ]
    head = "| fact | contrast | made of | measured | met within | by | simulated | n | verdict | use | mechanism |"
    for world, name in WORLD_WORDS.items():
        lines += ["", f"## {name}", "", head, "|---" * 11 + "|"]
        for row in _rows(table[table["world"] == world]):
            digits = _digits(row)
            within = f"{amount(row.accepted_low, decimals=digits)} to {amount(row.accepted_high, decimals=digits)}"
            lines.append(
                f"| {row.fact} | {row.says} | {row.formula} | {_span(row, 'measured')} | {within} | {row.rule} "
                f"| {_span(row, 'simulated')} | {row.n} | {_verdict(row)} | {'fitted' if row.fitted else 'checked'} "
                f"| {row.mechanism} |"
            )
    return "\n".join(lines) + "\n"

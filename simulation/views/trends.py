"""Charts by week: loyalty and NPS, and their paired difference to the first arm."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, MultipleLocator

from simulation.analysis.intervals import FEWEST_TO_TELL
from simulation.views.series import SMOOTHING_WEEKS, band, difference_band, last_weeks, replications, run_change
from simulation.views.style import HEIGHT, INK, WIDTH, arm_style, page_for, wrapped
from simulation.views.words import Row, amount, joined, quoted, row_of, size_words, so_few

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.views.compared import Compared
    from simulation.views.series import Band
    from simulation.views.style import ArmStyle

MOST_NAMED = 3
"""A title names at most so many arms."""

__all__ = [
    "arm_handles",
    "change_phrase",
    "draw_band",
    "loyalty_and_nps",
    "loyalty_difference",
    "spread_note",
    "weeks_axis",
]


def arm_handles(compared: Compared) -> list[Line2D]:
    """One legend entry per arm, as its line looks on charts by week."""
    return [
        Line2D([], [], color=style.colour, linestyle=style.line, marker=style.marker, markersize=8, label=title)
        for style, title in ((arm_style(at), title) for at, title in enumerate(compared.arm_titles.values()))
    ]


def spread_note(compared: Compared, *, what: str = "Lines: mean") -> str:
    """What lines and bands are, in a sentence."""
    n = replications(compared)
    return (
        "One replication: no interval." if n < 2 else f"{what} of {n} replications; bands: 95 % interval of that mean."
    )


def weeks_axis(axes: Axes, *, weeks: float) -> None:
    """Ticks at whole years when there are two or more, else at round weeks."""
    axes.set_xlabel("Week")
    axes.set_xlim(0, max(weeks, 1))
    years = math.ceil(weeks / 52 / 6)
    axes.xaxis.set_major_locator(MultipleLocator(52 * years) if weeks >= 104 else MaxNLocator(5, integer=True))


def draw_band(axes: Axes, of: Band, style: ArmStyle, *, position: int = 0, filled: float = 0.16) -> None:
    """A line with its band; markers sit apart from those of other arms so that all are seen in black and white."""
    every = max(1, len(of.week) // 5)
    offset = every // 4 + position % 4 * every // 5
    axes.fill_between(of.week, of.low, of.high, color=style.colour, alpha=filled, linewidth=0)
    axes.plot(
        of.week,
        of.mean,
        color=style.colour,
        linestyle=style.line,
        marker=style.marker,
        markersize=8,
        markevery=(offset, every),
        clip_on=False,
    )


def change_phrase(compared: Compared, *, arm: str) -> str:
    """What loyalty does over the run in this arm: `falls by 4.1 points (3.2 to 5.0)` or `shows no clear change`."""
    change = run_change(compared, "loyalty", arm=arm)
    if change.covers_zero:
        return "shows no clear change" if change.n >= FEWEST_TO_TELL else f"is shown for {so_few(change.n)} only"
    verb = "rises" if change.mean > 0 else "falls"
    return f"{verb} by {amount(abs(change.mean))} points ({size_words(change.low, change.high, decimals=1)})"


def loyalty_and_nps(compared: Compared) -> dict[str, Figure]:
    """Loyalty and NPS by week, each arm with its 95 % band."""
    first, title = next(iter(compared.arm_titles.items()))
    figure = page_for(
        needed=4.2,
        least=HEIGHT,
        title=f"Loyalty {change_phrase(compared, arm=first)} under {quoted(title)}",
        note=spread_note(compared),
        handles=arm_handles(compared),
    )
    left, right = figure.subplots(1, 2)
    for axes, metric, smooth in ((left, "loyalty", 1), (right, "nps", SMOOTHING_WEEKS)):
        for position, arm in enumerate(compared.arm_titles):
            of = band(compared, metric, arm=arm, smooth=smooth)
            draw_band(axes, of, arm_style(position), position=position)
        weeks_axis(axes, weeks=float(of.week[-1]))
    left.set_title("Loyalty (0 to 100)")
    right.set_title(wrapped(f"NPS (points, mean of {SMOOTHING_WEEKS} weeks)", width=WIDTH / 2 - 1.0, bold=True))
    return {"": figure}


def _difference_title(rows: list[tuple[str, Row]], first: str, *, weeks: int) -> str:
    """Who is clearly higher or lower in loyalty than the first arm at the end, and for whom nothing is clear."""
    if not any(row.enough for _, row in rows):
        return f"Difference in loyalty to {quoted(first)}: too few replications to tell"
    parts = []
    for word, sign in (("higher", 1), ("lower", -1)):
        found = [
            f"{quoted(title)} ({row.difference:+.1f})" for title, row in rows if row.clear and row.difference * sign > 0
        ]
        if found:
            parts.append(f"{word} under {joined(found)}")
    if len(rows) > MOST_NAMED:
        return _counted(rows, first, weeks=weeks)
    unclear = [quoted(title) for title, row in rows if not row.clear]
    if unclear and parts:
        parts.append(f"no clear difference under {joined(unclear)}")
    if not parts:
        return f"Loyalty shows no clear difference to {quoted(first)} in any other arm"
    return f"Against {quoted(first)}, loyalty in the last {weeks} weeks is " + "; ".join(parts)


def _counted(rows: list[tuple[str, Row]], first: str, *, weeks: int) -> str:
    """The same for many arms: how many of them."""
    up = sum(row.clear and row.difference > 0 for _, row in rows)
    down = sum(row.clear and row.difference < 0 for _, row in rows)
    counts = {"higher": up, "lower": down, "not clearly different": len(rows) - up - down}
    said = joined([f"{word} in {count}" for word, count in counts.items() if count])
    return f"Of {len(rows)} arms against {quoted(first)}, loyalty in the last {weeks} weeks is {said}"


def loyalty_difference(compared: Compared) -> dict[str, Figure]:
    """Paired difference in loyalty to the first arm by week, one panel per other arm; nothing for a single arm."""
    (first, first_title), *others = compared.arm_titles.items()
    if not others:
        return {}
    rows = [(title, row) for arm, title in others if (row := row_of(compared, "loyalty", arm=arm))]
    columns = min(3, len(others))
    lines = math.ceil(len(others) / columns)
    heads = [wrapped(title, width=WIDTH / columns - 1.0, bold=True) for title in compared.arm_titles.values()][1:]
    tallest = max(head.count("\n") + 1 for head in heads)
    figure = page_for(
        title=_difference_title(rows, first_title, weeks=last_weeks(compared)),
        note=spread_note(compared, what="Same customers, same luck in every arm. Lines: mean paired difference")
        + " A band that leaves out zero is a clear difference in that week.",
        needed=(2.4 + 0.25 * tallest) * lines,
        least=HEIGHT,
    )
    grid = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    for axes in grid.flat[len(others) :]:
        axes.remove()
    for position, (axes, (arm, _)) in enumerate(zip(grid.flat, others, strict=False), start=1):
        of = difference_band(compared, "loyalty", arm=arm, baseline=first)
        axes.axhline(0, color=INK, linewidth=1.6)
        draw_band(axes, of, arm_style(position), position=position, filled=0.25)
        weeks_axis(axes, weeks=float(of.week[-1]))
        axes.set_title(heads[position - 1])
        axes.tick_params(labelbottom=True, labelleft=True)
    grid[0, 0].set_ylim(*_with_zero(grid[0, 0].get_ylim()))
    for axes in grid[:, 0]:
        axes.set_ylabel("Difference (points)")
    return {"": figure}


def _with_zero(limits: tuple[float, float]) -> tuple[float, float]:
    """Limits that hold zero and are at least half a point apart, so that no difference looks like none."""
    return min(limits[0], -0.25), max(limits[1], 0.25)

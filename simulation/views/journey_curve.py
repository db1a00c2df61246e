"""The journey curve: experience at each touchpoint in the order of the journey, in every arm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from simulation.analysis.intervals import FEWEST_TO_TELL, mean_interval, paired_interval
from simulation.views.series import last_weeks, replications
from simulation.views.style import FAINT, INK, MUTED, SMALL, arm_style, beside, inch_axes, page_for, wrapped
from simulation.views.trends import arm_handles
from simulation.views.words import quoted, so_few

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from simulation.analysis.intervals import Interval
    from simulation.views.compared import Compared

__all__ = ["experience_at", "experience_differences", "journey_curve", "journey_sentence"]

NAMES, OWNERS = 3.6, 2.4
"""Width of the touchpoints' names at the left and of their owners' at the right [inch]."""
LINE = SMALL * 1.3 / 72
"""Height of a line of text [inch]."""


def journey_curve(compared: Compared) -> dict[str, Figure]:
    """The journey from top to bottom; the further right, the better the experience."""
    rows = _rows(compared)
    heights = [max(text.count("\n") + 1 for text in row) * LINE + 0.12 for row in rows]
    needed = sum(heights)
    expected = Line2D([], [], color=INK, linestyle=(0, (2, 1.5)), linewidth=1.6, label="just as it should be")
    figure = page_for(
        needed=needed + 0.85,
        title=journey_sentence(compared),
        note=f"Mean of the last {last_weeks(compared)} weeks of {replications(compared)} replications. Hollow "
        "marker: no clear difference to the first arm. In brackets: the department that runs the touchpoint.",
        handles=[*arm_handles(compared), expected],
    )
    axes = inch_axes(figure, needed=needed, left=NAMES + 0.15, right=OWNERS + 0.15, head=0.1)
    centres = np.cumsum(heights) - np.array(heights) / 2
    for (name, owner), centre in zip(rows, centres, strict=True):
        beside(axes, name, at=float(centre), left=True, va="center")
        beside(axes, owner, at=float(centre), left=False, va="center", colour=MUTED)
        axes.axhline(float(centre), color=FAINT, linewidth=1, zorder=0)
    axes.axvline(100 * compared.scenario.people.anchor, color=INK, linestyle=(0, (2, 1.5)), linewidth=1.6)
    for position, arm in enumerate(compared.arm_titles):
        _curve(axes, compared, arm, position=position, centres=centres)
    axes.set_xlabel("Experience (0 = worst, 100 = best)")
    return {"": figure}


def _rows(compared: Compared) -> list[tuple[str, str]]:
    """Touchpoint and owner of each row."""
    departments = compared.scenario.departments
    return [
        (wrapped(point.name, width=NAMES), wrapped(f"({departments[point.owner].name})", width=OWNERS))
        for point in compared.scenario.journey.values()
    ]


def experience_at(compared: Compared, *, arm: str, touchpoint: str) -> NDArray[np.float64]:
    """Experience at a touchpoint by replication, on 0-100; NaN where nobody came."""
    journey = compared.journey
    found = journey.loc[(journey["arm"] == arm) & (journey["touchpoint"] == touchpoint)]
    return 100 * found.sort_values("replication")["experience"].to_numpy(dtype=np.float64)


def experience_differences(compared: Compared, arm: str) -> dict[str, Interval]:
    """Paired difference to the first arm at each touchpoint."""
    first = next(iter(compared.arm_titles))
    return {
        touchpoint: paired_interval(
            experience_at(compared, arm=arm, touchpoint=touchpoint),
            experience_at(compared, arm=first, touchpoint=touchpoint),
        )
        for touchpoint in compared.scenario.journey
    }


def _curve(axes: Axes, compared: Compared, arm: str, *, position: int, centres: NDArray[np.float64]) -> None:
    style, count = arm_style(position), len(compared.arm_titles)
    means = np.array(
        [
            mean_interval(experience_at(compared, arm=arm, touchpoint=touchpoint)).mean
            for touchpoint in compared.scenario.journey
        ]
    )
    # Arms stand a little apart, so that equal values do not hide each other.
    apart = min(0.06, 0.22 / count)
    at = centres + apart * (position - (count - 1) / 2)
    hollow = [position > 0 and interval.covers_zero for interval in experience_differences(compared, arm).values()]
    axes.plot(means, at, color=style.colour, linestyle=style.line, linewidth=1.8)
    for mean, y, empty in zip(means, at, hollow, strict=True):
        face = "white" if empty else style.colour
        axes.plot(
            [mean],
            [y],
            color=style.colour,
            marker=style.marker,
            markersize=9,
            markerfacecolor=face,
            markeredgewidth=1.8,
            clip_on=False,
        )


def journey_sentence(compared: Compared) -> str:
    """At how many touchpoints the last arm is clearly better or worse than the first."""
    (_, first_title), *others = compared.arm_titles.items()
    if not others:
        return f"Experience at each touchpoint of the journey: {quoted(first_title)}"
    arm, title = others[-1]
    if (count := replications(compared)) < FEWEST_TO_TELL:
        return f"Experience at each touchpoint: {quoted(first_title)} and {quoted(title)}, {so_few(count)}"
    differences = experience_differences(compared, arm).values()
    up = sum(interval.mean > 0 and not interval.covers_zero for interval in differences)
    down = sum(interval.mean < 0 and not interval.covers_zero for interval in differences)
    if not up and not down:
        return f"At no touchpoint does experience differ clearly between {quoted(title)} and {quoted(first_title)}"
    found = [f"better at {up} of {len(differences)} touchpoints"] * bool(up) + [
        f"worse at {down}" + (f" of {len(differences)} touchpoints" if not up else "")
    ] * bool(down)
    return f"{quoted(title)} against {quoted(first_title)}: experience is clearly " + " and ".join(found)

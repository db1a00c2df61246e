"""The journey curve: experience at each touchpoint in the order of the customer's way, in every arm, phase by phase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from simulation.analysis.intervals import FEWEST_TO_TELL, mean_interval, paired_interval
from simulation.views.phases import phases_of
from simulation.views.series import last_weeks, replications
from simulation.views.style import FAINT, INK, MUTED, SMALL, arm_style, beside, inch_axes, page_for, wrapped
from simulation.views.trends import arm_handles
from simulation.views.words import amount, quoted, so_few

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
    heights = [max(text.count("\n") + 1 for text in row.texts) * LINE + 0.12 + row.head for row in rows]
    needed = sum(heights)
    expected = Line2D([], [], color=INK, linestyle=(0, (2, 1.5)), linewidth=1.6, label="just as it should be")
    figure = page_for(
        needed=needed + 0.85,
        title=journey_sentence(compared),
        note=f"Mean of the last {last_weeks(compared)} weeks of {replications(compared)} replications. Hollow "
        "marker: no clear difference to the first arm; bars: 95 % interval. In brackets: who runs the touchpoint; "
        "wait in the first arm.",
        handles=[*arm_handles(compared), expected],
    )
    axes = inch_axes(figure, needed=needed, left=NAMES + 0.15, right=OWNERS + 0.15, head=0.1)
    heads = np.array([row.head for row in rows])
    centres = np.cumsum(heights) - (np.array(heights) - heads) / 2
    for row, centre, top in zip(rows, centres, np.cumsum(heights) - np.array(heights), strict=True):
        name, owner = row.texts
        beside(axes, name, at=float(centre), left=True, va="center")
        beside(axes, owner, at=float(centre), left=False, va="center", colour=MUTED)
        axes.axhline(float(centre), color=FAINT, linewidth=1, zorder=0)
        if row.head:
            beside(axes, row.phase, at=float(top) + 0.06, left=True, bold=True)
            axes.axhline(float(top), color=MUTED, linewidth=1, zorder=0)
    axes.axvline(100 * compared.scenario.people.anchor, color=INK, linestyle=(0, (2, 1.5)), linewidth=1.6)
    for position, arm in enumerate(compared.arm_titles):
        _curve(axes, compared, arm, position=position, centres=centres)
    axes.set_xlabel("Experience (0 = worst, 100 = best)")
    return {"": figure}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One touchpoint: its name and its owner, and the phase with the room for its name [inch] where one begins."""

    phase: str
    head: float
    texts: tuple[str, str]


def _rows(compared: Compared) -> list[_Row]:
    """Rows in the order of the customer's way."""
    departments, phases = compared.scenario.departments, phases_of(compared.scenario)
    first = compared.journey.loc[compared.journey["arm"] == next(iter(compared.arm_titles))]
    waits = 7 * first.groupby("touchpoint")["wait"].mean()
    found: list[_Row] = []
    for name, phase in phases.items():
        point, wait = compared.scenario.journey[name], float(waits.get(name, 0.0))
        begins = not found or found[-1].phase != phase
        owner = wrapped(f"({departments[point.owner].name})", width=OWNERS)
        waiting = f"\nwait {amount(wait)} days" if wait >= 0.05 else ""
        texts = (wrapped(point.name, width=NAMES), owner + waiting)
        found.append(_Row(phase=phase, head=LINE + 0.1 if begins else 0.0, texts=texts))
    return found


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
    points = list(phases_of(compared.scenario))
    felt = [mean_interval(experience_at(compared, arm=arm, touchpoint=touchpoint)) for touchpoint in points]
    means = np.array([interval.mean for interval in felt])
    # Arms stand a little apart, so that equal values do not hide each other.
    apart = min(0.06, 0.22 / count)
    at = centres + apart * (position - (count - 1) / 2)
    differences = experience_differences(compared, arm)
    hollow = [position > 0 and differences[touchpoint].covers_zero for touchpoint in points]
    axes.hlines(at, [of.low for of in felt], [of.high for of in felt], color=style.colour, linewidth=1.4)
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

"""Convergence: how the half-width of a paired difference shrinks with replications, and where the difference settles."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from simulation.analysis.intervals import FEWEST_TO_TELL
from simulation.views.laboratory.enough_words import factor_words
from simulation.views.style import INK, MUTED, arm_style, look, page_for, save, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

    from simulation.views.style import ArmStyle

__all__ = ["convergence_chart", "save_convergence"]

TICKS = tuple(digit * 10**power for power in range(6) for digit in (1, 2, 5))
"""Where an axis of replications may have its numbers."""
FEW = 8
"""Up to so many replications each has its number."""
GUIDE = (0, (2, 2))
"""Line style of the guide."""
HEIGHT = 4.0
"""Height of the axes with their words [inch]."""
MOST_BANDS = 3
"""Bands of more arms would hide each other."""
STEADY = 5
"""The height of the running mean is fitted to the bands from so many replications on."""


def save_convergence(
    path: pd.DataFrame, told: pd.DataFrame, folder: Path, *, label: str, arm_titles: Mapping[str, str]
) -> list[Path]:
    """Draw one outcome into `convergence_<outcome>.png`; see `convergence_chart`."""
    name = re.sub(r"[^\w-]", "_", str(told["outcome"].iloc[0]))
    with look():
        return save(convergence_chart(path, told, label=label, arm_titles=arm_titles), folder, f"convergence_{name}")


def convergence_chart(path: pd.DataFrame, told: pd.DataFrame, *, label: str, arm_titles: Mapping[str, str]) -> Figure:
    """Draw half-width (left, log axes) and running mean with its band (right); call it within `look()`.

    Parameters
    ----------
    path, told
        One outcome's rows of what `simulation.laboratory.replications.enough` calls `convergence` and `enough`.
    label
        The outcome in words.
    arm_titles
        Arm -> title, the first arm first.
    """
    wanted, compared = float(told["wanted"].iloc[0]), bool(told["baseline_arm"].iloc[0])
    unit = str(told["unit"].iloc[0])
    title, note, handles = _title(told, label, arm_titles), _note(told), _handles(told, arm_titles)
    figure = page_for(needed=HEIGHT, title=title, note=note, handles=handles)
    left, right = figure.subplots(1, 2).tolist()
    banded = len(told) <= MOST_BANDS
    for number, arm in enumerate(told["arm"], 1):
        of_arm = path[path["arm"] == arm]
        _half_widths(left, of_arm, _style(arm, arm_titles))
        _running_mean(right, of_arm, _style(arm, arm_titles), aside=0 if banded else number)
    _name_axes(left, path, title="Half-width of the 95 % interval", unit=unit)
    _name_axes(right, path, title="Mean difference so far" if compared else "Mean so far", unit=unit)
    _scale_height(left, path, wanted)
    _steady_height(right, path)
    if not banded:
        right.set_xlim(right=_aside(path, len(told) + 1))
    if not math.isnan(wanted):
        left.axhline(wanted, color=INK, linewidth=1.6)
    if compared:
        right.axhline(0.0, color=INK, linewidth=1.0)
    return figure


def _style(arm: str, arm_titles: Mapping[str, str]) -> ArmStyle:
    return arm_style(list(arm_titles).index(arm))


def _handles(told: pd.DataFrame, arm_titles: Mapping[str, str]) -> list[Line2D]:
    handles = []
    for arm in told["arm"]:
        style = _style(arm, arm_titles)
        words = arm_titles[arm]
        handles.append(
            Line2D([], [], color=style.colour, linestyle=style.line, marker=style.marker, markersize=8, label=words)
        )
    handles.append(Line2D([], [], color=MUTED, linewidth=1.4, linestyle=GUIDE, label="1/√n through the last point"))
    if told["wanted"].notna().any():
        handles.append(Line2D([], [], color=INK, linewidth=1.6, label=f"Wanted: ±{told['wanted'].iloc[0]:g}"))
    return handles


def _half_widths(axes: Axes, of_arm: pd.DataFrame, style: ArmStyle) -> None:
    """The line of one arm, and where 1/sqrt(n) from its last point would have it; a width of zero has no logarithm."""
    seen = of_arm[of_arm["half_width"] > 0]
    if seen.empty:
        return
    _line(axes, seen["n"], seen["half_width"], style)
    last = seen.iloc[-1]
    guide = last["half_width"] * np.sqrt(last["n"] / seen["n"])
    axes.plot(seen["n"], guide, color=MUTED, linewidth=1.4, linestyle=GUIDE, zorder=1)


def _running_mean(axes: Axes, of_arm: pd.DataFrame, style: ArmStyle, *, aside: int) -> None:
    """The line of one arm with its band; or its last interval alone, as a bar so many places aside of the last point."""
    if aside:
        low, high = of_arm["low"].iloc[-1], of_arm["high"].iloc[-1]
        axes.plot([_aside(of_arm, aside)] * 2, [low, high], color=style.colour, linewidth=2.0, marker="_", markersize=9)
    else:
        axes.fill_between(of_arm["n"], of_arm["low"], of_arm["high"], color=style.colour, alpha=0.13, linewidth=0)
    _line(axes, of_arm["n"], of_arm["mean"], style)


def _aside(path: pd.DataFrame, places: int) -> float:
    """Return the place of a bar to the right of the last point, on a log axis."""
    first, last = float(path["n"].min()), float(path["n"].max())
    return last * math.pow(max(last / first, 1.5), 0.035 * places)


def _line(axes: Axes, x: pd.Series[Any], y: pd.Series[Any], style: ArmStyle) -> None:
    """One line with a dozen marks on it."""
    every = max(1, len(x) // 12)
    axes.plot(x, y, color=style.colour, linestyle=style.line, marker=style.marker, markersize=6, markevery=every)


def _name_axes(axes: Axes, path: pd.DataFrame, *, title: str, unit: str) -> None:
    """Titles, and whole numbers of replications on a log axis."""
    first, last = int(path["n"].min()), int(path["n"].max())
    axes.set_title(title)
    axes.set_ylabel(wrapped("points of 0-100" if unit == "0-100" else unit, width=HEIGHT - 1.4))
    axes.set_xlabel("Replications")
    axes.set_xscale("log")
    between = [tick for tick in TICKS if first < tick < 0.8 * last] if last > FEW else range(first + 1, last)
    _plain_ticks(axes.xaxis, sorted({first, *between, last}))
    axes.set_xlim(first * 0.93, last * 1.07)


def _plain_ticks(axis: Axis, ticks: Sequence[float]) -> None:
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _at: f"{value:g}"))


def _scale_height(axes: Axes, path: pd.DataFrame, wanted: float) -> None:
    """A log axis from the narrowest (or wanted) to the widest half-width, with round numbers on it."""
    widths = [*path["half_width"][path["half_width"] > 0], *([] if math.isnan(wanted) else [wanted])]
    if not widths:
        return
    axes.set_yscale("log")
    low, high = min(widths) / 1.25, max(widths) * 1.25
    power = math.floor(math.log10(low))
    round_ones = [digit * 10.0**at for at in range(power, power + 12) for digit in (1, 2, 5)]
    _plain_ticks(axes.yaxis, [tick for tick in round_ones if low <= tick <= high])
    axes.set_ylim(low, high)


def _steady_height(axes: Axes, path: pd.DataFrame) -> None:
    """Leave the first intervals, wide beyond measure, outside: the height is that of the bands from STEADY on, and of the means."""
    later = path[path["n"] >= min(STEADY, path["n"].max())]
    low = min(float(later["low"].min()), float(path["mean"].min()))
    high = max(float(later["high"].max()), float(path["mean"].max()))
    room = 0.08 * (high - low) or 1.0
    axes.set_ylim(low - room, high + room)


def _title(told: pd.DataFrame, label: str, arm_titles: Mapping[str, str]) -> str:
    """What the arm that needs most needs, or where it stands."""
    n = int(told["replications"].max())
    if told["wanted"].notna().any():
        worst = told.sort_values("needed").iloc[-1]
        about = "no more than" if worst["needed_high"] <= FEWEST_TO_TELL else "about"
        head = f"{label}: ±{worst['wanted']:g} takes {about} {int(worst['needed']):,} replications"
        if worst["needed_high"] > worst["needed_low"]:
            head += f" ({int(worst['needed_low']):,} to {int(worst['needed_high']):,})"
        return head if len(told) == 1 else f"{head} in the arm that varies most, “{arm_titles[worst['arm']]}”"
    widest = told.sort_values("half_width").iloc[-1]
    return f"{label}: after {n:,} replications the intervals are at most ±{widest['half_width']:.2g} wide"


def _note(told: pd.DataFrame) -> str:
    first = "Differences to the first arm, same customers and same luck. " if told["baseline_arm"].iloc[0] else ""
    measured = told[np.isfinite(told["saved_low"])]
    shown = "band: 95 % interval of the first n" if len(told) <= MOST_BANDS else "bar: 95 % interval of all"
    return f"{first}Each run summed up by its last 52 weeks; {shown} replications.{_factors(measured)}"


def _factors(measured: pd.DataFrame) -> str:
    """Say what the same luck saved: of one arm with its interval, of several from the least to the most."""
    if measured.empty:
        return ""
    least, most = factor_words(measured["saved"].min()), factor_words(measured["saved"].max())
    row = measured.iloc[0]
    between = f"{factor_words(row['saved_low'])} to {factor_words(row['saved_high'])}"
    factor = (
        f"{least} ({between})" if len(measured) == 1 else f"{least} to {most}, by arm (enough.csv has the intervals)"
    )
    return f" Factor of replications that the same luck saved: {factor}."

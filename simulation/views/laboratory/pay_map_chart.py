"""Where it pays, in sentences and as a map: colour for the difference, hatching where the arms cannot be told apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_hex, to_rgb
from matplotlib.patches import Patch, Rectangle

from simulation.laboratory.answers.paying import LOSES, MOST_REPLICATIONS, UNTOLD, WINS
from simulation.views.laboratory.swept_words import digits, factor_name, level_words, percent, short_name, source_words
from simulation.views.style import HEIGHT, INK, MUTED, SMALL, arm_style, page, text_width, wrapped
from simulation.views.words import amount, amount_with_sign, joined, quoted, short_unit

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.laboratory.answers.paying import PayMap

__all__ = ["pay_map_page", "pay_map_sentences", "pay_map_title"]

_GOOD, _BAD = arm_style(2).colour, arm_style(1).colour
"""Blue and vermilion of Okabe & Ito: apart for every common kind of colour vision."""
_PALE = 0.55
"""The strongest colour goes this far from white, so that black figures stay readable."""


# --- words ------------------------------------------------------------------------------------------------------------


def pay_map_title(found: PayMap) -> str:
    """The answer in one sentence: on how much of the map it wins, loses, cannot be told."""
    asked = found.asked
    arm, against = (quoted(asked.swept.title(name)) for name in (asked.arm, asked.against or ""))
    wins, loses, untold = (found.share(verdict) for verdict in (WINS, LOSES, UNTOLD))
    if untold == 1.0:
        return f"{asked.column.label}: {arm} and {against} {UNTOLD} anywhere on the map"
    parts = [
        part
        for part, share in ((f"wins in {percent(wins)} of the map", wins), (f"loses in {percent(loses)}", loses))
        if share
    ]
    rest = f", {UNTOLD} in {percent(untold)}" if untold else ""
    return f"{asked.column.label}: {arm} {joined(parts)}{rest}"


def pay_map_sentences(found: PayMap) -> list[str]:
    """The answer in sentences: shares, where it turns, what it takes to tell, how it was judged."""
    asked = found.asked
    alone = found.cells["alone"]
    counts = {verdict: int((found.cells["verdict"] == verdict).sum()) for verdict in (WINS, LOSES, UNTOLD)}
    n = sorted({int(value) for value in found.cells["n"]})
    runs = f"{n[0]}" if len(n) == 1 else f"{n[0]} to {n[-1]}"
    counted = (
        f"Of {len(found.cells)} grid points {counts[WINS]} win, {counts[LOSES]} lose, and {counts[UNTOLD]} {UNTOLD} at "
        f"n = {runs} replications, at a false discovery rate of 5 % (Benjamini & Hochberg); by each interval alone "
        f"{int((alone == WINS).sum())} win and {int((alone == LOSES).sum())} lose."
    )
    return [counted, *_turning_words(found), *_needed_words(found), *_held_words(found), source_words(asked)]


def _turning_words(found: PayMap) -> list[str]:
    """Where the sign turns along each factor."""
    sentences = []
    for factor, other in ((found.x, found.y), (found.y, found.x)):
        for into in (WINS, LOSES):
            turns = found.turns[(found.turns["along"] == factor.name) & (found.turns["into"] == into)]
            if turns.empty:
                continue
            levels = found.cells["y" if factor is found.x else "x"].nunique()
            clear = int(turns["clear"].sum())
            sure = "" if clear == len(turns) else f" ({clear} of them between points that are told)"
            upwards = "rises" if factor.numeric else "changes"
            way = "winning" if into == WINS else "losing"
            sentences.append(
                f"As {factor_name(factor)} {upwards}, the mean turns to {way} {_between(turns, numeric=factor.numeric)}, at "
                f"{turns['other_level'].nunique()} of {levels} levels of {factor_name(other)}{sure}."
            )
    return sentences or [
        "The mean difference has the same sign at all neighbouring points: it turns nowhere on this map."
    ]


def _between(turns: Any, *, numeric: bool) -> str:
    if not numeric:
        pairs = dict.fromkeys(f"from {row['level_from']} to {row['level_to']}" for row in turns.to_dict("records"))
        return joined(list(pairs))
    least, most = (f"{turns['turns_at'].agg(end):.2g}" for end in ("min", "max"))
    return f"at about {least}" if least == most else f"between about {least} and {most}"


def _needed_words(found: PayMap) -> list[str]:
    """How many replications would tell what is not told."""
    untold = found.cells[found.cells["verdict"] == UNTOLD]
    if untold.empty:
        return []
    if (untold["n"] < 2).all():
        return ["From one replication nothing can be said about how many would be needed."]
    needed = untold["needed"].dropna()
    beyond = len(untold) - len(needed)
    said = []
    if len(needed):
        said.append(
            f"To tell the {len(needed)} undecided point(s) that differ at all, if their differences are as they look, takes "
            f"{amount(float(needed.min()), decimals=0)} to {amount(float(needed.max()), decimals=0)} replications a point "
            f"(half of them {amount(math.ceil(float(needed.median())), decimals=0)} or fewer; power 80 %, each interval alone)."
        )
    if beyond:
        said.append(
            f"{beyond} undecided point(s) would take more than {MOST_REPLICATIONS:,} or show no difference at all."
        )
    return said


def _held_words(found: PayMap) -> list[str]:
    swept = found.asked.swept
    others = [f for f in swept.factors if f.name not in {found.x.name, found.y.name}]
    alone = {f.name: f.levels[0] for f in others if len(f.levels) == 1}
    held = [f"{short_name(found.asked, name)} = {level_words(level)}" for name, level in {**alone, **found.at}.items()]
    free = [short_name(found.asked, f.name) for f in others if f.name not in {*alone, *found.at}]
    sentences = [f"Held: {joined(held)}."] if held else []
    if free:
        sentences.append(f"Each point is a mean over the levels of {joined(free)}.")
    return sentences


# --- the picture ------------------------------------------------------------------------------------------------------


def pay_map_page(found: PayMap) -> Figure:
    """Draw the map; call it within `style.look()`."""
    figure = page(
        title=pay_map_title(found),
        note=" ".join([*_held_words(found), *pay_map_sentences(found)[:1], source_words(found.asked)]),
        handles=_legend(),
        height=HEIGHT + 0.6,
    )
    axes = figure.subplots()
    across, up = (list(dict.fromkeys(found.cells[key])) for key in ("x", "y"))
    sign = found.asked.sign
    values = found.cells["difference"].to_numpy(dtype=float).reshape(len(up), len(across))
    reach = float(np.nanmax(np.abs(values))) if np.isfinite(values).any() else 1.0
    norm = Normalize(-(reach or 1.0), reach or 1.0)
    mesh = axes.pcolormesh(
        np.arange(len(across) + 1), np.arange(len(up) + 1), sign * values, cmap=_colours(), norm=norm
    )
    _mark(axes, found, across=len(across))
    _levels(axes, found, across, up)
    bar = figure.colorbar(mesh, ax=axes, pad=0.02, fraction=0.05)
    unit = short_unit(found.asked.column.unit)
    bar.ax.yaxis.set_major_formatter(lambda value, _position: f"{sign * value:+g}" if value else "0")
    bar.set_label(f"{found.asked.column.label}: mean difference\n[{unit}]")
    bar.outline.set_visible(False)
    return figure


def _colours() -> LinearSegmentedColormap:
    return LinearSegmentedColormap.from_list("pays", [_pale(_BAD), "#ffffff", _pale(_GOOD)])


def _pale(colour: str) -> str:
    """The colour mixed with white."""
    red, green, blue = (1 - _PALE * (1 - part) for part in to_rgb(colour))
    return to_hex((red, green, blue))


def _mark(axes: Axes, found: PayMap, *, across: int) -> None:
    """Hatch what is not told, frame what is, and write the differences where there is room."""
    decimals = digits(found.cells["difference"].tolist())
    words = [amount_with_sign(value, decimals=decimals) for value in found.cells["difference"]]
    room = max(map(text_width, words)) + 0.15 <= 9.0 / across
    for place, (verdict, word) in enumerate(zip(found.cells["verdict"], words, strict=True)):
        column, row = place % across, place // across
        told = verdict != UNTOLD
        axes.add_patch(
            Rectangle(
                (column, row), 1, 1, fill=False, linewidth=0, hatch="" if told else "//", edgecolor="#9a9a9a", alpha=0.8
            )
        )
        axes.add_patch(Rectangle((column, row), 1, 1, fill=False, linewidth=1.0, edgecolor="white"))
        if room:
            axes.text(
                column + 0.5, row + 0.5, word, ha="center", va="center", color=INK if told else MUTED,
                weight="bold" if told else "normal", size=SMALL,
                bbox=None if told else {"facecolor": "white", "edgecolor": "none", "pad": 1.5, "alpha": 0.85},
            )  # fmt: skip


def _levels(axes: Axes, found: PayMap, across: list[Any], up: list[Any]) -> None:
    axes.grid(visible=False)
    axes.set_xticks(np.arange(len(across)) + 0.5, [level_words(level) for level in across])
    axes.set_yticks(np.arange(len(up)) + 0.5, [level_words(level) for level in up])
    if sum(text_width(level_words(level)) + 0.15 for level in across) > 9.0:
        axes.tick_params(axis="x", rotation=45)
    axes.tick_params(length=0)
    axes.set_xlabel(factor_name(found.x, unit=True))
    axes.set_ylabel(wrapped(factor_name(found.y, unit=True), width=HEIGHT / 2))
    for spine in axes.spines.values():
        spine.set_visible(False)


def _legend() -> list[Artist]:
    return [
        Patch(facecolor=_pale(_GOOD), label="wins (bold: told apart)"),
        Patch(facecolor=_pale(_BAD), label="loses"),
        Patch(facecolor="white", edgecolor="#9a9a9a", hatch="//", label=UNTOLD),
    ]

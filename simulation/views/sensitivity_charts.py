"""Which factors move an outcome, in sentences and one picture: bars with intervals for Sobol' and Morris, or a tornado."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulation.analysis.intervals import rules_out_zero
from simulation.views.style import INK, MUTED, SMALL, arm_style, beside, inch_axes, page_for, text_width, wrapped
from simulation.views.swept_words import (
    asked_words,
    digits,
    factor_name,
    level_words,
    percent,
    short_name,
    source_words,
)
from simulation.views.words import amount, amount_with_sign, interval_words, joined, quoted, short_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from simulation.laboratory.factors import Factor
    from simulation.laboratory.sensitivity import Sensitivity

__all__ = ["SHOWN", "sensitivity_page", "sensitivity_sentences", "sensitivity_title"]

SHOWN = 15
"""Factors on a picture; the others are in the table."""
BAR, GAP = 0.2, 0.2
"""Thickness of a bar, and room between two factors [inch]."""
LINE = SMALL * 1.3 / 72
"""Height of a line of text [inch]."""
NAME = 3.6
"""Most room for a factor's name [inch]."""
MOSTLY = 0.5
"""Above this share of luck the title names no factor. Our assumption."""
_FIRST, _SECOND = arm_style(2).colour, arm_style(1).colour
_PAIRS = {"sobol": ("total", "first"), "morris": ("mu_star", "sigma")}
_INDEX = {
    "first": "acting alone (first order)",
    "total": "with all its interactions (total order)",
    "mu_star": "mean size of its effect (mu*)",
    "sigma": "how much its effect varies (sigma)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bar:
    """One bar: where it reaches, its interval, how it is filled."""

    value: float
    low: float
    high: float
    colour: str
    hatch: str = ""
    filled: bool = True


# --- words ------------------------------------------------------------------------------------------------------------


def sensitivity_title(found: Sensitivity) -> str:
    """The answer in one sentence: what moves the outcome most."""
    asked = found.asked
    what = asked_words(asked)
    if found.method == "one_at_a_time":
        clear = found.table[_clear(found.table)]
        if clear.empty:
            return f"{what}: no factor alone moves it clearly"
        row = clear.iloc[int(np.argmax(clear["change"].abs()))]
        moved = amount_with_sign(row["change"], decimals=digits(clear["change"].tolist()))
        return (
            f"{what}: moved most by {quoted(short_name(asked, row['factor']))}, {moved} at {level_words(row['level'])}"
        )
    if found.noise.share > MOSTLY:
        luck = percent(found.noise.share)
        return f"{what}: {luck} of what varies between points is luck, too much to say which factor moves it"
    row = _main(found).iloc[0]
    if row["low"] <= _floor(found):
        return f"{what}: no factor is told from one without effect"
    name = quoted(short_name(asked, row["factor"]))
    if found.method == "sobol":
        return f"{what}: moved most by {name} ({percent(row['value'])} of its variance, interactions included)"
    moved = amount(row["value"], decimals=digits([row["value"]]))
    return f"{what}: moved most by {name}, by {moved} {_unit(found)} over its range"


def _main(found: Sensitivity) -> pd.DataFrame:
    """Rows of the total order, or of mu*, the largest first."""
    rows = found.table[found.table["index"] == _PAIRS[found.method][0]]
    return rows.sort_values("value", ascending=False, kind="stable")


def _clear(table: pd.DataFrame) -> list[bool]:
    return [rules_out_zero(row["low"], row["high"], n=row["n"]) for row in table.to_dict("records")]


def _unit(found: Sensitivity) -> str:
    return short_unit(found.asked.column.unit)


def sensitivity_sentences(found: Sensitivity) -> list[str]:
    """The answer in sentences: what moves it, what does not, how sure that is, what luck does to it."""
    say = {"sobol": _sobol_words, "morris": _morris_words, "one_at_a_time": _tornado_words}[found.method]
    sentences = [*say(found), *_sign_words(found), source_words(found.asked)]
    if found.resamples:
        kind = "1.96 standard deviations" if found.method == "sobol" else "percentiles"
        sentences.append(f"Intervals: 95 %, {kind} of {found.resamples:,} bootstrap resamples.")
    else:
        sentences.append("Intervals: 95 % over replications, paired with the base.")
    return sentences


def _sobol_words(found: Sensitivity) -> list[str]:
    ranked = _main(found)
    several = [
        f"{short_name(found.asked, row['factor'])} {row['value']:.2f} ({interval_words(row['low'], row['high'], decimals=2)})"
        for row in ranked.head(5).to_dict("records")
    ]
    alone = float(found.table.loc[found.table["index"] == "first", "value"].sum())
    sentences = [
        f"Share of the variance in which a factor has a part, alone or with others (total order): {joined(several)}.",
        f"Factors acting each alone account for {percent(min(max(alone, 0.0), 1.0))} of the variance; the rest is interaction"
        + (" and luck." if found.noise.share != 0 else "."),
    ]
    silent = [short_name(found.asked, row["factor"]) for row in ranked.to_dict("records") if row["low"] <= 0]
    if silent:
        sentences.append(f"Not told from no influence at all: {joined(silent)}.")
    pairs = found.table[(found.table["index"] == "second") & (found.table["low"] > 0)]
    for row in pairs.sort_values("value", ascending=False).head(3).to_dict("records"):
        names = short_name(found.asked, row["factor"]), short_name(found.asked, row["other"])
        sentences.append(f"{names[0]} and {names[1]} work together: {row['value']:.2f} of the variance.")
    if math.isnan(found.noise.share):
        return [
            *sentences,
            "One replication a point: how far luck bends the indices cannot be told.",
        ]
    share = percent(found.noise.share)
    known = found.table["without_noise"].notna().all()
    freed = "the column without_noise is freed from this" if known else "that is too much to free them from"
    luck = (
        f"Luck is {share} of the variance between points, so that first-order indices come out too low by up to {share} of their "
        f"value, and total ones too high by up to {found.noise.share:.2f}; {freed}."
    )
    return [*sentences, luck]


def _morris_words(found: Sensitivity) -> list[str]:
    unit = _unit(found)
    ranked = _main(found)
    decimals = digits(ranked["value"].tolist())
    several = [
        f"{short_name(found.asked, row['factor'])} {amount(row['value'], decimals=decimals)} "
        f"({interval_words(row['low'], row['high'], decimals=decimals)})"
        for row in ranked.head(5).to_dict("records")
    ]
    sentences = [f"Mean size of the effect over a factor's whole range (mu*), in {unit}: {joined(several)}."]
    spread = found.table[found.table["index"] == "sigma"].set_index("factor")["value"]
    bent = [
        short_name(found.asked, row["factor"])
        for row in ranked.to_dict("records")
        if row["low"] > _floor(found) and spread[row["factor"]] > row["value"]
    ]
    if bent:
        sentences.append(f"Depends on where the others stand, or bends (sigma above mu*): {joined(bent)}.")
    if math.isnan(found.floor):
        return [*sentences, "One replication a point: how much of this is luck cannot be told."]
    silent = [short_name(found.asked, row["factor"]) for row in ranked.to_dict("records") if row["low"] <= found.floor]
    if silent:
        sentences.append(f"Not told from luck: {joined(silent)}.")
    floor = amount(found.floor, decimals=decimals)
    return [
        *sentences,
        f"Luck alone, independent from point to point, would give a factor without effect a mu* of about {floor}.",
    ]


def _floor(found: Sensitivity) -> float:
    return 0.0 if math.isnan(found.floor) else found.floor


def _tornado_words(found: Sensitivity) -> list[str]:
    assert found.base is not None
    decimals = digits(found.table["change"].tolist())
    base = interval_words(found.base.low, found.base.high, decimals=decimals)
    sentences = [f"At the base: {amount(found.base.mean, decimals=decimals)} {_unit(found)} ({base})."]
    for row in (
        found.table[_clear(found.table)].sort_values("change", key=abs, ascending=False).head(5).to_dict("records")
    ):
        change = amount_with_sign(row["change"], decimals=decimals)
        between = interval_words(row["low"], row["high"], decimals=decimals)
        name = short_name(found.asked, row["factor"])
        sentences.append(
            f"{name} at {level_words(row['level'])} instead of {level_words(row['base'])}: {change} ({between})."
        )
    still = [
        name for name in found.asked.swept.points.columns if name not in set(found.table[_clear(found.table)]["factor"])
    ]
    if still:
        sentences.append(f"No clear change by: {joined([short_name(found.asked, name) for name in still])}.")
    return sentences


def _sign_words(found: Sensitivity) -> list[str]:
    """At how many points it pays, where a difference was asked for."""
    asked = found.asked
    if asked.against is None or not asked.column.better:
        return []
    good = float((asked.sign * asked.means > 0).mean())
    return [f"The mean difference is for the better at {percent(good)} of the design points."]


# --- the picture ------------------------------------------------------------------------------------------------------


def sensitivity_page(found: Sensitivity) -> Figure:
    """Draw the bars or the tornado; call it within `style.look()`."""
    rows = _tornado_rows(found) if found.method == "one_at_a_time" else _index_rows(found)
    rows = rows[:SHOWN]
    sentences = sensitivity_sentences(found)
    names = [wrapped(factor_name(factor), width=NAME, bold=True) for factor, _, _ in rows]
    heights = [
        max(len(bars) * BAR, (name.count("\n") + 1) * LINE) + GAP
        for (_, _, bars), name in zip(rows, names, strict=True)
    ]
    needed = sum(heights)
    note = f"{' '.join(sentences[-2:])} Lines: these intervals."
    hidden = len(found.asked.swept.factors) - len(rows)
    if hidden > 0:
        note = f"{note} {hidden} factor(s) with less influence are in the table only."
    figure = page_for(
        needed=needed + 2 * LINE + 0.35, title=sensitivity_title(found), note=note, handles=_legend(found), least=4.0
    )
    room = max(text_width(line, bold=True) for name in names for line in name.split("\n")) + 0.3
    levels = max((text_width(word) for _, words, _ in rows for word in words), default=0.0)
    axes = inch_axes(figure, needed=needed, left=room + levels + (0.3 if levels else 0.0), right=0.2)
    _draw(axes, rows, names, heights, levels=levels)
    axes.axvline(0.0, color=INK, linewidth=1.4)
    if not math.isnan(found.floor):
        axes.axvline(found.floor, color=MUTED, linestyle=(0, (5, 2)), linewidth=2)
    axes.set_xlabel(_axis_words(found))
    return figure


_Row = tuple["Factor", list[str], list[_Bar]]
"""A factor, a word for each of its bars, and the bars."""


def _draw(axes: Axes, rows: Sequence[_Row], names: Sequence[str], heights: Sequence[float], *, levels: float) -> None:
    top = 0.0
    for position, ((_, words, bars), name, height) in enumerate(zip(rows, names, heights, strict=True)):
        if position % 2 == 0:
            axes.axhspan(top, top + height, color="#f4f4f4", linewidth=0)
        axes.annotate(
            name, (0, top + height / 2), (-11 - (levels * 72 + 14 if levels else 0), 0),
            xycoords=("axes fraction", "data"), textcoords="offset points", annotation_clip=False,
            ha="right", va="center", weight="bold", linespacing=1.1,
        )  # fmt: skip
        for number, bar in enumerate(bars):
            at = top + height / 2 + (number + 0.5 - len(bars) / 2) * BAR
            if words:
                beside(axes, words[number], at=at, left=True, va="center")
            face = bar.colour if bar.filled else "white"
            edge = "white" if bar.filled and bar.hatch else bar.colour
            axes.barh(at, bar.value, height=BAR, facecolor=face, edgecolor=edge, hatch=bar.hatch, linewidth=1.2)
            if math.isfinite(bar.low):
                axes.plot([bar.low, bar.high], [at, at], color=INK, linewidth=1.6)
        top += height


def _index_rows(found: Sensitivity) -> list[_Row]:
    rows: list[_Row] = []
    pairs = found.table[found.table["index"].isin(_PAIRS[found.method])]
    by = pairs.set_index(["index", "factor"])
    for row in _main(found).to_dict("records"):
        factor = found.asked.swept.factor(row["factor"])
        bars = []
        for index, colour, hatch in zip(_PAIRS[found.method], (_FIRST, _SECOND), ("", "////"), strict=True):
            told: Any = by.loc[(index, factor.name)]
            bars.append(_Bar(value=told["value"], low=told["low"], high=told["high"], colour=colour, hatch=hatch))
        rows.append((factor, [], bars))
    return rows


def _tornado_rows(found: Sensitivity) -> list[_Row]:
    rows: list[_Row] = []
    for name, part in found.table.groupby("factor", sort=False):
        factor = found.asked.swept.factor(str(name))
        shown = part.sort_values("level").iloc[[0, -1]] if factor.numeric and len(part) > 2 else part
        words, bars = [], []
        for row, clear in zip(shown.to_dict("records"), _clear(shown), strict=True):
            higher = factor.numeric and row["level"] > row["base"]
            words.append(level_words(row["level"]))
            bars.append(
                _Bar(
                    value=row["change"], low=row["low"], high=row["high"], filled=clear,
                    colour=_SECOND if higher else _FIRST, hatch="" if higher else "////",
                )
            )  # fmt: skip
        rows.append((factor, words, bars))
    return sorted(rows, key=lambda row: -max((abs(bar.value) for bar in row[2]), default=0.0))


def _legend(found: Sensitivity) -> list[Artist]:
    if found.method == "one_at_a_time":
        return [
            Patch(label="below the base, or another choice", facecolor=_FIRST, edgecolor="white", hatch="////"),
            Patch(label="above the base", facecolor=_SECOND),
            Patch(label="white: no clear change", facecolor="white", edgecolor=MUTED, linewidth=1.4),
        ]
    first, second = _PAIRS[found.method]
    handles: list[Artist] = [
        Patch(label=_INDEX[first], facecolor=_FIRST),
        Patch(label=_INDEX[second], facecolor=_SECOND, edgecolor="white", hatch="////"),
    ]
    if not math.isnan(found.floor):
        handles.append(Line2D([], [], color=MUTED, linestyle=(0, (5, 2)), linewidth=2, label="mu* from luck alone"))
    return handles


def _axis_words(found: Sensitivity) -> str:
    if found.method == "sobol":
        return "Share of the variance"
    unit = found.asked.column.unit
    what = "Change from the base" if found.method == "one_at_a_time" else "Effect of the factor's whole range"
    return f"{what} [{short_unit(unit)}]"

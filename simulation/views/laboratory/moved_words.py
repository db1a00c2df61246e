"""Which factors move an outcome, in a title and sentences that claim no more than intervals and luck allow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.intervals import rules_out_zero
from simulation.views.laboratory.swept_words import asked_words, digits, level_words, percent, short_name, source_words
from simulation.views.words import amount, amount_with_sign, interval_words, joined, quoted, short_unit

if TYPE_CHECKING:
    import pandas as pd

    from simulation.laboratory.answers.sensitivity import Sensitivity

__all__ = ["PAIRS", "clear_rows", "ranked_rows", "sensitivity_sentences", "sensitivity_title"]

PAIRS = {"sobol": ("total", "first"), "morris": ("mu_star", "sigma")}
"""The two indices of each factor that are shown; factors are ranked by the first of them."""
MOSTLY = 0.5
"""Above this share of luck the title names no factor. Our assumption."""


def sensitivity_title(found: Sensitivity) -> str:
    """The answer in one sentence: what moves the outcome most."""
    asked = found.asked
    what = asked_words(asked)
    if found.method == "one_at_a_time":
        clear = found.table[clear_rows(found.table)]
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
    rows = ranked_rows(found)
    clear = rows[rows["low"] > _floor(found)]
    if clear.empty:
        return f"{what}: no factor is told from one without effect"
    row = rows.iloc[0]
    if row["factor"] not in set(clear["factor"]):
        names = joined([quoted(short_name(asked, name)) for name in clear["factor"]])
        return f"{what}: {names} clearly move{'s' * (len(clear) == 1)} it; which moves it most cannot be told"
    name = quoted(short_name(asked, row["factor"]))
    if found.method == "sobol":
        return f"{what}: moved most by {name} ({percent(row['value'])} of its variance, interactions included)"
    moved = amount(row["value"], decimals=digits([row["value"]]))
    return f"{what}: moved most by {name}, by {moved} {_unit(found)} over its range"


def ranked_rows(found: Sensitivity) -> pd.DataFrame:
    """Rows of the total order, or of mu*, the largest first."""
    rows = found.table[found.table["index"] == PAIRS[found.method][0]]
    return rows.sort_values("value", ascending=False, kind="stable")


def clear_rows(table: pd.DataFrame) -> list[bool]:
    """Tell of each row of a tornado whether its interval leaves out zero."""
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
    ranked = ranked_rows(found)
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
    ranked = ranked_rows(found)
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
        found.table[clear_rows(found.table)].sort_values("change", key=abs, ascending=False).head(5).to_dict("records")
    ):
        change = amount_with_sign(row["change"], decimals=decimals)
        between = interval_words(row["low"], row["high"], decimals=decimals)
        name = short_name(found.asked, row["factor"])
        sentences.append(
            f"{name} at {level_words(row['level'])} instead of {level_words(row['base'])}: {change} ({between})."
        )
    still = [
        name
        for name in found.asked.swept.points.columns
        if name not in set(found.table[clear_rows(found.table)]["factor"])
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

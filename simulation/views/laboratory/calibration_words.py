"""In words: what a calibration found, how sure that is, and what to do next; and arms over an ensemble."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation.laboratory.calibration.tables import most_away
from simulation.views.words import amount_with_sign, interval_words, joined, quoted, short_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    import pandas as pd

    from simulation.laboratory.calibration.calibrating import Calibrated
    from simulation.laboratory.calibration.results import Tables
    from simulation.laboratory.calibration.tables import Verdict

__all__ = [
    "calibration_page",
    "compared_sentences",
    "figure_words",
    "fit_headline",
    "not_met",
    "sentences",
    "told_headline",
]

_WITHIN = "lie within the 95 % interval of their prediction"
WEAK = 0.8
"""A prediction that is hardly narrower than before the data is no check."""
_MUCH = 0.2


def figure_words(value: float) -> str:
    """Return a figure with three digits that count, without exponent.

    Examples
    --------
    >>> [figure_words(value) for value in (0.012345, 12.345, 1234.5, -0.5)]
    ['0.0123', '12.3', '1,234', '-0.5']
    """
    if not math.isfinite(value):
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    text = f"{value:.3g}"
    return f"{value:.6f}".rstrip("0") if "e" in text else text


def sentences(found: Calibrated, made: Tables, verdict: Verdict) -> Iterator[str]:
    """Yield what was found, sentence by sentence."""
    asked = found.asked
    yield (
        f"Fitted {len(asked.parameters)} parameters to {len(asked.targets)} figures of {asked.data.file} "
        f"with {asked.runs:,} runs of {asked.weeks} weeks."
    )
    yield from _parameters(made["identified"])
    yield f"{fit_headline(made['fit'])}."
    for row in not_met(made["fit"]).to_dict("records"):
        between = f"{figure_words(row['fitted_low'])} to {figure_words(row['fitted_high'])}"
        yield (
            f"  {row['label']}: observed {figure_words(row['observed'])}, fitted {figure_words(row['fitted'])} "
            f"({between}) {row['unit']}: {abs(row['away']):.1f} standard deviations apart."
        )
    yield f"{told_headline(made['identified'])}."
    yield from _trades(made["trade_offs"])
    yield from _edges(made["identified"])
    yield from _held_out(made["held_out"])
    yield _settled(verdict)


def _parameters(identified: pd.DataFrame) -> Iterator[str]:
    for row in identified.to_dict("records"):
        times = " times" if "*" in row["parameter"] else ""
        said = {key: figure_words(row[key]) for key in ("fitted", "low", "high", "now", "range_low", "range_high")}
        yield (
            f"  {row['parameter']}: {said['fitted']}{times} (95 %: {said['low']} to {said['high']}; now {said['now']}; "
            f"range {said['range_low']} to {said['range_high']})"
        )


def not_met(fit: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that the fit does not meet."""
    return fit[fit["away"].abs() > most_away(len(fit))]


def fit_headline(fit: pd.DataFrame) -> str:
    """Say how many figures are met."""
    missed, count = len(not_met(fit)), len(fit)
    if not missed:
        return f"All {count} figures are met" if count > 1 else "The figure is met"
    return f"{count - missed} of {count} figures are met; the firm cannot be brought to the others at the same time"


def told_headline(identified: pd.DataFrame) -> str:
    """Say which parameters the data tell."""
    no = list(identified.loc[identified["identified"] == "no", "parameter"])
    partly = list(identified.loc[identified["identified"] == "partly", "parameter"])
    if not (no or partly):
        return "The data tell every fitted parameter"
    some = [f"do not tell {joined(no)}"] * bool(no) + [f"tell {joined(partly)} only in part"] * bool(partly)
    return f"The data {' and '.join(some)}"


def _trades(trades: pd.DataFrame) -> Iterator[str]:
    for row in trades.to_dict("records"):
        way = "more" if row["correlation"] > 0 else "less"
        pair = f"{row['first']} and {row['second']}"
        yield f"  {pair} trade off: more of one goes with {way} of the other (correlation {row['correlation']:+.2f})."


def _edges(identified: pd.DataFrame) -> Iterator[str]:
    for row in identified.to_dict("records"):
        if row["at_edge"] > _MUCH and row["identified"] != "no":
            name = row["parameter"]
            yield f"  {name} presses against an end of its range: give a wider one with --fit '{name}=LOW..HIGH'."


def _held_out(held: pd.DataFrame) -> Iterator[str]:
    if held.empty:
        yield "Nothing could be held out: one metric, and too few months."
    months = held["held_out"].str.startswith("months ")
    for what, rows in held[months].groupby("held_out", sort=False):
        inside = int(rows["inside"].sum())
        yield f"{str(what).capitalize()} held out: {inside} of {len(rows)} figures {_WITHIN}."
    others = held[~months]
    telling = others[others["narrowed"] < WEAK]
    if len(others) and telling.empty:
        yield "Each metric held out in turn: the others say next to nothing about any, so this checks nothing."
    elif len(others):
        inside, weak = int(telling["inside"].sum()), len(others) - len(telling)
        rest = f"; of the other {weak} the rest says next to nothing" if weak else ""
        yield f"Each metric held out in turn: {inside} of {len(telling)} figures {_WITHIN}{rest}."


def _settled(verdict: Verdict) -> str:
    agree = f"two samples agree to a factor of {verdict.agreement:.3f}"
    figures = f"{agree}, fresh runs spread {verdict.fresh:.2f} times as they should around the emulator"
    if verdict.settled:
        return f"The calculation has settled ({figures})."
    return (
        f"The calculation has NOT settled ({figures}; below 1.05 and 1.5 it has): take more --runs, or narrower ranges."
    )


def calibration_page(found: Calibrated, made: Tables, verdict: Verdict) -> str:
    """Return everything as a page of Markdown."""
    lines = [f"{'  ' * line.startswith(' ')}- {line.strip()}" for line in sentences(found, made, verdict)]
    return "\n".join(["# Calibration", "", *lines, "", _NEXT_STEPS, ""])


_NEXT_STEPS = """\
`calibrated.yaml` is the firm as fitted; `ensemble.csv` holds others that the data leave possible. To compare arms with that
uncertainty: `silosim ensemble` and this folder."""


# --- arms over an ensemble --------------------------------------------------------------------------------------------


def compared_sentences(
    table: pd.DataFrame, *, labels: Mapping[str, str], arm_titles: Mapping[str, str]
) -> Iterator[str]:
    """Yield a sentence for each outcome and arm."""
    first = quoted(next(iter(arm_titles.values())))
    for row in table.to_dict("records"):
        what = f"{labels[row['outcome']]}, {quoted(arm_titles[row['arm']])} against {first}"
        if not math.isfinite(row["low"]):
            yield f"{what}: {row['draws']} draws are too few to tell."
            continue
        decimals = _decimals(row["high"] - row["low"])
        said = f"{amount_with_sign(row['difference'], decimals=decimals)} {short_unit(row['unit'])}"
        between = interval_words(row["low"], row["high"], decimals=decimals)
        sure = "cannot be told from none" if row["low"] <= 0 <= row["high"] else "told from none"
        yield (
            f"{what}: {said} ({between}), {sure}; the same sign in {100 * row['same_sign']:.0f} % of "
            f"{row['draws']} draws{_apart(row)}."
        )


def _apart(row: Mapping[Any, Any]) -> str:
    if row["told_apart"]:
        return f"; {100 * row['from_parameters']:.0f} % of the uncertainty (squared) is of the parameters"
    return "" if row["high"] == row["low"] else "; firms differ by no more than luck"


def _decimals(width: float) -> int:
    return max(0, min(4, math.ceil(1.0 - math.log10(width)))) if width > 0 else 2

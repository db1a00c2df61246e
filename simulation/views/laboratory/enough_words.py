"""In words: how far the replications go, how many more it takes, what the same luck saved."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from simulation.analysis.intervals import FEWEST_TO_TELL
from simulation.views.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

__all__ = ["factor_words", "sentences"]

MOST = 1_000_000
"""A factor above this is not told more closely: it hangs on a spread of next to nothing."""


def sentences(told: pd.DataFrame, *, labels: Mapping[str, str], arm_titles: Mapping[str, str]) -> Iterator[str]:
    """Yield a heading for each outcome and arm of the table, and below it what was asked.

    Parameters
    ----------
    told
        What `simulation.laboratory.replications.enough.answers` returns.
    labels, arm_titles
        Outcome -> label, arm -> title.
    """
    for row in told.to_dict("records"):
        baseline = row["baseline_arm"]
        arm = quoted(arm_titles[row["arm"]]) + (f" against {quoted(arm_titles[baseline])}" if baseline else "")
        yield f"{labels[row['outcome']]} [{row['unit']}], {arm}, {row['replications']:,} replications:"
        yield from (f"  {line}" for line in _lines(row))


def _lines(row: Mapping[Any, Any]) -> Iterator[str]:
    what = "difference" if row["baseline_arm"] else "mean"
    if row["spread"] == 0.0:
        yield f"{what} {row['difference']:+.3g}, exactly the same in every replication: there is no spread to go by."
        return
    yield f"{what} {row['difference']:+.3g} ± {row['half_width']:.2g} (95 %); spread between replications {row['spread']:.2g}."
    if not math.isnan(row["wanted"]):
        yield _wanted(row)
    if not math.isnan(row["effect"]):
        yield (
            f"An effect of {row['effect']:g} is seen with a chance of {100 * row['power']:.0f} %; "
            f"{row['needed_for_effect']:,.0f} replications see it with 80 %."
        )
    if not math.isnan(row["effect_seen"]):
        yield f"With a chance of 80 % so many replications see an effect of {row['effect_seen']:.2g} or more."
    if not math.isnan(row["saved"]):
        yield _saved(row)


def factor_words(factor: float) -> str:
    """Return a factor with two digits that count, in full: `0.017`, `7.3`, `6,900`; beyond a million it says just that."""
    if factor > MOST:
        return f"more than {MOST:,}"
    return f"{factor:.2g}" if factor < 100 else f"{float(f'{factor:.2g}'):,.0f}"


def _wanted(row: Mapping[Any, Any]) -> str:
    if row["needed_high"] <= FEWEST_TO_TELL:
        return f"±{row['wanted']:g} takes no more than {FEWEST_TO_TELL} replications, the fewest that tell anything."
    between = f"between {row['needed_low']:,.0f} and {row['needed_high']:,.0f}"
    return f"±{row['wanted']:g} takes about {row['needed']:,.0f} replications ({between}, for the spread is not known better)."


def _saved(row: Mapping[Any, Any]) -> str:
    """The factor, its interval, and the replications that it stands for."""
    factor, low, high = row["saved"], row["saved_low"], row["saved_high"]
    interval = "" if math.isnan(low) else f" ({factor_words(low)} to {factor_words(high)})"
    words = f"{factor_words(factor)}{interval}"
    if low <= 1.0 <= high:
        return f"Whether the same luck saved replications cannot be told from so few: a factor of {words}."
    if factor < 1.0:
        return f"The same luck did not help: it cost a factor of {1 / factor:.2g} of replications (saved {words})."
    apart = factor_words(row["replications"] * factor)
    return f"The same luck saved a factor of {words}: with luck of its own in each arm it would take about {apart} replications."

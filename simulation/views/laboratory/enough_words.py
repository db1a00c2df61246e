"""In words: how far the replications go, how many more it takes, what the same luck saved."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from simulation.views.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

__all__ = ["sentences"]


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
        between = f"between {row['needed_low']:,.0f} and {row['needed_high']:,.0f}"
        yield f"±{row['wanted']:g} takes about {row['needed']:,.0f} replications ({between}, for the spread is not known better)."
    if not math.isnan(row["effect"]):
        yield (
            f"An effect of {row['effect']:g} is seen with a chance of {100 * row['power']:.0f} %; "
            f"{row['needed_for_effect']:,.0f} replications see it with 80 %."
        )
    if not math.isnan(row["effect_seen"]):
        yield f"With a chance of 80 % so many replications see an effect of {row['effect_seen']:.2g}."
    if not math.isnan(row["saved"]):
        yield _saved(row)


def _saved(row: Mapping[Any, Any]) -> str:
    """The factor, its interval, and the replications that it stands for."""
    factor, low, high = row["saved"], row["saved_low"], row["saved_high"]
    interval = "" if math.isnan(low) else f" [{low:.2g}, {high:.2g}]"
    if low <= 1.0 <= high:
        return (
            f"Whether the same luck saved replications cannot be told from so few: a factor of {factor:.2g}{interval}."
        )
    if factor < 1.0:
        return f"The same luck did not help: it cost a factor of {1 / factor:.2g} of replications (saved {factor:.2g}{interval})."
    apart = row["replications"] * factor
    without = f"with luck of its own in each arm it would take about {apart:,.0f} replications"
    return f"The same luck saved a factor of {factor:.2g}{interval}: {without}."

"""The judgment: which facts the simulated people meet, by the contrast of each.

A contrast is met when the simulated one, the mean over replications, lies within the measured interval or within 15 % of
the measured contrast, whichever of the two is wider.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.analysis.facts.contrasts import CONTRASTS, Band, Contrast, band_of, value_of
from simulation.analysis.facts.facts import facts
from simulation.analysis.facts.split import fitted_facts, mechanism_of
from simulation.analysis.intervals import Interval, mean_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Score", "judge", "score"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many facts are met, of those that were fitted and of those that were only checked."""

    fitted_met: int
    fitted: int
    checked_met: int
    checked: int

    def __str__(self) -> str:
        met, all_facts = self.fitted_met + self.checked_met, self.fitted + self.checked
        return (
            f"{met} of {all_facts} met: {self.fitted_met} of {self.fitted} fitted, "
            f"{self.checked_met} of {self.checked} only checked"
        )


def judge(simulated: pd.DataFrame) -> pd.DataFrame:
    """Judge simulated figures by the facts.

    Parameters
    ----------
    simulated
        One row per replication, a column per fact (C01 to C36) with the figure that the fact's statistic gives there; NaN
        where it could not be measured. Contrasts are taken within each replication. A missing column is a fact that was
        not measured, and not met.

    Returns
    -------
    pandas.DataFrame
        One row per fact: `fact`, `mechanism`, `world`, `design`, `fitted` (bool), `says`, `formula`; `measured`, `low`,
        `high` (the measured contrast and its 95 % interval), `accepted_low`, `accepted_high`, `rule` (the band that meets
        it, and what made it); `simulated`, `simulated_low`, `simulated_high`, `n` (mean over n replications with its
        95 % interval); `met` (bool); `clear` (bool: that interval lies wholly inside the band, or wholly outside).

    Raises
    ------
    ValueError
        A column is no fact.
    """
    strangers = sorted(set(simulated.columns) - set(facts()))
    if strangers:
        raise ValueError(f"no such facts: {', '.join(map(str, strangers))}")
    fitted, mechanism = fitted_facts(), mechanism_of()
    rows = []
    for key, fact in facts().items():
        contrast = CONTRASTS[key]
        band, reached = band_of(contrast), mean_interval(_per_replication(contrast, simulated))
        rows.append(
            {
                "fact": key,
                "mechanism": mechanism[key],
                "world": fact.world,
                "design": fact.design,
                "fitted": key in fitted,
                "says": contrast.says,
                "formula": contrast.formula,
                "measured": band.measured,
                "low": band.low,
                "high": band.high,
                "accepted_low": band.accepted_low,
                "accepted_high": band.accepted_high,
                "rule": band.rule,
                "simulated": reached.mean,
                "simulated_low": reached.low,
                "simulated_high": reached.high,
                "n": reached.n,
                "met": band.accepts(reached.mean),
                "clear": _clear(band, reached),
            }
        )
    return pd.DataFrame(rows)


def score(table: pd.DataFrame) -> Score:
    """Count what is met in a table of `judge`."""
    fitted, met = table["fitted"].to_numpy(dtype=bool), table["met"].to_numpy(dtype=bool)
    return Score(
        fitted_met=int((fitted & met).sum()),
        fitted=int(fitted.sum()),
        checked_met=int((~fitted & met).sum()),
        checked=int((~fitted).sum()),
    )


def _per_replication(contrast: Contrast, simulated: pd.DataFrame) -> NDArray[np.float64]:
    """Return the contrast in each replication; NaN where a figure is missing or the contrast has no finite value."""
    if not set(contrast.of) <= set(simulated.columns):
        return np.full(len(simulated), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = value_of(contrast, {key: simulated[key].to_numpy(dtype=np.float64) for key in contrast.of})
    return np.where(np.isfinite(found), found, np.nan)


def _clear(band: Band, reached: Interval) -> bool:
    """Tell whether the simulated interval lies on one side of each end of the band; without an interval it does not."""
    if not np.isfinite(reached.low):
        return False
    inside = band.accepts(reached.low) and band.accepts(reached.high)
    return inside or reached.high < band.accepted_low or reached.low > band.accepted_high

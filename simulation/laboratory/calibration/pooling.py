"""Arms compared over an ensemble: intervals that hold luck and what calibration left uncertain.

Equation
--------
d_kr is the difference of an arm to the first in replication r of draw k (same customers, same luck), d_k its mean over r.

    luck^2       = mean over k of the variance over r / (K R)    of the overall mean, K draws of R replications
    parameters^2 = max(0, variance over k of d_k - mean over k of the variance over r / R)
    interval     = mean +- t(K - 1; 97.5 %) x sqrt(parameters^2 + max(variance over k of d_k, mean variance over r / R) / K)

The first term under the root is how the true difference moves over what the parameters may be; the second is what we do not know
of its mean. An F test says whether the parameters move the difference at all beyond luck. With R = 1 luck and parameters cannot be
told apart: all of the spread counts as parameters, on the safe side.

Source
------
Variance components of a one-way random model: Searle, Casella & McCulloch (1992), Variance Components, chapter 3; input
uncertainty beside luck: Barton, Lam & Song (2022), Input uncertainty in stochastic simulation.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulation.analysis.intervals import LEVEL, quantile
from simulation.laboratory.calibration.columns import COMPARED
from simulation.laboratory.sweep.outcomes import cube
from simulation.laboratory.sweep.planning import columns_of_plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.laboratory.sweep.plan import Plan

    Array = NDArray[np.float64]

__all__ = ["compared", "pooled"]


def compared(plan: Plan, runs: pd.DataFrame) -> pd.DataFrame:
    """Compare the arms of a sweep whose points are an ensemble: one row per outcome and arm but the first (see `COMPARED`)."""
    columns = columns_of_plan(plan)
    rows: list[dict[str, Any]] = []
    for outcome in plan.outcomes:
        values = cube(plan, runs, outcome)
        for position, arm in enumerate(plan.arms[1:], 1):
            measured = pooled(values[..., position] - values[..., 0])
            mean = float(np.nanmean(values[..., position]))
            rows.append({"outcome": outcome, "unit": columns[outcome].unit, "arm": arm, "mean": mean, **measured})
    return pd.DataFrame(rows, columns=list(COMPARED))


def _told_apart(between: float, within: float, *, draws: int, replications: int) -> bool:
    """Tell whether draws differ by more than luck (F test at 5 %); never from one replication."""
    from scipy.special import fdtrc

    if replications < 2 or within <= 0.0:
        return within <= 0.0 < between and replications > 1
    return bool(fdtrc(draws - 1, draws * (replications - 1), between / within) < 1.0 - LEVEL)


def pooled(differences: Array) -> dict[str, Any]:
    """Sum up differences [draw, replication]; draws with a value missing are left out.

    Examples
    --------
    >>> same = pooled(np.array([[1.0, 1.0], [1.0, 1.0]]))
    >>> same["difference"], same["low"], same["high"]
    (1.0, 1.0, 1.0)
    """
    whole = differences[np.isfinite(differences).all(axis=1)]
    draws, replications = whole.shape
    if draws < 2:
        nothing = dict.fromkeys(
            ("difference", "low", "high", "luck_low", "luck_high", "from_parameters", "same_sign"), math.nan
        )
        return {**nothing, "told_apart": False, "draws": draws, "replications": replications}
    by_draw = whole.mean(axis=1)
    mean, between = float(by_draw.mean()), float(by_draw.var(ddof=1))
    within = float(whole.var(axis=1, ddof=1).mean()) / replications if replications > 1 else 0.0
    parameters = max(0.0, between - within)
    of_mean = max(between, within) / draws
    half = quantile(LEVEL, draws - 1) * math.sqrt(parameters + of_mean)
    luck = (
        quantile(LEVEL, max(draws * (replications - 1), 1)) * math.sqrt(within / draws)
        if replications > 1
        else math.nan
    )
    total = parameters + of_mean
    return {
        "difference": mean, "low": mean - half, "high": mean + half, "luck_low": mean - luck, "luck_high": mean + luck,
        "from_parameters": min(1.0, (parameters + parameters / draws) / total) if total > 0 else 0.0,
        "draws": draws, "replications": replications,
        "told_apart": _told_apart(between, within, draws=draws, replications=replications),
        "same_sign": float((np.sign(by_draw) == np.sign(mean)).mean()),
    }  # fmt: skip

"""Sums over the felt-versus-caused ledger: pain by where it is felt and to whom it is due, and what of it is clear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.analysis.frames import UNATTRIBUTED
from simulation.analysis.intervals import FEWEST_TO_TELL, Interval, mean_interval
from simulation.views.words import amount, quoted, size_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.views.compared import Compared

__all__ = ["UNIT", "Cells", "cells_of", "change_sentence", "dues", "pain_of", "pain_sentence", "shares_of"]

UNIT = "1 = one encounter spoilt from best to worst, per 1,000 people a week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Cells [touchpoints + 1, due + 1] with totals in the last row and column."""

    mean: NDArray[np.float64]
    clear: NDArray[np.bool_]


def pain_of(compared: Compared, arm: str) -> NDArray[np.float64]:
    """Pain [replications, touchpoints, due] of an arm, in the scenario's order, unattributed last."""
    ledger = compared.ledger
    table = ledger.loc[ledger["arm"] == arm].pivot(index="replication", columns=["touchpoint", "due"], values="pain")
    wanted = [(touchpoint, due) for touchpoint in compared.scenario.journey for due in dues(compared)]
    shape = (len(table), len(compared.scenario.journey), len(dues(compared)))
    # Below zero: that department lessened the pain. What an arm does not have causes none.
    known = table.reindex(columns=pd.MultiIndex.from_tuples(wanted)).fillna(0.0)
    return known.to_numpy(dtype=np.float64).reshape(shape)


def dues(compared: Compared) -> list[str]:
    """To whom something can be due: each department, and nobody known."""
    return [*compared.scenario.departments, UNATTRIBUTED]


def cells_of(pain: NDArray[np.float64]) -> Cells:
    """Mean over replications, and whether its interval leaves out zero, for each cell and total."""
    rows = np.concatenate([pain, pain.sum(axis=1, keepdims=True)], axis=1)
    full = np.concatenate([rows, rows.sum(axis=2, keepdims=True)], axis=2)
    shape = full.shape[1:]
    intervals = [mean_interval(full[:, at, due]) for at in range(shape[0]) for due in range(shape[1])]
    return Cells(
        mean=np.array([interval.mean for interval in intervals]).reshape(shape),
        clear=np.array([not interval.covers_zero for interval in intervals]).reshape(shape),
    )


def shares_of(compared: Compared, pain: NDArray[np.float64]) -> tuple[Interval, Interval]:
    """Shares of all pain [%]: due to another department than the one that runs the touchpoint; due to nobody known."""
    departments = list(compared.scenario.departments)
    own = [departments.index(point.owner) for point in compared.scenario.journey.values()]
    owned = pain[:, np.arange(len(own)), own].sum(axis=1)
    known = pain[:, :, :-1].sum(axis=(1, 2))
    total = pain.sum(axis=(1, 2))
    nothing = np.full(total.shape, np.nan)
    foreign = np.divide(known - owned, total, out=nothing.copy(), where=total > 0)
    nobody = np.divide(total - known, total, out=nothing.copy(), where=total > 0)
    return mean_interval(100 * foreign), mean_interval(100 * nobody)


def pain_sentence(compared: Compared, arm: str) -> str:
    """How much of an arm's pain is due to another department than the one that runs the touchpoint."""
    pain = pain_of(compared, arm)
    share, nobody = shares_of(compared, pain)
    title = quoted(compared.arm_titles[arm])
    if share.n == 0:
        title = f"Nobody felt any pain under {title}"
    else:
        much = f"{amount(share.mean, decimals=0)} % of the pain"
        if share.n >= FEWEST_TO_TELL:
            spread = f"{amount(share.low, decimals=0)} to {amount(share.high, decimals=0)} %"
            much = "No clear share of the pain" if share.covers_zero else f"{much} ({spread})"
        title = (
            f"{much} under {title} is due to another department than the one that runs the touchpoint, "
            f"{amount(nobody.mean, decimals=0)} % to nobody known"
        )
    return title


def change_sentence(compared: Compared, arm: str, *, first: str) -> str:
    """By how much all pain differs between an arm and the first."""
    difference = pain_of(compared, arm) - pain_of(compared, first)
    total = mean_interval(difference.sum(axis=(1, 2)))
    new, old = quoted(compared.arm_titles[arm]), quoted(compared.arm_titles[first])
    if total.n < FEWEST_TO_TELL:
        title = f"Change in pain from {old} to {new}: too few replications to tell"
    elif total.covers_zero:
        title = f"No clear difference in total pain between {new} and {old}"
    else:
        size = f"{amount(abs(total.mean))} {'less' if total.mean < 0 else 'more'} pain"
        title = f"{new} brings {size} ({size_words(total.low, total.high, decimals=1)}) than {old}"
    return title

"""One box by PRIM, from the EMA workbench: the peeling path, the choice of a box on it, and its limits.

The workbench's versions 2 (Python 3.11) and 3 differ in a name and a parameter; both are served here and nowhere else.
"""

from __future__ import annotations

import inspect
import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.intervals import LEVEL
from simulation.laboratory.extras import needed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    import pandas as pd
    from numpy.typing import NDArray

    from simulation.laboratory.sweep.factors import Factor

__all__ = ["Limit", "peeled"]

SURE = 1 - LEVEL
"""A limit stays where its quasi-p is at most this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a box demands of one factor; `quasi_p` is how likely so dense a box were if this limit did nothing.

    Of numbers: from `low` to `high`, None where it demands nothing. Of words: one of `words`.
    """

    factor: str
    low: float | None = None
    high: float | None = None
    words: tuple[str, ...] = ()
    quasi_p: float = math.nan

    def holds(self, values: pd.Series) -> NDArray[np.bool_]:
        """Return which values lie inside."""
        inside = np.ones(len(values), dtype=bool)
        if self.words:
            inside &= values.isin(self.words).to_numpy()
        if self.low is not None:
            inside &= (values >= self.low).to_numpy()
        if self.high is not None:
            inside &= (values <= self.high).to_numpy()
        return inside


def _prim() -> ModuleType:
    """Return the workbench's PRIM. Its import warns of optional libraries that nothing here uses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return needed("ema_workbench.analysis.prim")


def peeled(points: pd.DataFrame, interest: NDArray[np.bool_], factors: list[Factor]) -> tuple[Limit, ...]:
    """Return the limits of the box that PRIM finds and that is chosen; none where no restriction is sure."""
    module = _prim()
    inputs = points[[factor.name for factor in factors]].reset_index(drop=True)
    kinds: Mapping[str, type] = {factor.name: float if factor.numeric else object for factor in factors}
    options: dict[str, Any] = {}
    if "threshold" in inspect.signature(module.Prim).parameters:
        options["threshold"] = 1e-9  # up to version 2: a point is of interest from here on
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, about how the workbench calls it
        box = module.Prim(inputs.astype(kinds), interest.astype(int), **options).find_box()
        return _chosen(box, factors)


def _chosen(box: Any, factors: list[Factor]) -> tuple[Limit, ...]:
    """Return the limits of the best box on the peeling path, freed from what is not sure."""
    path = box.peeling_trajectory
    both = (path["coverage"] + path["density"]).to_numpy(dtype=float)
    score = np.divide(
        2 * path["coverage"].to_numpy(dtype=float) * path["density"].to_numpy(dtype=float),
        both, out=np.zeros(len(path)), where=both > 0,
    )  # fmt: skip
    at = int(np.argmax(score))
    while True:
        sureness = _quasi_p(box, at)
        if not sureness:
            return ()
        worst = max(sureness, key=lambda name: sureness[name])
        if sureness[worst] <= SURE:
            break
        box.drop_restriction(worst, at)
        at = len(box.peeling_trajectory) - 1
    return tuple(_limit(box, at, factor, sureness[factor.name]) for factor in factors if factor.name in sureness)


def _quasi_p(box: Any, at: int) -> dict[str, float]:
    """Return the larger quasi-p of each restricted factor's ends, of the box at a place of the path."""
    every = box.p_values if hasattr(box, "p_values") else box.qp  # from version 3 on, and before
    return {name: float(max(values)) for name, values in every[at].items()}


def _limit(box: Any, at: int, factor: Factor, quasi_p: float) -> Limit:
    first, now = box.box_lims[0][factor.name], box.box_lims[at][factor.name]
    if not factor.numeric:
        return Limit(
            factor=factor.name, words=tuple(word for word in factor.options if word in now.iloc[0]), quasi_p=quasi_p
        )
    low, high = float(now.iloc[0]), float(now.iloc[1])
    return Limit(
        factor=factor.name,
        low=low if low > float(first.iloc[0]) else None,
        high=high if high < float(first.iloc[1]) else None,
        quasi_p=quasi_p,
    )

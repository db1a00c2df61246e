"""Synthetic sweeps: a design, and functions in place of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulation.laboratory.answers.swept import Swept
from simulation.laboratory.sweep.factors import Factor
from simulation.laboratory.sweep.plan import Plan
from simulation.record import COMPANY_METRICS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Outcome = Callable[[pd.DataFrame], NDArray[np.float64]]

BASE, SHARED = "siloed", "shared_and_pooled"
METRICS = ("loyalty", "profit", "complaints", "bonus")


def ranges(count: int, *, low: float = 0.0, high: float = 1.0) -> tuple[Factor, ...]:
    """Factors x1, x2, ... from low to high."""
    return tuple(
        Factor(name=f"x{k}", kind="range", paths=(("horizon", "weeks"),), arms=(BASE, SHARED), low=low, high=high)
        for k in range(1, count + 1)
    )


def words(name: str, options: Sequence[str]) -> Factor:
    """A factor of choices."""
    chosen = {option: option for option in options}
    return Factor(name=name, kind="choices", paths=(("title",),), arms=(BASE, SHARED), options=chosen)


def synthetic(
    kind: str,
    factors: Sequence[Factor],
    points: Any,
    gain: Outcome,
    *,
    replications: int = 1,
    noise: float = 0.0,
    common: float = 0.0,
    own_luck: bool = False,
    settings: Mapping[str, object] | None = None,
    shares: Any = (),
    seed: int = 7,
) -> Swept:
    """A sweep in which the second arm has `gain` more loyalty (and ten times as much profit) than the first.

    `noise` is the deviation of each run's own luck, `common` of the luck that a replication has at every point.
    """
    frame = pd.DataFrame(points, columns=[factor.name for factor in factors])
    generator = np.random.default_rng(seed)
    truth = np.asarray(gain(frame), dtype=np.float64)
    shared = generator.normal(0, 1, replications) * common
    rows = []
    for point in range(len(frame)):
        for replication in range(replications):
            luck = noise * generator.normal() + shared[replication]
            for position, arm in enumerate((BASE, SHARED)):
                value = 50.0 + position * (truth[point] + luck)
                rows.append(
                    {
                        "run": len(rows), "point": point, "replication": replication, "arm": arm, "seed": 1,
                        "status": "done", "error": None, "loyalty": value, "profit": 10 * value, "complaints": -value,
                        "bonus": 1.0,
                    }
                )  # fmt: skip
    plan = Plan(
        name="synthetic",
        title="Synthetic",
        question="",
        scenario={"arms": {BASE: {"title": "Siloed"}, SHARED: {"title": "Shared and pooled"}}},
        scenario_hash="",
        arms=(BASE, SHARED),
        kind=kind,
        settings=dict(settings or {}),
        factors=tuple(factors),
        points=tuple(frame.itertuples(index=False, name=None)),
        shares=tuple(tuple(map(float, row)) for row in shares),
        replications=replications,
        seed=1,
        luck="own" if own_luck else "shared",
        metrics=METRICS,
        outcomes=METRICS[:2],
        batch=1,
    )
    outcomes = {name: COMPANY_METRICS[name] for name in METRICS}
    return Swept(plan=plan, points=frame, outcomes=outcomes, runs=pd.DataFrame(rows))

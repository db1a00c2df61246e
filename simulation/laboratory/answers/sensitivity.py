"""Which factors move an outcome: Sobol' indices, Morris' elementary effects, or one factor at a time.

The outcome is a metric of one arm, or its paired difference between two arms, so that the answer may also be which factors
decide whether sharing pays. It is averaged over the replications of each design point first.

What noise does
---------------
A point's mean keeps some luck, with a share v of the variance of all points' means (`swept.noise_of`). If that luck is
independent from point to point, a first-order index comes out as S (1 - v), and a total one as T (1 - v) + v: too low and
too high. The table gives both as they are and freed from this. Luck that is shared between points is alike at points
alike, so that the true bias is smaller: v says how large it is at most. (Our derivation, from the estimators' equations.)

Sources
-------
First and total order: Saltelli et al. (2010), Computer Physics Communications 181; second order: Saltelli (2002), the same,
145. Elementary effects: Morris (1991), Technometrics 33; mu*: Campolongo, Cariboni & Saltelli (2007), Environmental
Modelling & Software 22. All as in SALib (Herman & Usher 2017; Iwanaga et al. 2022).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.intervals import LEVEL, Interval, mean_interval
from simulation.laboratory.answers.swept import DESIGNS, noise_of, refused
from simulation.laboratory.extras import needed

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from simulation.laboratory.answers.swept import Asked, Noise

__all__ = ["METHODS", "RESAMPLES", "Sensitivity", "sensitivity"]

METHODS = ("sobol", "morris", "one_at_a_time")
"""Kinds of designs that have a method here."""
RESAMPLES = 1000
"""Bootstrap resamples for intervals. Our assumption: 1,000 place the ends of a 95 % interval to within some 5 % of its width."""
MOST_NOISE = 0.9
"""Where luck has a larger share of the variance, freeing an index from it would only blow luck up. Our assumption."""
SEED = 1
"""Seed of the bootstrap's own generator; SALib takes 0 for none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensitivity:
    """How far each factor moves an outcome.

    Attributes
    ----------
    asked
        The numbers that it was made from.
    method
        One of `METHODS`.
    table
        sobol: factor, other, index (`first`, `total`, `second`), value, low, high, without_noise [shares of variance; the
        last empty where the noise cannot be told, or is above `MOST_NOISE`].
        morris: factor, index (`mu_star`, `sigma`, `mu`), value, low, high [outcome's unit over the factor's whole range].
        one_at_a_time: factor, base, level, change, low, high, n [outcome's unit].
    noise
        The luck left in the points' means.
    base
        one_at_a_time: the outcome while every factor stands at its base; else None.
    resamples
        Bootstrap resamples behind the intervals; 0: Student's intervals over replications.
    """

    asked: Asked
    method: str
    table: pd.DataFrame
    noise: Noise
    base: Interval | None = None
    resamples: int = 0

    @property
    def floor(self) -> float:
        """Morris: mu* that luck alone would give a factor without any effect, on average; NaN elsewhere."""
        if self.method != "morris":
            return math.nan
        return math.sqrt(2 / math.pi) * math.sqrt(2) * self.noise.deviation / _morris_step(self.asked)


def sensitivity(asked: Asked, *, resamples: int = RESAMPLES) -> Sensitivity:
    """Say how far each factor moves what was asked for, by the method that the sweep's design is made for.

    Raises
    ------
    ScenarioError
        If the design has no method, a run failed where the method needs the whole design, or nothing moves at all.
    ExtraMissing
        If SALib is not installed.
    """
    kind = asked.swept.plan.kind
    if kind not in METHODS:
        raise refused(
            "design",
            f"this sweep has {DESIGNS.get(kind, kind)}, which no sensitivity method is made for",
            allowed="sobol, morris or one_at_a_time; for others: silosim map, silosim discover",
        )
    noise = noise_of(asked.values, own_luck=asked.swept.plan.luck == "own")
    if kind == "one_at_a_time":
        table, base = _one_at_a_time(asked)
        return Sensitivity(asked=asked, method=kind, table=table, noise=noise, base=base)
    _check_whole(asked)
    make = _sobol if kind == "sobol" else _morris
    return Sensitivity(asked=asked, method=kind, table=make(asked, noise, resamples), noise=noise, resamples=resamples)


def _check_whole(asked: Asked) -> None:
    """Refuse a design with holes, and an outcome that does not move."""
    method = "Sobol' indices" if asked.swept.plan.kind == "sobol" else "Morris' effects"
    if asked.failed.any():
        raise refused(
            "runs",
            f"{int(asked.failed.sum())} run(s) at {int(asked.failed.any(axis=1).sum())} design point(s) failed, and {method} need "
            f"the whole design; the first said: {asked.error}",
        )
    empty = int(np.isnan(asked.means).sum())
    if empty:
        raise refused(
            "runs", f"{asked.column.name} has no value at {empty} design point(s), and {method} need all of them"
        )
    if np.ptp(asked.means) == 0:
        raise refused("runs", f"{asked.column.name} is the same at every design point: no factor moves it")


# --- Sobol' -----------------------------------------------------------------------------------------------------------


def _sobol(asked: Asked, noise: Noise, resamples: int) -> pd.DataFrame:
    """Return first-order, total and, where the design has them, second-order indices.

    Intervals are SALib's: the index +- 1.96 standard deviations of its bootstrap over the base samples.
    """
    import pandas as pd

    names = list(asked.swept.points.columns)
    second = bool(asked.swept.plan.settings.get("second_order"))
    found = needed("SALib.analyze.sobol").analyze(
        {"num_vars": len(names), "names": names, "bounds": [[0, 1]] * len(names)},
        asked.means,
        calc_second_order=second,
        num_resamples=resamples,
        conf_level=LEVEL,
        seed=SEED,
    )
    v = noise.share if noise.share <= MOST_NOISE else 0.0
    rows: list[dict[str, Any]] = []
    for index, key, bias in (("first", "S1", 0.0), ("total", "ST", v)):
        for name, value, half in zip(names, found[key], found[f"{key}_conf"], strict=True):
            rows.append({**_row(name, index, value, half), "without_noise": (value - bias) / (1 - v)})
    if second:
        for i, name in enumerate(names):
            for j in range(i + 1, len(names)):
                value, half = found["S2"][i, j], found["S2_conf"][i, j]
                rows.append({**_row(name, "second", value, half, other=names[j]), "without_noise": value / (1 - v)})
    table = pd.DataFrame(rows)
    if not noise.share <= MOST_NOISE:
        table["without_noise"] = math.nan
    return table


def _row(factor: str, index: str, value: float, half: float, *, other: str = "") -> dict[str, Any]:
    return {
        "factor": factor, "other": other, "index": index,
        "value": float(value), "low": float(value - half), "high": float(value + half),
    }  # fmt: skip


# --- Morris -----------------------------------------------------------------------------------------------------------


def _morris_levels(asked: Asked) -> int:
    return int(str(asked.swept.plan.settings.get("levels") or 4))


def _morris_step(asked: Asked) -> float:
    """Return the step of an elementary effect as a share of a factor's range: p / (2 (p - 1)) with p levels (Morris 1991)."""
    levels = _morris_levels(asked)
    return levels / (2 * (levels - 1))


def _morris(asked: Asked, _noise: Noise, resamples: int) -> pd.DataFrame:
    """Return mu*, sigma and mu of each factor, with percentile bootstrap intervals over whole trajectories."""
    import pandas as pd

    names = list(asked.swept.points.columns)
    inputs, means = np.array(asked.swept.plan.shares), asked.means
    analyze = needed("SALib.analyze.morris").analyze
    problem = {"num_vars": len(names), "names": names, "bounds": [[0, 1]] * len(names), "groups": None}
    rows_of = np.arange(len(means)).reshape(-1, len(names) + 1)

    def effects(trajectories: NDArray[np.int64]) -> NDArray[np.float64]:
        chosen = rows_of[trajectories].ravel()
        # SALib would bootstrap mu* alone: two resamples are the fewest that it takes.
        found = analyze(
            problem, inputs[chosen], means[chosen], num_levels=_morris_levels(asked), num_resamples=2, seed=SEED
        )
        return np.array([found["mu_star"], found["sigma"], found["mu"]], dtype=np.float64)

    count = len(rows_of)
    value = effects(np.arange(count))
    generator = np.random.default_rng(SEED)
    drawn = np.array([effects(generator.integers(count, size=count)) for _ in range(resamples)])
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    rows = [
        {"factor": name, "index": index, "value": value[i, j], "low": low[i, j], "high": high[i, j]}
        for i, index in enumerate(("mu_star", "sigma", "mu"))
        for j, name in enumerate(names)
    ]
    return pd.DataFrame(rows)


# --- one at a time ----------------------------------------------------------------------------------------------------


def _one_at_a_time(asked: Asked) -> tuple[pd.DataFrame, Interval]:
    """Return each level's change from the base, paired by replication, and the outcome at the base (the first point)."""
    import pandas as pd

    points = asked.swept.points
    start = points.iloc[0]
    rows = []
    for number in range(1, len(points)):
        moved = [name for name in points.columns if points.iloc[number][name] != start[name]]
        if len(moved) != 1:
            raise refused("design", f"point {number} differs from the first in {len(moved)} factors: not one at a time")
        change = mean_interval(asked.values[number] - asked.values[0])
        rows.append(
            {
                "factor": moved[0], "base": start[moved[0]], "level": points.iloc[number][moved[0]],
                "change": change.mean, "low": change.low, "high": change.high, "n": change.n,
            }
        )  # fmt: skip
    return pd.DataFrame(rows), mean_interval(asked.values[0])

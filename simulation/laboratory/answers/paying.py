"""Where does it pay: a map of any two factors that says where one arm wins against another, loses, or cannot be told apart.

At each cell the paired differences between the arms, one per replication, have a Student interval. Where a sweep has
more factors than two, a replication's difference is its mean over all design points of the cell.

Many cells, many chances
------------------------
With 100 cells and no difference anywhere, five intervals would leave out zero by luck. A cell is therefore said to win or
lose where that is so at a false discovery rate of 5 %: of the cells named, at most one in twenty is expected to be named
wrongly (Benjamini & Hochberg 1995, Journal of the Royal Statistical Society B 57; it holds for positively dependent
cells, too, such as those that share luck: Benjamini & Yekutieli 2001, Annals of Statistics 29). What each interval alone says
stands beside it.

How many replications it takes
------------------------------
The smallest n with (t(n - 1; .975) + t(n - 1; .8)) s / sqrt(n) <= |d|, for a difference d with standard deviation s: if
the difference is as large as it looks, four in five such studies would tell it from zero (power .8: Cohen 1988).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.intervals import LEVEL, alike, mean_interval, quantile, rules_out_zero
from simulation.laboratory.answers.swept import refused
from simulation.laboratory.replications.precision import needed_for_power
from simulation.laboratory.sweep.outcomes import levels_of
from simulation.scenario.faults import Fault, ScenarioError, nearest, one_of, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from simulation.laboratory.answers.swept import Asked
    from simulation.laboratory.sweep.factors import Factor, Value

__all__ = ["LOSES", "MOST_LEVELS", "UNTOLD", "WINS", "PayMap", "pay_map", "replications_to_tell"]

WINS, LOSES, UNTOLD = "wins", "loses", "cannot be told apart"
MOST_LEVELS = 40
"""A map has at most so many levels each way: more cannot be read."""
MOST_REPLICATIONS = 10_000
"""Where more would be needed, the difference is as good as none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PayMap:
    """The map of one outcome over two factors.

    Attributes
    ----------
    asked
        The numbers that it was made from.
    x, y
        The factors across and up.
    at
        Other factors held at one level; over the rest is averaged.
    cells
        One row per grid point: x, y, difference, low, high [outcome's unit], n, alone and verdict (one of `WINS`, `LOSES`,
        `UNTOLD`: by the interval alone, and with regard to how many cells there are), p, p_adjusted, needed
        (replications to tell; NaN where it is told, where the difference is zero, or more than `MOST_REPLICATIONS`).
    turns
        One row per change of sign between neighbours: along (factor that moves), other, other_level, level_from, level_to,
        turns_at (by a straight line between the two; NaN between words), into (wins or loses), clear (both ends are told).
    """

    asked: Asked
    x: Factor
    y: Factor
    at: Mapping[str, Value]
    cells: pd.DataFrame
    turns: pd.DataFrame

    def share(self, verdict: str) -> float:
        """Return the share of the map's cells with a verdict [0-1]."""
        return float((self.cells["verdict"] == verdict).mean())


def pay_map(asked: Asked, x: str, y: str, *, at: Mapping[str, str] | None = None) -> PayMap:
    """Say where over two factors an arm wins against another.

    Parameters
    ----------
    asked
        A difference between two arms.
    x, y
        Names of the factors across and up.
    at
        Other factors to hold, each at one of its levels.

    Raises
    ------
    ScenarioError
        If no difference was asked for, a factor or level is unknown, or the design is no grid over the two.
    """
    if asked.against is None:
        raise refused("--against", "a map shows the difference between two arms: name the arm to compare with")
    across, up = asked.swept.factor(x, option="--x"), asked.swept.factor(y, option="--y")
    if x == y:
        raise refused("--y", f"a map needs two factors, not {show(y)} twice")
    held = _held(asked, at or {}, {x, y})
    sign = asked.sign
    chosen = np.ones(len(asked.swept.points), dtype=bool)
    for name, level in held.items():
        chosen &= (asked.swept.points[name] == level).to_numpy()
    cells = _judged(_cells(asked, across, up, chosen), sign)
    return PayMap(asked=asked, x=across, y=up, at=held, cells=cells, turns=_turns(cells, across, up, sign))


def _held(asked: Asked, at: Mapping[str, str], axes: set[str]) -> dict[str, Value]:
    """Return the levels at which factors are held, checked and in their own type."""
    held: dict[str, Value] = {}
    for name, text in at.items():
        factor = asked.swept.factor(name, option="--at")
        if name in axes:
            raise refused("--at", f"{show(name)} is an axis of the map")
        levels = levels_of(asked.swept.plan, factor.name)
        told = {f"{level:g}" if isinstance(level, float) else level: level for level in levels}
        given = f"{float(text):g}" if factor.numeric and _number(text) else text
        if given not in told:
            message = f"{show(text)} is not a level of {name} in this sweep"
            fault = Fault(
                key="--at", value=text, message=message, allowed=one_of(map(str, told)), nearest=nearest(text, told)
            )
            raise ScenarioError([fault])
        held[name] = told[given]
    return held


def _number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _cells(asked: Asked, x: Factor, y: Factor, chosen: NDArray[np.bool_]) -> pd.DataFrame:
    """Return each cell's paired difference with its interval, in the order of y, then x."""
    import pandas as pd

    across, up = levels_of(asked.swept.plan, x.name), levels_of(asked.swept.plan, y.name)
    points = asked.swept.points
    rows: list[dict[str, Any]] = []
    missing = 0
    for v, u in itertools.product(up, across):
        inside = chosen & (points[x.name] == u).to_numpy() & (points[y.name] == v).to_numpy()
        missing += not inside.any()
        if max(len(across), len(up)) > MOST_LEVELS or missing:
            continue
        # A replication counts where every design point of the cell has it: else its mean would be over other points.
        found = mean_interval(asked.values[inside].mean(axis=0))
        rows.append({"x": u, "y": v, "difference": found.mean, "low": found.low, "high": found.high, "n": found.n})
    if max(len(across), len(up)) > MOST_LEVELS or missing:
        raise refused(
            "design",
            f"{x.name} has {len(across)} levels and {y.name} {len(up)}, and {missing} of their {len(across) * len(up)} "
            "combinations have no design point: that is no grid to draw",
            allowed=f"a full factorial design with up to {MOST_LEVELS} levels each; for others: silosim discover",
        )
    return pd.DataFrame(rows)


def _judged(cells: pd.DataFrame, sign: int) -> pd.DataFrame:
    """Add p values, verdicts and the replications needed."""
    from scipy.special import stdtr
    from scipy.stats import false_discovery_control

    cells = cells.copy()
    deviation = [_deviation(row) for row in cells.to_dict("records")]
    p = np.full(len(cells), math.nan)
    for i, row in enumerate(cells.to_dict("records")):
        n, mean, s = row["n"], row["difference"], deviation[i]
        if n >= 2 and s > 0:
            p[i] = 2 * stdtr(n - 1, -abs(mean) * math.sqrt(n) / s)
        elif n >= 2:
            p[i] = 1.0 if mean == 0 else min(1.0, 2.0 ** (1 - n))  # no spread: the sign test, as in analysis.intervals
    adjusted = np.full(len(cells), math.nan)
    known = ~np.isnan(p)
    if known.any():
        adjusted[known] = false_discovery_control(p[known])
    alone = [rules_out_zero(row["low"], row["high"], n=row["n"]) for row in cells.to_dict("records")]
    told = np.array(alone) & (np.nan_to_num(adjusted, nan=1.0) <= 1 - LEVEL)
    way = [WINS if sign * mean > 0 else LOSES for mean in cells["difference"]]
    cells["alone"] = np.where(alone, way, UNTOLD)
    cells["verdict"] = np.where(told, way, UNTOLD)
    cells["p"], cells["p_adjusted"] = p, adjusted
    cells["needed"] = [
        math.nan if done else replications_to_tell(mean, s)
        for mean, s, done in zip(cells["difference"], deviation, told, strict=True)
    ]
    return cells


def _deviation(row: Mapping[Any, Any]) -> float:
    """Return the standard deviation of the differences behind an interval."""
    n = int(row["n"])
    if n < 2 or row["low"] == row["high"] or alike(row["low"], row["high"]):
        return 0.0 if n >= 2 else math.nan
    half = (row["high"] - row["low"]) / 2
    return float(half * math.sqrt(n) / quantile(LEVEL, n - 1))


def replications_to_tell(difference: float, deviation: float) -> float:
    """Return how many replications would tell a difference from zero in four of five studies; NaN where too many.

    Parameters
    ----------
    difference, deviation
        Mean and standard deviation of the paired differences, same unit.

    Examples
    --------
    >>> replications_to_tell(0.5, 1.0)  # as in tables of the one-sample t test
    34.0
    >>> replications_to_tell(0.0, 1.0)
    nan
    """
    if not deviation > 0 or difference == 0:
        return math.nan
    found = needed_for_power(abs(difference), spread=deviation)
    return float(found) if found <= MOST_REPLICATIONS else math.nan


def _turns(cells: pd.DataFrame, x: Factor, y: Factor, sign: int) -> pd.DataFrame:
    """Return where the mean difference changes its sign between neighbours, along x and along y."""
    import pandas as pd

    rows = []
    for along, other, moving, fixed in ((x, y, "x", "y"), (y, x, "y", "x")):
        for level, line in cells.groupby(fixed, sort=False):
            for first, second in itertools.pairwise(line.to_dict("records")):
                a, b = sign * first["difference"], sign * second["difference"]
                if not a * b < 0:
                    continue
                start, end = first[moving], second[moving]
                rows.append(
                    {
                        "along": along.name, "other": other.name, "other_level": level,
                        "level_from": start, "level_to": end,
                        "turns_at": start + (end - start) * a / (a - b) if along.numeric else math.nan,
                        "into": WINS if b > 0 else LOSES,
                        "clear": UNTOLD not in (first["verdict"], second["verdict"]),
                    }
                )  # fmt: skip
    columns = ["along", "other", "other_level", "level_from", "level_to", "turns_at", "into", "clear"]
    return pd.DataFrame(rows, columns=columns)

"""What a calibration found, as tables: fit, what is identified, what trades off, what was held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from simulation.laboratory.calibration.columns import FIT, HELD_OUT, IDENTIFIED, TRADE_OFFS
from simulation.scenario.faults import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from simulation.laboratory.calibration.calibrating import Calibrated
    from simulation.laboratory.calibration.client_data import Target
    from simulation.laboratory.calibration.posterior import Sample

    Array = NDArray[np.float64]
    Chosen = NDArray[np.bool_]
    """Some of the figures [figure]."""

__all__ = [
    "Verdict",
    "converged",
    "ensemble_table",
    "factor_names",
    "fit_table",
    "held_out",
    "identified",
    "most_away",
    "trade_offs",
]

WELL, PARTLY = 0.5, 0.8
"""Width left below which a parameter counts as identified, and as partly so. Our assumption."""
TRADES = 0.6
"""Correlation from which two parameters trade off. Our assumption."""
FEWEST_MONTHS = 4
"""From so many months on the last quarter of them is held out."""
_EDGE = 0.02
_HELD_OUT = 31


def most_away(figures: int) -> float:
    """Return how many standard deviations a figure may be away and still be met: with luck alone, all are in 95 of 100 cases.

    Examples
    --------
    >>> round(most_away(1), 2), round(most_away(20), 2)
    (1.96, 3.02)
    """
    from scipy.special import ndtri

    return float(ndtri(1.0 - 0.025 / figures))


def _unit(found: Calibrated, target: Target) -> str:
    """Return a figure's unit, money by the name of the firm's currency."""
    currency = str(found.asked.firm.raw.get("market", {}).get("currency", "EUR"))
    return currency if target.measure.unit == "money" else target.measure.unit


def fit_table(found: Calibrated) -> pd.DataFrame:
    """Return one row per figure: observed, fitted, and what was possible before (see `FIT`)."""
    asked, runs = found.asked, found.waves[2].figures
    before = found.waves[0].figures
    spread = np.sqrt(np.diag(found.fit.emulator.spread) + found.fit.errors**2)
    scaled = found.fit.scales.to(np.nanmean(runs, axis=0))
    rows = []
    for at, target in enumerate(asked.targets):
        low, high = np.nanquantile(runs[:, at], [0.025, 0.975])
        rows.append({
            "figure": target.name, "label": target.label, "unit": _unit(found, target), "as_given": target.told,
            "line": target.line,
            "observed": target.value, "observed_low": target.value - 1.96 * target.sd,
            "observed_high": target.value + 1.96 * target.sd, "error_from": target.basis,
            "fitted": float(np.nanmean(runs[:, at])), "fitted_low": float(low), "fitted_high": float(high),
            "before_low": float(np.nanmin(before[:, at])), "before_high": float(np.nanmax(before[:, at])),
            "explained": float(found.whole.emulator.explained[at]),
            "away": float((scaled[at] - found.fit.observed[at]) / spread[at]),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(FIT))


def identified(found: Calibrated) -> pd.DataFrame:
    """Return one row per parameter: value, interval, and how much the data told (see `IDENTIFIED`)."""
    draws, parameters = found.fit.sample.draws, found.asked.parameters
    correlation = _correlation(draws)
    rows = []
    for at, parameter in enumerate(parameters):
        low, high = (float(x) for x in np.quantile(draws[:, at], [0.025, 0.975]))
        left = (high - low) / 0.95
        other = int(np.argmax(np.abs(correlation[at]))) if len(parameters) > 1 else at
        trades = other != at and abs(correlation[at, other]) >= TRADES
        rows.append({
            "parameter": parameter.name, "places": ", ".join(dotted(path) for path in parameter.paths), "now": parameter.now,
            "fitted": parameter.at(float(found.point[at])), "low": parameter.at(low), "high": parameter.at(high),
            "range_low": parameter.low, "range_high": parameter.high, "scale": parameter.scale, "width_left": left,
            "identified": "yes" if left < WELL else "partly" if left < PARTLY else "no",
            "at_edge": float(((draws[:, at] < _EDGE) | (draws[:, at] > 1.0 - _EDGE)).mean()),
            "trades_with": parameters[other].name if trades else "",
            "correlation": float(correlation[at, other]) if trades else float("nan"),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(IDENTIFIED))


def trade_offs(found: Calibrated) -> pd.DataFrame:
    """Return the pairs of parameters that trade off, the strongest first (see `TRADE_OFFS`)."""
    correlation, names = _correlation(found.fit.sample.draws), [each.name for each in found.asked.parameters]
    rows = [
        {"first": names[i], "second": names[j], "correlation": float(correlation[i, j])}
        for i in range(len(names)) for j in range(i + 1, len(names)) if abs(correlation[i, j]) >= TRADES
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(TRADE_OFFS))
    return table.sort_values("correlation", key=np.abs, ascending=False, ignore_index=True, kind="stable")


def _correlation(draws: Array) -> Array:
    """Correlations between parameters, 0 on the diagonal."""
    found = np.atleast_2d(np.corrcoef(draws, rowvar=False)).copy()
    np.fill_diagonal(found, 0.0)
    return np.asarray(np.nan_to_num(found), dtype=np.float64)


def ensemble_table(found: Calibrated) -> pd.DataFrame:
    """Return the ensemble: a row for each draw, a column for each place in the scenario, as a sweep's table of points wants it."""
    rows = []
    for values in found.asked.values(found.ensemble).tolist():
        pairs = zip(found.asked.parameters, values, strict=True)
        rows.append([value for parameter, each in pairs for _, value in parameter.places(each)])
    return pd.DataFrame(rows, columns=factor_names(found))


def factor_names(found: Calibrated) -> list[str]:
    """Return a name for each place that is set, as a sweep file allows it: f01_defection, f02_defection, ..."""
    places = [path for parameter in found.asked.parameters for path in parameter.paths]
    tails = ["".join(c if c.isalnum() and c.isascii() else "_" for c in str(path[-1]).lower()) for path in places]
    return [f"f{number:02d}_{tail}"[:40] for number, tail in enumerate(tails, 1)]


# --- what was held out ------------------------------------------------------------------------------------------------


def held_out(found: Calibrated) -> pd.DataFrame:
    """Predict figures from all the others: the last quarter of the months, and each metric in turn (see `HELD_OUT`)."""
    rows: list[dict[str, Any]] = []
    for number, (what, left_out, told) in enumerate(_left_out(found)):
        sample = found.whole.without(left_out, seed=found.asked.seed * 1000 + _HELD_OUT + number)
        rows += _predicted(found, what, told, sample)
    return pd.DataFrame(rows, columns=list(HELD_OUT))


def _left_out(found: Calibrated) -> Iterator[tuple[str, Chosen, Chosen]]:
    """Yield what is left out of a fit: its name, the figures, and those among them that are predicted."""
    targets = found.asked.targets
    months = sorted({target.month for target in targets if target.month is not None})
    if len(months) >= FEWEST_MONTHS:
        first = months[-max(len(months) // 4, 1)]
        late = np.array([target.month is not None and target.month >= first for target in targets])
        whole_time = np.array([target.month is None for target in targets])  # they hold the late months, too
        if not (late | whole_time).all():
            yield f"months {first} to {months[-1]}", late | whole_time, late
    keys = list(dict.fromkeys(target.measure.key for target in targets))
    for key in keys if len(keys) > 1 else ():
        of_metric = np.array([target.measure.key == key for target in targets])
        yield key, of_metric, of_metric


def _predicted(found: Calibrated, what: str, told: Chosen, sample: Sample) -> Iterator[dict[str, Any]]:
    emulator, scales = found.whole.emulator, found.whole.scales
    luck = np.random.default_rng([found.asked.seed, _HELD_OUT]).standard_normal((len(sample.draws), len(told)))
    variance = np.diag(emulator.spread) * emulator.widening(sample.draws)[:, None] + found.whole.errors**2
    drawn = scales.back(emulator.mean(sample.draws) + luck * np.sqrt(variance))
    before = found.waves[0].figures
    for at in np.flatnonzero(told).tolist():
        target = found.asked.targets[at]
        low, middle, high = (float(x) for x in np.quantile(drawn[:, at], [0.025, 0.5, 0.975]))
        least, most = (float(x) for x in np.nanquantile(before[:, at], [0.025, 0.975]))
        yield {
            "held_out": what, "figure": target.name, "label": target.label, "unit": _unit(found, target), "observed": target.value,
            "predicted": middle, "low": low, "high": high, "before_low": float(np.nanmin(before[:, at])),
            "before_high": float(np.nanmax(before[:, at])), "inside": low <= target.value <= high,
            "narrowed": (high - low) / (most - least) if most > least else float("nan"),
        }  # fmt: skip


# --- whether to believe it --------------------------------------------------------------------------------------------

AGREE, FRESH = 1.05, 1.5
"""Most disagreement of two samples of the posterior, and most spread of the ensemble's own runs around the emulator, in spreads of
luck. Our assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the calculation has settled.

    Attributes
    ----------
    agreement
        Largest Gelman-Rubin factor over the parameters.
    fresh
        How far the ensemble's own runs lie from what the emulator says: root mean square over the figures of their standard
        deviation around it, in standard deviations of luck; 1 when all is well.
    """

    agreement: float
    fresh: float

    @property
    def settled(self) -> bool:
        """True when both are small."""
        return self.agreement < AGREE and self.fresh < FRESH


def converged(found: Calibrated) -> Verdict:
    """Judge by two samples of the posterior and by the ensemble's own runs, which the emulator has not seen."""
    runs = found.fit.scales.to(found.waves[2].figures)
    spread = np.sqrt(np.diag(found.fit.emulator.spread) * found.fit.emulator.widening(found.ensemble)[:, None])
    away = (runs - found.fit.emulator.mean(found.ensemble)) / spread
    return Verdict(agreement=float(found.fit.sample.agreement.max()), fresh=float(np.sqrt(np.nanmean(away**2))))

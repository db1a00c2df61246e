"""Whether a calibration finds what made the data, and whether its intervals hold it as often as they say.

Firms are made up: parameters drawn evenly from their ranges, half a year lived, its figures told with an error as a client's are.
Each is calibrated as a client's would be. Beside it, as the other way that was weighed: rejection with regression adjustment
on as many runs, all of them over the whole range (approximate Bayesian computation: Beaumont, Zhang & Balding 2002, Genetics 162).
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.jobs import spread
from simulation.laboratory.calibration.calibrating import Calibration, calibrate
from simulation.laboratory.calibration.client_data import ClientData, Target
from simulation.laboratory.calibration.measures import measures_of
from simulation.laboratory.calibration.measuring import Asked, Firm, Observe
from simulation.laboratory.calibration.parameters import parameters_of
from simulation.laboratory.calibration.units import WEEKS_A_MONTH

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from simulation.analysis.jobs import Row
    from simulation.laboratory.calibration.calibrating import Calibrated
    from simulation.scenario.loading import LoadedScenario

    Array = NDArray[np.float64]

__all__ = ["adjusted", "coverage_study", "made_up"]

FITTED = (
    *("journey.*.quality", "market.segments.*.defection", "market.segments.*.purchase_rate", "journey.*.failure"),
)
FIGURES = (
    *(("nps", ""), ("csat", ""), ("churn", ""), ("complaints", ""), ("repeat_purchases", "")),
    ("contacts", ""),
)
ERROR = {"nps": 3.0, "csat": 1.0}
"""Standard deviation of a figure's error in points; of the others 3 % of the figure."""
RELATIVE = 0.03
SIZES = {"first": 80, "second": 80, "draws": 10}
NEAREST = 0.25
"""Share of the runs that rejection keeps."""
_LUCK = 50_000
"""Luck of the made-up firms begins here: no run of a calibration shares it."""


def coverage_study(
    loaded: LoadedScenario, *, replications: int, workers: int, progress: Callable[[int, int], None] | None = None
) -> dict[str, pd.DataFrame]:
    """Calibrate so many made-up firms; return one row per firm, parameter and method, and the coverage of each.

    Parameters
    ----------
    loaded
        The firm of which all others are made by drawing its parameters.
    replications
        Number of firms.
    workers, progress
        As in every study.
    """
    import pandas as pd

    runs = _over_the_range(loaded)
    jobs = [partial(_one, loaded, runs, number) for number in range(replications)]
    rows = pd.DataFrame(spread(jobs, workers=workers, progress=progress))
    return {"firms": rows, "coverage": _covered(rows)}


def made_up(loaded: LoadedScenario, number: int) -> tuple[Calibration, Array]:
    """Return what is to be calibrated for a made-up firm, and where in the unit cube its parameters are."""
    scenario = next(iter(loaded.arms.values()))
    parameters = parameters_of(scenario, FITTED)
    luck = np.random.default_rng([number, 1])
    truth = luck.random(len(parameters))
    firm = Firm(raw={key: value for key, value in loaded.raw.items() if key != "arms"}, seed=scenario.horizon.seed)
    weeks = scenario.horizon.weeks
    measures = [measures_of(scenario)[figure] for figure in FIGURES]
    asked = tuple(Asked(name=measure.key, measure=measure, weeks=(0, weeks)) for measure in measures)
    values = tuple(parameter.at(share) for parameter, share in zip(parameters, truth.tolist(), strict=True))
    lived = Observe(firm=firm, parameters=parameters, points=(values,), first=_LUCK + number, asked=asked)(0)[0]
    targets = []
    for measure in measures:
        figure = float(lived[measure.key])
        sd = ERROR.get(measure.name, RELATIVE * abs(figure))
        told = figure + sd * float(luck.standard_normal())
        targets.append(
            Target(measure=measure, month=None, value=told, sd=sd, told=f"{told:.4g}", basis="tolerance", line=0)
        )
    data = ClientData(targets=tuple(targets), file=f"firm {number}", hash="")
    return Calibration(firm=firm, parameters=parameters, data=data, weeks=weeks, weeks_a_month=WEEKS_A_MONTH, seed=number + 1,
                       **SIZES), truth  # fmt: skip


def _one(loaded: LoadedScenario, runs: tuple[Array, Array], number: int) -> list[Row]:
    asked, truth = made_up(loaded, number)
    with tempfile.TemporaryDirectory() as folder:
        found = calibrate(asked, Path(folder), workers=1)
    plain = _rejected(asked, found, runs)
    return [
        *_rows(number, asked, truth, found.fit.sample.draws, "emulator"),
        *_rows(number, asked, truth, plain, "rejection"),
    ]


def _over_the_range(loaded: LoadedScenario) -> tuple[Array, Array]:
    """Return as many runs over the whole range as the first two waves have, for the other way: places and figures.

    All made-up firms have the same ranges, so these runs serve all of them.
    """
    from scipy.stats import qmc

    asked, _ = made_up(loaded, 0)
    count = asked.first + asked.second
    points = np.asarray(qmc.LatinHypercube(len(asked.parameters), seed=np.random.default_rng(5)).random(count))
    values = tuple(tuple(row) for row in asked.values(points).tolist())
    work = Observe(firm=asked.firm, parameters=asked.parameters, points=values, first=2 * _LUCK, asked=asked.asked)
    rows = [work(task)[0] for task in range(count)]
    return points, np.array([[float(row[each.name]) for each in asked.asked] for row in rows])


def _rejected(asked: Calibration, found: Calibrated, runs: tuple[Array, Array]) -> Array:
    """Return the sample of the other way."""
    points, figures = runs
    there = np.isfinite(figures).all(axis=1)
    scales = found.whole.scales
    luck = np.random.default_rng([asked.seed, 6]).standard_normal((int(there.sum()), len(asked.targets)))
    with_error = scales.to(figures[there]) + luck * found.whole.errors
    return adjusted(points[there], with_error, found.whole.observed, seed=asked.seed)


def adjusted(points: Array, figures: Array, observed: Array, *, seed: int, count: int = 2000) -> Array:
    """Keep the runs nearest to the observed figures and move each along a linear regression to where they are met.

    Parameters
    ----------
    points, figures
        Places in the unit cube [run, parameter] and figures, with error [run, figure].
    observed
        [figure].
    seed, count
        Of the draws, and how many.
    """
    away = (figures - observed) / np.median(np.abs(figures - np.median(figures, axis=0)), axis=0)
    distance = np.sqrt((away**2).sum(axis=1))
    kept = np.argsort(distance, kind="stable")[: max(int(NEAREST * len(distance)), figures.shape[1] + 5)]
    weights = 1.0 - (distance[kept] / (1.0001 * distance[kept].max())) ** 2
    inside = np.clip(points[kept], 1e-4, 1.0 - 1e-4)
    logit = np.log(inside / (1.0 - inside))
    design = np.column_stack([np.ones(len(kept)), away[kept]])
    root = np.sqrt(weights)[:, None]
    slopes = np.linalg.lstsq(root * design, root * logit, rcond=None)[0][1:]
    moved = 1.0 / (1.0 + np.exp(-(logit - away[kept] @ slopes)))
    chosen = np.random.default_rng([seed, 7]).choice(len(kept), size=count, p=weights / weights.sum())
    return np.asarray(moved[chosen], dtype=np.float64)


def _rows(number: int, asked: Calibration, truth: Array, draws: Array, method: str) -> list[Row]:
    rows: list[Row] = []
    for at, parameter in enumerate(asked.parameters):
        low, first, middle, third, high = (float(x) for x in np.quantile(draws[:, at], [0.025, 0.25, 0.5, 0.75, 0.975]))
        true = float(truth[at])
        rows.append({
            "firm": number, "method": method, "parameter": parameter.name, "true": true, "low": low, "median": middle, "high": high,
            "within_95": low <= true <= high, "within_50": first <= true <= third, "width": (high - low) / 0.95,
            "error": abs(middle - true),
        })  # fmt: skip
    return rows


def _covered(rows: pd.DataFrame) -> pd.DataFrame:
    """Return coverage with its exact binomial interval by method and parameter, and over all parameters."""
    import pandas as pd
    from scipy.stats import binomtest

    lines: list[dict[str, Any]] = []
    for (method, parameter), group in _groups(rows):
        for level, column in ((0.95, "within_95"), (0.5, "within_50")):
            held, count = int(group[column].sum()), len(group)
            low, high = binomtest(held, count).proportion_ci(0.95, method="exact")
            lines.append({
                "method": method, "parameter": parameter, "level": level, "held": held, "of": count, "coverage": held / count,
                "coverage_low": float(low), "coverage_high": float(high), "width": float(group["width"].mean()),
                "error": float(group["error"].mean()),
            })  # fmt: skip
    return pd.DataFrame(lines)


def _groups(rows: pd.DataFrame) -> list[tuple[tuple[str, str], pd.DataFrame]]:
    found = [((str(m), str(p)), group) for (m, p), group in rows.groupby(["method", "parameter"], sort=False)]
    return [*found, *(((str(m), "all"), group) for m, group in rows.groupby("method", sort=False))]

"""Calibration: runs over the whole range, then where the data point, then at what is left possible.

Wave 1   points of a Sobol' sequence over the whole range; emulator; posterior flattened to a quarter of the likelihood.
Wave 2   points drawn from that flattened posterior; a new emulator within the box that they span; the posterior.
Wave 3   draws of the posterior itself (the ensemble), each run anew: how the fit looks in real runs, not in the emulator.

Every run has luck of its own. The runs stream into a folder; a calibration that was stopped goes on there.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.sources import sources_hash
from simulation.laboratory.calibration.emulator import terms
from simulation.laboratory.calibration.inference import Fitted, box_around, learned
from simulation.laboratory.calibration.measuring import Asked, Firm, Observe, weeks_of
from simulation.laboratory.calibration.refusing import check_observed, check_reached
from simulation.laboratory.sweep import dataset
from simulation.laboratory.sweep.disk import write_whole
from simulation.laboratory.sweep.executing import execute
from simulation.scenario.faults import Fault, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from simulation.laboratory.calibration.client_data import ClientData, Target
    from simulation.laboratory.calibration.parameters import Parameter

    Array = NDArray[np.float64]

__all__ = ["Calibrated", "Calibration", "Wave", "calibrate", "check_size", "fewest_runs"]

FLATTENED = 0.25
"""Power of the likelihood by which wave 2 is drawn: twice as wide as the posterior. Our assumption."""
_CHOICE, _SECOND, _THIRD, _FIRST_POSTERIOR, _POSTERIOR = 11, 12, 13, 21, 22
"""What random numbers are for, beside the seed."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What is to be done: everything that the results follow from.

    Attributes
    ----------
    firm, parameters, data
        The firm, what is fitted within which ranges, and what was observed.
    weeks, weeks_a_month
        Weeks after burn-in that a run lives; length of a month.
    first, second, draws
        Runs of wave 1 and wave 2, and draws of the ensemble, which are the runs of wave 3.
    seed
        Of the design and the posterior; the runs' luck follows from the firm's seed.
    """

    firm: Firm
    parameters: tuple[Parameter, ...]
    data: ClientData
    weeks: int
    weeks_a_month: float
    first: int
    second: int
    draws: int
    seed: int

    @property
    def targets(self) -> tuple[Target, ...]:
        """What was observed."""
        return self.data.targets

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What every run is asked for."""
        return tuple(
            Asked(
                name=target.name,
                measure=target.measure,
                weeks=weeks_of(target.month, weeks=self.weeks, weeks_a_month=self.weeks_a_month),
            )
            for target in self.targets
        )

    @property
    def runs(self) -> int:
        """Runs in all."""
        return self.first + self.second + self.draws

    def told(self) -> dict[str, Any]:
        """Return all that the results follow from, as plain data."""
        return {
            "scenario": self.firm.raw, "luck": self.firm.seed, "seed": self.seed, "weeks": self.weeks,
            "waves": [self.first, self.second, self.draws],
            "parameters": [parameter.told() for parameter in self.parameters],
            "targets": [[t.name, t.value, t.sd, *asked.weeks, dict(t.measure.numerator), dict(t.measure.denominator)]
                        for t, asked in zip(self.targets, self.asked, strict=True)],
            "sources_hash": sources_hash(__name__),
        }  # fmt: skip

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hexadecimal) of `told`."""
        return hashlib.sha256(json.dumps(self.told(), sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def values(self, points: Array) -> Array:
        """Return the parameters' values at points of the unit cube [point, parameter]."""
        return np.array(
            [[p.at(share) for p, share in zip(self.parameters, row, strict=True)] for row in points.tolist()]
        )


@dataclass(frozen=True, kw_only=True)
class Wave:
    """Runs of one wave: places in the unit cube [run, parameter] and figures [run, target], NaN where a run failed."""

    points: Array
    figures: Array
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Calibrated:
    """What a calibration found.

    Attributes
    ----------
    asked
        What was to be done.
    waves
        Its three waves; the last is the ensemble's.
    whole, fit
        What wave 1 says over the whole range; what waves 1 and 2 say where the data point.
    """

    asked: Calibration
    waves: tuple[Wave, Wave, Wave]
    whole: Fitted
    fit: Fitted

    @property
    def point(self) -> Array:
        """The point estimate in the unit cube [parameter]: the mean of the posterior, for what trades off keeps together."""
        return self.fit.sample.centre

    @property
    def ensemble(self) -> Array:
        """Draws of the ensemble in the unit cube [draw, parameter]."""
        return self.waves[2].points


def fewest_runs(parameters: int, targets: int) -> int:
    """Return how many runs each of the first two waves takes at least: three for each term of the quadratic.

    Examples
    --------
    >>> fewest_runs(2, 6), fewest_runs(6, 12)
    (20, 84)
    """
    return max(3 * terms(parameters), terms(parameters) + targets + 8)


def check_size(parameters: int, targets: int, *, first: int, second: int) -> None:
    """Refuse too few runs.

    Raises
    ------
    ScenarioError
        Saying how many it takes.
    """
    fewest = fewest_runs(parameters, targets)
    if min(first, second) < fewest:
        message = f"{first + second} runs are too few for {parameters} parameters and {targets} figures"
        raise ScenarioError([Fault(message, key="--runs", allowed=f"{2 * fewest} or more, or fewer parameters")])


def calibrate(
    asked: Calibration,
    folder: Path,
    *,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Calibrated:
    """Calibrate; runs that stand in the folder already are not done again.

    Parameters
    ----------
    asked
        What is to be done.
    folder
        Where the runs of the waves go; of this very calibration (its name holds `Calibration.hash`).
    workers
        Processes; one per processor unless given. The results are the same for any number.
    progress
        Called with (runs done, runs in all).

    Raises
    ------
    ScenarioError
        If too few runs can be used.
    WorkerLost, OSError
        As `simulation.laboratory.sweep.executing.execute`; what is finished stays.
    """
    count = len(asked.parameters)
    ends = np.zeros(count), np.ones(count)
    done = _Done(asked, folder, workers, progress)
    one = done.wave(1, _sobol(count, asked.first, asked.seed))
    check_observed(asked, one)
    whole = _learned(asked, one.points, one.figures, ends, seed=_seed(asked, _FIRST_POSTERIOR), power=FLATTENED)
    check_reached(asked, one, whole)
    two = done.wave(2, _chosen(whole.sample.draws, asked.second, _seed(asked, _SECOND)))
    points, figures = np.concatenate([one.points, two.points]), np.concatenate([one.figures, two.figures])
    fit = _learned(asked, points, figures, box_around(two.points), seed=_seed(asked, _POSTERIOR))
    three = done.wave(3, _chosen(fit.sample.draws, asked.draws, _seed(asked, _THIRD)))
    return Calibrated(asked=asked, waves=(one, two, three), whole=whole, fit=fit)


def _seed(asked: Calibration, what: int) -> int:
    return asked.seed * 1000 + what


def _learned(
    asked: Calibration, points: Array, figures: Array, box: tuple[Array, Array], *, seed: int, power: float = 1.0
) -> Fitted:
    try:
        return learned(points, figures, asked.targets, low=box[0], high=box[1], seed=seed, power=power)
    except ValueError as error:
        raise ScenarioError([Fault(str(error), key="--runs", allowed="more runs")]) from error


def _sobol(parameters: int, count: int, seed: int) -> Array:
    """Return the first points of a scrambled Sobol' sequence (Owen 1998), evenly spread over the cube."""
    from scipy.stats import qmc

    power = max(1, math.ceil(math.log2(count)))
    drawn = qmc.Sobol(parameters, scramble=True, seed=np.random.default_rng([seed, _CHOICE])).random_base2(power)
    return np.asarray(drawn[:count], dtype=np.float64)


def _chosen(draws: Array, count: int, seed: int) -> Array:
    """Return some of the draws, none of them twice."""
    luck = np.random.default_rng(seed)
    different = np.unique(draws, axis=0)
    return different[np.sort(luck.choice(len(different), size=min(count, len(different)), replace=False))]


class _Done:
    """Runs waves one after the other and tells the progress of all."""

    def __init__(
        self, asked: Calibration, folder: Path, workers: int | None, progress: Callable[[int, int], None] | None
    ) -> None:
        self.asked, self.folder, self.workers = asked, folder, workers
        self.say = progress or (lambda _done, _runs: None)
        self.before = 0

    def wave(self, number: int, points: Array) -> Wave:
        """Run one wave, or what is left of it."""
        asked = self.asked
        folder = self.folder / f"wave{number}"
        points = _kept(folder, points)
        values = tuple(tuple(row) for row in asked.values(points).tolist())
        work = Observe(
            firm=asked.firm, parameters=asked.parameters, points=values, first=self.before, asked=asked.asked
        )
        execute(work, tasks=len(points), batch=max(1, min(16, len(points) // 32)), folder=folder, workers=self.workers,
                progress=lambda done, _tasks: self.say(self.before + done, asked.runs))  # fmt: skip
        rows = dataset.read(folder)
        self.before += len(points)
        figures = rows[[each.name for each in work.asked]].to_numpy(dtype=np.float64)
        return Wave(points=points, figures=figures, errors=tuple(_errors(rows)))


def _kept(folder: Path, points: Array) -> Array:
    """Return the points that a wave was begun with, if it was, else these, and write them down.

    They follow from the runs before, but perhaps not to the last bit on another machine or with other threads.
    """
    file = folder / "points.json"
    if file.exists():
        return np.array(json.loads(file.read_text(encoding="utf-8")), dtype=np.float64)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(file, json.dumps(points.tolist()).encode())
    return points


def _errors(rows: Any) -> Iterator[str]:
    yield from (str(error) for error in rows.loc[rows["status"] == "failed", "error"])

"""The journey map as the field draws it, in figures: phases, touchpoints, owners, emotional curves, promises, waits, problems."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.intervals import mean_interval
from simulation.analysis.promises import lever_columns, promises
from simulation.views.journey_curve import experience_at, experience_differences, journey_sentence
from simulation.views.phases import phases_of
from simulation.views.report.numbers import true_minus
from simulation.views.series import last_weeks
from simulation.views.words import CHANNELS, KINDS, amount, interval_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from simulation.analysis.comparison import Comparison
    from simulation.analysis.intervals import Interval
    from simulation.analysis.promises import Promises

__all__ = ["JourneyMap", "Stop", "journey_map"]

STOPS_A_ROW = 11
"""More touchpoints than this go on in a further row, so that names stay readable on a page of paper."""
CURVE, KEPT = 200, 110
"""Height of the emotional curve and of promise against delivery [pixels]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Felt:
    """One arm at one touchpoint."""

    arm: int
    title: str
    place: float
    """Where its marks stand between the left (0) and the right (100) of the row."""
    y: float
    y_low: float
    y_high: float
    hollow: bool
    experience: str
    promised: str
    delivered: str
    y_promised: float
    y_delivered: float
    days: str
    """How long the work takes against the date promised, in words; empty where no date is given."""
    dates: str
    """The same as two figures."""
    visits: str
    wait: str
    problems: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One touchpoint."""

    name: str
    phase: str
    owner: str
    owner_at: int
    channel: str
    kind: str
    arms: tuple[Felt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of touchpoints under its phases (name and width in touchpoints); lines join neighbours in each arm."""

    phases: tuple[tuple[str, int], ...]
    stops: tuple[Stop, ...]

    def dated(self) -> bool:
        """Whether a date is promised at any of these touchpoints."""
        return any(felt.dates for stop in self.stops for felt in stop.arms)

    def steps(self) -> Iterator[tuple[Felt, Felt]]:
        """Neighbouring points of the same arm that both have a value."""
        for left, right in zip(self.stops, self.stops[1:], strict=False):
            for one, other in zip(left.arms, right.arms, strict=True):
                if math.isfinite(one.y) and math.isfinite(other.y):
                    yield one, other


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyMap:
    """The map, its message, and the scale of its curve."""

    message: str
    rows: tuple[Row, ...]
    anchor: str
    anchor_y: float
    ticks: tuple[tuple[str, float], ...]
    kept_ticks: tuple[tuple[str, float], ...]
    weeks: int
    height: int = CURVE
    kept_height: int = KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """Values from `low` (bottom) to `high` (top) as pixels from the top."""

    low: float
    high: float
    height: int

    def y(self, value: float) -> float:
        return round((self.high - value) / (self.high - self.low) * (self.height - 24) + 12, 1)

    def ticks(self, decimals: int) -> tuple[tuple[str, float], ...]:
        step = (self.high - self.low) / 4
        return tuple((f"{self.low + step * at:.{decimals}f}", self.y(self.low + step * at)) for at in range(5))


def _scale(values: Sequence[float], *, step: float, height: int) -> _Scale:
    """A scale in four even steps that holds all values."""
    known = [value for value in values if math.isfinite(value)] or [0.0]
    low = math.floor(min(known) / step) * step
    steps = max(1, math.ceil((max(known) - low) / step / 4))
    return _Scale(low=low, high=low + 4 * steps * step, height=height)


def journey_map(compared: Comparison, means: pd.DataFrame) -> JourneyMap:
    """Draw up the map; `means` is `run_means` of the last weeks, which the lever settings are taken from."""
    places = _Places(compared, means)
    anchor = 100 * compared.scenario.people.anchor
    curve = _scale([*places.experiences(), anchor], step=5, height=CURVE)
    kept = _scale(places.qualities(), step=0.05, height=KEPT)
    phases = phases_of(compared.scenario)
    names = list(phases)
    count = math.ceil(len(names) / STOPS_A_ROW)
    size = math.ceil(len(names) / count)
    parts = [names[at : at + size] for at in range(0, len(names), size)]
    return JourneyMap(
        message=journey_sentence(compared),
        rows=tuple(_row(compared, places, part, phases, curve, kept) for part in parts),
        anchor=f"{anchor:g}",
        anchor_y=curve.y(anchor),
        ticks=curve.ticks(0),
        kept_ticks=kept.ticks(2),
        weeks=last_weeks(compared),
    )


class _Places:
    """Figures by touchpoint and arm, worked out once."""

    def __init__(self, compared: Comparison, run: pd.DataFrame) -> None:
        points = list(compared.scenario.journey)
        self.felt: dict[tuple[str, str], Interval] = {}
        self.differs: dict[tuple[str, str], bool] = {}
        self.promises = {arm: _promises_of(compared, arm, run) for arm in compared.arm_titles}
        self.at = {name: at for at, name in enumerate(points)}
        first = next(iter(compared.arm_titles))
        for arm in compared.arm_titles:
            differences = {} if arm == first else experience_differences(compared, arm)
            for point in points:
                self.felt[arm, point] = mean_interval(experience_at(compared, arm=arm, touchpoint=point))
                self.differs[arm, point] = arm == first or not differences[point].covers_zero
        means = compared.journey.groupby(["arm", "touchpoint"], sort=False)[["encounters", "wait"]].mean()
        self.visits = means["encounters"].to_dict()
        self.waits = means["wait"].to_dict()
        self.problems = _problems(compared)

    def experiences(self) -> list[float]:
        return [value for felt in self.felt.values() for value in (felt.mean, felt.low, felt.high)]

    def qualities(self) -> list[float]:
        return [
            float(value)
            for of in self.promises.values()
            for each in (of.promised, of.delivered)
            for value in each.mean(0)
        ]


def _promises_of(compared: Comparison, arm: str, means: pd.DataFrame) -> Promises:
    """What is promised and delivered in each replication of an arm, at the settings of its last weeks."""
    scenario = compared.arms[arm]
    return promises(scenario, means.xs(arm, level="arm")[lever_columns(scenario)].to_numpy(dtype=np.float64))


def _problems(compared: Comparison) -> dict[tuple[str, str], float]:
    """Customers with an open problem that arose at a touchpoint, per 1,000 customers at the end of one replication."""
    customers = compared.customers
    present = customers.loc[customers["stage"] == "customer"] if len(customers) else customers
    if not len(present):
        return {}
    found: dict[tuple[str, str], float] = {}
    for arm, of_arm in present.groupby("arm"):
        share = 1000 * of_arm["case_touchpoint"].value_counts(normalize=True)
        found |= {(str(arm), str(point)): float(value) for point, value in share.items()}
    return found


def _row(
    compared: Comparison, places: _Places, names: Sequence[str], phases: dict[str, str], curve: _Scale, kept: _Scale
) -> Row:
    departments = list(compared.scenario.departments)
    stops = []
    for at, name in enumerate(names):
        point = compared.scenario.journey[name]
        stops.append(
            Stop(
                name=point.name,
                phase=phases[name],
                owner=compared.scenario.departments[point.owner].name,
                owner_at=departments.index(point.owner),
                channel=CHANNELS[point.channel],
                kind=KINDS[point.kind],
                arms=tuple(
                    _felt(
                        compared,
                        places,
                        arm,
                        name,
                        curve=curve,
                        kept=kept,
                        place=_place(position, at, len(names), compared),
                    )
                    for position, arm in enumerate(compared.arm_titles)
                ),
            )
        )
    runs: list[tuple[str, int]] = []
    for name in names:
        same = runs and runs[-1][0] == phases[name]
        runs = [*runs[:-1], (phases[name], runs[-1][1] + 1)] if same else [*runs, (phases[name], 1)]
    return Row(phases=tuple(runs), stops=tuple(stops))


def _place(position: int, at: int, stops: int, compared: Comparison) -> float:
    """Arms stand side by side within a touchpoint's column, so that none hides another."""
    arms = len(compared.arm_titles)
    apart = min(0.16, 0.7 / arms)
    return round(100 * (at + 0.5 + apart * (position - (arms - 1) / 2)) / stops, 2)


def _felt(
    compared: Comparison, places: _Places, arm: str, name: str, *, curve: _Scale, kept: _Scale, place: float
) -> Felt:
    felt, of, at = places.felt[arm, name], places.promises[arm], places.at[name]
    known = math.isfinite(felt.low)
    promised, delivered = float(of.promised[:, at].mean()), float(of.delivered[:, at].mean())
    span = f" ({interval_words(felt.low, felt.high, decimals=1)})" if known else ""
    wait = 7 * places.waits.get((arm, name), 0.0)
    return Felt(
        arm=list(compared.arm_titles).index(arm),
        title=compared.arm_titles[arm],
        place=place,
        y=curve.y(felt.mean) if math.isfinite(felt.mean) else math.nan,
        y_low=curve.y(felt.low) if known else math.nan,
        y_high=curve.y(felt.high) if known else math.nan,
        hollow=not places.differs[arm, name],
        experience=true_minus(amount(felt.mean) + span) if math.isfinite(felt.mean) else "nobody came",
        promised=true_minus(amount(promised, decimals=2)),
        delivered=true_minus(amount(delivered, decimals=2)),
        y_promised=kept.y(promised),
        y_delivered=kept.y(delivered),
        days=_days(of, at, "promised in {} days, comes in {}"),
        dates=_days(of, at, "{} → {}"),
        visits=amount(places.visits.get((arm, name), math.nan)),
        wait=f"{amount(wait)} days" if wait >= 0.05 else "",
        problems=amount(places.problems.get((arm, name), 0.0)) if places.problems else "",
    )


def _days(of: Promises, at: int, words: str) -> str:
    promised, days = float(of.promised_days[:, at].mean()), float(of.days[:, at].mean())
    return words.format(amount(promised), amount(days)) if math.isfinite(promised) else ""

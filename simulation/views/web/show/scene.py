"""What the projector needs of two arms, as plain data: figures by week as lists, people by week as packed bytes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.record import COMPANY_METRICS
from simulation.scenario.journey import STAGES
from simulation.views.words import levers_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    from simulation.laboratory.theatre.watching import Lived
    from simulation.scenario.scenario import Scenario

__all__ = ["GAUGES", "firm_of", "moods_of", "world_of"]

GAUGES = ("loyalty", "customers", "complaints", "profit", "bonus")
"""Company metrics that the page has at hand."""
NOBODY = 255
"""In packed bytes: no touchpoint."""


def firm_of(scenario: Scenario) -> dict[str, Any]:
    """Return the firm's own words: departments, touchpoints, segments, levers and the metrics' names."""
    departments = list(scenario.departments)
    return {
        "title": scenario.title,
        "weeks": scenario.horizon.weeks,
        "population": scenario.horizon.population,
        "departments": [department.name for department in scenario.departments.values()],
        "touchpoints": [
            {"name": point.name, "owner": departments.index(point.owner)} for point in scenario.journey.values()
        ],
        "segments": [segment.name for segment in scenario.market.segments.values()],
        "levers": [
            {"key": f"{name}.{key}", "department": d, "name": lever.name, "low": lever.low, "high": lever.high}
            for d, name in enumerate(departments)
            for key, lever in levers_of(scenario, name).items()
        ],
        "gauges": {name: {"label": COMPANY_METRICS[name].label, "unit": COMPANY_METRICS[name].unit} for name in GAUGES},
    }


def moods_of(lived: Lived) -> tuple[float, float]:
    """Return the loyalty [0-1] below which a face frowns and above which it smiles.

    A quarter of those watched who had ever bought did so at the end of week 0. Our assumption: a face tells people apart and a
    crowd's change, whatever the level of the firm; both arms are judged by the same two figures.
    """
    ever = lived.people.stage[0] >= STAGES.index("customer")
    if not ever.any():
        return 0.45, 0.55
    low, high = np.quantile(lived.people.loyalty[0][ever], [0.25, 0.75])
    return float(low), float(high)


def world_of(scenario: Scenario, lived: Lived, *, title: str) -> dict[str, Any]:
    """Return one arm as it was lived, week by week."""
    weekly, departments = lived.run.weekly, list(scenario.departments)
    owners = [departments.index(point.owner) for point in scenario.journey.values()]
    everywhere = lived.pain.sum(axis=2)
    felt = [everywhere[:, [owner == d for owner in owners]].sum(axis=1) for d in range(len(departments))]
    people = lived.people
    return {
        "title": title,
        "gauges": {name: _listed(weekly[name], 3) for name in GAUGES},
        "scores": [_listed(weekly[f"score.{name}"], 3) for name in departments],
        "levers": [
            _listed(weekly[f"lever.{name}.{key}"], 4) for name in departments for key in levers_of(scenario, name)
        ],
        "felt": [_listed(of_department, 2) for of_department in felt],
        "caused": [_listed(lived.pain[:, :, d].sum(axis=1), 2) for d in range(len(departments) + 1)],
        "slots": people.slots.tolist(),
        "segment": _packed(people.segment, np.uint8),
        "stage": _packed(people.stage, np.uint8),
        "entered": _packed(people.entered, np.int16),
        "loyalty": _packed(np.round(people.loyalty * 10_000), np.uint16),
        "problem": _packed(np.where(people.problem < 0, NOBODY, people.problem), np.uint8),
        "meetings": _meetings(lived),
    }


def _meetings(lived: Lived) -> dict[str, Any]:
    """Return what was met, week after week: `first` [week + 1] says where each week's entries begin."""
    met = lived.people.meetings
    return {
        "first": np.searchsorted(met.week, np.arange(len(lived.pain) + 1)).tolist(),
        "person": _packed(met.person, np.uint16),
        "touchpoint": _packed(met.touchpoint, np.uint8),
        "succeeded": _packed(met.succeeded, np.uint8),
        "experience": _packed(np.round(met.experience * 100), np.uint8),
    }


def _packed(values: ArrayLike, kind: type[np.generic]) -> str:
    """Return an array as bytes, lowest first, in letters: a page reads it as a typed array."""
    little = np.dtype(kind).newbyteorder("<")
    return base64.b64encode(np.ascontiguousarray(np.asarray(values).astype(little)).tobytes()).decode("ascii")


def _listed(values: NDArray[np.float64] | Iterable[float], decimals: int) -> list[float | None]:
    """Return figures for a page; nothing in the place of a figure that there is not."""
    return [None if not np.isfinite(value) else round(float(value), decimals) for value in values]

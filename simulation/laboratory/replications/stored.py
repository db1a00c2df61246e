"""A comparison's folder, read back: its tables with their types, and where they came from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from simulation.analysis.folder import PROVENANCE
from simulation.analysis.frames import columns_of
from simulation.analysis.reading import typed_csv
from simulation.record import COMPANY_METRICS
from simulation.scenario.faults import Fault, ScenarioError, nearest, one_of, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from simulation.analysis.comparison import Comparison

__all__ = ["Measured", "check_outcomes", "is_comparison", "measured_by", "provenance_of", "read_table", "weekly_of"]

KEYS = ("arm", "replication", "week")
TABLES = ("summary", "weekly", "customers", "journey", "ledger", "council")
"""Tables of a comparison; `council` only where one met."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What runs gave week by week, and what its columns are called.

    Attributes
    ----------
    name
        Short name of where it comes from.
    weekly
        `arm`, `replication`, `week` and a column per metric.
    arm_titles
        Arm -> title; the first is the one that the others are compared with.
    labels, units
        Outcome -> label and unit, for every outcome that there is.
    """

    name: str
    weekly: pd.DataFrame
    arm_titles: Mapping[str, str]
    labels: Mapping[str, str]
    units: Mapping[str, str]


def is_comparison(folder: Path) -> bool:
    """Tell whether a folder holds the results of a comparison."""
    return (folder / "weekly.parquet").is_file() and (folder / PROVENANCE).is_file()


def provenance_of(folder: Path) -> dict[str, Any]:
    """Where a comparison's folder came from.

    Raises
    ------
    ScenarioError
        If it is no folder of a comparison, or its provenance cannot be read.
    """
    allowed = f"a folder that `silosim compare` wrote, with weekly.parquet and {PROVENANCE}"
    if not is_comparison(folder):
        raise ScenarioError([Fault("is no folder of a comparison", str(folder), allowed=allowed)])
    try:
        told = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ScenarioError([Fault("is not JSON", str(folder / PROVENANCE), allowed=allowed)]) from error
    lacking = [name for name in _TOLD if not isinstance(told, dict) or not isinstance(told.get(name), _TOLD[name])]
    if lacking:
        where = str(folder / PROVENANCE)
        raise ScenarioError(
            [Fault("is missing or of another kind", where, key=key, allowed=allowed) for key in lacking]
        )
    return dict(told)


_TOLD = {"arms": dict, "scenario": dict, "seed": int, "engine": str, "replication_numbers": list, "versions": dict}


def read_table(folder: Path, table: str) -> pd.DataFrame | None:
    """Read a table of a comparison's folder with the values and types that it was written with; None: not there."""
    if (path := folder / f"{table}.parquet").is_file():
        return _parquet(path)
    if not (path := folder / f"{table}.csv").is_file():
        return None
    return typed_csv(path)


def _parquet(path: Path) -> pd.DataFrame:
    from pyarrow import ArrowException

    try:
        return pd.read_parquet(path)
    except ArrowException as error:
        raise ScenarioError([Fault("is no Parquet file", str(path), allowed="as silosim wrote it")]) from error


def weekly_of(folder: Path) -> Measured:
    """Read what the runs of a comparison's folder gave week by week; raises as `provenance_of`."""
    from pyarrow import parquet

    told = provenance_of(folder)
    weekly = _parquet(folder / "weekly.parquet")
    told_of = {field.name: field.metadata or {} for field in parquet.read_schema(folder / "weekly.parquet")}
    labels = {name: said.get(b"label", name.encode()).decode() for name, said in told_of.items()}
    units = {name: said.get(b"unit", b"").decode() for name, said in told_of.items()}
    return Measured(
        name=str(told.get("name", folder.name)),
        weekly=weekly,
        arm_titles={str(arm): str(title) for arm, title in told["arms"].items()},
        labels=_outcomes(labels, "label"),
        units=_outcomes(units, "unit"),
    )


def measured_by(comparison: Comparison) -> Measured:
    """What a comparison that was just made gave week by week."""
    columns = columns_of(comparison.arms)
    return Measured(
        name=comparison.name,
        weekly=comparison.weekly,
        arm_titles=comparison.arm_titles,
        labels=_outcomes({name: column.label for name, column in columns.items()}, "label"),
        units=_outcomes({name: column.unit for name, column in columns.items()}, "unit"),
    )


def _outcomes(told: Mapping[str, str], what: str) -> dict[str, str]:
    """Keep what is an outcome: no keys, levers, scores or single bonuses; and the profit at equal bonus."""
    kept = {name: said for name, said in told.items() if name not in KEYS and "." not in name}
    equal = COMPANY_METRICS["profit_at_equal_bonus"].label if what == "label" else told.get("profit", "")
    return {**kept, "profit_at_equal_bonus": equal} if {"revenue", "cost", "bonus"} <= set(kept) else kept


def check_outcomes(outcomes: Iterable[str], measured: Measured) -> None:
    """Say which of the outcomes are none.

    Raises
    ------
    ScenarioError
        With a fault for each.
    """
    faults = [
        Fault(
            f"{show(name)} is no outcome of these runs",
            key="--outcome",
            value=name,
            allowed=one_of(measured.labels) or "a metric or KPI of the summary",
            nearest=nearest(name, measured.labels),
        )
        for name in outcomes
        if name not in measured.labels
    ]
    if faults:
        raise ScenarioError(faults)

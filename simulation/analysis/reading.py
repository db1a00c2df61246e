"""A folder of results read back: the comparison that was written there, and where it came from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulation.analysis.folder import PROVENANCE, FolderRefused
from simulation.record import COUNCIL_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from simulation.analysis.comparison import Comparison
    from simulation.scenario.loading import LoadedScenario

__all__ = ["Stored", "read", "typed_csv"]

_COUNCIL = "council.csv"
_FRAMES = ("summary.csv", "weekly.parquet", "customers.parquet", "journey.csv", "ledger.csv")
_WHOLE = frozenset({"replication", "replications", "week", "item", "action"})
"""Columns of whole numbers in the tables that are stored as CSV."""
_WORDS = frozenset(
    (
        *("arm", "baseline_arm", "metric", "label", "unit", "group", "better", "touchpoint", "due"),
        *("council", "point", "kind", "speaker", "subject", "about", "detail", "heard_at", "heard_department"),
        *("figure", "source"),
    )
)
"""Columns of words in them; every other one holds numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A comparison from a folder.

    Attributes
    ----------
    comparison
        As `compare` gave it; `warnings` are those of reading the scenario anew.
    provenance
        What `provenance.json` says.
    same_meaning
        False: this version of silosim reads the stored scenario otherwise than the one that ran it (a default has
        changed, say).
    """

    comparison: Comparison
    provenance: dict[str, Any]
    same_meaning: bool


def read(folder: Path) -> Stored:
    """Read a folder that `compare` or `run` wrote.

    Raises
    ------
    FolderRefused
        If it is no folder of results, or one of its files is missing or damaged.
    ScenarioError
        If the stored scenario is none that this version of silosim understands.
    """
    from simulation.analysis.choosing import chosen_arms
    from simulation.analysis.collecting import Look
    from simulation.analysis.comparison import Comparison
    from simulation.scenario.loading import load_dict

    told = _provenance(folder)
    loaded: LoadedScenario = load_dict(told["scenario"], name=PROVENANCE)
    frames = {name.partition(".")[0]: _frame(folder, name) for name in _FRAMES}
    precision = told["precision"]
    comparison = Comparison(
        name=told["name"],
        scenario=loaded.scenario,
        arms=chosen_arms(loaded, list(told["arms"])),
        arm_titles=told["arms"],
        **frames,
        council=_council(folder),
        raw=loaded.raw,
        hash=told["scenario_hash"],
        seed=told["seed"],
        replications=told["replications"],
        engine=told["engine"],
        interrupted=told["interrupted"],
        precision=precision["wanted_half_width"],
        looks=tuple(
            Look(replications=look["replications"], half_width=_number(look["half_width"]))
            for look in precision["looks"]
        ),
        warnings=tuple(loaded.warnings),
    )
    return Stored(comparison=comparison, provenance=told, same_meaning=loaded.hash == told["scenario_hash"])


_NEEDED = (
    *("name", "scenario", "scenario_hash", "arms", "seed", "replications", "engine", "interrupted", "precision"),
    "replication_numbers",
    *("silosim", "versions", "command", "date"),
)


def _provenance(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FolderRefused(f"{folder} is no folder of results (no readable {PROVENANCE})") from error
    missing = [key for key in _NEEDED if not isinstance(told, dict) or key not in told]
    if missing:
        raise FolderRefused(f"{folder} is no folder that compare or run wrote ({PROVENANCE} has no {missing[0]})")
    return dict(told)


def _frame(folder: Path, name: str) -> pd.DataFrame:
    import pandas as pd

    path = folder / name
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return typed_csv(path)
    except FileNotFoundError as error:
        raise FolderRefused(f"{folder} is no whole folder of results: {name} is missing") from error
    except (OSError, ValueError) as error:
        raise FolderRefused(f"{folder / name} cannot be read: {error}") from error


def typed_csv(path: Path) -> pd.DataFrame:
    """Read a table that was stored as CSV, with the values and types that it was written with.

    An arm may be called `null` or `nan`: only an empty figure is none, an empty word is an empty word.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If a figure is no number.
    """
    import pandas as pd

    # As text first: pandas would take an arm called "NA" for nothing, and round numbers on the way.
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    for name in frame.columns:
        if name in _WHOLE:
            frame[name] = frame[name].astype("int64")
        elif name not in _WORDS:
            frame[name] = pd.Series([float(cell) if cell else float("nan") for cell in frame[name]], dtype="float64")
    return frame


def _council(folder: Path) -> pd.DataFrame:
    import pandas as pd

    if (folder / _COUNCIL).exists():
        return _frame(folder, _COUNCIL)
    return pd.DataFrame(columns=list(COUNCIL_COLUMNS))


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)

"""A comparison as a folder: written whole or not at all.

    summary.csv         one row per metric and arm, with intervals
    weekly.parquet      arm, replication, week and a column per metric, KPI, lever, score and bonus
    customers.parquet   every customer's final state, one replication per arm
    journey.csv         what each touchpoint was like
    ledger.csv          experience by where it was felt and to whom it is due
    provenance.json     the scenario in full and its hash, arms, seed, versions, command, date
    scenario.yaml       the scenario with everything merged, ready to run again
    council.csv         what councils said and agreed, a row per figure, where any met
    council_minutes.md  the same in sentences (`simulation.views.saving`)
    charts/             pictures, when they were asked for

The parquet files carry each column's label, unit and meaning in its field metadata.
"""

from __future__ import annotations

import json
import math
import platform
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from simulation._version import __version__
from simulation.analysis.folder import PROVENANCE, whole
from simulation.analysis.frames import columns_of
from simulation.analysis.sources import COMPARISON, sources_hash
from simulation.record import CUSTOMER_COLUMNS, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    import pyarrow as pa

    from simulation.analysis.comparison import Comparison

__all__ = [
    "circumstances",
    "documented",
    "provenance",
    "save",
    "versions",
    "write_csv",
    "write_parquet",
    "write_provenance",
]

_PACKAGES = ("mesa", "numpy", "numba", "pandas", "pyarrow", "scipy", "pydantic")


def save(
    comparison: Comparison,
    folder: Path | str,
    *,
    overwrite: bool = False,
    command: Sequence[str] = (),
    extra: Callable[[Path], object] | None = None,
) -> Path:
    """Write a comparison into `folder`, whole or not at all.

    Everything is written into a new folder beside it, which takes its name at the very end; a folder of older
    results is removed only then, and put back if that fails.

    Parameters
    ----------
    comparison
        What to write.
    folder
        Where; parents are made.
    overwrite
        Replace an older folder of results.
    command
        The command line that led here, for the provenance.
    extra
        Called with the folder while it is still hidden, to add more to it (charts).

    Returns
    -------
    Path
        `folder`.

    Raises
    ------
    FolderRefused
        As `check_folder`.
    OSError
        If the disk is full or not writable; nothing is left behind.
    """
    folder = Path(folder)
    with whole(folder, overwrite=overwrite) as hidden:
        _write(comparison, hidden, command=command)
        if extra is not None:
            extra(hidden)
    return folder


def _write(comparison: Comparison, folder: Path, *, command: Sequence[str]) -> None:
    for name, frame in (
        ("summary", comparison.summary),
        ("journey", comparison.journey),
        ("ledger", comparison.ledger),
    ):
        write_csv(frame, folder / f"{name}.csv")
    if len(comparison.council):
        write_csv(comparison.council, folder / "council.csv")
    write_parquet(comparison.weekly, folder / "weekly.parquet", columns=columns_of(comparison.arms))
    write_parquet(comparison.customers, folder / "customers.parquet", columns=CUSTOMER_COLUMNS)
    _write_scenario(comparison, folder / "scenario.yaml")
    write_provenance(provenance(comparison, command=command), folder)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV in UTF-8, the same bytes on every system."""
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def write_provenance(told: Mapping[str, object], folder: Path) -> None:
    """Write where results came from into their folder."""
    text = json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / PROVENANCE).write_text(text + "\n", encoding="utf-8", newline="\n")


def write_parquet(frame: pd.DataFrame, path: Path, *, columns: Mapping[str, Column]) -> None:
    """Write a frame as Parquet; label, unit and meaning of each declared column go into its field's metadata."""
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [documented(field, columns.get(field.name)) for field in table.schema]
    parquet.write_table(table.cast(pa.schema(fields, metadata=table.schema.metadata)), path)


def documented(field: pa.Field, column: Column | None) -> pa.Field:
    """Give a field its column's label, unit and meaning as metadata."""
    if column is None:
        return field
    return field.with_metadata({"label": column.label, "unit": column.unit, "meaning": column.meaning})


def _write_scenario(comparison: Comparison, path: Path) -> None:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 120
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# Written by silosim {__version__}: the scenario with everything merged.\n")
        file.write("# Run it again with: silosim compare scenario.yaml\n")
        yaml.dump(_plain(comparison.raw), file)


def _plain(value: object) -> object:
    """Mappings as dicts and sequences as lists, all the way down, keys in their order."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def provenance(comparison: Comparison, *, command: Sequence[str] = ()) -> dict[str, object]:
    """Everything needed to know where results came from, and to make them again."""
    own = {
        "interrupted": comparison.interrupted,
        "name": comparison.name,
        "arms": dict(comparison.arm_titles),
        "baseline_arm": comparison.baseline_arm,
        "seed": comparison.seed,
        "replications": comparison.replications,
        "replication_numbers": [int(number) for number in comparison.weekly["replication"].unique()],
        "engine": comparison.engine,
        "precision": {
            "wanted_half_width": comparison.precision,
            "reached": comparison.precision_reached,
            "looks": [
                {
                    "replications": look.replications,
                    "half_width": None if math.isnan(look.half_width) else look.half_width,
                }
                for look in comparison.looks
            ],
        },
    }
    return circumstances(own, raw=comparison.raw, scenario_hash=comparison.hash, command=command)


def circumstances(
    own: Mapping[str, object], *, raw: Mapping[str, object], scenario_hash: str, command: Sequence[str]
) -> dict[str, object]:
    """Return a provenance: the program, when and how it was called, what is its `own`, the machine, the scenario."""
    return {
        "silosim": __version__,
        "command": list(command),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        **own,
        "versions": versions(),
        "system": f"{platform.system()} {platform.machine()}",
        "made_by": [COMPARISON],
        "sources_hash": sources_hash(COMPARISON),
        "scenario_hash": scenario_hash,
        "scenario": _plain(raw),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that results rest on."""
    return {"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES}


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"

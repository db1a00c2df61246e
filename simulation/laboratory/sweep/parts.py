"""One part of a sweep's table: the rows of a batch of tasks as a Parquet file, always the same bytes.

The footer says which tasks a part holds and how many of them failed, so that a file can be told to be whole, and of
our making, without reading its rows.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulation.analysis.storage import documented
from simulation.record import Column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from simulation.analysis.jobs import Row

__all__ = ["RUN_COLUMNS", "Part", "encoded", "label_of", "rows_of"]

_COLUMNS = (
    Column(name="run", label="Run", unit="", low=0, meaning="Number of the run: task x arms + position of the arm."),
    Column(name="point", label="Design point", unit="", low=0, meaning="Number of the design point."),
    Column(name="replication", label="Replication", unit="", low=0, meaning="Number of the replication."),
    Column(name="arm", label="Arm", unit="", meaning="The arm that was run."),
    Column(name="seed", label="Seed", unit="", low=0, meaning="Seed of the run."),
    Column(name="status", label="Status", unit="", meaning="done, or failed: then `error` says why and metrics are empty."),
    Column(name="error", label="Error", unit="", meaning="What went wrong; empty where nothing did."),
)  # fmt: skip
RUN_COLUMNS: dict[str, Column] = {column.name: column for column in _COLUMNS}
"""The columns that every row of a sweep begins with, by name; factors and metrics follow."""

_WHOLE_NUMBERS = frozenset({"run", "point", "replication", "seed", "week"})
_TEXTS = frozenset({"arm", "status", "error"})

_OURS = "silosim."
"""What our keys in a footer begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The files of one batch as they will stand on the disk; `weekly` is None where weekly tables are not kept."""

    runs: bytes
    weekly: bytes | None


def encoded(
    rows: Sequence[Row],
    *,
    of: range,
    failed: int = 0,
    weekly: pa.Table | None = None,
    columns: Mapping[str, Column] | None = None,
) -> Part:
    """Encode the rows of a batch, and its weekly tables, as Parquet: the same rows give the same bytes.

    A column holds whole numbers (`run`, `point`, `replication`, `seed`), text (`arm`, `status`, `error` and wherever a
    row has text), or else real numbers; a number that is missing is NaN.

    Parameters
    ----------
    rows
        One mapping per run, all with the same keys in the same order.
    of
        The tasks that the rows come from.
    failed
        How many of these tasks failed.
    weekly
        The weekly tables of these runs, one below the other.
    columns
        Label, unit and meaning by column, for the field metadata; those of `RUN_COLUMNS` are known.

    Raises
    ------
    ValueError
        If there are no rows, rows differ in their keys, or a column has both text and numbers.
    """
    import pyarrow as pa

    if not rows or any(list(row) != list(rows[0]) for row in rows):
        raise ValueError(f"the rows of tasks {of.start} to {of.stop - 1} must be some, all with the same columns")
    table = pa.table({name: _array(name, [row[name] for row in rows]) for name in rows[0]})
    known = {**RUN_COLUMNS, **(columns or {})}
    label = {"tasks": f"{of.start}:{of.stop}", "failed": str(failed)}
    if weekly is None:
        return Part(runs=_parquet(table, known, label), weekly=None)
    return Part(
        runs=_parquet(table, known, {**label, "weekly": str(weekly.num_rows)}), weekly=_parquet(weekly, known, label)
    )


def _array(name: str, values: list[Any]) -> pa.Array:
    import pyarrow as pa

    if name in _WHOLE_NUMBERS:
        return pa.array(values, pa.int64())
    if name in _TEXTS or any(isinstance(value, str) for value in values):
        if not all(isinstance(value, str | None) for value in values):
            raise ValueError(f"column {name} has both text and numbers")
        return pa.array(values, pa.string())
    return pa.array([math.nan if value is None else float(value) for value in values], pa.float64())


def _parquet(table: pa.Table, columns: Mapping[str, Column], label: Mapping[str, str]) -> bytes:
    """Write a table with its columns' words; `label` goes into the footer, under names of our own."""
    import pyarrow as pa
    from pyarrow import parquet

    fields = [documented(field, columns.get(field.name)) for field in table.schema]
    schema = pa.schema(fields, metadata={f"{_OURS}{key}": value for key, value in label.items()})
    sink = io.BytesIO()
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    parquet.write_table(table.cast(schema), sink, compression="zstd", use_dictionary=texts, write_page_checksum=True)
    return sink.getvalue()


def label_of(path: Path) -> dict[str, str] | None:
    """What the footer says about a part; None if the file is not whole or not of our making."""
    from pyarrow import ArrowException, parquet

    try:
        told = parquet.read_metadata(path).metadata or {}
    except (ArrowException, OSError):
        return None
    ours = {key.decode(): value.decode() for key, value in told.items() if key.startswith(_OURS.encode())}
    label = {key.removeprefix(_OURS): value for key, value in ours.items()}
    return label if {"tasks", "failed"} <= set(label) else None


def rows_of(path: Path) -> int | None:
    """The rows of a Parquet file as its footer has them; None if it is not whole."""
    from pyarrow import ArrowException, parquet

    try:
        return int(parquet.read_metadata(path).num_rows)
    except (ArrowException, OSError):
        return None

"""The folder of a sweep: what stands in it, and how its parts are written and read.

    plan.json                    the whole plan
    runs/part-NNNNNN.parquet     one row per run; part k holds the tasks k*batch .. (k+1)*batch-1
    weekly/part-NNNNNN.parquet   weekly tables, on request

A part is a function of the plan and its number alone: the same bytes whoever made it, and when. It appears whole: written
under a hidden name in the same folder, fsynced, renamed. So `runs/*.parquet` can be read by pandas, Polars and DuckDB
at any moment, and a sweep that was killed goes on where its parts end.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.analysis.folder import FolderRefused
from simulation.laboratory.sweep.disk import UNFINISHED, lock, told_of_the_disk, write_whole
from simulation.laboratory.sweep.parts import label_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from simulation.laboratory.sweep.parts import Part

__all__ = [
    "PLAN",
    "RUNS",
    "WEEKLY",
    "Status",
    "finished",
    "locked",
    "plan_of",
    "read",
    "read_weekly",
    "status",
    "tasks_of",
    "untouched",
    "write",
]

PLAN, RUNS, WEEKLY = "plan.json", "runs", "weekly"
_LOCK = ".lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How far a sweep has come.

    Attributes
    ----------
    tasks, done, failed, left
        Tasks in all, in finished parts, with a failed run among the finished, and still to do.
    parts, parts_in_all
        Finished parts, and how many there will be.
    size
        What the finished parts take on the disk [bytes].
    """

    tasks: int
    done: int
    failed: int
    left: int
    parts: int
    parts_in_all: int
    size: int


def tasks_of(number: int, *, tasks: int, batch: int) -> range:
    """The tasks of a batch.

    Examples
    --------
    >>> tasks_of(2, tasks=25, batch=10)
    range(20, 25)
    """
    return range(number * batch, min((number + 1) * batch, tasks))


# --- the folder -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make the folder if need be, and keep other processes from running the same sweep while the block runs.

    What a killed process left half written is removed. The system itself frees the lock when the process ends, however it ends.

    Raises
    ------
    FolderRefused
        If another process runs this sweep.
    OSError
        If the folder cannot be made or written.
    """
    with contextlib.ExitStack() as held:
        with told_of_the_disk(folder):
            (folder / RUNS).mkdir(parents=True, exist_ok=True)
            file = held.enter_context((folder / _LOCK).open("a+b"))
            try:
                lock(file.fileno())
            except BlockingIOError as error:
                raise FolderRefused(
                    f"{folder}: another process runs this sweep; wait for it, or stop it first"
                ) from error
            _clear_unfinished(folder)
        yield


def untouched(folder: Path) -> bool:
    """Whether a folder holds no more than a sweep leaves that was killed before its plan was written."""
    names = {path.name for path in folder.iterdir()}
    return names <= {_LOCK, RUNS, UNFINISHED.format(Path(PLAN).stem)} and not any((folder / RUNS).glob("*"))


def _clear_unfinished(folder: Path) -> None:
    """Remove what a killed process left half written. Only under the lock: a living one may be writing."""
    for kind in (".", RUNS, WEEKLY):
        for file in (folder / kind).glob(UNFINISHED.format("*")):
            file.unlink()


def write(folder: Path, number: int, part: Part) -> None:
    """Put the files of a batch into the folder; the rows of the runs come last, for they say that it is finished.

    Raises
    ------
    OSError
        If the disk is full or cannot be written; no file is left half written.
    """
    with told_of_the_disk(folder):
        if part.weekly is not None:
            (folder / WEEKLY).mkdir(exist_ok=True)
            write_whole(_path(folder, WEEKLY, number), part.weekly)
        write_whole(_path(folder, RUNS, number), part.runs)


def _path(folder: Path, kind: str, number: int) -> Path:
    return folder / kind / f"part-{number:06d}.parquet"


# --- what is finished -------------------------------------------------------------------------------------------------


def finished(folder: Path, *, tasks: int, batch: int) -> dict[int, int]:
    """Return the batches whose files are all there and whole, each with its number of failed tasks.

    A file that is no part (damaged, cut short, or not of our making) does not count: its batch will be done anew.

    Raises
    ------
    FolderRefused
        If a part holds other tasks than its number says: it belongs to another plan.
    """
    found: dict[int, int] = {}
    for number, path in _numbered(folder, RUNS):
        label = label_of(path)
        if label is None:
            continue
        of = tasks_of(number, tasks=tasks, batch=batch)
        if label["tasks"] != f"{of.start}:{of.stop}":
            raise FolderRefused(f"{folder}: {path.name} belongs to a sweep with another plan: name another folder")
        if "weekly" in label and rows_of(_path(folder, WEEKLY, number)) != int(label["weekly"]):
            continue
        found[number] = int(label["failed"])
    return found


def _numbered(folder: Path, kind: str) -> list[tuple[int, Path]]:
    """The files that are named as parts, in the order of their numbers."""
    named = ((path.stem.removeprefix("part-"), path) for path in (folder / kind).glob("part-*.parquet"))
    return sorted((int(digits), path) for digits, path in named if digits.isdecimal())


def status(folder: Path, *, tasks: int, batch: int) -> Status:
    """Say how far a sweep has come; it may be running."""
    found = finished(folder, tasks=tasks, batch=batch)
    done = sum(len(tasks_of(number, tasks=tasks, batch=batch)) for number in found)
    files = [_path(folder, kind, number) for number in found for kind in (RUNS, WEEKLY)]
    return Status(
        tasks=tasks,
        done=done,
        failed=sum(found.values()),
        left=tasks - done,
        parts=len(found),
        parts_in_all=-(-tasks // batch),
        size=sum(file.stat().st_size for file in files if file.exists()),
    )


# --- reading ----------------------------------------------------------------------------------------------------------


def plan_of(folder: Path | str) -> dict[str, Any]:
    """Return the plan of a sweep.

    Raises
    ------
    FolderRefused
        If the folder holds no plan, or one that cannot be read.
    """
    try:
        plan = json.loads((Path(folder) / PLAN).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FolderRefused(f"{folder} is no folder of a sweep (no {PLAN})") from error
    except ValueError as error:
        raise FolderRefused(f"{folder}: {PLAN} is damaged: {error}") from error
    if not isinstance(plan, dict):
        raise FolderRefused(f"{folder}: {PLAN} is damaged: it is no mapping")
    return plan


def read(folder: Path | str) -> pd.DataFrame:
    """Return the finished runs of a sweep, one row each, sorted by `run`; the sweep may still be running.

    Raises
    ------
    FolderRefused
        If there are none yet.
    """
    return _read(Path(folder), RUNS, by=["run"])


def read_weekly(folder: Path | str) -> pd.DataFrame:
    """Return the weekly tables of the finished runs, sorted by `run` and `week`.

    Raises
    ------
    FolderRefused
        If there are none (yet).
    """
    return _read(Path(folder), WEEKLY, by=["run", "week"])


def _read(folder: Path, kind: str, *, by: list[str]) -> pd.DataFrame:
    import pyarrow as pa
    from pyarrow import parquet

    paths = [path for _, path in _numbered(folder, kind) if label_of(path) is not None]
    if not paths:
        raise FolderRefused(f"{folder} holds no finished {'runs' if kind == RUNS else 'weekly tables'} (yet)")
    parts = [parquet.read_table(path, page_checksum_verification=True).replace_schema_metadata() for path in paths]
    frame: pd.DataFrame = pa.concat_tables(parts).to_pandas()
    return frame.sort_values(by, kind="stable", ignore_index=True)

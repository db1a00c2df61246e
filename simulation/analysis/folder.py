"""The folder that results go into: what it holds, when it is refused, how a new one takes its place."""

from __future__ import annotations

import contextlib
import json
import shutil
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "CHARTS",
    "COUNCIL_FILES",
    "EVIDENCE_FILES",
    "EXPORT_FILES",
    "FILES",
    "PROVENANCE",
    "REPORT",
    "FolderRefused",
    "check_folder",
    "whole",
]

PROVENANCE = "provenance.json"
CHARTS = "charts"
REPORT = "report.html"
"""A comparison as a page, where it was asked for."""
FILES = (
    "summary.csv",
    "weekly.parquet",
    "customers.parquet",
    "journey.csv",
    "ledger.csv",
    PROVENANCE,
    "scenario.yaml",
)
"""What a folder of results holds besides `charts/`."""
COUNCIL_FILES = ("council.csv", "council_minutes.md")
"""What it holds besides where councils met."""
EVIDENCE_FILES = (
    "patterns.csv",
    "measures.csv",
    "evidence.md",
    "facts.csv",
    "facts.md",
    "facts_marketplace.png",
    "facts_others.png",
)
"""What a folder of evidence holds besides the provenance and `charts/`."""
EXPORT_FILES = tuple(
    f"{table}.{form}" for table in ("transactions", "recency_frequency", "events") for form in ("csv", "parquet")
)
"""What a folder of exported customers may hold besides the provenance."""
_SYSTEM_FILES = {".DS_Store", "Thumbs.db", "desktop.ini"}


class FolderRefused(ValueError):
    """The folder for results cannot be used as asked; nothing was written."""


def check_folder(folder: Path, *, overwrite: bool) -> None:
    """Say before a long run whether `save` would take this folder.

    Raises
    ------
    FolderRefused
        If something stands there and `overwrite` is false; or it is no folder of results, or holds other files too
        (only what silosim itself wrote is ever removed); or a file stands where a folder is needed.
    """
    standing = next((parent for parent in folder.absolute().parents if parent.exists()), None)
    if standing is not None and not standing.is_dir():
        raise FolderRefused(f"--out {folder}: {standing.name} is a file, not a folder")
    if not folder.exists() and not folder.is_symlink():
        return
    if not overwrite:
        raise FolderRefused(f"--out {folder} exists already: name another folder, or add --overwrite to replace it")
    if not folder.is_dir():
        raise FolderRefused(f"--out {folder} is no folder")
    ours = {*FILES, *COUNCIL_FILES, *EVIDENCE_FILES, *EXPORT_FILES, CHARTS, REPORT}
    others = sorted({entry.name for entry in folder.iterdir()} - ours - _SYSTEM_FILES)
    if others:
        raise FolderRefused(f"--out {folder} holds what silosim did not write ({others[0]}): move it, or name another")
    if any(folder.iterdir()) and not _ours(folder):
        raise FolderRefused(f"--out {folder} is no folder of results (no {PROVENANCE} of silosim): name another")


def _ours(folder: Path) -> bool:
    try:
        stored = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(stored, dict) and "silosim" in stored


@contextlib.contextmanager
def whole(folder: Path, *, overwrite: bool) -> Iterator[Path]:
    """A hidden folder to write into; it takes the name `folder` when the block ends well, else it vanishes.

    Raises
    ------
    FolderRefused
        As `check_folder`.
    """
    check_folder(folder, overwrite=overwrite)
    # Where a link leads: the new folder must be on the same disk as the old one.
    target = folder.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    hidden = target.with_name(f".{target.name}.{uuid.uuid4().hex[:12]}")
    hidden.mkdir()
    try:
        yield hidden
        _swap(hidden, target)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _swap(new: Path, target: Path) -> None:
    """Give a finished folder its name. An older folder of that name is removed, or put back if that fails."""
    if not target.exists():
        new.rename(target)
        return
    old = new.with_name(f"{new.name}.old")
    target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)

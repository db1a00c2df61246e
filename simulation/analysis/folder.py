"""The folder that results go into: what it holds, when it is refused, how a new one takes its place."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CHARTS", "FILES", "PROVENANCE", "FolderRefused", "check_folder", "swap"]

PROVENANCE = "provenance.json"
CHARTS = "charts"
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
    others = sorted({entry.name for entry in folder.iterdir()} - {*FILES, CHARTS} - _SYSTEM_FILES)
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


def swap(new: Path, target: Path) -> None:
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

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

__all__ = ["CHARTS", "FILES", "PROVENANCE", "FolderRefused", "check_folder", "whole", "write_file"]

PROVENANCE = "provenance.json"
"""Says what a folder of results is and, under `files`, what silosim has written into it."""
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
"""What a comparison leaves in any case."""
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
    ours = _written(folder)
    if ours is None and any(folder.iterdir()):
        raise FolderRefused(f"--out {folder} is no folder of results (no {PROVENANCE} of silosim): name another")
    others = sorted({entry.name for entry in folder.iterdir()} - (ours or set()) - _SYSTEM_FILES)
    if others:
        raise FolderRefused(f"--out {folder} holds what silosim did not write ({others[0]}): move it, or name another")


def _written(folder: Path) -> set[str] | None:
    """Return the names that silosim has written into a folder; None where it is no folder of results."""
    try:
        stored = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(stored, dict) or "silosim" not in stored:
        return None
    return {str(name) for name in stored.get("files", [])}


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
        _sign(hidden)
        _swap(hidden, target)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def _sign(folder: Path) -> None:
    """Write down in the provenance, where there is one, what the folder holds: only that is ever replaced."""
    file = folder / PROVENANCE
    if not file.exists():
        return
    stored = json.loads(file.read_text(encoding="utf-8"))
    stored["files"] = sorted(entry.name for entry in folder.iterdir())
    file.write_text(json.dumps(stored, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


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


def write_file(path: Path, content: bytes, *, overwrite: bool) -> Path:
    """Write one file whole or not at all, and return its path; parents are made.

    Raises
    ------
    FolderRefused
        If something stands there and `overwrite` is false, or it is no ordinary file.
    """
    if path.exists() and not overwrite:
        raise FolderRefused(f"--out {path} exists already: name another file, or add --overwrite to replace it")
    if path.exists() and not path.is_file():
        raise FolderRefused(f"--out {path} is no file")
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    hidden = target.with_name(f".{target.name}.{uuid.uuid4().hex[:12]}")
    try:
        hidden.write_bytes(content)
        hidden.replace(target)
    finally:
        hidden.unlink(missing_ok=True)
    return path

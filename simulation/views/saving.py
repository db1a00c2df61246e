"""A comparison's folder as people get it: the tables, and what councils said in sentences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from simulation.analysis import storage
from simulation.analysis.cells import as_text
from simulation.analysis.folder import PROVENANCE, write_file
from simulation.views.minutes import minutes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd

    from simulation.analysis.comparison import Comparison

__all__ = ["MINUTES", "add_file", "neutralised", "save"]

MINUTES = "council_minutes.md"


def save(
    comparison: Comparison,
    folder: Path | str,
    *,
    overwrite: bool = False,
    command: Sequence[str] = (),
    extra: Callable[[Path], object] | None = None,
) -> Path:
    """Write a comparison into `folder`, whole or not at all, with the minutes of its councils if any met.

    Parameters
    ----------
    comparison, folder, overwrite, command, extra
        As `simulation.analysis.storage.save`.

    Returns
    -------
    Path
        `folder`.

    Raises
    ------
    FolderRefused
        If the folder must not be replaced.
    OSError
        If the disk is full or not writable; nothing is left behind.
    """

    def more(hidden: Path) -> None:
        if len(comparison.council):
            (hidden / MINUTES).write_text(minutes(comparison), encoding="utf-8", newline="\n")
        if extra is not None:
            extra(hidden)

    return storage.save(comparison, folder, overwrite=overwrite, command=command, extra=more)


def add_file(path: Path, content: bytes, *, overwrite: bool) -> Path:
    """Write one more file, whole or not at all; in a folder of results it is noted as one of silosim's own.

    Raises
    ------
    FolderRefused
        If something stands there and `overwrite` is false, or it is no ordinary file.
    """
    written = write_file(path, content, overwrite=overwrite)
    provenance = path.parent / PROVENANCE
    try:
        stored = json.loads(provenance.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # no folder of results: nothing to note
        return written
    if isinstance(stored, dict) and "files" in stored:
        stored["files"] = sorted({*stored["files"], path.name})
        text = json.dumps(stored, indent=2, ensure_ascii=False) + "\n"
        write_file(provenance, text.encode(), overwrite=True)
    return written


def neutralised(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame in which no text is a formula to a spreadsheet: such a text begins with an apostrophe."""
    texts = frame.select_dtypes(include=["object", "string"])
    return frame.assign(**{str(name): [as_text(cell) for cell in column] for name, column in texts.items()})

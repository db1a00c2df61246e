"""Which sources made a stored result: a hash, so that a stale result is seen.

Results that take long are kept as JSON files with a `sources_hash`. They are fresh while that hash equals the one
of the present sources.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.scenario.library import shipped, world_files

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["sources_hash", "stale_results"]

_PACKAGE = Path(__file__).resolve().parents[1]
SHOWING = frozenset({"views", "cli"})
"""Folders of the package that no result comes from."""
_KINDS = ("*.py", "*.csv")
"""Files of the package that results come from: code and facts."""


def sources_hash(*, package: Path = _PACKAGE, scenarios: Iterable[Path] | None = None) -> str:
    """Sha256 of everything that can change a result, in hexadecimal.

    Covers each `simulation/**/*.py` and `*.csv` but those that only show results (`views`, `cli`), each shipped
    `scenarios/*.yaml` and the worlds of the facts, `scenarios/worlds/*.yaml`: its path and its text, in the order of
    the paths. Line ends do not count, so the hash is the same on every system and for an installed package.

    Parameters
    ----------
    package
        Folder of the package.
    scenarios
        Scenario files; the shipped ones by default. Those in a folder `worlds` are told apart by it.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    named = {
        f"simulation/{file.relative_to(package).as_posix()}": file
        for kind in _KINDS
        for file in package.rglob(kind)
        if file.relative_to(package).parts[0] not in SHOWING
    }
    given = (*shipped().values(), *world_files().values()) if scenarios is None else scenarios
    named |= {_name_of(file): file for file in given}
    digest = hashlib.sha256()
    for name in sorted(named):
        text = named[name].read_bytes().replace(b"\r\n", b"\n")
        # The length keeps the end of one file apart from the start of the next.
        digest.update(f"{name}\n{len(text)}\n".encode())
        digest.update(text)
    return digest.hexdigest()


def _name_of(scenario: Path) -> str:
    """Return the path of a scenario below the folder of all: an installed package calls that folder otherwise."""
    return f"scenarios/worlds/{scenario.name}" if scenario.parent.name == "worlds" else f"scenarios/{scenario.name}"


def stale_results(folder: Path, *, present: str | None = None) -> list[Path]:
    """List the stored results that the present sources did not make.

    Parameters
    ----------
    folder
        Where the JSON files stand; a folder that does not exist holds none.
    present
        Hash of the present sources; taken from them by default.

    Returns
    -------
    list of Path
        Files whose `sources_hash` is missing or differs, in the order of their names.

    Raises
    ------
    json.JSONDecodeError
        A file is not JSON.
    """
    present = sources_hash() if present is None else present
    return [file for file in sorted(folder.glob("*.json")) if _recorded(file) != present]


def _recorded(file: Path) -> object:
    stored = json.loads(file.read_text(encoding="utf-8"))
    return stored.get("sources_hash") if isinstance(stored, dict) else None

"""What every command that runs a scenario begins with: what to say, and where the results go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from simulation.cli.failures import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.scenario.loading import LoadedScenario

__all__ = ["folder_of", "refuse_existing", "remarks", "say_warnings"]

RESULTS = Path("results")
"""Default parent of the folders of results."""


def remarks(*, quiet: bool) -> Callable[[str], None]:
    """Return what says a remark to the user, or with `quiet` swallows it."""
    return (lambda _text: None) if quiet else say


def say_warnings(loaded: LoadedScenario, remark: Callable[[str], None]) -> None:
    """Say what is odd, but allowed, in a scenario."""
    for warning in loaded.warnings:
        remark(str(warning))


def folder_of(out: Path | None, loaded: LoadedScenario, *endings: str | None) -> Path:
    """Return the folder asked for, or one named after the scenario and what else there is to say of it."""
    if out is not None:
        return out
    name = loaded.path.stem if loaded.path is not None else "scenario"
    return RESULTS / "-".join([name, *(ending for ending in endings if ending)])


def refuse_existing(*paths: Path, overwrite: bool, option: str = "") -> None:
    """Refuse files that stand there already, before any work is done for them.

    Parameters
    ----------
    option
        What the file was given by, to be named in the words; nothing where it is an argument.

    Raises
    ------
    FolderRefused
        If one of them exists and may not be replaced.
    """
    from simulation.analysis.folder import FolderRefused

    for path in paths:
        if path.exists() and not overwrite:
            named = f"{option} {path}".lstrip()
            raise FolderRefused(f"{named} exists already: name another file, or add --overwrite to replace it")

"""Faults in a scenario file: what is wrong, where, what is allowed, what may have been meant."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "MOST_FAULTS",
    "Fault",
    "Finding",
    "KeyPath",
    "Level",
    "Place",
    "Places",
    "ScenarioError",
    "at_most",
    "dotted",
    "in_file_order",
    "locate",
    "nearest",
    "on_one_line",
    "one_of",
    "show",
    "unknown",
]

KeyPath = tuple[str | int, ...]
"""Keys from the top of a scenario to a value; positions in lists count from 0."""

MOST_FAULTS = 500
"""Faults told of one part; a file with more has something else wrong with it."""

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, ready to print: `silo.yaml:12: market.segments.loyal.share: 1.4 is not allowed: a number from 0 to 1`.

    Attributes
    ----------
    file, line
        The file that holds the value and its line, counted from 1; None where there is none (a dict from Python).
    key
        Dotted path of the key as that file writes it; empty for the file as a whole.
    value
        The offending value as shown to people; empty where a value is missing.
    message
        What is wrong.
    allowed
        What is allowed, in words; may be empty.
    nearest
        The valid name or value that was probably meant; None if nothing comes near.
    level
        A warning does not stop a run.
    """

    message: str
    file: str = ""
    line: int | None = None
    key: str = ""
    value: str = ""
    allowed: str = ""
    nearest: str | None = None
    level: Level = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.file and self.line is not None else self.file
        head = "".join(f"{part}: " for part in (where, "warning" if self.level == "warning" else "", self.key) if part)
        tail = f": {self.allowed}" if self.allowed else ""
        hint = f"; did you mean `{self.nearest}`?" if self.nearest else ""
        return f"{head}{self.message}{tail}{hint}"


class ScenarioError(Exception):
    """A scenario cannot be used. `faults` holds every fault found, in the order of the files."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Fault, ...]]]:
        # A worker process may send it home: BaseException would rebuild it from its text.
        return type(self), (self.faults,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault before it is known which file and line hold it. `path` leads through the merged scenario."""

    path: KeyPath
    message: str
    value: str = ""
    allowed: str = ""
    nearest: str | None = None
    level: Level = "error"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is written: file, line counted from 1 (None: no lines), dotted key in that file."""

    file: str
    line: int | None
    key: str


Places = Mapping[KeyPath, Place]


def locate(finding: Finding, places: Places) -> Fault:
    """Give a finding the file, line and key that hold its value, or else the nearest enclosing mapping."""
    path = finding.path
    depth = len(path)
    while depth and path[:depth] not in places:
        depth -= 1
    place = places.get(path[:depth], Place("", None, ""))
    key = ".".join(part for part in (place.key, dotted(path[depth:])) if part)
    return Fault(
        file=place.file,
        line=place.line,
        key=key,
        value=finding.value,
        message=finding.message,
        allowed=finding.allowed,
        nearest=finding.nearest,
        level=finding.level,
    )


def in_file_order(faults: Iterable[Fault]) -> list[Fault]:
    """Sort by line within each file, files in the order in which they first appear; drop repetitions."""
    unique = list(dict.fromkeys(faults))
    order = {name: number for number, name in enumerate(dict.fromkeys(fault.file for fault in unique))}
    return sorted(unique, key=lambda fault: (order[fault.file], fault.line or 0))


def at_most(findings: Iterable[Finding]) -> list[Finding]:
    """List findings up to `MOST_FAULTS`; if there are more, the last one says so."""
    some = list(itertools.islice(findings, MOST_FAULTS + 1))
    if len(some) > MOST_FAULTS:
        some[-1] = Finding(path=(), message=f"has more than {MOST_FAULTS} faults, of which these are the first")
    return some


def dotted(path: KeyPath) -> str:
    """Write a path with dots.

    Examples
    --------
    >>> dotted(("timeline", 0, "start"))
    'timeline.0.start'
    """
    return ".".join(_shorten(str(part)) for part in path)


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Find the valid name that comes nearest to a mistaken one; None if none comes near.

    Examples
    --------
    >>> nearest("jurney", ["journey", "market"])
    'journey'
    """
    known = list(names)
    tidy = name.strip().lower().replace("-", "_").replace(" ", "_")[:80]
    return next(iter(difflib.get_close_matches(tidy, known, n=1, cutoff=0.6)), None)


def one_of(names: Iterable[str], *, most: int = 12) -> str:
    """List what is allowed when the list is short; empty otherwise."""
    known = list(names)
    if not known or len(known) > most:
        return ""
    return known[0] if len(known) == 1 else f"one of {', '.join(known)}"


def show(value: object) -> str:
    """Write a value as a scenario file would, shortened to one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _shorten(repr(value), 60)
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    return _shorten(repr(value), 60)


def unknown(path: KeyPath, name: str, names: Iterable[str], *, what: str) -> Iterator[Finding]:
    """Yield a finding at `path` if `name` is not among `names`, which `what` describes in the singular."""
    known = list(names)
    if name not in known:
        yield Finding(
            path=path,
            value=name,
            message=f"{show(name)} is not {what}",
            allowed=one_of(known),
            nearest=nearest(name, known),
        )


def on_one_line(text: str) -> str:
    """Return the text, or its quoted form if it holds line breaks or control characters."""
    return text if text.isprintable() else repr(text)


def _shorten(text: str, most: int = 80) -> str:
    text = on_one_line(text)
    return text if len(text) <= most else f"{text[: most - 3]}..."

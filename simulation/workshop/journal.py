"""The journal of a session: every event in one SQLite file, written before it is acknowledged."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from simulation.workshop.events import as_data, event_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulation.workshop.events import Event

__all__ = ["Entry", "Journal", "JournalRefused", "NotWritten", "Synchronous"]

Synchronous = Literal["NORMAL", "FULL"]
"""SQLite's care: NORMAL survives a killed process, and a power cut may lose the last moment; FULL survives that too."""
FORMAT = 1
"""Version of the file's layout; a file of another version is refused."""
_TABLES = """
CREATE TABLE events (number INTEGER PRIMARY KEY, at REAL NOT NULL, who TEXT NOT NULL, message TEXT NOT NULL,
                     kind TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE kept (name TEXT PRIMARY KEY, data TEXT NOT NULL);
"""


class JournalRefused(ValueError):
    """The file cannot be used as a session's journal."""


class NotWritten(RuntimeError):
    """The journal could not be written, so nothing has happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event as it was written: its number from 1, when [seconds since 1970], who asked for it, and with which message."""

    number: int
    at: float
    who: str
    message: str
    event: Event


class Journal:
    """An append-only list of events, and what runs have brought.

    Parameters
    ----------
    path
        The file; `:memory:` keeps everything in memory (tests).
    synchronous
        See `Synchronous`.

    Raises
    ------
    JournalRefused
        If the file is something else, or another process has it.
    """

    def __init__(self, path: Path | str, *, synchronous: Synchronous = "NORMAL") -> None:
        self.path = path
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.2)
        except sqlite3.Error as error:
            raise JournalRefused(f"{path} cannot be opened: {error}") from None
        try:
            self._prepare(synchronous)
        except sqlite3.Error as error:
            self._db.close()
            busy = "locked" in str(error)
            what = "is in use: another workshop has this session open" if busy else f"is no session ({error})"
            raise JournalRefused(f"{path} {what}") from None
        except JournalRefused:
            self._db.close()
            raise

    def _prepare(self, synchronous: Synchronous) -> None:
        # One process at a time: two servers on one session would each acknowledge what the other does not know.
        self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(f"PRAGMA synchronous={synchronous}")
        self._db.execute("PRAGMA secure_delete=ON")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        names = {name for (name,) in self._db.execute("SELECT name FROM sqlite_master WHERE type='table'")}
        if not names and not version:
            with self._transaction():
                for statement in _TABLES.split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={FORMAT}")
        elif version != FORMAT or not {"events", "kept"} <= names:
            raise JournalRefused(f"{self.path} is no session of this version of silosim")
        else:  # take the lock now, not with the first event
            with self._transaction():
                pass

    def append(self, events: Sequence[Event], *, first: int, at: float, who: str, message: str,
               keep: Iterable[tuple[str, Any]] = ()) -> list[Entry]:  # fmt: skip
        """Write events and what is kept beside them, all or nothing; when it returns they are in the file.

        Parameters
        ----------
        first
            Number of the first of them.
        at, who, message
            When, on whose behalf, and the sender's own key of the message (all of the same command).
        keep
            Names and data that replace what is kept under these names.

        Raises
        ------
        NotWritten
            If the disk is full, say; nothing is written then.
        """
        entries = [
            Entry(number=first + place, at=at, who=who, message=message if place == 0 else "", event=event)
            for place, event in enumerate(events)
        ]
        rows = [
            (each.number, at, who, each.message, type(each.event).__name__, _text(as_data(each.event)))
            for each in entries
        ]
        try:
            with self._transaction():
                self._db.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", rows)
                self._keep(keep)
        except sqlite3.Error as error:
            raise NotWritten(f"This could not be written down ({error}): tell the facilitator.") from error
        return entries

    def keep(self, items: Iterable[tuple[str, Any]]) -> None:
        """Keep data beside the events, under names."""
        with self._transaction():
            self._keep(items)

    def _keep(self, items: Iterable[tuple[str, Any]]) -> None:
        kept = [(name, _text(data)) for name, data in items]
        self._db.executemany("INSERT INTO kept VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET data=excluded.data", kept)

    def entries(self) -> Iterator[Entry]:
        """Yield all entries in order."""
        rows = self._db.execute("SELECT number, at, who, message, kind, data FROM events ORDER BY number")
        for number, at, who, message, kind, data in rows:
            yield Entry(number=number, at=at, who=who, message=message, event=event_of(kind, json.loads(data)))

    def kept(self) -> dict[str, Any]:
        """Return all that is kept beside the events, by name."""
        return {name: json.loads(data) for name, data in self._db.execute("SELECT name, data FROM kept ORDER BY name")}

    def copy(self, path: Path) -> None:
        """Write a copy of the whole journal into another file."""
        with contextlib.closing(sqlite3.connect(path)) as other:
            self._db.backup(other)

    def wipe(self) -> None:
        """Remove everything: rows are overwritten, and the files are deleted."""
        with self._transaction():
            self._db.execute("DELETE FROM events")
            self._db.execute("DELETE FROM kept")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.execute("VACUUM")
        self.close()
        if self.path != ":memory:":
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db)


class _Transaction:
    """All statements of the block, or none."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> Self:
        self._db.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, error: type[BaseException] | None, *_rest: object) -> None:
        try:
            if error is None:
                self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")


def _text(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

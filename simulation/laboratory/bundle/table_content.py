"""The content of a table as bytes that no library's version changes: what digests are taken of, and where tables differ.

Encoding
--------
Column by column, in their order. `whole`: int64; `number`: IEEE 754 float64, every NaN as the same one; `truth`: one
byte; `words`: a byte 0 for nothing, or a byte 1, the length in bytes (uint64) and the text in UTF-8. All little-endian.
The digest is SHA-256 over the names and kinds as JSON, the number of rows, and these bytes. So neither the Parquet
writer, nor compression, nor whether pandas keeps text as objects, makes a difference; a bit of a value does.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

__all__ = ["Content", "Kind", "Part", "content_of"]

Kind = Literal["whole", "number", "truth", "words"]
_TYPES: dict[str, str] = {"whole": "<i8", "number": "<f8", "truth": "|b1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows of a table that belong together (those of one run, say): their keys, where they stand, their digest."""

    key: tuple[str | int, ...]
    start: int
    stop: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Content:
    """A table's columns as plain arrays.

    Attributes
    ----------
    frame
        The table.
    kinds
        Column -> kind, in the order of the table.
    cells
        Column -> its cells: an array, or for `words` one bytes object a cell.
    """

    frame: pd.DataFrame
    kinds: dict[str, Kind]
    cells: dict[str, NDArray[Any] | list[bytes]]

    def digest(self, start: int = 0, stop: int | None = None) -> str:
        """SHA-256 of rows `start` to `stop`, all by default, in hexadecimal."""
        stop = len(self.frame) if stop is None else stop
        head = json.dumps([list(self.kinds.items()), stop - start], separators=(",", ":"), ensure_ascii=True)
        found = hashlib.sha256(head.encode())
        for cells in self.cells.values():
            found.update(b"".join(cells[start:stop]) if isinstance(cells, list) else cells[start:stop].tobytes())
        return found.hexdigest()

    def parts(self, keys: Sequence[str]) -> Iterator[Part]:
        """Yield the runs of rows with the same keys, in the order of the table; without keys, the whole of it."""
        if not len(self.frame):
            return
        for start, stop in self._runs_of(keys):
            row = self.frame.iloc[start]
            key = tuple(int(row[name]) if self.kinds[name] == "whole" else str(row[name]) for name in keys)
            yield Part(key=key, start=start, stop=stop, digest=self.digest(start, stop))

    def _runs_of(self, keys: Sequence[str]) -> Iterator[tuple[int, int]]:
        changes = np.zeros(len(self.frame), dtype=bool)
        for name in keys:
            column = self.frame[name].to_numpy()
            changes[1:] |= column[1:] != column[:-1]
        starts = [0, *np.flatnonzero(changes).tolist()]
        yield from zip(starts, [*starts[1:], len(self.frame)], strict=True)

    @property
    def numbers(self) -> list[str]:
        """Columns of the kind `number`."""
        return [name for name, kind in self.kinds.items() if kind == "number"]

    def values(self) -> NDArray[np.float64]:
        """Numbers [row, column of kind `number`]."""
        columns = [self.cells[name] for name in self.numbers]
        return np.column_stack(columns).astype("<f8") if columns else np.zeros((len(self.frame), 0), dtype="<f8")


def content_of(frame: pd.DataFrame) -> Content:
    """Take a table apart; its index does not count.

    Raises
    ------
    TypeError
        If a cell of a column of words is neither text nor nothing.

    Examples
    --------
    >>> table = content_of(pd.DataFrame({"arm": ["own", "own"], "loyalty": [1.0, float("nan")]}))
    >>> table.kinds, table.digest()[:16]
    ({'arm': 'words', 'loyalty': 'number'}, '4d72d80190ee699d')
    """
    kinds = {str(name): _kind(frame[name]) for name in frame.columns}
    return Content(frame=frame, kinds=kinds, cells={name: _cells(frame[name], kind) for name, kind in kinds.items()})


def _kind(column: pd.Series[Any]) -> Kind:
    if pd.api.types.is_bool_dtype(column.dtype):
        return "truth"
    if pd.api.types.is_integer_dtype(column.dtype):
        return "whole"
    return "number" if pd.api.types.is_float_dtype(column.dtype) else "words"


def _cells(column: pd.Series[Any], kind: Kind) -> NDArray[Any] | list[bytes]:
    if kind == "words":
        return [_word(cell) for cell in column.astype(object)]
    cells = column.to_numpy().astype(_TYPES[kind])
    if kind == "number":
        cells = np.where(np.isnan(cells), np.float64("nan"), cells).astype("<f8")
    return cells


def _word(cell: object) -> bytes:
    if cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell)):
        return b"\x00"
    if not isinstance(cell, str):
        raise TypeError(f"a cell of words holds {cell!r}")
    text = cell.encode()
    return b"\x01" + len(text).to_bytes(8, "little") + text

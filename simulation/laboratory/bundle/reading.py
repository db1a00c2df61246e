"""Opening a bundle: untrusted data, so nothing is believed, run, unpickled, extracted or looked up outside the file.

- The zip file: an ordinary file of bounded size, no more entries than there are names, nothing before or behind it, no
  64-bit directory (it could tell of more). Every member has a name from the list, once, is stored without compression
  (it cannot swell), is neither encrypted nor a link, and no larger than its kind may be. Nothing is written to the disk.
- JSON: read by pydantic's parser (bounded nesting, no NaN, no endless numbers), then checked against a strict model, or
  for depth and number of values.
- The scenario: checked like any scenario file; one that names a file (`extends`, decisions in a CSV) is refused, for a
  bundle carries its data inside.
- Numbers: the only binary content; as many float64 as the table has cells, or refused.
"""

from __future__ import annotations

import contextlib
import stat
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from simulation.laboratory.bundle.manifest import MANIFEST, MEMBERS, PLAN, SCENARIO, Manifest, values_member
from simulation.scenario.faults import Fault, ScenarioError, dotted, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from simulation.scenario.loading import LoadedScenario

__all__ = ["Bundle", "open_bundle", "refuse_files"]

MOST_BYTES = 1 * 2**30
"""Largest bundle [bytes]."""
MOST_DIRECTORY = 16 * 2**10
"""Largest list of members [bytes]; that of a bundle has about 1,000."""
MOST_DEPTH, MOST_VALUES = 40, 5_000_000
"""Deepest nesting of a plan, and most values in it."""
_END = 22
"""Length of a zip file's end without a comment [bytes]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bundle:
    """A bundle that has been checked.

    Attributes
    ----------
    path
        The file.
    manifest
        What it says about itself.
    scenario
        Of a comparison: the scenario, loaded; None for a sweep.
    plan
        Of a sweep: its plan as plain data, depth and size checked; None for a comparison.
    """

    path: Path
    manifest: Manifest
    scenario: LoadedScenario | None
    plan: Mapping[str, Any] | None

    def values(self, table: str) -> NDArray[np.float64] | None:
        """Numbers of a table [row, column of kind `number`]; None: the bundle has none."""
        told = self.manifest.tables[table]  # type: ignore[index]
        width = sum(kind == "number" for _, kind in told.columns)
        with _opened(self.path) as members:
            if values_member(table) not in members.entries:
                return None
            content = members.read(values_member(table))
        if len(content) != 8 * told.rows * width:
            raise _refused(self.path.name, values_member(table), f"holds {len(content):,} bytes",
                           f"8 for each of {told.rows:,} x {width} numbers")  # fmt: skip
        return np.frombuffer(content, dtype="<f8").reshape(told.rows, width)


def open_bundle(path: Path) -> Bundle:
    """Open a bundle and check all that is in it but the values, which are checked when they are asked for.

    Raises
    ------
    ScenarioError
        If it is no bundle, or anything in it is not as it must be; with every fault of the scenario.
    """
    name = path.name
    if not path.is_file():
        raise _refused(name, "", "there is no such file" if not path.exists() else "is not an ordinary file")
    with _opened(path) as members:
        manifest = _manifest(members.read(MANIFEST), name)
        wanted = SCENARIO if manifest.kind == "comparison" else PLAN
        given = _plain(members.read(wanted), f"{name}/{wanted}")
    _check_tables(manifest, name)
    if manifest.kind == "sweep":
        return Bundle(path=path, manifest=manifest, scenario=None, plan=given)
    return Bundle(path=path, manifest=manifest, scenario=_scenario(given, manifest, name), plan=None)


# --- the zip file -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[_Members]:
    """A zip file whose directory has been checked, and its members by name, while the block lasts."""
    with path.open("rb") as file:
        size = _check_end(file, path.name)
        try:
            zip_file = zipfile.ZipFile(file)
            entries = zip_file.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise _refused(path.name, "", "is a damaged zip file") from error
        yield _Members(zip_file=zip_file, entries=_checked(entries, size, path.name), name=path.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Members:
    """The members of an open zip file, checked."""

    zip_file: zipfile.ZipFile
    entries: Mapping[str, zipfile.ZipInfo]
    name: str

    def read(self, wanted: str) -> bytes:
        """Return the content of a member, which must be there and whole."""
        entry = self.entries.get(wanted)
        if entry is None:
            raise _refused(self.name, wanted, "is missing")
        try:
            with self.zip_file.open(entry) as member:
                content = member.read(entry.file_size + 1)
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
            raise _refused(self.name, wanted, "is damaged") from error
        if len(content) != entry.file_size:
            raise _refused(self.name, wanted, "is cut short")
        return content


def _check_end(file: BinaryIO, name: str) -> int:
    """Check the end of a zip file before anything else is read of it; return its size."""
    size = file.seek(0, 2)
    if size > MOST_BYTES:
        raise _refused(name, "", f"is {size:,} bytes large", f"at most {MOST_BYTES:,}")
    file.seek(max(size - _END - 20, 0))
    tail = file.read()
    locator, end = tail[:-_END], tail[-_END:]
    if not end.startswith(b"PK\x05\x06") or end[-2:] != b"\0\0":
        raise _refused(name, "", "is no bundle, or one cut short", "a file that `silosim bundle` wrote")
    entries, directory, start = (int.from_bytes(end[a:b], "little") for a, b in ((10, 12), (12, 16), (16, 20)))
    if entries > len(MEMBERS) or directory > MOST_DIRECTORY:
        raise _refused(name, "", f"lists {entries:,} members in {directory:,} bytes", f"at most {len(MEMBERS)} members")
    if start + directory + _END != size or locator.startswith(b"PK\x06\x07"):
        raise _refused(name, "", "holds something beside its members", "a file that `silosim bundle` wrote")
    return size


def _checked(entries: list[zipfile.ZipInfo], size: int, name: str) -> dict[str, zipfile.ZipInfo]:
    members: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        at = entry.orig_filename
        if at not in MEMBERS:
            raise _refused(name, show(at), "is no member that a bundle has", f"one of {', '.join(MEMBERS)}")
        if at in members:
            raise _refused(name, at, "is there twice")
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise _refused(name, at, "is compressed", "members that are stored as they are")
        if entry.flag_bits & 0x1:
            raise _refused(name, at, "is encrypted", "plain members")
        if stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG}:
            raise _refused(name, at, "is a link or a folder", "an ordinary file")
        if entry.file_size > MEMBERS[at]:
            raise _refused(name, at, f"is {entry.file_size:,} bytes large", f"at most {MEMBERS[at]:,}")
        members[at] = entry
    if sum(entry.file_size for entry in entries) > size:
        raise _refused(name, "", "tells of more than it holds")
    return members


# --- what the members say ---------------------------------------------------------------------------------------------


def _manifest(content: bytes, name: str) -> Manifest:
    from pydantic import ValidationError

    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)[:20]
        raise ScenarioError(
            Fault(str(detail["msg"]), f"{name}/{MANIFEST}", key=dotted(tuple(detail["loc"])), allowed=_KNOWN)
            for detail in details
        ) from error


_KNOWN = "a bundle of version 1, as `silosim bundle` of this version writes it"


def _plain(content: bytes, name: str) -> dict[str, Any]:
    """Read JSON, with bounds on depth and size."""
    from pydantic_core import from_json

    try:
        value = from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise _refused(name, "", f"is not JSON that can be read ({str(error)[:80]})") from error
    if not isinstance(value, dict):
        raise _refused(name, "", "holds no mapping")
    for count, (depth, _key, _value) in enumerate(_walk(value)):
        if depth > MOST_DEPTH or count > MOST_VALUES:
            raise _refused(name, "", "is too deep or too large", f"{MOST_DEPTH} levels and {MOST_VALUES:,} values")
    return value


def _walk(value: object) -> Iterator[tuple[int, str, object]]:
    """Yield depth, key and value of everything below a value, without recursion."""
    left: list[tuple[int, str, object]] = [(0, "", value)]
    while left:
        depth, key, item = left.pop()
        yield depth, key, item
        if isinstance(item, dict):
            left += [(depth + 1, name, inner) for name, inner in item.items()]
        elif isinstance(item, list):
            left += [(depth + 1, "", inner) for inner in item]


def refuse_files(raw: object, name: str) -> None:
    """Refuse plain data of a scenario that would have a file read: nothing outside the bundle is.

    Raises
    ------
    ScenarioError
        If a key `extends` is there, or `decisions` names a file instead of holding them.
    """
    for _depth, key, value in _walk(raw):
        if key == "extends" or (key == "decisions" and isinstance(value, str)):
            raise _refused(name, key, f"names a file ({show(value)})", "the data themselves: a bundle reads no file")


def _scenario(raw: dict[str, Any], manifest: Manifest, name: str) -> LoadedScenario:
    """Load the scenario as a file would be, and check that the manifest speaks of it."""
    from simulation.analysis.choosing import chosen_arms
    from simulation.scenario.loading import load_dict

    refuse_files(raw, f"{name}/{SCENARIO}")
    loaded = load_dict(raw, name=f"{name}/{SCENARIO}")
    chosen_arms(loaded, manifest.arms)
    if manifest.seed != loaded.scenario.horizon.seed:
        raise _refused(f"{name}/{MANIFEST}", "seed", "is not the scenario's", str(loaded.scenario.horizon.seed))
    return loaded


def _check_tables(manifest: Manifest, name: str) -> None:
    """Check that tables and their parts agree with each other."""
    where = f"{name}/{MANIFEST}"
    wanted = {"weekly", "summary"} if manifest.kind == "comparison" else {"runs", "summary"}
    if lacking := sorted(wanted - set(manifest.tables)):
        raise _refused(where, f"tables.{lacking[0]}", "is missing")
    numbers = manifest.replications
    if len(set(numbers)) < len(numbers) or (manifest.kind == "sweep" and numbers != list(range(len(numbers)))):
        raise _refused(where, "replications", "are not as they can be", "each number once; of a sweep from 0 on")
    for table, told in manifest.tables.items():
        if sum(part.rows for part in told.parts) != told.rows:
            raise _refused(where, f"tables.{table}.parts", "do not add up to the table's rows")
        if len({tuple(part.key) for part in told.parts}) < len(told.parts):
            raise _refused(where, f"tables.{table}.parts", "name a part twice")


def _refused(file: str, key: str, message: str, allowed: str = "") -> ScenarioError:
    return ScenarioError([Fault(message, file, key=key, allowed=allowed)])

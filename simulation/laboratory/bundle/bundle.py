"""A reproduction bundle: one file with all that a result follows from, and the digests of what came out.

What is in it and how it is laid out: `simulation.laboratory.bundle.manifest`. Reading one, which is reading untrusted data:
`simulation.laboratory.bundle.reading`; running it again: `simulation.laboratory.bundle.reproducing`.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.analysis.folder import write_file
from simulation.laboratory.bundle.manifest import (
    MANIFEST,
    PART_KEYS,
    PLAN,
    SCENARIO,
    SUMMARY,
    Manifest,
    PartTold,
    TableTold,
    values_member,
)
from simulation.laboratory.bundle.table_content import content_of
from simulation.laboratory.replications.stored import TABLES, is_comparison, provenance_of, read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulation.laboratory.bundle.table_content import Content

__all__ = ["bundle", "zipped"]

MOST_VALUES = 256 * 2**20
"""Numbers of more bytes than this in all are left out of a bundle; digests stay."""
_DATED = (1980, 1, 1, 0, 0, 0)
"""The date of every member, the earliest that a zip file can hold."""


def bundle(folder: Path | str, path: Path | str, *, values: bool = True, overwrite: bool = False) -> Path:
    """Write the bundle of a comparison's or a sweep's folder, whole or not at all.

    Parameters
    ----------
    folder
        What `silosim compare` or `silosim sweep` wrote.
    path
        The file to write.
    values
        Put the numbers of the tables in as well, so that `reproduce` can tell by how much one differs.
    overwrite
        Replace a file that is there.

    Raises
    ------
    ScenarioError
        If the folder is neither, or is not finished.
    FolderRefused
        If the file exists already.
    """
    folder, path = Path(folder), Path(path)
    members = _of_comparison(folder, values=values) if is_comparison(folder) else _of_sweep(folder, values=values)
    return write_file(path, zipped(members), overwrite=overwrite)


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a zip file of stored members: the same bytes for the same members, whenever and wherever."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED, allowZip64=False) as file:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, date_time=_DATED)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            file.writestr(entry, content)
    return buffer.getvalue()


def _of_comparison(folder: Path, *, values: bool) -> dict[str, bytes]:
    told = provenance_of(folder)
    found = ((name, read_table(folder, name)) for name in TABLES)
    tables = {name: content_of(frame) for name, frame in found if frame is not None}
    manifest = _manifest(
        told,
        tables,
        kind="comparison",
        engine=told["engine"],
        arms=list(told["arms"]),
        replications=told["replication_numbers"],
    )
    summary = (folder / f"{Path(SUMMARY).stem}.csv").read_bytes()
    return _members(manifest, {SCENARIO: _json(told["scenario"])}, summary, tables, values=values)


def _of_sweep(folder: Path, *, values: bool) -> dict[str, bytes]:
    from simulation.laboratory.bundle.sweep_bundle import runs_of, summary_of

    plan, runs = runs_of(folder)
    summary = summary_of(plan, runs)
    tables = {"runs": content_of(runs), "summary": content_of(summary)}
    numbers = list(range(plan.replications))
    manifest = _manifest(
        plan.to_json(), tables, kind="sweep", engine="compiled", arms=list(plan.arms), replications=numbers
    )
    text = summary.to_csv(index=False, lineterminator="\n").encode()
    return _members(manifest, {PLAN: _json(plan.to_json())}, text, tables, values=values)


def _manifest(told: Mapping[str, Any], tables: Mapping[str, Content], **own: Any) -> Manifest:
    same = {key: told[key] for key in ("silosim", "sources_hash", "scenario_hash", "versions", "seed")}
    name = re.sub(r"[^ -~]", "_", str(told["name"]))[:120]
    described: dict[Any, TableTold] = {table: _told(table, tables[table]) for table in PART_KEYS if table in tables}
    return Manifest(format="silosim bundle", version=1, name=name, tables=described, **same, **own)


def _told(table: str, content: Content) -> TableTold:
    parts = content.parts(PART_KEYS[table])
    return TableTold(
        columns=list(content.kinds.items()),
        rows=len(content.frame),
        digest=content.digest(),
        parts=[PartTold(key=list(part.key), rows=part.stop - part.start, mark=part.digest[:16]) for part in parts],
    )


def _members(
    manifest: Manifest, given: Mapping[str, bytes], summary: bytes, tables: Mapping[str, Content], *, values: bool
) -> dict[str, bytes]:
    members = {MANIFEST: _json(manifest.model_dump(mode="json")), **given, SUMMARY: summary}
    if values and _size(tables.values()) <= MOST_VALUES:
        members |= {values_member(name): tables[name].values().tobytes() for name in manifest.tables}
    return members


def _size(tables: Iterable[Content]) -> int:
    return sum(8 * len(table.frame) * len(table.numbers) for table in tables)


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()

"""What a reproduction bundle says about itself (`bundle.json`), and how its members are called.

A bundle is a zip file of stored (not compressed) members, in this order, all dated 1 January 1980:

    bundle.json              what it is, what made it, and the digests of every table
    scenario.json            of a comparison: the scenario in full, everything merged
    plan.json                of a sweep: its whole plan, with the scenario, the design and all points
    summary.csv              the summary, for people
    values/TABLE.f64         the numbers of a table [row, column], float64, little-endian; may be left out

Stored, so that the same results give the same bytes with every zip library, and no member can swell when it is read.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from simulation.laboratory.bundle.table_content import Kind

__all__ = [
    "MANIFEST",
    "MEMBERS",
    "PART_KEYS",
    "PLAN",
    "SCENARIO",
    "SUMMARY",
    "Manifest",
    "PartTold",
    "TableTold",
    "values_member",
]

MANIFEST, SCENARIO, PLAN, SUMMARY = "bundle.json", "scenario.json", "plan.json", "summary.csv"
FORMAT, VERSION = "silosim bundle", 1

PART_KEYS: dict[str, tuple[str, ...]] = {
    "weekly": ("arm", "replication"),
    "journey": ("arm", "replication"),
    "ledger": ("arm", "replication"),
    "council": ("arm", "replication"),
    "customers": ("arm",),
    "runs": ("point", "replication"),
    "summary": (),
}
"""Every table that a bundle may speak of, in the order in which differences are looked for, and what a part of it is."""


def values_member(table: str) -> str:
    """Name of the member that holds a table's numbers."""
    return f"values/{table}.f64"


MEMBERS: dict[str, int] = {
    MANIFEST: 32 * 2**20,
    SCENARIO: 2 * 2**20,
    PLAN: 64 * 2**20,
    SUMMARY: 64 * 2**20,
    **{values_member(table): 512 * 2**20 for table in PART_KEYS},
}
"""The only names that members may have, and how large each may be [bytes]."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Mark = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
"""The first 16 digits of a digest: enough to see a difference by, and short."""
Word = Annotated[str, StringConstraints(pattern=r"^[ -~]{0,120}$")]
"""Printable ASCII: it may be shown on a terminal as it is."""
Text = Annotated[str, StringConstraints(max_length=200)]
Count = Annotated[int, Field(ge=0, le=2**53)]
TableName = Literal["weekly", "journey", "ledger", "council", "customers", "runs", "summary"]


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class PartTold(_Told):
    """Rows of a table that belong together: their keys, how many they are, and the first digits of their digest."""

    key: Annotated[list[Text | Count], Field(max_length=2)]
    rows: Count
    mark: Mark


class TableTold(_Told):
    """A table: its columns and their kinds, its rows, its digest and those of its parts."""

    columns: Annotated[list[tuple[Text, Kind]], Field(max_length=5_000)]
    rows: Count
    digest: Digest
    parts: Annotated[list[PartTold], Field(max_length=1_000_000)]


class Manifest(_Told):
    """What `bundle.json` holds; nothing in it is ever executed, and no path is."""

    format: Literal["silosim bundle"]
    version: Literal[1]
    kind: Literal["comparison", "sweep"]
    name: Word
    silosim: Word
    sources_hash: Word
    scenario_hash: Word
    versions: Annotated[dict[Word, Word], Field(max_length=100)]
    engine: Literal["compiled", "plain"]
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)]
    arms: Annotated[list[Text], Field(min_length=1, max_length=1_000)]
    replications: Annotated[list[Annotated[int, Field(ge=0, le=99_999)]], Field(min_length=1, max_length=100_000)]
    tables: Annotated[dict[TableName, TableTold], Field(min_length=1)]

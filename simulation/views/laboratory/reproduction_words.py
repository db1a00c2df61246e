"""What came of running a bundle again, in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation.scenario.faults import on_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.laboratory.bundle.differences import Difference, TableVerdict
    from simulation.laboratory.bundle.reproducing import Reproduction

__all__ = ["lines"]


def lines(found: Reproduction, *, name: str) -> Iterator[str]:
    """Yield the verdict, then each table, then what made the bundle and is otherwise here."""
    yield f"{on_one_line(name)}: {_verdict(found)}"
    for table in found.tables:
        yield from _table(table)
    for skipped in found.skipped:
        yield f"  {skipped}: not compared, it takes all replications"
    if found.versions:
        yield "Made with other versions than are here:"
        yield from (f"  {what}: {then} then, {now} now" for what, then, now in found.versions)


def _verdict(found: Reproduction) -> str:
    first = "all" if found.replications == found.of else f"the first {found.replications:,} of"
    size = f"{first} {found.of:,} replications"
    if found.identical:
        return f"IDENTICAL to the bit ({size})"
    if found.reproduced:
        return f"REPRODUCED but for the last digits of sums ({size})"
    differing = sum(not (table.identical or table.rounding) for table in found.tables)
    return f"NOT THE SAME in {differing} of {len(found.tables)} tables ({size})"


def _table(table: TableVerdict) -> Iterator[str]:
    if table.identical:
        yield f"  {table.table}: identical"
        return
    if table.note:
        yield f"  {table.table}: {table.note}"
        return
    size = (
        ""
        if math.isnan(table.largest) or math.isinf(table.largest)
        else f", by at most {table.largest:.2g} of the value"
    )
    rounding = " (numpy or scipy rounds otherwise here)" if table.rounding else ""
    yield f"  {table.table}: differs in {table.differing:,} of {table.compared:,} parts{size}{rounding}"
    if table.first is not None:
        yield f"    first: {_first(table.first)}"


def _first(first: Difference) -> str:
    where = ", ".join(f"{key} {on_one_line(str(value))}" for key, value in first.where.items()) or "the whole table"
    if not first.column:
        return f"{where} (its numbers are not in the bundle, or only words and whole numbers differ)"
    column = on_one_line(first.column)
    others = f"; {first.others} more column(s) differ in this row" if first.others else ""
    return f"{where}, column {column}: {first.then!r} then, {first.now!r} now ({first.now - first.then:+.3g}){others}"

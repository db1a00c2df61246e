"""Markdown tables, and the words of docstrings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["cell", "source_in", "table", "without_source"]

_SOURCE = re.compile(r"(?:Source|Shape): (.+?)(?:\.(?=\s|$)|$)", re.DOTALL)
_OURS = re.compile(r"\b[Oo]ur (?:simplification|assumption)(?: \([^)]*\))?")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(value) for value in line) + " |" for line in lines)


def cell(value: object) -> str:
    """Return a value as one cell of a table: on one line, without bars."""
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(str(value).split()))


def source_in(words: str) -> str:
    """Return where a docstring says that its thing comes from; empty: it does not say.

    >>> source_in("How much [0-1]. Source: C02, 4.14 stars."), source_in("How much. Our assumption (form).")
    ('C02, 4.14 stars', 'our assumption (form)')
    """
    # A full stop ends a source unless it belongs to a figure or to "et al."
    hidden = re.sub(r"et al\.", "et al\0", words)
    if found := _SOURCE.search(hidden):
        return found[1].replace("\0", ".").strip()
    if found := _OURS.search(words):
        return found[0][0].lower() + found[0][1:]
    return ""


def without_source(words: str) -> str:
    """Return a docstring's words without its source.

    >>> without_source("How much [0-1]. Source: C02, 4.14 stars.")
    'How much [0-1].'
    """
    hidden = re.sub(r"et al\.", "et al\0", words)
    hidden = _SOURCE.sub("", hidden)
    hidden = re.sub(r"\s*[Oo]ur assumption(?: \([^)]*\))?\.", "", hidden)
    return re.sub(r"\s*\.?\s*$", "", hidden.replace("\0", ".")).strip() + "."

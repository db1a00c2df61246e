"""Text in cells that a spreadsheet would carry out: what begins like a formula is marked as text, wherever tables are handed on."""

from __future__ import annotations

from typing import Any

__all__ = ["as_text", "is_risky"]

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
"""Source: OWASP, CSV injection."""


def is_risky(cell: object) -> bool:
    """Tell whether a cell is a text that a spreadsheet could take for a formula; numbers are none, whatever their sign.

    Examples
    --------
    >>> is_risky("=1+1"), is_risky("Sales"), is_risky(-1.5)
    (True, False, False)
    """
    return isinstance(cell, str) and cell.startswith(_BEGINNINGS)


def as_text(cell: Any) -> Any:
    """Return a cell of a CSV file that no spreadsheet takes for a formula: such a text gets an apostrophe in front.

    Examples
    --------
    >>> as_text("=1+1"), as_text("Sales"), as_text(-1.5)
    ("'=1+1", 'Sales', -1.5)
    """
    return f"'{cell}" if is_risky(cell) else cell

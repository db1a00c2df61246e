"""Reading what was sent: texts, shares and times, or a refusal; nothing that came over the wire is believed."""

from __future__ import annotations

import unicodedata

__all__ = ["LONGEST", "Refused", "message_key", "seconds", "share", "text"]

LONGEST = {"name": 40, "line": 200, "text": 300, "message": 64, "firm": 40}
"""Longest text of each kind [characters]."""
MOST_SECONDS = 3600
"""Longest round, and longest extension."""


class Refused(Exception):
    """A command is not accepted; the message says why, in one sentence for the person who asked."""


def text(value: object, kind: str, *, empty: bool = False) -> str:
    """Return a text without control characters, its blanks made single; refuse one that is too long, or empty."""
    if not isinstance(value, str):
        raise Refused(f"The {kind} is to be a text.")
    if len(value) > 4 * LONGEST[kind]:
        raise Refused(f"The {kind} is too long: at most {LONGEST[kind]} characters.")
    kept = "".join(" " if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} else char for char in value)
    found = " ".join(kept.split())
    if len(found) > LONGEST[kind]:
        raise Refused(f"The {kind} is too long: at most {LONGEST[kind]} characters.")
    if not found and not empty:
        raise Refused(f"The {kind} is empty.")
    return found


def share(value: object, what: str) -> float:
    """Return a number from 0 to 1, to a thousandth."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise Refused(f"{what} takes a number from 0 to 1.")
    return round(float(value), 3)


def seconds(value: object) -> float:
    """Return a time."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= MOST_SECONDS:
        raise Refused(f"Seconds are a number from 1 to {MOST_SECONDS}.")
    return float(value)


def message_key(value: object) -> str:
    """Return the sender's own key of a message; an empty one means that it has none."""
    if not isinstance(value, str) or len(value) > LONGEST["message"]:
        raise Refused(f"A message's key is a text of at most {LONGEST['message']} characters.")
    return value.encode("utf-8", "replace").decode()

"""Libraries of the extra `lab`: present, or one line that says how to get them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["ExtraMissing", "needed"]


class ExtraMissing(RuntimeError):
    """A library that only the laboratory needs is not installed."""


def needed(library: str) -> Any:
    """Return a library of the extra `lab`.

    Raises
    ------
    ExtraMissing
        If it is not installed; the message says how to install it.
    """
    try:
        return import_module(library)
    except ModuleNotFoundError as error:
        raise ExtraMissing(f'{library} is needed for this: pip install "silosim[lab]"') from error

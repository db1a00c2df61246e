"""The public names of the package."""

from __future__ import annotations

import simulation
from generating.tables import table

__all__ = ["names"]


def names() -> str:
    """Return every public name with its first sentence."""
    rows = []
    for name in simulation.__all__:
        thing = getattr(simulation, name)
        words = "the version, as text" if isinstance(thing, str) else (thing.__doc__ or "").strip().partition("\n")[0]
        rows.append([f"`simulation.{name}`", words])
    return table(("name", "is"), rows)

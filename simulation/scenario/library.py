"""The scenarios that ship with silosim, found by name."""

from __future__ import annotations

from pathlib import Path

__all__ = ["shipped"]


def shipped() -> dict[str, Path]:
    """Return the shipped scenarios by name, sorted.

    An installed package holds them in `simulation/_scenarios`; a checkout in `scenarios` beside the package.
    """
    package = Path(__file__).resolve().parents[1]
    # The packaged folder first: beside an installed package, `scenarios` could be anybody's.
    folder = next((f for f in (package / "_scenarios", package.parent / "scenarios") if f.is_dir()), None)
    return {} if folder is None else {path.stem: path for path in sorted(folder.glob("*.yaml"))}

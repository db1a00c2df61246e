"""The scenarios that ship with silosim, found by name."""

from __future__ import annotations

from pathlib import Path

__all__ = ["shipped", "world_files"]


def shipped() -> dict[str, Path]:
    """Return the shipped scenarios by name, sorted.

    An installed package holds them in `simulation/_scenarios`; a checkout in `scenarios` beside the package.
    """
    folder = _folder()
    return {} if folder is None else _by_name(folder)


def world_files() -> dict[str, Path]:
    """Return the small worlds in which facts from real data are measured, by name, sorted."""
    folder = _folder()
    return {} if folder is None else _by_name(folder / "worlds")


def _folder() -> Path | None:
    package = Path(__file__).resolve().parents[1]
    # The packaged folder first: beside an installed package, `scenarios` could be anybody's.
    return next((f for f in (package / "_scenarios", package.parent / "scenarios") if f.is_dir()), None)


def _by_name(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}

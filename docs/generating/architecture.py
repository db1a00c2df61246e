"""The map of the architecture: which part imports which, read from the sources."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from generating.tables import table

__all__ = ["graph", "imports_of"]

PACKAGE = Path(__file__).resolve().parents[2] / "simulation"

ORDER = ("scenario", "randomness", "record", "rules", "model", "analysis", "laboratory", "workshop", "views", "cli")
"""Parts from the lowest layer to the highest; others follow in the order of their names."""


def graph() -> str:
    """Return a table: each part, and the parts that it imports."""
    imports = imports_of()
    parts = sorted(imports, key=lambda part: (ORDER.index(part) if part in ORDER else len(ORDER), part))
    rows = []
    for part in reversed(parts):
        below = [f"`{other}`" for other in parts if other in imports[part]]
        rows.append([f"`{part}`", ", ".join(below) or "nothing"])
    return table(("part", "imports"), rows)


@cache
def imports_of() -> dict[str, set[str]]:
    """Return for every part of the package the other parts that it imports, wherever in a file."""
    parts = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    parts -= {"__init__", "__main__", "_version"}
    return {part: {other for file in _modules(part) for other in _imported(file)} & (parts - {part}) for part in parts}


def _modules(part: str) -> list[Path]:
    folder = PACKAGE / part
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{part}.py"]


def _imported(file: Path) -> set[str]:
    """Return the parts that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("simulation.")}
    return found

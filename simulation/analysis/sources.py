"""Which sources made a stored result: a hash, so that a stale result is seen.

A stored result comes from some modules of the package and from all that they import, from the facts and from the shipped
scenarios. Its stamp names those modules and holds the hash of all that; it is fresh while the present sources give the same one.
Docstrings and comments of modules do not count: what a formula is called elsewhere cannot change what it gives.
"""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from simulation._version import __version__
from simulation.scenario.library import shipped, world_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["COMPARISON", "Stamp", "modules_behind", "sources_hash", "stale_results"]

_PACKAGE = Path(__file__).resolve().parents[1]
COMPARISON = "simulation.analysis.comparison"
"""The module behind every run and comparison."""
_ONLY_NAMES = frozenset({"simulation", "simulation._version"})
"""Modules that say what is public and what the version is called: no result comes from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What made a stored result, taken before its runs begin: the sources may be edited while they go on.

    made_by
        Modules that the result comes from, with all that they import.
    hash
        `sources_hash` of them.
    """

    made_by: tuple[str, ...]
    hash: str

    @classmethod
    def of(cls, *modules: str) -> Self:
        """Take the stamp of the present sources."""
        return cls(made_by=modules, hash=sources_hash(*modules))

    def write(self, file: Path, settings: Mapping[str, object]) -> None:
        """Write the stamp and the settings of the runs as JSON."""
        note = {"silosim": __version__, "made_by": self.made_by, "sources_hash": self.hash, "settings": dict(settings)}
        file.write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8", newline="\n")


def sources_hash(*modules: str, package: Path = _PACKAGE, scenarios: Iterable[Path] | None = None) -> str:
    """Sha256 of everything that can change a result, in hexadecimal.

    Covers the modules, all that they import (`modules_behind`), each `simulation/**/*.csv`, each shipped `scenarios/*.yaml` and
    the worlds of the facts, `scenarios/worlds/*.yaml`: its path and its text, in the order of the paths; of a module its code
    (`_code_of`). Line ends do not count, so the hash is the same on every system and for an installed package.

    Parameters
    ----------
    modules
        Where the result comes from; `COMPARISON` when none is named.
    package
        Folder of the package.
    scenarios
        Scenario files; the shipped ones by default. Those in a folder `worlds` are told apart by it.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    FileNotFoundError
        If there is no such module.
    """
    files = [*modules_behind(*(modules or (COMPARISON,)), package=package).values(), *package.rglob("*.csv")]
    named = {f"simulation/{file.relative_to(package).as_posix()}": file for file in files}
    given = (*shipped().values(), *world_files().values()) if scenarios is None else scenarios
    named |= {_name_of(file): file for file in given}
    digest = hashlib.sha256()
    for name in sorted(named):
        text = named[name].read_bytes().replace(b"\r\n", b"\n")
        if name.endswith(".py"):
            text = _code_of(text.decode("utf-8")).encode()
        # The length keeps the end of one file apart from the start of the next.
        digest.update(f"{name}\n{len(text)}\n".encode())
        digest.update(text)
    return digest.hexdigest()


def _code_of(text: str) -> str:
    r"""Return the lines of a module without docstrings, lines that are comments, and blank lines.

    Everything else counts as it is written. A comment behind code counts, too, and so does every line of a longer string.

    Examples
    --------
    >>> _code_of('# Why.\ndef one() -> int:\n    "Return one."\n\n    return 1\n')
    'def one() -> int:\n    return 1'
    """
    lines = text.split("\n")
    said: set[int] = set()
    quoted: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            before = lines[node.lineno - 1].encode()[: node.col_offset]
            after = lines[(node.end_lineno or 0) - 1].encode()[node.end_col_offset :]
            if not before.strip() and not after.strip():
                said.update(range(node.lineno, (node.end_lineno or 0) + 1))
        elif isinstance(node, ast.Constant | ast.JoinedStr):
            quoted.update(range(node.lineno, (node.end_lineno or 0) + 1))
    kept = (
        line
        for number, line in enumerate(lines, start=1)
        if number not in said and (number in quoted or (line.strip() and not line.lstrip().startswith("#")))
    )
    return "\n".join(kept)


def modules_behind(*modules: str, package: Path = _PACKAGE) -> dict[str, Path]:
    """Return these modules and all of the package that they import, wherever in a file: name -> file.

    Imports for type checkers only, and the top of the package, which only names what is public, do not count.

    Raises
    ------
    FileNotFoundError
        If there is no such module.
    """
    found: dict[str, Path] = {}
    todo = list(modules)
    while todo:
        name = todo.pop()
        file = _file_of(name, package)
        if file is None and name in modules:
            raise FileNotFoundError(f"there is no module {name}")
        if file is None or name in found or name in _ONLY_NAMES:
            continue  # a name within a module, a folder without a file of its own, another package
        found[name] = file
        todo.append(name.rpartition(".")[0])  # a module's package is loaded before it
        todo += _imported(ast.parse(file.read_text(encoding="utf-8")))
    return dict(sorted(found.items()))


def _file_of(name: str, package: Path) -> Path | None:
    """Return the file of a module of the package; None for what is none."""
    top, *rest = name.split(".")
    if top != "simulation":
        return None
    path = package.joinpath(*rest)
    candidates = (path.with_suffix(".py"), path / "__init__.py") if rest else (path / "__init__.py",)
    return next((file for file in candidates if file.is_file()), None)


def _imported(node: ast.AST) -> Iterator[str]:
    """Yield what a file imports, as `a.b.c`: of `from a.b import c` both `a.b` and, in case c is a module, `a.b.c`."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        children: list[ast.stmt] = node.orelse
        for child in children:
            yield from _imported(child)
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for inner in ast.iter_child_nodes(node):
        yield from _imported(inner)


def _name_of(scenario: Path) -> str:
    """Return the path of a scenario below the folder of all: an installed package calls that folder otherwise."""
    return f"scenarios/worlds/{scenario.name}" if scenario.parent.name == "worlds" else f"scenarios/{scenario.name}"


def stale_results(folder: Path) -> list[Path]:
    """List the stored results that the present sources did not make.

    Parameters
    ----------
    folder
        Where the JSON files stand; a folder that does not exist holds none.

    Returns
    -------
    list of Path
        Files whose stamp is missing or differs from the present one, in the order of their names.

    Raises
    ------
    json.JSONDecodeError
        A file is not JSON.
    """
    return [file for file in sorted(folder.glob("*.json")) if not _fresh(json.loads(file.read_text(encoding="utf-8")))]


def _fresh(stored: object) -> bool:
    if not isinstance(stored, dict) or not stored.get("made_by"):
        return False
    try:
        return bool(stored.get("sources_hash") == sources_hash(*stored["made_by"]))
    except FileNotFoundError:  # made by a module that is no more
        return False

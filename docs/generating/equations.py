"""The equations: read from the docstrings of the functions that compute them, never typed twice."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from generating.tables import source_in, table, without_source

__all__ = ["GROUPS", "Equation", "all_equations", "group_table", "words_of"]

ROOT = Path(__file__).resolve().parents[2]

GROUPS: dict[str, tuple[str, ...]] = {
    "levers": ("simulation/model/effects.py", "simulation/rules/joint.py"),
    "expectations": ("simulation/rules/expectation.py",),
    "experience": ("simulation/rules/experience.py",),
    "deliveries": ("simulation/rules/delivery.py", "simulation/model/plain/orders.py"),
    "queues": ("simulation/rules/queue.py", "simulation/model/world.py"),
    "behaviour": ("simulation/rules/behaviour.py",),
    "a person's week": ("simulation/model/plain/customer.py", "simulation/model/plain/encounter.py"),
    "measurement": ("simulation/model/scorecards.py",),
    "pay": ("simulation/rules/incentive.py",),
    "information": ("simulation/rules/information.py", "simulation/model/trials.py"),
    "learning": ("simulation/rules/learning.py",),
    "governance": ("simulation/rules/governance.py",),
    "the ledger": ("simulation/model/ledger.py",),
    "published theory": ("simulation/rules/theory.py",),
    "numbers": ("simulation/rules/arithmetic.py", "simulation/randomness.py"),
}
"""Submodels of the ODD, and the files that hold their functions."""

_LINE = re.compile(r"^ODD E(\d+)(?:, in words\.|: (.+?))(?:\n\n|\n(?=Source:)|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """One equation: its number, the function that computes it, what it gives; where `text` is empty `words` say it."""

    number: int
    file: str
    name: str
    text: str
    words: str
    does: str
    source: str

    @property
    def module(self) -> str:
        """The module's name, `simulation.rules.queue`."""
        return self.file.removesuffix(".py").replace("/", ".")


@cache
def all_equations() -> tuple[Equation, ...]:
    """Return every equation that a docstring of the package names, in the order of the numbers."""
    found = []
    for file in sorted((ROOT / "simulation").rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if "ODD E" in text:
            place = file.relative_to(ROOT).as_posix()
            found += [
                equation for name, words in _docstrings(ast.parse(text)) if (equation := _equation(place, name, words))
            ]
    return tuple(sorted(found, key=lambda equation: equation.number))


def _docstrings(tree: ast.AST, prefix: str = "") -> list[tuple[str, str]]:
    """Return the functions and classes of a module with their docstrings, methods as `Class.method`."""
    found = []
    for node in getattr(tree, "body", []):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append((prefix + node.name, ast.get_docstring(node) or ""))
            if isinstance(node, ast.ClassDef):
                found += _docstrings(node, f"{node.name}.")
    return found


def _equation(file: str, name: str, words: str) -> Equation | None:
    found = _LINE.search(words)
    if found is None:
        return None
    return Equation(
        number=int(found[1]),
        file=file,
        name=name,
        text=" ".join((found[2] or "").split()),
        words=_body(words),
        does=_summary(words),
        source=source_in(" ".join(words.split())),
    )


def _summary(words: str) -> str:
    """Return the first sentence up to its colon: behind it the formula stands, which has a column of its own."""
    first = " ".join(words.partition("\n\n")[0].split())
    first, depth = first.removeprefix("Return "), 0
    for place, letter in enumerate(first):
        depth += (letter in "([") - (letter in ")]")
        if letter in ":;." and depth == 0 and first[place + 1 : place + 2] in {"", " "}:
            return first[:place]
    return first


def _body(words: str) -> str:
    """Return what a docstring says besides its first sentence, its source and its sections."""
    text = words.partition("\n\n")[2].split("\n\nParameters\n")[0].split("\n\nExamples\n")[0]
    text = re.sub(r"^ODD E\d+, in words\.", "", text, flags=re.MULTILINE)
    return " ".join(without_source(" ".join(text.split())).split()).removesuffix(".") or "see the text"


def table_rows(group: str) -> list[list[str]]:
    """Return the rows of a submodel's table."""
    chosen = [equation for equation in all_equations() if equation.file in GROUPS[group]]
    return [
        [
            f"E{e.number}",
            f"`{Path(e.file).stem}.{e.name}`",
            f"{e.does}:<br>{f'`{e.text}`' if e.text else e.words}",
            e.source,
        ]
        for e in sorted(chosen, key=lambda e: (GROUPS[group].index(e.file), e.number))
    ]


def words_of(file: str, name: str) -> str:
    """Return a docstring as a quotation."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    words = dict(_docstrings(tree))[name]
    quoted = "\n".join(f"> {line}".rstrip() for line in words.strip().splitlines())
    return f"{quoted}\n\n(`{file}`, `{name}`)"


def group_table(group: str) -> str:
    """Return the table of a submodel's equations."""
    return table(("no.", "function", "what it gives", "source"), table_rows(group))

"""From the values of a scenario to cells and back; a cell is never carried out, and never guessed at."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulation.laboratory.spreadsheet.fields import kind_of, resolved
from simulation.scenario.faults import nearest, show

if TYPE_CHECKING:
    from simulation.laboratory.spreadsheet.fields import Node
    from simulation.scenario.faults import KeyPath

__all__ = ["DELETE", "BadCell", "cell_of", "path_of", "path_words", "value_of"]

DELETE = "(delete)"
"""In a cell: deletes what the other scenario has there."""
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?")
_COMMA = re.compile(r"[-+]?\d+,\d+")
_AMBIGUOUS = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}")
_TRUTH = {"true": True, "yes": True, "false": False, "no": False}
_MOST_DIGITS = 40


class BadCell(ValueError):
    """A cell holds what cannot be taken; `allowed` says what can, `meant` what was probably meant."""

    def __init__(self, message: str, *, allowed: str, meant: str | None = None) -> None:
        super().__init__(message)
        self.allowed = allowed
        self.meant = meant


def path_words(path: KeyPath) -> str:
    """A path as it stands in a sheet: `levers > hold > sales.promise`."""
    return " > ".join(str(key) for key in path)


def path_of(text: str) -> KeyPath:
    """The path that a sheet names; whole numbers are positions in lists.

    Examples
    --------
    >>> path_of("timeline > 0 > start")
    ('timeline', 0, 'start')
    """
    keys = [key.strip() for key in text.split(">")]
    return tuple(int(key) if key.isdecimal() and len(key) < 6 else key for key in keys)


def cell_of(value: object) -> str | float | bool:
    """A value as it is written into one cell.

    Examples
    --------
    >>> cell_of({"leads": 1.0, "cost": -0.5}), cell_of(["prospect", "lead"]), cell_of(None)
    ('leads: 1; cost: -0.5', 'prospect; lead', '(delete)')
    """
    if value is None:
        return DELETE
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_inside(item)}" for key, item in value.items()) or "{}"
    if isinstance(value, list | tuple):
        return "; ".join(_inside(item) for item in value) or "[]"
    return value if isinstance(value, bool | int | float) else str(value)


def _inside(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, int | float) else str(value)


def value_of(content: object, node: Node | None) -> Any:
    """The value that a cell stands for, where the schema says what may stand there.

    Raises
    ------
    BadCell
        For text that is no number where a number is due, and for what could be read in two ways.
    """
    if isinstance(content, str) and content.strip() == DELETE:
        return None
    if node is None:
        return content
    node = resolved(node)
    kind = kind_of(node)
    if isinstance(content, bool):
        return content
    if isinstance(content, int | float):
        return _from_number(content, kind, node)
    return _from_words(str(content).strip(), kind, node)


def _from_words(text: str, kind: str, node: Node) -> Any:
    if kind in {"number", "integer"}:
        return _whole(_from_text(text), kind)
    if kind == "boolean":
        return _truth(text)
    if kind == "array":
        pieces = [] if text == "[]" else _pieces(text, r"[;,\n]")
        return [value_of(item, _item(node, at)) for at, item in enumerate(pieces)]
    if kind == "object":
        return {} if text == "{}" else _mapping(text, node)
    return text


def _from_number(content: float, kind: str, node: Node) -> Any:
    if not math.isfinite(content):
        raise BadCell(f"{show(content)} is no number", allowed="a number that is finite")
    if kind in {"number", "integer"}:
        return _whole(content, kind)
    if kind == "array":
        return [value_of(content, _item(node, 0))]
    if kind == "string":
        return f"{content:.15g}"  # a title such as 2024
    return content


def _whole(number: float, kind: str) -> float:
    return int(number) if kind == "integer" and number == int(number) else number


def _from_text(text: str) -> float:
    """A number that stands as text: `0.58`, `0,58` and `58 %` are the same; what could be two numbers is refused."""
    tidy = text.replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", " ")
    share = tidy.endswith("%")
    digits = tidy.removesuffix("%").strip()
    if len(digits) > _MOST_DIGITS:
        raise BadCell(f"{show(text)} is text", allowed="a number")
    if _AMBIGUOUS.fullmatch(digits):
        whole = re.sub(r"[.,]", "", digits)
        said = f"{show(text)} is text and could mean {whole} or {digits.replace(',', '.')}"
        raise BadCell(said, allowed="a number typed as a number, without a mark for thousands")
    if not (_NUMBER.fullmatch(digits) or _COMMA.fullmatch(digits)):
        meant = re.search(r"[-+]?\d+([.,]\d+)?", digits)
        raise BadCell(
            f"{show(text)} is text",
            allowed="a number alone; its unit stands in the head",
            meant=meant[0] if meant else None,
        )
    number = float(digits.replace(",", "."))
    return float(f"{number / 100:.15g}") if share else number


def _truth(text: str) -> Any:
    if text.lower() not in _TRUTH:
        raise BadCell(f"{show(text)} is not allowed", allowed="TRUE or FALSE", meant=nearest(text, _TRUTH))
    return _TRUTH[text.lower()]


def _item(node: Node, at: int) -> Node | None:
    fixed = dict(enumerate(node.get("prefixItems", ())))
    found = fixed.get(at, node.get("items"))
    return found if isinstance(found, Mapping) else None


def _pieces(text: str, between: str) -> list[str]:
    return [piece.strip() for piece in re.split(between, text) if piece.strip()]


def _mapping(text: str, node: Node) -> dict[str, Any]:
    inner = next(iter(node.get("patternProperties", {}).values()), node.get("additionalProperties"))
    found: dict[str, Any] = {}
    for piece in _pieces(text, r"[;\n]"):
        name, colon, content = piece.partition(":")
        if not colon or not content.strip():
            raise BadCell(f"{show(piece)} has no value", allowed="name: value, with ; between them")
        if name.strip() in found:
            raise BadCell(f"{show(name.strip())} is given twice", allowed="each name once")
        found[name.strip()] = value_of(content, inner if isinstance(inner, Mapping) else None)
    return found

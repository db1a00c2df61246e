"""What a scenario allows at each key, in words, and the findings of pydantic told in those words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from simulation.scenario.faults import MOST_FAULTS, Finding, KeyPath, at_most, nearest, one_of, show
from simulation.scenario.scenario import Scenario

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["describe", "validated"]

Node = Mapping[str, Any]

_IDENTIFIER = "^[a-z][a-z0-9_]{0,39}$"
_CHOICE = re.compile(r"\^\(([a-z_|]+)\)\$")
_PATTERNS = {
    _IDENTIFIER: "a name of small letters, digits and _, a letter first, at most 40",
    "^[a-z_]+(@[a-z][a-z0-9_]*)?$": "`counter` or `counter@touchpoint`",
}


def validated(raw: Mapping[str, Any]) -> tuple[Scenario | None, list[Finding]]:
    """Check plain data against the models.

    Returns
    -------
    tuple
        The scenario, or None and every finding, each with its path.
    """
    try:
        return Scenario.model_validate(_with_tuples(raw)), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        return None, at_most(dict.fromkeys(_finding(detail, raw) for detail in details[: 2 * MOST_FAULTS]))


def describe(node: Node) -> str:
    """Say in words what a node of the JSON Schema allows.

    Examples
    --------
    >>> describe({"type": "number", "minimum": 0.0, "maximum": 1.0})
    'a number from 0 to 1'
    """
    node = _resolved(node)
    if "anyOf" in node:
        return " or ".join(describe(option) for option in node["anyOf"])
    if names := choices(node):
        return one_of(names)
    kind = node.get("type")
    if kind in {"number", "integer"}:
        return _range("a number" if kind == "number" else "a whole number", node)
    if kind == "string":
        return _PATTERNS.get(node.get("pattern", ""), "") or _size("text", node, "Length", "characters")
    if kind == "boolean":
        return "true or false"
    if kind == "array":
        return _size("a list", node, "Items", "items")
    return _size("a mapping (key: value)", node, "Properties", "entries")


def choices(node: Node) -> list[str]:
    """List the words among which a node lets one choose; empty if it is no such choice."""
    if "const" in node:
        return [str(node["const"])]
    match = _CHOICE.fullmatch(node.get("pattern", ""))
    return match.group(1).split("|") if match else [str(name) for name in node.get("enum", ())]


@cache
def _schema() -> dict[str, Any]:
    return Scenario.model_json_schema()


def _resolved(node: Node) -> Node:
    """Follow references; of `something or null` keep the something."""
    while True:
        if "$ref" in node:
            node = _schema()["$defs"][node["$ref"].rpartition("/")[2]]
            continue
        options = [option for option in node.get("anyOf", ()) if option.get("type") != "null"]
        if len(options) != 1:
            return node
        node = options[0]


def _child(node: Node, key: str | int) -> Node:
    node = _resolved(node)
    if isinstance(key, int):
        inner = dict(enumerate(node.get("prefixItems", ()))).get(key, node.get("items", {}))
    elif "properties" in node:
        inner = node["properties"].get(key, {})
    else:
        inner = next(iter(node.get("patternProperties", {}).values()), node.get("additionalProperties", {}))
    return inner if isinstance(inner, Mapping) else {}


def _finding(detail: ErrorDetails, raw: Mapping[str, Any]) -> Finding:
    """Tell one of pydantic's errors in our words: only its place and its kind are used."""
    path, value, node, rest = _follow(detail["loc"], raw)
    if detail["type"] == "missing":
        key = rest[0]
        return Finding(path=(*path, key), message="is missing", allowed=describe(_child(node, key)))
    if rest == ("[key]",):
        return _bad_key(path, _parent(path))
    if detail["type"] == "extra_forbidden":
        names = [*_parent(path)["properties"], *(["extends"] if len(path) == 1 else [])]
        name = str(path[-1])
        return Finding(
            path=path, value=name, message="unknown key", allowed=one_of(names), nearest=nearest(name, names)
        )
    shown = show(value)
    message = f"{shown} is not allowed"
    if detail["type"] in {"too_short", "too_long"} and isinstance(value, (Mapping, list)):
        message = f"has {len(value)} entries"
    hint = next(_hints(value, _resolved(node)), None)
    return Finding(path=path, value=shown, message=message, allowed=describe(node), nearest=hint)


def _follow(loc: KeyPath, raw: Mapping[str, Any]) -> tuple[KeyPath, object, Node, KeyPath]:
    """Walk as far as the data go: path, value and node there, and what is left of the location."""
    value: Any = raw
    node: Node = _schema()
    for depth, key in enumerate(loc):
        inside = key in value if isinstance(value, dict) else isinstance(value, list) and key in range(len(value))
        if not inside:
            return loc[:depth], value, node, loc[depth:]
        value = value[key]
        node = _child(node, key)
    return loc, value, node, ()


def _parent(path: KeyPath) -> Node:
    node: Node = _schema()
    for key in path[:-1]:
        node = _child(node, key)
    return _resolved(node)


def _bad_key(path: KeyPath, parent: Node) -> Finding:
    name = str(path[-1])
    pattern = next(iter(parent.get("patternProperties", {})), "")
    rule: Node = parent.get("propertyNames") or {"type": "string", "pattern": pattern}
    hint = next(_hints(name, rule), None)
    return Finding(
        path=path, value=name, message=f"{show(name)} is not allowed as a key", allowed=describe(rule), nearest=hint
    )


def _hints(value: object, node: Node) -> Iterator[str]:
    """Guess what was meant by a value that is not allowed; the first guess counts."""
    if "anyOf" in node:
        for option in node["anyOf"]:
            yield from _hints(value, option)
    kind = node.get("type")
    if isinstance(value, str):
        if names := choices(node):
            yield from filter(None, [nearest(value, names)])
        elif node.get("pattern") == _IDENTIFIER:
            yield from _as_identifier(value)
        elif kind == "boolean":
            words = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
            yield from filter(None, [words.get(value.lower())])
        elif kind in {"number", "integer"}:
            yield from _as_number(value, node)
    elif kind in {"number", "integer"} and isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _in_other_units(value, node)
    elif kind == "string" and "pattern" not in node and isinstance(value, (bool, int, float)):
        yield f'"{show(value)}"'


def _as_identifier(text: str) -> Iterator[str]:
    guess = re.sub(r"[^a-z0-9_]+", "_", text.strip().lower()).strip("_")
    if text and re.fullmatch(_IDENTIFIER, guess):
        yield guess


def _as_number(text: str, node: Node) -> Iterator[str]:
    """A number in quotes, with a per cent sign or with marks between its digits."""
    digits = re.sub(r"[_ ]", "", text[:40]).removesuffix("%")
    try:
        number = float(digits) / (100.0 if text.strip().endswith("%") else 1.0)
    except ValueError:
        return
    if _fits(number, node):
        yield f"{number:.15g}"


def _in_other_units(value: float, node: Node) -> Iterator[str]:
    """A share in per cent, or a whole number with a decimal point."""
    if not abs(value) < 1e15:  # not a number, or none that anybody means
        return
    if node.get("maximum", 2.0) <= 1.0 and value >= 2.0 and _fits(value / 100.0, node):
        yield f"{value / 100.0:.15g}"
    elif node.get("type") == "integer" and value == int(value) and _fits(value, node):
        yield str(int(value))


def _fits(number: float, node: Node) -> bool:
    whole = node.get("type") != "integer" or number == int(number)
    low, high = node.get("minimum", float("-inf")), node.get("maximum", float("inf"))
    above, below = node.get("exclusiveMinimum", float("-inf")), node.get("exclusiveMaximum", float("inf"))
    return whole and low <= number <= high and above < number < below


def _range(what: str, node: Node) -> str:
    low = f"from {node['minimum']:,.10g}" if "minimum" in node else ""
    low = f"above {node['exclusiveMinimum']:,.10g}" if "exclusiveMinimum" in node else low
    high = f"{node['maximum']:,.10g}" if "maximum" in node else ""
    if "exclusiveMaximum" in node:
        return f"{what} {low}, below {node['exclusiveMaximum']:,}".replace(" ,", ",")
    if low and high:
        return f"{what} {low} to {high}" if low.startswith("from") else f"{what} {low}, at most {high}"
    if high:
        return f"{what} of at most {high}"
    return f"{what} {low}" if low else f"{what} that is finite"


def _size(what: str, node: Node, of: str, unit: str) -> str:
    low, high = node.get(f"min{of}"), node.get(f"max{of}")
    if low is None and high is None:
        return what
    if low and high:
        return f"{what} of {low} {unit}" if low == high else f"{what} of {low} to {high:,} {unit}"
    return f"{what} of at least {low} {unit}" if low else f"{what} of at most {high:,} {unit}"


def _with_tuples(value: Any) -> Any:
    """Turn lists into tuples, which the strict models want."""
    if isinstance(value, Mapping):
        return {key: _with_tuples(item) for key, item in value.items()}
    return tuple(_with_tuples(item) for item in value) if isinstance(value, list) else value

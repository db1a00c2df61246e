"""Paths to values of a scenario: `market.segments.loyal.purchase_rate`, from text to keys, to the value and back.

A dot separates keys, a whole number is a position in a list. Keys that hold dots themselves (`levers.hold.sales.pressure`)
are found by what the scenario format allows at each place.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from simulation.scenario.allowed import choices
from simulation.scenario.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulation.scenario.faults import KeyPath

__all__ = ["Format", "Kind", "kind_of", "known_paths", "resolved", "scenario_format", "value_at", "with_value"]

Kind = Literal["number", "whole", "truth", "choice", "text", "mapping", "list"]
"""What stands at a path."""


class Format:
    """A JSON Schema to walk through, key by key.

    Parameters
    ----------
    schema
        As pydantic writes it: parts in `$defs`, open mappings by patterns or `additionalProperties`.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.top = schema

    def plain(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a node without reference; of `something or null` the something."""
        while True:
            if "$ref" in node:
                node = self.top["$defs"][node["$ref"].rpartition("/")[2]]
                continue
            options = [option for option in node.get("anyOf", ()) if option.get("type") != "null"]
            if len(options) != 1:
                return node
            node = options[0]

    def below(self, node: Mapping[str, Any], key: str | int) -> Mapping[str, Any] | None:
        """Return the node of a key or position; None where the format has no such key."""
        node = self.plain(node)
        if isinstance(key, int):
            if node.get("type") != "array":
                return None
            found = dict(enumerate(node.get("prefixItems", ()))).get(key, node.get("items"))
        elif "properties" in node:
            found = node["properties"].get(key)
        else:
            found = self.entries(node)
        return self.plain(found) if isinstance(found, Mapping) else None

    def entries(self, node: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return the node of every entry of an open mapping; None for anything else."""
        node = self.plain(node)
        if "properties" in node or node.get("type") != "object":
            return None
        found = next(iter(node.get("patternProperties", {}).values()), node.get("additionalProperties"))
        return self.plain(found) if isinstance(found, Mapping) else None

    def at(self, path: KeyPath) -> Mapping[str, Any] | None:
        """Return the node at a path; None where the format knows none."""
        node: Mapping[str, Any] | None = self.top
        for key in path:
            node = None if node is None else self.below(node, key)
        return None if node is None else self.plain(node)


@cache
def scenario_format() -> Format:
    """Return the format of scenario files."""
    return Format(Scenario.model_json_schema())


def kind_of(node: Mapping[str, Any]) -> Kind:
    """Tell what a node of the format holds."""
    if choices(node):
        return "choice"
    kinds: dict[str, Kind] = {
        "number": "number", "integer": "whole", "boolean": "truth", "string": "text", "array": "list",
    }  # fmt: skip
    return kinds.get(node.get("type", ""), "mapping")


def resolved(text: str, data: Mapping[str, Any]) -> KeyPath | None:
    """Return the keys that a dotted path means; None if the scenario has no such place.

    Parameters
    ----------
    text
        Dotted path.
    data
        The scenario with every default (`Scenario.model_dump`): an entry of a named collection (a segment, a department)
        must be there; a new entry may be named only where it is a single value (`levers.hold.sales.pressure`).

    Examples
    --------
    >>> resolved("levers.hold.sales.pressure", {"levers": {"hold": {}}})
    ('levers', 'hold', 'sales.pressure')
    >>> resolved("departments.slaes.bonus", {"departments": {"sales": {"bonus": 1.0}}}) is None
    True
    """
    return next(_ways(text.split("."), scenario_format().top, data), None)


def _ways(parts: Sequence[str], node: Mapping[str, Any], data: object) -> Iterator[KeyPath]:
    """Yield every reading of the parts as keys, likeliest first."""
    if not parts:
        yield ()
        return
    form = scenario_format()
    node = form.plain(node)
    if node.get("type") == "array":
        if parts[0].isdecimal() and isinstance(data, (list, tuple)) and int(parts[0]) < len(data):
            position = int(parts[0])
            for rest in _ways(parts[1:], form.below(node, position) or {}, data[position]):
                yield (position, *rest)
        return
    entry = form.entries(node)
    for length in range(1, len(parts) + 1 if entry is not None else 2):
        key = ".".join(parts[:length])
        below = form.below(node, key)
        inside = isinstance(data, Mapping) and key in data
        if below is None or (entry is not None and not inside and kind_of(below) in {"mapping", "list"}):
            continue
        for rest in _ways(parts[length:], below, data[key] if inside and isinstance(data, Mapping) else None):
            yield (key, *rest)


def known_paths(data: object, path: str = "") -> Iterator[str]:
    """Yield the dotted path of everything in a scenario, mappings and lists included."""
    if path:
        yield path
    items = data.items() if isinstance(data, Mapping) else enumerate(data) if isinstance(data, (list, tuple)) else ()
    for key, value in items:
        yield from known_paths(value, f"{path}.{key}" if path else str(key))


def value_at(data: Any, path: KeyPath) -> Any:
    """Return the value at a path; None where there is none."""
    for key in path:
        if isinstance(data, Mapping):
            data = data.get(key)
        elif isinstance(data, (list, tuple)) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return None
    return data


def with_value(raw: Any, path: KeyPath, value: object) -> Any:
    """Return plain data with another value at a path; only what lies on the way is copied, mappings are made as needed.

    Examples
    --------
    >>> with_value({"a": [{"b": 1}], "c": 2}, ("a", 0, "b"), 5)
    {'a': [{'b': 5}], 'c': 2}
    """
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(raw, (list, tuple)) and isinstance(key, int):
        items = list(raw)
        items[key] = with_value(items[key], rest, value)
        return items
    found = dict(raw) if isinstance(raw, Mapping) else {}
    found[key] = with_value(found.get(key), rest, value)
    return found

"""What a scenario holds at a path, read off from its schema: the columns of sheets, with words for what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from simulation.scenario.allowed import choices, describe
from simulation.scenario.schema import json_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulation.scenario.faults import KeyPath

__all__ = ["Column", "Node", "allowed", "columns_at", "default_of", "kind_of", "node_at", "resolved"]

Node = Mapping[str, Any]
"""A part of the JSON Schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a sheet: its head, the path of its value below the row's own, what the schema says of it."""

    head: str
    path: tuple[str, ...]
    node: Node
    about: str = ""


@cache
def _schema() -> dict[str, Any]:
    return json_schema()


def resolved(node: Node) -> Node:
    """Follow references; of `something or nothing` keep the something."""
    while True:
        if "$ref" in node:
            node = _schema()["$defs"][node["$ref"].rpartition("/")[2]]
            continue
        options = [option for option in node.get("anyOf", ()) if option.get("type") != "null"]
        if len(options) != 1 or "properties" in node:
            return node
        node = options[0]


def node_at(path: KeyPath) -> Node | None:
    """What the schema says of the value at a path; None where it knows no such path."""
    node: Node = _schema()
    for key in path:
        node = resolved(node)
        if isinstance(key, int):
            inner = dict(enumerate(node.get("prefixItems", ()))).get(key, node.get("items"))
        elif key in node.get("properties", {}):
            inner = node["properties"][key]
        else:
            inner = next(iter(node.get("patternProperties", {}).values()), node.get("additionalProperties"))
        if not isinstance(inner, Mapping):
            return None
        node = inner
    return resolved(node)


def kind_of(node: Node) -> str:
    """`number`, `integer`, `boolean`, `string`, `array` or `object`; of several the first."""
    node = resolved(node)
    if "anyOf" in node:
        return kind_of(node["anyOf"][0])
    return str(node.get("type", "string"))


def columns_at(path: KeyPath, *, without: Sequence[str] = ()) -> tuple[Column, ...]:
    """Columns for the parts of a scenario that stand at `path`, one for each value that such a part may hold."""
    node = node_at(path)
    assert node is not None
    return tuple(_leaves(node, (), without))


def _leaves(node: Node, at: tuple[str, ...], without: Sequence[str] = ()) -> Iterator[Column]:
    for name, inner in node["properties"].items():
        if name in without:
            continue
        here = (*at, name)
        found = resolved(inner)
        if "properties" in found:
            yield from _leaves(found, here)
        else:
            about = str(inner.get("description", found.get("description", "")))
            yield Column(head=" > ".join(here), path=here, node=inner, about=" ".join(about.replace("`", "").split()))


def allowed(node: Node) -> str:
    """What is allowed, in words; a list or a mapping as it is written into one cell."""
    found = resolved(node)
    kind = kind_of(found)
    if kind == "array":
        inner = choices(resolved(found.get("items", {})))
        return f"any of {', '.join(inner)}, with ; between them" if inner else "names with ; between them"
    if kind == "object":
        names = found.get("propertyNames", {}).get("enum")
        which = f" (name: one of {', '.join(names)})" if names else ""
        return f"name: value, with ; between them{which}"
    return describe(found) or "text"


def default_of(node: Node) -> str:
    """What counts where the cell is empty; empty for what must be given or is nothing."""
    default = node.get("default")
    if default is None or default in ([], {}, ""):
        return ""
    return str(default).lower() if isinstance(default, bool) else f"{default}"

"""The JSON Schema of scenario files, for editors that complete and check YAML as one types."""

from __future__ import annotations

import ast
import inspect
import textwrap
from copy import deepcopy
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from simulation.scenario.base import Part
from simulation.scenario.journey import COEFFICIENTS
from simulation.scenario.names import PAYOFFS, REGIMES, RULES, SCHEMES
from simulation.scenario.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["docstrings", "json_schema"]

_NOT_IN_ARMS = ("arms", "extends", "title")


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario file.

    A file that extends another may leave out anything and delete by null, and so may the changes of an arm: nothing
    below the top is required here. `silosim validate` checks the merged scenario in full.
    """
    schema = Scenario.model_json_schema()
    required = schema.pop("required")
    definitions: dict[str, Any] = schema.pop("$defs")
    for part in Part.__subclasses__():
        _describe(part, schema if part is Scenario else definitions.get(part.__name__, {}))
    _name_choices(definitions)
    for node in (schema, *definitions.values()):
        _relax(node)
    properties: dict[str, Any] = schema["properties"]
    definitions["Changes"] = {
        "type": "object",
        "description": "What the arm changes: any part of a scenario.",
        "additionalProperties": False,
        "properties": deepcopy({key: value for key, value in properties.items() if key not in _NOT_IN_ARMS}),
    }
    definitions["ArmGiven"]["properties"]["changes"] = {"$ref": "#/$defs/Changes"}
    definitions["ArmGiven"]["required"] = ["title"]
    extends = {
        "type": "string",
        "title": "Extends",
        "description": "The scenario that this file changes: name of a shipped scenario, or a path from this file.",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "properties": {"extends": extends, **properties},
        "anyOf": [{"required": ["extends"]}, {"required": required}],
        "$defs": definitions,
    }


def _describe(part: type[Part], node: dict[str, Any]) -> None:
    """Give every property the docstring that stands below its field."""
    properties = node.get("properties", {})
    for name, words in docstrings(part):
        if name in properties:
            properties[name]["description"] = words


def docstrings(part: type[Part]) -> Iterator[tuple[str, str]]:
    """Yield the fields of a part that a docstring follows, with its words."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(part))).body
    assert isinstance(definition, ast.ClassDef)
    for field, below in pairwise(definition.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            words = ast.literal_eval(below.value)
            yield field.target.id, inspect.cleandoc(words)


def _name_choices(definitions: dict[str, Any]) -> None:
    """Let editors offer the names of the catalogues."""
    for part, key, names in (
        ("Incentives", "scheme", SCHEMES),
        ("Incentives", "payoff", PAYOFFS),
        ("Information", "regime", REGIMES),
        ("Learning", "rule", RULES),
    ):
        definitions[part]["properties"][key]["enum"] = list(names)
    decisions = definitions["Learning"]["properties"]["decisions"]
    table = {"type": "string", "description": "Path of a CSV file, from this file."}
    decisions["anyOf"] = [table, {"type": decisions.pop("type"), "items": decisions.pop("items")}]
    for part in ("Lever", "JointEffect"):
        (effects,) = definitions[part]["properties"]["effects"]["patternProperties"].values()
        (effect,) = effects.pop("patternProperties").values()
        effects["properties"] = {
            name: {"description": meaning, "anyOf": [effect, {"type": "null"}]}
            for name, meaning in COEFFICIENTS.items()
        }
        effects["additionalProperties"] = False


def _relax(node: dict[str, Any]) -> None:
    """Require nothing, and let null delete the entries of named collections, here and below."""
    node.pop("required", None)
    for key in ("properties", "patternProperties"):
        for name, inner in node.get(key, {}).items():
            _relax(inner)
            if key == "patternProperties":
                node[key][name] = {"anyOf": [inner, {"type": "null"}]}
    if node.get("patternProperties"):
        node["additionalProperties"] = False
        # An overlay may hold fewer entries than the whole.
        node.pop("minProperties", None)

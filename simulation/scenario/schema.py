"""The JSON Schema of scenario files, for editors that complete and check YAML as one types."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from simulation.scenario.journey import COEFFICIENTS
from simulation.scenario.names import REGIMES, RULES, SCHEMES
from simulation.scenario.scenario import Scenario

__all__ = ["json_schema"]

_NOT_IN_ARMS = ("arms", "extends", "title")


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario file.

    A file that extends another may leave out anything and delete by null, and so may the changes of an arm: nothing
    below the top is required here. `silosim validate` checks the merged scenario in full.
    """
    schema = Scenario.model_json_schema()
    required = schema.pop("required")
    definitions: dict[str, Any] = schema.pop("$defs")
    _name_choices(definitions)
    for part in (schema, *definitions.values()):
        _relax(part)
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


def _name_choices(definitions: dict[str, Any]) -> None:
    """Let editors offer the names of the catalogues."""
    for part, key, names in (
        ("Incentives", "scheme", SCHEMES),
        ("Information", "regime", REGIMES),
        ("Learning", "rule", RULES),
    ):
        definitions[part]["properties"][key]["enum"] = list(names)
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

"""The parameters: read from the schema of scenario files, with default, range, meaning and source."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from generating.tables import source_in, table, without_source
from simulation.scenario import governance, journey, kpi, lever, market, regime, survey
from simulation.scenario import scenario as whole
from simulation.scenario.department import DepartmentGiven
from simulation.scenario.people import People
from simulation.scenario.schema import docstrings, json_schema

if TYPE_CHECKING:
    from simulation.scenario.base import Part

__all__ = ["coefficients", "people", "reference", "scenario"]

PARTS: dict[str, type[Part]] = {
    "horizon": regime.Horizon,
    "market": market.Market,
    "market.offers.NAME": market.Offer,
    "market.segments.NAME": market.Segment,
    "market.network": market.Network,
    "people": People,
    "journey.NAME": journey.Touchpoint,
    "journey.NAME.trigger": journey.Trigger,
    "journey.NAME.capacity": journey.Capacity,
    "journey.NAME.delivery": journey.Delivery,
    "departments.NAME": DepartmentGiven,
    "departments.NAME.levers.NAME": lever.Lever,
    "departments.NAME.levers.NAME.effects.TOUCHPOINT.COEFFICIENT": lever.Effect,
    "joint_effects.NAME": lever.JointEffect,
    "kpis.NAME": kpi.Kpi,
    "survey": survey.Survey,
    "incentives": regime.Incentives,
    "information": regime.Information,
    "alignment": regime.Alignment,
    "learning": regime.Learning,
    "learning.decisions[]": regime.Decision,
    "levers": regime.Levers,
    "governance": governance.Governance,
    "governance.operational": governance.Operational,
    "governance.strategic": governance.Strategic,
    "governance.central_team": governance.CentralTeam,
    "governance.levels": governance.Levels,
    "governance.culture": governance.Culture,
    "timeline[]": regime.Change,
    "arms.NAME": whole.ArmGiven,
}
"""Where each part stands in a scenario file."""


@cache
def _schema() -> dict[str, Any]:
    return json_schema()


def people() -> str:
    """Return the table of what people are like."""
    return table(("parameter", "value", "range", "meaning and unit", "source"), _rows(People))


def scenario() -> str:
    """Return the table of every other parameter with a numeric default."""
    rows = [
        [f"`{place}.{row[0].strip('`')}`", *row[1:]]
        for place, part in PARTS.items()
        if part is not People
        for row in _rows(part, numbers_only=True)
    ]
    return table(("parameter", "value", "range", "meaning and unit", "source"), rows)


def reference() -> str:
    """Return every part of a scenario file with all its keys."""
    sections = [f"### The whole file\n\n{_keys(whole.Scenario)}"]
    for place, part in PARTS.items():
        first = " ".join((part.__doc__ or "").partition("\n\n")[0].split())
        sections.append(f"### `{place}`\n\n{first}\n\n{_keys(part)}")
    return "\n\n".join(sections)


def coefficients() -> str:
    """Return what a lever can move at a touchpoint."""
    return table(("coefficient", "meaning"), [[f"`{name}`", words] for name, words in journey.COEFFICIENTS.items()])


def _keys(part: type[Part]) -> str:
    rows = [[name, value, range_, f"{words} {_of(source)}"] for name, value, range_, words, source in _rows(part)]
    return table(("key", "default", "allowed", "meaning"), rows)


def _of(source: str) -> str:
    return f"*Source: {source}.*" if source and source != "-" else ""


def _rows(part: type[Part], *, numbers_only: bool = False) -> list[list[str]]:
    """Return parameter, default, range, meaning and source of every field."""
    words, properties = dict(docstrings(part)), _properties(part)
    rows = []
    for name, field in part.model_fields.items():
        default = field.default
        number = isinstance(default, int | float) and not isinstance(default, bool)
        if numbers_only and not number:
            continue
        meaning = " ".join(words.get(name, "").split())
        source = source_in(meaning) or (
            "neutral: off unless a scenario sets it" if number and default in {0, 1} else "-"
        )
        rows.append([f"`{name}`", _default(field), _range(properties.get(name, {})), without_source(meaning), source])
    return rows


def _properties(part: type[Part]) -> dict[str, Any]:
    schema = _schema()
    node = schema if part is whole.Scenario else schema["$defs"][part.__name__]
    properties: dict[str, Any] = node["properties"]
    return properties


def _default(field: Any) -> str:
    if field.is_required():
        return "(given by the scenario)"
    default = field.default
    if default is None:
        return "null"
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, int | float):
        return f"{default:g}"
    if isinstance(default, str):
        return f"`{default}`" if default else "(empty)"
    if isinstance(default, tuple | dict):
        return ", ".join(map(str, default)) if default else "(none)"
    return "(see its part)"


def _range(node: dict[str, Any]) -> str:
    """Return what is allowed, from the JSON Schema."""
    if "anyOf" in node:
        return " or ".join(dict.fromkeys(_range(choice) for choice in node["anyOf"]))
    if "enum" in node:
        return ", ".join(f"`{choice}`" for choice in node["enum"])
    if "$ref" in node:
        return "(a part)"
    low, high = node.get("minimum", node.get("exclusiveMinimum")), node.get("maximum", node.get("exclusiveMaximum"))
    if low is not None and high is not None:
        above, below = (
            ("above " if "exclusiveMinimum" in node else ""),
            ("below " if "exclusiveMaximum" in node else ""),
        )
        return f"{above}{low:g} to {below}{high:g}"
    return {
        "object": "names with values",
        "array": "a list",
        "string": "text",
        "boolean": "true, false",
        "null": "null",
    }.get(node.get("type", ""), node.get("type", "anything"))

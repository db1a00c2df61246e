"""The design points of a plan, checked before any of them is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulation.laboratory.sweep.factors import word
from simulation.scenario.faults import Fault, Finding, ScenarioError, dotted, in_file_order, show

if TYPE_CHECKING:
    from simulation.laboratory.sweep.plan import Plan
    from simulation.laboratory.sweep.sweep_file import SweepFile

__all__ = ["MOST_CHECKED", "check_points"]

MOST_CHECKED = 1_000
"""Points of a drawn design that are checked before the sweep starts; one that is found invalid later is a failed run."""
_MOST_TOLD = 20
"""Faults of points that are told at once: many points of one design go wrong in the same way."""
_ALL_CHECKED = ("full_factorial", "one_at_a_time", "table")


def check_points(file: SweepFile, plan: Plan) -> None:
    """Build every point's scenarios, in drawn designs those of the first points.

    Raises
    ------
    ScenarioError
        With every fault (at most some 20), each told once, at the factor whose value makes it.
    """
    many = len(plan.points) if plan.kind in _ALL_CHECKED else MOST_CHECKED
    told: dict[tuple[Any, ...], Fault] = {}
    for number, point in enumerate(plan.points[:many]):
        for arm, _, findings in plan.checked_at(point):
            for finding in findings:
                key, fault = _fault_at(file, plan, number, arm, finding)
                told.setdefault(key, fault)
        if len(told) >= _MOST_TOLD:
            break
    if told:
        raise ScenarioError(in_file_order(told.values()))


def _fault_at(file: SweepFile, plan: Plan, number: int, arm: str, finding: Finding) -> tuple[tuple[Any, ...], Fault]:
    """Tell a finding at a point where its value comes from, with a key under which it need be told only once."""
    point = plan.points[number]
    for factor, value in zip(plan.factors, point, strict=True):
        sets_it = arm in factor.arms and any(finding.path[: len(path)] == path for path in factor.paths)
        if sets_it and factor.kind != "files":
            place = _place_of(file, factor.name, factor.kind, value)
            message = f"{finding.value or value} is not allowed at {dotted(finding.path)}"
            if finding.message != f"{finding.value} is not allowed":
                message = f"{message} ({finding.message})"
            found = Finding(path=place, value=finding.value, message=message, allowed=finding.allowed,
                            nearest=finding.nearest)  # fmt: skip
            return (factor.name, value, finding.path), file.fault(found)
    at = ", ".join(f"{factor.name} = {show(value)}" for factor, value in zip(plan.factors, point, strict=True))
    found = Finding(
        path=("factors",), value=finding.value, allowed=finding.allowed, nearest=finding.nearest,
        message=f"design point {number} ({at}) is no valid scenario: {dotted(finding.path)}: {finding.message} (arm {arm})",
    )  # fmt: skip
    return (finding.path, finding.message), file.fault(found)


def _place_of(file: SweepFile, name: str, kind: str, value: object) -> tuple[str | int, ...]:
    """Return where in the sweep file a factor's value is written, as nearly as can be."""
    given = (file.layer.raw.get("factors") or {}).get(name, {})
    listed = given.get(kind)
    said = [each if kind == "levels" else word(each) for each in listed] if isinstance(listed, list) else []
    if value in said:
        return ("factors", name, kind, said.index(value))
    for key in ("low", "high"):
        if given.get(key) == value:
            return ("factors", name, key)
    return ("factors", name)

"""The design points of a plan, checked before any of them is run."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from simulation.laboratory.sweep.factors import word
from simulation.scenario.faults import Fault, Finding, ScenarioError, dotted, in_file_order, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulation.laboratory.sweep.factors import Value
    from simulation.laboratory.sweep.plan import Plan
    from simulation.laboratory.sweep.sweep_file import SweepFile

__all__ = ["MOST_CHECKED", "check_points"]

MOST_CHECKED = 1_000
"""Most points that are checked before the sweep starts; one that is found invalid later is a failed run. Our assumption:
some ten seconds."""
_MOST_TOLD = 20
"""Faults of points that are told at once: many points of one design go wrong in the same way."""


def check_points(file: SweepFile, plan: Plan, *, progress: Callable[[int, int], None] | None = None) -> None:
    """Build the scenarios of every point; of a large design, of `MOST_CHECKED` points that between them tell the most.

    Parameters
    ----------
    file, plan
        The sweep as it was read, and its plan.
    progress
        Called with (points checked, points to check).

    Raises
    ------
    ScenarioError
        With every fault (at most some 20), each told once, at the factor whose value makes it.
    """
    numbers = _most_telling(plan)
    told: dict[tuple[Any, ...], Fault] = {}
    for done, number in enumerate(numbers, 1):
        for arm, _, findings in plan.checked_at(plan.points[number]):
            for finding in findings:
                key, fault = _fault_at(file, plan, number, arm, finding)
                told.setdefault(key, fault)
        if progress is not None:
            progress(done, len(numbers))
        if len(told) >= _MOST_TOLD:
            break
    if told:
        raise ScenarioError(in_file_order(told.values()))


def _most_telling(plan: Plan) -> list[int]:
    """Return the numbers of the points to check: all, or those that first have a level, then some evenly spread over the rest.

    Most faults are of one level by itself: it is not allowed, wherever the other factors stand.
    """
    count = len(plan.points)
    if count <= MOST_CHECKED:
        return list(range(count))
    spread = (k * (count - 1) // (MOST_CHECKED - 1) for k in range(MOST_CHECKED))
    ends = (_points_with(plan, position, extreme) for position, factor in enumerate(plan.factors) if factor.numeric
            for extreme in (min, max))  # fmt: skip
    return sorted(islice(dict.fromkeys(chain(ends, _first_of_each_level(plan), spread)), MOST_CHECKED))


def _first_of_each_level(plan: Plan) -> Iterator[int]:
    """Yield each point that has a level which no point before it has."""
    seen: set[tuple[int, Value]] = set()
    for number, point in enumerate(plan.points):
        levels = set(enumerate(point))
        if not levels <= seen:
            seen |= levels
            yield number


def _points_with(plan: Plan, position: int, extreme: Any) -> int:
    """Return the first point at which a factor is at its least or most."""
    return int(extreme(range(len(plan.points)), key=lambda number: plan.points[number][position]))


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

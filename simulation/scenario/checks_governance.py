"""What must hold between governance and the rest of a scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.scenario.faults import Finding, KeyPath, unknown
from simulation.scenario.governance import AREAS, INDEPENDENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulation.scenario.governance import Governance
    from simulation.scenario.scenario import Scenario

__all__ = ["check_governance"]


def check_governance(
    scenario: Scenario, governance: Governance, path: KeyPath, *, levers: Sequence[str]
) -> Iterator[Finding]:
    """Yield every finding in a governance section; `levers` are all of the firm's, as `department.lever`."""
    departments = list(scenario.departments)
    council = governance.operational
    if council is not None:
        here = (*path, "operational")
        for position, name in enumerate(council.members):
            yield from unknown((*here, "members", position), name, departments, what="a department")
        chairs = [INDEPENDENT, *departments]
        yield from unknown((*here, "chair"), council.chair, chairs, what="a department, nor `independent`")
        if council.members and council.chair in departments and council.chair not in council.members:
            message = f"`{council.chair}` is no member of the council that it leads"
            allowed = ", ".join((INDEPENDENT, *council.members))
            yield Finding(path=(*here, "chair"), value=council.chair, message=message, allowed=allowed)
    if governance.strategic is not None:
        yield from _check_strategic(scenario, governance, path)
    if governance.culture is not None:
        for area in governance.culture.areas:
            yield from unknown((*path, "culture", "areas", area), area, AREAS, what="an area of the diagnosis")
    for field in ("retargeting", "access"):
        for position, lever in enumerate(getattr(governance, field)):
            yield from unknown((*path, field, position), lever, levers, what="a lever (`department.lever`)")


def _check_strategic(scenario: Scenario, governance: Governance, path: KeyPath) -> Iterator[Finding]:
    strategic = governance.strategic
    assert strategic is not None
    if strategic.weight_step > 0.0 and not scenario.incentives.shared_metrics:
        message = "there is no shared metric whose weight could be set"
        yield Finding(path=(*path, "strategic", "weight_step"), message=message, allowed="`incentives.shared_metrics`")

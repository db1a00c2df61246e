"""A rule changed in the middle of a run, as somebody in the room asks for.

The change is an intervention on the scenario's timeline. So the weeks before it are those that were seen already, to the bit, and
whoever saves the scenario has it in writing.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.scenario.faults import Fault, ScenarioError, nearest, show
from simulation.scenario.names import REGIMES
from simulation.scenario.regime import Change

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulation.scenario.scenario import Scenario

__all__ = ["Asked", "changed", "lever_names"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for from a week on; what is None stays as it is.

    week
        First week under the new rule.
    shared_weight
        Weight of the shared metrics in every department's appraisal [0-1].
    regime
        Who sees what: `siloed` or `pooled`.
    levers
        Settings [0-1] by `department.lever` that stand from then on.
    """

    week: int
    shared_weight: float | None = None
    regime: str | None = None
    levers: tuple[tuple[str, float], ...] = ()


def lever_names(scenario: Scenario) -> list[str]:
    """Return every lever as `department.lever`, in the scenario's order."""
    return [
        f"{name}.{lever}"
        for name, department in scenario.departments.items()
        for lever in (*department.levers, *scenario.every_department)
    ]


def changed(scenario: Scenario, asked: Iterable[Asked]) -> Scenario:
    """Return the scenario with what is asked for on its timeline.

    Raises
    ------
    ScenarioError
        If a week, weight, regime, lever or setting cannot be; every fault at once.

    Notes
    -----
    What is asked for stands to the end. What else the timeline changes later, or has changed before, goes on beside it.
    """
    for one in sorted(asked, key=lambda one: one.week):
        _check(scenario, one)
        changes = tuple(_change(scenario, one, start=start, end=end) for start, end in _spans(scenario, one.week))
        scenario = scenario.model_copy(update={"timeline": (*scenario.timeline, *changes)})
    return scenario


def _check(scenario: Scenario, asked: Asked) -> None:
    """Refuse what cannot be.

    Raises
    ------
    ScenarioError
        Every fault at once.
    """
    faults: list[Fault] = []
    if not 0 <= asked.week < scenario.horizon.weeks:
        allowed = f"a week from 0 to {scenario.horizon.weeks - 1}"
        faults.append(_fault("week", asked.week, f"{asked.week} is not a week of the run", allowed))
    if asked.regime is not None and asked.regime not in REGIMES:
        faults.append(_fault("regime", asked.regime, f"{show(asked.regime)} is not a regime", " or ".join(REGIMES)))
    if asked.shared_weight is not None:
        faults += _outside("shared_weight", asked.shared_weight)
        if not scenario.incentives.shared_metrics:
            allowed = "a scenario that names shared metrics under `incentives`"
            faults.append(_fault("shared_weight", asked.shared_weight, "there are no shared metrics to weigh", allowed))
    known = lever_names(scenario)
    for name, setting in asked.levers:
        faults += _outside(name, setting)
        if name not in known:
            near = nearest(name, known)
            faults.append(Fault(key="levers", value=name, message=f"{show(name)} is not a lever", nearest=near))
    if asked.levers and scenario.levers.frozen:
        faults.append(_fault("levers", "", "every lever is frozen in this arm", "another arm"))
    if faults:
        raise ScenarioError(faults)


def _outside(key: str, value: float) -> list[Fault]:
    """Return a fault if a value is no share."""
    fits = 0.0 <= value <= 1.0
    return [] if fits else [_fault(key, value, f"{show(value)} is not allowed", "a number from 0 to 1")]


def _fault(key: str, value: object, message: str, allowed: str) -> Fault:
    return Fault(key=key, value=show(value), message=message, allowed=allowed)


def _spans(scenario: Scenario, week: int) -> list[tuple[int, int | None]]:
    """Return the spans from `week` on in which the scenario's own rules stand still."""
    turns = {turn for change in scenario.timeline for turn in (change.start, change.end) if turn is not None}
    starts = [week, *sorted(turn for turn in turns if week < turn < scenario.horizon.weeks)]
    return [*itertools.pairwise(starts), (starts[-1], None)]


def _change(scenario: Scenario, asked: Asked, *, start: int, end: int | None) -> Change:
    """Return the intervention that adds what is asked for to the rules that stand in week `start`."""
    standing: list[Scenario | Change] = [scenario, *(change for change in scenario.timeline if _holds(change, start))]
    incentives = [rules.incentives for rules in standing if rules.incentives is not None][-1]
    information = [rules.information for rules in standing if rules.information is not None][-1]
    bounds = [rules.levers for rules in standing if rules.levers is not None][-1]
    weight, regime = asked.shared_weight, asked.regime
    if weight is not None:
        new = {"shared_weight": weight, "shared_weight_by_department": {}}
        # Under `own` a weight would weigh nothing.
        scheme = {"scheme": "blend"} if incentives.scheme == "own" else {}
        incentives = incentives.model_copy(update={**new, **scheme})
    return Change(
        title="asked for in the room",
        start=start,
        end=end,
        incentives=None if weight is None else incentives,
        information=None if regime is None else information.model_copy(update={"regime": regime}),
        levers=bounds.model_copy(update={"hold": {**bounds.hold, **dict(asked.levers)}}) if asked.levers else None,
    )


def _holds(change: Change, week: int) -> bool:
    return change.start <= week and (change.end is None or week < change.end)

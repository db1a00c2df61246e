"""The strategic council: decides what was escalated, sets weight, priority and budget, may reassign; its agenda as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.model.governance.agenda import CHAIR
from simulation.model.governance.questioning import concerns
from simulation.record import Figure, Item
from simulation.rules.governance import approved, weight_set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from simulation.model.governance.actions import Action
    from simulation.model.governance.papers import Papers
    from simulation.scenario.governance import Strategic

__all__ = ["STRATEGIC", "STRATEGIC_AGENDA", "Decisions", "Quarter", "decide"]

STRATEGIC = "strategic"
REFUSALS_TO_REASSIGN = 2
"""Objections of one department after which it may lose a lever. Our assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """What is before the strategic council.

    `papers` are those of the last operational meeting (None: there was none); `shared_score` is that of the last review, `weight`
    the weight of shared metrics as it stands; `spent` is money for every 1,000 people since its last meeting; `culture` and
    `stage` what the diagnosis would find now (None: nobody looked).
    """

    given: Strategic
    week: int
    papers: Papers | None
    actions: Sequence[Action]
    shared_score: float
    weight: float
    weighable: bool
    spent: float
    culture: float | None
    stage: str
    decided_by: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What it decides: which escalated actions go ahead, the weight, the measure that comes first, who gets which lever."""

    approvals: tuple[tuple[Action, bool], ...]
    weight: float
    priority: str
    reassigned: Action | None
    items: tuple[Item, ...]


def decide(quarter: Quarter) -> Decisions:
    """Hold a meeting on what is before it."""
    given = quarter.given
    approvals = tuple(
        (action, approved(action.cost, action.evidence, given.bar))
        for action in quarter.actions
        if action.status == "escalated"
    )
    weight = quarter.weight
    if quarter.weighable and given.weight_step > 0.0:
        weight = weight_set(weight, given.weight_step, given.most_weight, quarter.shared_score, given.target)
    heard = concerns(quarter.papers) if quarter.papers is not None else []
    decisions = Decisions(
        approvals=approvals,
        weight=weight,
        priority=heard[0].name if heard else "",
        reassigned=_to_reassign(quarter) if given.reassigns else None,
        items=(),
    )
    items = tuple(item for point, speak in STRATEGIC_AGENDA.items() for item in speak(quarter, decisions, point))
    return Decisions(
        approvals=approvals, weight=weight, priority=decisions.priority, reassigned=decisions.reassigned, items=items
    )


def _to_reassign(quarter: Quarter) -> Action | None:
    """Return the last action over whose lever a department has objected that does so again and again."""
    refused = [
        action
        for action in quarter.actions
        if action.status in ("resisted", "escalated") and action.lever and action.heard_department
    ]
    for action in reversed(refused):
        often = sum(other.owner == action.owner for other in refused) >= REFUSALS_TO_REASSIGN
        if often and action.heard_department != action.owner and action.lever not in quarter.decided_by:
            return action
    return None


def _item(quarter: Quarter, point: str, kind: str, *figures: Figure, **given: object) -> Item:
    return Item(week=quarter.week, council=STRATEGIC, point=point, kind=kind, speaker=CHAIR, figures=figures, **given)  # type: ignore[arg-type]


def _escalations(quarter: Quarter, decisions: Decisions, point: str) -> Iterator[Item]:
    for action, goes_ahead in decisions.approvals:
        yield _item(
            quarter, point, "approved" if goes_ahead else "refused",
            Figure(name="cost", value=action.cost, unit="points of appraisal", source="what its owner says"),
            Figure(name="evidence", value=action.evidence, unit="standard errors", source="operational council"),
            subject=action.owner, about=action.lever, action=action.number, detail=action.kind,
            heard_at=action.heard_at, heard_department=action.heard_department,
        )  # fmt: skip
    if not decisions.approvals:
        yield _item(quarter, point, "nothing_escalated")


def _weights(quarter: Quarter, decisions: Decisions, point: str) -> Iterator[Item]:
    if not quarter.weighable:
        yield _item(quarter, point, "no_shared_metric")
        return
    change = (
        "raised" if decisions.weight > quarter.weight else ("lowered" if decisions.weight < quarter.weight else "kept")
    )
    yield _item(
        quarter, point, "weight",
        Figure(name="shared_score", value=quarter.shared_score, unit="points of score", source="last review"),
        Figure(name="target", value=quarter.given.target, unit="points of score", source="target of this council"),
        Figure(name="weight", value=100.0 * decisions.weight, unit="%", source="decided here"),
        detail=change,
    )  # fmt: skip


def _priorities(quarter: Quarter, decisions: Decisions, point: str) -> Iterator[Item]:
    if quarter.papers is None or not decisions.priority:
        yield _item(quarter, point, "no_priority")
        return
    measure = quarter.papers.measures[decisions.priority]
    yield _item(
        quarter, point, "priority",
        Figure(name="concern", value=measure.concern, unit="standard errors", source="papers of the operational council"),
        about=measure.touchpoint,
    )  # fmt: skip


def _budget(quarter: Quarter, decisions: Decisions, point: str) -> Iterator[Item]:
    spent = Figure(name="spent", value=quarter.spent, unit="money per 1,000 people", source="accounts of the councils")
    limit = Figure(
        name="budget", value=quarter.given.budget, unit="money per 1,000 people", source="budget of this council"
    )
    yield _item(quarter, point, "budget", *((spent, limit) if quarter.given.budget > 0.0 else (spent,)))


def _authority(quarter: Quarter, decisions: Decisions, point: str) -> Iterator[Item]:
    action = decisions.reassigned
    if action is None:
        yield _item(quarter, point, "nothing_reassigned")
        return
    yield _item(
        quarter, point, "reassigned", subject=action.owner, about=action.lever, action=action.number,
        heard_at=action.heard_at, heard_department=action.heard_department,
    )  # fmt: skip


def _culture(quarter: Quarter, decisions: Decisions, point: str) -> Iterator[Item]:
    if quarter.culture is None:
        yield _item(quarter, point, "no_diagnosis")
        return
    source = "nine areas as the consultant found them, and what was kept since"
    figure = Figure(name="culture", value=100.0 * quarter.culture, unit="% of the way", source=source)
    yield _item(quarter, point, "culture", figure, detail=quarter.stage)


STRATEGIC_AGENDA: dict[str, Callable[[Quarter, Decisions, str], Iterator[Item]]] = {
    "escalations": _escalations,
    "targets_and_weights": _weights,
    "priorities_and_next_steps": _priorities,
    "budget": _budget,
    "authority": _authority,
    "culture": _culture,
}
"""Points of the strategic council's agenda in their order, each with what makes its statements."""

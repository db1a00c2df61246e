"""Agreed actions: what was agreed with whom, by when, and what has become of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from simulation.rules.arithmetic import clip
from simulation.rules.governance import limit_after

if TYPE_CHECKING:
    from simulation.model.department import LeverInUse

__all__ = ["LIVE", "Action", "Kind", "Pay", "Status", "bound"]

Kind = Literal["limit", "retargeting", "access", "data", "training", "kpi", "copy"]
Pay = Literal["weight", "charge", "downstream"]
Status = Literal["agreed", "in force", "resisted", "escalated", "lapsed", "ended"]
LIVE: tuple[Status, ...] = ("agreed", "in force", "escalated")
COPY_WIDTH = 0.05
"""How near to the copied setting a department stays [lever units]. Our assumption."""


@dataclass(slots=True, kw_only=True)
class Action:
    """One action: the owner is who has to act, `direction` where the lever goes (0: to `target`, or no lever at all).

    `heard_at` is the touchpoint at which the trouble was heard, `heard_department` its owner; `upstream` is how many steps up
    the chain from there the action's owner is; `symptom` the measure it is meant for, `symptom_then` its value when agreed;
    `evidence` is in standard errors, `cost` what the owner said [points of appraisal]. A changed KPI adds weight to the shared
    metrics, charges the owner with `kpi`, or puts `kpi` in the place of a part of its own (`pay`).
    """

    number: int
    kind: Kind
    owner: str
    agreed: int
    due: int
    ends: int
    lever: str = ""
    direction: int = 0
    step: float = 0.0
    target: float = 0.0
    heard_at: str = ""
    heard_department: str = ""
    upstream: int = 0
    symptom: str = ""
    symptom_then: float = 0.0
    pay: Pay = "weight"
    kpi: str = ""
    evidence: float = 0.0
    cost: float = 0.0
    status: Status = "agreed"
    low: float = 0.0
    high: float = 1.0

    @property
    def move(self) -> float:
        """How far the lever is to move, with its sign."""
        return self.direction * self.step

    def take_effect(self, setting: float, fidelity: float) -> None:
        """Become a bound, from the lever's setting on the day it is due."""
        self.status = "in force"
        if self.direction < 0:
            self.high = limit_after(setting, self.step, -1, fidelity)
        elif self.direction > 0:
            self.low = limit_after(setting, self.step, 1, fidelity)
        elif self.kind == "copy":
            aim = setting + fidelity * (self.target - setting)
            self.low, self.high = clip(aim - COPY_WIDTH, 0.0, 1.0), clip(aim + COPY_WIDTH, 0.0, 1.0)


def bound(lever: LeverInUse, actions: list[Action]) -> None:
    """Bind a lever to the actions in force on it, later ones first, within the limits that hold anyway."""
    low, high = lever.limit
    for action in sorted(actions, key=lambda each: -each.number):
        low, high = clip(action.low, low, high), clip(action.high, low, high)
    lever.low, lever.high = low, high
    if not lever.held:
        lever.setting = float(clip(lever.setting, low, high))

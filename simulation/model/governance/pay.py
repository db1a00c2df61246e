"""Pay as councils change it: more shared weight, a charge for what a department sends to others, another's KPI in its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.model.scorecards import total_weight
from simulation.rules.arithmetic import clip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulation.model.governance.actions import Action
    from simulation.rules.incentive import Scores
    from simulation.scenario.regime import Incentives

__all__ = ["CHARGE", "DOWNSTREAM", "KPI_STEP", "cost_of_pay", "paid_on", "with_changes"]

KPI_STEP = 0.1
"""Weight of shared metrics that a changed KPI adds to a department's appraisal. Our assumption."""
CHARGE = 0.25
"""Weight of the KPI with which a department is charged. Our assumption."""
DOWNSTREAM = 0.5
"""Share of a department's own KPIs whose place a KPI further down the journey takes. Our assumption."""

Cards = dict[str, dict[str, float]]


def with_changes(
    given: Incentives, actions: Sequence[Action], more_weight: float, own: Mapping[str, Mapping[str, float]]
) -> Incentives:
    """Return the incentives with what was agreed on pay, and with more (or less) shared weight for everybody.

    Parameters
    ----------
    given
        The incentives as the scenario has them.
    actions
        Actions of kind `kpi` in force, in the order in which they were agreed.
    more_weight
        What the strategic council adds to the shared weight; without shared metrics no weight changes.
    own
        Department -> own KPIs that hold unless the incentives name others.
    """
    everybody = clip(given.shared_weight + more_weight, 0.0, 1.0)
    weights = dict(given.shared_weight_by_department)
    charges: Cards = {name: dict(card) for name, card in given.charges.items()}
    cards: Cards = {name: dict(card) for name, card in given.own_kpis.items()}
    for action in actions:
        name = action.owner
        if action.pay == "charge":
            card = charges.setdefault(name, {})
            card[action.kpi] = card.get(action.kpi, 0.0) + CHARGE
        elif action.pay == "downstream":
            cards[name] = _in_part(cards.get(name, own[name]), action.kpi)
        else:
            weights[name] = min(1.0, weights.get(name, everybody) + KPI_STEP)
    new: dict[str, object] = {"charges": charges, "own_kpis": cards}
    if given.shared_metrics:
        new |= {"shared_weight": everybody, "shared_weight_by_department": weights}
    return given.model_copy(update=new)


def _in_part(card: Mapping[str, float], kpi: str) -> dict[str, float]:
    """Return a card in which a KPI has taken the place of a share of the others."""
    whole = total_weight(card)
    left = {name: (1.0 - DOWNSTREAM) * weight for name, weight in card.items()}
    return {**left, kpi: left.get(kpi, 0.0) + DOWNSTREAM * whole}


def cost_of_pay(action: Action, standing: Scores, score: float) -> float:
    """Return what a changed KPI would cost its owner as things stand [points of appraisal], not below 0.

    `score` is that of the KPI in question at the last review: charged, it is added with its weight; in the own card it takes
    the place of own score, as more shared weight puts shared in the place of own.
    """
    lost = {
        "weight": KPI_STEP * (standing.own - standing.shared),
        "charge": -CHARGE * score,
        "downstream": DOWNSTREAM * (standing.own - score),
    }
    return max(0.0, lost[action.pay])


def paid_on(given: Incentives, own: Mapping[str, Mapping[str, float]]) -> dict[str, tuple[str, ...]]:
    """Return by department the KPIs that it is paid on as its own, and those that it is charged with."""
    return {name: (*given.own_kpis.get(name, card), *given.charges.get(name, {})) for name, card in own.items()}

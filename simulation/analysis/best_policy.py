"""Policies found by search: what one owner of all levers would choose, and a department's best response.

A coordinate search over a grid of settings with the levers frozen, on the same customers with the same luck. It
finds a local optimum
of a grid, no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.analysis.run import run_arm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from simulation.record import Run
    from simulation.scenario.scenario import Scenario

__all__ = ["company_best", "coordinate_search", "frozen_at", "profit_before_bonus"]


def coordinate_search(
    value_of: Callable[[Mapping[str, float]], float],
    start: Mapping[str, float],
    *,
    levels: Sequence[float] = (0.0, 0.5, 1.0),
    passes: int = 2,
) -> tuple[dict[str, float], float]:
    """Return the best policy found and its value: one lever at a time, over `levels`, until a pass changes nothing.

    Parameters
    ----------
    value_of
        Value of a policy, a pure function.
    start
        Setting of every lever to search over.
    passes
        Passes over all levers at the most.

    Examples
    --------
    >>> coordinate_search(lambda x: -(x["a"] - 1.0) ** 2, {"a": 0.0})
    ({'a': 1.0}, -0.0)
    """
    policy = dict(start)
    best = value_of(policy)
    for _ in range(passes):
        before = dict(policy)
        for lever in before:
            for level in levels:
                if level == policy[lever]:
                    continue
                value = value_of({**policy, lever: level})
                if value > best:
                    policy[lever], best = level, value
        if policy == before:
            break
    return policy, best


def frozen_at(scenario: Scenario, policy: Mapping[str, float]) -> Scenario:
    """Return the scenario with its levers frozen at a policy (those not named: at their start)."""
    return scenario.model_copy(
        update={
            "learning": scenario.learning.model_copy(update={"start_policy": dict(policy)}),
            "levers": scenario.levers.model_copy(update={"frozen": True, "hold": {}}),
        }
    )


def profit_before_bonus(run: Run) -> float:
    """Return revenue minus cost, mean over all weeks [money per 1,000 people a week]."""
    return float((run.weekly["revenue"] - run.weekly["cost"]).mean())


def company_best(scenario: Scenario, *, seed: int, weeks: int = 104, burn_in: int = 52) -> dict[str, float]:
    """Return the policy with the highest profit before bonus that a coordinate search finds.

    The survey answer is not coached (nothing that an owner cares for depends on it); pooled data are held at the scenario's start.
    """
    horizon = scenario.horizon.model_copy(update={"weeks": weeks, "burn_in": burn_in})
    small = scenario.model_copy(update={"horizon": horizon})
    start = {
        f"{department}.{lever}": given.start
        for department, parts in scenario.departments.items()
        for lever, given in parts.levers.items()
    }

    def value_of(policy: Mapping[str, float]) -> float:
        return profit_before_bonus(run_arm("policy", frozen_at(small, policy), seed=seed))

    return coordinate_search(value_of, start)[0]

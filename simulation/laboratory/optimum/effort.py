"""What an optimum will take at the most, before it is looked for: settings to ask about, and runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.laboratory.optimum.bench import Bench
from simulation.laboratory.optimum.journey_game import as_at_the_end, start_of
from simulation.laboratory.optimum.judging import LOOKS
from simulation.laboratory.optimum.optimum import ROUNDS_OF_BUDGET, firms_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.laboratory.optimum.optimum import Firm, Plan

__all__ = ["Work", "one_life", "work_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What there is to do at the most.

    Attributes
    ----------
    settings
        Settings that searches may ask about; those that two searches have in common are lived once.
    runs
        Runs under held levers: those of the searches, and `judging`, those on fresh luck.
    learning
        Runs in which departments learn, at the scenario's own size.
    """

    settings: int
    runs: int
    judging: int
    learning: int


def work_of(plan: Plan) -> Work:
    """Return what a plan takes at the most."""
    settings = judging = 0
    for firm in firms_of(plan):
        games = _games(firm)
        settings += (plan.starts + 1 + games * plan.starts * ROUNDS_OF_BUDGET) * plan.budget
        # policies and ends of searches on all fresh luck; deviations on half of it, half being at the most what they are judged by
        judging += (plan.starts + 2 + games * (plan.starts + 1) + len(firm.arms)) * plan.replications
        judging += (
            games * LOOKS * (2 * len(firm.levers) + len(plan.loaded.scenario.departments)) * (plan.replications // 2)
        )
    return Work(
        settings=settings,
        runs=settings * plan.training + judging,
        judging=judging,
        learning=len(plan.arms) * plan.replications,
    )


def one_life(plan: Plan) -> Callable[[], object]:
    """Return a task that lives the starting policy once under held levers, as a search does."""
    firm = next(firms_of(plan))
    start = np.clip(start_of(next(iter(firm.arms.values()))), 0.0, 1.0)

    def live() -> object:
        with Bench(firm.world, levers=firm.levers, seed=plan.seed, workers=1) as bench:
            return bench.counts(start[None], [0])

    return live


def _games(firm: Firm) -> int:
    """Return how many arms of a firm pay or bind their departments differently: the others' settings are met again."""
    different: list[object] = []
    for arm in firm.arms.values():
        end = as_at_the_end(arm)
        terms = end.incentives, end.levers
        if terms not in different:
            different.append(terms)
    return len(different)

"""How much work a bundle asks for, so that nobody starts a year of computing by opening a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.scenario.regime import Horizon

if TYPE_CHECKING:
    from simulation.laboratory.bundle.reading import Bundle

__all__ = ["WorkAsked", "work_asked"]

MOST_STEPS = 10**10
"""Customer-weeks that are run without a word: about a hundred main comparisons. Our assumption."""
MOST_RUNS = 20_000
"""Runs that are run without a word. Our assumption."""
MOST_PEOPLE = 1_000_000
"""People in one market that are run without a word: more takes gigabytes. Our assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkAsked:
    """Runs, customer-weeks over all of them, and people in the largest market."""

    runs: int
    steps: int
    people: int

    @property
    def huge(self) -> bool:
        """True when it is more than anybody would run unasked."""
        return self.steps > MOST_STEPS or self.runs > MOST_RUNS or self.people > MOST_PEOPLE

    def __str__(self) -> str:
        return f"{self.runs:,} runs, {self.steps:.2g} customer-weeks, up to {self.people:,} people in a market"


def work_asked(bundle: Bundle, *, only: int | None = None) -> WorkAsked:
    """Work out what running a bundle again (its first `only` replications) takes.

    Raises
    ------
    ScenarioError
        If the plan of a sweep has faults.
    """
    times = len(bundle.manifest.replications[:only])
    if bundle.scenario is not None:
        chosen = [bundle.scenario.arms[arm].horizon for arm in bundle.manifest.arms]
    else:
        from simulation.laboratory.bundle.sweep_bundle import horizons_of, plan_in

        plan = plan_in(bundle)
        chosen = [_horizon(told) for told in horizons_of(plan) for _ in plan.arms]
    steps = sum((horizon.burn_in + horizon.weeks) * horizon.population for horizon in chosen)
    people = max((horizon.population for horizon in chosen), default=0)
    return WorkAsked(runs=times * len(chosen), steps=times * steps, people=people)


def _horizon(told: object) -> Horizon:
    """What a design point makes of the horizon; one that is not allowed fails when it is run, and costs nothing."""
    from pydantic import ValidationError

    try:
        return Horizon.model_validate(told)
    except ValidationError:
        return Horizon(weeks=1, burn_in=4, population=10)

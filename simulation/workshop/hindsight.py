"""The best that was possible: what one owner of all levers on the table would have set, found by a cheap search.

A coordinate search over three settings of each lever, held through all rounds, on the very customers and luck of the play: what
is best in hindsight, on a grid. `silosim optimum` asks the question with care (many lives, fresh luck for the answer).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from simulation.workshop.playing import Job, play, scenario_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.workshop.playing import Outcome
    from simulation.workshop.setup import Setup

__all__ = ["OBJECTIVES", "Best", "Quest", "best_levers"]

OBJECTIVES = {
    "loyalty": "highest mean loyalty over all rounds",
    "profit": "highest mean profit before bonus over all rounds",
}
"""What an owner may want, in words."""
LEVELS = (0.0, 0.5, 1.0)
"""Settings tried of each lever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quest:
    """What a worker needs to search; it pickles (see `quest_for`)."""

    objective: str
    job: Job
    start: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """What was found: settings by `department.lever`, what they bring, and how many lives the search took."""

    objective: str
    settings: dict[str, float]
    outcome: Outcome
    lives: int

    @property
    def data(self) -> dict[str, Any]:
        """All of it by name, as it is written down."""
        found = {"objective": self.objective, "settings": self.settings, "lives": self.lives}
        return {**found, "outcome": self.outcome.data}


def quest_for(setup: Setup, objective: str, *, rounds: int) -> Quest:
    """Return the search for an owner's best levers over so many rounds, as work.

    The act does not matter to customers where every lever on the table is held; pay is that of the first act.
    """
    act = setup.acts[0].name
    start = {
        f"{department}.{lever}": setup.opening.settings[f"{department}.{lever}"]
        for department, levers in setup.seats.items()
        for lever in levers
    }
    job = Job(
        act=act, firm="owner", of=act, rounds=rounds, weeks=setup.weeks, seed=setup.seed, pars=setup.opening.pars,
        scenario=scenario_of(setup, act, dict.fromkeys(range(1, rounds + 1), start), rounds=rounds),
    )  # fmt: skip
    return Quest(objective=objective, job=job, start=start)


def best_levers(quest: Quest, *, passes: int = 2) -> Best:
    """Search, and return the best policy found: a pure function; some 70 lives for the reference firm."""
    from simulation.analysis.best_policy import coordinate_search

    lived: dict[tuple[float, ...], Outcome] = {}

    def live(policy: Mapping[str, float]) -> Outcome:
        at = tuple(policy[name] for name in quest.start)
        if at not in lived:
            lived[at] = play(_holding(quest.job, policy))
        return lived[at]

    def value(policy: Mapping[str, float]) -> float:
        return _value(quest.objective, live(policy))

    settings, _ = coordinate_search(value, quest.start, levels=LEVELS, passes=passes)
    return Best(objective=quest.objective, settings=settings, outcome=live(settings), lives=len(lived))


def _holding(job: Job, policy: Mapping[str, float]) -> Job:
    """Return the job with its levers held at a policy in every round."""
    timeline = []
    for change in job.scenario.timeline:
        levers = change.levers
        if levers is not None and not policy.keys().isdisjoint(levers.hold):
            levers = levers.model_copy(update={"hold": {**levers.hold, **policy}})
        timeline.append(change.model_copy(update={"levers": levers}))
    return replace(job, scenario=job.scenario.model_copy(update={"timeline": tuple(timeline)}))


def _value(objective: str, outcome: Outcome) -> float:
    """Return what an owner makes of an outcome."""
    if objective == "loyalty":
        return _mean(outcome.weekly["loyalty"])
    return _mean(outcome.weekly["revenue"]) - _mean(outcome.weekly["cost"])


def _mean(series: list[float | None]) -> float:
    values = [value for value in series if value is not None]
    return sum(values) / len(values) if values else 0.0

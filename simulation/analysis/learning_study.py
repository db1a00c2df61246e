"""How well the learners learn: their distance from best response, where it is known and where trying finds it.

In the linear world the best response is exact. On the reference firm it is each department's own best policy with all
others at the start (`simulation.analysis.attainable`); every department then learns at once, as in any run.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.attainable import GRID, Trier, search
from simulation.analysis.jobs import Row, spread, summed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from simulation.analysis.attainable import Attainable
    from simulation.scenario.regime import Learning

__all__ = [
    "CLOSING_WEEKS",
    "LINEAR_POPULATION",
    "SEED",
    "FirmDesign",
    "LinearDesign",
    "Size",
    "learning_study",
    "person_noise",
]

ARMS = ("siloed", "shared_and_pooled")
LEARNERS = (("trial_and_error", 0.6), ("trial_and_error", 0.8), ("trial_and_error", 0.9), ("local_search", 0.0))
"""Rules with their memory."""
CLOSING_WEEKS = 26
"""Settings are taken as the mean over so many weeks."""
LINEAR_DEPARTMENTS, LINEAR_POPULATION, LINEAR_COSINE = 3, 5000, 0.7
SEED = 20_260_101
"""Seed of the study; the search for best responses has the next one, so that it does not share the learners' luck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is run."""

    populations: tuple[int, ...] = (5000, 20_000)
    weeks: tuple[int, ...] = (104, 208, 416)
    levers: tuple[int, ...] = (2, 4, 8)
    trial_noise: tuple[float, ...] = (0.0, 0.25, 1.0)
    grid: tuple[float, ...] = GRID
    search_replications: int = 2
    search_weeks: int = 78
    burn_in: int = 52


QUICK = Size(populations=(500,), weeks=(26, 52), levers=(2,), trial_noise=(0.0, 0.25), grid=(0.0, 1.0),
             search_replications=1, search_weeks=16, burn_in=16)  # fmt: skip
"""For a test: says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearDesign:
    """One point in the linear world; `trial_noise` is the standard deviation of one trial's gain [points]."""

    levers: int
    trial_noise: float
    rule: str
    memory: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmDesign:
    """One point on the reference firm."""

    arm: str
    population: int
    rule: str
    memory: float
    review_weeks: int
    levers_at_a_time: int


def learning_study(
    *,
    replications: int = 4,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    quick: bool = False,
) -> dict[str, pd.DataFrame]:
    """Return how near each learning rule comes to best response.

    Parameters
    ----------
    replications
        Runs of each point on the reference firm; each point of the linear world has twice as many.
    workers
        Processes; the results do not depend on it.
    progress
        Told (jobs done, jobs planned).
    quick
        A tiny study for tests.

    Returns
    -------
    tables by name. Intervals are 95 % (Student) over n replications.
        linear       distance = mean |x - x*| [lever units] and share of the attainable gain realised, by levers, trial
                     noise, rule and weeks.
        firm         share of the attainable gain realised by all departments together, by arm, population, rule,
                     cadence, levers at a time and weeks.
        departments  the same for each department, and its attainable gain [points].
        attainable   each lever's start, best response and what the start loses [points].
    """
    size = QUICK if quick else Size()
    first = spread(_search_jobs(size), workers=workers, progress=None)
    found = {(row["arm"], row["found"].department): row["found"] for row in first}
    runs = spread([*_linear_jobs(size, 2 * replications), *_firm_jobs(size, replications, found)], workers=workers,
                   progress=progress)  # fmt: skip
    linear = [row for row in runs if "arm" not in row]
    firm = [row for row in runs if "arm" in row]
    return {
        "linear": summed(linear, ["levers", "trial_noise", "rule", "memory", "weeks"], ["distance", "share"]),
        "firm": summed([row for row in firm if row["department"] == "all"], _FIRM_KEYS, ["share"]),
        "departments": summed(
            [row for row in firm if row["department"] != "all"], [*_FIRM_KEYS, "department", "attainable"], ["share"]
        ),
        "attainable": _attainable_table(found),
    }


_FIRM_KEYS = ["arm", "population", "rule", "memory", "review_weeks", "levers_at_a_time", "weeks"]


# -- jobs --------------------------------------------------------------------------------------------------------------


def _search_jobs(size: Size) -> list[Callable[[], list[Row]]]:
    from simulation.scenario.loading import load

    return [partial(_search, department, size) for department in load("silo_vs_shared").scenario.departments]


def _search(department: str, size: Size) -> list[Row]:
    """Return the department's best response in each arm."""
    from simulation.scenario.loading import load

    arms = load("silo_vs_shared").arms
    trier = Trier(
        scenario=arms[ARMS[0]], department=department, seed=SEED + 1, population=size.populations[0],
        burn_in=size.burn_in, weeks=size.search_weeks, replications=size.search_replications,
    )  # fmt: skip
    return [{"arm": arm, "found": search(trier, arm=arms[arm], grid=size.grid)} for arm in ARMS]


def _linear_jobs(size: Size, replications: int) -> Iterator[Callable[[], list[Row]]]:
    for levers in size.levers:
        for noise in size.trial_noise:
            for rule, memory in (*LEARNERS, ("fixed", 0.0)):
                design = LinearDesign(levers=levers, trial_noise=noise, rule=rule, memory=memory)
                for replication in range(replications):
                    yield partial(_linear, design, replication, size.weeks)


def _linear(design: LinearDesign, replication: int, weeks: tuple[int, ...]) -> list[Row]:
    """Return distance and share at each horizon of one run in the linear world."""
    from simulation.model.linear_world import EASY, LinearModel

    learning = _learning(design.rule, design.memory)
    model = LinearModel(
        departments=LINEAR_DEPARTMENTS, levers=design.levers, cosine=LINEAR_COSINE, learning=learning,
        population=LINEAR_POPULATION, noise=person_noise(design.trial_noise, learning.review_weeks), weeks=weeks[-1],
        seed=SEED, replication=replication,
    )  # fmt: skip
    model.run()
    away = model.settings_by_week - model.best
    model.let_go()
    whole = float(((EASY - model.best) * (EASY - model.best)).sum())
    rows = []
    for horizon in weeks:
        closing = away[max(0, horizon - CLOSING_WEEKS) : horizon]
        share = 1.0 - float((closing * closing).sum(axis=1).mean()) / whole
        rows.append({**asdict(design), "weeks": horizon, "distance": float(np.abs(closing).mean()), "share": share})
    return rows


def person_noise(trial_noise: float, review_weeks: int) -> float:
    """Return the noise per person-week at which one trial's gain has this standard deviation.

    The gain is twice the difference between two halves' means over two reviews: 2 s sqrt(4 / (people x weeks)).
    """
    return float(trial_noise / 2.0 * np.sqrt(LINEAR_POPULATION * 2 * review_weeks / 4.0))


def _firm_jobs(
    size: Size, replications: int, found: dict[tuple[str, str], Attainable]
) -> Iterator[Callable[[], list[Row]]]:
    """Yield the slow jobs first, so that no worker is left with one at the end."""
    for population in sorted(size.populations, reverse=True):
        for arm in ARMS:
            best = [each for (of, _), each in found.items() if of == arm]
            for rule, memory, review_weeks, at_a_time in _cadences(full=population == size.populations[0]):
                design = FirmDesign(arm=arm, population=population, rule=rule, memory=memory, review_weeks=review_weeks,
                                    levers_at_a_time=at_a_time)  # fmt: skip
                for replication in range(replications):
                    yield partial(_firm, design, replication, size, best)


def _cadences(*, full: bool) -> Iterator[tuple[str, float, int, int]]:
    """Yield rule, memory, review weeks and levers at a time; not each cadence where runs are long."""
    for rule, memory in LEARNERS:
        yield rule, memory, 4, 4
        if full or rule == "trial_and_error":
            yield rule, memory, 8, 4
        if full:
            yield rule, memory, 4, 2


def _firm(design: FirmDesign, replication: int, size: Size, best: Sequence[Attainable]) -> list[Row]:
    """Return the share that each department, and all together, have realised at each horizon of one run."""
    from simulation.model.organization_model import OrganizationModel
    from simulation.scenario.loading import load

    given = load("silo_vs_shared").arms[design.arm]
    learning = _learning(
        design.rule, design.memory, review_weeks=design.review_weeks, at_a_time=design.levers_at_a_time
    )
    model = OrganizationModel(
        given.model_copy(update={"learning": learning}), seed=SEED, replication=replication,
        population=design.population, burn_in=size.burn_in, weeks=size.weeks[-1],
    )  # fmt: skip
    model.run()
    settings, names = model.settings_by_week, list(model.organization.lever_names)
    model.let_go()
    rows = []
    for weeks in size.weeks:
        closing = settings[max(0, weeks - CLOSING_WEEKS) : weeks]
        lost = {each.department: _lost(each, closing, names) for each in best}
        worth = {each.department: each.worth for each in best}
        lost["all"], worth["all"] = sum(lost.values()), sum(worth.values())
        rows += [
            {**asdict(design), "weeks": weeks, "department": name, "attainable": worth[name],
             "share": 1.0 - lost[name] / worth[name] if worth[name] > 0.0 else float("nan")}
            for name in lost
        ]  # fmt: skip
    return rows


def _lost(best: Attainable, settings: NDArray[np.float64], names: Sequence[str]) -> float:
    """Return the mean loss of settings [week, lever of the firm] against a department's best response [points]."""
    return float(best.loss(settings[:, [names.index(lever) for lever in best.levers]]).sum(axis=1).mean())


def _learning(rule: str, memory: float, *, review_weeks: int = 4, at_a_time: int = 4) -> Learning:
    from simulation.scenario.regime import Learning

    return Learning(rule=rule, memory=memory, review_weeks=review_weeks, levers_at_a_time=at_a_time)


# -- table ---------------------------------------------------------------------------------------------------------------


def _attainable_table(found: dict[tuple[str, str], Attainable]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([
        {"arm": arm, "department": department, "lever": lever.partition(".")[2], "start": start, "best": best,
         "start_loses": float(lost), "department_gain": each.gain}
        for (arm, department), each in found.items()
        for lever, start, best, lost in zip(
            each.levers, each.start, each.best, each.loss(np.array(each.start)), strict=True
        )
    ])  # fmt: skip

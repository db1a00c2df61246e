"""Published theory against the organization: exact for best response, and how far trial and error stays from it.

Everything runs through `simulation.model.organization.Organization`: its scores, schemes, pay and reviews. In the linear
world what departments reach is set against closed forms (`simulation.rules.theory`); on NK landscapes against all
configurations.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from itertools import product
from math import acos, cos, degrees, radians, sqrt
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.intervals import mean_interval
from simulation.analysis.jobs import Row, spread, summed
from simulation.analysis.learning_study import CLOSING_WEEKS, LINEAR_POPULATION, SEED, person_noise
from simulation.rules.theory import (
    best_bonus,
    best_split_weight,
    blend_efficiency,
    bonus_efficiency,
    crossing_cosine,
    split_efficiency,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from simulation.analysis.jobs import Job

__all__ = [
    "ARMS",
    "PAYS",
    "Pay",
    "bonus_found",
    "crossing_angle",
    "reached",
    "split_weight_found",
    "theory_study",
    "top_of_parabola",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """How departments are paid in a small world (see `simulation.model.small_world.SmallModel`)."""

    weight: float = 0.0
    split: bool = False
    regime: str = "pooled"


PAYS = {
    "own": Pay(),
    "half, unsplit": Pay(weight=0.5),
    "all, unsplit": Pay(weight=1.0),
    "all, split": Pay(weight=1.0, split=True),
}
"""In the linear world: how much of the pay is for the company's value, and whether it is split among departments."""
ARMS = {
    "siloed": Pay(regime="siloed"),
    "shared": Pay(weight=0.5, regime="siloed"),
    "shared and pooled": Pay(weight=0.5),
    "all shared and pooled": Pay(weight=1.0),
}
"""On NK landscapes."""
ANGLE = 60.0
"""Between own KPI and value: where silos at bonus 1 bring nothing, and a pool split among seven a quarter [degrees]."""
LEVERS = 4
NK_DEPARTMENTS, NK_LEVERS, NK_WITHIN = 3, 4, 1
LEARNERS = ("trial_and_error", "regression")
"""In the linear world, with the memory and step of the reference firm; the first also with a louder value."""
WALKERS = (("best_response", 0.1), ("local_search", 0.5), ("trial_and_error", 0.1))
"""Rules on NK landscapes, each with its step; a step of .5 changes a practice altogether."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is run."""

    departments: tuple[int, ...] = (2, 4, 7)
    trial_noise: tuple[float, ...] = (0.0, 0.25, 1.0)
    weeks: tuple[int, ...] = (52, 104, 208)
    across: tuple[int, ...] = (0, 2, 8)
    nk_weeks: int = 104
    landscapes: int = 200


QUICK = Size(departments=(2,), trial_noise=(0.0, 0.25), weeks=(12, 24), across=(0, 8), nk_weeks=12, landscapes=4)
"""For a test: says nothing."""


def theory_study(
    *,
    replications: int = 6,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    quick: bool = False,
) -> dict[str, pd.DataFrame]:
    """Return how the organization stands to published theory.

    Parameters
    ----------
    replications
        Runs of each point of the linear world with noise (one without); each point on NK landscapes has three times as many.
    workers
        Processes; the results do not depend on it.
    progress
        Told (jobs done, jobs planned).
    quick
        A tiny study for tests.

    Returns
    -------
    tables by name. Intervals are 95 % (Student) over n.
        exact       published figures beside what the organization reaches under best response.
        learners    efficiency, and distance |x - x*| from best response [lever units], by pay, departments, noise, rule
                    and weeks. `value_noise`: that of the company's value, as a multiple of an own KPI's.
        nk          how far between the average configuration (0) and the best (1) departments end, by pay, dependence
                    across departments, and rule.
        landscapes  published properties of the landscapes themselves.
    """
    size = QUICK if quick else Size()
    jobs = [*_linear_jobs(size, replications), *_nk_jobs(size, 3 * replications)]
    rows = spread(jobs, workers=workers, progress=progress)
    return {
        "exact": _exact_table(),
        "learners": summed(
            [row for row in rows if "departments" in row],
            ["pay", "departments", "trial_noise", "value_noise", "rule", "weeks"],
            ["efficiency", "distance"],
        ),
        "nk": summed([row for row in rows if "across" in row], ["pay", "across", "rule", "step"], ["efficiency"]),
        "landscapes": _landscape_table(size.landscapes),
    }


# -- best response -----------------------------------------------------------------------------------------------------


def reached(*, departments: int, angle: float, weight: float = 0.0, split: bool = False, bonus: float = 1.0) -> float:
    """Return the efficiency of where an organization goes that knows everything, from a random start, in its first review."""
    from simulation.model.linear_world import LinearModel
    from simulation.scenario.regime import Learning

    model = LinearModel(
        departments=departments, levers=2, cosine=cos(radians(angle)), weight=weight, split=split, bonus=bonus,
        learning=Learning(rule="best_response", start="random", levers_at_a_time=1), weeks=1,
    )  # fmt: skip
    model.run()
    efficiency = float(model.efficiency(model.settings_by_week)[0])
    model.let_go()
    return efficiency


def top_of_parabola(value_of: Callable[[float], float]) -> float:
    """Return where a parabola is highest, from its values at 0, 1/2 and 1.

    Examples
    --------
    >>> top_of_parabola(lambda x: -((x - 0.3) ** 2))
    0.3
    """
    low, middle, high = value_of(0.0), value_of(0.5), value_of(1.0)
    return 0.5 + 0.25 * (low - high) / (low - 2.0 * middle + high)


def bonus_found(angle: float) -> float:
    """Return the bonus on the own KPI with the highest efficiency, from organizations at bonus 1/4, 5/8 and 1."""
    low, width = 0.25, 0.75  # a bonus of 0 has no score
    return low + width * top_of_parabola(lambda x: reached(departments=3, angle=angle, bonus=low + width * x))


def split_weight_found(departments: int, angle: float) -> float:
    """Return the weight of a split pool with the highest efficiency, from organizations at weight 0, 1/2 and 1."""
    return top_of_parabola(lambda x: reached(departments=departments, angle=angle, weight=x, split=True))


def crossing_angle(departments: int, *, optimised: bool) -> float:
    """Return the angle [degrees] above which full sharing, split, beats silos at bonus 1 or at Baker's (`optimised`).

    By bisection over what organizations reach.
    """
    low, high = 5.0, 85.0
    while high - low > 1e-4:
        angle = (low + high) / 2.0
        silos = reached(departments=departments, angle=angle, bonus=cos(radians(angle)) if optimised else 1.0)
        ahead = reached(departments=departments, angle=angle, weight=1.0, split=True) > silos
        low, high = (low, angle) if ahead else (angle, high)
    return (low + high) / 2.0


def _exact_table() -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(_exact_rows(), columns=["what", "departments", "angle", "published", "reached"])
    return table.assign(difference=table["reached"] - table["published"])


def _exact_rows() -> Iterator[tuple[str, int, float, float, float]]:
    for angle in (30.0, 45.0, 60.0, 75.0):
        aligned, bonus = cos(radians(angle)), bonus_found(angle)
        yield "best bonus (Baker)", 3, angle, best_bonus(aligned), bonus
        surplus = reached(departments=3, angle=angle, bonus=bonus)
        yield "its surplus", 3, angle, bonus_efficiency(aligned, aligned), surplus
    for number in (2, 4, 7, 10):
        of = partial(reached, departments=number, angle=45.0, weight=1.0)
        yield "all of the value, split (Holmstrom)", number, 45.0, split_efficiency(number), of(split=True)
        yield "all of the value, unsplit", number, 45.0, 1.0, of()
    for angle in (30.0, 45.0, 60.0):
        aligned = cos(radians(angle))
        half = reached(departments=7, angle=angle, weight=0.5)
        yield "half of the value, unsplit", 7, angle, blend_efficiency(aligned, 0.5), half
        yield "best weight of a split pool", 7, angle, best_split_weight(aligned, 7), split_weight_found(7, angle)
    for optimised, words in ((False, "bonus 1"), (True, "Baker's bonus")):
        for number in (2, 7, 10):
            published = degrees(acos(crossing_cosine(number, optimised=optimised)))
            found = crossing_angle(number, optimised=optimised)
            yield f"angle above which a split pool beats silos at {words}", number, published, published, found


# -- learners in the linear world --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point in the linear world."""

    pay: str
    departments: int
    trial_noise: float
    value_noise: float
    rule: str


def _linear_jobs(size: Size, replications: int) -> Iterator[Job]:
    """Yield the slow jobs first, so that no worker is left with one at the end."""
    for number in sorted(size.departments, reverse=True):
        for rule, pay, noise in product(LEARNERS, PAYS, size.trial_noise):
            louder = noise > 0.0 and PAYS[pay].weight > 0.0 and rule == LEARNERS[0]
            for value_noise in (1.0, sqrt(number)) if louder else (1.0,):
                point = Point(pay=pay, departments=number, trial_noise=noise, value_noise=value_noise, rule=rule)
                for replication in range(replications if noise > 0.0 else 1):
                    yield partial(_linear, point, replication, size.weeks)
        for pay in PAYS:
            known = Point(pay=pay, departments=number, trial_noise=0.0, value_noise=1.0, rule="best_response")
            yield partial(_linear, known, 0, size.weeks[:1])


def _linear(point: Point, replication: int, weeks: tuple[int, ...]) -> list[Row]:
    """Return efficiency and distance from best response at each horizon of one run."""
    from simulation.model.linear_world import LinearModel
    from simulation.scenario.regime import Learning

    learning = Learning(rule=point.rule)
    noise = person_noise(point.trial_noise, learning.review_weeks)
    model = LinearModel(
        departments=point.departments, levers=LEVERS, cosine=cos(radians(ANGLE)), **asdict(PAYS[point.pay]),
        learning=learning, population=LINEAR_POPULATION, noise=noise, value_noise=noise * point.value_noise,
        weeks=weeks[-1], seed=SEED, replication=replication,
    )  # fmt: skip
    model.run()
    efficiency = model.efficiency(model.settings_by_week)
    away = np.abs(model.settings_by_week - model.best).mean(axis=1)
    model.let_go()
    closing = {horizon: slice(max(0, horizon - CLOSING_WEEKS), horizon) for horizon in weeks}
    return [
        {**asdict(point), "weeks": horizon, "efficiency": float(efficiency[last].mean()),
         "distance": float(away[last].mean())}
        for horizon, last in closing.items()
    ]  # fmt: skip


# -- NK landscapes -----------------------------------------------------------------------------------------------------


def _nk_jobs(size: Size, landscapes: int) -> Iterator[Job]:
    for (rule, step), pay, across, landscape in product(WALKERS, ARMS, size.across, range(landscapes)):
        yield partial(_nk, pay, across, rule, step, landscape, size.nk_weeks)


def _nk(pay: str, across: int, rule: str, step: float, landscape: int, weeks: int) -> list[Row]:
    """Return where departments end on one landscape, the same for every pay and rule."""
    from simulation.model.nk_world import NkModel
    from simulation.scenario.regime import Learning

    model = NkModel(
        departments=NK_DEPARTMENTS, levers=NK_LEVERS, within=NK_WITHIN, across=across, **asdict(ARMS[pay]),
        learning=Learning(rule=rule, step=step), weeks=weeks, seed=SEED, replication=landscape,
    )  # fmt: skip
    model.run()
    efficiency = model.efficiency(model.settings_by_week[-CLOSING_WEEKS:])
    model.let_go()
    return [{"pay": pay, "across": across, "rule": rule, "step": step, "efficiency": float(efficiency.mean())}]


def _landscape_table(number: int) -> pd.DataFrame:
    """Return published properties of landscapes of ten practices beside those of the landscapes drawn."""
    import pandas as pd

    from simulation.model.nk_world import contributions, local_optima
    from simulation.randomness import key

    def drawn(within: int, across: int) -> Iterator[np.ndarray]:
        for n in range(number):
            yield contributions(key(SEED, n), departments=2, levers=5, within=within, across=across).mean(axis=1)

    cases = [
        ("highest mean contribution, K = 0", 2.0 / 3.0, [float(each.max()) for each in drawn(0, 0)]),
        ("local optima, K = N - 1 = 9", 1024.0 / 11.0, [float(local_optima(each).sum()) for each in drawn(4, 5)]),
    ]
    rows = []
    for what, published, values in cases:
        found = mean_interval(values)
        rows.append({"what": what, "published": published, "mean": found.mean, "low": found.low, "high": found.high,
                     "n": found.n})  # fmt: skip
    return pd.DataFrame(rows)

"""The linear world: what levers do is a straight line, so that the best response is known exactly.

It stands behind the same seam as the customer journey, and the same organization acts upon it. Per person and week,
department d adds g_d.a_d to its own KPI and f_d.a_d to the company's value, where a = scale x (setting - easy) are its
actions. Effects last for the week only. Theory's effort |a|^2 / 2 is the levers' own, scale^2 (setting - easy)^2 / 2.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.model.organization import design_cells
from simulation.model.small_world import SmallModel, SmallWorld
from simulation.randomness import key
from simulation.rules.theory import best_action
from simulation.scenario.lever import Lever
from simulation.scenario.regime import Learning

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["EASY", "SCALE", "LinearModel", "LinearWorld", "directions"]

EASY = 0.5
"""The setting that is no action at all, and the starting policy."""
SCALE = 2.5
"""Action per lever unit. Best responses at a bonus up to 1 are no longer than 1: their settings lie in [0.1, 0.9]."""
_LEVER = Lever(
    name="Action", low="against", high="for", start=EASY, easy=EASY, effort=SCALE * SCALE, source="Baker 2002"
)
"""Each lever; effort x (setting - easy)^2 / 2 is |a|^2 / 2."""


def directions(levers: int, cosine: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return value f and own KPI g of one department's levers [lever], of length 1, with f.g = cosine.

    All levers matter alike to the value; the KPI overpays one half of them and underpays the other.

    Raises
    ------
    ValueError
        If the cosine is not in [-1, 1], or differs from 1 where there is a single lever.

    Examples
    --------
    >>> directions(2, 0.6)[1].round(3).tolist()
    [0.99, -0.141]
    """
    if not -1.0 <= cosine <= 1.0:
        raise ValueError(f"a cosine lies in [-1, 1], not {cosine}")
    value = np.full(levers, 1.0 / sqrt(levers))
    if levers == 1:
        if cosine != 1.0:
            raise ValueError("a single lever has cosine 1: an angle takes two")
        return value, value.copy()
    pairs = levers // 2
    across = np.zeros(levers)
    across[: 2 * pairs : 2] = 1.0 / sqrt(2 * pairs)
    across[1 : 2 * pairs : 2] = -1.0 / sqrt(2 * pairs)
    return value, cosine * value + sqrt(1.0 - cosine * cosine) * across


class LinearWorld(SmallWorld):
    """Straight lines with noise.

    Parameters
    ----------
    value, kpi
        f and g of a department's levers [lever], the same for every department.
    given
        See `SmallWorld`.
    """

    def __init__(self, *, value: NDArray[np.float64], kpi: NDArray[np.float64], **given: Any) -> None:
        super().__init__(**given)
        self.value, self.kpi = value, kpi

    def per_person(self, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what settings [row, lever] bring per person and week [row, amount]: each KPI, then the value."""
        actions = (SCALE * (settings - EASY)).reshape(len(settings), self.departments, len(self.kpi))
        own = (actions * self.kpi).sum(axis=2)
        whole = (actions * self.value).sum(axis=2).sum(axis=1)
        return np.column_stack((own, whole))


class LinearModel(SmallModel):
    """An organization in the linear world.

    Parameters
    ----------
    departments, levers
        Number of departments, and of levers of each.
    cosine
        Cosine of the angle between value and own KPI.
    bonus, weight, split, regime, learning, weeks
        See `SmallModel`; departments start at the setting that is no action.
    population, noise, value_noise
        See `SmallWorld`.
    seed, replication
        Key of every draw. `rng` is Mesa's word for the seed.

    Attributes
    ----------
    best
        Best response of each lever [lever], as a setting.

    Examples
    --------
    >>> model = LinearModel(departments=2, levers=2, cosine=0.6, weeks=8)
    >>> model.run()
    >>> model.week, model.best.round(3).tolist()
    (8, [0.896, 0.443, 0.896, 0.443])
    """

    def __init__(
        self,
        *,
        departments: int = 3,
        levers: int = 4,
        cosine: float = 0.7,
        bonus: float = 1.0,
        weight: float = 0.0,
        split: bool = False,
        regime: str = "pooled",
        learning: Learning | None = None,
        population: int = 5000,
        noise: float = 0.0,
        value_noise: float | None = None,
        weeks: int = 208,
        seed: int = 1,
        replication: int = 0,
        rng: int | None = None,
    ) -> None:
        learning = Learning() if learning is None else learning
        value, kpi = directions(levers, cosine)
        world = LinearWorld(
            value=value,
            kpi=kpi,
            departments=departments,
            population=population,
            noise=noise,
            value_noise=value_noise,
            run_key=key(seed if rng is None else rng, replication),
            cells=design_cells(learning, departments),
        )
        super().__init__(
            world=world,
            lever=_LEVER,
            levers=levers,
            bonus=bonus,
            weight=weight,
            split=split,
            regime=regime,
            learning=learning,
            weeks=weeks,
        )
        sharers = departments if split else 1
        pays = [
            best_action(float(g), float(f), bonus=bonus, weight=weight, sharers=sharers)
            for f, g in zip(value, kpi, strict=True)
        ]
        self.best = EASY + np.tile(np.array(pays), departments) / SCALE

    def efficiency(self, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the share of the highest surplus, half a point for each department, at settings [row, lever]."""
        actions = SCALE * (settings - EASY)
        surplus = self.world.per_person(settings)[:, -1] - (actions * actions).sum(axis=1) / 2.0
        share: NDArray[np.float64] = surplus / (0.5 * self.world.departments)
        return share

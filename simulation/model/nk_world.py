"""The NK world: a rugged landscape whose every peak is known by enumeration.

It stands behind the same seam as the customer journey, and the same organization acts upon it. N practices are done in an old
way (0) or a new one (1); a lever's setting is the share of cases done in the new way, so that settings of 0 and 1 are
bits. What practice i contributes depends on itself and K others and is drawn uniformly from (0, 1) for each of their
2^(K+1) combinations (Kauffman & Weinberger 1989; Levinthal 1997); for shares between, on average over the combinations that
they make. Each department owns some practices: its KPI is their mean contribution (Siggelkow & Rivkin 2005).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.model.organization import design_cells
from simulation.model.small_world import SmallModel, SmallWorld
from simulation.randomness import PURPOSE, key, threefry, uniform
from simulation.scenario.lever import Lever
from simulation.scenario.regime import Learning

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MOST_BITS", "NkModel", "NkWorld", "contributions", "local_optima"]

MOST_BITS = 14
"""Largest landscape: all 2^N configurations are listed."""
_LEVER = Lever(name="Practice", low="old way", high="new way", start=0.0, easy=0.0, effort=0.0, source="Levinthal 1997")
"""Each lever. All start in the old way: as good a place as any, since contributions are drawn without regard to it."""


def contributions(
    run_key: tuple[int, int, int], *, departments: int, levers: int, within: int, across: int
) -> NDArray[np.float64]:
    """Return what each practice contributes in every configuration [configuration, practice], uniform in (0, 1).

    Bit i of a configuration's number is practice i; a department's practices follow each other.

    Parameters
    ----------
    run_key
        Key of the landscape's draws.
    departments, levers
        Number of departments, and of practices of each.
    within, across
        How many of the department's other practices, and of other departments', a contribution depends on, drawn for
        each practice; K = within + across.

    Raises
    ------
    ValueError
        If there are more than `MOST_BITS` practices, or fewer to depend on than asked for.

    Source: Kauffman & Weinberger 1989. Special cases: K = 0 is additive, K = N - 1 uncorrelated.
    """
    bits = departments * levers
    if bits > MOST_BITS:
        raise ValueError(f"{bits} practices are too many to list their configurations: {MOST_BITS} at the most")
    if not 0 <= within < levers or not 0 <= across <= bits - levers:
        raise ValueError(
            f"a practice may depend on 0 to {levers - 1} of its department's others and on 0 to {bits - levers} of other "
            f"departments', not on {within} and {across}"
        )
    practice = np.arange(bits, dtype=np.int64)
    configurations = np.arange(1 << bits, dtype=np.int64)
    result = np.empty((len(configurations), bits))
    for i in range(bits):
        rank, _, _, _ = threefry(*run_key, 0, np.full(bits, i), practice, PURPOSE["landscape"], 1)
        order = np.argsort(rank, kind="stable")
        own = order // levers == i // levers
        partners = [*order[own & (order != i)][:within], *order[~own][:across]]
        pattern = configurations >> i & 1
        for place, j in enumerate(sorted(int(j) for j in partners)):
            pattern = pattern | (configurations >> j & 1) << (place + 1)
        word, _, _, _ = threefry(*run_key, 0, np.full(len(pattern), i), pattern, PURPOSE["landscape"], 0)
        result[:, i] = uniform(word)
    return result


def local_optima(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether no change of a single practice improves a configuration [configuration].

    Examples
    --------
    >>> local_optima(np.array([0.9, 0.2, 0.1, 0.5])).tolist()
    [True, False, False, True]
    """
    number = np.arange(len(values))
    best = np.ones(len(values), dtype=np.bool_)
    for i in range(len(values).bit_length() - 1):
        best &= values >= values[number ^ (1 << i)]
    return best


class NkWorld(SmallWorld):
    """An NK landscape with noise.

    Its value counter is the sum of the departments' KPIs, so that what a department adds to its own it adds to the company's,
    as in the linear world; the mean over all practices is that by the number of departments.

    Parameters
    ----------
    table
        KPI of every department, then their sum [configuration, amount].
    given
        See `SmallWorld`.
    """

    levels = (0.0, 1.0)
    """Averages over combinations are straight in each lever, so what pays best lies at a bit."""

    def __init__(self, *, table: NDArray[np.float64], **given: Any) -> None:
        super().__init__(**given)
        self.table = table

    def per_person(self, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what settings [row, lever] bring per person and week [row, amount], one practice averaged out after another."""
        left = np.repeat(self.table[None], len(settings), axis=0)
        for share in settings.T[:, :, None, None]:
            left = (1.0 - share) * left[:, 0::2] + share * left[:, 1::2]
        return left[:, 0]


class NkModel(SmallModel):
    """An organization on an NK landscape; each replication has its own landscape.

    Parameters
    ----------
    departments, levers
        Number of departments, and of practices of each.
    within, across
        See `contributions`.
    weight, split, regime, learning, weeks
        See `SmallModel`. A step of .5 makes every trial change a practice altogether: then `local_search` is the walk that
        Levinthal 1997 calls local adaptation.
    population, noise, value_noise
        See `SmallWorld`.
    seed, replication
        Key of every draw. `rng` is Mesa's word for the seed.

    Attributes
    ----------
    values
        Mean contribution of all practices [configuration].

    Examples
    --------
    >>> model = NkModel(departments=2, levers=2, across=1, learning=Learning(rule="best_response"), weight=1.0, weeks=8)
    >>> model.run()
    >>> model.week, set(model.settings_by_week[-1].tolist()) <= {0.0, 1.0}
    (8, True)
    """

    def __init__(
        self,
        *,
        departments: int = 3,
        levers: int = 4,
        within: int = 1,
        across: int = 2,
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
        run_key = key(seed if rng is None else rng, replication)
        drawn = contributions(run_key, departments=departments, levers=levers, within=within, across=across)
        kpis = drawn.reshape(len(drawn), departments, levers).sum(axis=2) / levers
        world = NkWorld(
            table=np.column_stack((kpis, kpis.sum(axis=1))),
            departments=departments,
            population=population,
            noise=noise,
            value_noise=value_noise,
            run_key=run_key,
            cells=design_cells(learning, departments),
        )
        super().__init__(
            world=world,
            lever=_LEVER,
            levers=levers,
            bonus=1.0,
            weight=weight,
            split=split,
            regime=regime,
            learning=learning,
            weeks=weeks,
        )
        self.values = world.table[:, -1] / departments

    def efficiency(self, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far settings [row, lever] lie between the average configuration (0) and the best of all (1)."""
        reached = self.world.per_person(settings)[:, -1] / self.world.departments
        middle = self.values.mean()
        share: NDArray[np.float64] = (reached - middle) / (self.values.max() - middle)
        return share

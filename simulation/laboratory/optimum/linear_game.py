"""The linear world as a game: published theory's answers for the solvers that search the customer journey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.laboratory.optimum.game import effort_of, worth_to
from simulation.model.linear_world import LinearModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LinearGame"]


class LinearGame:
    """Departments whose levers add straight lines to their KPI and to the company's value; see `LinearModel`.

    The owner's value is surplus: the company's value less all effort. Pay-offs are the organization's own appraisals.
    """

    def __init__(
        self,
        *,
        departments: int,
        levers: int,
        cosine: float,
        bonus: float = 1.0,
        weight: float = 0.0,
        split: bool = False,
    ) -> None:
        self.model = LinearModel(
            departments=departments, levers=levers, cosine=cosine, bonus=bonus, weight=weight, split=split, weeks=1
        )
        organization = self.model.organization
        self.levers = organization.lever_names
        self.bounds = np.tile([0.0, 1.0], (len(self.levers), 1))
        self.owner = tuple(range(len(self.levers)))
        self.players = {
            name: tuple(lever.index for lever in department.levers)
            for name, department in organization.departments.items()
        }

    def efficiency(self, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the share of the highest surplus [row]."""
        return self.model.efficiency(settings)

    def value(self, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.model.efficiency(settings) * 0.5 * len(self.players)

    def payoff(self, player: str, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        organization = self.model.organization
        no_data = dict.fromkeys(self.players, 0.0)
        given = [lever.given.given for lever in organization.departments[player].levers]
        mine = list(self.players[player])
        net = np.empty(len(settings))
        for row, counts in enumerate(self.model.world.expected(settings)):
            standings = organization.appraisals.standings(counts, organization.pars, no_data)
            net[row] = worth_to(player, standings, organization.appraisals)
            net[row] -= effort_of(settings[row, mine].tolist(), given)
        return net

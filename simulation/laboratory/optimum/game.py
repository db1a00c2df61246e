"""A game between departments, as its solvers see it: levers, who moves which, what settings are worth, and to whom.

The customer journey (`simulation.laboratory.optimum.journey_game`) and the linear world of published theory
(`simulation.laboratory.optimum.linear_game`) are such games, so that the code that is tested on known answers is the code that
searches the journey.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from simulation.rules.incentive import appraise, effort_cost, worth

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from simulation.model.appraisal import Appraisals
    from simulation.rules.incentive import Scores
    from simulation.scenario.lever import Lever

__all__ = ["Game", "effort_of", "worth_to"]


class Game(Protocol):
    """Players with levers in a box, the owner's value of settings, and each player's pay-off.

    Settings are rows of all levers [row, lever]. Answers are pure functions of the settings.
    """

    @property
    def levers(self) -> tuple[str, ...]:
        """Names of all levers."""

    @property
    def bounds(self) -> NDArray[np.float64]:
        """Lowest and highest setting of each lever [lever, 2]."""

    @property
    def owner(self) -> tuple[int, ...]:
        """Levers that a single owner of the firm would choose."""

    @property
    def players(self) -> Mapping[str, tuple[int, ...]]:
        """Levers that each player chooses."""

    def value(self, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what settings [row, lever] are worth to the owner [row]."""

    def payoff(self, player: str, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what settings [row, lever] are worth to a player, net of its effort [row]."""


def worth_to(player: str, standings: Mapping[str, Scores], appraisals: Appraisals) -> float:
    """Return what scores are worth to a department [points of bonus], before effort.

    Under a tournament its rivals are the others where they stand at the same settings. Buy-in, attention and what can be
    seen do not enter: this is what is paid, to who knows what every setting brings.
    """
    terms = appraisals.terms(player)
    if terms.payoff == "tournament":
        others = [appraise(scores, appraisals.terms(name)) for name, scores in standings.items() if name != player]
        total = 0.0
        for each in others:
            total += each
        terms = replace(terms, rivals=total / len(others) if others else 0.0)
    return worth(standings[player], terms)


def effort_of(settings: Iterable[float], levers: Iterable[Lever]) -> float:
    """Return the effort of settings of levers [points of appraisal]."""
    total = 0.0
    for setting, lever in zip(settings, levers, strict=True):
        total += effort_cost(setting, lever.easy, lever.effort)
    return total

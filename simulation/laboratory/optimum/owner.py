"""What a single owner of all levers would choose: the settings that are worth most, from several starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.best_policy import coordinate_search
from simulation.laboratory.optimum.climbing import Step, climb, polish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from simulation.laboratory.optimum.climbing import Care
    from simulation.laboratory.optimum.game import Game

__all__ = ["baseline", "best_levers", "near_best"]


def best_levers(game: Game, start: NDArray[np.float64], care: Care) -> Iterator[Step]:
    """Search far and wide for the owner's best settings; yield where the search stands, as settings of all levers.

    Parameters
    ----------
    game
        Levers that are not the owner's stay as they start.
    start
        Settings of all levers [lever].
    care
        How carefully.
    """
    return _search(climb, game, start, care)


def near_best(game: Game, start: NDArray[np.float64], care: Care) -> Iterator[Step]:
    """Search near a start for the owner's best settings; as `best_levers`."""
    return _search(polish, game, start, care)


def _search(by: Callable[..., Iterator[Step]], game: Game, start: NDArray[np.float64], care: Care) -> Iterator[Step]:
    mine = list(game.owner)

    def whole(settings: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = np.repeat(start[None], len(settings), axis=0)
        rows[:, mine] = settings
        return rows

    def value(settings: NDArray[np.float64]) -> NDArray[np.float64]:
        return game.value(whole(settings))

    for step in by(value, start[mine], game.bounds[mine], care):
        yield Step(settings=whole(step.settings[None])[0], value=step.value, asked=step.asked)


def baseline(game: Game, start: NDArray[np.float64]) -> Step:
    """Return what a coordinate search over three levels of each lever finds: what a better search has to beat.

    It is the search by which starting policies of the kind `company_best` are made
    (`simulation.analysis.best_policy.company_best`).
    """
    names = [game.levers[i] for i in game.owner]
    asked = 0

    def policy(settings: Mapping[str, float]) -> NDArray[np.float64]:
        whole = start.copy()
        whole[list(game.owner)] = [settings[name] for name in names]
        return whole

    def value(settings: Mapping[str, float]) -> float:
        nonlocal asked
        asked += 1
        return float(game.value(policy(settings)[None])[0])

    best, reached = coordinate_search(value, dict(zip(names, start[list(game.owner)].tolist(), strict=True)))
    return Step(settings=policy(best), value=reached, asked=asked)

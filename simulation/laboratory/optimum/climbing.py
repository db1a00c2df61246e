"""The highest point of a function over a box: CMA-ES to look far, a compass search with parabolas to finish.

CMA-ES (Hansen & Ostermeier 2001) is the library `cma`'s. The compass search (Kolda, Lewis & Torczon 2003, generating set
search) tries every lever a step up and down, jumps to the tops of the parabolas through the three points of each, and halves its
step where nothing is better: exact where levers do not interact and the function is quadratic, a local optimum elsewhere.
Both ask for whole batches of settings, which can be run side by side, and neither depends on how fast answers come.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.laboratory.extras import needed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Function = Callable[[NDArray[np.float64]], NDArray[np.float64]]

__all__ = ["Care", "Step", "climb", "explore", "last", "polish"]

FAR = 0.75
"""Share of a budget that CMA-ES may use; the rest is for the finish. Our assumption."""
LINE = 21
"""Settings compared where there is a single lever, for which CMA-ES is not made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where a search stands.

    settings
        The best found [lever], of the levers searched.
    value
        Theirs.
    asked
        Settings asked about so far, those seen before included.
    """

    settings: NDArray[np.float64]
    value: float
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """How carefully is searched.

    Attributes
    ----------
    budget
        Settings asked about at the most.
    spread
        Standard deviation with which CMA-ES begins, and first step of the compass search [lever units].
    finest
        Step below which the compass search ends [lever units].
    tolerance
        Difference in value below which two settings are alike.
    seed
        Of CMA-ES's draws.
    """

    budget: int
    spread: float = 0.25
    finest: float = 1e-4
    tolerance: float = 1e-9
    seed: int = 1


def last(steps: Iterator[Step]) -> Step:
    """Return the last step of a search: the best that it found."""
    *_, step = steps
    return step


def climb(function: Function, start: NDArray[np.float64], bounds: NDArray[np.float64], care: Care) -> Iterator[Step]:
    """Look far, then finish from the best of what was found and the start; yield where the search stands.

    Parameters
    ----------
    function
        Values [row] of settings [row, lever].
    start
        Settings to start from [lever].
    bounds
        Lowest and highest setting [lever, 2].
    care
        How carefully.

    Examples
    --------
    >>> box = np.array([[0.0, 1.0], [0.0, 1.0]])
    >>> top = last(climb(lambda x: -((x - 0.3) ** 2).sum(axis=1), np.array([0.5, 0.9]), box, Care(budget=200)))
    >>> top.settings.round(4).tolist()
    [0.3, 0.3]
    """
    far = None
    for far in explore(function, start, bounds, replace(care, budget=math.ceil(FAR * care.budget))):
        yield far
    assert far is not None
    near = replace(care, budget=care.budget - far.asked, spread=care.spread / 2)
    for step in polish(function, far.settings, bounds, near):
        yield replace(step, asked=far.asked + step.asked)


def explore(function: Function, start: NDArray[np.float64], bounds: NDArray[np.float64], care: Care) -> Iterator[Step]:
    """Search by CMA-ES, its population asked about at once; the start is asked about, too, and comes first."""
    best, value, asked = start, float(function(start[None])[0]), 1
    yield Step(settings=best, value=value, asked=asked)
    for batch, tell in _batches(start, bounds, care):
        values = function(batch)
        tell(values)
        asked += len(batch)
        top = int(np.argmax(values))
        if values[top] > value:
            best, value = batch[top], float(values[top])
        yield Step(settings=best, value=value, asked=asked)


def _batches(
    start: NDArray[np.float64], bounds: NDArray[np.float64], care: Care
) -> Iterator[tuple[NDArray[np.float64], Callable[[NDArray[np.float64]], None]]]:
    """Yield settings to ask about [row, lever], and what is to be told their values."""
    if len(start) == 1:
        yield np.linspace(bounds[0, 0], bounds[0, 1], LINE)[:, None], lambda _values: None
        return
    cma = needed("cma")
    # A generator of the search's own: the library's default is numpy's global one.
    generator = np.random.default_rng(care.seed)
    options = {
        "bounds": [bounds[:, 0].tolist(), bounds[:, 1].tolist()],
        "randn": lambda *shape: generator.standard_normal(shape),
        "seed": math.nan,
        "tolx": care.finest / 10,
        "tolfun": care.tolerance,
        "verbose": -9,
        "verb_log": 0,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # remarks on its options and termination, which the caller's tables tell
        search = cma.CMAEvolutionStrategy(start, care.spread, options)
        spent = 1
        while not search.stop() and spent + search.popsize <= care.budget:
            asked = search.ask()
            spent += len(asked)
            yield np.array(asked), partial(_tell, search, asked)


def _tell(search: Any, asked: list[NDArray[np.float64]], values: NDArray[np.float64]) -> None:
    search.tell(asked, (-values).tolist())  # it looks for the lowest


def polish(function: Function, start: NDArray[np.float64], bounds: NDArray[np.float64], care: Care) -> Iterator[Step]:
    """Search by compass and parabolas until no step of `finest` brings more than the tolerance."""
    here, reached, asked, step = start, float(function(start[None])[0]), 1, care.spread
    yield Step(settings=here, value=reached, asked=asked)
    while step >= care.finest and asked + 2 * len(start) + 1 <= care.budget:
        around = _around(here, step, bounds)
        values = function(around)
        jump = _tops(here, reached, around, values, bounds)[None]
        tried, found = np.concatenate((around, jump)), np.concatenate((values, function(jump)))
        asked += len(tried)
        top = int(np.argmax(found))
        if found[top] > reached + care.tolerance:
            here, reached = tried[top], float(found[top])
        else:
            step /= 2
        yield Step(settings=here, value=reached, asked=asked)


def _around(here: NDArray[np.float64], step: float, bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return settings with each lever a step down, then with each a step up, within the bounds [2 x lever, lever]."""
    moves = step * np.eye(len(here))
    around: NDArray[np.float64] = np.clip(np.concatenate((here - moves, here + moves)), bounds[:, 0], bounds[:, 1])
    return around


def _tops(
    here: NDArray[np.float64],
    reached: float,
    around: NDArray[np.float64],
    values: NDArray[np.float64],
    bounds: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return settings with every lever at the top of the parabola through three points, or at the best of them."""
    jump = here.copy()
    for i in range(len(here)):
        low, high = float(around[i, i]), float(around[i + len(here), i])
        below, above = values[i] - reached, values[i + len(here)] - reached
        down, up = here[i] - low, high - here[i]
        if down > 0.0 and up > 0.0:
            # Newton's form through (low, below), (here, 0), (high, above)
            bend = (above / up + below / down) / (up + down)
            slope = above / up - bend * up
            if bend < 0.0:
                reach = 2.0 * max(down, up)
                jump[i] = here[i] + min(max(-slope / (2.0 * bend), -reach), reach)
                continue
        if max(below, above) > 0.0:
            jump[i] = low if below > above else high
    clipped: NDArray[np.float64] = np.clip(jump, bounds[:, 0], bounds[:, 1])
    return clipped

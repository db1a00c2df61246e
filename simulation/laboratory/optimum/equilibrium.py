"""Where departments end that each choose what is best for themselves: a Nash equilibrium, found by best response in turn.

One department after another moves to its best response, all others as they are (Gauss-Seidel). It is looked for nearby; when nobody
finds anything better nearby, everybody looks far, and the round goes on if anybody finds something there. Where departments
run in circles they move only part of the way, and less each time; if that does not bring them to rest, there is no equilibrium to
report, and that is what is reported.

Source: Nash 1950; best-response dynamics: Fudenberg & Levine 1998, The Theory of Learning in Games, chapter 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Literal

import numpy as np

from simulation.laboratory.optimum.climbing import Care, climb, last, polish

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from simulation.laboratory.optimum.game import Game

__all__ = ["Deviation", "Move", "Rest", "best_response", "respond", "rest_of"]

DAMPING = 0.5
"""Factor by which departments move less far after each circle. Our assumption."""
LEAST = 0.1
"""Departments that still circle when they move less far than this share of the way have no equilibrium that is found."""

Ending = Literal["rest", "circle", "budget", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """The best that a department found to do instead of what it does: settings of all levers, and what it would gain."""

    settings: NDArray[np.float64]
    gain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One department's turn.

    Attributes
    ----------
    round, player
        Whose turn, in which round, counted from 1.
    far
        Whether it looked far.
    gain
        What its best response brings it over what it does [points].
    moved
        Largest change of one of its levers [lever units].
    settings
        All levers after its turn [lever].
    deviation
        Its best response, with all others as they were.
    share
        Share of the way that it moved.
    asked
        Settings asked about so far.
    ending
        Why this was the last turn; empty: it was not.
    """

    round: int
    player: str
    far: bool
    gain: float
    moved: float
    settings: NDArray[np.float64]
    deviation: Deviation
    share: float
    asked: int
    ending: Ending = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Where departments came to rest, or were stopped.

    Attributes
    ----------
    settings
        Of all levers [lever].
    ending
        `rest`: nobody gains by moving, near or far. `circle`: they never came to rest. `budget`: time was up. Empty: stopped.
    deviations
        The last that each department looked at instead.
    rounds, asked
        Rounds, and settings asked about.
    """

    settings: NDArray[np.float64]
    ending: Ending
    deviations: dict[str, Deviation]
    rounds: int
    asked: int


def rest_of(moves: Sequence[Move]) -> Rest:
    """Return where a list of moves ended."""
    end = moves[-1]
    return Rest(
        settings=end.settings,
        ending=end.ending,
        deviations={move.player: move.deviation for move in moves},
        rounds=end.round,
        asked=end.asked,
    )


def respond(game: Game, start: NDArray[np.float64], care: Care, *, far: int | None = None) -> Iterator[Move]:
    """Let departments respond to each other until they rest; yield their moves.

    Parameters
    ----------
    game
        Who moves which levers, and what that pays. Who has no levers has no turn.
    start
        Settings of all levers [lever].
    care
        Of the search nearby; its budget is for all departments and rounds, and its tolerance [points] the gain for which
        nobody moves.
    far
        Settings that a department asks about when it looks far; None: ten for each of its levers and twenty besides.

    Notes
    -----
    That nobody moves although everybody looked far is an equilibrium as far as these searches can see: a better response
    may lie where none of them looked.

    Examples
    --------
    >>> from simulation.laboratory.optimum.linear_game import LinearGame
    >>> game = LinearGame(departments=2, levers=1, cosine=1.0, weight=1.0, split=True)
    >>> moves = list(respond(game, np.array([0.5, 0.5]), Care(budget=2000)))
    >>> rest_of(moves).ending, rest_of(moves).settings.round(4).tolist()
    ('rest', [0.7, 0.7])
    """
    players = {name: mine for name, mine in game.players.items() if mine}
    looks = {name: 20 + 10 * len(mine) if far is None else far for name, mine in players.items()}
    if not players:
        return
    here, share, seen, asked, wide = start, 1.0, [start], 0, False
    for number in count(1):
        gained = False
        for player in players:
            left = replace(care, budget=care.budget - asked)
            deviation, spent = best_response(game, player, here, left, far=looks[player] if wide else 0)
            asked += spent
            before, looked, ends_round = here, wide, player == next(reversed(players))
            if deviation.gain > care.tolerance:
                here, gained = before + share * (deviation.settings - before), True
            ending: Ending = ""
            if ends_round:
                ending, share, seen = _look_back(here, share, seen, care, rests=wide and not gained)
                wide = not gained
            needed = max(2 * len(mine) + 3 + (looks[name] if wide else 0) for name, mine in players.items())
            if not ending and care.budget - asked < needed:
                ending = "budget"
            yield Move(round=number, player=player, far=looked, gain=deviation.gain, moved=float(np.abs(here - before).max()),
                       settings=here, deviation=deviation, share=share, asked=asked, ending=ending)  # fmt: skip
            if ending:
                return


def _look_back(
    here: NDArray[np.float64], share: float, seen: list[NDArray[np.float64]], care: Care, *, rests: bool
) -> tuple[Ending, float, list[NDArray[np.float64]]]:
    """At the end of a round, return why it was the last, the share of the way to go from now on, and what was passed."""
    if rests:
        return "rest", share, seen

    def near(there: NDArray[np.float64]) -> bool:
        return float(np.abs(here - there).max()) < care.finest

    if near(seen[-1]) or not any(near(there) for there in seen[:-1]):
        return "", share, [*seen, here]
    share *= DAMPING
    return "circle" if share < LEAST else "", share, [here]


def best_response(game: Game, player: str, here: NDArray[np.float64], care: Care, *, far: int) -> tuple[Deviation, int]:
    """Return a department's best response nearby, or anywhere if it asks about so many settings `far`, and what was asked."""
    mine = list(game.players[player])

    def whole(settings: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = np.repeat(here[None], len(settings), axis=0)
        rows[:, mine] = settings
        return rows

    def payoff(settings: NDArray[np.float64]) -> NDArray[np.float64]:
        return game.payoff(player, whole(settings))

    bounds = game.bounds[mine]
    steps = list(polish(payoff, here[mine], bounds, replace(care, budget=care.budget - far)))
    now, best, asked = steps[0].value, steps[-1], steps[-1].asked
    if far:
        found = last(climb(payoff, bounds.mean(axis=1), bounds, replace(care, budget=far)))
        asked += found.asked
        best = found if found.value > best.value else best
    return Deviation(settings=whole(best.settings[None])[0], gain=best.value - now), asked

"""Shapley values: what each player of a game is due, exactly over all coalitions or from sampled orders.

A coalition is a whole number: bit i is set when player i is in it. A game is a table from coalitions to values.

Equation
--------
phi_i = sum over S without i of |S|! (n - |S| - 1)! / n! x (v(S + i) - v(S)): what player i adds to those who came before,
averaged over all n! orders of arrival.

Special cases
-------------
The values add up to v(all) - v(none) (efficiency). A player who never adds anything gets 0 (null player). Players who add the
same everywhere get the same (symmetry). Where v adds up over players, everyone gets what it adds alone.

Source
------
Shapley (1953), A value for n-person games. Orders sampled in pairs, each with its reverse: Castro, Gomez & Tejada (2009),
Computers & Operations Research 36; Mitchell et al. (2022), Journal of Machine Learning Research 23 (antithetic).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["Dues", "coalitions", "dues", "sampled_orders"]

Order = tuple[int, ...]
"""Players in the order of their arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dues:
    """What each player is due [player], in the unit of the values.

    Attributes
    ----------
    value
        Shapley value.
    alone
        v({i}) - v(none): what the player brings when nobody else has changed.
    last
        v(all) - v(all but i): what is lost when the player alone does not change.
    """

    value: NDArray[np.float64]
    alone: NDArray[np.float64]
    last: NDArray[np.float64]


def coalitions(players: int, orders: Sequence[Order] | None = None) -> tuple[int, ...]:
    """Return the coalitions whose values `dues` needs, ascending: all, or those on the way of sampled orders.

    Those of one player, and of all but one, are always among them.

    Examples
    --------
    >>> coalitions(2), coalitions(3, [(0, 1, 2)])
    ((0, 1, 2, 3), (0, 1, 2, 3, 4, 5, 6, 7))
    """
    everybody = (1 << players) - 1
    if orders is None:
        return tuple(range(everybody + 1))
    met = {0, everybody}
    for player in range(players):
        met |= {1 << player, everybody ^ 1 << player}
    for order in orders:
        inside = 0
        for player in order:
            inside |= 1 << player
            met.add(inside)
    return tuple(sorted(met))


def sampled_orders(players: int, pairs: int, *, seed: Sequence[int]) -> tuple[Order, ...]:
    """Return random orders of the players, each followed by its reverse.

    Parameters
    ----------
    players
        Number of players.
    pairs
        Number of pairs of orders.
    seed
        Of numpy's generator; the orders are a design, no part of any run.
    """
    random = np.random.default_rng(list(seed))
    drawn = [tuple(random.permutation(players).tolist()) for _ in range(pairs)]
    return tuple(order for each in drawn for order in (each, each[::-1]))


def dues(values: Mapping[int, float], players: int, orders: Sequence[Order] | None = None) -> Dues:
    """Return what each player is due.

    Parameters
    ----------
    values
        Value of each of `coalitions(players, orders)`.
    players
        Number of players.
    orders
        Orders to average over; None: all, exactly.

    Examples
    --------
    A left glove and two right ones: only a pair is worth something.

    >>> gloves = dict(enumerate([0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0]))
    >>> [round(share, 6) for share in dues(gloves, 3).value.tolist()]
    [0.666667, 0.166667, 0.166667]
    """
    everybody = (1 << players) - 1
    singles = [1 << player for player in range(players)]
    return Dues(
        value=_exact(values, players) if orders is None else _averaged(values, players, orders),
        alone=np.array([values[one] - values[0] for one in singles]),
        last=np.array([values[everybody] - values[everybody ^ one] for one in singles]),
    )


def _exact(values: Mapping[int, float], players: int) -> NDArray[np.float64]:
    table = np.array([values[coalition] for coalition in range(1 << players)])
    numbers = np.arange(1 << players)
    size = np.bitwise_count(numbers).astype(np.int64)
    # |S|! (n - |S| - 1)! / n! = 1 / (n C(n - 1, |S|))
    weights = np.array([1.0 / (players * comb(players - 1, s)) for s in range(players)])
    due = np.empty(players)
    for player in range(players):
        without = numbers[numbers >> player & 1 == 0]
        due[player] = (weights[size[without]] * (table[without | 1 << player] - table[without])).sum()
    return due


def _averaged(values: Mapping[int, float], players: int, orders: Sequence[Order]) -> NDArray[np.float64]:
    added = np.zeros(players)
    for order in orders:
        inside = 0
        for player in order:
            joined = inside | 1 << player
            added[player] += values[joined] - values[inside]
            inside = joined
    return added / len(orders)

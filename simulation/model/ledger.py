"""The felt-versus-caused ledger: every bit of experience is booked where it was felt and to whom it is due.

What an encounter makes a person feel is slope x gap, and the gap is a sum of parts; slope x part is the share of each
part. Because the felt value is homogeneous of degree one in the gap, this is the Aumann-Shapley value of the parts from the
point "as it should be" (Aumann & Shapley 1974). With a = assimilation, s = slope, d = department:

    v(k, d) = s (1 - a) [quality, effort and relevance due to d's levers at k]
            + s [a will part of d - should part of d]                       who raised the expectation
            + s (1 - a) [fit part] x share of d in bringing such people in   who brought in the unfit
            + s (1 - a) [wait part] x share of d in the load                 who sent the load
            + s (1 - a) [fatigue part] x share of d in contacts              who wore her out
            + s (1 - a) [days part x moved(d) + promised days part x moved(d)]   who made it late, or promised it too early
            + [felt of speed] x moved(d)                                     who made it slow
            + relief x share of d in resolution
            + failures open x share of d in opening and not closing them
            + deliveries overdue x share of d in their days overdue

A share is d's lever contribution above the middle settings over base plus all such contributions. What is left (luck, what the
middle settings bring, people's own norms) is `unattributed`, never silently the owner's. All sums are whole numbers, so the
books add up exactly.

Dates are products: of the days until an arrival, days x moved(d) are due to d, where moved(d) is what d's levers add to the
multiplier, over the multiplier; likewise for the days until the promised date. The quality that dates take away or add is
linear in both (beyond a limit, in proportion), so its parts are worth as many days. Of a wait beyond the promised date, with
D days until arrival and P until the promised date (both summed over the weeks waited),

    overdue days due to d = D moved_days(d) - P moved_promised(d),

and a share in the pain is d's overdue days, if any, over those of all such departments and what the middle settings leave of
D - P. Dates are those of the order, moved(d) is of the present settings: an order under way while levers move is booked by the new
ones (our simplification).
"""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.model.columns import (
    CAPACITY,
    DAYS,
    EFFORT,
    FAILURE,
    PROMISED_DAYS,
    QUALITY,
    RELEVANCE,
    RESOLUTION,
    STAFF,
    VOLUME,
    Books,
)
from simulation.model.jit import compiled, helper
from simulation.rules.arithmetic import UNITS
from simulation.rules.delivery import LEAST_MULTIPLIER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.model.effects import Parts, Tables
    from simulation.model.layout import Journey, Layout

__all__ = ["allocate"]


class Shares(NamedTuple):
    """Room for what the ledger works out on its way, zeros before.

    mean [touchpoint, department, coefficient]: what is due, on average over cells and segments; quality [touchpoint,
    department, cell, segment]: quality - effort + relevance due. Shares, each [touchpoint, department] unless said otherwise:
    cases [cause, department] in the pain of open problems by their cause (see `Books`), slowed [department] in the slower
    closing of failures, waits in the load on each queue and in the staff taken away from it, brings [touchpoint, segment,
    department] in the volume that brings such people in, resolution, moved [touchpoint, 2, department] in the days until
    arrival (0) and until the promised date (1), with its sign, and worn [department] in the contacts that the firm makes.
    """

    mean: NDArray[np.float64]
    quality: NDArray[np.float64]
    moves: NDArray[np.bool_]
    cases: NDArray[np.float64]
    slowed: NDArray[np.float64]
    waits: NDArray[np.float64]
    brings: NDArray[np.float64]
    resolution: NDArray[np.float64]
    moved: NDArray[np.float64]
    worn: NDArray[np.float64]


def allocate(layout: Layout, tables: Tables, books: Books) -> NDArray[np.int64]:
    """Return the ledger of a period under unchanged settings [touchpoint, department + 1, 2: benefit, pain].

    ODD E123, in words.

    Source: Aumann & Shapley 1974; what is whose, our assumption (the equation stands at the top of this file).

    Units: fixed point (2**-20 of experience). The last department column is unattributed; each row adds up to what
    was felt at the touchpoint, exactly.
    """
    k, d, (cells, segments, _) = len(layout.touchpoints), len(layout.departments), tables.due.shape
    shares = Shares(
        mean=np.zeros((k, d, layout.base.shape[1])), quality=np.zeros((k, d, cells, segments)),
        moves=np.zeros((k, d), dtype=np.bool_), cases=np.zeros((2 * k, d)), slowed=np.zeros(d), waits=np.zeros((k, d)),
        brings=np.zeros((k, segments, d)), resolution=np.zeros((k, d)), moved=np.zeros((k, 2, d)), worn=np.zeros(d),
    )  # fmt: skip
    result = np.zeros((k, d + 1, 2), dtype=np.int64)
    promising = np.array(layout.promising, dtype=np.int64)
    pain = -layout.people.unresolved_pain * UNITS
    _allocate(layout.base, layout.journey, promising, pain, tables.due, tables.parts, books, shares, result)
    return result


# Every sum below runs in the order of its loops, so that its bits depend on nothing else.


@helper
def _to_shares(base: float, due: NDArray[np.float64]) -> None:
    """Turn what is due to each department [department] into due+ / (base + sum of due+)."""
    total = 0.0
    for d in range(len(due)):
        due[d] = max(due[d], 0.0)
        total += due[d]
    whole = max(base, 0.0) + total
    for d in range(len(due)):
        due[d] = due[d] / whole if whole > 0.0 else 0.0


@helper
def _to_shares_in(
    base: NDArray[np.float64], mean: NDArray[np.float64], coefficient: int, shares: NDArray[np.float64]
) -> None:
    """Fill `shares` [touchpoint, department] in one coefficient from the means."""
    for k in range(shares.shape[0]):
        for d in range(shares.shape[1]):
            shares[k, d] = mean[k, d, coefficient]
        _to_shares(base[k, coefficient], shares[k])


@helper
def _average(due: NDArray[np.float64], parts: Parts, mean: NDArray[np.float64]) -> None:
    """Fill `mean` from what is due [cell, segment, part]."""
    cells, segments, number = due.shape
    for p in range(number):
        total = 0.0
        for c in range(cells):
            for s in range(segments):
                total += due[c, s, p]
        mean[parts.touchpoint[p], parts.department[p], parts.coefficient[p]] = total / (cells * segments)


@helper
def _share_cases(base: NDArray[np.float64], journey: Journey, shares: Shares) -> None:
    """Fill `cases` for failures.

    The weeks beyond those that the middle settings would leave open, 1 - closing rate / middle closing rate, are due to
    whose levers slow the closing; the rest to whose levers raise the failures.
    """
    mean, slowed = shares.mean, shares.slowed
    cases = shares.cases[: len(base)]
    _to_shares_in(base, mean, FAILURE, cases)
    lost, middle = 0.0, 0.0
    for k in range(len(cases)):
        middle += journey.weekly[k] * base[k, RESOLUTION] * journey.closes[k]
    for d in range(len(slowed)):
        for k in range(len(cases)):
            closing = mean[k, d, VOLUME] * base[k, RESOLUTION] + mean[k, d, RESOLUTION]
            slowed[d] += -closing * journey.weekly[k] * journey.closes[k]
        lost += slowed[d]
    if middle <= 0.0:
        return
    _to_shares(0.0, slowed)
    excess = min(1.0, max(0.0, lost) / middle)
    for k in range(len(cases)):
        for d in range(len(slowed)):
            cases[k, d] = (1.0 - excess) * cases[k, d] + excess * slowed[d]


@helper
def _share_waits(base: NDArray[np.float64], origin: NDArray[np.int64], shares: Shares) -> None:
    """Fill `waits`; `origin` are encounters by the cause of the open problem that they are about."""
    mean, waits = shares.mean, shares.waits
    _to_shares_in(base, mean, VOLUME, waits)
    touchpoints, departments = waits.shape
    for k in range(touchpoints):
        arrivals, taken = 0, 0.0
        for j in range(2 * touchpoints + 1):
            arrivals += origin[k, j]
        for d in range(departments):
            sent = waits[k, d] * origin[k, 2 * touchpoints]
            for j in range(2 * touchpoints):
                sent += shares.cases[j, d] * origin[k, j]
            capacity = max(-(mean[k, d, CAPACITY] + mean[k, d, STAFF]), 0.0)
            taken += capacity
            waits[k, d] = sent + capacity * arrivals
        for d in range(departments):
            waits[k, d] = waits[k, d] / (arrivals + arrivals * taken) if arrivals > 0 else 0.0


@helper
def _share_bringing(
    base: NDArray[np.float64], due: NDArray[np.float64], parts: Parts, brings: NDArray[np.float64]
) -> None:
    """Fill `brings`."""
    cells, segments, number = due.shape
    for p in range(number):
        if parts.coefficient[p] == VOLUME:
            for s in range(segments):
                total = 0.0
                for c in range(cells):
                    total += due[c, s, p]
                brings[parts.touchpoint[p], s, parts.department[p]] = total / cells
    for k in range(len(brings)):
        for s in range(segments):
            _to_shares(base[k, VOLUME], brings[k, s])


@helper
def _share_contacts(journey: Journey, mean: NDArray[np.float64], worn: NDArray[np.float64]) -> None:
    """Fill `worn`."""
    middle = 0.0
    for k in range(len(mean)):
        weekly = journey.by_firm[k] * journey.weekly[k]
        middle += weekly
        for d in range(len(worn)):
            worn[d] += mean[k, d, VOLUME] * weekly
    _to_shares(middle, worn)


@helper
def _share_dates(base: NDArray[np.float64], overdue: NDArray[np.int64], shares: Shares) -> None:
    """Fill `moved`, and `cases` for what is overdue; `overdue` as in `Books`."""
    mean, moved = shares.mean, shares.moved
    for k in range(len(mean)):
        for date, coefficient in enumerate((DAYS, PROMISED_DAYS)):
            multiplier = base[k, coefficient]
            for d in range(moved.shape[2]):
                multiplier += mean[k, d, coefficient]
            for d in range(moved.shape[2]):
                moved[k, date, d] = mean[k, d, coefficient] / max(multiplier, LEAST_MULTIPLIER)
        late = shares.cases[len(mean) + k]
        left = float(overdue[k, 0] - overdue[k, 1])
        for d in range(len(late)):
            late[d] = overdue[k, 0] * moved[k, 0, d] - overdue[k, 1] * moved[k, 1, d]
            left -= late[d]
        _to_shares(left, late)


@helper
def _add_quality(
    due: NDArray[np.float64], parts: Parts, quality: NDArray[np.float64], moves: NDArray[np.bool_]
) -> None:
    """Fill `quality` and `moves`."""
    cells, segments, number = due.shape
    for coefficient, sign in ((QUALITY, 1.0), (EFFORT, -1.0), (RELEVANCE, 1.0)):
        for p in range(number):
            if parts.coefficient[p] == coefficient:
                k, d = parts.touchpoint[p], parts.department[p]
                moves[k, d] = True
                for c in range(cells):
                    for s in range(segments):
                        quality[k, d, c, s] += sign * due[c, s, p]


@helper
def _weighted(weights: NDArray[np.float64], units: NDArray[np.int64]) -> float:
    """Return the sum of weights x units, both [row, column], one after another."""
    total = 0.0
    for i in range(weights.shape[0]):
        for j in range(weights.shape[1]):
            total += weights[i, j] * units[i, j]
    return total


@compiled
def _allocate(base: NDArray[np.float64], journey: Journey, promising: NDArray[np.int64], pain: float,
              due: NDArray[np.float64], parts: Parts, books: Books, shares: Shares, result: NDArray[np.int64]) -> None:  # fmt: skip
    """Fill the ledger, zeros before; `pain` is one week of an open problem [fixed point]."""
    _average(due, parts, shares.mean)
    _add_quality(due, parts, shares.quality, shares.moves)
    _share_cases(base, journey, shares)
    _share_dates(base, books.overdue, shares)
    _share_waits(base, books.origin, shares)
    _share_bringing(base, due, parts, shares.brings)
    _share_contacts(journey, shares.mean, shares.worn)
    _to_shares_in(base, shares.mean, RESOLUTION, shares.resolution)
    departments = len(shares.worn)
    for k in range(len(result)):
        for side in range(2):
            left = books.felt[k, side]
            for d in range(departments):
                amount = _weighted(shares.quality[k, d], books.slope[k, side]) if shares.moves[k, d] else 0.0
                amount += _weighted(shares.brings[:, :, d], books.fit[k, side])  # not its last row: brought by nobody
                amount += shares.waits[k, d] * books.wait[k, side]
                amount += shares.worn[d] * books.fatigue[k, side]
                for date in range(2):
                    amount += shares.moved[k, date, d] * books.dates[k, side, date]
                amount += shares.resolution[k, d] * books.relief[k, side]
                for cause in (k, len(result) + k):
                    amount += shares.cases[cause, d] * (pain * books.unresolved[cause] if side == 1 else 0.0)
                booked = floor(amount + 0.5)
                for p in range(len(promising)):
                    booked += books.promise[k, side, p] if promising[p] == d else 0
                result[k, d, side] = booked
                left -= booked
            result[k, departments, side] = left

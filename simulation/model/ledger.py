"""The felt-versus-caused ledger: every bit of experience is booked where it was felt and to whom it is due.

What an encounter makes a person feel is slope x gap, and the gap is a sum of parts; slope x part is the share of each
part. Because the felt value is homogeneous of degree one in the gap, this is the Aumann-Shapley value of the parts from the
point "as it should be" (Aumann & Shapley 1974). With a = assimilation, s = slope, d = department:

    v(k, d) = s (1 - a) [quality, effort and relevance due to d's levers at k]
            + s [a will part of d - should part of d]                       who raised the expectation
            + s (1 - a) [fit part] x share of d in bringing such people in   who brought in the unfit
            + s (1 - a) [wait part] x share of d in the load                 who sent the load
            + s (1 - a) [fatigue part] x share of d in contacts              who wore her out
            + relief x share of d in resolution + open problems x share of d in opening and not closing them

A share is d's lever contribution above the middle settings over base plus all such contributions. What is left (luck, what the
middle settings bring, people's own norms) is `unattributed`, never silently the owner's. All sums are whole numbers, so the
books add up exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.model.columns import (
    CAPACITY,
    EFFORT,
    FAILURE,
    QUALITY,
    RELEVANCE,
    RESOLUTION,
    STAFF,
    VOLUME,
    Books,
)
from simulation.rules.arithmetic import UNITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.model.effects import Tables
    from simulation.model.layout import Layout

__all__ = ["allocate"]


def _total(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum over the first axis, in order (no pairwise or fused summation)."""
    result = np.zeros(values.shape[1:])
    for value in values:
        result = result + value
    return result


def _shares(base: NDArray[np.float64], due: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return due+ / (base + sum of due+) over departments; `due` [department, ...], `base` [...]."""
    positive = np.maximum(due, 0.0)
    whole = np.maximum(base, 0.0) + _total(positive)
    return np.where(whole > 0.0, positive / np.where(whole > 0.0, whole, 1.0), 0.0)


def _average(due: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over cells and segments: [department, touchpoint, coefficient]."""
    cells, segments = due.shape[1:3]
    result = np.zeros((due.shape[0], *due.shape[3:]))
    for cell in range(cells):
        for segment in range(segments):
            result = result + due[:, cell, segment]
    return result / (cells * segments)


def _case_shares(layout: Layout, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return [department, touchpoint]: share in the pain of problems open from that touchpoint.

    The weeks beyond those that the middle settings would leave open, 1 - closing rate / middle closing rate, are due to
    whose levers slow the closing; the rest to whose levers raise the failures.
    """
    failure = _shares(layout.base[:, FAILURE], mean[..., FAILURE])
    closes = layout.journey.closes
    weekly, resolution = layout.journey.weekly, layout.base[:, RESOLUTION]
    lost = -(mean[..., VOLUME] * resolution + mean[..., RESOLUTION]) * weekly * closes
    lost_by = _total(np.moveaxis(lost, 1, 0))
    middle = float(_total(weekly * resolution * closes))
    if middle <= 0.0:
        return failure
    slowed = np.maximum(lost_by, 0.0)
    all_slowed = float(_total(slowed))
    excess = min(1.0, max(0.0, float(_total(lost_by))) / middle)
    if all_slowed <= 0.0:
        return failure
    return (1.0 - excess) * failure + excess * (slowed / all_slowed)[:, None]


def _wait_shares(
    layout: Layout, mean: NDArray[np.float64], books: Books, cases: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return [department, touchpoint]: share in the load on each queue, and in the staff taken away from it."""
    touchpoints = len(layout.touchpoints)
    volume = _shares(layout.base[:, VOLUME], mean[..., VOLUME])
    capacity = np.maximum(-(mean[..., CAPACITY] + mean[..., STAFF]), 0.0)
    shares = np.zeros((len(layout.departments), touchpoints))
    for k in range(touchpoints):
        arrivals = float(books.origin[k].sum())
        if arrivals == 0.0:
            continue
        sent = volume[:, k] * float(books.origin[k, touchpoints])
        for j in range(touchpoints):
            sent = sent + cases[:, j] * float(books.origin[k, j])
        sent = sent + capacity[:, k] * arrivals
        shares[:, k] = sent / (arrivals + arrivals * float(_total(capacity[:, k])))
    return shares


def _bring_shares(layout: Layout, due: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return [department, touchpoint, segment]: share in the volume that brings people of a segment in."""
    cells = due.shape[1]
    volume = np.zeros((due.shape[0], due.shape[2], due.shape[3]))
    for cell in range(cells):
        volume = volume + due[:, cell, :, :, VOLUME]
    by_segment = np.swapaxes(volume / cells, 1, 2)
    base = np.broadcast_to(layout.base[:, VOLUME, None], by_segment.shape[1:])
    return _shares(base, by_segment)


def allocate(layout: Layout, tables: Tables, books: Books) -> NDArray[np.int64]:
    """Return the ledger of a period under unchanged settings [touchpoint, department + 1, 2: benefit, pain].

    Units: fixed point (2**-20 of experience). The last department column is unattributed; each row adds up to what
    was felt at the touchpoint, exactly.
    """
    due, mean = tables.due, _average(tables.due)
    touchpoints, departments = len(layout.touchpoints), len(layout.departments)
    quality = (due[..., QUALITY] - due[..., EFFORT] + due[..., RELEVANCE]).reshape(departments, -1, touchpoints)
    cases = _case_shares(layout, mean)
    waits = _wait_shares(layout, mean, books, cases)
    brings = _bring_shares(layout, due).reshape(departments, -1)
    resolution = _shares(layout.base[:, RESOLUTION], mean[..., RESOLUTION])
    contacts = layout.journey.by_firm * layout.journey.weekly
    worn = _shares(_total(contacts), _total(np.moveaxis(mean[..., VOLUME] * contacts, 1, 0)))
    unresolved = -layout.people.unresolved_pain * UNITS * books.unresolved
    result = np.zeros((touchpoints, departments + 1, 2), dtype=np.int64)
    for k in range(touchpoints):
        for side in range(2):
            amount = _weighted(quality[:, :, k], books.slope[k, side].ravel())
            amount = amount + _weighted(brings, books.fit[k, side, :touchpoints].ravel())
            amount = amount + waits[:, k] * float(books.wait[k, side])
            amount = amount + worn * float(books.fatigue[k, side])
            amount = amount + resolution[:, k] * float(books.relief[k, side])
            amount = amount + cases[:, k] * float(unresolved[k] if side == 1 else 0.0)
            result[k, :departments, side] = np.floor(amount + 0.5).astype(np.int64)
            for p, d in enumerate(layout.promising):
                result[k, d, side] += books.promise[k, side, p]
            result[k, departments, side] = books.felt[k, side] - result[k, :departments, side].sum()
    return result


def _weighted(weights: NDArray[np.float64], units: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the sum of weights [department, place] x units [place] for each department, one after another."""
    return np.add.accumulate(weights * units, axis=1)[:, -1]

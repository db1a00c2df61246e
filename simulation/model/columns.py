"""Where things stand in the arrays that both engines share: a person's state, counters and books.

Positions are plain module constants so that compiled code can use them. Tests hold them to the names declared in
`simulation.scenario.names`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.scenario.names import COMPANY_COUNTERS, TOUCHPOINT_COUNTERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.model.layout import Layout

# stages
PROSPECT, LEAD, CUSTOMER, DEFECTED = 0, 1, 2, 3
# triggers
RATE, NEED, AFTER, OPEN_CASE, CYCLE = 0, 1, 2, 3, 4
# when an `after` trigger follows
MET, SUCCESS, NO_SUCCESS = 0, 1, 2
# coefficients, in the order of scenario.journey.COEFFICIENTS
VOLUME, PROMISE, QUALITY, EFFORT, RELEVANCE, CONVERSION = 0, 1, 2, 3, 4, 5
FAILURE, RESOLUTION, COST, REVENUE, COACHING, CAPACITY, STAFF = 6, 7, 8, 9, 10, 11, 12

# a person's real state; then one `will` part and one `should` part per promising department
FIT, PURCHASE_RATE, HALO, MEMORY, SATISFACTION, WORST, TRUST, LOYALTY = 0, 1, 2, 3, 4, 5, 6, 7
WILL, SHOULD, REPUTATION, FATIGUE, SPENT, PARTS = 8, 9, 10, 11, 12, 13

# a person's whole-number state
SEGMENT, OFFER, STAGE, CASE, CASE_WEEKS, PURCHASES, ENTERED, BROUGHT, CELL, CELL_BEFORE = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
HEARD_GOOD, HEARD_BAD, TELLS, WHOLES = 10, 11, 12, 13
TELLS_NOTHING, TELLS_GOOD, TELLS_BAD = 0, 1, 2

# counters of a touchpoint
N_ENCOUNTERS, N_SUCCESSES, N_EXPERIENCE, N_WAITING, N_COST, N_REVENUE, N_CASES, N_RESOLVED, N_CSAT, N_CSAT_ANSWERS = (
    range(10)
)
TOUCHPOINT_WIDTH = 10
# counters of the company, after those of all touchpoints
(C_PROSPECTS, C_LEADS, C_CUSTOMERS, C_DEFECTED, C_EVER, C_LOYALTY, C_SATISFACTION, C_TRUST, C_OPEN, C_DEFECTIONS, C_SILENT,
 C_RETAINED, C_ACQUIRED, C_PURCHASES, C_REPEAT, C_COMPLAINTS, C_GOOD_TALK, C_BAD_TALK, C_ANSWERS, C_OVERALL,
 C_PROMOTERS, C_DETRACTORS, C_REVENUE, C_COST, C_PEOPLE, C_NPS_POINTS) = range(26)  # fmt: skip
COMPANY_WIDTH = 26

# purposes of draws (see simulation.randomness.PURPOSE)
P_FINISH, P_SURVEY, P_ENTRY, P_CELL, P_START, P_MEET, P_ENCOUNTER = 1, 2, 3, 5, 7, 100, 200

assert len(TOUCHPOINT_COUNTERS) == TOUCHPOINT_WIDTH
assert len(COMPANY_COUNTERS) == COMPANY_WIDTH


class State(NamedTuple):
    """People as columns: `real` [column, slot] float64, `whole` [column, slot] int32."""

    real: NDArray[np.float64]
    whole: NDArray[np.int32]


class Books(NamedTuple):
    """What the ledger needs of a period, in fixed point; the second axis is 0 for benefit and 1 for pain.

    felt [touchpoint, 2]; slope [touchpoint, 2, cell, segment]; promise [touchpoint, 2, promising department];
    fit [touchpoint, 2, touchpoint that brought the person in (last: none), segment]; wait, fatigue, relief
    [touchpoint, 2]; unresolved [touchpoint]: weeks of open problems felt; origin [touchpoint, touchpoint]: encounters
    by the touchpoint at which the open problem arose (last column: none).
    """

    felt: NDArray[np.int64]
    slope: NDArray[np.int64]
    promise: NDArray[np.int64]
    fit: NDArray[np.int64]
    wait: NDArray[np.int64]
    fatigue: NDArray[np.int64]
    relief: NDArray[np.int64]
    unresolved: NDArray[np.int64]
    origin: NDArray[np.int64]


def new_books(layout: Layout, cells: int) -> Books:
    """Return empty books."""
    k, s, p = len(layout.touchpoints), len(layout.segment_names), max(1, len(layout.promising))

    def empty(*shape: int) -> NDArray[np.int64]:
        return np.zeros(shape, dtype=np.int64)

    return Books(
        felt=empty(k, 2), slope=empty(k, 2, cells, s), promise=empty(k, 2, p), fit=empty(k, 2, k + 1, s),
        wait=empty(k, 2), fatigue=empty(k, 2), relief=empty(k, 2), unresolved=empty(k), origin=empty(k, k + 1),
    )  # fmt: skip


def new_counts(layout: Layout, cells: int) -> NDArray[np.int64]:
    """Return empty counters [0: cell of this review, 1: cell of the review before; cell; counter]."""
    return np.zeros((2, cells, layout.counters), dtype=np.int64)

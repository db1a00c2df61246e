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
FAILURE, RESOLUTION, COST, REVENUE, COACHING, CAPACITY, STAFF, DAYS, PROMISED_DAYS = 6, 7, 8, 9, 10, 11, 12, 13, 14

# a person's real state; then one `will` part and one `should` part per promising department
FIT, PURCHASE_RATE, NORM, MEMORY, SATISFACTION, WORST, TRUST, LOYALTY = 0, 1, 2, 3, 4, 5, 6, 7
WILL, SHOULD, REPUTATION, FATIGUE, SPENT, PARTS = 8, 9, 10, 11, 12, 13

# a person's whole-number state
SEGMENT, OFFER, STAGE, CASE, CASE_WEEKS, PURCHASES, ENTERED, BROUGHT, CELL, CELL_BEFORE = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
HEARD_GOOD, HEARD_BAD, TELLS, ORDER, ORDERED_AT, DUE, PROMISED, WHOLES = 10, 11, 12, 13, 14, 15, 16, 17
# only where something is delivered: ORDER, the touchpoint of the delivery under way, or -1; when it was ordered, arrives and
# is promised, in ticks since the first week (`simulation.rules.delivery`)
TELLS_NOTHING, TELLS_GOOD, TELLS_BAD = 0, 1, 2
# when a survey is sent
ASKED_AT_ENCOUNTER, ASKED_AT_DELIVERY = 0, 1

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
P_FINISH, P_SURVEY, P_ENTRY, P_CELL, P_START, P_MEET, P_ENCOUNTER, P_ORDER = 1, 2, 3, 5, 7, 100, 200, 300

assert len(TOUCHPOINT_COUNTERS) == TOUCHPOINT_WIDTH
assert len(COMPANY_COUNTERS) == COMPANY_WIDTH


class State(NamedTuple):
    """People as columns: `real` [column, slot] float64, `whole` [column, slot] int32."""

    real: NDArray[np.float64]
    whole: NDArray[np.int32]


class Books(NamedTuple):
    """What the ledger needs of a period, in fixed point; the second axis is 0 for benefit and 1 for pain.

    felt [touchpoint, 2]; slope [touchpoint, 2, cell, segment]; promise [touchpoint, 2, promising department];
    fit [touchpoint, 2, touchpoint that brought the person in (last: none), segment]; wait, fatigue, relief [touchpoint, 2];
    dates [touchpoint, 2, 2]: what the days until arrival (0) and until the promised date (1) add.

    Open problems are told apart by cause: j for what went wrong at touchpoint j, touchpoints + j for what is overdue there.
    unresolved [cause]: weeks of open problems felt; overdue [touchpoint, 2]: the days of what was overdue in these weeks, until
    arrival (0) and until the promised date (1) [ticks]; origin [touchpoint, cause]: encounters by the cause of the problem that
    was open (last column: none).
    """

    felt: NDArray[np.int64]
    slope: NDArray[np.int64]
    promise: NDArray[np.int64]
    fit: NDArray[np.int64]
    wait: NDArray[np.int64]
    fatigue: NDArray[np.int64]
    relief: NDArray[np.int64]
    dates: NDArray[np.int64]
    unresolved: NDArray[np.int64]
    overdue: NDArray[np.int64]
    origin: NDArray[np.int64]


class Log(NamedTuple):
    """What happened to whom, a row an event; without rows nothing is written down.

    whole [row, 6] int32: week, slot, what, touchpoint and two numbers; real [row, 2] float64; used [1] int64: rows filled. By what:

    ENCOUNTERED  succeeded (0 or 1), stars; experience [0-1], money paid
    ORDERED      date of arrival and promised date [ticks since the first week]; day of the order, 0
    ANSWERED     stars, 1 if before the delivery asked about + 2 if with a comment; recommendation [0-1], overall satisfaction [0-1]
    """

    whole: NDArray[np.int32]
    real: NDArray[np.float64]
    used: NDArray[np.int64]


ENCOUNTERED, ORDERED, ANSWERED = 0, 1, 2


def new_log(rows: int) -> Log:
    """Return an empty log."""
    return Log(np.zeros((rows, 6), dtype=np.int32), np.zeros((rows, 2)), np.zeros(1, dtype=np.int64))


def merged_logs(logs: list[Log]) -> Log:
    """Return one log of a week in the order of slot, touchpoint and what happened; empty the given ones."""
    whole = np.concatenate([log.whole[: log.used[0]] for log in logs])
    real = np.concatenate([log.real[: log.used[0]] for log in logs])
    for log in logs:
        log.used[0] = 0
    order = np.lexsort((whole[:, 2], whole[:, 3], whole[:, 1]))
    return Log(whole[order], real[order], np.array([len(order)]))


def log_of(rows: list[tuple[int, int, int, int, int, int, float, float]]) -> Log:
    """Return a week's log with these rows, in the order of slot, touchpoint and what happened."""
    rows = sorted(rows, key=lambda row: (row[1], row[3], row[2]))
    log = new_log(len(rows))
    for r, row in enumerate(rows):
        log.whole[r], log.real[r] = row[:6], row[6:]
    log.used[0] = len(rows)
    return log


def wholes(layout: Layout) -> int:
    """Return the number of columns of a person's whole-number state."""
    return WHOLES if layout.journey.delivers.any() else ORDER


def new_books(layout: Layout, cells: int) -> Books:
    """Return empty books."""
    k, s, p = len(layout.touchpoints), len(layout.segment_names), max(1, len(layout.promising))

    def empty(*shape: int) -> NDArray[np.int64]:
        return np.zeros(shape, dtype=np.int64)

    return Books(
        felt=empty(k, 2), slope=empty(k, 2, cells, s), promise=empty(k, 2, p), fit=empty(k, 2, k + 1, s),
        wait=empty(k, 2), fatigue=empty(k, 2), relief=empty(k, 2), dates=empty(k, 2, 2),
        unresolved=empty(2 * k), overdue=empty(k, 2), origin=empty(k, 2 * k + 1),
    )  # fmt: skip


def new_counts(layout: Layout, cells: int) -> NDArray[np.int64]:
    """Return empty counters [0: cell of this review, 1: cell of the review before; cell; counter]."""
    return np.zeros((2, cells, layout.counters), dtype=np.int64)

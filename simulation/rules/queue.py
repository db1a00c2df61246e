"""Queues: work beyond a week's capacity waits (a fluid queue)."""

from __future__ import annotations

from typing import Any

from numba.extending import register_jitable

__all__ = ["backlog_after", "wait_of"]


@register_jitable(forceinline=True)
def backlog_after(backlog: Any, arrivals: Any, capacity: Any) -> Any:
    """Return the backlog after a week: max(0, backlog + arrivals - capacity) [encounters].

    ODD E40: max(backlog + arrivals - capacity, 0)

    Source: definition (fluid queue).

    Conservation: work done is backlog + arrivals minus the new backlog and never exceeds the capacity.

    Examples
    --------
    >>> backlog_after(2.0, 10.0, 8.0), backlog_after(0.0, 3.0, 8.0)
    (4.0, 0.0)
    """
    left = backlog + arrivals - capacity
    return left if left > 0.0 else 0.0


@register_jitable(forceinline=True)
def wait_of(backlog: Any, capacity: Any, longest: Any) -> Any:
    """Return the wait of somebody who joins now [weeks]: backlog / capacity (Little 1961), at most `longest`.

    ODD E41: min(max(backlog, 0) / capacity, longest)

    Source: Little 1961; a longest wait is our assumption.
    """
    if backlog <= 0.0:
        return 0.0
    if backlog >= capacity * longest:
        return longest
    return backlog / capacity

"""What a question will take, said before it is worked on: measured by one run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["long", "runs_take", "seconds_of"]


def seconds_of(task: Callable[[], object]) -> float:
    """Return how long a task takes when it is done again [s]: the first time also pays for what is loaded late."""
    task()
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def long(seconds: float) -> str:
    """Return a time for people: seconds below two minutes, hours from two hours on.

    Examples
    --------
    >>> [long(seconds) for seconds in (0.4, 75, 4000, 200_000)]
    ['1 s', '75 s', '67 min', '56 h']
    """
    if seconds < 120:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 120 * 60 else f"{seconds / 3600:.0f} h"


def runs_take(runs: int, each: float, workers: int) -> str:
    """Return what so many runs of so many seconds each take, in words."""
    return f"{runs:,} runs of about {each:.2f} s: about {long(runs * each / workers)} with {workers} worker(s)"

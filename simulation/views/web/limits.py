"""Rates: how often somebody may ask before she is asked to wait."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Bucket", "Throttle"]


class Bucket:
    """A token bucket: `burst` at once, `rate` a second in the long run.

    Examples
    --------
    >>> clock = iter([0.0, 0.0, 0.0, 1.0]).__next__
    >>> bucket = Bucket(rate=1, burst=2, clock=clock)
    >>> bucket.take(), bucket.take(), bucket.take()
    (True, True, True)
    """

    __slots__ = ("_burst", "_clock", "_left", "_rate", "_then")

    def __init__(self, *, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left, self._then = burst, clock()

    def take(self) -> bool:
        """Take one token; False: none is left."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._then) * self._rate)
        self._then = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Throttle:
    """One bucket for each key, such as a network address; the longest unused are forgotten beyond `keys`."""

    def __init__(
        self, *, rate: float, burst: float, keys: int = 4096, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._keys, self._clock = rate, burst, keys, clock
        self._buckets: dict[str, Bucket] = {}

    def take(self, key: str) -> bool:
        """Take one token of this key; False: none is left."""
        bucket = self._buckets.pop(key, None) or Bucket(rate=self._rate, burst=self._burst, clock=self._clock)
        self._buckets[key] = bucket
        if len(self._buckets) > self._keys:
            del self._buckets[next(iter(self._buckets))]
        return bucket.take()

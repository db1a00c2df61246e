"""What lives replications for the explorer's tests, in a module that a worker process imports quickly."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import fake_runner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulation.record import Run
    from simulation.scenario.scenario import Scenario

__all__ = ["ENDLESS", "FAILS", "made_up"]

ENDLESS, FAILS = "Endless", "Fails"
"""Titles of scenarios whose replications but the first never end unless they are stopped, and of a planted fault."""


def made_up(
    arms: Mapping[str, Scenario], *, seed: int, replication: int, stop: Callable[[], bool], **_options: Any
) -> list[Run] | None:
    """The made-up runs of `fake_runner`."""
    title = next(iter(arms.values())).title
    if title == FAILS:
        raise RuntimeError("planted")
    while title == ENDLESS and replication > 0:
        if stop():
            return None
        time.sleep(0.01)
    return fake_runner.fake_arms(arms, seed=seed, replication=replication, keep_customers=replication == 0)

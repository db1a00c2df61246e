"""Research of the central customer-experience team: a study of one question that a council could not answer.

The team asks a sample of its own, larger than what the survey happens to bring in, in both halves of the trials of one lever.
What it finds arrives weeks later and counts for that question only. It asks people what they feel and changes nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulation.model.governance.papers import Finding
from simulation.rules.arithmetic import UNITS
from simulation.rules.governance import ANSWER_SPREAD

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

__all__ = ["Study"]


@dataclass(slots=True, kw_only=True)
class Study:
    """A study under way: whether a lever is behind what is heard at a touchpoint.

    `measure` and `touchpoint` are where the question comes from, `begun` and `ready` weeks, `answers` how many people
    are asked in each half, `cost` money.
    """

    lever: str
    department: str
    measure: str
    touchpoint: str
    begun: int
    ready: int
    answers: int
    cost: float
    found: Finding = field(default_factory=Finding)

    @property
    def variance(self) -> float:
        """Sampling variance of the difference between two halves [points of 100, squared]."""
        return 2.0 * 100.0 * 100.0 * ANSWER_SPREAD * ANSWER_SPREAD / self.answers

    def ask(
        self, *, move: float, tried: Counts, control: Counts, satisfaction: int, customers: int, drawn: float
    ) -> None:
        """Ask people in both halves [counter] of a trial that has matured; `drawn` is the luck of the sample.

        `satisfaction` and `customers` are positions of counters. A random sample answers truthfully on average: neither who
        answers nor what is begged for colours it.
        """
        if not tried[customers] or not control[customers]:
            return
        felt = [100.0 * int(half[satisfaction]) / UNITS / int(half[customers]) for half in (tried, control)]
        change = felt[0] - felt[1] + math.sqrt(self.variance) * drawn
        self.found.add(move, change, self.variance, of_trial=True)

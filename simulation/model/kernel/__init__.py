"""The compiled customers: `week` reads from the top; the other modules hold its passes in their order."""

from __future__ import annotations

from simulation.model.kernel.counting import add_up
from simulation.model.kernel.entry import enter_all
from simulation.model.kernel.scratch import Scratch, scratch
from simulation.model.kernel.week import deal, spread_word, week_of

__all__ = ["Scratch", "add_up", "deal", "enter_all", "scratch", "spread_word", "week_of"]

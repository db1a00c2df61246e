"""Counting in both cells that a person is in: of this review, and of the one before."""

from __future__ import annotations

from typing import Any

from simulation.model.columns import *  # noqa: F403
from simulation.model.jit import compiled, inlined

__all__ = ["add_up", "count"]


@inlined
def count(counts: Any, cell: int, before: int, position: int, amount: int) -> None:
    """Add to a counter of both cells."""
    counts[0, cell, position] += amount
    counts[1, before, position] += amount


@compiled
def add_up(counts: Any, sells: Any) -> None:
    """Fill in the counters of the company that are sums of others: they need not be counted."""
    touchpoints = sells.shape[0]
    company = touchpoints * TOUCHPOINT_WIDTH
    for review in range(counts.shape[0]):
        for cell in range(counts.shape[1]):
            row = counts[review, cell]
            row[company + C_PEOPLE] = 0
            row[company + C_COST] = 0
            row[company + C_REVENUE] = 0
            row[company + C_PURCHASES] = 0
            for stage in range(4):
                row[company + C_PEOPLE] += row[company + C_PROSPECTS + stage]
            for k in range(touchpoints):
                at = k * TOUCHPOINT_WIDTH
                row[company + C_COST] += row[at + N_COST]
                row[company + C_REVENUE] += row[at + N_REVENUE]
                if sells[k]:
                    row[company + C_PURCHASES] += row[at + N_SUCCESSES]

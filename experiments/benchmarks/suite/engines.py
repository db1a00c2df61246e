"""The plain engine against the compiled one: whole weeks of whole firms, everything on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from suite.firms import firm, model_of
from suite.measuring import Figure, interleaved, ratio, span

if TYPE_CHECKING:
    from simulation.model.organization_model import OrganizationModel

__all__ = ["TITLE", "UNIT", "figures"]

TITLE = "The same weeks, plain and compiled: how many times faster"
UNIT = "times faster"
FIRMS = {"baseline": "reference firm", "software_vendor": "software vendor"}
TARGET = 200.0


def figures(*, quick: bool) -> list[Figure]:
    """Time both engines on both firms, one thread."""
    return [figure for name in FIRMS for figure in _firm(name, quick=quick)]


def _firm(name: str, *, quick: bool) -> list[Figure]:
    population, rounds = (1_000, 2) if quick else (10_000, 9)
    plain = model_of(firm(name), population=population, engine="plain")
    weeks = plain.given.learning.review_weeks  # a whole review a round: what happens once in it counts in every round
    compiled = [model_of(firm(name), population=population, replication=r) for r in range(1 if quick else 4)]
    works = {
        "plain": lambda: _weeks([plain], weeks, population),
        "compiled": lambda: _weeks(compiled, weeks, population),
    }
    seconds = interleaved(works, rounds=rounds, clock=time.process_time)
    if not np.array_equal(plain.counts_by_week, compiled[0].counts_by_week):
        raise AssertionError(f"the engines disagree on {name}: a benchmark of different work says nothing")
    faster = ratio(seconds["plain"], seconds["compiled"])
    return [
        Figure(what=f"{FIRMS[name]}, {population:,} people", unit=UNIT, span=faster,
               target=f"at least {TARGET:.0f}", met=faster.median >= TARGET),
        *(
            Figure(what=f"{FIRMS[name]}, {engine}", unit="ns per customer-week", span=span([s * 1e9 for s in values]))
            for engine, values in seconds.items()
        ),
    ]  # fmt: skip


def _weeks(models: list[OrganizationModel], weeks: int, population: int) -> float:
    for model in models:
        for _ in range(weeks):
            model.step()
    return float(len(models) * weeks * population)

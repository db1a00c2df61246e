"""Departments as the scenario gives them: their levers, their own KPIs, their bonus."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulation.scenario.base import Identifier, Part, Text
from simulation.scenario.lever import Lever

__all__ = ["DepartmentGiven"]


class DepartmentGiven(Part):
    """One department of the firm."""

    name: Text
    """Name in plain words."""
    levers: dict[Identifier, Lever] = {}
    """Its own operating choices."""
    kpis: Annotated[dict[Identifier, float], Field(min_length=1)]
    """Own KPIs with their weights in the own-KPI score."""
    bonus: Annotated[float, Field(ge=0.0, le=1e9)] = 0.0
    """Bonus a week at full score for every 1,000 people in the market [money]."""

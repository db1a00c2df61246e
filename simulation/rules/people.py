"""People's parameters in the form that rules and compiled code take: a named tuple of floats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from simulation.scenario.people import People

if TYPE_CHECKING:
    PeopleValues = Any
else:
    PeopleValues = NamedTuple("PeopleValues", [(name, float) for name in People.model_fields])

__all__ = ["PeopleValues", "values_of"]


def values_of(people: People) -> PeopleValues:
    """Return the parameters as a named tuple of floats, in the order of their declaration."""
    return PeopleValues(**{name: float(value) for name, value in people})

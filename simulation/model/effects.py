"""What levers do: the scenario's effects as one flat list, and folded into coefficient tables.

A coefficient of a touchpoint is its base plus the sum over effects of slope x (signal of the effect), where the
signal is setting - neutral for a single lever and the joint form for several. Folding happens when settings change, not
every week, so a new scenario never compiles anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.rules.joint import JOINT_FORMS
from simulation.scenario.journey import COEFFICIENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from simulation.model.layout import Layout
    from simulation.scenario.lever import Effects, Lever
    from simulation.scenario.scenario import Scenario

__all__ = ["FlatEffect", "LeverGiven", "Tables", "effects_of", "fold", "levers_of"]

COLUMN = {name: i for i, name in enumerate(COEFFICIENTS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverGiven:
    """One lever of one department: `name` is `department.lever`."""

    name: str
    department: str
    given: Lever


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatEffect:
    """One effect: which levers, on what, how strongly in each segment; booked to `department`."""

    department: str
    share: float
    """Share of a joint effect that is booked to the department (equal among its levers)."""
    levers: tuple[int, ...]
    neutral: float
    """Setting at which a single effect is zero; joint forms are zero in the middle."""
    form: str
    touchpoint: str
    coefficient: str
    slopes: tuple[float, ...]


def levers_of(scenario: Scenario) -> tuple[LeverGiven, ...]:
    """Return every lever of the firm: each department's own, then those that every department has."""
    found = []
    for department, given in scenario.departments.items():
        for name, lever in {**given.levers, **scenario.every_department}.items():
            found.append(LeverGiven(name=f"{department}.{name}", department=department, given=lever))
    return tuple(found)


def effects_of(scenario: Scenario) -> list[FlatEffect]:
    """Return all effects, those of joint levers once per department, in the order of the file."""
    levers = levers_of(scenario)
    position = {lever.name: i for i, lever in enumerate(levers)}
    found = []
    for lever in levers:
        found += [
            FlatEffect(department=lever.department, share=1.0, levers=(position[lever.name],), neutral=lever.given.neutral,
                       form="single", touchpoint=touchpoint, coefficient=coefficient, slopes=slopes)
            for touchpoint, coefficient, slopes in _targets(scenario, lever.given.effects, lever.department)
        ]  # fmt: skip
    for joint in scenario.joint_effects.values():
        members = tuple(position[name] for name in joint.levers)
        found += [
            FlatEffect(department=name.partition(".")[0], share=1.0 / len(members), levers=members, neutral=0.5,
                       form=joint.form, touchpoint=touchpoint, coefficient=coefficient, slopes=slopes)
            for touchpoint, coefficient, slopes in _targets(scenario, joint.effects, "")
            for name in joint.levers
        ]  # fmt: skip
    return found


def _targets(scenario: Scenario, effects: Effects, department: str) -> Iterator[tuple[str, str, tuple[float, ...]]]:
    """Yield touchpoint, coefficient and the slope in each segment; `own` stands for each touchpoint owned."""
    for place, coefficients in effects.items():
        owned = [name for name, t in scenario.journey.items() if t.owner == department]
        for touchpoint in owned if place == "own" else [place]:
            for coefficient, effect in coefficients.items():
                slopes = tuple(float(effect.by_segment.get(s, effect.slope)) for s in scenario.market.segments)
                yield touchpoint, coefficient, slopes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Coefficients under given lever settings.

    Attributes
    ----------
    value
        [cell, segment, touchpoint, coefficient].
    promise
        Promise of each promising department [cell, segment, touchpoint, promising department].
    due
        Part of each coefficient that is due to each department's levers
        [department, cell, segment, touchpoint, coefficient]; value = base + sum over departments.
    """

    value: NDArray[np.float64]
    promise: NDArray[np.float64]
    due: NDArray[np.float64]


def fold(layout: Layout, effects: list[FlatEffect], settings: NDArray[np.float64]) -> Tables:
    """Return the coefficient tables for settings [cell, lever].

    Sums run over effects in the order of the file and elementwise over cells and segments, so that the bits depend
    on nothing else.
    """
    cells, departments = settings.shape[0], len(layout.departments)
    segments, touchpoints = len(layout.segment_names), len(layout.touchpoints)
    due = np.zeros((departments, cells, segments, touchpoints, len(COEFFICIENTS)))
    place = {name: i for i, name in enumerate(layout.touchpoints)}
    unit = {name: i for i, name in enumerate(layout.departments)}
    for effect in effects:
        signal = JOINT_FORMS[effect.form]([settings[:, lever] for lever in effect.levers]) + (0.5 - effect.neutral)
        slopes = np.array(effect.slopes) * effect.share
        due[unit[effect.department], :, :, place[effect.touchpoint], COLUMN[effect.coefficient]] += (
            signal[:, None] * slopes[None, :]
        )
    value = np.broadcast_to(layout.base, (cells, segments, *layout.base.shape)).copy()
    promise = np.zeros((cells, segments, touchpoints, max(1, len(layout.promising))))
    for d in range(departments):
        value += due[d]
    for p, d in enumerate(layout.promising):
        owned = np.array([owner == d for owner in layout.owner])
        promise[:, :, :, p] = due[d, :, :, :, COLUMN["promise"]] + owned * layout.base[:, COLUMN["promise"]]
    return Tables(value=value, promise=promise, due=due)

"""What levers do: the scenario's effects as one flat list, and folded into coefficient tables.

A coefficient of a touchpoint is its base plus the sum over effects of slope x (signal of the effect), where the
signal is setting - neutral for a single lever and the joint form for several. Folding happens when settings change, not
every week, so a new scenario never compiles anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.model.jit import compiled
from simulation.rules.joint import JOINT_FORMS
from simulation.scenario.journey import COEFFICIENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from simulation.model.layout import Layout
    from simulation.scenario.lever import Effects, Lever
    from simulation.scenario.scenario import Scenario

__all__ = ["FlatEffect", "Folding", "LeverGiven", "Parts", "Tables", "effects_of", "levers_of"]

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


class Parts(NamedTuple):
    """What levers move: one part for each coefficient of a touchpoint and each department that moves it.

    Sorted by department, so that sums over departments run in their order. Arrays of positions [part].
    """

    department: NDArray[np.int64]
    touchpoint: NDArray[np.int64]
    coefficient: NDArray[np.int64]
    promising: NDArray[np.int64]
    """Position among the promising departments; -1 for another coefficient than a promise."""


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
        What each part adds to its coefficient [cell, segment, part]; value = base + sum over the parts of the coefficient.
    parts
        Whose each part is, and of what.
    """

    value: NDArray[np.float64]
    promise: NDArray[np.float64]
    due: NDArray[np.float64]
    parts: Parts


class Folding:
    """The effects of a scenario as arrays, made once; `fold` turns settings into coefficient tables.

    Sums run over effects in the order of the file and elementwise over cells and segments, so that the bits depend
    on nothing else.
    """

    def __init__(self, layout: Layout, effects: list[FlatEffect]) -> None:
        self._base = layout.base
        self._promised = _promised(layout)
        places = [_place(layout, effect) for effect in effects]
        found = sorted(set(places))
        self.parts = Parts(*(np.array([part[i] for part in found], dtype=np.int64) for i in range(4)))
        self._part_of = np.array([found.index(place) for place in places], dtype=np.int64)
        segments = len(layout.segment_names)
        self._slopes = np.array([[s * e.share for s in e.slopes] for e in effects]).reshape(len(effects), segments)
        alike: dict[tuple[str, int], list[int]] = {}
        for e, effect in enumerate(effects):
            alike.setdefault((effect.form, len(effect.levers)), []).append(e)
        self._alike = [
            (
                JOINT_FORMS[form],
                np.array(which),
                np.array([effects[e].levers for e in which]).T,
                0.5 - np.array([[effects[e].neutral] for e in which]),
            )
            for (form, _), which in alike.items()
        ]

    def fold(self, settings: NDArray[np.float64]) -> Tables:
        """Return the coefficient tables for settings [cell, lever].

        ODD E118: base + sum over effects of slope * (form(settings) + 0.5 - neutral)

        Source: our assumption (linear form, a first order expansion around the neutral setting).
        """
        cells, segments = len(settings), self._slopes.shape[1]
        signals, by_lever = np.empty((len(self._slopes), cells)), np.ascontiguousarray(settings.T)
        for form, which, levers, shift in self._alike:
            signals[which] = form([by_lever[lever] for lever in levers]) + shift
        due = np.zeros((cells, segments, len(self.parts.department)))
        value = np.empty((cells, segments, *self._base.shape))
        promise = np.empty((cells, segments, *self._promised.shape))
        _fold(signals, self._slopes, self._part_of, self.parts, self._base, self._promised, due, value, promise)
        return Tables(value=value, promise=promise, due=due, parts=self.parts)


def _place(layout: Layout, effect: FlatEffect) -> tuple[int, int, int, int]:
    """Return department, touchpoint, coefficient and (of a promise) promising department of an effect."""
    department, coefficient = layout.departments.index(effect.department), COLUMN[effect.coefficient]
    promising = layout.promising.index(department) if effect.coefficient == "promise" else -1
    return department, layout.touchpoints.index(effect.touchpoint), coefficient, promising


def _promised(layout: Layout) -> NDArray[np.float64]:
    """Return what is promised at the middle of every lever [touchpoint, promising department]: by its owner."""
    promised = np.zeros((len(layout.touchpoints), max(1, len(layout.promising))))
    for p, department in enumerate(layout.promising):
        owned = np.array(layout.owner) == department
        promised[owned, p] = layout.base[owned, COLUMN["promise"]]
    return promised


@compiled
def _fold(signals: NDArray[np.float64], slopes: NDArray[np.float64], part_of: NDArray[np.int64], parts: Parts,
          base: NDArray[np.float64], promised: NDArray[np.float64], due: NDArray[np.float64], value: NDArray[np.float64],
          promise: NDArray[np.float64]) -> None:  # fmt: skip
    """Fill `due` (zeros before), `value` and `promise` from signals [effect, cell] and slopes [effect, segment]."""
    cells, segments, number = due.shape
    for c in range(cells):
        for s in range(segments):
            for e in range(len(part_of)):
                due[c, s, part_of[e]] += signals[e, c] * slopes[e, s]
            for k in range(base.shape[0]):
                for i in range(base.shape[1]):
                    value[c, s, k, i] = base[k, i]
                for i in range(promised.shape[1]):
                    promise[c, s, k, i] = promised[k, i]
            for p in range(number):
                value[c, s, parts.touchpoint[p], parts.coefficient[p]] += due[c, s, p]
                if parts.promising[p] >= 0:
                    promise[c, s, parts.touchpoint[p], parts.promising[p]] += due[c, s, p]

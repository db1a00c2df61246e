"""Designs: which points of the factors' space are run.

full_factorial    every combination of levels; the last factor moves fastest
one_at_a_time     the base point, then each factor at each of its other levels while the rest stay at the base
latin_hypercube   points spread evenly over every factor (scipy.stats.qmc)
sobol             Saltelli's sample for Sobol' indices of first and total order (SALib)
morris            trajectories that move one factor at a time, for elementary effects (SALib)
table             the user's own points, from a CSV file

A drawn design is a function of its seed; no run's luck depends on it. The whole design is written into the plan.

Sources
-------
Latin hypercube: McKay, Beckman & Conover (1979), Technometrics 21. Saltelli's sample: Saltelli et al. (2010), Computer
Physics Communications 181. Elementary effects: Morris (1991), Technometrics 33.
"""

from __future__ import annotations

import csv
import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from simulation.laboratory.extras import needed
from simulation.laboratory.sweep.factors import Factor, Value
from simulation.laboratory.sweep.sweep_file import MOST_POINTS
from simulation.scenario.faults import Fault, ScenarioError, nearest, on_one_line, one_of, show
from simulation.scenario.reading import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from simulation.laboratory.sweep.sweep_file import DesignGiven

__all__ = ["Design", "TooLarge", "built"]

LEVELS = 5
"""Levels of a range in factorial and one-at-a-time designs unless given. Our assumption."""
MORRIS_LEVELS = 4
"""Levels of Morris's grid unless given. Source: Morris 1991; SALib's default."""

Point = tuple[Value, ...]


class TooLarge(ValueError):
    """A design of more points than a plan can hold."""

    def __init__(self, points: int) -> None:
        super().__init__(f"the design has {points:,} points")


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A design, drawn.

    Attributes
    ----------
    kind
        As in the sweep file.
    settings
        Its other settings, defaults written out (seed, levels, samples, ...).
    factors
        The factors; those of a table know the table's values.
    points
        One value per factor for each point.
    shares
        Of morris: each point's place in the unit cube [point, factor], which its analysis needs; else empty.
    """

    kind: str
    settings: dict[str, Any]
    factors: tuple[Factor, ...]
    points: tuple[Point, ...]
    shares: tuple[tuple[float, ...], ...] = ()


def built(given: DesignGiven, factors: Sequence[Factor], *, folder: Path) -> Design:
    """Draw a design.

    Parameters
    ----------
    given
        The design as the sweep file gives it, checked.
    factors
        What varies.
    folder
        What the path of a table starts from.

    Raises
    ------
    ScenarioError
        With every fault of a table.
    TooLarge
        If it has more than `MOST_POINTS` points.
    ExtraMissing
        If the library that draws it is not installed.
    """
    if given.kind == "table":
        return _table(folder / str(given.file), factors)
    return _DESIGNS[given.kind](given, tuple(factors))


def _full_factorial(given: DesignGiven, factors: tuple[Factor, ...]) -> Design:
    levels = given.levels or LEVELS
    values = [factor.several(levels) for factor in factors]
    _bounded(math.prod(len(each) for each in values))
    return Design(
        kind=given.kind, settings={"levels": levels}, factors=factors, points=tuple(itertools.product(*values))
    )


def _one_at_a_time(given: DesignGiven, factors: tuple[Factor, ...]) -> Design:
    levels = given.levels or LEVELS
    base: list[Value] = [factor.base for factor in factors if factor.base is not None]
    points: list[Point] = [tuple(base)]
    for position, factor in enumerate(factors):
        points += [
            (*base[:position], value, *base[position + 1 :])
            for value in factor.several(levels)
            if value != base[position]
        ]
    _bounded(len(points))
    return Design(kind=given.kind, settings={"levels": levels}, factors=factors, points=tuple(points))


def _latin_hypercube(given: DesignGiven, factors: tuple[Factor, ...]) -> Design:
    import numpy as np
    from scipy.stats import qmc

    seed = _seed(given)
    drawn = qmc.LatinHypercube(len(factors), seed=np.random.default_rng(seed)).random(given.points or 1)
    return _placed(given, {"seed": seed}, factors, drawn)


def _sobol(given: DesignGiven, factors: tuple[Factor, ...]) -> Design:
    sampler = needed("SALib.sample.sobol")
    seed, samples, second = _seed(given), given.samples or 2, bool(given.second_order)
    _bounded(samples * ((2 if second else 1) * len(factors) + 2))
    drawn = sampler.sample(_problem(factors), samples, calc_second_order=second, seed=seed)
    return _placed(given, {"samples": samples, "second_order": second, "seed": seed}, factors, drawn)


def _morris(given: DesignGiven, factors: tuple[Factor, ...]) -> Design:
    sampler = needed("SALib.sample.morris")
    seed, trajectories, levels = _seed(given), given.trajectories or 1, given.levels or MORRIS_LEVELS
    _bounded(trajectories * (len(factors) + 1))
    drawn = sampler.sample(_problem(factors), trajectories, num_levels=levels, seed=seed)
    settings = {"trajectories": trajectories, "levels": levels, "seed": seed}
    design = _placed(given, settings, factors, drawn)
    return replace(design, shares=tuple(tuple(map(float, row)) for row in drawn))


_DESIGNS: dict[str, Callable[[DesignGiven, tuple[Factor, ...]], Design]] = {
    "full_factorial": _full_factorial,
    "one_at_a_time": _one_at_a_time,
    "latin_hypercube": _latin_hypercube,
    "sobol": _sobol,
    "morris": _morris,
}
"""Designs that need no file, by kind."""


def _seed(given: DesignGiven) -> int:
    return 1 if given.seed is None else given.seed


def _problem(factors: Sequence[Factor]) -> dict[str, Any]:
    """Return the unit cube as SALib wants to be told of it."""
    return {"num_vars": len(factors), "names": [f.name for f in factors], "bounds": [[0.0, 1.0]] * len(factors)}


def _placed(given: DesignGiven, settings: dict[str, Any], factors: tuple[Factor, ...], drawn: NDArray[Any]) -> Design:
    """Turn places in the unit cube [point, factor] into values."""
    points = tuple(
        tuple(factor.at(share) for factor, share in zip(factors, row, strict=True)) for row in drawn.tolist()
    )
    return Design(kind=given.kind, settings=settings, factors=factors, points=points)


def _bounded(points: int) -> None:
    if points > MOST_POINTS:
        raise TooLarge(points)


def _table(path: Path, factors: Sequence[Factor]) -> Design:
    """Read the user's own points; a factor that gives no values takes those of its column."""
    name = on_one_line(str(path))
    rows = list(csv.reader(read_lines(path)))
    lines = [(number, [cell.strip() for cell in row]) for number, row in enumerate(rows, 1) if any(map(str.strip, row))]
    if len(lines) < 2:
        allowed = "a header of factor names, then a row for each point"
        raise ScenarioError([Fault("holds no points", name, allowed=allowed)])
    (first, header), *points = lines
    faults = list(_header_faults(header, [factor.name for factor in factors], name, first))
    columns: list[list[Value]] = []
    for factor in factors if not faults else ():
        at = header.index(factor.name)
        columns.append([])
        for line, row in points:
            cell = row[at] if at < len(row) else ""
            value = _cell(factor, cell)
            if isinstance(value, Fault):
                faults.append(replace(value, file=name, line=line, key=factor.name, value=cell))
            else:
                columns[-1].append(value)
    faults += [
        Fault(f"has {len(row)} cells", name, line, allowed=f"{len(header)}, as the header has")
        for line, row in points
        if len(row) > len(header)
    ]
    if faults:
        raise ScenarioError(sorted(faults, key=lambda fault: fault.line or 0))
    filled = tuple(_filled(factor, values) for factor, values in zip(factors, columns, strict=True))
    return Design(kind="table", settings={"file": path.name}, factors=filled, points=tuple(zip(*columns, strict=True)))


def _header_faults(header: Sequence[str], names: Sequence[str], file: str, line: int) -> Iterator[Fault]:
    for column in dict.fromkeys(header):
        if column not in names:
            yield Fault(f"column {show(column)} is no factor of the sweep", file, line, value=column,
                        allowed=one_of(names), nearest=nearest(column, names))  # fmt: skip
        elif header.count(column) > 1:
            yield Fault(f"column {show(column)} stands there twice", file, line, value=column)
    for name in names:
        if name not in header:
            yield Fault(f"there is no column for the factor `{name}`", file, line, allowed="a column for each factor")


def _cell(factor: Factor, cell: str) -> Value | Fault:
    """Return a cell's value, or what is wrong with it."""
    if not factor.numeric:
        known = list(factor.options)
        if cell in known or not (known or not cell):
            return cell
        return Fault(f"{show(cell)} is not allowed", allowed=one_of(known) or "a word", nearest=nearest(cell, known))
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        return Fault(f"{show(cell)} is not allowed", allowed="a number")
    if factor.whole and number != round(number):
        return Fault(f"{show(cell)} is not allowed", allowed="a whole number")
    if factor.low is not None and factor.high is not None and not factor.low <= number <= factor.high:
        return Fault(f"{show(cell)} is not allowed", allowed=f"a number from {factor.low:g} to {factor.high:g}")
    if factor.levels and number not in factor.levels:
        return Fault(f"{show(cell)} is not allowed", allowed=one_of([f"{level:g}" for level in factor.levels]))
    return number


def _filled(factor: Factor, values: Sequence[Value]) -> Factor:
    if factor.kind == "levels" and not factor.levels:
        return replace(factor, levels=tuple(sorted({value for value in values if isinstance(value, float)})))
    if factor.kind == "choices" and not factor.options:
        return replace(factor, options={str(value): _meant(str(value)) for value in dict.fromkeys(values)})
    return factor


def _meant(cell: str) -> object:
    """Return what a word of a table means to a scenario: true, false and null are no words."""
    return {"true": True, "false": False, "null": None}.get(cell, cell)

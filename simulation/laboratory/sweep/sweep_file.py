"""The sweep file: what a user writes to vary a scenario, read with the line of every value, and checked on its own.

    title: How much shared weight is enough?
    scenario: silo_vs_shared            # a shipped name, or a path from this file
    arms: [siloed, shared]              # all unless given; the first is the one that the others are compared with
    replications: 20
    design: {kind: full_factorial}
    factors:
      weight:
        path: incentives.shared_weight
        levels: [0, 0.25, 0.5, 0.75, 1]
        arms: [shared]

A factor is set last: where it names what an arm changes, too, the factor counts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError

from simulation.laboratory.sweep.paths import Format
from simulation.scenario.allowed import choices, describe
from simulation.scenario.base import Identifier, Part, Text
from simulation.scenario.faults import Finding, ScenarioError, locate, nearest, one_of, show
from simulation.scenario.overlay import Layer, plain
from simulation.scenario.reading import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

    from simulation.scenario.faults import Fault

__all__ = ["MOST_POINTS", "DesignGiven", "DesignKind", "FactorGiven", "SweepFile", "SweepGiven", "read_sweep"]

MOST_POINTS = 1_000_000
"""Most points of a design; a plan of that size is a file of about 100 MB."""

Whole = Annotated[int, Field(ge=1, le=MOST_POINTS)]
DesignKind = Literal["full_factorial", "one_at_a_time", "latin_hypercube", "sobol", "morris", "table"]


class DesignGiven(Part):
    """Which points of the factors' space are run."""

    kind: DesignKind
    points: Whole | None = None
    """latin_hypercube: number of points."""
    samples: Annotated[int, Field(ge=2, le=MOST_POINTS)] | None = None
    """sobol: base samples, a power of 2; the design has samples x (factors + 2) points."""
    second_order: bool | None = None
    """sobol: points for second-order indices, too: samples x (2 factors + 2)."""
    trajectories: Whole | None = None
    """morris: trajectories, of factors + 1 points each."""
    levels: Annotated[int, Field(ge=2, le=1000)] | None = None
    """full_factorial, one_at_a_time: evenly spaced levels of a factor that gives low and high (default 5); morris: an
    even number of levels (default 4)."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = None
    """latin_hypercube, sobol, morris: what the design is drawn from (default 1); no run's luck depends on it."""
    file: Text | None = None
    """table: a CSV file, path from this file: a column for each factor, a row for each point."""


class FactorGiven(Part):
    """What varies: the values at one path, or at several that move together."""

    path: Annotated[list[Text], Field(min_length=1, max_length=100)] | None = None
    """Dotted path in the scenario; a list of them: all are set to the same value."""
    low: float | None = None
    high: float | None = None
    scale: Literal["linear", "log"] = "linear"
    levels: Annotated[list[float], Field(min_length=1, max_length=10_000)] | None = None
    """Numbers to choose from."""
    choices: Annotated[list[object], Field(min_length=1, max_length=10_000)] | None = None
    """Words, true, false or null to choose from."""
    files: Annotated[list[Text], Field(min_length=1, max_length=1000)] | None = None
    """Fragments of scenarios to choose from, each merged over the scenario (over the mapping at `path`, if given)."""
    base: object = None
    """one_at_a_time: the value while others vary; as in the scenario unless given (of files: the first)."""
    unit: str = ""
    label: str = ""
    """Words for charts and tables; the name unless given."""
    arms: Annotated[list[Identifier], Field(min_length=1)] | None = None
    """Arms that it is set in; all unless given."""


class SweepGiven(Part):
    """A sweep: a scenario, what varies, which points are run and how often."""

    title: Text
    question: str = ""
    scenario: Text
    """A shipped name, or a path from this file."""
    arms: Annotated[list[Identifier], Field(min_length=1)] | None = None
    """Arms to run, the first is compared with; all unless given."""
    arm_titles: Annotated[dict[Identifier, Text], Field(default_factory=dict)]
    """Other words for arms whose titles say what the sweep varies."""
    replications: Annotated[int, Field(ge=1, le=100_000)] | None = None
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    population: Annotated[int, Field(ge=10, le=20_000_000)] | None = None
    weeks: Annotated[int, Field(ge=1, le=5200)] | None = None
    luck: Literal["shared", "own"] = "shared"
    """shared: the same customers with the same luck at every point; own: each point has its own."""
    changes: Annotated[dict[str, object], Field(default_factory=dict)]
    """What is changed in the scenario and in every arm, before the factors."""
    design: DesignGiven
    factors: Annotated[dict[Identifier, FactorGiven], Field(min_length=1, max_length=1_000)]
    outcomes: Annotated[list[Text], Field(min_length=1, max_length=20, default_factory=lambda: ["loyalty", "profit"])]
    """Metrics or KPIs that the tables and charts show; every metric is kept in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFile:
    """A sweep as it was read: what is given, and where in the file.

    name
        Short name: the file's, without ending; of a file `sweep.yaml` its folder's.
    folder
        What the paths in it start from.
    given
        None where the file is too faulty to say; `faults` says why.
    """

    name: str
    folder: Path
    layer: Layer
    given: SweepGiven | None
    faults: tuple[Fault, ...]

    def fault(self, finding: Finding) -> Fault:
        """Give a finding its file and line."""
        return locate(finding, self.layer.places)


def read_sweep(source: str | Path | Mapping[str, Any]) -> SweepFile:
    """Read a sweep file, or a mapping of the same form (its paths start at the present folder).

    Raises
    ------
    ScenarioError
        The file cannot be read as a mapping at all.
    """
    if isinstance(source, Mapping):
        name, folder = "sweep", Path()
        layer, odd = plain(source, name=name)
        faults = [locate(finding, layer.places) for finding in odd]
    else:
        path = Path(source)
        name = path.parent.name if path.stem == "sweep" and path.parent.name else path.stem
        folder = path.parent
        layer, faults = _read(path)
    raw = _with_lists(layer.raw)
    layer = Layer(raw, layer.places)
    try:
        given = SweepGiven.model_validate(raw)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        faults += [locate(_finding(detail, raw), layer.places) for detail in details]
        return SweepFile(name=name, folder=folder, layer=layer, given=None, faults=tuple(dict.fromkeys(faults)))
    faults += [locate(finding, layer.places) for finding in _checked(given)]
    return SweepFile(name=name, folder=folder, layer=layer, given=given, faults=tuple(faults))


def _read(path: Path) -> tuple[Layer, list[Fault]]:
    try:
        return read_file(path)
    except ScenarioError as error:
        words = {"a scenario": "a sweep file"}
        raise ScenarioError(
            replace(fault, allowed=words.get(fault.allowed, fault.allowed.replace("a scenario file", "a sweep file")))
            for fault in error.faults
        ) from error


def _with_lists(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sweep with every `path` as a list."""
    found = dict(raw)
    if isinstance(found.get("factors"), Mapping):
        found["factors"] = {
            name: {**factor, "path": [factor["path"]]}
            if isinstance(factor, Mapping) and isinstance(factor.get("path"), str)
            else factor
            for name, factor in found["factors"].items()
        }
    return found


def _finding(detail: ErrorDetails, raw: Mapping[str, Any]) -> Finding:
    """Tell one of pydantic's errors in words: only its place and its kind are used."""
    form = Format(SweepGiven.model_json_schema())
    path, value = _as_far_as_given(detail["loc"], raw)
    parent = form.at(path[:-1]) or {}
    if detail["type"] == "missing":
        key = str(detail["loc"][-1])
        node = form.at((*path, key)) or {}
        return Finding(path=(*path, key), message="is missing", allowed=describe(node))
    if detail["type"] == "extra_forbidden":
        name, names = str(path[-1]), list(parent.get("properties", ()))
        return Finding(
            path=path, value=name, message="unknown key", allowed=one_of(names, most=20), nearest=nearest(name, names)
        )
    if "[key]" in detail["loc"]:
        allowed = "a name of small letters, digits and _, a letter first, at most 40"
        return Finding(
            path=path, value=str(path[-1]), message=f"{show(path[-1])} is not allowed as a key", allowed=allowed
        )
    node = form.at(path) or {}
    hint = nearest(value, choices(node)) if isinstance(value, str) else None
    return Finding(
        path=path, value=show(value), message=f"{show(value)} is not allowed", allowed=describe(node), nearest=hint
    )


def _as_far_as_given(loc: tuple[str | int, ...], raw: Any) -> tuple[tuple[str | int, ...], Any]:
    """Walk as far as the data go: path and value there."""
    for depth, key in enumerate(loc):
        inside = key in raw if isinstance(raw, Mapping) else isinstance(raw, list) and key in range(len(raw))
        if not inside:
            return loc[:depth], raw
        raw = raw[key]
    return loc, raw


_OF_KIND: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "full_factorial": ((), ("levels",)),
    "one_at_a_time": ((), ("levels",)),
    "latin_hypercube": (("points",), ("seed",)),
    "sobol": (("samples",), ("seed", "second_order")),
    "morris": (("trajectories",), ("levels", "seed")),
    "table": (("file",), ()),
}
"""By kind of design: the keys that it needs, and those that it may have."""


def _checked(given: SweepGiven) -> Iterator[Finding]:
    """Yield what is wrong in a sweep whose types are right, without a look at the scenario."""
    yield from _check_design(given.design)
    for name, factor in given.factors.items():
        yield from _check_factor(name, factor, table=given.design.kind == "table")
        if "base" in factor.model_fields_set and given.design.kind != "one_at_a_time":
            message = f"means nothing in design {given.design.kind}"
            yield Finding(path=("factors", name, "base"), value="base", message=message, allowed="one_at_a_time")


def _check_design(design: DesignGiven) -> Iterator[Finding]:
    needs, may = _OF_KIND[design.kind]
    for key in needs:
        if getattr(design, key) is None:
            node = Format(SweepGiven.model_json_schema()).at(("design", key)) or {}
            yield Finding(
                path=("design", key), message=f"is missing: design {design.kind} needs it", allowed=describe(node)
            )
    for key in DesignGiven.model_fields:
        if key not in {"kind", *needs, *may} and getattr(design, key) is not None:
            allowed = one_of(["kind", *needs, *may])
            yield Finding(
                path=("design", key), value=key, message=f"means nothing in design {design.kind}", allowed=allowed
            )
    if design.samples is not None and design.samples & (design.samples - 1):
        power = 2 ** round(math.log2(design.samples))
        message = f"{design.samples} is not allowed"
        yield Finding(path=("design", "samples"), value=str(design.samples), message=message,
                      allowed="a power of 2 (the sequence is balanced only then)", nearest=str(power))  # fmt: skip
    if design.kind == "morris" and design.levels is not None and design.levels % 2:
        message = f"{design.levels} is not allowed"
        yield Finding(path=("design", "levels"), value=str(design.levels), message=message,
                      allowed="an even number (then all levels are equally likely)", nearest=str(design.levels + 1))  # fmt: skip


def _check_factor(name: str, factor: FactorGiven, *, table: bool) -> Iterator[Finding]:
    here = ("factors", name)
    ranged = factor.low is not None or factor.high is not None
    ways = ["low and high"] * ranged + [
        key for key in ("levels", "choices", "files") if getattr(factor, key) is not None
    ]
    if len(ways) > 1 or not (ways or table):
        message = f"gives {' and '.join(ways)}" if ways else "gives no values"
        yield Finding(path=here, message=message, allowed="one of: low and high, levels, choices, files")
    if factor.path is None and factor.files is None:
        yield Finding(path=(*here, "path"), message="is missing", allowed="the dotted path of a value in the scenario")
    if ranged:
        yield from _check_range(here, factor)
    elif factor.scale == "log":
        yield Finding(path=(*here, "scale"), value="log", message="means nothing without low and high")
    for key in ("levels", "choices", "files"):
        seen: list[object] = []
        for position, value in enumerate(getattr(factor, key) or ()):
            if any(value == other and type(value) is type(other) for other in seen):
                yield Finding(path=(*here, key, position), value=show(value), message=f"{show(value)} is listed twice")
            seen.append(value)
    for position, value in enumerate(factor.choices or ()):
        if isinstance(value, (Mapping, list)):
            allowed = "a word, number, true, false or null (mappings: files)"
            yield Finding(
                path=(*here, "choices", position),
                value=show(value),
                message=f"{show(value)} is not allowed",
                allowed=allowed,
            )


def _check_range(here: tuple[str, str], factor: FactorGiven) -> Iterator[Finding]:
    for key in ("low", "high"):
        if getattr(factor, key) is None:
            yield Finding(path=(*here, key), message="is missing", allowed="a number")
    if factor.low is None or factor.high is None:
        return
    if not factor.low < factor.high:
        yield Finding(path=(*here, "high"), value=show(factor.high), message=f"{show(factor.high)} is not allowed",
                      allowed=f"a number above low ({show(factor.low)})")  # fmt: skip
    if factor.scale == "log" and not factor.low > 0:
        yield Finding(path=(*here, "low"), value=show(factor.low), message=f"{show(factor.low)} is not allowed",
                      allowed="a number above 0 on a log scale")  # fmt: skip

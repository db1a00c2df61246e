"""What is asked when a firm is set up, and what each answer changes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.scenario.faults import Fault, ScenarioError, nearest, one_of, show
from simulation.scenario.library import shipped, world_files
from simulation.scenario.loading import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulation.scenario.loading import LoadedScenario

__all__ = ["ARMS", "Answers", "Arm", "Start", "named", "starts"]

_COUNCIL = {"operational": {"chair": "independent", "territory": 0.3}}


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm that is offered: its title, what it means, what it changes."""

    title: str
    about: str
    changes: Mapping[str, Any]


ARMS: dict[str, Arm] = {
    "siloed": Arm("As it is", "each department on its own KPI, seeing its own figures", {}),
    "shared_metrics": Arm(
        "Shared metrics", "half the weight of every appraisal on shared metrics", {"incentives": {"shared_weight": 0.5}}
    ),
    "pooled_data": Arm(
        "Shared sight", "all see what later happens to their customers; own KPI", {"information": {"regime": "pooled"}}
    ),
    "council": Arm(
        "Council",
        "a council that sees joined data; own KPI",
        {"information": {"regime": "pooled"}, "governance": _COUNCIL},
    ),
    "accountability": Arm(
        "Accountable",
        "half the weight on shared metrics, and a council to report to",
        {"incentives": {"shared_weight": 0.5}, "information": {"regime": "pooled"}, "governance": _COUNCIL},
    ),
}
"""The arms that are offered, by name; sizes as in the shipped scenarios silo_vs_shared and cx_council."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A firm to start from: its name and its file; `world`: one of the small worlds, which cannot be extended by name."""

    name: str
    path: Path
    world: bool = False


def starts() -> dict[str, Start]:
    """The firms that one may start from, by name: the reference firm, the other shipped scenarios, the small worlds."""
    found = {name: Start(name=name, path=path) for name, path in shipped().items()}
    first = {"baseline": found.pop("baseline")} if "baseline" in found else {}
    worlds = {name: Start(name=name, path=path, world=True) for name, path in world_files().items() if name != "people"}
    return {**first, **found, **worlds}


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What has been answered so far; what was not asked stays as in the firm that it starts from.

    Attributes
    ----------
    start
        The firm to start from: a name among `starts`, or a file.
    dropped
        Departments that the firm does not have -> who runs their touchpoints.
    renamed
        Department -> its name in this firm.
    arms
        What to compare: names in `ARMS`; empty: the arms of the firm that it starts from.
    figures
        Paths and values of single figures.
    """

    start: str = "baseline"
    title: str = ""
    question: str = ""
    dropped: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    arms: tuple[str, ...] = ()
    population: int | None = None
    weeks: int | None = None
    figures: Mapping[tuple[str, ...], Any] = field(default_factory=dict)

    @cached_property
    def base(self) -> LoadedScenario:
        """The firm to start from.

        Raises
        ------
        ScenarioError
            If there is none of this name, or it is faulty.
        """
        known = starts()
        if self.start in known:
            return load(known[self.start].path)
        if not Path(self.start).is_file():
            said = f"{show(self.start)}: there is no such firm to start from"
            raise ScenarioError(
                [Fault(said, allowed="a shipped scenario, a small world or a file", nearest=nearest(self.start, known))]
            )
        return load(Path(self.start))

    @property
    def alone(self) -> bool:
        """A small world has no name that a file could extend: all of it is written."""
        return self.start in starts() and starts()[self.start].world

    def extends(self, target: Path) -> str:
        """The firm to start from, as the file at `target` names it."""
        if self.start in shipped():
            return self.start
        assert self.base.path is not None
        path = self.base.path.resolve()
        try:
            return Path(os.path.relpath(path, target.resolve().parent)).as_posix()
        except ValueError:  # on another drive
            return path.as_posix()

    def overlay(self) -> dict[str, Any]:
        """What the answers change, part by part.

        Raises
        ------
        ScenarioError
            For departments and arms that there are not.
        """
        found: dict[str, Any] = {"title": self.title or f"My firm, from: {self.base.scenario.title}"[:2000]}
        if self.question:
            found["question"] = self.question
        horizon = {"population": self.population, "weeks": self.weeks}
        if given := {key: value for key, value in horizon.items() if value is not None}:
            found["horizon"] = given
        for part in (self._departments(), self._figures(), self._arms()):
            for key, value in part.items():
                found[key] = _merged(found[key], value) if key in found else value
        return found

    def _departments(self) -> dict[str, Any]:
        """Other names; a department that goes leaves its touchpoints to another and takes its KPIs and levers along."""
        scenario = self.base.scenario
        among = [name for name in scenario.departments if name not in self.dropped]
        for name in (*self.dropped, *self.renamed):
            _known(name, scenario.departments, "department of this firm")
        for name, heir in self.dropped.items():
            _known(heir, among, f"department that could run what {scenario.departments[name].name} ran")
        found: dict[str, Any] = {}
        for name in self.dropped:
            found.setdefault("departments", {})[name] = None
        for name, words in self.renamed.items():
            found.setdefault("departments", {}).setdefault(name, {"name": words})
        return _merged(found, self._left_behind()) if self.dropped else found

    def _left_behind(self) -> dict[str, Any]:
        """What departments that go leave behind."""
        scenario = self.base.scenario
        owners = {
            name: {"owner": self.dropped[at.owner]} for name, at in scenario.journey.items() if at.owner in self.dropped
        }
        kpis = [name for name, kpi in scenario.kpis.items() if kpi.owner in self.dropped]
        joint = [
            name
            for name, group in scenario.joint_effects.items()
            if any(lever.partition(".")[0] in self.dropped for lever in group.levers)
        ]
        parts = {"journey": owners, "kpis": dict.fromkeys(kpis), "joint_effects": dict.fromkeys(joint)}
        return {key: part for key, part in parts.items() if part}

    def _figures(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path, value in self.figures.items():
            inner: Any = value
            for key in reversed(path):
                inner = {key: inner}
            found = _merged(found, inner)
        return found

    def _arms(self) -> dict[str, Any]:
        """The arms chosen, instead of those of the firm that it starts from."""
        if not self.arms:
            return {}
        for name in self.arms:
            _known(name, ARMS, "arm that is offered")
        old = self.base.scenario.arms
        found: dict[str, Any] = dict.fromkeys(old)
        for name in dict.fromkeys(self.arms):
            # An arm of the same name would be merged with the old one: it takes another.
            arm = ARMS[name]
            found[named(name, old)] = {"title": arm.title} | ({"changes": arm.changes} if arm.changes else {})
        return {"arms": found}


def named(name: str, taken: Iterable[str]) -> str:
    """A name that is not taken.

    Examples
    --------
    >>> named("siloed", ["siloed"])
    'siloed_here'
    """
    return f"{name}_here" if name in set(taken) else name


def _known(name: str, names: Iterable[str], what: str) -> None:
    known = list(names)
    if name not in known:
        raise ScenarioError([Fault(f"{show(name)} is no {what}", allowed=one_of(known), nearest=nearest(name, known))])


def _merged(one: Any, other: Any) -> Any:
    """Merge mappings; unlike `overlay.apply` null stays, for the file to delete by."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{key: _merged(one[key], value) if key in one else value for key, value in other.items()}}
    return other

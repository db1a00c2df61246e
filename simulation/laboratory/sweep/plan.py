"""The plan of a sweep: everything that its runs follow from, written down before the first one starts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from simulation.laboratory.sweep.factors import Factor, Value, factor_from, set_factors
from simulation.scenario.allowed import validated
from simulation.scenario.checks import check
from simulation.scenario.faults import Fault, Finding, ScenarioError, dotted
from simulation.scenario.overlay import apply

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulation.scenario.scenario import Scenario

__all__ = ["Luck", "Plan", "batch_size"]

Luck = Literal["shared", "own"]

_NOT_IN_ARMS = ("arms", "extends", "title")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A sweep, ready to run: a task is one replication of one design point, in all arms.

    Attributes
    ----------
    name, title, question
        Short name (of the file), and words for people.
    scenario
        The scenario as plain data, everything merged, with its arms: a scenario file could hold it.
    scenario_hash
        Hash of its meaning.
    arms
        Names of the arms that run; the first is compared with.
    kind, settings
        The design and its settings.
    factors
        What varies.
    points
        One value per factor for each design point.
    shares
        Of morris: the points in the unit cube; else empty.
    replications, seed, luck
        How often, from which seed, and whether every point shares its luck.
    metrics
        Columns of a row that are measured, in their order.
    outcomes
        Metrics that tables and charts show.
    weekly
        Whether weekly tables are kept.
    batch
        Tasks in one part of the dataset.
    sweep
        The sweep file's content as it was read.
    silosim, sources_hash, versions
        What made it.
    """

    name: str
    title: str
    question: str
    scenario: Mapping[str, Any]
    scenario_hash: str
    arms: tuple[str, ...]
    kind: str
    settings: Mapping[str, Any]
    factors: tuple[Factor, ...]
    points: tuple[tuple[Value, ...], ...]
    shares: tuple[tuple[float, ...], ...] = ()
    replications: int
    seed: int
    luck: Luck
    metrics: tuple[str, ...]
    outcomes: tuple[str, ...]
    weekly: bool = False
    batch: int
    sweep: Mapping[str, Any] = field(default_factory=dict)
    silosim: str = ""
    sources_hash: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def tasks(self) -> int:
        """Number of tasks: points x replications. Task = point x replications + replication."""
        return len(self.points) * self.replications

    @property
    def runs(self) -> int:
        """Number of runs, and of rows: tasks x arms. Run = task x arms + position of the arm."""
        return self.tasks * len(self.arms)

    @property
    def hash(self) -> str:
        """SHA-256 (hexadecimal) of all that the rows follow from."""
        return hashlib.sha256(json.dumps(self.of_runs(), separators=(",", ":"), sort_keys=True).encode()).hexdigest()

    @property
    def arm_titles(self) -> dict[str, str]:
        """Title of each arm; the scenario's where it has no arms."""
        given = self.scenario.get("arms", {})
        return {arm: str(given[arm]["title"] if arm in given else self.scenario["title"]) for arm in self.arms}

    def arms_given(self) -> dict[str, dict[str, Any]]:
        """Return the plain data of every arm before any factor."""
        base = {key: value for key, value in self.scenario.items() if key != "arms"}
        found = {}
        for arm in self.arms:
            changes = self.scenario.get("arms", {}).get(arm, {}).get("changes", {})
            found[arm] = apply(base, {key: value for key, value in changes.items() if key not in _NOT_IN_ARMS})
        return found

    def scenarios_at(self, values: tuple[Value, ...]) -> dict[str, Scenario]:
        """Return every arm at a design point.

        Raises
        ------
        ScenarioError
            If the point makes no valid scenario.
        """
        arms: dict[str, Scenario] = {}
        faults: list[Fault] = []
        for arm, scenario, findings in self.checked_at(values):
            if scenario is not None:
                arms[arm] = scenario
            faults += [
                Fault(key=dotted(f.path), value=f.value, message=f"{f.message} (arm {arm})", allowed=f.allowed)
                for f in findings
            ]
        if faults:
            raise ScenarioError(faults)
        return arms

    def checked_at(self, values: tuple[Value, ...]) -> Iterator[tuple[str, Scenario | None, list[Finding]]]:
        """Yield each arm at a design point, and the errors in it."""
        first = None
        for arm, raw in self.arms_given().items():
            at_point = set_factors(raw, self.factors, values, arm=arm)
            scenario, findings = validated(at_point)
            if scenario is not None:
                findings = [finding for finding in check(scenario) if finding.level == "error"]
                first = scenario.horizon if first is None else first
                if scenario.horizon != first:
                    message = (
                        f"differs from the first arm, `{self.arms[0]}`: arms live the same weeks with the same people"
                    )
                    findings.append(Finding(path=("horizon",), message=message, allowed="one horizon for all arms"))
            yield arm, scenario, findings

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain data, as `plan.json` holds it."""
        return {
            "silosim": self.silosim,
            "name": self.name,
            "title": self.title,
            "question": self.question,
            "arms": list(self.arms),
            "replications": self.replications,
            "seed": self.seed,
            "luck": self.luck,
            "batch": self.batch,
            "weekly": self.weekly,
            "metrics": list(self.metrics),
            "outcomes": list(self.outcomes),
            "sources_hash": self.sources_hash,
            "scenario_hash": self.scenario_hash,
            "versions": dict(self.versions),
            "design": {
                "kind": self.kind,
                **self.settings,
                "factors": [factor.to_json() for factor in self.factors],
                "points": [list(point) for point in self.points],
                "shares": [list(row) for row in self.shares],
            },
            "sweep": self.sweep,
            "scenario": self.scenario,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Plan:
        """Return the plan that `to_json` told.

        Raises
        ------
        KeyError, TypeError
            If it is no plan.
        """
        design = dict(told["design"])
        kind, factors, points, shares = (design.pop(key) for key in ("kind", "factors", "points", "shares"))
        same: dict[str, Any] = {key: told[key] for key in _AS_THEY_ARE}
        listed: dict[str, Any] = {key: tuple(told[key]) for key in ("arms", "metrics", "outcomes")}
        drawn: dict[str, Any] = {
            "kind": kind,
            "settings": design,
            "factors": tuple(factor_from(factor) for factor in factors),
            "points": tuple(tuple(point) for point in points),
            "shares": tuple(tuple(row) for row in shares),
        }
        return cls(**same, **listed, **drawn)

    def differences(self, other: Plan) -> list[str]:
        """Say in what the runs differ from another plan's, `there` being the other; empty when they are the same runs.

        Words, outcomes to show, the machine, Python and the libraries may differ: the runs are the same to the bit.
        """
        ours, theirs = (_flat(plan.of_runs()) for plan in (self, other))
        keys = [key for key in {**theirs, **ours} if ours.get(key, _NONE) != theirs.get(key, _NONE)]
        return [
            f"{_KEYS.get(key, key)}: {_said(theirs.get(key, _NONE))} there, {_said(ours.get(key, _NONE))} here"
            for key in keys
        ]

    def of_runs(self) -> dict[str, Any]:
        """Return what the rows follow from: the plan without words and without what follows from the rest."""
        told = {key: value for key, value in self.to_json().items() if key not in _NO_MATTER}
        design = told["design"]
        factors = [{key: of[key] for key in of if key not in {"label", "unit", "path"}} for of in design["factors"]]
        scenario = {key: value for key, value in self.scenario.items() if key not in {*_WORDS, "arms"}}
        scenario["arms"] = {arm: of.get("changes", {}) for arm, of in self.scenario.get("arms", {}).items()}
        return {**told, "scenario": scenario, "design": {**design, "factors": factors}}


_AS_THEY_ARE = (
    *("name", "title", "question", "scenario", "scenario_hash", "replications", "seed", "luck", "weekly", "batch"),
    *("sweep", "silosim", "sources_hash", "versions"),
)
_WORDS = ("title", "question", "source", "expect")
_NO_MATTER = ("name", "title", "question", "outcomes", "versions", "scenario_hash", "sweep")
_KEYS = {"sources_hash": "silosim itself (hash of its sources)", "silosim": "version of silosim"}
_NONE = object()


def _flat(value: object, path: str = "") -> dict[str, object]:
    """Return the values of nested data by their dotted paths; empty collections are values."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: dict[str, object] = {}
    for key, item in items:
        found |= _flat(item, f"{path}.{key}" if path else str(key))
    return found or {path: value}


def _said(value: object) -> str:
    if value is _NONE:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:20]}..."


def batch_size(tasks: int) -> int:
    """Tasks in one part: about 200 parts, so that a kill costs little, and at most 250 tasks. Our assumption.

    Examples
    --------
    >>> batch_size(40), batch_size(4_000), batch_size(1_000_000)
    (1, 20, 250)
    """
    return min(max(tasks // 200, 1), 250)

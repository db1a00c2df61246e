"""Load a scenario by path, by name or from a dict: read, extend, check, and build every arm."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.scenario.allowed import validated
from simulation.scenario.checks import check, check_arms
from simulation.scenario.decisions import with_decisions
from simulation.scenario.faults import (
    Fault,
    Finding,
    Places,
    ScenarioError,
    at_most,
    dotted,
    in_file_order,
    locate,
    nearest,
    on_one_line,
    one_of,
    show,
)
from simulation.scenario.library import shipped
from simulation.scenario.overlay import Layer, overlay, plain, under
from simulation.scenario.reading import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from simulation.scenario.scenario import Scenario

__all__ = ["ONLY_ARM", "LoadedScenario", "load", "load_dict", "starter"]

ONLY_ARM = "only"
"""Name of the one arm of a scenario that gives no arms."""

_NOT_IN_ARMS = ("arms", "extends", "title")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedScenario:
    """A scenario with all its arms, checked.

    Attributes
    ----------
    scenario
        The scenario before any arm changes it.
    arms
        Each arm as a scenario of its own (without arms), in the order of the file; `only` if the file gives none.
    arm_titles
        Title of each arm.
    raw
        The file merged over all that it extends, as plain data.
    hash
        SHA-256 (hexadecimal) of the meaning: every value of every arm, defaults included; comments, layout and the
        split between files do not change it.
    warnings
        Faults that do not stop a run.
    path
        The file; None for a scenario from a dict.
    """

    scenario: Scenario
    arms: dict[str, Scenario]
    arm_titles: dict[str, str]
    raw: dict[str, Any]
    hash: str
    warnings: list[Fault]
    path: Path | None


def load(source: str | Path) -> LoadedScenario:
    """Load a scenario from a file, or a shipped scenario by its name.

    Parameters
    ----------
    source
        A name such as `silo_vs_shared`, or a path. A shipped name wins over a file without suffix in the present
        folder, for which write `./name`.

    Raises
    ------
    ScenarioError
        With every fault of the file and of what it extends.

    Examples
    --------
    >>> list(load("silo_vs_shared").arms)
    ['siloed', 'shared', 'pooled_data', 'shared_and_pooled']
    """
    path = shipped().get(source, Path(source)) if isinstance(source, str) else source
    try:
        layer, faults = read_file(path)
    except ScenarioError as error:
        raise _with_names(error, source) from error
    layer, unread = with_decisions(layer, path.parent)
    layer, more = _extended(layer, path.parent, _identity(path))
    return _finish(layer, [*faults, *unread, *more], path)


def load_dict(given: Mapping[str, Any], *, name: str = "scenario") -> LoadedScenario:
    """Load a scenario from a mapping, as a file would hold it; `extends` paths start at the present folder.

    Parameters
    ----------
    given
        Keys and values as in a file; tuples and numpy numbers are welcome.
    name
        What faults call it.

    Raises
    ------
    ScenarioError
        With every fault.
    """
    layer, findings = plain(given, name=name)
    faults = [locate(finding, layer.places) for finding in findings]
    layer, unread = with_decisions(layer, Path())
    layer, more = _extended(layer, Path(), None)
    return _finish(layer, [*faults, *unread, *more], None)


def starter() -> str:
    """Return a commented scenario to begin with: it extends `baseline` and has two arms."""
    return (Path(__file__).parent / "starter.yaml").read_text(encoding="utf-8")


def _extended(layer: Layer, folder: Path, identity: Path | None) -> tuple[Layer, list[Fault]]:
    """Merge a layer over all that it extends, directly or not; faults of the base files come back."""
    layers = [layer]
    seen = [identity] if identity else []
    faults: list[Fault] = []
    while "extends" in layers[-1].raw:
        last = layers[-1]
        base = last.raw["extends"]
        if not isinstance(base, str) or not base.strip():
            allowed = "the path of a scenario file or the name of a shipped scenario"
            finding = Finding(
                path=("extends",), value=show(base), message=f"{show(base)} is not allowed", allowed=allowed
            )
            raise ScenarioError([*faults, locate(finding, last.places)])
        path = shipped().get(base) or folder / base
        if (identity := _identity(path)) in seen:
            chain = " -> ".join(item.name for item in [*seen[seen.index(identity) :], identity])
            finding = Finding(path=("extends",), value=base, message=f"goes round in a circle ({chain})")
            raise ScenarioError([*faults, locate(finding, last.places)])
        try:
            base_layer, more = read_file(path)
        except ScenarioError as error:
            raise ScenarioError([*faults, *_bad_base(error, base, path, last.places)]) from error
        base_layer, unread = with_decisions(base_layer, path.parent)
        faults += [*more, *unread]
        layers.append(base_layer)
        seen.append(identity)
        folder = path.parent
    merged = _without(layers.pop(), "extends")
    while layers:
        merged = overlay(merged, _without(layers.pop(), "extends"))
    return merged, faults


def _without(layer: Layer, *keys: str) -> Layer:
    return replace(layer, raw={key: value for key, value in layer.raw.items() if key not in keys})


def _bad_base(error: ScenarioError, base: str, path: Path, places: Places) -> Iterator[Fault]:
    """Say at the `extends` key that its file is missing; faults inside the file stay as they are."""
    for fault in error.faults:
        if fault.line is None and fault.file == on_one_line(str(path)):
            finding = Finding(
                path=("extends",),
                value=base,
                message=f"{show(base)} {fault.message}",
                allowed=fault.allowed or _names(),
                nearest=nearest(base, shipped()),
            )
            yield locate(finding, places)
        else:
            yield fault


def _with_names(error: ScenarioError, source: str | Path) -> ScenarioError:
    """Add the shipped names to the fault of a scenario that was not found."""
    fault = error.faults[0]
    if fault.line is not None or fault.allowed or not fault.message.startswith("there is no"):
        return error
    return ScenarioError([replace(fault, allowed=_names(), nearest=nearest(str(source), shipped()))])


def _names() -> str:
    known = one_of(shipped())
    return f"a file, or {known}" if known else "a file"


def _identity(path: Path) -> Path:
    """Return the same path for the same file, however it is written."""
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):  # a name that no file can have: reading it says so
        return path


def _finish(layer: Layer, faults: list[Fault], path: Path | None) -> LoadedScenario:
    """Check the merged scenario and each arm; raise all faults at once or return what was loaded."""
    scenario, own = _checked(layer)
    found = [*faults, *own]
    arms: dict[str, Scenario] = {}
    for name, changes in _arms_given(layer.raw):
        arm, more = _arm(layer, name, changes, known=frozenset(own))
        found += more
        if arm is not None:
            arms[name] = arm
    found += [locate(finding, layer.places) for finding in check_arms(arms)]
    found = in_file_order(found)
    if scenario is None or any(fault.level == "error" for fault in found):
        raise ScenarioError(fault for fault in found if fault.level == "error")
    titles = {name: given.title for name, given in scenario.arms.items()}
    arms, titles = (arms, titles) if arms else ({ONLY_ARM: scenario}, {ONLY_ARM: scenario.title})
    return LoadedScenario(
        scenario=scenario,
        arms=arms,
        arm_titles=titles,
        raw=layer.raw,
        hash=_hash(scenario, arms, titles),
        warnings=found,
        path=path,
    )


def _checked(layer: Layer) -> tuple[Scenario | None, list[Fault]]:
    """Check types and ranges, then, where those are right, what refers to what."""
    scenario, findings = validated(layer.raw)
    if scenario is not None:
        findings = at_most(check(scenario))
    return scenario, [locate(finding, layer.places) for finding in findings]


def _arms_given(raw: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the changes of each arm that is formed well enough to look into."""
    arms = raw.get("arms")
    for name, given in arms.items() if isinstance(arms, dict) else ():
        if isinstance(given, dict) and isinstance(given.get("changes", {}), dict):
            yield name, given.get("changes", {})


def _arm(
    layer: Layer, name: str, changes: Mapping[str, Any], *, known: frozenset[Fault]
) -> tuple[Scenario | None, list[Fault]]:
    """Build one arm; its faults, without those `known` from the scenario before the arm's changes."""
    root = ("arms", name, "changes")
    faults = [
        locate(Finding(path=(*root, key), value=key, message="is not for an arm to change"), layer.places)
        for key in changes
        if key in _NOT_IN_ARMS
    ]
    merged = _without(layer, "arms")
    if changes:
        merged = overlay(merged, _without(under(layer, root), *_NOT_IN_ARMS))
    arm, found = _checked(merged)
    at_arm = dotted(root)
    for fault in found:
        if fault.key == at_arm or fault.key.startswith(f"{at_arm}."):
            faults.append(fault)
        elif fault not in known:
            # The value stands in the scenario itself; what the arm changes elsewhere makes it wrong.
            faults.append(replace(fault, message=f"{fault.message} in arm `{name}`"))
    return arm, faults


def _hash(scenario: Scenario, arms: Mapping[str, Scenario], titles: Mapping[str, str]) -> str:
    """Hash the validated values, in the order of the file: the order of touchpoints has a meaning, too."""
    content = {
        "scenario": scenario.model_dump(mode="json", exclude={"arms"}),
        "arms": {name: [titles[name], arm.model_dump(mode="json")] for name, arm in arms.items()},
    }
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()

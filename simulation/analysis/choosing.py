"""What is to be run: the scenario, with another horizon perhaps, and which of its arms."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from simulation.scenario.faults import Fault, ScenarioError, nearest, one_of, show
from simulation.scenario.loading import LoadedScenario, load, load_dict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulation.scenario.scenario import Scenario

__all__ = ["Source", "chosen_arms", "loaded_from", "overridden"]

Source: TypeAlias = str | Path | Mapping[str, object] | LoadedScenario


def loaded_from(scenario: Source) -> LoadedScenario:
    """Return a scenario from a file, a shipped name, a mapping, or as it was loaded."""
    if isinstance(scenario, LoadedScenario):
        return scenario
    return load(scenario) if isinstance(scenario, str | Path) else load_dict(scenario)


def overridden(loaded: LoadedScenario, overrides: Mapping[str, int | None]) -> LoadedScenario:
    """Return the scenario with parts of its horizon replaced, in every arm, and checked anew.

    The plain data are changed and read again, so that what is stored and hashed is what was run.
    """
    given = {key: value for key, value in overrides.items() if value is not None}
    if not given:
        return loaded
    raw = copy.deepcopy(loaded.raw)
    raw["horizon"] = {**raw.get("horizon", {}), **given}
    for arm in raw.get("arms", {}).values():
        changed = arm.get("changes", {}).get("horizon", {})
        for key in given:
            changed.pop(key, None)
    name = "scenario" if loaded.path is None else loaded.path.name
    return replace(load_dict(raw, name=name), path=loaded.path)


def chosen_arms(loaded: LoadedScenario, arms: Sequence[str] | None) -> dict[str, Scenario]:
    """Return the arms to run, in the order asked for (None: all); unknown names and repetitions are faults."""
    names = list(loaded.arms) if arms is None else list(arms)
    faults = [
        Fault(
            file=loaded.path.name if loaded.path else "",
            value=name,
            message=f"{show(name)} is not an arm of this scenario",
            allowed=one_of(loaded.arms),
            nearest=nearest(name, loaded.arms),
        )
        for name in names
        if name not in loaded.arms
    ]
    faults += [Fault(message=f"arm {show(name)} is named twice") for name, n in Counter(names).items() if n > 1]
    if faults or not names:
        raise ScenarioError(faults or [Fault(message="no arm to run", allowed=one_of(loaded.arms))])
    return {name: loaded.arms[name] for name in names}

"""From a sweep file to the plan of a sweep: every fault is told before anything is run."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simulation._version import __version__
from simulation.analysis.frames import columns_of
from simulation.analysis.sources import sources_hash
from simulation.laboratory.sweep.checking import check_points
from simulation.laboratory.sweep.designs import TooLarge, built
from simulation.laboratory.sweep.lookup import factors_of
from simulation.laboratory.sweep.plan import Plan, batch_size
from simulation.laboratory.sweep.sweep_file import MOST_POINTS, SweepFile, read_sweep
from simulation.record import Column
from simulation.scenario.faults import Fault, Finding, ScenarioError, dotted, in_file_order, nearest, one_of, show
from simulation.scenario.library import shipped
from simulation.scenario.loading import LoadedScenario, load, load_dict
from simulation.scenario.overlay import apply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from simulation.laboratory.sweep.designs import Design
    from simulation.laboratory.sweep.sweep_file import SweepGiven
    from simulation.scenario.scenario import Scenario

__all__ = ["columns_of_plan", "plan_sweep"]


def plan_sweep(
    source: str | Path | Mapping[str, Any],
    *,
    replications: int | None = None,
    population: int | None = None,
    weeks: int | None = None,
    seed: int | None = None,
    weekly: bool = False,
    levers: bool = False,
) -> Plan:
    """Read a sweep file and draw its design.

    Parameters
    ----------
    source
        A sweep file, or a mapping of the same form.
    replications, population, weeks, seed
        Instead of those in the file, which stand instead of the scenario's.
    weekly
        Keep the weekly tables of every run, too.
    levers
        Keep levers, scores and bonuses of every department, too.

    Raises
    ------
    ScenarioError
        With every fault in the sweep file, its scenario, its fragments and its table.
    ExtraMissing
        If the library that draws the design is not installed.
    """
    file = read_sweep(source)
    if file.given is None:
        raise ScenarioError(in_file_order(file.faults))
    faults = list(file.faults)
    horizon = {"replications": replications, "population": population, "weeks": weeks, "seed": seed}
    loaded = _loaded(file, file.given, horizon, faults)
    arms = _arms(file, file.given, loaded, faults)
    factors, found = factors_of(file, file.given, arms)
    faults += found
    if faults:
        raise ScenarioError(in_file_order(faults))
    design = _design(file, file.given, factors)
    plan = _plan(file, file.given, loaded, arms, design, weekly=weekly)
    metrics = _metrics(plan, levers=levers)
    _check_outcomes(file, file.given, metrics)
    plan = replace(plan, metrics=tuple(metrics))
    check_points(file, plan)
    return plan


def columns_of_plan(plan: Plan) -> dict[str, Column]:
    """Every column of the sweep's table but those that each row begins with: label, unit and meaning."""
    factors = {
        factor.column: Column(
            name=factor.column,
            label=factor.label or factor.name,
            unit=factor.unit,
            meaning=f"Factor {factor.name}: value of the design point at {dotted_paths}."
            if (dotted_paths := ", ".join(map(dotted, factor.paths)))
            else f"Factor {factor.name}: the fragment that is merged over the scenario.",
        )
        for factor in plan.factors
    }
    return factors | {name: column for name, column in _columns(plan).items() if name in plan.metrics}


# --- scenario and arms ------------------------------------------------------------------------------------------------


def _loaded(
    file: SweepFile, given: SweepGiven, horizon: Mapping[str, int | None], faults: list[Fault]
) -> LoadedScenario:
    """Load the scenario and change it as the sweep file says."""
    path = shipped().get(given.scenario) or file.folder / given.scenario
    try:
        loaded = load(path)
    except ScenarioError as error:
        raise ScenarioError(in_file_order([*faults, *_bad_scenario(file, given, error)])) from error
    in_file = {key: getattr(given, key) for key in ("replications", "population", "weeks", "seed")}
    chosen = {key: value for key, value in {**in_file, **_without_none(horizon)}.items() if value is not None}
    changes = apply(given.changes, {"horizon": chosen}) if chosen else given.changes
    faults += [
        file.fault(Finding(path=("changes", key), value=key, message="is not for a sweep to change"))
        for key in ("arms", "extends")
        if key in given.changes
    ]
    if not (changes or given.arm_titles) or any(key in changes for key in ("arms", "extends")):
        return loaded
    raw = apply(loaded.raw, changes)
    if "arms" in raw:
        raw["arms"] = {
            name: {
                "title": given.arm_titles.get(name, arm["title"]),
                "changes": _changed_where_named(arm.get("changes", {}), changes),
            }
            for name, arm in raw["arms"].items()
        }
    try:
        return replace(load_dict(raw, name=str(path)), path=loaded.path)
    except ScenarioError as error:
        faults += [_at_change(file, fault) for fault in error.faults]
        return loaded


def _without_none(values: Mapping[str, int | None]) -> dict[str, int]:
    return {key: value for key, value in values.items() if value is not None}


def _bad_scenario(file: SweepFile, given: SweepGiven, error: ScenarioError) -> Iterator[Fault]:
    """Say at the key `scenario` that there is none; faults inside it stay as they are."""
    for fault in error.faults:
        if fault.line is not None:
            yield fault
            continue
        yield file.fault(
            Finding(
                path=("scenario",), value=given.scenario, message=f"{show(given.scenario)} {fault.message}",
                allowed=fault.allowed or f"a path from this file, or {one_of(shipped(), most=30)}",
                nearest=nearest(given.scenario, shipped()),
            )
        )  # fmt: skip


def _changed_where_named(arm: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return an arm's changes, with those of the sweep wherever both name the same key.

    Examples
    --------
    >>> _changed_where_named({"a": {"b": 1, "c": 2}}, {"a": {"b": 3, "d": 4}, "e": 5})
    {'a': {'b': 3, 'c': 2}}
    """
    found = dict(arm)
    for key, change in changes.items():
        if key not in arm:
            continue
        if change is None:
            del found[key]
        elif isinstance(change, Mapping) and isinstance(arm[key], Mapping):
            found[key] = _changed_where_named(arm[key], change)
        else:
            found[key] = change
    return found


def _at_change(file: SweepFile, fault: Fault) -> Fault:
    """Give a fault of the changed scenario the line of the change that made it, if the sweep file holds it."""
    at = {dotted(path[1:]): place for path, place in file.layer.places.items() if path[:1] == ("changes",)}
    key = fault.key
    while key and key not in at:
        key = key.rpartition(".")[0]
    place = at.get(key) or file.layer.places[()]
    return replace(fault, file=place.file, line=place.line, key=f"changes.{fault.key}" if key else fault.key)


def _arms(file: SweepFile, given: SweepGiven, loaded: LoadedScenario, faults: list[Fault]) -> dict[str, Scenario]:
    """Return the arms to run; what is wrong with their names joins the faults."""
    names = list(loaded.arms) if given.arms is None else given.arms
    faults += [
        file.fault(_no_arm(("arm_titles", name), name, list(loaded.scenario.arms)))
        for name in given.arm_titles
        if name not in loaded.scenario.arms
    ]
    for position, name in enumerate(names):
        if name not in loaded.arms:
            faults.append(file.fault(_no_arm(("arms", position), name, list(loaded.arms))))
        elif name in names[:position]:
            message = f"{show(name)} is named twice"
            faults.append(file.fault(Finding(path=("arms", position), value=name, message=message)))
    return {name: loaded.arms[name] for name in names if name in loaded.arms} or dict(loaded.arms)


def _no_arm(path: tuple[str | int, ...], name: str, known: list[str]) -> Finding:
    message = f"{show(name)} is not an arm of the scenario"
    return Finding(path=path, value=name, message=message, allowed=one_of(known), nearest=nearest(name, known))


# --- design and plan --------------------------------------------------------------------------------------------------


def _design(file: SweepFile, given: SweepGiven, factors: tuple[Any, ...]) -> Design:
    try:
        return built(given.design, factors, folder=file.folder)
    except TooLarge as error:
        allowed = f"at most {MOST_POINTS:,}; fewer levels, or a design that is drawn"
        raise ScenarioError([file.fault(Finding(path=("design",), message=str(error), allowed=allowed))]) from error
    except ScenarioError as error:
        table = Finding(path=("design", "file"), value=str(given.design.file), message="")
        raise ScenarioError(
            file.fault(replace(table, message=f"{show(given.design.file)}: {fault.message}"))
            if fault.line is None
            else fault
            for fault in error.faults
        ) from error


def _plan(
    file: SweepFile,
    given: SweepGiven,
    loaded: LoadedScenario,
    arms: Mapping[str, Scenario],
    design: Design,
    *,
    weekly: bool,
) -> Plan:
    from importlib.metadata import version

    horizon = loaded.scenario.horizon
    libraries = ("mesa", "numba", "numpy", "pydantic", "scipy")
    return Plan(
        name=file.name,
        title=given.title,
        question=given.question,
        scenario=loaded.raw,
        scenario_hash=loaded.hash,
        arms=tuple(arms),
        kind=design.kind,
        settings=design.settings,
        factors=design.factors,
        points=design.points,
        shares=design.shares,
        replications=horizon.replications,
        seed=horizon.seed,
        luck=given.luck,
        metrics=(),
        outcomes=tuple(given.outcomes),
        weekly=weekly,
        batch=batch_size(len(design.points) * horizon.replications),
        sweep=file.layer.raw,
        silosim=__version__,
        sources_hash=sources_hash(),
        versions={"python": platform.python_version(), **{name: version(name) for name in libraries}},
    )


def _columns(plan: Plan) -> dict[str, Column]:
    """Every column that a run of the plan may have: those of the first point, and of each fragment in it."""
    first = plan.points[0]
    points = [first]
    for position, factor in enumerate(plan.factors):
        if factor.kind == "files":
            points += [(*first[:position], label, *first[position + 1 :]) for label in factor.options]
    found: dict[str, Column] = {}
    for point in points:
        arms = {arm: scenario for arm, scenario, _ in plan.checked_at(point) if scenario is not None}
        found = {**columns_of(arms), **found}
    return found


def _metrics(plan: Plan, *, levers: bool) -> list[str]:
    """Names of the columns that are measured: those of a comparison's summary, and what departments do if asked for."""
    columns = _columns(plan)
    return [
        name
        for name, column in columns.items()
        if levers or not (column.group == "levers" or name.startswith("bonus."))
    ]


def _check_outcomes(file: SweepFile, given: SweepGiven, metrics: list[str]) -> None:
    faults = [
        file.fault(
            Finding(
                path=("outcomes", position),
                value=name,
                message=f"{show(name)} is not measured",
                allowed=one_of(metrics, most=40),
                nearest=nearest(name, metrics),
            )
        )
        for position, name in enumerate(given.outcomes)
        if name not in metrics
    ]
    if faults:
        raise ScenarioError(faults)

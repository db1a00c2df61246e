"""The firms that are timed: as shipped, with one mechanism taken away, and the reduced journey."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from simulation.model.organization_model import OrganizationModel
from simulation.scenario.loading import load, load_dict

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.model.organization_model import EngineName
    from simulation.scenario.scenario import Scenario

__all__ = ["MECHANISMS", "firm", "model_of", "reduced", "warm", "without"]

_HERE = Path(__file__).parents[1]
_LONG = 5200


def firm(name: str) -> Scenario:
    """Return a shipped scenario."""
    return next(iter(load(name).arms.values()))


def reduced() -> Scenario:
    """Return the reduced journey."""
    return next(iter(load(_HERE / "three_touchpoints.yaml").arms.values()))


def model_of(
    scenario: Scenario, *, population: int, burn_in: int = 4, weeks: int = _LONG, engine: EngineName = "compiled",
    threads: int = 1, replication: int = 0,
) -> OrganizationModel:  # fmt: skip
    """Return a model whose burn-in is over: the organization is learning, queues and talk have begun."""
    model = OrganizationModel(
        scenario, population=population, burn_in=burn_in, weeks=weeks, engine=engine, threads=threads,
        replication=replication,
    )  # fmt: skip
    for _ in range(burn_in):
        model.step()
    return model


def warm() -> None:
    """Live some weeks of a small firm, reviews included: whatever is compiled or loaded at first use is ready afterwards."""
    model = model_of(firm("baseline"), population=10_000, weeks=13, threads=2)
    model.run()
    model.let_go()


def without(name: str) -> Scenario:
    """Return the reference firm with one mechanism of `MECHANISMS` taken away."""
    given = YAML(typ="safe", pure=True).load(_shipped("baseline"))
    MECHANISMS[name](given)
    return next(iter(load_dict(given).arms.values()))


def _shipped(name: str) -> Path:
    return _HERE.parents[1] / "scenarios" / f"{name}.yaml"


def _no_queues(given: dict[str, Any]) -> None:
    for touchpoint in given["journey"].values():
        touchpoint.pop("capacity", None)
    _no_effect(given, "capacity", "staff")


def _no_open_cases(given: dict[str, Any]) -> None:
    for touchpoint in given["journey"].values():
        touchpoint.pop("failure", None)
    _no_effect(given, "failure")


def _no_word_of_mouth(given: dict[str, Any]) -> None:
    given["market"]["network"] = {"degree": 0, "rewiring": 0.0}


def _no_surveys(given: dict[str, Any]) -> None:
    given["survey"] = {"rate": 0.0}


def _no_promises(given: dict[str, Any]) -> None:
    for touchpoint in given["journey"].values():
        touchpoint.pop("promise", None)
    _no_effect(given, "promise")


def _no_entry(given: dict[str, Any]) -> None:
    given["market"]["exit_rate"] = 0.0


def _no_trials(given: dict[str, Any]) -> None:
    given["levers"] = {**given.get("levers", {}), "frozen": True}
    given["learning"]["levers_at_a_time"] = 1


def _no_effect(given: dict[str, Any], *coefficients: str) -> None:
    """Take coefficients out of the effects of every lever, own or shared, and of joint effects."""
    levers = [lever for unit in given["departments"].values() for lever in unit.get("levers", {}).values()]
    levers += [*given.get("every_department", {}).values(), *given.get("joint_effects", {}).values()]
    for lever in levers:
        for place, effects in list(lever.get("effects", {}).items()):
            kept = {name: effect for name, effect in effects.items() if name not in coefficients}
            if kept:
                lever["effects"][place] = kept
            else:
                del lever["effects"][place]


MECHANISMS: dict[str, Callable[[dict[str, Any]], None]] = {
    "queues": _no_queues,
    "open problems": _no_open_cases,
    "word of mouth": _no_word_of_mouth,
    "surveys": _no_surveys,
    "promises": _no_promises,
    "entry and exit": _no_entry,
    "trials of levers": _no_trials,
}
"""What can be taken away. The ledger cannot: it is kept in every run."""

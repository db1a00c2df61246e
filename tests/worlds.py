"""Worlds for the tests of the core: firms, small changes to them, and everything that a run leaves, to the bit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from ruamel.yaml import YAML
from small_firm import FIRM

from simulation.model.columns import CELL, CELL_BEFORE
from simulation.model.organization_model import OrganizationModel
from simulation.scenario.checks import check
from simulation.scenario.library import world_files
from simulation.scenario.loading import load, load_dict
from simulation.scenario.scenario import Scenario

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "FROZEN", "UNBOUND", "WORKSHOP", "changed", "differences", "digest", "lived", "mail_order", "reference", "remains", "shop",
    "workshop",
]  # fmt: skip

WORKSHOP = Path(__file__).parent / "workshop.yaml"
FROZEN = {"levers": {"frozen": True}}
UNBOUND = {"journey": {name: {"capacity": {"per_1000": 1e6}} for name in ("handover", "repair")}}
"""The workshop's queues without any wait."""
_SPEED = {"name": "Speed", "low": "slow", "high": "quick", "source": "our assumption",
         "effects": {"delivery": {"days": {"slope": -1.0, "source": "our assumption"}}}}  # fmt: skip
_PADDING = {"name": "Padding", "low": "near dates", "high": "far dates", "source": "our assumption",
           "effects": {"delivery": {"promised_days": {"slope": 1.0, "source": "our assumption"}}}}  # fmt: skip
_TEN_DAYS = {"days": 8.0, "spread": 0.5, "promised_days": 10.0, "promised_spread": 0.0, "foresight": 0.0}
_CALL = {"name": "Call", "owner": "firm", "channel": "person", "kind": "performance", "trigger": {"kind": "open_case"},
        "closes_case": True, "resolution": 1.0, "source": "our assumption"}  # fmt: skip


@cache
def workshop() -> Scenario:
    """The bicycle workshop: one of everything, small."""
    return load(WORKSHOP).scenario


@cache
def shop() -> Scenario:
    """The small firm of the scenario tests."""
    return load_dict(YAML(typ="safe").load(FIRM)).scenario


@cache
def mail_order() -> Scenario:
    """A marketplace of busy buyers, a third of whose orders come late, with a call that solves every problem it can."""
    return changed(
        load(world_files()["marketplace"]).scenario,
        {
            "horizon": {"weeks": 30, "burn_in": 4, "population": 800},
            "market": {"segments": {"everybody": {"purchase_rate": 0.35}}},
            "survey": {"trigger": "encounter"},
            "journey": {
                "first_order": {"trigger": {"weekly": 0.2}},
                "delivery": {"failure": 0.0, "delivery": _TEN_DAYS},
                "product": None,
                "call": _CALL,
            },
            "departments": {"firm": {"levers": {"speed": _SPEED, "padding": _PADDING}}},
        },
    )


@cache
def reference() -> Scenario:
    """The reference firm, whatever its figures are at present."""
    return load("baseline").scenario


def changed(scenario: Scenario, *changes: Mapping[str, Any]) -> Scenario:
    """The scenario with overlays merged over it, checked anew; a value of None deletes a key."""
    data = scenario.model_dump()
    for change in changes:
        _merge(data, change)
    result = Scenario.model_validate(data)
    faults = [finding for finding in check(result) if finding.level == "error"]
    assert not faults, faults
    return result


def _merge(into: dict[str, Any], change: Mapping[str, Any]) -> None:
    for key, value in change.items():
        if value is None:
            into.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def lived(scenario: Scenario, **options: Any) -> OrganizationModel:
    """A model that has lived its whole horizon."""
    model = OrganizationModel(scenario, **options)
    model.run()
    model.let_go()
    return model


def remains(model: OrganizationModel, *, cells: bool = True) -> dict[str, NDArray[Any]]:
    """Everything that a run leaves; without `cells`, all but who was in which half of a trial."""
    real, whole = model.world.engine.state
    whole = whole.copy()
    if not cells:
        whole[[CELL, CELL_BEFORE]] = 0
    return {
        "real": real,
        "whole": whole,
        "counts": model.counts_by_week,
        "ledger": model.world.ledger,
        "backlog": model.world.backlog,
        "waits": model.waits_by_week,
        "settings": model.settings_by_week,
        "scores": model.scores_by_week,
        "bonus": model.bonus_by_week,
        "log": model.events.whole,
        "log_real": model.events.real,
    }


def differences(one: Mapping[str, NDArray[Any]], other: Mapping[str, NDArray[Any]]) -> list[str]:
    """Names of the parts that are not the same bits."""
    assert one.keys() == other.keys()
    return [name for name in one if digest(one[name]) != digest(other[name])]


def digest(*arrays: NDArray[Any]) -> str:
    """SHA-256 of the bytes of arrays, in little-endian order, with their shapes and types."""
    total = hashlib.sha256()
    for array in arrays:
        little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"))
        total.update(f"{array.dtype.name}{array.shape}".encode())
        total.update(little.tobytes())
    return total.hexdigest()

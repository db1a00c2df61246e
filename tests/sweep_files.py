"""A sweep of the small shop, as plain data beside its scenario file, for tests that change it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fake_runner import fake_arms, tiny_scenario

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from simulation.record import Run
    from simulation.scenario.scenario import Scenario

__all__ = ["failing_at_half", "shop_sweep", "written"]


def shop_sweep(**changes: Any) -> dict[str, Any]:
    """A full factorial over the shared weight of one arm and the purchase rate of all."""
    return {
        "title": "Shared weight in a shop",
        "scenario": "shop.yaml",
        "arms": ["own", "half"],
        "replications": 2,
        "design": {"kind": "full_factorial", "levels": 2},
        "factors": {
            "weight": {"path": "incentives.shared_weight", "levels": [0, 0.5, 1], "arms": ["half"]},
            "rate": {"path": "market.segments.everyone.purchase_rate", "low": 0.1, "high": 0.5},
        },
        **changes,
    }


def written(folder: Path, name: str = "sweep", **changes: Any) -> Path:
    """Write the shop and its sweep (JSON is YAML) one key to a line, and return the sweep's path."""
    (folder / "shop.yaml").write_text(json.dumps(tiny_scenario()), encoding="utf-8")
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps(shop_sweep(**changes), indent=1), encoding="utf-8")
    return path


def failing_at_half(arms: Mapping[str, Scenario], **options: Any) -> list[Run]:
    """A run that raises where the shared weight is one half."""
    if any(arm.incentives.shared_weight == 0.5 for arm in arms.values()):
        raise ValueError("planted fault,\nin two lines")
    return fake_arms(arms, **options)

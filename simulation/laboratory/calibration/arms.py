"""One arm of a scenario as plain data, so that parameters can be set in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulation.scenario.overlay import apply

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["arm_data"]


def arm_data(raw: Mapping[str, Any], arm: str) -> dict[str, Any]:
    """Return an arm with everything merged; of a scenario without arms the scenario.

    Examples
    --------
    >>> arm_data({"a": {"b": 1}, "arms": {"x": {"title": "X", "changes": {"a": {"b": 2}}}}}, "x")
    {'a': {'b': 2}}
    """
    base = {key: value for key, value in raw.items() if key != "arms"}
    return apply(base, raw.get("arms", {}).get(arm, {}).get("changes", {}))

"""How a finished model is freed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulation.model.organization_model import OrganizationModel
    from simulation.model.small_world import SmallModel

__all__ = ["let_go"]

_MESAS_OWN = ("step", "_user_step", "_default_schedule", "_event_generators", "_event_list", "_scenario")
"""Attributes by which Mesa (3.3 or 3.5) lets a model hold itself."""
_OF_AGENTS = ("model", "engine")
"""Attributes by which agents hold what holds them."""


def let_go(model: OrganizationModel | SmallModel) -> None:
    """Cut every way that leads from a model back to it, so that it is freed with its last reference.

    Mesa 3.3 keeps every model alive in a class attribute; in any Mesa a model holds itself, and so do its agents. Only the
    garbage collector could then free it, and in a process that makes few objects but large ones that comes late: memory
    grows from run to run. What was recorded can still be read; a model that was let go lives no further week.
    """
    ids = getattr(mesa.Agent, "_ids", None)
    if ids is not None:
        ids.pop(model, None)
    for agent in list(model.agents):
        _cut(agent, _OF_AGENTS)
    _cut(model, _MESAS_OWN)


def _cut(thing: object, names: Iterable[str]) -> None:
    for name in names:
        if name in vars(thing):
            delattr(thing, name)

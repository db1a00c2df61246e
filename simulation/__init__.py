"""Silosim: an organization's departments, what they are paid for and what they see, and its customers.

>>> import simulation
>>> comparison = simulation.compare("silo_vs_shared", replications=4)  # doctest: +SKIP

The public names are those in `__all__`; each is loaded when it is first used, so that `import simulation` is quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from simulation._version import __version__

if TYPE_CHECKING:
    from simulation.analysis.comparison import Comparison, compare, run
    from simulation.model.customers import Customer
    from simulation.model.department import Department
    from simulation.model.organization_model import OrganizationModel
    from simulation.scenario.faults import ScenarioError
    from simulation.scenario.loading import load
    from simulation.scenario.scenario import Scenario
    from simulation.views.saving import save

__all__ = [
    "Comparison",
    "Customer",
    "Department",
    "OrganizationModel",
    "Scenario",
    "ScenarioError",
    "__version__",
    "compare",
    "load",
    "run",
    "save",
]

_HOMES = {
    "Comparison": "simulation.analysis.comparison",
    "Customer": "simulation.model.customers",
    "Department": "simulation.model.department",
    "OrganizationModel": "simulation.model.organization_model",
    "Scenario": "simulation.scenario.scenario",
    "ScenarioError": "simulation.scenario.faults",
    "compare": "simulation.analysis.comparison",
    "load": "simulation.scenario.loading",
    "run": "simulation.analysis.comparison",
    "save": "simulation.views.saving",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value  # the next use is an ordinary one
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

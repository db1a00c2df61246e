"""The catalogues: what a scenario may name, with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generating.equations import all_equations
from generating.tables import source_in, table
from simulation.rules.incentive import PAYOFFS, SCHEMES
from simulation.rules.information import REGIMES
from simulation.rules.joint import JOINT_FORMS
from simulation.rules.learning import RULES
from simulation.scenario.governance import ACTION_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["council_actions", "joint_forms", "payoffs", "regimes", "rules", "schemes"]


def _catalogue(entries: Mapping[str, Any]) -> str:
    numbers = {(equation.module, equation.name): f"E{equation.number}" for equation in all_equations()}
    rows = []
    for name, entry in entries.items():
        words = entry.__doc__ or ""
        first = " ".join(words.partition("\n\n")[0].split()).partition(" Source:")[0].removeprefix("Return ")
        rows.append([f"`{name}`", first, numbers[entry.__module__, entry.__name__], source_in(" ".join(words.split()))])
    return table(("name", "does", "equation", "source"), rows)


def schemes() -> str:
    """Return the incentive schemes."""
    return _catalogue(SCHEMES)


def payoffs() -> str:
    """Return the pay-offs."""
    return _catalogue(PAYOFFS)


def regimes() -> str:
    """Return the information regimes."""
    return _catalogue(REGIMES)


def rules() -> str:
    """Return the learning rules."""
    return _catalogue(RULES)


def joint_forms() -> str:
    """Return how levers act together."""
    return _catalogue(JOINT_FORMS)


def council_actions() -> str:
    """Return what a council may agree."""
    return table(("action", "meaning"), [[f"`{kind}`", words] for kind, words in ACTION_KINDS.items()])

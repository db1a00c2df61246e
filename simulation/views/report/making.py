"""How the results were made, and the commands that make them, and the report, again."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.analysis.comparison import Comparison

__all__ = ["Making", "making", "notes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """Commands, and pairs of what and its value."""

    again: str
    command: str
    facts: tuple[tuple[str, str], ...]


def making(compared: Comparison, told: Mapping[str, Any]) -> Making:
    """Where the figures come from."""
    horizon = compared.scenario.horizon
    again = ["silosim", "compare", "scenario.yaml"]
    if len(compared.arms) == 1:
        again = ["silosim", "run", "scenario.yaml"]
        again += ["--arm", *compared.arms] if compared.scenario.arms else []
    again += ["--replications", str(max(told["replication_numbers"]) + 1), "--seed", str(compared.seed), "--report"]
    versions = ", ".join(f"{name} {version}" for name, version in told["versions"].items())
    looks = told["precision"]["looks"] if told["precision"]["wanted_half_width"] is not None else []
    facts = {
        "Scenario": compared.scenario.title,
        "Run": f"{compared.replications} replications of {len(compared.arms)} arm(s), {horizon.weeks} weeks after "
        f"{horizon.burn_in} weeks of burn-in, {horizon.population:,} people in the market",
        "Seed": str(compared.seed),
        "Engine": compared.engine,
        "Made on": str(told["date"]),
        "silosim": str(told["silosim"]),
        "Other versions": versions,
        "Fingerprint of the scenario": str(told["scenario_hash"]),
    }
    if looks:
        facts["Precision"] = (
            f"half-width of {told['precision']['wanted_half_width']:g} points asked for, {len(looks)} look(s)"
        )
    return Making(again=shlex.join(again), command=shlex.join(told["command"]), facts=tuple(facts.items()))


def notes(compared: Comparison, *, same_meaning: bool) -> list[str]:
    """What a reader must know before the answer."""
    found = []
    if compared.interrupted:
        found.append(f"The comparison was stopped early: {compared.replications} finished replication(s) are kept.")
    if compared.replications == 1:
        found.append("One replication only: there are no intervals, and nothing can be told.")
    if not compared.precision_reached:
        found.append(f"The half-width of {compared.precision:g} points that was asked for was not reached.")
    if not same_meaning:
        found.append(
            "This version of silosim reads the stored scenario otherwise than the one that ran it (a default has "
            "changed). Figures are as they were run; words about the scenario are today's."
        )
    found += [f"{warning.key}: {warning.message}" if warning.key else warning.message for warning in compared.warnings]
    return found

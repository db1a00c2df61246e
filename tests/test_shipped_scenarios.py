"""Every scenario that is shipped: it loads without a warning, all its arms live, and they share every week before they differ."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from simulation.analysis.run import run_arms
from simulation.model.organization_model import OrganizationModel
from simulation.scenario.library import shipped
from simulation.scenario.loading import load

if TYPE_CHECKING:
    from simulation.record import Run
    from simulation.scenario.scenario import Scenario

SIZE = {"population": 150, "burn_in": 4, "weeks": 12, "replications": 1}
NAMES = sorted(shipped())
FIRM = ("people", "market", "journey", "departments", "every_department", "joint_effects", "survey", "kpis", "learning")
"""What an arm must leave alone for its firm to be the same until week 0."""


@cache
def arms(name: str) -> dict[str, Scenario]:
    """Return the arms of a shipped scenario at a tiny size; one without any: the firm itself."""
    given = load(name).arms
    return {
        arm: scenario.model_copy(update={"horizon": scenario.horizon.model_copy(update=SIZE)})
        for arm, scenario in given.items()
    }


@cache
def runs(name: str) -> dict[str, Run]:
    return {run.arm: run for run in run_arms(arms(name), seed=3)}


@pytest.mark.parametrize("name", NAMES)
def test_it_loads_without_a_warning(name: str) -> None:
    loaded = load(name)
    assert not loaded.warnings, loaded.warnings
    assert loaded.scenario.title
    assert loaded.scenario.source
    assert len(loaded.arms) <= 8


@pytest.mark.parametrize("name", NAMES)
def test_all_arms_live(name: str) -> None:
    for run in runs(name).values():
        assert np.isfinite(run.weekly["loyalty"]).all()
        assert run.weekly["customers"].max() > 0.0


@pytest.mark.parametrize("name", NAMES)
def test_arms_of_the_same_firm_share_every_week_before_they_differ(name: str) -> None:
    """Whatever an arm changes in pay, sight, governance or mandates: the burn-in is the same to the bit."""
    given = arms(name)
    first = next(iter(given.values()))
    alike = [scenario for scenario in given.values() if all(getattr(scenario, p) == getattr(first, p) for p in FIRM)]
    assert len({burnt_in(scenario) for scenario in alike}) == 1


def burnt_in(scenario: Scenario) -> bytes:
    model = OrganizationModel(scenario, seed=3)
    for _ in range(SIZE["burn_in"]):
        model.step()
    counts = model.counts_by_week[: SIZE["burn_in"]].tobytes()
    model.let_go()
    return counts

"""Alignment and accountability are separate dials: sight, weight and buy-in, each alone and together."""

from __future__ import annotations

import numpy as np

from simulation.model.organization_model import OrganizationModel
from simulation.scenario.loading import load
from simulation.scenario.scenario import Scenario

SIZE = {"population": 300, "burn_in": 8, "weeks": 24}
ARMS = load("silo_vs_shared").arms


def lived(scenario: Scenario) -> OrganizationModel:
    model = OrganizationModel(scenario, seed=5, **SIZE)
    model.run()
    return model


def with_buy_in(arm: str, **alignment: float) -> Scenario:
    scenario = ARMS[arm]
    return scenario.model_copy(update={"alignment": scenario.alignment.model_copy(update=alignment)})


def test_sight_without_weight_or_buy_in_changes_nothing() -> None:
    """F4, which logic guarantees here: a department that earns nothing by what it sees does nothing with it."""
    siloed, pooled = lived(ARMS["siloed"]), lived(ARMS["pooled_data"])
    np.testing.assert_array_equal(siloed.settings_by_week, pooled.settings_by_week)
    np.testing.assert_array_equal(siloed.counts_by_week, pooled.counts_by_week)


def test_buy_in_changes_decisions_but_not_what_is_paid() -> None:
    bought_in, siloed = lived(with_buy_in("pooled_data", buy_in=0.8)), lived(ARMS["siloed"])
    assert not np.array_equal(bought_in.settings_by_week, siloed.settings_by_week)
    for department in bought_in.departments.values():
        assert department.appraisal == department.score  # no weight is paid on shared metrics


def test_buy_in_fades_without_visible_progress() -> None:
    """In a silo nothing can be seen, so it fades geometrically, whatever the shared score does."""
    scenario = with_buy_in("siloed", buy_in=0.5, fading=0.1, progress=1.0)
    expected = 0.5
    for _ in range(SIZE["weeks"] // scenario.learning.review_weeks):
        expected *= 0.9
    assert abs(lived(scenario).organization.buy_in - expected) < 1e-12


def test_a_new_message_of_leadership_starts_buy_in_anew() -> None:
    change = {"start": 12, "alignment": {"buy_in": 0.7, "fading": 0.0}}
    scenario = Scenario.model_validate({**ARMS["siloed"].model_dump(), "timeline": (change,)})
    assert lived(scenario).organization.buy_in == 0.7

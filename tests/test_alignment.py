"""Alignment and accountability are separate dials: sight, weight and buy-in, each alone and together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from worlds import changed

from simulation.model.organization_model import OrganizationModel
from simulation.scenario.loading import load
from simulation.scenario.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

SIZE = {"population": 300, "burn_in": 8, "weeks": 24}
REVIEWS = 6
ARMS = load("silo_vs_shared").arms


def lived(scenario: Scenario) -> OrganizationModel:
    model = OrganizationModel(scenario, seed=5, **SIZE)
    model.run()
    return model


def with_buy_in(arm: str, **alignment: float) -> Scenario:
    scenario = ARMS[arm]
    return scenario.model_copy(update={"alignment": scenario.alignment.model_copy(update=alignment)})


def same(one: OrganizationModel, two: OrganizationModel) -> bool:
    return np.array_equal(one.settings_by_week, two.settings_by_week) and np.array_equal(
        one.counts_by_week, two.counts_by_week
    )


def arm(name: str, **parts: Mapping[str, Any]) -> Scenario:
    return changed(ARMS[name], parts)


ELSEWHERE = {"own_kpis": {"digital": {"contact_cost": 1.0}}}
"""Digital is paid on what is counted at Customer Service's touchpoint."""


def test_sight_without_weight_or_buy_in_changes_nothing() -> None:
    """F4, which logic guarantees here: a department that earns nothing by what it sees does nothing with it."""
    assert same(lived(ARMS["siloed"]), lived(ARMS["pooled_data"]))


def test_a_department_paid_on_what_happens_elsewhere_sees_it_by_halves_in_pooled_data_only() -> None:
    siloed, pooled = lived(arm("siloed", incentives=ELSEWHERE)), lived(arm("pooled_data", incentives=ELSEWHERE))
    departs = (siloed.settings_by_week != pooled.settings_by_week).any(axis=1).argmax()
    of_digital = [name.startswith("digital.") for name in siloed.organization.lever_names]
    differ = siloed.settings_by_week[departs] != pooled.settings_by_week[departs]
    assert differ[of_digital].any()
    assert not differ[np.logical_not(of_digital)].any()


def test_a_full_line_of_sight_is_worth_all_pooled_data() -> None:
    in_silo = lived(arm("shared", alignment={"line_of_sight": 1.0, "buy_in": 0.3}))
    assert same(in_silo, lived(arm("shared_and_pooled", alignment={"buy_in": 0.3})))
    assert not same(in_silo, lived(arm("shared", alignment={"line_of_sight": 0.5, "buy_in": 0.3})))


def test_pooled_data_are_only_as_good_as_what_departments_put_in() -> None:
    def pooled(put_in: float) -> Scenario:
        return arm(
            "shared_and_pooled", information={"as_shared": True}, levers={"hold": {"*.share_data": put_in}}
        )  # fmt: skip

    def held(name: str, put_in: float) -> Scenario:
        return arm(name, levers={"hold": {"*.share_data": put_in}})

    assert same(lived(pooled(1.0)), lived(held("shared_and_pooled", 1.0)))
    assert same(lived(pooled(0.0)), lived(held("shared", 0.0)))
    half = lived(pooled(0.5))
    assert half.organization.sight == 0.5
    assert not same(half, lived(held("shared_and_pooled", 0.5)))


def test_disagreement_on_definitions_misleads_those_alone_who_are_paid_on_shared_metrics() -> None:
    vague = {"agreed_definitions": 0.2}
    assert same(lived(ARMS["siloed"]), lived(arm("siloed", information=vague)))
    assert not same(lived(ARMS["shared_and_pooled"]), lived(arm("shared_and_pooled", information=vague)))


def test_buy_in_changes_decisions_but_not_what_is_paid() -> None:
    bought_in, siloed = lived(with_buy_in("pooled_data", buy_in=0.8)), lived(ARMS["siloed"])
    assert not np.array_equal(bought_in.settings_by_week, siloed.settings_by_week)
    for department in bought_in.departments.values():
        assert department.appraisal == department.score  # no weight is paid on shared metrics


def test_buy_in_fades_without_visible_progress() -> None:
    """In a silo nothing can be seen, so it fades geometrically, whatever the shared score does."""
    scenario = with_buy_in("siloed", buy_in=0.5, fading=0.1, progress=1.0)
    assert lived(scenario).organization.buy_in == pytest.approx(0.5 * 0.9**REVIEWS, abs=1e-12)


@pytest.mark.parametrize(("clarity", "left"), [(0.0, 0.9), (0.5, 0.95), (1.0, 1.0)])
def test_role_clarity_slows_fading(clarity: float, left: float) -> None:
    scenario = with_buy_in("siloed", buy_in=0.5, fading=0.1, role_clarity=clarity)
    assert lived(scenario).organization.buy_in == pytest.approx(0.5 * left**REVIEWS, abs=1e-12)


def test_a_repeated_message_brings_buy_in_back() -> None:
    """Repeated every 10 weeks, so last in week 20 of 24; the reviews of weeks 19 and 23 come before and after."""
    scenario = with_buy_in("siloed", buy_in=0.5, fading=0.1, message_every=10)
    assert lived(scenario).organization.buy_in == pytest.approx(0.5 * 0.9, abs=1e-12)


def test_a_new_message_of_leadership_starts_buy_in_anew() -> None:
    change = {"start": 12, "alignment": {"buy_in": 0.7, "fading": 0.0}}
    scenario = Scenario.model_validate({**ARMS["siloed"].model_dump(), "timeline": (change,)})
    assert lived(scenario).organization.buy_in == 0.7

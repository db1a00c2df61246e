"""The second firm differs in structure, from a file alone, and both firms stand still when nobody learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from simulation.model.organization_model import OrganizationModel
from simulation.scenario.loading import load

if TYPE_CHECKING:
    from simulation.scenario.scenario import Scenario

YEAR, QUARTER = 52, 13


def firm(name: str) -> Scenario:
    """The scenario without any arm."""
    return load(name).scenario


def test_it_is_another_firm_not_the_same_with_other_names() -> None:
    """Other numbers of departments, touchpoints and offers; triggers, effects and forms that the first lacks."""
    first, second = firm("baseline"), firm("software_vendor")
    for part in ("departments", "journey"):
        assert len(getattr(first, part)) != len(getattr(second, part))
    assert len(first.market.offers) != len(second.market.offers)

    def shape(scenario: Scenario) -> set[object]:
        """What touchpoints do, whatever they are called."""
        return {
            (point.trigger.kind, point.trigger.stages, point.trigger.when, tuple(point.moves.items()), point.sells)
            for point in scenario.journey.values()
        }

    def coefficients(scenario: Scenario) -> set[str]:
        levers = [lever for given in scenario.departments.values() for lever in given.levers.values()]
        return {name for lever in levers for effects in lever.effects.values() for name in effects}

    assert len(shape(second) - shape(first)) >= 5
    assert coefficients(second) - coefficients(first) == {"revenue"}
    assert {joint.form for joint in second.joint_effects.values()} == {"product", "crowding"}
    shared = set(first.kpis) & set(second.kpis)
    assert shared == {"company_satisfaction", "company_nps", "company_retention"}


def test_its_arms_are_those_of_the_main_job() -> None:
    """The same changes under the same names, so that the two firms' results stand side by side."""
    main, here = load("silo_vs_shared"), load("software_vendor")
    assert list(here.arms) == ["siloed", "shared", "shared_and_pooled"]
    for arm in here.arms:
        assert main.scenario.arms[arm] == here.scenario.arms[arm]


@pytest.mark.parametrize("name", ["baseline", "software_vendor"])
def test_the_starting_policy_is_a_firm_that_could_exist(name: str) -> None:
    """With every lever frozen at its start: customers, churn, problems, queues and profit plausible and level."""
    given = firm(name)
    frozen = given.model_copy(update={"levers": given.levers.model_copy(update={"frozen": True})})
    model = OrganizationModel(frozen, population=3000, burn_in=104, weeks=2 * YEAR)
    seen: dict[str, list[float]] = {
        name: [] for name in ("customers", "retention", "open_problems", "profit", "loyalty")
    }
    while not model.finished:
        model.step()
        for metric, values in seen.items():
            values.append(model.metric(metric))
    model.let_go()
    last = {metric: float(np.mean(values[-YEAR:])) for metric, values in seen.items()}
    assert 20 <= last["customers"] <= 50
    assert 60 <= last["retention"] <= 95
    assert 2 <= last["open_problems"] <= 15
    assert last["profit"] > 0
    loyalty = seen["loyalty"]
    assert abs(np.mean(loyalty[-QUARTER:]) - np.mean(loyalty[-2 * QUARTER : -QUARTER])) < 1
    assert model.waits_by_week.max() < 1  # queues at the middle setting empty again

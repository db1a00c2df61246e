"""Every scenario that is shipped: it loads without a warning, all its arms live, and they share every week before they differ."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

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
"""What an arm must leave alone for its firm to be the same until week 0, but for what `firm` leaves out."""
ORGANIZATION = ("departments", "every_department", "incentives", "information", "alignment", "governance")
"""What nobody acts on before the first trials are judged."""


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
    """Whatever an arm changes in pay, sight, governance or mandates, and whenever: until then all is the same to the bit."""
    given = arms(name)
    first = next(iter(given.values()))
    for scenario in given.values():
        if scenario is not first and firm(scenario) == firm(first):
            weeks = first_difference(first, scenario)
            assert lived(first, weeks) == lived(scenario, weeks)


def test_an_intervention_of_the_timeline_is_felt_in_its_week() -> None:
    """Sales is taught in week 104: not a week later, as a mandate waits for no review."""
    given = arms("solutions_selling")
    apart, taught = given["units_apart"], given["taught"]
    start = first_difference(apart, taught)
    assert start == taught.timeline[0].start
    assert lived(apart, start + 1) != lived(taught, start + 1)


def firm(scenario: Scenario) -> dict[str, Any]:
    """Return what is there before anybody has learned: all of the firm but own KPIs and what a lever costs in effort."""
    given = scenario.model_dump(include=set(FIRM))
    levers = [given["every_department"]]
    for department in given["departments"].values():
        del department["kpis"]
        levers.append(department["levers"])
    for lever in (lever for named in levers for lever in named.values()):
        del lever["effort"]
    return given


def first_difference(one: Scenario, other: Scenario) -> int:
    """Return the first week in which two arms of the same firm may differ."""
    if one.levers != other.levers:
        return 0
    both = ((one, other), (other, one))
    weeks = {change.start for arm, rest in both for change in arm.timeline if change not in rest.timeline}
    if any(getattr(one, part) != getattr(other, part) for part in ORGANIZATION):
        # What the first review has tried is judged at the end of the second: until then nobody acts on pay or sight.
        weeks.add(2 * one.learning.review_weeks)
    if one.governance != other.governance:
        bodies = [body for arm in (one, other) for body in (arm.governance.operational, arm.governance.strategic)]
        weeks |= {body.every_weeks for body in bodies if body is not None}
    return min(weeks)


def lived(scenario: Scenario, weeks: int) -> bytes:
    """Return what a run counted and set in burn-in and so many weeks."""
    model = OrganizationModel(scenario, seed=3, weeks=max(weeks, 1))
    for _ in range(SIZE["burn_in"] + weeks):
        model.step()
    lived_to_the_bit = (
        model.counts_by_week[: SIZE["burn_in"] + weeks].tobytes() + model.settings_by_week[:weeks].tobytes()
    )
    model.let_go()
    return lived_to_the_bit

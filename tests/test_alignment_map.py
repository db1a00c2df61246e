"""The alignment map: the true angle where it is known, honest intervals at the ends, and what cannot be told."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from worlds import changed, workshop

from simulation.laboratory.alignment.alignment_map import COLUMNS, LEVER_COLUMNS, align, runs_of
from simulation.laboratory.alignment.angle import angle_between, angle_of_means, told_from_zero
from simulation.laboratory.alignment.probes import FirmProbe, LinearProbe

if TYPE_CHECKING:
    import pandas as pd

SIZE = {"horizon": {"population": 150, "burn_in": 8, "weeks": 20}}


@pytest.mark.parametrize("degrees", [0.0, 30.0, 60.0, 90.0, 135.0, 180.0])
def test_the_linear_world_gives_its_true_angle(degrees: float) -> None:
    found = align(LinearProbe(cosine=math.cos(math.radians(degrees)), departments=1), replications=6).angles
    np.testing.assert_allclose(found["angle"], degrees, atol=0.01)  # counters are whole numbers of 2^-20
    assert (found["high"] - found["low"] < 0.1).all()
    verdict = "unclear" if degrees == 90.0 else "with" if degrees < 90.0 else "against"
    assert degrees == 90.0 or (found["verdict"] == verdict).all()


def test_the_true_angle_lies_in_the_interval_where_nothing_cancels() -> None:
    probe = LinearProbe(cosine=math.cos(math.radians(60.0)), departments=2, actions=2, noise=10.0)
    found = align(probe, replications=6).angles
    assert (found["high"] - found["low"] > 1.0).all()
    assert ((found["low"] <= 60.0) & (found["high"] >= 60.0)).all()


def test_the_step_changes_nothing_where_lines_are_straight_also_at_the_end_of_a_lever() -> None:
    probe = LinearProbe(cosine=0.6, departments=1, actions=2)
    at = {step: align(probe, replications=1, step=step).levers for step in (0.05, 0.5)}
    np.testing.assert_allclose(at[0.05]["kpi"], at[0.5]["kpi"], atol=1e-3)
    np.testing.assert_allclose(at[0.5]["value"], 2.5 / math.sqrt(2.0), atol=1e-3)  # 2.5 actions per lever unit


def test_noise_without_effect_has_no_angle() -> None:
    random = np.random.default_rng(4)
    noise, effect = random.normal(size=(2, 20, 3))
    found = angle_of_means(noise, effect + np.array([5.0, 0.0, 0.0]))
    assert (found.first_told, found.second_told) == (False, True)
    assert math.isnan(found.degrees)
    assert not told_from_zero(np.zeros((20, 3)))
    assert told_from_zero(effect + np.array([0.0, 0.0, 5.0]))


def test_angles_of_given_vectors() -> None:
    east, north = np.array([2.0, 0.0]), np.array([0.0, 0.1])
    assert angle_between(east, north) == pytest.approx(90.0)
    assert angle_between(east, -3.0 * east) == pytest.approx(180.0)
    assert angle_between(east, east + 1e-9 * north) == pytest.approx(math.degrees(5e-11), rel=1e-3)
    assert math.isnan(angle_between(east, 0.0 * north))


@pytest.mark.full
@pytest.mark.parametrize("correlation", [0.0, 0.7])
@pytest.mark.parametrize(("replications", "spread"), [(6, 0.35), (15, 0.7)])
def test_intervals_cover_the_truth_at_the_ends_and_between(
    replications: int, spread: float, correlation: float
) -> None:
    random = np.random.default_rng(1)
    for degrees in (0.0, 45.0, 90.0, 180.0):
        hits = told = 0
        for _ in range(100):
            both = random.normal(size=(2, replications, 3))
            noise = correlation * both[0] + math.sqrt(1.0 - correlation**2) * both[1]
            along = np.array([math.cos(math.radians(degrees)), math.sin(math.radians(degrees)), 0.0])
            found = angle_of_means(np.array([1.0, 0.0, 0.0]) + spread * both[0], along + spread * noise)
            if not math.isnan(found.degrees):
                told += 1
                hits += found.low <= degrees <= found.high
        assert told > 40
        assert hits / told > 0.9  # 95 of 100 promised; 100 tries are off by 4 at two standard errors


def firm(**options: object) -> FirmProbe:
    probe = FirmProbe(scenario=changed(workshop(), SIZE), value="loyalty", seed=3)
    return replace(probe, **options)  # type: ignore[arg-type]


@cache
def derivatives() -> pd.DataFrame:
    return align(firm(), replications=1).levers.set_index("lever")


def test_the_firm_is_measured_on_its_own_levers() -> None:
    probe = firm()
    found = align(probe, replications=2)
    assert list(found.angles["department"]) == list(probe.scenario.departments)
    assert set(found.levers["lever"]) == {lever for levers in probe.levers.values() for lever in levers}
    assert list(found.angles) == list(COLUMNS)
    assert {name.removesuffix("_low").removesuffix("_high") for name in found.levers} == set(LEVER_COLUMNS)
    assert found.levers["kpi"].abs().sum() > 0.0
    assert found.levers["value"].abs().sum() > 0.0
    assert (found.angles["verdict"].isin(["no_kpi", "no_value"])).all()  # two replications tell nothing
    assert runs_of(probe, 2) == 2 * (2 * len(found.levers) + len(found.angles))


def test_incentives_and_information_do_not_turn_the_angle() -> None:
    shared = changed(workshop(), SIZE, {"incentives": {"shared_weight": 0.5}, "information": {"regime": "pooled"}})
    one, other = derivatives(), align(firm(scenario=shared), replications=1).levers.set_index("lever")
    np.testing.assert_array_equal(one["kpi"], other["kpi"])
    np.testing.assert_array_equal(one["value"], other["value"])


def test_the_kpis_that_an_arm_names_count() -> None:
    paid = changed(workshop(), SIZE, {"incentives": {"own_kpis": {"marketing": {"company_satisfaction": 1.0}}}})
    one, other = derivatives(), align(firm(scenario=paid), replications=1).levers.set_index("lever")
    assert (one["value"] == other["value"]).all()
    mine = one["department"] == "marketing"
    assert (one["kpi"][mine] != other["kpi"][mine]).any()
    assert (one["kpi"][~mine] == other["kpi"][~mine]).all()


def test_late_settings_are_those_of_the_arm() -> None:
    start, late = (firm(at=at).policy(1) for at in ("start", "late"))
    assert list(start) == list(late)
    assert start != late
    assert all(0.0 <= setting <= 1.0 for setting in late.values())


@pytest.mark.parametrize("value", ["lifetime_value", "loyalty", "profit"])
def test_every_value_can_be_read(value: str) -> None:
    probe = firm(value=value)
    _, found = probe.measure(probe.policy(0), 0, "marketing")
    assert math.isfinite(found)


@pytest.mark.full
def test_the_number_of_workers_changes_nothing() -> None:
    one, two = (align(firm(), replications=2, workers=workers) for workers in (1, 2))
    assert one.levers.equals(two.levers)
    assert one.angles.equals(two.angles)

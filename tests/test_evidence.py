"""The evidence: null firms, the search for a policy, and the report itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulation.analysis.best_policy import company_best, coordinate_search, frozen_at, profit_before_bonus
from simulation.analysis.evidence import measure_cells, share_holding, verdict
from simulation.analysis.intervals import mean_interval
from simulation.analysis.null_firms import indifferent_customers, random_spill_overs
from simulation.analysis.patterns import PATTERNS
from simulation.analysis.run import run_arm
from simulation.analysis.studies import STUDIES, patterns_by_name
from simulation.model.effects import effects_of
from simulation.scenario.loading import load

FIRM = load("silo_vs_shared").arms["siloed"]
SMALL = FIRM.model_copy(
    update={"horizon": FIRM.horizon.model_copy(update={"population": 200, "burn_in": 8, "weeks": 16})}
)
BY_NAME = {pattern.name: pattern for pattern in PATTERNS}


def test_random_spill_overs_turn_signs_and_nothing_else() -> None:
    for draw in range(4):
        for before, after in zip(effects_of(FIRM), effects_of(random_spill_overs(FIRM, draw)), strict=True):
            assert before.levers == after.levers
            assert after.slopes in (before.slopes, tuple(-slope for slope in before.slopes))


def test_random_spill_overs_keep_what_defines_a_lever() -> None:
    turned = random_spill_overs(FIRM, 0)
    for name, department in FIRM.departments.items():
        for lever, given in department.levers.items():
            for place, coefficients in given.effects.items():
                if FIRM.journey[place].owner == name and "volume" in coefficients:
                    after = turned.departments[name].levers[lever].effects[place]["volume"]
                    assert after == coefficients["volume"]


def test_half_of_the_spill_overs_turn() -> None:
    """n = 40 draws of all effects; the share turned lies within its exact 99.9 % band around the share that may turn."""
    from scipy.stats import binom

    before = effects_of(FIRM)
    after = [effects_of(random_spill_overs(FIRM, draw)) for draw in range(40)]
    may_turn = [i for i in range(len(before)) if any(e[i].slopes != before[i].slopes for e in after)]
    turned = sum(e[i].slopes != before[i].slopes for e in after for i in may_turn if before[i].form == "single")
    trials = 40 * sum(before[i].form == "single" for i in may_turn)
    low, high = binom.ppf([0.0005, 0.9995], trials, 0.5)
    assert low <= turned <= high


def test_indifferent_customers_do_not_buy_by_satisfaction() -> None:
    people = indifferent_customers(FIRM, 0).people
    assert (people.repurchase_sensitivity, people.defection_sensitivity, people.case_defection) == (0.0, 0.0, 0.0)


def test_coordinate_search_climbs_a_hill_to_its_top() -> None:
    policy, value = coordinate_search(
        lambda x: -((x["a"] - 1.0) ** 2) - (x["b"] - 0.5) ** 2, {"a": 0.0, "b": 0.0}, levels=(0.0, 0.5, 1.0)
    )
    assert policy == {"a": 1.0, "b": 0.5}
    assert value == 0.0


@pytest.mark.full
def test_the_company_best_policy_is_no_worse_than_the_start() -> None:
    best = company_best(SMALL, seed=3, weeks=8, burn_in=8)
    sized = SMALL.model_copy(update={"horizon": SMALL.horizon.model_copy(update={"weeks": 8})})
    start, found = (profit_before_bonus(run_arm("policy", frozen_at(sized, policy), seed=3)) for policy in ({}, best))
    assert found >= start


def test_a_verdict_is_given_only_where_the_interval_allows_one() -> None:
    loyalty, nothing = BY_NAME["F1 loyalty"], BY_NAME["F3"]
    assert verdict(loyalty, mean_interval([-3.0, -2.0, -4.0])) == "holds"
    assert verdict(loyalty, mean_interval([3.0, 2.0, 4.0])) == "does not hold"
    assert verdict(loyalty, mean_interval([3.0, -2.0, -4.0])) == "cannot be told"
    assert verdict(loyalty, mean_interval([-3.0, -3.0])) == "too few to tell"
    assert verdict(nothing, mean_interval([0.0, 0.0, 0.0])) == "no effect seen"
    assert verdict(nothing, mean_interval([1.0, 1.1, 0.9])) == "an effect"


@pytest.mark.full
def test_the_report_does_not_depend_on_the_workers() -> None:
    size = {"population": 100, "burn_in": 4, "weeks": 60}
    one, two = (
        measure_cells(
            replications=2, workers=workers, horizon=size, firms=("reference",), starts=("midpoint", "random"),
            studies=("sharing", "off_board"),
        )
        for workers in (1, 2)
    )  # fmt: skip
    pd.testing.assert_frame_equal(one, two)
    report = share_holding(one)
    assert set(report["pattern"]) == {p.name for study in ("sharing", "off_board") for p in STUDIES[study].patterns}
    assert (report["n"] == 2).all()
    assert np.isfinite(report["mean"]).all()


@pytest.mark.full
def test_every_study_runs() -> None:
    """At a tiny size some patterns have nothing to be measured on: they have no figure, and say so."""
    size = {"population": 100, "burn_in": 4, "weeks": 60}
    measures = measure_cells(replications=1, horizon=size, firms=("reference",), starts=("midpoint",))
    report = share_holding(measures)
    assert set(report["pattern"]) == set(patterns_by_name())
    assert set(report["verdict"]) <= {"too few to tell", "-"}

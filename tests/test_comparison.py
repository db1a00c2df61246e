"""Comparison: pairing, frames worked out by hand, workers, precision, Ctrl-C; with made-up runs."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from fake_runner import dying, fake_arms, faulty, heavy, interrupted_at_3, interrupted_at_once, slow, tiny_scenario
from scipy import stats

from simulation.analysis.collecting import FEWEST_FOR_PRECISION, collect
from simulation.analysis.comparison import Comparison, compare, run
from simulation.analysis.frames import (
    LAST_WEEKS,
    columns_of,
    journey_frame,
    last_mean,
    ledger_frame,
    run_values,
    summary_frame,
)
from simulation.analysis.intervals import paired_interval
from simulation.analysis.parallel import Replicate, WorkerLost
from simulation.record import COMPANY_METRICS, CUSTOMER_COLUMNS, Run
from simulation.scenario.faults import ScenarioError
from simulation.scenario.loading import LoadedScenario, load_dict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from simulation.analysis.parallel import Runner
    from simulation.scenario.scenario import Scenario

FRAMES = ("summary", "weekly", "customers", "journey", "ledger")


@pytest.fixture(scope="module")
def loaded() -> LoadedScenario:
    return load_dict(tiny_scenario())


@pytest.fixture(scope="module")
def compared(loaded: LoadedScenario) -> Comparison:
    return compare(loaded, workers=1, runner=fake_arms)


def rows(comparison: Comparison, metric: str) -> pd.DataFrame:
    return comparison.summary[comparison.summary["metric"] == metric].set_index("arm")


def runs_of(loaded: LoadedScenario, replications: int = 3) -> dict[str, list[Run]]:
    parts = [fake_arms(loaded.arms, seed=1, replication=number) for number in range(replications)]
    return {arm: [part[at] for part in parts] for at, arm in enumerate(loaded.arms)}


# --- the summary -----------------------------------------------------------------------------------------------------


def test_an_arm_identical_to_the_first_differs_by_exactly_zero(compared: Comparison) -> None:
    same = compared.summary[compared.summary["arm"] == "same"]
    assert (same[["difference", "difference_low", "difference_high"]] == 0).all(axis=None)


def test_the_summary_has_the_promised_columns(compared: Comparison) -> None:
    described = ["metric", "label", "unit", "group", "better", "arm", "mean", "low", "high", "baseline_arm"]
    assert list(compared.summary) == [*described, "difference", "difference_low", "difference_high", "replications"]
    assert set(COMPANY_METRICS) | {"sold", "solved", "spending"} == set(compared.summary["metric"])
    assert (compared.summary["baseline_arm"] == "own").all()
    assert (compared.summary["replications"] == 4).all()
    assert len(compared.summary) == 3 * compared.summary["metric"].nunique()


def test_groups_units_and_directions_come_from_the_scenario(compared: Comparison) -> None:
    assert rows(compared, "sold").loc["own", "group"] == "departments"
    assert rows(compared, "spending").loc["own", "group"] == "company"
    assert rows(compared, "spending").loc["own", "unit"] == "CHF per person"
    assert rows(compared, "profit").loc["own", "unit"] == "CHF per 1,000 people a week"
    assert rows(compared, "sold").loc["own", "label"] == "Visits that sell"
    assert rows(compared, "complaints").loc["own", "better"] == "lower"


def test_the_first_arm_is_compared_with_nothing(compared: Comparison) -> None:
    own = compared.summary[compared.summary["arm"] == "own"]
    assert own[["difference", "difference_low", "difference_high"]].isna().all(axis=None)
    assert own["mean"].notna().all()


def test_the_mean_is_over_the_last_52_weeks_only(loaded: LoadedScenario) -> None:
    runs = runs_of(loaded, 1)
    weekly = dict(runs["own"][0].weekly)
    weekly["loyalty"] = np.concatenate([np.full(8, 1000.0), np.full(LAST_WEEKS, 40.0)])
    runs["own"] = [replace(runs["own"][0], weekly=weekly)]
    assert run_values(runs, "loyalty")["own"].tolist() == [40.0]


def test_weeks_without_answers_do_not_count() -> None:
    assert last_mean(np.array([math.nan, 10.0, math.nan, 30.0])) == 20
    assert math.isnan(last_mean(np.full(60, math.nan)))


def test_profit_at_equal_bonus_charges_every_arm_the_first_arms_mean_bonus(loaded: LoadedScenario) -> None:
    runs = runs_of(loaded)
    equal, revenue, cost = (run_values(runs, name) for name in ("profit_at_equal_bonus", "revenue", "cost"))
    for arm in runs:
        assert equal[arm] == pytest.approx(revenue[arm] - cost[arm] - 5)  # the fake first arm pays 5 a week
    row = summary_frame(runs, loaded.arms).query("metric == 'profit_at_equal_bonus' and arm == 'half'").iloc[0]
    raw = summary_frame(runs, loaded.arms).query("metric == 'profit' and arm == 'half'").iloc[0]
    assert row["difference"] == pytest.approx(raw["difference"] + 2)  # the fake bonus is 2 higher at weight 0.5


def test_a_run_without_any_answer_leaves_its_pair_out(loaded: LoadedScenario) -> None:
    runs = runs_of(loaded)
    silent = {**runs["half"][1].weekly, "nps": np.full(60, math.nan)}
    runs["half"][1] = replace(runs["half"][1], weekly=silent)
    summary = summary_frame(runs, loaded.arms).query("metric == 'nps'").set_index("arm")
    assert summary.loc["half", "replications"] == 2
    assert summary.loc["own", "replications"] == 3


# --- the other frames ------------------------------------------------------------------------------------------------


def test_weekly_has_a_row_per_arm_replication_and_week(compared: Comparison) -> None:
    assert list(compared.weekly)[:3] == ["arm", "replication", "week"]
    assert len(compared.weekly) == 3 * 4 * 60
    assert not compared.weekly.duplicated(["arm", "replication", "week"]).any()
    assert {"lever.sales.hurry", "score.service", "bonus.sales"} <= set(compared.weekly)


def test_every_weekly_column_is_declared(compared: Comparison) -> None:
    assert set(compared.weekly) - {"arm", "replication", "week"} <= set(columns_of(compared.arms))


def test_customers_are_kept_for_one_replication(compared: Comparison) -> None:
    assert list(compared.customers) == ["arm", *CUSTOMER_COLUMNS]
    assert len(compared.customers) == 3 * 100


def test_experience_is_weighted_by_encounters(loaded: LoadedScenario) -> None:
    runs = {arm: [of_arm[0]] for arm, of_arm in runs_of(loaded, 1).items()}
    met, felt = np.zeros((60, 2)), np.full((60, 2), math.nan)
    met[-2:, 0], felt[-2:, 0] = [10, 30], [0.2, 0.6]
    runs["own"] = [replace(runs["own"][0], encounters=met, experience=felt)]
    door, desk = journey_frame(runs, loaded.arms).query("arm == 'own'").to_dict("records")
    assert door["experience"] == pytest.approx((10 * 0.2 + 30 * 0.6) / 40)
    assert door["encounters"] == pytest.approx(40 / 52)
    assert math.isnan(desk["experience"])


def test_the_ledger_is_per_1000_people_a_week(loaded: LoadedScenario) -> None:
    runs = {arm: [of_arm[0]] for arm, of_arm in runs_of(loaded, 1).items()}
    booked = np.zeros((2, 3, 2), dtype=np.int64)
    booked[1, 2, 1] = -3 * 2**20  # at the desk, due to nobody, 3 units of pain in 60 weeks among 100 people
    runs["own"] = [replace(runs["own"][0], ledger=booked)]
    ledger = ledger_frame(runs, loaded.arms).query("arm == 'own'").set_index(["touchpoint", "due"])
    assert list(ledger.index.get_level_values("due")[:3]) == ["sales", "service", "unattributed"]
    assert ledger.loc[("desk", "unattributed"), "pain"] == pytest.approx(3 / 60 * 1000 / 100)
    assert ledger[["benefit", "pain"]].to_numpy().sum() == pytest.approx(0.5)


# --- options ---------------------------------------------------------------------------------------------------------


def test_overrides_reach_every_arm_and_what_is_stored() -> None:
    given = tiny_scenario()
    given["arms"]["half"]["changes"]["horizon"] = {"weeks": 60}
    plain = compare(given, workers=1, runner=fake_arms)
    changed = compare(given, workers=1, runner=fake_arms, weeks=9, population=20, replications=2, seed=11)
    horizons = [arm.horizon for arm in changed.arms.values()]
    assert {(h.weeks, h.population, h.replications, h.seed) for h in horizons} == {(9, 20, 2, 11)}
    assert changed.raw["horizon"] == {"weeks": 9, "burn_in": 8, "population": 20, "replications": 2, "seed": 11}
    assert changed.hash == load_dict(changed.raw).hash != plain.hash
    assert (changed.seed, changed.replications) == (11, 2)
    assert given["arms"]["half"]["changes"]["horizon"] == {"weeks": 60}, "what was passed in is not edited"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"population": 3}, "population"),
        ({"weeks": 0}, "weeks"),
        ({"seed": -1}, "seed"),
        ({"workers": 0}, "workers"),
        ({"precision": math.nan}, "precision"),
        ({"arms": ["hafl"]}, "did you mean `half`"),
        ({"arms": ["own", "own"]}, "twice"),
        ({"arms": []}, "no arm"),
    ],
)
def test_options_that_cannot_be_are_faults_before_anything_runs(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        compare(tiny_scenario(), runner=faulty, **options)


def test_arms_can_be_chosen_and_the_first_is_the_baseline(loaded: LoadedScenario) -> None:
    comparison = compare(loaded, arms=["half", "own"], workers=1, runner=fake_arms)
    assert comparison.baseline_arm == "half"
    assert rows(comparison, "loyalty").loc["own", "difference"] < 0
    assert list(run(loaded, arm="half", workers=1, runner=fake_arms).arm_titles) == ["half"]
    assert list(run(loaded, workers=1, runner=fake_arms).arm_titles) == ["own"]


def test_one_replication_has_no_intervals(loaded: LoadedScenario) -> None:
    comparison = compare(loaded, replications=1, workers=1, runner=fake_arms)
    assert comparison.summary[["low", "high", "difference_low", "difference_high"]].isna().all(axis=None)
    assert comparison.summary["mean"].notna().all()


def test_the_runner_gets_seed_engine_and_threads() -> None:
    seen = []

    def spy(arms: Mapping[str, Scenario], **options: Any) -> list[Run]:
        seen.append(dict(options))
        return fake_arms(arms, **options)

    compare(tiny_scenario(), workers=1, replications=2, engine="plain", threads=3, runner=spy)
    common = {"seed": 7, "engine": "plain", "threads": 3}
    assert seen == [
        {**common, "replication": 0, "keep_customers": True},
        {**common, "replication": 1, "keep_customers": False},
    ]


def test_repr_tells_the_size_and_the_difference(compared: Comparison) -> None:
    assert "3 arm(s) x 4 replication(s) x 60 weeks x 100 people, seed 7" in repr(compared)
    assert "against own" in repr(compared)
    html = compared._repr_html_()
    assert html.count("<table") == 1
    assert "Visits that sell" in html


# --- how many replications -------------------------------------------------------------------------------------------


def test_precision_goes_on_until_the_interval_is_narrow_and_says_how_often_it_looked(loaded: LoadedScenario) -> None:
    comparison = compare(loaded, precision=0.4, workers=1, runner=fake_arms)
    row = rows(comparison, "loyalty").loc["half"]
    assert (row["difference_high"] - row["difference_low"]) / 2 <= 0.4
    assert comparison.precision_reached
    assert comparison.replications == comparison.looks[-1].replications > FEWEST_FOR_PRECISION
    assert comparison.looks[0].replications == FEWEST_FOR_PRECISION
    assert all(look.half_width > 0.4 for look in comparison.looks[:-1])


def test_precision_gives_up_at_the_limit_and_says_so(loaded: LoadedScenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.analysis.collecting.MOST_FOR_PRECISION", 15)
    comparison = compare(loaded, precision=0.001, workers=1, runner=fake_arms)
    assert (comparison.replications, comparison.precision_reached) == (15, False)


def test_precision_of_a_single_arm_is_that_of_its_loyalty(loaded: LoadedScenario) -> None:
    comparison = run(loaded, precision=50.0, workers=1, runner=fake_arms)
    row = rows(comparison, "loyalty").loc["own"]
    assert comparison.looks[0].half_width == pytest.approx((row["high"] - row["low"]) / 2)


@pytest.mark.full
def test_coverage_after_stopping_at_a_precision_is_what_the_documentation_says(loaded: LoadedScenario) -> None:
    """600 comparisons stopped at half-width 0.6 (spread 1, about 15 replications): hits within Binomial(600, .945)."""
    arms = {arm: loaded.arms[arm] for arm in ("own", "half")}
    hits = 0
    for sample in range(600):
        luck = np.random.default_rng(sample).normal(3, 1, 1000)

        def one(_arms: object, *, replication: int, luck: NDArray[np.float64] = luck, **_options: object) -> list[Run]:
            levels = {"own": 0.0, "half": luck[replication]}
            return [bare_run(arm, replication, level) for arm, level in levels.items()]

        task = Replicate(arms=arms, seed=1, engine="plain", threads=1, runner=one)
        collected = collect(task, replications=2, precision=0.6, workers=1, progress=lambda _done, _planned: None)
        values = run_values(collected.by_arm(), "loyalty")
        interval = paired_interval(values["half"], values["own"])
        assert interval.half_width <= 0.6
        hits += interval.low <= 3 <= interval.high
    low, high = stats.binom.interval(0.999, 600, 0.945)
    assert low <= hits <= high


def bare_run(arm: str, replication: int, loyalty: float) -> Run:
    nothing, weekly = np.zeros((1, 1)), {"loyalty": np.array([loyalty])}
    return Run(
        arm=arm,
        replication=replication,
        seed=1,
        weekly=weekly,
        encounters=nothing,
        experience=nothing,
        wait=nothing,
        ledger=np.zeros((1, 1, 2), dtype=np.int64),
        customers=None,
        pars={},
    )


# --- workers and interruption ----------------------------------------------------------------------------------------


def test_the_number_of_workers_changes_nothing(loaded: LoadedScenario, compared: Comparison) -> None:
    parallel = compare(loaded, workers=2, runner=fake_arms)
    for frame in FRAMES:
        pd.testing.assert_frame_equal(getattr(parallel, frame), getattr(compared, frame), check_exact=True)


def test_progress_counts_up(loaded: LoadedScenario) -> None:
    seen: list[tuple[int, int]] = []
    compare(loaded, workers=1, runner=fake_arms, progress=lambda done, planned: seen.append((done, planned)))
    assert seen == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_ctrl_c_keeps_what_is_finished(loaded: LoadedScenario) -> None:
    comparison = compare(loaded, workers=1, replications=9, runner=interrupted_at_3)
    assert comparison.interrupted
    assert comparison.replications == 3
    assert sorted(comparison.weekly["replication"].unique()) == [0, 1, 2]
    assert "interrupted" in repr(comparison)


def test_ctrl_c_before_anything_is_finished_is_ctrl_c(loaded: LoadedScenario) -> None:
    with pytest.raises(KeyboardInterrupt):
        compare(loaded, workers=1, runner=interrupted_at_once)


@pytest.mark.parametrize("runner", [slow, heavy])
def test_ctrl_c_stops_workers_whatever_they_are_at(loaded: LoadedScenario, runner: Runner) -> None:
    def interrupt(done: int, _planned: int) -> None:
        if done:
            raise KeyboardInterrupt

    comparison = compare(loaded, workers=2, runner=runner, progress=interrupt)
    assert comparison.interrupted
    assert comparison.replications == 1


def test_a_fault_in_a_worker_comes_home(loaded: LoadedScenario) -> None:
    with pytest.raises(RuntimeError, match="planted fault"):
        compare(loaded, workers=2, runner=faulty)


def test_a_dead_worker_is_explained(loaded: LoadedScenario) -> None:
    with pytest.raises(WorkerLost, match="memory ran out"):
        compare(loaded, workers=2, runner=dying)


def test_a_script_without_a_main_guard_is_told_what_to_do(tmp_path: Path) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text(
        "from fake_runner import fake_arms, tiny_scenario\n"
        "from simulation.analysis.comparison import compare\n"
        "compare(tiny_scenario(), workers=2, runner=fake_arms)\n",
        encoding="utf-8",
    )
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), str(here.parent)])
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 1
    assert 'put the call under `if __name__ == "__main__":`' in done.stderr


# --- the real runner -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> Comparison:
    return compare(tiny_scenario(), replications=2, weeks=16, population=60, engine="plain", workers=1)


def test_really_identical_arms_differ_by_exactly_zero(real: Comparison) -> None:
    difference = real.summary[real.summary["arm"] == "same"][["difference", "difference_low", "difference_high"]]
    assert (difference.dropna() == 0).all(axis=None)
    assert difference.notna().mean(axis=None) > 0.8
    own, same = (real.weekly[real.weekly["arm"] == arm].reset_index(drop=True) for arm in ("own", "same"))
    pd.testing.assert_frame_equal(own.drop(columns="arm"), same.drop(columns="arm"), check_exact=True)


def test_real_results_do_not_depend_on_the_workers(real: Comparison) -> None:
    parallel = compare(tiny_scenario(), replications=2, weeks=16, population=60, engine="plain", workers=2)
    for frame in FRAMES:
        pd.testing.assert_frame_equal(getattr(parallel, frame), getattr(real, frame), check_exact=True)


def test_real_columns_are_the_declared_ones(real: Comparison) -> None:
    declared = set(columns_of(real.arms)) - {"profit_at_equal_bonus"}
    assert set(real.weekly) == {"arm", "replication", "week"} | declared
    assert list(real.customers) == ["arm", *CUSTOMER_COLUMNS]
    assert (real.ledger[["benefit", "pain"]] >= 0).all(axis=None)
    assert len(real.customers) == 3 * 60

"""How many replications are enough: known answers, what the same luck saves, the command and its chart."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fake_runner import fake_arms, tiny_scenario
from scipy import stats
from test_charts import assert_legible
from typer.testing import CliRunner

from simulation.analysis.comparison import Comparison, compare
from simulation.analysis.frames import run_values
from simulation.analysis.intervals import paired_interval
from simulation.analysis.parallel import Replicate
from simulation.analysis.storage import save
from simulation.cli import app
from simulation.laboratory.replications.enough import (
    CONVERGENCE_COLUMNS,
    ENOUGH_COLUMNS,
    answers,
    convergence,
    enough,
    run_values_from,
)
from simulation.laboratory.replications.precision import (
    effect_seen,
    needed,
    needed_for_power,
    power,
    saved,
    spread_interval,
)
from simulation.laboratory.replications.stored import measured_by, weekly_of
from simulation.scenario.faults import ScenarioError
from simulation.scenario.loading import load_dict
from simulation.views.laboratory.convergence_chart import convergence_chart
from simulation.views.laboratory.enough_words import factor_words, sentences
from simulation.views.style import look

RNG = np.random.default_rng(20240)


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare(tiny_scenario(), replications=12, workers=1, runner=fake_arms)


# --- the statistics --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("effect", "n"), [(0.2, 199), (0.5, 34), (0.8, 15), (1.0, 10)])
def test_the_replications_for_a_power_are_the_published_ones(effect: float, n: int) -> None:
    """Cohen's small, medium and large effects, two-sided 5 %, power 0.8: the sample sizes of every table of the paired t."""
    assert needed_for_power(effect, spread=1.0) == n
    assert power(effect, spread=1.0, n=n - 1) < 0.8 <= power(effect, spread=1.0, n=n)
    assert effect_seen(1.0, n=n) <= effect < effect_seen(1.0, n=n - 1)


def test_power_is_how_often_an_effect_is_told_from_zero() -> None:
    samples = RNG.normal(0.8, 1.0, (4000, 12))
    half = stats.t.ppf(0.975, 11) * samples.std(axis=1, ddof=1) / math.sqrt(12)
    seen = int((np.abs(samples.mean(axis=1)) > half).sum())
    low, high = stats.binom.interval(0.999, 4000, power(0.8, spread=1.0, n=12))
    assert low <= seen <= high


@pytest.mark.parametrize("n", [3, 5, 12, 400])
def test_power_rises_with_the_effect_and_is_never_without_a_value(n: int) -> None:
    found = [power(effect, spread=1.0, n=n) for effect in np.linspace(0.01, 60.0, 900)]
    assert all(before <= after + 1e-9 for before, after in itertools.pairwise(found))
    assert found[-1] == pytest.approx(1.0)


def test_factors_are_written_out_for_people() -> None:
    words = [factor_words(value) for value in (0.0171, 7.34, 6882.2, 2.7e8, math.inf)]
    assert words == ["0.017", "7.3", "6,900", "more than 1,000,000", "more than 1,000,000"]


def test_what_the_fewest_replications_do_is_said_so() -> None:
    values = {"a": np.array([1.0, 2.0, 3.0, 4.0]), "b": np.array([1.001, 2.002, 3.001, 4.002])}
    said = "\n".join(sentences(enough(values, outcome="x", unit="points", wanted=5.0, effect=1.0), labels={"x": "X"},
                               arm_titles={"a": "A", "b": "B"}))  # fmt: skip
    assert "±5 takes no more than 3 replications" in said
    assert "nan" not in said
    assert "e+" not in said


def test_the_chart_of_many_arms_with_long_titles_is_legible(monkeypatch: pytest.MonkeyPatch) -> None:
    luck = RNG.normal(0, 5, 6)
    values = {f"arm{k}": luck + RNG.normal(k, 1 + k, 6) for k in range(7)}
    titles = {arm: f"The {arm} with a title that goes on and on, as those of councils do" for arm in values}
    told = enough(values, outcome="x", unit="EUR per 1,000 people a week", wanted=2.0)
    with look():
        figure = convergence_chart(convergence(values, outcome="x"), told, label="Profit", arm_titles=titles)
        assert len(assert_legible(figure, monkeypatch)) > 10


def test_so_many_replications_as_needed_have_the_wanted_half_width_and_one_less_does_not() -> None:
    for spread, wanted in ((2.0, 0.5), (1.0, 3.0), (7.0, 0.4), (0.3, 0.299)):
        n = int(needed(spread, wanted=wanted))

        def half_width(count: int, spread: float = spread) -> float:
            return float(stats.t.ppf(0.975, count - 1)) * spread / math.sqrt(count)

        assert half_width(n) <= wanted
        assert n == 3 or half_width(n - 1) > wanted


def test_the_interval_of_a_spread_covers_as_stated() -> None:
    samples = RNG.normal(0.0, 3.0, (4000, 8)).std(axis=1, ddof=1)
    hits = sum(low <= 3.0 <= high for low, high in (spread_interval(float(s), n=8) for s in samples))
    low, high = stats.binom.interval(0.999, 4000, 0.95)
    assert low <= hits <= high


def test_what_was_saved_is_the_ratio_of_the_variances_with_other_luck_and_with_the_same() -> None:
    """Pairing each replication of one arm with every other one of the other is what independent luck looks like."""
    first = RNG.normal(0, 1, 30)
    second = first + RNG.normal(0, 0.5, 30)
    n = len(first)
    apart = np.mean([np.var(second - np.roll(first, k), ddof=1) for k in range(1, n)])
    bias = 2 * np.cov(first, second)[0, 1] / (n - 1)
    together = np.var(second - first, ddof=1)
    found = saved(second, first)
    assert found.mean == pytest.approx((apart - bias) / together)
    assert found.low < found.mean < found.high


def test_intervals_of_what_was_saved_cover_as_the_documentation_says() -> None:
    """Correlation 0.6: a factor of 2.5. 600 samples of 20: hits within Binomial(600, .94)."""
    luck = RNG.normal(size=(600, 2, 20))
    arms = luck[:, 0], 0.6 * luck[:, 0] + 0.8 * luck[:, 1]
    found = [saved(a, b) for a, b in zip(*arms, strict=True)]
    low, high = stats.binom.interval(0.999, 600, 0.94)
    assert low <= sum(each.low <= 2.5 <= each.high for each in found) <= high


def test_special_cases_of_what_was_saved() -> None:
    luck = RNG.normal(size=10)
    assert saved(luck + 1.0, luck).mean > 1e20 or math.isinf(saved(luck + 1.0, luck).mean)
    assert math.isinf(saved(luck, luck).mean)
    assert math.isnan(saved(np.ones(5), np.ones(5)).mean)
    assert math.isnan(saved(luck[:3], luck[1:4]).low)
    assert saved(-luck, luck).mean == pytest.approx(0.5)
    holes = np.where(np.arange(10) == 4, np.nan, luck)
    other = RNG.normal(size=10)
    assert saved(holes, other) == saved(np.delete(luck, 4), np.delete(other, 4))


# --- from runs to tables ---------------------------------------------------------------------------------------------


def test_values_from_the_weekly_table_are_those_of_the_runs(compared: Comparison) -> None:
    task = Replicate(arms=compared.arms, seed=7, engine="compiled", threads=1, runner=fake_arms)
    runs: dict[str, list[Any]] = {}
    for replication in range(12):
        for run in task(replication):
            runs.setdefault(run.arm, []).append(run)
    for outcome in ("loyalty", "nps", "profit_at_equal_bonus"):
        expected, found = run_values(runs, outcome), run_values_from(compared.weekly, outcome)
        assert list(found) == list(expected)
        for arm, values in expected.items():
            np.testing.assert_array_equal(found[arm], values)


def test_the_table_agrees_with_the_comparison(compared: Comparison) -> None:
    told, path = answers(measured_by(compared), [("loyalty", 0.5, 1.0)])
    assert list(told) == list(ENOUGH_COLUMNS)
    assert list(path) == list(CONVERGENCE_COLUMNS)
    summary = compared.summary.set_index(["metric", "arm"]).loc[("loyalty", "half")]
    row = told.set_index("arm").loc["half"]
    assert row["difference"] == summary["difference"]
    assert row["half_width"] == pytest.approx((summary["difference_high"] - summary["difference_low"]) / 2)
    last = path[path["arm"] == "half"].iloc[-1]
    assert (last["n"], last["low"], last["high"]) == (12, summary["difference_low"], summary["difference_high"])
    assert (
        told.set_index("arm").loc["same", ["difference", "half_width", "spread", "effect_seen"]].tolist() == [0.0] * 4
    )


def test_a_convergence_is_the_interval_of_the_first_n() -> None:
    values = {"a": RNG.normal(size=9), "b": RNG.normal(size=9)}
    path = convergence(values, outcome="x")
    assert path["n"].tolist() == list(range(2, 10))
    for row in path.itertuples():
        interval = paired_interval(values["b"][: row.n], values["a"][: row.n])
        assert (row.mean, row.low, row.high, row.half_width) == (
            interval.mean,
            interval.low,
            interval.high,
            interval.half_width,
        )


def test_long_convergences_are_thinned_and_keep_their_ends() -> None:
    path = convergence({"a": RNG.normal(size=3000)}, outcome="x")
    assert len(path) <= 200
    assert (path["n"].min(), path["n"].max()) == (2, 3000)


def test_one_arm_is_judged_by_its_own_mean() -> None:
    values = RNG.normal(5.0, 1.0, 20)
    row = enough({"only": values}, outcome="x", unit="points", wanted=0.5).iloc[0]
    assert row["difference"] == pytest.approx(values.mean())
    assert row["baseline_arm"] == ""
    assert math.isnan(row["saved"])
    assert row["needed_low"] < row["needed"] < row["needed_high"]


def test_every_column_lies_in_its_declared_range(compared: Comparison) -> None:
    told, path = answers(measured_by(compared), [("loyalty", 0.5, 1.0), ("revenue", None, None)])
    for table, columns in ((told, ENOUGH_COLUMNS), (path, CONVERGENCE_COLUMNS)):
        for name, column in columns.items():
            if column.low is not None:
                assert (table[name].dropna() >= column.low).all(), name
            if column.high is not None:
                assert (table[name].dropna() <= column.high).all(), name


def test_a_folder_tells_what_the_runs_told(compared: Comparison, tmp_path: Path) -> None:
    fresh, stored = measured_by(compared), weekly_of(save(compared, tmp_path / "out"))
    assert dict(stored.labels) == dict(fresh.labels)
    assert dict(stored.units) == dict(fresh.units)
    questions = [("loyalty", 0.5, None), ("profit_at_equal_bonus", None, 3.0)]
    for one, other in zip(answers(fresh, questions), answers(stored, questions), strict=True):
        pd.testing.assert_frame_equal(one, other)


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(compared: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return save(compared, tmp_path / "compared")


def silosim(*words: str) -> Any:
    return CliRunner().invoke(app, ["replications", *words])


def test_the_command_answers_from_a_folder(folder: Path) -> None:
    done = silosim(str(folder), "--effect", "1", "--out", "out")
    assert done.exit_code == 0, done.output
    assert "±0.5 takes about" in done.stdout
    assert "exactly the same in every replication" in done.stdout
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "charts",
        "convergence.csv",
        "enough.csv",
        "provenance.json",
    ]
    assert (Path("out") / "charts" / "convergence_loyalty.png").read_bytes()[:4] == b"\x89PNG"
    again = silosim(str(folder), "--out", "out")
    assert (again.exit_code, "exists already" in again.output) == (2, True)
    assert silosim(str(folder), "--out", "out", "--overwrite", "--no-charts").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--outcome", "loyality"], "did you mean `loyalty`?"),
        (["--outcome", "lever.sales.hurry"], "is no outcome"),
        (["--outcome", "loyalty", "--outcome", "profit", "--wanted", "1"], "once for each"),
        (["--outcome", "loyalty", "--outcome", "loyalty"], "named twice"),
        (["--seed", "3"], "has no meaning here"),
    ],
)
def test_bad_questions_are_exit_2_and_nothing_is_written(folder: Path, words: list[str], said: str) -> None:
    done = silosim(str(folder), *words, "--out", "out")
    assert done.exit_code == 2
    assert said in done.output
    assert not Path("out").exists()


def test_a_folder_that_is_no_comparison_is_refused(tmp_path: Path) -> None:
    done = silosim(str(tmp_path), "--out", str(tmp_path / "out"))
    assert (done.exit_code, "no folder of a comparison" in done.output) == (2, True)


def test_too_few_replications_tell_nothing() -> None:
    two = compare(tiny_scenario(), replications=2, workers=1, runner=fake_arms)
    with pytest.raises(ScenarioError, match="too few replications"):
        answers(measured_by(two), [("loyalty", 0.5, None)])


# --- for real --------------------------------------------------------------------------------------------------------


@pytest.mark.full
def test_the_factor_saved_is_the_one_that_independent_runs_give() -> None:
    """The first arm run again with a seed of its own: its variance against the other arm lies in the interval."""
    from simulation.analysis.comparison import run

    sizes = {"population": 200, "weeks": 20, "replications": 40, "workers": 1}
    paired = compare("silo_vs_shared", arms=["siloed", "shared"], **sizes)
    alone = run("silo_vs_shared", arm="siloed", seed=99, **sizes)
    values = run_values_from(paired.weekly, "satisfaction")
    found = saved(values["shared"], values["siloed"])
    apart = values["shared"] - run_values_from(alone.weekly, "satisfaction")["siloed"]
    measured = np.var(apart, ddof=1) / np.var(values["shared"] - values["siloed"], ddof=1)
    spread = math.sqrt(stats.f.ppf(0.999, 39, 39))
    assert found.low / spread < measured < found.high * spread
    assert found.low > 1.0


@pytest.mark.full
def test_the_command_runs_a_scenario(tmp_path: Path) -> None:
    words = ["silo_vs_shared", "--population", "100", "--weeks", "8", "--replications", "3", "--workers", "1"]
    done = silosim(*words, "--out", str(tmp_path / "out"), "--no-charts")
    assert done.exit_code == 0, done.output
    assert len(pd.read_csv(tmp_path / "out" / "enough.csv")) == len(load_dict({"extends": "silo_vs_shared"}).arms) - 1

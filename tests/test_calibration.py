"""Calibration: the pieces against what can be worked out, and the whole against a firm that is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from simulation.cli import app
from simulation.laboratory.calibration.arms import arm_data
from simulation.laboratory.calibration.calibrating import Calibration, calibrate, fewest_runs
from simulation.laboratory.calibration.client_data import ClientData, Target
from simulation.laboratory.calibration.coverage import adjusted, coverage_study, made_up
from simulation.laboratory.calibration.emulator import Likelihood, features, fitted, terms
from simulation.laboratory.calibration.measures import measures_of
from simulation.laboratory.calibration.measuring import Asked, Firm, Observe
from simulation.laboratory.calibration.parameters import default_fit, parameters_of, set_values
from simulation.laboratory.calibration.pooling import pooled
from simulation.laboratory.calibration.posterior import sampled
from simulation.laboratory.calibration.tables import converged, held_out, identified
from simulation.scenario.faults import ScenarioError
from simulation.scenario.loading import load, load_dict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulation.scenario.loading import LoadedScenario

SMALL = Path(__file__).parents[1] / "experiments" / "calibration" / "firm.yaml"


@pytest.fixture(scope="module")
def firm() -> LoadedScenario:
    return load(SMALL)


# --- parameters -------------------------------------------------------------------------------------------------------


def test_a_star_multiplies_every_entry_and_stays_allowed(firm: LoadedScenario) -> None:
    (voice,) = parameters_of(firm.scenario, ["market.segments.*.voice"])
    assert voice.bases == (0.5, 0.4)
    assert (voice.low, voice.high) == (0.5, 2.0)
    changed = set_values(firm.raw, [voice], [2.0])
    assert [segment["voice"] for segment in changed["market"]["segments"].values()] == [1.0, 0.8]


def test_a_range_may_be_given(firm: LoadedScenario) -> None:
    (speed,) = parameters_of(firm.scenario, ["people.loyalty_speed=0.02..0.1"])
    assert (speed.low, speed.high, speed.scale) == (0.02, 0.1, "log")
    assert speed.at(0.0) == pytest.approx(0.02)
    assert speed.at(1.0) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("people.loyalty_sped", "there is no number at 'people.loyalty_sped'"),
        ("people.loyalty_speed=1", "is not allowed: PATH or PATH=LOW..HIGH"),
        ("people.loyalty_speed=0.5..2", "'0.5..2' is no range for people.loyalty_speed: LOW..HIGH between 0 and 1"),
        ("market.network.degree", "there is no number at 'market.network.degree'"),
        ("journey.shop.effort", "journey.shop.effort is 0.0: there is no range around it to choose"),
    ],
)
def test_faulty_parameters_are_told(firm: LoadedScenario, asked: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parameters_of(firm.scenario, [asked, "journey.*.failure"])
    assert said in str(caught.value)


def test_a_factor_keeps_signs_and_bounds() -> None:
    """Promises may be negative, from -0.5 to 0.5: the factor is bounded by the one that is furthest out."""
    raw = load(SMALL).raw
    for name, promise in (("campaign", 0.4), ("shop", -0.1)):
        raw["journey"][name]["promise"] = promise
    (promise,) = parameters_of(load_dict(raw).scenario, ["journey.*.promise"])
    assert (promise.bases, promise.low, promise.high) == ((0.4, -0.1), 0.5, 1.25)


def test_two_parameters_for_one_value_are_refused(firm: LoadedScenario) -> None:
    with pytest.raises(ScenarioError, match="sets what"):
        parameters_of(firm.scenario, ["journey.*.quality", "journey.shop.quality"])


def test_what_is_fitted_follows_from_the_data(firm: LoadedScenario) -> None:
    targets = [target_of(firm, "churn", 10.0), target_of(firm, "conversion", 5.0, where="campaign")]
    assert default_fit(firm.scenario, targets) == ["market.segments.*.defection", "journey.campaign.conversion"]


# --- runs -------------------------------------------------------------------------------------------------------------


def target_of(firm: LoadedScenario, name: str, value: float, *, sd: float = 1.0, where: str = "") -> Target:
    measure = measures_of(firm.scenario)[name, where]
    return Target(measure=measure, month=None, value=value, sd=sd, told=f"{value:g}", basis="tolerance", line=2)


def test_a_run_is_asked_and_not_changed(firm: LoadedScenario) -> None:
    """Figures agree with those of a comparison of the same run, and what is asked beside them changes nothing."""
    from simulation.analysis.run import run_arm

    scenario = firm.arms["siloed"]
    run = run_arm("siloed", scenario, seed=1, replication=3)
    parameters = parameters_of(scenario, ["people.loyalty_speed"])
    names = ("nps", "churn", "repeat_purchases")
    asked = tuple(Asked(name=name, measure=measures_of(scenario)[name, ""], weeks=(5, 6)) for name in names)
    work = Observe(firm=Firm(raw=arm_data(firm.raw, "siloed"), seed=1), parameters=parameters,
                   points=((parameters[0].now,),), first=3, asked=asked)  # fmt: skip
    (row,) = work(0)
    assert row["status"] == "done"
    for name, metric in zip(names, ("nps", "defections", "repeat_purchases"), strict=True):
        assert row[name] == pytest.approx(run.weekly[metric][5], rel=1e-12)


def test_a_run_that_fails_is_a_row_with_its_error(firm: LoadedScenario) -> None:
    parameters = parameters_of(firm.scenario, ["market.segments.loyal.share=0.1..0.9"])
    asked = (Asked(name="nps", measure=measures_of(firm.scenario)["nps", ""], weeks=(0, 5)),)
    work = Observe(firm=Firm(raw=arm_data(firm.raw, "siloed"), seed=1), parameters=parameters, points=((0.9,),), first=0,
                   asked=asked)  # fmt: skip
    (row,) = work(0)
    assert row["status"] == "failed"
    assert "share" in row["error"]


# --- emulator and posterior -------------------------------------------------------------------------------------------


def test_a_quadratic_is_found_exactly() -> None:
    luck = np.random.default_rng(1)
    points = luck.random((40, 2))
    truth = luck.normal(size=(terms(2), 3))
    found = fitted(points, features(points) @ truth)
    assert found.coefficients == pytest.approx(truth, abs=1e-9)
    assert found.explained == pytest.approx(1.0)


def test_too_few_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        fitted(np.random.default_rng(1).random((8, 2)), np.zeros((8, 3)))


def test_the_likelihood_is_that_of_the_normal_distribution() -> None:
    from scipy.stats import multivariate_normal

    luck = np.random.default_rng(2)
    points = luck.random((60, 2))
    emulator = fitted(points, features(points) @ luck.normal(size=(terms(2), 2)) + luck.normal(size=(60, 2)))
    observed, errors = np.array([0.5, -0.2]), np.array([0.3, 0.7])
    at = luck.random((4, 2))
    found = Likelihood(emulator=emulator, observed=observed, errors=errors).log(at)
    covariances = emulator.widening(at)[:, None, None] * emulator.spread + np.diag(errors**2)
    expected = [
        multivariate_normal(mean, covariance).logpdf(observed)
        for mean, covariance in zip(emulator.mean(at), covariances, strict=True)
    ]
    assert found == pytest.approx(expected)


def test_the_sample_has_the_moments_of_the_posterior() -> None:
    """A normal likelihood well within the cube: mean, standard deviations and correlation are known."""
    mean, covariance = np.array([0.4, 0.6]), np.array([[0.0025, 0.0018], [0.0018, 0.0036]])
    inverse = np.linalg.inv(covariance)

    def log(points: np.ndarray) -> np.ndarray:
        away = points - mean
        return -0.5 * np.einsum("ij,jk,ik->i", away, inverse, away)

    found = sampled(log, low=np.zeros(2), high=np.ones(2), seed=3)
    assert found.centre == pytest.approx(mean, abs=0.01)
    assert np.cov(found.draws, rowvar=False) == pytest.approx(covariance, rel=0.2)
    assert found.agreement.max() < 1.05


def test_without_data_the_sample_is_the_range() -> None:
    found = sampled(lambda points: np.zeros(len(points)), low=np.array([0.2]), high=np.array([0.8]), seed=1)
    assert found.draws.min() >= 0.2
    assert found.draws.max() <= 0.8
    assert np.quantile(found.draws, [0.25, 0.5, 0.75]) == pytest.approx([0.35, 0.5, 0.65], abs=0.03)


def test_rejection_finds_a_linear_truth() -> None:
    luck = np.random.default_rng(4)
    points = luck.random((400, 1))
    draws = adjusted(points, np.column_stack([points[:, 0] + luck.normal(0, 0.01, 400)]), np.array([0.3]), seed=1)
    assert np.median(draws) == pytest.approx(0.3, abs=0.02)


# --- pooled intervals -------------------------------------------------------------------------------------------------


def test_the_pooled_interval_holds_luck_and_parameters() -> None:
    """Draws that differ by much and luck by little: the interval is that of the draws; and the other way round."""
    luck = np.random.default_rng(5)
    moved = pooled(luck.normal(2.0, 1.0, (200, 1)) + luck.normal(0, 0.01, (200, 4)))
    assert (moved["high"] - moved["low"]) / 2 == pytest.approx(1.97, rel=0.15)
    assert moved["from_parameters"] > 0.95
    assert moved["told_apart"]
    lucky = pooled(luck.normal(2.0, 1.0, (200, 4)))
    assert (lucky["high"] - lucky["low"]) / 2 < 0.6
    assert lucky["low"] <= lucky["luck_low"] < lucky["luck_high"] <= lucky["high"]


def test_one_draw_has_no_interval() -> None:
    assert np.isnan(pooled(np.array([[1.0, 2.0]]))["low"])


# --- the whole --------------------------------------------------------------------------------------------------------


def small(firm: LoadedScenario, targets: Sequence[Target]) -> Calibration:
    parameters = parameters_of(firm.scenario, ["market.segments.*.defection", "market.segments.*.purchase_rate"])
    raw = arm_data(firm.raw, "siloed")
    raw["horizon"] = {**raw["horizon"], "population": 300, "weeks": 12, "burn_in": 4}
    data = ClientData(targets=tuple(targets), file="client.csv", hash="0" * 64)
    return Calibration(firm=Firm(raw=raw, seed=1), parameters=parameters, data=data, weeks=12, weeks_a_month=4.0, first=20,
                       second=20, draws=5, seed=1)  # fmt: skip


def test_figures_out_of_reach_are_refused(firm: LoadedScenario, tmp_path: Path) -> None:
    asked = small(firm, [target_of(firm, "churn", 900.0), target_of(firm, "repeat_purchases", 60.0, sd=5.0)])
    with pytest.raises(ScenarioError) as caught:
        calibrate(asked, tmp_path, workers=1)
    (fault,) = caught.value.faults
    assert "Customers lost, 900, is beyond what the firm gives anywhere" in fault.message
    assert (fault.file, fault.line) == ("client.csv", 2)


def test_what_was_stopped_goes_on_and_ends_the_same(firm: LoadedScenario, tmp_path: Path) -> None:
    asked = small(firm, [target_of(firm, "churn", 12.0), target_of(firm, "repeat_purchases", 60.0, sd=5.0)])
    whole = calibrate(asked, tmp_path / "whole", workers=1)

    def stop(done: int, _runs: int) -> None:
        if done == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calibrate(asked, tmp_path / "stopped", workers=1, progress=stop)
    seen: list[int] = []
    again = calibrate(asked, tmp_path / "stopped", workers=1, progress=lambda done, _runs: seen.append(done))
    assert seen[:2] == [20, 30]
    for one, other in zip(whole.waves, again.waves, strict=True):
        assert np.array_equal(one.figures, other.figures)
    assert np.array_equal(whole.fit.sample.draws, again.fit.sample.draws)


def test_too_few_runs_are_told_before_anything_runs(tmp_path: Path) -> None:
    data = tmp_path / "client.csv"
    data.write_text("metric,value,unit\nnps,20,points\ncsat,3.9,stars\n", encoding="utf-8")
    run = CliRunner().invoke(
        app, ["calibrate", str(SMALL), "--data", str(data), "--runs", "20", "--out", str(tmp_path / "out")]
    )
    assert run.exit_code == 2
    assert f"20 runs are too few for 2 parameters and 2 figures: {2 * fewest_runs(2, 2)} or more" in run.stderr


def test_the_template_is_written_once(tmp_path: Path) -> None:
    file = tmp_path / "client.csv"
    run = CliRunner().invoke(app, ["calibrate", str(SMALL), "--template", str(file)])
    assert run.exit_code == 0
    assert "\n# nps,,points,,,,\n" in file.read_text(encoding="utf-8")
    assert CliRunner().invoke(app, ["calibrate", str(SMALL), "--template", str(file)]).exit_code == 2


def test_data_must_be_named() -> None:
    run = CliRunner().invoke(app, ["calibrate", str(SMALL)])
    assert run.exit_code == 2
    assert "--data FILE is missing" in run.stderr


@pytest.mark.full
def test_known_parameters_are_recovered(firm: LoadedScenario, tmp_path: Path) -> None:
    """Intervals of a made-up firm's parameters are narrower than the range and hold the truth, all but at most one of four."""
    asked, truth = made_up(firm, 1)
    found = calibrate(asked, tmp_path, workers=1)
    low, high = np.quantile(found.fit.sample.draws, [0.025, 0.975], axis=0)
    assert ((low <= truth) & (truth <= high)).sum() >= len(truth) - 1
    assert (identified(found)["width_left"] < 0.8).sum() >= 3
    assert converged(found).settled
    assert len(held_out(found)) == len(asked.targets)


@pytest.mark.full
def test_from_data_to_arms_over_the_ensemble(tmp_path: Path) -> None:
    """The two commands, one after the other; the overlay is a scenario, and the ensemble is pooled."""
    data, out, compared = tmp_path / "client.csv", tmp_path / "fit", tmp_path / "compared"
    rows = [f"churn,{value},% a month,{month},,.8," for month, value in enumerate((4.1, 4.6, 3.9, 4.4), 1)]
    data.write_text(
        "\n".join(
            [
                "metric,value,unit,month,n,tolerance,where",
                'repeat_purchases,70,"per 1,000 customers a week",,,6,',
                *rows,
            ]
        ),
        encoding="utf-8",
    )
    size = ["--population", "300", "--workers", "1", "--quiet"]
    run = CliRunner().invoke(
        app, ["calibrate", str(SMALL), "--data", str(data), "--runs", "60", "--draws", "6", "--out", str(out), *size]
    )
    assert run.exit_code == 0, run.stderr
    assert {"calibrated.yaml", "ensemble.csv", "fit.csv", "identified.csv", "held_out.csv", "charts"} <= {
        each.name for each in out.iterdir()
    }
    assert list(load(out / "calibrated.yaml").arms) == ["siloed", "shared"]
    assert not list(tmp_path.glob("*.runs"))
    run = CliRunner().invoke(
        app, ["ensemble", str(out), "--weeks", "12", "--replications", "2", "--out", str(compared), *size]
    )
    assert run.exit_code == 0, run.stderr
    table = pd.read_csv(compared / "compared.csv")
    assert list(table["draws"]) == [6, 6]
    assert (table["low"] <= table["difference"]).all()
    assert "“Shared”" in run.stdout


@pytest.mark.long
def test_intervals_hold_the_truth_nearly_as_often_as_they_say(firm: LoadedScenario) -> None:
    """50 made-up firms: the coverage that the experiment states comes out again, and 95 % cannot be ruled out."""
    tables = coverage_study(firm, replications=50, workers=2)
    found = tables["coverage"].set_index(["method", "parameter", "level"])
    stated = pd.read_csv(SMALL.with_name("coverage.csv")).set_index(["method", "parameter", "level"])
    assert found["held"].tolist() == pytest.approx(stated["held"].tolist(), abs=2)
    assert found.loc[("emulator", "all", 0.95), "coverage_high"] >= 0.95

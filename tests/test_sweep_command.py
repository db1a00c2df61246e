"""`silosim sweep`: what it says first, what it leaves, how it goes on, and how it fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_runner import fake_arms
from sweep_files import failing_at_half, shop_sweep, written
from test_sweeping import interrupted_at_point_2
from typer.testing import CliRunner

from simulation.cli import app
from simulation.laboratory.sweep import dataset
from simulation.laboratory.sweep.plan import Plan

if TYPE_CHECKING:
    from typer.testing import Result

    from simulation.analysis.parallel import Runner


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with a sweep `weights.yaml`; runs are made up."""
    monkeypatch.chdir(tmp_path)
    use(fake_arms, monkeypatch)
    monkeypatch.setattr("simulation.cli.sweeping.warm_up", lambda **_options: True)
    monkeypatch.setattr("simulation.model.cache.warm_up", lambda: None)
    written(tmp_path, "weights")
    return tmp_path / "results" / "weights"


def use(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.analysis.run.run_arms", runner)


def silosim(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), prog_name="silosim")


def sweep_here(*words: str) -> Result:
    return silosim("sweep", "weights.yaml", "--workers", "1", *words)


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if entry.name != ".lock")


def test_it_says_first_what_it_will_take_then_leaves_a_folder_and_a_table(here: Path) -> None:
    result = sweep_here()
    assert result.exit_code == 0, result.output
    said = result.stderr.splitlines()
    assert said[0] == "Shared weight in a shop: full_factorial, 6 points x 2 replications x 2 arms = 24 runs"
    assert said[1].startswith("About 1 s with 1 worker (")
    assert said[-1] == f"Results are in {Path('results') / 'weights'}"
    assert entries(here) == ["plan.json", "points.csv", "runs"]
    assert "Loyalty [0-100]" in result.stdout
    assert "exactly the same" in result.stdout  # where the weight is zero
    assert "Interrupted" not in result.output


def test_many_arms_stand_below_each_other(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    across = sweep_here("--no-charts").stdout
    monkeypatch.setattr("simulation.views.laboratory.sweep_table.SIDE_BY_SIDE", 1)
    down = sweep_here("--no-charts").stdout
    plan = Plan.from_json(json.loads((here / "plan.json").read_text(encoding="utf-8")))
    for title in (plan.arm_titles[arm] for arm in plan.arms):
        assert down.count(f" {title} ") >= 6  # at each point of each outcome
    assert across.count("exactly the same") == down.count("exactly the same") > 0


def test_quiet_prints_the_table_alone(here: Path) -> None:
    assert sweep_here("--quiet", "--out", "a").stderr == ""
    assert sweep_here("--quiet", "--out", "b").stdout == sweep_here("--out", "c").stdout


def test_estimate_writes_nothing(here: Path) -> None:
    result = sweep_here("--estimate", "--quiet")
    assert result.exit_code == 0, result.output
    assert "24 runs" in result.stderr
    assert "of disk" in result.stderr
    assert not here.exists()


def test_options_reach_the_plan(here: Path) -> None:
    result = sweep_here(
        "--replications", "1", "--seed", "5", "--weeks", "9", "--population", "50", "--levers", "--weekly"
    )
    assert result.exit_code == 0, result.output
    plan = dataset.plan_of(here)
    horizon = {"weeks": 9, "burn_in": 8, "population": 50, "replications": 1, "seed": 5}
    assert plan["scenario"]["horizon"] == horizon
    assert (plan["replications"], plan["seed"]) == (1, 5)
    assert "lever.sales.hurry" in dataset.read(here)
    assert len(dataset.read_weekly(here)) == 6 * 1 * 2 * 9


def test_ctrl_c_keeps_what_is_finished_and_the_same_command_goes_on(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(interrupted_at_point_2, monkeypatch)
    result = sweep_here("--quiet")
    assert result.exit_code == 130
    assert "Interrupted: 2 of 12 tasks are kept" in result.stderr
    status = silosim("sweep", "weights.yaml", "--status")
    assert "2 of 12 tasks finished (17 %), 0 of them failed" in status.stdout
    use(fake_arms, monkeypatch)
    result = sweep_here()
    assert result.exit_code == 0, result.output
    assert "2 of 12 tasks are finished already." in result.stderr
    assert len(dataset.read(here)) == 24


def test_another_plan_is_refused(here: Path) -> None:
    assert sweep_here().exit_code == 0
    result = sweep_here("--replications", "1")
    assert result.exit_code == 2
    assert "replications: 2 there, 1 here" in result.stderr
    assert "--overwrite" in result.stderr
    assert sweep_here("--replications", "1", "--overwrite").exit_code == 0
    assert len(dataset.read(here)) == 12


def test_failed_runs_are_counted_and_the_first_is_told(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(failing_at_half, monkeypatch)
    result = sweep_here()
    assert result.exit_code == 0, result.output
    assert "1 of the tasks tried failed" in result.stderr
    assert "8 of 24 runs failed, the first (run 8): ValueError: planted fault, in two lines" in result.stderr
    assert len(dataset.read(here)) == 24


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sweep", "nothing.yaml"], "nothing.yaml: there is no such file"),
        (["sweep", "shop.yaml"], "shop.yaml"),
        (["sweep", "empty.yaml"], "empty.yaml: is empty: a sweep file"),
        (["sweep", "weights.yaml", "--status"], "is no folder of a sweep (no plan.json)"),
        (["sweep", "weights.yaml", "--dask", "tcp://127.0.0.1:9", "--quiet"], "no Dask scheduler answers there"),
    ],
)
def test_bad_input_is_told_without_a_traceback(
    here: Path, words: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulation.laboratory.sweep.executing._CONNECT", 0.2)
    Path("empty.yaml").touch()
    result = silosim(*words)
    assert result.exit_code == 2, result.output
    assert said in result.stderr.replace("\n", " ")
    assert "Traceback" not in result.output


def test_without_intervals_the_table_speaks_of_none(here: Path) -> None:
    said = sweep_here("--replications", "1", "--no-charts").stdout
    assert "From 1 replication, so without intervals" in said
    assert "In brackets" not in said


def test_a_sweep_over_one_factor_leaves_a_chart(here: Path) -> None:
    path = Path("one.yaml")
    factors = {"weight": shop_sweep()["factors"]["weight"]}
    path.write_text(json.dumps(shop_sweep(factors=factors)), encoding="utf-8")
    result = silosim("sweep", "one.yaml", "--workers", "1", "--replications", "4")
    assert result.exit_code == 0, result.output
    assert entries(here.parent / "one" / "charts") == ["sweep_weight.png"]


def test_one_factor_at_a_time_is_told_factor_by_factor(here: Path) -> None:
    path = Path("each.yaml")
    factors = shop_sweep()["factors"] | {"regime": {"path": "information.regime", "choices": ["siloed", "pooled"]}}
    path.write_text(json.dumps(shop_sweep(factors=factors, design={"kind": "one_at_a_time"})), encoding="utf-8")
    result = silosim("sweep", "each.yaml", "--workers", "1")
    assert result.exit_code == 0, result.output
    names = ["sweep_rate.png", "sweep_regime.png", "sweep_weight.png"]
    assert entries(here.parent / "each" / "charts") == names
    assert result.stdout.count("Loyalty [0-100]") == 3


def test_a_drawn_design_is_told_over_its_points(here: Path) -> None:
    path = Path("drawn.yaml")
    path.write_text(json.dumps(shop_sweep(design={"kind": "sobol", "samples": 4}, replications=1)), encoding="utf-8")
    result = silosim("sweep", "drawn.yaml", "--workers", "1")
    assert result.exit_code == 0, result.output
    assert "Over 16 design points" in result.stdout
    assert "% of points" in result.stdout
    assert not (here.parent / "drawn" / "charts").exists()


@pytest.mark.full
def test_two_workers_and_one_make_the_same_table_of_real_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "weights", population=60, weeks=8)
    for workers in ("1", "2"):
        result = silosim("sweep", "weights.yaml", "--workers", workers, "--out", workers, "--quiet")
        assert result.exit_code == 0, result.output
    one, two = (sorted((tmp_path / workers / "runs").iterdir()) for workers in ("1", "2"))
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in two]
    assert (dataset.read(tmp_path / "1")["status"] == "done").all()

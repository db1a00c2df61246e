"""Sweeps from file to folder: one row per run, shared luck, failures recorded, resumed, and refused where plans differ."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from fake_runner import fake_arms, interrupted_at_3
from sweep_files import failing_at_half, shop_sweep, written

from simulation.analysis.comparison import compare
from simulation.analysis.folder import FolderRefused
from simulation.analysis.intervals import mean_interval
from simulation.laboratory.sweep import dataset
from simulation.laboratory.sweep.estimate import estimate
from simulation.laboratory.sweep.outcomes import by_level, over_points
from simulation.laboratory.sweep.parts import RUN_COLUMNS
from simulation.laboratory.sweep.sweeping import OtherPlan, plan_in, plan_sweep, sweep
from simulation.laboratory.sweep.work import Work, seed_of

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.laboratory.sweep.plan import Plan


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return plan_sweep(written(tmp_path))


def swept(plan: Plan, folder: Path, **options: Any) -> pd.DataFrame:
    sweep(plan, folder, **{"workers": 1, "runner": fake_arms, **options})
    return dataset.read(folder)


def test_one_row_per_run_in_the_order_that_their_numbers_say(plan: Plan, tmp_path: Path) -> None:
    runs = swept(plan, tmp_path / "out")
    assert len(runs) == plan.runs == 6 * 2 * 2
    numbers = [(p, r, a) for p in range(6) for r in range(2) for a in ("own", "half")]
    assert list(zip(runs["point"], runs["replication"], runs["arm"], strict=True)) == numbers
    assert runs["run"].tolist() == list(range(24))
    assert list(runs.columns) == [*RUN_COLUMNS, "factor.weight", "factor.rate", *plan.metrics]
    assert (runs["status"] == "done").all()
    assert runs["error"].isna().all()
    assert [tuple(point) for point in runs.loc[::4, ["factor.weight", "factor.rate"]].to_numpy()] == list(plan.points)
    assert (runs["seed"] == 7).all()


def test_a_row_holds_what_a_comparison_of_that_scenario_says(plan: Plan, tmp_path: Path) -> None:
    runs = swept(plan, tmp_path / "out")
    point = 3  # weight 0.5, as in the scenario's own arm; rate 0.5
    given = {**plan.scenario, "market": json.loads(json.dumps(plan.scenario["market"]))}
    given["market"]["segments"]["everyone"]["purchase_rate"] = 0.5
    told = compare(given, arms=plan.arms, replications=2, workers=1, runner=fake_arms).summary
    for metric in plan.metrics:
        for arm in plan.arms:
            values = runs[(runs["point"] == point) & (runs["arm"] == arm)][metric]
            row = told[(told["metric"] == metric) & (told["arm"] == arm)].iloc[0]
            assert values.mean() == pytest.approx(row["mean"], rel=1e-12), metric
            if arm == "half":
                first = runs[(runs["point"] == point) & (runs["arm"] == "own")][metric]
                gap = mean_interval(values.to_numpy() - first.to_numpy())
                assert gap.low == pytest.approx(row["difference_low"], rel=1e-9)


def test_with_shared_luck_an_arm_that_no_factor_touches_is_the_same_at_every_point(tmp_path: Path) -> None:
    factors = {"weight": shop_sweep()["factors"]["weight"]}
    runs = swept(plan_sweep(written(tmp_path, factors=factors)), tmp_path / "out")
    own = runs[runs["arm"] == "own"].set_index(["point", "replication"]).drop(columns=["run", "factor.weight"])
    for point in (1, 2):
        pd.testing.assert_frame_equal(own.loc[0], own.loc[point])
    half = runs[runs["arm"] == "half"].groupby("point")["loyalty"].mean()
    assert half.is_monotonic_increasing


def test_with_own_luck_every_point_has_its_own_seed(tmp_path: Path) -> None:
    factors = {"weight": shop_sweep()["factors"]["weight"]}
    plan = plan_sweep(written(tmp_path, factors=factors, luck="own"))
    runs = swept(plan, tmp_path / "out")
    seeds = runs.groupby("point")["seed"].unique()
    assert [len(each) for each in seeds] == [1, 1, 1]
    assert len({int(each[0]) for each in seeds} | {plan.seed}) == 4
    own = runs[runs["arm"] == "own"]
    assert own["loyalty"].is_unique
    # Within a point all arms still share their luck: at weight 0 they are the same.
    first = runs[runs["point"] == 0].pivot_table(index="replication", columns="arm", values="loyalty")
    assert (first["own"] == first["half"]).all()


def test_seeds_of_own_luck_are_fixed_for_good(tmp_path: Path) -> None:
    plan = plan_sweep(written(tmp_path, luck="own"))
    assert [seed_of(plan, point) for point in (0, 1, 2)] == [
        5992326573370820288,
        3892821217142328453,
        9114099970708553778,
    ]
    many = {seed_of(plan, point) for point in range(2000)}
    assert len(many) == 2000
    assert all(0 <= seed < 2**63 for seed in many)


def test_a_failing_point_is_recorded_and_stops_nothing(plan: Plan, tmp_path: Path) -> None:
    runs = swept(plan, tmp_path / "out", runner=failing_at_half)
    failed = runs[runs["factor.weight"] == 0.5]
    assert (failed["status"] == "failed").all()
    assert set(failed["error"]) == {"ValueError: planted fault, in two lines"}
    assert failed[list(plan.metrics)].isna().all(axis=None)
    others = runs[runs["factor.weight"] != 0.5]
    assert (others["status"] == "done").all()
    assert others["loyalty"].notna().all()
    points = pd.read_csv(tmp_path / "out" / "points.csv")
    assert set(points.loc[points["factor.weight"] == 0.5, "failed"]) == {2}
    assert points.loc[points["factor.weight"] == 0.5, "mean"].isna().all()
    assert dataset.status(tmp_path / "out", tasks=plan.tasks, batch=plan.batch).failed == 4


def test_an_invalid_point_that_nobody_saw_before_is_a_failed_run(plan: Plan) -> None:
    from dataclasses import replace

    rows = Work(plan=replace(plan, points=((2.0, 0.1),)), runner=fake_arms)(0).rows
    assert [row["status"] for row in rows] == ["failed", "failed"]
    assert rows[0]["error"].startswith("ScenarioError: incentives.shared_weight: 2.0 is not allowed (arm half)")


def test_memory_that_runs_out_says_nothing_about_a_run(plan: Plan) -> None:
    def greedy(*_args: Any, **_options: Any) -> Any:
        raise MemoryError

    with pytest.raises(MemoryError):
        Work(plan=plan, runner=greedy)(0)


def test_the_work_can_be_sent(plan: Plan) -> None:
    work = Work(plan=plan, runner=fake_arms)
    there = pickle.loads(pickle.dumps(work))
    for mine, its in zip(work(5).rows, there(5).rows, strict=True):
        np.testing.assert_equal(mine, its)


def test_a_stopped_sweep_goes_on_and_ends_as_if_never_stopped(plan: Plan, tmp_path: Path) -> None:
    whole = swept(plan, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        sweep(plan, tmp_path / "out", workers=1, runner=interrupted_at_point_2)
    assert 0 < len(dataset.read(tmp_path / "out")) < plan.runs
    seen: list[tuple[int, int]] = []
    runs = swept(plan, tmp_path / "out", progress=lambda done, tasks: seen.append((done, tasks)))
    assert seen[0] == (2, 12)
    pd.testing.assert_frame_equal(runs, whole)
    for name in ("points.csv", "plan.json"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def interrupted_at_point_2(arms: Any, *, replication: int, **options: Any) -> Any:
    if arms["own"].market.segments["everyone"].purchase_rate == 0.5:
        return interrupted_at_3(arms, replication=3, **options)
    return fake_arms(arms, replication=replication, **options)


def test_another_plan_is_refused_with_what_differs(plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    before = swept(plan, out)
    other = plan_sweep(written(tmp_path), replications=1)
    with pytest.raises(OtherPlan, match="replications: 2 there, 1 here"):
        swept(other, out)
    pd.testing.assert_frame_equal(dataset.read(out), before)
    assert len(swept(other, out, overwrite=True)) == other.runs
    assert plan_in(out).replications == 1


def test_other_words_go_on_and_are_written(plan: Plan, tmp_path: Path) -> None:
    swept(plan, tmp_path / "out")
    swept(plan_sweep(written(tmp_path, title="Other words", outcomes=["nps"])), tmp_path / "out")
    assert plan_in(tmp_path / "out").title == "Other words"
    assert set(pd.read_csv(tmp_path / "out" / "points.csv")["outcome"]) == {"nps"}


def test_a_folder_of_something_else_is_refused_and_left_alone(plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "letter.txt").write_text("Dear", encoding="utf-8")
    for overwrite in (False, True):
        with pytest.raises(FolderRefused, match=r"no folder of a sweep"):
            swept(plan, out, overwrite=overwrite)
    (out / "plan.json").write_text(json.dumps(plan.to_json()), encoding="utf-8")
    with pytest.raises(FolderRefused, match=r"letter\.txt"):
        swept(plan, out, overwrite=True)
    (out / "plan.json").write_text("{}", encoding="utf-8")
    with pytest.raises(FolderRefused, match="damaged"):
        swept(plan, out)
    assert (out / "letter.txt").read_text(encoding="utf-8") == "Dear"


def test_a_sweep_that_was_killed_before_its_plan_was_written_begins(plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "runs").mkdir(parents=True)
    (out / ".lock").touch()
    (out / ".plan.unfinished").write_text("{", encoding="utf-8")
    assert len(swept(plan, out)) == plan.runs


def test_weekly_tables_and_levers_on_request(tmp_path: Path) -> None:
    plan = plan_sweep(written(tmp_path), weekly=True, levers=True, replications=1)
    assert "lever.sales.hurry" in plan.metrics
    runs = swept(plan, tmp_path / "out")
    weekly = dataset.read_weekly(tmp_path / "out")
    assert len(weekly) == plan.runs * 60
    means = weekly[weekly["week"] >= 60 - 52].groupby("run")[["loyalty", "lever.sales.hurry", "bonus.sales"]].mean()
    pd.testing.assert_frame_equal(means, runs.set_index("run")[means.columns], rtol=1e-12)


def test_levels_are_summed_over_their_points_replication_by_replication(plan: Plan, tmp_path: Path) -> None:
    runs = swept(plan, tmp_path / "out")
    told = by_level(plan, runs, "weight")
    row = told[(told["outcome"] == "loyalty") & (told["arm"] == "half") & (told["level"] == 1.0)].iloc[0]
    some = runs[runs["factor.weight"] == 1.0].pivot_table(index="replication", columns="arm", values="loyalty")
    gap = mean_interval((some["half"] - some["own"]).to_numpy())
    assert (row["n"], row["difference"]) == (2, pytest.approx(gap.mean))
    assert (row["difference_low"], row["difference_high"]) == (pytest.approx(gap.low), pytest.approx(gap.high))
    wide = over_points(plan, runs)
    higher = wide[(wide["outcome"] == "loyalty") & (wide["arm"] == "half")]["higher"].item()
    assert higher == pytest.approx(4 / 6)  # all but those of weight 0, where the arms are the same


def test_an_estimate_reckons_with_what_is_left(plan: Plan, tmp_path: Path) -> None:
    work = Work(plan=plan, runner=fake_arms)
    found = estimate(plan, tmp_path / "none" / "yet", workers=1, done=5, work=work)
    assert (found.tasks, found.runs, found.failed) == (7, 14, 0)
    assert found.seconds == pytest.approx(7 * found.seconds_a_task)
    size = sum(
        file.stat().st_size for file in (sweep(plan, tmp_path / "out", workers=1, runner=fake_arms)).glob("runs/*")
    )
    assert size < estimate(plan, tmp_path, workers=1, work=work).disk < 10 * size
    failing = estimate(plan, tmp_path, workers=1, work=Work(plan=plan, runner=failing_at_half))
    assert (failing.failed, failing.error) == (1, "ValueError: planted fault, in two lines")


def test_columns_are_explained_in_the_files(plan: Plan, tmp_path: Path) -> None:
    from pyarrow import parquet

    swept(plan, tmp_path / "out")
    schema = parquet.read_schema(next((tmp_path / "out" / "runs").glob("*.parquet")))
    for field in schema:
        assert field.metadata is not None, field.name
        assert field.metadata[b"meaning"], field.name

"""Sweep files: what they mean, and every fault in them at once, with its line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from small_firm import line_of
from sweep_files import shop_sweep, written

from simulation.laboratory.sweep.paths import resolved, value_at
from simulation.laboratory.sweep.planning import plan_sweep
from simulation.scenario.faults import Fault, ScenarioError
from simulation.scenario.loading import load

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.laboratory.sweep.plan import Plan

RATE = "market.segments.everyone.purchase_rate"


def faults_of(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(ScenarioError) as caught:
        plan_sweep(path)
    return caught.value.faults


def only_fault(tmp_path: Path, **changes: Any) -> Fault:
    (fault,) = faults_of(written(tmp_path, **changes))
    return fault


def at(plan: Plan, point: int, arm: str, path: str) -> Any:
    data = plan.scenarios_at(plan.points[point])[arm].model_dump()
    keys = resolved(path, data)
    assert keys is not None
    return value_at(data, keys)


def test_a_factor_is_set_in_its_arms_and_overrides_them(tmp_path: Path) -> None:
    plan = plan_sweep(written(tmp_path))
    assert [at(plan, n, "half", "incentives.shared_weight") for n in (0, 2, 4)] == [0.0, 0.5, 1.0]
    assert [at(plan, n, "own", "incentives.shared_weight") for n in (0, 2, 4)] == [0.0, 0.0, 0.0]
    assert [at(plan, n, arm, RATE) for n in (0, 1) for arm in ("own", "half")] == [0.1, 0.1, 0.5, 0.5]
    assert at(plan, 0, "half", "incentives.shared_metrics.spending") == 1.0  # what else the arm changes stays


def test_paths_move_together_and_a_whole_number_is_rounded(tmp_path: Path) -> None:
    factors = {
        "both": {"path": ["departments.sales.bonus", "departments.service.bonus"], "levels": [1, 2]},
        "review": {"path": "learning.review_weeks", "low": 2, "high": 5},
    }
    plan = plan_sweep(written(tmp_path, factors=factors, design={"kind": "full_factorial", "levels": 3}))
    assert plan.points[0] == (1.0, 2.0)
    assert {point[1] for point in plan.points} == {2.0, 4.0, 5.0}  # 3.5 is rounded, half to even
    assert [at(plan, 3, "own", f"departments.{name}.bonus") for name in ("sales", "service")] == [2.0, 2.0]
    assert at(plan, 1, "own", "learning.review_weeks") == 4


def test_choices_and_fragments(tmp_path: Path) -> None:
    (tmp_path / "as_is.yaml").write_text("{}", encoding="utf-8")
    (tmp_path / "dear.yaml").write_text("market: {offers: {tea: {price: 12.0}}}", encoding="utf-8")
    factors = {
        "regime": {"path": "information.regime", "choices": ["siloed", "pooled"]},
        "frozen": {"path": "levers.frozen", "choices": [False, True]},
        "price": {"files": ["as_is.yaml", "dear.yaml"]},
    }
    plan = plan_sweep(written(tmp_path, factors=factors))
    assert plan.points[1] == ("siloed", "false", "dear")
    assert [at(plan, n, "own", "market.offers.tea.price") for n in (0, 1)] == [10.0, 12.0]
    assert at(plan, 2, "own", "levers.frozen") is True
    assert at(plan, 4, "own", "information.regime") == "pooled"


def test_a_factor_with_a_path_counts_over_a_fragment(tmp_path: Path) -> None:
    (tmp_path / "dear.yaml").write_text("market: {offers: {tea: {price: 12.0}}}", encoding="utf-8")
    price = {"path": "market.offers.tea.price", "levels": [20.0]}
    plan = plan_sweep(written(tmp_path, factors={"price": price, "firm": {"files": ["dear.yaml"]}}))
    assert at(plan, 0, "own", "market.offers.tea.price") == 20.0


def test_changes_count_in_every_arm_and_the_horizon_can_be_asked_for(tmp_path: Path) -> None:
    shared = {"incentives": {"shared_weight": 0.3, "shared_metrics": {"spending": 2.0}}}
    path = written(tmp_path, changes=shared, population=120, weeks=30)
    plan = plan_sweep(path, weeks=20, replications=3, seed=5)
    assert at(plan, 0, "own", "incentives.shared_weight") == 0.3
    assert at(plan, 0, "half", "incentives.shared_metrics.spending") == 2.0  # the arm says 1
    horizon = plan.scenarios_at(plan.points[0])["half"].horizon
    assert (horizon.population, horizon.weeks) == (120, 20)
    assert (plan.replications, plan.seed, plan.tasks, plan.runs) == (3, 5, 18, 36)


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("levers.hold.sales.hurry", ("levers", "hold", "sales.hurry")),
        ("levers.hold.*.hurry", ("levers", "hold", "*.hurry")),
        ("journey.door.trigger.weekly", ("journey", "door", "trigger", "weekly")),
        ("journey.door.trigger.stages.1", ("journey", "door", "trigger", "stages", 1)),
        ("journey.door.trigger.stages.7", None),
        ("incentives.shared_weight_by_department.sales", ("incentives", "shared_weight_by_department", "sales")),
        ("departments.slaes.bonus", None),
        ("people", ("people",)),
        ("people.nothing", None),
    ],
)
def test_paths(tmp_path: Path, path: str, keys: tuple[str | int, ...] | None) -> None:
    written(tmp_path)
    assert resolved(path, load(tmp_path / "shop.yaml").scenario.model_dump()) == keys


def test_every_fault_at_once_with_its_line(tmp_path: Path) -> None:
    factors = {
        "weight": {"path": "incentive.shared_wieght", "levels": [0, 0.5, 0.5]},
        "rate": {"path": RATE, "low": 0.5, "high": 0.1},
        "again": {"path": RATE, "levels": [0.1], "arms": ["haf"]},
        "rule": {"path": "learning.rule", "low": 0, "high": 1},
        "seed": {"path": "horizon.seed", "levels": [1]},
        "weeks": {"path": "learning.review_weeks", "levels": [1.5]},
        "market": {"path": "market.segments", "choices": ["a"]},
        "file": {"files": ["nothing.yaml"]},
    }
    design = {"kind": "sobol", "samples": 100, "points": 4}
    path = written(tmp_path, factors=factors, design=design, arms=["own", "halv"], changes={"horizon": {"weeks": -1}})
    text = path.read_text(encoding="utf-8")
    found = {fault.key: fault for fault in faults_of(path)}
    told = {
        "arms.1": "half",
        "design.samples": "128",
        "design.points": None,
        "factors.weight.path": "incentives.shared_weight",
        "factors.weight.levels.2": None,
        "factors.rate.high": None,
        "factors.again.arms.0": None,
        "factors.rule.path": None,
        "factors.seed.path": None,
        "factors.weeks.levels.0": None,
        "factors.market.path": None,
        "factors.file.files.0": None,
        "changes.horizon.weeks": None,
    }
    assert {key: fault.nearest for key, fault in found.items()} == told
    assert found["factors.rate.high"].line == line_of(text, '"high": 0.1')
    assert found["arms.1"].line == line_of(text, '"halv"')
    assert all(fault.file == str(path) for fault in found.values())


@pytest.mark.parametrize(
    ("changes", "key", "said", "hint"),
    [
        ({"replication": 3}, "replication", "unknown key", "replications"),
        ({"luck": "shard"}, "luck", "'shard' is not allowed", "shared"),
        ({"design": {"kind": "morris"}}, "design.trajectories", "is missing", None),
        ({"design": {"kind": "morris", "trajectories": 2, "levels": 3}}, "design.levels", "3 is not allowed", "4"),
        ({"factors": {"Rate": {"path": RATE, "levels": [0.1]}}}, "factors.Rate", "not allowed as a key", None),
        ({"factors": {"rate": {"path": RATE}}}, "factors.rate", "gives no values", None),
        ({"factors": {"rate": {"path": RATE, "low": 0.1, "high": 0.2, "levels": [0.1]}}}, "factors.rate", "gives low", None),
        ({"factors": {"rate": {"path": RATE, "low": 0, "high": 0.2, "scale": "log"}}}, "factors.rate.low", "0", None),
        ({"factors": {"rate": {"levels": [0.1]}}}, "factors.rate.path", "is missing", None),
        ({"factors": {"arm": {"path": "arms.own.title", "choices": ["a"]}}}, "factors.arm.path", "not for a factor", None),
        ({"arm_titles": {"halv": "Some shared"}}, "arm_titles.halv", "is not an arm", "half"),
        ({"arms": ["half", "half"]}, "arms.1", "named twice", None),
        ({"scenario": "shopp"}, "scenario", "there is no such file", None),
        ({"outcomes": ["loyalty", "profits"]}, "outcomes.1", "is not measured", "profit"),
        ({"changes": {"arms": {}}}, "changes.arms", "not for a sweep", None),
    ],
)  # fmt: skip
def test_single_faults(tmp_path: Path, changes: dict[str, Any], key: str, said: str, hint: str | None) -> None:
    fault = only_fault(tmp_path, **changes)
    assert (fault.key, fault.nearest) == (key, hint)
    assert said in fault.message
    assert fault.line is not None


def test_two_factors_must_not_set_one_value_in_one_arm(tmp_path: Path) -> None:
    one = {"path": RATE, "levels": [0.1]}
    assert "sets what factor `one` sets" in only_fault(tmp_path, factors={"one": one, "two": one}).message
    apart = {"one": {**one, "arms": ["own"]}, "two": {**one, "arms": ["half"]}}
    assert plan_sweep(written(tmp_path, factors=apart)).points == ((0.1, 0.1),)


def test_an_invalid_point_is_found_before_the_sweep_at_the_factor_that_makes_it(tmp_path: Path) -> None:
    weight = {"path": "incentives.shared_weight", "levels": [0.5, 1.5], "arms": ["half"]}
    path = written(tmp_path, factors={"weight": weight})
    (fault,) = faults_of(path)
    assert (fault.key, fault.allowed) == ("factors.weight.levels.1", "a number from 0 to 1")
    assert fault.line == line_of(path.read_text(encoding="utf-8"), "1.5")


def test_an_invalid_combination_names_its_point(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, factors={"share": {"path": "market.segments.everyone.share", "levels": [1.0, 0.5]}})
    assert fault.key == "factors"
    assert "design point 1 (share = 0.5)" in fault.message
    assert "add up to 0.5" in fault.message


def test_arms_of_other_lengths_are_refused(tmp_path: Path) -> None:
    fault = only_fault(tmp_path, factors={"weeks": {"path": "horizon.weeks", "levels": [20], "arms": ["half"]}})
    assert "one horizon for all arms" in fault.allowed


def test_a_fault_inside_the_scenario_or_a_fragment_keeps_its_own_line(tmp_path: Path) -> None:
    (tmp_path / "worse.yaml").write_text("market: {}\nextends: baseline\n", encoding="utf-8")
    fault = only_fault(tmp_path, factors={"firm": {"files": ["worse.yaml"]}})
    assert (fault.file, fault.line) == (str(tmp_path / "worse.yaml"), 2)
    path = written(tmp_path)
    (tmp_path / "shop.yaml").write_text("title: A shop\nmarkt: 1\n", encoding="utf-8")
    assert {fault.file for fault in faults_of(path)} == {str(tmp_path / "shop.yaml")}


def test_a_mapping_is_a_sweep_too(tmp_path: Path) -> None:
    written(tmp_path)
    plan = plan_sweep(shop_sweep(scenario=str(tmp_path / "shop.yaml")))
    assert len(plan.points) == 6


def test_an_arm_may_have_another_title(tmp_path: Path) -> None:
    plan = plan_sweep(written(tmp_path, arm_titles={"half": "Some shared"}))
    assert plan.arm_titles == {"own": "Own KPI only", "half": "Some shared"}
    assert plan.differences(plan_sweep(written(tmp_path))) == []


def test_a_plan_survives_its_file(tmp_path: Path) -> None:
    from simulation.laboratory.sweep.plan import Plan

    design = {"kind": "morris", "trajectories": 2}
    factors = shop_sweep()["factors"] | {"regime": {"path": "information.regime", "choices": ["siloed", "pooled"]}}
    plan = plan_sweep(written(tmp_path, design=design, factors=factors))
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_words_make_no_other_plan_but_runs_do(tmp_path: Path) -> None:
    plan = plan_sweep(written(tmp_path))
    assert plan.differences(plan_sweep(written(tmp_path, title="Other words", outcomes=["nps"]))) == []
    other = plan_sweep(written(tmp_path), replications=4)
    assert "replications: 2 there, 4 here" in other.differences(plan)
    assert plan.hash != other.hash

"""Designs: the points that each makes, worked out by hand where that can be done, and always the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sweep_files import written

from simulation.laboratory.sweep.planning import plan_sweep
from simulation.scenario.faults import ScenarioError

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.laboratory.sweep.plan import Plan

RATE = {"path": "market.segments.everyone.purchase_rate", "low": 0.1, "high": 0.4}
FACTORS: dict[str, Any] = {
    "weight": {"path": "incentives.shared_weight", "levels": [0, 0.5, 1], "arms": ["half"]},
    "rate": RATE,
    "regime": {"path": "information.regime", "choices": ["siloed", "pooled"]},
}


def drawn(tmp_path: Path, design: dict[str, Any], **changes: Any) -> Plan:
    return plan_sweep(written(tmp_path, design=design, **{"factors": FACTORS, **changes}))


def test_full_factorial(tmp_path: Path) -> None:
    plan = drawn(tmp_path, {"kind": "full_factorial", "levels": 2})
    assert plan.points == tuple(
        (weight, rate, regime) for weight in (0.0, 0.5, 1.0) for rate in (0.1, 0.4) for regime in ("siloed", "pooled")
    )


def test_one_at_a_time_begins_at_what_the_scenario_has(tmp_path: Path) -> None:
    factors = FACTORS | {"rate": {**RATE, "base": 0.2}}
    plan = drawn(tmp_path, {"kind": "one_at_a_time", "levels": 4}, factors=factors)
    base = (0.5, 0.2, "siloed")
    assert plan.points == (
        base,
        (0.0, 0.2, "siloed"), (1.0, 0.2, "siloed"),
        (0.5, 0.1, "siloed"), (0.5, 0.3, "siloed"), (0.5, 0.4, "siloed"),
        (0.5, 0.2, "pooled"),
    )  # fmt: skip


def test_a_base_on_which_the_arms_differ_must_be_given(tmp_path: Path) -> None:
    weight = {"path": "incentives.shared_weight", "levels": [0, 1]}
    with pytest.raises(ScenarioError, match=r"has no one value in the scenario \(0.0, 0.5\).*base"):
        drawn(tmp_path, {"kind": "one_at_a_time"}, factors={"weight": weight})
    shared = {"incentives": {"shared_metrics": {"spending": 1.0}}}
    plan = drawn(tmp_path, {"kind": "one_at_a_time"}, factors={"weight": {**weight, "base": 0}}, changes=shared)
    assert plan.points == ((0.0,), (1.0,))


def test_a_latin_hypercube_meets_every_slice_once(tmp_path: Path) -> None:
    plan = drawn(tmp_path, {"kind": "latin_hypercube", "points": 12})
    rates = np.array([point[1] for point in plan.points], dtype=float)
    assert sorted(np.floor((rates - 0.1) / 0.3 * 12).astype(int)) == list(range(12))
    for at, each in ((0, 4), (2, 6)):  # 12 points over 3 levels, over 2 words
        values = [point[at] for point in plan.points]
        assert {values.count(value) for value in values} == {each}


@pytest.mark.parametrize(("second", "points"), [(False, 8 * (3 + 2)), (True, 8 * (2 * 3 + 2))])
def test_sobol(tmp_path: Path, second: bool, points: int) -> None:
    plan = drawn(tmp_path, {"kind": "sobol", "samples": 8, "second_order": second})
    assert len(plan.points) == points
    first, *rest = plan.points[: 3 + 2]
    moved = [sum(a != b for a, b in zip(first, point, strict=True)) for point in rest[:3]]
    assert all(count <= 1 for count in moved)  # Saltelli: one column of the other matrix at a time


def test_morris_moves_one_factor_at_a_time(tmp_path: Path) -> None:
    plan = drawn(tmp_path, {"kind": "morris", "trajectories": 5, "levels": 4})
    assert (len(plan.points), len(plan.shares)) == (5 * 4, 5 * 4)
    shares = np.array(plan.shares).reshape(5, 4, 3)
    steps = np.diff(shares, axis=1)
    assert ((np.abs(steps) > 1e-9).sum(axis=2) == 1).all()
    np.testing.assert_allclose(np.abs(steps).max(axis=2), 2 / 3)
    assert {point[1] for point in plan.points} <= {0.1, 0.2, 0.3, 0.4}


@pytest.mark.parametrize(
    "design",
    [
        {"kind": "latin_hypercube", "points": 8},
        {"kind": "sobol", "samples": 4},
        {"kind": "morris", "trajectories": 3},
    ],
    ids=lambda design: design["kind"],
)
def test_the_same_seed_draws_the_same_design(tmp_path: Path, design: dict[str, Any]) -> None:
    one = drawn(tmp_path, design).points
    assert drawn(tmp_path, {**design, "seed": 1}).points == one
    assert drawn(tmp_path, {**design, "seed": 2}).points != one


def test_a_log_scale_is_even_in_ratios(tmp_path: Path) -> None:
    rate = {**RATE, "low": 0.01, "high": 1.0, "scale": "log"}
    plan = drawn(tmp_path, {"kind": "full_factorial", "levels": 3}, factors={"rate": rate})
    assert plan.points == ((0.01,), (0.1,), (1.0,))


def test_a_design_too_large_is_refused_before_it_is_made(tmp_path: Path) -> None:
    paths = [RATE["path"], "departments.sales.bonus", "departments.service.bonus"]
    factors = {f"factor_{n}": {**RATE, "path": path} for n, path in enumerate(paths)}
    with pytest.raises(ScenarioError, match=r"design: the design has 1,000,000,000 points: at most 1,000,000"):
        drawn(tmp_path, {"kind": "full_factorial", "levels": 1000}, factors=factors)


def table(tmp_path: Path, text: str, **changes: Any) -> Plan:
    (tmp_path / "points.csv").write_text(text, encoding="utf-8")
    return drawn(tmp_path, {"kind": "table", "file": "points.csv"}, **changes)


def test_a_table_is_taken_row_by_row(tmp_path: Path) -> None:
    plan = table(tmp_path, "regime,weight,rate\npooled,0.5,0.25\n\nsiloed,1,0.1\n")
    assert plan.points == ((0.5, 0.25, "pooled"), (1.0, 0.1, "siloed"))


def test_in_a_table_a_factor_need_give_no_values(tmp_path: Path) -> None:
    factors = {"rate": {"path": RATE["path"]}, "frozen": {"path": "levers.frozen"}}
    plan = table(tmp_path, "rate,frozen\n0.3,true\n0.1,false\n", factors=factors)
    assert plan.factors[0].levels == (0.1, 0.3)
    assert plan.factors[1].options == {"true": True, "false": False}
    assert plan.scenarios_at(plan.points[0])["own"].levers.frozen is True


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("weight,rate\n0,0.2\n", 1, "no column for the factor `regime`"),
        ("weight,rate,regme,regime\n0,0.2,a,siloed\n", 1, "'regme' is no factor"),
        ("weight,rate,regime\n0,0.2,siloed\n0.3,0.2,siloed\n", 3, "'0.3' is not allowed"),
        ("weight,rate,regime\n0,0.9,siloed\n", 2, "a number from 0.1 to 0.4"),
        ("weight,rate,regime\n0,much,siloed\n", 2, "'much' is not allowed: a number"),
        ("weight,rate,regime\n0,0.2,poled\n", 2, "did you mean `pooled`"),
        ("weight,rate,regime\n0,0.2,siloed,5\n", 2, "has 4 cells"),
    ],
)
def test_faults_of_a_table_name_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        table(tmp_path, text)
    (fault,) = caught.value.faults
    assert fault.line == line
    assert said in str(fault)


@pytest.mark.parametrize("text", [None, "", "weight,rate,regime\n"])
def test_a_table_without_points(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "points.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"holds no points|there is no such file"):
        drawn(tmp_path, {"kind": "table", "file": "points.csv"})


def test_the_shipped_sweeps_are_valid() -> None:
    from pathlib import Path

    files = sorted((Path(__file__).parents[1] / "experiments").glob("*.yaml"))
    assert files
    for file in files:
        assert plan_sweep(file).tasks > 0


def test_a_missing_library_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulation.laboratory import extras
    from simulation.laboratory.sweep.designs import built
    from simulation.laboratory.sweep.sweep_file import DesignGiven

    def missing(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name.partition(".")[0])

    monkeypatch.setattr(extras.importlib, "import_module", missing)
    with pytest.raises(extras.ExtraMissing, match=r'needs the library SALib: pip install "silosim\[lab\]"'):
        built(DesignGiven(kind="sobol", samples=4), [], folder=tmp_path)

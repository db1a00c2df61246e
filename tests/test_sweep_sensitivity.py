"""Sensitivity against published answers: the Ishigami function, Sobol's g-function, a linear function."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample
from swept_tables import BASE, SHARED, ranges, synthetic, words

from simulation.laboratory.answers.sensitivity import sensitivity
from simulation.laboratory.answers.swept import Question, asked, noise_of
from simulation.scenario.faults import ScenarioError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from simulation.laboratory.answers.swept import Swept

GAIN = Question(outcome="loyalty", arm=SHARED, against=BASE)


def saltelli(count: int, samples: int, *, low: float, high: float, second_order: bool = False) -> NDArray[np.float64]:
    problem = {"num_vars": count, "names": [f"x{k}" for k in range(count)], "bounds": [[low, high]] * count}
    found: NDArray[np.float64] = sobol_sample.sample(problem, samples, calc_second_order=second_order, seed=3)
    return found


def ishigami(points: pd.DataFrame) -> NDArray[np.float64]:
    x1, x2, x3 = (points[name].to_numpy() for name in ("x1", "x2", "x3"))
    found: NDArray[np.float64] = np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)
    return found


ISHIGAMI = {
    ("first", "x1", ""): 0.3139, ("first", "x2", ""): 0.4424, ("first", "x3", ""): 0.0,
    ("total", "x1", ""): 0.5576, ("total", "x2", ""): 0.4424, ("total", "x3", ""): 0.2437,
    ("second", "x1", "x2"): 0.0, ("second", "x1", "x3"): 0.2437, ("second", "x2", "x3"): 0.0,
}  # fmt: skip
"""Analytical indices with a = 7, b = 0.1 (Ishigami & Homma 1990; Sobol' & Levitan 1999)."""


def ishigami_sweep(samples: int = 1024, *, second_order: bool = False, **more: Any) -> Swept:
    points = saltelli(3, samples, low=-math.pi, high=math.pi, second_order=second_order)
    factors = ranges(3, low=-math.pi, high=math.pi)
    return synthetic("sobol", factors, points, ishigami, settings={"second_order": second_order}, **more)


def test_indices_of_the_ishigami_function_lie_in_their_intervals() -> None:
    table = sensitivity(asked(ishigami_sweep(second_order=True), GAIN), resamples=200).table
    assert set(zip(table["index"], table["factor"], table["other"], strict=True)) == set(ISHIGAMI)
    for row in table.to_dict("records"):
        true = ISHIGAMI[row["index"], row["factor"], row["other"]]
        assert row["low"] - 0.005 <= true <= row["high"] + 0.005, row
        assert row["high"] - row["low"] < 0.5


def test_indices_of_the_g_function() -> None:
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0])
    sweep = synthetic(
        "sobol",
        ranges(5),
        saltelli(5, 1024, low=0.0, high=1.0),
        lambda points: np.prod((np.abs(4 * points.to_numpy() - 2) + a) / (1 + a), axis=1),
    )
    parts = 1 / (3 * (1 + a) ** 2)
    whole = np.prod(1 + parts) - 1
    true = {"first": parts / whole, "total": parts * np.prod(1 + parts) / (1 + parts) / whole}
    table = sensitivity(asked(sweep, GAIN), resamples=200).table
    for index, expected in true.items():
        rows = table[table["index"] == index]
        assert list(rows["factor"]) == [f"x{k}" for k in range(1, 6)]
        assert ((rows["low"] - 0.005 <= expected) & (expected <= rows["high"] + 0.005)).all()


def test_noise_lowers_first_and_raises_total_order_as_said() -> None:
    sweep = ishigami_sweep(replications=4, noise=4.0)
    question = asked(sweep, GAIN)
    found = sensitivity(question, resamples=50)
    share = (4.0**2 / 4) / question.means.var()
    assert found.noise.share == pytest.approx(share, rel=0.1)
    assert found.noise.deviation == pytest.approx(2.0, rel=0.05)
    total = found.table.set_index(["index", "factor"]).loc["total"]
    inert_alone = total.loc["x3"]
    assert inert_alone["value"] > 0.2437 + 0.1
    assert inert_alone["without_noise"] == pytest.approx(0.2437, abs=0.06)
    first = found.table.set_index(["index", "factor"]).loc["first"]
    assert first.loc["x2"]["without_noise"] == pytest.approx(0.4424, abs=0.06)
    assert first.loc["x2"]["value"] == pytest.approx(0.4424 * (1 - share), abs=0.06)


def test_luck_common_to_all_points_is_no_noise_between_them() -> None:
    generator = np.random.default_rng(5)
    values = generator.normal(0, 1, (200, 1)) + generator.normal(0, 50, (1, 6))
    assert noise_of(values, own_luck=False).deviation < 1e-9
    assert noise_of(values, own_luck=True).deviation == pytest.approx(values.std(axis=1, ddof=1).mean() / math.sqrt(6))
    assert math.isnan(noise_of(values[:, :1], own_luck=False).share)


def test_morris_of_a_linear_function_gives_its_slopes() -> None:
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[0, 2]] * 3}
    points = morris_sample.sample(problem, 10, num_levels=4, seed=3)
    sweep = synthetic(
        "morris",
        ranges(3, high=2.0),
        points,
        lambda x: (3 * x["x1"] - x["x2"]).to_numpy(),
        shares=points / 2,
        settings={"levels": 4},
    )
    table = sensitivity(asked(sweep, GAIN), resamples=20).table.set_index(["index", "factor"])["value"]
    assert table["mu"].to_numpy() == pytest.approx([6.0, -2.0, 0.0])  # slope x range
    assert table["mu_star"].to_numpy() == pytest.approx([6.0, 2.0, 0.0])
    assert table["sigma"].to_numpy() == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_morris_tells_a_product_from_a_sum_and_luck_has_a_floor() -> None:
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[0, 1]] * 3}
    points = morris_sample.sample(problem, 100, num_levels=4, seed=3)
    sweep = synthetic(
        "morris",
        ranges(3),
        points,
        lambda x: (10 * x["x1"] * x["x2"]).to_numpy(),
        shares=points,
        replications=2,
        noise=0.5,
    )
    found = sensitivity(asked(sweep, GAIN), resamples=50)
    table = found.table.set_index(["index", "factor"])
    assert table.loc[("sigma", "x1"), "low"] > 1.0
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    assert found.floor == pytest.approx(table.loc[("mu_star", "x3"), "value"], rel=0.2)


def test_one_at_a_time_gives_paired_changes_from_the_base() -> None:
    factors = (*ranges(2), words("rule", ("trial", "search")))
    points = [(0.5, 0.5, "trial"), (0.0, 0.5, "trial"), (1.0, 0.5, "trial"), (0.5, 1.0, "trial"), (0.5, 0.5, "search")]
    sweep = synthetic(
        "one_at_a_time",
        factors,
        points,
        lambda x: (4 * x["x1"] + (x["rule"] == "search")).to_numpy(),
        replications=5,
        common=3.0,
    )
    found = sensitivity(asked(sweep, GAIN))
    assert list(found.table["factor"]) == ["x1", "x1", "x2", "rule"]
    assert found.table["change"].to_numpy() == pytest.approx([-2.0, 2.0, 0.0, 1.0])
    assert found.table["high"].to_numpy() == pytest.approx([-2.0, 2.0, 0.0, 1.0])  # common luck cancels
    assert found.base is not None
    assert found.base.half_width > 1.0


def test_a_hole_in_the_design_is_refused_with_the_first_error() -> None:
    sweep = ishigami_sweep(16)
    sweep.runs.loc[20:22, ["status", "error", "loyalty"]] = ["failed", "boom", math.nan]
    with pytest.raises(ScenarioError, match=r"need the whole design; the first said: boom"):
        sensitivity(asked(sweep, GAIN))


def test_what_cannot_be_asked_is_refused_with_the_nearest_name() -> None:
    sweep = ishigami_sweep(2)
    with pytest.raises(ScenarioError) as caught:
        asked(sweep, Question(outcome="loyality", arm="shared_and_poled", against=BASE))
    assert [fault.nearest for fault in caught.value.faults] == ["loyalty", SHARED]
    with pytest.raises(ScenarioError, match="compared with itself"):
        asked(sweep, Question(outcome="loyalty", against=BASE))
    with pytest.raises(ScenarioError, match="the same at every design point"):
        sensitivity(asked(sweep, Question(outcome="loyalty", arm=BASE)))
    with pytest.raises(ScenarioError, match="no sensitivity method"):
        sensitivity(asked(synthetic("latin_hypercube", ranges(1), [[0.1], [0.2]], lambda x: x["x1"].to_numpy()), GAIN))

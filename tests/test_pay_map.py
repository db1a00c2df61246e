"""The map of where it pays: what wins, loses and cannot be told, where it turns, how many replications it takes."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from swept_tables import BASE, SHARED, ranges, synthetic, words

from simulation.laboratory.answers.paying import LOSES, UNTOLD, WINS, pay_map, replications_to_tell
from simulation.laboratory.answers.swept import Question, asked
from simulation.laboratory.sweep.factors import Factor
from simulation.scenario.faults import ScenarioError
from simulation.views.laboratory.pay_map_chart import pay_map_sentences

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

GAIN = Question(outcome="loyalty", arm=SHARED, against=BASE)
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
GRID = list(itertools.product(LEVELS, LEVELS))


def slope(points: pd.DataFrame) -> NDArray[np.float64]:
    found: NDArray[np.float64] = (points["x1"] - 0.6).to_numpy()
    return found


def test_it_wins_and_loses_where_it_does_and_turns_between() -> None:
    found = pay_map(
        asked(synthetic("full_factorial", ranges(2), GRID, slope, replications=8, noise=0.02), GAIN), "x1", "x2"
    )
    assert len(found.cells) == 25
    by_x = found.cells.groupby("x")["verdict"].unique()
    assert [list(by_x[level]) for level in LEVELS] == [[LOSES], [LOSES], [LOSES], [WINS], [WINS]]
    assert (found.share(WINS), found.share(LOSES), found.share(UNTOLD)) == (0.4, 0.6, 0.0)
    turns = found.turns
    assert set(turns["along"]) == {"x1"}
    assert len(turns) == 5
    assert turns["clear"].all()
    assert set(turns["into"]) == {WINS}
    assert turns["turns_at"].to_numpy() == pytest.approx(0.6, abs=0.03)


def test_of_a_metric_that_should_be_low_less_wins() -> None:
    sweep = synthetic("full_factorial", ranges(2), GRID, slope, replications=4)
    found = pay_map(asked(sweep, Question(outcome="complaints", arm=SHARED, against=BASE)), "x1", "x2")
    assert set(found.cells.loc[found.cells["x"] == 1.0, "verdict"]) == {UNTOLD}  # four alike: no sign test
    sweep = synthetic("full_factorial", ranges(2), GRID, slope, replications=8, noise=0.02)
    found = pay_map(asked(sweep, Question(outcome="complaints", arm=SHARED, against=BASE)), "x1", "x2")
    assert set(found.cells.loc[found.cells["x"] == 1.0, "verdict"]) == {WINS}
    with pytest.raises(ScenarioError, match="no better direction"):
        pay_map(asked(sweep, Question(outcome="bonus", arm=SHARED, against=BASE)), "x1", "x2")


def test_with_no_difference_the_adjusted_map_stays_empty_more_often_than_the_intervals() -> None:
    alone = adjusted = 0
    for seed in range(20):
        sweep = synthetic(
            "full_factorial", ranges(2), GRID, lambda x: np.zeros(len(x)), replications=6, noise=1.0, seed=seed
        )
        cells = pay_map(asked(sweep, GAIN), "x1", "x2").cells
        alone += int((cells["alone"] != UNTOLD).sum())
        adjusted += bool((cells["verdict"] != UNTOLD).any())
    assert 0.018 < alone / 500 < 0.082  # 5 % of 500 cells, +- 3.3 standard errors
    assert adjusted <= 4  # at most 5 % of 20 maps expected: 99.7 % of binomial(20, .05)


def test_other_factors_are_held_or_averaged() -> None:
    factors = (*ranges(2), words("rule", ("trial", "search")))
    points = list(itertools.product((0.0, 1.0), (0.0, 1.0), ("trial", "search")))
    sweep = synthetic(
        "full_factorial",
        factors,
        points,
        lambda x: np.where(x["rule"] == "trial", 1.0, -3.0),
        replications=6,
        noise=0.1,
    )
    question = asked(sweep, GAIN)
    assert set(pay_map(question, "x1", "x2").cells["verdict"]) == {LOSES}
    assert set(pay_map(question, "x1", "x2", at={"rule": "trial"}).cells["verdict"]) == {WINS}
    assert list(pay_map(question, "rule", "x2", at={"x1": "0"}).turns["level_to"]) == ["search", "search"]
    with pytest.raises(ScenarioError, match=r"'serch' is not a level of rule.*did you mean `search`"):
        pay_map(question, "x1", "x2", at={"rule": "serch"})


def test_what_a_point_is_a_mean_of_is_said_and_a_factor_of_one_level_is_held() -> None:
    weight = Factor(name="weight", kind="levels", paths=((),), arms=(SHARED,), label="Weight", levels=(0.9,))
    factors = (*ranges(2), words("rule", ("trial", "search")), weight)
    points = [(*point, 0.9) for point in itertools.product((0.0, 1.0), (0.0, 1.0), ("trial", "search"))]
    question = asked(synthetic("full_factorial", factors, points, lambda x: x["x1"].to_numpy(), replications=3), GAIN)
    said = pay_map_sentences(pay_map(question, "x1", "x2"))
    assert any(sentence.startswith("Held: Weight = 0.9") for sentence in said)
    assert [sentence for sentence in said if "mean over the levels" in sentence and "Weight" in sentence] == []
    assert any("mean over the levels of" in sentence for sentence in said)


def test_a_replication_that_failed_is_left_out_of_its_cell() -> None:
    sweep = synthetic("full_factorial", ranges(2), GRID, slope, replications=5, noise=0.1)
    sweep.runs.loc[0, ["status", "loyalty"]] = ["failed", math.nan]
    assert list(pay_map(asked(sweep, GAIN), "x1", "x2").cells["n"])[:2] == [4, 5]


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [("x1", "x1", "twice"), ("x1", "x3", "'x3' is not a factor of this sweep"), ("x1", "x2", "no grid")],
)
def test_what_is_no_map_is_refused(x: str, y: str, said: str) -> None:
    points: Any = np.random.default_rng(1).random((30, 2))
    with pytest.raises(ScenarioError, match=said):
        pay_map(asked(synthetic("latin_hypercube", ranges(2), points, slope), GAIN), x, y)


def test_replications_to_tell_are_those_of_the_t_test() -> None:
    assert [replications_to_tell(d, 1.0) for d in (0.2, 0.5, 0.8, 1.0)] == [
        199,
        34,
        15,
        10,
    ]  # G*Power: one sample, two-sided
    assert math.isnan(replications_to_tell(1e-6, 1.0))
    assert replications_to_tell(-0.5, 1.0) == 34

"""Scenario discovery finds a planted box, and nothing in pure noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from swept_tables import BASE, SHARED, ranges, synthetic, words

from simulation.laboratory.answers.discovery import discover
from simulation.laboratory.answers.swept import Question, asked
from simulation.scenario.faults import ScenarioError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from simulation.laboratory.answers.swept import Swept

GAIN = Question(outcome="loyalty", arm=SHARED, against=BASE)
FACTORS = (*ranges(3), words("rule", ("trial", "search", "human")))


def planted(points: pd.DataFrame) -> NDArray[np.float64]:
    box = (points["x1"] > 0.6) & (points["x2"] < 0.7) & (points["rule"] != "human")
    return np.where(box, 1.0, -1.0)


def hypercube(count: int, seed: int) -> Any:
    generator = np.random.default_rng(seed)
    rules = generator.choice(["trial", "search", "human"], count)
    return [(*row, rule) for row, rule in zip(generator.random((count, 3)), rules, strict=True)]


def sweep(count: int = 400, seed: int = 1, **more: Any) -> Swept:
    return synthetic("latin_hypercube", FACTORS, hypercube(count, seed), planted, **more)


@pytest.mark.full
def test_a_planted_box_is_found_and_stands_the_check() -> None:
    found = discover(asked(sweep(replications=4, noise=0.3), GAIN))
    (box,) = found.boxes
    limits = {limit.factor: limit for limit in box.limits}
    assert set(limits) == {"x1", "x2", "rule"}
    assert limits["x1"].low == pytest.approx(0.6, abs=0.05)
    assert limits["x1"].high is None
    assert limits["x2"].high == pytest.approx(0.7, abs=0.05)
    assert limits["rule"].words == ("trial", "search")
    assert all(limit.quasi_p <= 0.05 for limit in box.limits)
    assert box.held_out.coverage > 0.85
    assert box.held_out.density > 0.85
    low, high = box.held_out.density_interval()
    assert low < box.held_out.density <= high
    assert box.found.points + box.held_out.points == 400


def test_halves_are_told_apart_and_counts_are_those_of_the_points() -> None:
    found = discover(asked(sweep(), GAIN), threshold=0.0)
    box, points = found.boxes[0], found.points
    held = points["half"] == "held out"
    assert box.held_out.points == held.sum() == 200
    assert box.held_out.inside == (held & box.inside(points)).sum()
    assert box.held_out.hits == (held & box.inside(points) & points["interest"]).sum()
    assert box.held_out.of_interest == (held & points["interest"]).sum()
    assert (points["interest"] == (planted(points) > 0)).all()


def test_in_pure_noise_nothing_is_found() -> None:
    found = 0
    for seed in range(8):
        noisy = synthetic(
            "latin_hypercube", FACTORS, hypercube(80, seed), lambda x: np.zeros(len(x)), noise=1.0, seed=seed
        )
        outcome = discover(asked(noisy, GAIN), threshold=0.0)
        found += bool(outcome.boxes)
        assert outcome.boxes or outcome.reason
    assert found <= 2  # at most 5 % expected: 99.4 % of binomial(8, .05)


def test_where_all_or_nothing_pays_there_is_nothing_to_set_apart() -> None:
    assert "nothing to set apart" in discover(asked(sweep(60), GAIN), threshold=-2.0).reason
    assert "only 0 of" in discover(asked(sweep(60), GAIN), threshold=2.0).reason


def test_of_a_sobol_design_the_base_samples_count() -> None:
    made = synthetic("sobol", ranges(3), np.random.default_rng(1).random((500, 3)), lambda x: x["x1"].to_numpy() - 0.5)
    points = discover(asked(made, GAIN), threshold=0.0).points
    assert sorted(set(points.index % 5)) == [0, 4]


def test_of_an_outcome_that_should_be_low_less_is_of_interest() -> None:
    found = discover(asked(sweep(), Question(outcome="complaints", arm=SHARED, against=BASE)), threshold=0.0)
    assert {limit.factor for limit in found.boxes[0].limits} == {"x1", "x2", "rule"}


@pytest.mark.parametrize(
    ("kind", "count", "question", "said"),
    [
        ("morris", 60, GAIN, "too close together"),
        ("latin_hypercube", 30, GAIN, "too few"),
        ("latin_hypercube", 60, Question(outcome="loyalty"), "must be better than"),
    ],
)
def test_what_cannot_be_searched_is_refused(kind: str, count: int, question: Question, said: str) -> None:
    made = synthetic(kind, FACTORS, hypercube(count, 1), planted, replications=3, noise=0.1)
    with pytest.raises(ScenarioError, match=said):
        discover(asked(made, question))
    one = synthetic("latin_hypercube", FACTORS, hypercube(60, 1), planted)
    with pytest.raises(ScenarioError, match="tell no difference"):
        discover(asked(one, GAIN))

"""`silosim sensitivity`, `map` and `discover`: from a sweep's folder to words, tables and pictures, and how they refuse."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from fake_runner import fake_arms
from sweep_files import failing_at_half, written
from swept_tables import BASE, SHARED, ranges, synthetic
from typer.testing import CliRunner

from simulation.cli import app
from simulation.laboratory.answers.columns import ANSWER_COLUMNS
from simulation.laboratory.answers.discovery import discover
from simulation.laboratory.answers.paying import pay_map
from simulation.laboratory.answers.sensitivity import sensitivity
from simulation.laboratory.answers.swept import Question, asked
from simulation.laboratory.sweep import dataset
from simulation.laboratory.sweep.sweeping import sweep
from simulation.views.laboratory.discovered import discovery_page, discovery_title
from simulation.views.laboratory.moved_words import sensitivity_sentences, sensitivity_title
from simulation.views.laboratory.pay_map_chart import pay_map_page, pay_map_title
from simulation.views.laboratory.sensitivity_charts import sensitivity_page
from simulation.views.style import look

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from simulation.analysis.parallel import Runner

GAIN = Question(outcome="loyalty", arm=SHARED, against=BASE)
FREE = {
    "weight": {"path": "incentives.shared_weight", "low": 0, "high": 1, "arms": ["half"]},
    "rate": {"path": "market.segments.everyone.purchase_rate", "low": 0.1, "high": 0.5},
}
THREE_LEVELS = {"kind": "full_factorial", "levels": 3}
GRID = {**FREE, "weight": {"path": "incentives.shared_weight", "levels": [0, 0.5, 1], "arms": ["half"]}}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def swept(here: Path, *, runner: Runner = fake_arms, **changes: Any) -> Path:
    """A sweep of the small shop, with made-up runs."""
    return sweep(
        written(here, **{"replications": 2, "design": THREE_LEVELS, "factors": GRID, **changes}),
        here / "swept",
        workers=1,
        runner=runner,
    )


def silosim(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), prog_name="silosim")


@pytest.mark.parametrize(
    ("design", "command", "files"),
    [
        ({"kind": "sobol", "samples": 4}, ["sensitivity"], {"sensitivity.csv"}),
        ({"kind": "morris", "trajectories": 4}, ["sensitivity", "--resamples", "100"], {"sensitivity.csv"}),
        ({"kind": "one_at_a_time", "levels": 3}, ["sensitivity"], {"sensitivity.csv"}),
        ({"kind": "full_factorial", "levels": 3}, ["map", "--x", "weight", "--y", "rate"], {"map.csv", "turns.csv"}),
        ({"kind": "latin_hypercube", "points": 40}, ["discover", "--better-than", "4"], {"boxes.csv", "checks.csv"}),
    ],
    ids=["sobol", "morris", "tornado", "map", "boxes"],
)
def test_every_answer_leaves_words_declared_tables_and_a_picture_of_each_outcome(
    here: Path, design: dict[str, Any], command: list[str], files: set[str]
) -> None:
    factors = {**FREE, "rate": {**FREE["rate"], "base": 0.2}} if design["kind"] == "one_at_a_time" else FREE
    folder = swept(here, design=design, factors=factors, replications=1 if command[0] == "discover" else 2)
    asking = [command[0], str(folder), *command[1:]]
    result = silosim(*asking)
    assert result.exit_code == 0, result.output
    out = here / "results" / f"swept-{command[0]}"
    assert {entry.name for entry in out.iterdir()} == files | {"answer.md", "charts", "provenance.json"}
    assert {picture.name for picture in (out / "charts").iterdir()} == {"loyalty.png", "profit.png"}
    told = json.loads((out / "provenance.json").read_text())
    assert told["command"][0] == "silosim"
    assert told["made_by"] == ["simulation.analysis.comparison"]
    words = (out / "answer.md").read_text()
    for name in files:
        table = pd.read_csv(out / name)
        assert set(table.columns) <= set(ANSWER_COLUMNS)
        assert all(f"| `{column}` |" in words for column in table.columns)
    for title in [line[2:] for line in words.splitlines() if line.startswith("# ")]:
        assert title in result.stdout
    assert "exists already" in silosim(*asking).stderr
    assert silosim(*asking, "--overwrite", "--no-charts", "--outcome", "loyalty", "-q").exit_code == 0
    assert not (out / "charts").exists()


def test_what_the_weight_does_is_said(here: Path) -> None:
    folder = swept(here, design={"kind": "full_factorial", "levels": 2}, replications=8)
    result = silosim("map", str(folder), "--x", "weight", "--y", "rate", "--outcome", "loyalty", "--no-charts")
    assert "wins in 67 % of the map, cannot be told apart in 33 %" in result.stdout
    cells = pd.read_csv(here / "results" / "swept-map" / "map.csv")
    assert (cells.loc[cells["x"] == 0, "difference"] == 0).all()
    assert (cells.loc[cells["x"] == 1, "verdict"] == "wins").all()


def test_an_unfinished_sweep_is_refused_unless_asked_for(here: Path) -> None:
    folder = swept(here)
    asking = ("map", str(folder), "--x", "weight", "--y", "rate")
    sorted((folder / dataset.RUNS).glob("*.parquet"))[-1].unlink()
    result = silosim(*asking)
    assert result.exit_code == 2
    assert "1 of 18 tasks are not finished; silosim sweep with the same file and --out" in result.stderr
    assert not (here / "results").exists()
    result = silosim(*asking, "--so-far", "--no-charts")
    assert result.exit_code == 0
    assert "Not finished: 2 of 36 runs are still to come." in result.stdout


def test_failed_runs_are_left_out_of_a_map_and_refused_by_indices(here: Path) -> None:
    folder = swept(here, runner=failing_at_half)
    result = silosim("map", str(folder), "--x", "weight", "--y", "rate", "--outcome", "loyalty")
    assert result.exit_code == 0, result.output
    assert "6 failed and are left out" in result.stdout
    (here / "other").mkdir()
    levels = {"weight": {"path": "incentives.shared_weight", "levels": [0, 0.5], "arms": ["half"]}}
    design = {"kind": "morris", "trajectories": 4}
    folder = swept(here / "other", runner=failing_at_half, design=design, factors=levels)
    result = silosim("sensitivity", str(folder))
    assert result.exit_code == 2
    assert "Morris' effects need the whole design; the first said" in result.stderr
    assert "planted fault" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sensitivity", "nowhere"], "nowhere is no folder of a sweep"),
        (["sensitivity", "sweep.yaml"], "is a file: name the folder that silosim sweep wrote"),
        (["sensitivity", "swept"], "which no sensitivity method is made for: sobol, morris or one_at_a_time"),
        (["map", "swept", "--x", "wieght", "--y", "rate"], "'wieght' is not a factor of this sweep: one of weight, rate; did"),
        (["map", "swept", "--x", "weight", "--y", "rate", "--at", "rate"], "'rate' is not FACTOR=LEVEL"),
        (["map", "swept", "--x", "weight", "--y", "rate", "--outcome", "loyalti"], "did you mean `loyalty`?"),
        (["map", "swept", "--x", "weight", "--y", "rate", "--arm", "haf"], "'haf' is not an arm of this sweep: one of"),
        (["discover", "swept", "--better-than", "0"], "9 usable design point(s) are too few"),
        (["discover", "swept", "--better-than", "nan"], "nan is no amount"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_in_one_line(here: Path, words: list[str], said: str) -> None:
    swept(here, replications=2)
    result = silosim(*words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (here / "results").exists()


def test_titles_say_no_more_than_is_known() -> None:
    points = np.random.default_rng(1).random((5 * 16, 3))
    noise = synthetic("sobol", ranges(3), points, lambda x: 0.1 * x["x1"].to_numpy(), replications=3, noise=3.0)
    found = sensitivity(asked(noise, GAIN), resamples=100)
    assert "too much to say which factor moves it" in sensitivity_title(found)
    assert found.table["without_noise"].isna().all() == (found.noise.share > 0.9)
    once = synthetic("sobol", ranges(3), points, lambda x: x["x1"].to_numpy())
    told = sensitivity(asked(once, GAIN), resamples=100)
    assert any("cannot be told" in sentence for sentence in sensitivity_sentences(told))
    assert math.isnan(told.noise.share)


def test_a_factor_that_is_told_is_named_though_the_largest_is_not() -> None:
    points = np.random.default_rng(1).random((5 * 16, 3))
    sweep = synthetic("sobol", ranges(3), points, lambda x: x["x1"].to_numpy(), replications=3, noise=0.01)
    found = sensitivity(asked(sweep, GAIN), resamples=100)
    table = found.table.copy()
    total = table["index"] == "total"
    table.loc[total, ["value", "low"]] = [[0.9, -0.1], [0.5, 0.1], [0.0, 0.0]]
    assert "“X2” clearly moves it; which moves it most" in sensitivity_title(replace(found, table=table))
    table.loc[total, "low"] = 0.0
    assert "no factor is told" in sensitivity_title(replace(found, table=table))


def test_pages_are_drawn_for_long_names_and_many_levels() -> None:
    factors = ranges(2)
    grid = [(a, b) for a in np.linspace(0, 1, 15) for b in np.linspace(0, 1, 12)]
    sweep = synthetic(
        "full_factorial", factors, grid, lambda x: (x["x1"] - x["x2"]).to_numpy(), replications=4, noise=0.2
    )
    points = np.random.default_rng(1).random((90, 2))
    cube = synthetic("latin_hypercube", factors, points, lambda x: np.where(x["x1"] > 0.5, 1.0, -1.0), seed=2)
    boxes = discover(asked(cube, GAIN), threshold=0.0)
    mapped = pay_map(asked(sweep, GAIN), "x1", "x2")
    flat = synthetic(
        "one_at_a_time", factors, [(0.5, 0.5), (1.0, 0.5), (0.5, 1.0)], lambda x: x["x1"].to_numpy(), replications=3
    )
    tornado = sensitivity(asked(flat, GAIN))
    with look():
        pages = [pay_map_page(mapped), discovery_page(boxes), sensitivity_page(tornado)]
    for page, title in zip(
        pages, (pay_map_title(mapped), discovery_title(boxes), sensitivity_title(tornado)), strict=True
    ):
        assert page.texts[0].get_text().replace("\n", " ") == title

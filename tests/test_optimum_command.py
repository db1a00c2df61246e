"""`silosim optimum`: what it refuses, what it leaves, what Ctrl-C leaves; on the smallest shop there is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from fake_runner import tiny_scenario
from ruamel.yaml import YAML
from test_charts import assert_legible
from typer.testing import CliRunner

from simulation.cli import app
from simulation.laboratory.optimum import judging
from simulation.laboratory.optimum.bench import Bench
from simulation.laboratory.optimum.columns import OPTIMUM_COLUMNS
from simulation.laboratory.optimum.effort import work_of
from simulation.laboratory.optimum.judging import judge
from simulation.laboratory.optimum.objectives import read_objective
from simulation.laboratory.optimum.optimum import plan_for, search
from simulation.views.laboratory.optimum_chart import levers_page
from simulation.views.laboratory.optimum_words import answer, doubt
from simulation.views.style import look

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from typer.testing import Result

    from simulation.laboratory.optimum.judging import Optimum
    from simulation.laboratory.optimum.optimum import Plan

FILES = ("levers.csv", "price.csv", "searches.csv", "convergence.csv", "answer.md")
SMALL = ("--budget", "24", "--starts", "1", "--training", "1", "--replications", "4", "--population", "60", "--weeks", "6",
         "--burn-in", "4", "--workers", "1", "--arms", "own,half")  # fmt: skip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with `tiny.yaml`."""
    monkeypatch.chdir(tmp_path)
    with (tmp_path / "tiny.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(tiny_scenario(), file)
    return tmp_path


def silosim(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), prog_name="silosim")


def small_plan(**changes: Any) -> Plan:
    given = {"objective": read_objective("profit"), "arms": ["own", "half"], "starts": 2, "budget": 30, "training": 1,
             "replications": 4, "population": 60, "weeks": 6, "burn_in": 4, "workers": 1}  # fmt: skip
    return plan_for(tiny_scenario(), **{**given, **changes})


@pytest.fixture(scope="module")
def lived() -> list[int]:
    """How many runs each bench had lived when it was closed."""
    return []


@pytest.fixture(scope="module")
def optimum(lived: list[int]) -> Iterator[Optimum]:
    with pytest.MonkeyPatch.context() as patch:
        close = Bench.__exit__

        def counted(self: Bench, *error: object) -> None:
            lived.append(self.runs)
            close(self, *error)

        patch.setattr(Bench, "__exit__", counted)
        yield judge(search(small_plan()))


def test_the_same_again_gives_the_same_answer(here: Path) -> None:
    first, again = (
        silosim("optimum", "tiny.yaml", *SMALL, "--out", "out", "--overwrite", "--no-charts") for _ in range(2)
    )
    assert first.exit_code == again.exit_code == 0, first.output
    assert first.stdout == again.stdout
    assert {entry.name for entry in (here / "out").iterdir()} == {*FILES, "provenance.json"}


@pytest.mark.full
def test_a_folder_is_left_whole_with_an_answer(here: Path) -> None:
    result = silosim("optimum", "tiny.yaml", *SMALL, "--out", "out")
    assert result.exit_code == 0, result.output
    assert "A single owner who wants profit" in result.stdout
    assert "the price of silos" in result.stdout
    assert {entry.name for entry in (here / "out").iterdir()} == {*FILES, "provenance.json", "charts"}
    assert {entry.name for entry in (here / "out" / "charts").iterdir()} == {
        "levers_own.png", "levers_half.png", "price.png", "worth.png"
    }  # fmt: skip
    told = json.loads((here / "out" / "provenance.json").read_text(encoding="utf-8"))
    assert told["search"]["budget"] == 24


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--objective", "profti"), "did you mean `profit`?"),
        (("--arms", "owm"), "did you mean `own`?"),
        (("--budget", "2"), "20"),
    ],
)
def test_bad_input_is_refused_before_anything_runs(here: Path, words: tuple[str, ...], said: str) -> None:
    result = silosim("optimum", "tiny.yaml", *SMALL, *words)
    assert result.exit_code == 2
    assert said in result.output
    assert not (here / "results").exists()


def test_a_folder_that_exists_is_refused(here: Path) -> None:
    (here / "out").mkdir()
    result = silosim("optimum", "tiny.yaml", *SMALL, "--out", "out")
    assert result.exit_code == 2
    assert "--overwrite" in result.output


def test_ctrl_c_reports_the_best_so_far(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live, asked = Bench._live, []

    def interrupted(self: Bench, rows: Any) -> None:
        asked.extend(rows)
        if len(asked) >= 15 and not pressed:
            pressed.append("x")
            raise KeyboardInterrupt
        live(self, rows)

    pressed: list[str] = []
    monkeypatch.setattr(Bench, "_live", interrupted)
    result = silosim("optimum", "tiny.yaml", *SMALL, "--out", "out", "--no-charts")
    assert pressed == ["x"]
    assert result.exit_code == 130, result.output
    assert "the best found so far" in result.stdout
    assert json.loads((here / "out" / "provenance.json").read_text(encoding="utf-8"))["interrupted"] is True
    assert len(pd.read_csv(here / "out" / "levers.csv")) == 4


def test_ctrl_c_before_anything_is_found_leaves_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Bench, rows: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Bench, "_live", interrupted)
    result = silosim("optimum", "tiny.yaml", *SMALL, "--out", "out")
    assert result.exit_code == 130
    assert not (here / "out").exists()


def test_ctrl_c_while_judging_says_what_is_lost(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_given: Any, **_options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(judging, "judge", interrupted)
    result = silosim("optimum", "tiny.yaml", *SMALL, "--out", "out")
    assert result.exit_code == 130
    assert "interrupted while judging" in result.output
    assert not (here / "out").exists()


def test_the_cost_is_said_first_and_is_no_less_than_it_takes(here: Path) -> None:
    result = silosim("optimum", "tiny.yaml", *SMALL, "--estimate")
    assert result.exit_code == 0, result.output
    assert "At most 432 settings" in result.stdout  # 2 x 24 of the owner's, and 8 x 24 of each arm
    assert not (here / "results").exists()


def test_no_more_is_lived_than_was_said(lived: list[int], optimum: Optimum) -> None:
    assert 0 < sum(lived) <= work_of(optimum.found.plan).runs


@pytest.mark.parametrize(
    ("low", "high", "said"), [(0.1, 0.3, "NO equilibrium"), (-0.2, 0.3, "may be no"), (-0.02, 0.02, "it stays")]
)
def test_it_is_said_whether_an_equilibrium_holds_on_fresh_luck(
    optimum: Optimum, low: float, high: float, said: str
) -> None:
    searches = optimum.searches.copy()
    shown = searches["department"].fillna("") != ""
    searches.loc[shown, ["gain", "gain_low", "gain_high", "judged"]] = [(low + high) / 2, low, high, 6]
    searches["ending"] = "rest"
    known = replace(optimum, searches=searches)
    assert said in "\n".join(answer(known))
    assert (doubt(known, "own") == "") == (said == "it stays")
    assert doubt(replace(known, searches=searches.assign(ending="budget")), "own") == "no equilibrium found"


def test_long_names_of_levers_do_not_overlap(optimum: Optimum, monkeypatch: pytest.MonkeyPatch) -> None:
    levers = optimum.levers.assign(
        label="A department of a rather long name: a lever that goes by a rather long name, too"
    )
    with look():
        figure = levers_page(levers, optimum.price, arm="own", title="Own KPI only")
        assert len(assert_legible(figure, monkeypatch)) > 5


def test_every_column_is_declared(optimum: Optimum) -> None:
    for frame in (optimum.levers, optimum.price, optimum.searches, optimum.convergence):
        assert set(frame.columns) <= set(OPTIMUM_COLUMNS)
        assert len(frame) > 0


def test_the_owners_lead_over_itself_is_nothing(optimum: Optimum) -> None:
    owner = optimum.price[optimum.price["policy"] == "owner"]
    assert (owner[["lead", "lead_low", "lead_high"]] == 0.0).all(axis=None)
    assert owner["ratio"].dropna().eq(1.0).all()
    loyalty = owner[owner["measure"] == "loyalty"]
    assert (loyalty["mean"] >= 0.0).all()
    assert (loyalty["mean"] <= 100.0).all()


def test_settings_lie_in_their_range(optimum: Optimum) -> None:
    settings = optimum.levers[["start", "owner", "equilibrium", "learned"]]
    assert ((settings >= 0.0) & (settings <= 1.0)).all(axis=None)


def test_the_reported_owner_is_the_best_on_training_luck(optimum: Optimum) -> None:
    firm = optimum.found.firms[0]
    assert firm.best[1].value == max(steps[-1].value for steps in firm.climbs.values())
    assert firm.best[1].value >= firm.climbs["coordinate search"][-1].value


def test_arms_with_the_same_incentives_have_the_same_equilibrium() -> None:
    result = judge(search(small_plan(arms=["own", "same"], starts=1)))
    own, same = (result.levers[result.levers["arm"] == arm]["equilibrium"].tolist() for arm in ("own", "same"))
    assert own == same
    assert answer(result)


@pytest.mark.full
def test_tables_do_not_depend_on_workers(optimum: Optimum) -> None:
    other = judge(search(small_plan(workers=2)))
    for name in ("levers", "price", "searches", "convergence"):
        pd.testing.assert_frame_equal(getattr(optimum, name), getattr(other, name), check_exact=True)

"""Reproduction bundles: the same results give the same file, running it again says identical or where not."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from fake_runner import fake_arms, tiny_scenario
from typer.testing import CliRunner

from simulation.analysis.comparison import Comparison, compare
from simulation.analysis.folder import FolderRefused
from simulation.analysis.storage import save
from simulation.cli import app
from simulation.laboratory.bundle.bundle import bundle
from simulation.laboratory.bundle.reading import open_bundle
from simulation.laboratory.bundle.reproducing import reproduce
from simulation.laboratory.bundle.table_content import content_of
from simulation.laboratory.replications.stored import TABLES, read_table
from simulation.scenario.faults import ScenarioError
from simulation.views.laboratory.reproduction_words import lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from simulation.laboratory.bundle.reproducing import Reproduction
    from simulation.record import Run
    from simulation.scenario.scenario import Scenario


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare(tiny_scenario(), replications=5, workers=1, runner=fake_arms)


@pytest.fixture(scope="module")
def folder(compared: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(compared, tmp_path_factory.mktemp("results") / "shop")


@pytest.fixture
def made(folder: Path, tmp_path: Path) -> Path:
    return bundle(folder, tmp_path / "shop.silosim.zip")


def again(path: Path, runner: Any = fake_arms, **options: Any) -> Reproduction:
    return reproduce(open_bundle(path), workers=1, runner=runner, **options)


def changed(how: Callable[[Run], None]) -> Any:
    """A runner whose runs differ a little from the fake ones."""

    def runner(arms: Mapping[str, Scenario], **options: Any) -> list[Run]:
        runs = fake_arms(arms, **options)
        for run in runs:
            how(run)
        return runs

    return runner


# --- the content of tables -------------------------------------------------------------------------------------------


def test_digests_do_not_depend_on_how_pandas_keeps_a_column() -> None:
    one = pd.DataFrame({"arm": ["a", None, "ö"], "n": [1, 2, 3], "x": [1.0, np.nan, -0.0]}, index=[7, 8, 9])
    other = pd.DataFrame(
        {
            "arm": one["arm"].astype("string"),
            "n": one["n"].astype("int32"),
            "x": one["x"].to_numpy().view("int64") | np.array([0, 1, 0]),  # another NaN
        }
    )
    other["x"] = other["x"].to_numpy().view("float64")
    assert content_of(one).digest() == content_of(other.reset_index(drop=True)).digest()


@pytest.mark.parametrize(
    "other",
    [
        {"arm": ["a", "b"], "x": [0.0, 1.0]},
        {"arm": ["a", "b"], "x": [-0.0, np.nextafter(1.0, 2.0)]},
        {"arm": ["ab", ""], "x": [-0.0, 1.0]},
        {"arm": ["a", None], "x": [-0.0, 1.0]},
        {"brm": ["a", "b"], "x": [-0.0, 1.0]},
        {"x": [-0.0, 1.0], "arm": ["a", "b"]},
        {"arm": ["b", "a"], "x": [1.0, -0.0]},
        {"arm": ["a", "b"], "x": [0, 1]},
    ],
)
def test_digests_see_every_bit_and_the_order(other: dict[str, Any]) -> None:
    one = pd.DataFrame({"arm": ["a", "b"], "x": [-0.0, 1.0]})
    assert content_of(one).digest() != content_of(pd.DataFrame(other)).digest()


def test_tables_read_back_have_the_digests_of_those_that_were_written(compared: Comparison, folder: Path) -> None:
    for name in TABLES:
        frame = read_table(folder, name)
        if frame is None:
            assert name == "council"
        else:
            assert content_of(frame).digest() == content_of(getattr(compared, name)).digest(), name


def test_digests_do_not_depend_on_the_parquet_writer(folder: Path, tmp_path: Path) -> None:
    weekly = pd.read_parquet(folder / "weekly.parquet")
    weekly.to_parquet(tmp_path / "other.parquet", compression="zstd", row_group_size=17, index=True)
    assert content_of(pd.read_parquet(tmp_path / "other.parquet")).digest() == content_of(weekly).digest()


# --- making ----------------------------------------------------------------------------------------------------------


def test_the_same_results_give_the_same_file(compared: Comparison, made: Path, tmp_path: Path) -> None:
    elsewhere = save(compared, tmp_path / "elsewhere", command=["silosim", "compare", "x"])
    assert bundle(elsewhere, tmp_path / "b.zip").read_bytes() == made.read_bytes()


def test_a_bundle_has_the_listed_members_stored_and_dated_alike(made: Path) -> None:
    with zipfile.ZipFile(made) as file:
        assert file.namelist()[:3] == ["bundle.json", "scenario.json", "summary.csv"]
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.compress_type for entry in file.infolist()} == {zipfile.ZIP_STORED}
        told = json.loads(file.read("bundle.json"))
    assert (told["arms"], told["replications"], told["seed"]) == (["own", "half", "same"], [0, 1, 2, 3, 4], 7)
    assert "date" not in told
    assert "command" not in told


def test_decisions_of_people_travel_inside(tmp_path: Path) -> None:
    from simulation.scenario.loading import load_dict

    (tmp_path / "decided.csv").write_text("lever,setting,week\nsales.hurry,0.9,4\n")
    given = tiny_scenario()
    given["learning"] = {"rule": "human", "decisions": str(tmp_path / "decided.csv")}
    folder = save(compare(load_dict(given), replications=3, workers=1, runner=fake_arms), tmp_path / "out")
    (tmp_path / "decided.csv").unlink()
    path = bundle(folder, tmp_path / "b.zip")
    loaded = open_bundle(path).scenario
    assert loaded is not None
    assert loaded.raw["learning"]["decisions"] == [{"lever": "sales.hurry", "setting": 0.9, "week": 4}]
    assert again(path).identical


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises((ScenarioError, FolderRefused)):
        bundle(tmp_path, tmp_path / "b.zip")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_left_alone(folder: Path, made: Path) -> None:
    before = made.read_bytes()
    with pytest.raises(FolderRefused, match="exists already"):
        bundle(folder, made)
    assert bundle(folder, made, overwrite=True).read_bytes() == before
    assert [path.name for path in made.parent.iterdir()] == [made.name]


# --- running it again ------------------------------------------------------------------------------------------------


def test_the_same_runs_are_identical(made: Path) -> None:
    found = again(made)
    assert found.identical
    assert [table.table for table in found.tables] == ["weekly", "journey", "ledger", "customers", "summary"]
    assert (found.replications, found.of, found.skipped, found.versions) == (5, 5, [], [])
    assert next(lines(found, name="b.zip")) == "b.zip: IDENTICAL to the bit (all 5 replications)"


def test_some_replications_alone_can_be_compared(made: Path) -> None:
    found = again(made, only=2)
    assert found.identical
    assert (found.replications, found.skipped) == (2, ["summary"])
    assert {table.table: table.compared for table in found.tables} == {
        "weekly": 6,
        "journey": 6,
        "ledger": 6,
        "customers": 3,
    }


def test_the_first_difference_is_named_with_its_size(made: Path) -> None:
    def later(run: Run) -> None:
        if run.arm == "half" and run.replication >= 3:
            run.weekly["trust"][17:] += 0.5
            run.weekly["revenue"][17] += 0.25

    found = again(made, changed(later))
    weekly = found.tables[0]
    assert not found.reproduced
    assert (weekly.table, weekly.differing, weekly.compared) == ("weekly", 2, 15)
    assert weekly.first is not None
    assert weekly.first.where == {"arm": "half", "replication": 3, "week": 17}
    assert (weekly.first.column, weekly.first.others) == ("trust", 1)
    assert weekly.first.now - weekly.first.then == 0.5
    said = "\n".join(lines(found, name="b.zip"))
    assert "NOT THE SAME in 2 of 5 tables" in said
    assert "arm half, replication 3, week 17, column trust:" in said
    assert "(+0.5); 1 more column(s)" in said


def test_a_single_bit_is_a_difference(made: Path) -> None:
    def one_bit(run: Run) -> None:
        if run.arm == "same" and run.replication == 4:
            run.weekly["nps"][59] = np.nextafter(run.weekly["nps"][59], np.inf)

    found = again(made, changed(one_bit))
    assert [(table.table, table.differing) for table in found.tables if not table.identical] == [("weekly", 1)]
    assert not found.reproduced


def test_a_value_where_there_was_none_is_a_difference(made: Path) -> None:
    def filled(run: Run) -> None:
        run.weekly["nps"][0] = 1.0

    first = again(made, changed(filled)).tables[0].first
    assert first is not None
    assert first.where == {"arm": "own", "replication": 0, "week": 0}
    assert np.isnan(first.then)
    assert first.now == 1.0


def test_last_digits_of_sums_alone_are_rounding(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulation.analysis.frames import summary_frame
    from simulation.laboratory.bundle import reproducing

    def rounded(*given: Any) -> pd.DataFrame:
        frame = summary_frame(*given)
        return frame.assign(high=np.nextafter(frame["high"], np.inf))

    monkeypatch.setattr(reproducing, "summary_frame", rounded)
    found = again(made)
    assert (found.identical, found.reproduced) == (False, True)
    assert "REPRODUCED but for the last digits" in next(lines(found, name="b.zip"))
    monkeypatch.setattr(reproducing, "summary_frame", lambda *given: rounded(*given).assign(mean=0.0))
    assert not again(made).reproduced


def test_other_columns_and_tables_are_named(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulation.laboratory.bundle import reproducing

    weekly_frame = reproducing.weekly_frame
    monkeypatch.setattr(reproducing, "weekly_frame", lambda runs: weekly_frame(runs).drop(columns="trust"))
    assert again(made).tables[0].note == "has other columns: 1 column(s) only in the bundle, the first 'trust'"


def test_without_values_a_difference_is_told_without_its_size(folder: Path, tmp_path: Path) -> None:
    path = bundle(folder, tmp_path / "small.zip", values=False)
    assert path.stat().st_size < 60_000
    assert again(path).identical

    def later(run: Run) -> None:
        if run.replication == 2:
            run.weekly["trust"][17:] += 0.5

    first = again(path, changed(later)).tables[0].first
    assert first is not None
    assert (first.where, first.column) == ({"arm": "own", "replication": 2}, "")


def test_other_versions_are_named(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulation.laboratory.bundle import reproducing

    monkeypatch.setattr(reproducing, "versions", lambda: {"python": "9.9", "numpy": np.__version__})
    found = again(made, only=1)
    names = [name for name, _, _ in found.versions]
    assert "python" in names
    assert "numpy" not in names
    assert any(now == "not installed" for _, _, now in found.versions)
    assert "9.9 now" in "\n".join(lines(found, name="b"))


def test_a_precision_and_an_interruption_are_run_again_as_they_ended(tmp_path: Path) -> None:
    from fake_runner import interrupted_at_3

    precise = compare(tiny_scenario(), precision=2.0, replications=3, workers=1, runner=fake_arms)
    assert precise.replications >= 10
    found = again(bundle(save(precise, tmp_path / "precise"), tmp_path / "a.zip"))
    assert (found.identical, found.of) == (True, precise.replications)
    cut = compare(tiny_scenario(), replications=5, workers=1, runner=interrupted_at_3)
    found = again(bundle(save(cut, tmp_path / "cut"), tmp_path / "b.zip"))
    assert (found.identical, found.of) == (True, 3)


# --- the commands ----------------------------------------------------------------------------------------------------


def silosim(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


@pytest.mark.full
def test_a_real_comparison_is_reproduced_with_any_number_of_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    size = ["--population", "100", "--weeks", "10", "--replications", "3", "--workers", "1"]
    assert silosim("compare", "cx_council", *size, "--no-charts", "--out", "out").exit_code == 0
    done = silosim("bundle", "out")
    assert done.exit_code == 0, done.output
    for workers in ("1", "2"):
        done = silosim("reproduce", "out.silosim.zip", "--workers", workers)
        assert (done.exit_code, "IDENTICAL to the bit" in done.stdout) == (0, True), done.output
    from simulation.analysis import run as running

    record_of = running.record_of

    def other(*given: Any, **options: Any) -> Run:
        run = record_of(*given, **options)
        run.weekly["trust"][-1] += 1.0
        return run

    monkeypatch.setattr(running, "record_of", other)
    done = silosim("reproduce", "out.silosim.zip", "--workers", "1")
    assert (done.exit_code, "NOT THE SAME" in done.stdout) == (3, True), done.output


@pytest.mark.full
def test_a_real_sweep_is_reproduced(tmp_path: Path) -> None:
    from simulation.laboratory.sweep.planning import plan_sweep
    from simulation.laboratory.sweep.sweeping import sweep

    given = {
        "title": "Tiny",
        "scenario": "silo_vs_shared",
        "arms": ["siloed", "shared"],
        "population": 100,
        "weeks": 8,
        "replications": 2,
        "design": {"kind": "full_factorial"},
        "factors": {"weight": {"path": ["incentives.shared_weight"], "levels": [0.0, 1.0], "arms": ["shared"]}},
    }
    sweep(plan_sweep(given), tmp_path / "sweep", workers=1)
    path = bundle(tmp_path / "sweep", tmp_path / "b.zip")
    found = reproduce(open_bundle(path), workers=2)
    assert found.identical
    assert [table.table for table in found.tables] == ["runs", "summary"]
    assert reproduce(open_bundle(path), workers=1, only=1).identical

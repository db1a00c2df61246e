"""The folder of results: complete, readable, reproducible, and whole or not there at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fake_runner import fake_arms, interrupted_at_3, tiny_scenario
from pyarrow import parquet

from simulation.analysis.comparison import Comparison, compare
from simulation.analysis.folder import CHARTS, FILES, FolderRefused, check_folder
from simulation.analysis.storage import save
from simulation.scenario.loading import load


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare(tiny_scenario(), replications=2, workers=1, runner=fake_arms)


def stored(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    return found


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def full(_folder: Path) -> None:
    raise OSError(28, "No space left on device")


def test_the_folder_holds_what_is_promised_and_nothing_is_left_beside_it(compared: Comparison, tmp_path: Path) -> None:
    folder = save(compared, tmp_path / "deep" / "first", extra=lambda hidden: (hidden / CHARTS).mkdir())
    assert entries(folder) == sorted([*FILES, CHARTS])
    assert entries(folder.parent) == ["first"]


def test_what_was_written_reads_back_the_same(compared: Comparison, tmp_path: Path) -> None:
    folder = save(compared, tmp_path / "out")
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "weekly.parquet"), compared.weekly)
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "customers.parquet"), compared.customers)
    for name in ("summary", "journey", "ledger"):
        frame = pd.read_csv(folder / f"{name}.csv", keep_default_na=False, na_values=_numbers(compared, name))
        pd.testing.assert_frame_equal(frame, getattr(compared, name), check_dtype=False)


def _numbers(compared: Comparison, name: str) -> dict[str, list[str]]:
    frame = getattr(compared, name)
    return {column: [""] for column in frame.columns if frame[column].dtype.kind == "f"}


def test_parquet_columns_carry_unit_and_meaning(compared: Comparison, tmp_path: Path) -> None:
    folder = save(compared, tmp_path / "out")
    weekly = parquet.read_schema(folder / "weekly.parquet")
    assert weekly.field("revenue").metadata[b"unit"] == b"CHF per 1,000 people a week"
    assert weekly.field("lever.sales.hurry").metadata[b"meaning"] == b"Setting from 0 (slow) to 1 (fast)."
    customers = parquet.read_schema(folder / "customers.parquet")
    undocumented = [field.name for field in customers if not field.metadata]
    assert undocumented == ["arm"]


def test_the_provenance_tells_everything_needed_to_repeat_it(compared: Comparison, tmp_path: Path) -> None:
    folder = save(compared, tmp_path / "out", command=["silosim", "compare", "tiny.yaml"])
    told = stored(folder)
    assert told["command"] == ["silosim", "compare", "tiny.yaml"]
    assert told["arms"] == {"own": "Own KPI only", "half": "Half shared", "same": "Own KPI again"}
    assert (told["seed"], told["replication_numbers"], told["interrupted"]) == (7, [0, 1], False)
    assert told["date"].endswith("+00:00")
    assert {"python", "mesa", "numpy", "numba", "pandas"} <= set(told["versions"])
    assert told["scenario"] == compared.raw
    assert told["scenario_hash"] == compared.hash


def test_the_stored_scenario_runs_again_to_the_same_numbers(compared: Comparison, tmp_path: Path) -> None:
    folder = save(compared, tmp_path / "out")
    again = compare(folder / "scenario.yaml", workers=1, runner=fake_arms)
    assert load(folder / "scenario.yaml").hash == compared.hash
    pd.testing.assert_frame_equal(again.summary, compared.summary, check_exact=True)


def test_a_shipped_scenario_survives_being_stored(tmp_path: Path) -> None:
    comparison = compare("silo_vs_shared", replications=1, weeks=2, population=10, workers=1, runner=fake_arms)
    folder = save(comparison, tmp_path / "out")
    assert comparison.name == "silo_vs_shared"
    assert load(folder / "scenario.yaml").hash == comparison.hash


def test_an_interrupted_comparison_says_so(tmp_path: Path) -> None:
    comparison = compare(tiny_scenario(), replications=9, workers=1, runner=interrupted_at_3)
    told = stored(save(comparison, tmp_path / "out"))
    assert (told["interrupted"], told["replications"], told["replication_numbers"]) == (True, 3, [0, 1, 2])


def test_looks_under_precision_are_told(tmp_path: Path) -> None:
    comparison = compare(tiny_scenario(), precision=50.0, workers=1, runner=fake_arms)
    told = stored(save(comparison, tmp_path / "out"))["precision"]
    assert (told["wanted_half_width"], told["reached"], len(told["looks"])) == (50, True, 1)


# --- whole or not at all ---------------------------------------------------------------------------------------------


def test_a_failure_on_the_way_leaves_nothing(compared: Comparison, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        save(compared, tmp_path / "out", extra=full)
    assert entries(tmp_path) == []


def test_a_failure_on_the_way_leaves_older_results_alone(compared: Comparison, tmp_path: Path) -> None:
    folder = save(compared, tmp_path / "out")
    before = (folder / "provenance.json").read_bytes()
    with pytest.raises(OSError, match="No space left"):
        save(compared, folder, overwrite=True, extra=full)
    assert (folder / "provenance.json").read_bytes() == before
    assert entries(tmp_path) == ["out"]


def test_older_results_come_back_when_the_swap_fails(
    compared: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save(compared, tmp_path / "out", command=["first"])
    really = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if Path(target).name == "out" and not self.name.endswith(".old"):
            raise PermissionError(13, "in use")
        return really(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(PermissionError):
        save(compared, folder, overwrite=True, command=["second"])
    assert stored(folder)["command"] == ["first"]
    assert entries(tmp_path) == ["out"]


def test_overwriting_replaces_everything(compared: Comparison, tmp_path: Path) -> None:
    folder = save(compared, tmp_path / "out", command=["first"], extra=lambda hidden: (hidden / CHARTS).mkdir())
    save(compared, folder, overwrite=True, command=["second"])
    assert stored(folder)["command"] == ["second"]
    assert entries(folder) == sorted(FILES)
    assert entries(tmp_path) == ["out"]


# --- what is refused -------------------------------------------------------------------------------------------------


def test_what_exists_is_refused(compared: Comparison, tmp_path: Path) -> None:
    folder = save(compared, tmp_path / "out")
    with pytest.raises(FolderRefused, match="exists already"):
        check_folder(folder, overwrite=False)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FolderRefused, match="exists already"):
        check_folder(tmp_path / "empty", overwrite=False)
    check_folder(tmp_path / "empty", overwrite=True)
    check_folder(tmp_path / "not" / "there" / "yet", overwrite=False)


def test_overwrite_never_removes_what_silosim_did_not_write(compared: Comparison, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "summary.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(FolderRefused, match="no folder of results"):
        check_folder(theirs, overwrite=True)
    folder = save(compared, tmp_path / "out")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FolderRefused, match=r"notes\.txt"):
        save(compared, folder, overwrite=True)
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    with pytest.raises(FolderRefused, match="no folder"):
        check_folder(file, overwrite=True)
    with pytest.raises(FolderRefused, match="file is a file"):
        check_folder(file / "below" / "out", overwrite=True)

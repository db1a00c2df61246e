"""The folder of a sweep: parts are whole or absent, always the same bytes, and readable by everybody while it grows."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_work import failing, rows_of, with_weeks
from pyarrow import parquet

from simulation.analysis.folder import FolderRefused
from simulation.laboratory.sweep import dataset
from simulation.laboratory.sweep.executing import execute
from simulation.laboratory.sweep.parts import encoded
from simulation.record import Column

TASKS, BATCH = 10, 4
PLAN = {"tasks": TASKS, "batch": BATCH}


def swept(folder, work=rows_of, **options):
    execute(work, folder=folder, workers=1, **PLAN, **options)
    return folder


def files(folder):
    """Every file of the table with its bytes."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*/*"))}


def part(folder, number, kind="runs"):
    return folder / kind / f"part-{number:06d}.parquet"


# --- what a part holds ------------------------------------------------------------------------------------------------


def test_a_part_holds_the_rows_of_its_batch_and_the_last_one_what_is_left(tmp_path):
    folder = swept(tmp_path / "sweep")
    assert sorted(files(folder)) == ["part-000000.parquet", "part-000001.parquet", "part-000002.parquet"]
    found = [parquet.read_table(part(folder, number)).to_pylist() for number in range(3)]
    expected = [[row for task in of for row in rows_of(task)] for of in (range(4), range(4, 8), range(8, 10))]
    for lines, wanted in zip(found, expected, strict=True):
        assert [{k: v for k, v in line.items() if k != "nps"} for line in lines] == [
            {k: v for k, v in row.items() if k != "nps"} for row in wanted
        ]
        np.testing.assert_array_equal(
            [line["nps"] for line in lines], [np.nan if row["nps"] is None else row["nps"] for row in wanted]
        )


def test_types_do_not_depend_on_what_a_batch_happens_to_hold(tmp_path):
    folder = swept(tmp_path / "sweep", failing)
    schemas = {str(parquet.read_schema(part(folder, number)).remove_metadata()) for number in range(3)}
    assert len(schemas) == 1, "part 1 has an error, the others have none"
    types = {field.name: str(field.type) for field in parquet.read_schema(part(folder, 0))}
    assert types == {
        **dict.fromkeys(("run", "point", "replication", "seed"), "int64"),
        **dict.fromkeys(("arm", "status", "error", "factor.council"), "string"),
        **dict.fromkeys(("factor.weight", "loyalty", "nps"), "double"),
    }


def test_columns_carry_their_words(tmp_path):
    told = {"loyalty": Column(name="loyalty", label="Loyalty", unit="0-100", meaning="How loyal.")}
    folder = swept(tmp_path / "sweep", columns=told)
    schema = parquet.read_schema(part(folder, 0))
    assert schema.field("loyalty").metadata == {b"label": b"Loyalty", b"unit": b"0-100", b"meaning": b"How loyal."}
    assert b"task x arms" in schema.field("run").metadata[b"meaning"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "must be some"),
        ([{"run": 0, "a": 1.0}, {"run": 1, "b": 1.0}], "same columns"),
        ([{"run": 0, "a": 1.0}, {"run": 1, "a": "x"}], "column a has both text and numbers"),
    ],
)
def test_rows_that_make_no_table_are_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        encoded(rows, of=range(4))


# --- reading ----------------------------------------------------------------------------------------------------------


def test_reading_gives_all_runs_in_their_order(tmp_path):
    folder = swept(tmp_path / "sweep")
    expected = pd.DataFrame([row for task in range(TASKS) for row in rows_of(task)])
    found = dataset.read(folder)
    assert found["run"].tolist() == list(range(2 * TASKS))
    pd.testing.assert_frame_equal(found, expected.astype(found.dtypes))
    assert dataset.read(str(folder)).equals(found)


def test_pandas_polars_and_duckdb_read_it_while_it_grows(tmp_path):
    import duckdb
    import polars as pl

    folder, seen = tmp_path / "sweep", []

    def look(done, tasks):
        if done:
            # What a process that is being killed at this moment would leave.
            (folder / "runs" / ".part-000002.unfinished").write_bytes(b"PAR1 half")
            glob = str(folder / "runs" / "*.parquet")
            counts = {
                len(pd.read_parquet(folder / "runs")),
                pl.scan_parquet(glob).select(pl.len()).collect().item(),
                duckdb.sql(f"select count(*) from '{glob}'").fetchall()[0][0],
                len(dataset.read(folder)),
            }
            assert len(counts) == 1
            seen.append((done, counts.pop()))

    swept(folder, progress=look)
    assert seen == [(4, 8), (8, 16), (10, 20)]
    by_polars = pl.read_parquet(folder / "runs" / "*.parquet")
    assert by_polars["loyalty"].to_list() == dataset.read(folder)["loyalty"].tolist()
    by_duckdb = duckdb.sql(
        f"select arm, avg(loyalty) m from '{folder}/runs/*.parquet' group by arm order by arm"
    ).fetchall()
    assert by_duckdb == [
        (arm, pytest.approx(m)) for arm, m in dataset.read(folder).groupby("arm")["loyalty"].mean().items()
    ]


@pytest.mark.parametrize("reader", [dataset.read, dataset.read_weekly])
def test_reading_what_is_not_there_says_so(tmp_path, reader):
    with pytest.raises(FolderRefused, match="holds no finished"):
        reader(tmp_path)


def test_weekly_tables_go_beside_the_runs(tmp_path):
    folder = swept(tmp_path / "sweep", with_weeks)
    weekly = dataset.read_weekly(folder)
    assert list(zip(weekly["run"], weekly["week"], strict=True)) == [(r, w) for r in range(20) for w in range(3)]
    assert dataset.read(folder).equals(dataset.read(swept(tmp_path / "without")))


def test_the_plan_of_a_folder(tmp_path):
    with pytest.raises(FolderRefused, match=r"no plan\.json"):
        dataset.plan_of(tmp_path)
    for text in ("{", "[]"):
        (tmp_path / "plan.json").write_text(text)
        with pytest.raises(FolderRefused, match="damaged"):
            dataset.plan_of(tmp_path)
    (tmp_path / "plan.json").write_text('{"batch": 4}')
    assert dataset.plan_of(tmp_path) == {"batch": 4}


# --- what counts as finished ------------------------------------------------------------------------------------------


def test_the_status_of_a_sweep(tmp_path):
    folder = tmp_path / "sweep"
    (folder / "runs").mkdir(parents=True)
    none = dataset.status(folder, **PLAN)
    assert (none.tasks, none.done, none.failed, none.left, none.parts, none.parts_in_all, none.size) == (
        10,
        0,
        0,
        10,
        0,
        3,
        0,
    )
    swept(folder, failing)
    part(folder, 2).unlink()
    some = dataset.status(folder, **PLAN)
    assert (some.done, some.failed, some.left, some.parts, some.parts_in_all) == (8, 1, 2, 2, 3)
    assert some.size == sum(len(content) for content in files(folder).values())


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-10])


def empty(path):
    path.write_bytes(b"")


def of_others(path):
    pd.DataFrame({"run": [1]}).to_parquet(path)


def missing(path):
    path.unlink()


@pytest.mark.parametrize("spoil", [cut_short, empty, of_others, missing])
@pytest.mark.parametrize("kind", ["runs", "weekly"])
def test_what_is_no_whole_part_is_done_again(tmp_path, spoil, kind):
    folder = swept(tmp_path / "sweep", with_weeks)
    whole = files(folder)
    spoil(part(folder, 1, kind))
    assert set(dataset.finished(folder, **PLAN)) == {0, 2}
    asked = []
    swept(folder, lambda task: asked.append(task) or with_weeks(task))
    assert asked == [4, 5, 6, 7], "finished parts are not done again"
    assert files(folder) == whole


def test_a_damaged_row_is_not_read_as_if_it_were_whole(tmp_path):
    folder = swept(tmp_path / "sweep")
    content = bytearray(part(folder, 1).read_bytes())
    loyalty = parquet.read_metadata(part(folder, 1)).row_group(0).column(9)
    assert loyalty.path_in_schema == "loyalty"
    content[loyalty.data_page_offset + loyalty.total_compressed_size - 1] ^= 0xFF
    part(folder, 1).write_bytes(content)
    with pytest.raises(OSError, match="CRC"):
        dataset.read(folder)


def test_names_that_are_not_of_parts_are_left_alone(tmp_path):
    folder = swept(tmp_path / "sweep")
    whole = files(folder)
    (folder / "runs" / "part-mine.parquet").write_bytes(part(folder, 0).read_bytes())
    (folder / "runs" / "notes.txt").write_text("mine")
    assert dataset.status(folder, **PLAN).parts == 3
    assert len(dataset.read(folder)) == 2 * TASKS
    swept(folder)
    assert {
        name: content for name, content in files(folder).items() if "mine" not in name and "notes" not in name
    } == whole
    assert (folder / "runs" / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("other", [{"tasks": TASKS, "batch": 5}, {"tasks": 9, "batch": 4}, {"tasks": 4, "batch": 4}])
def test_parts_of_another_plan_are_refused_and_kept(tmp_path, other):
    folder = swept(tmp_path / "sweep")
    whole = files(folder)
    with pytest.raises(FolderRefused, match="another plan"):
        execute(rows_of, folder=folder, workers=1, **other)
    assert files(folder) == whole


def test_what_a_killed_process_left_is_swept_away(tmp_path):
    folder = swept(tmp_path / "sweep")
    left = folder / "runs" / ".part-000001.unfinished"
    left.write_bytes(b"half")
    swept(folder)
    assert not left.exists()


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ((), True),
        ((".lock", "runs/"), True),
        ((".lock", "runs/", ".plan.unfinished"), True),
        ((".lock", "runs/", "plan.json"), False),
        ((".lock", "runs/part-000000.parquet"), False),
        (("notes.txt",), False),
    ],
)
def test_a_sweep_killed_before_its_plan_was_written_leaves_an_untouched_folder(tmp_path, left, expected):
    for name in left:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.mkdir() if name.endswith("/") else path.touch()
    assert dataset.untouched(tmp_path) == expected


# --- one process at a time, and a disk that fails ---------------------------------------------------------------------

HOLD = """
import sys, time
from pathlib import Path
from simulation.laboratory.sweep import dataset
with dataset.locked(Path(sys.argv[1])):
    print("locked", flush=True)
    time.sleep(60)
"""


def test_two_processes_do_not_run_one_sweep_and_a_killed_one_holds_nothing(tmp_path):
    root = Path(__file__).resolve().parent.parent
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, cwd=root) as other:
        try:
            assert other.stdout.readline() == b"locked\n"
            with pytest.raises(FolderRefused, match="another process runs this sweep"):
                swept(tmp_path)
            assert files(tmp_path) == {}
        finally:
            other.kill()
    swept(tmp_path)
    assert len(files(tmp_path)) == 3


@pytest.mark.parametrize("function", [(os, "fsync"), (Path, "replace")], ids=["fsync", "rename"])
def test_a_full_disk_leaves_whole_parts_and_says_how_to_go_on(tmp_path, monkeypatch, function):
    folder = tmp_path / "sweep"

    def full(*_args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def fill(done, _tasks):
        if done == 4:
            monkeypatch.setattr(*function, full)

    with pytest.raises(OSError, match=r"disk is full.*is kept.*goes on from there") as told:
        swept(folder, progress=fill)
    assert told.value.errno == errno.ENOSPC
    monkeypatch.undo()
    assert sorted(files(folder)) == ["part-000000.parquet"], "nothing half written"
    assert files(swept(folder)) == files(swept(tmp_path / "never full"))


def mounted(folder, options):
    """Mount a small file system of its own; skip where this cannot be done."""
    folder.mkdir()
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=False).returncode:
        pytest.skip("no file system may be mounted here")


def unmounted(folder):
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_really_full(tmp_path):
    disk = tmp_path / "disk"
    mounted(disk, "size=24k")
    try:
        with pytest.raises(OSError, match="disk is full"):
            execute(rows_of, tasks=100, batch=10, folder=disk / "sweep", workers=1)
        parts = dataset.status(disk / "sweep", tasks=100, batch=10).parts
        assert 0 < parts < 10
        assert len(files(disk / "sweep")) == parts
        subprocess.run(["mount", "-o", "remount,size=1m", str(disk)], check=True)
        execute(rows_of, tasks=100, batch=10, folder=disk / "sweep", workers=1)
        assert len(dataset.read(disk / "sweep")) == 200
    finally:
        unmounted(disk)


def test_a_disk_that_cannot_be_written(tmp_path):
    disk = tmp_path / "disk"
    mounted(disk, "size=1m")
    try:
        folder = swept(disk / "sweep")
        part(folder, 1).unlink()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        whole = files(folder)
        for place in (folder, disk / "new"):
            with pytest.raises(OSError, match="cannot be written") as told:
                swept(place)
            assert told.value.errno == errno.EROFS
        assert files(folder) == whole
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        assert files(swept(folder)) == files(swept(tmp_path / "another"))
    finally:
        unmounted(disk)

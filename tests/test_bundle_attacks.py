"""A bundle is untrusted data: each way of attacking a reader of files, refused in one clear message, with nothing done."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from fake_runner import fake_arms, tiny_scenario
from typer.testing import CliRunner

from simulation.analysis.comparison import compare
from simulation.analysis.storage import save
from simulation.cli import app
from simulation.laboratory.bundle import reading as bundle_reading
from simulation.laboratory.bundle import sweep_bundle
from simulation.laboratory.bundle.bundle import bundle, zipped
from simulation.laboratory.bundle.manifest import MANIFEST, PLAN, SCENARIO, SUMMARY
from simulation.laboratory.bundle.reading import open_bundle
from simulation.laboratory.bundle.reproducing import reproduce
from simulation.laboratory.bundle.work_asked import work_asked
from simulation.scenario.faults import ScenarioError
from simulation.views.laboratory.reproduction_words import lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Members = dict[str, bytes]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Members:
    """The members of an honest bundle of a comparison."""
    folder = tmp_path_factory.mktemp("honest")
    results = save(compare(tiny_scenario(), replications=3, workers=1, runner=fake_arms), folder / "shop")
    with zipfile.ZipFile(bundle(results, folder / "b.zip")) as file:
        return {name: file.read(name) for name in file.namelist()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bad.silosim.zip"


def refused(path: Path, content: bytes, said: str) -> None:
    """The file is refused with these words, and nothing appears beside it."""
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as told:
        reproduce(open_bundle(path), workers=1, runner=fake_arms)
    assert said in str(told.value)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def with_json(members: Members, name: str, change: Callable[[Any], object]) -> Members:
    """The members with one JSON file changed in place."""
    told = json.loads(members[name])
    change(told)
    return {**members, name: json.dumps(told).encode()}


def zip_of(members: Members, change: Callable[[zipfile.ZipInfo], None], *, only: str = "") -> bytes:
    """A zip file whose entries (those called `only`, or all) are changed before they are written."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o100644 << 16
            if only in {"", name}:
                change(entry)
            file.writestr(entry, content)
    return buffer.getvalue()


# --- the zip file ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../evil.json",
        "/etc/passwd",
        "values/../../evil.f64",
        "C:\\evil.json",
        "values\\weekly.f64",
        "bundle.json/",
        "model.pkl",
        "evil.py",
        "values/other.f64",
        "BUNDLE.JSON",
        "bundle.json\x00.pkl",
    ],
)
def test_a_member_of_another_name_is_refused(honest: Members, path: Path, name: str) -> None:
    content = zipped({**honest, "values/xxxxxx.f64": b"x"})
    # Written into the bytes: Python's own writer would tidy some of these names.
    raw = name.encode()[:17].ljust(17, b"_") if len(name) != 17 else name.encode()
    refused(path, content.replace(b"values/xxxxxx.f64", raw), "is no member that a bundle has")


def test_a_pickle_in_place_of_data_is_refused_unread(honest: Members, path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return (path.with_name("evil").write_text, ("x",))

    for name in (MANIFEST, SCENARIO, "values/summary.f64"):
        path.write_bytes(zipped({**honest, name: pickle.dumps(Evil())}))
        with pytest.raises(ScenarioError):
            open_bundle(path).values("summary")
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_member_that_is_there_twice_is_refused(honest: Members, path: Path) -> None:
    content = zipped({**honest, "bundle.jsom": b"{}"}).replace(b"bundle.jsom", b"bundle.json")
    refused(path, content, "is there twice")


def test_a_compressed_member_cannot_swell_for_it_is_refused(honest: Members, path: Path) -> None:
    bomb = {**honest, "values/weekly.f64": bytes(20_000_000)}

    def deflated(entry: zipfile.ZipInfo) -> None:
        entry.compress_type = zipfile.ZIP_DEFLATED

    content = zip_of(bomb, deflated, only="values/weekly.f64")
    assert len(content) < 100_000
    refused(path, content, "is compressed")


def test_a_member_that_tells_of_another_size_is_refused(honest: Members, path: Path) -> None:
    content = bytearray(zipped(honest))
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"values/summary.f64"))
    content[at + 20 : at + 28] = struct.pack("<II", 2**29, 2**29)
    refused(path, bytes(content), "tells of more than it holds")
    content[at + 20 : at + 28] = struct.pack("<II", 2**31, 2**31)
    refused(path, bytes(content), "bytes large")
    content[at + 20 : at + 28] = struct.pack("<II", 3, 2**20)
    refused(path, bytes(content), "is compressed")


def test_members_on_top_of_each_other_are_refused(honest: Members, path: Path) -> None:
    """All entries of the directory lead to the same bytes."""
    content = bytearray(zipped(honest))
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"scenario.json"))
    content[at + 42 : at + 46] = bytes(4)
    refused(path, bytes(content), "is damaged")


@pytest.mark.parametrize(
    ("mode", "said"), [(0o120777, "is a link"), (0o040755, "is a link or a folder"), (0o020666, "is a link")]
)
def test_links_folders_and_devices_are_refused(honest: Members, path: Path, mode: int, said: str) -> None:
    def linked(entry: zipfile.ZipInfo) -> None:
        entry.external_attr = mode << 16

    refused(path, zip_of(honest, linked, only=SUMMARY), said)


def test_an_encrypted_member_is_refused(honest: Members, path: Path) -> None:
    content = bytearray(zipped(honest))
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"summary.csv"))
    content[at + 8] |= 1
    refused(path, bytes(content), "is encrypted")


def test_too_many_members_are_refused_before_they_are_listed(path: Path) -> None:
    refused(path, zipped({f"{number:05d}": b"" for number in range(20_000)}), "lists 20,000 members")


def test_a_64_bit_directory_is_refused(honest: Members, path: Path) -> None:
    content = zipped(honest)
    body, end = content[:-22], content[-22:]
    record = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 9, 9, 100, 0)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, len(body), 1)
    refused(path, body + record + locator + end, "holds something beside its members")
    size, start = struct.unpack("<II", end[12:20])
    swallowed = end[:12] + struct.pack("<II", size + len(record) + len(locator), start) + end[20:]
    refused(path, body + record + locator + swallowed, "holds something beside its members")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"#!/bin/sh\n" + content,
        lambda content: content + b"more",
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda _: b"",
        lambda _: b"PK",
        lambda _: b"not a zip file at all, but long enough",
    ],
)
def test_something_before_behind_or_missing_is_refused(
    honest: Members, path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    refused(path, spoil(zipped(honest)), "bad.silosim.zip: ")


def test_a_flipped_byte_is_seen(honest: Members, path: Path) -> None:
    content = bytearray(zipped(honest))
    content[content.index(b"Own KPI only")] ^= 1
    refused(path, bytes(content), "is damaged")


def test_a_file_that_is_too_large_is_refused_unread(
    honest: Members, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_reading, "MOST_BYTES", 1000)
    refused(path, zipped(honest), "at most 1,000")


def test_a_folder_and_nothing_are_refused(tmp_path: Path) -> None:
    for other in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(ScenarioError):
            open_bundle(other)


@pytest.mark.parametrize("name", [MANIFEST, SCENARIO])
def test_a_missing_member_is_named(honest: Members, path: Path, name: str) -> None:
    refused(path, zipped({key: content for key, content in honest.items() if key != name}), f"{name}: is missing")


# --- JSON ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [MANIFEST, SCENARIO])
@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' + b"[" * 150 + b"]" * 150 + b"}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": 1} trailing',
        b"[]",
        b"null",
        b"",
        b"\xff\xfe{}",
        b'{"a": "\xed\xa0\x80"}',
        b"title: yaml",
        b"!!python/object/apply:os.system ['true']",
    ],
)
def test_json_that_is_deep_endless_or_none_is_refused(honest: Members, path: Path, name: str, content: bytes) -> None:
    refused(path, zipped({**honest, name: content}), "bad.silosim.zip/")


def test_a_scenario_of_too_many_values_is_refused(honest: Members, path: Path) -> None:
    many = with_json(honest, SCENARIO, lambda told: told.update(title="x", more=[0] * 60_000))
    refused(path, zipped(many), "too large")


def _empty(told: Any, table: str) -> dict[str, Any]:
    """The first part of a table again, without rows."""
    return {**told["tables"][table]["parts"][0], "rows": 0}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda told: told.update(version=2), "version"),
        (lambda told: told.update(format="other"), "format"),
        (lambda told: told.update(command=["rm", "-rf"]), "command"),
        (lambda told: told.update(replications=[10**9]), "replications"),
        (lambda told: told.update(replications=[0, 0, 1]), "each number once"),
        (lambda told: told.update(replications=[True, 1]), "replications"),
        (lambda told: told.update(replications=[]), "replications"),
        (lambda told: told.update(arms=["other"]), "is not an arm"),
        (lambda told: told.update(arms=["own", "own"]), "named twice"),
        (lambda told: told.update(seed=8), "is not the scenario's"),
        (lambda told: told.update(engine="os.system"), "engine"),
        (lambda told: told.update(name="\x1b[31mred"), "name"),
        (lambda told: told["versions"].update(python="\x1b]0;title\x07"), "versions"),
        (lambda told: told["tables"].update({"../../evil": told["tables"]["weekly"]}), "tables"),
        (lambda told: told["tables"]["weekly"].update(digest="0"), "digest"),
        (lambda told: told["tables"]["weekly"].update(rows=2**60), "rows"),
        (lambda told: told["tables"]["weekly"].update(rows=17), "do not add up"),
        (lambda told: told["tables"]["weekly"]["parts"].append(_empty(told, "weekly")), "a part twice"),
        (lambda told: told["tables"].pop("weekly"), "tables.weekly: is missing"),
    ],
)  # fmt: skip
def test_a_manifest_that_is_not_as_it_must_be_is_refused(
    honest: Members, path: Path, change: Callable[[Any], object], said: str
) -> None:
    refused(path, zipped(with_json(honest, MANIFEST, change)), said)


def test_numbers_of_another_size_are_refused(honest: Members, path: Path) -> None:
    for content in (b"", bytes(8), honest["values/weekly.f64"] + bytes(8)):
        path.write_bytes(zipped({**honest, "values/weekly.f64": content}))
        with pytest.raises(ScenarioError, match="8 for each of"):
            open_bundle(path).values("weekly")


def test_digests_that_lie_are_a_difference_and_no_crash(honest: Members, path: Path) -> None:
    def lie(told: Any) -> None:
        told["tables"]["weekly"]["digest"] = "0" * 64
        told["tables"]["ledger"]["parts"][0]["mark"] = "0" * 16
        told["tables"]["journey"]["parts"][0]["key"] = ["nobody\x1b[2J", 7]
        told["tables"]["customers"]["columns"][0][0] = "\x1b[2Jcleared"

    path.write_bytes(zipped(with_json(honest, MANIFEST, lie)))
    answer = reproduce(open_bundle(path), workers=1, runner=fake_arms)
    assert "\x1b" not in "".join(lines(answer, name="b\x1b"))
    found = {table.table: table for table in answer.tables}
    assert "contradicts itself" in found["weekly"].note
    assert found["ledger"].differing == 1
    assert "has other parts" in found["journey"].note
    assert "has other columns" in found["customers"].note
    assert found["summary"].identical


# --- the scenario ----------------------------------------------------------------------------------------------------


def test_a_scenario_reads_no_other_file(honest: Members, path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("outside") / "secret.csv"
    secret.write_text("lever,setting,week\nsales.hurry,0.9,4\n")
    human = {"rule": "human", "decisions": str(secret)}
    changes: list[Callable[[Any], object]] = [
        lambda told: told.update(extends=str(secret)),
        lambda told: told.update(extends="baseline"),
        lambda told: told.update(learning=human),
        lambda told: told["arms"]["half"]["changes"].update(learning=human),
        lambda told: told["arms"]["half"]["changes"].update(extends="baseline"),
    ]
    for change in changes:
        refused(path, zipped(with_json(honest, SCENARIO, change)), "a bundle reads no file")


def test_a_faulty_scenario_tells_every_fault(honest: Members, path: Path) -> None:
    def spoil(told: Any) -> None:
        told["horizon"]["population"] = 10**12
        told["horizon"]["weeks"] = -1
        told["surprise"] = "__import__('os').system('true')"

    path.write_bytes(zipped(with_json(honest, SCENARIO, spoil)))
    with pytest.raises(ScenarioError) as told:
        open_bundle(path)
    assert len(told.value.faults) == 3
    assert all("bad.silosim.zip/scenario.json" in str(fault) for fault in told.value.faults)


def test_a_huge_amount_of_work_is_asked_about_first(
    honest: Members, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "simulation.laboratory.bundle.reproducing.reproduce", lambda *_given, **_options: pytest.fail("ran")
    )
    many = with_json(honest, MANIFEST, lambda told: told.update(replications=list(range(100_000))))
    crowd = with_json(honest, SCENARIO, lambda told: told["horizon"].update(population=20_000_000))
    for members in (many, crowd):
        path.write_bytes(zipped(members))
        done = CliRunner().invoke(app, ["reproduce", str(path)])
        assert (done.exit_code, "add --yes" in done.output) == (2, True)
    path.write_bytes(zipped(many))
    assert not work_asked(open_bundle(path), only=10).huge
    path.write_bytes(zipped(honest))
    asked = work_asked(open_bundle(path))
    assert (asked.runs, asked.steps, asked.people) == (9, 9 * 68 * 100, 100)


def test_the_command_refuses_in_one_line_without_a_traceback(honest: Members, path: Path) -> None:
    path.write_bytes(zipped({**honest, "evil.py": b"import os"}))
    done = CliRunner().invoke(app, ["reproduce", str(path)])
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert "Traceback" not in done.output


# --- the plan of a sweep ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def honest_sweep(honest: Members, tmp_path_factory: pytest.TempPathFactory) -> Members:
    """The members of an honest bundle of a sweep, with made-up runs."""
    from simulation.laboratory.sweep.planning import plan_sweep
    from simulation.laboratory.sweep.sweeping import sweep

    folder = tmp_path_factory.mktemp("sweep")
    (folder / "shop.json").write_bytes(honest[SCENARIO])
    given = {
        "title": "Tiny",
        "scenario": str(folder / "shop.json"),
        "replications": 2,
        "design": {"kind": "full_factorial"},
        "factors": {"weight": {"path": ["incentives.shared_weight"], "levels": [0.0, 0.5], "arms": ["half"]}},
    }
    sweep(plan_sweep(given), folder / "out", workers=1, runner=fake_arms)
    with zipfile.ZipFile(bundle(folder / "out", folder / "b.zip")) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_a_bundle_names_no_folder(honest_sweep: Members) -> None:
    assert json.loads(honest_sweep[PLAN])["sweep"]["scenario"] == "shop.json"
    assert all(b"pytest-of" not in content for content in honest_sweep.values())


def test_an_honest_sweep_is_identical_and_a_lying_one_is_not(honest_sweep: Members, path: Path) -> None:
    path.write_bytes(zipped(honest_sweep))
    assert reproduce(open_bundle(path), workers=1, runner=fake_arms).identical
    assert reproduce(open_bundle(path), workers=1, runner=fake_arms, only=1).identical

    def lie(told: Any) -> None:
        told["tables"]["runs"]["parts"][2]["mark"] = "0" * 16

    path.write_bytes(zipped(with_json(honest_sweep, MANIFEST, lie)))
    runs = reproduce(open_bundle(path), workers=1, runner=fake_arms).tables[0]
    assert runs.first is not None
    assert (runs.table, runs.differing, runs.first.where) == ("runs", 1, {"point": 1, "replication": 0})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda told: told.update(replications=10**9), "are not those of the bundle"),
        (lambda told: told.update(replications=True), "are not what they can be"),
        (lambda told: told.update(luck="bad"), "are not what they can be"),
        (lambda told: told.update(arms=["own", "nobody", "same"]), "are not those of the bundle"),
        (lambda told: told.update(command="rm -rf"), "more or other things"),
        (lambda told: told.pop("design"), "is no plan"),
        (lambda told: told["design"].update(factors=[7]), "is no plan"),
        (lambda told: told["design"].update(points=[]), "design.points"),
        (lambda told: told["design"].update(points=[[0.1, 0.2]]), "design.points"),
        (lambda told: told["design"].update(points=[[{"a": 1}]]), "design.points"),
        (lambda told: told.update(metrics=["../../x"]), "names of metrics"),
        (lambda told: told.update(metrics=[7]), "names of metrics"),
        (lambda told: told.update(outcomes=["nps", "loyalty_of_whom"]), "not among the metrics"),
        (lambda told: told["scenario"].update(extends="baseline"), "a bundle reads no file"),
        (lambda told: told["scenario"].update(horizon={"weeks": -1}), "is not allowed"),
    ],
)
def test_a_plan_that_is_not_as_it_must_be_is_refused(
    honest_sweep: Members, path: Path, change: Callable[[Any], object], said: str
) -> None:
    refused(path, zipped(with_json(honest_sweep, PLAN, change)), said)


def test_a_factor_that_reaches_where_it_must_not_gives_failed_runs_and_reads_nothing(
    honest_sweep: Members, path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("outside") / "secret.csv"
    secret.write_text("lever,setting,week\nsales.hurry,0.9,4\n")

    def reach(told: Any) -> None:
        factor = told["design"]["factors"][0]
        factor |= {
            "kind": "choices",
            "path": "learning.decisions",
            "paths": [["learning", "decisions"]],
            "choices": {"x": str(secret)},
        }
        factor.pop("levels")
        told["design"]["points"] = [["x"], ["x"]]

    path.write_bytes(zipped(with_json(honest_sweep, PLAN, reach)))
    opened = open_bundle(path)
    tables = sweep_bundle.swept_again(opened, 1, workers=1, runner=fake_arms, progress=lambda _done, _planned: None)
    assert set(tables["runs"]["status"]) == {"failed"}
    assert "0.9" not in " ".join(tables["runs"]["error"])


def test_a_factor_cannot_hide_a_crowd(honest_sweep: Members, path: Path) -> None:
    def crowd(told: Any) -> None:
        factor = told["design"]["factors"][0]
        factor |= {"path": "horizon.population", "paths": [["horizon", "population"]], "whole": True}
        factor |= {"levels": [20_000_000.0], "arms": told["arms"]}
        told["design"]["points"] = [[20_000_000.0], [20_000_000.0]]

    path.write_bytes(zipped(with_json(honest_sweep, PLAN, crowd)))
    assert work_asked(open_bundle(path)).people == 20_000_000
    assert work_asked(open_bundle(path)).huge

"""The hash of the sources: changes with any of those behind a result, and with nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from simulation.analysis.sources import COMPARISON, Stamp, modules_behind, sources_hash, stale_results
from simulation.cli.studying import run_study
from simulation.scenario.library import shipped, world_files

if TYPE_CHECKING:
    from pathlib import Path

STUDY = "simulation.analysis.study"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a study, a module that it imports late, one that nobody imports, facts, a scenario and a world."""
    checkout = tmp_path / "checkout"
    for name, text in {
        "simulation/__init__.py": "",
        "simulation/analysis/__init__.py": "",
        "simulation/analysis/study.py": (
            "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from simulation.rules import patience\n\n\n"
            "def study() -> int:\n    from simulation.rules import queue\n\n    return queue.a\n"
        ),
        "simulation/analysis/facts.csv": "key,value\nC01,4.2\n",
        "simulation/rules/__init__.py": "",
        "simulation/rules/queue.py": "a = 1\nb = 2\n",
        "simulation/rules/patience.py": "c = 1\n",
        "simulation/rules/unused.py": "d = 1\n",
        "scenarios/firm.yaml": "title: firm\n",
        "scenarios/worlds/shop.yaml": "title: shop\n",
    }.items():
        file = checkout / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    return checkout


def hash_of(checkout: Path) -> str:
    return sources_hash(STUDY, package=checkout / "simulation", scenarios=(checkout / "scenarios").rglob("*.yaml"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("simulation/rules/queue.py", b"a = 1\r\nb = 2\r\n"),
        ("simulation/rules/queue.py", b'"""Queues."""\n# Two figures.\na = 1\n"""The first."""\n\nb = 2\n'),
        ("simulation/rules/__init__.py", b'"""Rules."""\n'),
        ("simulation/notes.txt", b"other"),
        ("simulation/rules/unused.py", b"d = 2\n"),
        ("simulation/rules/patience.py", b"c = 2\n"),
    ],
)
def test_line_ends_words_about_code_and_files_not_behind_it_do_not_count(
    checkout: Path, name: str, text: bytes
) -> None:
    before = hash_of(checkout)
    (checkout / name).write_bytes(text)
    assert hash_of(checkout) == before


@pytest.mark.parametrize(
    ("changed", "more"),
    [
        ("simulation/analysis/study.py", b"e = 1\n"),
        ("simulation/rules/queue.py", b"e = 1\n"),
        ("simulation/rules/__init__.py", b"e = 1\n"),
        ("simulation/analysis/facts.csv", b"\n"),
        ("scenarios/firm.yaml", b"\n"),
        ("scenarios/worlds/shop.yaml", b"# a comment\n"),
    ],
)
def test_everything_behind_it_counts(checkout: Path, changed: str, more: bytes) -> None:
    before = hash_of(checkout)
    file = checkout / changed
    file.write_bytes(file.read_bytes() + more)
    assert hash_of(checkout) != before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = 1\n", "a = 2\n"),
        ("if a:\n    b = 1\nc = 1\n", "if a:\n    b = 1\n    c = 1\n"),
        ('a = """x\n\ny"""\n', 'a = """x\ny"""\n'),
        ('a = """x\n# y"""\n', 'a = """x\n# z"""\n'),
        ('a = f"""{b}\n# y"""\n', 'a = f"""{b}\n# z"""\n'),
        ('"x"; a = 1\n', '"x"; a = 2\n'),
        ('a = 1; "x"\n', 'a = 2; "x"\n'),
        ('a = (\n    "x"\n)\n', 'a = (\n    "y"\n)\n'),
        ("a = 1  # noqa\n", "a = 1\n"),
    ],
)
def test_all_code_counts(checkout: Path, one: str, other: str) -> None:
    file = checkout / "simulation" / "rules" / "queue.py"
    file.write_text(one, encoding="utf-8", newline="\n")
    before = hash_of(checkout)
    file.write_text(other, encoding="utf-8", newline="\n")
    assert hash_of(checkout) != before


def test_a_renamed_file_counts(checkout: Path) -> None:
    before = hash_of(checkout)
    (checkout / "scenarios" / "firm.yaml").rename(checkout / "scenarios" / "company.yaml")
    assert hash_of(checkout) != before


def test_a_world_is_not_the_scenario_of_its_name(checkout: Path) -> None:
    before = hash_of(checkout)
    (checkout / "scenarios" / "worlds" / "shop.yaml").rename(checkout / "scenarios" / "shop.yaml")
    assert hash_of(checkout) != before


def test_the_shipped_scenarios_and_the_worlds_count_by_default(checkout: Path) -> None:
    package = checkout / "simulation"
    firms, worlds = shipped().values(), world_files().values()
    assert worlds
    assert sources_hash(STUDY, package=package) == sources_hash(STUDY, package=package, scenarios=[*firms, *worlds])
    assert sources_hash(STUDY, package=package) != sources_hash(STUDY, package=package, scenarios=firms)
    assert sources_hash(STUDY, package=package) != sources_hash(STUDY, package=package, scenarios=worlds)


def test_all_that_a_comparison_loads_stands_behind_it() -> None:
    compared = (
        "import sys, simulation\n"
        "simulation.compare('cx_council', replications=1, population=100, weeks=30, workers=1)\n"
        "print(*(name for name in sys.modules if name.split('.')[0] == 'simulation'))\n"
    )
    loaded = subprocess.run([sys.executable, "-c", compared], capture_output=True, text=True, check=True).stdout.split()
    missing = set(loaded) - set(modules_behind(COMPARISON)) - {"simulation", "simulation._version"}
    assert len(loaded) > 50
    assert missing == set()


def test_pictures_and_commands_do_not_stand_behind_a_comparison() -> None:
    parts = {name.split(".")[1] for name in modules_behind(COMPARISON)}
    assert parts == {"scenario", "randomness", "record", "rules", "model", "analysis"}


def test_stale_results_are_found(tmp_path: Path) -> None:
    results = tmp_path / "evidence"
    assert stale_results(results) == []
    results.mkdir()
    Stamp.of(COMPARISON).write(results / "fresh.json", {"replications": 2})
    fresh = json.loads((results / "fresh.json").read_text(encoding="utf-8"))
    for name, content in {
        "of_a_lost_module": {**fresh, "made_by": ["simulation.analysis.gone"]},
        "of_another_module": {**fresh, "made_by": ["simulation.analysis.theory_study"]},
        "old": {**fresh, "sources_hash": "0" * 64},
        "unsigned": {},
        "list": [],
    }.items():
        (results / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    assert [file.stem for file in stale_results(results)] == [
        "list", "of_a_lost_module", "of_another_module", "old", "unsigned",
    ]  # fmt: skip


def test_a_study_given_as_a_partial_is_stamped_by_its_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def study(_arms: object, **_options: object) -> dict[str, object]:
        return {}

    study.__module__ = "simulation.analysis.replay"
    monkeypatch.setattr(sys, "argv", ["run.py"])
    run_study("", tmp_path, partial(study, {}), lambda _tables, _folder: [], 2)  # type: ignore[arg-type]
    stored = json.loads((tmp_path / "provenance.json").read_text(encoding="utf-8"))
    assert stored["made_by"] == ["simulation.analysis.replay"]
    assert stale_results(tmp_path) == []

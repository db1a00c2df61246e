"""The hash of the sources: changes with any of them, and with nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from simulation.analysis.sources import sources_hash, stale_results
from simulation.scenario.library import shipped, world_files

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a module, a table of facts, a scenario and a world."""
    checkout = tmp_path / "checkout"
    (checkout / "simulation" / "analysis").mkdir(parents=True)
    (checkout / "simulation" / "analysis" / "facts.csv").write_bytes(b"key,value\nC01,4.2\n")
    (checkout / "simulation" / "rules").mkdir()
    (checkout / "simulation" / "rules" / "queue.py").write_bytes(b"a = 1\nb = 2\n")
    (checkout / "scenarios" / "worlds").mkdir(parents=True)
    (checkout / "scenarios" / "firm.yaml").write_bytes(b"title: firm\n")
    (checkout / "scenarios" / "worlds" / "shop.yaml").write_bytes(b"title: shop\n")
    return checkout


def hash_of(checkout: Path) -> str:
    return sources_hash(package=checkout / "simulation", scenarios=(checkout / "scenarios").rglob("*.yaml"))


def test_line_ends_and_other_files_do_not_count(checkout: Path) -> None:
    before = hash_of(checkout)
    (checkout / "simulation" / "rules" / "queue.py").write_bytes(b"a = 1\r\nb = 2\r\n")
    (checkout / "simulation" / "notes.txt").write_text("other", encoding="utf-8")
    assert hash_of(checkout) == before


@pytest.mark.parametrize(
    "changed",
    ["simulation/rules/queue.py", "simulation/analysis/facts.csv", "scenarios/firm.yaml", "scenarios/worlds/shop.yaml"],
)
def test_every_source_counts(checkout: Path, changed: str) -> None:
    before = hash_of(checkout)
    (checkout / changed).write_text("c: 3\n", encoding="utf-8")
    assert hash_of(checkout) != before


def test_a_renamed_file_counts(checkout: Path) -> None:
    before = hash_of(checkout)
    rules = checkout / "simulation" / "rules"
    (rules / "queue.py").rename(rules / "wait.py")
    assert hash_of(checkout) != before


def test_a_world_is_not_the_scenario_of_its_name(checkout: Path) -> None:
    before = hash_of(checkout)
    (checkout / "scenarios" / "worlds" / "shop.yaml").rename(checkout / "scenarios" / "shop.yaml")
    assert hash_of(checkout) != before


def test_the_shipped_scenarios_and_the_worlds_count_by_default(checkout: Path) -> None:
    package = checkout / "simulation"
    firms, worlds = shipped().values(), world_files().values()
    assert worlds
    assert sources_hash(package=package) == sources_hash(package=package, scenarios=[*firms, *worlds])
    assert sources_hash(package=package) != sources_hash(package=package, scenarios=firms)
    assert sources_hash(package=package) != sources_hash(package=package, scenarios=worlds)


def test_stale_results_are_found(tmp_path: Path) -> None:
    results = tmp_path / "evidence"
    assert stale_results(results) == []
    results.mkdir()
    for name, content in {
        "fresh": {"sources_hash": sources_hash()},
        "old": {"sources_hash": "0" * 64},
        "unsigned": {},
        "list": [],
    }.items():
        (results / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    assert [file.stem for file in stale_results(results)] == ["list", "old", "unsigned"]

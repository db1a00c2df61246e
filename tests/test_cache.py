"""Compiled code is never older than its sources, is made ready with a word, and may have nowhere to be kept."""

from __future__ import annotations

import ast
import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import simulation
from simulation.model import cache
from simulation.model.target import WIDTHS

PACKAGE = Path(simulation.__file__).parent
SCRIPT = """
from simulation.model.organization_model import OrganizationModel
model = OrganizationModel("baseline", population=100, burn_in=4, weeks=1)
model.run()
print(model.loyalty)
"""


def loyalty(root: Path, kept: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(root), "NUMBA_CACHE_DIR": str(kept)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.full
def test_editing_a_helper_changes_the_result(tmp_path: Path) -> None:
    """Numba itself does not see the edit: the kernel's own file is untouched, and so is the cache below it."""
    from simulation.scenario.library import shipped

    shutil.copytree(PACKAGE, tmp_path / "simulation", ignore=shutil.ignore_patterns("__pycache__", "_scenarios"))
    (tmp_path / "scenarios").mkdir()
    for file in shipped().values():
        shutil.copy(file, tmp_path / "scenarios")
    kept = tmp_path / "cache"
    before = loyalty(tmp_path, kept)
    assert loyalty(tmp_path, kept) == before
    helper = tmp_path / "simulation" / "rules" / "behaviour.py"
    text = helper.read_text(encoding="utf-8")
    edited = text.replace("return loyalty + speed *", "return loyalty + 0.5 * speed *")
    assert edited != text
    helper.write_text(edited, encoding="utf-8")
    assert loyalty(tmp_path, kept) != before


def test_the_cache_folder_is_named_by_what_is_compiled_by_what_and_for_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("SILOSIM_CACHE_DIR", raising=False)
    monkeypatch.delenv("NUMBA_CPU_NAME", raising=False)
    monkeypatch.delenv("NUMBA_CPU_FEATURES", raising=False)
    folder = cache.cache_folder()
    assert folder.is_relative_to(tmp_path)
    assert folder == cache.cache_folder()
    with monkeypatch.context() as patch:
        patch.setenv("NUMBA_CPU_NAME", "generic")
        assert cache.cache_folder() != folder
    with monkeypatch.context() as patch:
        patch.setattr("simulation.model.target.host_processor", lambda: ("some", "+sse2,+avx,+avx512f"))
        widths = {}
        for width in WIDTHS:
            patch.setenv("SILOSIM_VECTOR_WIDTH", width)
            widths[width] = cache.cache_folder()
    assert len(set(widths.values())) == 3
    assert widths["auto"] == widths["512"]


def test_every_module_that_the_kernel_imports_is_part_of_the_folders_name() -> None:
    kernel = {PACKAGE / "model" / "kernel.py", *(PACKAGE / "model" / "kernel").glob("*.py")}
    found: set[Path] = set()
    todo = [file for file in kernel if file.is_file()]
    while todo:
        file = todo.pop()
        found.add(file)
        todo += [each for each in imported(file) if each not in found]
    assert PACKAGE / "rules" / "arithmetic.py" in found
    assert PACKAGE / "scenario" / "names.py" in found
    assert not found - set(cache._sources())


def imported(file: Path) -> list[Path]:
    """The package's files that a file imports from when it runs."""
    names = []
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("simulation"):
            names += [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
    files = [PACKAGE.joinpath(*name.split(".")[1:]) for name in names]
    return [
        each for each in (*(f.with_suffix(".py") for f in files), *(f / "__init__.py" for f in files)) if each.is_file()
    ]


# --- where nothing can be kept ----------------------------------------------------------------------------------------


@pytest.fixture
def no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache's folder cannot be made: a file is in its way."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    monkeypatch.setenv("SILOSIM_CACHE_DIR", "")  # so that what a test sets is taken back
    return tmp_path / "file"


def test_code_that_cannot_be_kept_goes_into_a_temporary_folder(no_folder: Path) -> None:
    said = cache.settle_folder()
    assert "cannot be kept" in said
    assert str(no_folder) in said
    assert "\n" not in said
    folder = cache.cache_folder()
    assert not folder.is_relative_to(no_folder)
    assert folder.is_dir()
    assert cache.settle_folder() == "", "it is said once; worker processes find the folder in the environment"
    assert cache.cache_folder() == folder


def test_a_full_disk_is_noticed_before_anything_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "full"))
    monkeypatch.setenv("SILOSIM_CACHE_DIR", "")
    real = cache.tempfile.TemporaryFile

    def full(**where: Path) -> Any:
        if where["dir"].is_relative_to(tmp_path / "full"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(**where)

    monkeypatch.setattr(cache.tempfile, "TemporaryFile", full)
    assert os.strerror(errno.ENOSPC) in cache.settle_folder()
    assert cache.cache_folder().is_dir()


def test_a_library_user_is_warned(no_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache.numba.config, "CACHE_DIR", "")
    with pytest.warns(RuntimeWarning, match="cannot be kept"):
        cache.use_cache_folder()
    assert Path(cache.numba.config.CACHE_DIR) == cache.cache_folder()


# --- compiling it -----------------------------------------------------------------------------------------------------


@pytest.mark.full
def test_warming_up_says_that_it_happens_once_and_compiles_all_that_runs_need(tmp_path: Path) -> None:
    def python(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words], env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}, cwd=Path(__file__).parent,
            capture_output=True, text=True, check=True, encoding="utf-8",
        )  # fmt: skip

    first, second = (python("-c", "from simulation.cli import main; main()", "warmup") for _ in range(2))
    assert first.stdout == second.stdout == ""
    start, end = first.stderr.splitlines()
    assert "once" in start
    assert "compiled in" in end
    assert second.stderr == "The engine was ready already.\n"
    missed: dict[str, int] = json.loads(python("-c", EVERYTHING).stdout)
    assert {"enter_all", "deal", "week_of", "spread_word"} <= set(missed)
    assert set(missed.values()) == {0}, missed


EVERYTHING = """
import json, sys
sys.path.insert(0, "..")
from simulation.model import cache
from simulation.model.organization_model import OrganizationModel
from worlds import changed, shop, workshop
alone = changed(workshop(), {"market": {"network": {"degree": 0}}, "levers": {"frozen": True}})
for scenario in (workshop(), shop(), alone, "silo_vs_shared", "software_vendor"):
    OrganizationModel(scenario, population=9000, burn_in=8, weeks=12, threads=2).run()
print(json.dumps({f.py_func.__name__: sum(f.stats.cache_misses.values()) for f in cache._kernels() if f.signatures}))
"""


def test_a_bar_on_a_terminal_counts_the_functions() -> None:
    seen: list[tuple[int, int]] = []

    class Kernel:
        def __init__(self, *signatures: str) -> None:
            self.signatures = signatures

    kernels = [Kernel(), Kernel("compiled already")]
    listener = cache._Compiled(kernels, lambda *counts: seen.append(counts))
    listener.on_end(None)
    kernels[0].signatures = ("now",)
    listener.on_end(None)
    assert seen == [(0, 2), (1, 2), (2, 2)]

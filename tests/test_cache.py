"""Compiled code is never older than its sources."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import simulation

PACKAGE = Path(simulation.__file__).parent
SCRIPT = """
from simulation.model.organization_model import OrganizationModel
model = OrganizationModel("baseline", population=100, burn_in=4, weeks=1)
model.run()
print(model.loyalty)
"""


def loyalty(root: Path, cache: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(root), "NUMBA_CACHE_DIR": str(cache)}
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
    cache = tmp_path / "cache"
    before = loyalty(tmp_path, cache)
    assert loyalty(tmp_path, cache) == before
    helper = tmp_path / "simulation" / "rules" / "behaviour.py"
    text = helper.read_text(encoding="utf-8")
    edited = text.replace("return loyalty + speed *", "return loyalty + 0.5 * speed *")
    assert edited != text
    helper.write_text(edited, encoding="utf-8")
    assert loyalty(tmp_path, cache) != before


def test_the_cache_folder_is_private_to_the_user_and_named_by_the_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simulation.model.cache import cache_folder

    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    folder = cache_folder()
    assert folder.is_relative_to(tmp_path)
    assert folder == cache_folder()
    monkeypatch.setenv("NUMBA_CPU_NAME", "generic")
    assert cache_folder() != folder

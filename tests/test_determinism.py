"""The same bits in any process, on any processor, with any number of threads, in either engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simulation.analysis.comparison import compare
from simulation.model.target import WIDTH_VARIABLE, WidthRefused, host_processor, preference

SCRIPT = Path(__file__).with_name("fingerprint.py")

pytestmark = pytest.mark.full


def numpy_without_extensions() -> str:
    """Every processor feature that numpy would choose at run time and that this processor has."""
    from numpy._core._multiarray_umath import (  # type: ignore[attr-defined]
        __cpu_dispatch__,
        __cpu_features__,
    )

    return " ".join(name for name in __cpu_dispatch__ if __cpu_features__.get(name))


SETTINGS: dict[str, dict[str, str]] = {
    "as it comes": {},
    "vectors of 128 bits": {"SILOSIM_VECTOR_WIDTH": "128"},
    "vectors of 256 bits": {"SILOSIM_VECTOR_WIDTH": "256"},
    "vectors of 512 bits": {"SILOSIM_VECTOR_WIDTH": "512"},
    "numpy without extensions": {"NPY_DISABLE_CPU_FEATURES": numpy_without_extensions()},
    "numba for any processor": {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
    "another OpenBLAS kernel": {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "1"},
    "an old OpenBLAS kernel": {"OPENBLAS_CORETYPE": "Nehalem"},
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 4242": {"PYTHONHASHSEED": "4242"},
    "optimised Python": {"PYTHONOPTIMIZE": "1"},
}


@cache
def run(setting: str = "as it comes", *options: str) -> dict[str, Any]:
    found = subprocess.run(
        [sys.executable, str(SCRIPT), *options],
        env={**os.environ, "PYTHONWARNINGS": "error", **SETTINGS[setting]},
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


@pytest.mark.parametrize("setting", [name for name in SETTINGS if name != "as it comes"])
def test_the_same_bits_in_any_setting(setting: str) -> None:
    width = SETTINGS[setting].get(WIDTH_VARIABLE)
    if width is not None and not can_be(width):
        pytest.skip(f"this processor has no choice of {width} bits")
    assert run(setting) == run()


def can_be(width: str) -> bool:
    has = {feature[1:]: feature.startswith("+") for feature in host_processor()[1].split(",")}
    try:
        preference(width, has)
    except WidthRefused:
        return False
    return True


@pytest.mark.parametrize("setting", ["as it comes", "numpy without extensions", "hash seed 4242"])
def test_the_plain_engine_gives_the_same_bits_in_any_setting(setting: str) -> None:
    assert run(setting, "--engine", "plain") == run()


@pytest.mark.parametrize("threads", ["2", "3"])
def test_the_same_bits_on_any_number_of_threads(threads: str) -> None:
    assert run("as it comes", "--threads", threads, "--slice", "50") == run()


def test_large_runs_have_the_same_bits_on_two_threads() -> None:
    """With the slices as they are, not made small for a test."""
    one, two = (run("as it comes", "--population", "9001", "--threads", n) for n in ("1", "2"))
    assert one == two


def test_a_comparison_has_the_same_bits_on_any_number_of_workers() -> None:
    one, two = (
        compare("silo_vs_shared", replications=3, population=150, weeks=9, seed=7, workers=workers, threads=workers)
        for workers in (1, 2)
    )
    for frame in ("summary", "weekly", "customers", "journey", "ledger"):
        pd.testing.assert_frame_equal(getattr(one, frame), getattr(two, frame), check_exact=True)


def test_other_people_have_other_bits() -> None:
    assert run("as it comes", "--population", "301") != run()

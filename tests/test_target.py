"""How wide vectors are: what LLVM is told, what is refused, and that it is heard."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from typing import Any

import numba
import pytest
from typer.testing import CliRunner

from simulation.cli import app
from simulation.model import target
from simulation.model.target import WIDTH_VARIABLE, WIDTHS, WidthRefused, preference

OLD = {"sse2": True, "avx": True, "avx2": True, "avx512f": False}
WIDE = {**OLD, "avx512f": True}
ARM = {"neon": True, "fullfp16": True}


@pytest.fixture
def processor(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the processor have these features, and nothing be chosen."""
    for name in ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", WIDTH_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    return lambda features: monkeypatch.setattr(target, "host_processor", lambda: ("some", features))


def test_only_a_processor_with_wide_vectors_is_told_anything() -> None:
    assert preference("auto", WIDE) == preference("512", WIDE) == "-prefer-256-bit"
    assert preference("auto", OLD) == preference("auto", ARM) == preference("auto", {}) == ""
    assert preference("256", WIDE) == preference("256", OLD) == "+prefer-256-bit"
    assert preference("128", OLD) == "+prefer-128-bit"


@pytest.mark.parametrize(("width", "features", "allowed"), [("512", OLD, "auto, 128, 256"), ("128", ARM, "auto"),
                                                            ("300", WIDE, "auto, 128, 256, 512")])  # fmt: skip
def test_a_width_that_cannot_be_is_refused_with_those_that_can(width: str, features: Any, allowed: str) -> None:
    with pytest.raises(WidthRefused, match=f"vector width {width} .* allowed here: {allowed} "):
        preference(width, features)


def test_the_width_is_added_to_the_processors_own_features(processor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    processor("+sse2,+avx,+avx512f,-sse4a")
    assert target.target()[1] == "+sse2,+avx,+avx512f,-sse4a,-prefer-256-bit"
    monkeypatch.setenv(WIDTH_VARIABLE, "256")
    assert target.target()[1] == "+sse2,+avx,+avx512f,-sse4a,+prefer-256-bit"
    processor("+neon")
    monkeypatch.setenv(WIDTH_VARIABLE, "auto")
    assert target.target()[1] == "+neon"
    processor("")  # LLVM does not know this processor
    assert target.target()[1] == ""


@pytest.mark.parametrize("variable", ["NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"])
def test_who_has_told_numba_has_chosen(processor: Any, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    processor("+sse2,+avx,+avx512f")
    monkeypatch.setenv(WIDTH_VARIABLE, "128")
    monkeypatch.setenv(variable, "theirs")
    assert "theirs" in target.target()
    assert "prefer" not in "".join(target.target())


def test_numba_is_told_once_and_not_against_its_own_settings(processor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    processor("+sse2,+avx,+avx512f")
    config = numba.config
    monkeypatch.setattr(config, "CPU_NAME", None)
    monkeypatch.setattr(config, "CPU_FEATURES", None)
    target.use_target()
    assert config.CPU_FEATURES == "+sse2,+avx,+avx512f,-prefer-256-bit"
    monkeypatch.setattr(config, "CPU_FEATURES", "theirs")
    target.use_target()
    assert config.CPU_FEATURES == "theirs"


@pytest.mark.parametrize("words", [("compare", "baseline"), ("run", "baseline"), ("evidence",), ("warmup",)])
def test_the_command_line_refuses_a_width_before_anything_is_run(words: tuple[str, ...], processor: Any, tmp_path: Any,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    processor("+sse2,+avx")
    monkeypatch.setenv(WIDTH_VARIABLE, "auto")  # what the command sets is taken back
    result = CliRunner().invoke(app, [*words, "--vector-width", "512"])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "allowed here: auto, 128, 256 " in result.stderr
    assert CliRunner().invoke(app, [*words, "--vector-width", "300"]).exit_code == 2
    assert not list(tmp_path.iterdir())


REGISTER = """
import re
import numba, numpy as np
import simulation.model.kernel

@numba.njit
def double(x):
    for i in range(x.shape[0]):
        x[i] = x[i] * 2.0

double(np.zeros(9))
code = next(iter(double.inspect_asm().values()))
print(max(re.findall("[xyz]mm", "".join(line for line in code.splitlines() if "addpd" in line or "mulpd" in line))))
"""


@pytest.mark.full
@pytest.mark.skipif(platform.machine().lower() not in {"x86_64", "amd64"}, reason="the width is a choice on x86 only")
def test_the_compiler_hears_of_the_width() -> None:
    """By the registers that a simple loop uses, in a process of its own for each width that this processor has."""
    has = {f[1:]: f.startswith("+") for f in target.host_processor()[1].split(",")}
    widest = {"512": "zmm", "256": "ymm", "128": "xmm"}
    for width in ("auto", *[w for w in WIDTHS[1:] if has[target._NEEDS[w]]]):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_CPU")} | {WIDTH_VARIABLE: width}
        done = subprocess.run(
            [sys.executable, "-c", REGISTER], env=environment, capture_output=True, text=True, check=True
        )
        expected = widest[width] if width != "auto" else next(widest[w] for w in widest if has[target._NEEDS[w]])
        assert done.stdout.strip() == expected, width

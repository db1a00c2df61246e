"""The benchmarks run, and their rivals do the same work: nothing here is about time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "experiments" / "benchmarks"
NAMES = ("engines", "rivals", "mechanisms", "scale", "commands", "memory")


def lived(monkeypatch, *, weeks, c):
    """A model of the reduced journey and its rivals after some weeks."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from suite.c_rival import CRival
    from suite.firms import model_of, reduced
    from suite.numpy_rival import NumpyRival

    model = model_of(reduced(), population=700)
    numpy_rival, c_rival = NumpyRival(model), CRival(model) if c else None
    for _ in range(weeks):
        model.step()
        numpy_rival.step()
        if c_rival is not None:
            c_rival.deal(model)
            c_rival.step()
    return model, numpy_rival, c_rival


def test_the_numpy_rival_lives_the_same_weeks_to_the_bit(monkeypatch):
    model, numpy_rival, _ = lived(monkeypatch, weeks=12, c=False)
    from suite.rivals import check

    check(model, numpy_rival, None)
    assert 0 < numpy_rival.customer.sum() < 700, "the journey must be one in which some leave and some stay"


@pytest.mark.full
def test_the_c_rival_comes_to_the_same_people_and_counters(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from suite.c_rival import compiler

    if compiler() is None:
        pytest.skip("no gcc on this machine")
    model, numpy_rival, c_rival = lived(monkeypatch, weeks=12, c=True)
    from suite.rivals import check

    check(model, numpy_rival, c_rival)
    assert c_rival.counts.sum() > 0


@pytest.mark.parametrize("column", ["SATISFACTION", "SHOULD"])
def test_a_rival_with_other_numbers_is_found_out(monkeypatch, column):
    model, numpy_rival, _ = lived(monkeypatch, weeks=2, c=False)
    from suite.rivals import check

    from simulation.model import columns

    numpy_rival.real[getattr(columns, column), 3] += 1e-12
    with pytest.raises(AssertionError, match="numpy: other numbers"):
        check(model, numpy_rival, None)


@pytest.mark.full
def test_every_benchmark_runs_and_writes_its_table_and_chart(tmp_path):
    subprocess.run([sys.executable, str(BENCHMARKS / "run.py"), "--quick", "--out", str(tmp_path)], check=True)
    for name in NAMES:
        assert {p.suffix for p in tmp_path.glob(f"{name}.*")} == {".csv", ".md", ".png"}
        lines = (tmp_path / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("what,median,least,most,unit")
        assert len(lines) > 1

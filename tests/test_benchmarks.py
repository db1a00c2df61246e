"""The benchmarks run, and their rivals do the same work: nothing here is about time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "experiments" / "benchmarks"
NAMES = (
    "engines",
    "rivals",
    "mechanisms",
    "scale",
    "commands",
    "memory",
    "sweeps",
    "batch_run",
    "explorer",
    "workshop",
)


@pytest.fixture
def suite(monkeypatch):
    """The suite's modules, with chunks small enough that a few hundred people need several."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from suite import numpy_rival

    monkeypatch.setattr(numpy_rival, "CHUNK", 256)


def lived(make, *, weeks):
    """A model of the reduced journey and a rival after some weeks, each week's counters compared where there are any."""
    from suite.firms import model_of, reduced
    from suite.watching import Watch, check_counts

    model = model_of(reduced(), population=700)
    watch, rival = Watch(model), make(model)
    for _ in range(weeks):
        model.step()
        if hasattr(rival, "deal"):
            rival.deal(model)
        rival.step()
        if hasattr(rival, "counts"):
            check_counts("rival", rival.counts, watch.counts[-1])
    return model, watch, rival


def test_the_numpy_rivals_live_the_same_weeks_to_the_bit(suite):
    from suite.numpy_rival import CountingNumpyRival, NumpyRival
    from suite.watching import check_books, check_people

    for make in (NumpyRival, CountingNumpyRival):
        model, watch, rival = lived(make, weeks=12)
        check_people(model, "numpy", rival)
        assert 0 < rival.customer.sum() < 700, "the journey must be one in which some leave and some stay"
    check_books(watch, "numpy", rival)


@pytest.mark.full
@pytest.mark.parametrize("every_pass", [True, False])
def test_the_c_rivals_come_to_the_same_people_counters_and_books(suite, every_pass):
    from suite.c_rival import CRival, compiler
    from suite.watching import check_books, check_people

    if compiler() is None:
        pytest.skip("no gcc on this machine")
    model, watch, rival = lived(lambda model: CRival(model, every_pass=every_pass), weeks=12)
    check_people(model, "C", rival)
    check_books(watch, "C", rival)
    assert rival.counts.sum() > 0


@pytest.mark.parametrize("column", ["SATISFACTION", "SHOULD"])
def test_a_rival_with_other_people_is_found_out(suite, column):
    from suite.numpy_rival import NumpyRival
    from suite.watching import check_people

    from simulation.model import columns

    model, _, rival = lived(NumpyRival, weeks=2)
    rival.real[getattr(columns, column), 3] += 1e-12
    with pytest.raises(AssertionError, match="numpy: other numbers"):
        check_people(model, "numpy", rival)


def test_a_rival_with_other_counters_or_books_is_found_out(suite):
    from suite.numpy_rival import CountingNumpyRival
    from suite.watching import check_books, check_counts

    _, watch, rival = lived(CountingNumpyRival, weeks=2)
    rival.counts[1, 0, 0] += 1
    with pytest.raises(AssertionError, match="numpy: other counters"):
        check_counts("numpy", rival.counts, watch.counts[-1])
    rival.books.slope[0, 1, 0, 0] += 1
    with pytest.raises(AssertionError, match="numpy: other books of slope"):
        check_books(watch, "numpy", rival)


@pytest.mark.full
def test_every_benchmark_runs_and_writes_its_table_and_chart(tmp_path):
    subprocess.run([sys.executable, str(BENCHMARKS / "run.py"), *NAMES, "--quick", "--out", str(tmp_path)], check=True)
    for name in NAMES:
        assert {p.suffix for p in tmp_path.glob(f"{name}.*")} == {".csv", ".md", ".png"}
        lines = (tmp_path / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("what,median,least,most,unit")
        assert len(lines) > 1

"""Small runs give what they have always given, on every Python and Mesa; and it is not nonsense."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from golden_runs import GOLDEN, RUNS, golden_run, summary

from simulation.record import COMPANY_METRICS, CUSTOMER_COLUMNS

runs = pytest.mark.parametrize("name", RUNS)


def kept() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return content


def test_the_golden_file_has_these_runs() -> None:
    assert set(kept()) == set(RUNS)


@runs
def test_results_are_those_of_the_golden_file(name: str) -> None:
    """If they are meant to differ: CHANGELOG, "Results change", and `python tests/golden_runs.py`."""
    expected, found = kept()[name], summary(name)
    assert found["pars"] == expected["pars"]
    assert found["last_week"] == expected["last_week"]
    assert found["hashes"] == expected["hashes"]


@runs
def test_golden_columns_lie_in_their_declared_ranges(name: str) -> None:
    run, _ = golden_run(name)
    declared = {column: (given.low, given.high) for column, given in COMPANY_METRICS.items()}
    for column, values in run.weekly.items():
        family = column.partition(".")[0]
        low, high = {"lever": (0.0, 1.0), "bonus": (0.0, None)}.get(family if "." in column else "", (None, None))
        low, high = declared.get(column, (low, high))
        known = values[~np.isnan(values)]
        assert low is None or (known >= low).all(), column
        assert high is None or (known <= high).all(), column
        assert np.isfinite(known).all(), column
    assert not set(declared) - set(run.weekly) - {"profit_at_equal_bonus"}


@runs
def test_golden_customers_lie_in_their_declared_ranges(name: str) -> None:
    run, _ = golden_run(name)
    assert run.customers is not None
    for column, given in CUSTOMER_COLUMNS.items():
        values = run.customers[column]
        assert given.low is None or (values >= given.low).all(), column
        assert given.high is None or (values <= given.high).all(), column


@runs
def test_golden_journeys_are_sane(name: str) -> None:
    run, _ = golden_run(name)
    felt = run.experience[~np.isnan(run.experience)]
    assert ((felt >= 0.02) & (felt <= 1.0)).all()
    assert ((run.wait >= 0.0) & (run.wait <= 8.0)).all()
    assert (run.encounters >= 0.0).all()
    assert (run.ledger[..., 0].sum(axis=1) >= 0).all()
    assert (run.ledger[..., 1].sum(axis=1) <= 0).all()
    assert run.weekly["loyalty"].std() > 0.0

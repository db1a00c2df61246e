"""The study of theory, small: its tables, its files, and what in them is exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from simulation.analysis.theory_study import theory_study, top_of_parabola
from simulation.views.theory_chart import save_theory

if TYPE_CHECKING:
    from pathlib import Path


def test_the_top_of_a_parabola() -> None:
    assert top_of_parabola(lambda x: 3.0 - 2.0 * (x - 0.8) * (x - 0.8)) == pytest.approx(0.8, abs=1e-12)


@pytest.mark.full
def test_a_tiny_study_from_end_to_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    tables = theory_study(replications=2, quick=True, progress=lambda done, planned: told.append((done, planned)))
    assert told[-1][0] == told[-1][1] > 0
    exact = tables["exact"]
    angles = exact["what"].str.startswith("angle")
    assert exact[~angles]["difference"].abs().max() < 1e-7
    assert exact[angles]["difference"].abs().max() < 1e-3
    learners = tables["learners"]
    known = learners[learners["rule"] == "best_response"].set_index("pay")
    assert known["distance"].max() < 1e-8
    assert known["efficiency"].to_dict() == pytest.approx(
        {"own": 0.0, "half, unsplit": 0.75, "all, unsplit": 1.0, "all, split": 0.75}, abs=1e-7
    )
    assert (learners[learners["trial_noise"] > 0.0]["n"] == 2).all()
    assert (tables["nk"]["efficiency"] <= 1.0 + 1e-9).all()
    written = save_theory(tables, tmp_path)
    assert {path.name for path in written} == {
        "theory.png", *(f"theory_{name}.csv" for name in ("exact", "learners", "nk", "landscapes"))
    }  # fmt: skip
    stored = pd.read_csv(tmp_path / "theory_learners.csv")
    np.testing.assert_allclose(stored["efficiency"], learners["efficiency"], rtol=1e-6, atol=1e-12)

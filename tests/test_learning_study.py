"""The study of how well learners learn: what it calls attainable, its tables, and its chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from simulation.analysis.attainable import Attainable, Trier, learnable, search
from simulation.analysis.learning_study import learning_study
from simulation.model.appraisal import Appraisals
from simulation.model.layout import layout_of
from simulation.model.metrics import readers_of
from simulation.model.scorecards import KpiTable
from simulation.randomness import key
from simulation.rules.incentive import Scores, quota
from simulation.scenario.loading import load
from simulation.scenario.regime import Incentives
from simulation.views.learning_chart import save_learning

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def example() -> Attainable:
    """Two levers: one pays 1 per unit at effort 1 from 0, the other costs effort alone."""
    return Attainable(
        department="sales",
        levers=("sales.promise", "sales.coaching"),
        start=(0.5, 0.5),
        best=(1.0, 0.0),
        gain=0.5,
        grid=(0.0, 0.5, 1.0),
        gross=((0.0, 0.5, 1.0), (1.0, 1.0, 1.0)),
        easy=(0.0, 0.0),
        effort=(1.0, 1.0),
    )


def test_nothing_is_lost_at_best_response() -> None:
    assert example().loss(np.array([1.0, 0.0])).tolist() == [0.0, 0.0]


def test_what_other_settings_lose_is_worked_out_by_hand() -> None:
    # Net of effort x^2 / 2 the first lever is worth .5 at 1, .375 at .5 and .21875 at .25; the second 0 and -.125.
    assert example().loss(np.array([[0.5, 0.5], [0.25, 0.0]])).tolist() == [[0.125, 0.125], [0.28125, 0.0]]
    assert example().worth == 0.25


def test_held_levers_are_not_learnable() -> None:
    siloed = load("silo_vs_shared").arms["siloed"]
    assert "sales.share_data" not in learnable(siloed, "sales")
    assert "sales.coaching" in learnable(siloed, "sales")


class Remembered(Trier):
    """Answers from a formula instead of running the firm."""

    def standings(self, settings: Mapping[str, float], appraisals: Appraisals) -> dict[str, Scores]:
        strictness = settings["billing.strictness"]
        others = dict.fromkeys(appraisals.names, Scores(strictness, 0.0, 0.0))
        charged = -8.0 * strictness if appraisals.incentives.charges else 0.0
        return {**others, "billing": Scores(2.0 * strictness, -4.0 * strictness, charged)}


@pytest.mark.parametrize(("arm", "best"), [("siloed", 1.0), ("shared_and_pooled", 0.0)])
def test_the_search_follows_the_pay(arm: str, best: float) -> None:
    given = load("silo_vs_shared").arms[arm]
    trier = Remembered(scenario=given, department="billing", seed=1, population=100, burn_in=4, weeks=4, replications=1)
    found = search(trier, arm=given)
    settings = dict(zip(found.levers, found.best, strict=True))
    assert settings["billing.strictness"] == best
    assert settings["billing.coaching"] == 0.0  # it costs effort, and this formula does not pay for it
    assert found.gain == pytest.approx(found.worth)  # no interactions


@pytest.mark.parametrize(
    ("incentives", "best", "gain"),
    [
        ({"charges": {"billing": {"contact_cost": 0.5}}}, 0.0, None),
        # Against rivals who do half as well: the same as a quota at their score.
        ({"payoff": "tournament", "quota_spread": 1.0}, 1.0, quota(2.0, at=1.0) - quota(1.0, at=0.5)),
    ],
)
def test_charges_and_rivals_count_as_they_do_in_a_run(
    incentives: dict[str, object], best: float, gain: float | None
) -> None:
    given = load("silo_vs_shared").arms["siloed"]
    lever = "billing.strictness"
    assert given.departments["billing"].levers["strictness"].start == 0.5
    arm = given.model_copy(update={"incentives": Incentives(**incentives)})
    trier = Remembered(scenario=given, department="billing", seed=1, population=100, burn_in=4, weeks=4, replications=1)
    found = search(trier, arm=arm)
    place = found.levers.index(lever)
    assert found.best[place] == best
    if gain is not None:
        worths = dict(zip(found.grid, found.gross[place], strict=True))
        assert worths[1.0] - worths[0.5] == pytest.approx(gain)


def test_standings_are_those_of_a_run_with_charges_and_the_reward_for_sharing() -> None:
    arm = load("silo_vs_shared").arms["siloed"]
    paid = Incentives(charges={"sales": {"contact_cost": 0.5}}, transparency_reward=0.3)
    trier = Trier(scenario=arm, department="sales", seed=1, population=150, burn_in=6, weeks=8, replications=2)
    readers = readers_of(arm, layout_of(arm))
    by_pay = [
        Appraisals(KpiTable(readers), readers=readers, departments=arm.departments, incentives=pay, run_key=key(1, 0))
        for pay in (arm.incentives, paid)
    ]
    plain, charged = (trier.standings({"sales.promise": 0.5}, appraisals) for appraisals in by_pay)
    assert plain["sales"].added == 0.0
    assert plain["sales"].own == charged["sales"].own
    shared = arm.levers.hold["*.share_data"]
    assert charged["marketing"].added == pytest.approx(0.3 * shared)
    assert charged["sales"].added != pytest.approx(0.3 * shared)


@pytest.mark.full
def test_a_tiny_study_from_end_to_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    tables = learning_study(replications=2, quick=True, progress=lambda done, planned: told.append((done, planned)))
    assert told[-1][0] == told[-1][1] > 0
    assert set(tables) == {"linear", "firm", "departments", "attainable"}
    still = tables["linear"].query("rule == 'fixed'")
    assert np.abs(still["share"]).max() < 1e-12
    for table in (tables["linear"], tables["firm"]):
        assert (table["share_low"] <= table["share"]).all()
        assert (table["share"] < 1.5).all()  # beyond 1 only by the noise of the search
    assert (tables["attainable"]["start_loses"] >= -1e-9).all()
    written = save_learning(tables, tmp_path)
    assert {path.name for path in written} >= {"learning.png", "learning_linear.csv", "learning_firm.csv"}
    assert list(pd.read_csv(tmp_path / "learning_firm.csv").columns) == list(tables["firm"].columns)

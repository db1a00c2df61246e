"""What a calibration says and draws: misfits, what the data do not tell, trade-offs, months."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from simulation.laboratory.calibration.calibrating import Calibrated, Calibration, Wave
from simulation.laboratory.calibration.client_data import ClientData, Target
from simulation.laboratory.calibration.columns import COMPARED, FIT, HELD_OUT, IDENTIFIED
from simulation.laboratory.calibration.inference import box_around, learned
from simulation.laboratory.calibration.measures import measures_of
from simulation.laboratory.calibration.measuring import Firm
from simulation.laboratory.calibration.parameters import parameters_of
from simulation.laboratory.calibration.pooling import pooled
from simulation.laboratory.calibration.results import overlay_text, tables_of
from simulation.laboratory.calibration.tables import converged
from simulation.scenario.loading import load
from simulation.views.laboratory.calibration_chart import save_calibration_charts
from simulation.views.laboratory.calibration_words import calibration_page, compared_sentences, sentences

if TYPE_CHECKING:
    from simulation.laboratory.calibration.results import Tables

SMALL = Path(__file__).parents[1] / "experiments" / "calibration" / "firm.yaml"


@pytest.fixture(scope="module")
def found() -> Calibrated:
    """A calibration of made-up runs: churn by month moves with two parameters at once, NPS with a third; month 4 is an outlier."""
    firm = load(SMALL)
    names = ["market.segments.*.defection", "journey.*.quality", "people.loyalty_speed"]
    churn, nps = (measures_of(firm.scenario)[name, ""] for name in ("churn", "nps"))
    targets = [
        Target(
            measure=churn, month=month, value=18.0 if month == 4 else 12.0, sd=0.5, told="", basis="n", line=month + 1
        )
        for month in range(1, 9)
    ]
    targets.append(Target(measure=nps, month=None, value=20.0, sd=3.0, told="20 points", basis="n", line=10))
    luck = np.random.default_rng(1)

    def lived(points: np.ndarray) -> Wave:
        left, right, third = points.T - 0.5
        months = [12.0 + 8.0 * left - 7.0 * right + luck.normal(0, 0.6, len(points)) for _ in range(8)]
        return Wave(
            points=points, figures=np.column_stack([*months, 20.0 + 60.0 * third + luck.normal(0, 4.0, len(points))])
        )

    asked = Calibration(
        firm=Firm(raw=firm.raw, seed=1), parameters=parameters_of(firm.scenario, names),
        data=ClientData(targets=tuple(targets), file="client.csv", hash="0" * 64), weeks=52, weeks_a_month=4.348, first=120,
        second=100, draws=30, seed=1,
    )  # fmt: skip
    one = lived(luck.random((120, 3)))
    whole = learned(one.points, one.figures, targets, low=np.zeros(3), high=np.ones(3), seed=1, power=0.25)
    two = lived(whole.sample.draws[luck.choice(2000, 100)])
    low, high = box_around(two.points)
    points, figures = np.concatenate([one.points, two.points]), np.concatenate([one.figures, two.figures])
    fit = learned(points, figures, targets, low=low, high=high, seed=2)
    three = lived(fit.sample.draws[luck.choice(2000, 30)])
    return Calibrated(asked=asked, waves=(one, two, three), whole=whole, fit=fit)


@pytest.fixture(scope="module")
def made(found: Calibrated) -> Tables:
    return tables_of(found)


def test_the_answer_names_what_is_not_met_not_told_and_traded(found: Calibrated, made: Tables) -> None:
    said = "\n".join(sentences(found, made, converged(found)))
    assert "8 of 9 figures are met; the firm cannot be brought to the others at the same time." in said
    assert "Customers lost, month 4: observed 18" in said
    assert "The data do not tell market.segments.*.defection and journey.*.quality" in said
    assert (
        "market.segments.*.defection and journey.*.quality trade off: more of one goes with more of the other" in said
    )
    assert "Months 7 to 8 held out: 2 of 2 figures lie within the 95 % interval of their prediction." in said
    assert "The calculation has settled" in said
    assert said.splitlines()[0].lstrip() in calibration_page(found, made, converged(found))


def test_tables_have_the_declared_columns(made: Tables) -> None:
    declared = {"fit": FIT, "identified": IDENTIFIED, "held_out": HELD_OUT}
    assert {name: list(made[name].columns) for name in declared} == {name: list(of) for name, of in declared.items()}
    assert made["identified"].set_index("parameter")["identified"].to_dict()["people.loyalty_speed"] == "yes"


def test_the_overlay_holds_every_fitted_value_and_no_date(found: Calibrated, made: Tables) -> None:
    text = overlay_text(found, "A firm", "siloed")
    assert "extends: scenario.yaml" in text
    fitted = made["identified"].set_index("parameter")["fitted"]["people.loyalty_speed"]
    assert f"loyalty_speed: {float(f'{fitted:.6g}'):g}"[:22] in text
    assert text == overlay_text(found, "A firm", "siloed")


def test_every_picture_is_drawn(found: Calibrated, made: Tables, tmp_path: Path) -> None:
    paths = save_calibration_charts(found, made, tmp_path)
    assert [path.name for path in paths] == ["fit.png", "identified.png", "months.png", "trade_offs.png"]
    assert all(path.stat().st_size > 10_000 for path in paths)


def test_arms_over_the_ensemble_are_told_with_what_is_left_open() -> None:
    luck = np.random.default_rng(1)
    differences = {
        "loyalty": luck.normal(3.0, 0.5, (40, 1)) + luck.normal(0, 0.1, (40, 4)),
        "profit": luck.normal(0, 5, (40, 4)),
    }
    rows = [
        {"outcome": name, "unit": "0-100", "arm": "shared", "mean": 1.0, **pooled(each)}
        for name, each in differences.items()
    ]
    table = pd.DataFrame(rows, columns=list(COMPARED))
    labels = {"loyalty": "Loyalty", "profit": "Profit"}
    first, second = compared_sentences(table, labels=labels, arm_titles={"own": "Own", "shared": "Shared"})
    assert first.startswith("Loyalty, “Shared” against “Own”: +")
    assert "told from none; the same sign in 100 % of 40 draws; " in first
    assert "% of the uncertainty (squared) is of the parameters." in first
    assert "cannot be told from none" in second
    assert second.endswith("firms differ by no more than luck.")

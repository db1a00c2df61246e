"""Money: every figure worked out by hand on a tiny frame, and split as the run itself booked it."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from fake_runner import fake_arms, tiny_scenario
from typer.testing import CliRunner

from simulation.analysis.comparison import Comparison, compare
from simulation.analysis.intervals import mean_interval
from simulation.analysis.run import record_of
from simulation.analysis.storage import save
from simulation.cli.commands import app
from simulation.laboratory.lifetime_value import lifetime_value
from simulation.laboratory.money.columns import FIGURES, MONEY_COLUMNS, TAXES, money_columns
from simulation.laboratory.money.figures import money_frame, money_table, money_values
from simulation.laboratory.money.lifetimes import customer_values, top_share
from simulation.laboratory.money.pay_back import cumulative_difference, pay_back, worth_after
from simulation.laboratory.money.touchpoint_costs import BOTH, SERVING, WINNING, reach, touchpoint_costs
from simulation.model.organization_model import OrganizationModel
from simulation.scenario.loading import load, load_dict
from simulation.scenario.names import TOUCHPOINT_COUNTERS
from simulation.views.money_chart import money_chart
from simulation.views.report.money import money, pay_back_words, tax_sentence
from simulation.views.report.numbers import rows_from
from simulation.views.style import look

if TYPE_CHECKING:
    from pathlib import Path

WEEKS = 104


@cache
def made_up(gain: float = 10.0, replications: int = 3) -> Comparison:
    """The tiny shop, three arms and two years by hand: in `half` profit is higher by `gain` + replication, in `same` equal.

    People 100; customers 50 %, so 500 per 1,000; new customers 4 per 1,000 and week; defections 10 per 1,000 and week.
    """
    of = compare(
        tiny_scenario() | {"horizon": tiny_scenario()["horizon"] | {"weeks": WEEKS}},
        replications=replications, workers=1, runner=fake_arms,
    )  # fmt: skip
    weekly = of.weekly.copy()
    weekly[["customers", "new_customers", "defections", "retention"]] = 50.0, 4.0, 10.0, 60.0
    weekly[["revenue", "cost", "bonus"]] = 100.0, 60.0, 5.0
    more = np.where(weekly["arm"] == "half", gain + weekly["replication"], 0.0)
    weekly["revenue"] += more
    weekly["profit"] = weekly["revenue"] - weekly["cost"] - weekly["bonus"]
    journey = of.journey.assign(encounters=np.where(of.journey["touchpoint"] == "door", 40.0, 6.0))
    arms = {arm: priced(scenario) for arm, scenario in of.arms.items()}
    return replace(of, weekly=weekly, journey=journey, arms=arms, scenario=next(iter(arms.values())))


def priced(scenario: Any) -> Any:
    """The shop with a price of each visit: the door 0.5, the desk 2 and staff for 3 a week and 1,000 people."""
    given = scenario.model_dump()
    given["journey"]["door"]["cost"] = 0.5
    given["journey"]["desk"]["cost"] = 2.0
    given["journey"]["desk"]["capacity"] = {"per_1000": 10.0, "cost_per_1000": 3.0}
    return type(scenario).model_validate(given)


def test_figures_are_those_worked_out_by_hand() -> None:
    own = {name: by_arm["own"] for name, by_arm in money_values(made_up()).items()}
    each = 52 / 500  # weeks a year over customers in 1,000 people
    expected = {
        "revenue": 100 * each, "cost_to_win": 40 * 0.5 * each, "cost_to_serve": (6 * 2 + 3) * each, "cost_of_both": 0.0,
        "goods_and_rest": (60 - 20 - 15) * each, "bonus": 5 * each, "profit": 35 * each, "acquisition_cost": 20 / 4,
        "retention_cost": 15 * each / 0.6, "lifetime_value": lifetime_value(35.0, {"customers": 50.0, "defections": 10.0}),
        "profit_a_year": 35 * 52 * 0.1,
    }  # fmt: skip
    assert set(expected) == set(FIGURES)
    for name, value in expected.items():
        assert own[name] == pytest.approx([value] * 3), name
    parts = sum(
        own[name] for name in ("cost_to_serve", "cost_to_win", "cost_of_both", "goods_and_rest", "bonus", "profit")
    )
    assert parts == pytest.approx(own["revenue"])


def test_the_tax_is_the_paired_difference_with_its_interval() -> None:
    frame = money_frame(made_up()).set_index(["figure", "arm"])
    assert list(money_frame(made_up())) == list(MONEY_COLUMNS)
    by_hand = mean_interval([52 * 0.1 * (10 + replication) for replication in range(3)])
    row = frame.loc[("profit_a_year", "half")]
    assert (row["difference"], row["difference_low"], row["difference_high"]) == pytest.approx(
        (by_hand.mean, by_hand.low, by_hand.high)
    )
    same = frame.loc[("profit", "same")]
    assert (same["difference"], same["difference_low"], same["difference_high"]) == (0.0, 0.0, 0.0)


def test_pay_back_by_hand() -> None:
    difference = cumulative_difference(made_up(), "half")
    # a week brings 0.1 x (10, 11, 12): 1.1 by the mean
    assert difference.iloc[9].tolist() == pytest.approx([10.0, 11.0, 12.0])
    assert worth_after(difference, 10).mean == pytest.approx(11.0)
    found = pay_back(difference, cost=50.0)
    band = [mean_interval(row) for row in difference.to_numpy()]
    assert found.weeks == 46  # 45 x 1.1 = 49.5 < 50 <= 50.6
    assert found.earliest == 1 + sum(each.high < 50.0 for each in band) < found.weeks
    assert found.latest == 1 + sum(each.low < 50.0 for each in band) > found.weeks
    assert pay_back(difference, cost=1e6).weeks is None
    falling = pd.DataFrame({0: [5.0, 6.0, -1.0], 1: [5.0, 6.0, -1.0], 2: [5.0, 6.0, -1.0]})
    assert pay_back(falling, cost=0.0).weeks is None, "what is lost again is not paid back"
    assert pay_back(falling.iloc[:, :2], cost=-9.0).latest is None, "two replications tell nothing"


def test_sentences_claim_only_what_is_clear() -> None:
    def told(compared: Comparison, arm: str) -> str:
        columns, values = money_columns("CHF"), money_values(compared)
        return tax_sentence(compared, {name: rows_from(columns[name], values[name])[arm] for name in TAXES}, arm)

    assert "“Own KPI only” forgoes 57.2 CHF a year in the whole market (44.3 to 70.1)" in told(made_up(), "half")
    assert told(made_up(), "same") == "“Own KPI again” earns exactly what “Own KPI only” earns."
    assert "earns more by" in told(made_up(-10.0), "half")
    unclear = told(made_up(-1.0), "half")
    assert unclear.startswith("Between ")
    assert "no clear difference" in unclear
    assert "forgoes" not in unclear
    assert "too few replications" in told(made_up(10.0, 2), "half")


def test_pay_back_in_words() -> None:
    def told(compared: Comparison, arm: str, cost: float) -> str:
        return pay_back_words(compared, arm, pay_back(cumulative_difference(compared, arm), cost=cost))

    assert "is paid back from week 46 on" in told(made_up(), "half", 50.0)
    assert "is not paid back within 2.0 years" in told(made_up(), "half", 1e6)
    assert "there is nothing to pay back" in told(made_up(), "same", 0.0)
    assert "is never paid back" in told(made_up(), "same", 1.0)
    assert "too few replications" in told(made_up(10.0, 2), "half", 50.0)


def test_whom_touchpoints_of_the_reference_firm_reach() -> None:
    found = reach(load("baseline").scenario)
    assert found["campaign"] == found["consultation"] == WINNING
    assert found["website"] == BOTH
    assert {found[name] for name in ("shop", "delivery", "invoice", "service_call", "newsletter_order")} == {SERVING}


def test_costs_of_touchpoints_are_those_that_a_run_books_while_levers_stand_still() -> None:
    raw = {"extends": "baseline", "title": "Frozen", "levers": {"frozen": True},
           "horizon": {"population": 150, "weeks": 12, "burn_in": 4}}  # fmt: skip
    scenario = next(iter(load_dict(raw).arms.values()))
    model = OrganizationModel(scenario)
    model.run()
    run = record_of(model, arm="only", keep_customers=False)
    lived = model.counts_by_week[scenario.horizon.burn_in :]
    width = len(TOUCHPOINT_COUNTERS)
    booked = np.array([lived[:, k * width + 4].sum() for k in range(len(scenario.journey))]) / 2**20
    sells = np.array([point.sells for point in scenario.journey.values()])
    settings = model.settings_by_week.mean(axis=0)[None, :]
    found = touchpoint_costs(scenario, run.encounters.mean(axis=0)[None, :], settings)[0]
    weeks, thousands = scenario.horizon.weeks, scenario.horizon.population / 1000.0
    assert found[~sells] * weeks * thousands == pytest.approx(
        booked[~sells], rel=1e-4
    )  # what sells books its goods, too
    assert (found[sells] * weeks * thousands <= booked[sells] + 1e-6).all()


def people(rows: list[tuple[str, float, float, str]]) -> pd.DataFrame:
    """Customers of arm `own`: stage, loyalty, spent, open problem; in the market for two years."""
    return pd.DataFrame(
        [{"arm": "own", "slot": at, "entered": 0, "segment": "everyone", "stage": stage, "loyalty": loyalty, "spent": spent,
          "case_touchpoint": problem} for at, (stage, loyalty, spent, problem) in enumerate(rows)]
    )  # fmt: skip


def test_lifetime_values_of_single_customers() -> None:
    given = people([("customer", 0.7, 30.0, ""), ("customer", 0.7, 10.0, ""), ("customer", 0.7, 10.0, "door"),
                    ("defected", 0.7, 99.0, ""), ("customer", 0.3, 10.0, "")])  # fmt: skip
    values = customer_values(replace(made_up(), customers=given))
    assert list(values) == ["own"]
    worst, *_, best = values["own"]
    assert len(values["own"]) == 4, "whoever is no customer is worth nothing to count"
    assert best == pytest.approx(3 * sorted(values["own"])[2])  # three times the spending, the same chance to stay
    assert worst < sorted(values["own"])[2]
    late = given.assign(entered=WEEKS - 51)
    assert customer_values(replace(made_up(), customers=late)) == {}, "less than a year in the market"


def test_top_share() -> None:
    assert top_share(np.array([0.0, 0.0])) != top_share(np.array([0.0, 0.0]))  # not a number
    assert top_share(np.ones(20)) == pytest.approx(0.1)


def test_the_table_is_written_beside_the_results_and_holds_no_formula(tmp_path: Path) -> None:
    raw = tiny_scenario()
    raw["market"]["currency"] = "=1+1"
    of = compare(raw, replications=3, weeks=60, workers=1, runner=fake_arms)
    folder = save(of, tmp_path / "found")
    result = CliRunner().invoke(app, ["money", str(folder), "--cost", "5"])
    assert result.exit_code == 0, result.output
    assert "Do not take these figures into a budget" in result.output
    text = (folder / "money.csv").read_text(encoding="utf-8")
    cells = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    assert not any(
        cell.startswith(("=", "+", "@")) for name in ("figure", "label", "unit", "arm") for cell in cells[name]
    )
    assert (folder / "money.png").read_bytes()[:4] == b"\x89PNG"
    again = CliRunner().invoke(app, ["money", str(folder)])
    assert again.exit_code == 2
    assert "exists already" in again.output
    endless = CliRunner().invoke(app, ["money", str(folder), "--cost", "inf", "--overwrite"])
    assert (endless.exit_code, endless.output.strip()) == (2, "--cost: inf is no amount of money")
    assert len(money_table(of)) == len(FIGURES) * 3 + 2 * 3  # two ends and a pay-back for each other arm


def test_a_single_arm_and_a_single_replication_have_money_without_comparison() -> None:
    of = compare(tiny_scenario(), arms=["own"], replications=1, weeks=10, workers=1, runner=fake_arms)
    section = money(of)
    assert section.taxes == section.worth == ()
    with look():
        money_chart(of)

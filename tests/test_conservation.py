"""Nothing is lost and nothing comes from nowhere: people, money, work and experience."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_firms import random_scenario
from worlds import FROZEN, changed, lived, mail_order, reference, shop, workshop

from simulation.model import columns as at
from simulation.model.layout import counter_index
from simulation.model.organization_model import OrganizationModel
from simulation.model.plain import customer
from simulation.rules.arithmetic import UNITS, fixed
from simulation.rules.queue import backlog_after, wait_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from simulation.scenario.scenario import Scenario

SMALL = {"horizon": {"population": 400, "burn_in": 8, "weeks": 30}}
FIRMS: dict[str, Callable[[], Scenario]] = {
    "workshop": workshop,
    "mail_order": mail_order,
    "shop": lambda: changed(shop(), SMALL),
    "reference": lambda: changed(reference(), SMALL),
}
firms = pytest.mark.parametrize("firm", FIRMS)


@cache
def run(firm: str) -> OrganizationModel:
    return lived(FIRMS[firm]())


@cache
def run_without_exit(firm: str) -> OrganizationModel:
    return lived(changed(FIRMS[firm](), {"market": {"exit_rate": 0.0}}))


def series(model: OrganizationModel, name: str) -> NDArray[np.int64]:
    """A counter, week by week."""
    return model.counts_by_week[:, counter_index(model.layout, name)]


def over_touchpoints(model: OrganizationModel, name: str) -> NDArray[np.int64]:
    return np.sum([series(model, f"{name}@{k}") for k in model.layout.touchpoints], axis=0)


# -- people ----------------------------------------------------------------------------------------------------------


@firms
def test_everybody_is_in_one_stage_every_week(firm: str) -> None:
    model = run(firm)
    stages = sum(series(model, name) for name in ("prospects", "leads", "customers", "defected"))
    assert (stages == model.given.horizon.population).all()
    assert (series(model, "people") == model.given.horizon.population).all()


@firms
def test_customers_come_and_go_only_by_the_doors_that_are_counted(firm: str) -> None:
    """Without exit from the market: customers now are those of last week, more by those won, less by those lost."""
    model = run_without_exit(firm)
    change = series(model, "acquired") - series(model, "defections")
    assert np.array_equal(np.diff(series(model, "customers")), change[1:])
    assert change.any()


@firms
def test_customers_at_the_start_of_a_week_stay_or_are_lost(firm: str) -> None:
    """Some of the lost were won in the same week, so `retained` bounds the rest from below."""
    model = run_without_exit(firm)
    before = series(model, "customers")[:-1]
    retained, lost = series(model, "retained")[1:], series(model, "defections")[1:]
    assert (retained <= before).all()
    assert (before - retained <= lost).all()
    assert (series(model, "silent_lapses") <= series(model, "defections")).all()


@firms
def test_final_state_agrees_with_the_last_week_counted(firm: str) -> None:
    model = run(firm)
    real, whole = model.world.engine.state
    last = {name: int(series(model, name)[-1]) for name in ("prospects", "customers", "defected", "ever_customers")}
    stage, bought = whole[at.STAGE], whole[at.PURCHASES] > 0
    assert last["prospects"] == (stage == at.PROSPECT).sum()
    assert last["customers"] == (stage == at.CUSTOMER).sum()
    assert last["defected"] == (stage == at.DEFECTED).sum()
    assert last["ever_customers"] == bought.sum()
    loyalty = sum(fixed(x) for x in real[at.LOYALTY, bought].tolist())
    assert series(model, "loyalty")[-1] == loyalty
    satisfaction = sum(fixed(x) for x in real[at.SATISFACTION, stage == at.CUSTOMER].tolist())
    assert series(model, "satisfaction")[-1] == satisfaction


@firms
def test_open_problems_are_opened_less_closed_less_lost(firm: str) -> None:
    """Nobody exits; a defector takes her problem along, so the balance is an inequality with `defections` in it."""
    model = run_without_exit(firm)
    opened, closed = over_touchpoints(model, "cases"), over_touchpoints(model, "resolved")
    lost = series(model, "defections")
    balance = np.diff(series(model, "open_problems")) - (opened - closed)[1:]
    assert (balance <= 0).all()
    assert (balance >= -lost[1:]).all()


def test_people_with_a_problem_are_customers() -> None:
    whole = run("workshop").world.engine.state.whole
    assert (whole[at.STAGE, whole[at.CASE] >= 0] == at.CUSTOMER).all()
    assert (whole[at.CASE_WEEKS, whole[at.CASE] < 0] == 0).all()


# -- money -----------------------------------------------------------------------------------------------------------


@firms
def test_the_companys_money_is_that_of_its_touchpoints(firm: str) -> None:
    """To the last fixed-point unit; goods and staff are booked at a touchpoint, too."""
    model = run(firm)
    for name in ("revenue", "cost"):
        assert np.array_equal(series(model, name), over_touchpoints(model, name))
    assert series(model, "revenue").sum() > 0


@firms
def test_what_people_have_spent_is_what_the_company_has_taken(firm: str) -> None:
    """Nobody exits: the purses add up to the revenue of all weeks, each sale rounded to 2**-20."""
    model = run_without_exit(firm)
    real, whole = model.world.engine.state
    sales = int(series(model, "purchases").sum())
    assert abs(real[at.SPENT].sum() - series(model, "revenue").sum() / UNITS) <= sales / UNITS
    start = OrganizationModel(model.given).world.engine.state.whole[at.PURCHASES].sum()
    assert whole[at.PURCHASES].sum() == sales + start


@firms
def test_purchases_are_first_ones_and_repeats(firm: str) -> None:
    model = run(firm)
    sells = [k for k, t in model.given.journey.items() if t.sells]
    sales = np.sum([series(model, f"successes@{k}") for k in sells], axis=0)
    assert np.array_equal(series(model, "purchases"), sales)
    assert (series(model, "repeat_purchases") <= series(model, "purchases")).all()


def test_a_weeks_cost_by_hand() -> None:
    """Contacts at their cost, goods at their cost, staff at its cost: middle levers, no effect on cost."""
    scenario = changed(workshop(), FROZEN, {"learning": {"start": "midpoint"}})
    model = lived(scenario)
    expected = np.zeros(len(model.counts_by_week))
    population = scenario.horizon.population
    for name, touchpoint in scenario.journey.items():
        expected += touchpoint.cost * series(model, f"encounters@{name}")
        if touchpoint.capacity is not None:
            expected += touchpoint.capacity.cost_per_1000 * population / 1000.0
    goods = series(model, "cost") / UNITS - expected
    sold = {name: series(model, f"successes@{name}") for name, t in scenario.journey.items() if t.sells}
    cheapest, dearest = (
        sum(pick(o.unit_cost for o in scenario.market.offers.values()) * scenario.journey[name].sale_size * n
            for name, n in sold.items())
        for pick in (min, max)
    )  # fmt: skip
    slack = 1e-6 * expected.max()
    assert (goods >= cheapest - slack).all()
    assert (goods <= dearest + slack).all()


# -- work ------------------------------------------------------------------------------------------------------------


def test_queues_lose_no_encounter() -> None:
    """Backlog and wait of every week, recomputed from the encounters alone."""
    queues = {"handover": {"capacity": {"per_1000": 100.0}}, "repair": {"capacity": {"per_1000": 25.0}}}
    scenario = changed(workshop(), FROZEN, {"learning": {"start": "midpoint"}, "journey": queues})
    model = lived(scenario)
    burn_in, population = scenario.horizon.burn_in, scenario.horizon.population
    for k, (name, touchpoint) in enumerate(scenario.journey.items()):
        arrivals = series(model, f"encounters@{name}")
        if touchpoint.capacity is None:
            assert (model.waits_by_week[:, k] == 0.0).all()
            continue
        capacity = touchpoint.capacity.per_1000 * population / 1000.0
        backlog, waits, done = 0.0, [], 0.0
        for n in arrivals.tolist():
            waits.append(wait_of(backlog, capacity, 8.0))
            after = backlog_after(backlog, float(n), capacity)
            work = backlog + n - after
            assert work <= capacity + 1e-9
            done += work
            backlog = after
        assert waits[burn_in:] == pytest.approx(model.waits_by_week[:, k].tolist(), abs=1e-9)
        assert len(set(waits[burn_in:])) > 3
        assert done + model.world.backlog[k] == pytest.approx(arrivals.sum(), rel=1e-12)


@firms
def test_waiting_counted_is_the_wait_times_those_who_met_it(firm: str) -> None:
    """Levers frozen, one wait for all: the counter is encounters x wait in fixed point."""
    model = lived(changed(FIRMS[firm](), FROZEN, {"timeline": ()}))
    burn_in = model.given.horizon.burn_in
    for k, name in enumerate(model.layout.touchpoints):
        met = series(model, f"encounters@{name}")[burn_in:].tolist()
        waited = [n * fixed(float(w)) for n, w in zip(met, model.waits_by_week[:, k], strict=True)]
        assert series(model, f"waiting@{name}")[burn_in:].tolist() == waited


# -- experience ------------------------------------------------------------------------------------------------------


@firms
def test_the_ledger_adds_up_to_what_was_felt(firm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that anybody feels from week 0 on, taken down where the plain engine turns it into an experience."""
    felt = {"benefit": 0, "pain": 0}
    model = OrganizationModel(FIRMS[firm](), engine="plain", population=150, burn_in=6, weeks=12)
    genuine = customer.experience.experience

    def listening(anchor: float, value: float) -> Any:
        if model.week >= 0:
            felt["benefit" if value >= 0.0 else "pain"] += fixed(value)
        return genuine(anchor, value)

    monkeypatch.setattr(customer.experience, "experience", listening)
    model.run()
    assert model.world.ledger[:, :, 0].sum() == felt["benefit"] > 0
    assert model.world.ledger[:, :, 1].sum() == felt["pain"] < 0
    model.let_go()


@firms
def test_each_touchpoint_of_the_ledger_adds_up(firm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row by row, against an account kept beside the books: by touchpoint and sign."""
    model = OrganizationModel(FIRMS[firm](), engine="plain", population=150, burn_in=6, weeks=12)
    account = np.zeros((len(model.layout.touchpoints), 2), dtype=np.int64)
    genuine, genuine_case = customer.CustomerAgent.book, customer.CustomerAgent.feel_open_case

    def booked(self: Any, k: int, origin: int, felt: float, *rest: Any) -> None:
        if model.week >= 0:
            account[k, int(felt < 0.0)] += fixed(felt)
        genuine(self, k, origin, felt, *rest)

    def case(self: Any, now: Any) -> float:
        if model.week >= 0:
            account[self.case, 1] += fixed(-self.engine.layout.people.unresolved_pain)
        return genuine_case(self, now)

    monkeypatch.setattr(customer.CustomerAgent, "book", booked)
    monkeypatch.setattr(customer.CustomerAgent, "feel_open_case", case)
    model.run()
    assert np.array_equal(model.world.ledger.sum(axis=1), account)
    model.let_go()


@firms
def test_mean_experience_lies_within_its_range(firm: str) -> None:
    model = run(firm)
    for name in model.layout.touchpoints:
        met, total = series(model, f"encounters@{name}"), series(model, f"experience@{name}")
        assert (total <= met * int(UNITS)).all()
        assert (total >= met * 0.02 * UNITS - met).all()


# -- firms of any structure ------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_no_firm_loses_people_or_money(seed: int) -> None:
    """Random firms without exit from the market: stages, doors, tills and books."""
    model = lived(changed(random_scenario(seed, population=120), {"market": {"exit_rate": 0.0}}))
    people = model.given.horizon.population
    stages = sum(series(model, name) for name in ("prospects", "leads", "customers", "defected"))
    assert (stages == people).all()
    change = series(model, "acquired") - series(model, "defections")
    assert np.array_equal(np.diff(series(model, "customers")), change[1:])
    for name in ("revenue", "cost"):
        assert np.array_equal(series(model, name), over_touchpoints(model, name))
    real, whole = model.world.engine.state
    sales = int(series(model, "purchases").sum())
    assert abs(real[at.SPENT].sum() - series(model, "revenue").sum() / UNITS) <= (sales + 1) / UNITS
    assert (model.world.ledger[..., 0].sum(axis=1) >= 0).all()
    assert (model.world.ledger[..., 1].sum(axis=1) <= 0).all()
    assert (whole[at.STAGE, whole[at.CASE] >= 0] == at.CUSTOMER).all()
    assert (model.world.backlog >= 0.0).all()
    bounds = [at.FIT, at.TRUST, at.SATISFACTION]
    assert ((real[bounds] >= 0.0) & (real[bounds] <= 1.0)).all()

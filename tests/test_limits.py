"""Limit cases: switch a mechanism off, or turn it all the way up, and see just what must follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from worlds import FROZEN, UNBOUND, changed, differences, lived, reference, remains, workshop

from simulation.model import columns as at
from simulation.model.layout import counter_index
from simulation.model.organization_model import OrganizationModel
from simulation.scenario.library import world_files
from simulation.scenario.loading import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from simulation.scenario.scenario import Scenario

SMALL = {"horizon": {"population": 300, "burn_in": 8, "weeks": 24}}
FIRMS: dict[str, Any] = {"workshop": workshop, "reference": lambda: changed(reference(), SMALL)}
firms = pytest.mark.parametrize("firm", FIRMS)


def total(model: OrganizationModel, name: str) -> int:
    return int(model.counts_by_week[:, counter_index(model.layout, name)].sum())


def real(model: OrganizationModel, column: int) -> NDArray[np.float64]:
    values: NDArray[np.float64] = model.world.engine.state.real[column]
    return values


def whole(model: OrganizationModel, column: int) -> NDArray[np.int32]:
    values: NDArray[np.int32] = model.world.engine.state.whole[column]
    return values


def every_touchpoint(scenario: Scenario, **values: Any) -> dict[str, Any]:
    return {"journey": dict.fromkeys(scenario.journey, values)}


def without_effects(scenario: Scenario, *coefficients: str) -> Scenario:
    """No lever touches these coefficients (all of them if none is named)."""
    data = scenario.model_dump()
    for part in _parts_with_effects(data):
        for place, effects in part["effects"].items():
            part["effects"][place] = {c: e for c, e in effects.items() if coefficients and c not in coefficients}
    return type(scenario).model_validate(data)


def _parts_with_effects(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for department in data["departments"].values():
        yield from department["levers"].values()
    yield from data["every_department"].values()
    yield from data["joint_effects"].values()


# -- levers ----------------------------------------------------------------------------------------------------------


@firms
def test_levers_without_effects_change_nothing(firm: str) -> None:
    """KPIs do not depend on levers that do nothing, wherever they stand and however they move."""
    inert = without_effects(FIRMS[firm]())
    starts = [
        remains(lived(changed(inert, {"learning": {"start": start}})), cells=False) for start in ("midpoint", "random")
    ]
    assert set(differences(*starts)) == {"settings"}


@firms
def test_levers_with_effects_change_customers(firm: str) -> None:
    starts = [remains(lived(changed(FIRMS[firm](), {"learning": {"start": s}}))) for s in ("midpoint", "random")]
    assert {"real", "whole", "counts", "ledger", "settings"} <= set(differences(*starts))


def test_the_fixed_rule_never_moves_a_lever() -> None:
    model = lived(changed(workshop(), {"learning": {"rule": "fixed"}}))
    assert (model.settings_by_week == model.settings_by_week[0]).all()


def test_levers_stay_within_bounds_under_wild_learning() -> None:
    model = lived(
        changed(workshop(), {"learning": {"step": 0.5, "memory": 0.0, "start": "random", "review_weeks": 1}}), weeks=60
    )
    assert ((model.settings_by_week >= 0.0) & (model.settings_by_week <= 1.0)).all()
    assert (model.settings_by_week.min(axis=0) < 0.05).any()


# -- people and their stages -----------------------------------------------------------------------------------------


@firms
def test_without_conversion_nobody_is_won_and_nothing_is_sold(firm: str) -> None:
    scenario = without_effects(FIRMS[firm](), "conversion")
    model = lived(changed(scenario, every_touchpoint(scenario, conversion=0.0), {"market": {"start_customers": 0.0}}))
    assert total(model, "acquired") == total(model, "purchases") == total(model, "revenue") == 0
    assert (whole(model, at.STAGE) == at.PROSPECT).all()
    assert (real(model, at.SPENT) == 0.0).all()


@firms
def test_without_exit_everybody_was_there_from_the_start(firm: str) -> None:
    model = lived(changed(FIRMS[firm](), {"market": {"exit_rate": 0.0}}))
    assert (whole(model, at.ENTERED) == 0).all()


def test_people_leave_the_market_at_their_rate() -> None:
    """4,000 people, 30 weeks at 1 %: 26 % have been replaced, within 4 standard deviations of a binomial."""
    model = lived(workshop(), population=4000, burn_in=5, weeks=25)
    replaced = (whole(model, at.ENTERED) > 0).mean()
    expected = 1.0 - 0.99**30
    assert abs(replaced - expected) < 4.0 * np.sqrt(expected * (1 - expected) / 4000)


def test_everybody_starts_where_the_scenario_says() -> None:
    model = lived(changed(workshop(), {"market": {"start_customers": 1.0}}), burn_in=4, weeks=1)
    first = counter_index(model.layout, "customers")
    assert model.counts_by_week[0, first] > 0.9 * model.given.horizon.population


def test_without_defection_no_customer_is_lost() -> None:
    segments = {"market": {"segments": {s: {"defection": 0.0} for s in ("commuters", "dreamers")}}}
    model = lived(changed(workshop(), segments))
    assert total(model, "defections") == 0
    assert (whole(model, at.STAGE) != at.DEFECTED).all()


def test_leads_that_cannot_lapse_or_be_won_stay_leads() -> None:
    scenario = without_effects(workshop(), "conversion")
    still = {
        "journey": {"visit": {"conversion": 0.0}},
        "market": {"lead_lapse": 0.0, "exit_rate": 0.0, "start_customers": 0.0},
    }
    model = lived(changed(scenario, still))
    leads = model.counts_by_week[:, counter_index(model.layout, "leads")]
    assert (np.diff(leads) >= 0).all()
    assert leads[-1] > 0.9 * model.given.horizon.population


def test_one_segment_is_everybody() -> None:
    data = workshop().model_dump()
    del data["market"]["segments"]["dreamers"]
    data["market"]["segments"]["commuters"]["share"] = 1.0
    del data["departments"]["marketing"]["levers"]["breadth"]
    model = lived(type(workshop()).model_validate(data))
    assert (whole(model, at.SEGMENT) == 0).all()
    assert total(model, "customers") > 0


def test_people_buy_the_offer_that_fits_them_best() -> None:
    same = {s: {"fit_spread": 0.0} for s in ("commuters", "dreamers")}
    model = lived(changed(workshop(), {"market": {"segments": same}}))
    commuter = whole(model, at.SEGMENT) == 0
    assert (whole(model, at.OFFER)[commuter] == 0).all()  # city .7 over cargo .4
    assert (whole(model, at.OFFER)[~commuter] == 1).all()  # cargo .25 over city .2
    assert set(real(model, at.FIT).tolist()) == {0.7, 0.25}


# -- word of mouth, queues, problems, surveys ------------------------------------------------------------------------


def test_without_acquaintances_nobody_hears_anything() -> None:
    model = lived(changed(workshop(), {"market": {"network": {"degree": 0}}}))
    assert (real(model, at.REPUTATION) == 0.0).all()
    assert total(model, "good_talk") > 0
    assert total(model, "bad_talk") > 0


def test_without_talk_acquaintances_do_not_matter() -> None:
    silent = changed(workshop(), {"people": {"talk_good": 0.0, "talk_bad": 0.0}})
    crowd, nobody = (remains(lived(changed(silent, {"market": {"network": {"degree": d}}}))) for d in (8, 0))
    assert differences(crowd, nobody) == []


@firms
def test_without_a_bound_nobody_waits(firm: str) -> None:
    scenario = FIRMS[firm]()
    wide = {k: {"capacity": {"per_1000": 1e6}} for k, t in scenario.journey.items() if t.capacity is not None}
    model = lived(changed(scenario, {"journey": wide}))
    assert (model.waits_by_week == 0.0).all()
    assert (model.world.backlog == 0.0).all()


def test_endless_patience_makes_queues_harmless() -> None:
    """The tightest queue and none at all: the same customers, to the bit, but for the wait that is counted."""
    patient = changed(
        workshop(), FROZEN, {"market": {"segments": {s: {"patience": 1.0} for s in ("commuters", "dreamers")}}}
    )
    tight = changed(patient, {"journey": {k: {"capacity": {"per_1000": 1.0}} for k in ("handover", "repair")}})
    one, two = (remains(lived(scenario)) for scenario in (tight, changed(patient, UNBOUND)))
    assert set(differences(one, two)) <= {"counts", "backlog", "waits", "scores", "bonus"}
    assert one["waits"].max() == 8.0


def test_without_failures_there_is_nothing_to_complain_about() -> None:
    scenario = without_effects(workshop(), "failure")
    model = lived(changed(scenario, every_touchpoint(scenario, failure=0.0)))
    names = ["open_problems", "complaints", "encounters@page", "encounters@repair", "cases@handover", "resolved@repair"]
    assert [total(model, name) for name in names] == [0] * len(names)


def test_problems_that_nothing_closes_stay_open() -> None:
    scenario = without_effects(workshop(), "resolution")
    never = {"journey": {k: {"resolution": 0.0} for k in ("page", "repair")}}
    quiet = {"market": {"exit_rate": 0.0, "segments": {s: {"defection": 0.0} for s in ("commuters", "dreamers")}}}
    model = lived(changed(scenario, never, quiet))
    assert total(model, "resolved@repair") == 0
    opened = sum(total(model, f"cases@{k}") for k in ("handover", "ride", "bill"))
    assert (whole(model, at.CASE) >= 0).sum() == opened > 0


def test_without_surveys_there_are_no_answers() -> None:
    model = lived(changed(workshop(), {"survey": {"rate": 0.0}}))
    assert [total(model, name) for name in ("answers", "promoters", "detractors", "overall")] == [0] * 4
    assert np.isnan(model.metric("nps"))


def test_surveys_only_measure() -> None:
    """An instrument: asking nobody or everybody changes no customer while levers are frozen."""
    one, two = (remains(lived(changed(workshop(), FROZEN, {"survey": {"rate": r}}))) for r in (0.0, 1.0))
    assert {"counts"} <= set(differences(one, two)) <= {"counts", "scores", "bonus"}


# -- what people are made of -----------------------------------------------------------------------------------------


def test_whoever_never_forgets_the_start_is_never_moved() -> None:
    model = lived(
        changed(workshop(), {"market": {"segments": {s: {"memory": 1.0} for s in ("commuters", "dreamers")}}})
    )
    anchor = model.given.people.anchor
    assert real(model, at.SATISFACTION) == pytest.approx(np.full(model.given.horizon.population, anchor), abs=1e-9)


def test_loyalty_without_speed_stays_neutral() -> None:
    model = lived(changed(workshop(), {"people": {"loyalty_speed": 0.0}}))
    assert set(real(model, at.LOYALTY).tolist()) == {model.layout.market.neutral_loyalty}


def test_deaf_people_hear_no_promises() -> None:
    """Hype changes nobody who does not listen."""
    deaf = changed(
        workshop(),
        FROZEN,
        {"people": {"promise_to_will": 0.0, "promise_to_should": 0.0}, "joint_effects": {"crowded_page": None}},
    )
    loud = {"learning": {"start_policy": {"marketing.hype": 1.0, "counter.promise": 1.0}}}
    assert differences(remains(lived(deaf)), remains(lived(changed(deaf, loud)))) == ["settings"]


def test_everything_as_it_should_be_is_neutral_for_ever() -> None:
    """No luck, no personal norms, quality just as expected, no failures: satisfaction stays at the anchor, the ledger empty."""
    scenario = without_effects(workshop())
    plain = every_touchpoint(
        scenario, quality=0.7, quality_spread=0.0, effort=0.0, fit=0.0, failure=0.0, contact_by_firm=False
    )
    norms = {"market": {"segments": {s: {"expectation": 0.7} for s in ("commuters", "dreamers")}}}
    model = lived(changed(scenario, plain, norms, UNBOUND, {"people": {"norm_spread": 0.0}}))
    assert real(model, at.SATISFACTION) == pytest.approx(scenario.people.anchor, abs=1e-9)
    assert real(model, at.LOYALTY) == pytest.approx(model.layout.market.neutral_loyalty, abs=1e-9)
    assert real(model, at.WORST) == pytest.approx(0.0, abs=1e-9)
    assert np.abs(model.world.ledger).max() <= total(model, "encounters@ride")


def purchase_rates(spread: float) -> NDArray[np.float64]:
    """Purchase rates of 20,000 people over the mean of their segment."""
    scenario = changed(workshop(), {"people": {"purchase_spread": spread}})
    model = OrganizationModel(scenario, population=20_000)
    means = np.array([segment.purchase_rate for segment in scenario.market.segments.values()])
    return real(model, at.PURCHASE_RATE) / means[whole(model, at.SEGMENT)]


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0, 2.0])
def test_the_mean_purchase_rate_is_that_of_the_scenario_whatever_its_spread(spread: float) -> None:
    """Within four standard errors of a mean; the spread itself is there."""
    rates = purchase_rates(spread)
    assert rates.mean() == pytest.approx(1.0, abs=4.0 * rates.std() / np.sqrt(len(rates)) + 1e-9)
    assert np.log(rates).std() == pytest.approx(spread, rel=0.03, abs=1e-9)


def test_norms_differ_between_people_around_that_of_their_segment() -> None:
    model = OrganizationModel(changed(workshop(), {"people": {"norm_spread": 0.3}}), population=20_000)
    usual = np.array([segment.expectation for segment in workshop().market.segments.values()])
    differing = real(model, at.NORM) - usual[whole(model, at.SEGMENT)]
    assert abs(differing.mean()) < 4.0 * 0.3 / np.sqrt(20_000)
    assert differing.std() == pytest.approx(0.3, rel=0.03)
    assert np.array_equal(real(model, at.SHOULD), real(model, at.NORM))


def test_what_should_happen_returns_to_ones_own_norm() -> None:
    """Nobody promises or surprises: after years of forgetting, a shocked *should* stands at the person's norm again."""
    still = {"promise_to_should": 0.0, "should_learning": 0.0, "should_forgetting": 0.3, "norm_spread": 0.3}
    model = OrganizationModel(
        changed(workshop(), FROZEN, {"people": still, "market": {"exit_rate": 0.0}, "horizon": {"weeks": 80}})
    )
    real(model, at.SHOULD)[:] = 0.0
    model.run()
    assert real(model, at.SHOULD) == pytest.approx(real(model, at.NORM), abs=1e-9)
    assert np.ptp(real(model, at.NORM)) > 0.5
    model.let_go()


def test_the_strict_are_less_satisfied() -> None:
    """Everything else being equal: one firm, one segment's worth of service, people of other norms."""
    strict_people = {"people": {"norm_spread": 0.3}, "market": {"exit_rate": 0.0}, "horizon": {"population": 1500}}
    model = lived(changed(workshop(), FROZEN, strict_people))
    bought = whole(model, at.PURCHASES) > 0
    norm, satisfied = real(model, at.NORM)[bought], real(model, at.SATISFACTION)[bought]
    strict = norm > np.median(norm)
    assert satisfied[strict].mean() < satisfied[~strict].mean() - 0.03


def test_how_strict_a_kind_of_touchpoint_is_felt_does_not_change_what_it_is_rated() -> None:
    """Stars tell how good it was; the slope of must-be touchpoints tells how far that counts. The same first week."""
    logs = []
    for loss in (0.5, 1.5):
        model = OrganizationModel(changed(workshop(), {"people": {"must_be_loss": loss}}), events=True, burn_in=4)
        model.step()
        met = model.events.whole[:, 2] == at.ENCOUNTERED
        logs.append((model.events.whole[met], model.events.real[met, 0]))
    (one, felt_one), (other, felt_other) = logs
    assert np.array_equal(one, other)
    assert (felt_one != felt_other).any()
    assert len(set(one[:, 5].tolist())) > 2, "there are various ratings"


def in_order(*names: str) -> Scenario:
    """Everybody meets three touchpoints of different kinds each week, in this order, and expects what she always did."""
    kinds = {"bad": ("must_be", 0.4), "fair": ("performance", 0.7), "good": ("attractive", 0.9)}
    journey = {
        name: {"name": name, "owner": "firm", "channel": "person", "kind": kinds[name][0], "quality": kinds[name][1],
               "quality_spread": 0.0,
               "trigger": {"kind": "rate", "stages": ("customer",)}, "source": "our assumption"}
        for name in names
    }  # fmt: skip
    data = load(world_files()["shop"]).scenario.model_dump()
    data["journey"] = journey
    still = {"will_learning": 0.0, "should_learning": 0.0, "must_be_notice": 0.5}
    start = {"start_customers": 1.0, "segments": {"everybody": {"defection": 0.0}}}
    size = {"weeks": 6, "burn_in": 4, "population": 50}
    return changed(type(workshop()).model_validate(data), {"people": still, "market": start, "horizon": size})


def test_the_order_of_touchpoints_within_a_week_does_not_matter_to_satisfaction() -> None:
    """To rounding; a memory that took in one encounter after another would weigh the last one most."""
    one, other = (
        real(lived(in_order(*names)), at.SATISFACTION) for names in (("bad", "fair", "good"), ("good", "fair", "bad"))
    )
    assert one == pytest.approx(other, abs=1e-12)
    assert np.ptp(one) > 0.01, "people differ by their norms"


# -- which way things go: the same people with the same luck ---------------------------------------------------------


def policy(**settings: float) -> Scenario:
    named = {name.replace("__", "."): value for name, value in settings.items()}
    return changed(
        workshop(), FROZEN, {"learning": {"start": "midpoint", "start_policy": named}, "horizon": {"population": 1500}}
    )


def test_hype_raises_both_expectations() -> None:
    low, high = (lived(policy(marketing__hype=x)).customers for x in (0.0, 1.0))
    for expectation in ("will", "should"):
        assert high.agg(expectation, np.mean) > low.agg(expectation, np.mean) + 0.005


def test_haste_brings_problems_and_problems_cost_loyalty() -> None:
    careful, hasty = (lived(policy(assembly__haste=x)) for x in (0.0, 1.0))
    assert total(hasty, "complaints") > 2 * total(careful, "complaints")
    assert real(hasty, at.LOYALTY).mean() < real(careful, at.LOYALTY).mean()


def test_staff_shortens_the_wait_and_costs_money() -> None:
    lean, generous = (lived(policy(care__staffing=x)) for x in (0.0, 1.0))
    assert generous.waits_by_week[:, -1].mean() < lean.waits_by_week[:, -1].mean()
    assert total(generous, "cost@repair") > total(lean, "cost@repair")


def test_breadth_brings_people_whom_the_offer_fits_less() -> None:
    narrow, broad = (lived(policy(marketing__breadth=x)) for x in (0.0, 1.0))

    def fit(model: OrganizationModel) -> float:
        return float(real(model, at.FIT)[whole(model, at.BROUGHT) >= 0].mean())

    assert fit(broad) < fit(narrow) - 0.03
    assert total(broad, "encounters@advert") > total(narrow, "encounters@advert")


def test_pressure_sells_today() -> None:
    gentle, pressing = (lived(policy(counter__pressure=x)) for x in (0.0, 1.0))
    assert total(pressing, "successes@visit") > total(gentle, "successes@visit")
    assert total(pressing, "experience@visit") / total(pressing, "encounters@visit") < total(
        gentle, "experience@visit"
    ) / total(gentle, "encounters@visit")


def test_coaching_raises_the_answer_and_not_the_customer() -> None:
    """To the bit: a talked-up answer is a measurement."""
    honest, coached = (
        lived(policy(**{f"{d}__coaching": x for d in ("counter", "assembly", "care")})) for x in (0.0, 1.0)
    )
    assert total(coached, "overall") > total(honest, "overall")
    parts = differences(remains(honest), remains(coached))
    assert "real" not in parts
    assert "whole" not in parts

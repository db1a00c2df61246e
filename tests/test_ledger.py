"""The ledger names the culprit: causes planted one at a time in firms whose every other lever stands in the middle."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from worlds import FROZEN, changed, lived, mail_order, reference, workshop

from simulation.model.columns import LOYALTY
from simulation.model.layout import counter_index
from simulation.rules.arithmetic import UNITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from simulation.model.organization_model import OrganizationModel
    from simulation.scenario.scenario import Scenario

SIZE = {"horizon": {"population": 2000, "burn_in": 26, "weeks": 40}}
FIRMS: dict[str, Callable[[], Scenario]] = {"workshop": workshop, "reference": reference}


@cache
def planted(firm: str, *causes: tuple[str, float]) -> OrganizationModel:
    """A firm whose levers all stand in the middle, but for the causes."""
    learning = {"start": "midpoint", "start_policy": dict(causes)}
    return lived(changed(FIRMS[firm](), SIZE, FROZEN, {"learning": learning}))


def pains(model: OrganizationModel, touchpoint: str | None = None) -> dict[str, float]:
    """Pain by the department that it is due to, as a positive number; all touchpoints unless one is named."""
    ledger = model.world.ledger[..., 1]
    rows = ledger if touchpoint is None else ledger[[model.layout.touchpoints.index(touchpoint)]]
    return dict(zip(model.layout.departments, (-rows.sum(axis=0)[:-1]).tolist(), strict=True))


def culprit(amounts: dict[str, float]) -> str:
    """Who is due more than twice what anybody else is."""
    (first, most), (_, next_) = sorted(amounts.items(), key=lambda item: -item[1])[:2]
    assert most > 2.0 * max(next_, 0.0), amounts
    assert most > 0.0, amounts
    return first


@pytest.mark.parametrize("firm", FIRMS)
def test_in_the_middle_nothing_is_due_to_any_department(firm: str) -> None:
    ledger = planted(firm).world.ledger
    assert (ledger[:, :-1] == 0).all()
    assert (ledger[:, -1] != 0).any()


CAUSES: dict[str, tuple[str, tuple[tuple[str, float], ...], str]] = {
    "hype alone": ("reference", (("marketing.hype", 1.0),), "marketing"),
    "hype alone, workshop": ("workshop", (("marketing.hype", 1.0),), "marketing"),
    "inflated promises alone": ("reference", (("sales.promise", 1.0),), "sales"),
    "promises alone, workshop": ("workshop", (("counter.promise", 1.0),), "counter"),
    "load alone": ("reference", (("fulfilment.economy", 1.0),), "fulfilment"),
    "load alone, workshop": ("workshop", (("assembly.haste", 1.0),), "assembly"),
    "unfit leads alone": ("reference", (("marketing.breadth", 1.0),), "marketing"),
    "unfit leads alone, workshop": ("workshop", (("marketing.breadth", 1.0),), "marketing"),
    "too few staff": ("reference", (("service.staffing", 0.0),), "service"),
    "too few staff, workshop": ("workshop", (("care.staffing", 0.0),), "care"),
    "calls ended quickly": ("reference", (("service.handle_time", 1.0),), "service"),
    "a hidden phone number": ("reference", (("digital.deflection", 1.0),), "digital"),
    "data kept back": ("reference", (("product.share_data", 0.0),), "product"),
    "data kept back, workshop": ("workshop", (("assembly.share_data", 0.0),), "assembly"),
    "strict collections": ("reference", (("billing.strictness", 1.0),), "billing"),
}


@pytest.mark.parametrize("name", CAUSES)
def test_a_planted_cause_is_named(name: str) -> None:
    firm, causes, department = CAUSES[name]
    assert culprit(pains(planted(firm, *causes))) == department


@pytest.mark.parametrize(("firm", "cause", "queue", "sender", "owner"), [
    ("reference", ("fulfilment.economy", 1.0), "service_call", "fulfilment", "service"),
    ("workshop", ("assembly.haste", 1.0), "repair", "assembly", "care"),
])  # fmt: skip
def test_who_sends_the_load_is_named_for_the_wait_and_not_who_runs_the_queue(
    firm: str, cause: tuple[str, float], queue: str, sender: str, owner: str
) -> None:
    """The queue is given a tenth more capacity than the firm in the middle needs."""
    middle = planted(firm)
    burn_in, people = middle.given.horizon.burn_in, middle.given.horizon.population
    met = middle.counts_by_week[burn_in:, counter_index(middle.layout, f"encounters@{queue}")]
    just_enough = {"journey": {queue: {"capacity": {"per_1000": 1.1 * 1000.0 * met.mean() / people}}}}
    policy = {"learning": {"start": "midpoint", "start_policy": dict([cause])}}
    model = lived(changed(FIRMS[firm](), SIZE, FROZEN, just_enough, policy))
    assert model.waits_by_week[:, middle.layout.touchpoints.index(queue)].mean() > 0.5
    amounts = pains(model, queue)
    assert culprit(amounts) == sender
    assert amounts[owner] == 0.0


def test_unfit_leads_are_felt_downstream_and_booked_to_who_brought_them_in() -> None:
    """Riding matters fully by fit: felt at Assembly's touchpoint, due to Marketing."""
    amounts = pains(planted("workshop", ("marketing.breadth", 1.0)), "ride")
    assert culprit(amounts) == "marketing"
    assert amounts["assembly"] == 0.0


def test_hype_is_felt_where_nobody_hyped() -> None:
    amounts = pains(planted("workshop", ("marketing.hype", 1.0)), "handover")
    assert culprit(amounts) == "marketing"
    assert amounts["assembly"] == 0.0


def test_two_causes_are_both_named() -> None:
    amounts = pains(planted("reference", ("marketing.hype", 1.0), ("billing.strictness", 1.0)))
    guilty = sorted(amounts, key=lambda department: -amounts[department])[:2]
    assert set(guilty) == {"marketing", "billing"}


@pytest.mark.parametrize(("firm", "lever", "department"), [
    ("reference", "marketing.hype", "marketing"), ("reference", "sales.promise", "sales"),
    ("reference", "fulfilment.economy", "fulfilment"), ("reference", "billing.strictness", "billing"),
    ("workshop", "marketing.breadth", "marketing"), ("workshop", "assembly.haste", "assembly"),
])  # fmt: skip
def test_more_of_a_cause_is_more_due(firm: str, lever: str, department: str) -> None:
    amounts = [pains(planted(firm, (lever, setting)))[department] for setting in (0.5, 0.75, 1.0)]
    assert 0.0 == amounts[0] < amounts[1] < amounts[2]


# -- dates of deliveries ---------------------------------------------------------------------------------------------


def unit(name: str, lever: str, place: str, coefficient: str, slope: float) -> dict[str, Any]:
    """A department with one lever that moves one thing."""
    effect = {place: {coefficient: {"slope": slope, "source": "our assumption"}}}
    moves = {"name": lever, "low": "less", "high": "more", "effects": effect, "source": "our assumption"}
    return {"name": name, "kpis": {f"work_of_{lever}": 1.0}, "levers": {lever: moves}}


MAIL = {
    "departments": {
        "depot": unit("Depot", "thrift", "delivery", "days", 1.0),
        "counter": unit("Counter", "boldness", "delivery", "promised_days", -1.0),
        "makers": unit("Makers", "haste", "delivery", "failure", 0.4),
        "care": unit("Care", "hurry", "call", "resolution", -1.0),
    },
    "journey": {"delivery": {"failure": 0.1}, "call": {"owner": "care"}},
    "kpis": {
        f"work_of_{lever}": {"name": "Work", "owner": owner, "numerator": {"encounters@delivery": 1.0}, "unit": "a week",
                             "denominator": {"people": 1.0}, "better": "higher", "stretch": 1.0}
        for owner, lever in (("depot", "thrift"), ("counter", "boldness"), ("makers", "haste"), ("care", "hurry"))
    },
}  # fmt: skip
NOTHING_BREAKS = {"journey": {"delivery": {"failure": 0.0}}}
CERTAIN = {"journey": {"delivery": {"failure": 0.0, "delivery": {"spread": 0.0}}}}
"""Nothing breaks, and what is ordered takes 8 days in the middle, 12 from a thrifty depot; 10 are promised, or boldly 5."""
DULL = {"people": {"lateness": 0.0, "wait_pain": 0.0}}
"""People whom dates leave cold, but for a promise that is not kept."""
SLOW, BOLD, HASTY, HURRIED = (
    ("depot.thrift", 1.0),
    ("counter.boldness", 1.0),
    ("makers.haste", 1.0),
    ("care.hurry", 1.0),
)


def mailed(*causes: tuple[str, float], changes: tuple[dict[str, Any], ...] = ()) -> OrganizationModel:
    """A mail order whose levers all stand in the middle, but for the causes."""
    learning = {"start": "midpoint", "start_policy": dict(causes)}
    return lived(changed(mail_order(), MAIL, FROZEN, {"learning": learning, "market": {"exit_rate": 0.0}}, *changes))


def test_in_the_middle_no_date_is_due_to_anybody() -> None:
    ledger = mailed().world.ledger
    assert (ledger[:, :-1] == 0).all()
    assert (ledger[:, -1] != 0).any()


@pytest.mark.parametrize("people", [{}, DULL], ids=["people who mind", "people who mind broken promises only"])
@pytest.mark.parametrize(("cause", "department"), [(SLOW, "depot"), (BOLD, "counter"), (HASTY, "makers")])
def test_who_delays_or_promises_too_early_or_breaks_things_is_named(
    cause: tuple[str, float], department: str, people: dict[str, Any]
) -> None:
    amounts = pains(mailed(cause, changes=(people,)), "delivery")
    assert culprit(amounts) == department
    assert [amounts[name] for name in amounts if name != department] == [0.0] * 4


def test_who_closes_slowly_is_not_due_what_only_an_arrival_cures() -> None:
    """Nothing breaks: all problems are late orders, and what Care does to its calls leaves them as they are."""
    whole = (
        {"journey": {"delivery": {"failure": 0.0}}, "departments": {"makers": {"levers": {"haste": {"effects": {}}}}}},
    )
    amounts = pains(mailed(SLOW, HURRIED, changes=whole), "delivery")
    assert culprit(amounts) == "depot"
    assert amounts["care"] == 0.0
    assert pains(mailed(SLOW, HURRIED), "delivery")["care"] > 0.0, "where things break, it is"


def test_all_the_waiting_is_due_to_who_made_it_late_where_nothing_else_does() -> None:
    """8 days become 12, and 10 are promised: every week past the promise is due to the depot, to the last unit."""
    model = mailed(SLOW, changes=(DULL, CERTAIN))
    waiting = model.counts_by_week[model.given.horizon.burn_in - 1 : -1, counter_index(model.layout, "open_problems")]
    assert waiting.sum() > 100
    due = pains(model, "delivery")["depot"]
    assert due == pytest.approx(waiting.sum() * model.given.people.unresolved_pain * UNITS, rel=1e-6)


def test_overdue_days_are_shared_by_whose_they_are() -> None:
    """8 days become 12 and 10 promised ones 5: of 7 days overdue, 4 and 5 are due, and none to the middle."""
    amounts = pains(mailed(SLOW, BOLD, changes=(DULL, CERTAIN)), "delivery")
    assert amounts["depot"] / amounts["counter"] == pytest.approx(4.0 / 5.0, rel=1e-3)


def test_who_delays_is_not_credited_where_most_still_comes_early() -> None:
    """Far promises: the depot takes away from how early it comes, which is less benefit and no merit."""
    far = ({"journey": {"delivery": {"failure": 0.0, "delivery": {"promised_days": 40.0, "spread": 0.2}}}},)
    slow, quick = (mailed(("depot.thrift", setting), changes=far) for setting in (1.0, 0.0))
    k, d = slow.layout.touchpoints.index("delivery"), slow.layout.departments.index("depot")
    assert slow.world.ledger[k, d].sum() < 0 < quick.world.ledger[k, d].sum()


def test_calls_about_late_orders_are_a_load_sent_by_who_made_them_late() -> None:
    tight = {"journey": {"call": {"capacity": {"per_1000": 5.0}}}}
    model = mailed(SLOW, changes=(NOTHING_BREAKS, tight))
    assert model.waits_by_week[:, model.layout.touchpoints.index("call")].mean() > 0.5
    amounts = pains(model, "call")
    assert culprit(amounts) == "depot"
    assert amounts["care"] == 0.0


def benefits(model: OrganizationModel) -> dict[str, float]:
    return dict(zip(model.layout.departments, model.world.ledger[..., 0].sum(axis=0)[:-1].tolist(), strict=True))


@pytest.mark.parametrize(
    ("lever", "department"),
    [("digital.usability", "digital"), ("billing.clarity", "billing"), ("fulfilment.slots", "fulfilment")],
)
def test_good_done_is_booked_as_well(lever: str, department: str) -> None:
    """A benefit where it is felt as one, and less pain; nobody else is due anything."""
    model = planted("reference", (lever, 1.0))
    due = {name: benefits(model)[name] - pains(model)[name] for name in model.layout.departments}
    assert culprit(due) == department


def test_the_ledger_agrees_with_the_counterfactual_on_the_worst_cause() -> None:
    """Planted one at a time, the causes that the ledger ranks first and last are those that replay ranks so.

    Replay: mean loyalty lost against the firm in the middle, on the same people with the same luck.
    """
    causes = (("marketing.hype", 1.0), ("billing.strictness", 1.0), ("fulfilment.economy", 1.0))

    def loyalty(model: OrganizationModel) -> float:
        real: NDArray[Any] = model.world.engine.state.real
        return float(real[LOYALTY].mean())

    middle = loyalty(planted("reference"))
    lost = {cause: middle - loyalty(planted("reference", cause)) for cause in causes}
    due = {cause: sum(pains(planted("reference", cause)).values()) for cause in causes}
    assert all(value > 0.0 for value in lost.values())
    assert max(lost, key=lambda c: lost[c]) == max(due, key=lambda c: due[c])

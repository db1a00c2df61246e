"""The ledger names the culprit: causes planted one at a time in firms whose every other lever stands in the middle."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from worlds import FROZEN, changed, lived, reference, workshop

from simulation.model.columns import LOYALTY
from simulation.model.layout import counter_index

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

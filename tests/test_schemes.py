"""What departments are paid for, as they live with it: other KPIs, charges, rewards, pay-offs, limits and attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from worlds import changed, differences, lived, remains, workshop

from simulation.model.appraisal import Appraisals
from simulation.model.metrics import KpiReader
from simulation.model.organization_model import OrganizationModel
from simulation.model.scorecards import KpiTable
from simulation.rules.incentive import Terms, appraise, pay, worth
from simulation.scenario.department import DepartmentGiven
from simulation.scenario.regime import Incentives

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.scenario.scenario import Scenario

SHARED = {"company_satisfaction": 1.0}
POOLED = {"information": {"regime": "pooled"}}


def firm(*changes: dict[str, Any]) -> Scenario:
    return changed(workshop(), {"timeline": (), "learning": {"step": 0.3}}, *changes)


def paid(**incentives: Any) -> OrganizationModel:
    return lived(firm(POOLED, {"incentives": {"shared_metrics": SHARED, **incentives}}))


# -- defaults --------------------------------------------------------------------------------------------------------

NOTHING_NEW: dict[str, dict[str, Any]] = {
    "a pool split among nobody but with no weight": {"incentives": {"scheme": "split_pool", "shared_weight": 0.0}},
    "a gate that stands open": {"incentives": {"gate": -10.0}},
    "a quota that nobody is paid by": {"incentives": {"quota": 0.7, "quota_spread": 1.0}},
    "attention for all metrics": {"incentives": {"attention": 1000}},
    "limits that exclude nothing": {"levers": {"limit": {"*.share_data": (0.0, 1.0), "marketing.hype": (0.0, 1.0)}}},
    "data as shared in a silo": {"information": {"as_shared": True}},
    "role clarity without buy-in": {"alignment": {"role_clarity": 1.0, "message_every": 3}},
}


@pytest.mark.parametrize("name", NOTHING_NEW)
def test_what_does_not_bind_leaves_no_trace(name: str) -> None:
    one, two = (
        remains(lived(firm({"incentives": {"shared_weight": 0.0}}, change))) for change in ({}, NOTHING_NEW[name])
    )
    assert differences(one, two) == []


# -- metrics ---------------------------------------------------------------------------------------------------------


def card(**incentives: Any) -> tuple[Appraisals, dict[str, float]]:
    """Two departments with one KPI each, counted in counters 1 and 2 per head (counter 0), and a shared one in 3."""

    def reader(name: str, counter: int, home: str) -> KpiReader:
        return KpiReader(name=name, direction=1, stretch=1.0, numerator=((counter, 1.0),), denominator=((0, 1.0),),
                         scale=1.0, home=home)  # fmt: skip

    readers = {"a": reader("a", 1, "up"), "b": reader("b", 2, "down"), "all": reader("all", 3, "")}
    given = {
        "up": DepartmentGiven(name="Up", kpis={"a": 2.0}), "down": DepartmentGiven(name="Down", kpis={"b": 1.0}),
    }  # fmt: skip
    appraisals = Appraisals(
        KpiTable(readers), readers=readers, departments=given,
        incentives=Incentives(shared_metrics={"all": 1.0}, **incentives), run_key=(0, 0, 0),
    )  # fmt: skip
    return appraisals, {"a": 0.0, "b": 0.0, "all": 0.0}


COUNTS = np.array([2, 1, 4, 3])
"""KPI a stands at 0.5, b at 2 and the shared one at 1.5."""


def standing(department: str, **incentives: Any) -> tuple[float, ...]:
    appraisals, pars = card(**incentives)
    return tuple(appraisals.standings(COUNTS, pars, {"up": 0.5, "down": 0.0})[department])


def test_a_department_stands_where_its_own_and_the_shared_kpis_do() -> None:
    assert standing("up") == (0.5, 1.5, 0.0)
    assert standing("down") == (2.0, 1.5, 0.0)


def test_a_downstream_kpi_replaces_a_departments_own() -> None:
    assert standing("up", own_kpis={"up": {"a": 3.0, "b": 1.0}}) == (0.875, 1.5, 0.0)
    assert standing("down", own_kpis={"up": {"b": 1.0}}) == (2.0, 1.5, 0.0)


def test_charges_and_the_reward_for_sharing_are_added_with_their_weights() -> None:
    assert standing("up", charges={"up": {"b": 0.25, "all": 1.0}}) == (0.5, 1.5, 2.0)
    assert standing("up", transparency_reward=0.4) == (0.5, 1.5, 0.2)
    assert standing("down", transparency_reward=0.4) == (2.0, 1.5, 0.0)


def test_evidence_keeps_apart_what_arose_here_and_elsewhere() -> None:
    """Trial half (a, b, all) at (1, 3, 2), control half at (.5, 2, 0); as a whole only b has changed, from 1 to 2."""
    appraisals, pars = card(own_kpis={"up": {"a": 1.0, "b": 1.0}}, charges={"up": {"b": 0.1}})
    totals = np.array([[1, 0, 1, 0], [1, 0, 2, 0], [1, 0, 2, 0]])
    halves = np.array([[2, 2, 6, 4], [2, 1, 4, 0]])
    ((own, shared, added),) = appraisals.evidence(totals, halves, ["up"], pars)
    assert (own.here, own.elsewhere, own.change) == (0.5, 1.0, 1.0)  # twice the halves of .5 and 1: two reviews
    assert (shared.here, shared.elsewhere, shared.change) == (0.0, 4.0, 0.0)
    assert (added.here, added.elsewhere, added.change) == (0.0, pytest.approx(0.2), pytest.approx(0.2))


def test_a_metric_that_is_not_heeded_has_no_effect_and_the_others_keep_their_weights() -> None:
    appraisals, pars = card(own_kpis={"up": {"a": 1.0, "b": 1.0}})
    totals, halves = np.zeros((3, 4), dtype=np.int64), np.array([[2, 2, 6, 4], [2, 1, 4, 0]])
    heeds = {"up": (0,), "down": (0,)}
    ((own, shared, _),) = appraisals.evidence(totals, halves, ["up"], pars, heeds)
    assert (own.here, own.elsewhere, shared.elsewhere) == (0.5, 0.0, 0.0)


def test_attention_heeds_what_it_can_at_each_review() -> None:
    appraisals, _ = card(own_kpis={"up": {"a": 1.0, "b": 1.0}}, shared_weight=0.5, attention=2)
    reviews = [appraisals.attention(review, 0.0) for review in range(60)]
    heeded = {review["up"] for review in reviews if review is not None}
    assert heeded == {(0, 1), (0, 2), (1, 2)}
    assert card()[0].attention(0, 0.0) is None


# -- pay -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payoff", ["linear", "quota", "tournament"])
def test_the_bonus_follows_the_pay_off(payoff: str) -> None:
    model = paid(payoff=payoff, shared_weight=0.5, quota=0.2)
    departments = model.departments
    for name, department in departments.items():
        others = [each.appraisal for other, each in departments.items() if other != name]
        terms = Terms(weight=0.5, payoff=payoff, quota=0.2, rivals=sum(others) / len(others))
        assert department.appraisal == appraise(department.standing, terms)
        expected = pay(worth(department.standing, terms))
        assert model.organization.bonus_share(department) == pytest.approx(expected, abs=1e-12)


def test_a_pay_off_of_one_department_leaves_the_others_pay_alone() -> None:
    model = paid(payoff_by_department={"care": "quota"}, quota=0.5)
    for name, department in model.departments.items():
        share = model.organization.bonus_share(department)
        assert (share == pay(department.appraisal)) == (name != "care")


@pytest.mark.parametrize(
    "incentives",
    [
        {"payoff": "quota", "quota": 0.5},
        {"payoff": "tournament"},
        {"scheme": "split_pool", "shared_weight": 0.9},
        {"scheme": "gate", "gate": 0.5},
        {"own_kpis": {"marketing": {"paid": 1.0}}},
        {"charges": {"marketing": {"company_satisfaction": 2.0}}},
        {"transparency_reward": 2.0},
        {"attention": 1, "shared_weight": 0.5},
    ],
    ids=str,
)
def test_what_is_paid_moves_decisions(incentives: dict[str, Any]) -> None:
    one, two = paid(shared_weight=incentives.get("shared_weight", 0.0)), paid(**incentives)
    assert not np.array_equal(one.settings_by_week, two.settings_by_week)


def test_a_reward_for_sharing_is_known_exactly_and_makes_departments_share() -> None:
    """Where no KPI can move a score, and the reward is beyond any effort, every trial of the lever says up."""
    dull = {"kpis": {kpi: {"stretch": 1e9} for kpi in workshop().kpis}}
    model = lived(firm(dull, {"incentives": {"transparency_reward": 10.0}}))
    lever = model.organization.lever_names.index("marketing.share_data")
    settings = model.settings_by_week[:, lever]
    assert (np.diff(settings) >= 0.0).all()
    assert settings[-1] > settings[0]


# -- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [6, 7])
def test_a_limit_bounds_settings_and_trials_from_the_week_that_it_starts(start: int) -> None:
    """At the start of a review, and within one, where it cuts trials short."""
    limit = {"start": start, "levers": {"limit": {"marketing.hype": (0.6, 0.65)}}}
    model = OrganizationModel(firm({"timeline": (limit,)}))
    lever = model.organization.lever_names.index("marketing.hype")
    tried: list[tuple[int, float]] = []
    given = model.world.set_levers

    def noted(settings: NDArray[np.float64]) -> None:
        tried.extend((model.week, setting) for setting in settings[:, lever].tolist())
        given(settings)

    model.world.set_levers = noted  # type: ignore[method-assign]
    model.run()
    model.let_go()
    late = {setting for week, setting in tried if week >= start}
    assert all(0.6 <= setting <= 0.65 for setting in late)
    assert len(late) > 1  # something is still tried between the limits
    assert any(not 0.6 <= setting <= 0.65 for week, setting in tried if week < start)


def test_a_hold_and_a_freeze_override_a_limit() -> None:
    held = lived(firm({"levers": {"limit": {"marketing.hype": (0.6, 0.7)}, "hold": {"marketing.hype": 0.9}}}))
    lever = held.organization.lever_names.index("marketing.hype")
    assert (held.settings_by_week[:, lever] == 0.9).all()
    frozen, limited = (
        lived(firm({"levers": {"frozen": True, "limit": limit}})) for limit in ({}, {"marketing.hype": (0.9, 1.0)})
    )
    assert differences(remains(frozen), remains(limited)) == []

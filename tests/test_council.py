"""Councils: what they may know, what they find out, what departments make of it, and the law that customers stay untouched."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import FROZEN, changed, differences, lived, reference, remains, workshop

import simulation
from simulation.analysis.frames import council_frame
from simulation.analysis.run import run_arm
from simulation.model.governance.actions import Action
from simulation.model.governance.agenda import AGENDA, Meeting, items_of
from simulation.model.governance.council import Council
from simulation.model.governance.journey_map import map_of
from simulation.model.governance.measures import ratios_of
from simulation.model.governance.papers import SATISFACTION, Finding, Measure, Papers, Report
from simulation.model.governance.pay import cost_of_pay, paid_on, with_changes
from simulation.model.governance.research import Study
from simulation.model.governance.strategic import STRATEGIC_AGENDA, Quarter, decide
from simulation.model.layout import counter_index, layout_of
from simulation.model.organization_model import OrganizationModel
from simulation.randomness import PURPOSE, key, luck, threefry
from simulation.record import COUNCIL_COLUMNS
from simulation.rules import governance as rules
from simulation.rules.arithmetic import UNITS
from simulation.rules.incentive import Scores
from simulation.scenario.checks import check
from simulation.scenario.governance import AREAS, Governance, Operational, Strategic
from simulation.scenario.names import COMPANY_COUNTERS, TOUCHPOINT_COUNTERS
from simulation.scenario.regime import Incentives
from simulation.scenario.scenario import Scenario
from simulation.views.minutes import POINTS, SENTENCES, minutes

if TYPE_CHECKING:
    from pathlib import Path

OPEN = {"levers": {"hold": {"*.share_data": 1.0}}, "information": {"regime": "pooled"}}
COUNCIL: dict[str, Any] = {
    "operational": {"every_weeks": 3, "evidence": 0.1, "due_weeks": 1, "at_once": 5, "reporting": 10.0},
}
"""A council that acts upon any hint, and departments that never object: so small a firm shows no more."""
GOVERNED: dict[str, dict[str, Any]] = {
    "a council": {"governance": COUNCIL},
    "a council that sees": {**OPEN, "governance": COUNCIL},
    "a council led by a department": {
        "governance": {"operational": {"chair": "care", "territory": 0.8, "follow_up": False}}
    },
    "levels that lose half": {"governance": {**COUNCIL, "levels": {"middle": 0.5}}, "alignment": {"buy_in": 0.5}},
    "a natural culture": {"governance": {"culture": {"areas": {"people": "natural", "strategy": "natural"}}}},
    "everything": {
        **OPEN,
        "governance": {
            **COUNCIL,
            "strategic": {"every_weeks": 6, "weight_step": 0.1},
            "central_team": {},
            "culture": {},
        },
    },
    "a council for a while": {"timeline": ({"start": 5, "end": 15, "governance": COUNCIL},)},
}


# -- the law -----------------------------------------------------------------------------------------------------------


@cache
def frozen() -> dict[str, Any]:
    return remains(lived(changed(workshop(), FROZEN, {"timeline": ()})))


@pytest.mark.parametrize("name", GOVERNED)
def test_frozen_levers_shield_every_customer_from_any_governance(name: str) -> None:
    change = {"timeline": (), **GOVERNED[name]}
    model = lived(changed(workshop(), change, FROZEN))
    assert model.organization.bodies is not None
    assert set(differences(frozen(), remains(model))) <= {"scores", "bonus"}


def test_councils_move_customers_once_levers_are_free() -> None:
    """Otherwise the test above would show nothing."""
    without = remains(lived(changed(workshop(), OPEN, {"timeline": ()})))
    with_it = remains(lived(changed(workshop(), {**OPEN, "governance": COUNCIL, "timeline": ()})))
    assert {"settings", "counts", "real"} <= set(differences(without, with_it))


def test_arms_share_every_week_before_a_council_is_founded() -> None:
    base = changed(workshop(), OPEN, {"timeline": ()})
    founded = changed(base, {"timeline": ({"start": 9, "governance": COUNCIL},)})
    one, two = remains(lived(base)), remains(lived(founded))
    weeks = base.horizon.burn_in + 9
    assert one["counts"][:weeks].tobytes() == two["counts"][:weeks].tobytes()
    assert "settings" in differences(one, two)


def test_without_governance_nobody_meets() -> None:
    assert lived(workshop()).organization.bodies is None


# -- what a council may know -------------------------------------------------------------------------------------------


class OnlyPapers:
    """Papers that tell whoever asks for anything else."""

    ALLOWED = {field.name for field in fields(Papers)} | {"finding", "satisfaction_of", "sees"}

    def __init__(self, papers: Papers) -> None:
        object.__setattr__(self, "_papers", papers)

    def __getattribute__(self, name: str) -> Any:
        if name not in OnlyPapers.ALLOWED:
            raise AssertionError(f"a council asked for {name}")
        return getattr(object.__getattribute__(self, "_papers"), name)


class Willing:
    """Departments that agree to everything."""

    def cost(self, action: Action) -> float:
        return 0.0

    def account(self, department: str) -> float:
        return 0.0

    def affords(self, kind: str) -> bool:
        return True


class Unwilling(Willing):
    """Departments for whom everything costs more than they are held to account for."""

    def cost(self, action: Action) -> float:
        return 1.0


def found(effect: float, *, information: float = 100.0) -> Finding:
    return Finding(weighted=effect * information, information=information, trials=4)


def papers_of(**given: Any) -> Papers:
    """Papers of the reference firm on which more contacts than usual at the service line are the only trouble."""
    contacts = Measure(kind="contacts", touchpoint="service_call", unit="per 1,000 customers a week", worse=1, now=30.0,
                       before=25.0, first=20.0, cases=200, error=2.0, source="count")  # fmt: skip
    departments = list(reference().departments)
    levers = [lever for each in map_of(reference()).levers.values() for lever in each]
    plain: dict[str, Any] = {
        "week": 11, "reports": {name: Report(department=name, score=0.1, shares=1.0) for name in departments},
        "measures": {contacts.name: contacts}, "findings": {}, "origins": {}, "moves": dict.fromkeys(levers, (0.5, 0.5)),
        "settings": {}, "pooled": True,
    }  # fmt: skip
    return Papers(**{**plain, **given})


def council_of(**given: Any) -> Council:
    governance = Governance(operational=Operational(**given))
    assert governance.operational is not None
    return Council(given=governance.operational, governance=governance, journey=map_of(reference()))


PLANTED = {("sales.promise", "contacts@service_call"): found(9.0), ("sales.promise", SATISFACTION): found(-4.0)}
"""Promises in the consultation bring calls and cost satisfaction, and shared data show it clearly."""


def test_a_council_asks_for_nothing_but_its_papers() -> None:
    (inquiry,) = council_of().inquire(OnlyPapers(papers_of(findings=PLANTED)), Willing())  # type: ignore[arg-type]
    assert inquiry.outcome is not None
    with pytest.raises(AssertionError, match="ledger"):
        OnlyPapers(papers_of()).ledger  # type: ignore[attr-defined] # noqa: B018


def test_a_council_finds_a_cause_upstream_that_its_papers_show() -> None:
    (inquiry,) = council_of().inquire(papers_of(findings=PLANTED), Willing())
    assert inquiry.outcome is not None
    action = inquiry.outcome.action
    assert (action.owner, action.lever, action.direction) == ("sales", "sales.promise", -1)
    assert (action.heard_at, action.heard_department) == ("service_call", "service")
    assert action.upstream > 0


def test_the_direction_of_an_action_comes_from_the_papers_only() -> None:
    """The same lever goes the other way when the papers say the opposite."""
    turned = {key: found(-finding.effect) for key, finding in PLANTED.items()}
    (inquiry,) = council_of().inquire(papers_of(findings=turned), Willing())
    assert inquiry.outcome is not None
    assert inquiry.outcome.action.direction == 1


def test_a_council_cannot_find_what_a_department_keeps_to_itself() -> None:
    """Sales puts in nothing: the cause is out of sight, and what can be agreed is that its books be opened."""
    papers = papers_of(findings=PLANTED)
    closed = {**papers.reports, "sales": Report(department="sales", score=0.1, shares=0.0)}
    (inquiry,) = council_of().inquire(replace(papers, reports=closed), Willing())
    assert inquiry.suspicion is None
    assert {answer.kind for answer in inquiry.answers if answer.department == "sales"} == {"closed"}
    assert inquiry.outcome is not None
    assert (inquiry.outcome.action.kind, inquiry.outcome.action.lever) == ("data", "sales.share_data")


def test_a_council_in_silos_blames_whoever_reports_worst() -> None:
    """Wrongly, here: nothing but the reports is there to go by."""
    papers = papers_of(findings=PLANTED, pooled=False)
    reports = {**papers.reports, "billing": Report(department="billing", score=-0.5, shares=1.0)}
    (inquiry,) = council_of().inquire(replace(papers, reports=reports), Willing())
    assert inquiry.outcome is not None
    assert (inquiry.outcome.action.kind, inquiry.outcome.action.owner) == ("training", "billing")


def test_a_department_in_the_chair_looks_past_itself() -> None:
    second = {**PLANTED, ("marketing.hype", "contacts@service_call"): found(3.0)}
    for chair, expected in (("independent", "sales.promise"), ("sales", "marketing.hype")):
        (inquiry,) = council_of(chair=chair, territory=1.0).inquire(papers_of(findings=second), Willing())
        assert inquiry.outcome is not None
        assert inquiry.outcome.action.lever == expected


def test_weak_evidence_limits_no_lever() -> None:
    weak = {key: found(finding.effect, information=0.001) for key, finding in PLANTED.items()}
    (inquiry,) = council_of(actions=("limit",)).inquire(papers_of(findings=weak), Willing())
    assert inquiry.suspicion is not None
    assert not inquiry.stands_out
    assert inquiry.outcome is None


def test_whoever_resists_is_not_bound_and_is_asked_for_its_pay_next() -> None:
    council = council_of()
    (first,) = council.inquire(papers_of(findings=PLANTED), Unwilling())
    assert first.outcome is not None
    assert first.outcome.resisted
    assert first.outcome.action.status == "resisted"
    more = {**PLANTED, ("sales.pressure", "contacts@service_call"): found(5.0)}
    (second,) = council.inquire(replace(papers_of(findings=more), week=15), Willing())
    assert second.outcome is not None
    assert (second.outcome.action.kind, second.outcome.action.owner) == ("kpi", "sales")


CALLS = {"name": "Calls", "owner": "service", "numerator": {"encounters@service_call": 1.0},
         "denominator": {"customers": 1.0}, "unit": "per customer", "better": "lower", "stretch": 0.1}  # fmt: skip
RATED = {"name": "Rated calls", "owner": "service", "numerator": {"csat@service_call": 1.0},
         "denominator": {"csat_answers@service_call": 1.0}, "unit": "points", "better": "higher", "stretch": 0.1}  # fmt: skip


def counting() -> Council:
    """A council that Sales has refused once, in a firm whose KPIs count calls and what callers say."""
    firm = changed(reference(), {"kpis": {"calls": CALLS, "rated_calls": RATED}})
    council = replace(council_of(), journey=map_of(firm))
    council.actions.append(refused(1, cost=1.0, evidence=3.0, status="resisted"))
    return council


MORE = {("sales.pressure", "contacts@service_call"): found(5.0), ("sales.pressure", "csat@service_call"): found(-5.0)}


def test_who_refuses_is_charged_with_the_contacts_that_it_is_seen_to_send() -> None:
    papers = papers_of(findings=MORE)
    (inquiry,) = counting().inquire(papers, Willing())
    assert inquiry.outcome is not None
    action = inquiry.outcome.action
    assert (action.kind, action.owner, action.pay, action.kpi) == ("kpi", "sales", "charge", "calls")


def test_who_refuses_is_paid_on_the_survey_further_down_where_that_is_what_is_heard() -> None:
    csat = Measure(kind="csat", touchpoint="service_call", unit="points of 100", worse=-1, now=50.0, before=60.0,
                   first=70.0, cases=200, error=2.0, source="survey")  # fmt: skip
    (inquiry,) = counting().inquire(papers_of(findings=MORE, measures={csat.name: csat}), Willing())
    assert inquiry.outcome is not None
    assert (inquiry.outcome.action.pay, inquiry.outcome.action.kpi) == ("downstream", "rated_calls")


def test_who_is_charged_already_is_given_more_shared_weight() -> None:
    (inquiry,) = counting().inquire(papers_of(findings=MORE, paid_on={"sales": ("calls",)}), Willing())
    assert inquiry.outcome is not None
    assert (inquiry.outcome.action.pay, inquiry.outcome.action.kpi) == ("weight", "")


def agreed_on_pay(pay: Any, kpi: str = "") -> Action:
    return Action(number=1, kind="kpi", owner="sales", agreed=3, due=8, ends=34, pay=pay, kpi=kpi)


def test_changed_pay_is_what_was_agreed() -> None:
    own = {"sales": {"orders": 2.0, "leads": 2.0}, "service": {"cost": 1.0}}
    given = Incentives(shared_metrics={"value": 1.0}, shared_weight=0.2, charges={"sales": {"calls": 0.5}})
    charged = with_changes(given, [agreed_on_pay("charge", "calls")], 0.0, own)
    assert charged.charges == {"sales": {"calls": 0.75}}
    downstream = with_changes(given, [agreed_on_pay("downstream", "rated")], 0.0, own)
    assert downstream.own_kpis == {"sales": {"orders": 1.0, "leads": 1.0, "rated": 2.0}}
    weighed = with_changes(given, [agreed_on_pay("weight")], 0.1, own)
    assert weighed.shared_weight == pytest.approx(0.3)
    assert weighed.shared_weight_by_department == {"sales": pytest.approx(0.4)}
    assert with_changes(Incentives(), [agreed_on_pay("weight")], 0.1, own) == Incentives()
    assert paid_on(downstream, own)["sales"] == ("orders", "leads", "rated", "calls")


@pytest.mark.parametrize(
    ("pay", "cost"), [("weight", 0.1 * (0.6 - 0.2)), ("charge", 0.25 * 0.4), ("downstream", 0.5 * (0.6 + 0.4))]
)
def test_changed_pay_costs_what_it_would_have_cost_last_time(pay: Any, cost: float) -> None:
    standing = Scores(own=0.6, shared=0.2, added=0.0)
    assert cost_of_pay(agreed_on_pay(pay), standing, -0.4) == pytest.approx(cost)
    assert cost_of_pay(agreed_on_pay(pay), Scores(own=-1.0, shared=0.2, added=0.0), 0.4) == 0.0


def test_access_is_asked_for_where_open_doors_were_seen_to_sell() -> None:
    sold = Measure(kind="sold", touchpoint="use", unit="per 1,000 customers a week", worse=-1, now=3.0, before=3.0,
                   first=3.0, cases=60, error=0.4, source="count")  # fmt: skip
    seen = {("sales.promise", sold.name): found(0.5)}
    papers = papers_of(findings=seen, measures={sold.name: sold})
    council = council_of()
    assert council.opening(papers) is None  # nobody has said that this lever opens accounts
    council.governance = Governance(access=("sales.promise",))
    asked = council.opening(papers)
    assert asked is not None
    measure, action = asked
    assert measure is sold
    assert (action.kind, action.owner, action.lever, action.direction) == ("access", "sales", "sales.promise", 1)
    assert council.opening(replace(papers, findings={("sales.promise", sold.name): found(-0.5)})) is None
    assert council.inquire(papers, Willing()) == []  # sales are no complaint


def test_a_study_counts_for_its_own_question_only() -> None:
    weak = {("sales.promise", "contacts@service_call"): found(0.01)}
    other = Measure(kind="contacts", touchpoint="self_service", unit="per 1,000 customers a week", worse=1, now=30.0,
                    before=25.0, first=20.0, cases=200, error=1.0, source="count")  # fmt: skip
    papers = papers_of(findings=weak, studied={("sales.promise", "contacts@service_call"): found(-4.0)})
    (inquiry,) = council_of().inquire(papers, Willing())
    assert inquiry.stands_out
    assert not council_of().inquire(papers_of(findings=weak), Willing())[0].stands_out
    (elsewhere,) = council_of().inquire(replace(papers, measures={other.name: other}), Willing())
    assert elsewhere.suspicion is None


def test_a_study_finds_what_people_feel_within_its_own_error() -> None:
    study = Study(
        lever="a.b", department="a", measure="contacts@k", touchpoint="k", begun=3, ready=15, answers=625, cost=1.0
    )
    tried, control = np.array([6 * UNITS, 10]), np.array([7 * UNITS, 10])
    study.ask(move=0.2, tried=tried, control=control, satisfaction=0, customers=1, drawn=0.5)
    assert study.variance == pytest.approx(2.0)
    assert study.found.effect == pytest.approx((-10.0 + 0.5 * math.sqrt(2.0)) / 0.2)
    nobody = np.array([0, 0])
    study.ask(move=0.2, tried=tried, control=nobody, satisfaction=0, customers=1, drawn=0.5)
    assert study.found.trials == 1


def test_errors_are_drawn_compiled_as_they_are_in_plain_python() -> None:
    office = met("a council").organization.bodies.office
    streams = (0, 7, 1003)
    words = [threefry(*key(workshop().horizon.seed, 0), 0, 2, 9, PURPOSE["council"], stream) for stream in streams]
    assert office.lucks_of(2, 9, np.array(streams)).tolist() == [luck(one, two) for one, two, _, _ in words]
    assert office.luck_of(2, 9, 7) == luck(*words[1][:2])


def test_best_practice_copies_from_whoever_reports_more() -> None:
    papers = papers_of(settings={"sales.offer_clarity": 0.9, "product.offer_clarity": 0.3})
    reports = {**papers.reports, "sales": Report(department="sales", score=1.0, shares=1.0)}
    copied = council_of().copying(replace(papers, reports=reports))
    assert copied is not None
    best, lever, action = copied
    assert (best, lever, action.target) == ("sales", "product.offer_clarity", 0.9)
    assert council_of().copying(papers_of(settings={"sales.offer_clarity": 0.9, "product.offer_clarity": 0.85})) is None


LATENT = {"experience", "loyalty", "satisfaction", "trust"}
"""Counters of what is felt, which nobody in a firm can count."""


def test_measures_rest_on_what_can_be_counted() -> None:
    layout = layout_of(reference())
    read = {position for ratio in ratios_of(layout, map_of(reference())) for position in (ratio.top, ratio.bottom)}
    names = [*COMPANY_COUNTERS, *(f"{c}@{k}" for c in TOUCHPOINT_COUNTERS for k in reference().journey)]
    latent = {counter_index(layout, name) for name in names if name.partition("@")[0] in LATENT}
    assert read
    assert not read & latent


def test_the_map_leads_from_service_by_sales_to_marketing() -> None:
    chain = map_of(reference()).chain("service_call")
    assert next(iter(chain)) == "service"
    assert chain["service"] == 0 < chain["sales"]
    order = map_of(reference()).chain("consultation")
    assert order["sales"] == 0 < order["marketing"]


# -- a council at work -------------------------------------------------------------------------------------------------


@cache
def met(name: str) -> OrganizationModel:
    return lived(changed(workshop(), {"timeline": (), **GOVERNED[name]}))


def test_every_point_of_the_agenda_is_spoken_to_at_every_meeting() -> None:
    items = met("a council that sees").organization.bodies.items
    weeks = sorted({item.week for item in items})
    assert weeks == list(range(2, workshop().horizon.weeks, 3))
    for week in weeks:
        points = list(
            dict.fromkeys(item.point for item in items if item.week == week and item.council == "operational")
        )
        assert points == list(AGENDA)


@pytest.mark.parametrize("name", GOVERNED)
def test_every_statement_has_words_and_every_figure_a_source(name: str) -> None:
    for item in met(name).organization.bodies.items:
        assert item.kind in SENTENCES
        assert item.point in POINTS
        assert all(figure.source and figure.unit and math.isfinite(figure.value) for figure in item.figures)


def quarter(**given: Any) -> Quarter:
    plain: dict[str, Any] = {
        "given": Strategic(weight_step=0.1, reassigns=True), "week": 12, "papers": papers_of(), "actions": [],
        "shared_score": 0.0, "weight": 0.2, "weighable": True, "spent": 0.0, "culture": None, "stage": "naive", "decided_by": {},
    }  # fmt: skip
    return Quarter(**{**plain, **given})


def refused(number: int, *, cost: float, evidence: float, status: Any = "escalated") -> Action:
    return Action(number=number, kind="limit", owner="sales", agreed=3, due=8, ends=34, lever="sales.promise",
                  direction=-1, step=0.2, heard_at="service_call", heard_department="service", cost=cost,
                  evidence=evidence, status=status)  # fmt: skip


def test_top_management_approves_what_evidence_outweighs() -> None:
    actions = [refused(1, cost=0.2, evidence=3.0), refused(2, cost=0.4, evidence=3.0)]
    decisions = decide(quarter(actions=actions))
    assert [goes_ahead for _, goes_ahead in decisions.approvals] == [True, False]


@pytest.mark.parametrize(("score", "weight"), [(-1.0, 0.3), (0.0, 0.2), (1.0, 0.1)])
def test_top_management_sets_the_weight_by_the_target(score: float, weight: float) -> None:
    assert decide(quarter(shared_score=score)).weight == pytest.approx(weight)


def test_what_is_escalated_without_a_lever_s_evidence_has_evidence_of_its_own() -> None:
    """A trouble's clearness stands behind opening the books, the distance of two reports behind copying."""
    closed = {**papers_of().reports, "sales": Report(department="sales", score=0.1, shares=0.0)}
    (inquiry,) = council_of(actions=("data",)).inquire(papers_of(reports=closed), Unwilling())
    assert inquiry.outcome is not None
    assert inquiry.outcome.action.evidence == pytest.approx(5.0)
    papers = papers_of(settings={"sales.offer_clarity": 0.9, "product.offer_clarity": 0.3})
    reports = {**papers.reports, "sales": Report(department="sales", score=0.5, shares=1.0)}
    copied = council_of(error=0.1).copying(replace(papers, reports=reports))
    assert copied is not None
    assert copied[2].evidence == pytest.approx(0.4 / (0.1 * math.sqrt(2.0)))
    action = replace(copied[2], cost=0.2, status="escalated")
    assert decide(quarter(actions=[action])).approvals == ((action, True),)


def test_a_lever_is_reassigned_after_two_objections() -> None:
    one, two = (refused(n, cost=9.0, evidence=1.0, status="resisted") for n in (1, 2))
    assert decide(quarter(actions=[one])).reassigned is None
    assert decide(quarter(actions=[one, two])).reassigned is two
    assert decide(quarter(actions=[one, two], decided_by={"sales.promise": "service"})).reassigned is None


def test_the_strategic_council_meets_and_speaks_to_its_whole_agenda() -> None:
    items = [item for item in met("everything").organization.bodies.items if item.council == "strategic"]
    assert sorted({item.week for item in items}) == [5, 11, 17, 23]
    for week in (5, 11, 17, 23):
        assert list(dict.fromkeys(item.point for item in items if item.week == week)) == list(STRATEGIC_AGENDA)


def test_what_a_strategic_council_sets_is_paid_and_ends_with_it() -> None:
    council = {**COUNCIL, "strategic": {"every_weeks": 3, "weight_step": 0.1, "target": 10.0, "most_weight": 0.3}}
    while_it_lasts = changed(workshop(), {"timeline": ({"start": 0, "end": 20, "governance": council},)})
    model = OrganizationModel(while_it_lasts)
    weights = {}
    while not model.finished:
        model.step()
        weights[model.week] = float(model.organization.incentives.shared_weight)
    assert weights[2] == workshop().incentives.shared_weight
    assert weights[19] == pytest.approx(max(0.3, weights[2]))
    assert weights[22] == weights[2]


def test_a_reassigned_lever_is_judged_by_who_hears_the_complaints() -> None:
    model = OrganizationModel(changed(workshop(), {"timeline": (), "governance": COUNCIL}))
    bodies = model.organization.bodies
    lever = model.departments["counter"].levers[0]
    assert bodies.decider(lever) == "counter"
    bodies.decided_by[lever.given.name] = "care"
    assert bodies.decider(lever) == "care"


def test_what_levels_do_not_pass_on_does_not_arrive() -> None:
    """No buy-in, and a limit that stops a lever where it stands."""
    only = {**COUNCIL, "operational": {**COUNCIL["operational"], "actions": ("limit",), "best_practice": False}}
    base = changed(workshop(), OPEN, {"timeline": ()})
    silent = changed(base, {"governance": {**only, "levels": {"middle": 0.0}}, "alignment": {"buy_in": 0.9}})
    model = OrganizationModel(silent)
    while not model.finished:
        model.step()
        for department in model.departments.values():
            for lever in department.levers:
                assert lever.low <= lever.setting <= lever.high
    assert model.organization.buy_in == 0.0


def test_a_natural_culture_makes_departments_care_for_what_no_bonus_pays() -> None:
    areas = dict.fromkeys(AREAS, "natural")
    naive = changed(workshop(), OPEN, {"timeline": (), "governance": {"culture": {"areas": {}}}})
    natural = changed(workshop(), OPEN, {"timeline": (), "governance": {"culture": {"areas": areas}}})
    one, two = lived(naive), lived(natural)
    assert two.organization.bodies.care(0.0) == pytest.approx(0.3)
    assert one.organization.bodies.care(0.0) == 0.0
    assert "settings" in differences(remains(one), remains(two))
    nothing = changed(workshop(), OPEN, {"timeline": ()})
    assert differences(remains(lived(nothing)), remains(one)) == []


def test_agreements_bind_from_the_day_they_are_due() -> None:
    model = met("a council that sees")
    council = model.organization.bodies.council
    bound = [each for each in council.actions if each.kind == "limit" and each.status in ("in force", "ended")]
    assert bound
    levers = model.organization.lever_names
    review = workshop().learning.review_weeks
    for action in bound:
        start = -(-action.due // review) * review
        path = model.settings_by_week[start : action.ends, levers.index(action.lever)]
        assert path.min() >= action.low
        assert path.max() <= action.high


def test_the_central_team_studies_what_the_council_could_not_answer() -> None:
    team = {**COUNCIL, "operational": {**COUNCIL["operational"], "evidence": 10.0, "actions": ("limit",)},
            "central_team": {"budget": 0.0, "study_weeks": 6, "study_cost": 7.0}}  # fmt: skip
    scenario = changed(workshop(), {**OPEN, "timeline": (), "governance": team})
    bodies = lived(scenario).organization.bodies
    told = [(item.week, item.kind) for item in bodies.items if item.kind.startswith("study_")]
    begun = [week for week, kind in told if kind == "study_begun"]
    assert begun
    assert {kind for week, kind in told if begun[0] < week < begun[0] + 6} == {"study_running"}
    assert {kind for week, kind in told if week == begun[0] + 6} & {"study_done", "study_empty"}
    assert sum(bodies.costs.values()) == pytest.approx(len(begun) * 7.0 * 0.3)
    without = {**team, "central_team": {**team["central_team"], "study_answers": 0}}
    quiet = lived(changed(scenario, {"governance": without})).organization.bodies
    assert not [item for item in quiet.items if item.kind.startswith("study_")]


def test_minutes_say_it_plainly_when_a_council_agrees_to_beg_for_scores() -> None:
    """A council that sees nothing but surveys may want more coaching: it is told as any other agreement."""
    begging = {("sales.coaching", "csat@service_call"): found(5.0), ("sales.coaching", SATISFACTION): found(5.0)}
    csat = Measure(kind="csat", touchpoint="service_call", unit="points of 100", worse=-1, now=50.0, before=60.0,
                   first=70.0, cases=200, error=2.0, source="survey")  # fmt: skip
    council, papers = council_of(), papers_of(findings=begging, measures={csat.name: csat})
    inquiries = council.inquire(papers, Willing())
    names = {name: name for name in papers.reports}
    meeting = Meeting(papers=papers, council=council, verdicts=[], inquiries=inquiries, copied=None, initiatives=[],
                      reviews=3, spent=0.0, team=False, absent=[], names=names)  # fmt: skip
    (item,) = [each for each in items_of(meeting) if each.kind == "agreed_limit"]
    assert (item.about, item.detail) == ("sales.coaching", "higher")


def test_silos_hide_every_lever_from_the_council() -> None:
    assert not met("a council").organization.bodies.office.findings
    assert met("a council that sees").organization.bodies.office.findings


def test_agreements_tell_where_it_was_heard_and_who_acts() -> None:
    run = run_arm("a", changed(workshop(), {"timeline": (), **GOVERNED["a council that sees"]}), seed=7)
    frame = council_frame({"a": [run]})
    assert list(frame.columns) == list(COUNCIL_COLUMNS)
    agreed = frame[frame["kind"].str.startswith("agreed_") & (frame["kind"] != "agreed_copy")]
    assert len(agreed) > 0
    journey = workshop().journey
    for row in agreed.to_dict("records"):
        assert journey[row["heard_at"]].owner == row["heard_department"]
        assert row["subject"] in workshop().departments
    assert {"steps_upstream", "levers_where_heard", "levers_upstream"} <= set(agreed["figure"])


# -- rules ---------------------------------------------------------------------------------------------------------------

share = st.floats(0.0, 1.0)


@given(score=st.floats(-5, 5), territory=share)
def test_colouring_never_makes_a_report_worse(score: float, territory: float) -> None:
    assert rules.coloured(score, territory) >= score
    assert rules.coloured(score, 0.0) == score


@given(gain=st.floats(-5, 5), move=st.floats(-1, 1), effort=share, account=share)
def test_only_what_costs_more_than_one_is_held_to_is_resisted(
    gain: float, move: float, effort: float, account: float
) -> None:
    cost = rules.cost_of_moving(gain, move, effort)
    assert cost >= 0.0
    assert rules.resists(cost, account) == (cost > account)
    assert not rules.lapses(0.0, 0.0)


@given(fidelities=st.lists(share, min_size=1, max_size=4))
def test_no_message_gains_by_being_passed_on(fidelities: list[float]) -> None:
    assert rules.passed_on(*fidelities) <= min(fidelities)
    assert rules.limit_after(0.5, 0.2, -1, rules.passed_on(*fidelities)) <= 0.5


@given(culture=share, speed=share, lived_so=share, buy_in=share, care=share)
def test_culture_stays_within_bounds(culture: float, speed: float, lived_so: float, buy_in: float, care: float) -> None:
    assert 0.0 <= rules.culture_after(culture, speed, lived_so) <= 1.0
    assert buy_in <= rules.care_after(buy_in, culture, care) <= 1.0 + 1e-12
    assert rules.care_after(buy_in, 0.0, care) == buy_in


def test_findings_weigh_comparisons_by_what_they_rest_on() -> None:
    """Two comparisons of 0.2: +1 with variance 1, +3 with variance 4: slope (1 + 3/4) / (1 + 1/4) / 0.2 = 7."""
    finding = Finding()
    finding.add(0.2, 1.0, 1.0, of_trial=True)
    finding.add(0.2, 3.0, 4.0, of_trial=True)
    assert finding.effect == pytest.approx(7.0)
    assert finding.standing_out == pytest.approx(7.0 * math.sqrt(0.04 * 1.25))


# -- scenario files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("governance", "message"),
    [
        ({"operational": {"members": ("nobody",)}}, "nobody"),
        ({"operational": {"chair": "nobody"}}, "nobody"),
        ({"operational": {"chair": "care", "members": ("counter",)}}, "no member"),
        ({"retargeting": ("care.nothing",)}, "nothing"),
        ({"culture": {"areas": {"weather": "naive"}}}, "weather"),
    ],
)
def test_bad_governance_is_named_once(governance: dict[str, Any], message: str) -> None:
    data = {**workshop().model_dump(), "governance": governance}
    found = [finding for finding in check(Scenario.model_validate(data)) if finding.level == "error"]
    assert len(found) == 1
    assert message in found[0].message
    assert found[0].path[0] == "governance"


def test_the_office_starts_from_the_time_before_the_beginning() -> None:
    model = OrganizationModel(changed(workshop(), {"timeline": (), "governance": COUNCIL}))
    while model.week < 3:
        model.step()
    first = [f for i in model.organization.bodies.items for f in i.figures if f.name == "contacts_first"]
    burn_in = workshop().horizon.burn_in
    counts = model.counts_by_week[burn_in - burn_in // 2 : burn_in].sum(axis=0)
    names = [counter_index(model.layout, name) for name in ("encounters@page", "customers")]
    top, bottom = (int(counts[name]) for name in names)
    assert np.isclose(first[0].value, 1000.0 * top / bottom)


# -- minutes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.full
def test_what_is_saved_from_python_has_its_minutes(tmp_path: Path) -> None:
    data = {**workshop().model_dump(exclude_defaults=True), "timeline": (), "governance": COUNCIL}
    compared = simulation.compare(data, replications=2, workers=1)
    folder = simulation.save(compared, tmp_path / "out")
    text = (folder / "council_minutes.md").read_text(encoding="utf-8")
    assert text == minutes(compared) == minutes(compared, replication=0)
    assert "replication 1 said" in minutes(compared, replication=1)
    with pytest.raises(ValueError, match=r"replication 7; there are minutes of: 0, 1"):
        minutes(compared, replication=7)

"""The one law (MODEL section 0): with every lever frozen, nothing about the organization changes any customer, to the bit."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from worlds import FROZEN, changed, differences, lived, remains, workshop

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARED = {"company_satisfaction": 1.0}
ORGANIZATION = ("scores", "bonus")
"""What the organization makes of it may differ; nothing else may."""

CHANGES: dict[str, dict[str, Any]] = {
    "shared weight": {"incentives": {"shared_weight": 0.7}},
    "only shared": {"incentives": {"shared_weight": 1.0}},
    "weight of one department": {"incentives": {"shared_weight_by_department": {"marketing": 0.9}}},
    "own scheme": {"incentives": {"scheme": "own", "shared_weight": 0.5}},
    "another shared metric": {
        "kpis": {"staying": {"name": "Staying", "owner": "company", "numerator": {"retained": 1.0},
                             "denominator": {"retained": 1.0, "defections": 1.0}, "scale": 1.0, "unit": "share",
                             "better": "higher", "stretch": 0.1}},
        "incentives": {"shared_weight": 0.5, "shared_metrics": {"staying": 2.0}},
    },
    "pooled data": {"information": {"regime": "pooled"}},
    "pooled and shared": {"information": {"regime": "pooled"}, "incentives": {"shared_weight": 0.5}},
    "no bonus": {"departments": {d: {"bonus": 0.0} for d in ("marketing", "counter", "assembly", "care")}},
    "a hundred times the bonus": {"departments": {"care": {"bonus": 600.0}}},
    "other own KPIs": {"departments": {"counter": {"kpis": {"sales": 0.1, "paid": 0.9}}}},
    "a KPI that points the other way": {"kpis": {"leads": {"better": "lower", "stretch": 0.5}}},
    "another effort": {"departments": {"marketing": {"levers": {"hype": {"effort": 9.0, "easy": 0.0}}}}},
    "levers left alone": {"departments": {"marketing": {"levers": {"hype": {"learned": False}}}}},
    "mandates": {"levers": {"hold": {"marketing.hype": 1.0, "*.share_data": 0.9}}},
    "an intervention on pay": {"timeline": [{"start": 5, "incentives": {"shared_weight": 0.9, "shared_metrics": SHARED}}]},
    "an intervention on sight": {"timeline": [{"start": 5, "end": 12, "information": {"regime": "pooled"}}]},
    "a mandate under a freeze": {
        "timeline": [{"start": 5, "levers": {"frozen": True, "hold": {"marketing.hype": 1.0}}}]
    },
    "a split pool": {"incentives": {"scheme": "split_pool", "shared_weight": 0.5}},
    "a gate": {"incentives": {"scheme": "gate", "shared_weight": 0.5, "gate": 0.2}},
    "a quota": {"incentives": {"payoff": "quota", "quota": 0.5}},
    "a tournament for one": {"incentives": {"payoff_by_department": {"care": "tournament"}}},
    "a downstream KPI": {"incentives": {"own_kpis": {"marketing": {"paid": 1.0}}}},
    "charge-back": {"incentives": {"charges": {"marketing": {"company_satisfaction": 2.0}}}},
    "a reward for sharing": {"incentives": {"transparency_reward": 5.0}},
    "little attention": {"incentives": {"attention": 1, "shared_weight": 0.5}},
    "data as shared": {"information": {"regime": "pooled", "as_shared": True}},
    "definitions not agreed": {"information": {"agreed_definitions": 0.0}, "incentives": {"shared_weight": 0.5}},
    "buy-in, line of sight and clear roles": {
        "alignment": {"buy_in": 1.0, "line_of_sight": 1.0, "role_clarity": 1.0, "message_every": 2},
    },
    "limits": {"levers": {"limit": {"marketing.hype": (0.9, 1.0), "*.share_data": (0.7, 0.8)}}},
    "regression": {"learning": {"rule": "regression"}},
    "people": {"learning": {"rule": "human", "decisions": ({"week": 2, "lever": "marketing.hype", "setting": 1.0},)}},
    "local search": {"learning": {"rule": "local_search"}},
    "fixed": {"learning": {"rule": "fixed"}},
    "bigger steps": {"learning": {"step": 0.4}},
    "another memory": {"learning": {"memory": 0.1}},
    "words": {"title": "Another title", "expect": "nothing"},
}  # fmt: skip

OTHER_TRIALS: dict[str, dict[str, Any]] = {
    "longer reviews": {"learning": {"review_weeks": 8}},
    "shorter reviews": {"learning": {"review_weeks": 1}},
    "one lever at a time": {"learning": {"levers_at_a_time": 1}},
    "four levers at a time": {"learning": {"levers_at_a_time": 4}},
}
"""These deal people into other halves of trials that are never held: a note at the organization, nothing in a life."""


@cache
def frozen() -> dict[str, NDArray[Any]]:
    return remains(lived(_frozen_workshop()))


@cache
def _frozen_workshop() -> Any:
    queues = {"repair": {"capacity": {"per_1000": 17.3}}, "handover": {"capacity": {"per_1000": 113.7}}}
    return changed(workshop(), FROZEN, {"timeline": (), "learning": {"start": "random"}, "journey": queues})


def other(change: dict[str, Any], **options: Any) -> Any:
    timeline = tuple(change.get("timeline", ()))
    return lived(changed(_frozen_workshop(), {**change, "timeline": timeline}), **options)


@pytest.mark.parametrize("name", CHANGES)
def test_frozen_levers_shield_every_customer(name: str) -> None:
    assert set(differences(frozen(), remains(other(CHANGES[name])))) <= set(ORGANIZATION)


@pytest.mark.parametrize("name", OTHER_TRIALS)
def test_frozen_levers_shield_every_customer_from_other_trials(name: str) -> None:
    """Staff is paid by cell, each rounded to 2**-20: the company's cost may move by that much, no person may."""
    here = remains(other(OTHER_TRIALS[name]), cells=False)
    there = remains(lived(_frozen_workshop()), cells=False)
    assert set(differences(here, there)) <= {*ORGANIZATION, "counts", "ledger"}
    assert np.abs(here["counts"] - there["counts"]).max() <= 64
    assert np.abs(here["ledger"] - there["ledger"]).max() <= 64


def test_frozen_levers_shield_every_customer_of_the_plain_engine() -> None:
    change = CHANGES["pooled and shared"]
    assert set(differences(frozen(), remains(other(change, engine="plain", population=300)))) <= set(ORGANIZATION)


def test_the_frozen_levers_never_move() -> None:
    settings = frozen()["settings"]
    assert (settings == settings[0]).all()
    assert len(set(settings[0].tolist())) > 10  # a random start: not all in the middle


def test_the_frozen_firm_has_queues_that_come_and_go() -> None:
    waits = frozen()["waits"]
    assert ((waits > 0.0) & (waits < 8.0)).any(axis=0).sum() == 2


def test_pay_moves_customers_once_levers_are_free() -> None:
    """Otherwise the tests above would show nothing."""
    free = {"levers": {"frozen": False}}
    one = remains(other(free))
    two = remains(other({**free, **CHANGES["pooled and shared"]}))
    assert {"real", "whole", "counts", "ledger", "settings"} <= set(differences(one, two))


INTERVENTIONS: dict[str, dict[str, Any]] = {
    "pay": {"incentives": {"shared_weight": 1.0, "shared_metrics": SHARED}},
    "sight and pay": {
        "incentives": {"shared_weight": 1.0, "shared_metrics": SHARED}, "information": {"regime": "pooled"},
    },
    "mandate": {"levers": {"hold": {"marketing.hype": 0.9}}},
    "freeze": {"levers": {"frozen": True}},
}  # fmt: skip


@pytest.mark.parametrize("name", INTERVENTIONS)
@pytest.mark.parametrize("start", [6, 10])
def test_arms_share_every_week_before_an_intervention(name: str, start: int) -> None:
    """Weeks 6 (the first of a review) and 10 (the second of a review of three weeks)."""
    base = changed(workshop(), {"learning": {"step": 0.3}})
    with_it = changed(base, {"timeline": ({"start": start, **INTERVENTIONS[name]},)})
    one, two = (remains(lived(scenario)) for scenario in (base, with_it))
    burn_in = base.horizon.burn_in
    assert one["counts"][: burn_in + start].tobytes() == two["counts"][: burn_in + start].tobytes()
    for part in ("settings", "scores", "bonus", "waits"):
        assert one[part][:start].tobytes() == two[part][:start].tobytes()
    assert {"real", "counts", "settings"} <= set(differences(one, two))


def test_an_intervention_that_ends_before_it_could_matter_leaves_no_trace() -> None:
    """Pay within a review does not matter: only its end is appraised."""
    base = changed(workshop(), {})
    inside = changed(base, {"timeline": ({"start": 6, "end": 8, **INTERVENTIONS["pay"]},)})
    assert differences(remains(lived(base)), remains(lived(inside))) == []


def test_a_mandate_is_a_bound_on_the_lever_and_ends_with_its_intervention() -> None:
    held = changed(workshop(), {"timeline": ({"start": 4, "end": 9, "levers": {"hold": {"marketing.hype": 0.9}}},)})
    model = lived(held)
    lever = model.organization.lever_names.index("marketing.hype")
    settings = model.settings_by_week[:, lever]
    assert (settings[4:9] == 0.9).all()
    assert settings[3] != 0.9
    assert settings[-1] != 0.9

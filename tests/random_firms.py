"""Firms whose structure is random: everything that a scenario file can say, within its bounds."""

from __future__ import annotations

from random import Random
from typing import Any

from simulation.scenario.checks import check
from simulation.scenario.journey import COEFFICIENTS, STAGES
from simulation.scenario.names import (
    COMPANY_COUNTERS,
    PAYOFFS,
    REGIMES,
    RULES,
    RULES_OF_SMALL_WORLDS,
    SCHEMES,
    TOUCHPOINT_COUNTERS,
)
from simulation.scenario.people import People
from simulation.scenario.scenario import Scenario

__all__ = ["RULES_OF_FIRMS", "random_scenario"]

RULES_OF_FIRMS = tuple(rule for rule in RULES if rule not in RULES_OF_SMALL_WORLDS)

SOURCE = "our assumption"
MOVES = {"prospect": ("lead", "customer"), "lead": ("prospect", "customer"), "customer": ("defected",),
         "defected": ("lead", "customer")}  # fmt: skip
SIZE_OF_SLOPE = {"cost": 2.0, "volume": 2.0, "capacity": 3.0, "staff": 3.0, "days": 3.0, "promised_days": 3.0}
"""Slopes beyond what is sensible, so that bounds are met: chances below 0 and above 1, capacity below nothing."""


def random_scenario(seed: int, *, population: int = 60, burn_in: int = 4, weeks: int = 9) -> Scenario:
    """A valid scenario; the same for the same seed.

    Departments, touchpoints, triggers, levers, offers, segments, effects, joint effects, capacities, the network, the
    learning rule, the scheme, the regime, interventions and every parameter of people are random; each mechanism is
    switched off now and then.
    """
    r = Random(seed)
    departments = [f"d{i}" for i in range(r.randint(1, 5))]
    segments = [f"s{i}" for i in range(r.randint(1, 4))]
    offers = [f"o{i}" for i in range(r.randint(1, 3))]
    journey = _journey(r, departments)
    given = {name: _department(r, name, journey, segments) for name in departments}
    every = {f"e{i}": _lever(r, "", journey, segments, own=True) for i in range(r.choice([0, 0, 1, 2]))}
    levers = [f"{d}.{lever}" for d in departments for lever in (*given[d]["levers"], *every)]
    kpis = {f"k{d}": _kpi(r, name, list(journey)) for d, name in enumerate(departments)}
    kpis["shared"] = _kpi(r, "company", list(journey))
    data = {
        "title": f"Random firm {seed}",
        "horizon": {"population": population, "burn_in": burn_in, "weeks": weeks, "seed": r.randrange(2**63)},
        "people": _people(r),
        "market": {
            "offers": {o: _offer(r) for o in offers},
            "segments": _segments(r, segments, offers),
            "exit_rate": r.choice([0.0, 0.02, 0.2]),
            "lead_lapse": r.choice([0.0, r.random()]),
            "start_customers": r.choice([0.0, 1.0, r.random()]),
            "network": {"degree": r.choice([0, 1, 2, 5]), "rewiring": r.choice([0.0, 0.5, 1.0])},
        },
        "journey": journey,
        "survey": {
            "trigger": r.choice(["encounter", "delivery"]) if any(t["delivery"] for t in journey.values()) else "encounter",
            "rate": r.choice([0.0, 1.0, r.random()]),
        },
        "departments": given,
        "every_department": every,
        "joint_effects": _joint_effects(r, levers, journey, segments),
        "kpis": kpis,
        "incentives": _incentives(r, departments),
        "information": {"regime": r.choice(REGIMES)},
        "learning": {
            "rule": r.choice(RULES_OF_FIRMS), "review_weeks": r.randint(1, 4), "step": r.uniform(0.02, 0.5),
            "levers_at_a_time": r.randint(1, 2), "memory": r.random(), "start": r.choice(["scenario", "midpoint", "random"]),
        },
        "levers": {
            "frozen": r.random() < 0.15, "hold": {name: r.random() for name in levers if r.random() < 0.1},
        },
        "timeline": _timeline(r, departments, weeks),
    }  # fmt: skip
    scenario = Scenario.model_validate(data)
    faults = [finding for finding in check(scenario) if finding.level == "error"]
    assert not faults, (seed, faults)
    return scenario


def _people(r: Random) -> dict[str, float]:
    """About half of the parameters at their defaults, the others anywhere, or nothing at all."""
    given = {}
    for name, field in People.model_fields.items():
        bounds = {type(m).__name__: m for m in field.metadata}
        low, high = float(bounds["Ge"].ge), min(float(bounds["Le"].le), 5.0)
        kind = r.random()
        if kind < 0.35:
            given[name] = r.uniform(low, high)
        elif kind < 0.45:
            given[name] = low
        elif kind < 0.5:
            given[name] = high
    if r.random() < 0.4:
        given["power_mean_exponent"] = r.choice([-1.0, -0.01, 0.0, 0.03, 0.5, 1.0])
    return given


def _offer(r: Random) -> dict[str, Any]:
    return {"name": "Offer", "price": r.uniform(0.5, 200.0), "unit_cost": r.choice([0.0, 31.7]), "source": SOURCE}


def _segments(r: Random, names: list[str], offers: list[str]) -> dict[str, Any]:
    parts = [r.randint(1, 8) for _ in names]
    return {
        name: {
            "name": "Segment", "share": part / sum(parts), "fit": {o: r.random() for o in offers},
            "fit_spread": r.choice([0.0, 0.3]), "purchase_rate": r.uniform(0.01, 1.0),
            "price_sensitivity": r.uniform(0.0, 10.0),
            "patience": r.random(), "voice": r.choice([0.0, 1.0, r.random()]), "digital": r.random(),
            "memory": r.choice([0.0, 1.0, r.random()]), "expectation": r.random(),
            "defection": r.choice([0.0, 0.02, 0.5]), "source": SOURCE,
        }
        for name, part in zip(names, parts, strict=True)
    }  # fmt: skip


def _journey(r: Random, departments: list[str]) -> dict[str, Any]:
    journey: dict[str, Any] = {}
    for i in range(r.choice([1, 3, 4, 5, 8, 13])):
        journey[f"t{i}"] = _touchpoint(r, departments, list(journey))
    return journey


def _touchpoint(r: Random, departments: list[str], earlier: list[str]) -> dict[str, Any]:
    kinds = ["rate", "rate", "need", "open_case", "cycle", *(["after", "after"] if earlier else [])]
    trigger: dict[str, Any] = {"kind": r.choice(kinds), "weekly": r.choice([1.0, r.random()])}
    stages = tuple(STAGES)
    if trigger["kind"] == "rate":
        stages = trigger["stages"] = tuple(s for s in STAGES if r.random() < 0.6) or ("customer",)
    if trigger["kind"] == "after":
        trigger["follows"] = tuple(r.sample(earlier, r.randint(1, min(3, len(earlier)))))
        trigger["when"] = r.choice(["met", "success", "no_success"])
    if trigger["kind"] == "cycle":
        trigger["weeks"] = r.randint(1, 6)
    capacity = {"per_1000": r.choice([5.0, 60.0, 400.0]), "cost_per_1000": r.choice([0.0, 77.7])}
    return {
        "name": "Touchpoint", "owner": r.choice(departments), "channel": r.choice(["digital", "person", "paper", "product"]),
        "kind": r.choice(["must_be", "performance", "attractive"]), "trigger": trigger,
        "contact_by_firm": r.random() < 0.3,
        "moves": {s: r.choice(MOVES[s]) for s in stages if r.random() < 0.4},
        "sells": r.random() < 0.4, "sale_size": r.uniform(0.1, 3.0), "closes_case": r.random() < 0.3,
        "fit": r.choice([0.0, 1.0, r.random()]), "quality": r.random(), "quality_spread": r.choice([0.0, 0.1, r.random()]),
        "promise": r.choice([0.0, 0.0, r.uniform(-0.5, 0.5)]), "effort": r.choice([0.0, 0.2]),
        "relevance": r.choice([0.0, r.uniform(-0.5, 0.5)]), "conversion": r.random(), "failure": r.choice([0.0, 0.3, 1.0]),
        "delivery": _delivery(r) if trigger["kind"] == "after" and r.random() < 0.5 else None,
        "resolution": r.random(), "cost": r.choice([0.0, 3.3]), "capacity": capacity if r.random() < 0.4 else None,
        "source": SOURCE,
    }  # fmt: skip


def _delivery(r: Random) -> dict[str, float]:
    return {
        "days": r.choice([0.5, 5.0, 30.0]),
        "spread": r.choice([0.0, 0.5, 1.5]),
        "promised_days": r.uniform(0.5, 30.0),
        "promised_spread": r.choice([0.0, 0.4, 1.5]),
        "foresight": r.choice([0.0, 1.0, r.random()]),
    }


def _effects(r: Random, places: list[str], journey: dict[str, Any], segments: list[str]) -> dict[str, Any]:
    effects = {}
    for place in r.sample(places, r.randint(0, min(3, len(places)))):
        bounded = place == "own" or journey[place]["capacity"] is None
        names = [c for c in COEFFICIENTS if not (bounded and c in {"capacity", "staff"})]
        if place == "own" or journey[place]["delivery"] is None:
            names = [c for c in names if c not in {"days", "promised_days"}]
        effects[place] = {c: _effect(r, c, segments) for c in r.sample(names, r.randint(1, 4))}
    return effects


def _effect(r: Random, coefficient: str, segments: list[str]) -> dict[str, Any]:
    size = SIZE_OF_SLOPE.get(coefficient, 0.8)
    pooled = coefficient in {"capacity", "staff"}  # these serve all segments alike
    by_segment = {s: r.uniform(-size, size) for s in segments if not pooled and r.random() < 0.2}
    return {"slope": r.uniform(-size, size), "by_segment": by_segment, "source": SOURCE}


def _lever(
    r: Random, department: str, journey: dict[str, Any], segments: list[str], *, own: bool = False
) -> dict[str, Any]:
    places = [*journey, "own"] if own or any(t["owner"] == department for t in journey.values()) else list(journey)
    return {
        "name": "Lever", "low": "low", "high": "high", "start": r.choice([0.0, 0.5, 1.0, r.random()]),
        "easy": r.random(), "neutral": r.choice([0.5, r.random()]),
        "effort": r.choice([0.0, 0.5]), "learned": r.random() < 0.9, "effects": _effects(r, places, journey, segments),
        "source": SOURCE,
    }  # fmt: skip


def _department(r: Random, name: str, journey: dict[str, Any], segments: list[str]) -> dict[str, Any]:
    levers = {f"l{i}": _lever(r, name, journey, segments) for i in range(r.choice([0, 1, 2, 3]))}
    return {"name": "Department", "levers": levers, "kpis": {f"k{name[1:]}": 1.0}, "bonus": r.choice([0.0, 9.9])}


def _joint_effects(r: Random, levers: list[str], journey: dict[str, Any], segments: list[str]) -> dict[str, Any]:
    if len(levers) < 2:
        return {}
    return {
        f"j{i}": {
            "name": "Together", "levers": tuple(r.sample(levers, r.randint(2, min(4, len(levers))))),
            "form": r.choice(["minimum", "product", "crowding"]),
            "effects": _effects(r, list(journey), journey, segments), "source": SOURCE,
        }
        for i in range(r.choice([0, 1, 3]))
    }  # fmt: skip


def _kpi(r: Random, owner: str, touchpoints: list[str]) -> dict[str, Any]:
    counters = [*COMPANY_COUNTERS, *(f"{c}@{t}" for c in TOUCHPOINT_COUNTERS for t in touchpoints)]
    return {
        "name": "KPI", "owner": owner, "numerator": {c: r.uniform(0.1, 2.0) for c in r.sample(counters, r.randint(1, 2))},
        "denominator": {r.choice(["people", f"encounters@{r.choice(touchpoints)}"]): 1.0},
        "scale": r.choice([1.0, 100.0]), "unit": "each", "better": r.choice(["higher", "lower"]),
        "stretch": r.choice([0.01, 1.0]),
    }  # fmt: skip


def _incentives(r: Random, departments: list[str]) -> dict[str, Any]:
    by_department = {d: r.random() for d in departments if r.random() < 0.2}
    return {
        "scheme": r.choice(SCHEMES), "shared_weight": r.choice([0.0, r.random()]),
        "shared_weight_by_department": by_department, "shared_metrics": {"shared": 1.0},
        "payoff": r.choice(PAYOFFS if len(departments) > 1 else ["linear", "quota"]), "gate": r.uniform(-1.0, 1.0),
        "attention": r.choice([None, None, 1, 2]),
        "charges": {d: {"shared": r.random()} for d in departments if r.random() < 0.2},
    }  # fmt: skip


def _timeline(r: Random, departments: list[str], weeks: int) -> tuple[dict[str, Any], ...]:
    changes = []
    for _ in range(r.choice([0, 0, 1, 2])):
        start = r.randrange(weeks)
        change: dict[str, Any] = {"start": start, "end": r.choice([None, start + r.randint(1, weeks)])}
        if r.random() < 0.5:
            change["incentives"] = _incentives(r, departments)
        if r.random() < 0.5:
            change["information"] = {"regime": r.choice(REGIMES)}
        if r.random() < 0.5:
            change["levers"] = {"frozen": r.random() < 0.5}
        changes.append(change)
    return tuple(changes)

"""Runners that make results up, at module level so that worker processes find them; and a tiny scenario for them."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.record import COMPANY_METRICS, CUSTOMER_COLUMNS, Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.scenario.scenario import Scenario

__all__ = ["dying", "fake_arms", "faulty", "heavy", "interrupted_at_3", "interrupted_at_once", "slow", "tiny_scenario"]


def tiny_scenario() -> dict[str, Any]:
    """A small shop as plain data: two departments, two touchpoints, three arms of which the last equals the first."""
    point = {"channel": "person", "kind": "must_be", "source": "our assumption"}
    lever = {"name": "Hurry", "low": "slow", "high": "fast", "source": "our assumption"}
    kpi = {"unit": "% of visits", "better": "higher", "stretch": 1.0}
    return {
        "title": "A small shop",
        "horizon": {"weeks": 60, "burn_in": 8, "population": 100, "replications": 4, "seed": 7},
        "market": {
            "currency": "CHF",
            "offers": {"tea": {"name": "Tea", "price": 10.0, "unit_cost": 4.0, "source": "our assumption"}},
            "segments": {
                "everyone": {
                    "name": "Everyone",
                    "share": 1.0,
                    "fit": {"tea": 0.6},
                    "purchase_rate": 0.1,
                    "price_sensitivity": 1.0,
                    "patience": 0.5,
                    "voice": 0.3,
                    "digital": 0.5,
                    "memory": 0.8,
                    "expectation": 0.7,
                    "defection": 0.01,
                    "source": "our assumption",
                }
            },
        },
        "journey": {
            "door": {
                "name": "Door",
                "owner": "sales",
                "trigger": {"kind": "rate", "weekly": 0.1, "stages": ["prospect", "lead"]},
                "moves": {"prospect": "customer", "lead": "customer"},
                "sells": True,
                "conversion": 0.2,
                **point,
            },
            "desk": {
                "name": "Desk",
                "owner": "service",
                "trigger": {"kind": "open_case"},
                "closes_case": True,
                "resolution": 0.5,
                **point,
            },
        },
        "departments": {
            "sales": {"name": "Sales", "levers": {"hurry": lever}, "kpis": {"sold": 1.0}, "bonus": 10.0},
            "service": {"name": "Service", "levers": {"hurry": lever}, "kpis": {"solved": 1.0}, "bonus": 10.0},
        },
        "kpis": {
            "sold": {
                "name": "Visits that sell",
                "owner": "sales",
                "numerator": {"successes@door": 1.0},
                "denominator": {"encounters@door": 1.0},
                **kpi,
            },
            "solved": {
                "name": "Problems solved",
                "owner": "service",
                "numerator": {"resolved@desk": 1.0},
                "denominator": {"encounters@desk": 1.0},
                **kpi,
            },
            "spending": {
                "name": "Spending",
                "owner": "company",
                "numerator": {"revenue@door": 1.0},
                "denominator": {"people": 1.0},
                **(kpi | {"unit": "money per person"}),
            },
        },
        "arms": {
            "own": {"title": "Own KPI only"},
            "half": {
                "title": "Half shared",
                "changes": {"incentives": {"shared_weight": 0.5, "shared_metrics": {"spending": 1.0}}},
            },
            "same": {"title": "Own KPI again"},
        },
    }


def fake_arms(
    arms: Mapping[str, Scenario],
    *,
    seed: int,
    replication: int,
    engine: str = "compiled",
    threads: int = 1,
    keep_customers: bool = False,
) -> list[Run]:
    """Numbers that depend on seed, replication and incentives only; a shared weight of 1 lifts loyalty by 8."""
    del engine, threads
    return [_run(arm, scenario, seed, replication, keep_customers) for arm, scenario in arms.items()]


def _run(arm: str, scenario: Scenario, seed: int, replication: int, keep_customers: bool) -> Run:
    luck = np.random.default_rng([seed, replication])
    weight = scenario.incentives.shared_weight
    weeks, places, people = scenario.horizon.weeks, len(scenario.journey), scenario.horizon.population
    metrics = [name for name in COMPANY_METRICS if name != "profit_at_equal_bonus"]
    weekly = {name: 20 + luck.normal(0, 1, weeks) + weight for name in [*metrics, *scenario.kpis]}
    weekly["loyalty"] = 50 + luck.normal(0, 3) + np.zeros(weeks) + weight * (8 + luck.normal(0, 2))
    weekly["bonus"] = np.full(weeks, 5 + 4 * weight)
    weekly["profit"] = weekly["revenue"] - weekly["cost"] - weekly["bonus"]
    weekly["nps"][::2] = np.nan
    for department, given in scenario.departments.items():
        weekly |= {f"lever.{department}.{lever}": np.full(weeks, 0.5) for lever in given.levers}
        weekly |= {f"{family}.{department}": luck.random(weeks) for family in ("score", "bonus")}
    words = {name: np.array(["everyone"] * people) for name in ("segment", "offer", "stage", "case_touchpoint")}
    customers = {name: words.get(name, np.arange(people)) for name in CUSTOMER_COLUMNS}
    return Run(
        arm=arm,
        replication=replication,
        seed=seed,
        weekly=weekly,
        encounters=luck.random((weeks, places)) * 50,
        experience=luck.random((weeks, places)),
        wait=np.zeros((weeks, places)),
        ledger=luck.integers(0, 2**30, (places, len(scenario.departments) + 1, 2)) * np.array([1, -1]),
        customers=customers if keep_customers else None,
        pars=dict.fromkeys(scenario.kpis, 0.0),
    )


def interrupted_at_once(arms: Mapping[str, Scenario], **_options: Any) -> list[Run]:
    """Ctrl-C in the first replication."""
    raise KeyboardInterrupt


def interrupted_at_3(arms: Mapping[str, Scenario], *, replication: int, **options: Any) -> list[Run]:
    """Ctrl-C when three replications are finished."""
    if replication == 3:
        raise KeyboardInterrupt
    return fake_arms(arms, replication=replication, **options)


def faulty(arms: Mapping[str, Scenario], **_options: Any) -> list[Run]:
    """A fault in the program."""
    raise RuntimeError("planted fault")


def dying(arms: Mapping[str, Scenario], **_options: Any) -> list[Run]:
    """A worker that the system kills."""
    os._exit(9)


def heavy(arms: Mapping[str, Scenario], *, replication: int, **options: Any) -> list[Run]:
    """Results of many megabytes, so that a worker is stopped while it sends them."""
    runs = fake_arms(arms, replication=replication, **options)
    if replication > 0:
        time.sleep(0.5)  # the first one comes home first, however busy the machine is
    return [replace(run, wait=np.zeros((60, 40_000)) if replication else run.wait) for run in runs]


def slow(arms: Mapping[str, Scenario], *, replication: int, **options: Any) -> list[Run]:
    """Replication 0 at once; the others take a minute."""
    if replication > 0:
        time.sleep(60)
    return fake_arms(arms, replication=replication, **options)

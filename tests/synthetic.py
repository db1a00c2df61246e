"""Frames of a comparison that never ran: a real scenario and made-up numbers, for tests of views."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from simulation.analysis.frames import UNATTRIBUTED, last_mean, summary_frame
from simulation.record import COMPANY_METRICS, Run
from simulation.scenario.scenario import Scenario

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SyntheticComparison", "reference_firm", "synthetic_comparison", "tiny_firm"]

_SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"
_ROUGHLY = {
    "loyalty": 62.0,
    "nps": 24.0,
    "retention": 78.0,
    "complaints": 9.0,
    "customers": 43.0,
    "revenue": 2350.0,
    "cost": 1810.0,
    "bonus": 31.0,
}
"""About where a metric stands; others: 20."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntheticComparison:
    """The attributes of a comparison that views read."""

    scenario: Scenario
    arm_titles: dict[str, str]
    summary: pd.DataFrame
    weekly: pd.DataFrame
    journey: pd.DataFrame
    ledger: pd.DataFrame


def _read(name: str) -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load((_SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8")))


def reference_firm() -> Scenario:
    """The shipped reference firm with the four arms of the headline comparison."""
    given = _read("baseline") | {"arms": _read("silo_vs_shared")["arms"]}
    return Scenario.model_validate_json(json.dumps(given))


def tiny_firm(*, arms: int = 2) -> Scenario:
    """Two departments, two touchpoints, long names: what a layout must also bear."""
    long = "A remarkably long name that somebody thought was a good idea at the time"
    point = {"channel": "person", "kind": "must_be", "trigger": {"kind": "rate", "weekly": 0.5}, "source": "assumption"}
    lever = {
        "name": long,
        "low": "as little of it as anybody could possibly get away with",
        "high": "as much of it as the whole of the organization can bear",
        "source": "our assumption",
    }
    segment = {
        "name": "People",
        "share": 1.0,
        "fit": {"care": 0.5},
        "purchase_rate": 0.1,
        "price_sensitivity": 1.0,
        "patience": 0.5,
        "voice": 0.5,
        "digital": 0.5,
        "memory": 0.8,
        "expectation": 0.7,
        "defection": 0.01,
        "source": "our assumption",
    }
    kpi = {"numerator": {"encounters@visit": 1.0}, "denominator": {"people": 1.0}, "better": "higher", "stretch": 1.0}
    given = {
        "title": "A small clinic",
        "market": {
            "offers": {"care": {"name": "Care", "price": 10.0, "unit_cost": 1.0, "source": "our assumption"}},
            "segments": {"people": segment},
        },
        "journey": {
            "visit": {"name": f"{long} $5 a_visit", "owner": "doctors", **point},
            "letter": {"name": "Letter", "owner": "front_desk", **point},
        },
        "departments": {
            "doctors": {"name": f"Doctors: {long}", "levers": {"hurry": lever}, "kpis": {"seen": 1.0}},
            "front_desk": {"name": "Front desk", "kpis": {"written": 1.0}},
        },
        "kpis": {
            "seen": {"name": long, "owner": "doctors", "unit": "visits per 1,000 people a week", **kpi},
            "written": {"name": "Letters", "owner": "front_desk", "unit": "letters", **kpi},
        },
        "arms": {f"arm_{at}": {"title": f"{long}, number {at}"} for at in range(arms)},
    }
    return Scenario.model_validate_json(json.dumps(given))


def synthetic_comparison(
    scenario: Scenario, *, replications: int = 6, weeks: int = 120, seed: int = 7, effect: float = 4.0
) -> SyntheticComparison:
    """Made-up results with common luck across arms; the last arm ends `effect` better than the first, arm 1 equal.

    Parameters
    ----------
    scenario
        Its arms are those compared; without any there is one arm, `baseline`.
    effect
        By how much loyalty ends higher in the last arm than in the first; the others lie between [points].
        0: all arms are identical, to the bit.
    """
    titles = {name: arm.title for name, arm in scenario.arms.items()} or {"baseline": scenario.title}
    runs: dict[str, list[Run]] = {}
    for position, arm in enumerate(titles):
        share = 0.0 if position == 1 and len(titles) > 2 else position / max(1, len(titles) - 1)
        runs[arm] = [
            _run(scenario, arm, at, weeks, seed, effect * share, different=effect != 0) for at in range(replications)
        ]
    return SyntheticComparison(
        scenario=scenario,
        arm_titles=titles,
        summary=summary_frame(runs, dict.fromkeys(titles, scenario)),
        weekly=pd.concat(
            [
                pd.DataFrame({"arm": arm, "replication": run.replication, "week": range(weeks), **run.weekly})
                for arm, of_arm in runs.items()
                for run in of_arm
            ],
            ignore_index=True,
        ),
        journey=_places(scenario, runs),
        ledger=_ledger(scenario, runs),
    )


def _run(scenario: Scenario, arm: str, replication: int, weeks: int, seed: int, lift: float, *, different: bool) -> Run:
    common = np.random.default_rng([seed, replication])
    own = np.random.default_rng([seed, replication, sum(arm.encode()) if different else 0])
    weekly: dict[str, NDArray[np.float64]] = {}
    ramp = 1 - np.exp(-np.arange(weeks) / 60)
    metrics = [name for name in COMPANY_METRICS if name != "profit_at_equal_bonus"]
    for name in [*metrics, *scenario.kpis]:
        level = _ROUGHLY.get(name, 20.0)
        luck = common.normal(0, level * 0.01, weeks).cumsum() / 6 + own.normal(0, level * 0.004, weeks)
        weekly[name] = level * (1 - 0.08 * ramp * (name in ("loyalty", "nps"))) + luck + lift * ramp * (level / 62)
    weekly["profit"] = weekly["revenue"] - weekly["cost"] - weekly["bonus"]
    weekly["nps"][own.random(weeks) < 0.1] = np.nan
    weekly["nps"] += own.normal(0, 8, weeks)
    for at, (department, given) in enumerate(scenario.departments.items()):
        for number, (lever, of) in enumerate({**given.levers, **scenario.every_department}.items()):
            goal = np.clip(of.start + np.sin(2.3 * at + 1.7 * number + 0.4 * lift) * 0.45, 0, 1)
            walk = of.start + (goal - of.start) * ramp + own.normal(0, 0.02, weeks) * ramp
            weekly[f"lever.{department}.{lever}"] = np.clip(walk, 0, 1)
        weekly[f"score.{department}"] = (0.5 - 0.25 * (at % 3)) * ramp + own.normal(0, 0.04, weeks)
        weekly[f"bonus.{department}"] = np.abs(own.normal(4, 1, weeks))
    places = len(scenario.journey)
    base = 0.55 + 0.35 * np.random.default_rng([seed, 99]).random(places)
    experience = base + 0.004 * lift * np.arange(places) / places + common.normal(0, 0.01, places)
    pain = np.random.default_rng([seed, 98]).gamma(0.7, 3.0, (places, len(scenario.departments) + 1, 2))
    pain *= (1 - 0.03 * lift) * np.exp(own.normal(0, 0.05, pain.shape))
    per_unit = 2.0**20 * weeks * scenario.horizon.population / 1000
    nothing = np.zeros((weeks, places))
    return Run(
        arm=arm,
        replication=replication,
        seed=seed + replication,
        weekly=weekly,
        encounters=nothing + 40,
        experience=nothing + experience,
        wait=nothing,
        ledger=(pain * per_unit).astype(np.int64),
        customers=None,
        pars={},
    )


def _places(scenario: Scenario, runs: dict[str, list[Run]]) -> pd.DataFrame:
    rows = [
        {
            "arm": arm,
            "replication": run.replication,
            "touchpoint": touchpoint,
            "encounters": last_mean(run.encounters[:, at]),
            "experience": last_mean(run.experience[:, at]),
            "wait": 0.0,
        }
        for arm, of_arm in runs.items()
        for run in of_arm
        for at, touchpoint in enumerate(scenario.journey)
    ]
    return pd.DataFrame(rows)


def _ledger(scenario: Scenario, runs: dict[str, list[Run]]) -> pd.DataFrame:
    weeks = len(next(iter(runs.values()))[0].encounters)
    scale = 2.0**-20 * 1000 / (weeks * scenario.horizon.population)
    rows = [
        {
            "arm": arm,
            "replication": run.replication,
            "touchpoint": touchpoint,
            "due": due,
            "benefit": run.ledger[at, column, 0] * scale,
            "pain": run.ledger[at, column, 1] * scale,
        }
        for arm, of_arm in runs.items()
        for run in of_arm
        for at, touchpoint in enumerate(scenario.journey)
        for column, due in enumerate([*scenario.departments, UNATTRIBUTED])
    ]
    return pd.DataFrame(rows)

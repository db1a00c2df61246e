"""Runs: one arm, or all arms of a replication on the same customers with the same luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.record import Run
from simulation.scenario.names import TOUCHPOINT_COUNTERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from simulation.model.organization_model import EngineName, OrganizationModel
    from simulation.scenario.scenario import Scenario

__all__ = ["run_arm", "run_arms"]


def run_arm(
    arm: str,
    scenario: Scenario,
    *,
    seed: int,
    replication: int = 0,
    engine: EngineName = "compiled",
    threads: int = 1,
    keep_customers: bool = False,
    pars: Mapping[str, float] | None = None,
) -> Run:
    """Run one arm of one replication from burn-in to the end of the horizon."""
    from simulation.model.organization_model import OrganizationModel

    model = OrganizationModel(scenario, seed=seed, replication=replication, engine=engine, threads=threads, pars=pars)
    model.run()
    run = record_of(model, arm=arm, keep_customers=keep_customers)
    model.let_go()
    return run


def run_arms(
    arms: Mapping[str, Scenario],
    *,
    seed: int,
    replication: int = 0,
    engine: EngineName = "compiled",
    threads: int = 1,
    keep_customers: bool = False,
) -> list[Run]:
    """Run every arm of one replication: the same customers, the same luck, the same pars.

    Pars are those of the first arm's burn-in, so that a score means the same in every arm.
    """
    runs: list[Run] = []
    for arm, scenario in arms.items():
        pars = runs[0].pars if runs else None
        runs.append(
            run_arm(arm, scenario, seed=seed, replication=replication, engine=engine, threads=threads,
                    keep_customers=keep_customers, pars=pars)
        )  # fmt: skip
    return runs


def record_of(model: OrganizationModel, *, arm: str, keep_customers: bool) -> Run:
    """Return what a finished model leaves behind."""
    from simulation.model.metrics import company_metrics

    burn_in = model.given.horizon.burn_in
    counts = model.counts_by_week[burn_in:]
    bonus = np.zeros(len(counts))
    for d in range(len(model.departments)):
        bonus = bonus + model.bonus_by_week[:, d]
    weekly = dict(company_metrics(model.layout, counts, bonus))
    bodies = model.organization.bodies
    for week, money in (bodies.costs if bodies is not None else {}).items():
        per = money * 1000.0 / model.given.horizon.population
        weekly["cost"][week] += per
        weekly["profit"][week] -= per
    kpis = model.organization.kpis
    weekly.update(zip(kpis.names, kpis.values(counts).T.copy(), strict=True))
    for d, name in enumerate(model.departments):
        weekly[f"score.{name}"] = model.scores_by_week[:, d].copy()
        weekly[f"bonus.{name}"] = model.bonus_by_week[:, d].copy()
    for i, name in enumerate(model.organization.lever_names):
        weekly[f"lever.{name}"] = model.settings_by_week[:, i].copy()
    encounters, experience = _journey(model, counts)
    return Run(
        arm=arm,
        replication=model.replication,
        seed=model.run_seed,
        weekly=weekly,
        encounters=encounters,
        experience=experience,
        wait=model.waits_by_week.copy(),
        ledger=model.world.ledger.copy(),
        customers=model.customers.to_dict() if keep_customers else None,
        pars=dict(model.organization.pars),
        council=tuple(bodies.items) if bodies is not None else (),
    )


def _journey(model: OrganizationModel, counts: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return encounters per 1,000 people and mean experience [week, touchpoint]."""
    width = len(TOUCHPOINT_COUNTERS)
    touchpoints = len(model.layout.touchpoints)
    met = counts[:, [k * width for k in range(touchpoints)]].astype(np.float64)
    felt = counts[:, [k * width + 2 for k in range(touchpoints)]] / 2**20
    experience = np.where(met > 0, felt / np.where(met > 0, met, 1.0), np.nan)
    return met * 1000.0 / model.given.horizon.population, experience

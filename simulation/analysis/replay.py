"""The ledger against counterfactual replay: is who is named for the pain who could have spared it?.

A run's settings are recorded. Then the same customers live through the same luck once more, with one department's levers back
at the starting policy: once while all others do what they were recorded to do (`replay`), once while they learn anew
(`relearning`). Levers that are held by a mandate are no choice of the department's and stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from simulation.analysis.attainable import learnable
from simulation.analysis.frames import LEDGER_UNIT
from simulation.analysis.jobs import Row, spread, summed
from simulation.analysis.run import record_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from simulation.model.organization_model import OrganizationModel
    from simulation.record import Run
    from simulation.scenario.scenario import Scenario

__all__ = ["Recorded", "recorded", "relearned", "relived", "replay_study", "replayed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A run with the settings that brought it about.

    settings
        Control setting in each week [week, lever].
    start
        The starting policy, by `department.lever`.
    """

    run: Run
    settings: NDArray[np.float64]
    start: dict[str, float]


def recorded(scenario: Scenario, *, seed: int, replication: int = 0) -> Recorded:
    """Run a scenario and keep its settings."""
    model = _model(scenario, seed=seed, replication=replication)
    start = dict(zip(model.organization.lever_names, model.organization.settings().tolist(), strict=True))
    model.run()
    settings = model.settings_by_week.copy()
    return Recorded(run=_let_go(model), settings=settings, start=start)


def replayed(
    scenario: Scenario,
    settings: NDArray[np.float64],
    *,
    seed: int,
    replication: int = 0,
    pars: Mapping[str, float] | None = None,
) -> Run:
    """Let the same people live through the same luck under given settings [week, lever] for everybody, without trials."""
    return _let_go(relived(scenario, settings, seed=seed, replication=replication, pars=pars))


def relived(
    scenario: Scenario,
    settings: NDArray[np.float64],
    *,
    seed: int,
    replication: int = 0,
    pars: Mapping[str, float] | None = None,
) -> OrganizationModel:
    """Return the model of a replay when it has lived its horizon; see `replayed`. Burn-in is under the starting policy."""
    frozen = scenario.model_copy(
        update={
            "levers": scenario.levers.model_copy(update={"frozen": True}),
            "timeline": tuple(change.model_copy(update={"levers": None}) for change in scenario.timeline),
        }
    )
    model = _model(frozen, seed=seed, replication=replication, pars=pars)
    while not model.finished:
        if model.week >= 0:
            _put(model, settings[model.week])
        model.step()
    return model


def relearned(
    scenario: Scenario, start: Mapping[str, float], department: str, *, seed: int, replication: int = 0
) -> Run:
    """Run a scenario with a department's own choices held at the starting policy, all others learning anew."""
    hold = {**scenario.levers.hold, **{name: start[name] for name in learnable(scenario, department)}}
    held = scenario.model_copy(update={"levers": scenario.levers.model_copy(update={"hold": hold})})
    model = _model(held, seed=seed, replication=replication)
    model.run()
    return _let_go(model)


def replay_study(
    arms: Mapping[str, Scenario],
    *,
    seed: int,
    replications: int,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, pd.DataFrame]:
    """Return what the ledger books to each department beside what its learning changed, and how their rankings agree.

    Parameters
    ----------
    arms
        Scenarios by name. Where the starting policy is the middle of every lever, ledger and replay count from one point.
    seed, replications, workers, progress
        As elsewhere.

    Returns
    -------
    tables by name. Intervals are 95 % (Student) over n replications.
        departments  pain due to a department by the ledger, and pain [experience below expectation per 1,000 people a
                     week] and loyalty [points] with what it has learned less those without, replayed and relearned.
        ranks        Spearman's rank correlation over departments, taken in each replication, between what the ledger
                     books and what replay and relearning find.
        check        the run less the replay of its own settings: what trials themselves do.
    """
    jobs = [
        partial(_replication, arm, scenario, seed, replication)
        for replication in range(replications)
        for arm, scenario in arms.items()
    ]
    rows = spread(jobs, workers=workers, progress=progress)

    def of(kind: str) -> list[Row]:
        return [row for row in rows if row["kind"] == kind]

    return {
        "departments": summed(of("department"), ["arm", "department"], list(_MEASURES)),
        "ranks": summed(of("rank"), ["arm", "between", "and"], ["correlation"]),
        "check": summed(of("check"), ["arm"], ["pain", "loyalty"]),
    }


_MEASURES = ("ledger_pain", "replay_pain", "replay_loyalty", "relearning_pain", "relearning_loyalty")
_PAIRS = (
    ("ledger_pain", "replay_pain"),
    ("ledger_pain", "replay_loyalty"),
    ("ledger_pain", "relearning_pain"),
    ("ledger_pain", "relearning_loyalty"),
    ("replay_pain", "relearning_pain"),
)


class _Luck(TypedDict):
    """Key of a run's draws."""

    seed: int
    replication: int


def _replication(arm: str, scenario: Scenario, seed: int, replication: int) -> list[Row]:
    """Return one replication's rows: departments, ranks, and what trials themselves do."""
    luck: _Luck = {"seed": seed, "replication": replication}
    kept = recorded(scenario, **luck)
    factual = replayed(scenario, kept.settings, **luck)
    names = list(kept.start)
    rows: list[Row] = []
    for d, department in enumerate(scenario.departments):
        without = kept.settings.copy()
        for name in learnable(scenario, department):
            without[:, names.index(name)] = kept.start[name]
        replay = replayed(scenario, without, **luck)
        anew = relearned(scenario, kept.start, department, **luck)
        rows.append(
            {
                "kind": "department", "arm": arm, "department": department,
                "ledger_pain": -float(kept.run.ledger[:, d, 1].sum()) * _per(kept.run, scenario),
                "replay_pain": _pain(factual, scenario) - _pain(replay, scenario),
                "replay_loyalty": _loyalty(factual) - _loyalty(replay),
                "relearning_pain": _pain(kept.run, scenario) - _pain(anew, scenario),
                "relearning_loyalty": _loyalty(kept.run) - _loyalty(anew),
            }
        )  # fmt: skip
    ranks = [_rank(arm, rows, one, other) for one, other in _PAIRS]
    check = {"kind": "check", "arm": arm, "pain": _pain(kept.run, scenario) - _pain(factual, scenario),
             "loyalty": _loyalty(kept.run) - _loyalty(factual)}  # fmt: skip
    return [*rows, *ranks, check]


def _rank(arm: str, rows: Sequence[Row], one: str, other: str) -> Row:
    """Return the rank correlation of two measures over departments; loyalty counts as harm, so its sign is turned."""
    from scipy.stats import spearmanr

    harm = [[-row[name] if name.endswith("loyalty") else row[name] for row in rows] for name in (one, other)]
    return {"kind": "rank", "arm": arm, "between": one, "and": other, "correlation": float(spearmanr(*harm).statistic)}


def _per(run: Run, scenario: Scenario) -> float:
    """Return what one unit of the ledger is per 1,000 people a week."""
    return float(LEDGER_UNIT * 1000 / (len(run.encounters) * scenario.horizon.population))


def _pain(run: Run, scenario: Scenario) -> float:
    """Return experience below expectation, per 1,000 people a week, counted up."""
    return -float(run.ledger[..., 1].sum()) * _per(run, scenario)


def _loyalty(run: Run) -> float:
    """Return mean loyalty of all weeks, as the ledger covers them all."""
    return float(np.nanmean(run.weekly["loyalty"]))


def _model(
    scenario: Scenario, *, seed: int, replication: int, pars: Mapping[str, float] | None = None
) -> OrganizationModel:
    from simulation.model.organization_model import OrganizationModel

    return OrganizationModel(scenario, seed=seed, replication=replication, pars=pars)


def _put(model: OrganizationModel, settings: NDArray[np.float64]) -> None:
    """Put every lever where it shall stand this week [lever]."""
    if (model.organization.in_force == settings).all():
        return
    for department in model.departments.values():
        for lever in department.levers:
            lever.setting = float(settings[lever.index])
    model.organization.apply_settings()


def _let_go(model: OrganizationModel) -> Run:
    run = record_of(model, arm="", keep_customers=False)
    model.let_go()
    return run

"""A sweep in a bundle: its plan is data like any other, checked before anything is run, and its table is made again.

The plan of a bundle is untrusted: it must say what `Plan.to_json` would say of it, word for word, its scenario must be
valid and name no file, its arms and points must fit each other, and what a point makes of the scenario is checked when it
is run, like any scenario.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any

import pandas as pd

from simulation.analysis.jobs import summed
from simulation.analysis.parallel import in_order
from simulation.laboratory.bundle.manifest import PLAN
from simulation.laboratory.bundle.reading import refuse_files
from simulation.laboratory.sweep import dataset
from simulation.laboratory.sweep.factors import set_factors
from simulation.laboratory.sweep.plan import Plan
from simulation.laboratory.sweep.work import Work
from simulation.scenario.faults import Fault, ScenarioError
from simulation.scenario.loading import load_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from simulation.analysis.jobs import Row
    from simulation.analysis.parallel import Runner
    from simulation.laboratory.bundle.reading import Bundle
    from simulation.laboratory.sweep.factors import Factor
    from simulation.scenario.loading import LoadedScenario

__all__ = ["hash_of", "horizons_of", "plan_in", "runs_of", "summary_of", "swept_again"]

MOST_POINTS = 1_000_000
"""Most design points that a bundle may ask for."""
_METRIC = re.compile(r"[a-z][a-z0-9_.]{0,120}\Z")


def runs_of(folder: Path) -> tuple[Plan, pd.DataFrame]:
    """Return the plan (without the folders of the files that it was made from) and the whole table of a finished sweep.

    Raises
    ------
    FolderRefused
        If it is no folder of a sweep.
    ScenarioError
        If runs are still missing.
    """
    plan = Plan.from_json(dataset.plan_of(folder))
    runs = dataset.read(folder)
    if len(runs) != plan.runs:
        message = f"the sweep is not finished: {len(runs):,} of {plan.runs:,} runs are there"
        raise ScenarioError([Fault(message, str(folder), allowed="the same `silosim sweep` command goes on with it")])
    return replace(plan, sweep=_without_folders(plan.sweep)), runs


def _without_folders(given: Any) -> Any:
    """Leave the names of files in a sweep file's content, and drop the folders before them: they tell of a machine."""
    if not isinstance(given, dict):
        return given
    kept = {key: _without_folders(value) for key, value in given.items()}
    for key in ("scenario", "file", "files"):
        if isinstance(kept.get(key), str | list | dict):
            kept[key] = _file_names(kept[key])
    return kept


def _file_names(given: Any) -> Any:
    if isinstance(given, dict):
        return {key: _file_names(value) for key, value in given.items()}
    if isinstance(given, list):
        return [_file_names(value) for value in given]
    return re.split(r"[/\\]", given)[-1] if isinstance(given, str) else given


def summary_of(plan: Plan, runs: pd.DataFrame) -> pd.DataFrame:
    """Mean and interval of each outcome over the replications of each design point and arm."""
    factors = [factor.column for factor in plan.factors]
    rows: list[Row] = [{str(name): cell for name, cell in row.items()} for row in runs.to_dict("records")]
    found = summed(rows, ["point", "arm"], list(plan.outcomes))
    points = runs.drop_duplicates(["point", "arm"])[["point", "arm", *factors]]
    return points.merge(found, on=["point", "arm"], validate="one_to_one")


def plan_in(bundle: Bundle) -> Plan:
    """Return the plan of a bundle, checked.

    Raises
    ------
    ScenarioError
        If it is none, or speaks of other things than the rest of the bundle.
    """
    return _checked(bundle)[0]


def hash_of(bundle: Bundle) -> str:
    """Hash of the scenario's meaning as it is understood here."""
    return _checked(bundle)[1].hash


def _checked(bundle: Bundle) -> tuple[Plan, LoadedScenario]:
    where, given = f"{bundle.path.name}/{PLAN}", bundle.plan or {}
    refuse_files(given.get("scenario"), where)
    refuse_files(given.get("design"), where)
    try:
        plan = Plan.from_json(given)
        same = plan.to_json() == given
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ScenarioError([Fault(f"is no plan of a sweep ({ascii(error)[:80]})", where)]) from error
    if not same or not isinstance(plan.scenario, dict):
        raise ScenarioError([Fault("holds more or other things than a plan of a sweep", where)])
    loaded = load_dict(plan.scenario, name=where)
    for key, message in _misfits(plan, loaded, bundle):
        raise ScenarioError([Fault(message, where, key=key)])
    return plan, loaded


def _misfits(plan: Plan, loaded: LoadedScenario, bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Yield key and words of what does not fit."""
    told = bundle.manifest
    names: tuple[Any, ...] = (*plan.metrics, *plan.outcomes)  # nobody has checked yet what they are
    numbers = (plan.replications, plan.seed, plan.batch)
    if any(type(number) is not int or number < 0 for number in numbers) or plan.luck not in {"shared", "own"}:
        yield "replications", "replications, seed, batch or luck are not what they can be"
    elif list(plan.arms) != told.arms or plan.replications != len(told.replications) or plan.seed != told.seed:
        yield "arms", "arms, replications or seed are not those of the bundle"
    elif not set(plan.arms) <= set(loaded.arms):
        yield "arms", "are not arms of the scenario"
    elif not 0 < len(plan.points) <= MOST_POINTS or any(len(point) != len(plan.factors) for point in plan.points):
        yield "design.points", "are none, too many, or do not have a value for each factor"
    elif any(type(value) not in {int, float, str} for point in plan.points for value in point):
        yield "design.points", "hold other things than numbers and words"
    elif not all(isinstance(name, str) and _METRIC.match(name) for name in names):
        yield "metrics", "are no names of metrics"
    elif not set(plan.outcomes) <= set(plan.metrics):
        yield "outcomes", "are not among the metrics"


def horizons_of(plan: Plan) -> Iterator[Mapping[str, Any]]:
    """Yield weeks, burn-in and population of the first arm at each design point, before they are checked."""
    arm, given = next(iter(plan.arms_given().items()))
    if not any(factor.kind == "files" or _reaches_horizon(factor) for factor in plan.factors):
        yield from repeat(given.get("horizon", {}), len(plan.points))
        return
    for point in plan.points:
        try:
            horizon = set_factors(given, plan.factors, point, arm=arm).get("horizon", {})
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError):
            continue  # a point that cannot be made fails when it is run, and costs nothing
        yield horizon if isinstance(horizon, dict) else {}


def _reaches_horizon(factor: Factor) -> bool:
    return any(not path or path[0] == "horizon" for path in factor.paths)


def swept_again(
    bundle: Bundle,
    replications: int,
    *,
    workers: int,
    runner: Runner | None,
    progress: Callable[[int, int], None],
) -> dict[str, pd.DataFrame]:
    """Do the first replications of every design point again; `runs`, and with all replications `summary`."""
    plan = replace(plan_in(bundle), weekly=False)
    work = partial(_again, Work(plan=plan, runner=runner), replications)
    rows = in_order(work, len(plan.points) * replications, workers=workers, progress=progress)
    runs = pd.DataFrame([row for each in rows for row in each])
    if replications < plan.replications:
        return {"runs": runs}
    return {"runs": runs, "summary": summary_of(plan, runs)}


def _again(work: Work, replications: int, number: int) -> list[Row]:
    """Do the task that is the `number`th when only the first replications of each point are done."""
    point, replication = divmod(number, replications)
    return list(work(point * work.plan.replications + replication).rows)

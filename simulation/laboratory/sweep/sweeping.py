"""Sweeps: a plan is written down, run where it will be, resumed after a stop, and summed up.

plan = plan_sweep("experiments/shared_weight.yaml", replications=10)
sweep(plan, "results/shared_weight", workers=2)
runs = dataset.read("results/shared_weight")
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.analysis.folder import CHARTS, FolderRefused, check_folder
from simulation.laboratory.sweep import dataset
from simulation.laboratory.sweep.disk import write_whole
from simulation.laboratory.sweep.executing import execute
from simulation.laboratory.sweep.plan import Plan
from simulation.laboratory.sweep.planning import columns_of_plan, plan_sweep
from simulation.laboratory.sweep.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor

    from simulation.analysis.parallel import Runner

__all__ = ["POINTS", "OtherPlan", "check_sweep_folder", "plan_in", "plan_sweep", "sweep", "write_points"]

POINTS = "points.csv"
"""Each outcome at each design point, in a sweep's folder."""
_OURS = {dataset.PLAN, dataset.RUNS, dataset.WEEKLY, POINTS, CHARTS, ".lock"}
_MOST_TOLD = 8


class OtherPlan(FolderRefused):
    """The folder holds a sweep with another plan; the message says what differs."""


def sweep(
    plan: Plan | str | Path | Mapping[str, Any],
    folder: Path | str,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    dask: str | None = None,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
    runner: Runner | None = None,
) -> Path:
    """Run a sweep into its folder, or go on where it was stopped; nothing is done twice.

    Parameters
    ----------
    plan
        A plan (`plan_sweep`), or a sweep file, or a mapping of the same form.
    folder
        Where its plan, runs and `points.csv` go; one that holds the same plan is resumed.
    workers
        Processes on this machine; one per processor unless given. 1: no other process.
    executor
        Any executor of `concurrent.futures` that does the batches instead.
    dask
        Address of a Dask scheduler whose cluster does them instead.
    overwrite
        Remove an older sweep in this folder, whatever its plan, and begin anew.
    progress
        Called with (tasks done, tasks in all); a task is one replication of one design point in all arms.
    runner
        Runs all arms of a replication, instead of the model.

    Returns
    -------
    Path
        `folder`. Its runs: `simulation.laboratory.sweep.dataset.read`.

    Raises
    ------
    ScenarioError
        If the sweep file has faults.
    OtherPlan, FolderRefused
        If the folder holds another sweep, or something else; or another process runs this one.
    WorkerLost, ClusterRefused, OSError
        As `executing.execute`; what is finished stays, and the same call goes on.

    Notes
    -----
    With more than one worker, call it under `if __name__ == "__main__":`.

    Examples
    --------
    >>> sweep("experiments/shared_weight.yaml", "results/shared_weight", workers=2)  # doctest: +SKIP
    """
    plan = plan if isinstance(plan, Plan) else plan_sweep(plan)
    folder = Path(folder)
    kept = check_sweep_folder(folder, plan, overwrite=overwrite)
    if kept is None:
        _begin(folder, plan)
    elif kept != plan:  # in words only
        _write_plan(folder, plan)
    if runner is None:
        from simulation.model.cache import warm_up

        warm_up()  # once, here: else each worker would compile for itself
    execute(
        Work(plan=plan, runner=runner),
        tasks=plan.tasks,
        batch=plan.batch,
        folder=folder,
        columns=columns_of_plan(plan),
        workers=workers,
        executor=executor,
        dask=dask,
        progress=progress,
    )
    write_points(plan, folder)
    return folder


def plan_in(folder: Path | str) -> Plan:
    """Return the plan that a folder holds.

    Raises
    ------
    FolderRefused
        If it holds none that can be read.
    """
    told = dataset.plan_of(folder)
    try:
        return Plan.from_json(told)
    except (KeyError, TypeError, AttributeError) as error:
        raise FolderRefused(f"{folder}: {dataset.PLAN} is damaged: {error} is missing or of another kind") from error


def check_sweep_folder(folder: Path, plan: Plan, *, overwrite: bool) -> Plan | None:
    """Return the plan that the folder holds already, which is the same; None: the sweep begins anew.

    Raises
    ------
    OtherPlan
        If it holds a sweep with another plan, without `overwrite`.
    FolderRefused
        If it holds anything else.
    """
    if not folder.exists() or not any(folder.iterdir() if folder.is_dir() else [folder]):
        check_folder(folder, overwrite=True)
        return None
    if folder.is_dir() and dataset.untouched(folder):
        return None
    if not (folder / dataset.PLAN).is_file():
        raise FolderRefused(f"--out {folder} is no folder of a sweep (no {dataset.PLAN}): name another")
    if overwrite:
        others = sorted({entry.name for entry in folder.iterdir() if entry.suffix != ".unfinished"} - _OURS)
        if others:
            raise FolderRefused(f"--out {folder} holds what silosim sweep did not write ({others[0]}): name another")
        return None
    kept = plan_in(folder)
    differences = plan.differences(kept)
    if differences:
        told = [f"  {line}" for line in differences[:_MOST_TOLD]]
        if len(differences) > _MOST_TOLD:
            told.append(f"  and {len(differences) - _MOST_TOLD} more")
        raise OtherPlan(
            "\n".join(
                [
                    f"{folder} holds a sweep with another plan, which cannot go on as this one:",
                    *told,
                    "Name another folder with --out, or begin anew with --overwrite.",
                ]
            )
        )
    return kept


def write_points(plan: Plan, folder: Path) -> None:
    """Write `points.csv`, whole or not at all."""
    from simulation.analysis.storage import write_csv
    from simulation.laboratory.sweep.outcomes import by_point

    hidden = folder / f".{POINTS}.unfinished"
    write_csv(by_point(plan, dataset.read(folder)), hidden)
    hidden.replace(folder / POINTS)


def _begin(folder: Path, plan: Plan) -> None:
    """Clear the folder of an older sweep, and write the plan; the old plan goes last, so that a stop leaves a sweep."""
    with dataset.locked(folder):
        for name in (POINTS, CHARTS, dataset.WEEKLY, dataset.RUNS, dataset.PLAN):
            path = folder / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        _write_plan(folder, plan)


def _write_plan(folder: Path, plan: Plan) -> None:
    text = json.dumps(plan.to_json(), indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(folder / dataset.PLAN, f"{text}\n".encode())

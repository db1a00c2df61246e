"""Sweeps: against serial processes and Mesa's batch_run, what a run costs besides itself, and memory over many."""

from __future__ import annotations

import gc
import inspect
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import mesa
import psutil

from simulation.analysis.run import run_arms
from simulation.laboratory.sweep.executing import execute
from simulation.laboratory.sweep.plan import batch_size
from simulation.laboratory.sweep.planning import columns_of_plan, plan_sweep
from simulation.laboratory.sweep.work import Work
from simulation.model.organization_model import OrganizationModel
from suite.measuring import Figure, Span, interleaved, ratio, span

if TYPE_CHECKING:
    from simulation.laboratory.sweep.plan import Plan
    from simulation.scenario.scenario import Scenario

__all__ = ["MESA_TITLE", "TITLE", "UNIT", "against_mesa", "figures"]

TITLE = "Runs of the reference firm on two processes: a sweep, and bare loops"
MESA_TITLE = "Runs of the reference firm on two processes: a sweep, and Mesa's batch_run"
UNIT = "runs a second"
LEAST_OF_SERIAL, LEAST_OF_MESA, MOST_OVERHEAD, MOST_GROWTH = 0.9, 150.0, 5.0, 5.0
"""What the issue asks for: share of two serial processes, times batch_run, ms a run; MB that still count as flat."""
SWEEP, SERIAL, MESA = "silosim, 2 workers", "two serial processes", "mesa.batch_run, 2 processes, plain engine"
COLUMNS = 40
"""Metrics in a row of the made-up sweep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is done.

    Attributes
    ----------
    population, weeks, burn_in
        Of a run.
    runs, rounds
        Runs of silosim in a round, and rounds.
    plain_runs, plain_rounds
        The same for the plain engine.
    tiny
        Tiny runs in a round.
    made_up
        Made-up runs for the memory.
    """

    population: int = 5_000
    weeks: int = 208
    burn_in: int = 104
    runs: int = 200
    rounds: int = 7
    plain_runs: int = 4
    plain_rounds: int = 2
    tiny: int = 4_000
    made_up: int = 100_000


FULL = Size()
QUICK = Size(population=50, weeks=4, burn_in=4, runs=12, rounds=1, plain_runs=2, plain_rounds=1, tiny=20, made_up=60)


def figures(*, quick: bool) -> list[Figure]:
    """Measure throughput, overhead and memory; the full size takes some ten minutes."""
    size = QUICK if quick else FULL
    return [*_against_serial(size), *_overhead(size), *_memory(size)]


def against_mesa(*, quick: bool) -> list[Figure]:
    """Measure a sweep against Mesa's own runner on the plain engine; the full size takes some ten minutes."""
    return _against_mesa(QUICK if quick else FULL)


def planned(*, population: int, weeks: int, burn_in: int, runs: int) -> Plan:
    """Return a sweep of the reference firm over two settings of one factor."""
    return plan_sweep(
        {
            "title": "A benchmark",
            "scenario": "baseline",
            "changes": {"horizon": {"burn_in": burn_in}},
            "population": population,
            "weeks": weeks,
            "replications": runs // 2,
            "design": {"kind": "full_factorial"},
            "factors": {"weight": {"path": "incentives.shared_weight", "levels": [0.0, 0.5]}},
        }
    )


def _plan_of(size: Size) -> Plan:
    return planned(population=size.population, weeks=size.weeks, burn_in=size.burn_in, runs=size.runs)


# --- throughput -------------------------------------------------------------------------------------------------------


def _against_serial(size: Size) -> list[Figure]:
    plan, waits = _plan_of(size), list[float]()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        works = {SWEEP: partial(_swept, plan, waits), SERIAL: partial(_serial, plan, pool, size.runs // 2)}
        seconds = interleaved(works, rounds=size.rounds, turning=True)
    found = ratio(seconds[SERIAL], seconds[SWEEP])
    what, met = f"{SWEEP}, over {SERIAL} together", found.median >= LEAST_OF_SERIAL
    return [
        Figure(what=what, unit="times", span=found, target=f"at least {LEAST_OF_SERIAL:g}", met=met),
        *(Figure(what=who, unit=UNIT, span=_rates(seconds[who])) for who in (SWEEP, SERIAL)),
        Figure(what="from the call to the first finished part", unit="seconds", span=span(waits)),
    ]


def _against_mesa(size: Size) -> list[Figure]:
    plan = _plan_of(size)
    scenario = plan.scenarios_at(plan.points[0])[plan.arms[0]]
    works = {SWEEP: partial(_swept, plan, []), MESA: partial(_batch_run, scenario, size.plain_runs)}
    seconds = interleaved(works, rounds=size.plain_rounds)
    found = ratio(seconds[MESA], seconds[SWEEP])
    what, met = f"{SWEEP}, over {MESA}", found.median >= LEAST_OF_MESA
    return [
        Figure(what=what, unit="times", span=found, target=f"at least {LEAST_OF_MESA:g}", met=met),
        Figure(what=MESA, unit=UNIT, span=_rates(seconds[MESA])),
    ]


def _rates(seconds: list[float]) -> Span:
    return span([1.0 / each for each in seconds])


def _swept(plan: Plan, waits: list[float]) -> float:
    """Sweep with two workers; return minus the seconds a run, once both are at work.

    The clock starts when four batches are finished, so that both workers have started and loaded the engine; how long
    the first one took is added to `waits`.
    """
    marks: list[tuple[float, int]] = []
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        execute(Work(plan=plan), tasks=plan.tasks, batch=plan.batch, folder=folder, columns=columns_of_plan(plan),
                workers=2, progress=lambda done, _tasks: marks.append((time.perf_counter(), done)))  # fmt: skip
    waits.append(marks[1][0] - start)
    (since, before), (end, done) = marks[4], marks[-1]
    return -(end - since) / (done - before)


def _serial(plan: Plan, pool: ProcessPoolExecutor, runs: int) -> float:
    """Let each of two processes do half of the runs; return minus the seconds a run of both together."""
    arms = [plan.scenarios_at(point) for point in plan.points]
    took = list(pool.map(_alone, arms, [runs] * 2))
    return -1.0 / sum(runs / seconds for seconds in took)


def _alone(arms: dict[str, Scenario], runs: int) -> float:
    """Run one after the other, and keep the results; return the seconds that it took."""
    run_arms(arms, seed=1, replication=runs)  # loads the engine
    start = time.perf_counter()
    for replication in range(runs):
        run_arms(arms, seed=1, replication=replication)
    return time.perf_counter() - start


def _batch_run(scenario: Scenario, runs: int) -> float:
    """Let Mesa do some runs on the plain engine with two processes; return how many."""
    once: dict[str, Any] = {"rng": [7]} if "rng" in inspect.signature(mesa.batch_run).parameters else {"iterations": 1}
    rows = mesa.batch_run(
        OrganizationModel,
        parameters={"scenario": [scenario], "engine": "plain", "replication": list(range(runs))},
        number_processes=2,
        max_steps=scenario.horizon.burn_in + scenario.horizon.weeks,
        data_collection_period=-1,
        display_progress=False,
        **once,
    )
    assert len(rows) == runs, "batch_run did another number of runs"
    return float(runs)


# --- what a run costs besides itself ----------------------------------------------------------------------------------


def _overhead(size: Size) -> list[Figure]:
    """Time tiny runs in a loop and in a sweep, in one process: the difference is the sweep's own."""
    plan = planned(population=10, weeks=4, burn_in=4, runs=size.tiny)
    works = {"loop": partial(_looped, plan), "sweep": partial(_swept_here, plan)}
    seconds = interleaved(works, rounds=size.rounds, turning=True)
    own = span([(swept - alone) * 1e3 for swept, alone in zip(seconds["sweep"], seconds["loop"], strict=True)])
    what, met = f"a tiny run in a sweep of {size.tiny:,} less the same run in a loop", own.median < MOST_OVERHEAD
    alone = span([each * 1e3 for each in seconds["loop"]])
    return [
        Figure(what=what, unit="ms a run", span=own, target=f"under {MOST_OVERHEAD:g}", met=met),
        Figure(what="a tiny run (10 people, 4 weeks) in a loop", unit="ms a run", span=alone),
    ]


def _looped(plan: Plan) -> float:
    for point in plan.points:
        arms = plan.scenarios_at(point)
        for replication in range(plan.replications):
            run_arms(arms, seed=plan.seed, replication=replication)
    return float(plan.tasks)


def _swept_here(plan: Plan) -> float:
    with tempfile.TemporaryDirectory() as folder:
        execute(
            Work(plan=plan), tasks=plan.tasks, batch=plan.batch, folder=folder, columns=columns_of_plan(plan), workers=1
        )
    return float(plan.tasks)


# --- memory over many runs --------------------------------------------------------------------------------------------


def _memory(size: Size) -> list[Figure]:
    """Tell what a fresh process and its two workers hold while they do many made-up runs."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        held = fresh.submit(_held, size.made_up).result()
    early, late = (statistics.median(mb for done, mb in held if low <= done <= high)
                   for low, high in ((0.1 * size.made_up, 0.3 * size.made_up), (0.8 * size.made_up, size.made_up)))  # fmt: skip
    grown = late - early
    what = f"growth from the first fifth to the last of {size.made_up:,} made-up runs, 2 workers and main"
    return [
        Figure(what=f"held late in {size.made_up:,} made-up runs, 2 workers and main", unit="MB", span=Span(late, late, late)),
        Figure(what=what, unit="MB more", span=Span(grown, grown, grown), target=f"at most {MOST_GROWTH:g}",
               met=grown <= MOST_GROWTH),
    ]  # fmt: skip


def _held(runs: int) -> list[tuple[int, float]]:
    """Sweep made-up runs; return (runs done, memory of all processes that do it [MB]) after each part."""
    held: list[tuple[int, float]] = []
    own = psutil.Process()

    def weigh(done: int, _tasks: int) -> None:
        gc.collect()
        processes = [own, *own.children()]
        held.append((done, sum(each.memory_info().rss for each in processes) / 2**20))

    with tempfile.TemporaryDirectory() as folder:
        execute(made_up, tasks=runs, batch=batch_size(runs), folder=folder, workers=2, progress=weigh)
    return held


def made_up(task: int) -> list[dict[str, Any]]:
    """Return a row of numbers."""
    head = {"run": task, "point": task // 10, "replication": task % 10, "arm": "only", "seed": 1}
    return [{**head, "status": "done", "error": None, **{f"m{i}": task / (i + 1) for i in range(COLUMNS)}}]

"""The work of a sweep: a task's number in, its rows out; a pure function that any process can do."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.frames import last_mean
from simulation.laboratory.sweep.executing import Done

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from simulation.analysis.jobs import Row
    from simulation.analysis.parallel import Runner
    from simulation.laboratory.sweep.plan import Plan
    from simulation.record import Run
    from simulation.scenario.scenario import Scenario

__all__ = ["Work", "seed_of"]

_LONGEST_ERROR = 500
_NOT_WEEKLY = ("profit_at_equal_bonus",)


@dataclass(slots=True, kw_only=True)
class Work:
    """Does the tasks of a plan; called with a task's number, returns one row per arm.

    A run that raises gives failed rows, for all arms of its task, since they are compared with each other; only memory
    that runs out goes on upwards: that says nothing about the run.

    Attributes
    ----------
    plan
        What is to be done.
    runner
        Runs all arms of a replication; `simulation.analysis.run.run_arms` unless given.
    """

    plan: Plan
    runner: Runner | None = None
    _kept: tuple[int, Mapping[str, Scenario]] | None = field(default=None, repr=False, compare=False)
    """The scenarios of the last point: its replications follow each other."""

    def __call__(self, task: int) -> Done:
        point, replication = divmod(task, self.plan.replications)
        seed = seed_of(self.plan, point)
        try:
            runs = self._runner()(self._scenarios(point), seed=seed, replication=replication)
        except MemoryError:
            raise
        except Exception as error:
            return Done(rows=list(self._rows(task, seed=seed, error=_on_one_line(error))))
        return Done(
            rows=list(self._rows(task, seed=seed, runs=runs)),
            weekly=self._weekly(task, runs) if self.plan.weekly else None,
        )

    def _runner(self) -> Runner:
        if self.runner is not None:
            return self.runner
        # Late: it brings mesa and numba, which a reader of stored results does not need.
        from simulation.analysis.run import run_arms

        return run_arms

    def _scenarios(self, point: int) -> Mapping[str, Scenario]:
        kept = self._kept  # taken once: threads may do tasks of other points at the same time
        if kept is None or kept[0] != point:
            kept = self._kept = (point, self.plan.scenarios_at(self.plan.points[point]))
        return kept[1]

    def _rows(self, task: int, *, seed: int, runs: Sequence[Run] = (), error: str | None = None) -> Iterator[Row]:
        plan = self.plan
        point, replication = divmod(task, plan.replications)
        same: Row = {"point": point, "replication": replication}
        factors = {factor.column: value for factor, value in zip(plan.factors, plan.points[point], strict=True)}
        status = "done" if runs else "failed"
        for position, arm in enumerate(plan.arms):
            head: Row = {"run": task * len(plan.arms) + position, **same, "arm": arm, "seed": seed}
            measured = _measured(plan.metrics, runs, position) if runs else dict.fromkeys(plan.metrics, math.nan)
            yield {**head, "status": status, "error": error, **factors, **measured}

    def _weekly(self, task: int, runs: Sequence[Run]) -> pa.Table:
        """Return the weekly table of a task's runs: run, arm, week, and the metrics that are counted by week."""
        import pyarrow as pa

        names = [name for name in self.plan.metrics if name not in _NOT_WEEKLY]
        tables = []
        for position, run in enumerate(runs):
            weeks = len(next(iter(run.weekly.values())))
            nothing = np.full(weeks, math.nan)
            number = np.full(weeks, task * len(runs) + position, dtype=np.int64)
            head = {"run": number, "arm": [run.arm] * weeks, "week": np.arange(weeks, dtype=np.int64)}
            tables.append(pa.table({**head, **{name: run.weekly.get(name, nothing) for name in names}}))
        return pa.concat_tables(tables)

    def __getstate__(self) -> tuple[Any, ...]:
        return (self.plan, self.runner)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.plan, self.runner = state
        self._kept = None


def seed_of(plan: Plan, point: int) -> int:
    """Return the seed of a design point: the sweep's with shared luck, else one of its own, by a draw of its number.

    Special cases
    -------------
    luck shared: the sweep's seed itself, so that a point's runs are those of a comparison of the same scenario.
    """
    if plan.luck == "shared":
        return plan.seed
    from simulation.randomness import key, threefry

    low, high, _ = key(plan.seed, 0)
    # The last word of the key, 0 in a run's draws, keeps this stream apart from all of them.
    one, two, _, _ = threefry(low, high, 0, _SEEDS, point, 0, 0, 0)
    return int(one) | (int(two) & 0x7FFFFFFF) << 32


_SEEDS = 0x5EED


def _measured(metrics: Sequence[str], runs: Sequence[Run], position: int) -> dict[str, float]:
    """Sum up a run in one number per metric: the mean of its last 52 weeks; NaN where nothing was observed.

    `profit_at_equal_bonus` is revenue - cost - the first arm's bonus in the same replication. Its mean and its
    differences between arms are those of a comparison.
    """
    weekly = runs[position].weekly
    found = {name: last_mean(weekly[name]) if name in weekly else math.nan for name in metrics}
    if "profit_at_equal_bonus" in found:
        first = last_mean(runs[0].weekly["bonus"])
        found["profit_at_equal_bonus"] = last_mean(weekly["revenue"]) - last_mean(weekly["cost"]) - first
    return found


def _on_one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    name = type(error).__name__
    return (f"{name}: {text}" if text else name)[:_LONGEST_ERROR]

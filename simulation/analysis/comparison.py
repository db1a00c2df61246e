"""Compare the arms of a scenario: the same customers, the same luck, over replications."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from simulation.analysis.choosing import chosen_arms, loaded_from, overridden
from simulation.analysis.collecting import Look, collect
from simulation.analysis.frames import (
    council_frame,
    customers_frame,
    journey_frame,
    ledger_frame,
    summary_frame,
    weekly_frame,
)
from simulation.analysis.parallel import Engine, Replicate, Runner, default_workers
from simulation.scenario.faults import Fault, ScenarioError, show

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Unpack

    import pandas as pd

    from simulation.analysis.choosing import Source
    from simulation.analysis.collecting import Collected
    from simulation.record import Run
    from simulation.scenario.loading import LoadedScenario
    from simulation.scenario.scenario import Scenario

    Progress = Callable[[int, int], None]

__all__ = ["Comparison", "Look", "Options", "compare", "run"]


class Options(TypedDict, total=False):
    """Options of `run` that mean what they mean in `compare`."""

    replications: int | None
    seed: int | None
    workers: int | None
    population: int | None
    weeks: int | None
    precision: float | None
    engine: Engine
    threads: int
    progress: Callable[[int, int], None] | None
    runner: Runner | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Comparison:
    """What a comparison found, as tidy frames; every interval is a 95 % Student t interval over replications.

    Attributes
    ----------
    name
        Short name of the scenario (its file's name).
    scenario
        The scenario as it was run, without any arm.
    arms
        Arm -> the scenario that it ran; the first arm is the one that the others are compared with.
    arm_titles
        Arm -> title in plain words.
    summary
        metric, label, unit, group, better, arm, mean, low, high, baseline_arm, difference, difference_low,
        difference_high, replications: one row per metric and arm, each run summed up by its last 52 weeks.
    weekly
        arm, replication, week and one column per metric, KPI, `lever.*`, `score.*` and `bonus.*`.
    customers
        Every customer's final state in each arm, replication 0 only.
    journey
        arm, replication, touchpoint, encounters, experience, wait over the last 52 weeks.
    ledger
        arm, replication, touchpoint, due, benefit, pain [experience per 1,000 people a week].
    council
        What councils said and agreed (`simulation.record.COUNCIL_COLUMNS`); empty where none met.
    raw, hash
        The scenario as plain data, overrides included, and the hash of that.
    seed, replications
        The seed, and how many replications stand behind the frames.
    engine
        Which engine ran.
    interrupted
        True: stopped by Ctrl-C; only finished replications are in here.
    precision, looks
        The half-width asked for (None: a fixed number of replications), and every look at the results on the way.
    warnings
        What the reader of the scenario warned of.
    """

    name: str
    scenario: Scenario
    arms: Mapping[str, Scenario]
    arm_titles: Mapping[str, str]
    summary: pd.DataFrame
    weekly: pd.DataFrame
    customers: pd.DataFrame
    journey: pd.DataFrame
    ledger: pd.DataFrame
    council: pd.DataFrame
    raw: Mapping[str, object]
    hash: str
    seed: int
    replications: int
    engine: Engine = "compiled"
    interrupted: bool = False
    precision: float | None = None
    looks: tuple[Look, ...] = ()
    warnings: tuple[Fault, ...] = ()

    @property
    def baseline_arm(self) -> str:
        """The first arm, with which the others are compared."""
        return next(iter(self.arms))

    @property
    def precision_reached(self) -> bool:
        """True when the asked half-width was reached; True, too, when none was asked for."""
        return self.precision is None or (bool(self.looks) and self.looks[-1].half_width <= self.precision)

    def __repr__(self) -> str:
        horizon = self.scenario.horizon
        head = (
            f"Comparison of {self.scenario.title!r}: {len(self.arms)} arm(s) x {self.replications} replication(s) "
            f"x {horizon.weeks} weeks x {horizon.population:,} people, seed {self.seed}"
        )
        end = ", interrupted" if self.interrupted else ""
        lines = [f"  {row}" for row in self._loyalty_lines()]
        return "\n".join([head + end, *lines, "  frames: summary, weekly, customers, journey, ledger"])

    def _loyalty_lines(self) -> list[str]:
        rows = self.summary[self.summary["metric"] == "loyalty"].to_dict("records")
        lines = []
        for row in rows:
            text = f"{row['arm']}: loyalty {row['mean']:.1f}"
            if row["arm"] != row["baseline_arm"]:
                interval = f"[{row['difference_low']:+.1f}, {row['difference_high']:+.1f}]"
                text += f", {row['difference']:+.1f} {interval} against {row['baseline_arm']}"
            lines.append(text)
        return lines

    def _repr_html_(self) -> str:
        wide = self.summary.pivot_table(
            index=["group", "label", "unit"], columns="arm", values=["mean", "difference"], sort=False, dropna=False
        )
        order = [("mean", arm) for arm in self.arms] + [("difference", arm) for arm in list(self.arms)[1:]]
        table = wide.reindex(columns=order).dropna(how="all").to_html(float_format="{:,.2f}".format, na_rep="")
        return f"<p>{html.escape(repr(self).splitlines()[0])}</p>{table}"


def compare(
    scenario: Source,
    *,
    arms: Sequence[str] | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    population: int | None = None,
    weeks: int | None = None,
    precision: float | None = None,
    engine: Engine = "compiled",
    threads: int = 1,
    progress: Progress | None = None,
    runner: Runner | None = None,
) -> Comparison:
    """Run every arm of a scenario on the same customers with the same luck, over replications.

    Parameters
    ----------
    scenario
        A file, the name of a shipped scenario, a dict, or what `load` gave.
    arms
        Arms to run; the first is the one that the others are compared with. None: all, in the file's order.
    replications, seed, population, weeks
        Replace the scenario's horizon, in every arm. None: as in the scenario.
    workers
        Processes; 1 stays in this process. None: one per processor. The results are the same for any number.
    precision
        Go on until the 95 % half-width of the loyalty difference to the first arm is at most this [points of
        0-100] in every arm (of loyalty itself, with a single arm), from `replications` but at least 10 on, to at
        most 1,000. Every look is kept in `looks`. Stopping when the interval is narrow enough makes intervals
        cover a little less often than stated: by simulation with normal values, 94.1 to 96.3 % from 10 or 20
        replications on (10 designs of 1,500 samples, each +- 1.1), but 89.9 to 92.9 % from 2 on.
    engine
        `compiled`, or `plain`: each customer an ordinary Mesa agent; slow, readable, the same numbers.
    threads
        Threads of the compiled engine in each worker.
    progress
        Called with (replications finished, replications planned) at the start and after each.
    runner
        What runs one replication; for tests.

    Returns
    -------
    Comparison
        Flagged `interrupted` when Ctrl-C ended it after at least one replication.

    Raises
    ------
    ScenarioError
        If the scenario, an override or the name of an arm has faults; all of them at once.
    WorkerLost
        If a worker process died.
    KeyboardInterrupt
        If Ctrl-C came before the first replication was finished.

    Notes
    -----
    A script that uses more than one worker calls this under `if __name__ == "__main__":`.

    Examples
    --------
    >>> compare("silo_vs_shared", replications=4, population=500, weeks=52)  # doctest: +SKIP
    """
    _check_positive(workers=workers, threads=threads, precision=precision)
    overrides = {"replications": replications, "seed": seed, "population": population, "weeks": weeks}
    loaded = overridden(loaded_from(scenario), overrides)
    chosen = chosen_arms(loaded, arms)
    horizon = loaded.scenario.horizon
    task = Replicate(
        arms=chosen,
        seed=horizon.seed,
        engine=engine,
        threads=threads,
        runner=_real_runner if runner is None else runner,
    )
    if engine == "compiled" and runner is None:
        from simulation.model.cache import warm_up

        warm_up()  # once, here: else each worker would compile for itself
    collected = collect(
        task,
        replications=horizon.replications,
        precision=precision,
        workers=default_workers() if workers is None else workers,
        progress=progress or (lambda _done, _planned: None),
    )
    return _compared(loaded, chosen, collected, engine=engine, precision=precision)


def run(scenario: Source, *, arm: str | None = None, **options: Unpack[Options]) -> Comparison:
    """Run one arm of a scenario: the named one, or the first; options as in `compare`."""
    loaded = loaded_from(scenario)
    return compare(loaded, arms=[next(iter(loaded.arms)) if arm is None else arm], **options)


def _compared(
    loaded: LoadedScenario,
    arms: dict[str, Scenario],
    collected: Collected,
    *,
    engine: Engine,
    precision: float | None,
) -> Comparison:
    runs = collected.by_arm()
    return Comparison(
        name="scenario" if loaded.path is None else loaded.path.stem,
        scenario=loaded.scenario,
        arms=arms,
        arm_titles={arm: loaded.arm_titles[arm] for arm in arms},
        summary=summary_frame(runs, arms),
        weekly=weekly_frame(runs),
        customers=customers_frame(runs),
        journey=journey_frame(runs, arms),
        ledger=ledger_frame(runs, arms),
        council=council_frame(runs),
        raw=loaded.raw,
        hash=loaded.hash,
        seed=loaded.scenario.horizon.seed,
        replications=len(collected.finished),
        engine=engine,
        interrupted=collected.interrupted,
        precision=precision,
        looks=tuple(collected.looks),
        warnings=tuple(loaded.warnings),
    )


def _check_positive(**options: float | None) -> None:
    faults = [
        Fault(key=name, value=show(value), message=f"{show(value)} is not allowed", allowed="a number above 0")
        for name, value in options.items()
        if value is not None and not value > 0
    ]
    if faults:
        raise ScenarioError(faults)


def _real_runner(
    arms: Mapping[str, Scenario],
    *,
    seed: int,
    replication: int,
    engine: Engine = "compiled",
    threads: int = 1,
    keep_customers: bool = False,
) -> list[Run]:
    # Late: it brings mesa and numba, which a reader of stored results does not need.
    from simulation.analysis.run import run_arms

    return run_arms(
        arms, seed=seed, replication=replication, engine=engine, threads=threads, keep_customers=keep_customers
    )

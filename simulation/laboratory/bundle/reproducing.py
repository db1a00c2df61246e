"""Running a bundle again, and saying whether the same came out: see `simulation.laboratory.bundle.differences`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation._version import __version__
from simulation.analysis.choosing import chosen_arms
from simulation.analysis.collecting import Collected
from simulation.analysis.frames import (
    council_frame,
    customers_frame,
    journey_frame,
    ledger_frame,
    summary_frame,
    weekly_frame,
)
from simulation.analysis.parallel import Crew, Replicate
from simulation.analysis.sources import sources_hash
from simulation.analysis.storage import versions
from simulation.laboratory.bundle.differences import TableVerdict, verdict
from simulation.laboratory.bundle.manifest import PART_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from simulation.analysis.parallel import Runner
    from simulation.laboratory.bundle.reading import Bundle
    from simulation.scenario.loading import LoadedScenario

__all__ = ["Reproduction", "reproduce"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """What came of running a bundle again.

    Attributes
    ----------
    replications, of
        How many were run again, of how many.
    tables
        One verdict per table that was compared.
    skipped
        Tables that can only be compared after all replications.
    versions
        What is not what made the bundle: name, then, now.
    """

    replications: int
    of: int
    tables: Sequence[TableVerdict]
    skipped: Sequence[str]
    versions: Sequence[tuple[str, str, str]]

    @property
    def identical(self) -> bool:
        """True when every table is the same to the bit."""
        return all(table.identical for table in self.tables)

    @property
    def reproduced(self) -> bool:
        """True when nothing but the last digits of sums differs."""
        return all(table.identical or table.rounding for table in self.tables)


def reproduce(
    bundle: Bundle,
    *,
    workers: int,
    only: int | None = None,
    runner: Runner | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Reproduction:
    """Run a bundle again and compare.

    Parameters
    ----------
    bundle
        What `open_bundle` gave.
    workers
        Processes; 1 stays in this one.
    only
        The first so many replications only; None: all.
    runner
        What runs one replication; for tests.
    progress
        Called with (done, planned).

    Raises
    ------
    ScenarioError
        If the plan of a sweep has faults.
    WorkerLost
        If a worker process died.
    """
    told = bundle.manifest
    numbers = told.replications[:only]
    say = progress or (lambda _done, _planned: None)
    if bundle.scenario is not None:
        tables = _compared_again(bundle, bundle.scenario, numbers, workers=workers, runner=runner, progress=say)
        scenario_hash = bundle.scenario.hash
    else:
        from simulation.laboratory.bundle.sweep_bundle import hash_of, swept_again

        tables = swept_again(bundle, len(numbers), workers=workers, runner=runner, progress=say)
        scenario_hash = hash_of(bundle)
    every = len(numbers) == len(told.replications)
    chosen = {name: of for name, of in told.tables.items() if every or PART_KEYS[name]}
    return Reproduction(
        replications=len(numbers),
        of=len(told.replications),
        tables=[verdict(bundle, name, of, tables.get(name), every=every) for name, of in chosen.items()],
        skipped=[name for name in told.tables if name not in chosen],
        versions=list(_versions(bundle, scenario_hash)),
    )


def _compared_again(
    bundle: Bundle,
    loaded: LoadedScenario,
    numbers: Sequence[int],
    *,
    workers: int,
    runner: Runner | None,
    progress: Callable[[int, int], None],
) -> dict[str, pd.DataFrame]:
    """Run a comparison's replications and make its tables as `compare` does."""
    from simulation.analysis.run import run_arms

    arms = chosen_arms(loaded, bundle.manifest.arms)
    seed, engine = loaded.scenario.horizon.seed, bundle.manifest.engine
    task = Replicate(arms=arms, seed=seed, engine=engine, threads=1, runner=runner or run_arms)
    collected = Collected()
    progress(0, len(numbers))
    with Crew(task, workers=min(workers, len(numbers))) as crew:
        for number, runs in crew.each(numbers):
            collected.finished[number] = runs
            progress(len(collected.finished), len(numbers))
    by_arm = collected.by_arm()
    return {
        "weekly": weekly_frame(by_arm),
        "journey": journey_frame(by_arm, arms),
        "ledger": ledger_frame(by_arm, arms),
        "council": council_frame(by_arm),
        "customers": customers_frame(by_arm),
        "summary": summary_frame(by_arm, arms),
    }


def _versions(bundle: Bundle, scenario_hash: str) -> Iterator[tuple[str, str, str]]:
    """Yield what differs between what made the bundle and what is here."""
    told = bundle.manifest
    then = {"silosim": told.silosim, "silosim's sources": told.sources_hash[:12], **told.versions}
    now = {"silosim": __version__, "silosim's sources": sources_hash()[:12], **versions()}
    then["the scenario's meaning"], now["the scenario's meaning"] = told.scenario_hash[:12], scenario_hash[:12]
    for name, old in then.items():
        if now.get(name, "not installed") != old:
            yield name, old, now.get(name, "not installed")

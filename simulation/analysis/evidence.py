"""What emerges and what does not: the patterns of all studies from three starting policies and on the null firms.

Each cell (study, firm, start) is run over replications; a pattern's estimate has its n and 95 % interval. For the firm with
random spill-overs
every replication draws its own signs, so the interval is over firms, not over luck in one firm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from simulation.analysis.best_policy import company_best
from simulation.analysis.folder import PROVENANCE
from simulation.analysis.intervals import FEWEST_TO_TELL, Interval, mean_interval
from simulation.analysis.null_firms import NULL_FIRMS
from simulation.analysis.parallel import in_order
from simulation.analysis.run import run_arms
from simulation.analysis.studies import FIRMS, STUDIES, patterns_by_name
from simulation.scenario.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from simulation.analysis.patterns import Pattern
    from simulation.analysis.sources import Stamp
    from simulation.record import Run
    from simulation.scenario.scenario import Scenario

__all__ = ["FIRMS", "STARTS", "Cell", "arms_of", "measure_cells", "share_holding", "verdict"]

Start = Literal["midpoint", "company_best", "random"]
STARTS: tuple[Start, ...] = ("midpoint", "company_best", "random")
SCENARIO = "silo_vs_shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One study (by name) in one firm from one starting policy."""

    study: str
    firm: str
    start: Start


def arms_of(cell: Cell, replication: int, best: Mapping[str, float], horizon: Mapping[str, int]) -> dict[str, Scenario]:
    """Return the arms of a cell for one replication."""
    study = STUDIES[cell.study]
    loaded = load(study.scenario)
    given = {name: _of_cell(scenario, cell, replication, best, horizon) for name, scenario in loaded.arms.items()}
    return study.arms(given)


def _of_cell(
    scenario: Scenario, cell: Cell, replication: int, best: Mapping[str, float], horizon: Mapping[str, int]
) -> Scenario:
    if cell.firm in NULL_FIRMS:
        scenario = NULL_FIRMS[cell.firm](scenario, replication)
    policy = dict(best) if cell.start == "company_best" else {}
    learning = scenario.learning.model_copy(update={"start": cell.start, "start_policy": policy})
    sized = scenario.horizon.model_copy(update=dict(horizon))
    return scenario.model_copy(update={"learning": learning, "horizon": sized})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    """Measures replication r of cell c when called with c x replications + r; made for workers."""

    cells: tuple[Cell, ...]
    replications: int
    best: Mapping[str, Mapping[str, float]]
    horizon: Mapping[str, int]
    seed: int

    def __call__(self, number: int) -> dict[str, float]:
        cell, replication = self.cells[number // self.replications], number % self.replications
        best = self.best[cell.firm] if cell.start == "company_best" else {}
        arms = arms_of(cell, replication, best, self.horizon)
        runs: dict[str, Run] = {r.arm: r for r in run_arms(arms, seed=self.seed, replication=replication)}
        return {pattern.name: pattern.measure(runs) for pattern in STUDIES[cell.study].patterns}


@dataclass(frozen=True, slots=True, kw_only=True)
class _BestStart:
    """Searches the company-best policy of a firm when called with its number; made for workers."""

    firms: tuple[str, ...]
    horizon: Mapping[str, int]
    seed: int

    def __call__(self, number: int) -> dict[str, float]:
        firm, scenario = self.firms[number], load(SCENARIO).arms["siloed"]
        if firm in NULL_FIRMS:  # one policy for all draws of signs: that of the first
            scenario = NULL_FIRMS[firm](scenario, 0)
        population = self.horizon.get("population", scenario.horizon.population)
        sized = scenario.horizon.model_copy(update={"population": population})
        return company_best(scenario.model_copy(update={"horizon": sized}), seed=self.seed + 1)


def measure_cells(
    *,
    replications: int = 20,
    workers: int = 1,
    seed: int = 1,
    horizon: Mapping[str, int] | None = None,
    studies: Iterable[str] = tuple(STUDIES),
    firms: Iterable[str] = FIRMS,
    starts: Iterable[Start] = STARTS,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Return one row per study, firm, start, pattern and replication: its measure.

    Parameters
    ----------
    replications
        n of each cell.
    workers
        Processes; the result does not depend on it.
    horizon
        Other values of the scenario's horizon (population, weeks, burn_in).
    progress
        Called with (replications done, planned), over all cells.
    """
    from simulation.model.cache import warm_up

    warm_up()
    sizes, firms, starts = dict(horizon or {}), tuple(firms), tuple(starts)
    cells = tuple(
        Cell(study=study, firm=firm, start=start)
        for study in studies
        for firm in firms
        if firm in STUDIES[study].firms
        for start in starts
    )
    searched = tuple(sorted({cell.firm for cell in cells if cell.start == "company_best"}))
    found = in_order(_BestStart(firms=searched, horizon=sizes, seed=seed), len(searched), workers=workers)
    measure = _Measure(
        cells=cells, replications=replications, best=dict(zip(searched, found, strict=True)), horizon=sizes, seed=seed
    )
    measured = in_order(measure, len(cells) * replications, workers=workers, progress=progress)
    rows = [
        (*_place(cells[number // replications]), name, number % replications, value)
        for number, measures in enumerate(measured)
        for name, value in measures.items()
    ]
    return pd.DataFrame(rows, columns=["study", "firm", "start", "pattern", "replication", "value"])


def _place(cell: Cell) -> tuple[str, str, str]:
    return cell.study, cell.firm, cell.start


def verdict(pattern: Pattern, interval: Interval) -> str:
    """Return what the interval says of a pattern: `holds`, `does not hold`, `cannot be told`, or `-` (no expectation).

    For an expected "0", an interval that covers zero is `no effect seen`; n decides how much that says.
    """
    if pattern.expected == "":
        return "-"
    if interval.n < FEWEST_TO_TELL:
        return "too few to tell"
    if interval.covers_zero or interval.low == interval.high == 0.0:
        return "no effect seen" if pattern.expected == "0" else "cannot be told"
    if pattern.expected == "0":
        return "an effect"
    return "holds" if (interval.mean > 0) == (pattern.expected == "+") else "does not hold"


def share_holding(measures: pd.DataFrame) -> pd.DataFrame:
    """Return the report: one row per pattern, firm and start with n, mean, interval, share of replications and verdict."""
    rows = []
    by_name = patterns_by_name()
    for (study, firm, start, name), part in measures.groupby(["study", "firm", "start", "pattern"], sort=False):
        pattern, values = (
            by_name[str(name)],
            part["value"].dropna().to_numpy(),
        )  # none where there was nothing to measure
        interval = mean_interval(values)
        sign = {"+": 1.0, "-": -1.0}.get(pattern.expected)
        share = float((values * sign > 0.0).mean()) if sign is not None and len(values) else float("nan")
        rows.append(
            (study, name, pattern.says, firm, start, len(values), pattern.unit, pattern.expected, interval.mean, interval.low,
             interval.high, share, verdict(pattern, interval), pattern.source)
        )  # fmt: skip
    return pd.DataFrame(
        rows,
        columns=["study", "pattern", "says", "firm", "start", "n", "unit", "expected", "mean", "low", "high", "share", "verdict",
                 "source"],
    )  # fmt: skip


def write(
    report: pd.DataFrame,
    measures: pd.DataFrame,
    facts: pd.DataFrame,
    folder: Path,
    *,
    settings: Mapping[str, object],
    made_by: Stamp,
) -> None:
    """Write `patterns.csv`, `measures.csv`, `facts.csv` and `provenance.json` into a folder.

    `made_by` is the stamp of the sources when the runs began.
    """
    report.to_csv(folder / "patterns.csv", index=False, float_format="%.6g", lineterminator="\n")
    measures.to_csv(folder / "measures.csv", index=False, float_format="%.6g", lineterminator="\n")
    facts.to_csv(folder / "facts.csv", index=False, float_format="%.6g", lineterminator="\n")
    made_by.write(folder / PROVENANCE, settings)

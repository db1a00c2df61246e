"""The alignment map: for each department, the angle between what its KPI rewards and what moves the company's value.

Both are gradients over the department's own levers: by how much its own KPIs' score, and the value, change per unit of lever.
0 degrees: what is good for the KPI is good for the value. 90: it does nothing for it. 180: it is bad for it. Derivatives are
central differences with the same customers and luck on both sides, all other levers held:

    (f(x + h e_l) - f(x - h e_l)) / 2h, with x + h cut at 1 and x - h at 0, and divided by what is left between them.

Units: levers run from 0 to 1, and one unit of one counts as much as one of another; the angle does not depend on the units of
score and value. Effort is left out: it is the department's own, neither KPI nor value. Held for the whole horizon, figures are
those of the last 52 weeks (or of all), when slow effects have had their time.

Source
------
Baker (2002), Journal of Human Resources 37: what a measure distorts is the angle between its gradient and that of the value.
Common random numbers: Law (2015), section 11.2. Step: our assumption, the learning step that departments themselves try.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.intervals import mean_interval, rules_out_zero
from simulation.laboratory.alignment.angle import angle_of_means
from simulation.laboratory.piecework import finished, whole_replications
from simulation.record import Column
from simulation.scenario.faults import Fault, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from simulation.analysis.jobs import Row
    from simulation.laboratory.alignment.angle import Angle
    from simulation.laboratory.alignment.probes import Probe

__all__ = ["COLUMNS", "LEVER_COLUMNS", "STEP", "Alignment", "align", "runs_of"]

STEP = 0.1
"""Default step of the differences, in lever units."""

_COLUMNS = (
    Column(name="department", label="Department", unit="", meaning="The department's name in the scenario."),
    Column(name="angle", label="Angle", unit="degrees", low=0, high=180,
           meaning="Between what its own KPIs' score and what the value changes by per unit of its levers."),
    Column(name="low", label="Low", unit="degrees", low=0, high=180, meaning="Lower end of the 95 % interval."),
    Column(name="high", label="High", unit="degrees", low=0, high=180, meaning="Upper end of the 95 % interval."),
    Column(name="verdict", label="Verdict", unit="",
           meaning="with: below 90. against: above 90. unclear: the interval holds 90. no_kpi, no_value: its levers move the KPI, "
                   "or the value, by nothing that can be told from zero. no_levers: there is none that it may move."),
    Column(name="levers", label="Levers", unit="count", meaning="Levers that it may move."),
    Column(name="n", label="n", unit="replications", meaning="Replications behind the row."),
)  # fmt: skip
COLUMNS: dict[str, Column] = {column.name: column for column in _COLUMNS}
"""Columns of `alignment.csv`."""
_LEVER_COLUMNS = (
    COLUMNS["department"],
    Column(name="lever", label="Lever", unit="", meaning="The lever, `department.lever`."),
    Column(name="kpi", label="KPI", unit="points per unit of lever", meaning="Change of the department's own score."),
    Column(name="value", label="Value", unit="unit of the value per unit of lever", meaning="Change of the value."),
    Column(name="pull", label="Pull", unit="",
           meaning="same: both go the same way. opposite: the KPI rewards what lowers the value. Empty: not to be told."),
    COLUMNS["n"],
)  # fmt: skip
LEVER_COLUMNS: dict[str, Column] = {column.name: column for column in _LEVER_COLUMNS}
"""Columns of `alignment_levers.csv`; kpi and value are each followed by their 95 % interval (_low, _high)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Angles by department, and the derivatives behind them by lever; columns: see `COLUMNS` and `LEVER_COLUMNS`.

    `replications` are those finished; `interrupted`: Ctrl-C came before the last.
    """

    angles: pd.DataFrame
    levers: pd.DataFrame
    replications: int
    interrupted: bool


def align(
    probe: Probe,
    *,
    replications: int,
    step: float = STEP,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Alignment:
    """Measure the alignment of every department.

    Parameters
    ----------
    probe
        Tells what settings bring.
    replications
        Number of replications; a gradient is told from zero from 3 on (from 6 on where all are alike).
    step
        Half the difference between the two sides, in lever units (0 to 0.5].
    seed
        Of the bootstrap behind intervals.
    workers, progress
        As elsewhere; progress counts runs.

    Raises
    ------
    ScenarioError
        If no department has a lever that it may move.
    KeyboardInterrupt
        If Ctrl-C came before the first replication was finished; later, what is finished is returned.
    """
    import pandas as pd

    pieces = [
        (replication, department)
        for replication in range(replications)
        for department, levers in probe.levers.items()
        if levers
    ]
    if not pieces:
        raise ScenarioError([Fault("no department has a lever that it may move: there is nothing to align")])
    sizes = [_runs(len(probe.levers[department])) for _, department in pieces]
    task = partial(_piece, probe, tuple(pieces), step)
    done, interrupted = finished(task, sizes, workers=workers, progress=progress)
    whole = whole_replications([replication for replication, _ in pieces], done)
    angles: list[Row] = []
    by_lever: list[Row] = []
    for department, levers in probe.levers.items():
        kpi, value = (_table(whole, levers, name) for name in ("kpi", "value"))
        angles.append(_angle_row(department, angle_of_means(kpi, value, seed=seed), len(levers)))
        by_lever += [_lever_row(department, lever, kpi[:, at], value[:, at]) for at, lever in enumerate(levers)]
    return Alignment(
        angles=pd.DataFrame(angles, columns=list(COLUMNS)),
        levers=pd.DataFrame(by_lever, columns=_with_intervals(LEVER_COLUMNS)),
        replications=len(whole),
        interrupted=interrupted,
    )


def runs_of(probe: Probe, replications: int) -> int:
    """Return how many runs it takes: two for each lever, and one for each department's policy, in each replication."""
    return replications * sum(_runs(len(levers)) for levers in probe.levers.values() if levers)


def _runs(levers: int) -> int:
    return 2 * levers + 1


def _piece(probe: Probe, pieces: Sequence[tuple[int, str]], step: float, number: int) -> list[Row]:
    replication, department = pieces[number]
    return _derivatives(probe, department, replication, step)


def _derivatives(probe: Probe, department: str, replication: int, step: float) -> list[Row]:
    """Return the derivatives of a department's score and of the value by each of its levers, in one replication."""
    policy = probe.policy(replication)
    rows: list[Row] = []
    for lever in probe.levers[department]:
        up, down = min(policy[lever] + step, 1.0), max(policy[lever] - step, 0.0)
        above = probe.measure({**policy, lever: up}, replication, department)
        below = probe.measure({**policy, lever: down}, replication, department)
        kpi, value = ((a - b) / (up - down) for a, b in zip(above, below, strict=True))
        rows.append({"lever": lever, "kpi": kpi, "value": value})
    return rows


def _table(whole: Mapping[int, list[list[Row]]], levers: Sequence[str], name: str) -> NDArray[np.float64]:
    """Return derivatives [replication, lever]."""
    found = [{row["lever"]: row[name] for rows in pieces for row in rows} for pieces in whole.values()]
    return np.array([[each[lever] for lever in levers] for each in found]).reshape(len(whole), len(levers))


def _angle_row(department: str, angle: Angle, levers: int) -> Row:
    if not levers:
        verdict = "no_levers"
    elif not angle.first_told:
        verdict = "no_kpi"
    elif not angle.second_told:
        verdict = "no_value"
    else:
        verdict = "with" if angle.high < 90.0 else "against" if angle.low > 90.0 else "unclear"
    return {
        "department": department, "angle": angle.degrees, "low": angle.low, "high": angle.high, "verdict": verdict,
        "levers": levers, "n": angle.n,
    }  # fmt: skip


def _lever_row(department: str, lever: str, kpi: NDArray[np.float64], value: NDArray[np.float64]) -> Row:
    row: Row = {"department": department, "lever": lever}
    signs = []
    for name, column in (("kpi", kpi), ("value", value)):
        found = mean_interval(column)
        row |= {name: found.mean, f"{name}_low": found.low, f"{name}_high": found.high}
        signs.append(np.sign(found.mean) if rules_out_zero(found.low, found.high, n=found.n) else 0.0)
    pull = {1.0: "same", -1.0: "opposite"}.get(float(signs[0] * signs[1]), "")
    return {**row, "pull": pull, "n": len(kpi)}


def _with_intervals(columns: dict[str, Column]) -> list[str]:
    return [
        each
        for name in columns
        for each in ((name, f"{name}_low", f"{name}_high") if name in ("kpi", "value") else (name,))
    ]

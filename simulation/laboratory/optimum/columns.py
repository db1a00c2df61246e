"""Columns of what `silosim optimum` writes: each declared once, with unit and meaning."""

from __future__ import annotations

from simulation.record import Column

__all__ = ["OPTIMUM_COLUMNS"]

_SHARE, _POINTS = "0-1", "points of bonus: 0 at par, 1 the full bonus"


def _interval(name: str, unit: str, meaning: str) -> tuple[Column, ...]:
    return (
        Column(name=name, label=name, unit=unit, meaning=meaning),
        Column(name=f"{name}_low", label=name, unit=unit, meaning=f"Lower bound of the 95 % interval of `{name}`."),
        Column(name=f"{name}_high", label=name, unit=unit, meaning=f"Upper bound of the 95 % interval of `{name}`."),
    )


def _column(name: str, meaning: str, unit: str = "") -> Column:
    return Column(name=name, label=name, unit=unit, meaning=meaning)


_COLUMNS = (
    _column("arm", "Arm of the scenario; empty in the owner's searches, which serve all arms of one world."),
    _column("department", "The department; in searches.csv the one that could gain most by leaving the equilibrium."),
    _column("lever", "department.lever"),
    _column("label", "In plain words."),
    _column("low_end", "What setting 0 means."),
    _column("high_end", "What setting 1 means."),
    _column("owner_chooses", "Whether the owner was free to set the lever."),
    _column("department_chooses", "Whether the department was free to set it in this arm."),
    _column("start", "Setting under the starting policy; in the other tables: the name of the search's start.", _SHARE),
    _column("owner", "Setting under the owner's best policy found.", _SHARE),
    _column("equilibrium", "Setting in the departments' equilibrium found: of several, that which the owner would like least.", _SHARE),
    *_interval("learned", _SHARE, "Mean setting in the last year of the arm's learning departments, over fresh replications; bounds cut at 0 and 1."),
    _column("policy", "start, equilibrium, learned or owner; each held for good."),
    _column("measure", "Name of the measure; `objective` is the weighted sum asked for."),
    _column("unit", "Unit of mean, low, high and lead."),
    _column("mean", "Mean over fresh replications.", "see `unit`"),
    _column("low", "Lower bound of its 95 % interval.", "see `unit`"),
    _column("high", "Upper bound of its 95 % interval.", "see `unit`"),
    *_interval("lead", "see `unit`", "By how much the owner's best is worth more, paired by replication."),
    *_interval("ratio", "times", "How many times as much the owner's best is worth (Fieller); empty where the policy's own mean is not above 0. For the policy `equilibrium`: the price of silos."),
    *_interval("position", "0-1", "Where the policy stands between the equilibrium (0) and the owner's best (1) (Fieller); empty where the owner leads by nothing."),
    _column("replications", "Fresh replications behind the row."),
    _column("search", "owner or equilibrium."),
    _column("asked", "Settings asked about so far, each on all training replications; those seen before count."),
    _column("ending", "owner: baseline or ended; equilibrium: rest, circle, budget or stopped."),
    _column("rounds", "Steps of the owner's search, or rounds in which every department had its turn."),
    _column("training", "The objective where the search ended, less that at the starting policy, on the luck it was searched on.", "unit of the objective"),
    *_interval("fresh", "unit of the objective", "The same on luck that no search has seen."),
    _column("furthest_lever", "Largest difference of a lever to the best of the owner's searches, or to the equilibrium reported.", _SHARE),
    *_interval("gain", _POINTS, "Epsilon: the most that any one department was found to gain by leaving the equilibrium, looked for on half of the fresh luck and judged on the other half; interval widened for the choice among departments (Bonferroni)."),
    _column("judged", "Replications behind `gain`, none of which any search has seen."),
    _column("step", "Number of the step or turn."),
    _column("looked_far", "Whether the department looked over its whole range."),
    _column("value", "owner: the objective so far, on training luck; equilibrium: the department's gain by its best response [points]."),
    _column("moved", "Largest change of one of the department's levers.", _SHARE),
)  # fmt: skip

OPTIMUM_COLUMNS: dict[str, Column] = {column.name: column for column in _COLUMNS}
"""Columns of all tables by name."""

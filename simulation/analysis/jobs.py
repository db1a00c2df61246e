"""Studies of many small runs: jobs spread over processes, and their rows summed up with intervals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.intervals import mean_interval
from simulation.analysis.parallel import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd

__all__ = ["Job", "Row", "spread", "summed"]

Row = dict[str, Any]
if TYPE_CHECKING:
    Job = Callable[[], list[Row]]


def spread(jobs: Iterable[Job], *, workers: int, progress: Callable[[int, int], None] | None) -> list[Row]:
    """Return the rows of all jobs, in the order of the jobs, whoever does them."""
    todo = tuple(jobs)
    rows = in_order(partial(_do, todo), len(todo), workers=workers, progress=progress)
    return [row for each in rows for row in each]


def _do(jobs: Sequence[Job], number: int) -> list[Row]:
    return jobs[number]()


def summed(rows: Sequence[Row], keys: list[str], measures: list[str]) -> pd.DataFrame:
    """Return one line for each combination of keys: mean, low and high of each measure (95 %, Student), and n."""
    import pandas as pd

    lines = []
    for at, group in pd.DataFrame(rows).groupby(keys, sort=False):
        line: Row = dict(zip(keys, at, strict=True))
        for measure in measures:
            interval = mean_interval(group[measure].to_numpy(dtype=np.float64))
            line |= {measure: interval.mean, f"{measure}_low": interval.low, f"{measure}_high": interval.high}
        lines.append({**line, "n": len(group)})
    return pd.DataFrame(lines)

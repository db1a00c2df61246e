"""What councils did in each arm, counted from their minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.record import Column
from simulation.views.report.numbers import line_of, rows_from, tables_of

if TYPE_CHECKING:
    from simulation.analysis.comparison import Comparison
    from simulation.views.report.numbers import Table

__all__ = ["councils"]

_COUNTS = {
    "agreed_": ("Actions agreed", "Statements of the minutes by which a department agrees to act."),
    "resisted_": (
        "Actions resisted",
        "A department refuses: acting would cost it more than it is held to account for.",
    ),
    "escalated_": ("Actions escalated", "Put to the strategic council, where there is one."),
}
"""Beginning of the kind of a statement -> what is counted."""


def councils(compared: Comparison) -> list[Table]:
    """Counts over a whole run by arm; nothing where no council met."""
    if not len(compared.council):
        return []
    lines = []
    for begins, (label, meaning) in _COUNTS.items():
        column = Column(name=begins, label=label, unit="a run", meaning=meaning)
        said = compared.council.loc[compared.council["kind"].str.startswith(begins), ["arm", "replication", "item"]]
        count = said.drop_duplicates().groupby(["arm", "replication"]).size()
        runs = sorted(compared.weekly["replication"].unique())
        values = {arm: np.array([float(count.get((arm, run), 0)) for run in runs]) for arm in compared.arm_titles}
        lines.append(line_of(compared, rows_from(column, values), meaning=meaning))
    return tables_of(compared, lines, caption="What councils did")

"""From which angle on does a shared pool beat silos? `python experiments/theory/thresholds.py` writes the table and the picture.

Every point is where the very organization of the model goes under best response, not a formula; the published figures are lines in
the table, `theory_exact.csv`.
"""

from __future__ import annotations

import os
from math import cos, radians
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.lines import Line2D

from simulation.analysis.sources import Stamp
from simulation.analysis.theory_study import crossing_angle, reached
from simulation.views.style import INK, MUTED, arm_style, look, page, save

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HERE = Path(os.path.relpath(Path(__file__).parent)) / "thresholds"
ANGLES = tuple(range(0, 90, 3))
POOLS = (2, 7, 10)
SILOS = {"Own KPI, bonus 1": False, "Own KPI, the best bonus (Baker 2002)": True}
"""What silos are paid by: the bonus on the own KPI at 1, or as high as is best at that angle."""


def table() -> pd.DataFrame:
    """Return efficiency by angle for silos, for each split pool, and where they cross."""
    rows = []
    for pay, optimised in SILOS.items():
        for angle in ANGLES:
            bonus = cos(radians(angle)) if optimised else 1.0
            rows.append(("efficiency", pay, 7, float(angle), reached(departments=7, angle=angle, bonus=bonus)))
        for departments in POOLS:
            angle = crossing_angle(departments, optimised=optimised)
            pool = reached(departments=departments, angle=angle, weight=1.0, split=True)
            rows.append(("crossing", pay, departments, angle, pool))
    return pd.DataFrame(rows, columns=["what", "pay", "departments", "angle", "efficiency"])


def picture(found: pd.DataFrame) -> Figure:
    """Draw silos over the angle, the pools as level lines, and the angles at which they cross."""
    handles = [Line2D([], [], color=INK, linewidth=3, label="Silos"), *(
        Line2D([], [], color=arm_style(at + 1).colour, linestyle=arm_style(at + 1).line, linewidth=2.5,
               label=f"Whole value in a pool split among {departments}") for at, departments in enumerate(POOLS))]  # fmt: skip
    figure = page(
        title="Own KPIs must point well away from the company's value before a divided pool does better, "
        "the further the more divide it",
        note="Efficiency: surplus as a share of the highest there is. Linear world, best response; every point and crossing is "
        "where the model's own organization goes. Published: Baker 2002, Holmstrom 1982.",
        handles=handles,
    )
    for axes, pay in zip(figure.subplots(1, 2, sharey=True), SILOS, strict=True):
        _panel(axes, found[found["pay"] == pay], pay)
    return figure


def _panel(axes: Axes, part: pd.DataFrame, pay: str) -> None:
    silos = part[part["what"] == "efficiency"]
    axes.plot(silos["angle"], silos["efficiency"], color=INK, linewidth=3)
    for at, row in enumerate(part[part["what"] == "crossing"].itertuples()):
        look_of = arm_style(at + 1)
        axes.axhline(row.efficiency, color=look_of.colour, linestyle=look_of.line, linewidth=2.5)
        axes.plot([row.angle], [row.efficiency], marker="o", markersize=10, color=look_of.colour)
        last = row.departments == max(POOLS)  # its words would stand in the line above
        axes.annotate(f"{row.angle:.1f}°", (row.angle, row.efficiency), (-10, -24) if last else (8, 8),
                      textcoords="offset points", ha="right" if last else "left", color=INK)  # fmt: skip
    axes.axhline(0, color=MUTED, linewidth=1)
    axes.set(title=pay, xlabel="angle between own KPI and value [degrees]", xlim=(0, 90), ylim=(-0.5, 1.05))
    axes.set_xticks(range(0, 91, 15))
    if pay == next(iter(SILOS)):
        axes.set_ylabel("efficiency")


def main() -> None:
    """Keep the table and the picture."""
    made_by = Stamp.of("simulation.analysis.theory_study")
    found = table()
    HERE.mkdir(exist_ok=True)
    found.to_csv(HERE / "thresholds.csv", index=False, float_format="%.7g", lineterminator="\n")
    with look():
        save(picture(found), HERE, "thresholds")
    made_by.write(HERE / "provenance.json", {})


if __name__ == "__main__":
    main()

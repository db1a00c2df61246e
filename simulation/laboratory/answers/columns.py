"""The tables that answers from a sweep leave: every column with its unit and meaning, declared once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.record import Column

if TYPE_CHECKING:
    import pandas as pd

    from simulation.laboratory.answers.swept import Asked

__all__ = ["ANSWER_COLUMNS", "labelled"]

_OF = "outcome's unit"
_COLUMNS = (
    Column(name="outcome", label="Outcome", unit="", meaning="Metric or KPI that was asked for."),
    Column(name="arm", label="Arm", unit="", meaning="The arm asked for."),
    Column(name="against", label="Against", unit="", meaning="The arm that its outcome is compared with; empty: its own outcome."),
    # sensitivity
    Column(name="factor", label="Factor", unit="", meaning="Factor of the sweep."),
    Column(name="other", label="Other factor", unit="", meaning="Of second order: the factor that it works together with. On a map: the factor that stands still."),
    Column(name="index", label="Index", unit="", meaning="first, total, second: Sobol' indices, shares of the variance. mu_star, sigma, mu: mean size, spread and mean of Morris' effects, in the outcome's unit over the factor's range."),
    Column(name="value", label="Value", unit="", meaning="The index."),
    Column(name="low", label="Low", unit="", meaning="Lower end of the 95 % interval. Of a box: the least that it allows."),
    Column(name="high", label="High", unit="", meaning="Upper end of the 95 % interval. Of a box: the most that it allows."),
    Column(name="without_noise", label="Without noise", unit="share of variance", meaning="The index freed from luck that is independent from point to point; empty where that cannot be told, or luck is above 90 % of the variance."),
    Column(name="base", label="Base", unit="factor's unit", meaning="Level of the factor while others vary."),
    Column(name="level", label="Level", unit="factor's unit", meaning="Level that it is moved to."),
    Column(name="change", label="Change", unit=_OF, meaning="Mean change from the base, paired by replication."),
    Column(name="n", label="Replications", unit="count", low=0, meaning="Replications behind the row."),
    # map
    Column(name="x", label="Across", unit="factor's unit", meaning="Level of the factor across."),
    Column(name="y", label="Up", unit="factor's unit", meaning="Level of the factor up."),
    Column(name="difference", label="Difference", unit=_OF, meaning="Mean of arm - against, paired by replication."),
    Column(name="alone", label="By its interval", unit="", meaning="wins, loses or cannot be told apart, by the row's own interval."),
    Column(name="verdict", label="Verdict", unit="", meaning="The same at a false discovery rate of 5 % over the whole map."),
    Column(name="p", label="p", unit="", low=0, high=1, meaning="Two-sided p value of the difference (Student). Of a box: one-sided, of Fisher's exact test, inside against outside."),
    Column(name="p_adjusted", label="Adjusted p", unit="", low=0, high=1, meaning="p adjusted for the number of cells (Benjamini & Hochberg)."),
    Column(name="needed", label="Needed", unit="replications", low=2, meaning="Replications that would tell a difference of this size in four of five studies; empty where it is told, is zero, or 10,000 are too few."),
    Column(name="along", label="Along", unit="", meaning="Factor along which the mean difference changes its sign."),
    Column(name="other_level", label="At", unit="factor's unit", meaning="Level of the other factor."),
    Column(name="level_from", label="From", unit="factor's unit", meaning="Level before the change of sign."),
    Column(name="level_to", label="To", unit="factor's unit", meaning="Level after it."),
    Column(name="turns_at", label="Turns at", unit="factor's unit", meaning="Where a straight line between the two is zero; empty between words."),
    Column(name="into", label="Into", unit="", meaning="wins or loses: what it turns to."),
    Column(name="clear", label="Clear", unit="", meaning="Whether the cells at both ends are told apart from zero."),
    # boxes
    Column(name="box", label="Box", unit="count", low=1, meaning="Number of the box, in the order of being found."),
    Column(name="stands", label="Stands", unit="", meaning="Whether it stood the check on the points held out."),
    Column(name="words", label="Words", unit="", meaning="Of a factor with words: those that the box allows."),
    Column(name="quasi_p", label="Quasi-p", unit="", low=0, high=1, meaning="How likely a box so dense were if this limit did nothing (Bryant & Lempert 2010)."),
    Column(name="half", label="Half", unit="", meaning="searched: where the box was found; held out: where it was checked."),
    Column(name="points", label="Points", unit="count", low=0, meaning="Design points in this half that no earlier box holds."),
    Column(name="of_interest", label="Of interest", unit="count", low=0, meaning="Those of them where it pays."),
    Column(name="inside", label="Inside", unit="count", low=0, meaning="Points inside the box."),
    Column(name="hits", label="Hits", unit="count", low=0, meaning="Those of them where it pays."),
    Column(name="coverage", label="Coverage", unit="share", low=0, high=1, meaning="hits / of_interest."),
    Column(name="density", label="Density", unit="share", low=0, high=1, meaning="hits / inside."),
    Column(name="density_low", label="Density, low", unit="share", low=0, high=1, meaning="Lower end of its exact 95 % interval."),
    Column(name="density_high", label="Density, high", unit="share", low=0, high=1, meaning="Upper end of it."),
)  # fmt: skip
ANSWER_COLUMNS: dict[str, Column] = {column.name: column for column in _COLUMNS}
"""Columns of sensitivity.csv, map.csv, turns.csv, boxes.csv and checks.csv by name."""


def labelled(asked: Asked, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with what was asked for in front."""
    told = table.copy()
    for place, (name, value) in enumerate(
        {"outcome": asked.column.name, "arm": asked.arm, "against": asked.against or ""}.items()
    ):
        told.insert(place, name, value)
    return told

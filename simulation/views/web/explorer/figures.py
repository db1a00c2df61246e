"""What a page shows of a comparison, as plain data: sentences, lines of figures, courses by week, who felt and who caused.

Every figure and word is the report's own: nothing is worked out here.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.frames import columns_of
from simulation.analysis.intervals import mean_interval
from simulation.views.ledger_sums import UNIT
from simulation.views.report.answer import answer
from simulation.views.report.numbers import line_of, rows_of, true_minus
from simulation.views.report.weeks import course
from simulation.views.report.why import matrices
from simulation.views.series import closing_weeks, last_weeks, run_means
from simulation.views.watermelon import watermelon_sentence
from simulation.views.words import amount, amount_with_sign, interval_words

if TYPE_CHECKING:
    import pandas as pd

    from simulation.analysis.comparison import Comparison

__all__ = ["COURSES", "figures"]

COURSES = ("loyalty", "nps", "profit")
"""Drawn by week."""
_LINES = (
    *("loyalty", "nps", "retention", "complaints", "open_problems", "repeat_purchases"),
    *("profit", "bonus", "profit_at_equal_bonus"),
)
"""Told as figures, with the difference of every other arm to the first."""


def figures(compared: Comparison) -> dict[str, Any]:
    """Return all that a page shows of a comparison, ready for JSON.

    Returns
    -------
    dict
        `arms` (names and titles, the first is the one compared with), `answer` (two sentences), `lines` (the report's lines of
        figures), `courses` (the report's courses by week), `melon` (for each arm: appraisals of departments against loyalty),
        `pain` (for each arm: the felt-versus-caused matrix), `weeks` and `people`.
    """
    columns = columns_of(compared.arms)
    closing = run_means(compared, weeks=closing_weeks(compared))
    lines = [line_of(compared, rows) for name in _LINES if (rows := rows_of(compared, name))]
    return {
        "arms": [{"name": name, "title": title} for name, title in compared.arm_titles.items()],
        "answer": list(answer(compared)),
        "lines": [asdict(line) for line in lines],
        "courses": [course(compared, columns[name]) for name in COURSES],
        "melon": [_melon(compared, arm, closing.loc[[arm]]) for arm in compared.arm_titles],
        "melon_weeks": closing_weeks(compared),
        "pain": [asdict(matrix) for matrix in matrices(compared)],
        "pain_unit": UNIT,
        "last_weeks": last_weeks(compared),
        "replications": compared.replications,
        "people": compared.scenario.horizon.population,
    }


def _melon(compared: Comparison, arm: str, closing: pd.DataFrame) -> dict[str, Any]:
    """Green outside, red inside? Each department's appraisal at the end, and the sentence that sets it against loyalty."""
    departments = []
    for name, given in compared.arms[arm].departments.items():
        end = mean_interval(closing[f"score.{name}"].to_numpy(dtype=np.float64))
        side = "" if end.covers_zero else "above" if end.mean > 0 else "below"
        span = true_minus(interval_words(end.low, end.high, decimals=2)) if end.n > 1 else ""
        kpis = [compared.arms[arm].kpis[kpi].name for kpi in given.kpis]
        words = true_minus(amount_with_sign(end.mean, decimals=2))
        departments.append({"name": given.name, "kpis": kpis, "side": side, "words": words, "span": span})
    loyalty = rows_of(compared, "loyalty")[arm]
    return {
        "sentence": watermelon_sentence(compared, arm),
        "loyalty": true_minus(amount(loyalty.mean)),
        "departments": departments,
    }

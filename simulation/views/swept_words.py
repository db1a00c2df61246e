"""Words and numbers that every answer from a sweep needs: what was asked, what a factor and its level are called."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation.laboratory.swept import DESIGNS
from simulation.views.words import amount, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from simulation.laboratory.factors import Factor
    from simulation.laboratory.swept import Asked

__all__ = ["asked_words", "digits", "factor_name", "level_words", "markdown", "percent", "short_name", "source_words"]


def asked_words(asked: Asked) -> str:
    """`Loyalty of “Shared”`, or `Loyalty gained by “Shared” over “Siloed”`."""
    label, arm = asked.column.label, quoted(asked.swept.arms[asked.arm])
    if asked.against is None:
        return f"{label} of {arm}"
    return f"{label} gained by {arm} over {quoted(asked.swept.arms[asked.against])}"


def source_words(asked: Asked) -> str:
    """`120 design points (a Sobol' design) x 4 replications, each with the same customers and luck at every point.`"""
    swept = asked.swept
    luck = "each point with luck of its own" if swept.own_luck else "the same customers and luck at every point"
    times = "1 replication" if swept.replications == 1 else f"{swept.replications} replications"
    return f"{len(swept.points):,} design points ({DESIGNS.get(swept.kind, swept.kind)}) x {times}, {luck}."


def factor_name(factor: Factor, *, unit: bool = False) -> str:
    """What people call a factor; with its unit where it has one and that is wanted."""
    name = factor.label or factor.name.replace("_", " ").capitalize()
    return f"{name} [{factor.unit}]" if unit and factor.unit else name


def short_name(asked: Asked, name: str) -> str:
    """What people call the factor of this key."""
    return factor_name(next(factor for factor in asked.swept.factors if factor.name == name))


def level_words(value: object) -> str:
    """A level for people: a number with at most four digits, or the word."""
    return f"{value:.4g}" if isinstance(value, int | float) else str(value)


def percent(share: float) -> str:
    """`37 %`; `under 1 %` of something that is not nothing; `-` where unknown."""
    if math.isnan(share):
        return "-"
    return "under 1 %" if 0 < share < 0.005 else f"{round(100 * share)} %"


def digits(sizes: Sequence[float]) -> int:
    """Decimals that show two digits of the largest of these sizes, at most four."""
    largest = max((abs(size) for size in sizes if math.isfinite(size)), default=0.0)
    return 1 if largest == 0 else min(4, max(0, 1 - math.floor(math.log10(largest))))


def markdown(title: str, sentences: Sequence[str], table: pd.DataFrame) -> str:
    """A short page: the answer as a heading, the sentences, the table."""
    head = f"| {' | '.join(table.columns)} |"
    rule = f"|{'---|' * len(table.columns)}"
    lines = [f"| {' | '.join(_cell(value) for value in row)} |" for row in table.itertuples(index=False)]
    return "\n".join([f"# {title}", "", *(f"{sentence}\n" for sentence in sentences), head, rule, *lines, ""])


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else amount(value, decimals=min(6, digits([value]) + 1))
    return "" if value is None else str(value).replace("|", "/")

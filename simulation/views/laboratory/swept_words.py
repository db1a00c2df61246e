"""Words and numbers that every answer from a sweep needs: what was asked, what a factor and its level are called."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation.laboratory.answers.columns import ANSWER_COLUMNS
from simulation.laboratory.answers.swept import DESIGNS
from simulation.views.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from simulation.laboratory.answers.swept import Asked
    from simulation.laboratory.sweep.factors import Factor

__all__ = [
    "answers_page",
    "asked_words",
    "digits",
    "factor_name",
    "level_words",
    "percent",
    "short_name",
    "source_words",
]


def asked_words(asked: Asked) -> str:
    """`Loyalty of “Shared”`, or `Loyalty gained by “Shared” over “Siloed”`."""
    label, arm = asked.column.label, quoted(asked.swept.title(asked.arm))
    if asked.against is None:
        return f"{label} of {arm}"
    return f"{label} gained by {arm} over {quoted(asked.swept.title(asked.against))}"


def source_words(asked: Asked) -> str:
    """`120 design points (a Sobol' design) x 4 replications, the same customers and luck at every point.`, and what lacks."""
    plan = asked.swept.plan
    luck = "each point with luck of its own" if plan.luck == "own" else "the same customers and luck at every point"
    times = "1 replication" if plan.replications == 1 else f"{plan.replications} replications"
    told = f"{len(plan.points):,} design points ({DESIGNS.get(plan.kind, plan.kind)}) x {times}, {luck}."
    failed = int(asked.failed.sum())
    if failed:
        told += f" {failed:,} failed and are left out."
    left = plan.runs - len(asked.swept.runs)
    return f"{told} Not finished: {left:,} of {plan.runs:,} runs are still to come." if left else told


def factor_name(factor: Factor, *, unit: bool = False) -> str:
    """What people call a factor; with its unit where it has one and that is wanted."""
    name = factor.label or factor.name.replace("_", " ").capitalize()
    return f"{name} [{factor.unit}]" if unit and factor.unit else name


def short_name(asked: Asked, name: str) -> str:
    """What people call the factor of this key."""
    return factor_name(asked.swept.factor(name))


def level_words(value: object) -> str:
    """A level for people: a number with three digits (six from 100 on), or the word."""
    return f"{value:.{3 if abs(value) < 100 else 6}g}" if isinstance(value, int | float) else str(value)


def percent(share: float) -> str:
    """`37 %`; `under 1 %` of something that is not nothing; `-` where unknown."""
    if math.isnan(share):
        return "-"
    return "under 1 %" if 0 < share < 0.005 else f"{round(100 * share)} %"


def digits(sizes: Sequence[float]) -> int:
    """Decimals that show two digits of the largest of these sizes, at most four."""
    largest = max((abs(size) for size in sizes if math.isfinite(size)), default=0.0)
    return 1 if largest == 0 else min(4, max(0, 1 - math.floor(math.log10(largest))))


def answers_page(answers: Mapping[str, Sequence[str]], columns: Iterable[str]) -> str:
    """A page in Markdown: each answer as a heading with its sentences, then what the columns of the tables mean."""
    lines: list[str] = []
    for title, sentences in answers.items():
        lines += [f"# {title}", "", *(f"- {sentence}" for sentence in sentences), ""]
    lines += ["## Columns of the tables", "", "| column | unit | meaning |", "|---|---|---|"]
    lines += [
        f"| `{name}` | {(column := ANSWER_COLUMNS[name]).unit} | {column.meaning} |" for name in dict.fromkeys(columns)
    ]
    return "\n".join([*lines, ""])

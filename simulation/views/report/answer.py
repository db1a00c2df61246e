"""The answer in two sentences: one on customers, one on money, each with its interval, neither claiming what is not clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.views.report.numbers import rows_of, true_minus
from simulation.views.series import last_weeks
from simulation.views.words import (
    amount,
    decimals_for,
    interval_words,
    joined,
    quoted,
    short_unit,
    size_words,
    so_few,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulation.views.compared import Compared
    from simulation.views.words import Row

__all__ = ["answer", "sentence"]

MOST_NAMED = 3
"""A sentence names each arm beside the first up to so many; of more it counts them and names the largest effect."""


def answer(compared: Compared) -> tuple[str, str]:
    """Two sentences: loyalty, and profit at equal bonus spend (of a single arm: its levels)."""
    if len(compared.arm_titles) == 1:
        return _levels(compared)
    first = next(iter(compared.arm_titles.values()))
    money = sentence(compared, "profit_at_equal_bonus")
    return f"Against {quoted(first)}, {sentence(compared, 'loyalty')}.", f"{money[0].upper()}{money[1:]}."


def _levels(compared: Compared) -> tuple[str, str]:
    """What a single arm reaches."""
    (arm, title) = next(iter(compared.arm_titles.items()))
    start = f"Under {quoted(title)}, {_level(compared, 'loyalty', arm)} and {_level(compared, 'nps', arm)}"
    money = f"{_level(compared, 'profit', arm)}, after {_level(compared, 'bonus', arm)}"
    return (
        f"{start} in the last {last_weeks(compared)} weeks.",
        f"{money[0].upper()}{money[1:]}.",
    )


def _level(compared: Compared, metric: str, arm: str) -> str:
    row = rows_of(compared, metric)[arm]
    decimals = decimals_for([row])
    name = _name(row)
    if row.replications == 0:
        return f"{name} was never observed"
    unit = "of 100" if row.unit == "0-100" else row.unit
    text = f"{name} is {true_minus(amount(row.mean, decimals=decimals))} {unit}"
    if row.replications > 1:
        text += f" ({true_minus(interval_words(row.low, row.high, decimals=decimals))})"
    return text


def _name(row: Row) -> str:
    return row.label if row.label.isupper() else row.label[0].lower() + row.label[1:]


def sentence(compared: Compared, metric: str) -> str:
    """What may be said of a metric's differences to the first arm, in one sentence without its beginning and its stop."""
    first, *others = compared.arm_titles
    rows = rows_of(compared, metric)
    found = [(compared.arm_titles[arm], rows[arm]) for arm in others if arm in rows]
    name = _name(rows[first]) if rows else metric
    if not any(row.enough or row.same for _, row in found):
        few = so_few(min((row.replications for _, row in found), default=0))
        return f"{name} comes from {few}, too few to tell any difference"
    decimals = decimals_for(list(rows.values()))
    say = _each if len(found) <= MOST_NAMED else _counted
    return f"{name} in the last {last_weeks(compared)} weeks {say(found, decimals)}"


def _each(found: Sequence[tuple[str, Row]], decimals: int) -> str:
    """Each arm by name, those with a clear difference first."""
    parts = [f"is {_size(row, decimals)} under {quoted(title)}" for title, row in found if row.clear]
    groups = {
        "shows no clear difference under": [(t, r) for t, r in found if r.enough and not r.clear and not r.same],
        "is exactly the same under": [(title, row) for title, row in found if row.same],
        "comes from too few replications to tell under": [(t, r) for t, r in found if not r.enough and not r.same],
    }
    for words, group in groups.items():
        if not group:
            continue
        spans = [f" ({_interval(row, decimals)})" if words.startswith("shows") else "" for _, row in group]
        named = [quoted(title) + span for (title, _), span in zip(group, spans, strict=True)]
        parts.append(f"{words} {joined(named)}")
    return joined(parts)


def _counted(found: Sequence[tuple[str, Row]], decimals: int) -> str:
    """How many arms are clearly higher or lower, and the largest of each."""
    parts = []
    for word, sign in (("higher", 1), ("lower", -1)):
        group = [(title, row) for title, row in found if row.clear and row.difference * sign > 0]
        if group:
            title, row = max(group, key=lambda item: abs(item[1].difference))
            most = "at most by" if len(group) > 1 else "by"
            parts.append(
                f"is clearly {word} under {len(group)} of {len(found)} other arms, {most} "
                f"{_amount(row, decimals)} under {quoted(title)}"
            )
    rest = sum(not row.clear for _, row in found)
    if rest == len(found):
        return f"shows no clear difference under any of the {len(found)} other arms"
    if rest:
        parts.append(f"shows no clear difference under the other {rest}")
    return joined(parts)


def _size(row: Row, decimals: int) -> str:
    return f"{'higher' if row.difference > 0 else 'lower'} by {_amount(row, decimals)}"


def _amount(row: Row, decimals: int) -> str:
    span = (
        "in every replication" if row.alike else size_words(row.difference_low, row.difference_high, decimals=decimals)
    )
    return f"{amount(abs(row.difference), decimals=decimals)} {short_unit(row.unit)} ({span})"


def _interval(row: Row, decimals: int) -> str:
    return true_minus(interval_words(row.difference_low, row.difference_high, decimals=decimals))

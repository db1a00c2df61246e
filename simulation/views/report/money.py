"""Money in the report: what a customer brings and costs, what the first arm forgoes, when a change pays back."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.laboratory.lifetime_value import WEEKS_A_YEAR
from simulation.laboratory.money.columns import TAXES, money_columns
from simulation.laboratory.money.figures import money_values
from simulation.laboratory.money.lifetimes import QUANTILES, customer_values, top_share
from simulation.laboratory.money.pay_back import cumulative_difference, pay_back, worth_after
from simulation.record import Column
from simulation.views.report.numbers import line_of, rows_from, tables_of, true_minus
from simulation.views.words import amount, interval_words, joined, quoted

if TYPE_CHECKING:
    from simulation.analysis.comparison import Comparison
    from simulation.analysis.intervals import Interval
    from simulation.laboratory.money.pay_back import PayBack
    from simulation.views.report.numbers import Table
    from simulation.views.words import Row

__all__ = [
    "CAVEAT",
    "PER",
    "Money",
    "Spread",
    "Worth",
    "cumulative",
    "money",
    "pay_back_words",
    "tax_sentence",
    "tax_values",
]

CAVEAT = (
    "Do not take these figures into a budget: they are those of a simulated firm whose sizes are mostly assumed. They compare "
    "designs of one firm with each other."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """How much a change may cost once to be paid back after so many weeks."""

    title: str
    arm: int
    after: tuple[tuple[int, str], ...]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Lifetime value of single customers in one arm: how many there are, quantiles, and what the top tenth holds."""

    title: str
    arm: int
    customers: str
    quantiles: tuple[str, ...]
    top: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """All that the section shows beside the tables of weekly money."""

    caveat: str
    taxes: tuple[str, ...]
    tables: list[Table]
    weeks: tuple[int, ...]
    worth: tuple[Worth, ...]
    heads: tuple[str, ...]
    spread: tuple[Spread, ...]
    currency: str


def money(compared: Comparison) -> Money:
    """Work out the section."""
    columns, values = money_columns(compared.scenario.market.currency), money_values(compared)
    rows = {name: rows_from(columns[name], values[name]) for name in columns}
    lines = [line_of(compared, rows[name], meaning=columns[name].meaning) for name in columns]
    others = list(compared.arm_titles)[1:]
    return Money(
        caveat=CAVEAT,
        taxes=tuple(tax_sentence(compared, {name: rows[name][arm] for name in TAXES}, arm) for arm in others),
        tables=tables_of(compared, lines, caption="A customer in money, last year of the run"),
        weeks=_marks(compared.scenario.horizon.weeks),
        worth=tuple(_worth(compared, arm, at) for at, arm in enumerate(others, start=1)),
        heads=tuple(f"{100 * share:.0f} % are worth at most" for share in QUANTILES),
        spread=_spread(compared),
        currency=compared.scenario.market.currency,
    )


def tax_sentence(compared: Comparison, rows: dict[str, Row], arm: str) -> str:
    """What the first arm forgoes against another, in one sentence, claiming only what is clear."""
    first, title = (quoted(compared.arm_titles[name]) for name in (compared.baseline_arm, arm))
    if all(row.same for row in rows.values()):
        return f"{title} earns exactly what {first} earns."
    if not any(row.enough for row in rows.values()):
        return f"{title} against {first}: too few replications to tell."
    currency = compared.scenario.market.currency
    clear = [_sized(row, f"{currency} {PER[name]}") for name, row in rows.items() if row.clear]
    unclear = [f"{PER[name]} ({_span(row)} {currency})" for name, row in rows.items() if not row.clear and not row.same]
    said = [joined(clear)] if clear else []
    said += [f"{'' if clear else 'there is '}no clear difference {joined(unclear)}"] if unclear else []
    return f"Against {title}, {first} {'; '.join(said)}." if clear else f"Between {title} and {first} {said[0]}."


PER = {
    "profit_a_year": "a year in the whole market",
    "profit": "a year for each customer",
    "lifetime_value": "of a customer's lifetime value",
}
"""What a figure of `TAXES` is counted for, in words."""


def tax_values(compared: Comparison) -> dict[str, tuple[Column, Any]]:
    """Columns of `TAXES` and their values by arm and replication."""
    columns, values = money_columns(compared.scenario.market.currency), money_values(compared)
    return {name: (columns[name], values[name]) for name in TAXES}


def _sized(row: Row, unit: str) -> str:
    verb = "forgoes" if row.difference > 0 else "earns more by"
    decimals = _decimals(row)
    low, high = sorted((abs(row.difference_low), abs(row.difference_high)))
    return f"{verb} {amount(abs(row.difference), decimals=decimals)} {unit} ({interval_words(low, high, decimals=decimals)})"


def _span(row: Row) -> str:
    return true_minus(interval_words(row.difference_low, row.difference_high, decimals=_decimals(row)))


def _decimals(row: Row) -> int:
    return 0 if max(abs(row.difference_low), abs(row.difference_high)) >= 100 else 1


def _marks(weeks: int) -> tuple[int, ...]:
    """The ends of whole years, at most five; of a shorter run its end."""
    years = [WEEKS_A_YEAR * year for year in range(1, weeks // WEEKS_A_YEAR + 1)] or [weeks]
    return tuple(years[:4] + ([years[-1]] if len(years) > 4 else []))


def _worth(compared: Comparison, arm: str, at: int) -> Worth:
    difference = cumulative_difference(compared, arm)
    marks = _marks(len(difference))
    return Worth(
        title=compared.arm_titles[arm],
        arm=at,
        after=tuple((week, _interval(worth_after(difference, week))) for week in marks),
        words=pay_back_words(compared, arm, pay_back(difference, cost=0.0)),
    )


def _interval(of: Interval) -> str:
    if not math.isfinite(of.low):
        return true_minus(amount(of.mean, decimals=0))
    if of.low == of.high == 0.0:
        return "exactly 0"
    return true_minus(f"{amount(of.mean, decimals=0)} ({interval_words(of.low, of.high, decimals=0)})")


def pay_back_words(compared: Comparison, arm: str, of: PayBack) -> str:
    """When a cost is paid back, in one sentence."""
    title, first = quoted(compared.arm_titles[arm]), quoted(compared.arm_titles[compared.baseline_arm])
    cost = f"a one-off cost of {amount(of.cost, decimals=0)} {compared.scenario.market.currency}"
    if not cumulative_difference(compared, arm).to_numpy().any():
        return f"{title} earns exactly what {first} earns: " + (
            f"{cost} is never paid back." if of.cost > 0 else "there is nothing to pay back."
        )
    what = cost if of.cost > 0 else "what it costs while it runs"
    years = f"{of.horizon / WEEKS_A_YEAR:.1f} years" if of.horizon >= WEEKS_A_YEAR else f"{of.horizon} weeks"
    if of.replications < 3:
        return f"{title}: too few replications to tell when {what} is paid back."
    if of.weeks is None and of.earliest is None:
        return f"{title}: {what} is not paid back within {years}."
    if of.weeks is None:
        return f"{title}: {what} is not paid back within {years} by the mean; from week {of.earliest} on it cannot be ruled out."
    clear = f"clear from week {of.latest} on" if of.latest is not None else f"not clear within {years}"
    early = f"ruled out before week {of.earliest}, " if of.earliest is not None and of.earliest > 1 else ""
    return f"{title}: by the mean, {what} is paid back from week {of.weeks} on ({early}{clear})."


def _spread(compared: Comparison) -> tuple[Spread, ...]:
    found, arms = [], list(compared.arms)
    for arm, values in customer_values(compared).items():
        share = top_share(values)
        found.append(
            Spread(
                title=compared.arm_titles[arm],
                arm=arms.index(arm),
                customers=f"{len(values):,}",
                quantiles=tuple(true_minus(amount(float(value))) for value in np.quantile(values, QUANTILES)),
                top=f"{100 * share:.0f} %" if math.isfinite(share) else "-",
            )
        )
    return tuple(found)


def cumulative(compared: Comparison) -> tuple[Comparison, Column]:
    """The comparison with profit added up week by week as one more weekly column, and that column, for the chart."""
    weekly = compared.weekly
    people = weekly["arm"].map({arm: given.horizon.population / 1000.0 for arm, given in compared.arms.items()})
    added = (weekly["profit"] * people).groupby([weekly["arm"], weekly["replication"]], sort=False).cumsum()
    currency = compared.scenario.market.currency
    column = Column(
        name="cumulative_profit", label="Profit added up", unit=f"{currency}, whole market", better="higher",
        group="money", meaning="Profit of the whole simulated market from week 1 on.",
    )  # fmt: skip
    return replace(compared, weekly=weekly.assign(cumulative_profit=added)), column

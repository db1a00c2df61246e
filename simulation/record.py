"""Every output column is declared here once: name, unit, meaning, direction.

Glossaries, tables, charts and file headers take their words from this file. Metrics of the company come
first; each scenario adds one column per KPI (its own name), and three families of columns:

    lever.<department>.<lever>   control setting of a lever [0-1]
    score.<department>           appraisal score (0 = par, 1 = stretch)
    bonus.<department>           bonus paid [money a week]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "COMPANY_METRICS",
    "COUNCIL_COLUMNS",
    "CUSTOMER_COLUMNS",
    "EXPORT_COLUMNS",
    "Column",
    "Figure",
    "Item",
    "Run",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One output column: what it is called, its unit, its meaning and how runs are summed up.

    `better` is the direction a designer would wish ("higher", "lower" or "" for neither).
    `group` sorts tables: customers, company, departments, money.
    `low`, `high` are the declared range; None: unbounded.
    """

    name: str
    label: str
    unit: str
    meaning: str
    better: Literal["higher", "lower", ""] = ""
    group: str = "customers"
    low: float | None = None
    high: float | None = None


_COLUMNS = (
    Column(name="loyalty", label="Loyalty", unit="0-100", better="higher", low=0, high=100,
           meaning="Mean true loyalty of everyone who has ever bought (customers and defected)."),
    Column(name="nps", label="NPS", unit="points", better="higher", low=-100, high=100,
           meaning="Net promoter score as surveyed: share of promoters minus detractors; empty in weeks without answers."),
    Column(name="retention", label="Retention", unit="% a year", better="higher", low=0, high=100,
           meaning="Share of customers who would stay a year at this week's rate of defection."),
    Column(name="complaints", label="Complaints", unit="per 1,000 customers a week", better="lower", low=0,
           meaning="Customers who voice an open problem in this week."),
    Column(name="satisfaction", label="Satisfaction", unit="0-100", better="higher", low=0, high=100,
           meaning="Mean true satisfaction of present customers (power mean over their encounters)."),
    Column(name="trust", label="Trust", unit="0-100", better="higher", low=0, high=100,
           meaning="Mean true trust of present customers."),
    Column(name="open_problems", label="Open problems", unit="% of customers", better="lower", low=0, high=100,
           meaning="Customers with a problem still unresolved at the end of the week."),
    Column(name="customers", label="Customers", unit="% of people", better="higher", low=0, high=100, group="company",
           meaning="People in the market who are customers at the end of the week."),
    Column(name="repeat_purchases", label="Repeat purchases", unit="per 1,000 customers a week", better="higher", low=0,
           group="company", meaning="Purchases by people who have bought before."),
    Column(name="new_customers", label="New customers", unit="per 1,000 people a week", better="higher", low=0,
           group="company", meaning="First purchases and customers won back."),
    Column(name="defections", label="Defections", unit="per 1,000 customers a week", better="lower", low=0,
           group="company", meaning="Customers lost to a competitor."),
    Column(name="silent_lapses", label="Silent lapses", unit="per 1,000 customers a week", better="lower", low=0,
           group="company", meaning="Defections of customers who did not voice a problem in that week."),
    Column(name="good_talk", label="Good word of mouth", unit="per 1,000 people a week", better="higher", low=0,
           group="company", meaning="People who tell of a good experience."),
    Column(name="bad_talk", label="Bad word of mouth", unit="per 1,000 people a week", better="lower", low=0,
           group="company", meaning="People who tell of a bad experience."),
    Column(name="revenue", label="Revenue", unit="money per 1,000 people a week", better="higher", low=0, group="money",
           meaning="Sales at the prices paid."),
    Column(name="cost", label="Cost", unit="money per 1,000 people a week", better="lower", low=0, group="money",
           meaning="Goods sold, encounters and capacity; without bonus."),
    Column(name="bonus", label="Bonus spend", unit="money per 1,000 people a week", better="", low=0, group="money",
           meaning="Bonus paid to all departments."),
    Column(name="profit", label="Profit", unit="money per 1,000 people a week", better="higher", group="money",
           meaning="Revenue minus cost minus bonus."),
    Column(name="profit_at_equal_bonus", label="Profit at equal bonus spend", unit="money per 1,000 people a week",
           better="higher", group="money",
           meaning="Revenue minus cost minus the first arm's mean bonus: fixed pay is thought adjusted so that every "
                   "arm spends the same in expectation, which changes no incentive (Holmstrom & Milgrom 1991)."),
)  # fmt: skip

COMPANY_METRICS: dict[str, Column] = {column.name: column for column in _COLUMNS}
"""The company's weekly metrics by name, in the order of tables. `profit_at_equal_bonus` exists in summaries only."""

_CUSTOMER_COLUMNS = (
    Column(name="slot", label="Slot", unit="", meaning="Number of the slot in the market that the person fills."),
    Column(name="entered", label="Entered", unit="week", meaning="Week in which the person entered the market (negative: before week 0)."),
    Column(name="segment", label="Segment", unit="", meaning="The person's segment."),
    Column(name="offer", label="Offer", unit="", meaning="The offer that fits her best; the one she buys."),
    Column(name="stage", label="Stage", unit="", meaning="prospect, lead, customer or defected."),
    Column(name="fit", label="Fit", unit="0-1", low=0, high=1, meaning="Fit between the person and her offer."),
    Column(name="satisfaction", label="Satisfaction", unit="0-1", low=0, high=1, meaning="Power mean over her encounters."),
    Column(name="trust", label="Trust", unit="0-1", low=0, high=1, meaning="Trust in the company."),
    Column(name="loyalty", label="Loyalty", unit="0-1", low=0, high=1, meaning="Slow stock fed by satisfaction and trust."),
    Column(name="worst_moment", label="Worst moment", unit="0-1", low=0, high=1, meaning="Largest loss of experience that she still remembers."),
    Column(name="will", label="Will expectation", unit="quality 0-1", meaning="What she believes will happen."),
    Column(name="should", label="Should expectation", unit="quality 0-1", meaning="What she holds should happen."),
    Column(name="reputation", label="Reputation", unit="", meaning="Balance of what she has heard from others."),
    Column(name="fatigue", label="Contact fatigue", unit="contacts", low=0, meaning="Recent contacts made by the firm, fading."),
    Column(name="case_touchpoint", label="Open problem", unit="", meaning="Touchpoint at which her open problem arose; empty: none."),
    Column(name="case_weeks", label="Open for", unit="weeks", low=0, meaning="Age of her open problem."),
    Column(name="purchases", label="Purchases", unit="count", low=0, meaning="Purchases since she entered the market."),
    Column(name="spent", label="Spent", unit="money", low=0, meaning="What she has paid since she entered the market."),
)  # fmt: skip

CUSTOMER_COLUMNS: dict[str, Column] = {column.name: column for column in _CUSTOMER_COLUMNS}
"""Columns of `customers.parquet` by name."""


_EXPORT_COLUMNS = (
    Column(name="arm", label="Arm", unit="", meaning="The arm that was lived."),
    Column(name="customer_id", label="Customer", unit="", meaning="One number a person, never used again: her slot in the market + population x weeks from the beginning of burn-in to her entry."),
    Column(name="entered", label="Entered", unit="week", meaning="Week in which the person entered the market (negative: before week 0, so that she may have bought before the first week exported)."),
    Column(name="segment", label="Segment", unit="", meaning="The person's segment."),
    Column(name="week", label="Week", unit="week", low=0, meaning="Week in which it happened."),
    Column(name="day", label="Day", unit="days since week 0", low=0, meaning="The first day of its week, for a week is the model's step; of an order that is delivered later: the very time."),
    Column(name="touchpoint", label="Touchpoint", unit="", meaning="Where it happened; of an order or an answer: the delivery, or the encounter asked about."),
    Column(name="offer", label="Offer", unit="", meaning="What was bought."),
    Column(name="money", label="Money", unit="money", meaning="What was paid."),
    Column(name="frequency", label="Frequency", unit="count", low=0, meaning="Purchases after the first; those of one week count as one."),
    Column(name="recency", label="Recency", unit="days", low=0, meaning="From the first purchase to the last."),
    Column(name="T", label="Age", unit="days", low=0, meaning="From the first purchase to the end."),
    Column(name="monetary_value", label="Monetary value", unit="money", meaning="Mean money of the purchases after the first; 0 without any."),
    Column(name="what", label="What", unit="", meaning="encounter, order (of something that is delivered later) or answer (to a survey)."),
    Column(name="succeeded", label="Succeeded", unit="", meaning="Of an encounter: whether it succeeded."),
    Column(name="stars", label="Stars", unit="1-5", low=1, high=5, meaning="Of an encounter: what she would give it if asked. Of an answer: her overall satisfaction."),
    Column(name="experience", label="Experience", unit="0-1", low=0, high=1, meaning="Of an encounter: how it was felt."),
    Column(name="due", label="Due", unit="days since week 0", meaning="Of an order: when it will arrive."),
    Column(name="promised", label="Promised", unit="days since week 0", meaning="Of an order: when it is promised."),
    Column(name="before_delivery", label="Before delivery", unit="", meaning="Of an answer: whether the delivery asked about was still under way."),
    Column(name="comment", label="Comment", unit="", meaning="Of an answer: whether she wrote a comment."),
    Column(name="recommendation", label="Recommendation", unit="0-1", low=0, high=1, meaning="Of an answer: whether she would recommend the company."),
    Column(name="overall", label="Overall satisfaction", unit="0-1", low=0, high=1, meaning="Of an answer: how satisfied she is overall, or with the delivery."),
)  # fmt: skip

EXPORT_COLUMNS: dict[str, Column] = {column.name: column for column in _EXPORT_COLUMNS}
"""Columns of what `silosim export` writes (transactions, recency_frequency, events) by name."""


_COUNCIL_COLUMNS = (
    Column(name="arm", label="Arm", unit="", meaning="The arm that was lived."),
    Column(name="replication", label="Replication", unit="", meaning="Which run this is."),
    Column(name="week", label="Week", unit="week", low=0, meaning="Last week lived before the meeting."),
    Column(name="council", label="Council", unit="", meaning="operational or strategic."),
    Column(name="item", label="Item", unit="count", low=1, meaning="Number of the statement within the run; its figures share it."),
    Column(name="point", label="Agenda point", unit="", meaning="Point of the agenda."),
    Column(name="kind", label="Kind", unit="", meaning="What sort of statement it is."),
    Column(name="speaker", label="Speaker", unit="", meaning="Department that speaks; chair or team where no department does."),
    Column(name="subject", label="Subject", unit="", meaning="Department that is spoken of; of an agreement: who has to act."),
    Column(name="about", label="About", unit="", meaning="Lever or touchpoint that is spoken of."),
    Column(name="action", label="Action", unit="count", low=0, meaning="Number of the agreed action; 0: none."),
    Column(name="detail", label="Detail", unit="", meaning="What more belongs to it: kind or direction of an action, why it ended."),
    Column(name="heard_at", label="Heard at", unit="", meaning="Touchpoint at which the trouble is heard."),
    Column(name="heard_department", label="Heard by", unit="", meaning="Department that owns that touchpoint."),
    Column(name="figure", label="Figure", unit="", meaning="Name of the figure; empty: a statement without any."),
    Column(name="value", label="Value", unit="", meaning="The figure, in its unit."),
    Column(name="unit", label="Unit", unit="", meaning="Unit of the figure."),
    Column(name="source", label="Source", unit="", meaning="Where the council has the figure from."),
)  # fmt: skip

COUNCIL_COLUMNS: dict[str, Column] = {column.name: column for column in _COUNCIL_COLUMNS}
"""Columns of `council.csv` by name: one row per figure of each statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure as a council has it, and from where."""

    name: str
    value: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One statement of a meeting, as data; words are made of it in `simulation.views.minutes` (see `COUNCIL_COLUMNS`)."""

    week: int
    council: str
    point: str
    kind: str
    speaker: str
    subject: str = ""
    about: str = ""
    action: int = 0
    detail: str = ""
    heard_at: str = ""
    heard_department: str = ""
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run of one arm leaves behind; never changed afterwards.

    Attributes
    ----------
    arm, replication, seed
        Which run this is.
    weekly
        One float64 array [weeks] per metric, KPI, `lever.*`, `score.*` and `bonus.*` column.
    encounters, experience, wait
        Float64 arrays [weeks, touchpoints]: meetings per 1,000 people, mean experience [0-1, nan without
        meetings], mean wait [weeks], touchpoints in the order of the journey.
    ledger
        Int64 array [touchpoints, departments + 1, 2]: experience above (0) and below (1) expectation summed over
        weeks and customers in units of 2**-20, last department column: unattributed. Weeks 0 and later.
    customers
        Final state, one array [population] per column of CUSTOMER_COLUMNS; None when not kept.
    pars
        Value of every KPI fixed at burn-in.
    council
        What was said and agreed at the meetings of councils, in order.
    """

    arm: str
    replication: int
    seed: int
    weekly: Mapping[str, NDArray[np.float64]]
    encounters: NDArray[np.float64]
    experience: NDArray[np.float64]
    wait: NDArray[np.float64]
    ledger: NDArray[np.int64]
    customers: Mapping[str, NDArray[np.generic]] | None
    pars: Mapping[str, float]
    council: tuple[Item, ...] = ()

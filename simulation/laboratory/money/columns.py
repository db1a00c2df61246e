"""Money figures and the table that holds them: each with its unit and meaning, declared once."""

from __future__ import annotations

from dataclasses import replace

from simulation.laboratory.lifetime_value import FORMULA
from simulation.record import Column

__all__ = ["FIGURES", "MONEY_COLUMNS", "TAXES", "money_columns"]

_A_CUSTOMER = "money per customer a year"
_FIGURES = (
    Column(name="revenue", label="Revenue", unit=_A_CUSTOMER, better="higher", meaning="Sales at the prices paid."),
    Column(name="cost_to_serve", label="Cost to serve", unit=_A_CUSTOMER, better="lower", meaning="Touchpoints that reach customers only, with their capacity; without goods. At mean lever settings."),
    Column(name="cost_to_win", label="Cost to win", unit=_A_CUSTOMER, better="lower", meaning="Touchpoints that reach only people who are no customers; without goods. At mean lever settings."),
    Column(name="cost_of_both", label="Cost of what both meet", unit=_A_CUSTOMER, better="lower", meaning="Touchpoints that customers and others meet, the website say. At mean lever settings."),
    Column(name="goods_and_rest", label="Goods and rest", unit=_A_CUSTOMER, better="", meaning="All other costs: goods sold, councils, and what moving levers make of a product of means."),
    Column(name="bonus", label="Bonus", unit=_A_CUSTOMER, better="", meaning="Bonus paid to all departments."),
    Column(name="profit", label="Profit", unit=_A_CUSTOMER, better="higher", meaning="Revenue minus all costs minus bonus."),
    Column(name="acquisition_cost", label="Acquisition cost", unit="money per new customer", better="lower", meaning="Cost to win over new customers, those won back among them."),
    Column(name="retention_cost", label="Retention cost", unit="money per customer kept a year", better="lower", meaning="Cost to serve over the customers who would stay a year at the rate of these weeks."),
    Column(name="lifetime_value", label="Lifetime value", unit="money per customer", better="higher", meaning=f"{FORMULA}; m is profit."),
    Column(name="profit_a_year", label="Profit of the market", unit="money a year", better="higher", meaning="Profit of the whole simulated market; its size is a setting of the scenario."),
)  # fmt: skip
FIGURES: dict[str, Column] = {column.name: column for column in _FIGURES}
"""Money figures by name, in the order of tables."""
TAXES = ("profit_a_year", "profit", "lifetime_value")
"""Figures whose difference to the first arm is the silo tax: a year, a customer and year, a customer."""

MONEY_COLUMNS: dict[str, Column] = {
    column.name: column
    for column in (
        Column(name="figure", label="Figure", unit="", meaning="Name of the figure; `added_up_<week>` is the difference in profit added up until then, whole market; `pay_back` the week from which it stays at or above the cost."),
        Column(name="label", label="Label", unit="", meaning="The same in words."),
        Column(name="unit", label="Unit", unit="", meaning="Unit of the figure and of its difference."),
        Column(name="arm", label="Arm", unit="", meaning="The arm."),
        Column(name="against", label="Against", unit="", meaning="The arm that it is compared with."),
        Column(name="mean", label="Mean", unit="figure's unit", meaning="Mean over replications."),
        Column(name="low", label="Low", unit="figure's unit", meaning="Lower end of its 95 % interval."),
        Column(name="high", label="High", unit="figure's unit", meaning="Upper end of its 95 % interval."),
        Column(name="difference", label="Difference", unit="figure's unit", meaning="To the first arm, paired by replication."),
        Column(name="difference_low", label="Difference low", unit="figure's unit", meaning="Lower end of its 95 % interval."),
        Column(name="difference_high", label="Difference high", unit="figure's unit", meaning="Upper end of its 95 % interval."),
        Column(name="replications", label="Replications", unit="count", meaning="Replications behind the row."),
    )
}  # fmt: skip
"""Columns of `money.csv` by name."""


def money_columns(currency: str) -> dict[str, Column]:
    """Return the figures with money named by the currency."""
    return {name: replace(column, unit=column.unit.replace("money", currency)) for name, column in FIGURES.items()}

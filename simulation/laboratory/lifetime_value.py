"""What a customer is worth: the one definition of lifetime value that the laboratory has.

Equation
--------
m r / (1 + i - r): the margin m of a customer and week, over a life in which a customer stays each week with chance r, money of
a week later being worth 1 / (1 + i) as much.

Special cases
-------------
No customers: 0, for there is nobody to be worth anything. Nobody leaves: m / i, a life without end.

The scenario's KPI `company_lifetime_value` is another figure: m / (1 - r), margin over churn, without interest. A KPI is a ratio
of two counters and can say no more; its life has no end where nobody leaves.

Source
------
Gupta & Lehmann (2003), Journal of Interactive Marketing 17 (1); interest: 8 to 16 % is usual there, 10 % is our assumption.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FORMULA", "INTEREST", "WEEKS_A_YEAR", "lifetime_value"]

INTEREST = 0.10
"""Rate at which future money is discounted, a year."""
WEEKS_A_YEAR = 52
FORMULA = (
    "m r / (1 + i - r), with r the share of customers who stay a week and i the weekly rate of "
    "10 % a year (Gupta & Lehmann 2003)"
)
"""The definition in words; m is said by whoever uses it."""


def lifetime_value(profit: float, figures: Mapping[str, float]) -> float:
    """Return what a customer is worth [money].

    Parameters
    ----------
    profit
        What counts as margin of all customers together [money per 1,000 people a week].
    figures
        The company's mean weekly figures (`simulation.model.metrics.company_metrics`); of these `customers` [% of people] and
        `defections` [per 1,000 customers served a week].

    Examples
    --------
    One EUR a customer and week, of whom one in a hundred leaves: less than the 99 EUR that it would be without interest.

    >>> round(lifetime_value(200.0, {"customers": 20.0, "defections": 10.0}), 2)
    83.65
    """
    customers = 10.0 * figures["customers"]
    if not customers > 0.0:
        return 0.0
    stays, interest = 1.0 - figures["defections"] / 1000.0, (1.0 + INTEREST) ** (1.0 / WEEKS_A_YEAR) - 1.0
    return float(profit / customers * stays / (1.0 + interest - stays))

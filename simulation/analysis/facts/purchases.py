"""Statistics of purchases: who orders again, who leaves for good, who spends most; and tables for marketers' libraries.

The frame `orders` has one row per order: `person`, `day` (float, from any origin) and `money`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import optimize, special

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BgNbd", "fit_bgnbd", "mean_drop_out", "order_again", "recency_frequency", "share_of_top_fifth"]

TOP = 0.2


def order_again(orders: pd.DataFrame, *, after: int) -> float:
    """Return the share who order another time among people with at least `after` orders."""
    counts = orders.groupby("person").size()
    before = int((counts >= after).sum())
    return int((counts > after).sum()) / before if before else math.nan


def share_of_top_fifth(orders: pd.DataFrame) -> float:
    """Return the share of all revenue that comes from the fifth of buyers who spend most."""
    spent = np.sort(orders.groupby("person")["money"].sum().to_numpy(dtype=np.float64))[::-1]
    total = float(spent.sum())
    return float(spent[: round(TOP * len(spent))].sum()) / total if total > 0 else math.nan


def recency_frequency(orders: pd.DataFrame, until: float) -> pd.DataFrame:
    """Return the recency-frequency table of orders up to and including day `until`, one row per person.

    Orders of one person on the same day (whole days from the origin) count as one purchase, as marketers' libraries do.

    Parameters
    ----------
    orders
        One row per order.
    until
        End of the observation [day].

    Returns
    -------
    pandas.DataFrame
        `customer_id`; `frequency`, purchases after the first; `recency`, first to last purchase [days]; `T`, first
        purchase to the end [days]; `monetary_value`, mean money of the purchases after the first, 0 without any. The
        columns and meanings of lifetimes and pymc-marketing.

    Examples
    --------
    >>> orders = pd.DataFrame({"person": [7, 7, 7, 8], "day": [0.0, 5.0, 9.0, 2.0], "money": [10.0, 20.0, 40.0, 5.0]})
    >>> recency_frequency(orders, 10).values.tolist()
    [[7.0, 2.0, 9.0, 10.0, 30.0], [8.0, 0.0, 0.0, 8.0, 0.0]]
    """
    end = math.floor(until)
    kept = orders.assign(day=np.floor(orders["day"].to_numpy(dtype=np.float64)))
    days = kept[kept["day"] <= end].groupby(["person", "day"], as_index=False)["money"].sum()
    people = days.groupby("person")
    first, last, count = people["day"].min(), people["day"].max(), people.size()
    repeated = days[days["day"] > days["person"].map(first)].groupby("person")["money"].mean()
    table = pd.DataFrame(
        {
            "frequency": (count - 1).astype(np.float64),
            "recency": last - first,
            "T": end - first,
            "monetary_value": repeated.reindex(first.index).fillna(0.0),
        }
    )
    return table.rename_axis("customer_id").reset_index()


@dataclass(frozen=True, slots=True, kw_only=True)
class BgNbd:
    """Parameters of a BG/NBD model: rates Gamma(r, alpha) per day, drop-out after a purchase Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    @property
    def mean_drop_out(self) -> float:
        """Mean chance to leave for good after a purchase."""
        return self.a / (self.a + self.b)


def fit_bgnbd(table: pd.DataFrame) -> BgNbd:
    """Fit the BG/NBD model by maximum likelihood.

    For a person with x purchases after the first, the last of them t after the first, seen for T:

        L = A [(alpha + T)^-(r+x) + 1(x > 0) a / (b + x - 1) (alpha + t)^-(r+x)],
        A = Gamma(r+x) alpha^r / Gamma(r) Gamma(a+b) Gamma(b+x) / (Gamma(b) Gamma(a+b+x)).

    Written out here because the libraries that fit it are either no longer kept or bring a whole system of sampling along;
    on the sample of CDNOW buyers it gives the published parameters.

    Parameters
    ----------
    table
        Columns `frequency`, `recency` and `T` as from `recency_frequency`.

    Raises
    ------
    ValueError
        Nobody bought twice, or no time passed: nothing tells the parameters.

    Source
    ------
    Fader, Hardie & Lee 2005, Marketing Science 24.
    """
    same = table.groupby(["frequency", "recency", "T"]).size()
    x, t, seen = (same.index.get_level_values(i).to_numpy(dtype=np.float64) for i in range(3))
    people, total = same.to_numpy(dtype=np.float64), len(table)
    if not (len(x) and x.max() > 0 and seen.max() > 0):
        raise ValueError("BG/NBD needs people who bought again")
    scale = float((people * seen).sum()) / total  # the likelihood is best behaved with times about 1

    def loss(logs: NDArray[np.float64]) -> float:
        r, alpha, a, b = (float(value) for value in np.exp(logs))
        return -float((people * _log_likelihood(x, t / scale, seen / scale, r, alpha, a, b)).sum()) / total

    found = optimize.minimize(loss, np.zeros(4), method="L-BFGS-B", bounds=[(-10.0, 10.0)] * 4, options={"ftol": 1e-13})
    r, alpha, a, b = (float(value) for value in np.exp(found.x))
    log_likelihood = float((people * _log_likelihood(x, t, seen, r, alpha * scale, a, b)).sum())
    return BgNbd(r=r, alpha=alpha * scale, a=a, b=b, log_likelihood=log_likelihood)


def _log_likelihood(
    x: NDArray[np.float64], t: NDArray[np.float64], seen: NDArray[np.float64], r: float, alpha: float, a: float, b: float
) -> NDArray[np.float64]:  # fmt: skip
    log_gamma = special.gammaln
    factor = (
        log_gamma(r + x) - log_gamma(r) + r * np.log(alpha)
        + log_gamma(a + b) + log_gamma(b + x) - log_gamma(b) - log_gamma(a + b + x)
    )  # fmt: skip
    stays = -(r + x) * np.log(alpha + seen)
    left = np.log(a) - np.log(np.where(x > 0, b + x - 1.0, 1.0)) - (r + x) * np.log(alpha + t)
    return np.asarray(factor + np.where(x > 0, np.logaddexp(stays, left), stays))


def mean_drop_out(orders: pd.DataFrame, until: float) -> float:
    """Return the mean chance to leave for good after a purchase, by BG/NBD; NaN where nobody bought twice."""
    table = recency_frequency(orders, until)
    if not (table["frequency"] > 0).any():
        return math.nan
    return fit_bgnbd(table).mean_drop_out

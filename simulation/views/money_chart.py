"""Money as a picture: profit added up against the first arm, and how lifetime value is spread over customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter

from simulation.analysis.intervals import FEWEST_TO_TELL, mean_interval
from simulation.laboratory.money.lifetimes import customer_values
from simulation.laboratory.money.pay_back import cumulative_difference, worth_after
from simulation.views.report.numbers import true_minus
from simulation.views.series import Band
from simulation.views.style import HEIGHT, INK, MUTED, WIDTH, arm_style, page_for, wrapped
from simulation.views.trends import arm_handles, draw_band, spread_note, weeks_axis
from simulation.views.words import amount, joined, quoted, size_words, so_few

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from simulation.analysis.comparison import Comparison

__all__ = ["money_chart"]

MOST_NAMED = 3
SHOWN = 0.95
"""The most valuable customers beyond this share are left out of the picture, or one would hide all others."""


def money_chart(compared: Comparison, *, cost: float = 0.0) -> Figure:
    """Draw the page; call it inside `style.look()`."""
    currency = compared.scenario.market.currency
    note = (
        f"{spread_note(compared, what='Left: same customers, same luck; mean')} "
        + (f"Dotted: a one-off cost of {amount(cost, decimals=0)} {currency}. " if cost > 0 else "")
        + "Right: customers at the end of the first replication, a year or longer in the market; the top twentieth is not drawn. "
        "Figures of a simulated firm, not for a budget."
    )
    figure = page_for(needed=4.4, least=HEIGHT, title=_title(compared), note=note, handles=arm_handles(compared))
    values = customer_values(compared)
    grid = figure.subplots(1, 2 if values else 1, squeeze=False)[0]
    _draw_difference(grid[0], compared, cost=cost)
    if values:
        _draw_values(grid[1], compared, values)
    return figure


def _title(compared: Comparison) -> str:
    """What has been earned more or less by the end, where that is clear."""
    first, *others = compared.arm_titles
    ends = {arm: worth_after(difference, len(difference)) for arm in others
            if len(difference := cumulative_difference(compared, arm))}  # fmt: skip
    weeks, currency = compared.scenario.horizon.weeks, compared.scenario.market.currency
    start = f"Profit after {weeks} weeks, against {quoted(compared.arm_titles[first])}"
    clear = {arm: end for arm, end in ends.items() if not end.covers_zero}
    if ends and max(end.n for end in ends.values()) < FEWEST_TO_TELL:
        return f"{start}: {so_few(max(end.n for end in ends.values()))}, too few to tell"
    if not clear:
        return f"{start}, differs clearly in no other arm"
    if len(clear) > MOST_NAMED:
        return f"{start}, differs clearly in {len(clear)} of {len(ends)} other arms"
    said = [
        f"{amount(abs(end.mean), decimals=0)} {currency} ({size_words(end.low, end.high, decimals=0)}) "
        f"{'higher' if end.mean > 0 else 'lower'} under "
        f"{quoted(compared.arm_titles[arm])}"
        for arm, end in clear.items()
    ]
    return f"{start}, is {joined(said)}"


def _draw_difference(axes: Axes, compared: Comparison, *, cost: float) -> None:
    axes.axhline(0, color=INK, linewidth=1.6)
    if cost > 0:
        axes.axhline(cost, color=MUTED, linewidth=1.8, linestyle=":")
    for position, arm in enumerate(list(compared.arm_titles)[1:], start=1):
        difference = cumulative_difference(compared, arm)
        bands = [mean_interval(row) for row in difference.to_numpy(dtype=np.float64)]
        of = Band(
            week=difference.index.to_numpy(dtype=np.float64) + 1,
            mean=np.array([band.mean for band in bands]),
            low=np.array([band.low for band in bands]),
            high=np.array([band.high for band in bands]),
        )
        draw_band(axes, of, arm_style(position), position=position)
    weeks_axis(axes, weeks=float(compared.scenario.horizon.weeks))
    axes.set_title(wrapped("Profit added up: difference to the first arm", width=WIDTH / 2 - 1.2, bold=True))
    axes.set_ylabel(f"{compared.scenario.market.currency}, whole market")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _at: true_minus(amount(value, decimals=0))))


def _draw_values(axes: Axes, compared: Comparison, values: Mapping[str, NDArray[np.float64]]) -> None:
    arms = list(compared.arm_titles)
    for arm, of_arm in values.items():
        at = arms.index(arm)
        style = arm_style(at)
        share = 100.0 * np.arange(1, len(of_arm) + 1) / len(of_arm)
        shown = share <= 100.0 * SHOWN
        every = max(1, int(shown.sum()) // 5)
        axes.plot(
            of_arm[shown], share[shown], color=style.colour, linestyle=style.line, marker=style.marker, markersize=8,
            markevery=(at % 4 * every // 5, every),
        )  # fmt: skip
    axes.set_ylim(0, 100)
    axes.set_title(wrapped("Lifetime value of single customers", width=WIDTH / 2 - 1.2, bold=True))
    axes.set_ylabel("Share of customers worth at most (%)")
    axes.set_xlabel(f"Lifetime value ({compared.scenario.market.currency})")

"""Columns of a calibration's tables, each declared once."""

from __future__ import annotations

from simulation.record import Column

__all__ = ["COMPARED", "FIT", "HELD_OUT", "IDENTIFIED", "TRADE_OFFS"]


def _declared(*columns: Column) -> dict[str, Column]:
    return {column.name: column for column in columns}


FIT = _declared(
    Column(name="figure", label="Figure", unit="", meaning="Metric, with its place and month."),
    Column(name="label", label="Label", unit="", meaning="The same in words."),
    Column(name="unit", label="Unit", unit="", meaning="Unit of the figures in this row, in which silosim measures."),
    Column(name="as_given", label="As given", unit="", meaning="Value and unit as the client's file has them."),
    Column(name="line", label="Line", unit="", low=1, meaning="Line of the client's file."),
    Column(name="observed", label="Observed", unit="as said", meaning="The client's figure."),
    Column(name="observed_low", label="Observed, low", unit="as said", meaning="Low end of the 95 % interval of its error."),
    Column(name="observed_high", label="Observed, high", unit="as said", meaning="High end of the 95 % interval of its error."),
    Column(name="error_from", label="Error from", unit="", meaning="tolerance, n, or assumed."),
    Column(name="fitted", label="Fitted", unit="as said", meaning="Mean over the ensemble's own runs."),
    Column(name="fitted_low", label="Fitted, low", unit="as said", meaning="2.5 % quantile over the ensemble's own runs: luck and parameters."),
    Column(name="fitted_high", label="Fitted, high", unit="as said", meaning="97.5 % quantile over the ensemble's own runs."),
    Column(name="before_low", label="Before, low", unit="as said", meaning="Least figure over the whole range of the parameters."),
    Column(name="before_high", label="Before, high", unit="as said", meaning="Largest figure over the whole range of the parameters."),
    Column(name="explained", label="Explained", unit="0-1", low=0, high=1, meaning="Part of the figure's variance over the whole range that the parameters explain; the rest is luck and what a quadratic misses."),
    Column(name="away", label="Away", unit="standard deviations", meaning="Fitted - observed, over the standard deviation of luck and error together; beyond 2 it does not fit."),
)  # fmt: skip

IDENTIFIED = _declared(
    Column(name="parameter", label="Parameter", unit="", meaning="What was fitted; with * the factor by which all are multiplied."),
    Column(name="places", label="Places", unit="", meaning="Paths in the scenario."),
    Column(name="now", label="Now", unit="as in the scenario", meaning="Value in the scenario; 1 for a factor."),
    Column(name="fitted", label="Fitted", unit="as in the scenario", meaning="The point estimate: mean of the posterior (on the scale of the range)."),
    Column(name="low", label="Low", unit="as in the scenario", meaning="Low end of the 95 % credible interval."),
    Column(name="high", label="High", unit="as in the scenario", meaning="High end of the 95 % credible interval."),
    Column(name="range_low", label="Range, low", unit="as in the scenario", meaning="Low end of what was thought possible."),
    Column(name="range_high", label="Range, high", unit="as in the scenario", meaning="High end of what was thought possible."),
    Column(name="scale", label="Scale", unit="", meaning="linear or log: on which the range is even."),
    Column(name="width_left", label="Width left", unit="0-1", low=0, meaning="Width of the 95 % interval as a part of that before the data (1: the data say nothing)."),
    Column(name="identified", label="Identified", unit="", meaning="yes (width left below 0.5), partly (below 0.8) or no."),
    Column(name="at_edge", label="At an edge", unit="0-1", low=0, high=1, meaning="Part of the posterior within a fiftieth of an end of the range: much of it asks for a wider range."),
    Column(name="trades_with", label="Trades with", unit="", meaning="Parameter that it can be exchanged for best; empty where none."),
    Column(name="correlation", label="Correlation", unit="-1 to 1", low=-1, high=1, meaning="With that parameter, over the posterior."),
)  # fmt: skip

TRADE_OFFS = _declared(
    Column(name="first", label="First", unit="", meaning="A parameter."),
    Column(name="second", label="Second", unit="", meaning="Another."),
    Column(name="correlation", label="Correlation", unit="-1 to 1", low=-1, high=1, meaning="Over the posterior: far from 0, the data tell a combination of both better than either."),
)  # fmt: skip

HELD_OUT = _declared(
    Column(name="held_out", label="Held out", unit="", meaning="What was left out of the fit: the last months, or all figures of one metric."),
    Column(name="figure", label="Figure", unit="", meaning="Metric, with its place and month."),
    Column(name="label", label="Label", unit="", meaning="The same in words."),
    Column(name="unit", label="Unit", unit="", meaning="Unit of the figures."),
    Column(name="observed", label="Observed", unit="as said", meaning="The client's figure."),
    Column(name="predicted", label="Predicted", unit="as said", meaning="Median prediction from all other figures."),
    Column(name="low", label="Low", unit="as said", meaning="2.5 % quantile of the prediction: parameters, luck and the figure's error."),
    Column(name="high", label="High", unit="as said", meaning="97.5 % quantile of the prediction."),
    Column(name="before_low", label="Before, low", unit="as said", meaning="Least figure over the whole range of the parameters."),
    Column(name="before_high", label="Before, high", unit="as said", meaning="Largest figure over the whole range."),
    Column(name="inside", label="Inside", unit="", meaning="Whether the observed figure lies between low and high."),
    Column(name="narrowed", label="Narrowed", unit="0-1", meaning="Width of the prediction as a part of the width before: near 1 the other figures say nothing about it, and the check is weak."),
)  # fmt: skip

COMPARED = _declared(
    Column(name="outcome", label="Outcome", unit="", meaning="Metric or KPI: mean of the last 52 weeks."),
    Column(name="unit", label="Unit", unit="", meaning="Its unit."),
    Column(name="arm", label="Arm", unit="", meaning="Compared with the first arm."),
    Column(name="mean", label="Mean", unit="as said", meaning="Of the arm, over draws and replications."),
    Column(name="difference", label="Difference", unit="as said", meaning="To the first arm, same customers and luck; mean over draws and replications."),
    Column(name="low", label="Low", unit="as said", meaning="Low end of the 95 % interval of the difference that holds luck and parameters."),
    Column(name="high", label="High", unit="as said", meaning="High end of it."),
    Column(name="luck_low", label="Luck, low", unit="as said", meaning="Low end of the interval if the parameters were known: luck alone."),
    Column(name="luck_high", label="Luck, high", unit="as said", meaning="High end of it."),
    Column(name="from_parameters", label="From parameters", unit="0-1", low=0, high=1, meaning="Part of the squared half width that is due to the parameters; the rest is luck, which more replications take away."),
    Column(name="told_apart", label="Told apart", unit="", meaning="Whether draws differ by more than luck (F test, 5 %): if not, from_parameters is a guess."),
    Column(name="draws", label="Draws", unit="count", low=1, meaning="Draws of the ensemble with a value."),
    Column(name="replications", label="Replications", unit="count", low=1, meaning="Replications of each draw."),
    Column(name="same_sign", label="Same sign", unit="0-1", low=0, high=1, meaning="Part of the draws whose mean difference has the sign of the difference."),
)  # fmt: skip

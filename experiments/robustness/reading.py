"""What a thousand firms with all assumed numbers drawn anew say of the headline: tables and a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import stats

from simulation.analysis.intervals import mean_interval
from simulation.laboratory.sweep import dataset
from simulation.views import style

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

__all__ = ["write_answer"]

HEADLINES: dict[str, tuple[str, str, str, str, str]] = {
    "silos_loyalty": ("Own KPIs against levers that never move", "loyalty", "siloed", "frozen", "points of loyalty"),
    "half_loyalty": (
        "Half the weight shared, and sight",
        "loyalty",
        "shared_and_pooled",
        "siloed",
        "points of loyalty",
    ),
    "nine_tenths_loyalty": ("Nine tenths shared, and sight", "loyalty", "nine_tenths", "siloed", "points of loyalty"),
    "half_profit": ("Half the weight shared, and sight", "profit", "shared_and_pooled", "siloed", "EUR"),
    "nine_tenths_profit": ("Nine tenths shared, and sight", "profit", "nine_tenths", "siloed", "EUR"),
}
"""Difference of which metric between which arms; what it is called, and its unit."""
FALSE_DISCOVERIES = 0.05
"""Share of named parameters that may be named by chance (Benjamini & Hochberg 1995)."""
MOST_NAMED = 12
"""Parameters in the picture."""


def write_answer(folder: Path, kept: Path) -> None:
    """Write `draws.csv` (each firm), `survival.csv` (each headline), `turning.csv` (which numbers move it), and a picture."""
    kept.mkdir(exist_ok=True)
    runs = dataset.read(folder)
    draws = per_draw(runs)
    labels = {factor.column: factor.label for factor in dataset.plan_of(folder).factors}
    factors = runs.drop_duplicates("point").set_index("point").sort_index()[list(labels)].rename(columns=labels)
    survives, turns = survival(draws), turning(draws, factors)
    for name, frame in {"draws": draws, "survival": survives, "turning": turns}.items():
        frame.to_csv(kept / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")
    with style.look():
        style.save(picture(draws, survives, turns), kept, "headline")


def per_draw(runs: pd.DataFrame) -> pd.DataFrame:
    """Return a row per firm and headline: mean over replications, 95 % interval, and the variance of that mean that is luck."""
    wide = runs.pivot_table(index=["point", "replication"], columns="arm", values=["loyalty", "profit"])
    rows = []
    for name, (_, metric, arm, against, _) in HEADLINES.items():
        gaps = (wide[metric][arm] - wide[metric][against]).unstack("replication")
        for point, values in zip(gaps.index, gaps.to_numpy(), strict=True):
            found = mean_interval(values)
            luck = float(np.var(values, ddof=1)) / len(values)
            rows.append((point, name, found.n, found.mean, found.low, found.high, luck))
    return pd.DataFrame(rows, columns=["draw", "headline", "n", "mean", "low", "high", "luck"])


def survival(draws: pd.DataFrame) -> pd.DataFrame:
    """Return a row per headline: in what share of firms it is below and above nought, by the mean and clearly, with intervals.

    `luck_share` is the part of the variance between firms that is luck; `mean` and its interval are over firms.
    """
    rows = []
    for name, part in draws.groupby("headline", sort=False):
        title, metric, arm, against, unit = HEADLINES[str(name)]
        over = mean_interval(part["mean"].to_numpy())
        row: dict[str, object] = {
            "headline": name,
            "title": title,
            "metric": metric,
            "arm": arm,
            "against": against,
            "unit": unit,
        }
        row |= {"firms": len(part), "mean": over.mean, "low": over.low, "high": over.high}
        row |= {f"p{q}": float(part["mean"].quantile(q / 100)) for q in (5, 50, 95)}
        for word, count in {
            "below": int((part["mean"] < 0).sum()),
            "clearly_below": int((part["high"] < 0).sum()),
            "clearly_above": int((part["low"] > 0).sum()),
        }.items():
            interval = stats.binomtest(count, len(part)).proportion_ci(method="wilson")
            row |= {word: count / len(part), f"{word}_low": interval.low, f"{word}_high": interval.high}
        rows.append({**row, "luck_share": float(part["luck"].mean() / part["mean"].var(ddof=1))})
    return pd.DataFrame(rows)


def turning(draws: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """Return a row per headline and number: Spearman's rank correlation over firms, its 95 % interval, and whether it is told.

    The interval is Fisher's with Bonett and Wright's (2000) variance; `told` controls the false discovery rate per headline.
    """
    found = []
    for name, part in draws.groupby("headline", sort=False):
        effect = part.set_index("draw")["mean"]
        rows = []
        for path in factors.columns:
            rho, p = stats.spearmanr(factors[path], effect)
            half = 1.96 * np.sqrt((1 + rho**2 / 2) / (len(effect) - 3))
            rows.append((name, path, rho, np.tanh(np.arctanh(rho) - half), np.tanh(np.arctanh(rho) + half), p))
        frame = pd.DataFrame(rows, columns=["headline", "number", "correlation", "low", "high", "p"])
        frame["told"] = stats.false_discovery_control(frame["p"]) < FALSE_DISCOVERIES
        found.append(frame.sort_values("correlation", key=lambda column: -column.abs()))
    return pd.concat(found, ignore_index=True)


def picture(draws: pd.DataFrame, survives: pd.DataFrame, turns: pd.DataFrame) -> Figure:
    """Draw how the effects in loyalty are spread over firms, and what the loss to silos goes with."""
    figure = Figure(figsize=(style.WIDTH, style.HEIGHT), layout="constrained")
    spread, names = figure.subplots(1, 2, width_ratios=[1, 1])
    _spread(spread, draws, survives)
    _names(names, turns[(turns["headline"] == "silos_loyalty") & turns["told"]].head(MOST_NAMED))
    firms = int(survives["firms"].iloc[0])
    below = survives.set_index("headline")["below"]["silos_loyalty"]
    figure.suptitle(
        f"Own KPIs cost loyalty in {below:.0%} of {firms:,} firms with every assumed number drawn anew",
        fontsize=style.TITLE, color=style.INK, x=0.01, ha="left",
    )  # fmt: skip
    return figure


def _spread(axes: Axes, draws: pd.DataFrame, survives: pd.DataFrame) -> None:
    shown = survives[survives["metric"] == "loyalty"]
    effects = [draws.loc[draws["headline"] == name, "mean"].to_numpy() for name in shown["headline"]]
    axes.boxplot(effects, orientation="horizontal", whis=(5, 95), showfliers=False, widths=0.5,
                 medianprops={"color": style.INK, "linewidth": 2})  # fmt: skip
    axes.axvline(0, color=style.MUTED, linewidth=1)
    words = [f"{row.title}\nabove nought in {1 - row.below:.0%}" for row in shown.itertuples()]
    axes.set_yticks(range(1, len(words) + 1), words)
    axes.invert_yaxis()
    axes.set_xlabel("points of loyalty; box: half of the firms, whiskers: nine tenths")
    axes.set_title("Effect over firms", loc="left", fontsize=style.SMALL)


def _names(axes: Axes, told: pd.DataFrame) -> None:
    at = range(len(told))
    errors = np.abs(told[["low", "high"]].to_numpy().T - told["correlation"].to_numpy())
    axes.errorbar(told["correlation"], at, xerr=errors, fmt="o", color=style.INK, capsize=3)
    axes.axvline(0, color=style.MUTED, linewidth=1)
    axes.set_yticks(at, [path.replace("departments.", "").replace(".effects.", ": ") for path in told["number"]])
    axes.invert_yaxis()
    axes.set_xlabel("rank correlation with the effect of own KPIs, 95 % interval")
    axes.set_title("What the loss goes with (left: more lost where it is larger)", loc="left", fontsize=style.SMALL)

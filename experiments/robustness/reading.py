"""What a thousand firms with all assumed numbers drawn anew say of the headline: tables and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from simulation.analysis.intervals import mean_interval
from simulation.laboratory.sweep import dataset
from simulation.laboratory.sweep.sweeping import plan_in
from simulation.views import style

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

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
    """Write `draws.csv` (each firm), `survival.csv` (each headline), `turning.csv` (which numbers move it), and pictures."""
    kept.mkdir(exist_ok=True)
    runs = dataset.read(folder)
    draws = per_draw(runs)
    labels = {factor.column: factor.label for factor in plan_in(folder).factors}
    factors = runs.drop_duplicates("point").set_index("point").sort_index()[list(labels)].rename(columns=labels)
    survives, turns = survival(draws), turning(draws, factors)
    for name, frame in {"draws": draws, "survival": survives, "turning": turns}.items():
        frame.to_csv(kept / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")
    with style.look():
        style.save(headline_page(draws, survives), kept, "headline")
        style.save(turning_page(turns), kept, "turning")


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


def headline_page(draws: pd.DataFrame, survives: pd.DataFrame) -> Figure:
    """Draw how the effects in loyalty are spread over firms."""
    rows = survives[survives["metric"] == "loyalty"]
    silos = rows.set_index("headline").loc["silos_loyalty"]
    figure = style.page(
        title=f"Own KPIs cost loyalty in {silos['below']:.0%} of {silos['firms']:,.0f} firms that differ in every assumed number",
        note="Firms by the effect [points of loyalty], mean of 3 replications. First: own KPIs against levers that never move; "
        "the others: shared pay with sight against own KPIs. Luck widens each picture.",
    )
    panels = figure.subplots(len(rows), 1, sharex=True).tolist()
    shown = draws[draws["headline"].isin(rows["headline"])]["mean"]
    bins = np.arange(np.floor(shown.min()), np.ceil(shown.max()) + 0.25, 0.25)
    for axes, row in zip(panels, rows.itertuples(), strict=True):
        values = draws.loc[draws["headline"] == row.headline, "mean"]
        axes.hist(values[values < 0], bins=bins, color=style.BELOW, hatch="//", edgecolor="white")
        axes.hist(values[values >= 0], bins=bins, color=style.PAR, edgecolor="white")
        axes.axvline(0, color=style.INK, linewidth=1.5)
        axes.set_title(
            f"{row.title}: {row.p50:+.1f}, nine tenths of firms {row.p5:+.1f} to {row.p95:+.1f}; up in {1 - row.below:.0%}"
        )
        axes.set_ylabel("firms")
    panels[-1].set_xlabel("points of loyalty")
    return figure


def turning_page(turns: pd.DataFrame) -> Figure:
    """Draw which assumed numbers the loss to silos goes with."""
    told = turns[(turns["headline"] == "silos_loyalty") & turns["told"]]
    most = told.head(MOST_NAMED)
    figure = style.page(
        title="Which assumed numbers go with what silos cost",
        note="Rank correlation with the effect of own KPIs on loyalty, 95 % interval; left: more is lost the larger it is. "
        f"The largest {len(most)} of {len(told)} that are told at a false discovery rate of {FALSE_DISCOVERIES:.0%}, of "
        f"{turns['number'].nunique()} numbers.",
    )
    axes = figure.subplots()
    at = np.arange(len(most))
    errors = np.abs(most[["low", "high"]].to_numpy().T - most["correlation"].to_numpy())
    axes.errorbar(most["correlation"], at, xerr=errors, fmt="o", color=style.INK, capsize=4)
    axes.axvline(0, color=style.MUTED, linewidth=1)
    axes.set_yticks(at, [path.removeprefix("departments.").replace(".effects.", ": ") for path in most["number"]])
    axes.invert_yaxis()
    axes.set_xlabel("rank correlation")
    return figure

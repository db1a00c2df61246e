"""The evidence report for people: a table in words, a picture, a page of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from matplotlib.axes import Axes
    from rich.console import Console

__all__ = ["draw_forest", "evidence_page", "print_evidence"]

FIRM_WORDS = {
    "reference": "Reference firm",
    "random_spill_overs": "Spill-overs of random sign",
    "indifferent_customers": "Satisfaction moves no purchase",
}
STUDY_WORDS = {
    "sharing": "Silos, shared weight and sight",
    "chain": "The chain of lead quality",
    "off_board": "One department off board",
    "coming_back": "Coming back after worse years",
    "voice": "Voice, exit and word of mouth",
    "coaching": "Begging for scores",
    "attention": "Too many masters",
    "data": "Data put in by choice, reward or mandate",
    "councils": "Where a council acts",
    "pools": "Divided and undivided pools",
    "silos_win": "Where silos do as well",
}
START_WORDS = {"midpoint": "start: middle", "company_best": "start: company's best", "random": "start: random"}
MOST_COLUMNS = 3
EXPECTED_WORDS = {"+": "above 0", "-": "below 0", "0": "about 0", "": "(no expectation)"}


def print_evidence(report: pd.DataFrame, console: Console) -> None:
    """Print, for each firm, every pattern with its estimate and interval from each start, and the verdict."""
    for firm, part in report.groupby("firm", sort=False):
        console.print(f"\n[bold]{FIRM_WORDS[str(firm)]}[/bold] (n = {part['n'].max()} replications from each start)")
        for name in part["pattern"].unique():
            rows = part[part["pattern"] == name]
            first = rows.iloc[0]
            console.print(f"{name}: {first['says']} ({first['unit']}; expected {EXPECTED_WORDS[first['expected']]})")
            for row in _rows(rows):
                start = START_WORDS[row.start].removeprefix("start: ")
                share = "" if np.isnan(row.share) else f", sign as expected in {100 * row.share:.0f} %"
                console.print(
                    f"    {start:15} {row.mean:+7.2f} ({row.low:+.2f} to {row.high:+.2f})  {row.verdict}{share}",
                    highlight=False,
                )


def _rows(part: pd.DataFrame) -> list[Any]:
    """Return the rows of a frame as named tuples (pandas types their fields as anything at all)."""
    return list(part.itertuples())


def draw_forest(report: pd.DataFrame, folder: Path) -> list[Path]:
    """Draw, for each study, the patterns that theory has a word on: estimate and interval in every firm and from every start."""
    from simulation.views.style import look

    paths = []
    with look():
        for study, part in report[report["expected"] != ""].groupby("study", sort=False):
            paths += _draw_study(part, folder, f"patterns_{study}")
    return paths


def _draw_study(part: pd.DataFrame, folder: Path, name: str) -> list[Path]:
    from simulation.views.style import page, save

    shown = list(part["pattern"].unique())
    columns = min(MOST_COLUMNS, len(shown))
    rows, lines = -(-len(shown) // columns), int(part.groupby("pattern").size().max())
    null = " Firms other than the reference are null firms: what shows there, too, was not brought about by what they lack."
    figure = page(
        title=f"{STUDY_WORDS[part.iloc[0]['study']]}: what emerges, from three starting policies",
        note=f"Dots: means of {part['n'].max()} replications, paired; lines: 95 % intervals. Filled: the interval leaves out zero."
        + (null if part["firm"].nunique() > 1 else ""),
        height=2.2 + (1.2 + 0.3 * lines) * rows,
    )
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat[len(shown) :]:
        axes.remove()
    for position, (axes, pattern) in enumerate(zip(grid.flat, shown, strict=False)):
        _panel(axes, part[part["pattern"] == pattern], labels=position % columns == 0)
    return save(figure, folder, name)


def _panel(axes: Axes, part: pd.DataFrame, *, labels: bool) -> None:
    """Draw one pattern: a row for each firm and start."""
    from simulation.analysis.intervals import rules_out_zero
    from simulation.views.style import arm_style, wrapped

    firms = list(part["firm"].unique())
    axes.axvline(0.0, color="black", linewidth=1.2)
    rows = _rows(part)
    for y, row in enumerate(rows):
        style = arm_style(firms.index(row.firm))
        clear = rules_out_zero(row.low, row.high, n=row.n)
        axes.plot([row.low, row.high], [y, y], color=style.colour, linewidth=2.5)
        axes.plot(row.mean, y, marker=style.marker, markersize=9, color=style.colour,
                  markerfacecolor=style.colour if clear else "white")  # fmt: skip
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)))
    words = [f"{FIRM_WORDS[row.firm]}\n{START_WORDS[row.start]}" if i % 3 == 0 else START_WORDS[row.start]
             for i, row in enumerate(rows)]  # fmt: skip
    axes.set_yticklabels(words if labels else [""] * len(rows), fontsize=11)
    first = rows[0]
    axes.set_title(wrapped(f"{first.says} ({first.unit})", width=3.3, size=12, bold=True), fontsize=12)
    axes.tick_params(axis="x", labelsize=11)


def evidence_page(report: pd.DataFrame, settings: Mapping[str, object]) -> str:
    """Return the report as a page of text (Markdown) for reading and for printing."""
    lines = [
        "# What emerges, and what does not",
        "",
        "Each line: firm, starting policy, mean over replications with its 95 % interval, and how often the sign was the expected.",
        "Nothing here is asserted by a test.",
        "",
        "Settings: " + ", ".join(f"{name} {value}" for name, value in settings.items()) + ".",
    ]
    for name in report["pattern"].unique():
        part = report[report["pattern"] == name]
        first = part.iloc[0]
        expected = EXPECTED_WORDS[first["expected"]]
        about = f"Unit: {first['unit']}. Expected: {expected}. Source: {first['source']}."
        head = "| firm | start | n | mean | 95 % interval | share | verdict |"
        lines += ["", f"## {name}: {first['says']}", "", about, "", head, "|---|---|---|---|---|---|---|"]
        for row in _rows(part):
            share = "" if np.isnan(row.share) else f"{100 * row.share:.0f} %"
            lines.append(
                f"| {FIRM_WORDS[row.firm]} | {START_WORDS[row.start].removeprefix('start: ')} | {row.n} | {row.mean:+.2f} "
                f"| {row.low:+.2f} to {row.high:+.2f} | {share} | {row.verdict} |"
            )
    return "\n".join(lines) + "\n"

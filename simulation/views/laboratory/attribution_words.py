"""Attribution in sentences: who is behind the gap between two arms, and how far it takes others to change, too."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

from simulation.analysis.frames import LAST_WEEKS
from simulation.analysis.intervals import FEWEST_TO_TELL, rules_out_zero
from simulation.laboratory.attribution.coalition_game import KINDS
from simulation.laboratory.attribution.tables import COLUMNS
from simulation.views.words import amount, amount_with_sign, interval_words, joined, quoted, short_unit, so_few

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from simulation.laboratory.attribution.coalition_game import Game

__all__ = ["attribution_page", "decimals_of", "headline", "sentences", "window_words"]

_SAME_LUCK = (
    "Same customers and luck in every run of a replication. Intervals are 95 % (Student) over replications; a part whose interval "
    "leaves out zero is told from zero by itself: of twenty parts one does so by luck."
)


def attribution_page(games: Sequence[tuple[Game, pd.DataFrame]]) -> str:
    """Return the page in Markdown: for each kind what it finds, the table, and how to read it."""
    game = games[0][0]
    first, second = (quoted(title) for title in game.titles)
    lines = [
        f"# Who is behind the gap in {game.column.label.lower()}: from {first} to {second}",
        "",
        f"{game.column.label}: {game.column.meaning} Unit: {game.column.unit}, {window_words(game)}.",
        f"{game.first.horizon.population:,} people, {game.first.horizon.weeks} weeks, seed {game.seed}. {_SAME_LUCK}",
    ]
    for each, table in games:
        lines += ["", f"## {KINDS[each.kind].capitalize()}", "", *sentences(each, table), "", *_table(table)]
    lines += ["", "## Words", "", *(f"- {column.label}: {column.meaning}" for column in COLUMNS.values())]
    return "\n".join(lines) + "\n"


def headline(game: Game, table: pd.DataFrame) -> str:
    """Return what the gap is and whose part is the largest, in one sentence that says its kind."""
    gap, unit = _row(table, "gap"), short_unit(game.column.unit)
    decimals = decimals_of([gap])
    label, n = game.column.label, int(gap["n"])
    kind = KINDS[game.kind]
    if n < FEWEST_TO_TELL:
        return f"Whether {label.lower()} differs between {_arms(game)} cannot be told from {so_few(n)} ({kind})"
    if not rules_out_zero(gap["value_low"], gap["value_high"], n=n):
        return f"{label} does not differ between {_arms(game)} by more than luck explains ({so_few(n)}, {kind})"
    moves = "higher" if gap["value"] > 0 else "lower"
    said = f"{label} is {moves} by {amount(abs(gap['value']), decimals=decimals)} {unit} under {quoted(game.titles[1])}"
    largest = _largest(game, table)
    if largest is None:
        return f"{said}; no single part can be told from zero ({kind})"
    share = 100.0 * largest["value"] / gap["value"]
    return f"{said}; {largest['label']} accounts for {share:.0f} % of it ({kind})"


def sentences(game: Game, table: pd.DataFrame) -> list[str]:
    """Return what was found, one sentence a line of a list."""
    gap = _row(table, "gap")
    decimals = decimals_of([gap, *_players(table)])
    unit = short_unit(game.column.unit)
    found = [f"- {headline(game, table)}: {_amount(gap, 'value', decimals)} {unit}, n = {int(gap['n'])}."]
    clear = [row for row in _players(table) if _clear(row, "value")]
    found += [
        f"- {row['label']}: {_amount(row, 'value', decimals)}; alone {_amount(row, 'alone', decimals)}, as the last to "
        f"change {_amount(row, 'last', decimals)}. {_together(row)}"
        for row in sorted(clear, key=lambda row: -abs(row["value"]))
    ]
    unclear = [str(row["label"]) for row in _players(table) if not _clear(row, "value")]
    if unclear:
        found.append(f"- Not to be told from zero at this number of replications: {joined(unclear)}.")
    if game.kind == "recorded":
        found.append(
            f"- Trials themselves (the runs as they were less the replays of their own levers): "
            f"{_amount(_row(table, 'trials'), 'value', decimals)}."
        )
    return found


def window_words(game: Game) -> str:
    """Return which weeks the figure is the mean of."""
    weeks = game.first.horizon.weeks
    return "mean of the last 52 weeks" if game.over == "last" and weeks > LAST_WEEKS else f"mean of all {weeks} weeks"


def decimals_of(rows: Iterable[pd.Series]) -> int:
    """Decimals that show the intervals of values without false precision."""
    halves = [float(row["value_high"] - row["value_low"]) / 2 for row in rows]
    halves = [half for half in halves if math.isfinite(half) and half > 0]
    if not halves:
        return 2
    first_digit = math.ceil(-math.log10(statistics.median(halves)))
    return max(0, min(max(2, first_digit), first_digit + 1))


def _arms(game: Game) -> str:
    return joined([quoted(title) for title in game.titles])


def _row(table: pd.DataFrame, what: str) -> pd.Series:
    return table[table["what"] == what].iloc[0]


def _players(table: pd.DataFrame) -> list[pd.Series]:
    return [row for _, row in table[table["what"].isin(["department", "section"])].iterrows()]


def _largest(game: Game, table: pd.DataFrame) -> pd.Series | None:
    """Return the player with the largest part that can be told from zero and goes the way of the gap."""
    gap = _row(table, "gap")["value"]
    same_way = [row for row in _players(table) if _clear(row, "value") and row["value"] * gap > 0]
    return max(same_way, key=lambda row: abs(row["value"]), default=None)


def _clear(row: pd.Series, measure: str) -> bool:
    return rules_out_zero(row[f"{measure}_low"], row[f"{measure}_high"], n=int(row["n"]))


def _amount(row: pd.Series, measure: str, decimals: int) -> str:
    low, high = row[f"{measure}_low"], row[f"{measure}_high"]
    return f"{amount_with_sign(row[measure], decimals=decimals)} ({interval_words(low, high, decimals=decimals)})"


def _together(row: pd.Series) -> str:
    """Return whether it takes others to change as well."""
    if not _clear(row, "interaction"):
        return "What comes of changing together with others cannot be told from zero."
    more = row["interaction"] * row["value"] > 0
    return f"Others' changing as well makes its part {'larger' if more else 'smaller'}."


def _table(table: pd.DataFrame) -> list[str]:
    rows = [row for _, row in table.iterrows()]
    decimals = decimals_of([row for row in rows if row["what"] not in ("from", "to")])
    lines = ["| | Value | Alone | Last | Interaction | n |", "|---|---|---|---|---|---|"]
    for row in rows:
        plain = row["what"] in ("from", "to")
        value = f"{amount(row['value'], decimals=decimals)}" if plain else _amount(row, "value", decimals)
        cells = [
            _amount(row, measure, decimals) if math.isfinite(row[measure]) else ""
            for measure in ("alone", "last", "interaction")
        ]
        lines.append(f"| {row['label']} | {value} | {' | '.join(cells)} | {row['n']} |")
    return lines

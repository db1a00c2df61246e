"""Attribution as tables: every player's part of the gap with its interval, and the value of every coalition."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulation.analysis.intervals import mean_interval
from simulation.laboratory.attribution.shapley import coalitions, dues
from simulation.record import Column

if TYPE_CHECKING:
    import pandas as pd

    from simulation.laboratory.attribution.attribution import Lived, Played
    from simulation.laboratory.attribution.coalition_game import Game

__all__ = ["COLUMNS", "VALUE_COLUMNS", "attributed", "values_frame"]

_COLUMNS = (
    Column(name="kind", label="Kind", unit="",
           meaning="recorded: everybody plays recorded levers. relearning: everybody learns anew."),
    Column(name="what", label="What", unit="",
           meaning="from, to: the arms. department, section: a player. trials: trials themselves. gap: to less from."),
    Column(name="name", label="Name", unit="", meaning="Arm, department or section."),
    Column(name="label", label="Label", unit="", meaning="The same in plain words."),
    Column(name="value", label="Value", unit="outcome",
           meaning="Arms: mean of the outcome. Players: Shapley value, their part of the gap."),
    Column(name="alone", label="Alone", unit="outcome", meaning="What the player changes when nobody else does."),
    Column(name="last", label="Last", unit="outcome",
           meaning="What the player changes when everybody else has changed already."),
    Column(name="interaction", label="Interaction", unit="outcome",
           meaning="Value less alone: what comes of changing together with others."),
    Column(name="n", label="n", unit="replications", meaning="Replications behind the row."),
)  # fmt: skip
COLUMNS: dict[str, Column] = {column.name: column for column in _COLUMNS}
"""Columns of `attribution.csv`; each of value, alone, last and interaction is followed by its 95 % interval (_low, _high)."""
_VALUE_COLUMNS = (
    COLUMNS["kind"],
    Column(name="replication", label="Replication", unit="", meaning="Number of the replication."),
    Column(name="coalition", label="Coalition", unit="",
           meaning="Players who are as in the second arm, joined by +; empty: none."),
    Column(name="value", label="Value", unit="outcome", meaning="Mean of the outcome in that run."),
)  # fmt: skip
VALUE_COLUMNS: dict[str, Column] = {column.name: column for column in _VALUE_COLUMNS}
"""Columns of `coalitions.csv`."""
_MEASURES = ("value", "alone", "last", "interaction")


def attributed(played: Played) -> pd.DataFrame:
    """Return what each player is due: one row for the first arm, each player, trials (recorded), the second arm, the gap.

    The values of players, and of trials, add up to the gap in every replication. Columns: see `COLUMNS`; intervals are 95 %
    (Student) over replications.
    """
    import pandas as pd

    game = played.game
    each = [_parts(game, replication, lived) for replication, lived in played.lived.items()]
    rows = []
    for what, name, label in _lines(game):
        row: dict[str, object] = {"kind": game.kind, "what": what, "name": name, "label": label}
        for measure in _MEASURES:
            found = mean_interval([parts[what, name].get(measure, math.nan) for parts in each])
            row |= {measure: found.mean, f"{measure}_low": found.low, f"{measure}_high": found.high}
        rows.append({**row, "n": sum(math.isfinite(parts[what, name]["value"]) for parts in each)})
    return pd.DataFrame(rows)


def values_frame(played: Played) -> pd.DataFrame:
    """Return the value of every coalition in every replication; columns: see `VALUE_COLUMNS`."""
    import pandas as pd

    game = played.game
    return pd.DataFrame(
        [
            {
                "kind": game.kind,
                "replication": replication,
                "coalition": "+".join(player.name for at, player in enumerate(game.players) if coalition >> at & 1),
                "value": lived.of(coalition),
            }
            for replication, lived in played.lived.items()
            for coalition in coalitions(len(game.players), game.orders(replication))
        ],
        columns=list(VALUE_COLUMNS),
    )


def _lines(game: Game) -> list[tuple[str, str, str]]:
    """Return (what, name, label) of every row."""
    (first, second), titles = game.names, game.titles
    players = [("section" if each.section else "department", each.name, each.label) for each in game.players]
    trials = [("trials", "trials", "Trials themselves")] if game.kind == "recorded" else []
    return [("from", first, titles[0]), *players, *trials, ("to", second, titles[1]), ("gap", "gap", "Gap")]


def _parts(game: Game, replication: int, lived: Lived) -> dict[tuple[str, str], dict[str, float]]:
    """Return one replication's measures by (what, name)."""
    players = len(game.players)
    orders = game.orders(replication)
    values = {coalition: lived.of(coalition) for coalition in coalitions(players, orders)}
    due = dues(values, players, orders)
    start, end = values[0], values[(1 << players) - 1]
    parts = {
        ("section" if player.section else "department", player.name): {
            "value": float(due.value[at]),
            "alone": float(due.alone[at]),
            "last": float(due.last[at]),
            "interaction": float(due.value[at] - due.alone[at]),
        }
        for at, player in enumerate(game.players)
    }
    first, second = lived.arms or (start, end)
    parts["trials", "trials"] = {"value": (second - end) - (first - start)}
    ends = {("from", game.names[0]): first, ("to", game.names[1]): second, ("gap", "gap"): second - first}
    return parts | {line: {"value": value} for line, value in ends.items()}

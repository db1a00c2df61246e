"""A question of attribution as a game between two arms: its players, its coalitions, and what a coalition is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from simulation.analysis.frames import columns_of, last_mean
from simulation.laboratory.attribution.mixed_arms import check_pair, mixed, players_between
from simulation.laboratory.attribution.shapley import Order, coalitions, sampled_orders
from simulation.scenario.faults import Fault, ScenarioError, nearest, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from simulation.laboratory.attribution.mixed_arms import Player
    from simulation.record import Column, Run
    from simulation.scenario.scenario import Scenario

__all__ = ["KINDS", "MOST_EXACT", "Game", "Kind", "Over", "game_between"]

Kind = Literal["recorded", "relearning"]
Over = Literal["last", "all"]
KINDS: dict[Kind, str] = {
    "recorded": "with recorded levers",
    "relearning": "with relearning",
}
"""Kinds of attribution, in words."""
MOST_EXACT = 12
"""Most players over all of whose coalitions is summed: 2^12 = 4,096 runs a replication."""
BLOCK = 32
"""Coalitions that a worker lives in a row."""
_MONEY = ("bonus", "cost", "profit", "profit_at_equal_bonus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """What is asked: two arms, the players between them, the figure, and the design.

    Attributes
    ----------
    names
        Names of the two arms, first and second; `titles` in plain words.
    outcome
        Weekly figure: a metric of the company, a KPI, an appraisal or a bonus.
    over
        `last`: mean of the last 52 weeks, as in a comparison; `all`: of all weeks.
    permutations
        Pairs of orders sampled in each replication; None: all coalitions.
    """

    kind: Kind
    names: tuple[str, str]
    titles: tuple[str, str]
    first: Scenario
    second: Scenario
    players: tuple[Player, ...]
    outcome: str
    over: Over
    seed: int
    replications: int
    permutations: int | None = None

    @property
    def column(self) -> Column:
        """The outcome: label, unit, meaning."""
        return columns_of({"first": self.first, "second": self.second})[self.outcome]

    @property
    def runs(self) -> int:
        """Number of runs in all, at the most."""
        return sum(self.runs_of(block) for _, block in self.blocks())

    @property
    def money(self) -> bool:
        """Whether the outcome depends on who is paid what, and not on customers alone."""
        return self.outcome in _MONEY or self.outcome.startswith(("score.", "bonus."))

    def runs_of(self, block: tuple[int, ...]) -> int:
        """Return how many runs a block takes: those of both arms, or the first one's burn-in, come on top of its own."""
        return len(block) + (2 if self.kind == "recorded" else 1)

    def orders(self, replication: int) -> tuple[Order, ...] | None:
        """Return the orders of players sampled in a replication; None: all coalitions are lived."""
        if self.permutations is None:
            return None
        return sampled_orders(len(self.players), self.permutations, seed=(self.seed, replication))

    def blocks(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield (replication, coalitions) for each piece of work, replication after replication."""
        for replication in range(self.replications):
            every = coalitions(len(self.players), self.orders(replication))
            for start in range(0, len(every), BLOCK):
                yield replication, every[start : start + BLOCK]

    def scenario(self, coalition: int) -> Scenario:
        """Return the scenario that a coalition lives."""
        inside = [player for at, player in enumerate(self.players) if coalition >> at & 1]
        return mixed(
            self.first,
            self.second,
            departments={player.name for player in inside if not player.section},
            sections={player.name for player in inside if player.section},
        )

    def value(self, run: Run) -> float:
        """Return a run's value in the outcome's unit; NaN where nothing was observed."""
        at_equal_bonus = self.outcome == "profit_at_equal_bonus"
        weekly = run.weekly["revenue"] - run.weekly["cost"] if at_equal_bonus else run.weekly[self.outcome]
        return last_mean(weekly) if self.over == "last" else _mean(weekly)


def game_between(
    arms: Mapping[str, Scenario],
    *,
    first: str,
    second: str,
    kind: Kind,
    outcome: str = "loyalty",
    over: Over = "last",
    seed: int,
    replications: int,
    permutations: int | None = None,
    titles: Mapping[str, str] | None = None,
) -> Game:
    """Return the game between two arms.

    Parameters
    ----------
    arms
        Scenarios by name.
    first, second
        Names of the arms: the gap is second less first.
    kind, outcome, over, seed, replications, permutations
        See `Game`.
    titles
        Arms in plain words, by name.

    Raises
    ------
    ScenarioError
        If the arms cannot be mixed, the outcome is none, or there are too many players for all coalitions.
    """
    one, other, words = arms[first], arms[second], titles or {}
    check_pair(one, other)
    _check_outcome(outcome, one, other)
    game = Game(
        kind=kind, names=(first, second), titles=(words.get(first, first), words.get(second, second)),
        first=one, second=other, players=(), outcome=outcome, over=over, seed=seed, replications=replications,
        permutations=permutations,
    )  # fmt: skip
    players = players_between(one, other, frozen=kind == "recorded", money=game.money)
    if not players:
        raise ScenarioError(
            [Fault(f"the arms {show(first)} and {show(second)} say the same: there is no gap to attribute")]
        )
    if permutations is None and len(players) > MOST_EXACT:
        message = (
            f"{len(players)} players have {2 ** len(players):,} coalitions, too many to live them all in each replication: "
            "sample orders of the players instead, for instance with --permutations 20"
        )
        raise ScenarioError([Fault(message, allowed=f"at most {MOST_EXACT} players without --permutations")])
    return replace(game, players=players)


def _mean(weekly: NDArray[np.float64]) -> float:
    """Return the mean of the weeks that have a value."""
    seen = weekly[~np.isnan(weekly)]
    return float(seen.mean()) if len(seen) else math.nan


def _check_outcome(outcome: str, first: Scenario, second: Scenario) -> None:
    known = [name for name in columns_of({"first": first, "second": second}) if not name.startswith("lever.")]
    if outcome not in known:
        message = f"{show(outcome)} is not a weekly figure of this scenario"
        allowed = "a metric of the company (loyalty, profit, ...), a KPI, score.<department> or bonus.<department>"
        raise ScenarioError([Fault(message, allowed=allowed, nearest=nearest(outcome, known))])

"""How much of the gap between two arms is due to each department: Shapley values over coalitions of departments.

Two kinds, and every figure says which:

recorded    Both arms are lived and every department's settings are written down. Then the same people live through the same
            luck once more for each coalition: its departments play what they did in the second arm, the others what they did in
            the first. Nobody learns; what trials themselves do (half the customers meet a tried setting) is a line of its own.
relearning  Departments of the coalition live under the second arm's incentives and bounds, the others under the first's, and
            everybody learns anew. What an arm changes for all at once (who sees what, a council) is a player of its own.

The value of a coalition is the mean of one weekly figure over the last 52 weeks, or over all. Customers and luck are the same
in every coalition of a replication, and scores count from the first arm's pars, so that the values of no and of all players are
the two arms' own runs (relearning) or their replays (recorded), and the parts add up to the gap.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.replay import replayed
from simulation.analysis.run import run_arm, run_arms
from simulation.laboratory.attribution.mixed_arms import department_differs
from simulation.laboratory.piecework import finished, whole_replications

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from simulation.laboratory.attribution.coalition_game import Game
    from simulation.record import Run

__all__ = ["Lived", "Played", "play"]

Block = tuple[int, tuple[int, ...]]
"""A replication and the coalitions to live in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """One replication of a game.

    Attributes
    ----------
    values
        Value of each coalition lived.
    active
        Players who differ between the arms in this replication, as a coalition; all others change nothing.
    arms
        Recorded: values of the two arms as they were lived, with trials. Relearning: None, they are coalitions.
    """

    values: dict[int, float] = field(default_factory=dict)
    active: int = 0
    arms: tuple[float, float] | None = None

    def of(self, coalition: int) -> float:
        """Return the value of any coalition: those who change nothing do not count."""
        return self.values[coalition & self.active]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A game and its finished replications, by number; `interrupted`: Ctrl-C came before all were finished."""

    game: Game
    lived: dict[int, Lived]
    interrupted: bool = False


def play(game: Game, *, workers: int = 1, progress: Callable[[int, int], None] | None = None) -> Played:
    """Live all coalitions of a game; the values do not depend on the number of workers.

    Parameters
    ----------
    progress
        Called with (runs done, runs planned).

    Raises
    ------
    WorkerLost
        If a worker process died.
    KeyboardInterrupt
        If Ctrl-C came before the first replication was finished; later, what is finished is returned.
    """
    blocks = tuple(game.blocks())
    sizes = [game.runs_of(block) for _, block in blocks]
    done, interrupted = finished(_Block(game=game, blocks=blocks), sizes, workers=workers, progress=progress)
    lived = {
        replication: Lived(
            values={at: value for piece in pieces for at, value in piece.values.items()},
            active=pieces[0].active,
            arms=pieces[0].arms,
        )
        for replication, pieces in whole_replications([replication for replication, _ in blocks], done).items()
    }
    return Played(game=game, lived=lived, interrupted=interrupted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Lives blocks of coalitions by number, in whichever process."""

    game: Game
    blocks: tuple[Block, ...]

    def __call__(self, number: int) -> Lived:
        replication, block = self.blocks[number]
        live = _replay if self.game.kind == "recorded" else _relearn
        return live(self.game, replication, block)


def _relearn(game: Game, replication: int, block: tuple[int, ...]) -> Lived:
    """Live coalitions in which everybody learns."""
    horizon = game.first.horizon.model_copy(update={"weeks": 1})
    short = game.first.model_copy(update={"horizon": horizon})
    pars = run_arm("", short, seed=game.seed, replication=replication).pars

    def lived(coalition: int) -> float:
        run = run_arm("", game.scenario(coalition), seed=game.seed, replication=replication, pars=pars)
        return game.value(run)

    return Lived(values={coalition: lived(coalition) for coalition in block}, active=(1 << len(game.players)) - 1)


def _replay(game: Game, replication: int, block: tuple[int, ...]) -> Lived:
    """Live coalitions in which everybody plays what was recorded; players without effect are left out."""
    first, second = run_arms({"first": game.first, "second": game.second}, seed=game.seed, replication=replication)
    ours, theirs = _settings(first), _settings(second)
    owned = _owned(game, first)
    active = sum(1 << at for at in range(len(game.players)) if _counts(game, at, (ours != theirs)[:, owned[at]]))

    def replay(coalition: int) -> float:
        settings = ours.copy()
        for at, levers in enumerate(owned):
            if coalition >> at & 1:
                settings[:, levers] = theirs[:, levers]
        run = replayed(game.scenario(coalition), settings, seed=game.seed, replication=replication, pars=first.pars)
        return game.value(run)

    # Among all coalitions there is one without those who change nothing for each with them; among sampled ones perhaps not.
    sampled = game.permutations is not None
    wanted = sorted({coalition & active for coalition in block if sampled or coalition & active == coalition})
    values = {coalition: replay(coalition) for coalition in wanted}
    return Lived(values=values, active=active, arms=(game.value(first), game.value(second)))


def _owned(game: Game, run: Run) -> list[NDArray[np.int64]]:
    """Return the places of every player's levers among all; a section has none."""
    owners = [name.split(".")[1] for name in run.weekly if name.startswith("lever.")]
    return [
        np.array([at for at, owner in enumerate(owners) if owner == player.name and not player.section], dtype=np.int64)
        for player in game.players
    ]


def _counts(game: Game, at: int, differs: NDArray[np.bool_]) -> bool:
    """Return whether a player can change anything: by settings that differ [week, lever], or by what they are paid or do."""
    player = game.players[at]
    if player.section or differs.any():
        return True
    if game.money:
        return department_differs(game.first, game.second, player.name)
    return game.first.departments[player.name].levers != game.second.departments[player.name].levers


def _settings(run: Run) -> NDArray[np.float64]:
    """Return the control setting of every lever in every week [week, lever]."""
    return np.column_stack([column for name, column in run.weekly.items() if name.startswith("lever.")])

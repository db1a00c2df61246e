"""Replications that stop when nobody wants them any more: what `run_arms` does, looking up after every week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulation.record import Run
    from simulation.scenario.scenario import Scenario

__all__ = ["Ask", "Piece", "Worker", "lived_arms"]


class Newest(Protocol):
    """A number that all processes share: the ticket of the newest request."""

    value: int


class Ask(Protocol):
    """Lives every arm of one replication; None when `stop` said so on the way."""

    def __call__(
        self, arms: Mapping[str, Scenario], *, seed: int, replication: int, stop: Callable[[], bool]
    ) -> list[Run] | None: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """One replication of one request. `quick`: of the small market that gives the first answer."""

    ticket: int
    arms: Mapping[str, Scenario]
    seed: int
    replication: int
    quick: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What a worker process does with a piece; a piece whose request is no longer the newest is dropped at once."""

    newest: Newest
    ask: Ask

    def __call__(self, piece: Piece) -> list[Run] | None:
        return self.ask(
            piece.arms,
            seed=piece.seed,
            replication=piece.replication,
            stop=lambda: self.newest.value != piece.ticket,
        )


def lived_arms(
    arms: Mapping[str, Scenario], *, seed: int, replication: int, stop: Callable[[], bool]
) -> list[Run] | None:
    """Return the runs of one replication, to the bit those of `simulation.analysis.run.run_arms`; None when stopped.

    Parameters
    ----------
    stop
        Asked before every week; true: leave off.
    """
    from simulation.analysis.run import record_of
    from simulation.model.organization_model import OrganizationModel

    runs: list[Run] = []
    for arm, scenario in arms.items():
        pars = runs[0].pars if runs else None
        if stop():
            return None
        model = OrganizationModel(scenario, seed=seed, replication=replication, pars=pars)
        while not model.finished and not stop():
            model.step()
        if model.finished:
            runs.append(record_of(model, arm=arm, keep_customers=replication == 0))
        model.let_go()
    return runs if len(runs) == len(arms) else None

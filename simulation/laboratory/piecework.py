"""Work in pieces, spread over processes; what is finished when Ctrl-C comes is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from simulation.analysis.parallel import Crew

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["finished", "whole_replications"]

T = TypeVar("T")


def finished(
    task: Callable[[int], T],
    sizes: Sequence[int],
    *,
    workers: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[dict[int, T], bool]:
    """Return what `task` makes of each piece that was finished, by number, and whether Ctrl-C came before the last.

    Parameters
    ----------
    task
        Called with the number of a piece; can be sent to another process.
    sizes
        Size of every piece, for the progress: (done, planned) in the same unit.

    Raises
    ------
    WorkerLost
        If a worker process died.
    """
    done: dict[int, T] = {}
    say = progress or (lambda _done, _planned: None)
    try:
        say(0, sum(sizes))
        with Crew(task, workers=min(workers, len(sizes))) as crew:
            for number, answer in crew.each(range(len(sizes))):
                done[number] = answer
                say(sum(sizes[each] for each in done), sum(sizes))
    except KeyboardInterrupt:
        return done, True
    return done, False


def whole_replications(replication_of: Sequence[int], done: dict[int, T]) -> dict[int, list[T]]:
    """Return the answers of each replication all of whose pieces are done, in the order of the pieces.

    Raises
    ------
    KeyboardInterrupt
        If there is none: nothing was finished.
    """
    pieces: dict[int, list[int]] = {}
    for number, replication in enumerate(replication_of):
        pieces.setdefault(replication, []).append(number)
    whole = {
        replication: [done[number] for number in numbers]
        for replication, numbers in pieces.items()
        if all(number in done for number in numbers)
    }
    if not whole:
        raise KeyboardInterrupt
    return whole

"""Replications side by side: in this process, or over processes that any system can start (spawn).

The results do not depend on the number of workers: a replication is a pure function of its number.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import traceback
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from simulation.record import Run
    from simulation.scenario.scenario import Scenario

__all__ = ["Crew", "Engine", "Replicate", "Runner", "WorkerLost", "default_workers", "in_order"]

Engine = Literal["compiled", "plain"]


T = TypeVar("T")
Item = TypeVar("Item", bound="Hashable")
"""What work is asked for by: the number of a replication, say."""


class Runner(Protocol):
    """Runs every arm of one replication on the same customers with the same luck."""

    def __call__(
        self,
        arms: Mapping[str, Scenario],
        *,
        seed: int,
        replication: int,
        engine: Engine = "compiled",
        threads: int = 1,
        keep_customers: bool = False,
    ) -> list[Run]: ...


class WorkerLost(RuntimeError):
    """A worker process died; the message says what usually lies behind it."""

    def __init__(self) -> None:
        super().__init__(
            "a worker process died. Usually memory ran out (try --workers 1, or a smaller --population), or compare() "
            'was called at the top of a Python script: put the call under `if __name__ == "__main__":`.'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicate:
    """What a worker needs to run any replication; called with its number. Replication 0 keeps its customers."""

    arms: Mapping[str, Scenario]
    seed: int
    engine: Engine
    threads: int
    runner: Runner

    def __call__(self, replication: int) -> list[Run]:
        return self.runner(
            self.arms,
            seed=self.seed,
            replication=replication,
            engine=self.engine,
            threads=self.threads,
            keep_customers=replication == 0,
        )


def default_workers() -> int:
    """One worker for each processor of the machine, at most 60 (Windows waits for no more than 63 at once)."""
    return min(os.cpu_count() or 1, 60)


class Crew(Generic[Item, T]):
    """Worker processes, each on a pipe of its own; no workers: the work is done in this process.

    A pool from the standard library shares one pipe among its workers. When a worker is stopped while it writes its
    results, such a pool waits for the rest of them for ever; here only that worker's own pipe breaks.
    """

    def __init__(self, task: Callable[[Item], T], *, workers: int) -> None:
        self._task = task
        self._workers: dict[Connection[Item | None, tuple[Item, T | Exception]], BaseProcess] = {}
        if workers > 1:
            with _interrupts_put_off():
                for _ in range(workers):
                    self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self._task), daemon=True)
        process.start()
        theirs.close()  # so that its end is seen when the worker ends
        self._workers[ours] = process

    def each(self, replications: Iterable[Item]) -> Iterator[tuple[Item, T]]:
        """Yield (number, what the task returned) as they finish, in any order.

        Raises
        ------
        WorkerLost
            If a worker process died.
        """
        if not self._workers:
            yield from ((replication, self._task(replication)) for replication in replications)
            return
        todo = iter(replications)
        try:
            busy = {worker for worker in self._workers if _give(worker, todo)}
            while busy:
                # The time limit lets Ctrl-C through on Windows, where a wait without one is deaf to it.
                ready = wait(busy, timeout=0.5)
                for worker in [each for each in busy if each in ready]:
                    replication, answer = worker.recv()
                    if isinstance(answer, Exception):
                        raise answer
                    if not _give(worker, todo):
                        busy.remove(worker)
                    yield replication, answer
        except (EOFError, ConnectionError) as error:
            raise WorkerLost from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop the workers, whatever they are at: results that matter have arrived."""
        for pipe, process in self._workers.items():
            process.terminate()
            process.join()
            pipe.close()
        self._workers.clear()


def in_order(
    task: Callable[[int], T], count: int, *, workers: int, progress: Callable[[int, int], None] | None = None
) -> list[T]:
    """Return task(0) ... task(count - 1), done side by side, in the order of the numbers.

    Parameters
    ----------
    progress
        Called with (done, count) at the start and after each.
    """
    answers: dict[int, T] = {}
    say = progress or (lambda _done, _count: None)
    say(0, count)
    with Crew(task, workers=min(workers, count)) as crew:
        for number, answer in crew.each(range(count)):
            answers[number] = answer
            say(len(answers), count)
    return [answers[number] for number in range(count)]


def _give(worker: Connection[Item | None, Any], todo: Iterator[Item]) -> bool:
    """Give a worker the next replication; false when none is left."""
    replication = next(todo, None)
    if replication is not None:
        worker.send(replication)
    return replication is not None


def _work(pipe: Connection[Any, Any], task: Callable[[Any], Any]) -> None:
    """Run what comes through the pipe until it closes; errors go home with their traceback as a note."""
    # Ctrl-C reaches every process of a terminal; only the one that started the others answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, ConnectionError):  # nobody is left to work for
        while True:
            replication = pipe.recv()
            answer: Any
            try:
                answer = task(replication)
            except Exception as error:
                error.add_note(traceback.format_exc())
                answer = error
            pipe.send((replication, answer))


@contextlib.contextmanager
def _interrupts_put_off() -> Iterator[None]:
    """Processes started in here are born deaf to Ctrl-C, so that none complains while it still imports."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may touch signals
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

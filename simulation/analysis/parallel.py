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

    _Pipe = Connection[Any, tuple[Any, Any]]

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
    """A worker process died; the message says what usually lies behind it. `item`: what it was at."""

    def __init__(self, message: str = "", *, item: object = None) -> None:
        super().__init__(
            message
            or "a worker process died. Usually memory ran out (try --workers 1, or a smaller --population), or compare() "
            'was called at the top of a Python script: put the call under `if __name__ == "__main__":`.'
        )
        self.item = item


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
        self._workers: dict[_Pipe, BaseProcess] = {}
        if workers > 1:
            with _interrupts_put_off():
                for _ in range(workers):
                    self._start()

    def _start(self) -> _Pipe:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self._task), daemon=True)
        process.start()
        theirs.close()  # so that its end is seen when the worker ends
        self._workers[ours] = process
        return ours

    def _replace(self, lost: _Pipe) -> _Pipe:
        """Start a worker in the place of one that died."""
        self._workers.pop(lost).join()
        lost.close()
        with _interrupts_put_off():
            return self._start()

    def each(self, items: Iterable[Item], *, tries: int = 1) -> Iterator[tuple[Item, T]]:
        """Yield (item, what the task returned) as they finish, in any order.

        Parameters
        ----------
        items
            What to call the task with.
        tries
            How many workers may die of an item before it is given up.

        Raises
        ------
        WorkerLost
            If a worker process died, so many times.
        """
        if not self._workers:
            yield from ((item, self._task(item)) for item in items)
            return
        todo = ((item, tries) for item in items)
        at: dict[_Pipe, tuple[Item, int]] = {}  # what each worker is at, and how many tries are left
        for worker in self._workers:
            _give(worker, next(todo, None), at)
        while at:
            # The time limit lets Ctrl-C through on Windows, where a wait without one is deaf to it.
            ready = wait(at, timeout=0.5)
            for worker in [each for each in at if each in ready]:
                item, left = at.pop(worker)
                try:
                    _, answer = worker.recv()
                except (EOFError, OSError) as error:  # the end of the pipe, between messages or within one
                    if left == 1:
                        raise WorkerLost(item=item) from error
                    _give(self._replace(worker), (item, left - 1), at)
                    continue
                if isinstance(answer, Exception):
                    raise answer
                _give(worker, next(todo, None), at)
                yield item, answer

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


def _give(worker: _Pipe, given: tuple[Item, int] | None, at: dict[_Pipe, tuple[Item, int]]) -> None:
    """Give a worker an item, and note what it is `at`; nothing where none is left."""
    if given is not None:
        at[worker] = given
        with contextlib.suppress(ConnectionError):  # that it has died is seen when its answer is awaited
            worker.send(given[0])


def _work(pipe: _Pipe, task: Callable[[Any], Any]) -> None:
    """Run what comes through the pipe until it closes; errors go home with their traceback as a note."""
    # Ctrl-C reaches every process of a terminal; only the one that started the others answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, ConnectionError):  # nobody is left to work for
        while True:
            item: Any = pipe.recv()
            answer: Any
            try:
                answer = task(item)
            except Exception as error:
                error.add_note(traceback.format_exc())
                answer = error
            pipe.send((item, answer))


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

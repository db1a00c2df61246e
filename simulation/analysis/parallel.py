"""Replications side by side: in this process, or over processes that any system can start (spawn).

The results do not depend on the number of workers: a replication is a pure function of its number.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from concurrent.futures import FIRST_COMPLETED, Executor, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from simulation.record import Run
    from simulation.scenario.scenario import Scenario

__all__ = ["Engine", "Replicate", "Runner", "WorkerLost", "default_workers", "each", "worker_pool"]

Engine = Literal["compiled", "plain"]
MOST_WORKERS = 61
"""A process on Windows can wait for no more than this many others."""


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
    """One worker for each processor of the machine."""
    return os.cpu_count() or 1


@contextlib.contextmanager
def worker_pool(workers: int) -> Iterator[Executor | None]:
    """Worker processes for the length of a `with`; None for a single one, which is this process.

    When the block is left by an error or by Ctrl-C, running replications are stopped at once.
    """
    if workers == 1:
        yield None
        return
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        min(workers, MOST_WORKERS), mp_context=multiprocessing.get_context("spawn"), initializer=_ignore_interrupts
    )
    try:
        yield pool
    except BaseException:
        # Python 3.14 has terminate_workers(); until then: the processes that came into being since.
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()
        raise
    finally:
        pool.shutdown()


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; only the one that started the others answers it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


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


def each(task: Replicate, replications: Iterable[int], *, pool: Executor | None) -> Iterator[tuple[int, list[Run]]]:
    """Yield (replication, its runs) as they finish, in any order.

    Raises
    ------
    WorkerLost
        If a worker process died.
    """
    if pool is None:
        yield from ((replication, task(replication)) for replication in replications)
        return
    try:
        with _interrupts_put_off():
            pending = {pool.submit(task, replication): replication for replication in replications}
        while pending:
            # The time limit lets Ctrl-C through on Windows, where a wait without one is deaf to it.
            for future in wait(pending, timeout=0.5, return_when=FIRST_COMPLETED).done:
                yield pending.pop(future), future.result()
    except BrokenProcessPool as error:
        raise WorkerLost from error

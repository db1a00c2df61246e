"""Doing the tasks of a sweep: here, over processes, on an executor or a Dask cluster; resumed where it was stopped.

Tasks are done in batches, so that scheduling costs next to nothing. Whoever does a batch returns it as the bytes of its
files; this process alone writes them. So the table depends neither on who did what nor on how often it was stopped.
"""

from __future__ import annotations

import contextlib
import logging
import pickle
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, wait
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.analysis.parallel import Crew, WorkerLost, default_workers
from simulation.laboratory.extras import needed
from simulation.laboratory.sweep import dataset
from simulation.laboratory.sweep.disk import GO_ON
from simulation.laboratory.sweep.parts import Part, encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
    from concurrent.futures import Executor, Future

    import pyarrow as pa

    from simulation.analysis.jobs import Row
    from simulation.record import Column

    Work = Callable[[int], "list[Row] | Done"]
    Answers = Generator[tuple[int, Part], None, None]

__all__ = ["ClusterRefused", "Done", "execute"]

TRIES = 3
"""Workers that may die of the same batch before the sweep stops."""
_CONNECT = 10.0
"""How long a Dask scheduler may take to answer [seconds]."""
_LEAST_ON_DASK = 128
"""A cluster may grow while the sweep runs; so many workers are provided for from the beginning."""


class ClusterRefused(ValueError):
    """The cluster cannot be used as asked; nothing was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a task may return instead of its rows alone: the weekly table of its runs with it."""

    rows: list[Row]
    weekly: pa.Table | None = None


def execute(
    work: Work,
    *,
    tasks: int,
    batch: int,
    folder: Path | str,
    columns: Mapping[str, Column] | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    dask: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Do the tasks that are still to be done, batch by batch, and write each batch into the sweep's folder.

    Where the process is stopped, by whatever means, finished batches stand; the next call with the same arguments does
    the others. The files are the same to the byte however often it was stopped and whoever did the tasks.

    Parameters
    ----------
    work
        Does task 0 ... `tasks` - 1 and returns its rows: a pure function of the number, that can be pickled. A run that
        fails is a row (`status` "failed"); what `work` raises ends the sweep.
    tasks, batch
        How many tasks there are, and how many make a part.
    folder
        The sweep's folder; made if need be.
    columns
        Label, unit and meaning by column, for the files' metadata.
    workers
        Processes on this machine; by default one for each processor. 1: no other process. With `executor` or `dask`:
        how many workers to keep busy.
    executor
        Does the batches instead; it is left open.
    dask
        Address of the scheduler of a Dask cluster that does the batches instead, such as "tcp://10.0.0.1:8786".
    progress
        Called with (tasks done, tasks in all), at the start with those that are finished already.

    Raises
    ------
    FolderRefused
        If another process runs this sweep, or the folder holds the parts of another one.
    WorkerLost
        If a batch cost several workers their lives, or the executor or cluster is gone.
    ClusterRefused
        If no Dask scheduler answers.
    ExtraMissing
        If Dask is wanted and not installed.
    OSError
        If the disk is full or cannot be written.
    """
    folder = Path(folder)
    say = progress or (lambda _done, _tasks: None)
    with _told_how_to_go_on(), dataset.locked(folder):
        there = dataset.finished(folder, tasks=tasks, batch=batch)
        done = sum(len(dataset.tasks_of(number, tasks=tasks, batch=batch)) for number in there)
        say(done, tasks)
        do = _Batches(work=work, tasks=tasks, batch=batch, columns=columns)
        todo = [number for number in range(-(-tasks // batch)) if number not in there]
        if not todo:
            return
        with contextlib.closing(_answers(do, todo, workers=workers, executor=executor, dask=dask)) as answers:
            for number, part in answers:
                dataset.write(folder, number, part)
                done += len(dataset.tasks_of(number, tasks=tasks, batch=batch))
                say(done, tasks)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batches:
    """Does all tasks of a batch, in the order of their numbers."""

    work: Work
    tasks: int
    batch: int
    columns: Mapping[str, Column] | None

    def __call__(self, number: int) -> Part:
        of = dataset.tasks_of(number, tasks=self.tasks, batch=self.batch)
        rows: list[Row] = []
        weekly: list[pa.Table] = []
        failed = 0
        for task in of:
            done = self._done(task)
            rows += done.rows
            weekly += [] if done.weekly is None else [done.weekly]
            failed += any(row.get("status") == "failed" for row in done.rows)
        return encoded(rows, of=of, failed=failed, weekly=_below(weekly), columns=self.columns)

    def _done(self, task: int) -> Done:
        try:
            answer = self.work(task)
        except Exception as error:
            error.add_note(f"in task {task}")
            raise
        return answer if isinstance(answer, Done) else Done(rows=answer)


def _below(tables: list[pa.Table]) -> pa.Table | None:
    import pyarrow as pa

    return pa.concat_tables(tables) if tables else None


# --- who does the batches ---------------------------------------------------------------------------------------------


def _answers(
    do: _Batches, todo: list[int], *, workers: int | None, executor: Executor | None, dask: str | None
) -> Answers:
    if dask is not None:
        return _on_dask(do, todo, address=dask, workers=workers)
    if executor is not None:
        pickled = pickle.dumps(do)
        return _on_executor(
            lambda number: executor.submit(_do, pickled, number), todo, workers=workers or default_workers()
        )
    return _here(do, todo, workers=workers or default_workers())


def _here(do: _Batches, todo: list[int], *, workers: int) -> Answers:
    with Crew(do, workers=min(workers, len(todo))) as crew:
        try:
            yield from crew.each(todo, tries=TRIES)
        except WorkerLost as error:
            raise WorkerLost(
                f"{TRIES} worker processes died of batch {error.item}. Usually memory ran out (try fewer workers, or a "
                'smaller population), or a Python script calls this at its top: put the call under `if __name__ == "__main__":`',
                item=error.item,
            ) from error


def _do(pickled: bytes, number: int) -> Part:
    return _unpickled(pickled)(number)


@lru_cache(maxsize=1)
def _unpickled(pickled: bytes) -> _Batches:
    """Unpickle once in each process: a plan may hold a hundred thousand design points."""
    do: _Batches = pickle.loads(pickled)
    return do


def _on_executor(submit: Callable[[int], Future[Part]], todo: Iterable[int], *, workers: int) -> Answers:
    """Keep two batches a worker under way, never more: memory does not grow with the sweep."""
    left = iter(todo)
    under_way: dict[Future[Part], int] = {}
    try:
        while True:
            for number in islice(left, 2 * workers - len(under_way)):
                under_way[submit(number)] = number
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                yield under_way.pop(future), future.result()
                del future  # and with it the answer
    except (BrokenExecutor, CancelledError) as error:
        raise WorkerLost(
            f"the executor has stopped ({type(error).__name__}); usually one of its processes died"
        ) from error
    finally:
        for future in under_way:
            future.cancel()


def _on_dask(do: _Batches, todo: list[int], *, address: str, workers: int | None) -> Answers:
    """As on an executor. The scheduler repeats the batches of a worker that is lost, a few times."""
    distributed = needed("distributed")
    try:
        client = distributed.Client(address, timeout=_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterRefused(f"--dask {address}: no Dask scheduler answers there ({error})") from error
    with _without_tracebacks("distributed.client"), client:
        # Made by a task, and not sent with each batch; lost with its worker, the scheduler has it made again.
        pickled = client.submit(bytes, pickle.dumps(do), pure=False)
        submit = partial(client.get_executor(pure=False).submit, _do, pickled)
        busy = workers or max(sum(client.nthreads().values()), _LEAST_ON_DASK)
        try:
            yield from _on_executor(submit, todo, workers=busy)
        except distributed.KilledWorker as error:
            raise WorkerLost(
                f"several Dask workers died of one batch, the last at {error.last_worker.address}"
            ) from error
        except WorkerLost as error:
            raise WorkerLost(f"--dask {address}: the cluster has gone away") from error


@contextlib.contextmanager
def _without_tracebacks(logger: str) -> Iterator[None]:
    """Keep a logger from telling what is told in plain words."""
    log = logging.getLogger(logger)
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


@contextlib.contextmanager
def _told_how_to_go_on() -> Iterator[None]:
    """Say that what is finished is kept, where workers are lost."""
    try:
        yield
    except WorkerLost as error:
        raise WorkerLost(f"{error}. {GO_ON}", item=error.item) from error

"""Who does the tasks of a sweep makes no difference to its files; whatever dies, a sweep says so and can go on."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest
from fake_work import Deadly, DeadlyOnce, Slow, failing, interrupted, raising, rows_of, with_weeks
from small_sweep import planned

from simulation.analysis.parallel import WorkerLost
from simulation.laboratory.sweep import dataset
from simulation.laboratory.sweep.executing import TRIES, ClusterRefused, execute
from simulation.laboratory.sweep.planning import columns_of_plan
from simulation.laboratory.sweep.work import Work

TASKS, BATCH = 23, 4


def swept(folder, work=with_weeks, **options):
    """The files of a sweep with their bytes."""
    execute(work, tasks=TASKS, batch=BATCH, folder=folder, **options)
    return files(folder)


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.glob("*/*"))}


@pytest.fixture
def alone(tmp_path):
    """The files as one process leaves them that nothing disturbs."""
    return swept(tmp_path / "alone", workers=1)


# --- the same files, whoever does it ----------------------------------------------------------------------------------


def test_threads_leave_the_same_files_and_the_executor_open(tmp_path, alone):
    with ThreadPoolExecutor(3) as executor:
        assert swept(tmp_path / "threads", executor=executor) == alone
        assert executor.submit(int, "4").result() == 4


@pytest.mark.full
def test_processes_leave_the_same_files(tmp_path, alone):
    assert swept(tmp_path / "two", workers=2) == alone
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert swept(tmp_path / "pool", executor=executor) == alone


@pytest.mark.full
def test_real_runs_are_the_same_in_threads_and_processes_and_on_dask(tmp_path, cluster):
    plan = planned(12)

    def lived(name, **who):
        execute(
            Work(plan=plan), tasks=plan.tasks, batch=2, folder=tmp_path / name, columns=columns_of_plan(plan), **who
        )
        return files(tmp_path / name)

    alone = lived("one", workers=1)
    assert len(alone) == 12
    assert dataset.read(tmp_path / "one")["status"].eq("done").all()
    assert lived("two", workers=2) == alone
    assert lived("dask", dask=cluster.scheduler_address) == alone
    with ThreadPoolExecutor(3) as executor:
        assert lived("threads", executor=executor) == alone


def test_progress_counts_tasks_and_begins_with_what_is_there(tmp_path):
    told = []
    swept(tmp_path, workers=1, progress=lambda *pair: told.append(pair))
    assert told == [(n, TASKS) for n in (0, 4, 8, 12, 16, 20, 23)]
    (tmp_path / "runs" / "part-000002.parquet").unlink()
    told.clear()
    swept(tmp_path, workers=1, progress=lambda *pair: told.append(pair))
    assert told == [(19, TASKS), (23, TASKS)]
    told.clear()
    swept(tmp_path, workers=1, progress=lambda *pair: told.append(pair))
    assert told == [(23, TASKS)]


class Counting(Executor):
    """Does one batch at a time; notes how many were ever under way at once."""

    def __init__(self):
        self.pool, self.lock, self.under_way, self.most = ThreadPoolExecutor(1), threading.Lock(), 0, 0

    def submit(self, function, /, *args, **kwargs):
        with self.lock:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        future = self.pool.submit(function, *args, **kwargs)
        future.add_done_callback(self.ended)
        return future

    def ended(self, _future):
        with self.lock:
            self.under_way -= 1


def test_few_batches_are_under_way_however_many_there_are(tmp_path):
    executor = Counting()
    execute(rows_of, tasks=40, batch=1, folder=tmp_path, executor=executor, workers=3)
    assert executor.most == 6
    assert len(dataset.read(tmp_path)) == 80


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_failed_run_is_a_row_and_stops_nothing(tmp_path):
    swept(tmp_path, failing, workers=1)
    frame = dataset.read(tmp_path)
    assert frame.loc[frame["status"] == "failed", "run"].tolist() == [11]
    assert frame.loc[11, "error"] == "ValueError: planted, with 'quotes', ünicode\nand a second line"
    assert frame.loc[11, ["loyalty", "nps"]].isna().all()
    assert dataset.status(tmp_path, tasks=TASKS, batch=BATCH).failed == 1


@pytest.mark.parametrize(("work", "error"), [(raising, RuntimeError), (interrupted, KeyboardInterrupt)])
def test_a_fault_or_ctrl_c_keeps_what_was_finished(tmp_path, work, error):
    with pytest.raises(error):
        swept(tmp_path / "sweep", work, workers=1)
    assert set(dataset.finished(tmp_path / "sweep", tasks=TASKS, batch=BATCH)) == {0, 1}
    assert swept(tmp_path / "sweep", rows_of, workers=1) == swept(tmp_path / "other", rows_of, workers=1)


def test_a_fault_says_which_task_it_was(tmp_path):
    with pytest.raises(RuntimeError, match="planted fault") as told:
        swept(tmp_path, raising, workers=1)
    assert "in task 9" in told.value.__notes__


class Cancelled(Executor):
    """A cluster that has gone away: what it was given is cancelled."""

    def submit(self, _function, /, *_args, **_kwargs):
        future = Future()
        future.cancel()
        future.set_running_or_notify_cancel()
        return future


def test_an_executor_that_has_gone_away(tmp_path):
    with pytest.raises(WorkerLost, match=r"executor has stopped.*goes on from there"):
        swept(tmp_path, executor=Cancelled())


@pytest.mark.full
def test_a_killed_worker_is_replaced_and_its_batch_repeated(tmp_path):
    found = swept(tmp_path / "sweep", DeadlyOnce(tmp_path), workers=2)
    assert (tmp_path / "died").exists()
    assert found == swept(tmp_path / "alone", rows_of, workers=1)


@pytest.mark.full
def test_a_batch_that_kills_every_worker_is_given_up(tmp_path):
    marks = tmp_path / "marks"
    marks.mkdir()
    with pytest.raises(WorkerLost, match=r"3 worker processes died of batch 1\..*memory.*goes on from there") as told:
        swept(tmp_path / "sweep", Deadly(marks), workers=2)
    assert told.value.item == 1
    assert len(list(marks.iterdir())) == TRIES == 3
    assert swept(tmp_path / "sweep", rows_of, workers=1) == swept(tmp_path / "alone", rows_of, workers=1)


@pytest.mark.full
def test_a_pool_whose_process_was_killed(tmp_path):
    with (
        ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor,
        pytest.raises(WorkerLost, match=r"executor has stopped.*BrokenProcessPool.*goes on from there"),
    ):
        swept(tmp_path / "sweep", Deadly(tmp_path), executor=executor)
    assert swept(tmp_path / "sweep", rows_of, workers=1) == swept(tmp_path / "alone", rows_of, workers=1)


# --- Dask, for real ---------------------------------------------------------------------------------------------------


@pytest.fixture
def cluster():
    """Two workers, each a process of its own with a nanny that starts it again."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster:
        yield cluster


@pytest.mark.full
def test_a_dask_cluster_leaves_the_same_files(tmp_path, cluster, alone):
    assert swept(tmp_path / "address", dask=cluster.scheduler_address) == alone
    from distributed import Client

    with Client(cluster) as client:
        assert swept(tmp_path / "executor", executor=client.get_executor()) == alone


def killed_soon(cluster, marks):
    """Kill the process of the first worker as soon as two batches are finished; the nanny starts another one."""

    def kill():
        while len(list(marks.glob("runs/*.parquet"))) < 2:
            time.sleep(0.02)
        process = next(iter(cluster.workers.values())).process
        os.kill(process.pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


@pytest.mark.full
def test_a_lost_dask_worker_costs_nothing_but_time(tmp_path, cluster):
    thread = killed_soon(cluster, tmp_path / "sweep")
    found = swept(tmp_path / "sweep", Slow(0.1), dask=cluster.scheduler_address)
    thread.join()
    assert found == swept(tmp_path / "alone", rows_of, workers=1)


@pytest.mark.full
def test_a_batch_that_kills_every_dask_worker_is_given_up(tmp_path, cluster):
    with pytest.raises(WorkerLost, match=r"Dask workers died of one batch.*goes on from there"):
        swept(tmp_path / "sweep", Deadly(tmp_path), dask=cluster.scheduler_address)
    assert swept(tmp_path / "sweep", rows_of, workers=1) == swept(tmp_path / "alone", rows_of, workers=1)


@pytest.mark.full
def test_a_dask_cluster_that_goes_away(tmp_path, cluster):
    def close(done, _tasks):
        if done:
            cluster.close()

    with pytest.raises(WorkerLost, match=r"--dask tcp.*the cluster has gone away.*goes on from there"):
        swept(tmp_path / "sweep", Slow(0.1), dask=cluster.scheduler_address, progress=close)
    assert swept(tmp_path / "sweep", rows_of, workers=1) == swept(tmp_path / "alone", rows_of, workers=1)


@pytest.mark.full
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://127.0.0.1:9", "127.0.0.1"])
def test_no_dask_where_one_was_named(tmp_path, address):
    with pytest.raises(ClusterRefused, match=f"--dask {address}: no Dask scheduler answers there"):
        swept(tmp_path, dask=address)

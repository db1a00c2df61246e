"""A sweep of real runs is killed at random moments, with all its processes, and goes on each time: nothing shows it."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_sweep import planned, sweep

from simulation.laboratory.sweep import dataset

HERE = Path(__file__).resolve().parent
MOST_PARTS = 12
"""New parts that a sweep may have before it is killed."""

if sys.platform == "win32":
    pytest.skip("process groups are killed by a POSIX signal", allow_module_level=True)


def files(folder):
    """The files of the table with their bytes, half-written ones too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.glob("[rw]*/*"))}


def parts(folder):
    return sum(1 for _ in folder.glob("runs/*.parquet"))


def killed(folder, *, tasks, workers, luck):
    """Start the sweep, kill its whole process group at a random moment, and say how many new parts it left.

    The moment: some milliseconds after a random number of new parts; for 0, any time from the start, imports included.
    """
    wanted, before = luck.randint(0, MOST_PARTS), parts(folder)
    command = [sys.executable, str(HERE / "small_sweep.py"), str(folder), str(tasks), str(workers)]
    environment = os.environ | {"PYTHONPATH": str(HERE.parent)}
    with subprocess.Popen(command, env=environment, start_new_session=True, stderr=subprocess.PIPE) as process:
        try:
            while parts(folder) < before + wanted:
                assert process.poll() is None, process.stderr.read().decode()
                time.sleep(0.002)
            time.sleep(luck.uniform(0.0, 0.1 if wanted else 4.0))
            assert process.poll() is None, "it ended before it was killed: make it longer"
        finally:
            with contextlib.suppress(ProcessLookupError):  # it has failed already
                os.killpg(process.pid, signal.SIGKILL)
    return parts(folder) - before


@pytest.mark.parametrize(
    ("kills", "tasks"),
    [pytest.param(2, 90, marks=pytest.mark.full), pytest.param(30, 1000, marks=pytest.mark.long)],
)
def test_a_sweep_killed_at_random_moments_ends_as_if_never_stopped(tmp_path, kills, tasks):
    luck, folder, plan = random.Random(6), tmp_path / "sweep", planned(tasks)
    sweep(tmp_path / "whole", tasks=tasks, workers=1)
    whole, gained, torn = files(tmp_path / "whole"), [], 0
    for _ in range(kills):
        gained.append(killed(folder, tasks=tasks, workers=luck.choice((1, 2, 3)), luck=luck))
        there = files(folder)
        unfinished = [name for name in there if not name.endswith(".parquet")]
        torn += len(unfinished)
        assert {name: content for name, content in there.items() if name not in unfinished}.items() <= whole.items()
        if gained[-1]:
            assert len(dataset.read(folder)) == plan.batch * len(plan.arms) * parts(folder)
    left = dataset.status(folder, tasks=tasks, batch=plan.batch).left
    assert left > 0, "each kill must have found it at work"
    print(
        f"{kills} kills, new parts {gained}, {torn} half-written files, {left} of {tasks} tasks left for the last resume"
    )
    sweep(folder, tasks=tasks, workers=2)
    assert files(folder) == whole
    assert dataset.read(folder).equals(dataset.read(tmp_path / "whole"))
    assert dataset.read(folder)["run"].tolist() == list(range(plan.runs))

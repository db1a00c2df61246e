"""The compiled engine against numpy, AgentPy, mesa-frames and C on the reduced journey."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simulation.model import columns as at
from suite.c_rival import FLAGS, CRival, compiler, compiler_version
from suite.firms import model_of, reduced
from suite.measuring import Figure, interleaved, ratio, span
from suite.numpy_rival import CountingNumpyRival, NumpyRival
from suite.watching import Watch, check_books, check_counts, check_people

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.model.organization_model import OrganizationModel

__all__ = ["TITLE", "UNIT", "archive", "figures"]

TITLE = "A reduced journey in silosim, in C, in numpy and in two frameworks"
UNIT = "ns per customer-week"
OWN, INNER = "silosim, whole step", "silosim, inner passes alone"
PEOPLE_ONLY, COUNTING = "numpy in chunks, people only", "numpy in chunks, with counters and ledger"
C, C_LEAN = "C, all passes of the engine", "C, without the passes that find nothing to do here"
FRAMEWORKS = {"AgentPy": "agentpy_firm", "mesa-frames": "mesa_frames_firm"}
LEAST_OF_NUMPY, MOST_OF_C = 5.0, 1.5
RATIOS = (
    (INNER, C, MOST_OF_C), (INNER, C_LEAN, MOST_OF_C), (OWN, C, MOST_OF_C), (OWN, C_LEAN, MOST_OF_C),
    (COUNTING, OWN, LEAST_OF_NUMPY), (PEOPLE_ONLY, OWN, None), ("AgentPy", OWN, None), ("mesa-frames", OWN, None),
)  # fmt: skip
"""Which time is told over which, and the target: at most it where silosim is above, at least it where silosim is below."""


def figures(*, quick: bool, rivals: str | None = None) -> list[Figure]:
    """Time a review's weeks of each in turn; `rivals` is a Python that has AgentPy and mesa-frames."""
    population, rounds = (2_000, 2) if quick else (20_000, 31)
    model = model_of(reduced(), population=population)
    watch, weeks = Watch(model), model.given.learning.review_weeks
    people_only, keeping = NumpyRival(model), {COUNTING: CountingNumpyRival(model)} | _in_c(model)
    works = {
        OWN: _own(model, watch, weeks),
        INNER: lambda: -watch.seconds / (weeks * population),
        PEOPLE_ONLY: _people_only(people_only, weeks),
        **{name: _keeping(name, rival, model, watch) for name, rival in keeping.items()},
    }
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        people = Path(folder) / "people.npz"
        archive(model, people)
        others = {name: _Framework(name, rivals, people, population, weeks) for name in FRAMEWORKS} if rivals else {}
        works |= {name: other.work for name, other in others.items()}
        seconds = interleaved(works, rounds=rounds, clock=time.process_time)
        for other in others.values():
            other.leave(_mean(model))
    for name, rival in keeping.items():
        check_books(watch, name, rival)
    for name, rival in (keeping | {PEOPLE_ONLY: people_only}).items():
        check_people(model, name, rival)
    return _told(seconds)


def _in_c(model: OrganizationModel) -> dict[str, CRival]:
    """Return the rivals in C, where there is a compiler."""
    return {C: CRival(model), C_LEAN: CRival(model, every_pass=False)} if compiler() else {}


def archive(model: OrganizationModel, path: Path) -> None:
    """Write people and parameters for `frameworks/serve.py`."""
    real, layout = model.world.engine.state.real, model.layout
    p, market, segments, base = layout.people, layout.market, layout.segments, layout.base
    columns = {name: real[getattr(at, name.upper())] for name in
               ("norm", "memory", "satisfaction", "worst", "trust", "loyalty", "will", "should")}  # fmt: skip
    journey = layout.journey
    touch = (journey.weekly, base[:, at.QUALITY], journey.quality_spread, journey.gain, journey.loss, journey.notice)
    np.savez(
        path, **columns, touch=np.array(touch).T, assimilation=p.assimilation, anchor=p.anchor,
        memory_weight=segments.memory[0], trust_learning=p.trust_learning, will_learning=p.will_learning,
        should_learning=p.should_learning, should_forgetting=p.should_forgetting,
        worst_fading=p.worst_moment_fading, trust_recovery=p.trust_recovery, trust_neutral=p.trust_neutral,
        weight=p.loyalty_satisfaction, speed=p.loyalty_speed, defection=segments.defection[0],
        sensitivity=p.defection_sensitivity, neutral=market.neutral_loyalty,
    )  # fmt: skip


def _mean(model: OrganizationModel) -> float:
    return float(model.world.engine.state.real[at.SATISFACTION].mean())


def _own(model: OrganizationModel, watch: Watch, weeks: int) -> Callable[[], float]:
    def work() -> float:
        watch.seconds = 0.0
        watch.counts.clear()
        for _ in range(weeks):
            model.step()
        return float(weeks * model.world.population)

    return work


def _people_only(rival: NumpyRival, weeks: int) -> Callable[[], float]:
    def work() -> float:
        for _ in range(weeks):
            rival.step()
        return float(weeks * rival.real.shape[1])

    return work


def _keeping(
    name: str, rival: CountingNumpyRival | CRival, model: OrganizationModel, watch: Watch
) -> Callable[[], float]:
    """The weeks that silosim has just lived, each checked; the check, and taking over the cells dealt, are not timed."""

    def work() -> float:
        seconds = 0.0
        rival.deal(model)  # a round is a review: its cells hold for all its weeks
        for lived in watch.counts:
            start = time.process_time()
            rival.step()
            seconds += time.process_time() - start
            check_counts(name, rival.counts, lived)
        return -seconds / (len(watch.counts) * rival.real.shape[1])

    return work


class _Framework:
    """A framework in a process of its own, which measures itself."""

    def __init__(self, name: str, python: str, people: Path, population: int, weeks: int) -> None:
        script = Path(__file__).parents[1] / "frameworks" / "serve.py"
        self._process = subprocess.Popen(
            [python, "-W", "ignore", str(script), FRAMEWORKS[name], str(people)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, env={**os.environ, "POLARS_MAX_THREADS": "1"},
        )  # fmt: skip
        self._population, self._weeks, self._mean, self._name = population, weeks, 0.0, name
        assert self._read() == "ready", f"{name} did not start"

    def work(self) -> float:
        """Live a round's weeks there."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{self._weeks}\n")
        self._process.stdin.flush()
        seconds, mean = map(float, self._read().split())
        self._mean = mean
        return -seconds / (self._weeks * self._population)

    def leave(self, mean: float) -> None:
        """End the process; its people must be as satisfied on average, though its luck was another."""
        self._process.communicate()
        assert abs(self._mean - mean) < 0.02, f"{self._name} lives another journey"

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def _told(seconds: dict[str, list[float]]) -> list[Figure]:
    """Return everybody's time, and the ratios."""
    told = [
        Figure(what=_with_flags(name), unit=UNIT, span=span([s * 1e9 for s in values]))
        for name, values in seconds.items()
    ]
    for above, below, target in RATIOS:
        if above not in seconds or below not in seconds:
            continue
        found, slower = ratio(seconds[above], seconds[below]), below != OWN
        met = None if target is None else found.median <= target if slower else found.median >= target
        asked = "" if target is None else f"at {'most' if slower else 'least'} {target:g}"
        told.append(Figure(what=f"{above}, over {below}", unit="times", span=found, target=asked, met=met))
    return told


def _with_flags(name: str) -> str:
    return f"{name} ({compiler_version()} {' '.join(FLAGS[:2])})" if name in {C, C_LEAN} else name

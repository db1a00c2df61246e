"""The compiled engine against numpy, AgentPy, mesa-frames and C on the reduced journey."""

from __future__ import annotations

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
from suite.numpy_rival import NumpyRival

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.model.organization_model import OrganizationModel

__all__ = ["TITLE", "UNIT", "archive", "check", "figures"]

TITLE = "A reduced journey in silosim, in C, in numpy and in two frameworks"
UNIT = "ns per customer-week"
FRAMEWORKS = {"AgentPy": "agentpy_firm", "mesa-frames": "mesa_frames_firm"}
LEAST_OF_NUMPY, MOST_OF_C = 5.0, 1.5


def figures(*, quick: bool, rivals: str | None = None) -> list[Figure]:
    """Time a week of each in turn; `rivals` is a Python that has AgentPy and mesa-frames."""
    population, rounds = (2_000, 2) if quick else (20_000, 15)
    model = model_of(reduced(), population=population)
    numpy_rival, c_rival = NumpyRival(model), CRival(model) if compiler() else None
    works = {"silosim": _work(model.step, population), "numpy in chunks": _work(numpy_rival.step, population)}
    if c_rival is not None:
        works["C"] = _c_work(c_rival, model, population)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        people = Path(folder) / "people.npz"
        archive(model, people)
        others = {name: _Framework(name, rivals, people, population) for name in FRAMEWORKS} if rivals else {}
        works |= {name: other.work for name, other in others.items()}
        seconds = interleaved(works, rounds=rounds, clock=time.process_time)
        check(model, numpy_rival, c_rival)
        for other in others.values():
            other.leave(_mean(model))
    return _told(seconds)


def archive(model: OrganizationModel, path: Path) -> None:
    """Write people and parameters for `frameworks/serve.py`."""
    real, layout = model.world.engine.state.real, model.layout
    p, market, segments, base = layout.people, layout.market, layout.segments, layout.base
    columns = {name: real[getattr(at, name.upper())] for name in
               ("halo", "memory", "satisfaction", "worst", "trust", "loyalty", "will", "should")}  # fmt: skip
    touch = (layout.journey.weekly, base[:, at.QUALITY], layout.journey.gain, layout.journey.loss)
    np.savez(
        path, **columns, touch=np.array(touch).T, assimilation=p.assimilation, anchor=p.anchor, noise=p.noise,
        memory_weight=segments.memory[0], trust_learning=p.trust_learning, will_learning=p.will_learning,
        should_learning=p.should_learning, should_forgetting=p.should_forgetting, norm=segments.expectation[0],
        worst_fading=p.worst_moment_fading, trust_recovery=p.trust_recovery, trust_neutral=p.trust_neutral,
        weight=p.loyalty_satisfaction, speed=p.loyalty_speed, defection=segments.defection[0],
        sensitivity=p.defection_sensitivity, neutral=market.neutral_loyalty,
    )  # fmt: skip


def check(model: OrganizationModel, numpy_rival: NumpyRival, c_rival: CRival | None) -> None:
    """Raise AssertionError unless the rivals have come to the same people, bit for bit."""
    state = model.world.engine.state
    assert np.array_equal(numpy_rival.customer, state.whole[at.STAGE] == at.CUSTOMER), "numpy: other people left"
    for column in (at.MEMORY, at.SATISFACTION, at.WORST, at.TRUST, at.LOYALTY, at.WILL, at.SHOULD):
        assert np.array_equal(numpy_rival.real[column], state.real[column]), f"numpy: other numbers in column {column}"
        if c_rival is not None:
            assert np.array_equal(c_rival.real[column], state.real[column]), f"C: other numbers in column {column}"
    if c_rival is not None:
        lived = model.counts_by_week[model.week + model.given.horizon.burn_in - 1]
        assert np.array_equal(c_rival.counts[0].sum(axis=0), lived), "C: other counters"


def _mean(model: OrganizationModel) -> float:
    return float(model.world.engine.state.real[at.SATISFACTION].mean())


def _work(step: Callable[[], None], population: int) -> Callable[[], float]:
    def work() -> float:
        step()
        return float(population)

    return work


def _c_work(rival: CRival, model: OrganizationModel, population: int) -> Callable[[], float]:
    """C's week; the cells that the model has dealt are taken over outside the measured time."""

    def work() -> float:
        rival.deal(model)
        start = time.process_time()
        rival.step()
        return -(time.process_time() - start) / population

    return work


class _Framework:
    """A framework in a process of its own, which measures itself."""

    def __init__(self, name: str, python: str, people: Path, population: int) -> None:
        script = Path(__file__).parents[1] / "frameworks" / "serve.py"
        self._process = subprocess.Popen(
            [python, "-W", "ignore", str(script), FRAMEWORKS[name], str(people)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._population, self._mean, self._name = population, 0.0, name
        assert self._read() == "ready", f"{name} did not start"

    def work(self) -> float:
        """Live a week there."""
        assert self._process.stdin is not None
        self._process.stdin.write("1\n")
        self._process.stdin.flush()
        seconds, mean = map(float, self._read().split())
        self._mean = mean
        return -seconds / self._population

    def leave(self, mean: float) -> None:
        """End the process; its people must be as satisfied on average, though its luck was another."""
        self._process.communicate()
        assert abs(self._mean - mean) < 0.02, f"{self._name} lives another journey"

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def _told(seconds: dict[str, list[float]]) -> list[Figure]:
    """Return everybody's time, and the ratios: others over silosim, but silosim over C."""
    said = {"C": f"C, {compiler_version()} {' '.join(FLAGS[:2])}"} if "C" in seconds else {}
    told = [
        Figure(what=said.get(name, name), unit=UNIT, span=span([s * 1e9 for s in values]))
        for name, values in seconds.items()
    ]
    own = seconds.pop("silosim")
    if "C" in seconds:
        slower = ratio(own, seconds.pop("C"))
        told.append(Figure(what="silosim over C", unit="times", span=slower, target=f"at most {MOST_OF_C:g}",
                           met=slower.median <= MOST_OF_C))  # fmt: skip
    for name, values in seconds.items():
        faster = ratio(values, own)
        aimed = name.startswith("numpy")
        told.append(Figure(what=f"{name} over silosim", unit="times", span=faster,
                           target=f"at least {LEAST_OF_NUMPY:g}" if aimed else "",
                           met=faster.median >= LEAST_OF_NUMPY if aimed else None))  # fmt: skip
    return told

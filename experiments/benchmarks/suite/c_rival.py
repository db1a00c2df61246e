"""The reduced journey in C: compiled at run time into a temporary folder, called through ctypes."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.model import columns as at
from simulation.model.columns import new_books, new_counts
from simulation.randomness import key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.model.organization_model import OrganizationModel

__all__ = ["FLAGS", "CRival", "compiler", "compiler_version"]

# -mprefer-vector-width=512, -fno-trapping-math and unrolling were tried: within 3 % of these.
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-shared", "-fPIC")
BOOKS = ("felt", "slope", "promise", "origin")
"""What is written on this journey; the ledger's other books stay empty."""


class _World(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int64) for name in ("n", "touchpoints", "cells")),
        *((name, ctypes.c_void_p) for name in ("key", "real", "whole", "counts", *BOOKS, "people", "touch")),
    )


def compiler() -> str | None:
    """Return the C compiler, if there is one."""
    return shutil.which("gcc")


def compiler_version() -> str:
    """Return the C compiler's name and version."""
    gcc = compiler()
    assert gcc is not None, "gcc is missing"
    done = subprocess.run([gcc, "-dumpfullversion"], capture_output=True, text=True, check=True)
    return f"gcc {done.stdout.strip()}"


def _library(*, every_pass: bool) -> Any:
    """Compile `passes.c`; column numbers and purposes are given as macros."""
    numbers = {name: value for name, value in vars(at).items() if name.isupper() and isinstance(value, int)}
    macros = [f"-D{name}={value}" for name, value in numbers.items() if not name.startswith("_") and name not in _TAKEN]
    macros.append(f"-DEVERY_PASS={int(every_pass)}")
    gcc = compiler()
    assert gcc is not None, "gcc is missing"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        target = Path(folder) / "passes.so"
        source = Path(__file__).with_name("passes.c")
        subprocess.run([gcc, *FLAGS, *macros, str(source), "-o", str(target), "-lm"], check=True)
        return ctypes.CDLL(str(target))


_TAKEN = {"QUALITY", "COST", "CONVERSION"}
"""Names that the C source does not need and the system's headers might."""


class CRival:
    """Lives the people of a model whose burn-in is over, from where they stand, with counters and ledger.

    With `every_pass` it makes all passes of the engine, else only those that have something to do on the reduced journey.
    """

    def __init__(self, model: OrganizationModel, *, every_pass: bool = True) -> None:
        state, layout = model.world.engine.state, model.layout
        self.real, self.whole = state.real.copy(), state.whole.copy()
        self.cells = model.world.cells
        self.counts, self.books = new_counts(layout, self.cells), new_books(layout, self.cells)
        self._live = _library(every_pass=every_pass).live
        arrays = {
            "key": np.array([*key(model.run_seed, model.replication)], dtype=np.uint32), "real": self.real,
            "whole": self.whole, "counts": self.counts, **{name: getattr(self.books, name) for name in BOOKS},
            "people": _people(model), "touch": _touched(model),
        }  # fmt: skip
        self._kept = arrays
        self._world = _World(
            n=self.real.shape[1], touchpoints=len(layout.touchpoints), cells=self.cells,
            **{name: array.ctypes.data for name, array in arrays.items()},
        )  # fmt: skip
        self.week = model.week + model.given.horizon.burn_in

    def step(self) -> None:
        """Live one week; `counts` are this week's, `books` all weeks'."""
        self.counts[:] = 0
        self._live(ctypes.byref(self._world), ctypes.c_int64(self.week))
        self.week += 1

    @property
    def customer(self) -> NDArray[np.bool_]:
        """Who is a customer."""
        return self.whole[at.STAGE] == at.CUSTOMER

    def deal(self, model: OrganizationModel) -> None:
        """Take over the cells that the model has dealt."""
        self.whole[[at.CELL, at.CELL_BEFORE]] = model.world.engine.state.whole[[at.CELL, at.CELL_BEFORE]]


def _people(model: OrganizationModel) -> NDArray[np.float64]:
    """Return the parameters in the order of the C source's enumeration."""
    p, market, segments = model.layout.people, model.layout.market, model.layout.segments
    return np.array([
        p.anchor, p.assimilation, p.worst_moment_fading, p.trust_learning,
        p.will_learning, p.should_learning, p.should_forgetting, p.trust_neutral, p.trust_recovery,
        p.loyalty_satisfaction, p.loyalty_speed,
        p.defection_sensitivity, p.fatigue_fading, p.reputation_fading, market.exit_rate, market.neutral_loyalty,
        segments.memory[0], segments.defection[0], p.promise_forgetting, p.mixed_message,
        p.reputation_gain, p.reputation_loss, p.talk_bad_below, p.talk_good_above, p.talk_bad, p.talk_good, market.survey_rate,
    ])  # fmt: skip


def _touched(model: OrganizationModel) -> NDArray[np.float64]:
    """Return [touchpoint, number] in the order of the C source's second enumeration."""
    journey, base = model.layout.journey, model.layout.base
    quality = base[:, at.QUALITY] - base[:, at.EFFORT] + base[:, at.RELEVANCE]
    columns = (
        journey.weekly,
        quality,
        journey.quality_spread,
        journey.gain,
        journey.loss,
        journey.notice,
        base[:, at.CONVERSION],
        base[:, at.COST],
        base[:, at.FAILURE],
    )
    return np.ascontiguousarray(np.array(columns).T)

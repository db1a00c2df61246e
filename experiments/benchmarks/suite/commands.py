"""Whole commands, as a user waits for them, and memory over many runs in one process."""

from __future__ import annotations

import gc
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from suite.measuring import Figure, Span, interleaved, ratio, span

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MEMORY_TITLE", "TITLE", "UNIT", "figures", "memory"]

TITLE = "What a user waits for"
MEMORY_TITLE = "Memory after many runs in one process"
UNIT = "seconds"
MOST_HELP, MOST_TINY = 0.3, 1.6
SETTLED, MOST_GROWTH = 2_000, 5.0
"""Runs after which memory has found its level, and growth from there that still counts as flat [MB]."""
TINY = (
    "run",
    "baseline",
    "--population",
    "10",
    "--weeks",
    "4",
    "--replications",
    "2",
    "--workers",
    "1",
    "--no-charts",
    "--quiet",
)


def figures(*, quick: bool) -> list[Figure]:
    """Time `--help`, a tiny run against `import mesa`, and `compare` as shipped."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        out = ("--out", str(Path(folder) / "results"), "--overwrite")
        works = {
            "silosim --help": _command("-m", "simulation", "--help"),
            "import mesa": _command("-c", "import mesa"),
            "a tiny run": _command("-m", "simulation", *TINY, *out),
        }
        seconds = interleaved(works, rounds=2 if quick else 15)
        helped, tiny = span(seconds["silosim --help"]), ratio(seconds["a tiny run"], seconds["import mesa"])
        found = [
            Figure(what="silosim --help", unit=UNIT, span=helped, target=f"under {MOST_HELP:g}", met=helped.median < MOST_HELP),
            *(Figure(what=what, unit=UNIT, span=span(seconds[what])) for what in ("import mesa", "a tiny run")),
            Figure(what="a tiny run over import mesa", unit="times", span=tiny, target=f"at most {MOST_TINY:g}",
                   met=tiny.median <= MOST_TINY),
        ]  # fmt: skip
        return found if quick else [*found, _compare(out)]


def memory(*, quick: bool, runs: tuple[int, ...] | None = None) -> list[Figure]:
    """Run tiny models in a fresh process; tell what it holds after so many."""
    marks = runs or ((20, 40) if quick else (200, 1_000))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        held = fresh.submit(_held, marks).result()
    found = [Figure(what=f"held after {n:,} runs", unit="MB", span=Span(mb, mb, mb)) for n, mb in held.items()]
    if SETTLED in held and max(marks) > SETTLED:
        grown = held[max(marks)] - held[SETTLED]
        what = f"growth from {SETTLED:,} to {max(marks):,} runs"
        found.append(Figure(what=what, unit="MB more", span=Span(grown, grown, grown), target=f"at most {MOST_GROWTH:g}",
                            met=grown <= MOST_GROWTH))  # fmt: skip
    return found


def _held(marks: tuple[int, ...]) -> dict[int, float]:
    """Run tiny models; return what this process holds after so many of them [MB]."""
    from suite.firms import firm, model_of

    scenario, held = firm("baseline"), {}
    for done in range(1, max(marks) + 1):
        model = model_of(scenario, population=50, weeks=4, replication=done)
        model.run()
        model.let_go()
        if done in marks:
            del model
            gc.collect()
            held[done] = _resident()
    return held


def _compare(out: tuple[str, ...]) -> Figure:
    command = _command("-m", "simulation", "compare", "silo_vs_shared", "--quiet", *out)
    seconds = interleaved({"compare": command}, rounds=3)["compare"]
    return Figure(what="silosim compare silo_vs_shared, as shipped", unit=UNIT, span=span(seconds))


def _command(*words: str) -> Callable[[], float]:
    def work() -> float:
        subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
        return 1.0

    return work


def _resident() -> float:
    """Return what this process holds in memory now [MB] (Linux), else the most it ever held."""
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    return next(float(line.split()[1]) / 1024.0 for line in text.splitlines() if line.startswith("VmRSS"))

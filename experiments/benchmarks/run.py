"""How fast is it? Run `python experiments/benchmarks/run.py [name ...] [--quick]`; see the README beside it."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from suite import commands, engines, explorer, firms, mechanisms, rivals, room, scale, sweeps, workshop, writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from suite.measuring import Figure

LONG_RUNS = (200, 1_000, 2_000, 10_000)


def benchmarks(python: str | None) -> dict[str, tuple[str, str, Callable[..., list[Figure]]]]:
    """Return title, charted unit and function of every benchmark by name."""
    return {
        "engines": (engines.TITLE, engines.UNIT, engines.figures),
        "rivals": (rivals.TITLE, rivals.UNIT, partial(rivals.figures, rivals=python)),
        "mechanisms": (mechanisms.TITLE, mechanisms.UNIT, mechanisms.figures),
        "scale": (scale.TITLE, scale.UNIT, scale.figures),
        "commands": (commands.TITLE, commands.UNIT, commands.figures),
        "memory": (commands.MEMORY_TITLE, "MB", commands.memory),
        "million": (scale.MILLION_TITLE, "seconds", scale.million),
        "sweeps": (sweeps.TITLE, sweeps.UNIT, sweeps.figures),
        "batch_run": (sweeps.MESA_TITLE, sweeps.UNIT, sweeps.against_mesa),
        "room": (room.TITLE, room.UNIT, room.figures),
        "explorer": (explorer.TITLE, explorer.UNIT, explorer.figures),
        "workshop": (workshop.TITLE, workshop.UNIT, workshop.figures),
        "many_runs": (commands.MEMORY_TITLE, "MB", partial(commands.memory, runs=LONG_RUNS)),
    }


USUAL = ("engines", "rivals", "mechanisms", "scale", "commands", "memory")
"""What runs where no name is given: the others take longer; `room` and `explorer` need the extra web."""


def main() -> None:
    """Run the benchmarks and write their tables and charts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"any of {', '.join(benchmarks(None))}; none: {', '.join(USUAL)}")
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds: does it work, not how fast")
    parser.add_argument("--rivals", metavar="PYTHON", help="a Python that has AgentPy and mesa-frames (see the README)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    known = benchmarks(given.rivals)
    unknown = sorted(set(given.names) - set(known))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    firms.warm()
    for name in given.names or USUAL:
        title, unit, figures = known[name]
        found = figures(quick=given.quick)
        for path in writing.write(name, title, found, given.out, unit=unit):
            print(path.name)


if __name__ == "__main__":
    main()

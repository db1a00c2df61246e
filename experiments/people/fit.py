"""Fit people to the facts that may be fitted: `python experiments/people/fit.py`. A quarter of an hour on two cores.

Writes `results/people.json` (fitted values, loss, settings of the search) and `results/provenance.json` (hash of the sources). The
defaults of `simulation.scenario.people` are these values; they are written there by hand, after a look at what they do.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

sys.path.insert(0, str(Path(__file__).parents[2]))

RESULTS = Path(__file__).parent / "results"


def main(rounds: int = 160, workers: int = 2, seed: int = 1, start: Path | None = None, out: Path = RESULTS) -> None:
    """Fit, and write what was found; `--start FILE` goes on from the values of an earlier search."""
    from simulation.analysis.facts.fitting import FREE, fit, people_of
    from simulation.analysis.sources import Stamp
    from simulation.model.cache import warm_up

    made_by = Stamp.of("simulation.analysis.facts.fitting")
    warm_up()
    values, loss = fit(
        rounds=rounds, workers=workers, seed=seed, start=None if start is None else _fitted(start),
        tell=lambda done, best: print(f"\rround {done} of {rounds}: loss {best:.2f}", end="", file=sys.stderr, flush=True),
    )  # fmt: skip
    print(file=sys.stderr)
    given = {name: value for name, (_, _, value) in FREE.items()}
    people = people_of(values)
    found = {
        "loss": round(loss, 3),
        "rounds": rounds,
        "seed": seed,
        "people": {
            name: {"given": given.get(name), "fitted": getattr(people, name)}
            for name in (*FREE, "three_stars", "four_stars")
        },
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "people.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    made_by.write(out / "provenance.json", {"rounds": rounds, "seed": seed})


def _fitted(file: Path) -> dict[str, float]:
    people = json.loads(file.read_text(encoding="utf-8"))["people"]
    return {name: row["fitted"] for name, row in people.items() if row["given"] is not None}


if __name__ == "__main__":
    typer.run(main)

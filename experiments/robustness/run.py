"""Does the headline survive, whatever the assumed figures are? A thousand firms, each with all of them drawn anew.

    python experiments/robustness/run.py [OPTION ...]

The runs go into `results/robustness` and are gone on with where they are there already. What is small is kept beside this file, in
`results/`. Options are those of `silosim sweep`, besides `--draws N`.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
from pathlib import Path

from assumed import assumed
from reading import write_answer
from ruamel.yaml import YAML
from scipy.stats import qmc

from simulation.analysis.sources import COMPARISON, Stamp
from simulation.scenario.loading import load

HERE = Path(os.path.relpath(Path(__file__).parent))
RUNS = Path("results/robustness")
KEPT = HERE / "results"
DRAWS, REPLICATIONS, POPULATION, SEED = 1_000, 3, 3_000, 1


def write_design(folder: Path, draws: int) -> Path:
    """Write the sweep file and its table of points: a Latin hypercube over every assumed number; return the file."""
    numbers = assumed(load(HERE / "firm.yaml").arms["siloed"])
    names = [f"a{number:03d}" for number in range(len(numbers))]
    shares = qmc.LatinHypercube(len(numbers), seed=SEED).random(draws)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "points.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(names)
        table.writerows([number.at(float(share)) for number, share in zip(numbers, row, strict=True)] for row in shares)
    sweep = {
        "title": "Does the headline survive, whatever the assumed figures are?",
        "scenario": os.path.relpath(HERE / "firm.yaml", folder),
        "arms": ["frozen", "siloed", "shared_and_pooled", "nine_tenths"],
        "replications": REPLICATIONS,
        "population": POPULATION,
        "design": {"kind": "table", "file": "points.csv"},
        "factors": {name: {"path": each.path, "label": each.path} for name, each in zip(names, numbers, strict=True)},
    }
    file = folder / "robustness.yaml"
    with file.open("w", encoding="utf-8", newline="\n") as out:
        YAML().dump(sweep, out)
    return file


def main() -> None:
    """Draw the firms, run them, and keep the answer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=DRAWS, help=f"firms that are drawn ({DRAWS:,})")
    given, options = parser.parse_known_args()
    made_by = Stamp.of(COMPARISON)
    file = write_design(RUNS / "design", given.draws)
    folder = RUNS / "runs"
    subprocess.run([sys.executable, "-m", "simulation", "sweep", str(file), "--out", str(folder), *options], check=True)
    write_answer(folder, KEPT)
    made_by.write(KEPT / "provenance.json", {"draws": given.draws, "options": options})


if __name__ == "__main__":
    main()

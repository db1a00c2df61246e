"""Print a hash of everything that a small run leaves, for tests that run it in another process and setting.

python tests/fingerprint.py --engine plain --population 300
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a checkout will do: nothing need be installed

from worlds import changed, digest, lived, remains, workshop

from simulation.model import compiled
from simulation.randomness import PURPOSE


def fingerprint(**options: object) -> dict[str, str]:
    """Hashes of a run of the workshop with learning departments, by part."""
    scenario = changed(workshop(), {"incentives": {"shared_weight": 0.5}, "information": {"regime": "pooled"}})
    return {name: digest(array) for name, array in remains(lived(scenario, **options)).items()}


def main() -> None:
    """Print the hashes as JSON; `--slice` lets few people be worked on several threads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="compiled")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--population", type=int, default=300)
    parser.add_argument("--slice", type=int, default=compiled.SMALLEST_SLICE)
    given = parser.parse_args()
    compiled.SMALLEST_SLICE = given.slice
    parts = fingerprint(engine=given.engine, threads=given.threads, population=given.population)
    sys.stdout.write(json.dumps({"parts": parts, "purposes": PURPOSE}, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()

"""Run the sweeps of this folder and keep their answers; a quarter of an hour for all on two cores.

    python experiments/sweeps.py [NAME ...] [OPTION ...]

The runs go into `results/NAME` and are gone on with where they are there already. What is small is kept beside this file, in
`NAME/`: the table over design points, pictures, sentences, and what made them. Options are those of `silosim sweep`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from simulation.analysis.sources import COMPARISON, Stamp

HERE = Path(os.path.relpath(Path(__file__).parent))
RESULTS = Path("results")
PAIR = {
    "noise_and_coupling": ("siloed", "shared_and_pooled"),
    "silos_win": ("usual_own", "usual_shared"),
    "what_decides": ("siloed", "shared_and_pooled"),
}
"""The arms whose difference is asked about, where a sweep is read further."""
FURTHER: dict[str, tuple[tuple[str, ...], ...]] = {
    "shared_weight": (),
    "pools": (),
    "off_board": (),
    "noise_and_coupling": (("map", "--x", "asked", "--y", "coupling"),),
    "silos_win": (("map", "--x", "repurchase", "--y", "closeness"),),
    "what_decides": (("sensitivity",), ("discover", "--better-than", "0")),
}
"""What is asked of each sweep's folder besides its own table."""


def silosim(*words: str) -> None:
    """Run a command of silosim as a user would."""
    subprocess.run([sys.executable, "-m", "simulation", *words], check=True)


def answer(name: str, options: list[str]) -> None:
    """Run a sweep, keep its table and pictures, and ask further."""
    kept, runs = HERE / name, RESULTS / name
    made_by = Stamp.of(COMPARISON)
    silosim("sweep", str(HERE / f"{name}.yaml"), "--out", str(runs), *options)
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir()
    shutil.copy(runs / "points.csv", kept)
    for picture in sorted((runs / "charts").glob("*.png")):
        shutil.copy(picture, kept)
    made_by.write(kept / "provenance.json", {"sweep": f"{name}.yaml", "options": options})
    for command, *words in FURTHER[name]:
        against, arm = PAIR[name]
        silosim(command, str(runs), *words, "--arm", arm, "--against", against, "--out", str(kept / command))


def main() -> None:
    """Answer what is asked for, or all."""
    words = sys.argv[1:]
    first = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    names, options = words[:first], words[first:]
    unknown = [name for name in names if name not in FURTHER]
    if unknown or {"-h", "--help"} & set(options):
        sys.exit(f"{__doc__}\nNAME: {', '.join(FURTHER)} (all).")
    for name in names or FURTHER:
        answer(name, options)


if __name__ == "__main__":
    main()

"""The runs behind `golden/tiny.json`: what they leave, and how to write the file anew.

A golden file guards against change, not against nonsense. When results are meant to change, say so in the CHANGELOG under
"Results change" and write it anew:

    python tests/golden_runs.py
"""

from __future__ import annotations

import json
import math
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a checkout will do: nothing need be installed

from worlds import changed, digest, remains, shop, workshop

from simulation.analysis.run import record_of
from simulation.model.organization_model import OrganizationModel

if TYPE_CHECKING:
    from simulation.record import Run

GOLDEN = Path(__file__).parent / "golden" / "tiny.json"

SMALL = {"horizon": {"population": 250, "burn_in": 6, "weeks": 26}}
PAID_TOGETHER = {"incentives": {"shared_weight": 0.5}, "information": {"regime": "pooled"}}
RUNS: dict[str, Any] = {
    "workshop, siloed": workshop,
    "workshop, shared and pooled": lambda: changed(workshop(), PAID_TOGETHER),
    "workshop, local search from a random start": lambda: changed(
        workshop(), PAID_TOGETHER, {"learning": {"rule": "local_search", "start": "random"}}
    ),
    "small firm with an intervention": lambda: changed(shop(), SMALL),
}


@cache
def golden_run(name: str) -> tuple[Run, dict[str, str]]:
    """One of the runs, and the hashes of all that it leaves."""
    model = OrganizationModel(RUNS[name]())
    model.run()
    run = record_of(model, arm="only", keep_customers=True)
    parts = {part: digest(array) for part, array in remains(model).items()}
    model.let_go()
    return run, parts


def summary(name: str) -> dict[str, Any]:
    """What the file keeps of a run: hashes, and the last value of each weekly column, so that a difference can be read."""
    run, parts = golden_run(name)
    last = {column: None if math.isnan(values[-1]) else float(values[-1]) for column, values in run.weekly.items()}
    pars = {kpi: None if math.isnan(value) else float(value) for kpi, value in run.pars.items()}
    return {"hashes": parts, "last_week": last, "pars": pars}


def main() -> None:
    """Write the golden file anew."""
    GOLDEN.parent.mkdir(exist_ok=True)
    content = json.dumps({name: summary(name) for name in RUNS}, indent=1, sort_keys=True)
    GOLDEN.write_text(content + "\n", encoding="utf-8", newline="\n")
    sys.stdout.write(f"{GOLDEN.name} written: {len(RUNS)} runs\n")


if __name__ == "__main__":
    main()

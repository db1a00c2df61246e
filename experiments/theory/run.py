"""Does the organization do what published theory says? Run `python experiments/theory/run.py`; see the README beside it."""

from __future__ import annotations

from pathlib import Path

from simulation.analysis.theory_study import theory_study
from simulation.cli.studying import run_study
from simulation.views.theory_chart import save_theory

if __name__ == "__main__":
    run_study(__doc__, Path(__file__).parent, theory_study, save_theory, replications=6)

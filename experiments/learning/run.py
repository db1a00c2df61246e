"""How well do the learners learn? Run `python experiments/learning/run.py`; see the README beside it."""

from __future__ import annotations

from pathlib import Path

from simulation.analysis.learning_study import learning_study
from simulation.cli.studying import run_study
from simulation.views.learning_chart import save_learning

if __name__ == "__main__":
    run_study(__doc__, Path(__file__).parent, learning_study, save_learning, replications=4)

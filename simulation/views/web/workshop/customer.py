"""One customer's story for the debrief, told in a worker process: the same person in two lives of a firm."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulation.workshop import Tale

__all__ = ["customer_told"]


def customer_told(tale: Tale) -> dict[str, Any]:
    """Let both lives of a tale be lived again, and return one customer's story as the debrief shows it.

    Returns
    -------
    dict
        choice    whom it tells of, as given.
        told      the story's parts (`simulation.views.story.page.Told`), or None where nobody was kept in one life and
                  lost in the other.
    """
    from simulation.analysis.stories import NobodyToTellOf, tell
    from simulation.scenario.loading import load_dict
    from simulation.views.story.page import drawn, told_stories

    loaded = load_dict(tale.scenario)
    titles, (one, other) = loaded.arm_titles, (loaded.arms[arm] for arm in tale.choice.arms)
    try:
        found = tell(loaded.arms, tale.choice.arms, seed=one.horizon.seed, count=1)
    except NobodyToTellOf:
        return {"choice": tale.choice, "told": None}
    with tempfile.TemporaryDirectory() as folder:
        pictures = drawn(found, Path(folder), scenario=one, titles=titles, others=[other])
    (told,) = told_stories(found, scenario=one, titles=titles, pictures=pictures, weeks=False, others=[other])
    return {"choice": tale.choice, "told": told}

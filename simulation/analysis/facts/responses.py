"""Statistics of responses: to repeated calls, to an e-mail sent at random, of leads by their source.

contacts : one row per call: `person`, `contact` (1, 2, ...), `success` (bool; nobody is called again after it)
trial : one row per person: `person`, `treated` (bool, drawn at random), `visited` (bool), `ordered` (bool)
leads : one row per lead: `person`, `source`, `closed` (bool)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.analysis.facts.answers import mean_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["close_rate", "success_at", "uplift"]


def success_at(contacts: pd.DataFrame, *, contact: int) -> float:
    """Return the hazard of success at a contact: the share that succeeds among those who are contacted so often."""
    return mean_of(contacts.loc[contacts["contact"] == contact, "success"])


def uplift(trial: pd.DataFrame, *, outcome: str) -> float:
    """Return the share with an outcome (`visited`, `ordered`) among the treated, minus that among the others."""
    treated = trial["treated"].astype(bool)
    return mean_of(trial.loc[treated, outcome]) - mean_of(trial.loc[~treated, outcome])


def close_rate(leads: pd.DataFrame, *, source: str) -> float:
    """Return the share of a source's leads that are closed."""
    return mean_of(leads.loc[leads["source"] == source, "closed"])

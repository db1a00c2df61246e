"""How far the headline rests on each parameter of people: one at a time, lowered and raised by a quarter.

The headline is in two sentences: siloed incentives cost loyalty (F1), and shared weight with line of sight brings some of it back
(F5). Every setting meets the same customers with the same luck, so a difference is the parameter's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from simulation.analysis.best_policy import frozen_at
from simulation.analysis.intervals import mean_interval
from simulation.analysis.parallel import in_order
from simulation.analysis.patterns import rise
from simulation.analysis.run import run_arms
from simulation.scenario.loading import load
from simulation.scenario.people import People

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulation.record import Run

__all__ = ["HEADLINES", "REPURCHASE", "nudges", "people_sensitivity", "settings_of"]

SCENARIO = "silo_vs_shared"
CHANGE = 0.25
REPURCHASE = (0.0, 0.5, 1.0, 1.5, 3.0, 6.0)
"""How far satisfaction moves repurchase is swept, not only nudged: from nothing (C15) to strong (Szymanski & Henard 2001)."""

HEADLINES: dict[str, Callable[[Mapping[str, Run]], float]] = {
    "silos": rise("loyalty", "siloed", "frozen"),
    "sharing": rise("loyalty", "shared_and_pooled", "siloed"),
    "sharing_profit": rise("profit", "shared_and_pooled", "siloed"),
}
"""Loyalty lost by silos, loyalty and profit gained by sharing with sight; each from one replication's runs."""


def nudges(name: str) -> dict[str, float]:
    """Return a parameter's `lower` and `higher` value: a quarter of it down and up (of the exponent, 0.25), within its range.

    Examples
    --------
    >>> nudges("talk_good")
    {'lower': 0.0225, 'higher': 0.0375}
    """
    field, value = People.model_fields[name], float(getattr(People(), name))
    step = CHANGE if name == "power_mean_exponent" else CHANGE * value
    bounds = {type(m).__name__: m for m in field.metadata}
    sides = {"lower": max(float(bounds["Ge"].ge), value - step), "higher": min(float(bounds["Le"].le), value + step)}
    return {side: v for side, v in sides.items() if v != value}


def settings_of() -> list[tuple[str, float]]:
    """Return every (parameter, value) to run: first ("", nan), people as they are; then the nudges; then the sweep."""
    found = [("", float("nan"))]
    found += [(name, value) for name in People.model_fields for value in nudges(name).values()]
    return found + [("repurchase_sensitivity", v) for v in REPURCHASE if ("repurchase_sensitivity", v) not in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Headline:
    """Measures replication r of setting s when called with s x replications + r; made for workers."""

    settings: tuple[tuple[str, float], ...]
    replications: int
    horizon: Mapping[str, int]
    seed: int

    def __call__(self, number: int) -> dict[str, float]:
        (name, value), replication = self.settings[number // self.replications], number % self.replications
        arms = {}
        for arm, scenario in load(SCENARIO).arms.items():
            people = scenario.people.model_copy(update={name: value} if name else {})
            sized = scenario.horizon.model_copy(update=dict(self.horizon))
            arms[arm] = scenario.model_copy(update={"people": people, "horizon": sized})
        chosen = {
            "frozen": frozen_at(arms["siloed"], arms["siloed"].learning.start_policy),
            "siloed": arms["siloed"],
            "shared_and_pooled": arms["shared_and_pooled"],
        }
        runs = {run.arm: run for run in run_arms(chosen, seed=self.seed, replication=replication)}
        return {headline: measure(runs) for headline, measure in HEADLINES.items()}


def people_sensitivity(
    *,
    replications: int = 10,
    workers: int = 1,
    seed: int = 1,
    horizon: Mapping[str, int] | None = None,
    settings: list[tuple[str, float]] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Return one row per setting and headline: mean with 95 % interval, and its paired change against people as they are.

    Returns
    -------
    pandas.DataFrame
        `parameter`, `value`, `headline`, `n`, `mean`, `low`, `high`, `change`, `change_low`, `change_high`.
    """
    chosen = tuple(settings_of() if settings is None else settings)
    task = _Headline(settings=chosen, replications=replications, horizon=dict(horizon or {}), seed=seed)
    measured = pd.DataFrame(in_order(task, len(chosen) * replications, workers=workers, progress=progress))
    rows = []
    for s, (name, value) in enumerate(chosen):
        part = measured.iloc[s * replications : (s + 1) * replications]
        for headline in HEADLINES:
            now = part[headline].to_numpy()
            level, change = mean_interval(now), mean_interval(now - measured[headline].to_numpy()[:replications])
            rows.append(
                (
                    name,
                    value,
                    headline,
                    level.n,
                    level.mean,
                    level.low,
                    level.high,
                    change.mean,
                    change.low,
                    change.high,
                )
            )
    columns = ["parameter", "value", "headline", "n", "mean", "low", "high", "change", "change_low", "change_high"]
    return pd.DataFrame(rows, columns=columns)

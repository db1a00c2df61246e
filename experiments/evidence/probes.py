"""Why does loyalty fall in a siloed firm whose spill-overs have random signs? One suspect at a time is taken out.

Run `python experiments/evidence/probes.py`; it writes `probes.csv` beside this file. The figure is last year's loyalty of the
siloed arm minus the frozen arm, from the middle, paired over replications, each with its own draw of signs.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.analysis.evidence import Cell, arms_of
from simulation.analysis.intervals import mean_interval
from simulation.analysis.parallel import default_workers, in_order
from simulation.analysis.patterns import last_year
from simulation.analysis.run import run_arms
from simulation.model.cache import warm_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.scenario.scenario import Scenario

REPLICATIONS = 20
PROMISES = ("marketing.hype", "sales.promise")
STAFF_AND_CONTACTS = ("marketing.volume", "digital.deflection", "service.staffing", "service.handle_time")


def people(scenario: Scenario, **values: float) -> Scenario:
    """Return the scenario with other people."""
    return scenario.model_copy(update={"people": scenario.people.model_copy(update=values)})


def hold(scenario: Scenario, *names: str) -> Scenario:
    """Return the scenario with levers held in the middle (a frozen scenario as it is)."""
    if scenario.levers.frozen:
        return scenario
    held = {**scenario.levers.hold, **dict.fromkeys(names, 0.5)}
    return scenario.model_copy(update={"levers": scenario.levers.model_copy(update={"hold": held})})


def symmetric(scenario: Scenario) -> Scenario:
    """Return the scenario with people who feel gain and loss alike at every touchpoint."""
    return people(scenario, must_be_gain=0.54, must_be_loss=0.54, performance_gain=0.475, performance_loss=0.475)


SUSPECTS: dict[str, Callable[[Scenario], Scenario]] = {
    "as it is": lambda scenario: scenario,
    "gain and loss felt alike": symmetric,
    "mixed messages cost no trust": lambda scenario: people(scenario, mixed_message=0.0),
    "fit does not matter for quality": lambda scenario: people(scenario, fit_quality=0.0),
    "Marketing's hype held": lambda scenario: hold(scenario, PROMISES[0]),
    "all promises held": lambda scenario: hold(scenario, *PROMISES),
    "promises, staff and contacts held": lambda scenario: hold(scenario, *PROMISES, *STAFF_AND_CONTACTS),
}


@dataclass(frozen=True, slots=True)
class Probe:
    """Measures suspect n // REPLICATIONS in replication n % REPLICATIONS."""

    def __call__(self, number: int) -> float:
        change = list(SUSPECTS.values())[number // REPLICATIONS]
        replication = number % REPLICATIONS
        arms = arms_of(Cell(study="sharing", firm="random_spill_overs", start="midpoint"), replication, {}, {})
        chosen = {name: change(arms[name]) for name in ("frozen", "siloed")}
        runs = {run.arm: run for run in run_arms(chosen, seed=1, replication=replication)}
        return last_year(runs["siloed"], "loyalty") - last_year(runs["frozen"], "loyalty")


def main() -> None:
    """Run all probes and write the table."""
    warm_up()
    values = in_order(Probe(), len(SUSPECTS) * REPLICATIONS, workers=default_workers())
    with (Path(__file__).parent / "probes.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["taken_out", "loyalty", "low", "high", "n"])
        for position, name in enumerate(SUSPECTS):
            found = mean_interval(values[position * REPLICATIONS : (position + 1) * REPLICATIONS])
            row = [name, *(f"{number:.3f}" for number in (found.mean, found.low, found.high)), found.n]
            table.writerow(row)
            print(*row)


if __name__ == "__main__":
    main()

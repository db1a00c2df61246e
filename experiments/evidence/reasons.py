"""Why do some expected patterns not emerge, and others where they should not? One suspect at a time is looked at.

Run `python experiments/evidence/reasons.py` (some minutes on two cores). It writes `reasons/reasons.csv`, one row a figure with
its 95 % interval (Student, over replications), and what made it; the README beside this file says what follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from rich.console import Console

import simulation.model.department as department_module
from simulation.analysis.best_policy import frozen_at
from simulation.analysis.evidence import Cell, arms_of
from simulation.analysis.intervals import mean_interval
from simulation.analysis.parallel import default_workers, in_order
from simulation.analysis.patterns import last_year
from simulation.analysis.run import run_arms
from simulation.analysis.sources import Stamp
from simulation.cli.progress import shown_progress
from simulation.model.cache import warm_up
from simulation.model.organization_model import OrganizationModel
from simulation.rules.incentive import effort_cost
from simulation.scenario.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.scenario.scenario import Scenario

    Figures = dict[str, float]

OUT = Path(__file__).parent / "reasons"
SEED = 1
PROMISES = ("marketing.hype", "sales.promise")
STAFF_AND_CONTACTS = ("marketing.volume", "digital.deflection", "service.staffing", "service.handle_time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, in how many replications, and what gives a replication's figures by name."""

    asks: str
    unit: str
    replications: int
    figures: Callable[[int], Figures]


def sized(scenario: Scenario, **horizon: int) -> Scenario:
    """Return the scenario with another population or other weeks."""
    return scenario.model_copy(update={"horizon": scenario.horizon.model_copy(update=horizon)})


# --- F1 where spill-overs have random signs: what is left of it without one suspect ------------------------------


def people(scenario: Scenario, **values: float) -> Scenario:
    """Return the scenario with other people."""
    return scenario.model_copy(update={"people": scenario.people.model_copy(update=values)})


def hold(scenario: Scenario, *names: str) -> Scenario:
    """Return the scenario with levers held in the middle (a frozen scenario as it is)."""
    if scenario.levers.frozen:
        return scenario
    held = {**scenario.levers.hold, **dict.fromkeys(names, 0.5)}
    return scenario.model_copy(update={"levers": scenario.levers.model_copy(update={"hold": held})})


SUSPECTS: dict[str, Callable[[Scenario], Scenario]] = {
    "as it is": lambda scenario: scenario,
    "gain and loss felt alike": lambda scenario: people(
        scenario, must_be_gain=0.54, must_be_loss=0.54, performance_gain=0.475, performance_loss=0.475
    ),
    "mixed messages cost no trust": lambda scenario: people(scenario, mixed_message=0.0),
    "fit does not matter for quality": lambda scenario: people(scenario, fit_quality=0.0),
    "Marketing's hype held": lambda scenario: hold(scenario, PROMISES[0]),
    "all promises held": lambda scenario: hold(scenario, *PROMISES),
    "promises, staff and contacts held": lambda scenario: hold(scenario, *PROMISES, *STAFF_AND_CONTACTS),
}


def silos_on_random_signs(replication: int) -> Figures:
    """Loyalty of the siloed arm less the frozen one, each replication with its own draw of signs."""
    arms = arms_of(Cell(study="sharing", firm="random_spill_overs", start="midpoint"), replication, {}, {})
    found = {}
    for name, change in SUSPECTS.items():
        chosen = {arm: change(arms[arm]) for arm in ("frozen", "siloed")}
        runs = {run.arm: run for run in run_arms(chosen, seed=SEED, replication=replication)}
        found[name] = last_year(runs["siloed"], "loyalty") - last_year(runs["frozen"], "loyalty")
    return found


# --- F6: what broad targeting does by itself, while nobody learns ----------------------------------------------------------

LINKS = ("new_contracts", "lead_quality", "satisfaction", "loyalty", "complaints", "score.sales", "score.service")


def broad_targeting(replication: int) -> Figures:
    """Every link of the chain: broad less narrow targeting, all levers frozen."""
    given = load("lead_quality_chain").arms["own_kpi"]
    arms = {
        name: sized(frozen_at(given, {"marketing.breadth": at}), population=20_000, weeks=104)
        for name, at in (("narrow", 0.2), ("broad", 0.8))
    }
    runs = {run.arm: run for run in run_arms(arms, seed=SEED, replication=replication)}
    narrow, broad = ({name: last_year(runs[arm], name) for name in (*LINKS, "leads")} for arm in ("narrow", "broad"))
    a_lead = {
        "contracts a hundred leads": 100.0
        * (broad["new_contracts"] / broad["leads"] - narrow["new_contracts"] / narrow["leads"])
    }
    return a_lead | {name: broad[name] - narrow[name] for name in LINKS}


# --- F7: one department off board where there is more to lose --------------------------------------------------------


def off_board_at_nine_tenths(replication: int) -> Figures:
    """Loyalty that is lost by each department off board, the others with nine tenths of the weight shared."""
    arms = {}
    for name, scenario in load("one_not_on_board").arms.items():
        incentives = scenario.incentives.model_copy(update={"shared_weight": 0.9})
        arms[name] = sized(scenario.model_copy(update={"incentives": incentives}), population=20_000)
    runs = {run.arm: run for run in run_arms(arms, seed=SEED, replication=replication)}
    whole = last_year(runs["all_on_board"], "loyalty")
    return {name: whole - last_year(run, "loyalty") for name, run in runs.items() if name != "all_on_board"}


# --- F14: is the strongest cause of a bad experience upstream at all? --------------------------------------------


def strongest_levers(replication: int) -> Figures:
    """Share of touchpoints at which no lever moves the experience more than one of the owner's, and the owners' share of levers."""
    given = load("cx_council").arms["operational"]
    names = [f"{department}.{lever}" for department, parts in given.departments.items() for lever in parts.levers]
    effects = {}
    for name in names:
        arms = {str(at): sized(frozen_at(given, {name: at}), population=20_000, weeks=52) for at in (0.2, 0.8)}
        low, high = run_arms(arms, seed=SEED, replication=replication)
        effects[name] = np.abs(np.nanmean(high.experience, axis=0) - np.nanmean(low.experience, axis=0))
    own, owners = [], []
    for t, touchpoint in enumerate(given.journey.values()):
        strongest = max(names, key=lambda name: float(effects[name][t]))
        own.append(strongest.partition(".")[0] == touchpoint.owner)
        owners.append(len(given.departments[touchpoint.owner].levers) / len(names))
    return {
        "touchpoints where it is the owner's": float(np.mean(own)),
        "the owner's share of all levers": float(np.mean(owners)),
    }


# --- F15: what a department could learn from trials of sharing its data -----------------------------------------


def trials_of_sharing(replication: int) -> Figures:
    """Effort saved by keeping data back, beside how far trials of it scatter [points of appraisal per whole lever]."""
    found: Figures = {}
    for population in (5_000, 50_000):
        seen, efforts = _trials(sized(load("data_consolidation").arms["voluntary"], population=population), replication)
        size = f"{population:,} people: "
        found |= {
            f"{size}effort": float(np.mean(efforts)),
            f"{size}spread of what trials show": float(np.std(seen, ddof=1)),
            f"{size}trials of a lever": len(seen) / 7.0,
        }
    return found


def _trials(scenario: Scenario, replication: int) -> tuple[list[float], list[float]]:
    """Return what each trial of a data lever showed and what it cost, both per whole lever."""
    seen: list[float] = []
    efforts: list[float] = []

    class Watched(department_module.Department):
        def judge(self, trial: department_module.Trial, gain: float) -> None:
            if trial.lever.shares_data:
                given, step = trial.lever.given.given, trial.tried - trial.control
                cost = effort_cost(trial.tried, given.easy, given.effort) - effort_cost(
                    trial.control, given.easy, given.effort
                )
                seen.append(gain / step)
                efforts.append(cost / step)
            super().judge(trial, gain)

    model = OrganizationModel(scenario, seed=SEED, replication=replication)
    for department in model.departments.values():
        department.__class__ = Watched
    model.run()
    model.let_go()
    return seen, efforts


QUESTIONS: dict[str, Question] = {
    "F1 null": Question(asks="Loyalty in silos with random signs, without one suspect", unit="points", replications=20,
                        figures=silos_on_random_signs),
    "F6": Question(asks="What broad targeting does while nobody learns", unit="as the column", replications=8,
                   figures=broad_targeting),
    "F7": Question(asks="Loyalty lost by one department off board, nine tenths of the weight shared, 20,000 people", unit="points",
                   replications=8, figures=off_board_at_nine_tenths),
    "F14": Question(asks="Whose lever moves the experience of a touchpoint most", unit="share", replications=4,
                    figures=strongest_levers),
    "F15": Question(asks="What trials of sharing data can show", unit="points of appraisal per whole lever", replications=8,
                    figures=trials_of_sharing),
}  # fmt: skip
JOBS = [(name, replication) for name, question in QUESTIONS.items() for replication in range(question.replications)]


def do(number: int) -> Figures:
    """Return the figures of one question in one replication."""
    name, replication = JOBS[number]
    return QUESTIONS[name].figures(replication)


def main() -> None:
    """Answer all questions and write the table."""
    made_by = Stamp.of("simulation.analysis.evidence")
    warm_up()
    with shown_progress(Console(stderr=True), quiet=False) as progress:
        answers = in_order(do, len(JOBS), workers=default_workers(), progress=progress)
    rows = []
    for name, question in QUESTIONS.items():
        given = [figures for (asked, _), figures in zip(JOBS, answers, strict=True) if asked == name]
        for figure in given[0]:
            found = mean_interval(np.array([each[figure] for each in given]))
            rows.append(
                {"pattern": name, "question": question.asks, "figure": figure, "unit": question.unit,
                 "mean": found.mean, "low": found.low, "high": found.high, "n": found.n}
            )  # fmt: skip
    table = pd.DataFrame(rows)
    OUT.mkdir(exist_ok=True)
    table.to_csv(OUT / "reasons.csv", index=False, float_format="%.4g", lineterminator="\n")
    made_by.write(OUT / "provenance.json", {name: question.replications for name, question in QUESTIONS.items()})
    print(table.drop(columns=["question", "unit"]).to_string(index=False))


if __name__ == "__main__":
    main()

"""What the searches found, on fresh luck: tables of levers, of what each policy is worth, of the searches and of their steps.

Four policies of each arm, each held for good in a market that has settled under it, so that like is compared with like:
the starting policy; the owner's best; the departments' equilibrium; and what the arm's departments had learned in their
last year, each replication its own. The learning itself runs at the scenario's own size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.analysis.frames import last_mean
from simulation.analysis.intervals import LEVEL, mean_interval, paired_interval
from simulation.analysis.parallel import in_order
from simulation.analysis.storage import circumstances, write_csv, write_provenance
from simulation.laboratory.optimum.bench import Bench
from simulation.laboratory.optimum.climbing import Care, Step
from simulation.laboratory.optimum.columns import OPTIMUM_COLUMNS
from simulation.laboratory.optimum.equilibrium import best_response
from simulation.laboratory.optimum.objectives import MEASURES
from simulation.laboratory.optimum.optimum import BASELINE, FINEST, game_of
from simulation.laboratory.optimum.price import ratio_interval
from simulation.model.effects import levers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from simulation.analysis.intervals import Interval
    from simulation.laboratory.optimum.equilibrium import Rest
    from simulation.laboratory.optimum.journey_game import JourneyGame
    from simulation.laboratory.optimum.optimum import Firm, Found, Plan
    from simulation.scenario.scenario import Scenario

    Progress = Callable[[int, int], None]
    Learned = Mapping[str, NDArray[np.float64]]

__all__ = ["POLICIES", "Optimum", "judge", "write"]

POLICIES = ("start", "equilibrium", "learned", "owner")
"""What is compared, in the order of charts."""

LOOKS = 5
"""How often a department may look around for something better than its equilibrium."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimum:
    """The answer, as tables (columns: `simulation.laboratory.optimum.columns`).

    Attributes
    ----------
    found
        What was found, and how it was asked for.
    levers
        One row per arm and lever: where it stands under each policy.
    price
        One row per arm, policy and measure, with the owner's lead over it.
    searches
        One row per search: where it ended, on training and on fresh luck.
    convergence
        One row per step of a search.
    """

    found: Found
    levers: pd.DataFrame
    price: pd.DataFrame
    searches: pd.DataFrame
    convergence: pd.DataFrame


def judge(found: Found, *, progress: Progress | None = None) -> Optimum:
    """Live what was found on fresh luck.

    Parameters
    ----------
    progress
        Told (replications done, planned) while the departments of the arms learn.
    """
    import pandas as pd

    plan = found.plan
    learned = _learned(plan, progress)
    tables: dict[str, list[Row]] = {"levers": [], "price": [], "searches": [], "convergence": []}
    for firm in found.firms:
        with Bench(firm.world, levers=firm.levers, seed=plan.seed, workers=plan.workers) as bench:
            tables["searches"] += _owner_rows(plan, firm, bench)
            for arm in firm.arms:
                game = game_of(plan, firm, arm, bench)
                rest = _worst(game, firm.rests(arm))
                policies = _policies(game, firm, rest, learned[arm], len(plan.fresh))
                tables["searches"] += _department_rows(plan, firm, arm, game)
                tables["price"] += _price_rows(arm, game, policies, plan)
                tables["levers"] += _lever_rows(arm, firm, game, policies)
        tables["convergence"] += _steps(firm)
    return Optimum(found=found, **{name: pd.DataFrame(rows) for name, rows in tables.items()})


# -- policies ----------------------------------------------------------------------------------------------------------


def _learned(plan: Plan, progress: Progress | None) -> Learned:
    """Return what the departments of each arm had learned in their last year [replication, lever]."""
    task = partial(_last_year, plan.arms, plan.seed, plan.training)
    runs = in_order(task, plan.replications, workers=plan.workers, progress=progress)
    return {arm: np.array([run[arm] for run in runs]) for arm in plan.arms}


def _last_year(arms: Mapping[str, Scenario], seed: int, first: int, number: int) -> dict[str, NDArray[np.float64]]:
    """Let every arm of one replication learn; return its settings, mean of the last year [lever]."""
    from simulation.analysis.run import run_arms

    runs = run_arms(arms, seed=seed, replication=first + number)
    return {
        run.arm: np.array([last_mean(run.weekly[f"lever.{lever.name}"]) for lever in levers_of(arms[run.arm])])
        for run in runs
    }


def _worst(game: JourneyGame, rests: Mapping[str, Rest]) -> Rest | None:
    """Return the equilibrium that the owner would like least, by training value; where none rests, the first end."""
    at_rest = [rest for rest in rests.values() if rest.ending == "rest"]
    if not at_rest:
        return next(iter(rests.values()), None)
    values = game.value(np.array([rest.settings for rest in at_rest]))
    return at_rest[int(np.argmin(values))]


def _policies(
    game: JourneyGame, firm: Firm, rest: Rest | None, learned: NDArray[np.float64], replications: int
) -> dict[str, NDArray[np.float64]]:
    """Return settings under each policy [replication, lever]."""

    def always(settings: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.repeat(settings[None], replications, axis=0)

    found = {"start": always(game.start), "learned": learned, "owner": always(firm.best[1].settings)}
    if rest is not None:
        found["equilibrium"] = always(rest.settings)
    return {name: found[name] for name in POLICIES if name in found}


# -- tables ------------------------------------------------------------------------------------------------------------


def _price_rows(arm: str, game: JourneyGame, policies: Mapping[str, NDArray[np.float64]], plan: Plan) -> Iterator[Row]:
    """Yield what each policy is worth by each measure, and the owner's lead over it."""
    lived = {name: _figures(game, settings, plan.fresh) for name, settings in policies.items()}
    measures = {name: (measure.label, measure.unit, measure.of) for name, measure in MEASURES.items()}
    if list(plan.objective.weights.values()) != [1.0]:
        measures["objective"] = (f"Objective: {plan.objective.words}", "", plan.objective.of)
    currency = game.arm.market.currency
    for measure, (label, unit, of) in measures.items():
        worth = {name: np.array([of(each) for each in figures]) for name, figures in lived.items()}
        for policy, values in worth.items():
            yield {
                "arm": arm, "policy": policy, "measure": measure, "label": label, "unit": unit.replace("money", currency),
                **_spread("", mean_interval(values)),
                **_spread("lead", paired_interval(worth["owner"], values)),
                **_spread("ratio", ratio_interval(worth["owner"], values)),
                **_spread("position", _position(values, worth.get("equilibrium"), worth["owner"])),
                "replications": len(values),
            }  # fmt: skip


def _position(
    values: NDArray[np.float64], equilibrium: NDArray[np.float64] | None, owner: NDArray[np.float64]
) -> Interval:
    """Return where values stand between the equilibrium (0) and the owner's best (1)."""
    if equilibrium is None:
        return mean_interval([])
    return ratio_interval(values - equilibrium, owner - equilibrium)


def _figures(game: JourneyGame, settings: NDArray[np.float64], fresh: range) -> list[dict[str, float]]:
    """Return weekly figures [replication] of settings that may differ by replication [replication, lever]."""
    if (settings == settings[0]).all():
        return game.figures(settings[:1], fresh)[0]
    return [game.figures(row[None], [number])[0][0] for row, number in zip(settings, fresh, strict=True)]


def _spread(name: str, interval: Interval) -> Row:
    if not name:
        return {"mean": interval.mean, "low": interval.low, "high": interval.high}
    return {name: interval.mean, f"{name}_low": interval.low, f"{name}_high": interval.high}


def _lever_rows(arm: str, firm: Firm, game: JourneyGame, policies: Mapping[str, NDArray[np.float64]]) -> Iterator[Row]:
    """Yield where each lever stands under each policy."""
    free = {i for mine in game.players.values() for i in mine}
    for i, lever in enumerate(levers_of(game.arm)):
        spread = mean_interval(np.clip(policies["learned"][:, i], 0.0, 1.0))
        yield {
            "arm": arm, "department": lever.department, "lever": lever.name,
            "label": f"{game.arm.departments[lever.department].name}: {lever.given.name}",
            "low_end": lever.given.low, "high_end": lever.given.high,
            "owner_chooses": i in firm.owner, "department_chooses": i in free,
            **{name: float(policies[name][0, i]) if name in policies else float("nan")
               for name in ("start", "owner", "equilibrium")},
            "learned": spread.mean, "learned_low": max(spread.low, 0.0), "learned_high": min(spread.high, 1.0),
        }  # fmt: skip


def _owner_rows(plan: Plan, firm: Firm, bench: Bench) -> Iterator[Row]:
    """Yield where each of the owner's searches ended, and what it is worth on fresh luck."""
    game = game_of(plan, firm, next(iter(firm.arms)), bench)
    best, mine = firm.best[1].settings, list(firm.owner)
    begun = float(game.value(game.owners_start[None])[0])
    before = game.values(game.owners_start[None], plan.fresh)[0]
    for start, steps in firm.climbs.items():
        end: Step = steps[-1]
        yield {
            "search": "owner", "arm": "", "start": start, "asked": end.asked,
            "ending": "baseline" if start == BASELINE else "ended", "rounds": len(steps),
            "training": end.value - begun,
            **_spread("fresh", paired_interval(game.values(end.settings[None], plan.fresh)[0], before)),
            "furthest_lever": float(np.abs(end.settings - best)[mine].max(initial=0.0)),
            "department": "", **_spread("gain", mean_interval([])), "judged": 0,
        }  # fmt: skip


def _department_rows(plan: Plan, firm: Firm, arm: str, game: JourneyGame) -> Iterator[Row]:
    """Yield where departments ended from each start, and the most that one of them could still gain."""
    rests = firm.rests(arm)
    chosen = _worst(game, rests)
    begun = float(game.value(game.start[None])[0])
    before = game.values(game.start[None], plan.fresh)[0]
    for start, rest in rests.items():
        assert chosen is not None
        department, gain = _epsilon(plan, firm, arm, game, rest.settings) if rest is chosen else ("", mean_interval([]))
        yield {
            "search": "equilibrium", "arm": arm, "start": start, "asked": rest.asked, "ending": rest.ending or "stopped",
            "rounds": rest.rounds, "training": float(game.value(rest.settings[None])[0]) - begun,
            **_spread("fresh", paired_interval(game.values(rest.settings[None], plan.fresh)[0], before)),
            "furthest_lever": float(np.abs(rest.settings - chosen.settings).max(initial=0.0)),
            "department": department, **_spread("gain", gain), "judged": gain.n,
        }  # fmt: skip


def _epsilon(
    plan: Plan, firm: Firm, arm: str, game: JourneyGame, settings: NDArray[np.float64]
) -> tuple[str, Interval]:
    """Return who could gain most by leaving these settings on its own, and what [points].

    What each department would rather do is looked for on the first half of the fresh luck and judged on the second, so
    that neither the search for the equilibrium nor this one has seen what it is judged by. The interval is widened (Bonferroni)
    for the choice of one among the departments.
    """
    half = len(plan.fresh) // 2
    looking = game_of(plan, firm, arm, game.bench, replications=plan.fresh[:half])
    gains: dict[str, Interval] = {}
    level = 1.0 - (1.0 - LEVEL) / max(sum(1 for mine in game.players.values() if mine), 1)
    for player, mine in game.players.items():
        if mine:
            care = Care(budget=LOOKS * (2 * len(mine) + 1), spread=4 * FINEST, finest=FINEST)
            deviation, _ = best_response(looking, player, settings, care, far=0)
            instead, now = game.payoffs(player, np.array([deviation.settings, settings]), plan.fresh[half:])
            gains[player] = paired_interval(instead, now, level=level)
    if not gains:
        return "", mean_interval([])
    most = max(gains, key=lambda player: gains[player].mean)
    return most, gains[most]


def _steps(firm: Firm) -> Iterator[Row]:
    """Yield each step of each search."""
    for start, steps in firm.climbs.items():
        for number, step in enumerate(steps, 1):
            yield {"search": "owner", "arm": "", "start": start, "step": number, "department": "", "looked_far": False,
                   "asked": step.asked, "value": step.value, "moved": float("nan")}  # fmt: skip
    for arm, by_start in firm.moves.items():
        for start, moves in by_start.items():
            for number, move in enumerate(moves, 1):
                yield {"search": "equilibrium", "arm": arm, "start": start, "step": number, "department": move.player,
                       "looked_far": move.far, "asked": move.asked, "value": move.gain, "moved": move.moved}  # fmt: skip


def write(optimum: Optimum, folder: Path, *, command: Sequence[str] = ()) -> None:
    """Write tables and where they came from into a folder."""
    plan = optimum.found.plan
    for name in ("levers", "price", "searches", "convergence"):
        write_csv(getattr(optimum, name), folder / f"{name}.csv")
    own = {
        "interrupted": optimum.found.interrupted,
        "arms": {arm: plan.loaded.arm_titles[arm] for arm in plan.arms},
        "seed": plan.seed,
        "search": {
            "objective": plan.objective.weights, "starts": plan.starts, "budget": plan.budget,
            "training_replications": plan.training, "fresh_replications": plan.replications,
            "population": plan.population, "weeks": plan.weeks, "burn_in": plan.burn_in,
            "cma": metadata.version("cma"),
        },
        "columns": {name: f"{column.meaning} [{column.unit}]" if column.unit else column.meaning
                    for name, column in OPTIMUM_COLUMNS.items()},
    }  # fmt: skip
    told = circumstances(own, raw=plan.loaded.raw, scenario_hash=plan.loaded.hash, command=command)
    write_provenance(told, folder)

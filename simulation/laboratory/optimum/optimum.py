"""The best levers of a single owner, the departments' equilibrium, and what lies between them: search, then judge.

`search` looks for both on a few training replications; `judge` lives what was found on fresh luck, beside the starting policy and
what the departments of each arm learn. A search picks what did best on its own luck, so that its training value flatters it (the
optimiser's curse: Smith & Winkler 2006); every figure that is reported comes from luck that no search has seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from simulation.analysis.choosing import chosen_arms, loaded_from, overridden
from simulation.laboratory.optimum.bench import Bench, rounded, world_of
from simulation.laboratory.optimum.climbing import Care, Step
from simulation.laboratory.optimum.equilibrium import respond, rest_of
from simulation.laboratory.optimum.journey_game import JourneyGame, owners_bounds, owners_levers
from simulation.laboratory.optimum.owner import baseline, best_levers, near_best
from simulation.model.effects import levers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from simulation.analysis.choosing import Source
    from simulation.laboratory.optimum.equilibrium import Move, Rest
    from simulation.laboratory.optimum.objectives import Objective
    from simulation.scenario.loading import LoadedScenario
    from simulation.scenario.scenario import Scenario

    Progress = Callable[[int, int], None]

__all__ = [
    "BASELINE",
    "FINEST",
    "FINISH",
    "Firm",
    "Found",
    "Plan",
    "firms_of",
    "game_of",
    "plan_for",
    "search",
    "starts_of",
]

BASELINE = "coordinate search"
"""The search to beat, as it is called among the starts."""
FINISH = "best of these"
"""The last search begins from the best that the others found; no far look."""
ROUNDS_OF_BUDGET = 8
"""An equilibrium may ask about so many times as many settings as one search of the owner's."""
FINEST = 0.05
"""Finest step of a lever in a search. Our assumption: finer ones drown in luck."""
ALIKE = 0.005
"""Gain for which no department moves [points]. Our assumption: half a hundredth of the way from par to stretch."""
ALIKE_TO_OWNER = 1e-3
"""Difference for which the owner does not look on, as a share of what the start is worth (at least of 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked for.

    Attributes
    ----------
    loaded, arms
        The scenario, and its arms.
    objective
        What the owner wants.
    starts
        Starts of each search.
    budget
        Settings that one search of the owner's may ask about; an equilibrium eight times as many.
    training, replications
        Replications of the search, and fresh ones to judge by.
    population, weeks, burn_in
        Size of the runs under held levers; the arms themselves learn at the scenario's own size.
    workers
        Processes.
    """

    loaded: LoadedScenario
    arms: dict[str, Scenario]
    objective: Objective
    starts: int
    budget: int
    training: int
    replications: int
    population: int
    weeks: int
    burn_in: int
    workers: int

    @property
    def seed(self) -> int:
        """Key of every draw."""
        return self.loaded.scenario.horizon.seed

    @property
    def fresh(self) -> range:
        """Numbers of the replications to judge by: none of them is a training one."""
        return range(self.training, self.training + self.replications)


@dataclass(slots=True, kw_only=True)
class Firm:
    """Arms that share a world, and what was found for them; filled while the search goes on.

    Attributes
    ----------
    arms
        The arms by name.
    world
        What held levers act upon.
    levers
        Names of all levers.
    owner
        Levers that the owner chooses, by position.
    start
        Settings that every search may start from, by name of the start.
    climbs
        By start, the owner's search step by step; the baseline among them.
    moves
        By arm and start, the departments' moves.
    """

    arms: dict[str, Scenario]
    world: Scenario
    levers: tuple[str, ...]
    owner: tuple[int, ...]
    climbs: dict[str, list[Step]] = field(default_factory=dict)
    moves: dict[str, dict[str, list[Move]]] = field(default_factory=dict)

    @property
    def best(self) -> tuple[str, Step]:
        """The start whose search found the settings of the highest training value, and these; the first of equals."""
        begun = {name: steps[-1] for name, steps in self.climbs.items() if steps}
        start = max(begun, key=lambda name: begun[name].value)
        return start, begun[start]

    def rests(self, arm: str) -> dict[str, Rest]:
        """Return where departments ended, by start; settings rounded to what was lived."""
        ends = {start: rest_of(moves) for start, moves in self.moves.get(arm, {}).items() if moves}
        return {start: replace(rest, settings=rounded(rest.settings)) for start, rest in ends.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the searches found; `interrupted` says that Ctrl-C ended them early."""

    plan: Plan
    firms: tuple[Firm, ...]
    interrupted: bool


def plan_for(
    scenario: Source,
    *,
    objective: Objective,
    arms: Sequence[str] | None = None,
    starts: int = 3,
    budget: int = 250,
    training: int = 2,
    replications: int = 12,
    population: int = 4000,
    weeks: int = 52,
    burn_in: int | None = None,
    seed: int | None = None,
    workers: int = 1,
) -> Plan:
    """Return a plan; parameters as the attributes of `Plan`. None: as in the scenario.

    The defaults spend on people rather than on training replications: at the same computing time, the spread of what a department
    gains by another setting was 0.035 points with 2 replications of 4,000 people, and 0.062 with 4 of 1,000 (silo_vs_shared, 104
    and 52 weeks), for much of what a run costs does not depend on its people.

    Raises
    ------
    ScenarioError
        If the scenario, the seed or the name of an arm has faults.
    """
    loaded = overridden(loaded_from(scenario), {"seed": seed})
    return Plan(
        loaded=loaded, arms=chosen_arms(loaded, arms), objective=objective, starts=starts, budget=budget, training=training,
        replications=replications, population=population, weeks=weeks,
        burn_in=loaded.scenario.horizon.burn_in if burn_in is None else burn_in, workers=workers,
    )  # fmt: skip


def search(plan: Plan, *, progress: Progress | None = None) -> Found:
    """Look for the owner's best levers and for every arm's equilibrium.

    Parameters
    ----------
    progress
        Told (settings asked about, settings planned); a search that ends early counts as whole.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C came before the owner's first search was through; later it ends the search, and what was found is returned.
    """
    firms = tuple(firms_of(plan))
    told = progress or (lambda _done, _planned: None)
    per_owner, per_arm = (plan.starts + 1) * plan.budget, plan.starts * ROUNDS_OF_BUDGET * plan.budget
    planned = len(firms) * per_owner + len(plan.arms) * per_arm
    done = 0
    try:
        for firm in firms:
            with Bench(firm.world, levers=firm.levers, seed=plan.seed, workers=plan.workers) as bench:
                for asked in _owner(plan, firm, bench):
                    told(done + min(asked, per_owner), planned)
                done += per_owner
                for arm in firm.arms:
                    for asked in _departments(plan, firm, arm, bench):
                        told(done + min(asked, per_arm), planned)
                    done += per_arm
    except KeyboardInterrupt:
        if not all(firm.climbs for firm in firms):
            raise
        return Found(plan=plan, firms=firms, interrupted=True)
    return Found(plan=plan, firms=firms, interrupted=False)


def firms_of(plan: Plan) -> Iterator[Firm]:
    """Yield arms grouped by the world that they share, in their order."""
    groups: list[tuple[Scenario, dict[str, Scenario]]] = []
    for name, arm in plan.arms.items():
        world = world_of(arm, weeks=plan.weeks, burn_in=plan.burn_in, population=plan.population)
        group = next((arms for known, arms in groups if known == world), None)
        if group is None:
            groups.append((world, {name: arm}))
        else:
            group[name] = arm
    for world, arms in groups:
        levers = tuple(lever.name for lever in levers_of(world))
        yield Firm(arms=arms, world=world, levers=levers, owner=owners_levers(list(arms.values())))


def game_of(plan: Plan, firm: Firm, arm: str, bench: Bench, *, replications: range | None = None) -> JourneyGame:
    """Return an arm as a game, on the training replications unless others are given."""
    numbers = range(plan.training) if replications is None else replications
    return JourneyGame(firm.arms[arm], bench=bench, objective=plan.objective, owner=firm.owner, replications=numbers)


def starts_of(game: JourneyGame, number: int, *, seed: int) -> dict[str, NDArray[np.float64]]:
    """Return settings to start from by name: the scenario's start, the middle, then random ones; no two alike.

    Random starts are drawn uniformly within bounds by numpy's generator from the seed. Levers that nobody chooses stay.
    """
    start = game.start
    free = sorted({*game.owner, *(i for mine in game.players.values() for i in mine)})
    low, high = game.bounds[free].T
    generator = np.random.default_rng(seed)
    found = {"scenario": start}
    middle = start.copy()
    middle[free] = (low + high) / 2
    if np.abs(middle - start)[list(game.owner)].max(initial=0.0) > FINEST:
        found["middle"] = middle
    for k in range(1, number):
        drawn = start.copy()
        drawn[free] = low + (high - low) * generator.random(len(free))
        found[f"random {k}"] = rounded(drawn)
    return dict(list(found.items())[:number])


def _owner(plan: Plan, firm: Firm, bench: Bench) -> Iterator[int]:
    """Fill a firm's climbs; yield how many settings were asked about."""
    game = game_of(plan, firm, next(iter(firm.arms)), bench)
    game.bounds = owners_bounds(list(firm.arms.values()))
    given, mine = game.owners_start, list(firm.owner)
    begun = float(game.value(given[None])[0])
    if not mine:
        firm.climbs["scenario"] = [Step(settings=given, value=begun, asked=1)]
        return
    care = Care(budget=plan.budget, finest=FINEST, tolerance=ALIKE_TO_OWNER * max(1.0, abs(begun)))
    firm.climbs[BASELINE] = [_lived(baseline(game, given))]
    for number, (name, start) in enumerate(starts_of(game, plan.starts, seed=plan.seed).items()):
        steps = firm.climbs.setdefault(name, [])
        begin = given.copy()
        begin[mine] = start[mine]
        for step in best_levers(game, begin, replace(care, seed=plan.seed + number)):
            steps.append(_lived(step))
            yield number * plan.budget + step.asked
    best = firm.best[1].settings
    steps = firm.climbs.setdefault(FINISH, [])
    for step in near_best(game, best, replace(care, spread=care.spread / 2)):
        steps.append(_lived(step))
        yield plan.starts * plan.budget + step.asked


def _departments(plan: Plan, firm: Firm, arm: str, bench: Bench) -> Iterator[int]:
    """Fill a firm's moves of an arm; yield how many settings were asked about."""
    game = game_of(plan, firm, arm, bench)
    budget = ROUNDS_OF_BUDGET * plan.budget
    care = Care(budget=budget, finest=FINEST, tolerance=ALIKE, seed=plan.seed)
    firm.moves[arm] = {}
    for number, (name, start) in enumerate(starts_of(game, plan.starts, seed=plan.seed).items()):
        moves = firm.moves[arm].setdefault(name, [])
        for move in respond(game, start, care):
            moves.append(move)
            yield number * budget + move.asked


def _lived(step: Step) -> Step:
    return replace(step, settings=rounded(step.settings))

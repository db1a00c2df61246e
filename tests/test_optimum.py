"""Owner's optimum and departments' equilibrium: known answers, games made for a point, and the journey at its smallest."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fake_runner import tiny_scenario

from simulation.analysis.choosing import loaded_from
from simulation.laboratory.lifetime_value import lifetime_value
from simulation.laboratory.optimum.bench import Bench, world_of
from simulation.laboratory.optimum.climbing import Care, climb, last, polish
from simulation.laboratory.optimum.equilibrium import respond, rest_of
from simulation.laboratory.optimum.journey_game import JourneyGame, owners_bounds, owners_levers
from simulation.laboratory.optimum.linear_game import LinearGame
from simulation.laboratory.optimum.objectives import read_objective
from simulation.laboratory.optimum.owner import baseline, best_levers
from simulation.laboratory.optimum.price import ratio_interval
from simulation.model.effects import levers_of
from simulation.rules.theory import blend_efficiency, bonus_efficiency, split_efficiency
from simulation.scenario.faults import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

CAREFUL = Care(budget=20_000)


def cosine(angle: float) -> float:
    return math.cos(math.radians(angle))


def rest_at(game: LinearGame, start: float = 0.2) -> NDArray[np.float64]:
    rest = rest_of(list(respond(game, np.full(len(game.levers), start), CAREFUL)))
    assert rest.ending == "rest"
    return rest.settings


# -- published answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("departments", [2, 4, 7])
def test_split_pool_falls_short_by_holmstrom(departments: int) -> None:
    game = LinearGame(departments=departments, levers=2, cosine=cosine(45), weight=1.0, split=True)
    assert game.efficiency(rest_at(game)[None])[0] == pytest.approx(split_efficiency(departments), abs=1e-6)


@pytest.mark.parametrize("angle", [30.0, 45.0, 60.0, 75.0])
def test_best_bonus_on_own_kpi_brings_bakers_share(angle: float) -> None:
    game = LinearGame(departments=2, levers=2, cosine=cosine(angle), bonus=cosine(angle))
    assert game.efficiency(rest_at(game)[None])[0] == pytest.approx(cosine(angle) ** 2, abs=1e-6)


@pytest.mark.parametrize(("weight", "bonus"), [(0.0, 1.0), (0.5, 1.0), (1.0, 1.0)])
def test_unsplit_weight_brings_what_theory_says(weight: float, bonus: float) -> None:
    game = LinearGame(departments=3, levers=2, cosine=0.5, weight=weight, bonus=bonus)
    expected = blend_efficiency(0.5, weight) if weight else bonus_efficiency(0.5, bonus)
    assert game.efficiency(rest_at(game)[None])[0] == pytest.approx(expected, abs=1e-6)


def test_equilibrium_is_the_best_response_of_theory_lever_by_lever() -> None:
    game = LinearGame(departments=3, levers=2, cosine=cosine(60), weight=0.4, split=True)
    assert rest_at(game) == pytest.approx(game.model.best, abs=1e-5)


@pytest.mark.parametrize("start", [0.0, 0.5, 0.9])
def test_owner_finds_the_first_best_whatever_is_paid(start: float) -> None:
    game = LinearGame(departments=3, levers=2, cosine=cosine(75), weight=0.2, split=True)
    best = last(best_levers(game, np.full(6, start), Care(budget=1500)))
    assert game.efficiency(best.settings[None])[0] == pytest.approx(1.0, abs=1e-6)
    assert best.value == pytest.approx(0.5 * 3, abs=1e-6)


def test_the_owner_beats_the_coordinate_search_on_its_grid() -> None:
    game = LinearGame(departments=2, levers=2, cosine=0.5)
    assert baseline(game, np.full(4, 0.5)).value < last(best_levers(game, np.full(4, 0.5), Care(budget=600))).value


# -- games made for a point --------------------------------------------------------------------------------------------


@dataclass
class TwoPlayers:
    """Each moves one lever; pay-offs given as functions of (x, y)."""

    first: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
    second: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
    levers: tuple[str, ...] = ("x", "y")
    bounds: NDArray[np.float64] = field(default_factory=lambda: np.array([[0.0, 1.0], [0.0, 1.0]]))
    owner: tuple[int, ...] = (0, 1)
    players: dict[str, tuple[int, ...]] = field(default_factory=lambda: {"first": (0,), "second": (1,)})

    def payoff(self, player: str, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        return (self.first if player == "first" else self.second)(*settings.T)

    def value(self, settings: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.first(*settings.T) + self.second(*settings.T)


def test_cournot_duopoly_and_its_cartel() -> None:
    """Price 1 - x - y, no cost: each produces 1/3 (Cournot 1838); together 1/2 would be best, at 9/8 of the profit."""
    game = TwoPlayers(first=lambda x, y: x * (1 - x - y), second=lambda x, y: y * (1 - x - y))
    rest = rest_of(list(respond(game, np.array([0.9, 0.1]), CAREFUL)))
    assert rest.ending == "rest"
    assert rest.settings == pytest.approx([1 / 3, 1 / 3], abs=1e-3)
    owner = last(best_levers(game, np.array([0.9, 0.1]), Care(budget=2000)))
    assert owner.settings.sum() == pytest.approx(0.5, abs=1e-3)
    assert owner.value / game.value(rest.settings[None])[0] == pytest.approx(9 / 8, abs=1e-3)


def test_two_equilibria_are_found_from_two_starts() -> None:
    game = TwoPlayers(first=lambda x, y: x * (y - 0.5), second=lambda x, y: y * (x - 0.5))
    ends = [rest_of(list(respond(game, np.array(at), CAREFUL))) for at in ([0.9, 0.8], [0.2, 0.1])]
    assert [end.ending for end in ends] == ["rest", "rest"]
    assert [end.settings.tolist() for end in ends] == [[1.0, 1.0], [0.0, 0.0]]


def test_who_only_circles_at_full_steps_comes_to_rest_at_smaller_ones() -> None:
    game = TwoPlayers(first=lambda x, y: -((x - y) ** 2), second=lambda x, y: -((y - 1 + x) ** 2))
    moves = list(respond(game, np.array([0.2, 0.9]), Care(budget=60_000, finest=1e-3, tolerance=1e-6)))
    assert moves[-1].ending == "rest"
    assert moves[-1].share < 1.0
    assert moves[-1].settings == pytest.approx([0.5, 0.5], abs=0.01)


def test_without_an_equilibrium_none_is_reported() -> None:
    """Matching pennies with a liking for the ends: only mixed strategies would rest."""

    def likes_ends(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return 0.1 * (2 * x - 1) ** 2

    game = TwoPlayers(
        first=lambda x, y: (2 * x - 1) * (2 * y - 1) + likes_ends(x),
        second=lambda x, y: -(2 * x - 1) * (2 * y - 1) + likes_ends(y),
    )
    rest = rest_of(list(respond(game, np.array([1.0, 1.0]), Care(budget=30_000))))
    assert rest.ending in {"circle", "budget"}


def test_a_far_look_leaves_a_merely_local_best_response() -> None:
    """A low hill at 0.1 and a high one at 0.9: nearby the low one is best."""
    game = TwoPlayers(
        first=lambda x, _y: np.exp(-(((x - 0.1) / 0.08) ** 2)) + 2 * np.exp(-(((x - 0.9) / 0.08) ** 2)),
        second=lambda _x, y: -((y - 0.4) ** 2),
    )
    rest = rest_of(list(respond(game, np.array([0.1, 0.4]), Care(budget=5000, spread=0.05))))
    assert rest.settings == pytest.approx([0.9, 0.4], abs=1e-3)


def test_a_spent_budget_is_said() -> None:
    game = LinearGame(departments=4, levers=3, cosine=0.5)
    moves = list(respond(game, np.full(12, 0.2), Care(budget=40)))
    assert moves[-1].ending == "budget"
    assert moves[-1].asked <= 40


# -- searching -----------------------------------------------------------------------------------------------------------


def test_a_search_stays_within_budget_and_bounds_and_never_gets_worse() -> None:
    asked: list[NDArray[np.float64]] = []

    def function(x: NDArray[np.float64]) -> NDArray[np.float64]:
        asked.append(x)
        return np.sin(9 * x).sum(axis=1)

    bounds = np.array([[0.2, 0.7]] * 5)
    steps = list(climb(function, np.full(5, 0.2), bounds, Care(budget=150)))
    everything = np.concatenate(asked)
    assert len(everything) == steps[-1].asked <= 150
    assert everything.min() >= 0.2
    assert everything.max() <= 0.7
    assert [step.value for step in steps] == sorted(step.value for step in steps)
    assert steps[-1].value == function(everything).max()


def test_a_search_is_the_same_twice_and_leaves_numpys_luck_alone() -> None:
    def run() -> list[float]:
        function = lambda x: -((x - 0.3) ** 4).sum(axis=1)  # noqa: E731
        return last(climb(function, np.full(4, 0.8), np.tile([0.0, 1.0], (4, 1)), Care(budget=120))).settings.tolist()

    before = np.random.get_state()[1].tolist()  # noqa: NPY002 - that is what must not move
    assert run() == run()
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_a_parabola_is_climbed_in_one_jump() -> None:
    target = np.array([0.31, 0.77])
    first, second, *_ = polish(
        lambda x: -((x - target) ** 2).sum(axis=1), np.array([0.5, 0.5]), np.tile([0.0, 1.0], (2, 1)), Care(budget=50)
    )
    assert first.asked == 1
    assert second.settings == pytest.approx(target, abs=1e-12)


# -- the price ---------------------------------------------------------------------------------------------------------


def test_ratio_without_spread_is_exact() -> None:
    values = np.array([2.0, 3.0, 4.0])
    interval = ratio_interval(1.5 * values, values)
    assert (interval.mean, interval.low, interval.high) == pytest.approx((1.5, 1.5, 1.5))


def test_ratio_of_what_may_be_nothing_has_no_bounds() -> None:
    interval = ratio_interval(np.array([1.0, 2.0, 3.0]), np.array([-1.0, 0.1, 1.4]))
    assert math.isnan(interval.low)
    assert math.isnan(ratio_interval(np.array([1.0, 2.0]), np.array([-1.0, -2.0])).mean)


def test_ratio_intervals_cover_the_true_ratio() -> None:
    generator = np.random.default_rng(5)
    hits = 0
    for _ in range(400):
        below = generator.normal(10.0, 2.0, 8)
        above = 1.4 * below + generator.normal(0.0, 1.0, 8)
        interval = ratio_interval(above, below)
        hits += interval.low <= 1.4 <= interval.high
    assert 0.92 <= hits / 400 <= 0.98


# -- objectives --------------------------------------------------------------------------------------------------------


def test_objectives_are_read_and_every_fault_is_named() -> None:
    assert read_objective("loyalty").of({"loyalty": 61.0}) == 61.0
    with pytest.raises(ScenarioError) as caught:
        read_objective("profti,loyalty:-1,loyalty")
    texts = [str(fault) for fault in caught.value.faults]
    assert len(texts) == 3
    assert "did you mean `profit`?" in texts[0]


def test_lifetime_value_is_gupta_and_lehmanns() -> None:
    figures = {"revenue": 300.0, "cost": 100.0, "effort": 0.0, "customers": 20.0, "defections": 10.0}
    weekly = 1.1 ** (1 / 52) - 1
    assert read_objective("lifetime_value").of(figures) == pytest.approx(1.0 * 0.99 / (1 + weekly - 0.99))


def test_lifetime_value_at_its_ends() -> None:
    nobody = {"customers": 0.0, "defections": math.nan}
    assert lifetime_value(5.0, nobody) == 0.0
    for_ever = lifetime_value(200.0, {"customers": 20.0, "defections": 0.0})
    assert for_ever == pytest.approx(1.0 / (1.1 ** (1 / 52) - 1))


# -- the journey -------------------------------------------------------------------------------------------------------


def shop(workers: int = 1, weight: float | None = None) -> tuple[JourneyGame, Bench]:
    loaded = loaded_from(tiny_scenario())
    arm = loaded.arms["own" if weight is None else "half"]
    world = world_of(arm, weeks=6, burn_in=4, population=100)
    bench = Bench(world, levers=[lever.name for lever in levers_of(world)], seed=3, workers=workers)
    game = JourneyGame(
        arm, bench=bench, objective=read_objective("profit"), owner=owners_levers([arm]), replications=range(2)
    )
    return game, bench


def test_arms_that_differ_in_incentives_share_a_world() -> None:
    arms = loaded_from(tiny_scenario()).arms
    size = {"weeks": 6, "burn_in": 4, "population": 100}
    assert world_of(arms["own"], **size) == world_of(arms["half"], **size)


def test_the_start_scores_par_and_costs_its_effort() -> None:
    game, bench = shop(weight=0.5)
    with bench:
        assert game.payoffs("sales", game.start[None], range(2)).tolist() == [[0.0, 0.0]]


def test_settings_are_lived_once() -> None:
    game, bench = shop()
    with bench:
        rows = np.array([game.start, game.start, game.start + 1e-5])
        first = game.value(rows)
        runs = bench.runs
        assert first.tolist() == [first[0]] * 3
        assert runs == 2  # two replications of one policy
        game.payoff("sales", rows)
        assert bench.runs == runs


@pytest.mark.full
def test_answers_do_not_depend_on_workers() -> None:
    found = []
    for workers in (1, 2):
        game, bench = shop(workers)
        with bench:
            settings = np.array([[0.1, 0.9], [0.8, 0.4], [0.5, 0.5]])
            found.append([game.value(settings).tolist(), game.payoff("service", settings).tolist()])
    assert found[0] == found[1]


def test_a_lever_held_alike_everywhere_is_not_the_owners() -> None:
    loaded = loaded_from("silo_vs_shared")
    arms = list(loaded.arms.values())
    names = [lever.name for lever in levers_of(arms[0])]
    owner = {names[i] for i in owners_levers(arms)}
    assert "marketing.share_data" not in owner
    assert "marketing.coaching" not in owner
    assert "marketing.breadth" in owner
    free = arms[0].model_copy(update={"levers": arms[0].levers.model_copy(update={"hold": {}})})
    assert "marketing.share_data" in {names[i] for i in owners_levers([free, arms[1]])}


def test_a_limit_binds_the_owner_only_where_every_arm_has_it() -> None:
    arm = loaded_from("silo_vs_shared").arms["siloed"]
    tight = arm.model_copy(update={"levers": arm.levers.model_copy(update={"limit": {"sales.promise": (0.1, 0.6)}})})
    at = [lever.name for lever in levers_of(arm)].index("sales.promise")
    assert owners_bounds([tight, tight])[at].tolist() == [0.1, 0.6]
    assert owners_bounds([tight, arm])[at].tolist() == [0.0, 1.0]


def test_where_nobody_may_move_there_is_no_turn_to_take() -> None:
    game, bench = shop()
    still = game.arm.model_copy(update={"levers": game.arm.levers.model_copy(update={"frozen": True})})
    with bench:
        frozen = JourneyGame(still, bench=bench, objective=game.objective, owner=game.owner, replications=range(1))
        assert list(respond(frozen, frozen.start, Care(budget=50))) == []


def test_who_is_paid_on_no_survey_does_not_talk_it_up() -> None:
    arms = loaded_from("silo_vs_shared").arms
    coached = {}
    for name in ("siloed", "shared"):
        world = world_of(arms[name], weeks=4, burn_in=4, population=50)
        levers = [lever.name for lever in levers_of(world)]
        bench = Bench(world, levers=levers, seed=1, workers=1)
        game = JourneyGame(
            arms[name], bench=bench, objective=read_objective("loyalty"), owner=(), replications=range(1)
        )
        coached[name] = [levers[i] for i in game.players["sales"] if levers[i].endswith(".coaching")]
    assert coached == {"siloed": [], "shared": ["sales.coaching"]}

"""Attribution of the gap between two arms: mixing arms, adding up, and who gets nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from worlds import changed, reference, workshop

from simulation.analysis.run import run_arms
from simulation.laboratory.attribution.attribution import Played, play
from simulation.laboratory.attribution.coalition_game import Game, Kind, game_between
from simulation.laboratory.attribution.mixed_arms import check_pair, mixed, sections_between
from simulation.laboratory.attribution.tables import COLUMNS, VALUE_COLUMNS, attributed, values_frame
from simulation.model.appraisal import terms_of
from simulation.scenario.faults import ScenarioError
from simulation.scenario.library import shipped
from simulation.scenario.loading import load

if TYPE_CHECKING:
    from simulation.scenario.scenario import Scenario

SIZE = {"horizon": {"population": 150, "burn_in": 8, "weeks": 20}}


def arms() -> dict[str, Scenario]:
    """The workshop, small; counter and marketing share in the second arm, and everybody sees more."""
    own = changed(workshop(), SIZE)
    weights = {"shared_weight_by_department": {"counter": 0.6, "marketing": 0.3}}
    shared = changed(own, {"incentives": weights, "information": {"regime": "pooled"}})
    return {"own": own, "shared": shared}


def asked(kind: Kind, **options: object) -> Game:
    given = {"first": "own", "second": "shared", "seed": 3, "replications": 2, "over": "all", **options}
    return game_between(arms(), kind=kind, **given)  # type: ignore[arg-type]


def lived(arm: str, replication: int, outcome: str = "loyalty") -> float:
    """An arm as a comparison runs it."""
    runs = run_arms(arms(), seed=3, replication=replication)
    weekly = next(run.weekly[outcome] for run in runs if run.arm == arm)
    return float(weekly[~np.isnan(weekly)].mean())


def both() -> list[Kind]:
    return ["recorded", "relearning"]


# --- mixing -----------------------------------------------------------------------------------------------------------


def rules_of(arm: Scenario) -> dict[str, object]:
    """What an arm says, with all that can be said of single departments written out."""
    pay, bounds = arm.incentives, arm.levers
    names = [f"{d}.{lever}" for d, given in arm.departments.items() for lever in (*given.levers, *arm.every_department)]
    wide = {name: "*." + name.partition(".")[2] for name in names}
    return {
        "terms": {d: terms_of(pay, d, tuple(arm.departments)) for d in arm.departments},
        "own": {d: pay.own_kpis.get(d, given.kpis) for d, given in arm.departments.items()},
        "charges": {d: pay.charges.get(d, {}) for d in arm.departments},
        "hold": {name: bounds.hold.get(name, bounds.hold.get(wide[name])) for name in names},
        "limit": {name: bounds.limit.get(name, bounds.limit.get(wide[name])) for name in names},
        "common": (pay.shared_metrics, pay.attention, pay.transparency_reward, pay.quota_spread, bounds.frozen),
        "rest": arm.model_dump(exclude={"title", "incentives", "levers", "arms"}),
    }


@pytest.mark.full
def test_nobody_and_everybody_are_the_two_arms_in_every_shipped_scenario() -> None:
    met = 0
    for name in shipped():
        given = list(load(name).arms.values())
        for first, second in pairwise(given):
            try:
                check_pair(first, second)
            except ScenarioError:
                continue
            sections = set(sections_between(first, second))
            assert rules_of(mixed(first, second, departments=set(), sections=set())) == rules_of(first)
            assert rules_of(mixed(first, second, departments=set(first.departments), sections=sections)) == rules_of(
                second
            )
            met += 1
    assert met > 20


def test_a_department_brings_its_own_terms_and_nothing_else() -> None:
    own, shared = arms().values()
    kpi = next(iter(own.kpis))
    pay = {"incentives": {"own_kpis": {"counter": {kpi: 1.0}}, "charges": {"counter": {kpi: 0.5}}},
           "levers": {"hold": {"counter.share_data": 0.9, "marketing.share_data": 0.1}}}  # fmt: skip
    shared = changed(shared, pay)
    found = mixed(own, shared, departments={"counter"}, sections=set())
    told, before, after = rules_of(found), rules_of(own), rules_of(shared)
    for part in ("terms", "own", "charges"):
        expected = {d: (after if d == "counter" else before)[part][d] for d in own.departments}  # type: ignore[index]
        assert told[part] == expected
    assert found.levers.hold["counter.share_data"] == 0.9
    assert "marketing.share_data" not in found.levers.hold
    assert found.information == own.information
    assert mixed(own, shared, departments=set(), sections={"information"}).information == shared.information


def test_weights_move_as_a_whole_where_a_council_sets_them() -> None:
    own, shared = arms().values()
    council = {"governance": {"strategic": {"weight_step": 0.1}}}
    own, shared = changed(own, council), changed(shared, council)
    assert sections_between(own, shared) == ("incentives", "information")
    whole = mixed(own, shared, departments=set(own.departments), sections=set())
    assert whole.incentives.shared_weight_by_department == own.incentives.shared_weight_by_department


# --- adding up --------------------------------------------------------------------------------------------------------


def test_relearning_runs_between_the_two_arms_to_the_bit() -> None:
    played = play(asked("relearning"))
    assert [player.name for player in played.game.players] == ["marketing", "counter", "information"]
    for replication, found in played.lived.items():
        assert (found.of(0), found.of(7)) == (lived("own", replication), lived("shared", replication))


def test_recorded_levers_and_trials_together_are_the_gap_between_the_arms() -> None:
    played = play(asked("recorded"))
    for replication, found in played.lived.items():
        assert found.arms == (lived("own", replication), lived("shared", replication))
    table = attributed(played).set_index("what")
    assert table.loc["gap", "value"] == pytest.approx(table.loc["to", "value"] - table.loc["from", "value"])
    assert table.loc["trials", "value"] != 0.0


@pytest.mark.parametrize("kind", both())
@pytest.mark.parametrize("outcome", ["loyalty", "profit"])
def test_parts_add_up_to_the_gap(kind: Kind, outcome: str) -> None:
    played = play(asked(kind, outcome=outcome, over="last"))
    table = attributed(played)
    parts = table[table["what"].isin(["department", "section", "trials"])]
    gap = table[table["what"] == "gap"].iloc[0]
    assert gap["value"] != 0.0
    assert parts["value"].sum() == pytest.approx(gap["value"], rel=1e-9)
    first, second = (table[table["what"] == what].iloc[0]["value"] for what in ("from", "to"))
    assert second - first == pytest.approx(gap["value"], rel=1e-9)


@pytest.mark.parametrize("permutations", [None, 1])
def test_who_plays_the_same_levers_in_both_arms_gets_nothing(permutations: int | None) -> None:
    own = arms()["own"]
    levers = (*own.departments["counter"].levers, *own.every_department)
    still = {f"counter.{lever}": 0.5 for lever in levers}
    held = {name: changed(arm, {"levers": {"hold": still}}) for name, arm in arms().items()}
    game = game_between(
        held, first="own", second="shared", kind="recorded", seed=3, replications=2, permutations=permutations
    )
    played = play(game)
    at = [player.name for player in game.players].index("counter")
    every = len(next(iter(game.blocks()))[1])
    assert all(not found.active >> at & 1 and len(found.values) < every for found in played.lived.values())
    table = attributed(played).set_index("name")
    assert (table.loc["counter", ["value", "value_low", "value_high", "alone", "last"]] == 0.0).all()
    assert table.loc["marketing", "value"] != 0.0


def test_money_pays_by_the_terms_of_each_arm_although_levers_are_recorded() -> None:
    """Nobody can move anything; only who is paid for what differs: customers are the same, the bonus is not."""
    frozen = {name: changed(arm, {"learning": {"rule": "fixed"}}) for name, arm in arms().items()}
    given = {"first": "own", "second": "shared", "kind": "recorded", "seed": 3, "replications": 1}
    loyal = attributed(play(game_between(frozen, outcome="loyalty", **given)))  # type: ignore[arg-type]
    paid = attributed(play(game_between(frozen, outcome="bonus", **given))).set_index("name")  # type: ignore[arg-type]
    players = loyal[loyal["what"] == "department"]
    assert (players["value"] == 0.0).all()
    assert paid.loc["counter", "value"] != 0.0
    assert paid.loc["gap", "value"] == pytest.approx(paid.loc[["marketing", "counter"], "value"].sum())


def test_sampled_orders_cost_less_and_add_up() -> None:
    many = asked("recorded", permutations=1)
    assert many.runs < asked("recorded").runs or len(many.players) < 4
    table = attributed(play(many)).set_index("what")
    assert table.loc["department", "value"].sum() + table.loc["trials", "value"] == pytest.approx(
        table.loc["gap", "value"]
    )


def test_tables_declare_their_columns() -> None:
    played = play(asked("relearning", replications=1))
    undeclared = {name.removesuffix("_low").removesuffix("_high") for name in attributed(played)} - set(COLUMNS)
    assert not undeclared
    assert list(values_frame(played)) == list(VALUE_COLUMNS)
    assert len(values_frame(played)) == 8


def test_what_ctrl_c_leaves_is_whole_replications() -> None:
    def stop(done: int, _planned: int) -> None:
        if done > 20:
            raise KeyboardInterrupt

    played = play(asked("relearning", replications=4), progress=stop)
    assert isinstance(played, Played)
    assert played.interrupted
    assert sorted(played.lived) == [0, 1, 2][: len(played.lived)]
    whole = play(asked("relearning", replications=4))
    assert all(whole.lived[number] == found for number, found in played.lived.items())


@pytest.mark.full
@pytest.mark.parametrize("kind", both())
def test_the_number_of_workers_changes_nothing(kind: Kind) -> None:
    assert play(asked(kind), workers=2).lived == play(asked(kind), workers=1).lived


# --- faults -----------------------------------------------------------------------------------------------------------


def test_faults_are_plain() -> None:
    with pytest.raises(ScenarioError, match="did you mean `loyalty`"):
        asked("recorded", outcome="loyality")
    given = arms()
    with pytest.raises(ScenarioError, match="say the same"):
        game_between(
            {"a": given["own"], "b": given["own"]}, first="a", second="b", kind="relearning", seed=1, replications=1
        )
    with pytest.raises(ScenarioError, match="other departments"):
        game_between(
            {"a": given["own"], "b": reference()}, first="a", second="b", kind="recorded", seed=1, replications=1
        )
    longer = changed(given["shared"], {"horizon": {"weeks": 30}})
    with pytest.raises(ScenarioError, match="other horizons"):
        game_between({"a": given["own"], "b": longer}, first="a", second="b", kind="recorded", seed=1, replications=1)


def test_too_many_players_are_refused_or_sampled() -> None:
    def crowd(weight: float) -> Scenario:
        arm = given["own"]
        one = arm.departments["counter"].model_copy(update={"levers": {}})
        more = {f"team_{i}": one for i in range(13)}
        pay = arm.incentives.model_copy(update={"shared_weight": weight})
        return arm.model_copy(update={"departments": {**arm.departments, **more}, "incentives": pay})

    given = arms()
    many = {"own": crowd(0.0), "shared": crowd(0.5)}
    options = {"first": "own", "second": "shared", "kind": "relearning", "seed": 1, "replications": 1}
    with pytest.raises(ScenarioError, match="--permutations 20"):
        game_between(many, **options)  # type: ignore[arg-type]
    sampled = game_between(many, permutations=2, **options)  # type: ignore[arg-type]
    assert len(sampled.players) > 12
    assert sampled.runs < 150

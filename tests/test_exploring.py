"""The explorer's computing: what can be moved, the scenario that moves make, answers that sharpen to what `compare` finds."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import fake_runner
import pytest
from fake_explorer import ENDLESS, FAILS, made_up

from simulation.analysis.comparison import compare
from simulation.laboratory.exploring.knobs import knobs_of, stands_at, value_of
from simulation.laboratory.exploring.living import lived_arms
from simulation.laboratory.exploring.settings import Move, Settings, Variant, explored, first_settings, saved
from simulation.laboratory.exploring.streaming import QUICK_PEOPLE, QUICK_REPLICATIONS, Explorer
from simulation.laboratory.sweep.paths import value_at
from simulation.scenario import loading
from simulation.scenario.faults import ScenarioError
from simulation.scenario.library import shipped
from simulation.scenario.loading import load_dict

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.laboratory.exploring.knobs import Knob
    from simulation.scenario.loading import LoadedScenario

pytestmark = pytest.mark.usefixtures("files_read_once")


@cache
def shipped_one(name: str) -> LoadedScenario:
    """A shipped scenario, read once: nothing here changes what was opened."""
    return loading.load(name)


def moves(*given: tuple[str, object] | tuple[str, object, str], **more: Any) -> Settings:
    return Settings(moves=tuple(Move(key=key, value=value, arm="".join(arm)) for key, value, *arm in given), **more)


# --- what can be moved ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["baseline", "cx_council", "software_vendor"])
def test_knobs_show_what_stands_in_the_scenario_and_lie_in_their_range(name: str) -> None:
    loaded = shipped_one(name)
    knobs = knobs_of(loaded)
    assert len({knob.key for knob in knobs}) == len(knobs)
    assert all(knob.words and knob.label for knob in knobs)
    for arm in loaded.arms.values():
        for knob in knobs:
            value = value_of(knob, arm)
            if knob.kind in {"number", "whole"} and value is not None:
                assert knob.low is not None
                assert knob.low <= value <= (knob.high or float("inf")), knob.key
            elif knob.kind == "choice" and value is not None:
                assert knob.options is not None
                assert value in knob.options
            elif knob.kind == "part":
                assert value is (value_at(arm.model_dump(), knob.path) is not None)


def ends(knob: Knob, at: int) -> object:
    """The low end, the high end, or what leaves it open."""
    if knob.kind == "choice":
        return list(knob.options or {})[-at]
    if knob.kind in {"truth", "part"}:
        return bool(at)
    if at == 2 and knob.left_open:
        return None
    weight = knob.key.startswith(("incentives.shared_metrics.", "departments."))  # with none at all there is no score
    return knob.high if at == 1 and knob.high else 1 if weight or knob.key == "horizon.seed" else knob.low


@pytest.mark.parametrize("at", [0, 1, 2], ids=["low", "high", "open"])
def test_every_knob_moves_to_its_ends(at: int) -> None:
    opened = shipped_one("cx_council")
    bodies = [(knob.key, True) for knob in knobs_of(opened) if knob.kind == "part"] if at else []
    knobs = [knob for knob in knobs_of(opened) if knob.kind != "part"]
    wanted = {knob.key: ends(knob, at) for knob in knobs}
    found = explored(opened, moves(*bodies, *wanted.items(), arms=("none", "operational"))).loaded
    for knob in knobs:
        values = [value_of(knob, arm) for arm in found.arms.values()]
        values = [value for value in values if value is not None] if knob.needs and not at else values
        assert values == [wanted[knob.key]] * len(values), knob.key
    assert [value_of(knob, found.arms["none"]) for knob in knobs_of(opened) if knob.kind == "part"] == [bool(at)] * 3


# --- the scenario that moves make -------------------------------------------------------------------------------------


def test_a_move_for_every_arm_reaches_arms_that_say_otherwise() -> None:
    found = explored(shipped_one("silo_vs_shared"), moves(("incentives.shared_weight", 0.3))).loaded
    assert [arm.incentives.shared_weight for arm in found.arms.values()] == [0.3] * 4


def test_a_move_for_one_arm_leaves_the_others_alone() -> None:
    found = explored(shipped_one("silo_vs_shared"), moves(("incentives.shared_weight", 0.3, "siloed"))).loaded
    assert [arm.incentives.shared_weight for arm in found.arms.values()] == [0.3, 0.5, 0.0, 0.5]


def test_a_council_is_taken_away_and_given() -> None:
    opened = shipped_one("cx_council")
    given = explored(opened, moves(("governance.operational", True, "none"))).loaded
    taken = explored(opened, moves(("governance.operational", False))).loaded
    assert given.arms["none"].governance.operational is not None
    assert [arm.governance.operational for arm in taken.arms.values()] == [None] * len(opened.arms)


def test_what_needs_a_council_is_moved_only_where_there_is_one() -> None:
    found = explored(shipped_one("cx_council"), moves(("governance.operational.chair", "sales"))).loaded
    assert found.arms["none"].governance.operational is None
    assert {arm.governance.operational.chair for arm in found.arms.values() if arm.governance.operational} == {"sales"}


def test_a_variant_begins_as_a_copy() -> None:
    variant = Variant(name="mine", title="Mine", of="shared")
    found = explored(
        shipped_one("silo_vs_shared"), moves(("levers.hold.sales.pressure", 0.1, "mine"), variants=(variant,))
    ).loaded
    assert found.arms["mine"].incentives == found.arms["shared"].incentives
    assert found.arms["mine"].levers.hold["sales.pressure"] == 0.1
    assert "sales.pressure" not in found.arms["shared"].levers.hold


def test_a_scenario_without_arms_gets_one_to_move() -> None:
    opened = shipped_one("baseline")
    found = explored(opened, first_settings(opened)).loaded
    assert list(found.arms) == ["as_it_is", "what_if"]


@pytest.mark.parametrize("arms", [(), ("blind", "none")])
def test_any_arm_may_be_what_the_others_are_compared_with(arms: tuple[str, ...]) -> None:
    opened = shipped_one("cx_council")
    made = explored(opened, Settings(arms=arms, baseline="blind")).loaded
    assert list(made.arms)[:2] == ["blind", "none"]
    assert set(made.arms) == set(arms or opened.arms)
    assert {name: arm for name, arm in opened.arms.items() if name in made.arms} == made.arms


def test_a_number_that_is_left_open_stands_where_it_counts() -> None:
    opened = shipped_one("silo_vs_shared")
    knobs = {knob.key: knob for knob in knobs_of(opened)}
    start = opened.scenario.departments["sales"].levers["pressure"].start
    weight = knobs["incentives.shared_weight_by_department.sales"]
    assert [stands_at(weight, arm) for arm in opened.arms.values()] == [0.0, 0.5, 0.0, 0.5]
    moved = explored(opened, moves(("levers.hold.sales.pressure", 0.9, "shared"))).loaded.arms
    held = knobs["levers.hold.sales.pressure"]
    assert [stands_at(held, moved[arm]) for arm in ("siloed", "shared")] == [start, None]
    elsewhere = explored(opened, moves(("learning.start_policy.sales.pressure", 0.8))).loaded.arms
    assert stands_at(held, elsewhere["siloed"]) == 0.8
    assert all(
        knob.low <= stand <= knob.high
        for knob in knobs.values()
        if (stand := stands_at(knob, opened.arms["siloed"])) is not None and None not in {knob.low, knob.high}
    )
    assert stands_at(knobs["horizon.weeks"], opened.arms["siloed"]) is None


SETTINGS = {
    "nothing": Settings(),
    "one arm": moves(("incentives.shared_weight", 0.4, "operational")),
    "open again": moves(("levers.hold.sales.pressure", 0.2), ("levers.hold.sales.pressure", None, "blind")),
    "no council": moves(("governance.operational", False, "operational")),
    "fewer arms": moves(("horizon.weeks", 30), arms=("none", "blind")),
    "a variant": moves(
        ("information.regime", "siloed", "mine"),
        variants=(Variant(name="mine", title="Mine: one", of="with_central_team"),),
    ),
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_what_is_saved_means_the_same(settings: Settings, tmp_path: Path) -> None:
    opened = shipped_one("cx_council")
    made = explored(opened, settings)
    file = tmp_path / "mine.yaml"
    file.write_text(saved(opened, made), encoding="utf-8")
    assert made.overlay is not None
    assert loading.load(file).hash == made.loaded.hash
    assert len(file.read_text(encoding="utf-8").splitlines()) < 40


@pytest.mark.parametrize("name", ["silo_vs_shared", "baseline"])
def test_what_is_saved_keeps_what_the_others_are_compared_with(name: str, tmp_path: Path) -> None:
    opened = shipped_one(name)
    last = (*opened.arms, "what_if")[-1 if name == "baseline" else -2]
    made = explored(opened, replace(first_settings(opened), baseline=last))
    (tmp_path / "mine.yaml").write_text(saved(opened, made), encoding="utf-8")
    found = loading.load(tmp_path / "mine.yaml")
    assert next(iter(found.arms)) == last
    assert found.hash == made.loaded.hash


def test_what_no_overlay_can_say_is_saved_whole(tmp_path: Path) -> None:
    # A council for all that one arm changes: to take it from that arm alone, null would have to stand in the file that
    # this one extends; laid over it, null only deletes the arm's change.
    given = shipped_one("cx_council").raw | {"governance": {"operational": {"chair": "sales"}}}
    from ruamel.yaml import YAML

    base = tmp_path / "base.yaml"
    with base.open("w", encoding="utf-8") as stream:
        YAML().dump(given, stream)
    opened = loading.load(base)
    made = explored(opened, moves(("governance.operational", False, "operational")))
    assert made.loaded.arms["operational"].governance.operational is None
    assert made.overlay is None
    file = tmp_path / "mine.yaml"
    file.write_text(saved(opened, made), encoding="utf-8")
    assert loading.load(file).hash == made.loaded.hash


def test_a_file_of_ones_own_is_extended_by_its_path_and_another_title_kept(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    base.write_text(shipped()["silo_vs_shared"].read_text(encoding="utf-8"), encoding="utf-8")
    opened = loading.load(base)
    made = explored(opened, moves(("incentives.shared_weight", 0.3)))
    elsewhere = tmp_path / "deep"
    elsewhere.mkdir()
    (elsewhere / "mine.yaml").write_text(saved(opened, made, title="Mine: a 'quoted' one # here"), encoding="utf-8")
    found = loading.load(elsewhere / "mine.yaml")
    assert found.scenario.title == "Mine: a 'quoted' one # here"
    title = {"title": found.scenario.title}
    assert found.arms == {name: arm.model_copy(update=title) for name, arm in made.loaded.arms.items()}


@pytest.mark.parametrize(
    ("settings", "key", "said"),
    [
        (moves(("incentives.shared_weight", 1.5)), "incentives.shared_weight", "a number from 0 to 1"),
        (moves(("horizon.weeks", 8.5)), "horizon.weeks", "a whole number from 1 to 5,200"),
        (moves(("horizon.weeks", float("nan"))), "horizon.weeks", "a whole number"),
        (moves(("horizon.population", 10**6)), "horizon.population", "at most 100,000"),
        (moves(("information.regime", "poled", "blind")), "information.regime", "did you mean `pooled`?"),
        (moves(("levers.hold.sales.presure", 0.5)), "levers.hold.sales.presure", "`levers.hold.sales.pressure`"),
        (moves(("people.anchor", 0.5)), "people.anchor", "nothing that can be moved"),
        (moves(("horizon.weeks", 8, "blind")), "horizon.weeks", "the same in every arm"),
        (moves(arms=("blnd",)), "arms", "did you mean `blind`?"),
        (moves(baseline="blnd"), "arms", "did you mean `blind`?"),
        (moves(arms=("none",), baseline="blind"), "arms", "not among the arms to compare"),
        (moves(variants=(Variant(name="blind", title="B", of="none"),)), "arms", "already"),
        (moves(variants=(Variant(name="mine", title="B", of="nobody"),)), "arms", "is not an arm"),
    ],
)
def test_what_cannot_be_is_told_at_its_knob(settings: Settings, key: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        explored(shipped_one("cx_council"), settings)
    assert key in {fault.key for fault in caught.value.faults}
    assert said in str(caught.value)


def test_faults_come_all_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        explored(shipped_one("silo_vs_shared"), moves(("incentives.shared_weight", 3), ("horizon.weeks", 0)))
    assert {fault.key for fault in caught.value.faults} >= {"incentives.shared_weight", "horizon.weeks"}


# --- answers that sharpen ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def explorer() -> Any:
    with Explorer(workers=2, ask=made_up) as opened:
        yield opened


def same(one: Any, other: Any) -> bool:
    frames = ("summary", "weekly", "customers", "journey", "ledger", "council")
    return one.hash == other.hash and all(getattr(one, name).equals(getattr(other, name)) for name in frames)


def test_the_last_answer_is_what_compare_finds(explorer: Explorer) -> None:
    loaded = load_dict(fake_runner.tiny_scenario())
    answers = list(explorer.answers(loaded, ticket=explorer.cancel()))
    assert [answer.final for answer in answers].count(True) == 1
    assert answers[-1].final
    assert same(answers[-1].comparison, compare(loaded, workers=1, runner=fake_runner.fake_arms))


def test_a_first_answer_comes_from_few_people_and_nothing_is_claimed_from_too_few(explorer: Explorer) -> None:
    given = fake_runner.tiny_scenario()
    given["horizon"] |= {"population": 2_000, "replications": 7}
    loaded = load_dict(given)
    answers = list(explorer.answers(loaded, ticket=explorer.cancel()))
    told = [answer for answer in answers if answer.comparison is not None]
    sizes = [
        (each.comparison.scenario.horizon.population, each.comparison.replications) for each in told if each.comparison
    ]
    assert sizes[0] == (QUICK_PEOPLE, QUICK_REPLICATIONS)
    assert told[0].quick
    assert [count for people, count in sizes if people == 2_000] == sorted(
        {count for people, count in sizes if people == 2_000}
    )
    assert min(count for _, count in sizes) >= 3
    assert sizes[-1] == (2_000, 7)
    assert [answer.done for answer in answers] == sorted(answer.done for answer in answers)


def test_something_newer_ends_what_is_under_way(explorer: Explorer) -> None:
    endless, tiny = load_dict(fake_runner.tiny_scenario() | {"title": ENDLESS}), load_dict(fake_runner.tiny_scenario())
    threading.Timer(0.3, explorer.cancel).start()
    answers = list(explorer.answers(endless, ticket=explorer.cancel()))  # ends, though its replications never do
    assert not any(answer.final for answer in answers)
    assert list(explorer.answers(tiny, ticket=explorer.cancel()))[-1].final


def test_a_request_that_is_no_longer_the_newest_asks_for_nothing(explorer: Explorer) -> None:
    ticket = explorer.cancel()
    explorer.cancel()
    answers = list(explorer.answers(load_dict(fake_runner.tiny_scenario()), ticket=ticket))
    assert [answer.comparison for answer in answers] == [None]


def test_answers_that_nobody_waits_for_are_not_taken_for_others(explorer: Explorer) -> None:
    endless = load_dict(fake_runner.tiny_scenario() | {"title": ENDLESS})
    with contextlib.closing(explorer.answers(endless, ticket=explorer.cancel())) as answers:
        next(answers)
        next(answers)  # broken off while workers are at it
    tiny = load_dict(fake_runner.tiny_scenario())
    last = list(explorer.answers(tiny, ticket=explorer.cancel()))[-1]
    assert same(last.comparison, compare(tiny, workers=1, runner=fake_runner.fake_arms))


def test_after_a_failure_others_are_hired() -> None:
    tiny = load_dict(fake_runner.tiny_scenario())
    faulty = load_dict(fake_runner.tiny_scenario() | {"title": FAILS})
    with Explorer(workers=2, ask=made_up) as explorer:
        with pytest.raises(RuntimeError, match="planted"):
            list(explorer.answers(faulty, ticket=explorer.cancel()))
        assert list(explorer.answers(tiny, ticket=explorer.cancel()))[-1].final


@pytest.mark.full
def test_real_replications_are_those_of_compare_to_the_bit() -> None:
    loaded = explored(
        shipped_one("cx_council"),
        moves(
            ("horizon.population", 300), ("horizon.weeks", 20), ("horizon.replications", 3),
            ("incentives.shared_weight", 0.4, "blind"), arms=("none", "blind", "operational"),
        ),
    ).loaded  # fmt: skip
    with Explorer(workers=2) as explorer:
        answers = list(explorer.answers(loaded, ticket=explorer.cancel()))
    assert same(answers[-1].comparison, compare(loaded, workers=1))


@pytest.mark.full
def test_a_stopped_replication_leaves_no_model_behind() -> None:
    mesa = pytest.importorskip("mesa")
    arms = explored(shipped_one("silo_vs_shared"), moves(("horizon.population", 100), ("horizon.weeks", 8))).loaded.arms
    weeks, before = iter(range(150)), set(getattr(mesa.Agent, "_ids", {}))  # other tests of this process have theirs
    assert lived_arms(arms, seed=1, replication=0, stop=lambda: next(weeks, None) is None) is None
    assert set(getattr(mesa.Agent, "_ids", {})) <= before

"""The story of one customer in two arms: every figure is the run's, and the same person has the same luck."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from simulation.analysis.choosing import overridden
from simulation.analysis.export import export
from simulation.analysis.run import run_arms
from simulation.analysis.stories import NobodyToTellOf, Stories, choose, fates, tell
from simulation.analysis.story_columns import story_columns
from simulation.scenario.loading import LoadedScenario, load, load_dict

ARMS = ("siloed", "shared_and_pooled")
SIZE = {"population": 150, "weeks": 20, "burn_in": 8}


@cache
def firm() -> LoadedScenario:
    """The headline scenario, small."""
    return overridden(load("silo_vs_shared"), SIZE)


@cache
def told() -> Stories:
    """Two people's stories, by number: one who is there from the beginning, and one whose deliveries come."""
    return tell(firm().arms, ARMS, seed=7, replication=1, customers=(5, 42))


@pytest.fixture(scope="module")
def final() -> pd.DataFrame:
    runs = run_arms(firm().arms, seed=7, replication=1, keep_customers=True)
    return pd.concat([pd.DataFrame({"arm": run.arm, **(run.customers or {})}) for run in runs], ignore_index=True)


def test_the_last_week_is_the_final_state_that_the_comparison_keeps(final: pd.DataFrame) -> None:
    for story in told().stories:
        for arm in ARMS:
            last = story.of(arm, "week").iloc[-1]
            kept = final[(final["arm"] == arm) & (final["slot"] == story.customer % 150)].iloc[0]
            assert last["week"] == SIZE["weeks"] - 1
            assert last["stage"] == kept["stage"] == story.ends[arm]
            for name in ("satisfaction", "trust", "loyalty", "reputation", "fatigue", "purchases", "spent"):
                assert last[name] == kept[name], name
            assert last["problem"] == kept["case_touchpoint"]
            assert (story.segment, story.offer, story.fit) == (kept["segment"], kept["offer"], kept["fit"])


@pytest.mark.parametrize("arm", ARMS)
def test_what_happened_is_what_the_export_says_happened(arm: str) -> None:
    given = export(firm(), arm=arm, replication=1, seed=7, events=True)
    assert given.events is not None
    story = told().stories[0]
    met = story.of(arm, "encounter").reset_index(drop=True)
    events = given.events[(given.events["customer_id"] == story.customer) & (given.events["what"] == "encounter")]
    assert len(met) > 3
    for name, theirs in {"week": "week", "touchpoint": "touchpoint", "experience": "experience", "stars": "stars",
                         "paid": "money", "succeeded": "succeeded"}.items():  # fmt: skip
        assert met[name].tolist() == events[theirs].tolist(), name


def test_what_was_felt_is_the_sum_of_its_parts_and_of_what_is_due_to_whom() -> None:
    met = told().rows[told().rows["what"] == "encounter"]
    due = [name for name in met if name.startswith("due.")]
    parts = [name for name in met if name.startswith("of_")]
    assert np.allclose(met[due].sum(axis=1), met["felt"], atol=2e-6)
    assert np.allclose(met[parts].sum(axis=1), met["felt"], atol=1e-12)
    anchor = firm().scenario.people.anchor
    assert np.allclose(met["experience"], np.clip(anchor + met["felt"], 0.02, 1.0), atol=1e-12)


def test_every_column_is_declared_and_in_its_range() -> None:
    rows, columns = told().rows, story_columns(list(firm().scenario.departments))
    assert list(rows) == list(columns)
    for name, column in columns.items():
        if column.low is not None:
            assert rows[name].dropna().ge(column.low).all(), name
        if column.high is not None:
            assert rows[name].dropna().le(column.high).all(), name


def test_arms_that_differ_in_pay_only_give_the_same_story_when_levers_are_frozen() -> None:
    raw = {"extends": "baseline", "title": "Frozen", "horizon": SIZE, "levers": {"frozen": True},
           "arms": {"a": {"title": "A"}, "b": {"title": "B", "changes": {"incentives": {"shared_weight": 0.9}}}}}  # fmt: skip
    stories = tell(load_dict(raw).arms, ("a", "b"), seed=3, customers=(11,))
    one, other = (stories.stories[0].of(arm).drop(columns="arm").reset_index(drop=True) for arm in ("a", "b"))
    pd.testing.assert_frame_equal(one, other)
    assert stories.ended("customer", "defected") == 0


def test_telling_twice_tells_the_same() -> None:
    again = tell(firm().arms, ARMS, seed=7, replication=1, customers=(42,))
    both = told().stories[1].rows.reset_index(drop=True), again.stories[0].rows
    pd.testing.assert_frame_equal(*both)


def test_an_arm_lives_as_in_the_whole_comparison_though_the_first_arm_is_not_told_of(final: pd.DataFrame) -> None:
    stories = tell(firm().arms, ("pooled_data", "shared"), seed=7, replication=1, customers=(42,))
    for arm in ("pooled_data", "shared"):
        kept = final[(final["arm"] == arm) & (final["slot"] == 42)].iloc[0]
        assert stories.stories[0].of(arm, "week").iloc[-1]["loyalty"] == kept["loyalty"]


def ends(rows: list[tuple[int, str, str, float]]) -> pd.DataFrame:
    """Final states of slots in two arms: (slot, stage in a, stage in b, loyalty in b); loyalty in a is 0.5."""
    one = [{"arm": "a", "slot": slot, "entered": 0, "stage": stage, "loyalty": 0.5} for slot, stage, _, _ in rows]
    other = [{"arm": "b", "slot": slot, "entered": 0, "stage": stage, "loyalty": x} for slot, _, stage, x in rows]
    return pd.DataFrame(one + other)


def test_the_middle_one_of_each_way_is_chosen_the_commoner_way_first() -> None:
    kept, lost = "customer", "defected"
    given = ends(
        [(0, lost, kept, 0.9), (1, lost, kept, 0.6), (2, lost, kept, 0.7), (3, kept, lost, 0.4), (4, kept, kept, 0.9)]
    )
    assert choose(given, ("a", "b"), count=1) == [(2, 0)]
    assert choose(given, ("a", "b"), count=2) == [(2, 0), (3, 0)]
    assert [slot for slot, _ in choose(given, ("a", "b"), count=9)] == [1, 3, 2, 0]
    assert choose(ends([(4, kept, kept, 0.9)]), ("a", "b"), count=2) == []
    table = fates(given, ("a", "b"))
    assert (table.loc[lost, kept], table.loc[kept, lost], table.loc[kept, kept], int(table.to_numpy().sum())) == (
        3,
        1,
        1,
        5,
    )


def test_a_customer_who_is_not_there_is_named_with_who_is_in_her_place() -> None:
    with pytest.raises(NobodyToTellOf, match=r"no customer 3005 .*in her place in the market there is 5\b"):
        tell(firm().arms, ARMS, seed=7, replication=1, customers=(5 + 150 * 20,))


def test_nobody_to_choose_is_said() -> None:
    raw = {"extends": "baseline", "title": "Frozen", "horizon": SIZE, "levers": {"frozen": True},
           "arms": {"a": {"title": "A"}, "b": {"title": "B"}}}  # fmt: skip
    with pytest.raises(NobodyToTellOf, match="kept in one of a and b and lost in the other in replication 4"):
        tell(load_dict(raw).arms, ("a", "b"), seed=3, replication=4)

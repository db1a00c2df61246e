"""The worlds of the facts: they set levels, never what people are like; each gives its statistics what they need."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from ruamel.yaml import YAML
from worlds import reference

from simulation.analysis.facts import worlds
from simulation.analysis.facts.facts import WORLDS, facts
from simulation.analysis.facts.measures import STATISTICS, measure
from simulation.analysis.facts.worlds import figures, observe, world
from simulation.scenario.library import shipped, world_files
from simulation.scenario.loading import load
from simulation.scenario.market import Segment
from simulation.scenario.people import People

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from simulation.analysis.facts.measures import Observations

LEVELS_OF_A_SEGMENT = {"name", "share", "fit", "purchase_rate", "defection", "source"}
"""What a world may say of a segment: who is there, what they look for, how often they buy, how close the rivals are."""
TRAITS = sorted(set(Segment.model_fields) - LEVELS_OF_A_SEGMENT)
SMALL = 3000


def written(file: Path) -> dict[str, Any]:
    """A world as its file writes it, without what it extends."""
    text: dict[str, Any] = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    return text


def more_than_levels(given: Mapping[str, Any], traits: Mapping[str, Any]) -> list[str]:
    """What a file says of people that it may not: `people`, or a trait of a segment other than everybody's."""
    found = [".".join(path) for path, _ in walked(given) if path[-1] == "people" and path[0] != "kpis"]
    for path, segments in walked(given):
        if path[-1] != "segments" or not isinstance(segments, dict):
            continue
        for name, segment in segments.items():
            wrong = {key for key, value in (segment or {}).items() if key in TRAITS and value != traits[key]}
            found += [".".join((*path, name, key)) for key in sorted(wrong)]
    return found


def walked(given: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every key of a mapping at any depth, with its value; a counter of KPIs is called `people`, too."""
    for key, value in given.items():
        yield (*path, str(key)), value
        if isinstance(value, dict):
            yield from walked(value, (*path, str(key)))


@cache
def everybody() -> dict[str, Any]:
    segments: dict[str, Any] = written(world_files()["people"])["market"]["segments"]
    assert list(segments) == ["everybody"]
    return {"fit_spread": Segment.model_fields["fit_spread"].default, **segments["everybody"]}


@cache
def observed(name: str, replication: int = 0) -> Observations:
    return observe(name, people=People(), replication=replication, population=SMALL)


# --- levels only -----------------------------------------------------------------------------------------------------


def test_the_files_are_the_worlds() -> None:
    assert set(world_files()) == {*WORLDS, "people"}
    assert set(worlds.WORLDS) == set(WORLDS) == {fact.world for fact in facts().values()}


@pytest.mark.parametrize("name", [*WORLDS, "people"])
def test_a_world_sets_levels_only(name: str) -> None:
    assert more_than_levels(written(world_files()[name]), everybody()) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"people": {"lateness": 0.1}}, "people"),
        ({"arms": {"kinder": {"changes": {"people": {}}}}}, "arms.kinder.changes.people"),
        ({"market": {"segments": {"everybody": {"memory": 0.5}}}}, "market.segments.everybody.memory"),
        ({"market": {"segments": {"others": {"fit_spread": 0.0}}}}, "market.segments.others.fit_spread"),
    ],
)
def test_a_world_that_sets_more_is_found(change: dict[str, Any], found: str) -> None:
    """Also through the arms, and in a segment of its own."""
    assert more_than_levels({**written(world_files()["shop"]), **change}, everybody()) == [found]


@pytest.mark.parametrize("name", WORLDS)
def test_a_world_as_it_is_run_has_the_same_people(name: str) -> None:
    """After merging all that the file extends: defaults of people, and one set of traits in all segments."""
    assert written(world_files()[name])["extends"] == "people.yaml"
    assert world(name).people == People()
    for segment in world(name).market.segments.values():
        assert {trait: getattr(segment, trait) for trait in TRAITS} == {trait: everybody()[trait] for trait in TRAITS}


@pytest.mark.parametrize("trait", TRAITS)
def test_everybody_is_the_reference_firms_segments_weighted_by_share(trait: str) -> None:
    """To two decimals, as the file says."""
    mean = sum(segment.share * getattr(segment, trait) for segment in reference().market.segments.values())
    assert abs(everybody()[trait] - mean) <= 0.005 + 1e-12


def test_shipped_firms_have_the_people_of_the_worlds() -> None:
    """No firm has its own; only `when_silos_win` asks in two of its arms what other people would make of it."""
    firms = {name: load(name) for name in shipped()}
    others = {
        (name, arm) for name, firm in firms.items() for arm, found in firm.arms.items() if found.people != People()
    }
    assert others == {("when_silos_win", "unmoved_own"), ("when_silos_win", "unmoved_shared")}
    assert all(firm.scenario.people == People() for firm in firms.values())


def test_nobody_manages_anything_in_a_world() -> None:
    for name in WORLDS:
        assert world(name).learning.rule == "fixed"
        assert len(load(world_files()[name]).arms) == 1


# --- what is observed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WORLDS)
def test_a_world_measures_its_own_facts_and_no_others(name: str) -> None:
    mine = {key for key, fact in facts().items() if fact.world == name}
    assert set(measure(observed(name))) == mine
    for key in mine:
        frame = getattr(observed(name), STATISTICS[facts()[key].statistic].frame)
        assert len(frame) > 100
        assert not frame.drop(columns=list(observed(name).kinds), errors="ignore").isna().any(axis=None)


def test_all_36_figures_are_there_and_finite() -> None:
    found = figures(People())
    assert sorted(found) == list(facts())
    assert all(math.isfinite(value) for value in found.values())


@pytest.mark.parametrize("name", WORLDS)
def test_a_replication_repeats_itself_and_no_other(name: str) -> None:
    again = observe(name, people=People(), population=SMALL)
    assert measure(again) == measure(observed(name))
    assert measure(observed(name, replication=1)) != measure(again)


def test_people_reach_every_world() -> None:
    """Other people, other figures in each world: nothing is taken from the file instead."""
    changes = {
        "marketplace": {"lateness": 0.1}, "airport": {"norm_spread": 0.6}, "shop": {"purchase_spread": 2.0},
        "call_campaign": {"fatigue_response": 1.0}, "email_trial": {"fit_response": 8.0},
        "lead_funnel": {"fit_response": 0.0},
    }  # fmt: skip
    assert set(changes) == set(WORLDS)
    for name, change in changes.items():
        other = observe(name, people=People(**change), population=SMALL)
        assert measure(other) != measure(observed(name)), name


# --- each in the form of its data set --------------------------------------------------------------------------------


def test_the_marketplace_answers_about_orders() -> None:
    seen = observed("marketplace").answers
    assert seen is not None
    assert seen["stars"].between(1, 5).all()
    assert (seen["total_days"] > 0.0).all()
    assert 0.02 < (seen["days_late"] > 0.0).mean() < 0.2, "8 in 100 were late"
    late = seen[seen["answered_before_delivery"]]
    assert (late["days_late"] > 0.0).all(), "only who is let down is asked before it arrives"


def test_the_airport_rates_what_was_met() -> None:
    seen = observed("airport")
    assert seen.ratings is not None
    assert set(seen.kinds) == set(world("airport").journey) <= set(seen.ratings.columns)
    stars = seen.ratings[[*seen.kinds, "overall"]]
    assert (stars.isna() | stars.isin(range(1, 6))).all(axis=None)
    assert stars[list(seen.kinds)].isna().any(axis=None), "nobody meets everything"
    assert seen.ratings["recommend"].isin(range(11)).all()
    assert seen.ratings["person"].is_unique


def test_a_call_that_succeeded_was_the_last() -> None:
    seen = observed("call_campaign").contacts
    assert seen is not None
    for _, calls in seen[seen["person"] < 300].groupby("person"):
        assert calls["contact"].tolist() == list(range(1, len(calls) + 1))
        assert not calls["success"][:-1].any()


def test_half_get_the_e_mail_at_random() -> None:
    seen = observed("email_trial").trial
    assert seen is not None
    assert len(seen) == SMALL
    assert abs(seen["treated"].mean() - 0.5) < 4 * 0.5 / math.sqrt(SMALL)
    assert (~seen["ordered"] | seen["visited"]).all(), "an order follows a visit"


def test_leads_have_their_source() -> None:
    seen = observed("lead_funnel").leads
    assert seen is not None
    assert seen["person"].is_unique
    assert set(seen["source"]) == {"paid_search", "social"}
    shares = seen["source"].value_counts(normalize=True)
    assert shares["paid_search"] == pytest.approx(0.54, abs=4 * 0.5 / math.sqrt(len(seen)))


def test_the_shop_is_watched_from_the_first_order_on() -> None:
    seen = observed("shop")
    assert seen.orders is not None
    assert seen.orders["day"].between(0, seen.until - 1).all()
    first = seen.orders.groupby("person")["day"].min()
    assert first.median() < 30, "most buy a first time within a few weeks"
    assert pd.api.types.is_numeric_dtype(seen.orders["money"])
    assert (seen.orders["money"] > 0.0).all()

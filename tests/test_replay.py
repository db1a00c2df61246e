"""Counterfactual replay: the same people and luck under recorded settings, and what the ledger is compared with."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from worlds import changed, lived, workshop

from simulation.analysis.attainable import learnable
from simulation.analysis.replay import Recorded, _rank, recorded, relearned, replay_study, replayed

if TYPE_CHECKING:
    from simulation.scenario.scenario import Scenario

LUCK = {"seed": 3, "replication": 1}
SIZE = {"horizon": {"population": 300, "burn_in": 8, "weeks": 16}}


@cache
def firm(rule: str = "trial_and_error") -> Scenario:
    """The workshop, small, from the middle of every lever."""
    return changed(workshop(), SIZE, {"learning": {"rule": rule, "start": "midpoint"}})


@cache
def kept() -> Recorded:
    return recorded(firm(), **LUCK)


def test_the_replay_of_a_run_without_trials_is_that_run_to_the_bit() -> None:
    still = firm("fixed")
    original = recorded(still, **LUCK)
    again = replayed(still, original.settings, **LUCK)
    assert (again.ledger == original.run.ledger).all()
    for name, column in original.run.weekly.items():
        np.testing.assert_array_equal(again.weekly[name], column)


def test_a_replay_lives_under_the_settings_that_it_is_given() -> None:
    settings = kept().settings
    assert (settings[0] != settings[-1]).any()  # something has been learned
    again = replayed(firm(), settings, **LUCK)
    levers = [column for name, column in again.weekly.items() if name.startswith("lever.")]
    assert (settings == np.array(levers).T).all()
    standing = replayed(firm(), np.full_like(settings, 0.5), **LUCK)
    assert (standing.ledger == recorded(firm("fixed"), **LUCK).run.ledger).all()


def test_weeks_before_settings_differ_are_shared_to_the_bit() -> None:
    settings = kept().settings.copy()
    settings[10:] = 1.0
    one, other = (replayed(firm(), each, **LUCK).weekly["loyalty"] for each in (kept().settings, settings))
    assert (one[:10] == other[:10]).all()
    assert (one[10:] != other[10:]).any()


def test_a_department_that_relearns_nothing_stays_at_the_start_and_only_its_own_levers_do() -> None:
    department = next(iter(firm().departments))
    run = relearned(firm(), kept().start, department, **LUCK)
    own = learnable(firm(), department)
    assert own
    for name, start in kept().start.items():
        moved = (run.weekly[f"lever.{name}"] != start).any()
        assert not (moved and name in own)
    assert any((run.weekly[f"lever.{name}"] != start).any() for name, start in kept().start.items())


def test_interventions_and_incentives_do_not_touch_a_replay() -> None:
    paid = changed(firm(), {"incentives": {"shared_weight": 1.0}, "information": {"regime": "pooled"}})
    mandated = changed(firm(), {"timeline": ({"start": 2, "levers": {"hold": {next(iter(kept().start)): 0.0}}},)})
    plain = replayed(firm(), kept().settings, **LUCK)
    for other in (paid, mandated):
        assert (replayed(other, kept().settings, **LUCK).ledger == plain.ledger).all()


def test_ranks_count_lost_loyalty_as_harm() -> None:
    rows = [
        {"ledger_pain": pain, "replay_loyalty": loyalty} for pain, loyalty in ((3.0, -9.0), (1.0, 0.5), (2.0, -1.0))
    ]
    assert _rank("siloed", rows, "ledger_pain", "replay_loyalty")["correlation"] == pytest.approx(1.0)
    rows[0]["replay_loyalty"] = 9.0
    assert _rank("siloed", rows, "ledger_pain", "replay_loyalty")["correlation"] == pytest.approx(-0.5)


def test_a_single_culprit_is_named_by_ledger_and_replay() -> None:
    """All stand still in the middle but one, who hypes from week 0."""
    still = firm("fixed")
    settings = lived(still, **LUCK).settings_by_week.copy()
    names = list(kept().start)
    settings[:, names.index("marketing.hype")] = 1.0
    run = replayed(still, settings, **LUCK)
    base = replayed(still, np.full_like(settings, 0.5), **LUCK)
    due = dict(zip(still.departments, (-run.ledger[:, :-1, 1].sum(axis=0)).tolist(), strict=True))
    assert max(due, key=lambda name: due[name]) == "marketing"
    assert -run.ledger[..., 1].sum() > -base.ledger[..., 1].sum()


@pytest.mark.full
def test_a_tiny_study_from_end_to_end() -> None:
    told: list[tuple[int, int]] = []
    tables = replay_study({"one": firm()}, seed=3, replications=3, progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (3, 3)
    assert list(tables["departments"]["department"]) == list(firm().departments)
    assert (tables["departments"]["n"] == 3).all()
    assert tables["ranks"]["correlation"].between(-1.0, 1.0).all()
    assert np.isfinite(tables["check"][["pain", "loyalty"]]).all(axis=None)

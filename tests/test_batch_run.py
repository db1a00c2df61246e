"""What docs/batch_run.md says of Mesa's `batch_run`, checked on the Mesa that is installed (see also test_mesa.py)."""

from __future__ import annotations

import gc
import inspect
import multiprocessing
import warnings
from typing import Any

import mesa
import pytest
from worlds import changed, workshop

from simulation.analysis.run import run_arms
from simulation.model.organization_model import OrganizationModel
from simulation.scenario.faults import ScenarioError

NEWER = "rng" in inspect.signature(mesa.batch_run).parameters
"""True from Mesa 3.5 on."""
SIZE = {"population": 60, "burn_in": 4, "weeks": 16}


def batch(parameters: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    """Rows of a batch of tiny firms in this process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of `iterations`, which 3.5 wants to drop
        rows: list[dict[str, Any]] = mesa.batch_run(
            OrganizationModel,
            parameters={"scenario": [workshop()], **SIZE, **parameters},
            number_processes=1,
            display_progress=False,
            **{"max_steps": 500, **options},
        )
    return rows


def test_iterations_repeat_the_very_same_run() -> None:
    rows = batch({}, iterations=3)
    assert len(rows) == 3
    assert len({row["loyalty"] for row in rows}) == 1


def test_replications_and_seeds_give_other_luck() -> None:
    assert len({row["loyalty"] for row in batch({"replication": range(3)})}) == 3
    rows = batch({}, rng=[1, 2, 3]) if NEWER else batch({"seed": [1, 2, 3]})
    assert len({row["loyalty"] for row in rows}) == 3


def test_the_steps_of_max_steps() -> None:
    rows = batch({}, max_steps=10, data_collection_period=1)
    assert [row["Step"] for row in rows] == (list(range(1, 11)) if NEWER else list(range(11)))


def test_finished_models_stay_with_mesa_3_3() -> None:
    gc.collect()
    before = _alive()
    batch({"replication": range(3)})
    gc.collect()
    assert _alive() - before == (0 if NEWER else 3)
    for model in [model for model in getattr(mesa.Agent, "_ids", {}) if isinstance(model, OrganizationModel)]:
        model.let_go()  # leave no memory behind for other tests
    gc.collect()


def _alive() -> int:
    return sum(isinstance(item, OrganizationModel) for item in gc.get_objects())


def test_a_scenario_that_stands_in_no_list_is_taken_apart() -> None:
    """One run for each of its parts, the first of which is no scenario."""
    with pytest.raises(ScenarioError):
        batch({"scenario": workshop()})


def test_processes_are_started_by_spawn_from_then_on() -> None:
    batch({})
    assert multiprocessing.get_start_method() == "spawn"


def test_arms_are_appraised_by_pars_of_their_own_and_ours_by_those_of_the_first() -> None:
    place, touchpoint = next((name, each) for name, each in workshop().journey.items() if each.conversion)
    other = changed(workshop(), {"journey": {place: {"conversion": touchpoint.conversion / 2}}})
    arms = {"first": changed(workshop(), {"horizon": SIZE}), "other": changed(other, {"horizon": SIZE})}
    first, second = run_arms(arms, seed=1)
    assert first.pars == second.pars
    alone = OrganizationModel(arms["other"], seed=1)
    alone.run()
    assert dict(alone.organization.pars) != first.pars


def test_a_run_that_fails_ends_the_batch() -> None:
    with pytest.raises(ValueError, match="weeks"):
        batch({"weeks": [4, -1, 4]})


def test_arms_with_the_same_seed_and_replication_have_the_same_luck() -> None:
    """Other words for people change nothing: not one bit."""
    other = changed(workshop(), {"title": "The same firm by another name"})
    rows = batch({"scenario": [workshop(), other], "replication": [0, 1]})
    found = [row["loyalty"] for row in rows]
    assert len(set(found)) == 2
    assert sorted(found) == sorted([*set(found), *set(found)])

"""What a Mesa user expects of a model: agents, collectors, batch runs, the viewer; and of a crowd of customers: an AgentSet."""

from __future__ import annotations

import ast
import gc
import inspect
import weakref
from importlib import metadata
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest
from pydantic import ValidationError
from worlds import FROZEN, changed, differences, lived, remains, workshop

from simulation.analysis.run import run_arm
from simulation.model.customers import Customer
from simulation.model.department import Department
from simulation.model.organization_model import OrganizationModel
from simulation.model.plain.customer import CustomerAgent
from simulation.record import CUSTOMER_COLUMNS
from simulation.scenario.scenario import Scenario

TINY: dict[str, Any] = {"population": 60, "burn_in": 4, "weeks": 6}
engines = pytest.mark.parametrize("engine", ["compiled", "plain"])


def tiny(**options: Any) -> OrganizationModel:
    return OrganizationModel(workshop(), **{**TINY, **options})


# -- the model and its agents ----------------------------------------------------------------------------------------


@engines
def test_it_is_a_mesa_model_whose_departments_are_agents(engine: Any) -> None:
    model = tiny(engine=engine)
    assert isinstance(model, mesa.Model)
    departments = model.agents_by_type[Department]
    assert [d.name for d in departments] == list(model.departments) == list(workshop().departments)
    assert all(isinstance(d, mesa.Agent) for d in model.departments.values())
    people = 60 if engine == "plain" else 0
    assert len(model.agents) == len(model.departments) + people
    if engine == "plain":
        assert set(model.agents_by_type) == {Department, CustomerAgent}


def test_steps_are_counted_by_mesa_and_weeks_by_us() -> None:
    model = tiny()
    assert (model.steps, model.week) == (0, -4)
    model.step()
    assert (model.steps, model.week) == (1, -3)
    model.run()
    assert (model.steps, model.week, model.running) == (10, 6, False)


def test_steps_beyond_the_horizon_do_nothing() -> None:
    model = lived(workshop(), **TINY)
    before = {name: array.copy() for name, array in remains(model).items()}
    model.step()
    model.run()
    assert model.week == 6
    assert differences(before, remains(model)) == []


def test_stepping_by_hand_leaves_what_run_leaves() -> None:
    """The ledger is complete without a call of `run`."""
    model = tiny()
    while model.running:
        model.step()
    assert differences(remains(model), remains(lived(workshop(), **TINY))) == []


def test_mesas_own_generator_is_never_drawn_from() -> None:
    model = tiny()
    states = model.random.getstate(), model.rng.bit_generator.state["state"]
    model.run()
    assert (model.random.getstate(), model.rng.bit_generator.state["state"]) == states


@pytest.mark.parametrize("bad", [{"population": 3}, {"weeks": 0}, {"burn_in": 0}, {"weeks": -1}])
def test_a_horizon_out_of_range_is_refused(bad: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        tiny(**bad)


def test_numbers_of_numpy_are_welcome() -> None:
    assert tiny(population=np.int64(60), weeks=np.int32(6), seed=np.int64(7)).given == tiny().given


def test_a_scenario_may_be_a_name_a_mapping_or_a_scenario() -> None:
    named = OrganizationModel("baseline", **TINY).given
    assert OrganizationModel({"extends": "baseline"}, **TINY).given == named
    assert isinstance(named, Scenario)


# -- DataCollector ---------------------------------------------------------------------------------------------------


@engines
def test_the_data_collector_works_on_the_model(engine: Any) -> None:
    model = tiny(engine=engine)
    collector = mesa.DataCollector(
        model_reporters={"loyalty": "loyalty", "nps": lambda m: m.metric("nps"), "leads": lambda m: m.metric("leads")},
        agent_reporters={"name": lambda a: getattr(a, "name", ""), "appraisal": lambda a: getattr(a, "appraisal", 0.0)},
    )
    for _ in range(10):
        model.step()
        collector.collect(model)
    frame = collector.get_model_vars_dataframe()
    assert len(frame) == 10
    assert frame["loyalty"].between(0.0, 100.0).all()
    assert frame["loyalty"].iloc[-1] == model.loyalty == model.metric("loyalty")
    agents = collector.get_agent_vars_dataframe()
    assert set(agents["name"]) >= set(model.departments)


def test_the_models_own_collector_has_loyalty_by_week() -> None:
    model = lived(workshop(), **TINY)
    frame = model.datacollector.get_model_vars_dataframe()
    burn_in = model.given.horizon.burn_in
    assert len(frame) == burn_in + model.given.horizon.weeks
    assert frame["loyalty"].iloc[-1] == model.metric("loyalty")


def test_before_the_first_week_there_is_no_loyalty() -> None:
    assert np.isnan(tiny().loyalty)
    assert np.isnan(tiny().metric("loyalty"))


# -- batch_run -------------------------------------------------------------------------------------------------------


@engines
def test_batch_run_runs_the_model(engine: str) -> None:
    """One iteration each of two seeds; 3.3 makes one step more than `max_steps`, so the horizon ends the run."""
    rows = mesa.batch_run(
        OrganizationModel,
        parameters={
            "scenario": [workshop()],
            "engine": engine,
            "population": 60,
            "burn_in": 4,
            "weeks": 6,
            "replication": [0, 1],
        },
        number_processes=1,
        max_steps=500,
        data_collection_period=-1,
        display_progress=False,
        **_one_iteration(),
    )
    assert len(rows) == 2
    expected = {r: lived(workshop(), **TINY, replication=r).loyalty for r in (0, 1)}
    assert {row["replication"]: row["loyalty"] for row in rows} == expected
    assert expected[0] != expected[1]


def _one_iteration() -> dict[str, Any]:
    """Mesa 3.5 deprecates `iterations` in favour of seeds in `rng`, which it passes on as `seed`."""
    newer = "rng" in inspect.signature(mesa.batch_run).parameters
    return {"rng": [7]} if newer else {"iterations": 1}


def test_rng_is_mesas_word_for_the_seed() -> None:
    assert differences(remains(lived(workshop(), **TINY, rng=3)), remains(lived(workshop(), **TINY, seed=3))) == []


# -- SolaraViz -------------------------------------------------------------------------------------------------------


def _check_of_the_viewer() -> Any:
    """Mesa's own check of a model's parameters, lifted out of its source.

    SolaraViz cannot be imported here: it needs solara, a web framework that silosim does not ask for. It makes a model
    anew by keyword from sliders, having checked their names with this function, and steps it without arguments.
    """
    source = Path(mesa.__file__).parent / "visualization" / "solara_viz.py"
    tree = ast.parse(source.read_text(encoding="utf-8"))
    wanted = [node for node in tree.body if isinstance(node, ast.FunctionDef)
              and node.name in {"_check_model_params", "_get_scenario_defaults"}]  # fmt: skip
    assert wanted, metadata.version("mesa")
    names: dict[str, Any] = {"inspect": inspect}
    module = ast.Module(body=[ast.parse("from __future__ import annotations").body[0], *wanted], type_ignores=[])
    exec(compile(module, str(source), "exec"), names)
    return names["_check_model_params"]


def test_the_viewer_accepts_the_models_parameters() -> None:
    check = _check_of_the_viewer()
    for sliders in (
        {},
        {"population": 100},
        {"scenario": "baseline", "seed": 3, "weeks": 10, "burn_in": 4, "engine": "plain"},
    ):
        check(OrganizationModel.__init__, sliders)
    with pytest.raises(ValueError, match="peoples"):
        check(OrganizationModel.__init__, {"peoples": 100})


def test_the_viewer_can_make_the_model_anew_and_step_it() -> None:
    model = tiny()
    model.step()
    again = type(model)(**{"scenario": workshop(), **TINY, "rng": 7})
    again.step()
    assert differences(remains(model), remains(again)) == []
    # 3.5 gives `scenario` and `time` of a model its own meaning: neither may be ours
    assert not isinstance(getattr(model, "scenario", None), Scenario)
    assert list(inspect.signature(OrganizationModel.step).parameters) == ["self"]


# -- memory ----------------------------------------------------------------------------------------------------------


@engines
def test_models_that_were_let_go_are_forgotten(engine: Any) -> None:
    """Mesa 3.3 keeps every model in a class attribute; fifty runs must not keep fifty models."""
    kept = getattr(mesa.Agent, "_ids", {})
    before = len(kept)
    for replication in range(50 if engine == "compiled" else 5):
        model = OrganizationModel(workshop(), engine=engine, population=10, burn_in=4, weeks=1, replication=replication)
        model.run()
        model.let_go()
    assert len(kept) == before


@engines
def test_a_finished_run_leaves_nothing_to_the_garbage_collector(engine: Any) -> None:
    """What only the collector could free piles up until it comes, and it comes seldom where objects are few but large."""
    scenario = changed(workshop(), {"horizon": TINY})
    run_arm("warm", scenario, seed=1, engine=engine)
    gc.collect()
    gc.disable()
    try:
        model = OrganizationModel(scenario, engine=engine)
        model.run()
        model.let_go()
        parts = [weakref.ref(part) for part in (model, model.world, model.organization, model.world.engine)]
        del model
        assert [part() for part in parts] == [None] * 4
        run_arm("arm", scenario, seed=1, engine=engine, keep_customers=True)
        assert gc.collect() == 0
    finally:
        gc.enable()


# -- customers -------------------------------------------------------------------------------------------------------


@engines
def test_customers_have_the_manners_of_an_agent_set(engine: Any) -> None:
    people = lived(workshop(), **TINY, engine=engine).customers
    assert len(people) == 60
    everybody = list(people)
    assert [person.slot for person in everybody] == list(range(60))
    assert all(isinstance(person, Customer) for person in everybody)
    loyal = people.select(lambda person: person.loyalty > 0.7)
    by_mask = people.select(people.get("loyalty") > 0.7)
    assert [p.slot for p in loyal] == [p.slot for p in by_mask]
    assert 0 < len(loyal) < 60
    assert loyal.agg("loyalty", np.min) > 0.7
    assert people.agg("loyalty", np.mean) == people.get("loyalty").mean()
    first, second = people.get(["trust", "stage"])
    assert (first[3], second[3]) == (people[3].trust, people[3].stage)
    groups = people.groupby("segment")
    assert list(groups) == sorted(groups)
    assert sum(len(group) for group in groups.values()) == 60
    assert set(groups["dreamers"].get("segment")) == {"dreamers"}
    assert len(loyal.select(lambda person: person.stage == "customer")) <= len(loyal)


@engines
def test_every_declared_column_is_there_and_within_its_range(engine: Any) -> None:
    people = lived(workshop(), **TINY, engine=engine).customers
    table = people.to_dict()
    assert list(table) == list(CUSTOMER_COLUMNS)
    for name, column in CUSTOMER_COLUMNS.items():
        values = table[name]
        assert len(values) == 60
        if column.low is not None:
            assert (values >= column.low).all(), name
        if column.high is not None:
            assert (values <= column.high).all(), name
        assert getattr(people[5], name) == values[5]


def test_a_customer_looked_at_cannot_be_changed_and_knows_her_columns() -> None:
    person = lived(workshop(), **TINY).customers[0]
    # a frozen dataclass with slots: several Python versions say TypeError for a name that is no field
    with pytest.raises((AttributeError, TypeError)):
        person.loyalty = 1.0
    with pytest.raises(AttributeError, match="there are slot, entered"):
        _ = person.loyality
    assert f"Customer {person.slot}" in repr(person)


def test_what_was_looked_at_does_not_change_the_world() -> None:
    """Columns are copies: writing into one leaves the model as it was."""
    model = tiny()
    model.step()
    before = {name: array.copy() for name, array in remains(model).items()}
    people = model.customers
    for name in CUSTOMER_COLUMNS:
        column = people.column(name)
        column[:] = column[::-1].copy()
    assert differences(before, remains(model)) == []


def test_departments_can_be_told_apart_and_have_their_levers() -> None:
    model = lived(changed(workshop(), FROZEN), **TINY)
    care = model.departments["care"]
    assert [lever.given.name for lever in care.levers] == [
        "care.hurry",
        "care.staffing",
        "care.share_data",
        "care.coaching",
    ]
    assert all(lever.held for lever in care.levers)
    assert care.appraisal == model.scores_by_week[-1, list(model.departments).index("care")] or model.week % 3 == 0

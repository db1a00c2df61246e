"""What `silosim export` writes: nothing lost, nobody mixed up, and readable by the tools that it is for."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet
from ruamel.yaml import YAML
from typer.testing import CliRunner
from worlds import WORKSHOP

from simulation.analysis.export import Export, export, save_export
from simulation.analysis.facts.purchases import fit_bgnbd
from simulation.analysis.folder import FolderRefused
from simulation.cli import app
from simulation.model.layout import counter_index
from simulation.model.organization_model import OrganizationModel
from simulation.record import EXPORT_COLUMNS
from simulation.rules.arithmetic import fixed
from simulation.scenario.faults import ScenarioError
from simulation.scenario.library import world_files
from simulation.scenario.loading import load

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from typer.testing import Result

    from simulation.model.organization_model import EngineName

LIBRARY_COLUMNS = ["customer_id", "frequency", "recency", "T", "monetary_value"]


@cache
def workshop(*, events: bool = True, engine: EngineName = "compiled") -> Export:
    return export(WORKSHOP, events=events, engine=engine)


@cache
def marketplace() -> Export:
    """The one world with orders that arrive later."""
    return export(world_files()["marketplace"], population=1500, events=True)


@cache
def same_run() -> OrganizationModel:
    model = OrganizationModel(load(WORKSHOP).scenario)
    model.run()
    model.let_go()
    return model


def weekly(name: str) -> NDArray[np.int64]:
    model = same_run()
    return model.counts_by_week[model.given.horizon.burn_in :, counter_index(model.layout, name)]


# --- nothing lost ----------------------------------------------------------------------------------------------------


def test_transactions_are_the_purchases_that_the_run_counted_week_by_week() -> None:
    given = workshop().transactions
    weeks = range(len(weekly("purchases")))
    assert given.groupby("week").size().reindex(weeks, fill_value=0).tolist() == weekly("purchases").tolist()
    money = given["money"].map(fixed).groupby(given["week"]).sum()
    assert money.reindex(weeks, fill_value=0).tolist() == weekly("revenue").tolist()
    assert weekly("revenue").sum() > 0


def test_transactions_are_at_the_touchpoints_that_sold() -> None:
    given = workshop().transactions
    for name in ("visit", "order"):
        here = given[given["touchpoint"] == name]
        assert len(here) == weekly(f"successes@{name}").sum() > 0
        assert here["money"].map(fixed).sum() == weekly(f"revenue@{name}").sum()
    assert set(given["touchpoint"]) == {"visit", "order"}
    assert set(given["offer"]) == {"city", "cargo"}


def test_events_are_all_that_the_run_counted() -> None:
    events = workshop().events
    assert events is not None
    met = events[events["what"] == "encounter"]
    for name in same_run().layout.touchpoints:
        here = met[met["touchpoint"] == name]
        assert len(here) == weekly(f"encounters@{name}").sum()
        assert here["succeeded"].sum() == weekly(f"successes@{name}").sum()
        assert here["experience"].map(fixed).sum() == weekly(f"experience@{name}").sum()
    answers = events[events["what"] == "answer"]
    assert len(answers) == weekly("answers").sum() > 0
    assert answers["overall"].map(fixed).sum() == weekly("overall").sum()


def test_asking_for_events_changes_no_transaction() -> None:
    without = workshop(events=False)
    assert without.events is None
    pd.testing.assert_frame_equal(without.transactions, workshop().transactions, check_exact=True)


def test_orders_are_in_days_of_the_weeks_exported() -> None:
    events = marketplace().events
    assert events is not None
    orders = events[events["what"] == "order"]
    assert len(orders) > 300
    assert ((orders["day"] >= 7 * orders["week"]) & (orders["day"] < 7 * orders["week"] + 7)).all()
    assert (orders["due"] > orders["day"]).all()
    delivery = load(world_files()["marketplace"]).scenario.journey["delivery"].delivery
    assert delivery is not None
    promised = np.log(orders["promised"] - orders["day"])
    assert np.exp(promised.median()) == pytest.approx(
        delivery.promised_days, rel=4.0 * delivery.promised_spread / len(orders) ** 0.5
    )
    answers = events[events["what"] == "answer"]
    assert set(answers["before_delivery"]) == {True, False}
    assert set(answers["comment"]) == {True, False}
    assert answers["stars"].between(1, 5).all()


def test_a_column_says_nothing_where_it_means_nothing() -> None:
    events = marketplace().events
    assert events is not None
    filled = {what: {c for c in events.columns[8:] if part[c].notna().all()} for what, part in events.groupby("what")}
    empty = {what: {c for c in events.columns[8:] if part[c].isna().all()} for what, part in events.groupby("what")}
    assert filled == {
        "encounter": {"succeeded", "stars", "experience", "money"},
        "order": {"due", "promised"},
        "answer": {"stars", "before_delivery", "comment", "recommendation", "overall"},
    }
    assert all(filled[what] | empty[what] == set(events.columns[8:]) for what in filled)


# --- nobody mixed up -------------------------------------------------------------------------------------------------


def test_who_leaves_and_her_successor_are_two_customers() -> None:
    """The workshop loses one in a hundred a week: several bought in one slot."""
    given, model = workshop().transactions, same_run()
    people = given.drop_duplicates("customer_id")
    burn_in, population = model.given.horizon.burn_in, model.given.horizon.population
    slot = people["customer_id"] - population * (people["entered"] + burn_in)
    assert slot.between(0, population - 1).all()
    assert slot.duplicated().any()
    assert (given["week"] >= given["entered"]).all()
    for _, lives in people.assign(slot=slot).groupby("slot"):
        spans = given[given["customer_id"].isin(lives["customer_id"])].groupby("entered")["week"].agg(["min", "max"])
        after = spans.sort_index()
        assert (after["max"].to_numpy()[:-1] < after.index.to_numpy()[1:]).all(), "she buys before her successor enters"


def test_the_last_in_each_slot_has_bought_what_her_state_says() -> None:
    """Of those who entered after burn-in all purchases are exported: their sum is what the model remembers of them."""
    given, model = workshop().transactions, same_run()
    people = model.customers.to_dict()
    new = people["entered"] >= 0
    number = people["slot"] + model.given.horizon.population * (people["entered"] + model.given.horizon.burn_in)
    bought = given.groupby("customer_id")["money"].agg(["size", "sum"]).reindex(number[new], fill_value=0)
    assert bought["size"].sum() > 10
    assert bought["size"].tolist() == people["purchases"][new].tolist()
    assert bought["sum"].tolist() == pytest.approx(people["spent"][new].tolist())


def test_segment_and_offer_are_hers() -> None:
    given = workshop().transactions
    assert (given.groupby("customer_id")[["segment", "offer", "entered"]].nunique() == 1).all(axis=None)


@pytest.mark.parametrize("world", ["workshop", "marketplace"])
def test_both_engines_write_the_same_files(world: str, tmp_path: Path) -> None:
    source = WORKSHOP if world == "workshop" else world_files()[world]
    for engine in ("compiled", "plain"):
        given = export(source, population=150, weeks=16, events=True, engine=engine)
        save_export(given, tmp_path / engine, form="csv")
    for name in ("transactions", "recency_frequency", "events"):
        plain, fast = ((tmp_path / engine / f"{name}.csv").read_bytes() for engine in ("plain", "compiled"))
        assert plain == fast
        assert plain.count(b"\n") > 5


def test_seed_replication_and_arm_are_obeyed() -> None:
    size = {"population": 150, "weeks": 12}
    first = export(WORKSHOP, **size).transactions
    pd.testing.assert_frame_equal(first, export(WORKSHOP, seed=7, **size).transactions)
    for other in ({"seed": 8}, {"replication": 1}):
        assert not first.equals(export(WORKSHOP, **size, **other).transactions)  # type: ignore[arg-type]
    shared = export(WORKSHOP, arm="shared", **size)
    assert (shared.arm, set(shared.transactions["arm"])) == ("shared", {"shared"})
    assert not first.drop(columns="arm").equals(shared.transactions.drop(columns="arm"))
    with pytest.raises(ScenarioError, match="did you mean `shared`"):
        export(WORKSHOP, arm="shard")


# --- for the tools that it is for ------------------------------------------------------------------------------------


def test_recency_and_frequency_by_hand() -> None:
    """Recomputed from the transactions with a loop: weeks with purchases, the first apart."""
    given = workshop()
    assert list(given.recency_frequency.columns) == LIBRARY_COLUMNS
    end = 7 * same_run().given.horizon.weeks
    for row in given.recency_frequency.to_dict("records"):
        hers = given.transactions[given.transactions["customer_id"] == row["customer_id"]]
        weeks = sorted(set(hers["week"]))
        later = [hers[hers["week"] == week]["money"].sum() for week in weeks[1:]]
        assert row["frequency"] == len(weeks) - 1
        assert row["recency"] == 7 * (weeks[-1] - weeks[0])
        assert row["T"] == end - 7 * weeks[0]
        assert row["monetary_value"] == pytest.approx(np.mean(later) if later else 0.0)
    assert set(given.recency_frequency["customer_id"]) == set(given.transactions["customer_id"])


def test_a_bgnbd_model_can_be_fitted_to_the_shop() -> None:
    """People who leave more easily are found to leave more easily."""
    shop = load(world_files()["shop"]).raw

    def drop_out(defection: float) -> float:
        shop["market"]["segments"]["everybody"]["defection"] = defection
        return fit_bgnbd(export(shop, population=3000).recency_frequency).mean_drop_out

    assert 0.0 < drop_out(0.005) < drop_out(0.05) < 1.0


def test_a_firm_that_sells_nothing_gives_empty_tables(tmp_path: Path) -> None:
    nothing = load(WORKSHOP).raw
    for touchpoint in nothing["journey"].values():
        touchpoint.pop("sells", None)
    given = export(nothing, population=50, weeks=3, events=True)
    save_export(given, tmp_path / "out")
    assert len(pd.read_parquet(tmp_path / "out" / "transactions.parquet")) == 0
    assert list(pd.read_parquet(tmp_path / "out" / "recency_frequency.parquet").columns) == LIBRARY_COLUMNS
    assert len(pd.read_parquet(tmp_path / "out" / "events.parquet")) > 0


# --- the folder ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_was_written_reads_back_the_same(form: str, tmp_path: Path) -> None:
    given = marketplace()
    save_export(given, tmp_path / "out", form=form)  # type: ignore[arg-type]
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == sorted(
        [f"{name}.{form}" for name in given.tables] + ["provenance.json"]
    )
    for name, table in given.tables.items():
        path = tmp_path / "out" / f"{name}.{form}"
        back = pd.read_parquet(path) if form == "parquet" else pd.read_csv(path, dtype=dict(table.dtypes))
        pd.testing.assert_frame_equal(back, table, check_exact=True)


def test_every_column_is_declared_and_explained(tmp_path: Path) -> None:
    given = marketplace()
    assert {column for table in given.tables.values() for column in table} == set(EXPORT_COLUMNS)
    for name, table in given.tables.items():
        for column in table.select_dtypes("number"):
            declared = EXPORT_COLUMNS[column]
            assert declared.low is None or table[column].min() >= declared.low
            assert declared.high is None or table[column].max() <= declared.high, (name, column)
    save_export(given, tmp_path / "out")
    schema = parquet.read_schema(tmp_path / "out" / "recency_frequency.parquet")
    assert schema.field("recency").metadata[b"unit"] == b"days"


def test_the_provenance_tells_which_run_it_was(tmp_path: Path) -> None:
    save_export(workshop(), tmp_path / "out", command=["silosim", "export"])
    told = json.loads((tmp_path / "out" / "provenance.json").read_text(encoding="utf-8"))
    assert {key: told[key] for key in ("name", "arm", "seed", "replication", "engine")} == {
        "name": "workshop", "arm": "siloed", "seed": 7, "replication": 0, "engine": "compiled"
    }  # fmt: skip
    assert told["command"] == ["silosim", "export"]
    assert told["scenario_hash"] == load(WORKSHOP).hash
    again = export(told["scenario"], arm=told["arm"], replication=told["replication"])
    pd.testing.assert_frame_equal(again.transactions, workshop().transactions)


def test_the_folder_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("simulation.analysis.export.write_provenance", full)
        with pytest.raises(OSError, match="No space left"):
            save_export(workshop(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    save_export(workshop(), tmp_path / "out")
    with pytest.raises(FolderRefused, match="exists already"):
        save_export(workshop(), tmp_path / "out")
    save_export(workshop(events=False), tmp_path / "out", form="csv", overwrite=True)
    assert not list((tmp_path / "out").glob("*.parquet"))


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with `firm.yaml`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "firm.yaml").write_bytes(WORKSHOP.read_bytes())
    return tmp_path


def silosim(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), prog_name="silosim")


def test_the_command_writes_the_folder_and_says_what_is_in_it(here: Path) -> None:
    result = silosim("export", "firm.yaml", "--population", "80", "--weeks", "12")
    assert result.exit_code == 0, result.output
    bought = pd.read_parquet(here / "results" / "firm-export" / "transactions.parquet")
    assert f"{len(bought)} purchases by {bought['customer_id'].nunique()} customers are in" in result.stderr
    assert "20 of 20 weeks" in result.stderr, "burn-in is lived, too"
    assert result.stdout == ""
    assert bought["week"].between(0, 11).all()


def test_options_of_the_command_reach_the_files(here: Path) -> None:
    words = ["--arm", "shared", "--replication", "2", "--seed", "5", "--population", "60", "--weeks", "4", "--events"]
    result = silosim("export", "firm.yaml", *words, "--format", "csv", "--out", "out", "--engine", "plain", "--quiet")
    assert (result.exit_code, result.output) == (0, "")
    told = json.loads((here / "out" / "provenance.json").read_text(encoding="utf-8"))
    assert (told["arm"], told["replication"], told["seed"], told["engine"]) == ("shared", 2, 5, "plain")
    expected = export("firm.yaml", arm="shared", replication=2, seed=5, population=60, weeks=4, events=True)
    assert expected.events is not None
    assert len(pd.read_csv(here / "out" / "events.csv")) == len(expected.events)


@pytest.mark.parametrize(
    "words",
    [
        ["nowhere.yaml"],
        ["bad.yaml"],
        ["firm.yaml", "--arm", "shard"],
        ["firm.yaml", "--replication", "-1"],
        ["firm.yaml", "--weeks", "0"],
        ["firm.yaml", "--population", "1"],
        ["firm.yaml", "--format", "xlsx"],
        ["firm.yaml", "--out", "photos"],
        ["firm.yaml", "--out", "photos", "--overwrite"],
        [],
    ],
    ids=lambda words: " ".join(words) or "nothing",
)
def test_bad_input_is_exit_2_before_anything_is_lived(
    here: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "photos").mkdir()
    (here / "photos" / "cat.png").write_bytes(b"cat")
    with (here / "bad.yaml").open("w", encoding="utf-8") as file:
        YAML().dump({"extends": "firm.yaml", "jurney": {}}, file)
    before = sorted(here.rglob("*"))

    def never(*_arguments: object, **_options: object) -> None:
        raise AssertionError("something was lived")

    monkeypatch.setattr("simulation.model.organization_model.OrganizationModel.step", never)
    result = silosim("export", *words)
    assert result.exit_code == 2, result.output
    assert result.stderr
    assert "Traceback" not in result.output
    assert sorted(here.rglob("*")) == before


def test_help_teaches_what_it_is_for() -> None:
    text = " ".join(silosim("export", "--help").stdout.split())
    for words in ("silosim export baseline", "customer_id, frequency, recency, T", "Exit codes", "another customer"):
        assert words in text

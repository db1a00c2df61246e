"""Scenario files: read, extended, overlaid by arms, hashed; what ships loads."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_firm import FIRM, line_of, spoiled

from simulation.scenario.journey import COEFFICIENTS
from simulation.scenario.library import shipped
from simulation.scenario.loading import load, load_dict, starter
from simulation.scenario.overlay import apply
from simulation.scenario.reading import read_file, read_text
from simulation.scenario.schema import json_schema

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    path = tmp_path / "firm.yaml"
    path.write_text(FIRM, encoding="utf-8")
    return path


def read(text: str) -> dict[str, Any]:
    layer, faults = read_text(text, name="x.yaml")
    assert faults == []
    return layer.raw


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_loads_by_name_and_by_path(name: str) -> None:
    by_name, by_path = load(name), load(shipped()[name])
    assert by_name.hash == by_path.hash
    assert list(by_name.arms) == list(by_name.arm_titles)
    assert all(arm.arms == {} for arm in by_name.arms.values())


def test_the_library_holds_the_reference_firm_and_the_main_job() -> None:
    assert {"baseline", "silo_vs_shared"} <= set(shipped())
    assert list(load("silo_vs_shared").arms) == ["siloed", "shared", "pooled_data", "shared_and_pooled"]


def test_yaml_1_2_keeps_words_as_words() -> None:
    assert read("{a: yes, no: on, off: NO, y: n}") == {"a": "yes", "no": "on", "off": "NO", "y": "n"}
    assert read("{a: true, b: False, c: ~, d: , e: null}") == {"a": True, "b": False, "c": None, "d": None, "e": None}
    assert read("{a: 010, b: 0x1F, c: 0o17, d: 1e-3, e: .5, f: -2., g: 1:30, h: 2020-01-01, i: 1_000}") == {
        "a": 10, "b": 31, "c": 15, "d": 0.001, "e": 0.5, "f": -2.0, "g": "1:30", "h": "2020-01-01", "i": "1_000",
    }  # fmt: skip
    assert read("{a: '1', b: \"true\", 3: x}\n") == {"a": "1", "b": "true", "3": "x"}
    assert read("a: |\n  1\n") == {"a": "1\n"}


def test_anchors_repeat_values_and_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    assert read("a: &x {b: 1}\nc: *x\n") == {"a": {"b": 1}, "c": {"b": 1}}
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbftitle: x\r\n")
    assert read_file(path)[0].raw == {"title": "x"}


def test_every_value_knows_its_line() -> None:
    layer, _ = read_text(FIRM, name="firm.yaml")
    assert layer.places["market", "segments", "fickle", "share"].line == 21
    assert layer.places["timeline", 0, "end"].line == line_of(FIRM, "end: 20")
    assert layer.places["timeline", 0, "end"].key == "timeline.0.end"
    assert {place.file for place in layer.places.values()} == {"firm.yaml"}


def test_whole_numbers_are_taken_for_numbers_and_lists_for_tuples(firm: Path) -> None:
    loaded = load(firm)
    capacity = loaded.scenario.journey["delivery"].capacity
    assert capacity is not None
    assert (capacity.per_1000, type(capacity.per_1000)) == (30.0, float)
    assert loaded.scenario.journey["campaign"].trigger.stages == ("prospect", "defected")


def test_a_scenario_without_arms_has_one(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text(FIRM.partition("arms:")[0], encoding="utf-8")
    loaded = load(path)
    assert loaded.arms == {"only": loaded.scenario}
    assert loaded.arm_titles == {"only": "A small firm"}
    assert loaded.path == path


def test_arms_are_the_scenario_with_their_changes(firm: Path) -> None:
    loaded = load(str(firm))
    assert loaded.arm_titles == {"own": "Own KPIs", "shared": "Shared"}
    assert loaded.scenario.incentives.shared_weight == 0.0
    assert [arm.incentives.shared_weight for arm in loaded.arms.values()] == [0.0, 0.5]
    assert [dict(arm.incentives.shared_metrics) for arm in loaded.arms.values()] == [{"happy": 1.0}] * 2
    assert loaded.raw["arms"]["shared"]["changes"] == {"incentives": {"shared_weight": 0.5}}


def test_an_arm_like_the_first_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "same.yaml"
    path.write_text(spoiled("shared_weight: 0.5\n", "shared_weight: 0\n"), encoding="utf-8")
    (warning,) = load(path).warnings
    assert (warning.level, warning.key, warning.line) == ("warning", "arms.shared", line_of(FIRM, "  shared:"))
    assert "the same as the first arm, `own`" in str(warning)


def test_other_warnings_do_not_stop_a_run(tmp_path: Path) -> None:
    path = tmp_path / "late.yaml"
    text = spoiled("start: 10\n    end: 20", "start: 999") + "      learning: {step: 0.2}\n"
    path.write_text(text, encoding="utf-8")
    assert [(warning.key, warning.line) for warning in load(path).warnings] == [
        ("timeline.0.start", line_of(text, "start: 999")),
        ("arms.shared.changes.learning", line_of(text, "learning:")),
    ]


def test_extends_merges_a_chain_of_files(firm: Path) -> None:
    folder = firm.parent / "mine"
    folder.mkdir()
    (folder / "a.yaml").write_text("extends: ../firm.yaml\nhorizon: {weeks: 50}\ntimeline: []\n", encoding="utf-8")
    last = folder / "b.yaml"
    last.write_text("title: B\nextends: a.yaml\nhorizon: {seed: 3}\narms: {own: null}\n", encoding="utf-8")
    loaded = load(last)
    horizon = loaded.scenario.horizon
    assert (loaded.scenario.title, horizon.weeks, horizon.seed, loaded.scenario.timeline) == ("B", 50, 3, ())
    assert list(loaded.arms) == ["shared"]
    assert "extends" not in loaded.raw


def test_a_shipped_scenario_is_extended_by_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("title: Mine\nextends: baseline\nhorizon: {weeks: 10}\n", encoding="utf-8")
    base, mine = load("baseline").scenario, load(path).scenario
    assert mine == base.model_copy(update={"title": "Mine", "horizon": mine.horizon})
    assert mine.horizon.weeks == 10


def test_a_dict_gives_the_same_scenario_as_the_file(firm: Path) -> None:
    loaded = load(firm)
    raw = deepcopy(loaded.raw)
    raw["journey"]["campaign"]["trigger"]["stages"] = ("prospect", "defected")
    raw["timeline"][0]["end"] = np.int64(20)
    raw["market"]["segments"]["loyal"]["share"] = np.float64(0.6)
    raw["journey"]["campaign"]["sells"] = np.bool_(True)
    again = load_dict(raw)
    assert (again.scenario, again.arms, again.hash, again.path) == (loaded.scenario, loaded.arms, loaded.hash, None)
    assert json.loads(json.dumps(again.raw)) == loaded.raw
    assert load_dict({"title": "T", "extends": "baseline"}).scenario.market == load("baseline").scenario.market


def test_the_hash_is_of_the_meaning(firm: Path, tmp_path: Path) -> None:
    def of(text: str) -> str:
        path = tmp_path / "other.yaml"
        path.write_text(text, encoding="utf-8")
        return load(path).hash

    first = load(firm).hash
    assert re.fullmatch(r"[0-9a-f]{64}", first)
    assert of("# a comment\n" + spoiled("stretch: 1\n", "stretch: 1.0\n")) == first
    assert of(f"extends: {firm.name}\nhorizon: {{seed: 1}}\n") == first  # the default, written out
    assert of(spoiled("shared_weight: 0.5\n", "shared_weight: 0.6\n")) != first
    assert of(spoiled("memory: 0.8", "memory: 0.81")) != first
    campaign, delivery = FIRM.index("  campaign:"), FIRM.index("  delivery:")
    call, end = FIRM.index("  call:"), FIRM.index("departments:")
    moved = FIRM[:campaign] + FIRM[call:end] + FIRM[campaign:delivery] + FIRM[delivery:call] + FIRM[end:]
    assert of(moved) != first  # touchpoints are met in their order


TREES = st.recursive(
    st.none() | st.integers(), lambda inner: st.dictionaries(st.sampled_from("abc"), inner), max_leaves=6
).filter(lambda tree: isinstance(tree, dict))


@given(TREES, TREES)
def test_apply_merges_and_leaves_its_arguments_alone(raw: dict[str, Any], changes: dict[str, Any]) -> None:
    before = deepcopy((raw, changes))
    merged = apply(raw, changes)
    assert (raw, changes) == before
    assert apply(raw, {}) == raw
    for key in {*raw, *changes}:
        if key not in changes:
            assert merged[key] == raw[key]
        elif changes[key] is None:
            assert (key in merged) == (key not in raw)
        elif isinstance(changes[key], dict) and isinstance(raw.get(key), dict):
            assert merged[key] == apply(raw[key], changes[key])
        else:
            assert merged[key] == changes[key]


def test_the_starter_loads_with_two_arms_and_every_example_in_it_works(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(starter(), encoding="utf-8")
    loaded = load(path)
    assert (len(loaded.arms), loaded.warnings) == (2, [])
    examples = re.sub(r"(?m)^( *)# (?=\s*[-a-z_]+:|\s*- title)", r"\1", starter())
    assert examples.count("#") < starter().count("#") - 30
    path.write_text(examples, encoding="utf-8")
    changed = load(path).scenario
    assert "call_ahead" in changed.departments["fulfilment"].levers
    assert "complaint_rate" in changed.kpis
    assert "clear_offer" not in changed.joint_effects
    assert changed.market.offers["standard"].price == 65.0
    assert len(changed.timeline) == 1


def test_the_schema_offers_every_key_and_requires_little() -> None:
    schema = json_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert set(read(FIRM)) | {"extends"} <= set(schema["properties"])
    assert schema["anyOf"][0] == {"required": ["extends"]}
    assert "required" not in schema["$defs"]["Touchpoint"]
    changes = schema["$defs"]["Changes"]["properties"]
    assert {"incentives", "market"} <= set(changes)
    assert not {"arms", "extends", "title"} & set(changes)
    assert schema["$defs"]["Learning"]["properties"]["rule"]["enum"][0] == "trial_and_error"
    (effects,) = schema["$defs"]["Lever"]["properties"]["effects"]["patternProperties"].values()
    assert COEFFICIENTS.keys() == next(o for o in effects["anyOf"] if "properties" in o)["properties"].keys()

"""Bad scenario files: every fault at once, each with file, line, key, value, what is allowed, what was meant."""

# One case a line: tables for reading.
# ruff: noqa: E501

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_firm import FIRM, line_of, spoiled

from simulation.record import COMPANY_METRICS
from simulation.scenario.faults import Fault, ScenarioError
from simulation.scenario.library import shipped
from simulation.scenario.loading import load, load_dict
from simulation.scenario.names import RESERVED_COLUMNS
from simulation.scenario.reading import MAX_BYTES, read_text

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from simulation.scenario.loading import LoadedScenario


def faults_of(folder: Path, text: str | bytes, name: str = "firm.yaml") -> tuple[Fault, ...]:
    """Write a file, load it, and return the faults that it must have."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert caught.value.faults
    for fault in caught.value.faults:
        assert str(folder) in str(fault)
        assert "pydantic" not in str(fault)
        assert "http" not in str(fault)
        assert "\n" not in str(fault)
    return caught.value.faults


# What is changed, by what, in which line the fault is (the line holding this piece), key, what it must say.
VALUES = [
    ("share: 0.6", "share: 1.4", "market.segments.loyal.share", "1.4 is not allowed: a number from 0 to 1"),
    ("share: 0.6", "share: 60", "market.segments.loyal.share", "60 is not allowed: a number from 0 to 1; did you mean `0.6`?"),
    ("share: 0.6", "share: 60%", "market.segments.loyal.share", "'60%' is not allowed: a number from 0 to 1; did you mean `0.6`?"),
    ("share: 0.6", 'share: "0.6"', "market.segments.loyal.share", "'0.6' is not allowed: a number from 0 to 1; did you mean `0.6`?"),
    ("share: 0.6", "share: true", "market.segments.loyal.share", "true is not allowed: a number from 0 to 1"),
    ("share: 0.6", "share: .nan", "market.segments.loyal.share", "nan is not allowed: a number from 0 to 1"),
    ("share: 0.6", "share: -.inf", "market.segments.loyal.share", "-inf is not allowed: a number from 0 to 1"),
    ("share: 0.6", "share: 1e999", "market.segments.loyal.share", "inf is not allowed: a number from 0 to 1"),
    ("share: 0.6", "share:", "market.segments.loyal.share", "null is not allowed: a number from 0 to 1"),
    ("share: 0.6", "share: [0.6]", "market.segments.loyal.share", "a list is not allowed: a number from 0 to 1"),
    ("price: 10.0", "price: 0", "market.offers.plain.price", "0 is not allowed: a number above 0, at most 1,000,000"),
    ("price: 10.0", f"price: {'9' * 200}", "market.offers.plain.price", "is not allowed: a number above 0, at most"),
    ("price: 10.0", "price: 1_0", "market.offers.plain.price", "did you mean `10`?"),
    ("title: A small firm", "title: 2024", "title", "2024 is not allowed: text of 1 to 2,000 characters; did you mean `\"2024\"`?"),
    ("title: A small firm", "title: ''", "title", "'' is not allowed: text of 1 to 2,000 characters"),
    ("sells: true", "sells: yes", "journey.campaign.sells", "'yes' is not allowed: true or false; did you mean `true`?"),
    ("sells: true", "sells: 1", "journey.campaign.sells", "1 is not allowed: true or false"),
    ("channel: digital", "channel: digitl", "journey.campaign.channel", "one of digital, person, paper, product; did you mean `digital`?"),
    ("form: minimum", "form: minimun", "joint_effects.together.form", "one of minimum, product, crowding; did you mean `minimum`?"),
    ("owner: company", "owner: 3", "kpis.happy.owner", "a name of small letters, digits and _, a letter first, at most 40 or company"),
    ("start: 10", "start: 10.0", "timeline.0.start", "10.0 is not allowed: a whole number from 0 to 5,200; did you mean `10`?"),
    ("stages: [prospect, defected]", "stages: prospect", "journey.campaign.trigger.stages", "'prospect' is not allowed: a list"),
    ("stages: [prospect,", "stages: [prospct,", "journey.campaign.trigger.stages.0", "did you mean `prospect`?"),
    ("capacity: {per_1000: 30}", "capacity: 30", "journey.delivery.capacity", "30 is not allowed: a mapping"),
    ("levers: [marketing.hype, service.share_data]", "levers: [marketing.hype]", "joint_effects.together.levers", "has 1 entries: a list of 2 to 8 items"),
    ("  offers:\n    plain: {name: Plain, price: 10.0, unit_cost: 4.0, source: our assumption}", "  offers: {}", "market.offers", "has 0 entries: a mapping (key: value) of 1 to 8 entries"),
    ("    capacity: {per_1000: 30}", "    delivery: {days: 0, promised_days: 7}", "journey.delivery.delivery.days", "0 is not allowed: a number above 0, at most 365"),
    ("    capacity: {per_1000: 30}", "    delivery: {days: 5}", "journey.delivery.delivery.promised_days", "is missing: a number above 0, at most 365"),
    ("levers:\n  hold", "survey: {trigger: purchase}\nlevers:\n  hold", "survey.trigger", "'purchase' is not allowed: one of encounter, delivery"),
    # Names and keys.
    ("owner: marketing", "ower: marketing", "journey.campaign.ower", "unknown key; did you mean `owner`?"),
    ("owner: marketing", "ower: marketing", "journey.campaign.owner", "is missing: a name of small letters"),
    ("per_1000: 30", "per1000: 30", "journey.delivery.capacity.per1000", "unknown key: one of per_1000, cost_per_1000; did you mean `per_1000`?"),
    ("journey:", "jurney:", "jurney", "unknown key; did you mean `journey`?"),
    ("title: A", "extend: baseline\ntitle: A", "extend", "unknown key; did you mean `extends`?"),
    ("      hype:", "      Hype Level:", "departments.marketing.levers.Hype Level", "is not allowed as a key: a name of small letters, digits and _, a letter first, at most 40; did you mean `hype_level`?"),
    ("moves: {prospect: customer,", "moves: {prospekt: customer,", "journey.campaign.moves.prospekt", "did you mean `prospect`?"),
    ("levers:\n  hold:", "levers:\n  <<: {frozen: true}\n  hold:", "levers.<<", "unknown key"),
    # YAML.
    ("share: 0.6", "share: !!float 0.6", "market.segments.loyal.share", "the tag '!!float' is not allowed"),
    ("share: 0.6", "share: !!python/object:os.system 0.6", "market.segments.loyal.share", "the tag '!!python/object:os.system' is not allowed"),
    ("share: 0.6", "share: *six", "market.segments.loyal.share", "`*six` repeats nothing"),
    ("share: 0.6", f"share: {'6' * 5000}", "market.segments.loyal.share", "a number of too many digits"),
    ("share: 0.6", "share: 0.6\n      share: 0.6", "market.segments.loyal.share", "was given already, in line 8: each key once"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "says"), VALUES)
def test_a_bad_value_is_told_in_plain_words(tmp_path: Path, old: str, new: str, key: str, says: str) -> None:
    faults = [fault for fault in faults_of(tmp_path, spoiled(old, new)) if fault.key == key]
    assert any(says in str(fault) for fault in faults), faults


# As above; these files are formed well, but their parts do not fit together.
REFERENCES = [
    ("share: 0.6", "share: 0.5", "segments:", "market.segments", "the shares of the segments add up to 0.9: a sum of 1"),
    ("fit: {plain: 0.7}", "fit: {}", "fit: {}", "market.segments.loyal.fit.plain", "is missing: a fit with every offer"),
    ("fit: {plain: 0.7}", "fit: {plain: 0.7, plan: 1}", "plan: 1", "market.segments.loyal.fit.plan", "'plan' is not an offer: plain; did you mean `plain`?"),
    ("owner: marketing", "owner: marketng", "owner: marketng", "journey.campaign.owner", "is not a department: one of marketing, service; did you mean `marketing`?"),
    ("follows: [campaign]", "follows: [call]", "follows: [call]", "journey.delivery.trigger.follows.0", "`call` is not listed earlier in the journey: campaign"),
    ("follows: [campaign]", "follows: [delivery]", "follows: [del", "journey.delivery.trigger.follows.0", "`delivery` is not listed earlier"),
    ("follows: [campaign]", "follows: [campain]", "campain", "journey.delivery.trigger.follows.0", "did you mean `campaign`?"),
    ("follows: [campaign]", "follows: [campaign, campaign]", "campaign, campaign", "journey.delivery.trigger.follows.1", "`campaign` is listed twice"),
    (", follows: [campaign]", "", "{kind: after}", "journey.delivery.trigger.follows", "is missing: the touchpoints that it follows"),
    ("{kind: open_case}", "{kind: open_case, follows: [campaign]}", "open_case, ", "journey.call.trigger.follows", "has no meaning for kind open_case"),
    ("{kind: open_case}", "{kind: cycle, stages: [lead]}", "kind: cycle", "journey.call.trigger.stages", "can never happen"),
    ("[prospect, defected]", "[prospect, prospect, defected]", "prospect, prospect", "journey.campaign.trigger.stages.1", "`prospect` is listed twice"),
    ("defected: customer}", "defected: prospect}", "moves:", "journey.campaign.moves.defected", "from defected to prospect is not a move that people make: one of lead, customer"),
    ("defected: customer}", "lead: customer}", "moves:", "journey.campaign.moves.lead", "never met as lead (see `trigger.stages`): one of prospect, defected"),
    ("          campaign:", "          campain:", "          campain:", "departments.marketing.levers.hype.effects.campain", "is not a touchpoint of the journey, nor `own`"),
    ("promise: {slope", "promis: {slope", "promis:", "departments.marketing.levers.hype.effects.campaign.promis", "is not a coefficient of a touchpoint; did you mean `promise`?"),
    ("by_segment: {loyal", "by_segment: {loyl", "loyl", "departments.marketing.levers.hype.effects.campaign.promise.by_segment.loyl", "is not a segment of the market: one of loyal, fickle; did you mean `loyal`?"),
    ("promise: {slope", "staff: {slope", "staff:", "departments.marketing.levers.hype.effects.campaign.staff", "there is no capacity to move"),
    ("{kind: open_case}", "{kind: open_case}\n    delivery: {days: 5, promised_days: 7}", "delivery: {days", "journey.call.delivery", "has no meaning for trigger open_case: a delivery follows an order: only with a trigger of kind after"),
    ("promise: {slope", "days: {slope", "days:", "departments.marketing.levers.hype.effects.campaign.days", "there is no delivery to move: only where `delivery` is declared"),
    ("own: {quality", "own: {promised_days", "own: {promised_days", "departments.service.levers.speed.effects.own.promised_days", "there is no delivery to move: only where `delivery` is declared"),
    ("levers:\n  hold", "survey: {trigger: delivery}\nlevers:\n  hold", "survey:", "survey.trigger", "nothing is ever delivered: no touchpoint has a `delivery`: encounter"),
    ("      call: {quality", "      own: {quality", "      own: {quality: {slope: 0.1,", "joint_effects.together.effects.own", "'own' is not a touchpoint of the journey: one of campaign, delivery, call"),
    ("service.share_data]", "service.shared_data]", "shared_data", "joint_effects.together.levers.1", "did you mean `service.share_data`?"),
    ("service.share_data]", "marketing.hype]", "[marketing.hype, marketing.hype]", "joint_effects.together.levers.1", "`marketing.hype` is listed twice"),
    ("      hype:", "      share_data:", "      share_data:", "departments.marketing.levers.share_data", "every department has a lever of this name"),
    ("kpis: {sales: 1.0}", "kpis: {sale: 1.0}", "sale: 1.0", "departments.marketing.kpis.sale", "'sale' is not a KPI of this scenario: one of sales, call_cost, happy; did you mean `sales`?"),
    ("kpis: {sales: 1.0}", "kpis: {call_cost: 1.0}", "{call_cost: 1.0}", "departments.marketing.kpis.call_cost", "`call_cost` is owned by `service`: own KPIs (sales)"),
    ("kpis: {sales: 1.0}", "kpis: {sales: 0}", "sales: 0", "departments.marketing.kpis", "the weights add up to nothing: a sum above 0"),
    ("kpis: {sales: 1.0}", "kpis: {sales: -1}", "sales: -1", "departments.marketing.kpis.sales", "-1 is not allowed: a weight from 0"),
    ("owner: company", "owner: compny", "compny", "kpis.happy.owner", "is not a department, nor `company`: one of marketing, service, company; did you mean `company`?"),
    ("successes@campaign", "succeses@campaign", "succeses", "kpis.sales.numerator.succeses@campaign", "is not a counter of a touchpoint: one of encounters, successes,"),
    ("successes@campaign", "successes@campain", "campain", "kpis.sales.numerator.successes@campain", "is not a touchpoint of the journey: one of campaign, delivery, call; did you mean `campaign`?"),
    ("{satisfaction: 1}", "{satisfacton: 1}", "satisfacton", "kpis.happy.numerator.satisfacton", "is not a counter of the company; did you mean `satisfaction`?"),
    ("{customers: 1}", "{customers: 0}", "customers: 0", "kpis.happy.denominator", "is always zero"),
    ("shared_metrics: {happy: 1}", "shared_metrics: {sales: 1}", "shared_metrics: {sales", "incentives.shared_metrics.sales", "`sales` is owned by `marketing`: KPIs of `company` (happy)"),
    ("incentives:\n", "incentives:\n  scheme: blent\n", "blent", "incentives.scheme", "is not an incentive scheme: one of own, blend, split_pool, gate; did you mean `blend`?"),
    ("incentives:\n", "incentives:\n  shared_weight_by_department: {sale: 0.5}\n", "{sale:", "incentives.shared_weight_by_department.sale", "'sale' is not a department"),
    ("incentives:\n  shared_metrics: {happy: 1}", "incentives:\n  shared_weight: 0.5", "incentives:", "incentives.shared_metrics", "there is a weight on shared metrics, but no shared metric"),
    ("levers:\n  hold", "information: {regime: poled}\nlevers:\n  hold", "poled", "information.regime", "did you mean `pooled`?"),
    ("levers:\n  hold", "learning: {rule: trial_and_eror}\nlevers:\n  hold", "trial_and_eror", "learning.rule", "did you mean `trial_and_error`?"),
    ("levers:\n  hold", "learning: {start: company_best}\nlevers:\n  hold", "company_best", "learning.start_policy", "is missing: settings by `department.lever`"),
    ("levers:\n  hold", "learning: {start_policy: {service.sped: 1}}\nlevers:\n  hold", "sped", "learning.start_policy.service.sped", "did you mean `service.speed`?"),
    ('"*.share_data": 0.2', '"*.share_dat": 0.2', "share_dat\"", "levers.hold.*.share_dat", "did you mean `*.share_data`?"),
    ('"*.share_data": 0.2', "service.hype: 0.2", "service.hype", "levers.hold.service.hype", "is not a lever"),
    ("end: 20", "end: 10", "end: 10", "timeline.0.end", "10 is not allowed: a week after `start` (10)"),
    ("{shared_weight: 0.5, shared_metrics: {happy: 1}}", "{shared_weight: 0.5}", "    incentives: {sh", "timeline.0.incentives.shared_metrics", "no shared metric"),
    ("incentives:\n", "incentives:\n  payoff: quote\n", "quote", "incentives.payoff", "'quote' is not a pay-off: one of linear, quota, tournament; did you mean `quota`?"),
    ("incentives:\n", "incentives:\n  payoff_by_department: {marketin: quota}\n", "marketin:", "incentives.payoff_by_department.marketin", "is not a department: one of marketing, service; did you mean `marketing`?"),
    ("incentives:\n", "incentives:\n  own_kpis: {service: {sale: 1}}\n", "sale:", "incentives.own_kpis.service.sale", "is not a KPI of this scenario"),
    ("incentives:\n", "incentives:\n  own_kpis: {service: {}}\n", "own_kpis", "incentives.own_kpis.service", "is empty: KPIs with weights"),
    ("incentives:\n", "incentives:\n  charges: {marketing: {call_cost: -1}}\n", "charges", "incentives.charges.marketing.call_cost", "-1 is not allowed: a weight from 0"),
    ("incentives:\n  shared_metrics: {happy: 1}", "incentives:\n  scheme: gate", "incentives:", "incentives.shared_metrics", "there is a gate, but no shared metric to open it"),
    ('hold: {"*.share_data": 0.2}', "limit: {marketing.hype: [0.8, 0.2]}", "limit", "levers.limit.marketing.hype", "from 0.8 to 0.2 there is nothing: [low, high]"),
    ('hold: {"*.share_data": 0.2}', "limit: {marketing.hyp: [0, 1]}", "limit", "levers.limit.marketing.hyp", "did you mean `marketing.hype`?"),
    ('hold: {"*.share_data": 0.2}', "limit: {marketing.hype: [0.5]}", "limit", "levers.limit.marketing.hype.1", "is missing: a number from 0 to 1"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "key", "says"), REFERENCES)
def test_parts_that_do_not_fit_are_told(tmp_path: Path, old: str, new: str, line: str, key: str, says: str) -> None:
    text = spoiled(old, new)
    faults = [fault for fault in faults_of(tmp_path, text) if fault.key == key]
    assert [fault.line for fault in faults] == [line_of(text, line)]
    assert says in str(faults[0])


def test_a_fault_reads_as_a_sentence_with_its_place(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, spoiled("share: 0.6", "share: 1.4"))
    assert str(fault) == (
        f"{tmp_path / 'firm.yaml'}:8: market.segments.loyal.share: 1.4 is not allowed: a number from 0 to 1"
    )
    assert (fault.value, fault.allowed, fault.nearest, fault.level) == ("1.4", "a number from 0 to 1", None, "error")


def test_every_fault_comes_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = FIRM.replace("share: 0.6", "share: 60").replace("voice: 0.3", "voise: 0.3").replace("end: 20", "end: soon")
    faults = faults_of(tmp_path, text)
    assert [fault.key for fault in faults] == [
        "market.segments.loyal.share",
        "market.segments.fickle.voice",
        "market.segments.fickle.voise",
        "timeline.0.end",
    ]
    assert [fault.line for fault in faults] == [8, 19, line_of(text, "voise"), line_of(text, "end: soon")]


@pytest.mark.parametrize(
    ("name", "text", "line", "says"),
    [
        ("empty", "", None, "is empty"),
        ("comments", "# nothing\n", None, "is empty"),
        ("a list", "\n- title: x\n", 2, "holds a list at the top"),
        ("a word", "title\n", 1, "holds a single value at the top"),
        ("a tab", "title: x\nmarket:\n\toffers: {}\n", 3, "a tab indents this line: spaces"),
        ("an open bracket", "title: [x\n", 2, "is not valid YAML here"),
        ("two colons", "title: x: y\n", 1, "is not valid YAML here"),
        ("a control character", "title: x\nquestion: \x01\n", 2, "control character"),
        ("latin-1", "title: x\nquestion: \xe9\n".encode("latin-1"), 2, "is not text: text in UTF-8"),
        ("utf-16", "title: x\n".encode("utf-16"), 1, "is not text"),
        ("a picture", b"\x89PNG\r\n\x1a\n\x00\x00", 1, "is not text"),
        ("two documents", "title: x\n---\ntitle: y\n", 3, "a second document begins here"),
        ("a list as key", "title: x\n? [a]\n: b\n", 2, "a key is not a plain word"),
        ("a huge escape", 'title: "\\Uffffffff"\n', 1, "is not valid YAML near here"),
        ("half a character", 'title: "\\ud800"\n', 1, "half a character (a lone surrogate) is no text"),
        ("deep", "title: " + "[" * 5_000, 1, "is nested too deeply: at most 32 levels"),
        ("deeper", "title: " + "{a: " * 5_000, 1, "is nested too deeply"),
        ("itself", "a: &a [*a]\n", 1, "`*a` repeats nothing"),
        ("too large", b"# " + b"x" * MAX_BYTES, None, "is too large for a scenario: at most 1,000,000 bytes"),
    ],
)
def test_a_file_that_is_no_scenario_is_told(
    tmp_path: Path, name: str, text: str | bytes, line: int | None, says: str
) -> None:
    fault = faults_of(tmp_path, text, f"{name}.yaml")[0]
    assert says in str(fault)
    assert fault.line == line


def test_a_yaml_bomb_is_counted_and_not_expanded(tmp_path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join(['*' + old] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    (fault,) = faults_of(tmp_path, "\n".join(lines))
    assert "holds too many values: at most 50,000" in str(fault)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"key{number}: 1\n" for number in range(1_500)),
        "title: x\n" * 1_500,
        FIRM.replace("hold: {", "hold: {" + ", ".join(f"service.speed{number}: 0" for number in range(1_500)) + ", "),
    ],
    ids=["unknown keys", "the same key", "unknown levers"],
)
def test_thousands_of_faults_are_cut_short(tmp_path: Path, text: str) -> None:
    faults = faults_of(tmp_path, text)
    assert 500 < len(faults) < 520
    assert any("has more than 500 faults" in fault.message for fault in faults)


def test_a_missing_file_names_what_ships(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="there is no such file") as caught:
        load("silo_vs_share")
    assert caught.value.faults[0].nearest == "silo_vs_shared"
    with pytest.raises(ScenarioError, match="is a folder"):
        load(tmp_path)
    with pytest.raises(ScenarioError, match=r"there is no such file|is not the name of a file"):
        load("zero\0.yaml")


def test_extends_tells_where_it_goes_wrong(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, "title: x\nextends: baselin\n")
    assert (fault.line, fault.key, fault.nearest) == (2, "extends", "baseline")
    assert "there is no such file" in str(fault)
    (fault,) = faults_of(tmp_path, "title: x\nextends: [baseline]\n")
    assert (fault.line, "a list is not allowed: the path" in str(fault)) == (2, True)
    (tmp_path / "folder").mkdir()
    (fault,) = faults_of(tmp_path, "title: x\nextends: folder\n")
    assert (fault.line, "'folder' is a folder" in str(fault)) == (2, True)


def test_a_circle_of_extends_is_found(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("\nextends: ./c.yaml\n", encoding="utf-8")
    (tmp_path / "c.yaml").write_text("title: c\nquestion: q\nextends: firm.yaml\n", encoding="utf-8")
    (tmp_path / "firm.yaml").write_text("extends: b.yaml\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "firm.yaml")
    (fault,) = caught.value.faults
    assert (fault.file, fault.line, fault.key) == (str(tmp_path / "c.yaml"), 3, "extends")
    assert "goes round in a circle (firm.yaml -> b.yaml -> c.yaml -> firm.yaml)" in fault.message
    (fault,) = faults_of(tmp_path, "extends: self.yaml\n", "self.yaml")
    assert "goes round in a circle (self.yaml -> self.yaml)" in fault.message


def test_lines_come_from_the_file_that_holds_the_value(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    base.write_text(spoiled("voice: 0.5", "voice: 5"), encoding="utf-8")
    faults = faults_of(
        tmp_path,
        f"extends: {base.name}\nmarket:\n  segments:\n\n    loyal: {{patience: 7}}\n    sly: {{}}\n",
        "over.yaml",
    )
    over = str(tmp_path / "over.yaml")
    told = {(fault.file, fault.line, fault.key) for fault in faults}
    assert {
        (over, 5, "market.segments.loyal.patience"),
        (over, 6, "market.segments.sly.name"),
        (str(base), 13, "market.segments.loyal.voice"),
    } <= told


def test_a_sum_is_told_where_it_was_changed(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(FIRM, encoding="utf-8")
    (fault,) = faults_of(tmp_path, "extends: base.yaml\nmarket:\n  segments:\n    loyal: {share: 0.5}\n", "over.yaml")
    assert (fault.line, fault.key) == (3, "market.segments")


def test_faults_of_an_arm_are_told_at_the_arm(tmp_path: Path) -> None:
    text = spoiled("shared_weight: 0.5\n", "shared_weigt: 0.5\n        scheme: blind\n")
    (fault,) = faults_of(tmp_path, text)
    assert (fault.line, fault.key) == (line_of(text, "weigt"), "arms.shared.changes.incentives.shared_weigt")
    assert fault.nearest == "shared_weight"
    text = spoiled("shared_weight: 0.5\n", "shared_weight: 0.5\n      title: x\n      extends: baseline\n")
    faults = faults_of(tmp_path, text)
    assert [fault.key for fault in faults] == ["arms.shared.changes.title", "arms.shared.changes.extends"]
    text = spoiled("title: Own KPIs", "titel: Own KPIs")
    assert [fault.key for fault in faults_of(tmp_path, text)] == ["arms.own.title", "arms.own.titel"]


def test_an_arm_that_breaks_what_others_refer_to(tmp_path: Path) -> None:
    text = FIRM + "      departments: {service: {levers: {speed: null}}}\n      journey: {call: null}\n"
    faults = faults_of(tmp_path, text)
    assert {(fault.line, fault.key) for fault in faults} == {
        (line_of(text, "      call: {quality"), "joint_effects.together.effects.call"),
        (line_of(text, "cost@call"), "kpis.call_cost.numerator.cost@call"),
        (line_of(text, "encounters@call"), "kpis.call_cost.denominator.encounters@call"),
    }
    assert all("in arm `shared`" in fault.message for fault in faults)


def test_a_fault_of_the_scenario_is_not_repeated_for_every_arm(tmp_path: Path) -> None:
    assert len(faults_of(tmp_path, spoiled("share: 0.6", "share: 60"))) == 1


def test_arms_share_one_horizon(tmp_path: Path) -> None:
    text = FIRM + "      horizon: {weeks: 100}\n"
    (fault,) = faults_of(tmp_path, text)
    assert (fault.line, fault.key) == (line_of(text, "weeks: 100"), "arms.shared.changes.horizon")


def test_null_deletes_what_is_optional_and_misses_what_is_not(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(FIRM, encoding="utf-8")
    faults = faults_of(tmp_path, "extends: base.yaml\nmarket: null\njurney: null\ntimeline: null\n", "over.yaml")
    assert [(fault.line, fault.key) for fault in faults] == [(2, "market"), (3, "jurney")]


@pytest.mark.parametrize("name", ["loyalty", "week"])
def test_a_kpi_is_not_named_like_a_column_of_every_result(tmp_path: Path, name: str) -> None:
    text = FIRM.replace("happy", name)
    assert "is a column of every result already" in str(faults_of(tmp_path, text)[0])


def test_reserved_columns_are_the_columns_of_results() -> None:
    assert set(COMPANY_METRICS) <= set(RESERVED_COLUMNS)


def test_reserved_words_are_not_names(tmp_path: Path) -> None:
    for text, key in (
        (spoiled("  call:", "  own:").replace("@call", "@own"), "journey.own"),
        (FIRM.replace("marketing", "company"), "departments.company"),
    ):
        assert any(fault.key == key and fault.allowed == "another name" for fault in faults_of(tmp_path, text))


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ({"horizon": {"seed": 10**400}}, "a whole number of more than 300 digits is not allowed"),
        ({"title": "\ud800"}, "text with half a character"),
        ({"levers": {"hold": {"\ud800": 0.5}}}, "text with half a character"),
        ({"title": object()}, "a Python object of type object is not allowed"),
        ({"title": b"x"}, "a Python object of type bytes is not allowed"),
        ({3: "x"}, "3 is a key: text"),
        ({"extends": "nowhere.yaml"}, "there is no such file"),
    ],
)
def test_dicts_are_as_strict_as_files(extra: Mapping[object, object], says: str) -> None:
    raw = read_text(FIRM, name="firm.yaml")[0].raw
    with pytest.raises(ScenarioError) as caught:
        load_dict({**raw, **extra}, name="mine")
    assert any(says in str(fault) for fault in caught.value.faults)
    assert all(fault.line is None for fault in caught.value.faults)


def test_a_dict_that_holds_itself_is_a_fault() -> None:
    circle: dict[str, object] = {"title": "x"}
    circle["market"] = circle
    with pytest.raises(ScenarioError, match="too deep or too large"):
        load_dict(circle)


def test_a_fault_travels_between_processes() -> None:
    error = ScenarioError([Fault("is empty", "a.yaml"), Fault("is odd", "b.yaml", 3, level="warning")])
    copy = pickle.loads(pickle.dumps(error))
    assert copy.faults == error.faults
    assert str(copy) == "a.yaml: is empty\nb.yaml:3: warning: is odd"


def faults_if_any(loading: Callable[[], LoadedScenario]) -> list[Fault]:
    """The warnings of what loads, the faults of what does not; any other exception is a failure."""
    try:
        return loading().warnings
    except ScenarioError as error:
        return [*error.faults] or [Fault("no fault was given\n")]


VALUES_TO_PUT = ["0", "-1", "1e400", ".nan", "yes", "null", "[]", "{}", "''", "!x y", "*z", "&z 1", "{a: [1]}", "'@'"]


@given(st.randoms(use_true_random=False), st.sampled_from(["lines", "values", "characters"]))
def test_whatever_is_spoilt_only_faults_come(
    tmp_path_factory: pytest.TempPathFactory, chance: random.Random, how: str
) -> None:
    """Lines dropped, doubled and moved, values replaced, characters changed: a scenario or a ScenarioError."""
    lines = FIRM.splitlines()
    for _ in range(chance.randint(1, 4)):
        number = chance.randrange(len(lines))
        key, _, _ = lines[number].partition(":")
        if how == "values":
            lines[number] = f"{key}: {chance.choice(VALUES_TO_PUT)}"
        elif how == "lines":
            lines.insert(chance.randrange(len(lines)), lines.pop(number))
        else:
            place = chance.randint(0, len(lines[number]))
            odd = chance.choice("\t\0{}[]:,#&*!|>'\"%@`\\-?\u20ac\ud7ff x9")
            lines[number] = lines[number][:place] + odd + lines[number][place + chance.randint(0, 2) :]
    path = tmp_path_factory.getbasetemp() / "spoilt.yaml"
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
    assert all(str(fault).isprintable() for fault in faults_if_any(lambda: load(path)))


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(np.float32(0.5))
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner), max_leaves=8)  # fmt: skip


@given(st.randoms(use_true_random=False), TREES)
def test_whatever_stands_anywhere_only_faults_come(chance: random.Random, tree: object) -> None:
    raw = read_text(FIRM, name="firm.yaml")[0].raw
    here: object = raw
    while isinstance(here, dict) and here:
        key = chance.choice(sorted(here))
        if not isinstance(here[key], dict) or chance.random() < 0.3:
            here[key] = tree
            break
        here = here[key]
    assert all(str(fault).isprintable() for fault in faults_if_any(lambda: load_dict(raw)))


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_have_no_warning(name: str) -> None:
    assert load(name).warnings == []

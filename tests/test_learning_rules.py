"""Learning rules: what each may see and no more, regression in figures, and people who decide."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pytest
from worlds import changed, lived, workshop

from simulation.model.decisions import Seen
from simulation.model.linear_world import LinearModel
from simulation.model.metrics import REGISTER
from simulation.model.organization_model import OrganizationModel
from simulation.rules.learning import RULES, SIGHTS, LearningRule, Regression
from simulation.scenario.faults import ScenarioError
from simulation.scenario.loading import load, load_dict
from simulation.scenario.names import COMPANY_COUNTERS, TOUCHPOINT_COUNTERS
from simulation.scenario.regime import Learning

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from simulation.scenario.scenario import Scenario


def rule(name: str) -> LearningRule:
    return RULES[name](1, 0.1, 0.5)


IN_A_FIRM = [name for name in RULES if "world" not in rule(name).sees]
"""Rules that a department could follow; a benchmark that knows everything is none of them."""


class Unseen:
    """A value that must not be looked at in any way."""

    def _refuse(self, *_: object) -> NoReturn:
        raise AssertionError("looked at what may not be seen")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __neg__ = __abs__ = __float__ = __bool__ = __index__ = _refuse

    def __getattr__(self, name: str) -> NoReturn:
        raise AssertionError(f"looked at {name} of what may not be seen")

    def __eq__(self, other: object) -> bool:
        self._refuse()

    __hash__ = None  # type: ignore[assignment]


# -- sight -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RULES)
def test_every_rule_declares_what_it_sees(name: str) -> None:
    assert rule(name).sees <= set(SIGHTS)


@pytest.mark.parametrize("name", IN_A_FIRM)
def test_a_rule_looks_at_gains_only_if_it_says_so(name: str) -> None:
    learner = rule(name)
    if "gain" not in learner.sees:
        assert learner.judge(0.4, 0.6, Unseen()) == 0.4  # type: ignore[arg-type]
    else:
        with pytest.raises(AssertionError, match="may not be seen"):
            learner.judge(0.4, 0.6, Unseen())  # type: ignore[arg-type]


def _alone(department: str, learning: str, regime: str) -> Scenario:
    """The workshop where one department alone moves levers, paid on its own and shared metrics alike."""
    firm = changed(workshop(), {"timeline": (), "learning": {"rule": learning, "start": "scenario"}})
    held = {
        f"{name}.{lever}": given.start
        for name, each in firm.departments.items() if name != department
        for lever, given in {**each.levers, **firm.every_department}.items()
    }  # fmt: skip
    return changed(firm, {
        "levers": {"hold": held}, "information": {"regime": regime}, "alignment": {"buy_in": 0.3},
        "incentives": {"shared_weight": 0.5, "shared_metrics": {"company_satisfaction": 1.0}},
    })  # fmt: skip


def _settings(scenario: Scenario, department: str, *, scrambled: bool) -> NDArray[np.float64]:
    """Settings of a run; scrambled, what happens elsewhere befalls other cells of the trials than it did."""
    model = OrganizationModel(scenario)
    owners = [touchpoint.owner for touchpoint in scenario.journey.values()]
    elsewhere = [owner != department for owner in owners for _ in TOUCHPOINT_COUNTERS]
    elsewhere += [name not in REGISTER for name in COMPANY_COUNTERS]
    live = model.world.week

    def week() -> NDArray[np.int64]:
        counts = live()
        if scrambled:
            counts[:, :, elsewhere] = np.roll(counts, 1, axis=1)[:, :, elsewhere]
        return counts

    model.world.week = week  # type: ignore[method-assign]
    model.run()
    model.let_go()
    return model.settings_by_week


@pytest.mark.parametrize("name", IN_A_FIRM)
def test_what_a_silo_hides_changes_no_decision(name: str) -> None:
    """The halves of a trial elsewhere are mixed up, and all totals kept: no rule can tell."""
    scenario = _alone("marketing", name, "siloed")
    one, two = (_settings(scenario, "marketing", scrambled=scrambled) for scrambled in (False, True))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("name", [name for name in IN_A_FIRM if "gain" in rule(name).sees])
def test_pooled_data_would_tell(name: str) -> None:
    """Otherwise the test above would show nothing."""
    scenario = _alone("marketing", name, "pooled")
    one, two = (_settings(scenario, "marketing", scrambled=scrambled) for scrambled in (False, True))
    assert not np.array_equal(one, two)


# -- regression ------------------------------------------------------------------------------------------------------


def test_regression_by_hand() -> None:
    """Slopes 1 at .6 and -1 at .7, memory 1: mean 0 at .65; products -.1, squares .005, ridge 2 x .01: tilt -4."""
    learner = Regression(direction=1, step=0.1, memory=1.0)
    assert learner.propose(0.5) == pytest.approx(0.7)
    assert learner.judge(0.5, 0.7, 0.2) == pytest.approx(0.6)  # one slope, no line: a step uphill
    assert learner.direction == -1
    assert learner.judge(0.8, 0.6, 0.2) == pytest.approx(0.7)  # zero at .65, farther than a step away
    assert (learner.slope, learner.place) == (pytest.approx(0.0), pytest.approx(0.65))
    assert (learner.spread, learner.tilt) == (pytest.approx(0.005), pytest.approx(-0.1))
    assert Regression(1, 0.1, 1.0, 2.0, 0.65, 0.0, 0.005, -0.1).judge(0.5, 0.7, 0.0) == pytest.approx(0.6)


def test_regression_finds_best_response_in_the_linear_world() -> None:
    """Without noise its line is the truth; the ridge alone keeps it from being there at once."""
    model = LinearModel(
        departments=2, levers=2, cosine=0.7, weight=0.5, learning=Learning(rule="regression"), weeks=160
    )
    model.run()
    assert np.abs(model.settings_by_week[-1] - model.best).max() < 0.01


# -- people ----------------------------------------------------------------------------------------------------------


def firm(**learning: Any) -> Scenario:
    return changed(workshop(), {"timeline": (), "learning": {"rule": "human", **learning}})


def moved(model: OrganizationModel, lever: str) -> list[float]:
    settings: list[float] = model.settings_by_week[:, model.organization.lever_names.index(lever)].tolist()
    return settings


def test_people_decide_by_week_and_by_review() -> None:
    decisions = (
        {"week": 4, "lever": "marketing.hype", "setting": 0.9}, {"review": 2, "lever": "care.share_data", "setting": 0.6},
    )  # fmt: skip
    scenario = firm(decisions=decisions)
    model, still = lived(scenario), lived(firm())
    at = 2 * scenario.learning.review_weeks
    hype, data = moved(still, "marketing.hype"), moved(still, "care.share_data")
    assert moved(model, "marketing.hype") == [*hype[:4], *([0.9] * len(hype[4:]))]
    assert moved(model, "care.share_data") == [*data[:at], *([0.6] * len(data[at:]))]
    assert (still.settings_by_week == still.settings_by_week[0]).all()


def test_limits_bind_people_and_a_hold_does_more() -> None:
    decisions = (
        {"week": 2, "lever": "marketing.hype", "setting": 0.9},
        {"week": 2, "lever": "care.share_data", "setting": 0.9},
    )
    levers = {"limit": {"marketing.hype": (0.0, 0.7)}, "hold": {"care.share_data": 0.3}}
    model = lived(changed(firm(decisions=decisions), {"levers": levers}))
    assert moved(model, "marketing.hype")[-1] == 0.7
    assert set(moved(model, "care.share_data")) == {0.3}


def test_a_function_decides_by_what_a_department_sees() -> None:
    shown: list[tuple[int, str, Seen]] = []

    def decide(review: int, department: str, seen: Seen) -> Mapping[str, float]:
        shown.append((review, department, seen))
        return {"hype": min(1.0, seen.settings["hype"] + 0.1)} if department == "marketing" else {}

    scenario = firm()
    model = OrganizationModel(scenario, decide=decide)
    model.run()
    model.let_go()
    length, start = scenario.learning.review_weeks, scenario.departments["marketing"].levers["hype"].start
    assert [(r, d) for r, d, _ in shown][: len(scenario.departments)] == [(0, name) for name in scenario.departments]
    assert {field.name for field in fields(Seen)} == {"own", "shared", "appraisal", "settings"}
    chosen = moved(model, "marketing.hype")[::length]
    assert chosen == pytest.approx([min(1.0, start + 0.1 * (review + 1)) for review in range(len(chosen))])
    first, later = shown[0][2], next(seen for review, name, seen in shown if review == 1)
    assert (first.own, first.shared, first.appraisal) == (0.0, 0.0, 0.0)
    assert later.own != 0.0


@pytest.mark.parametrize(("choice", "says"), [({"hyp": 0.5}, "no lever `hyp`"), ({"hype": 1.5}, "from 0 to 1")])
def test_a_function_that_decides_nonsense_is_told(choice: dict[str, float], says: str) -> None:
    model = OrganizationModel(firm(), decide=lambda _, department, __: choice if department == "marketing" else {})
    with pytest.raises(ValueError, match=says):
        model.run()
    model.let_go()


def table(folder: Path, *, rows: str, arms: str = "") -> Path:
    (folder / "moves.csv").write_text(rows, encoding="utf-8")
    file = folder / "game.yaml"
    file.write_text(f"extends: baseline\nlearning: {{rule: human, decisions: moves.csv}}\n{arms}", encoding="utf-8")
    return file


def test_decisions_come_from_a_table_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("week,lever,setting\n9,sales.promise,0.1\n", encoding="utf-8")
    arms = "arms:\n  one: {title: One}\n  two: {title: Two, changes: {learning: {decisions: other.csv}}}\n"
    rows = "review,lever,setting\n1,marketing.hype,0.9\n\n3, sales.promise ,1\n"
    loaded = load(table(tmp_path, rows=rows, arms=arms))
    one, two = (arm.learning.decisions for arm in loaded.arms.values())
    assert [(d.review, d.week, d.lever, d.setting) for d in one] == [
        (1, None, "marketing.hype", 0.9), (3, None, "sales.promise", 1.0),
    ]  # fmt: skip
    assert [(d.review, d.week, d.lever, d.setting) for d in two] == [(None, 9, "sales.promise", 0.1)]
    before = loaded.hash
    assert load(table(tmp_path, rows=rows.replace("0.9", "0.8"), arms=arms)).hash != before


@pytest.mark.parametrize(
    ("rows", "place", "says"),
    [
        ("week,lever,setting\n1,marketing.hype,0.5\n2,marketing.hyp,0.5\n", "moves.csv:3: lever", "did you mean `marketing.hype`?"),
        ("week,lever,setting\n1,marketing.hype,1.5\n", "moves.csv:2: setting", "1.5 is not allowed: a number from 0 to 1"),
        ("week,lever,setting\nsoon,marketing.hype,0.5\n", "moves.csv:2: week", "'soon' is not allowed: a whole number from 0"),
        ("week,lever,value\n1,marketing.hype,1.5\n", "moves.csv:1", "the columns lever, setting, and week or review"),
        ("week,lever,setting\n1,marketing.hype\n", "moves.csv:2", "has 2 cells: 3, as in the first line"),
        ("", "moves.csv:1", "has other columns than decisions have"),
    ],
)  # fmt: skip
def test_faults_of_a_table_name_its_line(tmp_path: Path, rows: str, place: str, says: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(table(tmp_path, rows=rows))
    (fault,) = caught.value.faults
    assert place in str(fault)
    assert says in str(fault)


def test_a_table_that_is_not_there_is_told_where_it_is_named(tmp_path: Path) -> None:
    file = table(tmp_path, rows="")
    (tmp_path / "moves.csv").unlink()
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [(2, "learning.decisions")]
    assert "'moves.csv' there is no such file" in str(caught.value)


def test_a_decision_needs_one_week() -> None:
    decision = {"lever": "sales.promise", "setting": 0.5}
    for when in ({}, {"week": 1, "review": 1}):
        with pytest.raises(ScenarioError, match="either `week` or `review`"):
            load_dict({"extends": "baseline", "learning": {"rule": "human", "decisions": [{**decision, **when}]}})

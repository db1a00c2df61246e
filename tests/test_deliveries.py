"""What is ordered and arrives later: dates, promises, lateness as an open problem, and the survey about it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import changed, mail_order, workshop

from simulation.analysis.facts.worlds import observe
from simulation.model import columns as at
from simulation.model.layout import counter_index
from simulation.model.organization_model import OrganizationModel
from simulation.rules.delivery import (
    LEAST_MULTIPLIER,
    TICKS,
    WEEK_OF_TICKS,
    answering_lag,
    days_until_arrival,
    timeliness,
)
from simulation.scenario.library import world_files
from simulation.scenario.loading import load
from simulation.scenario.people import People

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from simulation.model.organization_model import EngineName
    from simulation.scenario.scenario import Scenario

ENGINES: tuple[EngineName, ...] = ("compiled", "plain")
# What the plain engine does is slow to try and equal to the bit (tests/test_engines_equal.py): tried before a change lands.
engines = pytest.mark.parametrize("engine", ["compiled", pytest.param("plain", marks=pytest.mark.full)])
COLUMNS = ("week", "slot", "what", "touchpoint", "first", "second")
AT_ONCE = {"people": {"survey_lag": 0.0, "survey_response": 1.0}, "survey": {"trigger": "delivery", "rate": 1.0}}
"""Everybody is asked about each delivery, and answers the same day."""
CERTAIN = {"journey": {"delivery": {"delivery": {"spread": 0.0}}}}
EVEN = {"journey": {k: {"quality_spread": 0.0} for k in ("first_order", "order_again", "delivery")}}
"""No luck in what any encounter is like."""
"""What is ordered takes 8 days: a week and a day."""


def held(speed: float = 0.5, padding: float = 0.5) -> dict[str, Any]:
    return {"levers": {"frozen": False, "hold": {"firm.speed": speed, "firm.padding": padding}}}


class Lived:
    """A model that has lived, with the events of all its weeks and who stood where at the end of each."""

    def __init__(
        self, *changes: Mapping[str, Any], engine: EngineName = "compiled", base: Scenario | None = None
    ) -> None:
        self.model = OrganizationModel(changed(base or mail_order(), *changes), engine=engine, events=True)
        logs, self.states = [], []
        while not self.model.finished:
            self.model.step()
            logs.append(self.model.events)
            self.states.append(self.model.world.engine.state.whole.copy())
        whole, real = np.concatenate([log.whole for log in logs]), np.concatenate([log.real for log in logs])
        self.events = pd.DataFrame(dict(zip(COLUMNS, whole.T, strict=True))).assign(x=real[:, 0], y=real[:, 1])
        self.weeks = len(logs)
        self.model.let_go()

    def of(self, what: int, touchpoint: str = "delivery") -> pd.DataFrame:
        k = self.model.layout.touchpoints.index(touchpoint)
        return self.events[(self.events["what"] == what) & (self.events["touchpoint"] == k)]

    @property
    def orders(self) -> pd.DataFrame:
        """Orders with their dates in days, and the weeks of these."""
        given = self.of(at.ORDERED)[["week", "slot", "first", "second", "x"]]
        given = given.rename(columns={"first": "due", "second": "promised", "x": "day"})
        return given.assign(
            arrives=given["due"] // WEEK_OF_TICKS, ends=given["promised"] // WEEK_OF_TICKS,
            late=given["promised"] < given["due"],
        )  # fmt: skip

    def count(self, name: str) -> NDArray[np.int64]:
        return self.model.counts_by_week[:, counter_index(self.model.layout, name)]


@cache
def lived(engine: EngineName = "compiled") -> Lived:
    return Lived(engine=engine)


@cache
def asked(engine: EngineName = "compiled") -> Lived:
    return Lived(AT_ONCE, engine=engine)


def pairs(frame: pd.DataFrame, week: str) -> list[tuple[int, int]]:
    return sorted(zip(frame["slot"].tolist(), frame[week].tolist(), strict=True))


# --- every order arrives, once, on its date --------------------------------------------------------------------------


@engines
def test_every_order_is_delivered_once_in_the_week_of_its_date(engine: EngineName) -> None:
    given = lived(engine)
    orders, met = given.orders, given.of(at.ENCOUNTERED)
    due = orders[orders["arrives"] < given.weeks]
    assert len(due) > 300
    assert len(due) < len(orders), "some are under way at the end"
    assert pairs(due, "arrives") == pairs(met, "week")
    under_way = given.states[-1][at.ORDER] >= 0
    assert pairs(orders[orders["arrives"] >= given.weeks], "due") == [
        (int(slot), int(given.states[-1][at.DUE, slot])) for slot in np.flatnonzero(under_way)
    ]


@engines
def test_an_order_follows_a_sale_unless_one_is_under_way(engine: EngineName) -> None:
    given = lived(engine)
    sold = pd.concat([given.of(at.ENCOUNTERED, k) for k in ("first_order", "order_again")])
    sold = sold[sold["first"] == 1]
    before = [np.full(given.states[0].shape[1], -1), *(state[at.ORDER] for state in given.states[:-1])]
    free = [before[week][slot] < 0 for week, slot in zip(sold["week"], sold["slot"], strict=True)]
    assert not all(free)
    assert sorted(set(pairs(sold[free], "week"))) == pairs(given.orders, "week")


def test_dates_are_never_before_the_order() -> None:
    orders = lived().orders
    assert (orders["day"] // 7 == orders["week"]).all()
    assert (orders["due"] / TICKS > orders["day"]).all()
    assert (orders["promised"] - np.floor((orders["day"] + 10.0) * TICKS) == 0).all()
    days = orders["due"] / TICKS - orders["day"]
    assert days.median() == pytest.approx(8.0, abs=0.6)
    assert np.log(days).std() == pytest.approx(0.5, abs=0.05)


@engines
@pytest.mark.parametrize("foresight", [0.0, 0.6, 1.0])
def test_promised_days_vary_and_follow_the_actual_ones_as_far_as_these_are_foreseen(
    engine: EngineName, foresight: float
) -> None:
    """On the log scale: median, spread and correlation as the scenario says, within four standard errors."""
    dates = {"promised_spread": 0.3, "foresight": foresight}
    orders = Lived({"journey": {"delivery": {"delivery": dates}}}, engine=engine).orders
    actual, promised = (np.log(orders[date] / TICKS - orders["day"]) for date in ("due", "promised"))
    error = 1.0 / np.sqrt(len(orders))
    assert promised.median() == pytest.approx(np.log(10.0), abs=4.0 * 1.25 * 0.3 * error)
    assert promised.std() == pytest.approx(0.3, abs=4.0 * 0.3 * error)
    assert np.corrcoef(actual, promised)[0, 1] == pytest.approx(
        foresight, abs=4.0 * (1.0 - foresight**2) * error + 1e-3
    )


def test_a_spread_of_promises_leaves_the_days_as_they_are() -> None:
    """Everybody's first order arrives to the tick when it would have."""
    spread = Lived({"journey": {"delivery": {"delivery": {"promised_spread": 0.3, "foresight": 0.5}}}})
    one, other = (given.orders.groupby("slot").first() for given in (lived(), spread))
    assert (one["due"] == other["due"]).all()
    assert (one["promised"] != other["promised"]).mean() > 0.9


def test_only_who_may_wait_for_a_delivery_has_dates() -> None:
    """The engines keep the columns of orders only where something is delivered, and then alike."""
    for engine in ENGINES:
        sizes = {
            name: len(OrganizationModel(scenario, engine=engine, population=20).world.engine.state.whole)
            for name, scenario in (("mail order", mail_order()), ("workshop", workshop()))
        }
        assert sizes == {"mail order": at.WHOLES, "workshop": at.ORDER}


def test_what_is_certain_takes_its_days() -> None:
    orders = Lived(CERTAIN).orders
    assert (orders["due"] == np.floor((orders["day"] + 8.0) * TICKS)).all()


def test_defectors_get_what_they_have_ordered() -> None:
    given = Lived({"market": {"segments": {"everybody": {"defection": 0.2}}}})
    orders = given.orders
    assert pairs(orders[orders["arrives"] < given.weeks], "arrives") == pairs(given.of(at.ENCOUNTERED), "week")
    waiting = [(s[at.ORDER] >= 0) & (s[at.STAGE] == at.DEFECTED) for s in given.states]
    assert np.sum(waiting) > 20


def test_who_leaves_the_market_takes_her_order_along() -> None:
    """Her successor has nothing under way, and gets nothing."""
    given = Lived({"market": {"exit_rate": 0.1}})
    for week, state in enumerate(given.states):
        assert (state[at.ORDER, state[at.ENTERED] == week + 1] == -1).all()
    orders = given.orders.sort_values(["slot", "week"])
    entered = np.array([state[at.ENTERED] for state in given.states])
    stays = [
        (entered[w + 1 : min(a, given.weeks - 1) + 1, s] <= w).all()
        for w, s, a in zip(orders["week"], orders["slot"], orders["arrives"], strict=True)
    ]
    assert not all(stays)
    arrived = orders[np.array(stays) & (orders["arrives"] < given.weeks)]
    assert pairs(arrived, "arrives") == pairs(given.of(at.ENCOUNTERED), "week")


# --- what is late is an open problem, and nothing but its arrival cures it -------------------------------------------


@engines
def test_problems_are_orders_past_their_promise(engine: EngineName) -> None:
    """Nothing fails but dates: at each week's end the open problems are the orders promised by then that are not here."""
    given = lived(engine)
    seen = 0
    for week, state in enumerate(given.states):
        end = (week + 1) * WEEK_OF_TICKS
        waits = (state[at.ORDER] >= 0) & (state[at.PROMISED] < end) & (state[at.STAGE] == at.CUSTOMER)
        assert np.array_equal(state[at.CASE] >= 0, waits)
        assert given.count("open_problems")[week] == waits.sum()
        seen += int(waits.sum())
    assert seen > 50


@engines
def test_lateness_opens_and_arrival_closes(engine: EngineName) -> None:
    given = lived(engine)
    orders = given.orders
    opened = orders[orders["late"] & (orders["ends"] < orders["arrives"]) & (orders["ends"] < given.weeks)]
    closed = opened[opened["arrives"] < given.weeks]
    for name, weeks in (("cases", opened["ends"]), ("resolved", closed["arrives"])):
        by_week = np.bincount(weeks, minlength=given.weeks)
        assert given.count(f"{name}@delivery").tolist() == by_week.tolist()
    assert 50 < len(closed) < len(opened)


@engines
def test_a_contact_cannot_close_what_is_late(engine: EngineName) -> None:
    """Not even one that closes everything else: cases = resolved by arrival + open."""
    given = lived(engine)
    assert len(given.of(at.ENCOUNTERED, "call")) > 20
    assert given.count("resolved@call").sum() == 0
    total = given.count("cases@delivery").cumsum() - given.count("resolved@delivery").cumsum()
    assert total.tolist() == given.count("open_problems").tolist()


def test_the_same_contact_closes_what_is_broken() -> None:
    given = Lived(CERTAIN, {"journey": {"delivery": {"failure": 1.0}}})
    assert not given.orders["late"].any()
    assert given.count("resolved@call").sum() > 50
    assert given.count("resolved@delivery").sum() == 0


@engines
def test_a_contact_closes_what_is_broken_though_the_next_order_is_under_way(engine: EngineName) -> None:
    """Nothing is late here: whoever calls about what is broken has it closed, whatever else she waits for."""
    given = Lived(CERTAIN, {"journey": {"delivery": {"failure": 1.0}}}, engine=engine)
    seen = 0
    for call in given.of(at.ENCOUNTERED, "call").to_dict("records"):
        before, after = (given.states[call["week"] - 1 + later][:, call["slot"]] for later in (0, 1))
        if before[at.ORDER] >= 0 and after[at.ORDER] >= 0:
            assert before[at.CASE] >= 0 > after[at.CASE]
            seen += 1
    assert seen > 20


@engines
def test_a_late_arrival_does_not_cure_what_was_wrong_with_an_earlier_one(engine: EngineName) -> None:
    """All is late and all breaks: the first arrival closes what was late, then what broke stays broken for good."""
    late = {"failure": 1.0, "delivery": {"promised_days": 1.0}}
    given = Lived(CERTAIN, {"journey": {"delivery": late, "call": {"resolution": 0.0}}}, engine=engine)
    arrived = given.of(at.ENCOUNTERED)
    buyers = arrived["slot"].nunique()
    assert len(arrived) > 1.5 * buyers
    assert given.count("resolved@delivery").sum() == buyers


@engines
def test_problems_are_resolved_open_or_lost(engine: EngineName) -> None:
    """With failures, calls and defection all at once; who defects takes her problem along."""
    given = Lived(
        {"market": {"segments": {"everybody": {"defection": 0.05}}}, "journey": {"delivery": {"failure": 0.3}}},
        engine=engine,
    )
    total = [sum(given.count(f"{n}@{k}") for k in given.model.layout.touchpoints) for n in ("cases", "resolved")]
    lost = (total[0] - total[1]).cumsum() - given.count("open_problems")
    assert (np.diff(lost) >= 0).all()
    assert (np.diff(lost) <= given.count("defections")[1:]).all()
    assert lost[-1] > 0
    assert given.count("resolved@call").sum() > 0
    assert given.count("resolved@delivery").sum() > 0


def test_waiting_hurts_and_is_booked_where_it_was_promised() -> None:
    """The ledger's pain of open problems stands at the delivery; without lateness there is none."""
    k = mail_order_touchpoint("delivery")
    late = Lived(EVEN).model
    punctual = Lived(EVEN, CERTAIN).model
    assert late.world.ledger[k, :, 1].sum() < 2 * punctual.world.ledger[k, :, 1].sum() <= 0


def mail_order_touchpoint(name: str) -> int:
    return list(mail_order().journey).index(name)


# --- a wait longer than is usual -------------------------------------------------------------------------------------

PLAIN_PEOPLE = {**EVEN, "people": {"norm_spread": 0.0, "will_learning": 0.0, "should_learning": 0.0, "lateness": 0.0,
                           "promise_to_will": 0.0, "promise_to_should": 0.0, "lateness_limit": 60.0, "wait_pain": 0.1}}  # fmt: skip
"""People who feel the days of a delivery and nothing else of it."""


def patient(patience: float) -> dict[str, Any]:
    return {"market": {"segments": {"everybody": {"patience": patience, "expectation": 0.7}}}}


@engines
def test_the_longer_a_delivery_takes_the_worse_it_is_felt(engine: EngineName) -> None:
    """By the rule: .1 x (1 - .5) for every week beyond the usual 8 days, passed on as any quality is."""
    given = Lived(PLAIN_PEOPLE, patient(0.5), engine=engine)
    people, orders = given.model.layout.people, given.orders
    felt = given.of(at.ENCOUNTERED).set_index(["slot", "week"])["x"]
    here = orders[orders["arrives"] < given.weeks].set_index(["slot", "arrives"])
    days = (here["due"] - np.floor(here["day"] * TICKS)) / TICKS
    quality = 0.70 - 0.05 * (days - 8.0) / 7.0
    gap = (1.0 - people.assimilation) * quality + people.assimilation * 0.7 - 0.7
    expected = people.anchor + np.where(gap >= 0.0, people.performance_gain, people.performance_loss) * gap
    assert felt.sort_index().to_numpy() == pytest.approx(expected.sort_index().to_numpy(), abs=1e-12)
    assert np.ptp(felt) > 0.05


def test_who_has_all_the_patience_in_the_world_does_not_mind_the_days() -> None:
    felt = Lived(PLAIN_PEOPLE, patient(1.0)).of(at.ENCOUNTERED)["x"]
    assert np.ptp(felt) < 1e-12


# --- who is asked, and when ------------------------------------------------------------------------------------------


@engines
def test_everybody_is_asked_once_at_arrival_or_on_the_promised_date(engine: EngineName) -> None:
    """Whichever comes first; answered at once, so that the answer stands in the week of that date."""
    given = asked(engine)
    orders = given.orders
    orders = orders.assign(asked=np.minimum(orders["arrives"], orders["ends"]))
    over = orders[orders["asked"] < given.weeks]
    answers = given.of(at.ANSWERED)
    assert pairs(over, "asked") == pairs(answers, "week")
    before = answers[answers["second"] % 2 == 1]
    assert pairs(over[over["late"]], "ends") == pairs(before, "week")
    assert 50 < len(before) < len(answers) - 50
    assert given.count("answers").sum() == len(answers)


def test_who_still_waits_is_less_satisfied() -> None:
    answers = asked().of(at.ANSWERED)
    waits = answers["second"] % 2 == 1
    assert answers[waits]["first"].mean() < answers[~waits]["first"].mean() - 1.0


def test_who_takes_her_time_answers_when_it_is_there() -> None:
    """The longer people take, the fewer answer before it has arrived; nobody answers twice."""
    shares = []
    for lag in (0.0, 3.0, 20.0):
        given = Lived(AT_ONCE, {"people": {"survey_lag": lag}})
        answers = given.of(at.ANSWERED)
        shares.append((answers["second"] % 2 == 1).mean())
        arrived = given.orders["arrives"] < given.weeks
        assert arrived.sum() <= len(answers) <= len(given.orders)
    assert shares[0] > 1.3 * shares[1] > 1.3**2 * shares[2] > 0


@engines
def test_the_answer_about_a_delivery_is_the_mean_of_that_weeks_encounters(engine: EngineName) -> None:
    """With an exponent of 1, without mood, and nothing late: the plain mean of what she met in the week of its arrival."""
    product = {"name": "Product", "owner": "firm", "channel": "product", "kind": "attractive", "quality": 0.9,
               "trigger": {"kind": "after", "follows": ("delivery",), "when": "met"}, "source": "our assumption"}  # fmt: skip
    exact = {"power_mean_exponent": 1.0, "survey_rating_noise": 0.0, "must_be_notice": 1.0}
    given = Lived(AT_ONCE, CERTAIN, {"people": exact, "journey": {"product": product}}, engine=engine)
    met = given.events[given.events["what"] == at.ENCOUNTERED]
    means = met.groupby(["slot", "week"])["x"].mean()
    answers = given.of(at.ANSWERED)
    assert len(answers) > 200
    own = given.of(at.ENCOUNTERED).set_index(["slot", "week"])["x"]
    asked_in = pd.MultiIndex.from_frame(answers[["slot", "week"]])
    assert answers["y"].to_numpy() == pytest.approx(means.loc[asked_in].to_numpy(), abs=1e-9)
    assert (abs(answers["y"].to_numpy() - own.loc[asked_in].to_numpy()) > 0.01).mean() > 0.5, "not the delivery's alone"


@engines
def test_who_lets_nothing_count_answers_as_she_remembers(engine: EngineName) -> None:
    """With a memory that the present never changes there is no mean of the week; once a division by zero."""
    unmoved = {"market": {"segments": {"everybody": {"memory": 1.0}}}, "people": {"survey_rating_noise": 0.0}}
    given = Lived(AT_ONCE, CERTAIN, unmoved, engine=engine)
    answers = given.of(at.ANSWERED)
    assert len(answers) > 200
    assert answers["y"].to_numpy() == pytest.approx(People().anchor, abs=1e-9)


def test_nobody_is_asked_about_anything_else() -> None:
    assert len(asked().events[asked().events["what"] == at.ANSWERED]) == len(asked().of(at.ANSWERED))
    assert len(lived().events[lived().events["what"] == at.ANSWERED]) > len(lived().of(at.ANSWERED)) > 0


def test_days_late_of_an_answer_are_those_of_its_order() -> None:
    """The observation of the fact world, which has no burn-in, against a loop over the events of the same 60 weeks."""
    size = {"population": 1500}
    seen = observe("marketplace", people=People(), **size).answers
    scenario = changed(load(world_files()["marketplace"]).scenario, {"horizon": {**size, "weeks": 56, "burn_in": 4}})
    given = Lived(base=scenario)
    orders = given.orders
    expected = []
    for answer in given.of(at.ANSWERED).sort_values("week", kind="stable").to_dict("records"):
        hers = orders[(orders["slot"] == answer["slot"]) & (orders["week"] <= answer["week"])].iloc[-1]
        expected.append((hers["due"] - hers["promised"]) / 1024)
    assert seen is not None
    assert sorted(seen["days_late"]) == sorted(expected)
    assert len(expected) > 200


# --- levers ----------------------------------------------------------------------------------------------------------


@cache
def at_ends(lever: str, setting: float) -> Lived:
    return Lived(held(**{lever: setting}))


def first_orders(given: Lived) -> pd.DataFrame:
    """Everybody's first order, if made after burn-in: levers move from then on."""
    first = given.orders.groupby("slot").first()
    return first[first["week"] >= 4]


def test_speed_brings_it_sooner_and_leaves_the_promise() -> None:
    """At slope -1 the ends stand at 1.5 and 0.5 times the days."""
    slow, quick = (first_orders(at_ends("speed", setting)) for setting in (0.0, 1.0))
    both = slow.join(quick.add_suffix("_quick"), how="inner")
    assert len(both) == len(slow) == len(quick) > 80
    assert (both["promised"] == both["promised_quick"]).all()
    ratio = (both["due"] / TICKS - both["day"]) / (both["due_quick"] / TICKS - both["day_quick"])
    assert ratio.to_numpy() == pytest.approx(3.0, rel=0.01)
    assert slow["late"].mean() > 0.5
    assert quick["late"].mean() < 0.2


def test_a_padded_promise_makes_nothing_arrive_sooner() -> None:
    """It moves the promised date alone: the same first orders arrive to the tick when they would have."""
    near, far = (first_orders(at_ends("padding", setting)) for setting in (0.0, 1.0))
    both = near.join(far.add_suffix("_far"), how="inner")
    assert len(both) == len(near) == len(far) > 80
    for column in ("week", "day", "due", "arrives"):
        assert (both[column] == both[f"{column}_far"]).all()
    days = [(orders["promised"] / TICKS - orders["day"]).mean() for orders in (near, far)]
    assert days == pytest.approx([5.0, 15.0], abs=0.001)
    assert near["late"].mean() > 0.6
    assert far["late"].mean() < 0.2


def test_levers_cannot_take_all_the_days_away() -> None:
    """Slopes that would end below nothing stop at a twentieth."""
    much = {"departments": {"firm": {"levers": {
        "speed": {"effects": {"delivery": {"days": {"slope": -100.0}}}},
        "padding": {"effects": {"delivery": {"promised_days": {"slope": -100.0}}}},
    }}}}  # fmt: skip
    orders = first_orders(Lived(much, held(1.0, 1.0), CERTAIN))
    assert (orders["due"] / TICKS - orders["day"]).mean() == pytest.approx(8.0 * LEAST_MULTIPLIER, abs=0.001)
    assert (orders["promised"] / TICKS - orders["day"]).mean() == pytest.approx(10.0 * LEAST_MULTIPLIER, abs=0.001)


def test_the_ledger_charges_the_days_to_whom_moved_them() -> None:
    """At the middle nobody is late by a lever; slowed down, the firm is due the pain at the delivery."""
    k = mail_order_touchpoint("delivery")
    middle, slow = Lived(held()).model, at_ends("speed", 0.0).model
    assert middle.world.ledger[k, 0].tolist() == [0, 0]
    assert slow.world.ledger[k, 0, 1] < 0


# --- the rules alone -------------------------------------------------------------------------------------------------


def test_days_by_hand() -> None:
    assert days_until_arrival(10.0, 1.2, 0.5, 0.0) == pytest.approx(12.0)
    assert days_until_arrival(10.0, 1.0, 0.5, 2.0) == pytest.approx(10.0 * np.e)
    assert days_until_arrival(10.0, -3.0, 0.0, 0.0) == 10.0 * LEAST_MULTIPLIER


@given(st.floats(-1000, 1000), st.floats(0, 1), st.floats(0, 60))
def test_late_is_never_better_than_in_time_nor_early_worse(days: float, per_day: float, limit: float) -> None:
    part = timeliness(days, per_day, limit)
    assert abs(part) <= per_day * limit
    assert part * days <= 0.0
    assert timeliness(-days, per_day, limit) == -part


def test_answering_takes_its_time() -> None:
    """Half of the answers within the median time, few at once."""
    assert answering_lag(2.0, 0.0) == 2.0
    assert answering_lag(2.0, 2.0) == pytest.approx(2.0 * np.e)
    assert answering_lag(2.0, -2.0) == pytest.approx(2.0 / np.e)
    assert answering_lag(0.0, 3.0) == 0.0

"""Each statistic finds what was put into made-up observations, and does not find it where it was left out."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from simulation.analysis.facts import answers, measures, purchases, ratings, responses
from simulation.analysis.facts.facts import facts
from simulation.analysis.facts.measures import STATISTICS, Observations, measure

KINDS = {f"m{i}": "must_be" for i in range(4)} | {f"p{i}": "performance" for i in range(6)}


def luck(seed: int) -> np.random.Generator:
    """The same draws whatever other tests drew; helpers and tests take different seeds."""
    return np.random.Generator(np.random.PCG64(seed))


def made_answers(*, days: list[float], stars: list[float], **others: object) -> pd.DataFrame:
    """Answers with plain values in the columns that a test does not speak of."""
    rest = {"total_days": 10.0, "answered_before_delivery": False, "writes": False, "reordered": False}
    return pd.DataFrame({"person": range(len(days)), "days_late": days, "stars": stars, **rest, **others})


# --- answers ----------------------------------------------------------------------------------------------------------


def test_bands_of_days_late_take_each_answer_once() -> None:
    """An answer at every edge: each lies in the band that ends there."""
    edges = [-12.0, -10.0, -5.0, -2.0, 0.0, 2.0, 5.0, 10.0, 11.0]
    seen = measure(Observations(answers=made_answers(days=edges, stars=[9, 8, 7, 6, 5, 4, 3, 2, 1])))
    assert [seen[key] for key in ("C01", "C02", "C03", "C04", "C05", "C06")] == [7, 5, 4, 3, 2, 1]
    assert seen["C07"] == (9 + 8) / 2 - 5


def test_loss_aversion_is_the_ratio_of_two_slopes() -> None:
    """0.3 stars lost per day late, 0.02 gained per day early; and symmetric people."""
    days = luck(1).uniform(-10, 5, 4000)
    asymmetric = 4 - np.where(days > 0, 0.3 * days, 0.02 * days)
    assert answers.local_loss_aversion(made_answers(days=days, stars=4 - 0.1 * days)) == pytest.approx(1.0)
    # The later band's line starts at the promise, the early bands' mean lies a day before it: a little off 15.
    assert answers.local_loss_aversion(made_answers(days=days, stars=asymmetric)) == pytest.approx(
        15 * 3.5 / 4.5, rel=0.03
    )
    assert math.isnan(answers.local_loss_aversion(made_answers(days=[-1.0, 3.0], stars=[4, 3])))


def test_loss_aversion_of_the_published_bands_is_near_the_published_ratio() -> None:
    """C08 from C01, C02 and C04 with deliveries in the middles of the bands: within 3 %."""
    known = facts()
    bands = made_answers(days=[-7.5, -1.0, 3.5], stars=[known[key].value for key in ("C01", "C02", "C04")])
    assert answers.local_loss_aversion(bands) == pytest.approx(known["C08"].value, rel=0.03)


def test_waiting_is_told_from_settled() -> None:
    late = made_answers(
        days=[0.5, 2.0, 3.0, 4.0, 5.0], stars=[5, 1, 2, 4, 3], answered_before_delivery=[True, True, True, False, True]
    )
    assert answers.share_waiting(late) == 0.75  # half a day late does not count
    assert answers.stars_of_late(late, waiting=True) == 2.0
    assert answers.stars_of_late(late, waiting=False) == 4.0


def test_speed_counts_among_orders_in_time_only() -> None:
    total = np.array([2.0, 4.0, 9.0, 30.0])
    frame = made_answers(days=[-3, -1, 0, 5], stars=5 - 0.1 * total, total_days=total)
    assert answers.stars_per_day_in_time(frame) == pytest.approx(-0.1)
    frame.loc[3, "stars"] = -50.0  # the late one
    assert answers.stars_per_day_in_time(frame) == pytest.approx(-0.1)
    assert answers.stars_per_day_in_time(frame.assign(stars=3.0)) == 0.0


def test_shares_writers_and_repeats() -> None:
    frame = made_answers(
        days=[0.0] * 8,
        stars=[1, 1, 2, 3, 4, 5, 5, 5],
        writes=[True, True, False, False, False, True, False, False],
        reordered=[True, False, False, True, False, True, False, False],
    )
    assert answers.share_of_stars(frame, stars=1) == 0.25
    assert answers.share_of_stars(frame, stars=5) == 0.375
    assert answers.writers(frame, stars=1) == 1.0
    assert answers.writers(frame, stars=5) == pytest.approx(1 / 3)
    assert answers.repeat_ratio(frame) == pytest.approx((1 / 4) / (1 / 3))
    assert math.isnan(answers.repeat_ratio(frame.assign(reordered=False)))


# --- ratings ----------------------------------------------------------------------------------------------------------


def made_ratings(people: int = 4000, *, halo: float = 0.6, noise: float = 0.7) -> pd.DataFrame:
    """Ratings around 4 with a person's own tone; not rounded, so that what was put in can be found to the digit."""
    draw = luck(2)
    stars = 4 + halo * draw.normal(size=(people, 1)) + noise * draw.normal(size=(people, len(KINDS)))
    stars = np.clip(stars, 1, 5)
    stars[draw.random(stars.shape) < 0.1] = np.nan
    return pd.DataFrame(stars, columns=list(KINDS)).assign(person=range(people), overall=np.nan, recommend=np.nan)


@pytest.mark.parametrize("exponent", [-1.0, 0.0, 0.5, 1.0, 2.0])
def test_the_exponent_that_was_put_in_is_found(exponent: float) -> None:
    frame = made_ratings(halo=0.3, noise=1.2)
    frame["overall"] = ratings.power_mean(frame[list(KINDS)].to_numpy(), exponent)
    assert ratings.best_exponent(frame, KINDS) == exponent


def test_the_mean_explains_what_it_makes_up() -> None:
    """Overall is the mean plus noise of the same variance: half is explained; pure noise: nothing."""
    frame = made_ratings(20000)
    mean = frame[list(KINDS)].mean(axis=1)
    noise = luck(3).normal(size=len(frame)) * mean.std()
    assert ratings.explained_by_mean(frame.assign(overall=mean + noise), KINDS) == pytest.approx(0.5, abs=0.02)
    assert ratings.explained_by_mean(frame.assign(overall=noise), KINDS) < 0.002


def test_slopes_of_losses_and_gains_are_found_by_kind() -> None:
    frame = made_ratings()
    stars = frame[list(KINDS)]
    away = (stars - stars.mean()).fillna(0.0)
    must, more = list(KINDS)[:4], list(KINDS)[4:]
    frame["overall"] = 4 + 0.04 * away[must].clip(upper=0).sum(axis=1) + 0.06 * away[more].sum(axis=1)
    found = ratings.slopes_by_kind(frame, KINDS)
    assert found["must_be"] == pytest.approx((0.04, 0.0), abs=1e-9)
    assert found["performance"] == pytest.approx((0.06, 0.06), abs=1e-9)
    seen = measure(Observations(ratings=frame, kinds=KINDS))
    assert (seen["C18"], seen["C19"], seen["C20"]) == pytest.approx((1.0, 0.04, 0.0), abs=1e-6)


def test_slopes_are_not_told_where_nothing_varies() -> None:
    frame = made_ratings(100).assign(overall=3.0, m0=4.0, m1=4.0, m2=4.0, m3=4.0)
    assert np.isnan(ratings.slopes_by_kind(frame, KINDS)["must_be"]).all()


def test_promoters_are_nine_and_ten() -> None:
    frame = pd.DataFrame({"overall": [3, 3, 3, 5, 5, 3], "recommend": [9, 8, 0, 10, 9, np.nan]})
    assert ratings.promoters(frame, overall=3) == pytest.approx(1 / 3)
    assert ratings.promoters(frame, overall=5) == 1.0
    assert math.isnan(ratings.promoters(frame, overall=4))


def test_the_tone_of_a_person_is_the_correlation_of_her_ratings() -> None:
    """ICC(1) = .36 / (.36 + .49); without a tone, nothing."""

    def plain(halo: float) -> pd.DataFrame:
        draw = luck(4)
        stars = 4 + halo * draw.normal(size=(5000, 1)) + 0.7 * draw.normal(size=(5000, len(KINDS)))
        stars[draw.random(stars.shape) < 0.2] = np.nan
        return pd.DataFrame(stars, columns=list(KINDS)).assign(overall=4.0)

    assert ratings.within_person(plain(0.6), KINDS) == pytest.approx(0.36 / 0.85, abs=0.02)
    assert ratings.within_person(plain(0.0), KINDS) == pytest.approx(0.0, abs=0.01)


def test_intra_class_correlation_of_a_published_example() -> None:
    """Six targets, four judges: Shrout & Fleiss 1979 print ICC(1, 1) = .17."""
    table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    frame = pd.DataFrame(table, columns=list("abcd"), dtype=float).assign(overall=3.0)
    assert ratings.within_person(frame, dict.fromkeys("abcd", "performance")) == pytest.approx(0.166, abs=0.001)


# --- purchases --------------------------------------------------------------------------------------------------------


def made_orders(counts: list[int], *, money: float = 10.0) -> pd.DataFrame:
    """So many orders of each person, a week apart."""
    rows = [(person, 7.0 * k, money) for person, count in enumerate(counts) for k in range(count)]
    return pd.DataFrame(rows, columns=["person", "day", "money"])


def bgnbd_orders(people: int, *, r: float, alpha: float, a: float, b: float, until: float) -> pd.DataFrame:
    """Orders drawn from the BG/NBD model itself: a first one in the first 80 days, then at a person's own rate."""
    draw, rows = luck(5), []
    for person in range(people):
        rate, leaves, day = draw.gamma(r) / alpha, draw.beta(a, b), float(draw.uniform(0, 80))
        while day <= until:
            rows.append((person, day, 10.0))
            # Whoever has bought for the first time always stays; later purchases may be the last.
            if rate * until < 1e-6 or (len(rows) > 1 and rows[-2][0] == person and draw.random() < leaves):
                break
            day += float(draw.exponential(1 / rate))
    return pd.DataFrame(rows, columns=["person", "day", "money"])


def test_who_orders_again_by_number_of_order() -> None:
    orders = made_orders([1, 1, 2, 4, 5, 6])
    assert purchases.order_again(orders, after=1) == pytest.approx(4 / 6)
    assert purchases.order_again(orders, after=4) == pytest.approx(2 / 3)
    assert purchases.order_again(orders, after=6) == 0.0
    assert math.isnan(purchases.order_again(orders, after=7))


def test_the_top_fifth_of_equals_spends_a_fifth() -> None:
    assert purchases.share_of_top_fifth(made_orders([2] * 50)) == pytest.approx(0.2)
    assert purchases.share_of_top_fifth(made_orders([1] * 8 + [16] * 2)) == pytest.approx(32 / 40)


def test_recency_and_frequency() -> None:
    """Two orders on one day are one purchase; what comes after the end does not count; the first is in no mean."""
    orders = pd.DataFrame(
        [("a", 1.2, 5.0), ("a", 4.1, 7.0), ("a", 4.9, 3.0), ("a", 20.0, 9.0), ("b", 8.0, 4.0), ("c", 30.5, 1.0)],
        columns=["person", "day", "money"],
    )
    table = purchases.recency_frequency(orders, 30.0)
    assert list(table.columns) == ["customer_id", "frequency", "recency", "T", "monetary_value"]
    assert table.to_numpy().tolist() == [
        ["a", 2.0, 19.0, 29.0, 9.5],
        ["b", 0.0, 0.0, 22.0, 0.0],
        ["c", 0.0, 0.0, 0.0, 0.0],
    ]
    assert len(purchases.recency_frequency(orders, 29.0)) == 2


def test_bgnbd_finds_the_parameters_that_made_the_orders() -> None:
    """5,000 buyers with parameters like those of CDNOW: drop-out .75 / 3 = .25, told from .10 in a second shop."""
    given = {"r": 0.6, "alpha": 40.0, "a": 0.75, "b": 2.25}
    orders = bgnbd_orders(5000, until=500.0, **given)
    fitted = purchases.fit_bgnbd(purchases.recency_frequency(orders, 500.0))
    assert fitted.r / fitted.alpha == pytest.approx(0.6 / 40, rel=0.1)
    assert fitted.mean_drop_out == pytest.approx(0.25, abs=0.03)
    loyal = bgnbd_orders(3000, until=500.0, **{**given, "a": 0.3, "b": 2.7})
    assert purchases.mean_drop_out(loyal, 500.0) == pytest.approx(0.10, abs=0.03)


def test_bgnbd_likelihood_of_two_people_by_hand() -> None:
    """One purchase after the first at t = 1 of T = 2, and none in T = 2, with r = alpha = a = b = 1."""
    log_likelihood = purchases._log_likelihood(
        np.array([1.0, 0.0]), np.array([1.0, 0.0]), np.full(2, 2.0), 1.0, 1.0, 1.0, 1.0
    )
    # A = 1/2; stays: 3^-2; left: 1 / (1 + 1 - 1) 2^-2. Nothing bought: 3^-1.
    assert np.exp(log_likelihood) == pytest.approx([0.5 * (1 / 9 + 1 / 4), 1 / 3])


def test_bgnbd_needs_somebody_who_came_back() -> None:
    with pytest.raises(ValueError, match="bought again"):
        purchases.fit_bgnbd(purchases.recency_frequency(made_orders([1, 1, 1]), 50.0))
    assert math.isnan(purchases.mean_drop_out(made_orders([1, 1, 1]), 50.0))


# --- responses --------------------------------------------------------------------------------------------------------


def test_success_is_a_hazard() -> None:
    """Of four called once one succeeds; of the three called again, one: a third, not a quarter."""
    rows = [(0, 1, True), (1, 1, False), (2, 1, False), (3, 1, False), (1, 2, True), (2, 2, False), (3, 2, False)]
    contacts = pd.DataFrame(rows, columns=["person", "contact", "success"])
    assert responses.success_at(contacts, contact=1) == 0.25
    assert responses.success_at(contacts, contact=2) == pytest.approx(1 / 3)
    assert math.isnan(responses.success_at(contacts, contact=5))


def test_uplift_is_treated_minus_others() -> None:
    trial = pd.DataFrame({"treated": [True] * 4 + [False] * 4, "visited": [True] * 3 + [False] * 4 + [True]})
    assert responses.uplift(trial, outcome="visited") == 0.5
    assert responses.uplift(trial.assign(visited=True), outcome="visited") == 0.0


def test_close_rate_is_by_source() -> None:
    leads = pd.DataFrame({"source": ["social", "social", "paid_search"], "closed": [True, False, True]})
    assert (responses.close_rate(leads, source="social"), responses.close_rate(leads, source="paid_search")) == (
        0.5,
        1.0,
    )


# --- the catalogue ----------------------------------------------------------------------------------------------------


def test_every_fact_has_its_own_statistic() -> None:
    named = [fact.statistic for fact in facts().values()]
    assert sorted(named) == sorted(STATISTICS)


def everything(people: int = 400) -> Observations:
    """Observations of all worlds at random."""
    draw = luck(6)
    stars = draw.integers(1, 6, people)
    yes = {name: draw.random(people) < 0.5 for name in ("a", "b", "c")}
    rated = made_ratings(people).assign(overall=stars, recommend=draw.integers(0, 11, people))
    rated[list(KINDS)] = rated[list(KINDS)].round()
    return Observations(
        answers=made_answers(
            days=list(draw.uniform(-15, 15, people)), stars=stars, total_days=draw.uniform(1, 30, people),
            answered_before_delivery=yes["a"], writes=yes["b"], reordered=yes["c"],
        ),
        ratings=rated,
        kinds=KINDS,
        orders=made_orders([int(n) for n in draw.integers(1, 8, people)]),
        until=90.0,
        contacts=pd.DataFrame({"person": range(people), "contact": draw.integers(1, 6, people), "success": yes["a"]}),
        trial=pd.DataFrame({"person": range(people), "treated": yes["a"], "visited": yes["b"], "ordered": yes["c"]}),
        leads=pd.DataFrame({"source": np.where(yes["a"], measures.SOCIAL, measures.PAID_SEARCH), "closed": yes["b"]}),
    )  # fmt: skip


def test_all_worlds_together_measure_all_facts() -> None:
    seen = measure(everything())
    assert list(seen) == list(facts())
    assert all(math.isfinite(value) for value in seen.values()), seen


def test_a_world_measures_the_facts_that_name_it() -> None:
    frames = {"marketplace": ("answers",), "airport": ("ratings",), "shop": ("orders",), "call_campaign": ("contacts",),
              "email_trial": ("trial",), "lead_funnel": ("leads",)}  # fmt: skip
    for fact in facts().values():
        assert STATISTICS[fact.statistic].frame in frames[fact.world]
    assert set(measure(Observations(leads=everything(20).leads))) == {"C33", "C34"}


def test_empty_frames_measure_nothing_and_raise_nothing() -> None:
    full = everything(10)
    empty = Observations(
        **{
            name: getattr(full, name).iloc[:0]
            for name in ("answers", "ratings", "orders", "contacts", "trial", "leads")
        },
        kinds=KINDS,
        until=90.0,
    )
    assert all(math.isnan(value) for value in measure(empty).values())

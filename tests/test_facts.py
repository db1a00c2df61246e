"""The facts, the contrast of each, the committed split, and the judging rule at its edges."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from simulation.analysis.facts.contrasts import CONTRASTS, TOLERANCE, band_of, value_of
from simulation.analysis.facts.facts import DESIGNS, WORLDS, facts
from simulation.analysis.facts.judging import judge, score
from simulation.analysis.facts.split import MECHANISMS, fitted_facts, mechanism_of

KEYS = [f"C{number:02}" for number in range(1, 37)]
MEASURED = {key: fact.value for key, fact in facts().items()}


def replications(figures: dict[str, float], *, n: int = 3) -> pd.DataFrame:
    """So many replications that all give the same figures."""
    return pd.DataFrame([figures] * n)


# --- the data ---------------------------------------------------------------------------------------------------------


def test_there_are_36_facts_in_order() -> None:
    assert list(facts()) == KEYS
    assert len({fact.says for fact in facts().values()}) == 36


@pytest.mark.parametrize("key", KEYS)
def test_a_fact_is_whole(key: str) -> None:
    fact = facts()[key]
    assert fact.design in DESIGNS
    assert fact.world in WORLDS
    assert "published by" in fact.source
    assert fact.n > 50
    assert math.isnan(fact.low) == math.isnan(fact.high) == (key == "C24")
    assert key == "C24" or fact.low <= fact.value <= fact.high


def test_designs_are_as_the_model_page_says() -> None:
    by_design = {design: {key for key, fact in facts().items() if fact.design == design} for design in DESIGNS}
    assert by_design["randomized"] == {"C31", "C32"}
    assert by_design["observational, confounded by selection"] == {"C10", "C11", "C29", "C30"}


# --- the contrasts ----------------------------------------------------------------------------------------------------


def test_every_fact_has_a_contrast_that_it_is_part_of() -> None:
    assert list(CONTRASTS) == KEYS
    assert all(key in contrast.of for key, contrast in CONTRASTS.items())
    assert len({contrast.says for contrast in CONTRASTS.values()}) == 36


def test_a_contrast_stays_within_one_world() -> None:
    assert all(len({facts()[key].world for key in contrast.of}) == 1 for contrast in CONTRASTS.values())


@pytest.mark.parametrize("key", KEYS)
def test_an_interval_and_a_band_hold_what_was_measured(key: str) -> None:
    band = band_of(CONTRASTS[key])
    assert key == "C24" or band.low <= band.measured <= band.high
    assert band.accepts(band.measured)
    assert band.accepted_high - band.accepted_low >= 2 * TOLERANCE * abs(band.measured) * (1 - 1e-9)


def test_no_two_judgments_are_the_same_number() -> None:
    """Nor one the other's negative or inverse: under figures drawn at random each pair differs in all of these."""
    luck = np.random.Generator(np.random.PCG64(1))
    drawn = [{key: value * (1 + 0.1 * luck.random()) for key, value in MEASURED.items()} for _ in range(2)]
    values = {key: [float(value_of(contrast, figures)) for figures in drawn] for key, contrast in CONTRASTS.items()}
    for first, second in itertools.combinations(KEYS, 2):
        (a0, a1), (b0, b1) = values[first], values[second]
        for change_b in (b1 - b0, b0 - b1, 1 / b1 - 1 / b0):
            assert a1 - a0 != pytest.approx(change_b, rel=1e-9), (first, second)


def test_judgments_are_as_many_as_there_are_figures() -> None:
    """The 36 contrasts, as functions of the 36 figures, have full rank: no small change of people escapes them all."""
    step = 1e-6
    rows = []
    for contrast in CONTRASTS.values():
        moved = [value_of(contrast, {**MEASURED, key: MEASURED[key] * (1 + step)}) for key in KEYS]
        rows.append((np.array(moved) - value_of(contrast, MEASURED)) / step / abs(band_of(contrast).measured))
    assert np.linalg.matrix_rank(np.array(rows), tol=1e-4) == 36


def test_a_level_that_stays_the_same_meets_none_of_its_contrasts() -> None:
    """The same 4.2 stars, the same share, the same chance everywhere: every contrast between two figures is missed."""
    forms = ("difference", "ratio", "above the worst")
    between_two = {key: contrast for key, contrast in CONTRASTS.items() if contrast.form in forms}
    for key, contrast in between_two.items():
        level = float(np.mean([MEASURED[other] for other in contrast.of]))
        assert not band_of(contrast).accepts(value_of(contrast, dict.fromkeys(contrast.of, level))), key
    assert len(between_two) == 20


def test_the_interval_of_a_difference_by_hand() -> None:
    """C33 - C34: the halves (.0170, .0109 up and .0153, .0135 down) added as squares."""
    band = band_of(CONTRASTS["C33"])
    assert band.high - band.measured == pytest.approx(math.hypot(0.0170, 0.0110), abs=1e-4)
    assert band.measured - band.low == pytest.approx(math.hypot(0.0153, 0.0135), abs=1e-4)


def test_the_interval_of_a_ratio_by_hand() -> None:
    """C36, .7839 / .3613: up by its own upper half over .3613, and by the lower half of the other."""
    band = band_of(CONTRASTS["C36"])
    up = math.hypot(0.0245 / 0.3613, 0.0129 * 0.7839 / 0.3613**2)
    assert band.high - band.measured == pytest.approx(up, rel=1e-3)


# --- the rule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "rule", "inside", "outside"),
    [
        ("C31", "15 %", [0.0766 * 0.85, 0.0766 * 1.15, 0.0832], [0.0766 * 0.849, 0.0766 * 1.151]),
        ("C32", "interval", [0.005, 0.0086], [0.00499, 0.00861]),
        ("C17", "interval", [0.5, 0.75], [0.49, 0.76]),
        ("C24", "15 %", [0.4269 * 0.85, 0.4269 * 1.15], [0.36, 0.5]),
        ("C12", "interval", [-0.0263, -0.0136], [-0.0264, -0.0135, 0.02]),
    ],
)
def test_the_wider_of_interval_and_tolerance_decides(
    key: str, rule: str, inside: list[float], outside: list[float]
) -> None:
    band = band_of(CONTRASTS[key])
    assert band.rule == rule
    assert [band.accepts(value) for value in inside] == [True] * len(inside)
    assert [band.accepts(value) for value in outside] == [False] * len(outside)


def test_the_measured_figures_meet_everything() -> None:
    table = judge(replications(MEASURED))
    assert list(table["fact"]) == KEYS
    assert table["met"].all()
    assert table["clear"].all()
    assert str(score(table)) == "36 of 36 met: 16 of 16 fitted, 20 of 20 only checked"


def test_what_was_not_measured_is_not_met() -> None:
    """A missing column, or nothing but NaN, also where another fact's contrast needs it."""
    without = {key: value for key, value in MEASURED.items() if key != "C11"}
    table = judge(replications({**without, "C30": math.nan})).set_index("fact")
    assert list(table.index[~table["met"]]) == ["C02", "C11", "C29", "C30"]
    assert list(table.loc[["C11", "C30"], "n"]) == [0, 0]


def test_contrasts_are_taken_within_replications() -> None:
    """Two figures that rise and fall together leave their difference without spread."""
    moved = [{**MEASURED, "C33": MEASURED["C33"] + by, "C34": MEASURED["C34"] + by} for by in (-0.02, 0.0, 0.02)]
    row = judge(pd.DataFrame(moved)).set_index("fact").loc["C33"]
    assert row["simulated"] == pytest.approx(0.0674)
    assert row["simulated_high"] - row["simulated_low"] < 1e-9


def test_a_narrow_margin_is_said() -> None:
    """The mean lies in the band, one end of its interval does not; or the mean lies outside and an end inside."""
    values = {
        "in, wide": [0.0051, 0.0061, 0.0055],
        "out, wide": [0.0081, 0.0092, 0.0087],
        "out": [0.01, 0.0101, 0.0102],
    }
    said = {}
    for name, figures in values.items():
        row = judge(pd.DataFrame({"C32": figures})).set_index("fact").loc["C32"]
        said[name] = bool(row["met"]), bool(row["clear"])
    assert said == {"in, wide": (True, False), "out, wide": (False, False), "out": (False, True)}


def test_a_ratio_to_nothing_is_not_met() -> None:
    table = judge(replications({**MEASURED, "C34": 0.0})).set_index("fact")
    assert table.loc["C34", "n"] == 0
    assert not table.loc["C34", "met"]


def test_a_column_that_is_no_fact_is_refused() -> None:
    with pytest.raises(ValueError, match="C99"):
        judge(pd.DataFrame({"C99": [1.0]}))


# --- the split --------------------------------------------------------------------------------------------------------


def test_every_fact_is_fitted_or_checked_and_never_both() -> None:
    listed = [key for mechanism in MECHANISMS for key in (*mechanism.fitted, *mechanism.checked)]
    assert sorted(listed) == KEYS
    assert set(mechanism_of()) == set(KEYS)


def test_at_least_twelve_facts_are_never_fitted() -> None:
    assert len(set(KEYS) - fitted_facts()) >= 12


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda mechanism: mechanism.name)
def test_every_mechanism_has_a_check(mechanism: object) -> None:
    assert mechanism.checked  # type: ignore[attr-defined]
    assert all((mechanism.fitted | mechanism.checked).values())  # type: ignore[attr-defined]


def test_how_far_satisfaction_moves_repurchase_is_never_fitted() -> None:
    assert "C15" not in fitted_facts()

"""How far the headline rests on people: every parameter is tried, and the pictures say what the table says."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from test_charts import assert_legible, drawn_texts, message

from simulation.analysis.people_sensitivity import HEADLINES, REPURCHASE, nudges, people_sensitivity, settings_of
from simulation.scenario.people import People
from simulation.views.sensitivity import SHOWN, draw_sensitivity, sensitivity_pages
from simulation.views.sensitivity_words import meaning, words_of
from simulation.views.style import WIDTH, look

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

NOW = ("", math.nan)
TINY = {"population": 300, "burn_in": 4, "weeks": 20}
DULL = (("survey_lag", 2.5), ("lateness", 0.03))
"""Nothing is delivered by a date in the reference firm, and nobody there is asked by mail."""
TOLD = ("anchor", 0.6)


# --- what is run ------------------------------------------------------------------------------------------------------


def test_every_parameter_is_tried_within_its_range() -> None:
    given = settings_of()
    assert given[0][0] == ""
    assert math.isnan(given[0][1])
    assert {name for name, _ in given[1:]} == set(People.model_fields)
    for name, value in given[1:]:
        People.model_validate({name: value})  # raises where a value is out of range
    assert len({*given[1:]}) == len(given) - 1  # nothing is run twice


@pytest.mark.parametrize("name", People.model_fields)
def test_both_sides_where_there_is_room(name: str) -> None:
    value, sides = getattr(People(), name), nudges(name)
    tried = [v for key, v in settings_of() if key == name]
    assert set(sides.values()) <= set(tried)
    for side, beyond in (("lower", value - 0.01), ("higher", value + 0.01)):
        try:
            People.model_validate({name: beyond})
        except ValueError:
            continue
        assert side in sides
        assert (sides[side] < value) == (side == "lower")


def test_the_sweep_of_repurchase_is_run() -> None:
    tried = [value for name, value in settings_of() if name == "repurchase_sensitivity"]
    assert {*REPURCHASE} <= {*tried}
    assert min(tried) == 0.0


# --- what comes out ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny() -> pd.DataFrame:
    return people_sensitivity(replications=2, horizon=TINY, settings=[NOW, *DULL, TOLD])


def test_a_row_for_each_setting_and_headline(tiny: pd.DataFrame) -> None:
    assert len(tiny) == 4 * len(HEADLINES)
    assert (tiny["n"] == 2).all()
    assert (tiny["low"] <= tiny["mean"]).all()
    assert (tiny["mean"] <= tiny["high"]).all()


def test_what_nothing_uses_changes_nothing(tiny: pd.DataFrame) -> None:
    dull = tiny[tiny["parameter"].isin(["", *(name for name, _ in DULL)])]
    assert len(dull) == 3 * len(HEADLINES)
    assert (dull[["change", "change_low", "change_high"]] == 0.0).all(axis=None)
    assert (dull["mean"].nunique(), tiny["mean"].nunique()) == (len(HEADLINES), 2 * len(HEADLINES))


def test_what_everybody_feels_changes_every_headline(tiny: pd.DataFrame) -> None:
    told = tiny[tiny["parameter"] == TOLD[0]].reset_index()
    assert (told["change"].abs() > 1e-6).all()
    before = tiny[tiny["parameter"] == ""].reset_index()
    assert told["mean"].to_numpy() == pytest.approx((before["mean"] + told["change"]).to_numpy())


def test_a_setting_does_not_depend_on_its_neighbours(tiny: pd.DataFrame) -> None:
    alone = people_sensitivity(replications=2, horizon=TINY, settings=[NOW, TOLD])
    both = tiny[tiny["parameter"].isin(["", TOLD[0]])].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, both, check_exact=True)


# --- the pictures -----------------------------------------------------------------------------------------------------


def made_up(*, replications: int = 10, size: float = 1.0) -> pd.DataFrame:
    """A table of all settings: the further down a parameter stands in `People`, the more it changes."""
    order = {name: place for place, name in enumerate(People.model_fields)}
    luck = np.random.Generator(np.random.PCG64(4))
    rows = []
    for name, value in settings_of():
        for headline, level in (("silos", -3.0), ("sharing", 0.8), ("sharing_profit", 120.0)):
            now = name == "" or value == getattr(People(), name)
            change = 0.0 if now else size * (order[name] - 10) * luck.choice([-1.0, 1.0]) / 100
            change = 0.0 if not now and order[name] < 10 else change
            rows.append((name, value, headline, replications, level + change, level + change - 0.3, level + change + 0.3,
                         change, change - 0.05 * size * (not now), change + 0.05 * size * (not now)))  # fmt: skip
    columns = ["parameter", "value", "headline", "n", "mean", "low", "high", "change", "change_low", "change_high"]
    return pd.DataFrame(rows, columns=columns)


TABLES = {
    "usual": made_up,
    "two replications": lambda: made_up(replications=2),
    "one replication": lambda: made_up(replications=1).assign(
        low=math.nan, high=math.nan, change_low=math.nan, change_high=math.nan
    ),
    "nothing moves": lambda: made_up(size=0.0),
}


def pages(table: pd.DataFrame) -> dict[str, Figure]:
    with look():
        return sensitivity_pages(table)


@cache
def shown(table: str) -> dict[str, Figure]:
    return pages(TABLES[table]())


def said(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what a page says, each text in one line."""
    with look():
        return [text.get_text().replace("\n", " ") for text in drawn_texts(figure, monkeypatch)]


@pytest.mark.parametrize(
    "table", ["usual", *(pytest.param(few, marks=pytest.mark.full) for few in ("one replication", "two replications"))]
)
def test_texts_stay_on_the_page_and_apart(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with look():
        for figure in shown(table).values():
            words = " ".join(text.get_text() for text in assert_legible(figure, monkeypatch))
            assert not re.findall(r"[a-z0-9]_[a-z0-9]|\bnan\b", words)
            assert figure.get_figwidth() == WIDTH


@pytest.mark.parametrize("parameter", People.model_fields)
def test_every_parameter_has_words_that_fit(parameter: str) -> None:
    from simulation.views.sensitivity import MEANING, NAME
    from simulation.views.style import text_width, wrapped

    assert text_width(words_of(parameter), bold=True) < NAME - 0.05
    assert wrapped(meaning(parameter), width=MEANING - 0.15).count("\n") <= 1
    assert not re.search(r"Source|\*|\[0-1\]|_", meaning(parameter))


@pytest.mark.parametrize("headline", ["silos", "sharing"])
def test_the_largest_are_shown_with_their_words(headline: str, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = said(shown("usual")[headline], monkeypatch)
    largest = list(People.model_fields)[-SHOWN:]
    assert [text for text in texts if text in {words_of(name) for name in People.model_fields}] == [
        words_of(name) for name in reversed(largest)
    ]
    assert {meaning(name) for name in largest} <= set(texts)
    rest = len(People.model_fields) - SHOWN
    # Ten before the eleventh change nothing, and so does the eleventh: (10 - 10) / 100.
    assert any(f"The other {rest} parameters" in text and "11 of them not at all" in text for text in texts)


def test_a_loss_counts_upwards() -> None:
    table = made_up()
    raised = (table["parameter"] == "survey_detractor") & (table["value"] > People().survey_detractor)
    table.loc[raised, ["change", "change_low", "change_high"]] = (-1.5, -1.9, -1.1)
    drawn = pages(table)
    assert message(drawn["silos"]).startswith("Loyalty lost by silos: 3.0 points (2.7 to 3.3)")
    assert message(drawn["silos"]).endswith("Moved most by survey detractor: +1.50 at the higher value")
    assert message(drawn["sharing"]).startswith("Loyalty gained by sharing with sight: 0.8 points (0.5 to 1.1)")
    assert message(drawn["sharing"]).endswith("Moved most by survey detractor: -1.50 at the higher value")
    bars = [bar for bar in drawn["silos"].axes[0].patches if abs(bar.get_width()) == pytest.approx(1.5)]
    assert [bar.get_width() > 0 for bar in bars] == [True]


def test_only_clear_changes_are_claimed() -> None:
    few, still = shown("two replications"), shown("nothing moves")
    for name in ("silos", "sharing"):
        assert "too few to tell" in message(few[name])
        assert message(still[name]).endswith("No parameter of people moves it clearly")
    assert "too few to tell" in message(few["repurchase"])
    assert "about as much as now" in message(still["repurchase"])


def test_settings_that_leave_the_headline_standing_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    table = made_up(size=0.0)
    fallen = (table["headline"] == "sharing") & (table["parameter"] == "norm_spread")
    table.loc[fallen, "low"] = -0.1
    settings = len(settings_of()) - 1
    notes = " ".join(said(pages(table)["sharing"], monkeypatch))
    assert f"In {settings - 2} of all {settings} settings run it stays clearly above zero" in notes
    assert "stays clearly above" not in " ".join(said(shown("two replications")["sharing"], monkeypatch))


def test_the_sweep_stands_where_the_table_says() -> None:
    table = made_up()
    table.loc[table["value"] == 6.0, ["change_low", "change_high"]] = (-0.1, 0.1)
    panel = pages(table)["repurchase"].axes[0]
    marks = sorted(float(line.get_xdata()[0]) for line in panel.lines if line.get_marker() == "o")
    assert marks == sorted({*REPURCHASE, People().repurchase_sensitivity})
    none = table.query("parameter == 'repurchase_sensitivity' and value == 0 and headline == 'silos'")["mean"].item()
    (drawn,) = (line.get_ydata()[0] for line in panel.lines if line.get_marker() == "o" and line.get_xdata()[0] == 0)
    assert drawn == pytest.approx(-none)
    white = {
        line.get_xdata()[0]
        for line in panel.lines
        if line.get_marker() == "o" and line.get_markerfacecolor() == "white"
    }
    assert white == {People().repurchase_sensitivity, 6.0}  # people as they are, and what is not clearly other


def test_a_table_of_other_people_is_refused() -> None:
    table = made_up()
    table.loc[table["parameter"] == "lateness", "value"] += 0.01
    with pytest.raises(ValueError, match="lacks lateness"):
        pages(table)


def test_pictures_are_written_from_the_stored_table(tmp_path: Path) -> None:
    stored = tmp_path / "sensitivity.csv"
    made_up().to_csv(stored, index=False, float_format="%.6g")
    written = draw_sensitivity(pd.read_csv(stored), tmp_path)
    assert [path.name for path in written] == ["silos.png", "sharing.png", "repurchase.png"]
    assert sorted(tmp_path.iterdir()) == sorted([stored, *written])

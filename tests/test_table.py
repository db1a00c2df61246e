"""The printed summary: plain words, honest, legible in narrow terminals and without colour."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console
from synthetic import SyntheticComparison, reference_firm, synthetic_comparison, tiny_firm

from simulation.views.table import print_summary
from simulation.views.words import Row, amount, amount_with_sign, decimals_for, interval_words, joined, size_words


def printed(comparison: SyntheticComparison, *, width: int = 100, encoding: str = "utf-8") -> str:
    """What a terminal of this width shows."""
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    print_summary(comparison, Console(file=file, width=width))
    file.seek(0)
    return file.read()


@pytest.fixture(scope="module")
def comparison() -> SyntheticComparison:
    """The four arms of the headline comparison."""
    return synthetic_comparison(reference_firm(), replications=4, weeks=60)


@pytest.mark.parametrize("width", [80, 100, 200])
def test_fits_the_terminal(comparison: SyntheticComparison, width: int) -> None:
    """No line is wider than the terminal and nothing is shortened to fit."""
    text = printed(comparison, width=width)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    assert "…" not in text


def test_shows_every_row_in_plain_words(comparison: SyntheticComparison) -> None:
    """Loyalty to profit at equal bonus, each department's KPI with its unit; no key of the scenario."""
    text = printed(comparison, width=200)
    firm = comparison.scenario
    for name in ["Loyalty", "NPS", "Retention", "Complaints", "Profit", "Bonus spend", "Profit at equal bonus"]:
        assert text.count(f" {name}") >= 2, name
    for department in firm.departments.values():
        for kpi in department.kpis:  # a long name may go on in the next line
            assert text.count(f" {department.name}: {firm.kpis[kpi].name.split()[0]}") == 2, kpi
    assert not re.findall(r"[a-z]_[a-z]|\bnan\b", text)


def test_identical_arms_are_said_to_be_the_same() -> None:
    """Arms identical to the bit: every cell says so, and no sentence claims anything."""
    text = printed(synthetic_comparison(reference_firm(), replications=4, weeks=60, effect=0.0))
    assert "▲" not in text.replace("▲ better", "")
    assert "▼" not in text.replace("▼ worse", "")
    assert not re.search(r"(higher|lower) by", text)
    assert text.count("exactly the same") == 3 * 15 + 3 * 2


def test_says_which_way_and_how_much(comparison: SyntheticComparison) -> None:
    """The sentence carries the summary's own numbers."""
    summary = comparison.summary
    row = (summary["metric"] == "loyalty") & (summary["arm"] == "shared_and_pooled")
    changed = summary.assign(
        difference=summary["difference"].mask(row, -3.1),
        difference_low=summary["difference_low"].mask(row, -4.2),
        difference_high=summary["difference_high"].mask(row, -2.0),
    )
    text = " ".join(printed(replace(comparison, summary=changed)).split())
    assert "“Shared metrics and shared sight”: loyalty is lower by 3.1" in text
    assert re.search(r"loyalty is lower by 3\.10? points \(2\.00? to 4\.20?\)", text)


def test_one_replication_claims_nothing() -> None:
    """A single replication has no interval, so nothing is better or worse."""
    text = printed(synthetic_comparison(tiny_firm(), replications=1, weeks=8))
    assert "too few replications to tell" in " ".join(text.split())
    assert not re.search(r"(higher|lower) by", text)


def with_loyalty(comparison: SyntheticComparison, **values: float) -> SyntheticComparison:
    """The comparison with another row for loyalty in the last arm."""
    summary = comparison.summary
    row = (summary["metric"] == "loyalty") & (summary["arm"] == "shared_and_pooled")
    return replace(comparison, summary=summary.assign(**{k: summary[k].mask(row, v) for k, v in values.items()}))


HALF = {"difference": 0.5, "difference_low": 0.5, "difference_high": 0.5}


def test_two_replications_tell_nothing(comparison: SyntheticComparison) -> None:
    """Neither two that agree by luck nor an interval from two that leaves out zero is told as a finding."""
    for low, high in ((77.7, 77.7), (77.4, 78.0)):
        values = {"difference": 77.7, "difference_low": low, "difference_high": high}
        text = " ".join(printed(with_loyalty(comparison, **values, replications=2)).split())
        assert "loyalty comes from too few replications to tell (2)" in text
        assert "too few replications to tell" in text.split("Difference to")[1].split("NPS")[0]
        assert "77." not in text


@pytest.mark.parametrize(("replications", "told"), [(3, False), (5, False), (6, True), (20, True)])
def test_no_spread_is_no_certainty(comparison: SyntheticComparison, replications: int, *, told: bool) -> None:
    """The same difference in every replication: no interval without width is printed, and six are needed to tell."""
    text = " ".join(printed(with_loyalty(comparison, **HALF, replications=replications), width=200).split())
    assert "(0.5 to 0.5)" not in text
    assert "(0.50 to 0.50)" not in text
    assert bool(re.search(r"loyalty is higher by 0\.50? points \(in every replication\)", text)) == told
    assert bool(re.search(r"\+0\.50? \(in every replication\) ▲", text)) == told
    assert ("loyalty comes from too few replications" in text) != told


def test_one_arm_has_one_table() -> None:
    """With one arm there is nothing to compare with."""
    assert "Difference" not in printed(synthetic_comparison(tiny_firm(arms=1), replications=2, weeks=8))


def test_many_arms_are_stacked() -> None:
    """Six arms: all are shown in a narrow terminal, over several tables."""
    text = " ".join(printed(synthetic_comparison(tiny_firm(arms=6), replications=2, weeks=8)).split())
    assert text.count("What each arm reaches") == 2
    assert text.count("number 5") >= 2


def test_survives_a_terminal_without_unicode(comparison: SyntheticComparison) -> None:
    """Old Windows consoles get signs of plain letters instead of an error."""
    text = printed(comparison, encoding="cp437")
    assert "(+) better, (-) worse" in text


ROW = Row(
    metric="x",
    label="X",
    unit="points",
    better="higher",
    arm="a",
    mean=61.0,
    low=60.0,
    high=62.0,
    difference=3.1,
    difference_low=2.0,
    difference_high=4.2,
    replications=4,
)


@pytest.mark.parametrize(
    ("low", "high", "better", "verdict"),
    [
        (2.0, 4.2, "higher", "better"),
        (2.0, 4.2, "lower", "worse"),
        (-4.2, -2.0, "lower", "better"),
        (-0.1, 4.2, "higher", ""),
        (0.0, 4.2, "higher", ""),
        (0.0, 0.0, "higher", ""),
        (float("nan"), float("nan"), "higher", ""),
        (2.0, 4.2, "", ""),
    ],
)
def test_verdict(low: float, high: float, better: str, verdict: str) -> None:
    """Better or worse only where the interval leaves out zero and a direction is wished for."""
    row = replace(ROW, difference=(low + high) / 2, difference_low=low, difference_high=high, better=better)
    assert row.verdict == verdict


def test_numbers_in_words() -> None:
    """Hand-worked: rounding never shows a minus zero, nor lets a clear interval touch zero."""
    assert amount(-0.04) == "0.0"
    assert amount(1234.56) == "1,234.6"
    assert amount(float("nan")) == "-"
    assert amount_with_sign(0.04) == "0.0"
    assert amount_with_sign(-1.25, decimals=2) == "-1.25"
    assert interval_words(0.004, 4.2, decimals=1) == "0.004 to 4.200"
    assert interval_words(-0.04, 4.2, decimals=1) == "0.0 to 4.2"
    assert size_words(-4.2, -2.0, decimals=1) == "2.0 to 4.2"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert decimals_for([ROW]) == 1
    assert decimals_for([replace(ROW, difference_low=3.08, difference_high=3.12)]) == 2
    assert decimals_for([replace(ROW, mean=2500.0, difference_low=-40.0, difference_high=40.0)]) == 0

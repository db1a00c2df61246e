"""Every chart draws what it should: legible, inside its page, in plain words, without a claim that nothing backs."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from itertools import combinations
from subprocess import run
from typing import TYPE_CHECKING

import matplotlib as mpl
import pytest
from matplotlib.text import Text
from synthetic import reference_firm, synthetic_comparison, tiny_firm

from simulation.views.charts import CHARTS, draw_all
from simulation.views.style import DPI, SMALL, WIDTH, arm_style, look, text_width, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import Figure
    from synthetic import SyntheticComparison

SMALL_RUN = {"replications": 3, "weeks": 60}
COMPARISONS = {
    "reference": lambda: synthetic_comparison(reference_firm(), **SMALL_RUN),
    "identical": lambda: synthetic_comparison(reference_firm(), **SMALL_RUN, effect=0.0),
    "long names": lambda: synthetic_comparison(tiny_firm(), **SMALL_RUN),
    "one arm": lambda: synthetic_comparison(tiny_firm(arms=1), **SMALL_RUN),
    "one replication": lambda: synthetic_comparison(tiny_firm(), replications=1, weeks=3),
    "six arms": lambda: synthetic_comparison(tiny_firm(arms=6), **SMALL_RUN),
}

LAYOUTS = ["reference", "long names", "one arm", "one replication", pytest.param("six arms", marks=pytest.mark.full)]


@pytest.fixture(scope="module", params=LAYOUTS)
def comparison(request: pytest.FixtureRequest) -> SyntheticComparison:
    """Comparisons that differ in what makes a layout hard."""
    return COMPARISONS[request.param]()


def pages(comparison: SyntheticComparison, chart: str) -> Iterator[Figure]:
    """The pages of a chart, in the look."""
    with look():
        yield from CHARTS[chart](comparison).values()


def drawn_texts(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> list[Text]:
    """The texts that a figure really draws (a hidden tick label is none)."""
    seen: list[Text] = []
    original = Text.draw

    def note(self: Text, renderer: RendererBase) -> None:
        if self.get_visible() and self.get_text().strip():
            seen.append(self)
        original(self, renderer)

    with monkeypatch.context() as patch:
        patch.setattr(Text, "draw", note)
        figure.canvas.draw()
    return list({id(text): text for text in seen}.values())


def assert_legible(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> list[Text]:
    """No text is cut off by the page's edge, none lies on another, none is small; return the texts."""
    texts = drawn_texts(figure, monkeypatch)
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    for words, box in boxes:
        assert box.x0 >= figure.bbox.x0, words
        assert box.y0 >= figure.bbox.y0, words
        assert box.x1 <= figure.bbox.x1, words
        assert box.y1 <= figure.bbox.y1, words
    for (first, one), (second, other) in combinations(boxes, 2):
        assert not one.padded(-3).overlaps(other.padded(-3)), f"{first!r} lies on {second!r}"
    assert min(float(text.get_fontsize()) for text in texts) >= SMALL
    return texts


def message(figure: Figure) -> str:
    """The page's title, in one line."""
    return str(figure.texts[0].get_text()).replace("\n", " ")


@pytest.mark.parametrize("chart", CHARTS)
def test_texts_stay_on_the_page_and_apart(
    chart: str, comparison: SyntheticComparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    for figure in pages(comparison, chart):
        assert_legible(figure, monkeypatch)
        assert figure.get_figwidth() >= 12.8


@pytest.mark.parametrize("chart", CHARTS)
def test_no_raw_names(chart: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts call things as people do: no key of the scenario appears as such."""
    comparison = COMPARISONS["reference"]()
    for figure in pages(comparison, chart):
        words = " ".join(text.get_text() for text in drawn_texts(figure, monkeypatch))
        assert not re.findall(r"[a-z0-9]_[a-z0-9]|[a-z]+\.[a-z]+\.[a-z]|\bnan\b", words)


@pytest.mark.parametrize("chart", CHARTS)
def test_identical_arms_make_no_claim(chart: str) -> None:
    """Where nothing differs between arms, no title says that something does."""
    comparison = COMPARISONS["identical"]()
    titles = comparison.arm_titles
    for figure in pages(comparison, chart):
        title = message(figure)
        compares = sum(f"“{name}”" in title for name in titles.values()) > 1 or "Against" in title
        assert not compares or "no clear difference" in title.lower() or title.startswith("At no touchpoint"), title


def test_titles_name_who_differs_and_who_does_not() -> None:
    """The last arm is built to end four points higher, the second to equal the first but for its own luck."""
    comparison = COMPARISONS["reference"]()
    summary = comparison.summary
    row = (summary["metric"] == "loyalty") & (summary["arm"] == "shared_and_pooled")
    covering = comparison.summary.assign(
        difference_low=summary["difference_low"].mask(row, -1.0),
        difference_high=summary["difference_high"].mask(row, 8.0),
    )
    last = comparison.arm_titles["shared_and_pooled"]
    clear, unclear = (
        message(next(pages(one, "loyalty_difference"))) for one in (comparison, replace(comparison, summary=covering))
    )
    assert re.search(rf"higher under .*“{last}” \(\+", clear)
    assert re.search(rf"no clear difference under .*“{last}”", unclear)
    assert f"“{last}” (" not in unclear


def test_a_single_arm_has_no_difference() -> None:
    """With nothing to compare with, the chart of differences is left out, not empty."""
    assert list(pages(COMPARISONS["one arm"](), "loyalty_difference")) == []


@pytest.mark.full
def test_same_numbers_same_bytes(tmp_path: Path) -> None:
    """Drawing twice gives the same files, byte by byte, in PNG and SVG, and leaves matplotlib as it was."""
    comparison = COMPARISONS["long names"]()
    before = dict(mpl.rcParams)
    first, second = (draw_all(comparison, tmp_path / name, formats=("png", "svg")) for name in ("a", "b"))
    assert dict(mpl.rcParams) == before
    assert {path.suffix for path in first} == {".png", ".svg"}
    assert [path.name for path in first] == [path.name for path in second]
    assert all(one.read_bytes() == other.read_bytes() for one, other in zip(first, second, strict=True))


def test_pictures_are_png_unless_asked(tmp_path: Path) -> None:
    """One PNG per page, as wide as the look says, and nothing else."""
    written = draw_all(COMPARISONS["one arm"](), tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(written)
    assert {path.suffix for path in written} == {".png"}
    widths = {int.from_bytes(path.read_bytes()[16:20], "big") for path in written}  # the PNG header's first number
    assert min(widths) == round(WIDTH * DPI)


def test_pain_that_a_department_lessens_counts_down() -> None:
    """A cell below zero is shown with its minus and takes from its row's total: 5 - 2 = 3."""
    comparison = COMPARISONS["one arm"]()
    ledger = comparison.ledger.assign(pain=0.0)
    here = ledger["touchpoint"] == "visit"
    ledger.loc[here & (ledger["due"] == "doctors"), "pain"] = -2.0
    ledger.loc[here & (ledger["due"] == "unattributed"), "pain"] = 5.0
    (figure,) = pages(replace(comparison, ledger=ledger), "felt_versus_caused")
    shown = [text.get_text() for text in figure.axes[0].texts]
    assert shown.count("\N{MINUS SIGN}2.0") == 2  # the cell and its column's total
    assert shown.count("3.0") == 2  # the row's total and the whole
    assert "below zero: lessens the pain" in " ".join(text.get_text() for text in figure.texts).replace("\n", " ")


def test_two_replications_make_no_claim() -> None:
    """From two replications no title says that anything differs or moves."""
    comparison = synthetic_comparison(reference_firm(), replications=2, weeks=60, effect=20.0)
    for chart in CHARTS:
        for figure in pages(comparison, chart):
            assert not re.search(r"clearly (better|worse|above)|higher|lower|rises|falls|less pain|more pain|goes from",
                                 message(figure)), message(figure)  # fmt: skip


def test_names_with_dollars_are_not_mathematics(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is shown letter by letter: `$5 a_visit` is no formula."""
    (figure,) = pages(COMPARISONS["long names"](), "journey_curve")
    assert any("$5 a_visit" in text.get_text().replace("\n", " ") for text in drawn_texts(figure, monkeypatch))


def test_no_pyplot() -> None:
    """Drawing needs no window system and no global figures."""
    script = "import sys, simulation.views.charts; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert run([sys.executable, "-c", script], check=False).returncode == 0


def test_arms_differ_without_colour() -> None:
    """Six arms have six markers and six lines; the eight colours differ too."""
    styles = [arm_style(position) for position in range(6)]
    assert len({style.marker for style in styles}) == 6
    assert len({style.line for style in styles}) == 6
    assert len({arm_style(position).colour for position in range(8)}) == 8


@pytest.mark.parametrize("text", ["a few short words that need two lines", "Donaudampfschifffahrtsgesellschaft", ""])
def test_wrapped_lines_fit(text: str) -> None:
    """No wrapped line is wider than asked, and no letter is lost."""
    lines = wrapped(text, width=1.5).split("\n")
    assert all(text_width(line) <= 1.5 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")

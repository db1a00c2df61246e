"""Reports in a real browser without a network: no request leaves, no error shows, nobody is shut out, it prints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from in_browser import serious

from simulation.analysis.choosing import overridden
from simulation.analysis.comparison import compare
from simulation.analysis.storage import provenance
from simulation.analysis.stories import tell
from simulation.scenario.library import shipped
from simulation.scenario.loading import load
from simulation.views.report import write_report
from simulation.views.story.page import add_stories

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.full

WIDE, PHONE = 1280, 360


TELLING = ("cx_council", "pool_or_own", "silo_vs_shared", "software_vendor")
"""Two firms, councils, many arms: the others are opened in the long tier."""
SCENARIOS = [
    name if name in TELLING else pytest.param(name, marks=pytest.mark.long)
    for name in sorted(shipped())
    if name != "baseline"
]


@pytest.fixture(scope="module", params=SCENARIOS)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of each shipped scenario, from a short comparison of a small market."""
    of = compare(request.param, replications=3, population=200, weeks=30, workers=1)
    path = tmp_path_factory.mktemp(request.param) / "report.html"
    return write_report(of, path, told=provenance(of, command=["silosim", "compare", request.param, "--report"]))


class Opened:
    """A page with all that it asked for and said."""

    def __init__(self, browser: Browser, path: Path, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.context.set_default_timeout(60_000)
        self.page: Page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.url = path.as_uri()
        self.page.goto(self.url)

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def test_it_opens_alone_for_everybody_and_prints(report: Path, browser: Browser) -> None:
    assert report.stat().st_size < 5_000_000
    with Opened(browser, report, viewport={"width": WIDE, "height": 800}, offline=True) as opened:
        page = opened.page
        assert page.locator("[data-chart] svg").count() == 3
        assert page.locator("[data-panels] svg").count() == page.locator("[data-panels] h3").count() > 0
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDE
        pdf = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 5
        assert opened.asked == [opened.url]
        assert opened.said == []
    # axe is put into the page from outside, which its policy forbids to everybody else.
    with Opened(browser, report, viewport={"width": WIDE, "height": 800}, offline=True, bypass_csp=True) as opened:
        for theme in ("light", "dark"):
            opened.page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            assert serious(opened.page) == [], theme


def test_on_a_phone_nothing_sticks_out(report: Path, browser: Browser) -> None:
    with Opened(browser, report, viewport={"width": PHONE, "height": 740}, color_scheme="dark") as opened:
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= PHONE
        assert opened.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 24, 27)"
        assert opened.said == []


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One report for what a reader may do with it."""
    of = compare("silo_vs_shared", replications=3, population=200, weeks=30, workers=1)
    return write_report(of, tmp_path_factory.mktemp("one") / "report.html", told=provenance(of))


def test_arms_metrics_and_theme_can_be_switched(one: Path, browser: Browser) -> None:
    with Opened(browser, one, viewport={"width": WIDE, "height": 800}) as opened:
        page = opened.page
        lines = page.locator("#chart-customers svg g[stroke^='var(--a'][fill='none']")
        assert lines.count() == 4
        page.locator(".switch summary").click()
        page.locator("[data-arm='1']").uncheck()
        assert lines.count() == 3
        assert not page.locator(".of-1").first.is_visible()
        page.locator("[data-arm='1']").check()
        assert page.locator("li.of-1").first.is_visible()
        page.locator(".switch summary").click()

        chart = page.locator("#chart-customers")
        chart.locator("[data-metric]").select_option(label="NPS")
        assert "NPS [points]" in chart.inner_text()
        chart.locator("[data-mode]").select_option("difference")
        assert lines.count() == 3
        chart.locator("details summary").click()
        assert "difference to the first arm" in chart.locator("caption").inner_text()

        chart.locator("svg").first.hover()
        assert "Week" in chart.locator("[data-chart]").inner_text()

        before = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.locator("[data-theme-switch]").click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before
        assert opened.said == []


def test_terms_explain_themselves_by_keyboard(one: Path, browser: Browser) -> None:
    with Opened(browser, one, viewport={"width": WIDE, "height": 800}) as opened:
        term = opened.page.locator("#answer .term").first
        term.focus()
        opened.page.keyboard.press("Enter")
        shown = opened.page.locator(".pop:popover-open")
        assert shown.count() == 1
        assert "95" in shown.inner_text()
        opened.page.keyboard.press("Escape")
        assert shown.count() == 0


def test_without_scripts_the_figures_are_there(one: Path, browser: Browser) -> None:
    with Opened(browser, one, viewport={"width": WIDE, "height": 800}, java_script_enabled=False) as opened:
        page = opened.page
        assert page.locator("#customers table").first.is_visible()
        assert page.locator(".map").is_visible()
        assert page.locator("noscript p").first.is_visible()
        assert not page.locator(".bar").is_visible()


def test_a_hostile_name_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    from test_report import hostile

    of = hostile()
    path = write_report(of, tmp_path / "report.html", told=provenance(of))
    with Opened(browser, path) as opened:
        opened.page.on("dialog", lambda dialog: pytest.fail(f"a script of a name ran: {dialog.message}"))
        opened.page.locator("#chart-customers svg").first.hover()
        assert opened.page.locator("img").count() == 0
        assert opened.said == []
        assert opened.asked == [opened.url]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story of two customers of a small market."""
    loaded = overridden(load("silo_vs_shared"), {"population": 150, "weeks": 30})
    found = tell(loaded.arms, ("siloed", "shared"), seed=7, customers=(5, 42))
    folder = tmp_path_factory.mktemp("story")
    add_stories(found, folder, scenario=loaded.arms["siloed"], titles=loaded.arm_titles, command=["silosim", "story"])
    return folder / "story.html"


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_a_story_opens_alone_for_everybody(story: Path, browser: Browser, width: int) -> None:
    with Opened(browser, story, viewport={"width": width, "height": 800}, offline=True, bypass_csp=True) as opened:
        page = opened.page
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
        assert page.locator(".turns li").count() > 4
        assert [url for url in opened.asked if not url.startswith("data:")] == [opened.url]
        assert serious(page) == []
        assert opened.said == []

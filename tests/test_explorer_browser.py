"""The explorer in a real browser without a network: moved by keyboard, refused in words, heard by a screen reader."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from in_browser import CHROMIUM, serious
from playwright.sync_api import expect

from simulation.analysis.comparison import compare
from simulation.scenario.loading import load
from simulation.views.web.explorer.figures import figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.full

ROOT = Path(__file__).resolve().parent.parent
SIZES = ((1920, 1080), (1366, 768), (360, 740))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A page of a small market, served by the command itself."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    expect.set_options(timeout=60_000)
    command = [sys.executable, "-m", "simulation", "explore", "silo_vs_shared", "--no-browser"]
    size = ["--population", "100", "--weeks", "20", "--replications", "3"]
    with subprocess.Popen([*command, *size], cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        yield next(found[0] for line in server.stderr if (found := re.search(r"http://\S+", line)))
        server.terminate()


class Opened:
    """A tab with all that it asked for and said."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.context = browser.new_context(**({"viewport": {"width": 1366, "height": 768}} | options))
        self.context.set_default_timeout(60_000)
        self.page: Page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(address)
        self.final()

    def final(self) -> None:
        """Wait for the last answer to what was moved."""
        self.page.wait_for_selector("#found[data-stage=final]:not(.stale)")

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def test_it_needs_nobody_else_and_shuts_nobody_out(address: str, browser: Browser) -> None:
    with Opened(browser, address) as opened:
        home = address.partition("/open/")[0]
        assert all(url.startswith((home, home.replace("http", "ws"))) for url in opened.asked)
        assert opened.page.locator("#courses canvas").count() == 3
        for width, height in SIZES:
            opened.page.set_viewport_size({"width": width, "height": height})
            assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.said == []
    # axe is put into the page from outside, which its policy forbids to everybody else.
    with Opened(browser, address, bypass_csp=True) as opened:
        opened.page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        for theme in ("light", "dark"):
            opened.page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            assert serious(opened.page) == [], theme


def test_a_move_by_keyboard_is_lived_told_saved_and_kept(address: str, browser: Browser, tmp_path: Path) -> None:
    with Opened(browser, address) as opened:
        page = opened.page
        page.locator("#target").select_option("siloed")
        slider = page.get_by_label("Weight of shared metrics", exact=True)
        slider.focus()
        page.keyboard.press("End")
        page.wait_for_selector("#found.stale")
        opened.final()
        assert "Weight of shared metrics: 1, only in Own KPI only" in page.locator("#moves").inner_text()
        assert slider.evaluate("(each) => each === document.activeElement")
        heard = page.locator("#live").inner_text()
        assert "All 3 replications of 100 people are in" in heard

        with page.expect_download() as saving:
            page.get_by_role("button", name="Save as a scenario").click()
        saving.value.save_as(tmp_path / "mine.yaml")
        found = compare(load(tmp_path / "mine.yaml"), workers=1)
        assert found.arms["siloed"].incentives.shared_weight == 1.0
        loyalty = figures(found)["lines"][0]
        shown = page.locator("#lines .line").first.inner_text()
        assert f"Own KPI only: {loyalty['level']} ({loyalty['level_span']})" in shown
        assert all(cell["words"] in shown and cell["span"] in shown for cell in loyalty["cells"])

        with page.expect_download() as reporting:
            page.get_by_role("link", name="Download the report").click()
        assert reporting.value.suggested_filename == "silo_vs_shared_explored_report.html"
        reporting.value.save_as(tmp_path / "report.html")
        assert all(title in (tmp_path / "report.html").read_text("utf-8") for title in found.arm_titles.values())

        page.reload()
        opened.final()
        assert page.locator("#moves li").count() == 4  # people, weeks and replications were moved by the command
        page.get_by_role("button", name="Put back Weight of shared metrics").click()
        expect(page.locator("#moves li")).to_have_count(3)
        assert opened.said == []


def test_what_cannot_be_is_told_at_its_knob(address: str, browser: Browser) -> None:
    with Opened(browser, address) as opened:
        page = opened.page
        page.locator("#groups details", has_text="People and time").locator("summary").click()
        weeks = page.get_by_label("Weeks", exact=True)
        weeks.fill("9.5")
        weeks.press("Enter")
        fault = page.locator("[data-key='horizon.weeks'] .fault")
        expect(fault).to_contain_text("a whole number from 1 to 5,200")
        assert weeks.get_attribute("aria-invalid") == "true"
        weeks.fill("21")
        weeks.press("Enter")
        expect(fault).to_have_text("")
        opened.final()
        assert opened.said == []


def test_an_arm_is_added_left_out_and_removed(address: str, browser: Browser) -> None:
    with Opened(browser, address) as opened:
        page = opened.page
        page.get_by_role("button", name="Add", exact=True).click()
        page.wait_for_selector("#arm-variant_1")
        opened.final()
        assert page.locator("#key li").count() == 5
        page.locator("#arm-shared").uncheck()
        expect(page.locator("#key li")).to_have_count(4)
        opened.final()
        page.get_by_role("button", name="Remove Variant 1 of Own KPI only").click()
        page.wait_for_selector("#arm-variant_1", state="detached")
        opened.final()
        page.locator("#arm-shared").check()
        expect(page.locator("#key li")).to_have_count(4)
        opened.final()
        page.get_by_label("Compared with").select_option("shared")
        expect(page.locator("#differences-head")).to_have_text("Difference to “Half the weight on shared metrics”")
        opened.final()
        assert page.locator("#answer").inner_text().startswith("Against “Half the weight on shared metrics”")
        page.locator("#arm-shared").uncheck()  # what is no longer compared is nothing to compare with
        expect(page.locator("#differences-head")).to_have_text("Difference to “Own KPI only”")
        expect(page.get_by_label("Compared with")).to_have_value("siloed")
        assert opened.said == []

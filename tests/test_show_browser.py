"""The story in a real browser without a network: it plays, follows, changes a rule, speaks to the speaker, and shuts nobody out."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import uvicorn
from in_browser import serious

from simulation.analysis.choosing import overridden
from simulation.scenario.loading import load
from simulation.views.web.serving import bound
from simulation.views.web.show.acting import Playbill
from simulation.views.web.show.pages import Stage, show_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.full

SIZES = [(1920, 1080), (1366, 768), (360, 740)]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A small story on a free port of this machine."""
    loaded = overridden(load("silo_vs_shared"), {"population": 300, "weeks": 26})
    arms = {
        name: arm.model_copy(update={"horizon": arm.horizon.model_copy(update={"burn_in": 8})})
        for name, arm in loaded.arms.items()
    }
    bill = Playbill(arms=arms, titles=loaded.arm_titles, left="siloed", right="shared_and_pooled", people=60)
    served = bound()
    stage = Stage(bill, worker=ThreadPoolExecutor(1))
    server = uvicorn.Server(uvicorn.Config(show_app(stage), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [served.socket]})
    thread.start()
    yield served.url()
    server.should_exit = True
    thread.join()
    served.socket.close()


class Opened:
    """A page with all that it asked for and said."""

    def __init__(self, browser: Browser, address: str, *, width: int = 1366, height: int = 768) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        self.context.set_default_timeout(60_000)
        self.asked: list[str] = []
        self.said: list[str] = []
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.context.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.context.on("weberror", lambda error: self.said.append(str(error.error)))
        self.page: Page = self.context.new_page()
        self.page.goto(address)
        self.page.wait_for_selector("#play:not([disabled])")
        self.page.select_option("#speed", "90")

    def close(self, address: str) -> None:
        """Nothing was asked from anywhere else, and nothing went wrong."""
        assert [url for url in self.asked if not url.startswith((address, "data:"))] == []
        assert self.said == []
        self.context.close()


def said(page: Page, which: str) -> str:
    return page.inner_text(which).strip()


def test_it_plays_to_the_end_of_a_chapter_by_keyboard(browser: Browser, address: str) -> None:
    opened = Opened(browser, address)
    page = opened.page
    assert said(page, "#title") == "1. One firm, two worlds"
    page.keyboard.press("PageDown")
    page.keyboard.press(" ")
    page.wait_for_selector("#play:text-is('Pause')")
    page.wait_for_selector("#play:text-is('Play')")
    assert said(page, "#week").startswith("Week 3 ")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert said(page, "#week").startswith("Week 4 ")
    crowds = [page.get_attribute(f"#{side} [data-part=crowd]", "aria-label") or "" for side in ("left", "right")]
    assert all(crowd.startswith("Week 4, of 60 people") for crowd in crowds)
    for number, shown in enumerate(("crowd", None, "levers", "pain", "follow"), 1):
        page.keyboard.press(str(number))
        visible = [
            part for part in ("crowd", "levers", "pain", "follow") if page.is_visible(f"#left [data-part={part}]")
        ]
        assert visible == ([shown] if shown else [])
    assert page.is_visible("#left [data-part=follow] .met li")
    opened.close(address)


def test_a_face_can_be_followed_in_both_worlds(browser: Browser, address: str) -> None:
    opened = Opened(browser, address)
    page = opened.page
    words = said(page, "#words")
    page.keyboard.press("]")
    one = said(page, "#words")
    assert one != words
    page.keyboard.press("[")
    assert said(page, "#words") not in {one, words}
    box = page.locator("#right [data-part=crowd]").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.05, box["y"] + box["height"] * 0.64 + 60)
    assert said(page, "#words").startswith("Person ")
    opened.close(address)


def test_a_rule_is_changed_and_taken_back(browser: Browser, address: str) -> None:
    opened = Opened(browser, address)
    page = opened.page
    page.fill("#jump", "10")
    page.keyboard.press("c")
    page.click("#live")
    assert "Tick what is to change" in said(page, "#fault")
    page.fill("#wish [name=setting]", "100")
    page.click("#live")
    page.wait_for_selector("#right-title:has-text('Changed in week 10')")
    page.wait_for_selector("#changing:not([open])", state="attached")
    assert said(page, "#week").startswith("Week 10 ")
    page.keyboard.press("c")
    page.click("#undo")
    page.wait_for_selector("#right-title:text-is('Shared metrics and shared sight')")
    opened.close(address)


def test_the_speaker_sees_notes_and_moves_the_story(browser: Browser, address: str) -> None:
    opened = Opened(browser, address)
    page = opened.page
    with opened.context.expect_page() as waiting:
        page.keyboard.press("n")
    notes = waiting.value
    notes.wait_for_selector("#notes li")
    assert said(notes, "#title") == "One firm, two worlds"
    notes.click("[data-do=next]")
    page.wait_for_selector("#title:has-text('2. The first months')")
    notes.wait_for_selector("#title:has-text('The first months')")
    assert "Chapter 2 of 9" in said(notes, "#part")
    assert serious(notes) == []
    opened.close(address)


def test_luck_is_told_when_it_is_asked_for(browser: Browser, address: str) -> None:
    opened = Opened(browser, address)
    page = opened.page
    for _ in range(7):
        page.keyboard.press("PageDown")
    page.click("#luck")
    page.wait_for_selector("#words:has-text('10 runs, each with other people and other luck')")
    opened.close(address)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_view_fits_and_shuts_nobody_out(browser: Browser, address: str, width: int, height: int) -> None:
    opened = Opened(browser, address, width=width, height=height)
    page = opened.page
    page.fill("#jump", "20")
    for view in ("people", "scores", "levers", "pain", "follow"):
        page.select_option("#view", view)
        time.sleep(0.1)  # charts measure their box in the next frame
        wide = page.locator("html").evaluate("page => page.scrollWidth")
        assert wide <= width, view
        if width > 1000:
            assert page.locator("html").evaluate("page => page.scrollHeight") <= height, view
    assert serious(page) == []
    page.keyboard.press("c")
    assert serious(page) == []
    opened.close(address)


def test_the_type_is_large_enough_for_the_back_row(browser: Browser, address: str) -> None:
    opened = Opened(browser, address, width=1920, height=1080)
    page = opened.page
    for view in ("people", "scores", "levers", "pain", "follow"):
        page.select_option("#view", view)
        sizes = page.locator("#main :is(p, li, span, strong, h1, h2, h3, label, button, select)").evaluate_all(
            "all => all.filter(one => one.checkVisibility() && !one.closest('dialog'))"
            ".map(one => parseFloat(getComputedStyle(one).fontSize))"
        )
        assert min(sizes) >= 20, view
    opened.close(address)

"""A workshop from end to end in a real browser: facilitator, six phones, two acts, the server killed in the middle."""

from __future__ import annotations

import contextlib
import csv
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from in_browser import serious

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.full

ROOT = Path(__file__).resolve().parent.parent
PLAY = ["--act", "siloed", "--act", "shared_and_pooled", "--firms", "2", "--rounds", "1", "--population", "100"]
PHONES = [("Sales", 1), ("Marketing", 1), ("Customer Service", 1), ("Sales", 2), ("Billing", 2), ("Fulfilment", 2)]
LONG = "Donaudampfschifffahrtsgesellschaftskapitän"[:40]
NASTY = "<img src=x onerror=alert(1)>"


class Server:
    """The command as a facilitator starts it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, 0
        self.process: subprocess.Popen[str] | None = None
        self.said = ""

    def start(self, *options: str) -> None:
        command = [sys.executable, "-m", "simulation", "workshop", "--session", "room.session", "--no-browser"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), *options],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert self.process.stdout is not None
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if line.startswith("Ctrl-C"):
                break
        self.port = int(self.found(r"http://127\.0\.0\.1:(\d+)/"))

    def found(self, pattern: str) -> str:
        match = re.search(pattern, self.said)
        assert match is not None, self.said
        return match.group(1)

    def end(self, how: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(timeout=30)
        assert self.process.stdout is not None
        self.process.stdout.close()


class Room:
    """Browsers of everybody in the room; whatever their pages say or ask of others is kept."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser, self.base = browser, base
        self.asked: list[str] = []
        self.said: list[str] = []

    def page(self, **options: Any) -> Page:
        context = self.browser.new_context(bypass_csp=True, **options)  # axe is put into pages from outside
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        return page


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.start(*PLAY)
    yield server
    with contextlib.suppress(AssertionError):
        server.end(signal.SIGINT)


def joined(room: Room, code: str, number: int) -> Page:
    department, firm = PHONES[number]
    page = room.page(viewport={"width": 360, "height": 740}, color_scheme="dark" if number % 2 else "light")
    page.goto(f"{room.base}/j/{code}")
    page.fill("#name", LONG if number == 0 else NASTY if number == 1 else f"Team {number}")
    page.click("button[type=submit]")
    page.click(f'button[aria-label="{department}, Firm {firm}"]')
    page.wait_for_selector("#numbers:not([hidden])")
    return page


def submit(page: Page, line: str) -> None:
    page.wait_for_selector("#decide:not([hidden])")
    page.locator("#levers input").first.fill("80")
    page.fill("#line", line)
    page.click("#send")
    page.wait_for_selector("#done:not([hidden])")


def wide(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def test_a_room_plays_two_acts_and_survives_its_server(server: Server, browser: Browser) -> None:
    base, code = f"http://127.0.0.1:{server.port}", server.found(r"code (\w{6})")
    room = Room(browser, base)
    lead = room.page(viewport={"width": 1366, "height": 768})
    lead.goto(server.found(r"(http://\S+/f/\S+)"))
    assert lead.url == f"{base}/facilitator"  # the secret is out of the address
    wall = lead.context.new_page()
    wall.set_viewport_size({"width": 1920, "height": 1080})
    wall.goto(f"{base}/projector")
    assert wall.locator(".code").inner_text() == code
    assert serious(wall) == []
    phones = [joined(room, code, number) for number in range(6)]
    wall.wait_for_selector("text=6 in the room, 6 with a department")

    half_a_round(lead, phones)
    a_reload_and_a_second_tab(phones[0], f"{base}/j/{code}")
    killed_and_started_again(server, phones)
    rest_of_the_round(phones)
    second_act(lead, wall, phones)
    debrief(lead, phones, base)

    assert room.said == []
    assert {url for url in room.asked if not url.startswith(base) and not url.startswith("data:")} == set()


def half_a_round(lead: Page, phones: list[Page]) -> None:
    lead.click("[data-do=open]")
    for number, phone in enumerate(phones[:4]):
        submit(phone, f"line {number}")
    phones[4].wait_for_selector("#decide:not([hidden])")
    phones[4].locator("#levers input").first.fill("33")
    assert [serious(page) for page in (phones[0], phones[4], lead)] == [[], [], []]
    assert max(wide(phones[0]), wide(phones[4])) <= 360


def a_reload_and_a_second_tab(phone: Page, link: str) -> None:
    phone.reload()
    phone.wait_for_selector("#done:not([hidden])")
    tab = phone.context.new_page()
    tab.goto(link)
    tab.wait_for_selector("#done:not([hidden])")


def killed_and_started_again(server: Server, phones: list[Page]) -> None:
    server.end(signal.SIGKILL)
    phones[5].wait_for_selector('#state[data-state="lost"]')
    server.start()
    for phone in phones:
        phone.wait_for_selector('#state[data-state="live"]')
    assert phones[4].locator("#levers input").first.input_value() == "33"  # what she had not sent yet


def rest_of_the_round(phones: list[Page]) -> None:
    submit(phones[4], NASTY)
    phones[5].locator("#levers input").first.fill("20")
    phones[5].fill("#line", "the last")
    phones[5].click("#send")
    for phone in phones:
        phone.wait_for_selector("text=Round 1 of 1 is over")
    assert "Loyalty" not in phones[0].locator("main").inner_text()  # in the silo nobody sees it


def second_act(lead: Page, wall: Page, phones: list[Page]) -> None:
    lead.select_option("#to-act", "shared_and_pooled")
    lead.click("[data-do=act]")
    lead.wait_for_selector("text=Act 2 of 2")
    lead.click("[data-do=open]")
    for number, phone in enumerate(phones):
        phone.wait_for_selector("#decide:not([hidden])")
        phone.fill("#line", f"second {number}")
        phone.click("#send")
    for phone in phones:
        phone.wait_for_selector("text=Round 1 of 1 is over")
    phones[0].wait_for_selector("text=The company")
    wall.wait_for_selector("text=Loyalty of customers, week by week")
    assert [serious(page) for page in (phones[0], wall)] == [[], []]
    assert wide(phones[0]) <= 360


def debrief(lead: Page, phones: list[Page], base: str) -> None:
    lead.on("dialog", lambda dialog: dialog.accept())
    lead.click("[data-do=end]")
    phones[0].wait_for_selector("text=The play is over")
    lead.goto(f"{base}/debrief")
    lead.wait_for_selector("#won + ul li")
    assert serious(lead) == []
    told = lead.locator("main").inner_text()
    assert NASTY in told
    assert "the last" in told
    rows = list(csv.DictReader(lead.request.get(f"{base}/debrief/decisions.csv").text().splitlines()))
    people = [row for row in rows if row["decided_by"] == "people"]
    decided = {(row["act"], row["firm"], row["department"]): row["line"] for row in people}
    lines = [*(f"line {n}" for n in range(4)), NASTY, "the last", *(f"second {n}" for n in range(6))]
    assert sorted(decided.values()) == sorted(lines)  # six phones, two rounds: none lost, none twice

"""Make the README's two pictures of a workshop: python docs/pictures/workshop.py (needs Chromium and Playwright)."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HERE = Path(__file__).resolve().parent
PLAY = ["--act", "siloed", "--act", "shared_and_pooled", "--rounds", "4", "--seed", "1", "--port", "0"]
SEATS = [
    (department, firm) for firm in (1, 2, 3) for department in ("Sales", "Marketing", "Customer Service", "Billing")
]
WANTED = {1: 90, 2: 50, 3: 10}
"""Where the first lever of each seat is put, by firm: what is shown is the play's own answer."""


def main() -> None:
    """Play two rounds of shared sight with twelve phones, and leave the projector and a phone as pictures."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "simulation", "workshop", "--no-browser", "--quiet", *PLAY]
        file = str(Path(folder) / "picture.session")
        server = subprocess.Popen([*command, "--session", file], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        said = "".join(iter(server.stdout.readline, "Ctrl-C ends.\n"))
        try:
            with sync_playwright() as playwright:
                arguments = ["--no-sandbox", "--disable-gpu"]
                _play(playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments), said)
        finally:
            server.terminate()
            server.wait(30)


def _play(browser: Browser, said: str) -> None:
    room, code, secret = (re.findall(at, said)[0] for at in (r"room: +(\S+)", r"code (\w{6})", r"(http\S+/f/\S+)"))
    lead = browser.new_context().new_page()
    lead.goto(secret)
    wall = lead.context.new_page()
    wall.set_viewport_size({"width": 1280, "height": 720})
    wall.goto(f"{room}projector")
    phones = [_joined(browser, f"{room}j/{code}", department, firm) for department, firm in SEATS]
    lead.select_option("#to-act", "shared_and_pooled")
    lead.click("[data-do=act]")
    for number in (1, 2):
        lead.click("[data-do=open]")
        for phone, (_, firm) in zip(phones, SEATS, strict=True):
            phone.wait_for_selector("#decide:not([hidden])")
            phone.locator("#levers input").first.fill(str(WANTED[firm]))
            phone.click("#send")
        wall.wait_for_selector(f"text=Round {number} of 4 is over")
    lead.click("[data-do=open]")
    phones[0].wait_for_selector("#decide:not([hidden])")
    phones[0].locator("#decide").scroll_into_view_if_needed()
    for page, name in ((wall, "projector"), (phones[0], "phone")):
        page.wait_for_timeout(1000)
        page.screenshot(path=HERE / f"workshop_{name}.png")


def _joined(browser: Browser, link: str, department: str, firm: int) -> Page:
    page = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
    page.goto(link)
    page.fill("#name", f"{department} {firm}")
    page.click("button[type=submit]")
    page.click(f'button[aria-label="{department}, Firm {firm}"]')
    page.wait_for_selector("#numbers:not([hidden])")
    return page


if __name__ == "__main__":
    main()

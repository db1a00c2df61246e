"""The documentation site: it builds without a warning, and nothing on it comes from another host."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOADS = {
    "img": "src",
    "script": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
}
"""Elements that make a browser load something, and where they say what."""


class Loaded(HTMLParser):
    """What a page loads, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.assets: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        where = given.get(LOADS.get(tag, "")) if tag in LOADS else None
        if where:
            self.assets.append(where)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")


def loaded(text: str) -> Loaded:
    """Read one page."""
    page = Loaded()
    page.feed(text)
    return page


def test_the_reader_of_pages_sees_what_it_must() -> None:
    page = loaded('<img src="a.png"><script src="https://x.example/y.js"></script><a href="b.html">b</a>')
    assert page.assets == ["a.png", "https://x.example/y.js"]
    assert page.links == ["b.html"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as the command in CONTRIBUTING builds it: warnings are errors."""
    pytest.importorskip("sphinx", reason='the site needs the extra: pip install "silosim[docs]"')
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-b",
        "html",
        "-W",
        "--keep-going",
        "-d",
        str(folder / "trees"),
        "docs",
    ]
    done = subprocess.run([*command, str(folder / "html")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "html"


@pytest.mark.full
def test_the_site_loads_nothing_from_another_host_and_its_links_lead_somewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 25
    foreign, broken = [], []
    for file in pages:
        page = loaded(file.read_text(encoding="utf-8"))
        foreign += [(file.name, asset) for asset in page.assets if re.match(r"(?:https?:)?//", asset)]
        near = [where for where in (*page.assets, *page.links) if not re.match(r"[a-z]+:|//|#|data:", where)]
        broken += [(file.name, where) for where in near if not (file.parent / re.split(r"[?#]", where)[0]).exists()]
    styles = [
        file for file in site.rglob("*.css") if re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", file.read_text())
    ]
    assert foreign == []
    assert broken == []
    assert styles == []


@pytest.mark.full
def test_every_page_of_the_documentation_is_on_the_site(site: Path) -> None:
    pages = [page.relative_to(ROOT / "docs").with_suffix(".html") for page in (ROOT / "docs").rglob("*.md")]
    assert [page for page in pages if not (site / page).exists()] == []
    odd = (site / "ODD.html").read_text(encoding="utf-8")
    assert "loyalty_after" in odd
    assert "generated:" not in re.sub(r"<!--.*?-->", "", odd, flags=re.DOTALL)

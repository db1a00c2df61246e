"""The documentation site: Sphinx with MyST and Furo. Built offline, read offline, straight from its folder.

python -m sphinx -b html -W docs docs/_build
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a checkout will do: nothing need be installed

from simulation._version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent

project = "silosim"
author = "The silosim developers"
version = release = __version__
project_copyright = author
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "generating"]
html_theme = "furo"
html_title = f"silosim {release}"
html_show_sourcelink = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["silosim.css"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
autodoc_typehints = "none"
default_role = "code"
suppress_warnings = ["myst.header"]  # pages of the checkout may begin at any level

PAGES = {
    "README.md": "readme",
    "CONTRIBUTING.md": "recipes",
    "DECISIONS.md": "decisions",
    "scenarios/README.md": "scenarios",
    "experiments/README.md": "evidence/sweeps",
    "experiments/evidence/README.md": "evidence/patterns",
    "experiments/evidence/results/facts.md": "evidence/facts",
    "experiments/people/README.md": "evidence/people",
    "experiments/learning/README.md": "evidence/learning",
    "experiments/ledger/README.md": "evidence/ledger",
    "experiments/theory/README.md": "evidence/theory",
    "experiments/benchmarks/README.md": "evidence/benchmarks",
    "experiments/bass/README.md": "evidence/diffusion",
    "experiments/robustness/README.md": "evidence/robustness",
}
"""Pages of the checkout that the site shows, and under which name."""

_TAKEN_IN = re.compile(r"^\[(\S+)\]\(\S+\)<!-- page -->$", re.MULTILINE)
"""A link in place of which the site shows the whole page, its headings below the one that it stands under."""
_LINK = re.compile(r"(?P<picture>!?)\[(?P<words>[^\]]*)\]\((?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")


def _read(app: Sphinx, name: str, source: list[str]) -> None:
    """Take in pages of the checkout, and let every link lead somewhere on the site or name a file of the checkout."""

    def taken_in(link: re.Match[str]) -> str:
        other = ROOT / link[1]
        app.env.note_dependency(str(other))
        told = (
            other.read_text(encoding="utf-8") if other.exists() else "# Not there yet\n\nThis study has not been run.\n"
        )
        above = re.findall(r"^(#+) ", link.string[: link.start()], flags=re.MULTILINE)
        level = above[-1] if above else ""
        return _linked(
            _outside_code(told, lambda text: re.sub(r"^#", f"{level}#", text, flags=re.MULTILINE)), other, name
        )

    pieces, end = [], 0
    for link in _TAKEN_IN.finditer(source[0]):
        pieces += [_linked(source[0][end : link.start()], DOCS / f"{name}.md", name), taken_in(link)]
        end = link.end()
    source[0] = "".join([*pieces, _linked(source[0][end:], DOCS / f"{name}.md", name)])


def _linked(text: str, page: Path, name: str) -> str:
    """Return a page's text with its links turned for the site; `page` is the file that it comes from."""

    def turned(link: re.Match[str]) -> str:
        target = link["target"]
        if re.match(r"[a-z]+:", target):
            return link[0]
        found = (page.parent / target).resolve()
        if not found.is_relative_to(ROOT):
            return link[0]
        here = (DOCS / name).parent
        if link["picture"]:
            return f"![{link['words']}]({_relative(found, here)})"
        inside = found.relative_to(ROOT).as_posix()
        if inside in PAGES:
            return f"[{link['words']}]({_relative(DOCS / (PAGES[inside] + '.md'), here)})"
        if found.is_relative_to(DOCS) and found.suffix == ".md":
            return f"[{link['words']}]({_relative(found, here)}{link['anchor'] or ''})"
        # A file of the checkout cannot be opened from the site: it is named.
        return f"`{inside}`" if link["words"].strip("`") in {inside, found.name} else f"{link['words']} (`{inside}`)"

    return _outside_code(text, lambda part: _LINK.sub(turned, part))


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """Change a page's text, blocks of code left alone."""
    parts = re.split(r"(^ *```.*?^ *```)", text, flags=re.DOTALL | re.MULTILINE)
    return "".join(part if i % 2 else change(part) for i, part in enumerate(parts))


def _relative(file: Path, folder: Path) -> str:
    return Path(os.path.relpath(file, folder)).as_posix()


def setup(app: Sphinx) -> dict[str, Any]:
    """Let Sphinx know."""
    app.connect("source-read", _read)
    return {"parallel_read_safe": True}

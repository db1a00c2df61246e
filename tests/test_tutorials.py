"""Every tutorial does what it shows: its files are written, its commands and code run, one after another, at small size.

A block is run if `<!-- run -->` stands before it; `<!-- run: OPTIONS -->` adds options to each command, so that it is quick.
`<!-- write: NAME -->` writes the block to a file.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
_BLOCK = re.compile(
    r"^<!-- (?P<what>run|write)(?:: (?P<more>[^>]+?))? -->\n```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One marked block of a tutorial."""

    what: str
    more: str
    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    """The marked blocks of a page, in order."""
    found = _BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [Block(**{name: value or "" for name, value in match.groupdict().items()}) for match in found]


def commands(block: Block) -> list[list[str]]:
    """What to start for a block: Python, or silosim with the options that make it small."""
    if block.language == "python":
        return [[sys.executable, "-c", block.text]]
    lines = [shlex.split(line, comments=True) for line in block.text.splitlines()]
    return [[sys.executable, "-m", "simulation", *words[1:], *shlex.split(block.more)] for words in lines if words]


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_every_marker_has_a_block_that_can_be_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(blocks(page)) == len(re.findall(r"<!-- (?:run|write)\b", text)) > 0
    for block in blocks(page):
        if block.what == "run":
            assert block.language in {"sh", "python"}
            words = (
                [line.split()[0] for line in block.text.splitlines() if line.strip()] if block.language == "sh" else []
            )
            assert set(words) <= {"silosim"}


@pytest.mark.full
@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_a_tutorial_does_what_it_shows(page: Path, tmp_path: Path) -> None:
    for block in blocks(page):
        if block.what == "write":
            (tmp_path / block.more).write_text(block.text, encoding="utf-8")
            continue
        for command in commands(block):
            done = subprocess.run(
                command, cwd=tmp_path, capture_output=True, text=True, check=False, env=_environment()
            )
            assert done.returncode == 0, f"{shlex.join(command[1:])}\n{done.stdout}\n{done.stderr}"


def _environment() -> dict[str, str]:
    """This checkout, wherever a command is started."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}

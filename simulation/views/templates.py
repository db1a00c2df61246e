"""How every page that silosim makes is filled in: what is put in is text, and what is missing is a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jinja2

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["templates", "templates_in"]


def templates(loader: jinja2.BaseLoader) -> jinja2.Environment:
    """Return the templates that a loader finds; figures and names are escaped, whatever they contain."""
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def templates_in(*folders: Path) -> jinja2.Environment:
    """Return the templates of some folders; the first that has a name gives it."""
    return templates(jinja2.FileSystemLoader(folders))

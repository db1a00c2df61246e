"""The commands: read from the command line itself."""

from __future__ import annotations

from typing import Any

from generating.tables import table

__all__ = ["names", "options", "table_of_commands"]


def names() -> list[str]:
    """Return the commands, in the order of `silosim --help`."""
    return list(_commands())


def options() -> dict[str, set[str]]:
    """Return the long options of every command."""
    return {
        name: {option for item in command.params for option in item.opts if option.startswith("--")} | {"--help"}
        for name, command in _commands().items()
    }


def table_of_commands() -> str:
    """Return every command with what it does."""
    rows = [[f"`silosim {name}`", " ".join((c.help or "").split("\n\n")[0].split())] for name, c in _commands().items()]
    return table(("command", "does"), rows)


def _commands() -> dict[str, Any]:
    import typer.main

    from simulation.cli import app

    found: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return found

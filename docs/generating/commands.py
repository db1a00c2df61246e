"""The commands: read from the command line itself."""

from __future__ import annotations

from generating.tables import table

__all__ = ["names", "table_of_commands"]


def names() -> list[str]:
    """Return the commands, in the order of `silosim --help`."""
    import typer.main

    from simulation.cli import app

    return list(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def table_of_commands() -> str:
    """Return every command with what it does."""
    import typer.main

    from simulation.cli import app

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    rows = [[f"`silosim {name}`", " ".join((c.help or "").split("\n\n")[0].split())] for name, c in commands.items()]
    return table(("command", "does"), rows)

"""The command line `silosim`. Heavy imports wait until a command needs them, so that --help answers at once."""

from simulation.cli.commands import app, main

__all__ = ["app", "main"]

"""From what went wrong to plain words on stderr and an exit code.

0    done
1    silosim or the machine failed: a fault of ours, disk full, memory out, a worker lost
2    bad input: a faulty scenario, an option that cannot be, a folder that is refused
130  interrupted by Ctrl-C
"""

from __future__ import annotations

import contextlib
import errno
import traceback
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BAD_INPUT", "FAILED", "INTERRUPTED", "explained", "say"]

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130


def say(text: str) -> None:
    """Print a line for the person at the terminal; stdout is for results."""
    with contextlib.suppress(BrokenPipeError):  # nobody listens any more: no reason to lose a run
        typer.echo(text, err=True)


@contextlib.contextmanager
def explained(*, debug: bool) -> Iterator[None]:
    """Turn every failure inside into words and an exit code; with `debug`, show the traceback first."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except (KeyboardInterrupt, Exception) as error:
        if isinstance(error, OSError) and error.errno == errno.EPIPE:
            raise  # somebody read only the head of our output; typer leaves quietly
        if debug:
            traceback.print_exc()
        lines, code = _in_words(error)
        for line in lines:
            say(line)
        raise typer.Exit(code) from None


def _in_words(error: BaseException) -> tuple[list[str], int]:
    # Light modules: saying what went wrong must not load pandas.
    from simulation.analysis.folder import FolderRefused
    from simulation.analysis.parallel import WorkerLost
    from simulation.laboratory.extras import ExtraMissing
    from simulation.model.target import WidthRefused
    from simulation.scenario.faults import ScenarioError
    from simulation.views.web.network import PortTaken

    if isinstance(error, KeyboardInterrupt):
        return ["silosim: interrupted; nothing was finished, nothing written"], INTERRUPTED
    if isinstance(error, ScenarioError):
        return [str(fault) for fault in error.faults], BAD_INPUT
    if isinstance(error, FolderRefused | WidthRefused | ExtraMissing | PortTaken):
        return [f"silosim: {error}"], BAD_INPUT
    if isinstance(error, WorkerLost):
        return [f"silosim: {error}"], FAILED
    if isinstance(error, MemoryError):
        return ["silosim: memory ran out; try a smaller --population or fewer --workers"], FAILED
    if isinstance(error, OSError):
        return [f"silosim: {error.strerror or error}: {error.filename or ''}".rstrip(": ")], FAILED
    return [
        f"silosim: a fault of silosim, not of your input: {type(error).__name__}: {error}",
        "--debug shows where.",
    ], FAILED

"""Progress on stderr: a bar with the time left on a terminal, a few plain lines elsewhere, or nothing."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from simulation.cli.failures import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

__all__ = ["bar", "shown_progress"]

_PLAIN_LINES = 10
"""About how many lines a run prints where there is no terminal."""


@contextlib.contextmanager
def shown_progress(
    console: Console, *, quiet: bool, what: str = "replications"
) -> Iterator[Callable[[int, int], None]]:
    """A function to call with (replications done, replications planned), or of `what`, while the block runs."""
    if quiet:
        yield lambda _done, _planned: None
    elif console.is_terminal:
        with bar(console, what.capitalize()) as update:
            yield update
    else:
        yield _plain_lines(what)


@contextlib.contextmanager
def bar(console: Console, what: str, *, left: bool = True) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal while the block runs, to be told (done, planned); `left`: with the time left."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = [TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    if left:
        columns += [TextColumn("left:"), TimeRemainingColumn()]
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, planned: progress.update(task, completed=done, total=planned)


def _plain_lines(what: str) -> Callable[[int, int], None]:
    start = time.monotonic()
    tenths = 0

    def update(done: int, planned: int) -> None:
        nonlocal tenths
        if done and (done * _PLAIN_LINES // planned > tenths or done == planned):
            left = (time.monotonic() - start) / done * (planned - done)
            say(f"{done} of {planned} {what}, about {left:.0f} s left")
        tenths = done * _PLAIN_LINES // planned

    return update

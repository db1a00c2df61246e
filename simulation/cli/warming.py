"""Making the compiled engine ready, with a word to the user: it takes a while, once."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

from simulation.cli.opening import remarks
from simulation.cli.progress import bar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["warm_up"]


def warm_up(*, vector_width: str, quiet: bool) -> bool:
    """Compile the fast engine before the workers need it; false when that had been done before.

    Raises
    ------
    WidthRefused
        If the processor has no vectors of that width.
    """
    from simulation.model import cache
    from simulation.model.target import WIDTH_VARIABLE

    os.environ[WIDTH_VARIABLE] = vector_width  # worker processes inherit it
    remark = remarks(quiet=quiet)
    trouble = cache.settle_folder()
    if trouble:
        remark(trouble)
    if cache.is_warm():
        return False
    remark("Compiling the engine for this machine: once, about half a minute.")
    start = time.monotonic()
    with _compiling(quiet=quiet) as progress:
        cache.warm_up(progress)
    kept = "kept for this run" if trouble else "kept until silosim or its libraries change"
    remark(f"The engine is ready: compiled in {time.monotonic() - start:.0f} s, {kept}.")
    return True


def _compiling(*, quiet: bool) -> contextlib.AbstractContextManager[Callable[[int, int], None] | None]:
    """A bar of the functions compiled, on a terminal only."""
    from rich.console import Console

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        return contextlib.nullcontext()
    return bar(console, "Compiling", left=False)

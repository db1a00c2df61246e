"""What follows of itself: firms whose time is up, and firms that nobody has to wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.workshop.events import FirmClosed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulation.workshop.events import Event
    from simulation.workshop.state import State

__all__ = ["closing", "due"]


def due(state: State, now: float) -> Iterator[Event]:
    """Yield what time has brought: rounds whose time is up."""
    opened = state.open
    if opened is not None and opened.left is None and now >= opened.ends:
        for firm in sorted(opened.deciding):
            yield FirmClosed(firm, state.act, opened.number, "time")


def closing(state: State) -> Iterator[Event]:
    """Yield the firms that nobody has to wait for any longer.

    A firm closes when all its players who are waited for have submitted. One in which nobody is waited for closes with the
    last of the others, so that whoever comes back has as much time as they; where nobody holds a seat anywhere, at once.
    """
    opened = state.open
    if opened is None or opened.left is not None:
        return
    deciding = sorted(opened.deciding)
    waited = {firm: state.waited_for(firm) for firm in deciding}
    ready = [firm for firm in deciding if waited[firm] and all(state.submitted(firm, each) for each in waited[firm])]
    others = [firm for firm in deciding if not waited[firm]]
    if len(ready) + len(others) == len(deciding):
        somebody = any(state.held(firm) for firm in state.given.firms)
        played = ready or any(state.why.get((state.act, firm, opened.number)) == "all in" for firm in state.given.firms)
        ready += others if played or not somebody else []
    for firm in sorted(ready):
        yield FirmClosed(firm, state.act, opened.number, "all in")

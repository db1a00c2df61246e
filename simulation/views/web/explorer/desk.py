"""The desk behind the page: takes what was moved, has it lived by worker processes, publishes what comes in.

One thread leads the workers and works the figures out; the event loop only checks what was moved (in a thread, too) and
passes snapshots on. A newer move ends what is under way.
"""

from __future__ import annotations

import contextlib
import threading
import traceback
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from simulation.analysis.parallel import WorkerLost
from simulation.laboratory.exploring.knobs import knobs_of, stands_at, value_of
from simulation.laboratory.exploring.settings import explored, saved
from simulation.views.web.explorer.figures import figures

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.analysis.comparison import Comparison
    from simulation.laboratory.exploring.settings import Explored, Settings
    from simulation.laboratory.exploring.streaming import Answer, Explorer
    from simulation.scenario.loading import LoadedScenario

__all__ = ["Desk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A request under way."""

    ticket: int
    made: Explored


class Desk:
    """One scenario that is explored, from one or several tabs of one browser.

    Parameters
    ----------
    opened
        The scenario that was opened.
    explorer
        Its workers.
    publish
        Takes a topic and its new snapshot; called from any thread.
    """

    def __init__(self, opened: LoadedScenario, *, explorer: Explorer, publish: Callable[[str, Any], None]) -> None:
        self.opened = opened
        self.knobs = knobs_of(opened)
        self._explorer, self._publish = explorer, publish
        self._wanted: _Asked | None = None
        self._news = threading.Condition()
        self._ending = False
        self._made: Explored | None = None
        self._latest: Comparison | None = None
        self._thread = threading.Thread(target=self._work, name="explorer", daemon=True)

    def start(self, settings: Settings) -> None:
        """Begin with these settings."""
        self._thread.start()
        self.move(settings)

    def end(self) -> None:
        """Leave off."""
        with self._news:
            self._ending = True
            self._news.notify()
        self._explorer.cancel()
        self._thread.join(timeout=10)

    def move(self, settings: Settings) -> int:
        """Take new settings: they are checked, what is under way ends, and their answers begin to come.

        Returns
        -------
        int
            The number of the request, which every snapshot of its answers bears.

        Raises
        ------
        ScenarioError
            With every fault; then nothing has changed.
        """
        # What stands where, in arms that are not run, too; in the order of the file, whatever they are compared with.
        every = explored(self.opened, replace(settings, arms=(), baseline=""))
        made = explored(self.opened, settings)
        with self._news:
            ticket = self._explorer.cancel()
            self._wanted = _Asked(ticket=ticket, made=made)
            self._made, self._latest = made, None
            self._publish("settings", self._told(ticket, settings, every, made))
            self._news.notify()
        return ticket

    def scenario(self, *, title: str = "") -> str:
        """The present settings as a scenario file."""
        assert self._made is not None
        return saved(self.opened, self._made, title=title)

    def comparison(self) -> Comparison | None:
        """What is known so far of what was asked for; None while only the quick answer is there."""
        return self._latest

    def _told(self, ticket: int, settings: Settings, every: Explored, made: Explored) -> dict[str, Any]:
        arms, run = every.loaded.arms, list(made.loaded.arms)
        open_at = {
            name: {knob.key: stand for knob in self.knobs if (stand := stands_at(knob, arm)) is not None}
            for name, arm in arms.items()
        }
        return {
            "ticket": ticket,
            "settings": asdict(settings),
            "arms": [
                {"name": name, "title": title, "place": run.index(name) if name in run else None}
                for name, title in every.loaded.arm_titles.items()
            ],
            "values": {name: {knob.key: value_of(knob, arm) for knob in self.knobs} for name, arm in arms.items()},
            "open_at": open_at,
            "warnings": [fault.message for fault in made.loaded.warnings],
        }

    def _work(self) -> None:
        while (asked := self._next()) is not None:
            try:
                with contextlib.closing(self._explorer.answers(asked.made.loaded, ticket=asked.ticket)) as answers:
                    for answer in answers:
                        self._show(asked, answer)
            except WorkerLost as error:
                self._publish("progress", {"ticket": asked.ticket, "fault": f"{error}"})
            except Exception as error:
                traceback.print_exc()
                told = f"A fault of silosim, not of your input: {type(error).__name__}: {error}"
                self._publish("progress", {"ticket": asked.ticket, "fault": told})

    def _next(self) -> _Asked | None:
        """Wait for the newest request; None: the end."""
        with self._news:
            self._news.wait_for(lambda: self._ending or self._wanted is not None)
            asked, self._wanted = self._wanted, None
            return None if self._ending else asked

    def _show(self, asked: _Asked, answer: Answer) -> None:
        ticket = asked.ticket
        told = {"ticket": ticket, "quick": answer.quick, "done": answer.done, "planned": answer.planned}
        self._publish("progress", told)
        if answer.comparison is None:
            return
        content = figures(answer.comparison)
        with self._news:
            if self._wanted is not None or asked.made is not self._made:
                return  # something else was moved meanwhile
            if not answer.quick:
                self._latest = answer.comparison
            self._publish("figures", {**told, "final": answer.final, "figures": content})

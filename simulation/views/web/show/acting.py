"""What the worker does for the projector: lives two arms under our eyes, or many times over to tell what is luck."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from simulation.laboratory.theatre.changing import Asked, changed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.scenario.scenario import Scenario

__all__ = ["REPLICATIONS", "Playbill", "Side", "Wish", "luck", "performed"]

Side = Literal["left", "right"]
REPLICATIONS = 10
"""Runs behind the words on luck. Our assumption: some ten seconds of the room's time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the room asked for, and in which world."""

    side: Side
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbill:
    """What is on: two arms of a scenario, who is watched, and what the room has asked for.

    arms, titles
        All arms of the scenario, the first one first: it gives the pars; the same arms' titles.
    left, right
        The two that are shown.
    people
        How many people are watched.
    """

    arms: Mapping[str, Scenario]
    titles: Mapping[str, str]
    left: str
    right: str
    people: int = 150
    wishes: tuple[Wish, ...] = field(default=())

    def scenario(self, side: Side) -> Scenario:
        """The scenario of one side, with what was asked for.

        Raises
        ------
        ScenarioError
            If what was asked for cannot be.
        """
        arm = self.left if side == "left" else self.right
        return changed(self.arms[arm], [wish.asked for wish in self.wishes if wish.side == side])

    def title(self, side: Side) -> str:
        """The title of one side; it says from which week on the room has changed something."""
        weeks = sorted(wish.asked.week for wish in self.wishes if wish.side == side)
        title = self.titles[self.left if side == "left" else self.right]
        return f"Changed in week {weeks[0]}: {title}" if weeks else title


def performed(bill: Playbill) -> str:
    """Return the two worlds, the firm's words and the chapters, as JSON.

    Raises
    ------
    ScenarioError
        If what was asked for cannot be.
    """
    from dataclasses import asdict

    from simulation.laboratory.theatre.watching import pars_of, watch
    from simulation.views.web.show.comparing import Pair, typical
    from simulation.views.web.show.scene import firm_of, moods_of, world_of
    from simulation.views.web.show.telling import chapters

    first = next(iter(bill.arms.values()))
    seed = first.horizon.seed
    pars = pars_of(first, seed=seed)
    left, right = (
        watch(side, bill.scenario(side), seed=seed, people=bill.people, pars=pars) for side in ("left", "right")
    )
    titles = (bill.title("left"), bill.title("right"))
    pair = Pair(scenario=bill.scenario("left"), titles=titles, left=left, right=right)
    told: dict[str, Any] = {
        "firm": firm_of(pair.scenario),
        "moods": moods_of(left),
        "person": typical(pair),
        "worlds": [world_of(pair.scenario, lived, title=title) for lived, title in zip(pair.both, titles, strict=True)],
        "chapters": [asdict(chapter) for chapter in chapters(pair)],
    }
    return json.dumps(told, allow_nan=False, separators=(",", ":"))


def luck(bill: Playbill, replications: int = REPLICATIONS) -> str:
    """Return, as JSON, in words what of the difference between the two worlds is clear over replications.

    Raises
    ------
    ScenarioError
        If what was asked for cannot be.
    """
    from simulation.analysis.frames import summary_frame
    from simulation.analysis.run import run_arms
    from simulation.views.web.show.luck_words import luck_words

    arms = {side: bill.scenario(side) for side in ("left", "right")}
    seed = arms["left"].horizon.seed
    runs = [run_arms(arms, seed=seed, replication=replication) for replication in range(replications)]
    summary = summary_frame({side: [pair[at] for pair in runs] for at, side in enumerate(arms)}, arms)
    return json.dumps({"words": luck_words(summary)})

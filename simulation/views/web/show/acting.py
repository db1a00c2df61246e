"""What the worker does for the projector: lives two arms under our eyes, or many times over to tell what is luck."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from simulation.laboratory.theatre.changing import Asked, changed, lever_names
from simulation.scenario.faults import Fault, ScenarioError
from simulation.views.words import joined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.scenario.scenario import Scenario

__all__ = ["REPLICATIONS", "Playbill", "Side", "Wish", "luck", "partner_of", "performed"]

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")
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

    def check(self) -> None:
        """Refuse two arms that are not one firm under two sets of rules.

        Raises
        ------
        ScenarioError
            If departments, levers, touchpoints, segments or the horizon differ.
        """
        left, right = (_frame_of(self.arms[arm]) for arm in (self.left, self.right))
        differ = [what for what in left if left[what] != right[what]]
        if differ:
            message = f"arms {self.left} and {self.right} cannot stand side by side: they differ in {joined(differ)}"
            raise ScenarioError([Fault(message=message, allowed="two arms of one firm, with other rules")])

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


def partner_of(left: str, arms: Mapping[str, Scenario]) -> str:
    """Return the last arm that can stand beside this one; in the end, itself: then the room changes one of the two."""
    return next(arm for arm in reversed(list(arms)) if _frame_of(arms[arm]) == _frame_of(arms[left]))


def _frame_of(scenario: Scenario) -> dict[str, object]:
    """Return what two arms must have in common, by what people call it."""
    return {
        "departments": list(scenario.departments),
        "levers": lever_names(scenario),
        "touchpoints": list(scenario.journey),
        "segments": list(scenario.market.segments),
        "size or length": (scenario.horizon.population, scenario.horizon.weeks),
    }


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
    scenarios = bill.scenario("left"), bill.scenario("right")
    left, right = (
        watch(side, given, seed=seed, people=bill.people, pars=pars)
        for side, given in zip(SIDES, scenarios, strict=True)
    )
    pair = Pair(scenarios=scenarios, titles=(bill.title("left"), bill.title("right")), left=left, right=right)
    told: dict[str, Any] = {
        "firm": firm_of(pair.scenario),
        "moods": moods_of(left),
        "person": typical(pair),
        "worlds": [
            world_of(given, lived, title=title)
            for given, lived, title in zip(scenarios, pair.both, pair.titles, strict=True)
        ],
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

    arms: dict[str, Scenario] = {side: bill.scenario(side) for side in SIDES}
    seed = arms["left"].horizon.seed
    runs = [run_arms(arms, seed=seed, replication=replication) for replication in range(replications)]
    summary = summary_frame({side: [pair[at] for pair in runs] for at, side in enumerate(arms)}, arms)
    return json.dumps({"words": luck_words(summary)})

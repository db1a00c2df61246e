"""One customer in two lives of the room: which firm and which two acts the debrief tells of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulation.workshop.exporting import LEARNERS, arm_of, as_scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulation.workshop.playing import Outcome
    from simulation.workshop.state import State

__all__ = ["Choice", "Tale", "choice_of", "tale_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which two lives are told of.

    Attributes
    ----------
    firm
        Key of the firm.
    arms
        The two lives as arms of the exported play (`exporting.as_scenario`).
    rounds
        Rounds that both have lived.
    why
        Why this firm, in words.
    """

    firm: str
    arms: tuple[str, str]
    rounds: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """What a worker needs to tell it; it pickles. The scenario is plain data with the two arms."""

    choice: Choice
    scenario: dict[str, Any]


def choice_of(state: State, outcomes: Mapping[tuple[str, str], Outcome]) -> Choice | None:
    """Return whom to tell of: the firm whose loyalty lies furthest apart between the first and the last act played.

    With a single act, the firm furthest from where nobody sits cannot be known before that has been lived; it is the one in
    which people decided most, beside learners only. None before the first round, or where nobody decided anything in that act.
    """
    played = [act.name for act in state.given.acts if state.played(act.name)]
    lived = [firm for firm in state.given.firms if all((act, firm) in outcomes for act in played)]
    if not played or not lived:
        return None
    first, last, weeks = played[0], played[-1], state.given.weeks
    if first == last:
        decided = {firm: len(state.decided(first, firm)) for firm in lived}
        firm = max(lived, key=lambda each: decided[each])
        why = "the firm in which people decided in most rounds, beside learners only"
        arms = (arm_of(first, LEARNERS), arm_of(first, firm))
        return Choice(firm=firm, arms=arms, rounds=state.played(first), why=why) if decided[firm] else None
    rounds = min(state.played(first), state.played(last))

    def apart(firm: str) -> float:
        one, other = (outcomes[act, firm].by_round("loyalty", weeks)[rounds - 1] for act in (first, last))
        return abs(one - other) if one is not None and other is not None else 0.0

    firm = max(lived, key=apart)
    why = "the firm whose loyalty lies furthest apart between the two acts"
    return Choice(firm=firm, arms=(arm_of(first, firm), arm_of(last, firm)), rounds=rounds, why=why)


def tale_of(state: State, choice: Choice) -> Tale:
    """Return a choice as work."""
    play = as_scenario(state)
    weeks = choice.rounds * state.given.weeks
    arms = {name: _until(play["arms"][name], weeks) for name in choice.arms}
    return Tale(choice=choice, scenario={**play, "horizon": {**play["horizon"], "weeks": weeks}, "arms": arms})


def _until(arm: dict[str, Any], weeks: int) -> dict[str, Any]:
    """Return an arm without the rounds that begin after so many weeks."""
    changes = arm["changes"]
    return {**arm, "changes": {**changes, "timeline": [each for each in changes["timeline"] if each["start"] < weeks]}}

"""The story in chapters, in words drawn from the figures of the two runs on show: what they do not show is not said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.views.web.show.comparing import (
    bonus_of,
    change_of,
    gap_words,
    hurting,
    level,
    lever_moves,
    person_words,
    typical,
    upright,
)
from simulation.views.words import amount, joined, quoted

if TYPE_CHECKING:
    from simulation.views.web.show.comparing import Pair

__all__ = ["Chapter", "chapters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One part of the story.

    title, words
        What the room reads.

    Notes
    -----
        What the speaker reads: what to say, what to ask.
    view
        What is shown: people, scores, levers, pain or follow.
    start, end
        Weeks that it plays; equal: it stands still.
    minutes
        How long it is meant to take [min].
    """

    title: str
    words: str
    notes: tuple[str, ...]
    view: str
    start: int
    end: int
    minutes: int


def chapters(pair: Pair) -> list[Chapter]:
    """Return the story of a pair of arms: 20 minutes, in nine chapters."""
    last = pair.weeks - 1
    early, middle = max(last // 8, 1), max(last // 2, 1)
    return [
        _two_worlds(pair),
        _first_months(pair, early),
        _lamps(pair, early, middle),
        _levers(pair, last),
        _pain(pair, last),
        _one_customer(pair, last),
        _end(pair, middle, last),
        _luck(pair, last),
        _your_turn(pair),
    ]


def _two_worlds(pair: Pair) -> Chapter:
    scenario = pair.scenario
    names = [department.name for department in scenario.departments.values()]
    shown, all_people = len(pair.left.people.slots), scenario.horizon.population
    left, right = pair.titles
    words = (
        f"{len(names)} departments, {all_people:,} people in the market, {shown} of them on the screen. At the left: "
        f"{quoted(left)}. At the right: {quoted(right)}. The people are the same in both, and so is their luck."
    )
    if len(names) == 1:
        words = words.replace("1 departments", "1 department")
    notes = (
        f"The departments: {joined(names)}.",
        "Say: in week 0 the same face in the same place is the same person in both. What differs later, the rules have done.",
        (
            "Say what a face means: it smiles if the person is more loyal than three in four were in week 0, and frowns if less "
            "than three in four. A cross has left for a competitor; an exclamation mark is a problem still open."
        ),
        "The large figure is the loyalty of everybody who ever bought; beside it, how far it has moved since week 0.",
        "Ask: which world will have more loyal customers at the end? Let the room vote by hand and write the count down.",
    )
    return Chapter(title="One firm, two worlds", words=words, notes=notes, view="people", start=0, end=0, minutes=2)


def _first_months(pair: Pair, early: int) -> Chapter:
    left, right = (level(lived, "loyalty", early) for lived in pair.both)
    notes = (
        "Let it play. Point at one place where many meet the firm, and at one person with an exclamation mark.",
        "Say: nobody here is told to do harm. Each department tries a little more or less of something, and keeps what pays.",
        (
            f"In week {early}: loyalty {amount(left)} at the left, {amount(right)} at the right; in week 0 it was "
            f"{amount(level(pair.left, 'loyalty', 0))}."
        ),
        "Ask: what would you watch if you led one of these departments?",
    )
    words = (
        f"Week by week people meet the firm, and departments try things out. After {early} weeks loyalty "
        f"{gap_words(right - left)}."
    )
    return Chapter(title="The first months", words=words, notes=notes, view="people", start=0, end=early, minutes=2)


def _lamps(pair: Pair, early: int, middle: int) -> Chapter:
    count = len(pair.scenario.departments)
    green = [upright(pair, lived, middle) for lived in pair.both]
    fell = [change_of(lived, "loyalty", middle) for lived in pair.both]
    watermelon = [lit * 2 > count and drop < -0.5 for lit, drop in zip(green, fell, strict=True)]
    title = {
        (True, True): "Green outside, red inside, in both worlds",
        (True, False): "Green outside, red inside, at the left",
        (False, True): "Green outside, red inside, at the right",
    }.get((watermelon[0], watermelon[1]), "The scorecards, and the customers")
    sides = [
        f"{side}, {lit} of {count} departments stand above par while loyalty has moved by {_signed(drop)} points"
        for side, lit, drop in zip(("At the left", "at the right"), green, fell, strict=True)
    ]
    notes = (
        "Par is where a department stood before the run; 1 is a full score. A triangle up is above par, one down below.",
        "Say: on their scorecards alone, how would these departments know what customers feel?"
        if any(watermelon)
        else "Say: this is no watermelon; most scorecards are not green, or loyalty has not fallen. The model does not force one.",
        (
            f"Bonus paid so far [money per 1,000 people a week, mean]: {amount(bonus_of(pair.left, middle))} at the left, "
            f"{amount(bonus_of(pair.right, middle))} at the right."
        ),
        "Ask: who in your firm has a green dashboard that you do not believe?",
    )
    words = f"Week {middle}. {'; '.join(sides)} since week 0."
    return Chapter(title=title, words=words, notes=notes, view="scores", start=early, end=middle, minutes=3)


def _levers(pair: Pair, last: int) -> Chapter:
    moves = [lever_moves(pair, lived, last) for lived in pair.both]
    sides = [f"{side}: {of[0]}" for side, of in zip(("at the left", "at the right"), moves, strict=True) if of]
    notes = (
        "A hollow mark: where a lever stood in week 0; a full one: where it stands now. Those that moved farthest come first.",
        "Say: no one decided this in a meeting. It is what trying out under these rules has come to.",
        *(f"Next {side}: {'; '.join(of[1:4])}." for side, of in
          zip(("at the left", "at the right"), moves, strict=True) if of[1:]),
        "Ask: which of these would look like good work in that department's own meeting?",
    )  # fmt: skip
    words = (
        f"The lever that has moved farthest {'; '.join(sides)}."
        if sides
        else "No lever has moved: here they are frozen."
    )
    return Chapter(
        title="How the levers drifted", words=words, notes=notes, view="levers", start=0, end=last, minutes=3
    )


def _pain(pair: Pair, last: int) -> Chapter:
    told = [hurting(pair, lived, last) for lived in pair.both]
    known = [one for one in told if one is not None]
    words = "Nobody was disappointed."
    if known:
        shares = [
            f"{amount(100 * one.elsewhere, decimals=0)} % {side} ({amount(100 * one.nobody, decimals=0)} % to nobody known)"
            for one, side in zip(told, ("at the left", "at the right"), strict=True)
            if one is not None
        ]
        words = f"Due to another department than the one that customers met: {joined(shares)} of all pain."
    notes = (
        ("Pain is experience below what the customer expected. It is booked where it was felt and to whom it is due: who "
        "raised the expectation, sent the load, or ran the encounter."),
        *(f"At the {side}: felt most at the touchpoint {one.felt}; of what is known, most is due to {one.due}." for side, one in
          zip(("left", "right"), told, strict=True) if one is not None),
        "Say: who hears the complaint is not always who can end it. What is due to nobody known is shown, not given to the owner.",
        "Ask: where do your complaints arrive, and who is in the room when they are discussed?",
    )  # fmt: skip
    return Chapter(title="Felt here, caused there", words=words, notes=notes, view="pain", start=0, end=last, minutes=3)


def _one_customer(pair: Pair, last: int) -> Chapter:
    person = typical(pair)
    if person is None:
        words = "Nobody on the screen was there all the time; click anybody to follow her."
        return Chapter(title="One customer, twice", words=words, notes=(), view="follow", start=0, end=last, minutes=3)
    notes = (
        (
            "She was chosen by rule: of those on the screen who were in the market all the time and have bought, the ten whose two "
            "lives differ about as much as lives do on average; of these, whoever was a customer longest. Other people's lives "
            "differ more, or the other way round: click on any face, or go through them with the keys [ and ]."
        ),
        "Say: the same person, the same week, the same luck of the day. Only what departments had set differs.",
        "Read two or three of the happenings aloud from each side.",
        "Ask: what would she tell a friend in either world?",
    )
    words = person_words(pair, person)
    return Chapter(title="One customer, twice", words=words, notes=notes, view="follow", start=0, end=last, minutes=3)


def _end(pair: Pair, middle: int, last: int) -> Chapter:
    left, right = (level(lived, "loyalty", last) for lived in pair.both)
    gap = right - left
    name_left, name_right = (quoted(title) for title in pair.titles)
    if abs(gap) < 0.5:
        title = "At the end: about the same loyalty"
    else:
        title = f"At the end: more loyalty at the {'right' if gap > 0 else 'left'}"
    profits = [level(lived, "profit", last) for lived in pair.both]
    words = (
        f"Loyalty {amount(left)} under {name_left}, {amount(right)} under {name_right}. Profit [money per 1,000 people a week] "
        f"{amount(profits[0], decimals=0)} and {amount(profits[1], decimals=0)}."
    )
    notes = (
        "Go back to the votes of the beginning.",
        f"Means of the last {min(13, last + 1)} weeks. In week 0 loyalty was {amount(level(pair.left, 'loyalty', 0))}.",
        ("Bonus paid [money per 1,000 people a week, mean of all weeks]: "
        f"{amount(bonus_of(pair.left, last))} at the left, {amount(bonus_of(pair.right, last))} at the right."),
        "Say it as it is: in this run the right-hand rules did not win." if gap <= 0.5 else
        "Say: this is one run. The next chapter asks whether it was luck.",
    )  # fmt: skip
    return Chapter(title=title, words=words, notes=notes, view="people", start=middle, end=last, minutes=2)


def _luck(pair: Pair, last: int) -> Chapter:
    words = (
        "One run is one story. Press the button: the same two worlds are run again with other people and other luck."
    )
    notes = (
        "Press the button before you speak; counting takes some seconds.",
        (
            "Say: an interval that leaves out zero is a difference that luck does not explain. One that holds zero is a "
            "difference that we cannot tell from luck, and then we say so."
        ),
        "Ask: how many runs does your firm get?",
    )
    return Chapter(title="Was it luck?", words=words, notes=notes, view="scores", start=last, end=last, minutes=1)


def _your_turn(pair: Pair) -> Chapter:
    week = pair.weeks // 4
    words = (
        "What would you change, and from which week on? The weeks before stay as they were, and the rest is lived anew."
    )
    notes = (
        f"Go to a week (such as {week}), press c, take one wish of the room, and let the room guess before you press the button.",
        "Good first wishes: half the weight on shared metrics; shared sight of the data; one lever held by order.",
        "If the wish does not help, say so, and ask which chain of causes the room had in mind.",
        "Close: what is the smallest such change that you could try for three months?",
    )
    return Chapter(title="Your turn", words=words, notes=notes, view="people", start=week, end=week, minutes=1)


def _signed(value: float) -> str:
    return f"{round(value, 1) + 0.0:+.1f}".replace("-", "\N{MINUS SIGN}") if np.isfinite(value) else "nothing"

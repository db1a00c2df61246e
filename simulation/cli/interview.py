"""The questions of `silosim new`: each answer is checked at once, and asked for again where it cannot be."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import typer

from simulation.cli.failures import say
from simulation.laboratory.founding import ARMS, Answers, checked, figures_of, starts, text_of
from simulation.laboratory.spreadsheet.cells import BadCell, value_of
from simulation.scenario.allowed import describe
from simulation.scenario.faults import Fault, ScenarioError, nearest, one_of, show

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulation.laboratory.founding import Figure

__all__ = ["Given", "Sound", "answers_from", "at_terminal", "interview"]

_WHOLE = {"type": "integer", "minimum": 1}
_OFFERED = ("siloed", "shared_metrics", "pooled_data")
"""Arms offered where the firm to start from has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the options answer; None and empty: not answered."""

    start: str | None = None
    title: str | None = None
    question: str | None = None
    drop: tuple[str, ...] = ()
    rename: tuple[str, ...] = ()
    arms: str | None = None
    population: int | None = None
    weeks: int | None = None
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sound:
    """Answers that make a valid scenario."""

    answers: Answers

    def text_for(self, path: Path) -> str:
        """The scenario file."""
        return text_of(self.answers, path)


def at_terminal() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def answers_from(given: Given) -> Sound:
    """Take the answers from options alone.

    Raises
    ------
    ScenarioError
        With what is wrong with them.
    """
    answers = Answers(start=given.start or "baseline", title=given.title or "", question=given.question or "")
    answers = replace(answers, dropped=_pairs("--drop", given.drop), renamed=_pairs("--rename", given.rename))
    answers = replace(answers, arms=_names(given.arms or ""), population=given.population, weeks=given.weeks)
    for key, text in _pairs("--figure", given.figures).items():
        answers = _with_figure(answers, key, text)
    checked(answers)
    return Sound(answers)


def interview(given: Given) -> Sound:
    """Ask what options have not answered.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, and where no more answers come.
    """
    try:
        return Sound(_figures(given, _arms(given, _departments(given, _firm(given)))))
    except typer.Abort:
        raise KeyboardInterrupt from None


def _firm(given: Given) -> Answers:
    """Which firm to start from, its name, the question."""
    if given.start is None:
        say(
            "A firm to start from: the reference firm (baseline, a retailer), another shipped scenario, or a small world:"
        )
        say(f"  {', '.join(starts())}")
    answers = _asked("Start from", given.start, "baseline", lambda text: Answers(start=text))
    answers = _asked(
        "Name of the firm", given.title, answers.base.scenario.title, lambda text: replace(answers, title=text)
    )
    ask = "What do you want to know?"
    return _asked(
        ask,
        given.question,
        answers.base.scenario.question or "-",
        lambda text: replace(answers, question=text.strip("- ")),
    )


def _departments(given: Given, answers: Answers) -> Answers:
    """Which departments there are, and what they are called."""
    known = answers.base.scenario.departments
    if not given.drop or not given.rename:
        say(f"Departments: {', '.join(f'{name} ({part.name})' for name, part in known.items())}")
    if given.drop:
        answers = _sound(replace(answers, dropped=_pairs("--drop", given.drop)))
    elif len(known) > 1:
        answers = _asked(
            "Which of them does the firm not have, and who runs their touchpoints? (billing=service, ...; - for none)",
            None,
            "-",
            lambda text: replace(answers, dropped=_pairs("", _pieces(text))),
        )
    if given.rename:
        return _sound(replace(answers, renamed=_pairs("--rename", given.rename)))
    ask = "Other names? (sales=Account team, ...; - for none)"
    return _asked(ask, None, "-", lambda text: replace(answers, renamed=_pairs("", _pieces(text))))


def _arms(given: Given, answers: Answers) -> Answers:
    """What is compared, and how large it is."""
    own = answers.base.scenario.arms
    if given.arms is None:
        say("What may be compared (the first named is the yardstick):")
        for name, arm in ARMS.items():
            say(f"  {name:15} {arm.about}")
        if own:
            say(f"  {'-':15} as in the firm that you start from: {', '.join(own)}")
    answers = _asked(
        "Compare", given.arms, "-" if own else ", ".join(_OFFERED), lambda text: replace(answers, arms=_names(text))
    )
    horizon = answers.base.scenario.horizon
    for key, ask in (("population", "People in the market"), ("weeks", "Weeks to live through, after burn-in")):
        found: int | None = getattr(given, key)
        text = None if found is None else str(found)

        def sized(text: str, key: str = key, now: Answers = answers) -> Answers:
            return replace(now, **{key: _number(text, _WHOLE)})

        answers = _asked(ask, text, str(getattr(horizon, key)), sized)
    return answers


def _figures(given: Given, answers: Answers) -> Answers:
    """Key figures; Enter leaves one as it is."""
    known = figures_of(answers.base.scenario)
    told = _pairs("--figure", given.figures)
    for key, text in told.items():
        answers = _sound(_with_figure(answers, key, text))
    for key, figure in known.items():
        if key in told:
            continue

        def named(text: str, key: str = key, now: Answers = answers) -> Answers:
            return _unless_same(now, key, text)

        answers = _asked(figure.words, None, f"{figure.value:g}", named)
    return answers


def _asked(ask: str, answer: str | None, default: str, take: Callable[[str], Answers]) -> Answers:
    """Take an answer: from an option, or by asking until it is one that makes a valid scenario."""
    if answer is not None:
        return _sound(take(answer))
    while True:
        text = str(typer.prompt(ask, default=default, err=True)).strip()
        try:
            return _sound(take(text))
        except ScenarioError as error:
            for fault in error.faults:
                say(f"  {fault}")


def _sound(answers: Answers) -> Answers:
    checked(answers)
    return answers


def _unless_same(answers: Answers, key: str, text: str) -> Answers:
    figure = figures_of(answers.base.scenario)[key]
    return answers if text == f"{figure.value:g}" else _with_figure(answers, key, text)


def _with_figure(answers: Answers, key: str, text: str) -> Answers:
    """Take over a key figure."""
    known: dict[str, Figure] = figures_of(answers.base.scenario)
    if key not in known:
        raise ScenarioError(
            [
                Fault(
                    f"--figure: {show(key)} is no key figure of this firm",
                    allowed=one_of(known),
                    nearest=nearest(key, known),
                )
            ]
        )
    figures = dict(answers.figures)
    figures |= known[key].changes(_number(text, known[key].node, key=key), figures)
    return replace(answers, figures=figures)


def _number(text: str, node: dict[str, Any], *, key: str = "") -> Any:
    """A number within its bounds, with a decimal comma or per cent sign, too; `key` is what a fault says it is."""
    named = f"{key}: " if key else ""
    try:
        number = value_of(text, node)
    except BadCell as bad:
        raise ScenarioError([Fault(f"{named}{bad}", allowed=describe(node), nearest=bad.meant)]) from None
    low, above = node.get("minimum", float("-inf")), node.get("exclusiveMinimum", float("-inf"))
    whole = node["type"] != "integer" or isinstance(number, int)
    if not (whole and low <= number <= node.get("maximum", float("inf")) and number > above):
        hint = f"{number / 100:g}" if node.get("maximum") == 1.0 and 1 < number <= 100 else None
        raise ScenarioError([Fault(f"{named}{show(text)} is not allowed", allowed=describe(node), nearest=hint)])
    return number


def _pairs(option: str, texts: tuple[str, ...]) -> dict[str, str]:
    """`a=b` as a mapping."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value) or name in found:
            said = f"{option}: {show(text)}" if option else show(text)
            raise ScenarioError([Fault(f"{said} is not allowed", allowed="NAME=VALUE, each name once")])
        found[name] = value
    return found


def _pieces(text: str) -> tuple[str, ...]:
    return (
        ()
        if text == "-"
        else tuple(piece for piece in (part.strip() for part in text.replace(";", ",").split(",")) if piece)
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_pieces(text)))

"""What the commands that read a sweep have in common: open it, ask it, print and write the answer."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from simulation.cli.opening import RESULTS, remarks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure

    from simulation.laboratory.answers.swept import Asked, Question
    from simulation.laboratory.sweep.plan import Plan

__all__ = ["Answer", "Asking", "answer"]

ANSWER = "answer.md"
"""The answers in words, and what the columns of the tables mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the command line asked for; None: the default."""

    folder: Path
    outcomes: Sequence[str] | None
    arm: str | None
    against: str | None
    so_far: bool
    out: Path | None
    overwrite: bool
    charts: bool
    quiet: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer for one outcome: a sentence, more sentences, tables by the name of their file, a picture to draw."""

    title: str
    sentences: Sequence[str]
    tables: Mapping[str, pd.DataFrame]
    draw: Callable[[], Figure]


def answer(asking: Asking, what: str, make: Callable[[Asked], Answer], *, difference: bool) -> None:
    """Ask a sweep about each outcome; print the answers and write them whole or not at all.

    Parameters
    ----------
    asking
        What the command line asked for.
    what
        Name of the command, for the folder.
    make
        Answers for one outcome.
    difference
        True where only a difference between two arms can be asked for.

    Raises
    ------
    ScenarioError, FolderRefused, ExtraMissing
        Before anything is written.
    """
    from simulation.analysis.folder import check_folder
    from simulation.laboratory.answers.swept import asked, opened

    out = asking.out or RESULTS / f"{asking.folder.resolve().name}-{what}"
    check_folder(out, overwrite=asking.overwrite)
    swept = opened(asking.folder, so_far=asking.so_far)
    names = list(dict.fromkeys(asking.outcomes or swept.plan.outcomes))
    found = {name: make(asked(swept, _question(asking, swept.plan, name, difference=difference))) for name in names}
    _write(asking, out, found, swept.plan)
    for each in found.values():
        typer.echo(f"{each.title}\n")
        typer.echo("".join(f"  {sentence}\n" for sentence in each.sentences))
    remarks(quiet=asking.quiet)(f"Tables, charts and these words are in {out}")


def _question(asking: Asking, plan: Plan, outcome: str, *, difference: bool) -> Question:
    """Return the question with its defaults: of two arms, the second against the first.

    Raises
    ------
    ScenarioError
        If there are more arms, and none is named.
    """
    from simulation.laboratory.answers.swept import Question, refused
    from simulation.scenario.faults import one_of

    arm, against = asking.arm, asking.against
    if arm is None:
        others = [name for name in plan.arms if name != (against or plan.arms[0])]
        if len(others) > 1:
            raise refused(
                "--arm", f"the sweep has {len(plan.arms)} arms: name the one to ask about", allowed=one_of(others)
            )
        arm = others[0] if others else plan.arms[0]
        against = against or (plan.arms[0] if others else None)
    elif against is None and difference and len(plan.arms) > 1:
        against = plan.arms[0]
    return Question(outcome=outcome, arm=arm, against=against)


def _write(asking: Asking, out: Path, found: Mapping[str, Answer], plan: Plan) -> None:
    import pandas as pd

    from simulation._version import __version__
    from simulation.analysis.folder import CHARTS, PROVENANCE, whole
    from simulation.analysis.sources import COMPARISON
    from simulation.analysis.storage import write_csv
    from simulation.views.laboratory.swept_words import answers_page
    from simulation.views.style import look, save

    with whole(out, overwrite=asking.overwrite) as folder:
        tables = {name: [each.tables[name] for each in found.values()] for name in next(iter(found.values())).tables}
        for name, parts in tables.items():
            filled = [part for part in parts if len(part)] or parts[:1]
            write_csv(pd.concat(filled, ignore_index=True), folder / f"{name}.csv")
        pages = {each.title: each.sentences for each in found.values()}
        columns = [str(name) for parts in tables.values() for name in parts[0].columns]
        text = answers_page(pages, columns)
        (folder / ANSWER).write_text(text, encoding="utf-8", newline="\n")
        told = {
            "silosim": __version__, "command": ["silosim", *sys.argv[1:]], "sweep": plan.name, "plan_hash": plan.hash,
            "made_by": [COMPARISON], "sources_hash": plan.sources_hash, "scenario_hash": plan.scenario_hash,
            "seed": plan.seed, "replications": plan.replications,
        }  # fmt: skip
        (folder / PROVENANCE).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8", newline="\n")
        if asking.charts:
            (folder / CHARTS).mkdir()
            with look():
                for name, each in found.items():
                    save(each.draw(), folder / CHARTS, name)

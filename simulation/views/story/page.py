"""The stories as files: a page that needs nothing else, Markdown, the rows behind them, and a picture of each."""

from __future__ import annotations

import base64
import html
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation._version import __version__
from simulation.views.saving import neutralised
from simulation.views.story.sums import sums
from simulation.views.story.turns import turns
from simulation.views.story.words import Teller

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulation.analysis.stories import Stories
    from simulation.scenario.scenario import Scenario
    from simulation.views.story.sums import Sum
    from simulation.views.story.turns import Turn
    from simulation.views.story.words import Week

__all__ = ["Told", "add_stories", "drawn", "story_html", "story_markdown", "told_stories"]

_TEMPLATES = Path(__file__).resolve().parent / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One person's story as pages show it; `picture` is a PNG in base64."""

    customer: int
    title: str
    titles: tuple[str, ...]
    opening: tuple[str, ...]
    sums: tuple[Sum, ...]
    turns: tuple[tuple[str, tuple[Turn, ...]], ...]
    weeks: tuple[Week, ...]
    picture: str


def told_stories(
    stories: Stories,
    *,
    scenario: Scenario,
    titles: Mapping[str, str],
    pictures: Mapping[int, bytes],
    weeks: bool = True,
    others: Sequence[Scenario] = (),
) -> list[Told]:
    """Return every person's story in words.

    Parameters
    ----------
    pictures
        Customer -> PNG (see `drawn`).
    weeks
        Whether every week is told, or the telling moments only.
    others
        Other arms' scenarios (see `Teller`).
    """
    found = []
    for story in stories.stories:
        teller = Teller(stories, story, scenario=scenario, titles=titles, others=others)
        found.append(
            Told(
                customer=story.customer, title=teller.title, titles=tuple(titles[arm] for arm in stories.arms),
                opening=tuple(teller.opening()), sums=tuple(sums(teller)),
                turns=tuple((titles[arm], tuple(turns(teller, arm))) for arm in stories.arms),
                weeks=tuple(teller.weeks()) if weeks else (),
                picture=base64.b64encode(pictures[story.customer]).decode(),
            )
        )  # fmt: skip
    return found


def drawn(
    stories: Stories, folder: Path, *, scenario: Scenario, titles: Mapping[str, str], others: Sequence[Scenario] = ()
) -> dict[int, bytes]:
    """Draw a picture of each story into `folder`, `story_<customer>.png`; return them by customer."""
    # Late: matplotlib is slow to load.
    from simulation.views.story.picture import story_picture
    from simulation.views.style import look, save

    found = {}
    for story in stories.stories:
        with look():
            figure = story_picture(Teller(stories, story, scenario=scenario, titles=titles, others=others))
            (path,) = save(figure, folder, f"story_{story.customer}")
        found[story.customer] = path.read_bytes()
    return found


def story_html(told: Sequence[Told], stories: Stories, *, scenario: Scenario, command: Sequence[str]) -> str:
    """Return the page: all that it shows stands in it."""
    from simulation.views.report.page import TEMPLATES, asset, policy_of
    from simulation.views.templates import templates_in

    return templates_in(_TEMPLATES, TEMPLATES).get_template("story.html").render(
        told=told, stories=stories, scenario=scenario, command=shlex.join(command), version=__version__, level="h2",
        style=asset("report.css"), policy=policy_of([], pictures=True),
    )  # fmt: skip


def story_markdown(told: Sequence[Told], *, scenario: Scenario) -> str:
    """Return the same as Markdown; names from the scenario are escaped."""
    lines = [f"# {_safe(scenario.title)}: one customer, two worlds", ""]
    for part in told:
        lines += [f"## {_safe(part.title)}", ""]
        for paragraph in part.opening:
            lines += [_safe(paragraph), ""]
        lines += [f"![Both lives by week](story_{part.customer}.png)", ""]
        lines += [_row("What", "Unit", *part.titles), _row(*["---"] * (2 + len(part.titles)))]
        lines += [_row(line.what, line.unit, *line.figures.values()) for line in part.sums]
        for title, moments in part.turns:
            lines += ["", f"### The moments that tell under {_safe(title)}", ""]
            lines += [f"- **Week {turn.week + 1}.** {_safe(turn.text)}" for turn in moments]
        lines += ["", "### Every week in which something happened", ""]
        lines += [_row("Week", *part.titles), _row(*["---"] * (1 + len(part.titles)))]
        lines += [_row(str(week.week + 1), *(" ".join(said) for said in week.told.values())) for week in part.weeks]
        lines.append("")
    return "\n".join(lines)


def _safe(text: str) -> str:
    """Text that Markdown shows as it is: no HTML, no table cells, no links."""
    text = html.escape(text, quote=False)
    return "".join(f"\\{letter}" if letter in "\\`*_[]|#" else letter for letter in text.replace("\n", " "))


def _row(*cells: str) -> str:
    return "| " + " | ".join("---" if cell == "---" else _safe(cell) for cell in cells) + " |"


def add_stories(
    stories: Stories,
    folder: Path,
    *,
    scenario: Scenario,
    titles: Mapping[str, str],
    command: Sequence[str],
    others: Sequence[Scenario] = (),
) -> list[Told]:
    """Write story.csv, story.md, story.html and the pictures into a folder; return what was told."""
    from simulation.analysis.storage import write_csv

    told = told_stories(
        stories,
        scenario=scenario,
        titles=titles,
        pictures=drawn(stories, folder, scenario=scenario, titles=titles, others=others),
        others=others,
    )
    write_csv(neutralised(stories.rows), folder / "story.csv")
    texts: dict[str, Any] = {
        "story.md": story_markdown(told, scenario=scenario),
        "story.html": story_html(told, stories, scenario=scenario, command=command),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return told

"""Checks the answers as any scenario is checked, and writes them down with comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from simulation.laboratory.spreadsheet.writing import yaml_text
from simulation.scenario.loading import load_dict
from simulation.scenario.overlay import apply

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.laboratory.founding.answers import Answers
    from simulation.scenario.loading import LoadedScenario

__all__ = ["checked", "text_of"]

_COMMENTS = {
    "title": "",
    "extends": "What is not said here is as in this scenario: silosim show tells all of it.",
    "horizon": "The size of a run. More people and more replications give narrower intervals and take longer.",
    "market": "Prices and costs of what is sold, and how many customers leave: shares a week, at neutral loyalty.",
    "journey": "Where customers meet the firm: touchpoints that others run now, and figures of single ones.",
    "departments": "Departments under other names; null: the firm has no such department.",
    "kpis": "KPIs that went with their departments.",
    "joint_effects": "Levers that worked together and no longer do, because one of them is gone.",
    "arms": "What to compare: the same people with the same luck; the first arm is the yardstick. null: not compared here.",
}
_WHOLE = "All of the small world that it starts from, with the answers. Nobody decides anything there: its levers are frozen."
_MORE = """
# Change another figure by naming the way to it, for example:
# journey:
#   delivery: {failure: 0.05}     # shares are written 0.05, never 5 or 5 %
# More that can be changed: silosim schema; the same as a spreadsheet: silosim template
"""


def checked(answers: Answers) -> LoadedScenario:
    """The scenario that the answers make.

    Raises
    ------
    ScenarioError
        With every fault, in the words of the scenario.
    """
    overlay = answers.overlay()
    return load_dict({**apply(answers.base.raw, overlay)}, name=overlay["title"][:60])


def text_of(answers: Answers, target: Path) -> str:
    """The scenario file: a line on how to go on, then each part that differs under its comment."""
    overlay = answers.overlay()
    name = target.name
    head = f"# Check it: silosim validate {name}    look at it: silosim show {name}    run it: silosim compare {name}\n"
    if answers.alone:
        return f"{head}# {_WHOLE}\n{yaml_text(apply(answers.base.raw, overlay))}"
    parts: dict[str, Any] = {"title": overlay.pop("title")}
    if "question" in overlay:
        parts["question"] = overlay.pop("question")
    parts["extends"] = answers.extends(target)
    order = [key for key in _COMMENTS if key in overlay] + [key for key in overlay if key not in _COMMENTS]
    parts |= {key: overlay[key] for key in order}
    return head + "".join(_part(key, value) for key, value in parts.items()) + _MORE


def _part(key: str, value: object) -> str:
    comment = _COMMENTS.get(key, "")
    above = f"\n# {comment}\n" if comment else "\n" if isinstance(value, Mapping) else ""
    return above + yaml_text({key: value})

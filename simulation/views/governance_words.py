"""Councils, culture and alignment in plain words: what an arm puts beside pay and sight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from simulation.scenario.governance import ACTION_KINDS, INDEPENDENT, Levels, Operational, Strategic
from simulation.views.words import joined

if TYPE_CHECKING:
    from simulation.scenario.scenario import Scenario

__all__ = ["alignment_words", "governance_words"]

LeverName = Callable[[str], str]
"""From `department.lever` to its name."""


def governance_words(scenario: Scenario, given: Mapping[str, Any], *, lever: LeverName) -> list[str]:
    """What bodies there are, in one phrase each, with what is unusual about them.

    Parameters
    ----------
    given
        The part `governance` as an arm changes it: what is not said stays as in the scenario, or as it is usually.
    lever
        From `department.lever` to its name.
    """
    return list(_governance(scenario, given, lever))


def _governance(scenario: Scenario, given: Mapping[str, Any], lever: LeverName) -> Iterator[str]:
    bodies: dict[str, Callable[[Mapping[str, Any]], str]] = {
        "operational": lambda body: _operational(scenario, body),
        "strategic": lambda body: _strategic(scenario, body),
        "central_team": lambda _body: "a central customer-experience team checks reports and joins data",
        "culture": _culture,
    }
    for key, value in given.items():
        if key in bodies:
            name = (
                key.replace("operational", "operational council")
                .replace("strategic", "strategic council")
                .replace("_", " ")
            )
            yield bodies[key](value) if isinstance(value, Mapping) else f"no {name}"
        elif key == "levels" and isinstance(value, Mapping):
            passed = [
                f"{level} {_percent(value.get(level, getattr(Levels(), level)))}"
                for level in ("top", "middle", "front")
            ]
            yield f"what levels of management pass on of a message: {joined(passed)}"
        elif key in {"retargeting", "access"} and isinstance(value, Sequence):
            what = "whom to address" if key == "retargeting" else "access to accounts"
            yield f"councils may agree on {what}: {joined([lever(str(path)) for path in value])}"
        else:
            yield f"governance > {key.replace('_', ' ')}: {value}"


def _operational(scenario: Scenario, body: Mapping[str, Any]) -> str:
    """The council that meets often."""
    usual = scenario.governance.operational or Operational()
    chair = str(body.get("chair", usual.chair))
    led = "with an independent chair" if chair == INDEPENDENT else f"led by {_department(scenario, chair)}"
    parts = [f"an operational council meets every {body.get('every_weeks', usual.every_weeks)} weeks, {led}"]
    if members := body.get("members"):
        parts.append(f"at the table: {joined([_department(scenario, str(name)) for name in members])}")
    if territory := body.get("territory"):
        parts.append(f"members colour {_percent(territory)} of what makes them look bad")
    if body.get("follow_up") is False:
        parts.append("nobody asks what became of its actions")
    if "actions" in body:
        parts.append(
            f"it may agree on {joined([ACTION_KINDS.get(kind, str(kind)) for kind in body['actions']]) or 'nothing'}"
        )
    return "; ".join(parts)


def _strategic(scenario: Scenario, body: Mapping[str, Any]) -> str:
    """Top management."""
    usual = scenario.governance.strategic or Strategic()
    parts = [f"a strategic council above it meets every {body.get('every_weeks', usual.every_weeks)} weeks"]
    if step := body.get("weight_step"):
        parts.append(f"it moves the weight of shared metrics by {_percent(step)} of the appraisal at a meeting")
    if body.get("reassigns"):
        parts.append("who objects twice loses the lever")
    return "; ".join(parts)


def _culture(body: Mapping[str, Any]) -> str:
    """The diagnosis, areas of the same orientation together."""
    areas: dict[str, list[str]] = {}
    for area, stage in body.get("areas", {}).items():
        areas.setdefault(str(stage), []).append(str(area).replace("_", " "))
    return (
        f"culture: {'; '.join(f'{stage} in {joined(names)}' for stage, names in areas.items()) or 'naive throughout'}"
    )


def alignment_words(given: Mapping[str, Any]) -> list[str]:
    """How far departments care without being paid for it, in phrases."""
    known: dict[str, Callable[[Any], str]] = {
        "buy_in": lambda share: (
            f"departments begin with buy-in: they give shared metrics {_percent(share)} weight beyond what is paid"
        ),
        "line_of_sight": lambda share: f"departments see {_percent(share)} of what their trials do elsewhere",
        "role_clarity": lambda share: f"roles are clear: buy-in fades {_percent(share)} more slowly",
        "message_every": lambda weeks: (
            f"leadership repeats its message every {weeks} weeks" if weeks else "leadership says it once"
        ),
    }
    return [
        known[key](value) if key in known else f"alignment > {key.replace('_', ' ')}: {value}"
        for key, value in given.items()
    ]


def _department(scenario: Scenario, key: str) -> str:
    return scenario.departments[key].name if key in scenario.departments else key


def _percent(share: Any) -> str:
    return f"{100 * share:.3g} %" if isinstance(share, int | float) else str(share)

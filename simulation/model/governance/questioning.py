"""Questioning up the chain: from where trouble is heard to what may have caused it, by what is on the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.model.governance.papers import SOLD
from simulation.rules.governance import together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulation.model.governance.journey_map import JourneyMap
    from simulation.model.governance.papers import Measure, Papers

__all__ = ["LEAST_MOVE", "Answer", "Suspicion", "concerns", "question"]

LEAST_MOVE = 0.05
"""A lever that cannot move farther than this in the direction wanted is left alone [lever units]. Our assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A lever that may have caused what is heard: by how many standard errors, and where it had better go."""

    lever: str
    department: str
    upstream: int
    strength: float
    direction: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of asking one department: `absent`, `closed`, `untried`, or `shown` with its worst lever."""

    department: str
    upstream: int
    kind: str
    problems: float | None = None
    worst: Suspicion | None = None
    levers: int = 0
    """Levers that shared data say anything about, and that could be acted upon."""


def concerns(papers: Papers) -> list[Measure]:
    """Return what is heard at touchpoints, the greatest worsening since the beginning first; unknown ones left out."""
    heard = [m for m in papers.measures.values() if m.touchpoint and m.kind != SOLD and m.concern == m.concern]
    return sorted(heard, key=lambda measure: -measure.concern)


def question(
    papers: Papers,
    journey: JourneyMap,
    measure: Measure,
    *,
    usable: Callable[[str], bool],
    chair: str,
    territory: float,
) -> list[Answer]:
    """Ask every department up the chain from where a measure is heard, nearest first.

    Among those equally near the one goes first at whose touchpoints more problems arose, as far as that is known. The
    department that leads the council looks at itself with (1 - territory) of the evidence.
    """
    problems: dict[str, float] = {}
    for touchpoint, value in papers.origins.items():
        owner = journey.owner[touchpoint]
        problems[owner] = problems.get(owner, 0.0) + value
    chain = journey.chain(measure.touchpoint)
    order = sorted(chain, key=lambda name: (chain[name], -problems.get(name, 0.0)))
    answers = []
    found: list[Suspicion]
    for name in order:
        if name not in papers.reports:
            kind, found = "absent", []
        elif not papers.sees(name):
            kind, found = "closed", []
        else:
            found = list(_suspicions(papers, journey, measure, name, chain[name], usable))
            kind = "shown" if found else "untried"
        worst = max(found, key=lambda each: each.strength, default=None)
        if worst is not None and name == chair:
            weaker = (1.0 - territory) * worst.strength
            worst = Suspicion(
                lever=worst.lever, department=name, upstream=chain[name], strength=weaker, direction=worst.direction
            )
        answers.append(
            Answer(
                department=name,
                upstream=chain[name],
                kind=kind,
                problems=problems.get(name),
                worst=worst,
                levers=len(found),
            )
        )
    return answers


def _suspicions(
    papers: Papers, journey: JourneyMap, measure: Measure, department: str, upstream: int, usable: Callable[[str], bool]
) -> Iterator[Suspicion]:
    for lever in journey.levers[department]:
        down, up = papers.moves.get(lever, (0.0, 0.0))
        harm = _harm(papers, lever, measure)
        direction = -1 if harm > 0.0 else 1
        room = down if direction < 0 else up
        if harm != 0.0 and room >= LEAST_MOVE and usable(lever):
            yield Suspicion(
                lever=lever, department=department, upstream=upstream, strength=abs(harm), direction=direction
            )


def _harm(papers: Papers, lever: str, measure: Measure) -> float:
    """Return by how many standard errors a higher lever goes with worse: in what is heard and in surveyed satisfaction."""
    heard, survey = papers.finding(lever, measure.name), papers.satisfaction_of(lever, measure.name)
    in_heard, in_survey = measure.worse * heard.standing_out, -survey.standing_out
    if not heard.information or not survey.information:
        return in_heard + in_survey  # one of the two is 0
    return together(in_heard, in_survey)

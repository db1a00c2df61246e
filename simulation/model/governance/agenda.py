"""The agenda of the operational council: what is said under each point, as data, out of what has happened."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation.model.governance.actions import LIVE
from simulation.model.governance.council import CLEAR
from simulation.model.governance.papers import SATISFACTION
from simulation.record import Figure, Item
from simulation.rules.governance import reviews_needed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from simulation.model.governance.actions import Action
    from simulation.model.governance.council import Council, Inquiry, Outcome, Verdict
    from simulation.model.governance.papers import Measure, Papers
    from simulation.model.governance.questioning import Suspicion
    from simulation.model.governance.research import Study

__all__ = ["AGENDA", "CHAIR", "OPERATIONAL", "Initiative", "Meeting", "figure_of", "items_of"]

OPERATIONAL = "operational"
CHAIR = "chair"
TEAM = "team"
POINTS = "points of appraisal"
ERRORS = "standard errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiative:
    """A lever that a department is trying out at the moment, as it tells those whom its data reach."""

    department: str
    lever: str
    control: float
    tried: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One meeting, as far as minutes are made of it."""

    papers: Papers
    council: Council
    verdicts: Sequence[Verdict]
    inquiries: Sequence[Inquiry]
    copied: tuple[str, Outcome] | None
    initiatives: Sequence[Initiative]
    reviews: int
    spent: float
    team: bool
    absent: Sequence[str]
    names: Mapping[str, str]
    opened: tuple[Measure, Outcome] | None = None
    studies: Sequence[tuple[str, Study]] = ()

    def item(self, point: str, kind: str, speaker: str, **given: object) -> Item:
        """Return a statement of this meeting."""
        return Item(week=self.papers.week, council=OPERATIONAL, point=point, kind=kind, speaker=speaker, **given)  # type: ignore[arg-type]

    @property
    def chair(self) -> str:
        """Who speaks for the council."""
        leads = self.council.given.chair
        return leads if leads in self.papers.reports else CHAIR


def items_of(meeting: Meeting) -> list[Item]:
    """Return all that is said at a meeting, point by point."""
    return [item for point, speak in AGENDA.items() for item in speak(meeting, point)]


def figure_of(measure: Measure, when: str = "now") -> Figure:
    """Return a measure's figure: now, before (at the meeting before) or first (before the beginning)."""
    sources = {
        "now": measure.source,
        "before": "minutes of the meeting before",
        "first": "the year before the beginning",
    }
    return Figure(name=f"{measure.kind}_{when}", value=getattr(measure, when), unit=measure.unit, source=sources[when])


def _review(meeting: Meeting, point: str) -> Iterator[Item]:
    if not meeting.council.given.follow_up:
        live = [action for action in meeting.council.actions if action.status in LIVE]
        if live:
            figures = (
                Figure(name="agreed_actions", value=float(len(live)), unit="agreed actions", source="list of actions"),
            )
            yield meeting.item(point, "not_asked_after", meeting.chair, figures=figures)
    elif not meeting.verdicts:
        yield meeting.item(point, "no_actions", meeting.chair)
    for verdict in meeting.verdicts:
        yield _verdict(meeting, point, verdict)


def _verdict(meeting: Meeting, point: str, verdict: Verdict) -> Item:
    action, measure = verdict.action, meeting.papers.measures.get(verdict.action.symptom)
    figures: tuple[Figure, ...] = ()
    if measure is not None and verdict.kind in ("kept", "prolonged", "ended"):
        then = Figure(
            name="symptom_then", value=action.symptom_then, unit=measure.unit, source=f"minutes of week {action.agreed}"
        )
        figures = (then, figure_of(measure))
    elif verdict.kind == "waiting":
        figures = (Figure(name="due", value=float(action.due), unit="week", source="list of actions"),)
    speaker = "" if verdict.kind == "lapsed" else action.owner
    return meeting.item(
        point, f"action_{verdict.kind}", speaker, subject=action.owner, about=action.lever, action=action.number,
        detail=action.kind, heard_at=action.heard_at, heard_department=action.heard_department, figures=figures,
    )  # fmt: skip


def _satisfaction(meeting: Meeting, point: str) -> Iterator[Item]:
    measures = meeting.papers.measures
    for name in (SATISFACTION, "complaints"):
        measure = measures.get(name)
        if measure is not None:
            kind = "no_answers" if math.isnan(measure.now) else "measure"
            yield meeting.item(point, kind, meeting.chair, detail=_direction(measure), figures=_known(measure))
    for measure in measures.values():
        if measure.kind == "contacts":
            owner = meeting.council.journey.owner[measure.touchpoint]
            speaker = owner if owner in meeting.papers.reports else meeting.chair
            yield meeting.item(
                point, "measure", speaker, about=measure.touchpoint, detail=_direction(measure), figures=_known(measure)
            )
    worst = [m for m in measures.values() if m.kind == "csat" and m.concern > 0.0]
    if worst:
        measure = max(worst, key=lambda each: each.concern)
        owner = meeting.council.journey.owner[measure.touchpoint]
        speaker = owner if owner in meeting.papers.reports else meeting.chair
        yield meeting.item(
            point,
            "worst_touchpoint",
            speaker,
            about=measure.touchpoint,
            detail=_direction(measure),
            figures=_known(measure),
        )


def _known(measure: Measure) -> tuple[Figure, ...]:
    return tuple(
        figure_of(measure, when) for when in ("now", "before", "first") if not math.isnan(getattr(measure, when))
    )


def _direction(measure: Measure) -> str:
    """Return better, worse or same as at the beginning, by two standard errors; unknown without any case."""
    concern = measure.concern
    if math.isnan(concern):
        return "unknown"
    return "same" if abs(concern) < CLEAR else ("worse" if concern > 0.0 else "better")


def _reports(meeting: Meeting, point: str) -> Iterator[Item]:
    for name, report in meeting.papers.reports.items():
        score = Figure(
            name="own_score", value=report.score, unit="points of score", source=f"report of {meeting.names[name]}"
        )
        kind = "better" if report.score > 0.0 else "worse"
        yield meeting.item(point, "report", name, subject=name, detail=kind, figures=(score,))


def _practices(meeting: Meeting, point: str) -> Iterator[Item]:
    if meeting.copied is None:
        kind = "nothing_to_copy" if meeting.council.given.best_practice else "not_discussed"
        yield meeting.item(point, kind, meeting.chair)
        return
    best, outcome = meeting.copied
    action, reports = outcome.action, meeting.papers.reports
    settings = meeting.papers.settings
    there = f"{best}.{action.lever.partition('.')[2]}"
    figures = (
        Figure(name="their_setting", value=settings[there], unit="0-1", source=f"shared data of {meeting.names[best]}"),
        Figure(
            name="own_setting",
            value=settings[action.lever],
            unit="0-1",
            source=f"shared data of {meeting.names[action.owner]}",
        ),
        Figure(
            name="their_score",
            value=reports[best].score,
            unit="points of score",
            source=f"report of {meeting.names[best]}",
        ),
        Figure(
            name="own_score",
            value=reports[action.owner].score,
            unit="points of score",
            source=f"report of {meeting.names[action.owner]}",
        ),
    )
    yield meeting.item(point, "practice", best, subject=action.owner, about=action.lever, detail=best, figures=figures)
    yield _outcome(meeting, point, outcome)


def _initiatives(meeting: Meeting, point: str) -> Iterator[Item]:
    for each in meeting.initiatives:
        found = meeting.papers.finding(f"{each.lever}", SATISFACTION)
        figures = [
            Figure(
                name="control",
                value=each.control,
                unit="0-1",
                source=f"shared data of {meeting.names[each.department]}",
            ),
            Figure(
                name="tried", value=each.tried, unit="0-1", source=f"shared data of {meeting.names[each.department]}"
            ),
        ]
        if found.trials:
            where = f"shared data, {found.trials} trials"
            figures.append(Figure(name="satisfaction_effect", value=found.effect, unit="points of 100", source=where))
            figures.append(Figure(name="standing_out", value=found.standing_out, unit=ERRORS, source=where))
        yield meeting.item(
            point, "initiative", each.department, subject=each.department, about=each.lever, figures=tuple(figures)
        )
    silent = [name for name in meeting.papers.reports if not meeting.papers.sees(name)]
    if silent:
        yield meeting.item(point, "untold", meeting.chair, detail=" ".join(silent))


def _measures(meeting: Meeting, point: str) -> Iterator[Item]:
    survey = meeting.papers.measures.get(SATISFACTION)
    if survey is not None and survey.cases > 0:
        error = Figure(
            name="error", value=survey.error, unit="points of 100",
            source=f"spread of answers, by {survey.cases} answers",
        )  # fmt: skip
        answers = Figure(name="answers", value=float(survey.cases), unit="answers", source="survey")
        yield meeting.item(point, "survey_error", meeting.chair, figures=(answers, error))
    yield from _contradiction(meeting, point)
    shares = [report.shares for report in meeting.papers.reports.values()]
    mean = Figure(name="data_shared", value=100.0 * sum(shares) / len(shares), unit="%", source="common repository")
    kind = "data_shared" if meeting.papers.pooled else "data_not_joined"
    yield meeting.item(point, kind, meeting.chair, figures=(mean,) if meeting.papers.pooled else ())


def _contradiction(meeting: Meeting, point: str) -> Iterator[Item]:
    """A touchpoint whose survey is better than at the beginning while the company's is worse: may be talked up."""
    survey = meeting.papers.measures.get(SATISFACTION)
    if survey is None or _direction(survey) != "worse":
        return
    for measure in meeting.papers.measures.values():
        if measure.kind == "csat" and _direction(measure) == "better":
            figures = (figure_of(measure), figure_of(measure, "first"), figure_of(survey), figure_of(survey, "first"))
            yield meeting.item(point, "contradiction", meeting.chair, about=measure.touchpoint, figures=figures)


def _priorities(meeting: Meeting, point: str) -> Iterator[Item]:
    if not meeting.inquiries:
        yield meeting.item(point, "no_concern", meeting.chair)
    for inquiry in meeting.inquiries:
        measure, journey = inquiry.measure, meeting.council.journey
        heard = {"heard_at": measure.touchpoint, "heard_department": journey.owner[measure.touchpoint]}
        yield meeting.item(
            point,
            "concern",
            meeting.chair,
            about=measure.touchpoint,
            detail=_direction(measure),
            figures=_known(measure),
            **heard,
        )
        for answer in inquiry.answers:
            figures: list[Figure] = []
            if answer.problems is not None:
                unit = "per 1,000 customers a week"
                figures.append(
                    Figure(name="problems", value=answer.problems, unit=unit, source="shared data on open problems")
                )
            if answer.worst is not None:
                figures += _evidence(meeting, measure, answer.worst)
            speaker = answer.department if answer.kind != "absent" else meeting.chair
            yield meeting.item(
                point, f"answer_{answer.kind}", speaker, subject=answer.department,
                about=answer.worst.lever if answer.worst else "", figures=tuple(figures), **heard,
            )  # fmt: skip
        yield _conclusion(meeting, point, inquiry)
        if inquiry.outcome is not None:
            yield _outcome(meeting, point, inquiry.outcome, inquiry)
    if meeting.opened is not None:
        yield from _opening(meeting, point, *meeting.opened)


def _opening(meeting: Meeting, point: str, measure: Measure, outcome: Outcome) -> Iterator[Item]:
    """One department asks another for access to its accounts: what it sold where they were open."""
    action = outcome.action
    found = meeting.papers.finding(action.lever, measure.name)
    source = f"shared data, {found.trials} trials and {found.reviews} reviews"
    figures = (
        Figure(name="effect", value=found.effect * action.step, unit=measure.unit, source=source),
        Figure(name="standing_out", value=action.evidence, unit=ERRORS, source=source),
    )
    speaker = action.heard_department if action.heard_department in meeting.papers.reports else meeting.chair
    yield meeting.item(
        point, "access_asked", speaker, subject=action.owner, about=action.lever, heard_at=action.heard_at,
        heard_department=action.heard_department, figures=figures,
    )  # fmt: skip
    yield _outcome(meeting, point, outcome)


def _evidence(meeting: Meeting, measure: Measure, suspicion: Suspicion) -> list[Figure]:
    """Return what shared data say of a suspected lever: on what is heard, on surveyed satisfaction, and both together."""
    figures = []
    lever, papers = suspicion.lever, meeting.papers
    for name, found, unit in (
        ("effect", papers.finding(lever, measure.name), measure.unit),
        ("satisfaction_effect", papers.satisfaction_of(lever, measure.name), "points of 100"),
    ):
        if found.information:
            source = f"shared data, {found.trials} trials and {found.reviews} reviews"
            figures.append(
                Figure(
                    name=name,
                    value=suspicion.direction * found.effect * meeting.council.given.step,
                    unit=unit,
                    source=source,
                )
            )
    figures.append(Figure(name="standing_out", value=suspicion.strength, unit=ERRORS, source="both together"))
    return figures


def _conclusion(meeting: Meeting, point: str, inquiry: Inquiry) -> Item:
    suspicion = inquiry.suspicion
    if suspicion is None:
        return meeting.item(point, "nothing_found", meeting.chair, heard_at=inquiry.measure.touchpoint)
    kind = "suspected" if inquiry.stands_out else "unclear"
    needed = Figure(name="needed", value=meeting.council.given.evidence, unit=ERRORS, source="rule of the council")
    reached = Figure(name="standing_out", value=suspicion.strength, unit=ERRORS, source="as the council reckons")
    return meeting.item(
        point, kind, meeting.chair, subject=suspicion.department, about=suspicion.lever, heard_at=inquiry.measure.touchpoint,
        detail="lower" if suspicion.direction < 0 else "higher", figures=(reached, needed),
    )  # fmt: skip


def _outcome(meeting: Meeting, point: str, outcome: Outcome, inquiry: Inquiry | None = None) -> Item:
    """Return the agreement or the objection; with it all that is needed to count how often the council acts upstream."""
    action = outcome.action
    figures = [
        Figure(name="cost", value=outcome.cost, unit=POINTS, source=f"own trials of {meeting.names[action.owner]}"),
        Figure(name="account", value=outcome.account, unit=POINTS, source="rule of the council"),
        Figure(name="due", value=float(action.due), unit="week", source="as agreed"),
    ]
    if action.direction or action.kind == "copy":
        figures.append(Figure(name="step", value=abs(action.step), unit="0-1", source="as agreed"))
    if inquiry is not None:
        at_home = sum(answer.levers for answer in inquiry.answers if answer.upstream == 0)
        others = sum(answer.levers for answer in inquiry.answers if answer.upstream > 0)
        source = "map of the journey and shared data"
        figures += [
            Figure(name="steps_upstream", value=float(action.upstream), unit="count", source="map of the journey"),
            Figure(name="levers_where_heard", value=float(at_home), unit="count", source=source),
            Figure(name="levers_upstream", value=float(others), unit="count", source=source),
        ]
    kind = "agreed" if not outcome.resisted else ("escalated" if action.status == "escalated" else "resisted")
    return meeting.item(
        point, f"{kind}_{action.kind}", action.owner, subject=action.owner, about=action.lever or action.kpi,
        action=action.number, detail=action.pay if action.kind == "kpi" else _way(action), heard_at=action.heard_at,
        heard_department=action.heard_department, figures=tuple(figures),
    )  # fmt: skip


def _way(action: Action) -> str:
    return "lower" if action.direction < 0 else ("higher" if action.direction > 0 else "")


def _research(meeting: Meeting, point: str) -> Iterator[Item]:
    said = bool(meeting.studies)
    for news, study in meeting.studies:
        yield _study(meeting, point, news, study)
    for inquiry in meeting.inquiries:
        suspicion = inquiry.suspicion
        if suspicion is None or not inquiry.is_open or meeting.reviews == 0:
            continue
        said = True
        more = reviews_needed(meeting.reviews, suspicion.strength, meeting.council.given.evidence) - meeting.reviews
        figures = (
            Figure(
                name="more_reviews",
                value=float(more),
                unit="more reviews",
                source="standard errors fall with the root of reviews",
            ),
        )
        speaker = TEAM if meeting.team else meeting.chair
        yield meeting.item(
            point, "more_evidence", speaker, subject=suspicion.department, about=suspicion.lever,
            heard_at=inquiry.measure.touchpoint, figures=figures,
        )  # fmt: skip
    if not said:
        yield meeting.item(point, "no_research", meeting.chair)


def _study(meeting: Meeting, point: str, news: str, study: Study) -> Item:
    """Return what the central team tells of its study: begun, running, done or empty."""
    figures = [
        Figure(name="ready", value=float(study.ready), unit="week", source="plan of the study"),
        Figure(name="answers", value=float(study.answers), unit="answers", source="plan of the study"),
        Figure(name="study_cost", value=study.cost, unit="money", source="plan of the study"),
    ]
    if news == "done":
        source = f"study, {study.found.trials} trials"
        figures = [
            Figure(name="satisfaction_effect", value=study.found.effect, unit="points of 100", source=source),
            Figure(name="standing_out", value=study.found.standing_out, unit=ERRORS, source=source),
        ]
    return meeting.item(
        point, f"study_{news}", TEAM, subject=study.department, about=study.lever, heard_at=study.touchpoint,
        figures=tuple(figures),
    )  # fmt: skip


def _other(meeting: Meeting, point: str) -> Iterator[Item]:
    if meeting.absent:
        yield meeting.item(point, "not_at_the_table", meeting.chair, detail=" ".join(meeting.absent))
    if meeting.spent > 0.0:
        spent = Figure(name="spent", value=meeting.spent, unit="money", source="accounts of the council")
        yield meeting.item(point, "spent", meeting.chair, figures=(spent,))
    if not meeting.absent and not meeting.spent > 0.0:
        yield meeting.item(point, "nothing_else", meeting.chair)


AGENDA: dict[str, Callable[[Meeting, str], Iterator[Item]]] = {
    "review_of_actions": _review,
    "satisfaction_measures": _satisfaction,
    "department_reports": _reports,
    "best_practices": _practices,
    "current_initiatives": _initiatives,
    "evaluation_of_measures": _measures,
    "priorities_and_next_steps": _priorities,
    "new_research": _research,
    "other_business": _other,
}
"""Points of the agenda in their order, each with what makes its statements."""

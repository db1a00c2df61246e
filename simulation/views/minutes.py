"""Minutes of councils in plain sentences, for a facilitator to read aloud; each figure with where the council has it from."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulation.views.words import amount, amount_with_sign, joined, levers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pandas as pd

    from simulation.analysis.comparison import Comparison
    from simulation.scenario.scenario import Scenario

__all__ = ["POINTS", "SENTENCES", "minutes", "sentences"]

POINTS = {
    "review_of_actions": "Review of agreed actions",
    "satisfaction_measures": "Satisfaction measures",
    "department_reports": "Department reports",
    "best_practices": "Best practices",
    "current_initiatives": "Current initiatives",
    "evaluation_of_measures": "Evaluation of the measures themselves",
    "priorities_and_next_steps": "Priorities and next steps",
    "new_research": "New research",
    "other_business": "Other business",
    "escalations": "Escalated actions",
    "targets_and_weights": "Targets and weights",
    "budget": "Budget",
    "authority": "Authority",
    "culture": "Culture",
}
"""Points of the agendas by their keys."""
_COUNCILS = {"operational": "Operational council", "strategic": "Strategic council"}
_DIRECTION = {
    "better": "that is clearly better",
    "worse": "that is clearly worse",
    "same": "that is no clear difference",
    "unknown": "that is too little to compare",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One statement: its fields, its figures by name, and the names that people use."""

    fields: Mapping[str, str]
    figures: Mapping[str, tuple[float, str, str]]
    names: Mapping[str, str]
    currency: str

    def name(self, field: str) -> str:
        """Return what a field names, in plain words."""
        return self.names.get(self.fields[field], self.fields[field])

    @property
    def subject(self) -> str:
        """The department that is spoken of."""
        return self.name("subject")

    @property
    def about(self) -> str:
        """The lever or touchpoint that is spoken of, in quotation marks."""
        return f"“{self.name('about')}”"

    def value(self, figure: str) -> float:
        """Return a figure; nan where there is none."""
        return self.figures[figure][0] if figure in self.figures else float("nan")

    def has(self, figure: str) -> bool:
        """Return whether the statement has a figure."""
        return figure in self.figures

    def told(self, figure: str, *, decimals: int = 1, sign: bool = False) -> str:
        """Return a figure with unit and source: `72.9 points of 100 (survey, 151 answers)`."""
        value, unit, source = self.figures[figure]
        number = (amount_with_sign if sign else amount)(value, decimals=decimals)
        if unit == "%":
            number += " %"
        elif unit.startswith("money"):
            number += f" {self.currency}{unit.removeprefix('money')}"
        elif unit not in ("0-1", "week"):
            number += f" {unit}"
        return f"{number} ({source})"


def minutes(comparison: Comparison, *, replication: int | None = None) -> str:
    """Return the minutes of all councils of a comparison as Markdown; empty where none met.

    Parameters
    ----------
    comparison
        What was compared.
    replication
        Whose minutes; None: the first replication in which a council met.

    Raises
    ------
    ValueError
        If the comparison has no council in that replication.
    """
    council = comparison.council
    chosen = council["replication"].min() if replication is None else replication
    of_one = council[council["replication"] == chosen]
    if replication is not None and not len(of_one):
        there = ", ".join(str(number) for number in sorted(set(council["replication"]))) or "none"
        raise ValueError(f"no council met in replication {replication}; there are minutes of: {there}")
    parts = []
    for arm in dict.fromkeys(of_one["arm"]):
        heading = f"# Minutes: {comparison.arm_titles[arm]}"
        rows = of_one[of_one["arm"] == arm]
        note = f"What the councils of replication {chosen} said and agreed. Sentences in italics were not said in the room."
        parts.append("\n\n".join([heading, note, *_meetings(rows, comparison.arms[arm])]))
    return "\n\n".join(parts) + "\n" if parts else ""


def _meetings(rows: pd.DataFrame, scenario: Scenario) -> Iterator[str]:
    names = _names(scenario)
    for (week, council), meeting in rows.groupby(["week", "council"], sort=False):
        yield f"## {_COUNCILS[str(council)]}, end of week {week}"
        for number, (point, said) in enumerate(meeting.groupby("point", sort=False), 1):
            yield f"### {number}. {POINTS[str(point)]}"
            lines = [_sentence(item, names, scenario.market.currency) for _, item in said.groupby("item", sort=False)]
            yield "\n".join(f"- {line}" for line in _in_chorus(lines))


def _in_chorus(lines: list[tuple[str, str]]) -> Iterator[str]:
    """Yield lines of (speaker, words); those who say the same one after another say it together."""
    for words, alike in itertools.groupby(lines, key=lambda line: line[1]):
        speakers = list(dict.fromkeys(speaker for speaker, _ in alike if speaker))
        yield f"{joined(speakers)}: {words}" if speakers else f"*{words}*"


def _names(scenario: Scenario) -> dict[str, str]:
    names = {"chair": "The chair", "team": "The customer-experience team"}
    names |= {key: kpi.name for key, kpi in scenario.kpis.items()}
    names |= {key: touchpoint.name for key, touchpoint in scenario.journey.items()}
    for key, department in scenario.departments.items():
        names[key] = department.name
        for lever, given in levers_of(scenario, key).items():
            names[f"{key}.{lever}"] = given.name
            names[f"{key}.{lever}.low"], names[f"{key}.{lever}.high"] = given.low, given.high
    return names


def sentences(items: Iterable[Mapping[str, Any]], scenario: Scenario) -> list[str]:
    """Return what was said as sentences, one each: `Sales: ...`.

    Parameters
    ----------
    items
        Statements as plain data, as a workshop's outcome holds them (fields of `simulation.record.Item`).
    scenario
        The scenario in which the council met.
    """
    names, currency = _names(scenario), scenario.market.currency
    lines = []
    for item in items:
        figures = {
            figure["name"]: (math.nan if figure["value"] is None else figure["value"], figure["unit"], figure["source"])
            for figure in item["figures"]
        }
        lines.append(_spoken({key: str(item[key]) for key in _FIELDS}, figures, names, currency))
    return list(_in_chorus(lines))


def _sentence(item: pd.DataFrame, names: Mapping[str, str], currency: str) -> tuple[str, str]:
    """Return (speaker, words); no speaker: not said in the room."""
    first = item.iloc[0]
    figures = {
        str(row["figure"]): (float(row["value"]), str(row["unit"]), str(row["source"]))
        for row in item.to_dict("records")
        if row["figure"]
    }
    return _spoken({key: str(first[key]) for key in _FIELDS}, figures, names, currency)


_FIELDS = ("speaker", "subject", "about", "action", "detail", "heard_at", "heard_department", "kind")


def _spoken(
    fields: Mapping[str, str], figures: Mapping[str, tuple[float, str, str]], names: Mapping[str, str], currency: str
) -> tuple[str, str]:
    said = Said(fields, figures, names, currency)
    text = SENTENCES[fields["kind"]](said)
    return said.name("speaker") if fields["speaker"] else "", text[:1].upper() + text[1:]


# -- review of agreed actions ------------------------------------------------------------------------------------------


def _action_words(said: Said) -> str:
    """Return what an action is about: `action 3 (“Hype” in Marketing)`."""
    what = {
        "training": f"training for {said.subject}",
        "kpi": f"the changed KPI of {said.subject}",
    }.get(said.fields["detail"], f"{said.about} in {said.subject}")
    return f"action {said.fields['action']} ({what})"


def _since(said: Said) -> str:
    if not said.has("symptom_then"):
        return ""
    then = f"{amount(said.value('symptom_then'))} ({said.figures['symptom_then'][2]})"
    now = next(said.told(name) for name in said.figures if name.endswith("_now"))
    return f" What it was meant for stood at {then} and is now {now}."


def _kept(said: Said) -> str:
    return f"we keep to {_action_words(said)}.{_since(said)}"


def _waiting(said: Said) -> str:
    return f"{_action_words(said)} is due in week {said.told('due', decimals=0)}."


def _prolonged(said: Said) -> str:
    return f"{_action_words(said)} goes on: things are better than when it was agreed.{_since(said)}"


def _ended(said: Said) -> str:
    return f"{_action_words(said)} has run its time and ends.{_since(said)}"


def _still_escalated(said: Said) -> str:
    return f"{_action_words(said)} is with the strategic council."


def _lapsed(said: Said) -> str:
    return f"{said.subject} has quietly given up {_action_words(said)}; nobody asked."


# -- measures and reports ------------------------------------------------------------------------------------------------

_MEASURES = {
    "satisfaction": "surveyed satisfaction stands",
    "complaints": "complaints stand",
    "contacts": "contacts about problems stand",
    "csat": "surveyed satisfaction stands",
}


def _measured(said: Said) -> str:
    now = next(name for name in said.figures if name.endswith("_now"))
    kind = now.removesuffix("_now")
    where = f"at {said.about} " if said.fields["about"] else ""
    text = f"{where}{_MEASURES[kind]} at {said.told(now)}"
    if said.has(f"{kind}_first"):
        text += f"; before the beginning it was {said.told(f'{kind}_first')}"
    return f"{text}; {_DIRECTION[said.fields['detail']]}."


def _worst_touchpoint(said: Said) -> str:
    return f"of all touchpoints {said.about} has lost most: {_measured(said)}"


def _report(said: Said) -> str:
    side = "above par" if said.fields["detail"] == "better" else "below par"
    return f"we stand {side} on our own figures: {said.told('own_score', decimals=2, sign=True)}."


# -- practices and initiatives -----------------------------------------------------------------------------------------


def _practice(said: Said) -> str:
    theirs = said.names[f"{said.fields['detail']}.{said.fields['about'].partition('.')[2]}"]
    return (
        f"we report {said.told('their_score', decimals=2, sign=True)} and set “{theirs}” to "
        f"{said.told('their_setting', decimals=2)}; {said.subject}, with {said.told('own_score', decimals=2, sign=True)}, "
        f"has {said.about} at {said.told('own_setting', decimals=2)}. Might our way help there?"
    )


def _initiative(said: Said) -> str:
    text = (
        f"half of our customers meet {said.about} at {said.told('tried', decimals=2)} instead of "
        f"{amount(said.value('control'), decimals=2)}."
    )
    if said.has("satisfaction_effect"):
        effect = said.told("satisfaction_effect", sign=True)
        clear = abs(said.value("standing_out")) >= 2.0
        text += (
            f" So far satisfaction differs by {effect} over the lever's range, which is {'' if clear else 'not '}clear."
        )
    return text


def _untold(said: Said) -> str:
    who = joined([said.names[name] for name in said.fields["detail"].split()])
    return f"what {who} may be trying we cannot see: their data are not in front of us."


# -- the measures themselves ---------------------------------------------------------------------------------------------


def _survey_error(said: Said) -> str:
    return (
        f"the survey rests on {said.told('answers', decimals=0)}, so its figure may be off by about {said.told('error')} "
        "either way, and twice that now and then."
    )


def _contradiction(said: Said) -> str:
    return (
        f"at {said.about} the survey is up, {said.told('csat_now')} after {said.told('csat_first')}, while customers as a "
        f"whole are less satisfied, {said.told('satisfaction_now')} after {said.told('satisfaction_first')}. "
        "One of the two may be talked up, or measure something else."
    )


def _data_shared(said: Said) -> str:
    share = said.told("data_shared", decimals=0)
    return f"on average a department puts {share} of its customer data in; we see the rest only by report."


# -- priorities ------------------------------------------------------------------------------------------------------------


def _concern(said: Said) -> str:
    return f"{_measured(said)} Let us ask up the chain where this comes from."


def _problems(said: Said) -> str:
    return f" Problems that arose with us: {said.told('problems')}." if said.has("problems") else ""


def _shown(said: Said) -> str:
    parts = []
    if said.has("effect"):
        parts.append(f"what is heard differs by {said.told('effect', sign=True)}")
    if said.has("satisfaction_effect"):
        parts.append(f"surveyed satisfaction by {said.told('satisfaction_effect', sign=True)}")
    return (
        f"most telling of what we tried is {said.about}: moved the way that seems better, {joined(parts)}; "
        f"{said.told('standing_out')}.{_problems(said)}"
    )


def _closed(said: Said) -> str:
    return (
        f"we say how we stand, but our customer data are not on the table, so nobody can look further.{_problems(said)}"
    )


def _untried(said: Said) -> str:
    return f"nothing that we have tried says anything about it so far.{_problems(said)}"


def _absent(said: Said) -> str:
    return f"{said.subject} lies up the chain, but is not at the table."


def _towards(said: Said) -> str:
    """Return where a lever is to go, in the words of the scenario."""
    end = "low" if said.fields["detail"] == "lower" else "high"
    return f"towards “{said.names[said.fields['about'] + '.' + end]}”"


def _suspected(said: Said) -> str:
    return (
        f"we hold {said.about} in {said.subject} to be the likely cause and want it {_towards(said)}: "
        f"{said.told('standing_out')}, needed {said.told('needed')}."
    )


def _unclear(said: Said) -> str:
    return (
        f"the strongest hint is {said.about} in {said.subject}, but it does not stand out: {said.told('standing_out')}, "
        f"needed {said.told('needed')}."
    )


_PAY = {
    "weight": "more weight of the shared metrics in our appraisal",
    "charge": "being charged with {about}",
    "downstream": "being paid on {about} in the place of a part of our own KPIs",
}


def _what(said: Said, kind: str) -> str:
    due = f"from week {said.told('due', decimals=0)}"
    moved = f"by {said.told('step', decimals=2)} or more " if said.has("step") else ""
    if kind == "training":
        return f"training in what our work does to customers later on, {due}"
    if kind == "kpi":
        return f"{_PAY[said.fields['detail']].format(about=said.about)}, {due}"
    if kind == "copy":
        return f"copying their setting of {said.about}, {due}"
    if kind == "data":
        return f"putting more customer data into the common repository, {moved}{due}"
    if kind == "retargeting":
        return f"addressing other people: {said.about} {moved}{_towards(said)}, {due}"
    if kind == "access":
        return f"opening our accounts: {said.about} {moved}{_towards(said)}, {due}"
    return f"a bound on {said.about}, {moved}{_towards(said)}, {due}"


def _agreed(kind: str) -> Callable[[Said], str]:
    def sentence(said: Said) -> str:
        price = f" It costs us {said.told('cost', decimals=2)}." if said.value("cost") > 0.0 else ""
        return f"agreed, action {said.fields['action']}: {_what(said, kind)}.{price}"

    return sentence


def _refused(kind: str, end: str) -> Callable[[Said], str]:
    def sentence(said: Said) -> str:
        return (
            f"we object to {_what(said, kind)}: it would cost us {said.told('cost', decimals=2)}, and we are held to account "
            f"for {said.told('account', decimals=2)} only. {end}"
        )

    return sentence


def _access_asked(said: Said) -> str:
    return (
        f"when {said.subject} does more of {said.about}, we sell more at “{said.name('heard_at')}”: "
        f"{said.told('effect', sign=True)}, {said.told('standing_out')}. We ask for access."
    )


# -- research ----------------------------------------------------------------------------------------------------------------


def _question(said: Said) -> str:
    return f"whether {said.about} in {said.subject} is behind what is heard at “{said.name('heard_at')}”"


def _study_begun(said: Said) -> str:
    return (
        f"we begin a study of our own on {_question(said)}: {said.told('answers', decimals=0)} in each half of its trials. "
        f"The answer comes in week {said.told('ready', decimals=0)}; it costs {said.told('study_cost', decimals=0)}."
    )


def _study_running(said: Said) -> str:
    return f"our study on {_question(said)} is under way; the answer comes in week {said.told('ready', decimals=0)}."


def _study_done(said: Said) -> str:
    return (
        f"our study on {_question(said)} is done: over the lever's range satisfaction differs by "
        f"{said.told('satisfaction_effect', sign=True)}, {said.told('standing_out', sign=True)}."
    )


def _plain(text: str) -> Callable[[Said], str]:
    return lambda said: text.format(subject=said.subject, about=said.about)


# -- the strategic council ------------------------------------------------------------------------------------------------


def _approved(said: Said) -> str:
    return (
        f"we approve {_action_words(said)} over the objection: it claims a cost of {said.told('cost', decimals=2)} against "
        f"{said.told('evidence')}."
    )


def _turned_down(said: Said) -> str:
    return (
        f"we do not approve {_action_words(said)}: it claims a cost of {said.told('cost', decimals=2)}, and the evidence is "
        f"{said.told('evidence')}."
    )


def _weight(said: Said) -> str:
    return (
        f"the shared score stands at {said.told('shared_score', decimals=2, sign=True)}, the target is "
        f"{said.told('target', decimals=2)}. The weight of shared metrics is {said.fields['detail']}: "
        f"{said.told('weight', decimals=0)}."
    )


def _budget(said: Said) -> str:
    limit = f" of {said.told('budget', decimals=0)}" if said.has("budget") else ""
    return f"{said.told('spent', decimals=0)}{limit} has been spent on training and studies since we last met."


def _reassigned(said: Said) -> str:
    return (
        f"{said.subject} has objected again and again; from now on {said.about} is judged by what it does for "
        f"{said.name('heard_department')}, where the trouble is heard."
    )


_KINDS = ("limit", "retargeting", "access", "data", "training", "kpi", "copy")

SENTENCES: dict[str, Callable[[Said], str]] = {
    "no_actions": _plain("no action is open."),
    "not_asked_after": lambda said: (
        f"there are {said.told('agreed_actions', decimals=0)} on paper; we do not go through them."
    ),
    "action_kept": _kept,
    "action_waiting": _waiting,
    "action_prolonged": _prolonged,
    "action_ended": _ended,
    "action_escalated": _still_escalated,
    "action_lapsed": _lapsed,
    "measure": _measured,
    "no_answers": _plain("nobody has answered the survey since we last met."),
    "worst_touchpoint": _worst_touchpoint,
    "report": _report,
    "practice": _practice,
    "nothing_to_copy": _plain(
        "nothing that departments do alike differs enough to learn from each other, as far as we see."
    ),
    "not_discussed": _plain("this council does not compare practices."),
    "initiative": _initiative,
    "untold": _untold,
    "survey_error": _survey_error,
    "contradiction": _contradiction,
    "data_shared": _data_shared,
    "data_not_joined": _plain(
        "customer data are not joined: we know what each department reports, and what is complained of."
    ),
    "no_concern": _plain("nothing is heard at any touchpoint that we could look into."),
    "concern": _concern,
    "answer_shown": _shown,
    "answer_closed": _closed,
    "answer_untried": _untried,
    "answer_absent": _absent,
    "suspected": _suspected,
    "unclear": _unclear,
    "nothing_found": _plain("nothing before us points at anybody."),
    "more_evidence": lambda said: (
        f"if {said.about} in {said.subject} goes on like this, it takes about {said.told('more_reviews', decimals=0)} until "
        "we know."
    ),
    "access_asked": _access_asked,
    "study_begun": _study_begun,
    "study_running": _study_running,
    "study_done": _study_done,
    "study_empty": lambda said: (
        f"our study on {_question(said)} ends without an answer: the lever was not tried while we asked."
    ),
    "no_research": _plain("no question is left that more of the same data would settle."),
    "not_at_the_table": lambda said: (
        f"not at the table: {joined([said.names[name] for name in said.fields['detail'].split()])}."
    ),
    "spent": lambda said: f"we have spent {said.told('spent', decimals=0)} since we last met.",
    "nothing_else": _plain("no other business."),
    "approved": _approved,
    "refused": _turned_down,
    "nothing_escalated": _plain("nothing has been escalated to us."),
    "weight": _weight,
    "no_shared_metric": _plain("no shared metric is defined whose weight we could set."),
    "priority": lambda said: (
        f"{said.about} comes first for the operational council: {said.told('concern', sign=True)} worse."
    ),
    "no_priority": _plain("we have no papers to set a priority by."),
    "budget": _budget,
    "reassigned": _reassigned,
    "nothing_reassigned": _plain("authority stays where it is."),
    "culture": lambda said: (
        f"our culture is {said.fields['detail']} by now: {said.told('culture', decimals=0)} from naive to natural."
    ),
    "no_diagnosis": _plain("nobody has looked into our culture."),
    **{f"agreed_{kind}": _agreed(kind) for kind in _KINDS},
    **{f"resisted_{kind}": _refused(kind, "It is dropped.") for kind in _KINDS},
    **{f"escalated_{kind}": _refused(kind, "It goes to the strategic council.") for kind in _KINDS},
}
"""Kind of statement -> its sentence."""

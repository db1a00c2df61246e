"""The operational council: what it makes of the papers before it. It sees `Papers`, the map on the wall, and what it agreed.

Whether a department takes on an action is asked of the department (`Table.cost`, `Table.account`); what it answers is part of
what the council is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from simulation.model.governance.actions import LIVE, Action
from simulation.model.governance.papers import SOLD
from simulation.model.governance.questioning import LEAST_MOVE, Answer, Suspicion, concerns, question
from simulation.rules.governance import further, resists
from simulation.scenario.names import DATA_LEVER

if TYPE_CHECKING:
    from simulation.model.governance.actions import Kind, Pay
    from simulation.model.governance.journey_map import JourneyMap
    from simulation.model.governance.papers import Measure, Papers
    from simulation.scenario.governance import Governance, Operational

__all__ = ["Council", "Inquiry", "Outcome", "Table", "Verdict"]

CLEAR = 2.0
"""Standard errors from which a change is spoken of as one. Source: convention (about 95 %)."""
MOST_CONCERNS = 3
"""A meeting looks into no more than so many concerns. Our assumption."""
WELL_SHARED = 0.5
"""A department that puts in less of its data than this may be asked for more. Our assumption."""
NOT_AGAIN_WEEKS = 52
"""An action that was lifted is not tried again before this has passed. Our assumption."""
COPIED_FROM = 0.1
"""Settings nearer than this need no copying [lever units]. Our assumption."""


class Table(Protocol):
    """Those around the table, as far as the council asks them."""

    def cost(self, action: Action) -> float:
        """Return what the owner says an action would cost it [points of appraisal]."""

    def account(self, department: str) -> float:
        """Return the cost that a department is held to bear [points of appraisal]."""

    def affords(self, kind: Kind) -> bool:
        """Return whether the budget allows an action of a kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An action that was put to its owner: what it said it costs, what it is held to bear, and whether it resisted."""

    action: Action
    cost: float
    account: float

    @property
    def resisted(self) -> bool:
        """True: it costs the owner more than it is held to account for."""
        return resists(self.cost, self.account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the review finds of an action: waiting, kept, prolonged, ended, escalated; lapsed, where nobody asked."""

    action: Action
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """One concern: the answers up the chain, the strongest suspicion, and what was put to whom."""

    measure: Measure
    answers: list[Answer]
    suspicion: Suspicion | None
    stands_out: bool
    outcome: Outcome | None

    @property
    def is_open(self) -> bool:
        """True: somebody is suspected, but it does not stand out."""
        return self.suspicion is not None and not self.stands_out and self.suspicion.strength > 0.0


@dataclass(slots=True, kw_only=True)
class Council:
    """An operational council with its list of actions."""

    given: Operational
    governance: Governance
    journey: JourneyMap
    can_escalate: bool = False
    priority: str = ""
    """Measure that the strategic council wants looked into first."""
    actions: list[Action] = field(default_factory=list)

    def review(self, papers: Papers) -> list[Verdict]:
        """Go through the live actions; those whose time is over are judged by what they were meant for.

        Where it is better than when the action was agreed, the action goes on as long again; else it ends. Whether the
        action was the reason nobody knows. Without follow-up nothing is asked and every action ends in its time.
        """
        verdicts = []
        for action in [each for each in self.actions if each.status in LIVE]:
            over = action.status == "in force" and action.ends <= papers.week + 1
            if over and self.given.follow_up and self._better(papers, action):
                action.ends += self.given.lasts_weeks
                kind = "prolonged"
            elif over:
                action.status = "ended"
                kind = "ended"
            else:
                kind = {"agreed": "waiting", "in force": "kept", "escalated": "escalated"}[action.status]
            if self.given.follow_up:
                verdicts.append(Verdict(action=action, kind=kind))
        return verdicts

    @staticmethod
    def _better(papers: Papers, action: Action) -> bool:
        measure = papers.measures.get(action.symptom)
        return measure is not None and measure.worse * (measure.now - action.symptom_then) < 0.0

    def inquire(self, papers: Papers, table: Table) -> list[Inquiry]:
        """Look into what is heard, the greatest worsening first, until enough is agreed.

        The first is looked into even where nothing is clearly worse than at the beginning.
        """
        found: list[Inquiry] = []
        agreed = 0
        heard = sorted(concerns(papers), key=lambda measure: measure.name != self.priority)
        for position, measure in enumerate(heard[:MOST_CONCERNS]):
            if agreed >= self.given.at_once or (position > 0 and measure.concern < CLEAR):
                break
            inquiry = self._look_into(papers, measure, table)
            agreed += inquiry.outcome is not None and not inquiry.outcome.resisted
            found.append(inquiry)
        return found

    def _look_into(self, papers: Papers, measure: Measure, table: Table) -> Inquiry:
        answers = question(
            papers, self.journey, measure, usable=lambda lever: self._usable(lever, papers.week),
            chair=self.given.chair, territory=self.given.territory,
        )  # fmt: skip
        shown = [answer.worst for answer in answers if answer.worst is not None]
        suspicion = max(shown, key=lambda each: each.strength, default=None)
        stands_out = suspicion is not None and suspicion.strength >= self.given.evidence
        action = None
        if suspicion is not None and stands_out:
            action = self._on_lever(papers, measure, suspicion)
        action = action or self._without_lever(papers, measure, answers, suspicion, table)
        outcome = None if action is None else self.put(action, table)
        return Inquiry(measure=measure, answers=answers, suspicion=suspicion, stands_out=stands_out, outcome=outcome)

    def put(self, action: Action, table: Table) -> Outcome:
        """Put an action to its owner, and keep it on the list."""
        outcome = Outcome(action=action, cost=table.cost(action), account=table.account(action.owner))
        action.cost = outcome.cost
        if outcome.resisted:
            action.status = "escalated" if self.can_escalate else "resisted"
        self.actions.append(action)
        return outcome

    def _usable(self, lever: str, week: int) -> bool:
        """Return whether a lever is free for a new action: none live, none lifted or refused lately."""
        return not any(
            action.lever == lever and (action.status in LIVE or week - action.agreed < NOT_AGAIN_WEEKS)
            for action in self.actions
        )

    def _on_lever(self, papers: Papers, measure: Measure, suspicion: Suspicion) -> Action | None:
        """Return an action on a suspected lever; on its owner's pay where the owner has resisted or let lapse before."""
        owner, lever = suspicion.department, suspicion.lever
        refused = any(each.owner == owner and each.status in ("resisted", "lapsed") for each in self.actions)
        if refused and self._may("kpi") and not self._live("kpi", owner):
            return self._on_pay(papers, measure, suspicion)
        kind = self._kind_of(lever)
        if not self._may(kind):
            return None
        return self._new(
            papers, kind, owner, measure, suspicion.upstream,
            lever=lever, direction=suspicion.direction, evidence=suspicion.strength,
        )  # fmt: skip

    def _on_pay(self, papers: Papers, measure: Measure, suspicion: Suspicion) -> Action:
        """Return a changed KPI: that which counts what is heard elsewhere; where there is none, more shared weight.

        Contacts that a department sends to another are charged to it; another's survey becomes a part of its own KPIs.
        """
        action = self._new(
            papers, "kpi", suspicion.department, measure, suspicion.upstream, evidence=suspicion.strength
        )
        kpi = self.journey.counted.get(measure.name, "")
        elsewhere = action.owner != action.heard_department
        if kpi and elsewhere and kpi not in papers.paid_on.get(action.owner, ()):
            pay: Pay = "charge" if measure.kind == "contacts" else "downstream"
            action.pay, action.kpi = pay, kpi
        return action

    def _kind_of(self, lever: str) -> Kind:
        if lever in self.governance.retargeting:
            return "retargeting"
        if lever in self.governance.access:
            return "access"
        return "data" if lever.partition(".")[2] == DATA_LEVER else "limit"

    def _without_lever(
        self, papers: Papers, measure: Measure, answers: list[Answer], suspicion: Suspicion | None, table: Table
    ) -> Action | None:
        """Return what can be done where no lever stands out: open the books of who is hard to see, or train.

        Trained is whoever has the strongest suspicion; where nothing can be looked into, whoever on the chain reports the
        worst score.
        """
        upstream = {answer.department: answer.upstream for answer in answers if answer.kind != "absent"}
        if papers.pooled and self._may("data"):
            for name in sorted(upstream, key=lambda each: papers.reports[each].shares):
                lever = f"{name}.{DATA_LEVER}"
                if (
                    papers.reports[name].shares < WELL_SHARED
                    and lever in papers.moves
                    and self._usable(lever, papers.week)
                ):
                    return self._new(
                        papers, "data", name, measure, upstream[name],
                        lever=lever, direction=1, evidence=max(0.0, measure.concern),
                    )  # fmt: skip
        if not upstream or not self._may("training") or not table.affords("training"):
            return None
        if suspicion is None and papers.pooled:
            return None  # what has not been tried yet may show next time
        worst = min(upstream, key=lambda each: papers.reports[each].score)
        name = suspicion.department if suspicion is not None else worst
        if self._live("training", name):
            return None
        return self._new(papers, "training", name, measure, upstream[name])

    def opening(self, papers: Papers) -> tuple[Measure, Action] | None:
        """Return (what is sold, action) where others have been seen to sell more when a department opened its accounts.

        The clearest case counts. Whoever owns the accounts is asked, and may object as to anything else.
        """
        found: tuple[Measure, Suspicion] | None = None
        for lever in self.governance.access if self._may("access") else ():
            owner = lever.partition(".")[0]
            room = papers.moves.get(lever, (0.0, 0.0))[1]
            if room < LEAST_MOVE or not papers.sees(owner) or not self._usable(lever, papers.week):
                continue
            for measure in papers.measures.values():
                clear = papers.finding(lever, measure.name).standing_out
                elsewhere = measure.kind == SOLD and self.journey.owner[measure.touchpoint] != owner
                if elsewhere and clear >= (found[1].strength if found else self.given.evidence):
                    found = measure, Suspicion(lever=lever, department=owner, upstream=0, strength=clear, direction=1)
        if found is None:
            return None
        measure, case = found
        return measure, self._new(
            papers, "access", case.department, measure, 0, lever=case.lever, direction=1, evidence=case.strength
        )

    def copying(self, papers: Papers) -> tuple[str, str, Action] | None:
        """Return (who does better, lever, action) where a lever of one name is set otherwise by who reports a worse score.

        The greatest difference in settings counts. Whether the lever has anything to do with the score nobody asks.
        """
        found = None
        widest = COPIED_FROM
        for name in sorted({lever.partition(".")[2] for lever in papers.settings}):
            users = [each for each in papers.reports if f"{each}.{name}" in papers.settings]
            if len(users) < 2:
                continue
            best = max(users, key=lambda each: papers.reports[each].score)
            worst = min(users, key=lambda each: papers.reports[each].score)
            here, there = papers.settings[f"{worst}.{name}"], papers.settings[f"{best}.{name}"]
            lever = f"{worst}.{name}"
            if abs(there - here) > widest and lever in papers.moves and self._usable(lever, papers.week):
                widest, found = abs(there - here), (best, lever, there, there - here)
        if found is None:
            return None
        best, lever, there, move = found
        owner = lever.partition(".")[0]
        ahead = further(papers.reports[best].score, papers.reports[owner].score, self.given.error)
        action = self._new(papers, "copy", owner, None, 0, lever=lever, evidence=ahead)
        action.target, action.step = there, move
        return best, lever, action

    def _may(self, kind: Kind) -> bool:
        return kind in self.given.actions

    def _live(self, kind: Kind, owner: str) -> bool:
        return any(each.kind == kind and each.owner == owner and each.status in LIVE for each in self.actions)

    def _new(
        self,
        papers: Papers,
        kind: Kind,
        owner: str,
        measure: Measure | None,
        upstream: int,
        *,
        lever: str = "",
        direction: int = 0,
        evidence: float = 0.0,
    ) -> Action:
        due = papers.week + 1 + self.given.due_weeks
        return Action(
            number=1 + max((each.number for each in self.actions), default=0),
            kind=kind, owner=owner, agreed=papers.week, due=due, ends=due + self.given.lasts_weeks, lever=lever,
            direction=direction, step=self.given.step, evidence=evidence, upstream=upstream,
            heard_at=measure.touchpoint if measure else "",
            heard_department=self.journey.owner[measure.touchpoint] if measure else "",
            symptom=measure.name if measure else "", symptom_then=measure.now if measure else 0.0,
        )  # fmt: skip

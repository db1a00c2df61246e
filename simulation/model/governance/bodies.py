"""All bodies of governance of one firm, and the few ways in which they touch the organization.

They bind levers (at the start of a review), change what departments are paid for and see, and set how far departments care for
what no bonus pays. Nothing else: no customer, no touchpoint, no counter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.model.governance.actions import Action, bound
from simulation.model.governance.agenda import Initiative, Meeting, items_of
from simulation.model.governance.council import Council, Outcome, Verdict
from simulation.model.governance.journey_map import map_of
from simulation.model.governance.pay import cost_of_pay, paid_on, with_changes
from simulation.model.governance.reports import Office, Sight
from simulation.model.governance.research import Study
from simulation.model.governance.strategic import Quarter, decide
from simulation.randomness import PURPOSE, threefry, uniform
from simulation.rules.arithmetic import clip
from simulation.rules.governance import (
    accountable_for,
    care_after,
    cost_of_moving,
    culture_after,
    culture_of,
    estimate,
    lapses,
    passed_on,
)
from simulation.rules.incentive import effort_cost
from simulation.scenario.governance import AREAS, CULTURES, Governance

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from simulation.model.department import LeverInUse, Trial
    from simulation.model.governance.actions import Kind
    from simulation.model.governance.council import Inquiry
    from simulation.model.governance.papers import Measure, Papers
    from simulation.model.layout import Layout
    from simulation.model.organization import Organization
    from simulation.record import Item
    from simulation.scenario.governance import Strategic
    from simulation.scenario.regime import Alignment, Incentives
    from simulation.scenario.scenario import Scenario

__all__ = ["Bodies", "bodies_of"]

MEMORY = 0.9
"""Weight of older trials in what a department expects of a lever. Our assumption (as in learning)."""
DOUBT = 0.16
"""Trials without any gain that a department sets against those it has made, as sum of squared moves: four of .2. Our assumption."""
_LAPSE, _STUDY = 3, 4
"""Streams of draws: of lapses, and of whom a study asks."""


def bodies_of(scenario: Scenario, layout: Layout, run_key: tuple[int, int, int]) -> Bodies | None:
    """Return the bodies of a scenario; None where it has none in any week."""
    given = [scenario.governance, *(change.governance for change in scenario.timeline if change.governance is not None)]
    if all(each == Governance() for each in given):
        return None
    return Bodies(scenario, layout, run_key)


class Bodies:
    """Councils, levels, culture and the central team of one run.

    Attributes
    ----------
    items
        What was said at all meetings, in order.
    costs
        Money spent in each week in which any was.
    """

    def __init__(self, scenario: Scenario, layout: Layout, run_key: tuple[int, int, int]) -> None:
        journey = map_of(scenario)
        names = {name: point.name for name, point in scenario.journey.items()}
        names |= {name: department.name for name, department in scenario.departments.items()}
        self.given = Governance()
        self._journey, self._key = journey, run_key
        self._thousands = scenario.horizon.population / 1000.0
        self._own = {name: department.kpis for name, department in scenario.departments.items()}
        self.office = Office(layout=layout, journey=journey, names=names, run_key=run_key)
        self.council: Council | None = None
        self.items: list[Item] = []
        self.costs: dict[int, float] = {}
        self.culture = 0.0
        self._gains: dict[str, tuple[float, float]] = {}
        self._organization: Organization | None = None
        self._incentives: tuple[Incentives, tuple[object, ...], Incentives] | None = None
        self._alignment: tuple[Alignment, float, Alignment] | None = None
        self._spent = self._spent_in_quarter = 0.0
        self._weight = 0.0
        self._papers: Papers | None = None
        self.decided_by: dict[str, str] = {}
        self.study: Study | None = None

    # -- ways to touch the organization ---------------------------------------------------------------------------

    def take_over(self, given: Governance) -> None:
        """Take over the governance in force this week; a council that is founded anew starts without actions."""
        if given is self.given:
            return
        if given.culture is not None and given.culture != self.given.culture:
            diagnosis = [CULTURES.index(stage) for stage in given.culture.areas.values()]
            self.culture = culture_of(diagnosis, len(AREAS))
        if given.operational is None:
            self.council = None
        elif self.council is None or given.operational != self.given.operational:
            actions = self.council.actions if self.council is not None else []
            self.council = Council(given=given.operational, governance=given, journey=self._journey, actions=actions)
        if self.council is not None:
            self.council.governance, self.council.can_escalate = given, given.strategic is not None
        if given.strategic is None:  # what it had decided ends with it
            self._weight = 0.0
            self.decided_by.clear()
        self.given = given

    def incentives(self, given: Incentives) -> Incentives:
        """Return the incentives with the KPIs that councils have changed; the very same ones where none has."""
        actions = [action for action in self._in_force() if action.kind == "kpi"]
        weight = self._weight if given.shared_metrics else 0.0
        if not actions and not weight:
            return given
        agreed = (weight, *(action.number for action in actions))
        if self._incentives is None or self._incentives[0] is not given or self._incentives[1] != agreed:
            self._incentives = (given, agreed, with_changes(given, actions, weight, self._own))
        return self._incentives[2]

    def alignment(self, given: Alignment) -> Alignment:
        """Return leadership's message as it arrives below; the very same where nothing is lost."""
        levels = self.given.levels
        fidelity = passed_on(levels.top, levels.middle, levels.front)
        if fidelity == 1.0:
            return given
        if self._alignment is None or self._alignment[0] is not given or self._alignment[1] != fidelity:
            lost: dict[str, float] = {
                name: fidelity * getattr(given, name)
                for name in ("buy_in", "line_of_sight")
                if name in type(given).model_fields
            }
            self._alignment = (given, fidelity, given.model_copy(update=lost))
        return self._alignment[2]

    def bind(self, organization: Organization, week: int) -> None:
        """Put actions that are due into force and bind levers; nothing where levers are frozen."""
        levels = self.given.levels
        fidelity = passed_on(levels.top, levels.middle, levels.front)
        levers = {lever.given.name: lever for each in organization.departments.values() for lever in each.levers}
        for action in self._actions():
            if action.status == "agreed" and action.due <= week:
                setting = levers[action.lever].setting if action.lever else 0.0
                action.take_effect(setting, fidelity)
                if action.kind == "training":
                    self._spend(week, self.given.training_cost * self._thousands)
                    self._spent_in_quarter += self.given.training_cost
        if not organization.frozen:
            acting = self._in_force()
            for name, lever in levers.items():
                bound(lever, [action for action in acting if action.lever == name])

    def decider(self, lever: LeverInUse) -> str:
        """Return the department by whose appraisal a lever's trials are judged: its own, unless it was reassigned."""
        return self.decided_by.get(lever.given.name, lever.given.department)

    def sight(self, department: str, sight: float) -> float:
        """Return how much a department sees of what its trials do elsewhere [0-1]: more by its training, if any."""
        if any(action.kind == "training" and action.owner == department for action in self._in_force()):
            share = self.given.training_sight
            return float((1.0 - share) * sight + share)
        return sight

    def care(self, buy_in: float) -> float:
        """Return the weight of shared metrics beyond what is paid: buy-in, and what the culture cares for."""
        if self.given.culture is None:
            return buy_in
        return care_after(buy_in, self.culture, self.given.culture.care)

    # -- what they are told ---------------------------------------------------------------------------------------

    def start(self, counts: NDArray[np.int64]) -> None:
        """Take over counters [counter] of the time before the beginning."""
        self.office.start(counts)

    def saw(
        self,
        organization: Organization,
        trial: Trial,
        gain: float,
        tried: NDArray[np.int64],
        control: NDArray[np.int64],
    ) -> None:
        """Take in a matured trial: what its department makes of it, and the halves [counter] for the common data."""
        name, move = trial.lever.given.name, trial.tried - trial.control
        weighted, information = self._gains.get(name, (0.0, 0.0))
        self._gains[name] = (MEMORY * weighted + gain * move, MEMORY * information + move * move)
        self.office.trial(
            trial.lever,
            move=move,
            tried=tried,
            control=control,
            week=organization.reviews,
            sight=self._sight(organization),
        )
        if self.study is not None and self.study.lever == name:
            drawn = self.office.luck_of(trial.lever.index, organization.reviews, _STUDY)
            self.study.ask(move=move, tried=tried, control=control, drawn=drawn, **self.office.felt)

    def end_week(self, organization: Organization, week: int, counts: NDArray[np.int64]) -> None:
        """Take in the week's counters [counter]; at the end of a review compare; hold the meetings that are due."""
        self._organization = organization
        self.office.take_in(counts)
        if self.given.central_team is not None:
            self._spend(week, self.given.central_team.budget * self._thousands)
        if (week + 1) % organization.learning.review_weeks == 0:
            settings = dict(zip(organization.lever_names, organization.in_force.tolist(), strict=True))
            self.office.end_review(settings, self._sight(organization))
            self._let_culture_move()
        council = self.council
        if council is not None and (week + 1) % council.given.every_weeks == 0:
            self._meet(organization, council, week)
        strategic = self.given.strategic
        if strategic is not None and (week + 1) % strategic.every_weeks == 0:
            self._decide(organization, strategic, week)

    # -- members' answers (`simulation.model.governance.council.Table`) -------------------------------------------

    def cost(self, action: Action) -> float:
        """Return what an action would cost its owner by its own trials and its own effort [points of appraisal]."""
        assert self._organization is not None
        if action.kind == "kpi":
            score = self._organization.last_score(action.kpi) if action.kpi else 0.0
            return cost_of_pay(action, self._organization.departments[action.owner].standing, score)
        if not action.lever:
            return 0.0
        lever = self._lever(action.lever)
        move = action.target - lever.setting if action.kind == "copy" else action.move
        weighted, information = self._gains.get(action.lever, (0.0, 0.0))
        given = lever.given.given
        aim = clip(lever.setting + move, 0.0, 1.0)
        effort = effort_cost(aim, given.easy, given.effort) - effort_cost(lever.setting, given.easy, given.effort)
        return cost_of_moving(estimate(weighted, information + DOUBT), aim - lever.setting, effort)

    def account(self, department: str) -> float:
        """Return the cost that a department is held to bear [points of appraisal]."""
        assert self.council is not None
        culture = self.given.culture
        return accountable_for(
            self.council.given.reporting, follow_up=self.council.given.follow_up,
            readiness=culture.readiness if culture is not None else 0.0, culture=self.culture,
        )  # fmt: skip

    def affords(self, kind: Kind) -> bool:
        """Return whether the budget of the quarter allows an action of a kind."""
        return kind != "training" or self._can_pay(self.given.training_cost)

    def _can_pay(self, money: float) -> bool:
        """Return whether the budget of the quarter allows so much more for every 1,000 people, beside what is agreed already."""
        strategic = self.given.strategic
        if strategic is None or strategic.budget == 0.0:
            return True
        planned = sum(action.kind == "training" and action.status == "agreed" for action in self._actions())
        return self._spent_in_quarter + planned * self.given.training_cost + money <= strategic.budget

    # -- meetings --------------------------------------------------------------------------------------------------

    def _meet(self, organization: Organization, council: Council, week: int) -> None:
        sight, news = self._sight(organization), self._hear_study(week)
        papers = self.office.papers(
            council.given, organization.departments, week=week, sight=sight, frozen=organization.frozen,
            paid_on=paid_on(organization.incentives, self._own),
        )  # fmt: skip
        lapsed = [] if council.given.follow_up else self._let_lapse(council, week)
        verdicts = [*council.review(papers), *(Verdict(action=action, kind="lapsed") for action in lapsed)]
        inquiries = council.inquire(papers, self)
        opened: tuple[Measure, Outcome] | None = None
        asked = council.opening(papers)
        if asked is not None:
            opened = (asked[0], council.put(asked[1], self))
        copied: tuple[str, Outcome] | None = None
        found = council.copying(papers) if council.given.best_practice else None
        if found is not None:
            copied = (found[0], council.put(found[2], self))
        self._papers = papers
        meeting = Meeting(
            papers=papers, council=council, verdicts=verdicts, inquiries=inquiries, copied=copied,
            names=self.office.names, initiatives=self._initiatives(organization, sight), reviews=organization.reviews,
            spent=self._spent, team=self.given.central_team is not None,
            absent=[name for name in organization.departments if name not in papers.reports], opened=opened,
            studies=[*news, *self._begin_study(inquiries, week)],
        )  # fmt: skip
        self._spent = 0.0
        self.items += items_of(meeting)

    def _hear_study(self, week: int) -> list[tuple[str, Study]]:
        """Return what there is to tell of the study under way (how it stands, study); one that is ready is laid on the table."""
        study = self.study
        if study is None:
            return []
        if week + 1 < study.ready:
            return [("running", study)]
        self.study = None
        self.office.lay_down(study)
        return [("done" if study.found.trials else "empty", study)]

    def _begin_study(self, inquiries: Sequence[Inquiry], week: int) -> list[tuple[str, Study]]:
        """Let the central team look into the first question that stayed open, if it can be paid; one study at a time."""
        team = self.given.central_team
        question = next((each for each in inquiries if each.is_open), None)
        if team is None or question is None or self.study is not None or not team.study_answers:
            return []
        if not self._can_pay(team.study_cost):
            return []
        assert question.suspicion is not None
        money = team.study_cost * self._thousands
        self.study = Study(
            lever=question.suspicion.lever, department=question.suspicion.department, measure=question.measure.name,
            touchpoint=question.measure.touchpoint, begun=week, ready=week + 1 + team.study_weeks,
            answers=max(1, round(team.study_answers * self._thousands)), cost=money,
        )  # fmt: skip
        self._spend(week, money)
        self._spent_in_quarter += team.study_cost
        return [("begun", self.study)]

    def _decide(self, organization: Organization, strategic: Strategic, week: int) -> None:
        """Hold a strategic meeting and carry out what it decides."""
        incentives = organization.incentives
        quarter = Quarter(
            given=strategic, week=week, papers=self._papers, actions=self._actions(), shared_score=organization.shared_score,
            weight=float(incentives.shared_weight), weighable=bool(incentives.shared_metrics),
            spent=self._spent_in_quarter, culture=self.culture if self.given.culture is not None else None,
            stage=CULTURES[round(3.0 * self.culture)], decided_by=self.decided_by,
        )  # fmt: skip
        decisions = decide(quarter)
        for action, goes_ahead in decisions.approvals:
            action.status = "agreed" if goes_ahead else "resisted"
            action.due = max(action.due, week + 1)
        self._weight += decisions.weight - float(incentives.shared_weight)
        if self.council is not None:
            self.council.priority = decisions.priority
        if decisions.reassigned is not None:
            self.decided_by[decisions.reassigned.lever] = decisions.reassigned.heard_department
        self._spent_in_quarter = 0.0
        self.items += decisions.items

    def _let_lapse(self, council: Council, week: int) -> list[Action]:
        """Let agreements lapse that cost their owner something and are not asked after."""
        lapsed = []
        for action in council.actions:
            if action.status == "in force":
                word, _, _, _ = threefry(*self._key, 0, action.number, week, PURPOSE["council"], _LAPSE)
                if lapses(self._keeping(action), float(uniform(word))):
                    action.status = "lapsed"
                    lapsed.append(action)
        return lapsed

    def _keeping(self, action: Action) -> float:
        """Return what keeping to an action costs: what going back would gain."""
        weighted, information = self._gains.get(action.lever, (0.0, 0.0))
        return cost_of_moving(estimate(weighted, information + DOUBT), action.move, 0.0)

    def _initiatives(self, organization: Organization, sight: Sight) -> list[Initiative]:
        """Return what departments have told of what they try, the one of each whose step is widest."""
        found: dict[str, Initiative] = {}
        for trial in organization.trials_told():
            name = trial.lever.given.department
            each = Initiative(department=name, lever=trial.lever.given.name, control=trial.control, tried=trial.tried)
            if sight.of(name, name) > 0.0 and name not in found:
                found[name] = each
        return list(found.values())

    # -- small things ----------------------------------------------------------------------------------------------

    def _sight(self, organization: Organization) -> Sight:
        team = self.given.central_team
        return Sight(
            shares={name: _shared(each.levers) for name, each in organization.departments.items()},
            pooled=organization.information.regime != "siloed",
            error_left=1.0 if team is None else team.error_left,
        )

    def _actions(self) -> list[Action]:
        return [] if self.council is None else self.council.actions

    def _in_force(self) -> list[Action]:
        return [action for action in self._actions() if action.status == "in force"]

    def _lever(self, name: str) -> LeverInUse:
        assert self._organization is not None
        department = self._organization.departments[name.partition(".")[0]]
        return next(lever for lever in department.levers if lever.given.name == name)

    def _spend(self, week: int, money: float) -> None:
        if money > 0.0:
            self._spent += money
            self.costs[week] = self.costs.get(week, 0.0) + money

    def _let_culture_move(self) -> None:
        """Let the culture go towards what is lived: the share of actions that were agreed and kept."""
        culture, actions = self.given.culture, self._actions()
        settled = [action for action in actions if action.status != "agreed"]
        if culture is None or not settled:
            return
        kept = sum(action.status in ("in force", "ended") for action in settled)
        self.culture = culture_after(self.culture, culture.speed, kept / len(settled))


def _shared(levers: list[LeverInUse]) -> float:
    """Return the share of its data that a department puts in; one without a lever for it keeps none back."""
    return next((lever.setting for lever in levers if lever.shares_data), 1.0)

"""A firm lives the rounds that are decided: from week 0 again each time, so that a restart gives the same bits.

People's decisions are mandates on a timeline: what a seat has chosen is held for the weeks of its round, and nobody tries
anything there. Seats without a decision in a round are left to the simulation's own learner. So a play is a scenario like any
other: `simulation.workshop.exporting` writes it down, and `silosim compare` lives it to the very same bits.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from simulation.model.organization_model import OrganizationModel
    from simulation.record import Item
    from simulation.scenario.regime import Levers
    from simulation.scenario.scenario import Scenario
    from simulation.workshop.setup import Setup

__all__ = ["Job", "Outcome", "changes_of", "limits_in", "play", "scenario_of"]

if TYPE_CHECKING:
    Decided = Mapping[int, Mapping[str, float]]
    """Round (from 1) -> settings by `department.lever` of the seats that decided."""
    Agreements = Sequence[tuple[int, str, float, float]]
    """(first round that it binds, `department.lever`, low, high), in the order in which they were made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a worker needs to run a firm through its first rounds of an act; it pickles.

    Attributes
    ----------
    act, firm, rounds
        Which firm's rounds, and the act whose rules hold.
    of
        The act whose decisions they are: another one where the decisions of one act are lived under the rules of another.
    weeks
        Weeks of a round.
    scenario
        The act's rules with the decisions on its timeline.
    seed, pars
        The luck that all share, and what counts as par.
    """

    act: str
    firm: str
    of: str
    rounds: int
    weeks: int
    scenario: Scenario
    seed: int
    pars: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came out of a firm's rounds of an act, as plain data.

    Attributes
    ----------
    act, firm, of, rounds
        As in its `Job`.
    weekly
        Company metrics and KPIs by name, one value a week [in their own units]; None where there was nothing to measure.
    levers
        By `department.lever`: the setting in the last week of each round.
    next
        By `department.lever`: the setting that the last round leaves behind.
    own, shared, appraisal
        By department: scores at the end of each round [points: 0 at par, 1 at stretch].
    bonus
        By department: what it earned in each round [money].
    pain, joy
        Experience below and above expectation that was felt at a touchpoint (row) and is due to a department (column; the
        last: nobody), per 1,000 people a week.
    encounters, experience
        By touchpoint: meetings per 1,000 people a week, and mean experience [0-1], over the last round.
    council
        What was said at the council's meetings, as rows of `simulation.record.Item`.
    """

    act: str
    firm: str
    of: str
    rounds: int
    weekly: dict[str, list[float | None]]
    levers: dict[str, list[float]]
    next: dict[str, float]
    own: dict[str, list[float]]
    shared: dict[str, list[float]]
    appraisal: dict[str, list[float]]
    bonus: dict[str, list[float]]
    pain: list[list[float]]
    joy: list[list[float]]
    encounters: list[float]
    experience: list[float | None]
    council: list[dict[str, Any]]

    @property
    def data(self) -> dict[str, Any]:
        """All of it by name, as it is written down."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def digest(self) -> str:
        """A fingerprint of all of it."""
        text = json.dumps(self.data, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def by_round(self, metric: str, weeks: int) -> list[float | None]:
        """Return the mean of a metric over the weeks of each round; None where nothing was measured."""
        series = self.weekly[metric]
        return [_mean(series[start : start + weeks]) for start in range(0, len(series), weeks)]


def changes_of(
    setup: Setup, act: str, decided: Decided, *, rounds: int, agreed: Agreements = ()
) -> dict[str, Any]:  # fmt: skip
    """Return what a firm's play changes in the scenario of an act, as a scenario file would write it.

    Parameters
    ----------
    decided
        Round (from 1) -> settings by `department.lever` of the seats that decided.
    rounds
        How many rounds are lived.
    agreed
        Limits that the room's council has agreed; they bind learners too.
    """
    rules = setup.rules(act)
    off_the_table = _off_the_table(setup, rules)
    timeline: list[dict[str, Any]] = [change.model_dump(mode="json", exclude_none=True) for change in rules.timeline]
    for number in range(1, rounds + 1):
        start = (number - 1) * setup.weeks
        bounds = _bounds(rules, start)
        limits = {name: list(pair) for name, pair in {**bounds.limit, **limits_in(agreed, number)}.items()}
        held = {**off_the_table, **bounds.hold, **decided.get(number, {})}
        levers = {"hold": held, "limit": limits, "frozen": bounds.frozen}
        timeline.append({"title": f"Round {number}", "start": start, "end": number * setup.weeks, "levers": levers})
    horizon = {"weeks": rounds * setup.weeks, "population": setup.population, "burn_in": setup.burn_in}
    return {"horizon": {**horizon, "seed": setup.seed}, "timeline": timeline}


def limits_in(agreed: Agreements, number: int) -> dict[str, tuple[float, float]]:
    """Return the limits that bind in a round, by `department.lever`; a later agreement replaces an earlier one."""
    return {lever: (low, high) for first, lever, low, high in agreed if first <= number}


def scenario_of(
    setup: Setup, act: str, decided: Decided, *, rounds: int, agreed: Agreements = ()
) -> Scenario:  # fmt: skip
    """Return the scenario that a firm's play makes of an act's rules; parameters as those of `changes_of`."""
    from simulation.scenario.regime import Change, Horizon

    changes = changes_of(setup, act, decided, rounds=rounds, agreed=agreed)
    rules = setup.rules(act)
    horizon = Horizon.model_validate({**rules.horizon.model_dump(), **changes["horizon"]})
    # By way of JSON, as a file's lists become the pairs of a limit.
    timeline = tuple(Change.model_validate_json(json.dumps(change)) for change in changes["timeline"])
    return rules.model_copy(update={"horizon": horizon, "timeline": timeline})


def _off_the_table(setup: Setup, rules: Scenario) -> dict[str, float]:
    """Return levers that nobody sets in this play, at the starting policy; what the act mandates anyway is not in it."""
    on_the_table = {f"{department}.{lever}" for department, levers in setup.seats.items() for lever in levers}
    mandated = {*rules.levers.hold, *rules.levers.limit}
    return {
        name: setting
        for name, setting in setup.opening.settings.items()
        if name not in on_the_table and not {name, f"*.{name.partition('.')[2]}"} & mandated
    }


def _bounds(rules: Scenario, week: int) -> Levers:
    """Return the mandates of the act itself that are in force in a week."""
    bounds = rules.levers
    for change in rules.timeline:
        if change.levers is not None and change.start <= week and (change.end is None or week < change.end):
            bounds = change.levers
    return bounds


def play(job: Job) -> Outcome:
    """Live a job's rounds, and return what came out: a pure function."""
    import numpy as np

    from simulation.analysis.run import record_of
    from simulation.model.organization_model import OrganizationModel
    from simulation.rules.arithmetic import UNITS

    model = OrganizationModel(job.scenario, seed=job.seed, pars=job.pars)
    books = _Books(list(model.departments))
    while not model.finished:
        model.step()
        if model.week > 0:
            books.take_in(model, ends_round=model.week % job.weeks == 0)
    run = record_of(model, arm=job.act, keep_customers=False)
    kpis = model.organization.kpis.names
    company = [name for name in run.weekly if name.partition(".")[0] not in {"lever", "score", "bonus"}]
    per = 1000.0 / (UNITS * len(run.encounters) * job.scenario.horizon.population)
    felt = run.ledger.astype(np.float64) * per
    last = slice(-job.weeks, None)
    outcome = Outcome(
        act=job.act,
        firm=job.firm,
        of=job.of,
        rounds=job.rounds,
        weekly={name: _plain(run.weekly[name]) for name in dict.fromkeys([*company, *kpis])},
        levers={
            name: [_round(value) for value in model.settings_by_week[job.weeks - 1 :: job.weeks, i].tolist()]
            for i, name in enumerate(model.organization.lever_names)
        },
        next={
            name: _round(value)
            for name, value in zip(model.organization.lever_names, model.organization.settings().tolist(), strict=True)
        },
        own=books.own,
        shared=books.shared,
        appraisal=books.appraisal,
        bonus=books.bonus,
        pain=[[_round(-value) for value in row] for row in felt[..., 1].tolist()],
        joy=[[_round(value) for value in row] for row in felt[..., 0].tolist()],
        encounters=[_round(value) for value in run.encounters[last].mean(axis=0).tolist()],
        experience=_experience(run.encounters[last], run.experience[last]),
        council=[_said(item) for item in run.council],
    )
    model.let_go()
    return outcome


class _Books:
    """What departments earn and how they stand, round by round."""

    def __init__(self, departments: list[str]) -> None:
        self.own: dict[str, list[float]] = {name: [] for name in departments}
        self.shared: dict[str, list[float]] = {name: [] for name in departments}
        self.appraisal: dict[str, list[float]] = {name: [] for name in departments}
        self.bonus: dict[str, list[float]] = {name: [] for name in departments}
        self._earned = dict.fromkeys(departments, 0.0)
        self._reviews = 0

    def take_in(self, model: OrganizationModel, *, ends_round: bool) -> None:
        """Add the bonus that a review has just earned; at the end of a round, write down scores and bonus.

        The model pays for a review in the weeks after it; here it counts for the round in which it was earned.
        """
        organization = model.organization
        if organization.reviews > self._reviews:
            self._reviews = organization.reviews
            weeks, thousands = organization.learning.review_weeks, model.given.horizon.population / 1000.0
            for name, department in model.departments.items():
                full = model.given.departments[name].bonus * thousands
                self._earned[name] += full * organization.bonus_share(department) * weeks
        if ends_round:
            for name, department in model.departments.items():
                self.own[name].append(_round(department.standing.own))
                self.shared[name].append(_round(department.standing.shared))
                self.appraisal[name].append(_round(department.appraisal))
                self.bonus[name].append(_round(self._earned[name]))
                self._earned[name] = 0.0


def _said(item: Item) -> dict[str, Any]:
    """Return a statement as plain data; a figure that nobody could measure is None."""
    figures = [
        {**asdict(each), "value": _round(each.value) if math.isfinite(each.value) else None} for each in item.figures
    ]
    return {**asdict(item), "figures": figures}


def _mean(series: list[float | None]) -> float | None:
    values = [value for value in series if value is not None]
    return _round(math.fsum(values) / len(values)) if values else None


def _round(value: float) -> float:
    """Return a number with what is worth keeping: rounding makes the journal small and moves no decision."""
    return round(float(value), 6)


def _plain(values: NDArray[Any]) -> list[float | None]:
    return [_round(value) if math.isfinite(value) else None for value in values.tolist()]


def _experience(encounters: NDArray[Any], experience: NDArray[Any]) -> list[float | None]:
    """Return mean experience by touchpoint over some weeks, each meeting counted once."""
    import numpy as np

    met = encounters.sum(axis=0)
    felt = np.where(encounters > 0, encounters * np.nan_to_num(experience), 0.0).sum(axis=0)
    return [
        _round(total / number) if number > 0 else None
        for total, number in zip(felt.tolist(), met.tolist(), strict=True)
    ]

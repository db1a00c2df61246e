"""A small session of the workshop, and runs made up for it, each figure of which tells whose it is."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from simulation.record import COMPANY_METRICS
from simulation.workshop import Outcome, Session, play, setup_from
from tests.fake_runner import tiny_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from simulation.workshop import Job, Keys, Setup

__all__ = ["ACTS", "FULL_FIRM", "Table", "fake_play", "mark", "numbers_in", "small_session", "small_setup"]

ACTS = ("own", "half", "pooled", "council")


@functools.cache
def small_setup(firms: int = 3, rounds: int = 3) -> Setup:
    """Two departments with two levers each, four acts."""
    scenario = tiny_scenario()
    lever = scenario["departments"]["sales"]["levers"]["hurry"]
    for department in scenario["departments"].values():
        department["levers"] = {"hurry": lever, "care": lever | {"name": "Care"}}
    del scenario["arms"]["same"]
    council = {"information": {"regime": "pooled"}, "governance": {"operational": {"chair": "independent"}}}
    scenario["arms"] |= {
        "pooled": {"title": "Pooled data", "changes": {"information": {"regime": "pooled"}}},
        "council": {"title": "A council", "changes": council},
    }
    return setup_from(scenario, acts=ACTS, firms=firms, rounds=rounds, weeks=4, population=100, seconds=60)


def small_session(path: Path | str = ":memory:", *, now: float = 0.0, **figures: int) -> tuple[Session, Keys]:
    """A session of it."""
    return Session.create(path, small_setup(**figures), now=now)


def mark(number: int, kind: int) -> float:
    """A number that only department `number` has, and only for one kind of figure."""
    return 1000.0 + 10.0 * number + kind


def fake_play(job: Job) -> Outcome:
    """A run's outcome at once: KPIs, bonus and scores are marked by their department; settings are those decided."""
    scenario, weeks = job.scenario, job.rounds * job.weeks
    departments = list(scenario.departments)
    weekly: dict[str, list[float | None]] = {
        name: [50.0] * weeks for name in COMPANY_METRICS if name != "profit_at_equal_bonus"
    }
    for name, kpi in scenario.kpis.items():
        number = departments.index(kpi.owner) if kpi.owner in departments else 90
        weekly[name] = [mark(number, 1)] * weeks
    held = dict(scenario.timeline[-1].levers.hold) if scenario.timeline[-1].levers is not None else {}
    names = [f"{name}.{lever}" for name in departments for lever in scenario.departments[name].levers]
    settings = {name: held.get(name, 0.25) for name in names}

    def marked(kind: int) -> dict[str, list[float]]:
        return {name: [mark(d, kind)] * job.rounds for d, name in enumerate(departments)}

    return Outcome(
        act=job.act,
        firm=job.firm,
        of=job.of,
        rounds=job.rounds,
        weekly=weekly,
        levers={name: [value] * job.rounds for name, value in settings.items()},
        next=settings,
        own=marked(2),
        shared=dict.fromkeys(departments, [0.5] * job.rounds),
        appraisal=marked(3),
        bonus=marked(4),
        pain=[[1.0] * (len(departments) + 1) for _ in scenario.journey],
        joy=[[1.0] * (len(departments) + 1) for _ in scenario.journey],
        encounters=[1.0 for _ in scenario.journey],
        experience=[0.5 for _ in scenario.journey],
        council=[],
    )


def numbers_in(data: Any) -> Iterator[float]:
    """Every number in plain data, at any depth."""
    if isinstance(data, dict):
        for value in data.values():
            yield from numbers_in(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from numbers_in(value)
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield float(data)


FULL_FIRM = (("firm_1", "sales"), ("firm_1", "service"))
"""Both seats of the first firm."""


class Table:
    """One session, its facilitator, and players in named seats; time stands still."""

    def __init__(self, *seats: tuple[str, str], path: Path | str = ":memory:", **figures: int) -> None:
        self.session, self.keys = small_session(path, **figures)
        self.tokens: dict[tuple[str, str], str] = {}
        for firm, department in seats:
            answer = self.session.join(f"{department} of {firm}", self.keys.join_code, now=0.0)
            assert self.session.do(
                answer.token, {"do": "sit", "firm": firm, "department": department}, now=0.0
            ).accepted
            self.tokens[firm, department] = answer.token

    def __del__(self) -> None:
        if hasattr(self, "session"):
            self.session.close()

    def lead(self, does: str, **given: Any) -> Any:
        return self.session.do(self.keys.facilitator, {"do": does, **given}, now=0.0)

    def submit(
        self, firm: str, department: str, hurry: float, *, line: str = "", now: float = 0.0, **other: Any
    ) -> Any:
        state = self.session.state
        given = {
            "do": "submit",
            "act": state.act,
            "round": state.rounds,
            "settings": {"hurry": hurry},
            "line": line,
            **other,
        }
        return self.session.do(self.tokens[firm, department], given, now=now)

    def play_round(self, settings: dict[tuple[str, str], float], *, fake: bool = False) -> None:
        assert self.lead("open").accepted
        for (firm, department), hurry in settings.items():
            assert self.submit(firm, department, hurry).accepted
        self.lead("close")
        self.run(fake=fake)

    def run(self, *, fake: bool = False) -> None:
        for job in list(self.session.jobs()):
            assert self.session.take_in(fake_play(job) if fake else play(job), now=0.0)

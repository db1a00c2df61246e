"""What a session plays: firms, acts, seats with their few levers, rounds, and the customers that all of them meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.scenario.faults import Fault, ScenarioError, nearest, one_of
from simulation.scenario.loading import LoadedScenario, load, load_dict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulation.scenario.lever import Lever
    from simulation.scenario.scenario import Scenario

__all__ = [
    "ACTS",
    "DEFAULT_ACTS",
    "LIMITS",
    "ROUNDS",
    "SECONDS",
    "WEEKS",
    "Act",
    "Opening",
    "Setup",
    "default_setup",
    "seats_of",
    "setup_from",
    "whole_reviews",
]

ACTS = Path(__file__).parent / "acts.yaml"
"""The scenario whose arms are the acts of the shipped workshop."""
DEFAULT_ACTS = ("siloed", "pooled_data", "shared_and_pooled", "council")
"""Those of its arms that are played, in order."""
ROUNDS, WEEKS, SECONDS = 5, 12, 150
"""Rounds of an act, weeks of a round, and time to decide in a round [s] unless said otherwise. Our assumption; four acts and what
is between them take an hour."""
LEVERS_A_SEAT = 3
"""Levers that a person sets at the most. Our assumption: more cannot be weighed in a round."""
LIMITS = {"firms": (1, 60), "rounds": (1, 40), "weeks": (1, 52), "population": (100, 20_000), "seconds": (10, 3600)}
"""Lowest and highest value of each figure of a session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An arm of the scenario as an act of the play: its name in the file and its title."""

    name: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How every firm stands before the first round.

    pars
        What counts as par, by KPI; from the first act's burn-in, the same in all acts.
    settings
        Every lever's setting under the starting policy, by `department.lever`.
    figures
        Company metrics, mean of burn-in's last quarter.
    """

    pars: dict[str, float]
    settings: dict[str, float]
    figures: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Setup:
    """All that is fixed when a session begins.

    Attributes
    ----------
    raw
        The scenario with its arms, as plain data merged over all that it extends.
    acts
        The acts in the order of the play.
    firms
        Names of the firms by key.
    seats
        Levers on the table, by department. All others stay at the starting policy, in every firm, for people and learners.
    rounds, weeks
        Rounds of an act, and weeks of a round.
    population, burn_in, seed
        Every firm's customers and their luck, the same in every firm and act.
    seconds
        Time to decide in a round.
    """

    title: str
    raw: dict[str, Any]
    acts: tuple[Act, ...]
    firms: dict[str, str]
    seats: dict[str, tuple[str, ...]]
    rounds: int
    weeks: int
    population: int
    burn_in: int
    seed: int
    seconds: int
    opening: Opening

    @cached_property
    def loaded(self) -> LoadedScenario:
        """The scenario, checked."""
        return load_dict(self.raw)

    def rules(self, act: str) -> Scenario:
        """Return the scenario of an act as its arm gives it."""
        return self.loaded.arms[act]

    def levers(self, department: str) -> dict[str, Lever]:
        """Return the levers of a seat by their names within the department."""
        given = self.loaded.scenario
        own = {**given.departments[department].levers, **given.every_department}
        return {name: own[name] for name in self.seats[department]}

    def to_data(self) -> dict[str, Any]:
        """Return it as plain data, for the journal."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in {"acts", "opening"}} | {
            "acts": [asdict(act) for act in self.acts],
            "opening": asdict(self.opening),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Setup:
        """Return the setup that `to_data` has written."""
        return cls(
            **{
                **data,
                "acts": tuple(Act(**act) for act in data["acts"]),
                "seats": {name: tuple(levers) for name, levers in data["seats"].items()},
                "opening": Opening(**data["opening"]),
            }
        )


def default_setup(
    firms: int = 4, *, rounds: int = ROUNDS, weeks: int = WEEKS, population: int = 2000, seconds: int = SECONDS
) -> Setup:
    """Return the shipped workshop: siloed, pooled data, shared bonus on shared sight, and a council.

    Parameters
    ----------
    firms
        How many firms play side by side.
    rounds, weeks, population, seconds
        As those of `setup_from`.
    """
    return setup_from(
        ACTS, acts=DEFAULT_ACTS, firms=firms, rounds=rounds, weeks=weeks, population=population, seconds=seconds
    )


def setup_from(
    source: str | Path | Mapping[str, Any],
    *,
    acts: Sequence[str] = (),
    firms: int = 4,
    rounds: int = ROUNDS,
    weeks: int = WEEKS,
    population: int = 2000,
    seconds: int = SECONDS,
    seed: int | None = None,
    seats: Mapping[str, Sequence[str]] | None = None,
) -> Setup:
    """Return a session of a scenario, after one run that shows where its firms stand at the start.

    Parameters
    ----------
    source
        A scenario, by path or shipped name, or as plain data.
    acts
        Names of those of its arms that are played, in order; all of them if none is named.
    firms, rounds, weeks, population, seconds
        See `LIMITS`. Weeks become whole reviews of the scenario.
    seed
        The scenario's unless given.
    seats
        Levers on the table by department; the first few of each (`LEVERS_A_SEAT`) unless given.

    Raises
    ------
    ScenarioError
        If the scenario is faulty, an act is none of its arms, or a figure is out of range.
    """
    loaded = load_dict(source) if isinstance(source, Mapping) else load(source)
    file = "scenario" if isinstance(source, Mapping) else str(source)
    figures = {"firms": firms, "rounds": rounds, "weeks": weeks, "population": population, "seconds": seconds}
    faults = [*_figures(figures, file), *_names(acts, loaded.arms, "act", file)]
    given = loaded.scenario
    chosen = {name: tuple(levers) for name, levers in (seats or seats_of(given)).items()}
    faults += _names(chosen, given.departments, "department", file)
    for department, levers in chosen.items():
        if department in given.departments:
            own = {**given.departments[department].levers, **given.every_department}
            faults += _names(levers, own, f"lever of {department}", file)
    if faults:
        raise ScenarioError(faults)
    named = {name: loaded.arms[name] for name in (acts or loaded.arms)}
    horizon = {"population": population, "burn_in": given.horizon.burn_in}
    luck = given.horizon.seed if seed is None else seed
    return Setup(
        title=given.title,
        raw=loaded.raw,
        acts=tuple(Act(name=name, title=loaded.arm_titles[name]) for name in named),
        firms={f"firm_{number}": f"Firm {number}" for number in range(1, firms + 1)},
        seats=chosen,
        rounds=rounds,
        weeks=whole_reviews(weeks, given),
        seed=luck,
        seconds=seconds,
        opening=_opening(next(iter(named.values())), seed=luck, **horizon),
        **horizon,
    )


def seats_of(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Return the first few levers of each department that learns some; what only works hand in hand with others is left out.

    A lever that is part of a joint effect would need all its partners on the table.
    """
    joined = {lever for joint in scenario.joint_effects.values() for lever in joint.levers}
    found = {
        name: tuple(
            lever for lever, given in department.levers.items() if given.learned and f"{name}.{lever}" not in joined
        )[:LEVERS_A_SEAT]
        for name, department in scenario.departments.items()
    }
    return {name: levers for name, levers in found.items() if levers}


def whole_reviews(weeks: int, scenario: Scenario) -> int:
    """Return the weeks of a round made up to whole reviews: departments learn, and bonuses are paid, at the end of one."""
    review = scenario.learning.review_weeks
    return -(-weeks // review) * review


def _figures(figures: Mapping[str, int], file: str) -> list[Fault]:
    """Return a fault for each figure that is out of range."""
    faults = []
    for name, value in figures.items():
        low, high = LIMITS[name]
        if not low <= value <= high:
            faults.append(
                Fault(f"{name}: {value} is not allowed", file, allowed=f"a whole number from {low} to {high}")
            )
    return faults


def _names(asked: Sequence[str] | Mapping[str, Any], known: Mapping[str, Any], what: str, file: str) -> list[Fault]:
    """Return a fault for each name that is not known."""
    return [
        Fault(f"there is no {what} `{name}`", file, allowed=one_of(known), nearest=nearest(name, known))
        for name in asked
        if name not in known
    ]


def _opening(scenario: Scenario, *, population: int, burn_in: int, seed: int) -> Opening:
    """Live burn-in once, and return where it has led."""
    import numpy as np

    from simulation.model.metrics import company_metrics
    from simulation.model.organization_model import OrganizationModel

    model = OrganizationModel(scenario, seed=seed, population=population, burn_in=burn_in, weeks=1)
    names = model.organization.lever_names
    settings = dict(zip(names, model.organization.settings().tolist(), strict=True))
    while model.week < 0:
        model.step()
    last = max(1, burn_in // 8)
    counts = model.counts_by_week[burn_in - last : burn_in]
    with np.errstate(invalid="ignore"):
        weekly = company_metrics(model.layout, counts, np.zeros(last))
    figures = {name: float(np.nanmean(series)) for name, series in weekly.items() if np.isfinite(series).any()}
    # A KPI without a single case in burn-in has no par; every run of the play then finds so itself.
    pars = {name: par for name, par in model.organization.pars.items() if np.isfinite(par)}
    model.let_go()
    return Opening(pars=pars, settings=settings, figures=figures)

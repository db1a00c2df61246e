"""The small worlds in which the facts are measured: what is observed there in one replication.

Each mirrors the data set of its facts (`scenarios/worlds`): people meet it as they would meet any firm, and what happens to
them is written down in the form in which the data were. There is nobody who learns: levers stand still.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from simulation.analysis.facts.measures import Observations, measure
from simulation.analysis.parallel import in_order
from simulation.model.columns import ANSWERED, CELL, ENCOUNTERED, ORDERED, SEGMENT
from simulation.model.organization_model import OrganizationModel
from simulation.rules.delivery import days_between
from simulation.scenario.library import world_files
from simulation.scenario.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from simulation.scenario.people import People
    from simulation.scenario.scenario import Scenario

__all__ = ["WORLDS", "figures", "measure_facts", "observe", "world"]

DAYS_A_WEEK = 7
_COLUMNS = ("week", "person", "what", "touchpoint", "first", "second")


@cache
def world(name: str) -> Scenario:
    """Return a world as its file gives it."""
    return load(world_files()[name]).scenario


class _Lived:
    """A world that has been lived through: who everybody is, and all events as a frame."""

    def __init__(self, name: str, *, people: People, replication: int, population: int | None) -> None:
        given = world(name).model_copy(update={"people": people})
        self.model = OrganizationModel(given, replication=replication, events=True, population=population)
        world_ = self.model.world
        if name == "email_trial":  # half of everybody, at random, gets the e-mail
            world_.set_levers(np.array([[float(cell % 2)] for cell in range(world_.cells)]))
        logs = []
        for _ in range(given.horizon.weeks):
            world_.week()
            logs.append(self.model.events)
        whole, real = np.concatenate([log.whole for log in logs]), np.concatenate([log.real for log in logs])
        self.weeks = given.horizon.weeks
        self.events = pd.DataFrame(dict(zip(_COLUMNS, whole.T, strict=True))).assign(x=real[:, 0], y=real[:, 1])
        self.model.let_go()

    def of(self, what: int, *touchpoints: str) -> pd.DataFrame:
        """Return the events of one sort, at some touchpoints or all."""
        chosen = self.events[self.events["what"] == what]
        if not touchpoints:
            return chosen
        return chosen[chosen["touchpoint"].isin([self.model.layout.touchpoints.index(name) for name in touchpoints])]


def _marketplace(lived: _Lived) -> Observations:
    orders = lived.of(ORDERED).rename(columns={"first": "due", "second": "promised", "x": "day", "week": "ordered"})
    given = lived.of(ANSWERED).sort_values("week")
    both = pd.merge_asof(
        given, orders[["ordered", "person", "due", "promised", "day"]].sort_values("ordered"), left_on="week",
        right_on="ordered", by="person",
    )  # fmt: skip
    bought = lived.of(ENCOUNTERED, "first_order", "order_again")
    last = bought[bought["y"] > 0.0].groupby("person")["week"].max()
    return Observations(
        answers=pd.DataFrame(
            {
                "person": both["person"],
                "stars": both["first"],
                "days_late": days_between(both["promised"], both["due"]),
                "total_days": days_between(0, both["due"]) - both["day"],
                "answered_before_delivery": both["second"] % 2 == 1,
                "writes": both["second"] >= 2,
                "reordered": both["person"].map(last).fillna(-1).to_numpy() > both["ordered"].to_numpy(),
            }
        )
    )


def _airport(lived: _Lived) -> Observations:
    layout, people = lived.model.layout, lived.model.layout.people
    rated = lived.of(ENCOUNTERED).pivot_table(index="person", columns="touchpoint", values="second")
    rated.columns = pd.Index([layout.touchpoints[int(k)] for k in rated.columns.to_numpy()])
    answers = lived.of(ANSWERED).set_index("person")
    both = rated.join(answers[["first", "x"]].rename(columns={"first": "overall"}), how="inner")
    both["recommend"] = _out_of_ten(both.pop("x").to_numpy(), people.survey_detractor, people.survey_promoter)
    kinds = {name: touchpoint.kind for name, touchpoint in world("airport").journey.items()}
    return Observations(ratings=both.reset_index(), kinds=kinds)


def _out_of_ten(answer: NDArray[np.float64], detractor: float, promoter: float) -> NDArray[np.float64]:
    """Return an answer in [0, 1] on the scale of 0 to 10: promoters 9 and 10, detractors 0 to 6."""
    points = np.interp(answer, [0.0, max(detractor, 1e-9), max(promoter, detractor + 1e-9), 1.0], [0.0, 7.0, 9.0, 11.0])
    whole: NDArray[np.float64] = np.minimum(np.floor(points), 10.0)
    return whole


def _shop(lived: _Lived) -> Observations:
    bought = lived.of(ENCOUNTERED)
    bought = bought[bought["y"] > 0.0]
    orders = pd.DataFrame({"person": bought["person"], "day": DAYS_A_WEEK * bought["week"], "money": bought["y"]})
    return Observations(orders=orders, until=float(DAYS_A_WEEK * lived.weeks))


def _call_campaign(lived: _Lived) -> Observations:
    calls = lived.of(ENCOUNTERED, "call").sort_values(["person", "week"])
    return Observations(
        contacts=pd.DataFrame(
            {
                "person": calls["person"],
                "contact": calls.groupby("person").cumcount() + 1,
                "success": calls["first"] == 1,
            }
        )
    )


def _email_trial(lived: _Lived) -> Observations:
    persons = np.arange(lived.model.given.horizon.population)
    visited = lived.of(ENCOUNTERED, "own_visit", "mail_visit")["person"]
    ordered = lived.of(ENCOUNTERED, "order")
    return Observations(
        trial=pd.DataFrame(
            {
                "person": persons,
                "treated": lived.model.world.engine.state.whole[CELL] % 2 == 1,
                "visited": np.isin(persons, visited),
                "ordered": np.isin(persons, ordered[ordered["first"] == 1]["person"]),
            }
        )
    )


def _lead_funnel(lived: _Lived) -> Observations:
    interested = lived.of(ENCOUNTERED, "interest")["person"].unique()
    talks = lived.of(ENCOUNTERED, "talk")
    segments = np.array(lived.model.layout.segment_names, dtype=object)
    return Observations(
        leads=pd.DataFrame(
            {
                "person": interested,
                "source": segments[lived.model.world.engine.state.whole[SEGMENT][interested]],
                "closed": np.isin(interested, talks[talks["first"] == 1]["person"]),
            }
        )
    )


WORLDS: dict[str, Callable[[_Lived], Observations]] = {
    "marketplace": _marketplace,
    "airport": _airport,
    "shop": _shop,
    "call_campaign": _call_campaign,
    "email_trial": _email_trial,
    "lead_funnel": _lead_funnel,
}
"""Worlds by the name of their file: how what happens there is turned into the data set's form."""


def observe(name: str, *, people: People, replication: int = 0, population: int | None = None) -> Observations:
    """Return what is observed in one replication of a world.

    Parameters
    ----------
    name
        One of `WORLDS`.
    people
        Parameters of people: the same for all worlds and for the firm.
    population
        Another number of people than the file says.
    """
    return WORLDS[name](_Lived(name, people=people, replication=replication, population=population))


def figures(people: People, *, replication: int = 0) -> dict[str, float]:
    """Return the figure of every fact in one replication of all worlds, by key."""
    found: dict[str, float] = {}
    for name in WORLDS:
        found |= measure(observe(name, people=people, replication=replication))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    """Measures replication r when called with it; made for workers."""

    people: People

    def __call__(self, replication: int) -> dict[str, float]:
        return figures(self.people, replication=replication)


def measure_facts(
    people: People, *, replications: int, workers: int = 1, progress: Callable[[int, int], None] | None = None
) -> pd.DataFrame:
    """Return the figure of every fact [replication, key]: what `simulation.analysis.facts.judging.judge` takes.

    Parameters
    ----------
    workers
        Processes; the result does not depend on it.
    progress
        Called with (replications done, planned).
    """
    from simulation.model.cache import warm_up

    warm_up()
    return pd.DataFrame(in_order(_Figures(people=people), replications, workers=workers, progress=progress))

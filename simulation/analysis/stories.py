"""One customer, two worlds: what happened to the same person with the same luck in two arms, week by week.

People are chosen from everybody who is in the market at the end: kept as a customer in one arm, lost to a competitor in the
other. Each way has its own people, and how many there are of each is told with every story, because one person proves
nothing. Of those who went one way the middle ones are taken, by how far their loyalty lies apart at the end: neither the
mildest nor the most striking.

Every figure of a story is from the run: each row is written down while it happens (`simulation.analysis.witness`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

import pandas as pd

from simulation.analysis.story_columns import told_rows
from simulation.scenario.faults import Fault, ScenarioError
from simulation.scenario.journey import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from simulation.analysis.witness import Row
    from simulation.model.organization_model import OrganizationModel
    from simulation.scenario.scenario import Scenario

__all__ = ["NobodyToTellOf", "Stories", "Story", "choose", "fates", "tell"]

KEPT, LOST = "customer", "defected"


class NobodyToTellOf(ScenarioError):
    """There is no such customer in the run, or nobody who was kept in one arm and lost in the other."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Story:
    """What happened to one person in two arms.

    Attributes
    ----------
    customer
        Her number (`customer_id`).
    segment, offer
        Names in the scenario of her segment and of the offer that fits her best.
    fit
        Fit between her and that offer [0-1].
    entered
        Week in which she entered the market; negative: before week 0.
    ends
        Arm -> her stage at the end of her time in the market.
    rows
        What happened (`story_columns`), arm by arm in the order of weeks.
    """

    customer: int
    segment: str
    offer: str
    fit: float
    entered: int
    ends: Mapping[str, str]
    rows: pd.DataFrame

    def of(self, arm: str, *what: str) -> pd.DataFrame:
        """Return her rows in one arm, of some kinds or of all."""
        rows = self.rows[self.rows["arm"] == arm]
        return rows[rows["what"].isin(what)] if what else rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stories:
    """Some people's stories in the same two arms.

    Attributes
    ----------
    arms
        The two arms, the one that is compared with first.
    seed, replication, weeks
        Which run this is.
    ends
        How everybody who is in the market at the end ended (see `fates`).
    stories
        One for each person.
    """

    arms: tuple[str, str]
    seed: int
    replication: int
    weeks: int
    ends: pd.DataFrame
    stories: tuple[Story, ...]

    @property
    def rows(self) -> pd.DataFrame:
        """All rows of all stories."""
        return pd.concat([story.rows for story in self.stories], ignore_index=True)

    def ended(self, first: str, second: str) -> int:
        """Return how many ended so in the first arm and so in the second."""
        return int(self.ends[second].to_dict()[first])


def fates(customers: pd.DataFrame, arms: tuple[str, str]) -> pd.DataFrame:
    """Return how many people ended in which stage in the first arm (rows) and in the second (columns).

    Parameters
    ----------
    customers
        Final states of one replication, as in `customers.parquet`.
    """
    both = _both(customers, arms)
    found = pd.crosstab(both["stage_0"], both["stage_1"])
    return found.reindex(index=list(STAGES), columns=list(STAGES), fill_value=0)


def choose(customers: pd.DataFrame, arms: tuple[str, str], *, count: int) -> list[tuple[int, int]]:
    """Return (slot, week of entry) of people to tell of: kept in one arm, lost in the other.

    The commoner way comes first, then by turns. Of n people who went one way and m wanted, those at i/(m + 1) of the way,
    i = 1 to m, by the distance of their loyalty between the arms at the end (ties by slot).
    """
    both = _both(customers, arms)
    ways = [both[(both["stage_0"] == one) & (both["stage_1"] == other)] for one, other in ((LOST, KEPT), (KEPT, LOST))]
    ways.sort(key=len, reverse=True)
    wanted = [min((count + 1) // 2, len(ways[0])), min(count // 2, len(ways[1]))]
    wanted[0] = min(count - wanted[1], len(ways[0]))
    chosen = [_middle(way, m) for way, m in zip(ways, wanted, strict=True)]
    return [chosen[i % 2][i // 2] for i in range(2 * max(wanted)) if i // 2 < wanted[i % 2]]


def _both(customers: pd.DataFrame, arms: tuple[str, str]) -> pd.DataFrame:
    one, other = (customers[customers["arm"] == arm] for arm in arms)
    kept = ["slot", "entered", "stage", "loyalty"]
    return one[kept].merge(other[kept], on=["slot", "entered"], suffixes=("_0", "_1"))


def _middle(way: pd.DataFrame, wanted: int) -> list[tuple[int, int]]:
    apart = (way["loyalty_1"] - way["loyalty_0"]).abs()
    ordered = way.assign(apart=apart).sort_values(["apart", "slot"])
    places = [len(ordered) * i // (wanted + 1) for i in range(1, wanted + 1)]
    return [(int(ordered["slot"].iloc[p]), int(ordered["entered"].iloc[p])) for p in places]


def tell(
    arms: Mapping[str, Scenario],
    between: tuple[str, str],
    *,
    seed: int,
    replication: int = 0,
    count: int = 2,
    customers: Sequence[int] = (),
    ends: pd.DataFrame | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Stories:
    """Let two arms of a comparison live one replication again, and write down what happens to some people.

    Parameters
    ----------
    arms
        Every arm of the comparison; the burn-in of the first fixes the pars, as in `simulation.analysis.run.run_arms`.
    between
        The two arms to tell of.
    seed, replication
        Which run of the comparison.
    count
        How many people to choose (see `choose`); not used with `customers`.
    customers
        Numbers of the people to tell of (`customer_id`), instead of choosing.
    ends
        Final states of that replication (`customers.parquet`), where they are at hand: saves living both arms once more.
    progress
        Called with (weeks lived, weeks planned).

    Raises
    ------
    NobodyToTellOf
        If a customer asked for is not in the run, or nobody was kept in one arm and lost in the other.
    """
    life = _Life(arms=arms, between=between, seed=seed, replication=replication, passes=2 if customers or ends is not None else 4,
                 progress=progress or (lambda _done, _planned: None))  # fmt: skip
    horizon = life.horizon
    if customers:
        people = [(number % horizon.population, number // horizon.population - horizon.burn_in) for number in customers]
    else:
        people = choose(life.ends(()) if ends is None else ends, between, count=count)
        if not people:
            raise _nobody(
                f"nobody was kept in one of {between[0]} and {between[1]} and lost in the other in replication "
                f"{replication}: name another replication, other arms, or a customer"
            )
    ended = life.ends(sorted({slot for slot, _ in people}))
    return Stories(
        arms=between, seed=seed, replication=replication, weeks=horizon.weeks, ends=fates(ended, between),
        stories=tuple(life.story(slot, entered) for slot, entered in people),
    )  # fmt: skip


class _Life:
    """The two arms of one replication, lived as often as is needed."""

    def __init__(self, *, arms: Mapping[str, Scenario], between: tuple[str, str], seed: int, replication: int, passes: int,
                 progress: Callable[[int, int], None]) -> None:  # fmt: skip
        self.pair = {arm: arms[arm] for arm in between}
        self.given = arms[between[0]]
        self.horizon = self.given.horizon
        self._luck: _Luck = {"seed": seed, "replication": replication}
        self._progress, self._done = progress, 0
        first = next(iter(arms.values()))
        self._planned = first.horizon.burn_in + passes * (self.horizon.burn_in + self.horizon.weeks)
        self._pars = self._measured(first)
        self._rows: dict[str, list[Row]] = {}

    def _measured(self, first: Scenario) -> dict[str, float]:
        """Return the pars that the burn-in of the first arm fixes."""
        model = self._model(first, None)
        while model.week < 0:
            self._step(model)
        pars = dict(model.organization.pars)
        model.let_go()
        return pars

    def _model(self, given: Scenario, pars: Mapping[str, float] | None) -> OrganizationModel:
        from simulation.model.organization_model import OrganizationModel

        return OrganizationModel(given, pars=pars, **self._luck)

    def _step(self, model: OrganizationModel) -> None:
        model.step()
        self._done += 1
        self._progress(self._done, self._planned)

    def ends(self, slots: Sequence[int]) -> pd.DataFrame:
        """Live both arms and return everybody's final state; write down what happens in these slots."""
        from simulation.analysis.witness import watch

        parts = []
        for arm, given in self.pair.items():
            model = self._model(given, self._pars)
            watched = watch(model, slots) if slots else None
            while not model.finished:
                self._step(model)
            parts.append(pd.DataFrame({"arm": arm, **model.customers.to_dict()}))
            self._rows[arm] = watched.rows if watched is not None else []
            model.let_go()
        return pd.concat(parts, ignore_index=True)

    def story(self, slot: int, entered: int) -> Story:
        """Return the story of the person who entered this slot in this week, as written down by `ends`.

        Raises
        ------
        NobodyToTellOf
            If nobody did, or she left the market before week 0.
        """
        horizon, number = self.horizon, slot + self.horizon.population * (entered + self.horizon.burn_in)
        rows = {
            arm: [row for row in of_arm if row["slot"] == slot and row["entered"] == entered]
            for arm, of_arm in self._rows.items()
        }
        if not all(rows.values()):
            others = sorted({row["entered"] for row in next(iter(self._rows.values())) if row["slot"] == slot})
            known = ", ".join(str(slot + horizon.population * (week + horizon.burn_in)) for week in others)
            raise _nobody(
                f"there is no customer {number} from week 0 on; in her place in the market there is {known}"
                if known
                else f"there is no customer {number} from week 0 on"
            )
        departments = list(dict.fromkeys(name for given in self.pair.values() for name in given.departments))
        told = [told_rows(arm, number, of_arm, departments) for arm, of_arm in rows.items()]
        who = next(row for row in next(iter(rows.values())) if "segment" in row)
        return Story(
            customer=number, segment=who["segment"], offer=who["offer"], fit=who["fit"], entered=entered,
            ends={arm: str(of_arm[-1].get("stage", of_arm[-1]["stage_before"])) for arm, of_arm in rows.items()},
            rows=pd.concat(told, ignore_index=True),
        )  # fmt: skip


def _nobody(message: str) -> NobodyToTellOf:
    return NobodyToTellOf([Fault(message=message)])


class _Luck(TypedDict):
    """Key of a run's draws."""

    seed: int
    replication: int

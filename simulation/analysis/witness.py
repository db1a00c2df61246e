"""One customer's weeks, encounter by encounter: a plain customer who lives beside the compiled ones.

The compiled engine lives everybody's week and keeps no history. Before each week the columns of the chosen people are copied
into plain customers (`simulation.model.plain`), who live the same week by the same rules and the same draws, and write down
what happens to them. Afterwards they must stand exactly where their columns stand, to the bit; if not, nothing is told. So
the witness changes nothing, and what it tells is what the run did.

Who is responsible is asked of the ledger (`simulation.model.ledger.allocate`): one encounter's books alone, with the shares in
queues and late deliveries that everybody's books of that week give.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.model import columns as at
from simulation.model.columns import new_books, new_counts
from simulation.model.ledger import allocate
from simulation.model.plain.customer import CustomerAgent
from simulation.model.plain.engine import PlainEngine, WeekContext
from simulation.randomness import threefry
from simulation.rules.arithmetic import UNITS
from simulation.rules.delivery import days_between
from simulation.scenario.journey import STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from simulation.model.columns import Books, Log, State
    from simulation.model.effects import Tables
    from simulation.model.organization_model import OrganizationModel
    from simulation.model.plain.engine import Words
    from simulation.model.world import Engine

__all__ = ["Row", "Witnessed", "watch"]

Row = dict[str, Any]
"""What happened, by column (`simulation.analysis.stories.STORY_COLUMNS`); a column that means nothing here is left out."""

_REAL = (
    *("fit", "purchase_rate", "norm", "memory", "satisfaction", "worst_moment", "trust", "loyalty", "will", "should"),
    *("reputation", "fatigue", "spent"),
)
_WHOLE = (
    *("segment", "offer", "stage", "case", "case_weeks", "purchases", "entered", "brought", "cell", "cell_before"),
    *("heard_good", "heard_bad", "tells", "order", "ordered_at", "due", "promised"),
)
"""A person's state in the order of its columns (`simulation.model.columns`)."""
_HEARD = (at.HEARD_GOOD, at.HEARD_BAD)
_TOLD = ("", "good", "bad")
"""What she tells, by `TELLS_NOTHING`, `TELLS_GOOD`, `TELLS_BAD`."""


class Witness(CustomerAgent):
    """A plain customer who writes down what happens to her; no agent of the model."""

    def __init__(self, engine: _Witnesses, slot: int) -> None:
        # Not Mesa's: she is counted nowhere.
        self.engine: Any = engine
        self.slot = slot
        self.rows: list[Row] = []
        self.voiced = False
        self.person = 0
        self._heard: Row = {}

    # -- standing where her columns stand ------------------------------------------------------------------------

    def take(self, state: State) -> None:
        """Become the person whom the columns show."""
        real, whole = state.real[:, self.slot].tolist(), state.whole[:, self.slot].tolist()
        promising = self.engine.promising
        for name, value in zip(_REAL, real, strict=False):
            setattr(self, name, value)
        self.will_parts = real[at.PARTS : at.PARTS + promising]
        self.should_parts = real[at.PARTS + promising :]
        self.order, self.ordered_at, self.due, self.promised = -1, 0, 0, 0
        for name, value in zip(_WHOLE, whole, strict=False):
            setattr(self, name, value)

    def agrees(self, state: State) -> bool:
        """Tell whether she stands where the columns stand; what she has heard since is for next week."""
        real = [getattr(self, name) for name in _REAL] + self.will_parts + self.should_parts
        whole = [getattr(self, name) for name in _WHOLE][: len(state.whole)]
        others = [i for i in range(len(whole)) if i not in _HEARD]
        return bool(
            real == state.real[:, self.slot].tolist()
            and [whole[i] for i in others] == state.whole[others, self.slot].tolist()
        )

    # -- what happens ---------------------------------------------------------------------------------------------

    def live(self, now: WeekContext) -> None:
        """Live the week, and sum it up."""
        heard, before = (self.heard_good, self.heard_bad), STAGES[self.stage]
        self.voiced, self.person = False, self.entered
        super().live(now)
        if self.entered != self.person:
            self.write(now, "exit", stage_before=before)
            return
        will, should = self.expectations()
        self.write(
            now, "week", stage_before=before, stage=STAGES[self.stage], satisfaction=self.satisfaction, trust=self.trust,
            loyalty=self.loyalty, will=will, should=should, reputation=self.reputation, fatigue=self.fatigue,
            heard_good=heard[0], heard_bad=heard[1], tells=_TOLD[self.tells],
            problem=self.engine.layout.touchpoints[self.case] if self.case >= 0 else "", problem_weeks=self.case_weeks,
            voiced=self.voiced, purchases=self.purchases, spent=self.spent,
        )  # fmt: skip

    def feel_open_case(self, now: WeekContext) -> float:
        """Feel one more week of an open problem."""
        k, now.books, overdue = self.case, self.engine.empty_books(), self.is_overdue(now.week)
        happened = super().feel_open_case(now)
        self.write(
            now, "open problem", k, experience=happened, felt=now.books.felt[k].sum() / UNITS, overdue=overdue,
            problem_weeks=self.case_weeks, **self.engine.due(now.books, k),
        )  # fmt: skip
        return happened

    def voices(self, u: float, now: WeekContext) -> bool:
        """Tell the company of her open problem perhaps."""
        self.voiced = super().voices(u, now)
        return self.voiced

    def encounter(self, k: int, now: WeekContext) -> tuple[float, bool]:
        """Meet touchpoint k."""
        journey, before = self.engine.journey, (STAGES[self.stage], self.case, self.trust)
        dates: Row = {}
        if journey.delivers[k]:
            dates = {
                "days": days_between(self.ordered_at, self.due),
                "promised_days": days_between(self.ordered_at, self.promised),
            }
        now.books, self._heard = self.engine.empty_books(), {}
        happened, succeeded = super().encounter(k, now)
        self.write(
            now, "encounter", k, succeeded=succeeded, experience=happened, wait=now.waits[self.cell][k],
            stage_before=before[0], stage=STAGES[self.stage], problem_solved=before[1] >= 0 and self.case != before[1],
            problem_opened=self.case >= 0 and self.case != before[1], trust_before=before[2], trust=self.trust,
            **dates, **self._heard, **self.engine.due(now.books, k),
        )  # fmt: skip
        return happened, succeeded

    def rate(self, k: int, gap: float, week: int) -> int:
        """Give the encounter stars."""
        stars, people = super().rate(k, gap, week), self.engine.layout.people
        perceived = gap + float(self._heard["should"])
        share = 1.0 - people.assimilation
        quality = (perceived - people.assimilation * self._heard["will"]) / share if share > 0.0 else float("nan")
        self._heard |= {"stars": stars, "perceived": perceived, "quality": quality}
        return stars

    def book(self, k: int, cause: int, felt: float, slope: float, fit_part: float, wait_part: float, fatigue_part: float,
             date_parts: tuple[float, float], of_speed: float, relief: float, books: Books) -> None:  # fmt: skip
        """Write down what was felt, and the parts that it is made of."""
        super().book(k, cause, felt, slope, fit_part, wait_part, fatigue_part, date_parts, of_speed, relief, books)
        will, should = self.expectations()
        pass_on = slope * (1.0 - self.engine.layout.people.assimilation)
        self._heard |= {
            "will": will, "should": should, "felt": felt, "of_promises": float(books.promise[k].sum()) / UNITS,
            "of_fit": pass_on * fit_part, "of_wait": pass_on * wait_part, "of_fatigue": pass_on * fatigue_part,
            "of_dates": pass_on * (date_parts[0] + date_parts[1]) + of_speed, "of_relief": relief,
        }  # fmt: skip

    def hear_promises(self, promises: list[float]) -> None:
        """Hear what is promised here, and by whom."""
        super().hear_promises(promises)
        layout = self.engine.layout
        for department, promise in zip(layout.promising, promises, strict=False):
            self._heard[f"promise.{layout.departments[department]}"] = promise

    def note(self, now: WeekContext, what: int, k: int, first: int, second: int, x: float, y: float) -> None:
        """Write down an order or an answer; what was paid goes to the encounter under way."""
        if what == at.ENCOUNTERED:
            self._heard["paid"] = y
        elif what == at.ORDERED:
            self.write(
                now, "order", k, days=days_between(self.ordered_at, first), promised_days=days_between(self.ordered_at, second)
            )  # fmt: skip
        elif what == at.ANSWERED:
            self.write(now, "answer", k, stars=first, recommendation=x, overall=y)

    def write(self, now: WeekContext, what: str, k: int = -1, **told: object) -> None:
        """Add a row."""
        layout, start = self.engine.layout, self.engine.burn_in
        row: Row = {"slot": self.slot, "entered": self.person - start, "week": now.week - start, "what": what}
        if k >= 0:
            row |= {"touchpoint": layout.touchpoints[k], "owner": layout.departments[layout.owner[k]]}
        row |= {"segment": layout.segment_names[self.segment], "offer": layout.offer_names[self.offer], "fit": self.fit}
        self.rows.append(row | told)


class _Witnesses(PlainEngine):
    """A plain engine for a few people only."""

    def __init__(self, model: OrganizationModel, slots: Sequence[int]) -> None:
        nobody: Any = SimpleNamespace(
            given=SimpleNamespace(horizon=SimpleNamespace(population=0), market=model.given.market)
        )
        super().__init__(nobody, layout=model.layout, run_key=model.world.key, keeps_log=True)
        self.burn_in, self.cells = model.given.horizon.burn_in, model.world.cells
        self.slots = np.array(slots, dtype=np.int64)
        self.witnesses = [Witness(self, slot) for slot in slots]
        self._of_week: tuple[Tables, Books] | None = None
        touchpoints = len(self.layout.touchpoints)
        self.purposes = np.array([
            at.P_FINISH, at.P_SURVEY, *range(at.P_MEET, at.P_MEET + (touchpoints + 3) // 4),
            *range(at.P_ENCOUNTER, at.P_ENCOUNTER + touchpoints),
        ], dtype=np.int64)  # fmt: skip
        self._drawn: tuple[int, dict[int, dict[int, Words]]] = (-1, {})

    def draws(self, week: int, purpose: int) -> Any:
        """Return the four words of each of these people, drawn for all purposes of a week at once: numpy is slow in small."""
        if self._drawn[0] != week:
            people, purposes = len(self.slots), len(self.purposes)
            words = threefry(
                *self.run_key, 0, np.tile(self.slots, purposes), week, np.repeat(self.purposes, people), 0
            )  # fmt: skip
            each: Iterator[Words] = zip(*(w.tolist() for w in words), strict=True)
            slots = self.slots.tolist()
            self._drawn = week, {of: {slot: next(each) for slot in slots} for of in self.purposes.tolist()}
        return self._drawn[1][purpose]

    def empty_books(self) -> Books:
        """Return empty books."""
        return new_books(self.layout, self.cells)

    def relive(self, week: int, tables: Tables, waits: NDArray[np.float64], everybody: Books) -> None:
        """Let them live a week of which everybody's books are known."""
        self._of_week = tables, everybody
        now = WeekContext(self, week, tables, waits, new_counts(self.layout, self.cells), self.empty_books())
        for witness in self.witnesses:
            witness.live(now)

    def due(self, books: Books, k: int) -> Row:
        """Return to whom it is due what was felt at touchpoint k [experience]."""
        assert self._of_week is not None, "the week comes first"
        tables, everybody = self._of_week
        shares = allocate(self.layout, tables, books._replace(origin=everybody.origin, overdue=everybody.overdue))
        names = (*self.layout.departments, "unattributed")
        return {f"due.{name}": float(amount) / UNITS for name, amount in zip(names, shares[k].sum(axis=1), strict=True)}


class Witnessed:
    """An engine beside which the chosen people's weeks are written down; the weeks themselves are the engine's."""

    def __init__(self, engine: Engine, model: OrganizationModel, slots: Sequence[int]) -> None:
        self._engine = engine
        self._beside = _Witnesses(model, slots)
        self.log: Log = engine.log

    @property
    def state(self) -> State:
        return self._engine.state

    @property
    def rows(self) -> list[Row]:
        """What happened to them, week by week; person by person within a week."""
        rows = [row for witness in self._beside.witnesses for row in witness.rows]
        return sorted(rows, key=lambda row: int(row["week"]))

    def deal(self, review: int, cells: int) -> None:
        self._engine.deal(review, cells)

    def week(
        self, week: int, tables: Tables, waits: NDArray[np.float64], counts: NDArray[np.int64], books: Books
    ) -> None:
        """Let everybody live one week; from week 0 on, write down what happened to the chosen.

        Raises
        ------
        RuntimeError
            If a plain customer ended the week elsewhere than the engine's: nothing that she tells would be true.
        """
        watched = self._beside.witnesses if week >= self._beside.burn_in else []
        state = self._engine.state
        for witness in watched:
            witness.take(state)
        origin, overdue = books.origin.copy(), books.overdue.copy()
        self._engine.week(week, tables, waits, counts, books)
        self.log = self._engine.log
        if not watched:
            return
        of_week = books._replace(origin=books.origin - origin, overdue=books.overdue - overdue)
        self._beside.relive(week, tables, waits, of_week)
        state = self._engine.state
        if not all(witness.agrees(state) for witness in watched):
            raise RuntimeError(f"a customer's plain week {week} differs from the engine's: her story cannot be told")


def watch(model: OrganizationModel, slots: Sequence[int]) -> Witnessed:
    """Let a model that has lived no week yet write down what happens in these slots of the market."""
    watched = Witnessed(model.world.engine, model, slots)
    model.world.engine = watched
    return watched

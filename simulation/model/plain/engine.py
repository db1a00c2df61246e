"""The plain engine: lives the weeks of all people, one agent after another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.model import columns as at
from simulation.model.columns import Books, State, log_of, new_log, wholes
from simulation.model.plain.customer import CustomerAgent
from simulation.model.trials import deal
from simulation.model.world import ties_of
from simulation.randomness import threefry
from simulation.rules import delivery

if TYPE_CHECKING:
    import mesa
    from numpy.typing import NDArray

    from simulation.model.effects import Tables
    from simulation.model.layout import Layout

__all__ = ["PlainEngine", "WeekContext"]

Words = tuple[int, int, int, int]


class WeekContext:
    """What surrounds all people in one week: coefficients, waits, draws, and the counters to add to."""

    def __init__(
        self, engine: PlainEngine, week: int, tables: Tables, waits: NDArray[np.float64], counts: NDArray[np.int64],
        books: Books,
    ) -> None:  # fmt: skip
        self.week = week
        self.start, self.end = week * delivery.WEEK_OF_TICKS, (week + 1) * delivery.WEEK_OF_TICKS
        self.value: list[Any] = tables.value.tolist()
        self.promise: list[Any] = tables.promise.tolist()
        self.waits: list[list[float]] = waits.tolist()
        self.counts = counts
        self.books = books
        touchpoints = len(engine.layout.touchpoints)
        self.finish = engine.draws(week, at.P_FINISH)
        self.survey = engine.draws(week, at.P_SURVEY)
        self.log: list[tuple[int, int, int, int, int, int, float, float]] | None = [] if engine.keeps_log else None
        self.meet = [engine.draws(week, at.P_MEET + b) for b in range((touchpoints + 3) // 4)]
        self.encounter = [engine.draws(week, at.P_ENCOUNTER + k) for k in range(touchpoints)]


class PlainEngine:
    """Lives the weeks of all people, one agent after another."""

    def __init__(
        self, model: mesa.Model, *, layout: Layout, run_key: tuple[int, int, int], keeps_log: bool = False
    ) -> None:
        self.layout = layout
        self.keeps_log = keeps_log
        self.log = new_log(0)
        self.run_key = run_key
        self.promising = max(1, len(layout.promising))
        # plain Python numbers: array elements would make every step of arithmetic ten times as dear
        self.journey: Any = type(layout.journey)(*(column.tolist() for column in layout.journey))
        for name in ("patience", "voice", "digital", "memory", "expectation", "defection", "price_sensitivity"):
            setattr(self, name, getattr(layout.segments, name).tolist())
        self.price: list[float] = layout.market.price.tolist()
        given = model.given
        self.population = given.horizon.population
        self.agents = [CustomerAgent(model, self, slot) for slot in range(self.population)]
        network = given.market.network
        self.ties = ties_of(run_key, self.population, network.degree, network.rewiring).tolist()

    patience: list[float]
    voice: list[float]
    digital: list[float]
    memory: list[float]
    expectation: list[float]
    defection: list[float]
    price_sensitivity: list[float]

    def draws(self, week: int, purpose: int) -> list[Words]:
        """Return everybody's four words for one week and purpose, drawn together."""
        slots = np.arange(self.population, dtype=np.int64)
        words = threefry(*self.run_key, 0, slots, week, purpose, 0)
        return list(zip(*(word.tolist() for word in words), strict=True))

    def deal(self, review: int, cells: int) -> None:
        """Put people into the cells of a review, remembering the ones before."""
        dealt = deal(self.run_key, review, self.population, cells)
        for agent, cell in zip(self.agents, dealt.tolist(), strict=True):
            agent.cell_before, agent.cell = agent.cell, cell

    def week(
        self, week: int, tables: Tables, waits: NDArray[np.float64], counts: NDArray[np.int64], books: Books
    ) -> None:
        """Let everybody live one week, then let those who tell something be heard."""
        now = WeekContext(self, week, tables, waits, counts, books)
        for agent in self.agents:
            agent.live(now)
        if now.log is not None:
            self.log = log_of(now.log)
        for agent, ties in zip(self.agents, self.ties, strict=True):
            if agent.tells != at.TELLS_NOTHING:
                for other in ties:
                    if agent.tells == at.TELLS_GOOD:
                        self.agents[other].heard_good += 1
                    else:
                        self.agents[other].heard_bad += 1

    @property
    def state(self) -> State:
        """People as columns, copied from the agents."""
        real = [
            [a.fit, a.purchase_rate, a.norm, a.memory, a.satisfaction, a.worst_moment, a.trust, a.loyalty, a.will, a.should,
             a.reputation, a.fatigue, a.spent, *a.will_parts, *a.should_parts]
            for a in self.agents
        ]  # fmt: skip
        whole = [
            [a.segment, a.offer, a.stage, a.case, a.case_weeks, a.purchases, a.entered, a.brought, a.cell, a.cell_before,
             a.heard_good, a.heard_bad, a.tells, a.order, a.ordered_at, a.due, a.promised][: wholes(self.layout)]
            for a in self.agents
        ]  # fmt: skip
        return State(real=np.array(real).T.copy(), whole=np.array(whole, dtype=np.int32).T.copy())

"""How time and memory grow with the number of people; the fixed cost of a week; a million people for ten years."""

from __future__ import annotations

import gc
import statistics
import time
from typing import TYPE_CHECKING

from suite.firms import firm, model_of
from suite.measuring import Figure, Span, interleaved, span

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulation.model.organization_model import OrganizationModel

__all__ = ["MILLION_TITLE", "TITLE", "UNIT", "figures", "million"]

TITLE = "The time of a customer-week, from ten thousand people to ten million"
MILLION_TITLE = "A million people, ten years, two threads"
UNIT = "ns per customer-week"
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
MOST_BYTES, MOST_FIXED, MOST_SECONDS = 200.0, 60.0, 60.0
SETTLING = 4
"""Reviews before those that count: the first trials have yet to mature."""
FLAT = 1.5
"""Times the dearest size may cost what the cheapest does and still be called flat."""


def figures(*, quick: bool) -> list[Figure]:
    """Time weeks at every size with one and two threads; weigh the state; time a week of ten people."""
    sizes = SIZES[:2] if quick else SIZES
    models = {
        _called(population, threads): model_of(firm("baseline"), population=population, threads=threads)
        for population in sizes
        for threads in (1, 2)
    }
    works = {what: _weeks(model, alone=what.endswith("1 thread")) for what, model in models.items()}
    seconds = interleaved(works, rounds=2 if quick else 7)
    for model in models.values():
        model.let_go()
    del models, works
    gc.collect()
    found = [Figure(what=what, unit=UNIT, span=span([s * 1e9 for s in values])) for what, values in seconds.items()]
    if 1_000_000 in sizes:
        found.append(_extrapolated(statistics.median(seconds[_called(1_000_000, 2)])))
    found.append(_spread([seconds[_called(population, 1)] for population in sizes]))
    return [*found, *_bytes(), *_fixed(reviews=25 if quick else 500)]


def million(*, quick: bool) -> list[Figure]:
    """Live 520 weeks of a million people (quick: 10 weeks of 100,000) from the first to the last, burn-in apart."""
    population, weeks = (100_000, 10) if quick else (1_000_000, 520)
    start = time.perf_counter()
    model = model_of(firm("baseline"), population=population, burn_in=4, weeks=weeks, threads=2)
    ready, worked = time.perf_counter(), time.process_time()
    model.run()
    lived, worked = time.perf_counter() - ready, time.process_time() - worked
    model.let_go()
    what = f"{population:,} people x {weeks} weeks, 2 threads"
    return [
        _one(what, "seconds", lived, f"at most {MOST_SECONDS:.0f}", lived <= MOST_SECONDS),
        _one(f"{what}: processor time of both; two cores that nobody else uses need half of it", "seconds", worked),
        _one(f"{what}: building it and 4 weeks of burn-in", "seconds", ready - start),
        _one(what, UNIT, lived / weeks / population * 1e9),
    ]


def _called(population: int, threads: int) -> str:
    return f"{population:,} people, {threads} thread{'s' if threads > 1 else ''}"


def _extrapolated(seconds: float) -> Figure:
    """Return what ten years of a million people would take at so many seconds a customer-week."""
    whole = seconds * 1_000_000 * 520
    what = "1,000,000 people x 520 weeks, 2 threads, extrapolated"
    return _one(what, "seconds", whole, f"at most {MOST_SECONDS:.0f}", whole <= MOST_SECONDS)


def _spread(sizes: list[list[float]]) -> Figure:
    """Return how many times the dearest size costs what the cheapest does, by rounds."""
    spread = span([max(values) / min(values) for values in zip(*sizes, strict=True)])
    return Figure(what="dearest size over cheapest, 1 thread", unit="times", span=spread, target=f"at most {FLAT:g}",
                  met=spread.median <= FLAT)  # fmt: skip


def _weeks(model: OrganizationModel, *, alone: bool) -> Callable[[], float]:
    """Return a work of some weeks; one thread alone is measured in processor time, which others on the machine disturb less.

    Whole reviews, so that what happens once in one counts.
    """
    population, review = model.world.population, model.given.learning.review_weeks
    weeks = review * max(1, 100_000 // (population * review))

    def work() -> float:
        start = time.process_time()
        for _ in range(weeks):
            model.step()
        units = float(weeks * population)
        return -(time.process_time() - start) / units if alone else units

    return work


def _bytes() -> list[Figure]:
    """Weigh the columns of people, and apart from them the network."""
    model = model_of(firm("baseline"), population=10_000)
    state = model.world.engine.state
    person = (state.real.nbytes + state.whole.nbytes) / 10_000
    degree = model.given.market.network.degree
    return [
        _one("state of a customer", "bytes", person, f"at most {MOST_BYTES:.0f}", person <= MOST_BYTES),
        _one(f"network of a customer ({degree} ties)", "bytes", degree * 4 + 8.0),
    ]


def _fixed(reviews: int) -> list[Figure]:
    """Time single weeks of ten people, in processor time: a round is a review's weeks."""
    scenario = firm("baseline")
    length = scenario.learning.review_weeks
    model = model_of(scenario, population=10, weeks=(reviews + SETTLING) * length)
    took: list[float] = []
    while not model.finished:
        start = time.thread_time()
        model.step()
        took.append((time.thread_time() - start) * 1e6)
    rounds = [took[first : first + length] for first in range(SETTLING * length, len(took), length)]
    # trials are chosen in the first week of a review and judged in the last
    kinds = {
        "a week of 10 people, mean over a review's weeks": [statistics.fmean(weeks) for weeks in rounds],
        "a week of 10 people, in which nothing is reviewed": [statistics.fmean(weeks[1:-1]) for weeks in rounds],
        "a week of 10 people, in which new trials begin": [weeks[0] for weeks in rounds],
        "a week of 10 people, which ends in a review": [weeks[-1] for weeks in rounds],
    }
    asked = f"at most {MOST_FIXED:.0f}"
    return [
        Figure(what=what, unit="microseconds", span=span(values), target=asked if place < 2 else "",
               met=span(values).median <= MOST_FIXED if place < 2 else None)
        for place, (what, values) in enumerate(kinds.items())
    ]  # fmt: skip


def _one(what: str, unit: str, value: float, target: str = "", met: bool | None = None) -> Figure:
    return Figure(what=what, unit=unit, span=Span(value, value, value), target=target, met=met)

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
FLAT = 1.5
"""Times the dearest size may cost what the cheapest does and still be called flat."""


def figures(*, quick: bool) -> list[Figure]:
    """Time weeks at every size with one and two threads; weigh the state; time a week of ten people."""
    found: list[Figure] = []
    for population in SIZES[:2] if quick else SIZES:
        found += _size(population, rounds=2 if quick else 7)
    alone = [figure.span.median for figure in found if figure.what.endswith("1 thread")]
    spread = max(alone) / min(alone)
    found.append(_one("dearest size over cheapest, 1 thread", "times", spread, f"at most {FLAT:g}", spread <= FLAT))
    return found + _bytes() + [_fixed(weeks=100 if quick else 1_000)]


def million(*, quick: bool) -> list[Figure]:
    """Live 520 weeks of a million people (quick: 10 weeks of 100,000) from the first to the last, burn-in apart."""
    population, weeks = (100_000, 10) if quick else (1_000_000, 520)
    start = time.perf_counter()
    model = model_of(firm("baseline"), population=population, burn_in=4, weeks=weeks, threads=2)
    ready = time.perf_counter()
    model.run()
    lived = time.perf_counter() - ready
    model.let_go()
    what = f"{population:,} people x {weeks} weeks, 2 threads"
    return [
        _one(what, "seconds", lived, f"at most {MOST_SECONDS:.0f}", lived <= MOST_SECONDS),
        _one(f"{what}: building it and 4 weeks of burn-in", "seconds", ready - start),
        _one(what, UNIT, lived / weeks / population * 1e9),
    ]


def _size(population: int, rounds: int) -> list[Figure]:
    models = {
        f"{population:,} people, {threads} thread{'s' if threads > 1 else ''}":
        model_of(firm("baseline"), population=population, threads=threads)
        for threads in (1, 2)
    }  # fmt: skip
    weeks = max(1, 100_000 // population)
    works = {what: _weeks(model, weeks, population, alone=what.endswith("1 thread")) for what, model in models.items()}
    seconds = interleaved(works, rounds=rounds)
    for model in models.values():
        model.let_go()
    del models, works
    gc.collect()
    found = [Figure(what=what, unit=UNIT, span=span([s * 1e9 for s in values])) for what, values in seconds.items()]
    if population == 1_000_000:
        extrapolated = statistics.median(list(seconds.values())[1]) * population * 520
        found.append(_one("1,000,000 people x 520 weeks, 2 threads, extrapolated", "seconds", extrapolated,
                          f"at most {MOST_SECONDS:.0f}", extrapolated <= MOST_SECONDS))  # fmt: skip
    return found


def _weeks(model: OrganizationModel, weeks: int, population: int, *, alone: bool) -> Callable[[], float]:
    """Return a work of some weeks; one thread alone is measured in processor time, which others on the machine disturb less."""

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


def _fixed(weeks: int) -> Figure:
    """Time single weeks of ten people, reviews included."""
    model = model_of(firm("baseline"), population=10, weeks=weeks)
    took = []
    while not model.finished:
        start = time.perf_counter()
        model.step()
        took.append((time.perf_counter() - start) * 1e6)
    mean = statistics.fmean(took)
    return Figure(what="a week of 10 people: mean, with the shortest and the longest", unit="microseconds",
                  span=Span(mean, min(took), max(took)), target=f"at most {MOST_FIXED:.0f}", met=mean <= MOST_FIXED)  # fmt: skip


def _one(what: str, unit: str, value: float, target: str = "", met: bool | None = None) -> Figure:
    return Figure(what=what, unit=unit, span=Span(value, value, value), target=target, met=met)

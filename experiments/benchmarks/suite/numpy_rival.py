"""The reduced journey in numpy: chunks that stay in the cache, the same draws vectorised, the same numbers.

Two rivals: `NumpyRival` lives the people only, `CountingNumpyRival` keeps counters and ledger, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.model import columns as at
from simulation.model.columns import new_books, new_counts
from simulation.randomness import key, luck, uniform
from simulation.rules.arithmetic import UNITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.model.organization_model import OrganizationModel

__all__ = ["CountingNumpyRival", "NumpyRival"]

CHUNK = 32768
"""People at a time: the best of 1,024 to 65,536, measured; smaller chunks pay more for calls than they save in memory."""
LEAST = 0.02
PARITY = 0x1BD11BDA
ROTATIONS = (((10, 26), (11, 21), (13, 27), (23, 5)), ((6, 20), (17, 11), (25, 10), (18, 20)))


class Encounters(NamedTuple):
    """A chunk's encounters at touchpoint k: who [position in the chunk], and what they felt."""

    k: int
    met: NDArray[np.intp]
    felt: NDArray[np.float64]
    happened: NDArray[np.float64]
    answer: NDArray[np.uint32]


class NumpyRival:
    """Lives the people of a model whose burn-in is over, from where they stand, without counters and ledger.

    It is written for the reduced journey only: three touchpoints met by chance, one segment, no promises, no problems.
    """

    def __init__(self, model: OrganizationModel) -> None:
        state, layout = model.world.engine.state, model.layout
        self.real: NDArray[np.float64] = state.real.copy()
        self.customer = state.whole[at.STAGE] == at.CUSTOMER
        self.people, self.journey, self.base = layout.people, layout.journey, layout.base
        self.neutral, self.segments = layout.market.neutral_loyalty, layout.segments
        self.key = key(model.run_seed, model.replication)
        self.week = model.week + model.given.horizon.burn_in

    def step(self) -> None:
        """Live one week, chunk by chunk."""
        for first in range(0, self.real.shape[1], CHUNK):
            self._chunk(first, min(first + CHUNK, self.real.shape[1]))
        self.week += 1

    def _chunk(self, first: int, last: int) -> None:
        real, people = self.real[:, first:last], self.people
        slots = np.arange(first, last, dtype=np.uint32)
        self.kept, self.weight, self.weighted = np.ones(len(slots)), np.zeros(len(slots)), np.zeros(len(slots))
        real[at.SHOULD] += people.should_forgetting * (real[at.NORM] - real[at.SHOULD])
        real[at.WORST] *= 1.0 - people.worst_moment_fading
        words = threefry(self.key, slots, self.week, at.P_MEET)
        for k, weekly in enumerate(self.journey.weekly.tolist()):
            met = np.flatnonzero(uniform(words[k]) < weekly)
            self._count_encounters(first, self._meet(k, slots[met], real, met))
        self._end(real, slots, first, last)

    def _meet(self, k: int, slots: NDArray[np.uint32], real: NDArray[np.float64], met: NDArray[np.intp]) -> Encounters:
        """Let those who meet touchpoint k feel it and learn what to expect."""
        people, memory = self.people, self.segments.memory[0]
        w0, w1, w2, _ = threefry(self.key, slots, self.week, at.P_ENCOUNTER + k)
        base = self.base[k]
        quality = (
            base[at.QUALITY] - base[at.EFFORT] + base[at.RELEVANCE] + self.journey.quality_spread[k] * luck(w0, w1)
        )
        # a row first, then who of it: several times as fast as both at once
        will, should = real[at.WILL][met], real[at.SHOULD][met]
        worst, trust = real[at.WORST][met], real[at.TRUST][met]
        gap = (1.0 - people.assimilation) * quality + people.assimilation * will - should
        felt = np.where(gap >= 0.0, self.journey.gain[k], self.journey.loss[k]) * gap
        happened = np.minimum(np.maximum(people.anchor + felt, LEAST), 1.0)
        past = np.where(gap < 0.0, memory, 1.0 - (1.0 - memory) * self.journey.notice[k])
        self.kept[met] *= past
        self.weight[met] += 1.0 - past
        self.weighted[met] += (1.0 - past) * np.sqrt(happened)
        real[at.WORST][met] = np.maximum(worst, people.anchor - happened)
        real[at.TRUST][met] = _share(trust + people.trust_learning * (quality - will))
        real[at.WILL][met] = will + people.will_learning * (quality - will)
        real[at.SHOULD][met] = should + people.should_learning * np.maximum(gap, 0.0)
        return Encounters(k, met, felt, happened, w2)

    def _count_encounters(self, first: int, encounters: Encounters) -> None:
        """Count and book a chunk's encounters: here nothing is kept."""

    def _end(self, real: NDArray[np.float64], slots: NDArray[np.uint32], first: int, last: int) -> None:
        """Draw the week's sum; some leave."""
        people = self.people
        some = self.weight > 0.0
        before = real[at.MEMORY][some]
        week = self.weighted[some] / self.weight[some]
        real[at.MEMORY][some] = before + (1.0 - self.kept[some]) * (week - before)
        trust = _share(real[at.TRUST] + people.trust_recovery * (people.trust_neutral - real[at.TRUST]))
        satisfaction = np.minimum(np.maximum(real[at.MEMORY] * real[at.MEMORY], LEAST), 1.0)
        weight, loyalty = people.loyalty_satisfaction, real[at.LOYALTY]
        real[at.TRUST], real[at.SATISFACTION] = trust, satisfaction
        loyalty += people.loyalty_speed * (weight * satisfaction + (1.0 - weight) * trust - loyalty)
        chance = self.segments.defection[0] * np.exp(people.defection_sensitivity * (self.neutral - loyalty))
        _, _, leave, _ = threefry(self.key, slots, self.week, at.P_FINISH)
        self.customer[first:last] &= uniform(leave) >= chance


class CountingNumpyRival(NumpyRival):
    """Lives the same people and keeps the engine's counters, in both reviews' cells, and its ledger's books.

    `np.bincount` adds up fixed-point numbers as floats: whole numbers far below 2**53, so the sums are exact. People are
    sorted into pairs of cells, of this review and the one before, so that one pass serves both. What is zero on
    this journey (promises, waits, open problems, sales) is left out, which favours numpy.
    """

    def __init__(self, model: OrganizationModel) -> None:
        super().__init__(model)
        layout, self.cells = model.layout, model.world.cells
        assert bool((model.world.engine.state.whole[at.PURCHASES] > 0).all()), "everybody must have bought"
        self.counts, self.books = new_counts(layout, self.cells), new_books(layout, self.cells)
        self._pairs = np.zeros((self.cells**2, layout.counters), dtype=np.int64)
        self._company = len(layout.touchpoints) * at.TOUCHPOINT_WIDTH
        self.deal(model)

    def deal(self, model: OrganizationModel) -> None:
        """Take over the cells that the model has dealt."""
        whole = model.world.engine.state.whole
        self._pair = whole[at.CELL].astype(np.intp) * self.cells + whole[at.CELL_BEFORE]

    def step(self) -> None:
        """Live one week; `counts` are this week's, `books` all weeks'."""
        self._pairs[:] = 0
        super().step()
        self._add_up()
        pairs = self._pairs.reshape(self.cells, self.cells, -1)
        pairs.sum(axis=1, out=self.counts[0])
        pairs.sum(axis=0, out=self.counts[1])

    def _count_encounters(self, first: int, encounters: Encounters) -> None:
        k, met, felt, happened, answer = encounters
        base, position = self.base[k], k * at.TOUCHPOINT_WIDTH
        pair = self._pair[first + met] if first else self._pair[met]
        good = felt >= 0.0
        sides = self._sums(pair + good * len(self._pairs), bins=2).reshape(2, -1)[::-1]  # benefit first, then pain
        many = sides.sum(axis=0)
        self._pairs[:, position + at.N_ENCOUNTERS] += many
        self._pairs[:, position + at.N_COST] += many * int(_fixed(base[at.COST]))
        self._pairs[:, position + at.N_EXPERIENCE] += self._sums(pair, _fixed(happened))
        yes = uniform(answer) < min(max(float(base[at.CONVERSION]), 0.0), 1.0)
        self._pairs[:, position + at.N_SUCCESSES] += self._sums(pair[yes])
        units = _fixed(felt)
        benefit = np.maximum(units, 0.0).sum()
        self.books.felt[k] += np.array([benefit, units.sum() - benefit]).astype(np.int64)
        slopes = np.array([self.journey.gain[k], self.journey.loss[k]]) * (1.0 - self.people.assimilation)
        by_cell = sides.reshape(2, self.cells, self.cells).sum(axis=2)
        self.books.slope[k, :, :, 0] += by_cell * _fixed(slopes).astype(np.int64)[:, None]
        self.books.origin[k, -1] += len(met)

    def _end(self, real: NDArray[np.float64], slots: NDArray[np.uint32], first: int, last: int) -> None:
        before = self.customer[first:last].copy()
        super()._end(real, slots, first, last)
        customer, pair = self.customer[first:last], self._pair[first:last]
        stock = self._pairs[:, self._company :]
        everybody, customers = self._sums(pair), self._sums(pair[customer])
        for counter, some in ((at.C_EVER, everybody), (at.C_CUSTOMERS, customers), (at.C_RETAINED, customers),
                              (at.C_DEFECTED, everybody - customers)):  # fmt: skip
            stock[:, counter] += some
        left = self._sums(pair[before & ~customer])
        stock[:, at.C_DEFECTIONS] += left
        stock[:, at.C_SILENT] += left
        stock[:, at.C_SATISFACTION] += self._sums(pair, _fixed(real[at.SATISFACTION]) * customer)
        stock[:, at.C_TRUST] += self._sums(pair, _fixed(real[at.TRUST]) * customer)
        stock[:, at.C_LOYALTY] += self._sums(pair, _fixed(real[at.LOYALTY]))

    def _add_up(self) -> None:
        """Fill in the counters of the company that are sums of others."""
        stock = self._pairs[:, self._company :]
        stock[:, at.C_PEOPLE] = stock[:, at.C_CUSTOMERS] + stock[:, at.C_DEFECTED]
        stock[:, at.C_COST] = self._pairs[:, at.N_COST : self._company : at.TOUCHPOINT_WIDTH].sum(axis=1)

    def _sums(
        self, pair: NDArray[np.intp], units: NDArray[np.float64] | None = None, bins: int = 1
    ) -> NDArray[np.int64]:
        """Return how many there are of each pair of cells, or the sum of their fixed-point units."""
        return np.bincount(pair, units, minlength=bins * len(self._pairs)).astype(np.int64)


def threefry(key: tuple[int, int, int], slots: NDArray[np.uint32], week: int, purpose: int) -> list[NDArray[np.uint32]]:
    """Return the same four words as `simulation.randomness.threefry`, worked in place on words of 32 bits: twice as fast."""
    keys = [*key, 0, PARITY ^ key[0] ^ key[1] ^ key[2]]
    words = [slots + np.uint32(keys[0])]
    words += [
        np.full_like(slots, (number + k) & 0xFFFFFFFF) for number, k in zip((week, purpose, 0), keys[1:4], strict=True)
    ]
    a, b, c, d = words
    spare = np.empty_like(slots)
    for i in range(5):
        for turn, (r, s) in enumerate(ROTATIONS[i % 2]):
            one, other = (b, d) if turn % 2 == 0 else (d, b)
            _mix(a, one, r, spare)
            _mix(c, other, s, spare)
        for n in range(4):
            words[n] += np.uint32((keys[(n + i + 1) % 5] + (i + 1 if n == 3 else 0)) & 0xFFFFFFFF)
    return words


def _mix(a: NDArray[np.uint32], b: NDArray[np.uint32], r: int, spare: NDArray[np.uint32]) -> None:
    a += b
    np.left_shift(b, np.uint32(r), out=spare)
    b >>= np.uint32(32 - r)
    b |= spare
    b ^= a


def _share(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.minimum(np.maximum(values, 0.0), 1.0)


def _fixed(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return fixed-point units, as `simulation.rules.arithmetic.fixed` has them, kept as floats."""
    return np.floor(values * UNITS + 0.5)

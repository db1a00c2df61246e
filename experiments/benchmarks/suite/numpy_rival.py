"""The reduced journey in numpy: chunks that stay in the cache, the same draws vectorised, the same numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.model import columns as at
from simulation.randomness import luck, uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.model.organization_model import OrganizationModel

__all__ = ["NumpyRival"]

CHUNK = 32768
"""People at a time: the best of 1,024 to 65,536, measured; smaller chunks pay more for calls than they save in memory."""
LEAST = 0.02
PARITY = 0x1BD11BDA
ROTATIONS = (((10, 26), (11, 21), (13, 27), (23, 5)), ((6, 20), (17, 11), (25, 10), (18, 20)))


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
        self.key = _key(model)
        self.week = model.week + model.given.horizon.burn_in

    def step(self) -> None:
        """Live one week, chunk by chunk."""
        for first in range(0, self.real.shape[1], CHUNK):
            self._chunk(first, min(first + CHUNK, self.real.shape[1]))
        self.week += 1

    def _chunk(self, first: int, last: int) -> None:
        real, people = self.real[:, first:last], self.people
        slots = np.arange(first, last, dtype=np.uint32)
        norm = self.segments.expectation[0]
        real[at.SHOULD] += people.should_forgetting * (norm - real[at.SHOULD])
        real[at.WORST] *= 1.0 - people.worst_moment_fading
        words = threefry(self.key, slots, self.week, at.P_MEET)
        for k, weekly in enumerate(self.journey.weekly.tolist()):
            met = np.flatnonzero(uniform(words[k]) < weekly)
            self._encounters(k, slots[met], real, met)
        self._end(real, slots, first, last)

    def _encounters(self, k: int, slots: NDArray[np.uint32], real: NDArray[np.float64], met: NDArray[np.intp]) -> None:
        """Let those who meet touchpoint k feel it and learn what to expect."""
        people, memory = self.people, self.segments.memory[0]
        w0, w1, _, _ = threefry(self.key, slots, self.week, at.P_ENCOUNTER + k)
        base = self.base[k]
        quality = base[at.QUALITY] - base[at.EFFORT] + base[at.RELEVANCE] + people.noise * luck(w0, w1)
        will, should = real[at.WILL, met], real[at.SHOULD, met]
        perceived = (1.0 - people.assimilation) * quality + people.assimilation * will
        gap = perceived - should
        felt = np.where(gap >= 0.0, self.journey.gain[k], self.journey.loss[k]) * gap
        happened = np.minimum(np.maximum(people.anchor + real[at.HALO, met] + felt, LEAST), 1.0)
        past = real[at.MEMORY, met]
        real[at.MEMORY, met] = past + (1.0 - memory) * (np.sqrt(happened) - past)
        real[at.WORST, met] = np.maximum(real[at.WORST, met], people.anchor - happened)
        real[at.TRUST, met] = _share(real[at.TRUST, met] + people.trust_learning * (quality - will))
        real[at.WILL, met] = will + people.will_learning * (quality - will)
        real[at.SHOULD, met] = should + people.should_learning * np.maximum(gap, 0.0)

    def _end(self, real: NDArray[np.float64], slots: NDArray[np.uint32], first: int, last: int) -> None:
        """Draw the week's sum; some leave."""
        people = self.people
        trust = _share(real[at.TRUST] + people.trust_recovery * (people.trust_neutral - real[at.TRUST]))
        satisfaction = np.minimum(np.maximum(real[at.MEMORY] * real[at.MEMORY], LEAST), 1.0)
        weight, loyalty = people.loyalty_satisfaction, real[at.LOYALTY]
        real[at.TRUST], real[at.SATISFACTION] = trust, satisfaction
        loyalty += people.loyalty_speed * (weight * satisfaction + (1.0 - weight) * trust - loyalty)
        chance = self.segments.defection[0] * np.exp(people.defection_sensitivity * (self.neutral - loyalty))
        _, _, leave, _ = threefry(self.key, slots, self.week, at.P_FINISH)
        self.customer[first:last] &= uniform(leave) >= chance


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


def _key(model: OrganizationModel) -> tuple[int, int, int]:
    from simulation.randomness import key

    return key(model.run_seed, model.replication)

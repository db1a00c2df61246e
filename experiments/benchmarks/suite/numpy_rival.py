"""The reduced journey in numpy: chunks that stay in the cache, the same draws vectorised, the same numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.model import columns as at
from simulation.randomness import luck, threefry, uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from simulation.model.organization_model import OrganizationModel

__all__ = ["NumpyRival"]

CHUNK = 4096
LEAST = 0.02


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
        slots = np.arange(first, last, dtype=np.int64)
        norm = self.segments.expectation[0]
        real[at.SHOULD] += people.should_forgetting * (norm - real[at.SHOULD])
        real[at.WORST] *= 1.0 - people.worst_moment_fading
        words = threefry(*self.key, 0, slots, self.week, at.P_MEET, 0)
        for k, weekly in enumerate(self.journey.weekly.tolist()):
            met = np.flatnonzero(uniform(words[k]) < weekly)
            self._encounters(k, slots[met], real, met)
        self._end(real, slots, first, last)

    def _encounters(self, k: int, slots: NDArray[np.int64], real: NDArray[np.float64], met: NDArray[np.intp]) -> None:
        """Let those who meet touchpoint k feel it and learn what to expect."""
        people, memory = self.people, self.segments.memory[0]
        w0, w1, _, _ = threefry(*self.key, 0, slots, self.week, at.P_ENCOUNTER + k, 0)
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

    def _end(self, real: NDArray[np.float64], slots: NDArray[np.int64], first: int, last: int) -> None:
        """Draw the week's sum; some leave."""
        people = self.people
        trust = _share(real[at.TRUST] + people.trust_recovery * (people.trust_neutral - real[at.TRUST]))
        satisfaction = np.minimum(np.maximum(real[at.MEMORY] * real[at.MEMORY], LEAST), 1.0)
        weight, loyalty = people.loyalty_satisfaction, real[at.LOYALTY]
        real[at.TRUST], real[at.SATISFACTION] = trust, satisfaction
        loyalty += people.loyalty_speed * (weight * satisfaction + (1.0 - weight) * trust - loyalty)
        chance = self.segments.defection[0] * np.exp(people.defection_sensitivity * (self.neutral - loyalty))
        _, _, leave, _ = threefry(*self.key, 0, slots, self.week, at.P_FINISH, 0)
        self.customer[first:last] &= uniform(leave) >= chance


def _share(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.minimum(np.maximum(values, 0.0), 1.0)


def _key(model: OrganizationModel) -> tuple[int, int, int]:
    from simulation.randomness import key

    return key(model.run_seed, model.replication)
